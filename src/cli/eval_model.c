// SPDX-License-Identifier: MIT
// A model for evaluation, opened with the compressed tables that take the place of its own.
#include "eval.h"

const struct cli_word cli_places[] = {
    {"input", CARVQ_EVAL_INPUT}, {"head", CARVQ_EVAL_HEAD}, {"both", CARVQ_EVAL_BOTH}, {NULL, 0}};

const char *cli_place_name(enum carvq_eval_apply place)
{
    const struct cli_word *word = cli_places;
    while (word[1].word != NULL && word->value != (int)place)
        word++;
    return word->word;
}

enum carvq_status cli_model_open(const char *path, const char *table_path, enum carvq_eval_apply apply, struct cli_model *model,
                                 struct carvq_error *error)
{
    *model = (struct cli_model){.variant.name = table_path};
    enum carvq_status status = carvq_checkpoint_open(path, &model->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(model->checkpoint, &model->lm, error);
    if (status != CARVQ_OK || table_path == NULL)
        return status;
    status = carvq_open(table_path, &model->file, error);
    if (status == CARVQ_OK)
        status = carvq_eval_find_tables(model->lm, model->file, table_path, apply, &model->input, &model->head, error);
    if (status == CARVQ_OK && model->input != NULL) {
        model->input_rows = carvq_lm_rows_of_table(model->input);
        model->variant.input = &model->input_rows;
    }
    if (status == CARVQ_OK && model->head != NULL) {
        model->head_rows = carvq_lm_rows_of_table(model->head);
        model->variant.head = &model->head_rows;
    }
    return status;
}

void cli_model_close(struct cli_model *model)
{
    carvq_close(model->file);
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
}

double cli_model_bits(const struct cli_model *model)
{
    return cli_bits(carvq_info(model->input != NULL ? model->input : model->head));
}

const char *cli_model_apply(const struct cli_model *model)
{
    return model->head == NULL ? "input" : model->input == NULL ? "head" : "both";
}
