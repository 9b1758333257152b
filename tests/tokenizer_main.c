// SPDX-License-Identifier: MIT
// tokenizer_ids TOKENIZER.JSON: encodes records from standard input, for tests that compare ids with other programs.
// A record is: add_special (1 byte, 0 or 1), length (4 bytes, little-endian), text. The answer to each: count (4 bytes) and
// the ids (4 bytes each); or 0xffffffff, length (4 bytes) and an error message.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer/tokenizer.h"

static void write_u32(uint32_t value)
{
    for (int i = 0; i < 4; i++)
        putchar((int)(value >> 8 * i & 0xff));
}

static void answer(const struct carvq_tokenizer *tokenizer, int add_special, const char *text, size_t length)
{
    struct carvq_error error;
    uint32_t *ids;
    size_t count;
    if (carvq_tokenizer_encode(tokenizer, "text", text, length, add_special == 1, &ids, &count, &error) != CARVQ_OK) {
        write_u32(UINT32_MAX);
        write_u32((uint32_t)strlen(error.message));
        fputs(error.message, stdout);
    } else {
        write_u32((uint32_t)count);
        for (size_t i = 0; i < count; i++)
            write_u32(ids[i]);
        free(ids);
    }
    fflush(stdout);
}

// False at the end of the input.
static int answer_next(const struct carvq_tokenizer *tokenizer)
{
    unsigned char header[5];
    if (fread(header, 1, sizeof header, stdin) != sizeof header)
        return 0;
    size_t length = (size_t)header[1] | (size_t)header[2] << 8 | (size_t)header[3] << 16 | (size_t)header[4] << 24;
    char *text = malloc(length > 0 ? length : 1); // no more, so that a sanitizer sees what reads beyond it
    int whole = text != NULL && fread(text, 1, length, stdin) == length;
    if (whole)
        answer(tokenizer, header[0], text, length);
    free(text);
    return whole;
}

int main(int argc, char **argv)
{
    struct carvq_error error;
    struct carvq_tokenizer *tokenizer;
    if (argc != 2) {
        fprintf(stderr, "usage: tokenizer_ids TOKENIZER.JSON <RECORDS >IDS\n");
        return 2;
    }
    if (carvq_tokenizer_open(argv[1], &tokenizer, &error) != CARVQ_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    while (answer_next(tokenizer))
        ;
    carvq_tokenizer_close(tokenizer);
    return 0;
}
