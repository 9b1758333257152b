// SPDX-License-Identifier: MIT
// Texts that the command line names, as token ids.
#include <stdio.h>

#include "cli.h"
#include "tokenizer/tokens.h"

int cli_check_text(const struct cli_text_options *text, const char *name)
{
    if (text->tokens != NULL && text->text != NULL)
        return cli_misuse(name, "give a text with either --text or --tokens");
    if (text->tokens == NULL && text->token_width > 0)
        return cli_misuse(name, "--token-width needs --tokens");
    return -1;
}

const char *cli_text_path(const struct cli_text_options *text)
{
    return text->text != NULL ? text->text : text->tokens;
}

enum carvq_status cli_open_tokenizer(const struct carvq_checkpoint *checkpoint, struct carvq_tokenizer **tokenizer_ret,
                                     struct carvq_error *error)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tokenizer.json", carvq_checkpoint_directory(checkpoint));
    return carvq_tokenizer_open(path, tokenizer_ret, error);
}

enum carvq_status cli_read_text(const struct cli_text_options *text, const struct carvq_checkpoint *checkpoint,
                                uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error)
{
    if (text->tokens != NULL)
        return carvq_tokens_read(text->tokens, text->token_width, vocabulary, ids_ret, count_ret, error);
    struct carvq_tokenizer *tokenizer;
    enum carvq_status status = cli_open_tokenizer(checkpoint, &tokenizer, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_tokens_read_text(text->text, tokenizer, ids_ret, count_ret, error);
    carvq_tokenizer_close(tokenizer);
    return status;
}
