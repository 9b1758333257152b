// SPDX-License-Identifier: MIT
// One table of options gives the parser and the help.
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

bool cli_parse_u64(const char *text, uint64_t min, uint64_t max, uint64_t *value_ret)
{
    uint64_t value = 0;
    if (*text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9')
            return false;
        unsigned digit = (unsigned)(*text - '0');
        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *value_ret = value;
    return value >= min && value <= max;
}

// A decimal fraction: digits and at most one point.
static bool parse_real(const char *text, double above, double max, double *value_ret)
{
    size_t digits = strspn(text, "0123456789"), end = digits;
    if (text[end] == '.')
        end += 1 + strspn(text + end + 1, "0123456789");
    if (text[end] != '\0' || digits == 0)
        return false;
    *value_ret = strtod(text, NULL);
    return *value_ret > above && *value_ret <= max;
}

// What --help shows behind the name of an option: "" for a flag, the words of a choice separated by |.
static const char *argument_of(const struct cli_option *option, char *buffer, size_t size)
{
    const struct cli_choice *choice = option->value;
    if (option->kind != CLI_WORD)
        return option->argument != NULL ? option->argument : "";
    size_t length = 0;
    buffer[0] = '\0';
    for (const struct cli_word *word = choice->words; word->word != NULL && length < size; word++)
        length += (size_t)snprintf(buffer + length, size - length, "%s%s", word == choice->words ? "" : "|", word->word);
    return buffer;
}

static int print_help(const struct cli_usage *usage)
{
    printf("Usage: carvq %s %s\n%s\n\nOptions:\n", usage->name, usage->operands, usage->text);
    for (const struct cli_option *option = usage->options;; option++) {
        char left[80] = "  -h, --help";
        if (option->kind != CLI_END) {
            char letter[5] = "    ", words[64];
            const char *argument = argument_of(option, words, sizeof words);
            if (option->letter != 0)
                snprintf(letter, sizeof letter, "-%c, ", option->letter);
            snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name, *argument != '\0' ? " " : "", argument);
        }
        const char *help = option->kind == CLI_END ? "show this" : option->help;
        if (strlen(left) > 28)
            printf("%s\n%30s%s\n", left, "", help);
        else
            printf("%-30s%s\n", left, help);
        if (option->kind == CLI_END)
            return cli_finish();
    }
}

static bool take_word(const struct cli_choice *choice, const char *text)
{
    for (const struct cli_word *word = choice->words; word->word != NULL; word++)
        if (strcmp(word->word, text) == 0) {
            *choice->value = word->value;
            return true;
        }
    return false;
}

static int take_value(const struct cli_usage *usage, const struct cli_option *option, const char *text)
{
    char words[64];
    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)option->value = true;
        return -1;
    case CLI_STRING:
        *(const char **)option->value = text;
        return -1;
    case CLI_NUMBER:
        if (!cli_parse_u64(text, option->min, option->max, option->value))
            return cli_misuse(usage->name, "--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'", option->name,
                              option->min, option->max, cli_safe(text));
        return -1;
    case CLI_REAL:
        if (!parse_real(text, (double)option->min, (double)option->max, option->value))
            return cli_misuse(usage->name, "--%s takes a number above %" PRIu64 " and up to %" PRIu64 ", not '%s'", option->name,
                              option->min, option->max, cli_safe(text));
        return -1;
    case CLI_WORD:
        if (!take_word(option->value, text))
            return cli_misuse(usage->name, "--%s takes %s, not '%s'", option->name, argument_of(option, words, sizeof words),
                              cli_safe(text));
        return -1;
    default: {
        struct cli_list *list = option->value;
        if (list->count == sizeof list->items / sizeof *list->items)
            return cli_misuse(usage->name, "--%s is given too often", option->name);
        list->items[list->count++] = text;
        return -1;
    }
    }
}

static int check_operands(const struct cli_usage *usage, int count)
{
    if (count < usage->min_operands)
        return cli_misuse(usage->name, "something is missing: carvq %s %s", usage->name, usage->operands);
    if (usage->max_operands >= 0 && count > usage->max_operands)
        return cli_misuse(usage->name, "too much is given: carvq %s %s", usage->name, usage->operands);
    return -1;
}

// "; did you mean '--X'?" of an option that there is not, or "".
static const char *suggest(const struct cli_usage *usage, const char *text)
{
    static char hint[80];
    const char *names[CLI_MAX_OPTIONS + 2] = {"help"};
    char word[40];
    size_t count = 1;
    for (const struct cli_option *option = usage->options; option->kind != CLI_END && count < CLI_MAX_OPTIONS; option++)
        names[count++] = option->name;
    text += strspn(text, "-");
    snprintf(word, sizeof word, "%.*s", (int)strcspn(text, "="), text);
    const char *nearest = cli_nearest(word, names);
    if (nearest == NULL)
        return "";
    snprintf(hint, sizeof hint, "; did you mean '--%s'?", nearest);
    return hint;
}

// A long option behind a single dash would be read as a short one and its value.
static int check_dashes(const struct cli_usage *usage, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        for (const struct cli_option *option = usage->options; argv[i][0] == '-' && option->kind != CLI_END; option++)
            if (strlen(option->name) > 1 && strncmp(argv[i] + 1, option->name, strlen(option->name)) == 0 &&
                strchr("=", argv[i][1 + strlen(option->name)]) != NULL)
                return cli_misuse(usage->name, "unknown option '%s'; did you mean '--%s'?", cli_safe(argv[i]), option->name);
    return -1;
}

int cli_parse_given(const struct cli_usage *usage, int argc, char **argv, int *first_ret, bool *given_ret)
{
    struct option longs[CLI_MAX_OPTIONS] = {0};
    char letters[2 * CLI_MAX_OPTIONS + 3] = ":h", *letter = letters + 2;
    bool given[CLI_MAX_OPTIONS] = {false};
    int count = 0, index, c, status = check_dashes(usage, argc, argv);
    if (status >= 0)
        return status;
    for (const struct cli_option *option = usage->options; option->kind != CLI_END && count < CLI_MAX_OPTIONS - 2;
         option++, count++) {
        int has_argument = option->kind == CLI_FLAG ? no_argument : required_argument;
        longs[count] = (struct option){option->name, has_argument, NULL, option->letter != 0 ? option->letter : 1};
        if (option->letter != 0) {
            *letter++ = option->letter;
            if (has_argument != no_argument)
                *letter++ = ':';
        }
    }
    longs[count] = (struct option){"help", no_argument, NULL, 'h'};
    opterr = 0;
    while (index = -1, (c = getopt_long(argc, argv, letters, longs, &index)) != -1) {
        if (c == 'h')
            return print_help(usage);
        if (c == '?' && optopt != 0 && strncmp(argv[optind - 1], "--", 2) == 0)
            return cli_misuse(usage->name, "option '%s' takes no argument", cli_safe(argv[optind - 1]));
        if (c == '?' && optopt != 0)
            return cli_misuse(usage->name, "unknown option '-%s'%s", cli_safe((const char[]){(char)optopt, '\0'}),
                              suggest(usage, argv[optind - 1]));
        if (c == '?')
            return cli_misuse(usage->name, "unknown or ambiguous option '%s'%s", cli_safe(argv[optind - 1]),
                              suggest(usage, argv[optind - 1]));
        if (c == ':')
            return cli_misuse(usage->name, "option '%s' needs an argument", cli_safe(argv[optind - 1]));
        for (int i = 0; index < 0 && i < count; i++)
            if (longs[i].val == c)
                index = i;
        const struct cli_option *option = &usage->options[index];
        if (given[index] && option->kind != CLI_LIST && option->kind != CLI_FLAG)
            return cli_misuse(usage->name, "--%s is given twice", option->name);
        given[index] = true;
        if (given_ret != NULL)
            given_ret[index] = true;
        status = take_value(usage, option, optarg);
        if (status >= 0)
            return status;
    }
    *first_ret = optind;
    return check_operands(usage, argc - optind);
}

int cli_parse(const struct cli_usage *usage, int argc, char **argv, int *first_ret)
{
    return cli_parse_given(usage, argc, argv, first_ret, NULL);
}
