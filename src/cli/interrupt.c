// SPDX-License-Identifier: MIT
// Ctrl-C and other ends before time: no temporary file stays behind.
#define _POSIX_C_SOURCE 200809L
#define _XOPEN_SOURCE 700 // SIGXFSZ
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"

static volatile sig_atomic_t caught;
static const char *volatile doomed;

void cli_doom(const char *path)
{
    doomed = path;
}

static void remove_doomed(void)
{
    if (doomed != NULL)
        unlink(doomed);
}

static void catch_signal(int number)
{
    if (caught != 0) { // again: the user means it
        remove_doomed();
        signal(number, SIG_DFL);
        raise(number);
    }
    caught = number;
}

void cli_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = catch_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old;
        // What nohup or a shell's background job told us to ignore stays ignored.
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
    signal(SIGXFSZ, SIG_IGN); // a limit on the size of files is an error like a full disk
    atexit(remove_doomed);    // a library that gives up calls exit()
}

bool cli_interrupted(void)
{
    return caught != 0;
}

void cli_reraise(void)
{
    if (caught != 0) {
        signal(caught, SIG_DFL);
        raise(caught);
    }
}
