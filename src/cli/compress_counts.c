// SPDX-License-Identifier: MIT
// How often each row of a table is used, from what the command line names.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/status.h"
#include "compress.h"
#include "eval/counts.h"
#include "eval/tokens.h"

static enum carvq_status count_tokens(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                      double *counts, uint64_t rows, struct carvq_error *error)
{
    const bool is_text = settings->calibrate != NULL;
    const char *path = is_text ? settings->calibrate : settings->calibrate_tokens;
    uint32_t *ids = NULL;
    size_t count;
    enum carvq_status status = is_text
                                   ? carvq_tokens_of_text(carvq_checkpoint_directory(work->checkpoint), path, &ids, &count, error)
                                   : carvq_tokens_read(path, settings->token_width, rows, &ids, &count, error);
    if (status == CARVQ_OK)
        status = carvq_counts_add(ids, count, path, counts, rows, error);
    free(ids);
    return status;
}

// From the model's tokenizer, if it has one that can be read; *source_ret stays as it is if it has none.
static void guess(const struct cli_compress_work *work, double *counts, uint64_t rows, const char **source_ret)
{
    char path[4096];
    struct carvq_tokenizer *tokenizer;
    snprintf(path, sizeof path, "%s/tokenizer.json", carvq_checkpoint_directory(work->checkpoint));
    if (carvq_tokenizer_open(path, &tokenizer, NULL) != CARVQ_OK)
        return;
    // A table of something else than tokens has another number of rows; vocabularies are rounded up.
    if (carvq_tokenizer_id_limit(tokenizer) <= rows && rows - carvq_tokenizer_id_limit(tokenizer) < 4096) {
        carvq_counts_prior(tokenizer, counts, rows);
        *source_ret = "guessed from the order of the tokenizer's merges";
    }
    carvq_tokenizer_close(tokenizer);
}

enum carvq_status cli_compress_counts(const struct cli_compress_work *work, const struct cli_compress_settings *settings,
                                      uint64_t rows, double **counts_ret, const char **source_ret, struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    *counts_ret = NULL;
    *source_ret = "all rows alike";
    if (settings->uniform)
        return CARVQ_OK;
    double *counts = calloc(rows, sizeof *counts);
    if (counts == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory for %" PRIu64 " counts", settings->model, rows);
    if (settings->counts != NULL) {
        status = carvq_counts_read(settings->counts, counts, rows, error);
        *source_ret = "counts of a file";
    } else if (settings->calibrate != NULL || settings->calibrate_tokens != NULL) {
        status = count_tokens(work, settings, counts, rows, error);
        *source_ret = "counted in a text";
    } else {
        const char *alike = *source_ret;
        guess(work, counts, rows, source_ret);
        if (*source_ret == alike) {
            free(counts);
            return CARVQ_OK;
        }
    }
    if (status == CARVQ_OK)
        *counts_ret = counts;
    else
        free(counts);
    return status;
}
