#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq eval: what it prints, and that bad input gives one clear line.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$model/sample.tokens.u16
file=$folder/demo.carvq.safetensors

# The value of a key, e.g. "original.perplexity", in the JSON on standard output.
value() { tr -d ' \n' <"$folder/stdout" | sed -E "s/.*\"${1%%.*}\":\{([^}]*)\}.*/\1/; s/.*\"${1#*.}\":([^,}]*).*/\1/"; }
near() { awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { d = a / b - 1; exit !(d < t && d > -t) }'; }
above() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a > b) }'; }

run compress "$model" -o "$file" --no-adaptor --stages 4
check "compress" test "$status" -eq 0

run eval "$model" --tokens "$tokens" --max-windows 16 --json
expect_success "original alone"
check "perplexity of 16 windows: $(value original.perplexity)" near "$(value original.perplexity)" 58.6141302 0.00001
check "a difference without a table" test -z "$(grep -E 'compressed|difference' "$folder/stdout")"
original=$(value original.perplexity)

run eval "$model" --table "$file" --tokens "$tokens" --max-windows 16 --json --threads 1
expect_success "with a table"
check "original beside the table" test "$(value original.perplexity)" = "$original"
check "increase: $(value difference.perplexity)" above "$(value difference.perplexity)" 5
check "standard error: $(value difference.standard_error)" above "$(value difference.standard_error)" 0.1
check "divergence: $(value difference.kl)" above "$(value difference.kl)" 0.01
check "its median is less: $(value difference.kl_median)" above "$(value difference.kl)" "$(value difference.kl_median)"
check "99 % are below more: $(value difference.kl_99)" above "$(value difference.kl_99)" "$(value difference.kl)"
grep -q '"apply": "both"' "$folder/stdout" || check "tied: applied to both" false
both=$(value difference.perplexity)
grep -v seconds "$folder/stdout" >"$folder/one"
run eval "$model" --table "$file" --tokens "$tokens" --max-windows 16 --json --threads 3
grep -v seconds "$folder/stdout" >"$folder/three"
check "threads change the result" cmp -s "$folder/one" "$folder/three"

run eval "$model" --table "$file" --tokens "$tokens" --max-windows 16 --json --apply input
check "input alone does less harm" above "$both" "$(value difference.perplexity)"
run eval "$model" --table "$file" --tokens "$tokens" --max-windows 16 --json --apply head
check "head alone does less harm" above "$both" "$(value difference.perplexity)"

run eval "$model" --table "$file" --tokens "$tokens" --max-windows 2
expect_success "text"
check "table of text" grep -q "^increase " "$folder/stdout"
run eval "$model" --table "$file" --tokens "$tokens" --max-windows 2 --csv
expect_success "csv"
check "csv: two lines" test "$(wc -l <"$folder/stdout")" -eq 2
check "csv: as many values as names" test "$(sed -n '1s/[^,]//gp' "$folder/stdout")" = "$(sed -n '2s/[^,]//gp' "$folder/stdout")"

printf 'It was a dark night, and the rain fell in torrents. %.0s' {1..60} >"$folder/text"
run eval "$model" --text "$folder/text" --window 64 --json
expect_success "text file"
check "about 16 tokens a sentence: $(number windows) windows" is_true "$(number windows) >= 13 && $(number windows) <= 17"

# What windows begin with: nothing in the demo, whose config.json names a token all the same; and llama.cpp's protocol.
check "nothing in front" grep -q '"front": null' "$folder/stdout"
plain=$(value original.perplexity)
run eval "$model" --text "$folder/text" --window 64 --json --bos yes
expect_success "a token in front"
check "its id" grep -q '"front": 0,' "$folder/stdout"
with_bos=$(value original.perplexity)
check "it changes something: $with_bos" test "$with_bos" != "$plain"
mkdir "$folder/bos"
cp "$model"/{config.json,model.safetensors} "$folder/bos"
post='{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<|bos|>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<|bos|>":{"id":"<|bos|>","ids":[0],"tokens":["<|bos|>"]}}}'
sed "s/\"post_processor\": null/\"post_processor\": $post/" "$model/tokenizer.json" >"$folder/bos/tokenizer.json"
run eval "$folder/bos" --text "$folder/text" --window 64 --json
check "the tokenizer puts it there: $(value original.perplexity)" test "$(value original.perplexity)" = "$with_bos"
check "bytes of the same tokens" grep -q bits_per_byte "$folder/stdout"
run eval "$folder/bos" --text "$folder/text" --window 64
check "said in the text" grep -q ", token 0 in front of each," "$folder/stdout"
run eval "$folder/bos" --text "$folder/text" --window 64 --json --bos no
check "left out: $(value original.perplexity)" test "$(value original.perplexity)" = "$plain"
run eval "$folder/bos" --text "$folder/text" --window 64 --json --protocol llama.cpp
expect_success "llama.cpp's protocol"
llama=$(value original.perplexity)
check "the second half: $(value original.tokens) tokens" is_true "$(value original.tokens) == 31 * $(number windows)"
check "first scored" grep -q '"first_scored": 33' "$folder/stdout"
run eval "$model" --text "$folder/text" --window 64 --json --protocol llama.cpp --bos yes
check "the same by --bos" test "$(value original.perplexity)" = "$llama"
sed '/bos_token_id/d' "$model/config.json" >"$folder/bos/config.json"
cp "$model/tokenizer.json" "$folder/bos"
run eval "$folder/bos" --text "$folder/text" --window 64 --bos yes
expect_failure "no such token" 1 "bos: --bos: neither tokenizer.json nor bos_token_id of config.json names a token"

# A text and its tokens come to the same.
data=${CARVQ_TEST_DATA:-$source_dir/../shared}
if [[ -d $data/models/demo-llama ]]; then
    run eval "$model" --text "$data/text/sherlock.txt" --max-windows 16 --json
    expect_success "a book as text"
    check "perplexity of a book: $(value original.perplexity)" near "$(value original.perplexity)" 52.120933939 0.00001
    text=$(value original.perplexity)
    run eval "$model" --tokens "$data/models/demo-llama/eval.tokens.u16" --max-windows 16 --json
    check "the same as tokens" test "$(value original.perplexity)" = "$text"
else
    echo "skipped: a book as text ($data is not there)"
fi

run eval "$model" --text "$folder/nothing"
expect_failure "no such text" 1 "nothing: No such file"
printf 'a\xff' >"$folder/latin"
run eval "$model" --text "$folder/latin"
expect_failure "not UTF-8" 1 "latin: byte 1 (0xff) is not UTF-8"
run eval "$folder" --tokens "$tokens"
expect_failure "no model" 1 "$folder"
head -c 511 "$tokens" >"$folder/odd"
run eval "$model" --tokens "$folder/odd"
expect_failure "odd size" 1 "odd: 511 bytes are no whole number of token ids of 2 bytes"
head -c 510 "$tokens" >"$folder/short"
run eval "$model" --tokens "$folder/short"
expect_failure "short text" 1 "short: the text has 255 tokens, less than one window of 256"
: >"$folder/empty"
run eval "$model" --tokens "$folder/empty"
expect_failure "empty text" 1 "empty: the text has 0 tokens"
run eval "$model" --tokens "$tokens" --token-width 4
expect_failure "wrong width" 1 "but the model has only ids below 4096"
run eval "$model" --tokens "$tokens" --window 1000
expect_failure "long window" 1 "a window of 1000 tokens is too long"
run eval "$model" --tokens "$tokens" --table "$source_dir/tests/golden/rvq-preset.carvq.safetensors"
expect_failure "table of another model" 1 "rvq-preset.carvq.safetensors: "
run eval "$model" --tokens "$tokens" --table "$model/model.safetensors"
expect_failure "not a carvq file" 1 "not one made by carvq"
cp "$model/model.safetensors" "$folder"
sed 's/LlamaForCausalLM/MambaForCausalLM/' "$model/config.json" >"$folder/config.json"
run eval "$folder" --tokens "$tokens"
expect_failure "unknown architecture" 1 "config.json: architectures: 'MambaForCausalLM' is not supported"
sed 's/LlamaForCausalLM/Qwen2ForCausalLM/' "$model/config.json" >"$folder/config.json"
run eval "$folder" --tokens "$tokens"
expect_failure "wrong architecture" 1 "self_attn.q_proj.bias"
cp "$model/config.json" "$folder"
run eval "$folder" --text "$folder/text"
expect_failure "no tokenizer" 1 "tokenizer.json: No such file"
rm "$folder/config.json"
run eval "$folder" --tokens "$tokens"
expect_failure "no config.json" 1 "config.json: missing"

for arguments in "eval" "eval $model" "eval $model --tokens x --text y" "eval $model --text x --token-width 2" "eval $model --tokens x --json --csv" \
    "eval $model --tokens x --apply input" "eval $model --tokens x --bos maybe" "eval $model --task x --bos yes" \
    "eval $model --tokens x --protocol llama" "eval $model --tokens x --window 1" "eval $model --tokens x --apply all --table y"; do
    # shellcheck disable=SC2086
    run $arguments
    expect_failure "usage: $arguments" 2 "try"
done
finish
