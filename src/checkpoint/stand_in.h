// SPDX-License-Identifier: MIT
// What lies in the place of a file that was never downloaded: a pointer of git-lfs, a web page, a message of a server.
#ifndef CARVQ_CHECKPOINT_STAND_IN_H
#define CARVQ_CHECKPOINT_STAND_IN_H

#include <stddef.h>
#include <stdint.h>

// What the bytes are, and what to do: "is a git-lfs pointer ..: run 'git lfs pull' .."; NULL if they are none of that. data are
// the first nbytes of a file, all of a small one.
const char *carvq_stand_in(const uint8_t *data, size_t nbytes);

// The same of a file, or of a model's file in a format that we do not read; NULL, too, if it cannot be opened.
const char *carvq_stand_in_file(const char *path);

#endif
