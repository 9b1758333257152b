// SPDX-License-Identifier: MIT
// Runs every setting of the baselines on a table of raw 32-bit floats, and writes what each decodes to:
//     baselines TABLE ROWS COLS FOLDER [NAME ..]
// prints a line "NUMBER NAME BITS GROUP SUBVECTOR CODE_BITS BYTES SETTING" for each and writes FOLDER/NUMBER.f32.
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eval/baselines/baselines.h"

static bool copy_file(const char *path, const char *mode, float *values, size_t count)
{
    FILE *file = fopen(path, mode);
    if (file == NULL)
        return false;
    size_t done = mode[0] == 'r' ? fread(values, sizeof *values, count, file) : fwrite(values, sizeof *values, count, file);
    return fclose(file) == 0 && done == count;
}

static bool is_wanted(const struct carvq_baseline *baseline, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strcmp(baseline->name, names[i]) == 0)
            return true;
    return count == 0;
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: %s TABLE ROWS COLS FOLDER [NAME ..]\n", argv[0]);
        return 2;
    }
    const uint64_t rows = strtoull(argv[2], NULL, 10);
    const uint32_t cols = (uint32_t)strtoul(argv[3], NULL, 10);
    float *table = calloc(rows * cols, sizeof *table), *decoded = calloc(rows * cols, sizeof *decoded);
    struct carvq_baseline list[CARVQ_BASELINES_MAX];
    const size_t count = carvq_baselines(rows, cols, list, CARVQ_BASELINES_MAX);
    struct carvq_baseline_cache cache = {NULL};
    const struct carvq_baseline_input input = {"table", table, rows, cols, CARVQ_F32, 2, 0, &cache, NULL};
    bool good = table != NULL && decoded != NULL && copy_file(argv[1], "rb", table, rows * cols);
    for (size_t i = 0; i < count && good; i++) {
        struct carvq_error error;
        uint64_t bytes;
        char path[4096];
        if (!is_wanted(&list[i], argc - 5, argv + 5))
            continue;
        if (carvq_baseline_run(&list[i], &input, decoded, &bytes, &error) != CARVQ_OK) {
            fprintf(stderr, "%s\n", error.message);
            good = false;
            break;
        }
        snprintf(path, sizeof path, "%s/%zu.f32", argv[4], i);
        good = copy_file(path, "wb", decoded, rows * cols);
        printf("%zu %s %u %u %u %u %" PRIu64 " %s\n", i, list[i].name, list[i].bits, list[i].group, list[i].settings.subvector,
               list[i].settings.code_bits, bytes, list[i].setting);
    }
    carvq_baseline_cache_clear(&cache);
    free(table);
    free(decoded);
    return good ? 0 : 1;
}
