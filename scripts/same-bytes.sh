#!/bin/bash
# SPDX-License-Identifier: MIT
# Compares the files that two builds of carvq make: all presets and several budgets of every model at hand, byte by byte.
# For changes that must not change what is stored. Usage: scripts/same-bytes.sh OLD NEW [folder with models], OLD and NEW being
# two programs carvq; models that are absent are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $# -ge 2 ]] || { sed -n '3,5s/^# //p' "$0" >&2; exit 2; }
# shellcheck disable=SC2034 # read by ${!side}
old=$1 new=$2
models=${3:-${CARVQ_TEST_DATA:-../shared}/models}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
same=0
different=0

compare() # model, options
{
    local model=$1 name
    name=$(basename "$model")
    shift
    for side in old new; do
        # Some models have no room for a setting; then both have to say so.
        "${!side}" compress "$model" -o "$folder/$side" --force "$@" >/dev/null 2>"$folder/$side.message" || cp "$folder/$side.message" "$folder/$side"
    done
    if cmp -s "$folder/old" "$folder/new"; then
        same=$((same + 1))
    else
        different=$((different + 1))
        printf 'different: %s %s\n' "$name" "$*"
    fi
    rm -f "$folder/old" "$folder/new"
}

for model in examples/demo-llama "$models"/demo-llama "$models"/stories260K "$models"/ple-v4096 "$models"/glove-25d; do
    [[ -d $model ]] || continue
    for preset in carvq-2 carvq-3 carvq-4; do
        compare "$model" --preset $preset
        compare "$model" --preset $preset --no-adaptor
    done
    compare "$model" --preset carvq-2 --effort 2 --no-adaptor
    compare "$model" --grouping columns --no-adaptor
    compare "$model" --codebook-dtype f16 --rounds 2
    for bits in 1.25 1.655 2.2 3.155 5 8; do
        compare "$model" --bits $bits --codec trellis
    done
    compare "$model" --bits 2.2 --uniform --codec rvq
    compare "$model" --bits 2.2 --uniform --codec trellis --effort 9 --seed 7
    compare "$model" --max-bytes 150000 --codec trellis
    [[ ! -e $model/calib.tokens.u16 ]] || compare "$model" --bits 1.655 --codec trellis --count-only --calibrate-tokens "$model/calib.tokens.u16"
done
printf '%d files are the same, %d are different\n' "$same" "$different"
[[ $different == 0 && $same -gt 0 ]]
