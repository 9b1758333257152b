// SPDX-License-Identifier: MIT
// The edit distance of two names.
#include "checkpoint/near.h"

#include <stddef.h>
#include <string.h>

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
    unsigned least = a < b ? a : b;
    return least < c ? least : c;
}

unsigned carvq_edit_distance(const char *a, const char *b, unsigned limit)
{
    size_t rows = strlen(a), columns = strlen(b);
    unsigned distance[CARVQ_NEAR_LENGTH + 1];
    if (rows > CARVQ_NEAR_LENGTH || columns > CARVQ_NEAR_LENGTH || (rows > columns ? rows - columns : columns - rows) > limit)
        return limit + 1;
    for (unsigned j = 0; j <= columns; j++)
        distance[j] = j;
    for (unsigned i = 1; i <= rows; i++) {
        unsigned diagonal = distance[0], least = i;
        distance[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            unsigned above = distance[j];
            distance[j] = min3(above + 1, distance[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
            least = distance[j] < least ? distance[j] : least;
        }
        if (least > limit)
            return limit + 1;
    }
    return distance[columns] <= limit ? distance[columns] : limit + 1;
}
