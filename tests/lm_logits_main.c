// SPDX-License-Identifier: MIT
// Prints the logits of a model: lm_logits MODEL ID.. writes one line for each position of the window that the ids form.
#include <stdio.h>
#include <stdlib.h>

#include "lm/lm.h"

static enum carvq_status print_logits(const struct carvq_lm *lm, const uint32_t *ids, size_t count, struct carvq_error *error)
{
    const size_t vocabulary = carvq_lm_config(lm)->vocabulary;
    float *hidden = calloc(count * carvq_lm_config(lm)->hidden, sizeof *hidden),
          *logits = calloc(count * vocabulary, sizeof *logits);
    struct carvq_lm_batch *batch = NULL;
    enum carvq_status status = carvq_lm_batch_open(lm, count, 1, 2, &batch, error);
    if (status == CARVQ_OK)
        status = carvq_lm_hidden(batch, NULL, ids, 1, hidden, error);
    if (status == CARVQ_OK)
        status = carvq_lm_logits(batch, NULL, hidden, count, logits, error);
    for (size_t i = 0; status == CARVQ_OK && i < count * vocabulary; i++)
        printf("%.9g%c", (double)logits[i], (i + 1) % vocabulary == 0 ? '\n' : ' ');
    carvq_lm_batch_close(batch);
    free(hidden);
    free(logits);
    return status;
}

int main(int argc, char **argv)
{
    struct carvq_error error;
    struct carvq_checkpoint *checkpoint = NULL;
    struct carvq_lm *lm = NULL;
    uint32_t ids[4096];
    size_t count = 0;
    for (int i = 2; i < argc && count < 4096; i++)
        ids[count++] = (uint32_t)strtoul(argv[i], NULL, 10);
    if (count < 2) {
        fprintf(stderr, "usage: %s MODEL ID ID ..\n", argv[0]);
        return 2;
    }
    enum carvq_status status = carvq_checkpoint_open(argv[1], &checkpoint, &error);
    if (status == CARVQ_OK)
        status = carvq_lm_open(checkpoint, &lm, &error);
    if (status == CARVQ_OK)
        status = print_logits(lm, ids, count, &error);
    if (status != CARVQ_OK)
        fprintf(stderr, "%s\n", error.message);
    carvq_lm_close(lm);
    carvq_checkpoint_close(checkpoint);
    return status != CARVQ_OK;
}
