// SPDX-License-Identifier: MIT
// Tells the stand-ins of files from files.
#include "checkpoint/stand_in.h"

#include <stdbool.h>
#include <string.h>

#include "runtime/map.h"

static bool begins_with(const uint8_t *data, size_t nbytes, const char *text)
{
    return nbytes >= strlen(text) && memcmp(data, text, strlen(text)) == 0;
}

static bool begins_with_letters(const uint8_t *data, size_t nbytes, const char *lower)
{
    const size_t length = strlen(lower);
    for (size_t i = 0; i < length; i++)
        if (i == nbytes || (data[i] >= 'A' && data[i] <= 'Z' ? data[i] + 32 : data[i]) != (uint8_t)lower[i])
            return false;
    return true;
}

const char *carvq_stand_in(const uint8_t *data, size_t nbytes)
{
    static const char *const answers[] = {"Entry not found", "Invalid username or password", "Access to model",
                                          "Repository not found", "Not Found"};
    if (begins_with(data, nbytes, "version https://git-lfs.github.com/spec/") ||
        begins_with(data, nbytes, "version https://hawser.github.com/spec/"))
        return "is a git-lfs pointer, not the file: run 'git lfs pull' in its directory";
    size_t at = begins_with(data, nbytes, "\xef\xbb\xbf") ? 3 : 0;
    while (at < nbytes && (data[at] == ' ' || data[at] == '\n' || data[at] == '\r' || data[at] == '\t'))
        at++;
    if (begins_with_letters(data + at, nbytes - at, "<!doctype html") || begins_with_letters(data + at, nbytes - at, "<html"))
        return "is a web page, not the file: download it again (logged in, if the model asks for it)";
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (nbytes < 1000 && begins_with(data, nbytes, answers[i]))
            return "is the answer of a server, not the file ('Entry not found' or the like): download it again";
    return NULL;
}

const char *carvq_stand_in_file(const char *path)
{
    struct carvq_map map;
    if (carvq_map_open(path, &map, NULL) != CARVQ_OK)
        return NULL;
    const char *stand_in = carvq_stand_in(map.data, map.size);
    if (begins_with(map.data, map.size, "GGUF"))
        stand_in = "is a GGUF file, which is not supported yet: give the model that it was made from";
    if (begins_with(map.data, map.size, "PK\3\4"))
        stand_in = "is a PyTorch file (zip of pickles), which is not supported: save the model as safetensors";
    carvq_map_close(&map);
    return stand_in;
}
