#!/bin/bash
# SPDX-License-Identifier: MIT
# examples/generate.c generates what the evaluator generates: generate.sh CARVQ SOURCE_DIR FOLDER_OF_TEST_PROGRAMS
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
programs=$(realpath "$3")
file=$folder/demo.carvq.safetensors

# 64 tokens after 16 of each of some windows of the sample.
same_tokens() # what it is
{
    local window ids
    for window in 0 1 2 3; do
        read -ra ids < <(od -An -v -w32 -tu2 -N32 -j$((window * 512)) "$model/sample.tokens.u16")
        "$programs/eval_greedy" "$model" "$file" 64 "${ids[@]}" >"$folder/expected" 2>"$folder/stderr"
        check "$1: the evaluator generates" test "$(wc -w <"$folder/expected")" -eq 64
        for program in generate generate_blas; do
            "$programs/$program" "$model" "$file" 64 "${ids[@]}" >"$folder/stdout" 2>"$folder/stderr"
            check "$1: $program, window $window" cmp "$folder/expected" "$folder/stdout"
        done
    done
}

run compress "$model" -o "$file" --preset carvq-3 --iterations 5 --adaptor-epochs 3
expect_success "a preset"
same_tokens "a preset"
run compress "$model" -o "$file" --force --bits 2 --codec trellis
expect_success "trellis"
same_tokens "trellis"
run compress "$model" -o "$file" --force --bits 2 --codec additive
expect_success "additive"
same_tokens "additive"
finish
