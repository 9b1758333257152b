#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq compress by what the model says of its rows: --calibrate runs it, --stats takes what carvq calibrate wrote.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$model/sample.tokens.u16
stats=$folder/stats.safetensors

shows() { check "$1: '$2' is missing" grep -q "$2" "$folder/stdout"; }
kl_of() { "$carvq" eval "$model" --table "$1" --tokens "$tokens" --max-windows 12 --json | sed -n 's/^ *"kl": \([0-9.e-]*\),*$/\1/p'; }

run calibrate "$model" --tokens "$tokens" --max-tokens 4000 -o "$stats"
expect_success "calibrate"
run compress "$model" --bits 2.2 --effort 3 --stats "$stats" -o "$folder/by-stats"
expect_success "--stats"
shows "--stats" "importance of rows: what the model says, over 4000 tokens$"
shows "--stats" "^  expected KL divergence 0[.][0-9]* nats a token"
shows "--stats" "^  predicted KL divergence 0[.][0-9]* nats a token"
shows "--stats" " never "
run compress "$model" --bits 2.2 --effort 3 --calibrate-tokens "$tokens" --max-tokens 4000 -o "$folder/by-run"
expect_success "--calibrate-tokens"
check "a run of the model and its statistics differ" cmp -s "$folder/by-stats" "$folder/by-run"
run compress "$model" --bits 2.2 --effort 3 --calibrate-tokens "$tokens" --count-only -o "$folder/by-count"
expect_success "--count-only"
shows "--count-only" "importance of rows: counted in a text of 24576 tokens"
by_stats=$(kl_of "$folder/by-stats") by_count=$(kl_of "$folder/by-count")
check "KL $by_stats with what the model says, $by_count with counts" is_true "$by_stats < 0.8 * $by_count"

# As JSON, and as a plan.
run compress "$model" --bits 2.2 --effort 1 --stats "$stats" -n --json
expect_success "--json"
check "a divergence in JSON" is_true "$(number head) > 0.01 && $(number head) < 1"

# What cannot be run is counted; the plan says so.
cp "$model/model.safetensors" "$folder/alone.safetensors"
run compress "$folder/alone.safetensors" -n --bits 2.2 --effort 1 --calibrate-tokens "$tokens"
expect_success "a model without config.json"
shows "a model without config.json" "counted in a text"
shows "a model without config.json" "counted only, for the model cannot be run: "

sed 's/model.embed_tokens.weight/model.embed_tokens.OTHERS/' "$folder/alone.safetensors" >"$folder/other.safetensors"
run compress "$folder/other.safetensors" --tensor model.embed_tokens.OTHERS -n --bits 2 --stats "$stats"
expect_failure "statistics of another model" 1 "stats.safetensors: statistics of a model whose tables are 'model.embed_tokens.weight'"
head -c 3000 "$stats" >"$folder/cut"
run compress "$model" --bits 2 --stats "$folder/cut" -o "$folder/x"
expect_failure "half a file" 1 "cut: "
run compress "$model" --bits 2 --stats "$model/model.safetensors" -o "$folder/x"
expect_failure "no statistics" 1 "no statistics of a model"
for bad in "--preset carvq-2 --stats x" "--bits 2 --stats x --calibrate y" "--bits 2 --stats x --uniform" "--bits 2 --max-tokens 5" "--bits 2 --count-only" \
    "--bits 2 --calibrate x --count-only --max-tokens 5" "--bits-head 2" "--max-bytes 100000 --bits-head 2" "--bits-input 0 --bits-head 2"; do
    # shellcheck disable=SC2086 # words
    run compress "$model" -o "$folder/x" $bad
    check "'$bad' has status $status" test "$status" = 2
done
check "failed runs left a file" test ! -e "$folder/x"

finish
