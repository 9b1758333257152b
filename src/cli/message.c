// SPDX-License-Identifier: MIT
// Messages, and texts and numbers as people, JSON and CSV want them.
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "runtime/status.h"
#include "cli.h"

// A line that holds nothing that a terminal could take for a command.
static void say(const char *prefix, const char *format, va_list arguments)
{
    char raw[1024], safe[2048];
    vsnprintf(raw, sizeof raw, format, arguments);
    fprintf(stderr, "%s%s\n", prefix, carvq_escape(safe, sizeof safe, raw));
}

void cli_note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("carvq: note: ", format, arguments);
    va_end(arguments);
}

int cli_fail(const struct carvq_error *error)
{
    fprintf(stderr, "carvq: %s\n", error->message);
    return CLI_FAILED;
}

int cli_failf(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    say("carvq: ", format, arguments);
    va_end(arguments);
    return CLI_FAILED;
}

int cli_misuse(const char *name, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "carvq %s: ", name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; try 'carvq %s --help'\n", name);
    return CLI_USAGE;
}

const char *cli_bytes(uint64_t bytes)
{
    static char buffers[8][24];
    static unsigned next;
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    char *buffer = buffers[next++ % 8];
    double value = (double)bytes;
    unsigned unit = 0;
    while (value >= 1023.95 && unit < 5) {
        value /= 1024;
        unit++;
    }
    snprintf(buffer, sizeof buffers[0], unit == 0 ? "%.0f %s" : "%.1f %s", value, units[unit]);
    return buffer;
}

const char *cli_safe(const char *text)
{
    static char buffers[4][1024];
    static unsigned next;
    return carvq_escape(buffers[next++ % 4], sizeof buffers[0], text);
}

int cli_finish(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return CLI_OK;
    return cli_failf("cannot write to standard output: %s", strerror(errno));
}

int cli_print_json(json_t *object)
{
    if (object == NULL)
        return cli_failf("out of memory");
    json_dumpf(object, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    putchar('\n');
    json_decref(object);
    return cli_finish();
}

json_t *cli_real(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *cli_text(const char *text)
{
    json_t *string = json_string(text);
    return string != NULL ? string : json_string(cli_safe(text));
}

void cli_csv_text(FILE *stream, const char *text)
{
    putc('"', stream);
    for (; *text != '\0'; text++)
        fputs(*text == '"' ? "\"\"" : (const char[]){*text, '\0'}, stream);
    putc('"', stream);
}

const char *cli_last_part(const char *path, size_t *length_ret)
{
    size_t end = strlen(path);
    while (end > 0 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    *length_ret = end - begin;
    return path + begin;
}

void cli_csv_real(FILE *stream, int digits, double value)
{
    putc(',', stream);
    if (isfinite(value))
        fprintf(stream, "%.*g", digits, value);
}

const char *cli_number(int decimals, double value)
{
    static char buffers[8][32];
    static unsigned next;
    if (isnan(value))
        return "-";
    char *buffer = buffers[next++ % 8];
    snprintf(buffer, sizeof buffers[0], "%.*f", decimals, value);
    return buffer;
}

const char *cli_head_name(enum carvq_head head)
{
    static const char *const names[] = {
        [CARVQ_HEAD_UNKNOWN] = "unknown", [CARVQ_HEAD_TIED] = "tied",       [CARVQ_HEAD_UNTIED] = "untied",
        [CARVQ_HEAD_ITSELF] = "itself",   [CARVQ_HEAD_ASSUMED] = "assumed", [CARVQ_HEAD_MISSING] = "missing",
    };
    return names[head];
}

const char *cli_head_words(const struct carvq_checkpoint_table *table)
{
    static char text[300];
    switch (table->head) {
    case CARVQ_HEAD_TIED:
        return table->copy_count > 0 ? "is the output head, too (tied; a copy is stored)" : "is the output head, too (tied)";
    case CARVQ_HEAD_UNTIED:
        if (table->untied_by == NULL)
            return "output head untied";
        snprintf(text, sizeof text,
                 "output head untied: config.json ties it, but '%.100s' has other values, and loaders take those",
                 table->untied_by->name);
        return text;
    case CARVQ_HEAD_ITSELF:
        return "is an output head";
    case CARVQ_HEAD_ASSUMED:
        return "taken for the output head, too: config.json does not say, and no file holds another";
    case CARVQ_HEAD_MISSING:
        return "output head missing: config.json says that it is not this table, but no file holds it; compressed for lookups";
    default:
        return "no output head known";
    }
}
