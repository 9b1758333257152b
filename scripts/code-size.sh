#!/bin/sh
# SPDX-License-Identifier: MIT
# Bytes of code and constants of the runtime, without what no call needs, as it is and with each codec left out.
# Usage: CC=arm-none-eabi-gcc scripts/code-size.sh [options of the compiler, as -mcpu=cortex-m4 -mthumb]
set -eu
cd "$(dirname "$0")/.."
cc=${CC:-cc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for left_out in "" -DCARVQ_NO_RVQ -DCARVQ_NO_TRELLIS_10 -DCARVQ_NO_TRELLIS_12 -DCARVQ_NO_TRELLIS -DCARVQ_NO_ADDITIVE; do
    rm -f "$work"/*.o
    # shellcheck disable=SC2086 # nothing, or one word
    for source in src/runtime/*.c; do
        $cc -std=c11 -Os -ffunction-sections -fdata-sections -DCARVQ_NO_FILE_MAP -DCARVQ_KERNEL_SCALAR $left_out "$@" -Iinclude \
            -c "$source" -o "$work/$(basename "$source" .c).o"
    done
    $cc "$@" -nostdlib -r -Wl,--gc-sections,-u,carvq_open_memory,-u,carvq_find,-u,carvq_info,-u,carvq_lookup,-u,carvq_logits \
        -Wl,-u,carvq_logits_workspace,-u,carvq_close "$work"/*.o -o "$work/all"
    printf '%10d  %s\n' "$(size "$work/all" | awk 'END { print $1 + $2 }')" "${left_out:-everything}"
done
