#!/bin/bash
# SPDX-License-Identifier: MIT
# examples/generate.c on a Cortex-M4 of qemu, with model and table in flash, generates what the evaluator generates on this machine:
# generate_cortex_m.sh CARVQ SOURCE_DIR FOLDER_OF_TEST_PROGRAMS
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
programs=$(realpath "$3")
read -ra ids < <(od -An -v -w32 -tu2 -N32 "$model/sample.tokens.u16")

device() # arguments of the program
{
    timeout 300 qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting \
        -kernel "$folder/device/generate.elf" -append "$*" >"$folder/stdout" 2>"$folder/stderr" </dev/null
    status=$?
}

same_tokens() # what it is, options of compress
{
    run compress "$model" -o "$folder/$1" "${@:2}"
    expect_success "$1: compress"
    "$programs/eval_greedy" "$model" "$folder/$1" 64 "${ids[@]}" >"$folder/expected"
    check "$1: the evaluator generates" test "$(wc -w <"$folder/expected")" -eq 64
    check "$1: build" sh "$source_dir/examples/cortex-m/build.sh" "$model" "$folder/$1" "$folder/device"
    device 64 "${ids[@]}"
    check "$1: exit status $status" test "$status" -eq 0
    check "$1: other tokens" cmp "$folder/expected" "$folder/stdout"
    printf '%s, %d bytes\n' "$1" "$(stat -c %s "$folder/$1")"
    cat "$folder/stderr"
    check "$1: flash" test "$(sed -n 's/^flash: \([0-9]*\) bytes.*/\1/p' "$folder/stderr")" -le $((2048 * 1024))
    check "$1: RAM" test "$(sed -n 's/^RAM: \([0-9]*\) bytes.*/\1/p' "$folder/stderr")" -le $((416 * 1024))
}

same_tokens trellis --bits 2 --codec trellis
same_tokens additive --bits 2 --codec additive
device 8 4096
expect_failure "no such token" 1 "no row 4096"
device 120 1
expect_failure "more tokens than the arena holds" 1 "GENERATE_ARENA: 393216 bytes are too few"
finish
