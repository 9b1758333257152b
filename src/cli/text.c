// SPDX-License-Identifier: MIT
// Texts that the command line names, as token ids.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "checkpoint/stand_in.h"
#include "tokenizer/tokens.h"

int cli_check_text(const struct cli_text_options *text, const char *name)
{
    if (text->tokens.count > 0 && text->texts.count > 0)
        return cli_misuse(name, "give a text with either --text or --tokens");
    if (text->tokens.count == 0 && text->token_width > 0)
        return cli_misuse(name, "--token-width needs --tokens");
    return -1;
}

static const struct cli_list *parts_of(const struct cli_text_options *text)
{
    return text->texts.count > 0 ? &text->texts : &text->tokens;
}

bool cli_has_text(const struct cli_text_options *text)
{
    return parts_of(text)->count > 0;
}

const char *cli_text_path(const struct cli_text_options *text)
{
    static char several[1024];
    const struct cli_list *parts = parts_of(text);
    if (parts->count < 2)
        return parts->count > 0 ? parts->items[0] : NULL;
    snprintf(several, sizeof several, "%.980s and %zu more", parts->items[0], parts->count - 1);
    return several;
}

enum carvq_status cli_open_tokenizer(const struct carvq_checkpoint *checkpoint, struct carvq_tokenizer **tokenizer_ret,
                                     struct carvq_error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tokenizer.json", carvq_checkpoint_directory(checkpoint));
    enum carvq_status status = carvq_tokenizer_open(path, tokenizer_ret, error);
    const char *stand_in = status == CARVQ_ERROR_FORMAT ? carvq_stand_in_file(path) : NULL;
    return stand_in != NULL ? carvq_fail(error, status, "%s: %s", path, stand_in) : status;
}

// Puts the ids of a part behind those that are there; frees more.
static enum carvq_status append(uint32_t **ids, size_t *count, uint32_t *more, size_t more_count, struct carvq_error *error)
{
    uint32_t *longer = realloc(*ids, (*count + more_count + 1) * sizeof *longer);
    if (longer != NULL) {
        memcpy(longer + *count, more, more_count * sizeof *more);
        *ids = longer;
        *count += more_count;
    }
    free(more);
    return longer != NULL ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory for a text");
}

static enum carvq_status read_part(const struct cli_text_options *text, size_t i, const struct carvq_tokenizer *tokenizer,
                                   uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error)
{
    const char *note = NULL;
    if (tokenizer == NULL)
        return carvq_tokens_read(text->tokens.items[i], text->token_width, vocabulary, ids_ret, count_ret, error);
    enum carvq_status status = carvq_tokens_read_text(text->texts.items[i], tokenizer, ids_ret, count_ret, &note, error);
    if (status == CARVQ_OK && note != NULL)
        cli_note("%s: %s", text->texts.items[i], note);
    return status;
}

enum carvq_status cli_read_text(const struct cli_text_options *text, const struct carvq_checkpoint *checkpoint,
                                uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error)
{
    struct carvq_tokenizer *tokenizer = NULL;
    uint32_t *more;
    size_t more_count;
    enum carvq_status status = text->texts.count > 0 ? cli_open_tokenizer(checkpoint, &tokenizer, error) : CARVQ_OK;
    *ids_ret = NULL;
    *count_ret = 0;
    for (size_t i = 0; status == CARVQ_OK && i < parts_of(text)->count; i++) {
        status = read_part(text, i, tokenizer, vocabulary, &more, &more_count, error);
        if (status == CARVQ_OK)
            status = append(ids_ret, count_ret, more, more_count, error);
    }
    carvq_tokenizer_close(tokenizer);
    return status;
}
