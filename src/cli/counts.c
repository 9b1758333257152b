// SPDX-License-Identifier: MIT
// How often each row of a table is used, from what the command line names.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtime/status.h"
#include "cli.h"
#include "tokenizer/counts.h"

int cli_check_counts(const struct cli_count_options *options, const char *name)
{
    int sources = (options->text.text != NULL) + (options->text.tokens != NULL) + (options->counts != NULL) + options->uniform;
    if (sources > 1)
        return cli_misuse(name, "give one of --calibrate, --calibrate-tokens, --counts and --uniform");
    if (options->text.token_width > 0 && options->text.tokens == NULL)
        return cli_misuse(name, "--calibrate-width needs --calibrate-tokens");
    return -1;
}

static enum carvq_status count_tokens(const struct carvq_checkpoint *checkpoint, const struct cli_text_options *text,
                                      struct cli_counts *counts, uint64_t rows, struct carvq_error *error)
{
    uint32_t *ids = NULL;
    size_t count = 0;
    enum carvq_status status = cli_read_text(text, checkpoint, rows, &ids, &count, error);
    if (status == CARVQ_OK && count == 0)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: has no tokens to count", cli_text_path(text));
    if (status == CARVQ_OK)
        status = carvq_counts_add(ids, count, cli_text_path(text), counts->values, rows, error);
    snprintf(counts->source, sizeof counts->source, "counted in a text of %zu token%s", count, count == 1 ? "" : "s");
    free(ids);
    return status;
}

// From the model's tokenizer. False if it has none that can be read, or none that fits the table.
static bool guess(const struct carvq_checkpoint *checkpoint, double *counts, uint64_t rows)
{
    struct carvq_tokenizer *tokenizer;
    if (cli_open_tokenizer(checkpoint, &tokenizer, NULL) != CARVQ_OK)
        return false;
    const bool fits = carvq_counts_guess(tokenizer, counts, rows);
    carvq_tokenizer_close(tokenizer);
    return fits;
}

enum carvq_status cli_read_counts(const struct cli_count_options *options, const struct carvq_checkpoint *checkpoint,
                                  uint64_t rows, struct cli_counts *counts_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    *counts_ret = (struct cli_counts){NULL, "all rows alike"};
    if (options->uniform)
        return CARVQ_OK;
    counts_ret->values = calloc(rows, sizeof *counts_ret->values);
    if (counts_ret->values == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for %" PRIu64 " counts", rows);
    bool known = true;
    if (options->counts != NULL) {
        status = carvq_counts_read(options->counts, counts_ret->values, rows, error);
        snprintf(counts_ret->source, sizeof counts_ret->source, "counts of a file");
    } else if (cli_text_path(&options->text) != NULL) {
        status = count_tokens(checkpoint, &options->text, counts_ret, rows, error);
    } else if ((known = guess(checkpoint, counts_ret->values, rows))) {
        snprintf(counts_ret->source, sizeof counts_ret->source, "guessed from the order of the tokenizer's merges");
    }
    if (status != CARVQ_OK || !known) {
        free(counts_ret->values);
        counts_ret->values = NULL;
    }
    return status;
}
