#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq calibrate: what it writes and prints, merging, and that bad input gives one clear line.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$model/sample.tokens.u16
stats=$folder/stats.safetensors

near() { awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a / b - 1; exit !(d < t && d > -t) }'; }

run calibrate "$model" --tokens "$tokens" --max-tokens 3000 -o "$stats" --json --threads 1
expect_success "calibrate"
check "a file of V x 3, n x (2 n + 257) and 2 values: $(wc -c <"$stats") bytes" \
    is_true "$(wc -c <"$stats") - 8 * (4096 * 3 + 128 * (257 + 256) + 2) < 2048"
check "tokens: $(number tokens)" test "$(number tokens)" = 3000
check "rows used: $(number rows_used)" is_true "$(number rows_used) > 500 && $(number rows_used) < 3000"
perplexity=$(number perplexity)
check "sensitivity: $(number sensitivity)" is_true "$(number sensitivity) > 0.2 && $(number sensitivity) < 5"
check "tied" grep -q '"tied": true' "$folder/stdout"
check "all tokens but the first of 12 windows are scored" grep -q '"scored": 2988' "$folder/stdout"
run eval "$model" --tokens "$tokens" --max-windows 11 --json
check "as eval finds in the same windows, but for the last: $perplexity" near "$perplexity" "$(sed -n 's/^ *"perplexity": \([0-9.]*\),/\1/p' \
    "$folder/stdout" | head -1)" 0.05

cp "$stats" "$folder/one"
run calibrate "$model" --tokens "$tokens" --max-tokens 3000 -o "$stats" --threads 3
expect_failure "overwrite" 1 "stats.safetensors: exists already; --force overwrites it"
run calibrate "$model" --tokens "$tokens" --max-tokens 3000 -o "$stats" --threads 3 --force
expect_success "force"
check "threads change the file" cmp -s "$stats" "$folder/one"
check "texts are printed" grep -q '^texts       sample.tokens.u16: 3000 tokens in windows of 256, perplexity [0-9]' "$folder/stdout"
check "the sensitivity is printed" grep -qE '^sensitivity an error of 1 % .* costs KL 0\.0[0-9]+ nats a token$' "$folder/stdout"
check "a rate is printed" grep -q '^time .* tokens/s$' "$folder/stdout"

run calibrate "$model" --tokens "$tokens" --max-tokens 1 -o "$folder/token"
expect_success "one token"
check "no sensitivity is printed" grep -q '^sensitivity .* not known$' "$folder/stdout"
run calibrate --merge "$folder/token" -o "$folder/x" --json
expect_success "one token again"
check "no sensitivity in JSON" grep -q '"sensitivity": null' "$folder/stdout"
rm "$folder/x"

# Two texts in one run, and in two that are merged.
printf 'It was a dark night, and the rain fell in torrents. %.0s' {1..20} >"$folder/text"
run calibrate "$model" --tokens "$tokens" --text "$folder/text" --max-tokens 200 --window 64 -o "$folder/both" --json
expect_success "two texts"
check "--max-tokens is for each text: $(number tokens)" test "$(number tokens)" = 400
both=$(number perplexity)
run calibrate "$model" --text "$folder/text" --max-tokens 200 --window 64 -o "$folder/a"
expect_success "the first"
run calibrate "$model" --tokens "$tokens" --max-tokens 200 --window 64 -o "$folder/b"
expect_success "the second"
run calibrate --merge "$folder/a" "$folder/b" -o "$folder/merged" --json
expect_success "merge"
check "merged tokens: $(number tokens)" test "$(number tokens)" = 400
check "merged perplexity: $(number perplexity), not $both" near "$(number perplexity)" "$both" 1e-12
check "merging made a file of another size" test "$(wc -c <"$folder/merged")" = "$(wc -c <"$folder/both")"
run calibrate --merge "$folder/a" -o "$folder/again"
expect_success "merge of one file"
check "one file stays as it is" cmp -s "$folder/again" "$folder/a"
check "merge prints no rate" test "$(grep -c '^time' "$folder/stdout")" = 0
check "merge prints the texts" grep -q '^texts       text: 200 tokens in windows of 64' "$folder/stdout"
run calibrate --merge "$folder/a" "$folder/b" -o "$folder/a"
expect_failure "merge onto a file that is there" 1 "a: exists already"
run calibrate --merge "$folder/a" "$folder/b" -o "$folder/a" --force
expect_success "merge onto one of its own"
check "merge onto one of its own" cmp -s "$folder/a" "$folder/merged"

# A token in front of each window, where the text has one place less: 4 windows of 64 for 200 tokens.
run calibrate "$model" --tokens "$tokens" --max-tokens 200 --window 64 --bos yes -o "$folder/bos" --json
expect_success "a token in front"
check "it counts: $(number tokens)" test "$(number tokens)" = 204
check "all tokens of the text are scored" grep -q '"scored": 200' "$folder/stdout"
run calibrate --merge "$folder/a" -o "$folder/x" --bos yes
expect_failure "nothing to put in front of" 2 "--merge takes files of statistics"

head -c 5000 "$stats" >"$folder/cut"
run calibrate --merge "$stats" "$folder/cut" -o "$folder/x"
expect_failure "merge of a file that is cut off" 1 "cut: "
run calibrate --merge "$stats" "$model/model.safetensors" -o "$folder/x"
expect_failure "merge with a model" 1 "model.safetensors: no statistics of a model"
run calibrate --merge "$stats" "$folder/nothing" -o "$folder/x"
expect_failure "merge with nothing" 1 "nothing: No such file"
sed 's/LlamaForCausalLM/MambaForCausalLM/' "$stats" >"$folder/mamba" # the same length
run calibrate --merge "$stats" "$folder/mamba" -o "$folder/x"
expect_failure "merge of two models" 1 "mamba: of another model: MambaForCausalLM of 4 layers"
check "a failure leaves a file" test ! -e "$folder/x"

mkdir "$folder/model"
cp "$model/model.safetensors" "$folder/model"
sed 's/LlamaForCausalLM/MambaForCausalLM/' "$model/config.json" >"$folder/model/config.json"
run calibrate "$folder/model" --tokens "$tokens" -o "$folder/x"
expect_failure "unknown architecture" 1 "config.json: architectures: 'MambaForCausalLM' is not supported"
rm "$folder/model/config.json"
run calibrate "$folder/model" --tokens "$tokens" -o "$folder/x"
expect_failure "no config.json" 1 "config.json: missing"
cp "$model/config.json" "$folder/model"
run calibrate "$folder/model" --text "$folder/text" -o "$folder/x"
expect_failure "no tokenizer" 1 "tokenizer.json: No such file"
run calibrate "$folder/model" --tokens "$tokens" -o "$folder/model/model.safetensors" --force
expect_failure "onto the model" 1 "model.safetensors: is a file of the model"
: >"$folder/empty"
run calibrate "$model" --tokens "$folder/empty" -o "$folder/x"
expect_failure "no tokens" 1 "empty: the text has no tokens"
run calibrate "$model" --tokens "$tokens" --token-width 4 -o "$folder/x"
expect_failure "wrong width" 1 "but the model has only ids below 4096"
run calibrate "$model" --tokens "$tokens" --window 257 -o "$folder/x"
expect_failure "long window" 1 "a window of 257 tokens is too long"
run calibrate "$model" --tokens "$tokens" -o "$folder/no/x"
expect_failure "no folder" 1 "cannot create"
check "a failure leaves a file" test ! -e "$folder/x"

for arguments in "calibrate" "calibrate $model -o x" "calibrate $model --tokens x" "calibrate $model y --tokens x -o x" "calibrate --merge -o x" \
    "calibrate --merge a" "calibrate --merge a --text x -o x" "calibrate --merge a --window 64 -o x" "calibrate $model --text x --token-width 2 -o x" \
    "calibrate $model --tokens x -o x --window 1" "calibrate $model --tokens x -o x --max-tokens 0"; do
    # shellcheck disable=SC2086
    run $arguments
    expect_failure "usage: $arguments" 2 "try"
done
finish
