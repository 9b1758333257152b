// SPDX-License-Identifier: MIT
// A task file from a stranger: every item that is taken is whole, and every refusal is one printable line that names a line.
#include <stdlib.h>
#include <string.h>

#include "eval/task.h"
#include "eval/task_number.h"
#include "fuzz.h"

static void demand(int condition)
{
    if (!condition)
        abort();
}

static void check_item(const struct carvq_task_item *item)
{
    demand(item->text != NULL && item->line > 0);
    if (item->kind == CARVQ_TASK_NUMBER) {
        char *again; // the one form of a number is a number in that form
        demand(carvq_task_last_number(item->answer, strlen(item->answer), &again, NULL) == CARVQ_OK && again != NULL);
        demand(strcmp(again, item->answer) == 0);
        free(again);
        return;
    }
    demand(item->choice_count >= 2 && item->label < item->choice_count);
    for (size_t i = 0; i < item->choice_count; i++)
        demand(*carvq_task_choice(item, i) != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_task task;
    struct carvq_error error;
    demand(carvq_task_answer_length((const char *)data, size) <= size);
    if (carvq_task_parse("fuzz", (const char *)data, size, 0, &task, &error) != CARVQ_OK) {
        demand(memchr(error.message, 0, sizeof error.message) != NULL && strpbrk(error.message, "\n\r\033") == NULL);
        return 0;
    }
    size_t choices = 0;
    demand(task.count > 0);
    for (size_t i = 0; i < task.count; i++) {
        check_item(&task.items[i]);
        demand(task.items[i].first == choices && (i == 0 || task.items[i].line > task.items[i - 1].line));
        choices += task.items[i].choice_count;
    }
    demand(choices == task.choices);
    carvq_task_free(&task);
    return 0;
}
