// SPDX-License-Identifier: MIT
// Stands in for libFuzzer in the normal test build: feeds every file of the folders on the command line to the target.
// A crash or a sanitizer's report is the failure; so is an empty corpus, which would test nothing.
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "fuzz.h"

// The copy has exactly the size of the file, so that a sanitizer sees a read past its end.
static int replay_file(const char *path, size_t size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(size > 0 ? size : 1);
    int done = file != NULL && data != NULL && fread(data, 1, size, file) == size;
    if (done)
        LLVMFuzzerTestOneInput(data, size);
    else
        fprintf(stderr, "%s: cannot read\n", path);
    free(data);
    if (file != NULL)
        fclose(file);
    return done;
}

// Number of files fed, or -1 after an error.
static int replay_folder(const char *folder)
{
    DIR *directory = opendir(folder);
    if (directory == NULL) {
        fprintf(stderr, "%s: cannot open the folder\n", folder);
        return -1;
    }
    int count = 0;
    for (struct dirent *entry; count >= 0 && (entry = readdir(directory)) != NULL;) {
        char path[4096];
        struct stat status;
        int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (length < 0 || (size_t)length >= sizeof path || stat(path, &status) != 0)
            count = -1;
        else if (S_ISREG(status.st_mode))
            count = replay_file(path, (size_t)status.st_size) ? count + 1 : -1;
    }
    closedir(directory);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay_folder(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d files\n", total);
    return total > 0 ? 0 : 1;
}
