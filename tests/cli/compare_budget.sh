#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq compare -m bits: what compress --bits gives, for every budget.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$folder/tokens
small_tokens "$tokens" 1024
small_model "$folder/small" 1024
model=$folder/small

run compress "$model" --bits 2.2 -o "$folder/budget.safetensors" --calibrate-tokens "$tokens" --count-only --json
bits=$(number bits_per_param)
run verify "$folder/budget.safetensors" "$model" --json
sqnr=$(number sqnr_db)
run compare "$model" -m bits --calibrate-tokens "$tokens" --csv "$folder/budget.csv"
expect_success "budgets"
check "a budget: bits and SQNR are those of compress and verify" test "$(awk -F, '/"--bits 2.2"/ { printf "%.6f %.6f", $5, $7 }' "$folder/budget.csv")" = \
    "$(printf '%.6f %.6f' "$bits" "$sqnr")"
check "where the importance comes from" grep -q "importance of rows for carvq --bits: counted in a text" "$folder/stdout"
run compare "$model" -m bits --calibrate-tokens "$tokens" --csv "$folder/trellis.csv" --codec trellis
check "another codec" is_true "$(awk -F, '/"--bits 2.2"/ { print $7 }' "$folder/trellis.csv") > 0.5 + $(awk -F, '/"--bits 2.2"/ { print $7 }' "$folder/budget.csv")"
# shellcheck disable=SC2016
check "no budget is exceeded" awk -F, 'NR > 1 { split($4, words, /[" ]/); if ($5 + 0 > words[3] + 0) bad = 1 } END { exit bad || NR < 2 }' "$folder/budget.csv"
run compare "$model" -m bits --uniform --csv "$folder/uniform.csv" --codec trellis
check "calibration changes the table" test "$(cut -d, -f7 "$folder/trellis.csv")" != "$(cut -d, -f7 "$folder/uniform.csv")"

# What the model says goes the same way.
run calibrate "$model" --tokens "$tokens" --max-tokens 4000 -o "$folder/stats"
run compress "$model" --bits 2.2 -o "$folder/model.safetensors" --stats "$folder/stats" --json
bits=$(number bits_per_param)
run verify "$folder/model.safetensors" "$model" --json
sqnr=$(number sqnr_db)
run compare "$model" -m bits --stats "$folder/stats" --csv "$folder/stats.csv"
check "--stats: bits and SQNR are those of compress and verify" test "$(awk -F, '/"--bits 2.2"/ { printf "%.6f %.6f", $5, $7 }' "$folder/stats.csv")" = \
    "$(printf '%.6f %.6f' "$bits" "$sqnr")"
check "--stats: where the importance comes from" grep -q "importance of rows for carvq --bits: what the model says, over 4000 tokens" "$folder/stdout"
finish
