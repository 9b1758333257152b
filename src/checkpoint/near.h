// SPDX-License-Identifier: MIT
// How near two names are, for whoever misspelt one.
#ifndef CARVQ_CHECKPOINT_NEAR_H
#define CARVQ_CHECKPOINT_NEAR_H

#define CARVQ_NEAR_LENGTH 200 // of names that are compared; longer ones are no typing errors

// Insertions, deletions and replacements that make b of a, or limit + 1 if it takes more than limit (or a name is long).
unsigned carvq_edit_distance(const char *a, const char *b, unsigned limit);

#endif
