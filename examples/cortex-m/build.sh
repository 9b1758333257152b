#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds examples/generate.c for a Cortex-M4 with the runtime, a model's layers and its compressed table, all in flash. Run it with
#   qemu-system-arm -M mps2-an386 -nographic -monitor none -serial none -semihosting -kernel OUT/generate.elf -append "64 278 331"
#
# Usage: examples/cortex-m/build.sh MODEL_DIR TABLE OUT
# Environment: CC (arm-none-eabi-gcc), CFLAGS (for a core with an FPU), ARENA (bytes of working memory)
set -eu
[ $# = 3 ] || {
    sed -n '/^# Usage/,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
}
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../..
out=$3
mkdir -p "$out"
cp "$1/config.json" "$out/config.json"
python3 "$here/without_table.py" "$1/model.safetensors" "$out/model.safetensors"
cp "$2" "$out/table.carvq.safetensors"

# -isystem: the stdint.h of Debian's bare-metal gcc hides that of its newlib, without which inttypes.h has no PRIu64.
# shellcheck disable=SC2086 # a list of flags
${CC:-arm-none-eabi-gcc} -std=c11 -O2 ${CFLAGS:--mcpu=cortex-m4 -mfpu=fpv4-sp-d16 -mfloat-abi=hard} -mthumb -ffp-contract=off \
    -Wall -Wextra -ffunction-sections -fdata-sections -Wl,--gc-sections -isystem /usr/include/newlib -I"$source/include" \
    -DCARVQ_NO_FILE_MAP -DCARVQ_KERNEL_SCALAR -DGENERATE_ARENA="${ARENA:-393216}" -Wa,-I"$out" -nostartfiles --specs=rdimon.specs \
    -T "$here/flash.ld" "$here/start.c" "$here/files.S" "$source/examples/generate.c" "$source"/src/runtime/*.c -lm \
    -o "$out/generate.elf"
