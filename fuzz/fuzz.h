// SPDX-License-Identifier: MIT
// A fuzz target is one file here that defines this function; its corpus is the folder corpus/NAME of the same name.
#ifndef CARVQ_FUZZ_H
#define CARVQ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

// Feeds size bytes to the code under test; returns 0.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
