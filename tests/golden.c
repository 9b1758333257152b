// SPDX-License-Identifier: MIT
// Every file of every released format version decodes to its checksum, for ever and on every machine. Needs nothing but
// the runtime, so that it can be run under an emulator: golden FILE.. (checksums.txt lies beside the files).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carvq.h"

static uint64_t hash_bytes(uint64_t hash, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}

// FNV-1a over the little-endian float32 values of all rows, decoded batch rows at a time.
static uint64_t hash_table(const struct carvq_table *table, uint32_t batch)
{
    const struct carvq_table_info *info = carvq_info(table);
    uint64_t hash = 0xcbf29ce484222325u;
    float *rows = malloc((size_t)batch * info->cols * sizeof *rows);
    uint32_t *ids = malloc(batch * sizeof *ids);
    if (rows == NULL || ids == NULL)
        exit(1);
    for (uint32_t first = 0; first < info->rows; first += batch) {
        uint32_t count = info->rows - first < batch ? (uint32_t)(info->rows - first) : batch;
        for (uint32_t i = 0; i < count; i++)
            ids[i] = first + i;
        if (carvq_lookup(table, ids, count, rows, info->cols, NULL) != CARVQ_OK)
            exit(1);
        for (size_t i = 0; i < (size_t)count * info->cols; i++) {
            uint32_t bits;
            memcpy(&bits, &rows[i], sizeof bits);
            const unsigned char bytes[4] = {(unsigned char)bits, (unsigned char)(bits >> 8), (unsigned char)(bits >> 16),
                                            (unsigned char)(bits >> 24)};
            hash = hash_bytes(hash, bytes, 4);
        }
    }
    free(rows);
    free(ids);
    return hash;
}

// The checksum that is written down for a table of a file; 0 if there is none.
static uint64_t expected(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/'), *file = slash != NULL ? slash + 1 : path;
    char list[1024], line[512];
    snprintf(list, sizeof list, "%.*schecksums.txt", (int)(file - path), path);
    FILE *stream = fopen(list, "r");
    uint64_t sum = 0;
    while (stream != NULL && sum == 0 && fgets(line, sizeof line, stream) != NULL) {
        char *rest;
        unsigned long long value = strtoull(line, &rest, 16);
        size_t length = strlen(file);
        line[strcspn(line, "\n")] = '\0';
        if (*rest == ' ' && strncmp(rest + 1, file, length) == 0 && rest[1 + length] == ' ' &&
            strcmp(rest + 2 + length, name) == 0)
            sum = value;
    }
    if (stream != NULL)
        fclose(stream);
    return sum;
}

int main(int argc, char **argv)
{
    static const uint32_t batches[] = {1, 3, 8, 100};
    unsigned passed = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        struct carvq_file *file;
        struct carvq_error error;
        if (carvq_open(argv[i], &file, &error) != CARVQ_OK) {
            printf("%s\n", error.message);
            failed++;
            continue;
        }
        for (size_t t = 0; t < carvq_table_count(file); t++)
            for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
                const struct carvq_table *table = carvq_table_at(file, t);
                const char *name = carvq_info(table)->name;
                uint64_t sum = hash_table(table, batches[b]), right = expected(argv[i], name);
                if (sum == right && right != 0) {
                    passed++;
                    continue;
                }
                failed++;
                printf("%s: table '%s', %u rows a call: checksum %016llx, expected %016llx\n", argv[i], name,
                       (unsigned)batches[b], (unsigned long long)sum, (unsigned long long)right);
            }
        carvq_close(file);
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
