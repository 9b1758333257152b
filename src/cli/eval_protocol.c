// SPDX-License-Identifier: MIT
// carvq eval: what windows begin with, and which of their tokens are scored.
#include <stdlib.h>
#include <string.h>

#include "eval.h"
#include "runtime/status.h"
#include "tokenizer/tokenizer.h"

#define LLAMA_WINDOW 512

const struct cli_word cli_bos_words[] = {{"auto", CLI_BOS_AUTO}, {"yes", CLI_BOS_YES}, {"no", CLI_BOS_NO}, {NULL, 0}};
const struct cli_word cli_protocol_words[] = {{"carvq", CLI_PROTOCOL_CARVQ}, {"llama.cpp", CLI_PROTOCOL_LLAMA}, {NULL, 0}};

// The one id that the model's tokenizer puts in front of a text, if it has a tokenizer, and that does so.
static bool find_prefix(const struct carvq_checkpoint *checkpoint, uint32_t *front_ret)
{
    struct carvq_tokenizer *tokenizer;
    size_t count = 0;
    if (cli_open_tokenizer(checkpoint, &tokenizer, NULL) != CARVQ_OK)
        return false;
    const uint32_t *prefix = carvq_tokenizer_prefix(tokenizer, &count);
    if (count == 1)
        *front_ret = prefix[0];
    carvq_tokenizer_close(tokenizer);
    return count == 1;
}

// Puts an id in front of a text.
static enum carvq_status prepend(uint32_t id, uint32_t **ids, size_t *count, struct carvq_error *error)
{
    uint32_t *longer = realloc(*ids, (*count + 1) * sizeof *longer);
    if (longer == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a text");
    memmove(longer + 1, longer, *count * sizeof *longer);
    longer[0] = id;
    *ids = longer;
    ++*count;
    return CARVQ_OK;
}

enum carvq_status cli_find_front(int bos, bool is_text, const struct carvq_checkpoint *checkpoint, const struct carvq_lm *lm,
                                 uint32_t *front_ret, const uint32_t **place_ret, struct carvq_error *error)
{
    bool found = bos != CLI_BOS_NO && (is_text || bos == CLI_BOS_YES) && find_prefix(checkpoint, front_ret);
    if (bos == CLI_BOS_YES && !found && !(found = carvq_lm_begin(lm, front_ret)))
        return carvq_fail(error, CARVQ_ERROR_NOT_FOUND,
                          "%s: --bos: neither tokenizer.json nor bos_token_id of config.json names a token that texts begin with",
                          carvq_checkpoint_path(checkpoint));
    *place_ret = found ? front_ret : NULL;
    return CARVQ_OK;
}

enum carvq_status cli_protocol_apply(const struct cli_protocol *protocol, const struct cli_model *model, bool is_text,
                                     uint32_t **ids, size_t *count, uint32_t *front_ret, struct carvq_eval_options *options,
                                     struct carvq_error *error)
{
    enum carvq_status status = cli_find_front(protocol->bos, is_text, model->checkpoint, model->lm, front_ret, &options->front,
                                              error);
    if (status != CARVQ_OK || protocol->kind == CLI_PROTOCOL_CARVQ)
        return status;
    const size_t max = carvq_lm_config(model->lm)->max_window;
    if (options->window == 0)
        options->window = max < LLAMA_WINDOW ? max : LLAMA_WINDOW;
    options->front_replaces = true;
    options->first_scored = options->window / 2 + 1;
    return options->front != NULL && is_text ? prepend(*front_ret, ids, count, error) : CARVQ_OK;
}
