// SPDX-License-Identifier: MIT
// Counts of rows guessed from a vocabulary: which pieces are frequent, as far as its order or scores tell.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/utf8.h"
#include "tokenizer/bpe.h"
#include "tokenizer/counts.h"

#define PRIOR_SCALE 10
#define PRIOR_OFFSET 50
#define PRIOR_RANK 250 // of pieces that have no place of their own
#define MAX_APART 4096 // rows, between a table and the ids of its tokenizer
#define MAX_SCORE 1e300

// A piece that has a place, and what it is sorted by: the least first, of equals the lower id.
struct ranked {
    double key;
    uint32_t id;
};

struct vocabulary {
    struct ranked *pieces; // in the order of their places, in the end
    size_t count, capacity;
    struct carvq_tok_ids special; // added tokens
    struct carvq_tok_ids others;  // pieces without a place
    uint64_t limit;               // highest id plus 1
    const char *basis;
};

static bool count_id(struct vocabulary *vocabulary, uint32_t id)
{
    if (id >= vocabulary->limit)
        vocabulary->limit = (uint64_t)id + 1;
    return carvq_tok_append_id(&vocabulary->others, id);
}

// Adds a piece that has a place.
static bool add_piece(struct vocabulary *vocabulary, uint32_t id, double key)
{
    void *memory = vocabulary->pieces;
    if (!carvq_tok_reserve(&memory, &vocabulary->capacity, vocabulary->count, 1, sizeof *vocabulary->pieces))
        return false;
    vocabulary->pieces = memory;
    vocabulary->pieces[vocabulary->count++] = (struct ranked){key, id};
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct ranked *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return (left->id > right->id) - (left->id < right->id);
}

static int compare_ids(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

// ---- kinds of models

static enum carvq_status take_merges(const char *path, struct carvq_tok_bpe *bpe, struct vocabulary *vocabulary,
                                     struct carvq_error *error)
{
    bool good = true;
    for (size_t i = 0; i < bpe->piece_count; i++)
        good = good && count_id(vocabulary, bpe->pieces[i].id);
    for (size_t rank = 0; rank < bpe->merge_count; rank++)
        good = good && add_piece(vocabulary, bpe->merges[rank].merged, (double)rank);
    vocabulary->basis = "the order of the tokenizer's merges";
    carvq_tok_bpe_free(bpe);
    return good ? CARVQ_OK : carvq_tok_no_memory(path, error);
}

static bool is_special(const struct vocabulary *vocabulary, uint32_t id)
{
    const struct carvq_tok_ids *special = &vocabulary->special;
    return special->length > 0 && bsearch(&id, special->data, special->length, sizeof id, compare_ids) != NULL;
}

// A piece of more than one character, "##" in front left aside, and not one in brackets: those are no text.
static bool has_place(struct carvq_json_string text)
{
    if (text.length > 2 && text.text[0] == '[' && text.text[text.length - 1] == ']')
        return false;
    const size_t skip = text.length > 2 && memcmp(text.text, "##", 2) == 0 ? 2 : 0;
    return carvq_utf8_length(text.text + skip, text.length - skip) < text.length - skip;
}

// WordPiece and WordLevel: {"piece": id}, the frequent ones first.
static enum carvq_status load_words(const char *path, struct carvq_json json, struct vocabulary *vocabulary,
                                    struct carvq_error *error)
{
    struct carvq_json_string text;
    if (!carvq_json_enter(&json, '{'))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: 'vocab' is not an object", path);
    while (carvq_json_next_key(&json, &text)) {
        uint64_t id = 0;
        if (!carvq_json_read_u64(&json, &id) || id > UINT32_MAX)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: the id of a piece is not an integer from 0 to 4294967295",
                              path);
        if (!count_id(vocabulary, (uint32_t)id) ||
            (has_place(text) && !is_special(vocabulary, (uint32_t)id) && !add_piece(vocabulary, (uint32_t)id, (double)id)))
            return carvq_tok_no_memory(path, error);
    }
    vocabulary->basis = "the order of the tokenizer's words";
    return CARVQ_OK;
}

// A number as JSON has it, which ends where something else begins.
static bool read_score(struct carvq_json *json, double *score_ret)
{
    char text[64];
    if (carvq_json_type(json) != '0')
        return false;
    const char *begin = json->at;
    carvq_json_skip(json);
    const size_t length = (size_t)(json->at - begin);
    if (length >= sizeof text)
        return false;
    memcpy(text, begin, length);
    text[length] = '\0';
    *score_ret = strtod(text, NULL);
    return *score_ret >= -MAX_SCORE && *score_ret <= MAX_SCORE;
}

// Unigram: [["piece", score], ..], by id.
static enum carvq_status load_scores(const char *path, struct carvq_json json, struct vocabulary *vocabulary,
                                     struct carvq_error *error)
{
    if (!carvq_json_enter(&json, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: 'vocab' is not an array", path);
    for (uint32_t id = 0; carvq_json_next_item(&json); id++) {
        struct carvq_json item = json;
        double score = 0;
        if (!carvq_json_enter(&item, '[') || !carvq_json_next_item(&item) || carvq_json_type(&item) != '"')
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: piece %" PRIu32 " is not a text and a score", path, id);
        carvq_json_skip(&item);
        if (!carvq_json_next_item(&item) || !read_score(&item, &score))
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: piece %" PRIu32 " has no score", path, id);
        // Special pieces have the score 0, as if they were certain.
        if (!count_id(vocabulary, id) || (score < 0 && !is_special(vocabulary, id) && !add_piece(vocabulary, id, -score)))
            return carvq_tok_no_memory(path, error);
        carvq_json_skip(&json);
    }
    vocabulary->basis = "the scores of the tokenizer's pieces";
    return CARVQ_OK;
}

static enum carvq_status load_model(const char *path, struct carvq_json json, struct vocabulary *vocabulary,
                                    struct carvq_error *error)
{
    struct carvq_tok_member members[] = {{.key = "type"}, {.key = "vocab"}};
    struct carvq_tok_bytes type = {NULL, 0, 0};
    struct carvq_tok_bpe bpe = {.merge_count = 0};
    enum carvq_status status = carvq_tok_members(path, json, members, 2, error);
    if (status == CARVQ_OK && members[0].present)
        status = carvq_tok_read_text(path, &members[0], &type, error);
    if (status != CARVQ_OK) {
        free(type.data);
        return status;
    }
    const char *name = type.data != NULL ? type.data : "BPE";
    const bool words = strcmp(name, "WordPiece") == 0 || strcmp(name, "WordLevel") == 0, scores = strcmp(name, "Unigram") == 0;
    if ((words || scores) && !members[1].present) {
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: model: 'vocab' is missing", path);
    } else if (words) {
        status = load_words(path, members[1].value, vocabulary, error);
    } else if (scores) {
        status = load_scores(path, members[1].value, vocabulary, error);
    } else {
        status = carvq_tok_bpe_load(path, json, false, &bpe, error);
        if (status == CARVQ_OK)
            status = take_merges(path, &bpe, vocabulary, error);
        else
            carvq_tok_bpe_free(&bpe);
    }
    free(type.data);
    return status;
}

static enum carvq_status load_added(const char *path, struct carvq_json json, struct vocabulary *vocabulary,
                                    struct carvq_error *error)
{
    if (!carvq_json_enter(&json, '['))
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'added_tokens' is not an array", path);
    while (carvq_json_next_item(&json)) {
        struct carvq_tok_member id = {.key = "id"};
        uint64_t value = 0;
        enum carvq_status status = carvq_tok_members(path, json, &id, 1, error);
        if (status != CARVQ_OK)
            return status;
        if (id.present && carvq_json_read_u64(&id.value, &value) && value <= UINT32_MAX &&
            (!carvq_tok_append_id(&vocabulary->special, (uint32_t)value) || !count_id(vocabulary, (uint32_t)value)))
            return carvq_tok_no_memory(path, error);
        carvq_json_skip(&json);
    }
    if (vocabulary->special.length > 0)
        qsort(vocabulary->special.data, vocabulary->special.length, sizeof(uint32_t), compare_ids);
    return CARVQ_OK;
}

// ---- the guess

// Ids that are no row, each once.
static uint64_t count_ignored(struct vocabulary *vocabulary, uint64_t rows)
{
    struct carvq_tok_ids *ids = &vocabulary->others;
    uint64_t ignored = 0;
    if (ids->length > 0)
        qsort(ids->data, ids->length, sizeof *ids->data, compare_ids);
    for (size_t i = 0; i < ids->length; i++)
        ignored += ids->data[i] >= rows && (i == 0 || ids->data[i] != ids->data[i - 1]);
    return ignored;
}

static enum carvq_status make_guess(const char *path, struct vocabulary *vocabulary, double *counts_ret, uint64_t rows,
                                    struct carvq_guess *guess_ret, struct carvq_error *error)
{
    const double scale = PRIOR_SCALE * (double)rows;
    const uint64_t ids = vocabulary->limit;
    *guess_ret = (struct carvq_guess){vocabulary->basis, ids, count_ignored(vocabulary, rows)};
    if (rows > ids ? rows - ids >= MAX_APART : ids - rows >= MAX_APART)
        return carvq_fail(error, CARVQ_ERROR_ARGUMENT, "%s: the tokenizer has %" PRIu64 " ids, the table %" PRIu64 " rows", path,
                          ids, rows);
    for (uint64_t row = 0; row < rows; row++) // rows beyond the ids fill the table up to a round number
        counts_ret[row] = row < ids ? scale / (PRIOR_RANK + PRIOR_OFFSET) : 0;
    if (vocabulary->count > 0)
        qsort(vocabulary->pieces, vocabulary->count, sizeof *vocabulary->pieces, compare);
    for (size_t rank = vocabulary->count; rank-- > 0;) // a piece that several merges make has the place of the first
        if (vocabulary->pieces[rank].id < rows)
            counts_ret[vocabulary->pieces[rank].id] = scale / ((double)rank + PRIOR_OFFSET);
    return CARVQ_OK;
}

static void release(struct vocabulary *vocabulary)
{
    free(vocabulary->pieces);
    free(vocabulary->special.data);
    free(vocabulary->others.data);
}

static enum carvq_status check_json(const char *path, const char *data, size_t nbytes, struct carvq_error *error)
{
    size_t where;
    if (nbytes > UINT32_MAX)
        return carvq_fail(error, CARVQ_ERROR_UNSUPPORTED, "%s: larger than 4 GiB", path);
    const char *problem = carvq_json_check(data, nbytes, &where);
    return problem == NULL ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: byte %zu: %s", path, where, problem);
}

enum carvq_status carvq_counts_prior(const char *path, const char *data, size_t nbytes, double *counts_ret, uint64_t rows,
                                     struct carvq_guess *guess_ret, struct carvq_error *error)
{
    struct carvq_tok_member members[] = {{.key = "model"}, {.key = "added_tokens"}};
    struct vocabulary vocabulary = {.count = 0};
    enum carvq_status status = check_json(path, data, nbytes, error);
    if (status == CARVQ_OK)
        status = carvq_tok_members(path, (struct carvq_json){data, data + nbytes}, members, 2, error);
    if (status == CARVQ_OK && !members[0].present)
        status = carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: 'model' is missing: not a tokenizer.json", path);
    if (status == CARVQ_OK && members[1].present)
        status = load_added(path, members[1].value, &vocabulary, error);
    if (status == CARVQ_OK)
        status = load_model(path, members[0].value, &vocabulary, error);
    if (status == CARVQ_OK)
        status = make_guess(path, &vocabulary, counts_ret, rows, guess_ret, error);
    release(&vocabulary);
    return status;
}

static enum carvq_status guess_from_files(const char *vocab_path, const struct carvq_map *vocab, const char *merges_path,
                                          const struct carvq_map *merges, double *counts_ret, uint64_t rows,
                                          struct carvq_guess *guess_ret, struct carvq_error *error)
{
    const char *data = (const char *)vocab->data;
    struct vocabulary vocabulary = {.count = 0};
    struct carvq_tok_bpe bpe = {.merge_count = 0};
    enum carvq_status status = check_json(vocab_path, data, vocab->size, error);
    if (status == CARVQ_OK)
        status = carvq_tok_bpe_load_files(vocab_path, (struct carvq_json){data, data + vocab->size}, merges_path,
                                          (const char *)merges->data, merges->size, &bpe, error);
    if (status == CARVQ_OK)
        status = take_merges(vocab_path, &bpe, &vocabulary, error);
    else
        carvq_tok_bpe_free(&bpe);
    if (status == CARVQ_OK)
        status = make_guess(vocab_path, &vocabulary, counts_ret, rows, guess_ret, error);
    release(&vocabulary);
    return status;
}

enum carvq_status carvq_counts_guess(const char *directory, double *counts_ret, uint64_t rows, struct carvq_guess *guess_ret,
                                     struct carvq_error *error)
{
    char path[4096], merges_path[4096];
    struct carvq_map map, merges;
    snprintf(path, sizeof path, "%s/tokenizer.json", directory);
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status == CARVQ_OK) {
        status = carvq_counts_prior(path, (const char *)map.data, map.size, counts_ret, rows, guess_ret, error);
        carvq_map_close(&map);
        return status;
    }
    snprintf(path, sizeof path, "%s/vocab.json", directory);
    snprintf(merges_path, sizeof merges_path, "%s/merges.txt", directory);
    if (carvq_map_open(path, &map, NULL) != CARVQ_OK)
        return status;
    status = carvq_map_open(merges_path, &merges, error);
    if (status == CARVQ_OK) {
        status = guess_from_files(path, &map, merges_path, &merges, counts_ret, rows, guess_ret, error);
        carvq_map_close(&merges);
    }
    carvq_map_close(&map);
    return status;
}
