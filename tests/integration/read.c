// SPDX-License-Identifier: MIT
// A program of a user that reads tables: needs include/ and the runtime, nothing else. With an argument, it also opens a file of
// this folder whose name is not ASCII.
#include <stdio.h>
#include <string.h>

#include "carvq.h"

int main(int argc, char **argv)
{
    struct carvq_file *file = NULL;
    struct carvq_error error;
    (void)argv;
    if (argc > 1 && carvq_open("t\xc3\xa2"
                               "ble-\xe8\xa1\xa8.safetensors",
                               &file, &error) != CARVQ_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    carvq_close(file);
    if (strcmp(carvq_version(), CARVQ_VERSION_STRING) != 0) {
        fprintf(stderr, "header %s, library %s\n", CARVQ_VERSION_STRING, carvq_version());
        return 1;
    }
    if (carvq_open("no/such/file", &file, &error) != CARVQ_ERROR_IO ||
        carvq_open_memory("no table", 8, &file, &error) == CARVQ_OK)
        return 1;
    printf("carvq %s: %s\n", carvq_version(), error.message);
    return 0;
}
