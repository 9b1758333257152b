// SPDX-License-Identifier: MIT
// A compressed file from a stranger: whatever opens must look up without leaving the bytes.
#include <stdlib.h>

#include "carvq.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static float row[4096];
    struct carvq_file *file;
    struct carvq_error error;
    if (carvq_open_memory(data, size, &file, &error) != CARVQ_OK)
        return 0;
    for (size_t t = 0; t < carvq_table_count(file) && t < 4; t++) {
        const struct carvq_table *table = carvq_table_at(file, t);
        const struct carvq_table_info *info = carvq_table_info(table);
        const uint32_t last = (uint32_t)(info->rows - 1);
        const uint32_t ids[] = {0, last, last / 2};
        for (size_t i = 0; i < 3 && info->cols <= 4096; i++)
            if (carvq_lookup(table, &ids[i], 1, row, info->cols, &error) != CARVQ_OK)
                abort();
    }
    carvq_close(file);
    return 0;
}
