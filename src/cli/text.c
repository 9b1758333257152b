// SPDX-License-Identifier: MIT
#include "cli.h"
#include "eval/tokens.h"

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

enum carvq_status cli_read_text(const struct cli_text_options *text, const struct carvq_checkpoint *checkpoint,
                                uint64_t vocabulary, uint32_t **ids_ret, size_t *count_ret, struct carvq_error *error)
{
    if (text->tokens != NULL)
        return carvq_tokens_read(text->tokens, text->token_width, vocabulary, ids_ret, count_ret, error);
    return carvq_tokens_of_text(carvq_checkpoint_directory(checkpoint), text->text, ids_ret, count_ret, error);
}
