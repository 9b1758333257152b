// SPDX-License-Identifier: MIT
// The program: finds the subcommand.
#include <string.h>

#include "cli.h"
#include "host/blas.h"
#include "runtime/kernels.h"

static const struct cli_command *const commands[] = {&cli_compress,  &cli_show,    &cli_lookup, &cli_verify,
                                                     &cli_restore,   &cli_pack,    &cli_unpack, &cli_eval,
                                                     &cli_calibrate, &cli_compare, &cli_bench};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int fail_unknown(const char *name)
{
    const char *names[COMMANDS + 2] = {[COMMANDS] = "help"};
    for (size_t i = 0; i < COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *nearest = cli_nearest(name, names);
    if (nearest != NULL)
        fprintf(stderr, "carvq: unknown command '%s'; did you mean '%s'? try 'carvq --help'\n", cli_safe(name), nearest);
    else
        fprintf(stderr, "carvq: unknown command '%s'; try 'carvq --help'\n", cli_safe(name));
    return CLI_USAGE;
}

static int print_help(void)
{
    puts("Usage: carvq COMMAND ...\n"
         "Compress the lookup tables of language models to about 1.5 to 3 bits per parameter, and read them back.\n\n"
         "Commands:");
    for (size_t i = 0; i < COMMANDS; i++)
        printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
    puts("\n`carvq help COMMAND` explains a command. `carvq --version` prints the version.\n"
         "Exit status: 0 done, 1 failed, 2 wrong usage.");
    return cli_finish();
}

// `carvq help COMMAND` is `carvq COMMAND --help`.
static int help(char *name)
{
    char option[] = "--help", *arguments[] = {name, option, NULL};
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i]->run(2, arguments);
    return fail_unknown(name);
}

int main(int argc, char **argv)
{
    carvq_blas_setup(argv);
    carvq_blas_one_thread();
    if (argc < 2) {
        fputs("carvq: no command is given; try 'carvq --help'\n", stderr);
        return CLI_USAGE;
    }
    if (strcmp(argv[1], "help") == 0 && argc > 2)
        return help(argv[2]);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0) {
        printf("carvq %s\n", carvq_version());
        return cli_finish();
    }
    const char *unknown;
    (void)carvq_level_here(&unknown);
    if (unknown != NULL)
        return cli_failf("environment variable CARVQ_KERNEL: '%s' is none of scalar, neon, avx2, avx512, avx512vbmi",
                         cli_safe(unknown));
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(argv[1], commands[i]->name) == 0)
            return commands[i]->run(argc - 1, argv + 1);
    return fail_unknown(argv[1]);
}
