// SPDX-License-Identifier: MIT
// What came of `carvq compare`, and the forms in which it is shown.
#ifndef CARVQ_CLI_COMPARE_H
#define CARVQ_CLI_COMPARE_H

#include <stdio.h>

#include "eval.h"
#include "eval/compare.h"

struct cli_comparison {
    const char *model, *text; // paths; text NULL: a table alone
    const char *counts;       // where the importance of rows comes from, in words
    const struct carvq_checkpoint_table *table;
    const struct carvq_baseline *settings;
    const struct carvq_compare_row *rows;
    size_t count;
    const struct carvq_compare_options *options;
    double seconds;
};

// A table for people, a line for each setting and place with a line of names before them, and an object.
void cli_compare_print(const struct cli_comparison *comparison);
void cli_compare_csv(const struct cli_comparison *comparison, FILE *stream);
json_t *cli_compare_json(const struct cli_comparison *comparison);

// A script for gnuplot that draws the measures against bits per parameter, one line for each method. terminal: "png" or "svg". An
// allocation, or NULL if memory is short.
char *cli_compare_plot(const struct cli_comparison *comparison, const char *terminal);

#endif
