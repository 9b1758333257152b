// SPDX-License-Identifier: MIT
// A model for evaluation, opened with the compressed tables that take the place of its own.
#include "eval.h"

#include <stdlib.h>

#include "runtime/status.h"

const struct cli_word cli_places[] = {
    {"input", CARVQ_EVAL_INPUT}, {"head", CARVQ_EVAL_HEAD}, {"both", CARVQ_EVAL_BOTH}, {NULL, 0}};

const char *cli_place_name(enum carvq_eval_apply place)
{
    const struct cli_word *word = cli_places;
    while (word[1].word != NULL && word->value != (int)place)
        word++;
    return word->word;
}

static enum carvq_status open_tables(const struct cli_list *tables, enum carvq_eval_apply apply, struct cli_model *model,
                                     struct carvq_error *error)
{
    enum carvq_status status = CARVQ_OK;
    model->files = calloc(tables->count, sizeof *model->files);
    if (model->files == NULL)
        return carvq_fail(error, CARVQ_ERROR_MEMORY, "out of memory");
    for (size_t i = 0; status == CARVQ_OK && i < tables->count; i++) {
        struct carvq_eval_file *file = &model->files[model->file_count];
        file->path = tables->items[i];
        status = cli_open_file(file->path, NULL, &file->file, error);
        model->file_count += status == CARVQ_OK;
    }
    if (status == CARVQ_OK)
        status = carvq_eval_find_tables(model->lm, model->files, model->file_count, apply, &model->input, &model->head, error);
    return status;
}

enum carvq_status cli_model_open(const char *path, const struct cli_list *tables, enum carvq_eval_apply apply,
                                 struct cli_model *model, struct carvq_error *error)
{
    *model = (struct cli_model){.variant.name = cli_model_tables(tables)};
    enum carvq_status status = cli_open_model(path, &model->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(model->checkpoint, &model->lm, error);
    if (status == CARVQ_OK && tables->count > 0)
        status = open_tables(tables, apply, model, error);
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
    for (size_t i = 0; i < model->file_count; i++)
        carvq_close(model->files[i].file);
    free(model->files);
    carvq_lm_close(model->lm);
    carvq_checkpoint_close(model->checkpoint);
}

const char *cli_model_tables(const struct cli_list *tables)
{
    static char several[1024];
    if (tables->count < 2)
        return tables->count > 0 ? tables->items[0] : NULL;
    snprintf(several, sizeof several, "%.980s and %zu more", tables->items[0], tables->count - 1);
    return several;
}

double cli_model_bits(const struct cli_model *model)
{
    const struct carvq_table *used[] = {model->input, model->head != model->input ? model->head : NULL};
    double bytes = 0, values = 0;
    for (size_t i = 0; i < 2; i++) {
        if (used[i] == NULL)
            continue;
        const struct carvq_table_info *info = carvq_info(used[i]);
        bytes += (double)info->payload_bytes;
        values += (double)info->rows * info->cols;
    }
    return 8 * bytes / values;
}

const char *cli_model_apply(const struct cli_model *model)
{
    return model->head == NULL ? "input" : model->input == NULL ? "head" : "both";
}
