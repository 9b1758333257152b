#!/bin/bash
# SPDX-License-Identifier: MIT
# compress with an adaptor: the plan, the file and the report agree, it is worth its bits, and its options are checked.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
file=$folder/demo.carvq.safetensors

run compress "$model" -o "$file" --preset carvq-3 --json
expect_success "compress"
check "no adaptor in the report" test "$(number adaptor_dim)" = 1 -a "$(number adaptor_hidden)" = 6
planned=$(number payload_bytes)
l1=$(number l1)
check "bits of the preset" is_true "$(number bits_per_param) <= 2.4055 && $(number bits_per_param) > 2.39"
run show "$file" --json
check "show has other sizes" test "$(number payload_bytes)" = "$planned" -a "$(number adaptor_dim)" = 1
run verify "$file" "$model" --json
check "verify finds another error" is_true "($(number l1) / $l1 - 1) ^ 2 < 1e-10"

# The presets hold 4-bit codes and 16-bit values, and nothing else.
for preset in carvq-2 carvq-3 carvq-4; do
    run compress "$model" -o "$file" --force --preset $preset --json
    check "$preset: code_bits" test "$(number code_bits)" = 4
    length=$(od -A n -t u8 -N 8 "$file" | tr -d ' ')
    dtypes=$(tail -c +9 "$file" | head -c "$length" | grep -o '"dtype":"[A-Z0-9]*","shape' | sort | uniq -c | tr -s ' \n' ' ')
    check "$preset: tensors of other types: $dtypes" test "$dtypes" = ' 6 "dtype":"BF16","shape 1 "dtype":"U8","shape '
done

run compress "$model" -o "$file" --preset carvq-3 --force
check "the report does not say what codes alone reach" grep -q "codes alone: SQNR" "$folder/stdout"
check "the report does not compare" grep -q "bits spent on codes (--no-adaptor --group 852)" "$folder/stdout"

run compress "$model" -o "$file" --preset carvq-3 --force --no-adaptor --json
check "--no-adaptor" is_true "$(number adaptor_bytes) == 0 && $(number l1) > 1.02 * $l1"
run compress "$model" -o "$file" --force --rounds 3 --json
check "three rounds do not pay" is_true "$(number l1) < 0.85 * $l1"
small_model "$folder/small" 1000
run compress "$folder/small" -o "$file" --force --adaptor-dim 2 --adaptor-hidden 20 --adaptor-epochs 3 --json
check "given widths" test "$(number adaptor_dim)" = 2 -a "$(number adaptor_hidden)" = 20

for threads in 1 2 3; do
    run compress "$folder/small" -o "$folder/$threads" --threads "$threads" --rounds 2 --adaptor-epochs 4
done
expect_success "3 threads"
check "2 threads give other bytes" cmp -s "$folder/1" "$folder/2"
check "3 threads give other bytes" cmp -s "$folder/1" "$folder/3"

run compress "$model" -o "$folder/x" --adaptor-dim 1 --adaptor-hidden 257
expect_failure "too many hidden units" 1 "must have 1 to 256"
run compress "$model" -o "$folder/x" --adaptor-epochs 0
expect_failure "no epochs" 2 "adaptor-epochs"
check "a refused run left something" test ! -e "$folder/x"

finish
