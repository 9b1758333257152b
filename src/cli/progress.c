// SPDX-License-Identifier: MIT
// The progress line on standard error.
#define _POSIX_C_SOURCE 200809L
#include <time.h>
#include <unistd.h>

#include "cli.h"

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

static void print_rate(double rate, const char *unit)
{
    const char *prefix = rate >= 1e6 ? "M" : rate >= 1e3 ? "k" : "";
    fprintf(stderr, "  %.1f %s%s/s", rate / (rate >= 1e6 ? 1e6 : rate >= 1e3 ? 1e3 : 1), prefix, unit);
}

int cli_progress_step(struct cli_progress *progress, const char *label, uint64_t done, uint64_t total, const char *unit)
{
    double now = cli_seconds();
    if (label != progress->label || done < progress->done) { // a new phase has its own clock
        progress->label = label;
        progress->started = now;
    }
    progress->done = done;
    if (now - progress->shown >= 0.2 && isatty(STDERR_FILENO) && total > 0) {
        double elapsed = now - progress->started, share = (double)done / (double)total;
        double left = done > 0 ? elapsed / share - elapsed : 0;
        progress->shown = now;
        fprintf(stderr, "\r\033[K%s: %3.0f %%", cli_safe(label), 100 * share);
        if (elapsed > 0.5 && done > 0) {
            if (unit != NULL)
                print_rate((double)done / elapsed, unit);
            fprintf(stderr, "  ETA %d:%02d", (int)(left / 60), (int)left % 60);
        }
        fflush(stderr);
    }
    return cli_interrupted();
}

void cli_progress_end(struct cli_progress *progress)
{
    if (progress->shown > 0)
        fputs("\r\033[K", stderr);
    progress->shown = 0;
}
