// SPDX-License-Identifier: MIT
// Pictures, drawn by the gnuplot that is installed.
#ifndef CARVQ_CLI_GNUPLOT_H
#define CARVQ_CLI_GNUPLOT_H

#include <stdbool.h>

#include "carvq.h"

// Whether there is a gnuplot that can be run.
enum carvq_status cli_gnuplot_check(struct carvq_error *error);

// Writes what gnuplot makes of a script to path. The script sets a terminal and no output. Errors: gnuplot is not there or
// refuses the script, path exists already and force is not set; then no file is left.
enum carvq_status cli_gnuplot(const char *script, const char *path, bool force, struct carvq_error *error);

#endif
