// SPDX-License-Identifier: MIT
// What counts as an answer in a generated text.
#ifndef CARVQ_EVAL_TASK_NUMBER_H
#define CARVQ_EVAL_TASK_NUMBER_H

#include <stddef.h>

#include "carvq.h"

// The last number of a text, written so that equal numbers are equal texts: without leading zeros, zeros at the end of a
// fraction, or commas. NULL in *number_ret if there is none; else to be given to free().
//
// A number is decimal digits, with commas before groups of three and with a fraction behind a point; .5 is 0.5. A minus
// directly before it, or before a $ directly before it, is its sign, unless a letter, digit or ) stands directly before that.
enum carvq_status carvq_task_last_number(const char *text, size_t length, char **number_ret, struct carvq_error *error);

// Where an answer ends in a generated text: before a blank line that has something other than white space before it, or before
// "Question:"; length if it has neither.
size_t carvq_task_answer_length(const char *text, size_t length);

#endif
