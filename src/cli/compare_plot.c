// SPDX-License-Identifier: MIT
// The picture of a comparison: panels side by side, which share a legend below them.
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

// Increases below this one are drawn there, for a logarithmic axis has no place for 0.
#define LEAST_INCREASE 1e-3

// In pixels.
enum {
    PANEL_WIDTH = 520,
    PANEL_HEIGHT = 500,
    LEFT = 80,
    RIGHT = 25,
    TOP = 65,
    BELOW = 55,
    LEGEND_LINE = 26,
    LEGEND_COLUMN = 190
};

// A panel shows the increase of perplexity in one place, or SQNR.
struct panel {
    size_t place; // SIZE_MAX: SQNR
    double low, high;
};

struct plot {
    const struct cli_comparison *comparison;
    FILE *script;
    size_t methods[CARVQ_BASELINES_MAX]; // first setting of each method
    size_t method_count;
    struct panel panels[CARVQ_COMPARE_PLACES + 1];
    size_t panel_count;
    double least_bits, most_bits;
    int width, height, legend_columns;
};

static double value_of(const struct plot *plot, const struct panel *panel, size_t setting)
{
    const struct carvq_compare_row *row = &plot->comparison->rows[setting];
    if (panel->place == SIZE_MAX)
        return row->error.sqnr_db;
    const double increase = row->evaluations[panel->place].increase;
    return increase < LEAST_INCREASE ? LEAST_INCREASE : increase;
}

// Standard error, or 0 where there is none.
static double error_of(const struct plot *plot, const struct panel *panel, size_t setting)
{
    if (panel->place == SIZE_MAX)
        return 0;
    const double error = plot->comparison->rows[setting].evaluations[panel->place].increase_error;
    return isfinite(error) ? error : 0;
}

static void find_range(const struct plot *plot, struct panel *panel)
{
    panel->low = INFINITY;
    panel->high = -INFINITY;
    for (size_t i = 0; i < plot->comparison->count; i++) {
        const double value = value_of(plot, panel, i);
        panel->low = isfinite(value) && value < panel->low ? value : panel->low;
        panel->high = isfinite(value) && value > panel->high ? value : panel->high;
    }
    if (panel->low > panel->high) // no point at all
        panel->low = panel->high = 1;
    if (panel->place == SIZE_MAX) {
        panel->low = floor(panel->low - 1);
        panel->high = ceil(panel->high + 1);
    } else {
        panel->low /= 1.6;
        panel->high *= 1.6;
    }
}

static void lay_out(struct plot *plot)
{
    const struct cli_comparison *comparison = plot->comparison;
    plot->least_bits = INFINITY;
    for (size_t i = 0; i < comparison->count; i++) {
        const double bits = comparison->rows[i].bits;
        plot->least_bits = bits < plot->least_bits ? bits : plot->least_bits;
        plot->most_bits = bits > plot->most_bits ? bits : plot->most_bits;
        if (i == 0 || strcmp(comparison->settings[i].name, comparison->settings[i - 1].name) != 0)
            plot->methods[plot->method_count++] = i;
    }
    for (size_t place = 0; place < comparison->options->place_count; place++)
        plot->panels[plot->panel_count++] = (struct panel){.place = place};
    plot->panels[plot->panel_count++] = (struct panel){.place = SIZE_MAX};
    for (size_t i = 0; i < plot->panel_count; i++)
        find_range(plot, &plot->panels[i]);
    plot->width = PANEL_WIDTH * (int)plot->panel_count + (plot->panel_count == 1 ? 240 : 0);
    plot->legend_columns = plot->width / LEGEND_COLUMN;
    const int lines = ((int)plot->method_count + plot->legend_columns - 1) / plot->legend_columns;
    plot->height = PANEL_HEIGHT + lines * LEGEND_LINE;
}

// In single quotes nothing but the quote is special to gnuplot.
static void write_quoted(FILE *script, const char *text)
{
    putc('\'', script);
    for (text = cli_safe(text); *text != '\0'; text++)
        fputs(*text == '\'' ? "''" : (const char[]){*text, '\0'}, script);
    putc('\'', script);
}

// Colours that stay apart for colour-blind eyes (Okabe and Ito); beyond six, the line is dashed. Every method has its own points.
// What carvq makes is thick and black.
static void write_styles(const struct plot *plot)
{
    static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
    static const int points[] = {5, 9, 11, 13, 15, 4, 8, 10, 12, 14, 1, 2, 3};
    enum { COLOURS = sizeof colours / sizeof *colours, POINTS = sizeof points / sizeof *points };
    unsigned other = 0;
    for (size_t i = 0; i < plot->method_count; i++) {
        const struct carvq_baseline *method = &plot->comparison->settings[plot->methods[i]];
        fprintf(plot->script, "set style line %zu ", i + 1);
        if (method->kind == CARVQ_BASELINE_BUDGET) {
            fprintf(plot->script, "lc rgb '#000000' lw 3 pt 7 ps 1.3 dt 1\n");
        } else if (strcmp(method->name, "carvq") == 0) {
            fprintf(plot->script, "lc rgb '#000000' lw 2 pt 6 ps 1.3 dt 2\n");
        } else {
            fprintf(plot->script, "lc rgb '%s' lw 1.5 pt %d ps 1.2 dt %d\n", colours[other % COLOURS], points[other % POINTS],
                    other < COLOURS ? 1 : 2);
            other++;
        }
    }
}

static void write_data(const struct plot *plot)
{
    for (size_t p = 0; p < plot->panel_count; p++)
        for (size_t m = 0; m < plot->method_count; m++) {
            const size_t end = m + 1 < plot->method_count ? plot->methods[m + 1] : plot->comparison->count;
            fprintf(plot->script, "$p%zum%zu << EOD\n", p, m);
            for (size_t i = plot->methods[m]; i < end; i++) {
                const double value = value_of(plot, &plot->panels[p], i), error = error_of(plot, &plot->panels[p], i);
                if (isfinite(value))
                    fprintf(plot->script, "%.6g %.6g %.6g %.6g\n", plot->comparison->rows[i].bits, value,
                            fmax(value - error, plot->panels[p].low), value + error);
            }
            fprintf(plot->script, "EOD\n");
        }
}

static void write_page(const struct plot *plot, const char *terminal)
{
    const struct cli_comparison *comparison = plot->comparison;
    const bool svg = strcmp(terminal, "svg") == 0;
    if (svg)
        fprintf(plot->script, "set terminal svg size %d,%d font 'sans,13' background '#ffffff'\n", plot->width, plot->height);
    else // not every gnuplot has been built with cairo
        fprintf(plot->script,
                "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n set terminal pngcairo size %d,%d font 'sans,10'\n} else {\n"
                " set terminal png size %d,%d\n}\n",
                plot->width, plot->height, plot->width, plot->height);
    char title[1200];
    snprintf(title, sizeof title, "%s: %s, %" PRIu64 " x %" PRIu32, comparison->model, comparison->table->tensor->header->name,
             comparison->table->rows, comparison->table->cols);
    fprintf(plot->script, "set multiplot title ");
    write_quoted(plot->script, title);
    fprintf(plot->script,
            " noenhanced\n"
            "set encoding utf8\nset grid lc rgb '#dddddd' lt 1 lw 0.5\nset border lw 0.8\nset tics nomirror\n"
            "unset key\nset bars small\nset logscale x 2\nset xrange [%.6g:%.6g]\nset xtics (0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, "
            "12, 16, 32)\n"
            "set xlabel 'bits per parameter'\n",
            plot->least_bits / 1.15, plot->most_bits * 1.15);
}

static void write_panel(const struct plot *plot, size_t number)
{
    static const char *const titles[] = {
        [CARVQ_EVAL_INPUT] = "input table replaced",
        [CARVQ_EVAL_HEAD] = "output head replaced",
        [CARVQ_EVAL_BOTH] = "input table and output head replaced",
    };
    const struct panel *panel = &plot->panels[number];
    FILE *script = plot->script;
    const double width = plot->width, height = plot->height, step = width / (double)plot->panel_count;
    const double bottom = PANEL_HEIGHT - TOP - BELOW; // height of the axes
    fprintf(script,
            "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\nset bmargin at screen %.5f\n",
            (step * (double)number + LEFT) / width, (step * (double)(number + 1) - RIGHT) / width, 1 - TOP / height,
            1 - (TOP + bottom) / height);
    if (panel->place == SIZE_MAX) {
        fprintf(script, "set title 'error of the table'\nset ylabel 'SQNR (dB)'\nunset logscale y\nset format y '%%g'\n");
    } else {
        const struct carvq_eval_result *result = &plot->comparison->rows[0].evaluations[panel->place];
        fprintf(script,
                "set title '%s (perplexity without: %.4g)'\nset ylabel 'increase of perplexity%s'\nset logscale y 10\n"
                "set format y '10^{%%T}'\n",
                titles[plot->comparison->options->places[panel->place]], result->original.perplexity,
                panel->low < LEAST_INCREASE ? " (0.001: that or less)" : "");
    }
    fprintf(script, "set yrange [%.6g:%.6g]\n", panel->low, panel->high);
    fprintf(script, "plot ");
    for (size_t m = 0; m < plot->method_count; m++)
        fprintf(script, "%s$p%zum%zu using 1:2:3:4 with yerrorlines ls %zu", m > 0 ? ", " : "", number, m, m + 1);
    putc('\n', script);
}

// A last panel that is nothing but its key.
static void write_legend(const struct plot *plot)
{
    fprintf(plot->script,
            "set lmargin at screen 0.02\nset rmargin at screen 0.98\nset tmargin at screen %.5f\nset bmargin at screen 0.01\n"
            "unset title\nunset xlabel\nunset ylabel\nunset tics\nunset border\nunset grid\nunset logscale\n"
            "set key center center horizontal maxcols %d Left reverse samplen 3 width 1 noenhanced\nplot [0:1] [0:1] NaN notitle",
            1 - (double)PANEL_HEIGHT / plot->height, plot->legend_columns);
    for (size_t m = 0; m < plot->method_count; m++) {
        fprintf(plot->script, ", keyentry with linespoints ls %zu title ", m + 1);
        write_quoted(plot->script, plot->comparison->settings[plot->methods[m]].method);
    }
    putc('\n', plot->script);
}

char *cli_compare_plot(const struct cli_comparison *comparison, const char *terminal)
{
    char *text = NULL;
    size_t size;
    struct plot plot = {.comparison = comparison, .script = open_memstream(&text, &size)};
    if (plot.script == NULL)
        return NULL;
    lay_out(&plot);
    write_page(&plot, terminal);
    write_styles(&plot);
    write_data(&plot);
    for (size_t i = 0; i < plot.panel_count; i++)
        write_panel(&plot, i);
    write_legend(&plot);
    fprintf(plot.script, "unset multiplot\n");
    if (fclose(plot.script) == 0)
        return text;
    free(text);
    return NULL;
}
