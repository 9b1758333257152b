// SPDX-License-Identifier: MIT
// A model run over texts for its statistics, with progress.
#include "calibrate.h"

#include <math.h>
#include <stdlib.h>

#include "eval.h"
#include "lm/calibrate.h"

// Texts as they are read.
struct work {
    const struct cli_calibration *calibration;
    const struct carvq_checkpoint *checkpoint;
    uint64_t rows;
    struct carvq_calibrate_text texts[128];
    uint32_t *ids[128];
    size_t count;
};
_Static_assert(sizeof((struct work *)0)->ids / sizeof(uint32_t *) ==
                   2 * sizeof((struct cli_list *)0)->items / sizeof(const char *),
               "texts and tokens have room");

static enum carvq_status read_text(struct work *work, const struct cli_text_options *text, struct carvq_error *error)
{
    const uint64_t max_tokens = work->calibration->max_tokens;
    size_t count;
    uint32_t **ids = &work->ids[work->count];
    enum carvq_status status = cli_read_text(text, work->checkpoint, work->rows, ids, &count, error);
    if (status != CARVQ_OK)
        return status;
    const size_t rows = cli_drop_beyond(*ids, count, work->rows);
    if (rows < count)
        cli_note("%s: %zu of %zu tokens are no row of the model's table and are left out", cli_text_path(text), count - rows,
                 count);
    count = rows;
    if (max_tokens > 0 && count > max_tokens)
        count = (size_t)max_tokens;
    // One part: its path is the command line's and stays.
    work->texts[work->count++] = (struct carvq_calibrate_text){cli_text_path(text), *ids, count};
    return CARVQ_OK;
}

static enum carvq_status read_texts(struct work *work, struct carvq_error *error)
{
    const struct cli_text_options *text = &work->calibration->text;
    enum carvq_status status = CARVQ_OK;
    for (size_t i = 0; status == CARVQ_OK && i < text->texts.count; i++)
        status = read_text(work, &(struct cli_text_options){.texts = {{text->texts.items[i]}, 1}}, error);
    for (size_t i = 0; status == CARVQ_OK && i < text->tokens.count; i++)
        status = read_text(
            work, &(struct cli_text_options){.tokens = {{text->tokens.items[i]}, 1}, .token_width = text->token_width}, error);
    return status;
}

struct show {
    struct cli_progress progress;
    char label[80];
};

static int show_progress(void *context, const struct carvq_calibrate_progress *progress)
{
    struct show *show = context;
    if (isfinite(progress->perplexity))
        snprintf(show->label, sizeof show->label, "perplexity %.3f", progress->perplexity);
    else
        snprintf(show->label, sizeof show->label, "calibrate");
    return cli_progress_step(&show->progress, show->label, progress->tokens, progress->total_tokens, "token");
}

enum carvq_status cli_run_calibration(const struct carvq_checkpoint *checkpoint, const struct carvq_lm *lm,
                                      const struct cli_calibration *calibration, struct carvq_stats **stats_ret,
                                      double *seconds_ret, struct carvq_error *error)
{
    struct work work = {.calibration = calibration, .checkpoint = checkpoint, .rows = carvq_lm_config(lm)->vocabulary};
    struct show show = {.label = ""};
    uint32_t front;
    struct carvq_calibrate_options options = {
        .window = (size_t)calibration->window,
        .threads = (unsigned)calibration->threads,
        .progress = show_progress,
        .progress_context = &show,
    };
    enum carvq_status status = read_texts(&work, error);
    if (status == CARVQ_OK)
        status = cli_find_front(calibration->bos, calibration->text.texts.count > 0, checkpoint, lm, &front, &options.front,
                                error);
    const double started = cli_seconds();
    if (status == CARVQ_OK) {
        cli_progress_begin(&show.progress);
        status = carvq_lm_calibrate(lm, work.texts, work.count, &options, stats_ret, error);
        cli_progress_end(&show.progress);
    }
    if (seconds_ret != NULL)
        *seconds_ret = cli_seconds() - started;
    for (size_t i = 0; i < work.count; i++)
        free(work.ids[i]);
    return status;
}
