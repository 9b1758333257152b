// SPDX-License-Identifier: MIT
// A C++ program of a user that looks rows up: read FILE, whose only table has a row 1.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "carvq.h"

int main(int argc, char **argv)
{
    struct carvq_file *file = nullptr;
    struct carvq_error error;
    if (argc != 2 || carvq_open(argv[1], &file, &error) != CARVQ_OK) {
        fprintf(stderr, "%s\n", argc == 2 ? error.message : "usage: read FILE");
        return 1;
    }
    const struct carvq_table *table = carvq_find(file, nullptr);
    const uint32_t cols = table != nullptr ? carvq_info(table)->cols : 0;
    const uint32_t id = 1;
    float *row = new float[cols + 1];
    uint16_t *half = new uint16_t[cols + 1];
    bool right = table != nullptr && carvq_lookup(table, &id, 1, row, cols, &error) == CARVQ_OK &&
                 carvq_lookup_as(table, &id, 1, CARVQ_BF16, half, cols, &error) == CARVQ_OK;
    for (uint32_t c = 0; right && c < cols; c++) {
        const uint32_t bits = static_cast<uint32_t>(half[c]) << 16;
        float value;
        memcpy(&value, &bits, sizeof value);
        right = value - row[c] <= 0.01f && row[c] - value <= 0.01f;
    }
    printf("C++: %s, %u columns\n", right ? carvq_info(table)->segments[0].kernel : "wrong", static_cast<unsigned>(cols));
    delete[] row;
    delete[] half;
    carvq_close(file);
    return right ? 0 : 1;
}
