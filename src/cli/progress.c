// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

static volatile sig_atomic_t caught;

static void catch_signal(int number)
{
    caught = number;
}

void cli_catch_signals(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = catch_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction old;
        // What nohup or a shell's background job told us to ignore stays ignored.
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

void cli_reraise(void)
{
    if (caught != 0) {
        signal(caught, SIG_DFL);
        raise(caught);
    }
}

double cli_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void cli_progress_begin(struct cli_progress *progress)
{
    *progress = (struct cli_progress){.started = cli_seconds()};
}

int cli_progress_step(struct cli_progress *progress, const char *label, uint64_t done, uint64_t total, const char *unit)
{
    double now = cli_seconds();
    if (label != progress->label) { // a new phase has its own clock
        progress->label = label;
        progress->started = now;
    }
    if (now - progress->shown >= 0.2 && isatty(STDERR_FILENO) && total > 0) {
        double elapsed = now - progress->started, share = (double)done / (double)total;
        double left = done > 0 ? elapsed / share - elapsed : 0;
        progress->shown = now;
        fprintf(stderr, "\r\033[K%s: %3.0f %%", cli_safe(label), 100 * share);
        if (elapsed > 0.5 && done > 0) {
            double rate = (double)done / elapsed;
            const char *prefix = rate >= 1e6 ? "M" : rate >= 1e3 ? "k" : "";
            fprintf(stderr, "  %.1f %s%s/s  ETA %d:%02d", rate / (rate >= 1e6 ? 1e6 : rate >= 1e3 ? 1e3 : 1), prefix, unit, (int)(left / 60),
                    (int)left % 60);
        }
        fflush(stderr);
    }
    return caught != 0;
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown > 0)
        fputs("\r\033[K", stderr);
    progress->shown = 0;
}
