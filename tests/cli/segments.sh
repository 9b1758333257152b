#!/bin/bash
# SPDX-License-Identifier: MIT
# The commands on files of version 2: several segments, tiers, and damage that only a lookup can find.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

file=$folder/tiers.carvq.safetensors
golden=$source_dir/tests/golden
tensor=model.embed_tokens.weight

shows() # what it is, text that has to be in the output
{
    check "$1: no '$2'" grep -qF -- "$2" "$folder/stdout"
}

run show "$golden/v2-tiers-4.carvq.safetensors"
expect_success "show of tiers"
shows "show of tiers" "26 rows (5.1 %), 16.0000 bits per parameter, decoder scalar raw"
shows "show of tiers" "trellis of 2^12 states: 8 bits for two values, 8 scales"
shows "show of tiers" "rvq: sub-vectors of 8, groups of 99 (rows), 2 stages of 4 bits"
shows "show of tiers" "160 bytes, which row is in which: 2.50 bits a row"
shows "show of tiers" "rank 3, coefficients of 5 bits"
run show "$golden/v2-tiers-2.carvq.safetensors" --json
expect_success "show --json of tiers"
shows "show --json of tiers" '"tier_bytes": 64'
shows "show --json of tiers" '"step_bits": 3'
export CARVQ_KERNEL=scalar
run show "$golden/v2-raw.carvq.safetensors"
expect_success "show of raw rows"
shows "show of raw rows" "decoder   scalar raw"
unset CARVQ_KERNEL

run lookup "$golden/v2-tiers-4.carvq.safetensors" all
expect_success "lookup of tiers"
check "lookup of tiers: not 512 rows" test "$(wc -l <"$folder/stdout")" = 512
run lookup "$source_dir/fuzz/corpus/carvq_file/v2-bad-tiers" 0
expect_failure "damaged tiers" 1 "damaged: its tiers do not say where row 0 is"
run bench "$source_dir/fuzz/corpus/carvq_file/v2-bad-tiers"
expect_failure "bench of damaged tiers" 1 "damaged"

# A file of the encoder, whole and with the first counters of its tiers overwritten.
run compress "$model" -o "$file" --bits 2.2 --effort 1 --codec trellis
expect_success "compress --bits"
run show "$file"
shows "compress --bits" "which row is in which"
run verify "$file" "$model"
shows "verify" "SQNR"
run bench "$file" --rounds 1
shows "bench" "tier 0 ("
run restore "$file" "$model" -o "$folder/restored"
expect_success "restore"
run verify "$file" "$folder/restored"
expect_success "verify of what was restored"
run eval "$model" --table "$file" --tokens "$model/sample.tokens.u16" --max-windows 1
expect_success "eval"

begin=$(grep -aoE "\"$tensor.tiers\":[^}]*data_offsets\":\[[0-9]+" "$file" | grep -oE '[0-9]+$')
header=$(od -An -tu8 -N8 "$file" | tr -d ' ')
printf '\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377\377' |
    dd of="$file" bs=1 seek=$((8 + header + begin)) conv=notrunc status=none
for command in "verify $file $model" "restore $file $model -o $folder/damaged" "lookup $file all --npy $folder/damaged.npy" \
    "eval $model --table $file --tokens $model/sample.tokens.u16 --max-windows 1"; do
    # shellcheck disable=SC2086
    run $command
    expect_failure "$command" 1 "damaged: its tiers do not say where row"
done
check "something is left behind" test ! -e "$folder/damaged" -a ! -e "$folder/damaged.npy"
finish
