#!/bin/bash
# SPDX-License-Identifier: MIT
# examples/generate.c with a model that shares keys and values and has a head of its own, and what it refuses:
# generate_tiny.sh CARVQ SOURCE_DIR FOLDER_OF_TEST_PROGRAMS
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
programs=$(realpath "$3")
ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 # the example keeps its memory until it ends
file=$folder/tiny.carvq.safetensors
mkdir "$folder/tiny"
tiny=$folder/tiny
python3 "$source_dir/tests/cli/tiny_llama.py" "$tiny"
weights=$tiny/model.safetensors config=$tiny/config.json

run compress "$tiny" -o "$file" --tensor model.embed_tokens.weight --tensor lm_head.weight --stages 4 --group 64 --no-adaptor
expect_success "compress both tables"
"$programs/eval_greedy" "$tiny" "$file" 64 3 1 4 1 5 >"$folder/expected" 2>"$folder/stderr"
check "the evaluator generates" test "$(wc -w <"$folder/expected")" -eq 64
check "not always the same" test "$(tr ' ' '\n' <"$folder/expected" | sort -u | wc -l)" -gt 8
for program in generate generate_blas; do
    "$programs/$program" "$tiny" "$file" 64 3 1 4 1 5 >"$folder/stdout" 2>"$folder/stderr"
    check "$program: other tokens" cmp "$folder/expected" "$folder/stdout"
done

generate() # arguments
{
    "$programs/generate" "$@" >"$folder/stdout" 2>"$folder/stderr" </dev/null
    status=$?
}

# It ends where the text ends.
read -ra tokens <"$folder/expected"
last=${tokens[20]}
cp "$config" "$folder/config"
sed "s/\"eos_token_id\": null/\"eos_token_id\": [$last]/" "$folder/config" >"$config"
"$programs/eval_greedy" "$tiny" "$file" 64 3 1 4 1 5 >"$folder/expected" 2>"$folder/stderr"
generate "$tiny" "$file" 64 3 1 4 1 5
check "ends at the token that ends a text" cmp "$folder/expected" "$folder/stdout"
check "ends before the 64th" test "$(wc -w <"$folder/stdout")" -le 20

refused() # what it is, part of the message
{
    generate "$tiny" "$file" 8 1 2
    expect_failure "$1" 1 "$2"
}

while IFS='|' read -r from to message; do
    sed "s/$from/$to/" "$folder/config" >"$config"
    refused "$from -> $to" "$message"
done <<'END'
"hidden_size": 32|"hidden_size": 31|input_layernorm.weight: its shape
"hidden_size": 32|"hidden_size": "32"|hidden_size
"intermediate_size": 40|"intermediate_size": 41|mlp.gate_proj.weight: its shape
"num_hidden_layers": 2|"num_hidden_layers": 3|no tensor model.layers.2.
"num_hidden_layers": 2|"num_hidden_layers": 0|num_hidden_layers
"num_key_value_heads": 2|"num_key_value_heads": 3|heads
"head_dim": 6|"head_dim": 4194306|heads
"max_position_embeddings": 128|"max_position_embeddings": 9|10 tokens are more
"model_type": "llama"|"model_type": "llame"|model_type
"hidden_act": "silu"|"hidden_act": "gelu"|hidden_act
"rope_theta"|"rope_scaling": {"rope_type": "llama3"}, "rope_theta"|rope_scaling is not supported
"rms_norm_eps"|"rms_norm"|rms_norm_eps
"vocab_size": 160|"vocab_size": 161|no table model.embed_tokens.weight
END
cp "$folder/config" "$config"
generate "$tiny" "$file" 8 1 2
expect_success "the model as it was"

cp "$weights" "$folder/weights"
size=$(stat -c %s "$weights")
for length in 0 7 8 9 100 2000 $((size / 2)) $((size - 1)); do
    head -c "$length" "$folder/weights" >"$weights"
    refused "$length bytes of the model" "generate: "
done
while IFS='|' read -r from to message; do
    LC_ALL=C sed "s/$from/$to/" "$folder/weights" >"$weights" # of the same length
    refused "$from -> $to" "$message"
done <<'END'
"model.norm.weight": {"dtype": "F16"|"model.norm.weight": {"dtype": "F32"|model.norm.weight: not within
"model.norm.weight": {"dtype": "F16"|"model.norm.weight": {"dtype": "I16"|model.norm.weight: neither
"model.norm.weight"|"model.worm.weight"|no tensor model.norm.weight
"shape": \[32\], "data_offsets": \[30720|"shape": [32], "data_offsets": [-0720|model.norm.weight: not within
"shape": \[32\], "data_offsets": \[30720|"shape": [33], "data_offsets": [30720|model.norm.weight: its shape
END
cp "$folder/weights" "$weights"

generate "$tiny" "$source_dir/tests/golden/rvq-preset.carvq.safetensors" 8 1
expect_failure "a table of another model" 1 "no table model.embed_tokens.weight"
generate "$tiny" "$weights" 8 1
expect_failure "no carvq file" 1 "model.safetensors"
generate "$tiny" "$file" 8 160
expect_failure "no such token" 1 "no row 160"
generate "$tiny" "$file" 8x 1
expect_failure "no number" 1 "8x: no number"
generate "$folder/nothing" "$file" 8 1
expect_failure "no model" 1 "config.json: cannot be opened"
generate "$tiny" "$file" 8
expect_failure "no prompt" 1 "usage"
finish
