// SPDX-License-Identifier: MIT
// Prints what the evaluator generates: eval_greedy MODEL TABLE COUNT ID.. writes the COUNT ids that follow a prompt, or fewer if
// the text ends. TABLE holds input and head.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "eval/eval.h"
#include "lm/lm.h"

#define MAX_LENGTH 4096

// An open model with its table, as eval/task_generate.c has them.
struct model {
    struct carvq_checkpoint *checkpoint;
    struct carvq_lm *lm;
    struct carvq_file *file;
    const struct carvq_table *input, *head;
    struct carvq_lm_rows input_rows, head_rows;
    struct carvq_lm_batch *batch;
    struct carvq_lm_cache *cache;
};

static enum carvq_status open_model(struct model *model, const char *path, const char *table_path, size_t length,
                                    struct carvq_error *error)
{
    enum carvq_status status = carvq_checkpoint_open(path, &model->checkpoint, error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(model->checkpoint, &model->lm, error);
    if (status == CARVQ_OK)
        status = carvq_open(table_path, &model->file, error);
    if (status == CARVQ_OK)
        status = carvq_eval_find_tables(model->lm, &(struct carvq_eval_file){model->file, table_path}, 1, CARVQ_EVAL_BOTH,
                                        &model->input, &model->head, error);
    if (status != CARVQ_OK)
        return status;
    model->input_rows = carvq_lm_rows_of_table(model->input);
    model->head_rows = carvq_lm_rows_of_table(model->head);
    status = carvq_lm_batch_open(model->lm, length, 1, 2, &model->batch, error);
    if (status == CARVQ_OK)
        status = carvq_lm_cache_open(model->lm, 1, length, &model->cache, error);
    return status;
}

static enum carvq_status find_top(const struct model *model, const float *state, uint32_t *top_ret, struct carvq_error *error)
{
    const struct carvq_lm_variant variant = {state, &model->head_rows};
    const uint32_t target = 0; // any: only the top token counts
    const struct carvq_lm_span last = {0, 1, &target};
    struct carvq_lm_score score = {.top = 0};
    enum carvq_status status = carvq_lm_score_spans(model->batch, &variant, 1, &last, 1, &score, error);
    *top_ret = score.top;
    return status;
}

// hidden has room for the states of the prompt.
static enum carvq_status generate(const struct model *model, uint32_t *ids, size_t prompt, size_t count, float *hidden,
                                  struct carvq_error *error)
{
    const size_t n = carvq_lm_config(model->lm)->hidden;
    struct carvq_lm_sequence sequence = {.first = 0, .count = prompt, .slot = 0, .past = 0};
    for (size_t i = 0; i < count; i++) {
        enum carvq_status status = carvq_lm_extend(model->batch, &model->input_rows, model->cache, &sequence, 1,
                                                   ids + sequence.past, hidden, error);
        const float *state = hidden + (sequence.count - 1) * n;
        uint32_t top = 0;
        if (status == CARVQ_OK)
            status = find_top(model, state, &top, error);
        if (status != CARVQ_OK || carvq_lm_is_end(model->lm, top))
            return status;
        printf("%" PRIu32 " ", top);
        sequence.past += sequence.count;
        sequence.count = 1;
        ids[sequence.past] = top;
    }
    return CARVQ_OK;
}

int main(int argc, char **argv)
{
    struct carvq_error error;
    struct model model = {.checkpoint = NULL};
    static uint32_t ids[MAX_LENGTH];
    const int count = argc > 4 ? atoi(argv[3]) : 0, prompt = argc - 4;
    if (count < 1 || count > MAX_LENGTH - prompt) {
        fprintf(stderr, "usage: %s MODEL TABLE COUNT ID ..\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < prompt; i++)
        ids[i] = (uint32_t)strtoul(argv[4 + i], NULL, 10);
    enum carvq_status status = open_model(&model, argv[1], argv[2], (size_t)(prompt + count), &error);
    if (status == CARVQ_OK) {
        float *hidden = calloc((size_t)prompt * carvq_lm_config(model.lm)->hidden, sizeof *hidden);
        status = generate(&model, ids, (size_t)prompt, (size_t)count, hidden, &error);
        free(hidden);
    }
    if (status != CARVQ_OK)
        fprintf(stderr, "%s\n", error.message);
    else
        printf("\n");
    carvq_lm_cache_close(model.cache);
    carvq_lm_batch_close(model.batch);
    carvq_close(model.file);
    carvq_lm_close(model.lm);
    carvq_checkpoint_close(model.checkpoint);
    return status != CARVQ_OK;
}
