// SPDX-License-Identifier: MIT
// Task files, as strangers write them.
#include <stdlib.h>
#include <string.h>

#include "runtime/map.h"
#include "runtime/status.h"
#include "eval/task.h"
#include "eval/task_number.h"

// A line that is being read.
struct line {
    const char *path;
    size_t number;
    const json_t *json;
};

static enum carvq_status fail(const struct line *line, const char *cause, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: %s", line->path, line->number, cause);
}

static enum carvq_status no_memory(const char *path, struct carvq_error *error)
{
    return carvq_fail(error, CARVQ_ERROR_MEMORY, "%s: out of memory", path);
}

static enum carvq_status read_text(const struct line *line, const char *key, const char **text_ret, struct carvq_error *error)
{
    const json_t *value = json_object_get(line->json, key);
    *text_ret = json_string_value(value);
    if (*text_ret != NULL)
        return CARVQ_OK;
    return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: '%s' is %s", line->path, line->number, key,
                      value == NULL ? "missing" : "not a string");
}

static enum carvq_status check_choices(const struct line *line, const struct carvq_task_item *item, struct carvq_error *error)
{
    if (!json_is_array(item->choices))
        return fail(line, "'choices' is not a list", error);
    if (item->choice_count < 2)
        return fail(line, "'choices' has less than two entries", error);
    for (size_t i = 0; i < item->choice_count; i++)
        if (json_string_length(json_array_get(item->choices, i)) == 0)
            return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: choice %zu is %s", line->path, line->number, i,
                              json_is_string(json_array_get(item->choices, i)) ? "empty" : "not a string");
    return CARVQ_OK;
}

static enum carvq_status read_label(const struct line *line, struct carvq_task_item *item, struct carvq_error *error)
{
    const json_t *label = json_object_get(line->json, "label");
    if (!json_is_integer(label))
        return fail(line, label == NULL ? "'label' is missing" : "'label' is not a whole number", error);
    const json_int_t value = json_integer_value(label);
    if (value < 0 || (uint64_t)value >= item->choice_count)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: 'label' is %lld, but the %zu choices count from 0",
                          line->path, line->number, (long long)value, item->choice_count);
    item->label = (size_t)value;
    return CARVQ_OK;
}

static enum carvq_status read_choice(const struct line *line, struct carvq_task_item *item, struct carvq_error *error)
{
    item->kind = CARVQ_TASK_CHOICE;
    item->choices = json_object_get(line->json, "choices");
    item->choice_count = json_array_size(item->choices);
    enum carvq_status status = read_text(line, "context", &item->text, error);
    if (status == CARVQ_OK)
        status = check_choices(line, item, error);
    if (status == CARVQ_OK)
        status = read_label(line, item, error);
    return status;
}

static enum carvq_status read_number(const struct line *line, struct carvq_task_item *item, struct carvq_error *error)
{
    const char *answer;
    item->kind = CARVQ_TASK_NUMBER;
    enum carvq_status status = read_text(line, "question", &item->text, error);
    if (status == CARVQ_OK)
        status = read_text(line, "answer", &answer, error);
    if (status == CARVQ_OK)
        status = carvq_task_last_number(answer, strlen(answer), &item->answer, error);
    if (status == CARVQ_OK && item->answer == NULL)
        status = fail(line, "'answer' has no number", error);
    return status;
}

// Reads one line into item, which is all zero; what it owns is freed with the task, on errors too.
static enum carvq_status read_item(const char *path, size_t number, const char *text, size_t length, struct carvq_task_item *item,
                                   struct carvq_error *error)
{
    json_error_t problem;
    item->line = number;
    item->json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    const struct line line = {path, number, item->json};
    if (item->json == NULL)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: line %zu: %.120s", path, number, problem.text);
    if (!json_is_object(item->json))
        return fail(&line, "not a JSON object", error);
    if (json_object_get(item->json, "choices") != NULL)
        return read_choice(&line, item, error);
    if (json_object_get(item->json, "question") != NULL)
        return read_number(&line, item, error);
    return fail(&line, "neither 'choices' nor 'question'", error);
}

static bool is_blank(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
        at++;
    return at == length;
}

static enum carvq_status append_line(struct carvq_task *task, size_t *capacity, size_t number, const char *text, size_t length,
                                     struct carvq_error *error)
{
    if (task->count == *capacity) {
        const size_t wanted = *capacity + *capacity / 2 + 64;
        struct carvq_task_item *moved = realloc(task->items, wanted * sizeof *moved);
        if (moved == NULL)
            return no_memory(task->path, error);
        task->items = moved;
        *capacity = wanted;
    }
    struct carvq_task_item *item = &task->items[task->count++];
    *item = (struct carvq_task_item){.first = task->choices};
    enum carvq_status status = read_item(task->path, number, text, length, item, error);
    task->choices += item->choice_count;
    return status;
}

static enum carvq_status read_lines(struct carvq_task *task, const char *text, size_t nbytes, size_t max_items,
                                    struct carvq_error *error)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    size_t capacity = 0, number = 0;
    if (nbytes >= sizeof mark && memcmp(text, mark, sizeof mark) == 0)
        return carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: begins with a byte order mark, which JSON has none of", task->path);
    for (size_t at = 0, length; at < nbytes && (max_items == 0 || task->count < max_items); at += length + 1) {
        const char *newline = memchr(text + at, '\n', nbytes - at);
        length = newline != NULL ? (size_t)(newline - (text + at)) : nbytes - at;
        number++;
        if (is_blank(text + at, length))
            continue;
        enum carvq_status status = append_line(task, &capacity, number, text + at, length, error);
        if (status != CARVQ_OK)
            return status;
    }
    return task->count > 0 ? CARVQ_OK : carvq_fail(error, CARVQ_ERROR_FORMAT, "%s: no items", task->path);
}

enum carvq_status carvq_task_parse(const char *path, const char *text, size_t nbytes, size_t max_items,
                                   struct carvq_task *task_ret, struct carvq_error *error)
{
    const size_t length = strlen(path);
    *task_ret = (struct carvq_task){.path = malloc(length + 1)};
    if (task_ret->path == NULL)
        return no_memory(path, error);
    memcpy(task_ret->path, path, length + 1);
    enum carvq_status status = read_lines(task_ret, text, nbytes, max_items, error);
    if (status != CARVQ_OK)
        carvq_task_free(task_ret);
    return status;
}

enum carvq_status carvq_task_read(const char *path, size_t max_items, struct carvq_task *task_ret, struct carvq_error *error)
{
    struct carvq_map map;
    enum carvq_status status = carvq_map_open(path, &map, error);
    if (status != CARVQ_OK)
        return status;
    status = carvq_task_parse(path, (const char *)map.data, map.size, max_items, task_ret, error);
    carvq_map_close(&map);
    return status;
}

void carvq_task_free(struct carvq_task *task)
{
    for (size_t i = 0; i < task->count; i++) {
        json_decref(task->items[i].json);
        free(task->items[i].answer);
    }
    free(task->items);
    free(task->path);
    *task = (struct carvq_task){.count = 0};
}

const char *carvq_task_choice(const struct carvq_task_item *item, size_t index)
{
    return json_string_value(json_array_get(item->choices, index));
}
