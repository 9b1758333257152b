// SPDX-License-Identifier: MIT
// How often each row of a table is used, from what the command line names.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli.h"
#include "checkpoint/stand_in.h"
#include "tokenizer/counts.h"

int cli_check_counts(const struct cli_count_options *options, const char *name)
{
    int sources = (options->text.texts.count > 0) + (options->text.tokens.count > 0) + (options->counts != NULL) +
                  options->uniform;
    if (sources > 1)
        return cli_misuse(name, "give one of --calibrate, --calibrate-tokens, --counts and --uniform");
    if (options->text.token_width > 0 && options->text.tokens.count == 0)
        return cli_misuse(name, "--calibrate-width needs --calibrate-tokens");
    return -1;
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

size_t cli_drop_beyond(uint32_t *ids, size_t count, uint64_t rows)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++)
        if (ids[i] < rows)
            ids[left++] = ids[i];
    return left;
}

static enum carvq_status count_tokens(const struct carvq_checkpoint *checkpoint, const struct cli_text_options *text,
                                      struct cli_counts *counts, uint64_t rows, struct carvq_error *error)
{
    uint32_t *ids = NULL;
    size_t all = 0;
    enum carvq_status status = cli_read_text(text, checkpoint, rows, &ids, &all, error);
    const size_t count = cli_drop_beyond(ids, all, rows);
    if (status == CARVQ_OK && count == 0)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: has no tokens to count", cli_text_path(text));
    if (status == CARVQ_OK)
        status = carvq_counts_add(ids, count, cli_text_path(text), counts->values, rows, error);
    int length = snprintf(counts->source, sizeof counts->source, "counted in a text of %zu token%s", all, plural(all));
    if (count < all)
        snprintf(counts->source + length, sizeof counts->source - (size_t)length,
                 ", of which %zu %s no row of this table and %s ignored", all - count, all - count == 1 ? "is" : "are",
                 all - count == 1 ? "is" : "are");
    free(ids);
    return status;
}

// From the model's tokenizer; counts->values are of no use if there is none that can be read, or none that fits the table.
static bool guess(const struct carvq_checkpoint *checkpoint, struct cli_counts *counts, uint64_t rows)
{
    struct carvq_guess guess;
    struct carvq_error error;
    char path[4096];
    const char *directory = carvq_checkpoint_directory(checkpoint);
    if (carvq_counts_guess(directory, counts->values, rows, &guess, &error) == CARVQ_OK) {
        const int length = snprintf(counts->source, sizeof counts->source, "guessed from %s", guess.basis);
        if (guess.ignored > 0)
            snprintf(counts->source + length, sizeof counts->source - (size_t)length,
                     " (of its ids, %" PRIu64 " %s no row of this table: ignored)", guess.ignored,
                     guess.ignored == 1 ? "is" : "are");
        counts->guessed = true;
        return true;
    }
    snprintf(path, sizeof path, "%s/tokenizer.json", directory);
    const char *stand_in = carvq_stand_in_file(path);
    if (stand_in != NULL)
        snprintf(counts->source, sizeof counts->source, "all rows alike, not guessed: %.300s: %s", path, stand_in);
    else
        snprintf(counts->source, sizeof counts->source, "all rows alike, not guessed: %.430s", error.message);
    return false;
}

enum carvq_status cli_read_counts(const struct cli_count_options *options, const struct carvq_checkpoint *checkpoint,
                                  uint64_t rows, struct cli_counts *counts_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    *counts_ret = (struct cli_counts){NULL, false, "all rows alike"};
    if (options->uniform)
        return CARVQ_OK;
    counts_ret->values = calloc(rows, sizeof *counts_ret->values);
    if (counts_ret->values == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " counts", rows);
    bool known = true;
    if (options->counts != NULL) {
        status = carvq_counts_read(options->counts, counts_ret->values, rows, error);
        snprintf(counts_ret->source, sizeof counts_ret->source, "counts of a file");
    } else if (cli_has_text(&options->text)) {
        status = count_tokens(checkpoint, &options->text, counts_ret, rows, error);
    } else {
        known = guess(checkpoint, counts_ret, rows);
    }
    if (status != CARVQ_OK || !known) {
        free(counts_ret->values);
        counts_ret->values = NULL;
    }
    return status;
}
