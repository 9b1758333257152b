// SPDX-License-Identifier: MIT
// config.json and model.safetensors.index.json. The names of shards that pass must not lead out of the directory.
#include <stdlib.h>
#include <string.h>

#include "checkpoint/internal.h"
#include "fuzz.h"

static void check_index(const json_t *json)
{
    struct carvq_error error;
    const char **names;
    size_t count;
    if (carvq_directory_shards("file", json, &names, &count, &error) != CARVQ_OK)
        return;
    for (size_t i = 0; i < count; i++)
        if (strchr(names[i], '/') != NULL || strcmp(names[i], "..") == 0 || names[i][0] == '\0' ||
            (i > 0 && strcmp(names[i - 1], names[i]) >= 0))
            abort();
    free(names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct carvq_error error;
    json_t *json;
    if (carvq_directory_parse("file", (const char *)data, size, &json, &error) != CARVQ_OK)
        return 0;
    check_index(json);
    const char *key;
    json_t *value;
    json_object_foreach (json, key, value) {
        if (carvq_is_main_table_name(key) && !carvq_is_table_name(key))
            abort();
    }
    struct carvq_tensor tensors[] = {{.name = "wte.weight"}, {.name = "lm_head.weight"}};
    const struct carvq_tensor *head;
    struct carvq_checkpoint checkpoint = {.directory = {.whole = true, .config = json}, .tensors = tensors};
    for (checkpoint.tensor_count = 0; checkpoint.tensor_count <= 2; checkpoint.tensor_count++)
        (void)carvq_checkpoint_head(&checkpoint, &tensors[0], &head);
    json_decref(json);
    return 0;
}
