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
#define MIN_INCREASE 1e-3

// In pixels.
enum {
    PANEL_WIDTH = 520,
    PANEL_HEIGHT = 520,
    LEFT = 85,
    RIGHT = 25,
    TOP = 85,
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
    double min_bits, max_bits;
    int width, height, legend_columns;
};

// A point: a value and the ends of its error bar, which are the value itself where there is none. A value that is not finite is
// not drawn.
struct point {
    double value, low, high;
};

static struct point point_of(const struct plot *plot, const struct panel *panel, size_t setting)
{
    const struct carvq_compare_row *row = &plot->comparison->rows[setting];
    if (panel->place == SIZE_MAX)
        return (struct point){row->error.sqnr_db, row->error.sqnr_db, row->error.sqnr_db};
    const double increase = row->evaluations[panel->place].increase, error = row->evaluations[panel->place].increase_error;
    if (increase <= MIN_INCREASE) // drawn where it is not, so a bar around it would be wrong
        return (struct point){MIN_INCREASE, MIN_INCREASE, MIN_INCREASE};
    if (!isfinite(error))
        return (struct point){increase, increase, increase};
    return (struct point){increase, fmax(increase - error, MIN_INCREASE), increase + error};
}

static void find_range(const struct plot *plot, struct panel *panel)
{
    panel->low = INFINITY;
    panel->high = -INFINITY;
    for (size_t i = 0; i < plot->comparison->count; i++) {
        const struct point point = point_of(plot, panel, i);
        if (isfinite(point.value)) {
            panel->low = fmin(panel->low, point.low);
            panel->high = fmax(panel->high, point.high);
        }
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
    plot->min_bits = INFINITY;
    for (size_t i = 0; i < comparison->count; i++) {
        const double bits = comparison->rows[i].bits;
        plot->min_bits = bits < plot->min_bits ? bits : plot->min_bits;
        plot->max_bits = bits > plot->max_bits ? bits : plot->max_bits;
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

static bool is_ours(const struct carvq_baseline *method)
{
    return method->kind == CARVQ_BASELINE_BUDGET || strcmp(method->name, "carvq") == 0;
}

// The place of a method among all rivals there are, so that it looks the same in every picture. A table of many rows and columns
// has room for all of them.
static unsigned place_of(const char *name)
{
    struct carvq_baseline all[CARVQ_BASELINES_MAX];
    const size_t listed = carvq_baselines(128 << 10, 4096, all, CARVQ_BASELINES_MAX);
    const size_t count = listed < CARVQ_BASELINES_MAX ? listed : CARVQ_BASELINES_MAX;
    unsigned place = 0;
    for (size_t i = 0; i < count && strcmp(all[i].name, name) != 0; i++)
        place += !is_ours(&all[i]) && (i + 1 == count || strcmp(all[i].name, all[i + 1].name) != 0);
    return place;
}

// Colours that stay apart for colour-blind eyes (Okabe and Ito); beyond six, the line is dashed. Every method has its own points.
// What carvq makes is thick and black.
static void write_styles(const struct plot *plot)
{
    static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"};
    static const int points[] = {5, 9, 11, 13, 15, 4, 8, 10, 12, 14, 1, 2, 3};
    enum { COLOURS = sizeof colours / sizeof *colours, POINTS = sizeof points / sizeof *points };
    for (size_t i = 0; i < plot->method_count; i++) {
        const struct carvq_baseline *method = &plot->comparison->settings[plot->methods[i]];
        fprintf(plot->script, "set style line %zu ", i + 1);
        if (method->kind == CARVQ_BASELINE_BUDGET) {
            fprintf(plot->script, "lc rgb '#000000' lw 3 pt 7 ps 1.3 dt 1\n");
        } else if (is_ours(method)) {
            fprintf(plot->script, "lc rgb '#000000' lw 2 pt 6 ps 1.3 dt 2\n");
        } else {
            const unsigned other = place_of(method->name);
            fprintf(plot->script, "lc rgb '%s' lw 1.5 pt %d ps 1.2 dt %d\n", colours[other % COLOURS], points[other % POINTS],
                    other < COLOURS ? 1 : 2);
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
                const struct point point = point_of(plot, &plot->panels[p], i);
                if (isfinite(point.value))
                    fprintf(plot->script, "%.6g %.6g %.6g %.6g\n", plot->comparison->rows[i].bits, point.value, point.low,
                            point.high);
            }
            fprintf(plot->script, "EOD\n");
        }
}

static void write_terminal(const struct plot *plot, bool svg)
{
    if (svg)
        fprintf(plot->script, "set terminal svg size %d,%d font 'sans,13' background '#ffffff'\n", plot->width, plot->height);
    else // not every gnuplot has been built with cairo
        fprintf(plot->script,
                "if (strstrt(GPVAL_TERMINALS, 'pngcairo') > 0) {\n set terminal pngcairo size %d,%d font 'sans,10'\n} else {\n"
                " set terminal png size %d,%d\n}\n",
                plot->width, plot->height, plot->width, plot->height);
}

static void write_page(const struct plot *plot, bool svg)
{
    const struct cli_comparison *comparison = plot->comparison;
    const bool narrow = plot->max_bits < 2.2 * plot->min_bits;
    char title[1200];
    size_t length;
    const char *name = cli_last_part(comparison->model, &length);
    snprintf(title, sizeof title, "%.*s: %s, %" PRIu64 " x %" PRIu32, (int)length, name, comparison->table->tensor->name,
             comparison->table->rows, comparison->table->cols);
    fprintf(plot->script, "set multiplot title ");
    write_quoted(plot->script, title);
    fprintf(plot->script,
            " font ',%d' noenhanced\n"
            "set encoding utf8\nset grid lc rgb '#dddddd' lt 1 lw 0.5\nset border lw 0.8\nset tics nomirror\n"
            "unset key\nset bars small\nset logscale x 2\nset xrange [%.6g:%.6g]\nset xtics (%s)\n"
            "set xlabel 'bits per parameter'\nset format y '%%g'\n",
            svg ? 16 : 13, plot->min_bits / 1.15, plot->max_bits * 1.15,
            narrow ? "0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 12, 14, 16, 20, 32"
                   : "0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 32");
}

// The axis of a logarithmic panel. Left alone, gnuplot labels whole decades only, of which a narrow range may have none.
static void write_increase_axis(const struct plot *plot, const struct panel *panel)
{
    static const double few[] = {1, 2, 5}, many[] = {1, 1.5, 2, 3, 4, 5, 6, 8};
    const bool narrow = panel->high < 10 * panel->low;
    const double *steps = narrow ? many : few;
    const size_t count = narrow ? sizeof many / sizeof *many : sizeof few / sizeof *few;
    fprintf(plot->script, "set ylabel 'increase of perplexity%s'\nset logscale y 10\nset ytics ",
            panel->low < MIN_INCREASE ? " (0.001: that or less)" : "");
    if (panel->high >= 100 * panel->low) {
        fprintf(plot->script, "autofreq\n");
        return;
    }
    const char *separator = "(";
    for (double decade = pow(10, floor(log10(panel->low))); decade <= panel->high; decade *= 10)
        for (size_t i = 0; i < count; i++, separator = ", ")
            fprintf(plot->script, "%s%.6g", separator, decade * steps[i]);
    fprintf(plot->script, ")\n");
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
        fprintf(script, "set title 'error of the table'\nset ylabel 'SQNR (dB)'\nunset logscale y\nset ytics autofreq\n");
    } else {
        const struct carvq_eval_result *result = &plot->comparison->rows[0].evaluations[panel->place];
        fprintf(script, "set title '%s (perplexity without: %.4g)'\n", titles[plot->comparison->options->places[panel->place]],
                result->original.perplexity);
        write_increase_axis(plot, panel);
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
    const bool svg = strcmp(terminal, "svg") == 0;
    lay_out(&plot);
    write_terminal(&plot, svg);
    write_page(&plot, svg);
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
