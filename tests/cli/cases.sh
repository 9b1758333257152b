#!/bin/bash
# SPDX-License-Identifier: MIT
# Inputs that real users ran into, from reports in public trackers: exit status and what is said. The folder with test data has a
# script that makes them (cases/make.py, which wants NumPy); skipped without it. tests/cli/inputs.sh has the same kinds, made small.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
data=${CARVQ_TEST_DATA:-$source_dir/../shared}
python=$source_dir/build/venv/bin/python
[[ -x $python ]] || python=python3
tokens=$(realpath "$model/sample.tokens.u16")
if [[ ! -f $data/cases/make.py ]]; then
    echo "skipped: $data/cases/make.py is not there"
    exit 77
elif ! "$python" -c 'import numpy' 2>/dev/null; then
    echo "skipped: $python has no numpy"
    exit 77
fi
"$python" "$data/cases/make.py" "$model" "$folder/cases" || exit 1
cd "$folder/cases" || exit 1

# Runs carvq and wants an exit status and texts, separated by |, in what it prints on either stream; one that begins with ! is not to
# be there.
report() # case, exit status, texts, arguments
{
    local number=$1 wanted=$2 texts=$3 text
    shift 3
    run "$@"
    check "case $number: carvq $*: exit status $status, expected $wanted" test "$status" -eq "$wanted"
    check "case $number: carvq $*: no message" test "$wanted" -eq 0 -o -s "$folder/stderr"
    cat "$folder/stdout" "$folder/stderr" >"$folder/both"
    while IFS= read -r -d '|' text; do
        if [[ $text == !* ]]; then
            check "case $number: carvq $*: says '${text#!}'" test -z "$(grep -F -- "${text#!}" "$folder/both")"
        else
            check "case $number: carvq $*: does not say '$text'" grep -qF -- "$text" "$folder/both"
        fi
    done <<<"$texts|"
}
plan() { report "$1" "$3" "$4" compress "$2" --threads 1 --bits 2 --effort 1 -n --no-adaptor --codec trellis "${@:5}"; } # case, model, status, texts
show() { report "$1" "$3" "$4" show "$2"; }
eval_() { report "$1" "$3" "$4" eval "$2" --tokens "$tokens" --window 64 --max-windows 1 --threads 1; }

eval_ 0 1/m 0 "original "
plain=$(sed -n 's/^original *\([0-9.]*\) .*/\1/p' "$folder/stdout")
fast=(--preset carvq-2 --no-adaptor --iterations 2 --force)

plan 1 1/m 0 "lm_head.weight  4096 x 128 F16, is the output head, too (tied)|guessed from the order"
eval_ 1 1/m 0 "$plain"
report 1 0 "lm_head.weight" compress 1/m -o 1.c "${fast[@]}"
report 1 0 "input and head" eval 1/m --table 1.c --tokens "$tokens" --window 64 --max-windows 1 --threads 1
report 1 0 "1 table replaced" restore 1.c 1/m -o 1.r
show 2 2/m 0 "output head missing: config.json says that it is not this table, but no file holds it|!tied"
show 2 2/llama 0 "output head missing"
eval_ 2 2/llama 1 "'lm_head.weight' is missing, but config.json says that the head is not tied|set tie_word_embeddings to true"
show 2 2/llama_nokey 0 "taken for the output head, too: config.json does not say, and no file holds another|!(tied)"
show 3 3/m 0 "note: |lists 9 tensors in model-00002-of-00002.safetensors that are not there|the file is missing|4096 x 128"
eval_ 3 3/m 1 "no tensor 'model.layers.3.|model-00002-of-00002.safetensors|download that file again"
eval_ 3 3/stale 0 "note: |lists model-00001-of-00003.safetensors, which is not here|are taken instead|$plain"
show 4 4/m 0 "note: 4/m: model.safetensors is taken; model.safetensors.index.json and the shards that it lists are ignored"
eval_ 5 5/m 0 "$plain"
eval_ 5 5/m2 0 "$plain"
plan 6 6/padded_cfg_old 0 "guessed from the order"
plan 6 6/padded_ok 0 "guessed from the order"
plan 6 6/tok_plus1 0 "guessed from the order|1 is no row of this table: ignored"
plan 6 6/tok_plus1 0 "of which 60 are no row of this table and are ignored" --calibrate 6/withpad.txt --count-only
plan 6 6/tok_plus1 0 "note: 6/withpad.txt: 60 of 841 tokens are no row of the model's table and are left out|over 781 tokens" --calibrate 6/withpad.txt
eval_ 6 6/padded_cfg_old 1 "shape is 4160x128, but config.json implies 4096x128"
for name in dynamic factor1 v5 v5_both v5_nulltype; do eval_ 8 8/$name 0 "$plain"; done
for name in linear_old linear_both yarn llama3; do eval_ 8 8/$name 0 "original |!$plain"; done
eval_ 8 8/mrope 1 "rope_scaling.rope_type: 'mrope' is not supported"
eval_ 9 9/gemm 0 "original "
packed=$(sed -n 's/^original *\([0-9.]*\) .*/\1/p' "$folder/stdout")
for name in GEMM_auto gemv w_bit lmhead nocfg; do eval_ 9 9/$name 0 "$packed"; done
eval_ 9 9/g-1 0 "original "
eval_ 9 9/gemvfast 1 "'gemv_fast' is not supported (known: gemm, gemv)"
eval_ 9 9/exllama 1 "'exllama' is not supported"
eval_ 9 9/awqmarlin 1 "'marlin' is not supported"
eval_ 9 9/autoround 1 "'auto-round' are not supported"
eval_ 9 9/nozero 1 "without zero points"
show 12 12/lfs.safetensors 1 "is a git-lfs pointer, not the file: run 'git lfs pull'"
show 12 12/lfsdir 1 "is a git-lfs pointer"
show 12 12/html.safetensors 1 "is a web page, not the file: download it again"
show 12 12/auth.safetensors 1 "is the answer of a server"
show 12 12/half.safetensors 1 "truncated? get it again"
show 12 12/empty.safetensors 1 "empty.safetensors: "
show 12 12/trailing.safetensors 1 "512 bytes follow the last tensor: the file is damaged; get it again"
for name in nulpad unaligned unaligned_tensor nometa; do show 12 12/$name.safetensors 0 "4096 x 128"; done
plan 12 12/lfstok 0 "all rows alike, not guessed: 12/lfstok/tokenizer.json: is a git-lfs pointer"
for name in infinity bom crlf dup; do eval_ 13 13/$name 0 "$plain|!note"; done
eval_ 13 13/comment 1 "config.json: line 1: a comment"
eval_ 13 13/trailing_comma 1 "config.json: line 27: a comma before a closing bracket"
eval_ 13 13/utf16 1 "config.json: line 1: UTF-16: save the file as UTF-8"
eval_ 13 13/latin1 1 "config.json: line 20: not UTF-8"
eval_ 13 13/nul 1 "config.json: line 28: a NUL byte"
eval_ 13 13/strings 1 "config.json: vocab_size: must be a whole number"
show 14 14/mlx 1 "already quantized to 4 bits by MLX: compress the original model"
show 14 14/ct 1 "already quantized to 4 bits by compressed-tensors: compress the original model"
show 14 14/fp8table 1 "already quantized|compress the original model"
show 14 14/i8table 1 "already quantized|compress the original model"
show 14 14/f64 1 "the dtype is F64, but a table must be F32, F16 or BF16: convert it first"
text() { report 18 "$2" "$3" eval 18/m --text "18/$1.txt" --window 64 --max-windows 1 --threads 1; }
text lf 0 "bits per byte"
clean=$(sed -n 's/^original *\([0-9.]*\) .*/\1/p' "$folder/stdout")
text bom 0 "$clean|!note"
text crlf 0 "note: 18/crlf.txt: lines end in CR LF|!$clean"
text utf16 1 "byte 0 (0xff) is not UTF-8: the text is UTF-16; save it as UTF-8"
text latin1 1 "byte 24 (0xe9) is not UTF-8: save it as UTF-8"
text short 1 "give more text or a smaller --window"
text empty 1 "the text has 0 tokens"
sed 's/"eos_token_id": [0-9]*/"eos_token_id": 4095/' 20/m/config.json >20/config.json && mv 20/config.json 20/m/config.json
report 20 0 "exact" eval 20/m --task 20/q.jsonl --max-new 12 --threads 1 --items 20/without
printf '{"eos_token_id": [%s]}' "$(seq -s, 0 4094)" >20/m/generation_config.json
report 20 0 "exact" eval 20/m --task 20/q.jsonl --max-new 12 --threads 1 --items 20/with
check "case 20: an end in generation_config.json ends the answer" grep -q '"text":""' 20/with
check "case 20: .. and without it the answer goes on" test -z "$(grep '"text":""' 20/without)"
report 25 0 "model.embed_tokens.weight  4096 x 128|lm_head.weight  4096 x 128" compress 25/m -o 25.c "${fast[@]}"
report 25 0 "bits, input and head)" eval 25/m --table 25.c --tokens "$tokens" --window 64 --max-windows 1 --threads 1
show 26 26/m 0 "is the output head, too (tied; a copy is stored)|!lm_head"
report 26 0 "also stored as 'lm_head.weight': compressed once" compress 26/m -o 26.c "${fast[@]}"
report 26 0 "1 table replaced, and 1 stored copy" restore 26.c 26/m -o 26.r
show 26 26.r 0 "(tied; a copy is stored)"
show 26 26/differs 0 "config.json ties it, but 'lm_head.weight' has other values|is an output head"
report 26 0 "lm_head.weight" compress 26/differs -o 26d.c "${fast[@]}"
report 26 0 "2 tables replaced" restore 26d.c 26/differs -o 26d.r
plan 28 28/m 0 "over 1720 tokens" --calibrate 28/a.txt --calibrate 28/b.txt
plan 28 28/m 0 "counted in a text of 1720 tokens" --calibrate 28/a.txt --calibrate 28/b.txt --count-only
report 28 0 "28/a.txt and 1 more: 6 windows of 256" eval 28/m --text 28/a.txt --text 28/b.txt --threads 1
report 28 2 "--bits is given twice" compress 28/m --bits 2 --bits 3 -n
ids() { report 29 "$2" "$3" eval 29/m --tokens "29/$1" --window 64 --max-windows 1 --threads 1 "${@:4}"; }
ids u16.bin 0 "original "
right=$(sed -n 's/^original *\([0-9.]*\) .*/\1/p' "$folder/stdout")
ids u16.npy 0 "$right"
ids i64.npy 0 "$right"
ids i32.bin 1 "every other id is 0; its ids have 4 bytes"
ids i32.bin 0 "$right" --token-width 4
ids i64.bin 1 "its ids have 8 bytes"
ids i64.bin 0 "$right" --token-width 8
ids be.bin 1 "its ids are big-endian"
ids ids.txt 1 "holds text, numbers in decimal"
ids llmc.bin 1 "begins with a header of llm.c"
ids odd.bin 1 "2049 bytes are no whole number of token ids"
for name in m many; do
    report 32 0 "4096 x 128" compress 32/$name -o 32.c "${fast[@]}"
    report 32 0 "zero rows|!nan|!inf" verify 32.c 32/$name
done
plan 33 33/m 0 "note: |'transformer.wte.weight'|model-00001-of-00001.safetensors|lm_head.weight  4096 x 128"
eval_ 33 33/harmless 0 "note: |'model.rotary_emb.inv_freq'|$plain"
eval_ 33 33/less 0 "$plain"
show 33 33/sub 1 "put all shards into the model's directory"
finish
