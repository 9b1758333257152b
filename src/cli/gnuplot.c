// SPDX-License-Identifier: MIT
// Runs gnuplot on a script; the picture appears when it is complete.
#define _POSIX_C_SOURCE 200809L
#include "gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/status.h"
#include "cli.h"

extern char **environ;

// Runs gnuplot with these files as its standard input, output and error. Returns its exit status, or -1 with errno.
static int run(int input, int output, int messages)
{
    static char name[] = "gnuplot", plain[] = "-d"; // without the settings of the user
    char *const arguments[] = {name, plain, NULL};
    posix_spawn_file_actions_t actions;
    pid_t child;
    int status, problem = posix_spawn_file_actions_init(&actions);
    if (problem == 0) {
        problem = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (problem == 0)
            problem = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        if (problem == 0)
            problem = posix_spawn_file_actions_adddup2(&actions, messages, STDERR_FILENO);
        if (problem == 0)
            problem = posix_spawnp(&child, name, &actions, NULL, arguments, environ);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (problem != 0) {
        errno = problem;
        return -1;
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

// Some systems only notice in the child that there is no such program: 127.
static bool cannot_run(int status)
{
    return status < 0 || status == 127;
}

enum carvq_status cli_gnuplot_check(struct carvq_error *error)
{
    FILE *files = tmpfile(); // an empty script, and what it prints
    if (files == NULL)
        return carvq_fail(error, CARVQ_ERROR_IO, "cannot write the script for gnuplot: %s", strerror(errno));
    const int status = run(fileno(files), fileno(files), fileno(files)), problem = status < 0 ? errno : ENOENT;
    fclose(files);
    return cannot_run(status) ? carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "--plot: gnuplot cannot be run: %s", strerror(problem))
                              : CARVQ_OK;
}

// The first line that says something.
static void read_message(FILE *messages, char *line, int size)
{
    rewind(messages);
    while (fgets(line, size, messages) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[strspn(line, " \t^")] != '\0')
            return;
    }
    snprintf(line, (size_t)size, "no message");
}

static enum carvq_status draw(FILE *input, FILE *messages, int output, const char *path, struct carvq_error *error)
{
    const int status = run(fileno(input), output, fileno(messages));
    if (cannot_run(status))
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND, "%s: not drawn: gnuplot cannot be run: %s", path,
                          status < 0 ? strerror(errno) : strerror(ENOENT));
    char line[256];
    if (status > 0) {
        read_message(messages, line, sizeof line);
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: not drawn: gnuplot failed: %s", path, line);
    }
    if (lseek(output, 0, SEEK_END) <= 0)
        return carvq_fail(error, CARVQ_ERROR_IO, "%s: not drawn: gnuplot wrote nothing", path);
    return CARVQ_OK;
}

enum carvq_status cli_gnuplot(const char *script, const char *path, bool force, struct carvq_error *error)
{
    struct cli_output output;
    enum carvq_status status = cli_output_open(&output, path, force, error);
    if (status != CARVQ_OK)
        return status;
    FILE *input = tmpfile(), *messages = tmpfile();
    if (input == NULL || messages == NULL || fputs(script, input) == EOF || fflush(input) != 0 || fseek(input, 0, SEEK_SET) != 0)
        status = carvq_fail(error, CARVQ_ERROR_IO, "%s: cannot write the script for gnuplot: %s", path, strerror(errno));
    else
        status = draw(input, messages, output.descriptor, path, error);
    if (input != NULL)
        fclose(input);
    if (messages != NULL)
        fclose(messages);
    if (status == CARVQ_OK)
        return cli_output_commit(&output, error);
    cli_output_discard(&output);
    return status;
}
