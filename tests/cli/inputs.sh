#!/bin/bash
# SPDX-License-Identifier: MIT
# Inputs as users have them: nothing is dropped, guessed or misread without a line that says so, and what a command does not need does
# not stop it. Heads and their copies, several files, options given twice.
# shellcheck disable=SC2089,SC2090 # quotes in what is expected
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
mkdir "$folder/tiny"
python3 "$source_dir/tests/cli/tiny_llama.py" "$folder/tiny"
python3 "$source_dir/tests/cli/odd_models.py" "$folder/tiny" "$folder/odd"
cp -r "$folder/tiny" "$folder/odd/untied"
cd "$folder/odd" || exit 1
fast=(--preset carvq-2 --no-adaptor --group 64 --iterations 3 --force)
for ((i = 0; i < 128; i++)); do printf '%b' "\\x$(printf %x $((i * 37 % 160)))\\0"; done >ids.u16

# Success, with exactly these notes on standard error.
expect_notes() # what it is, part of each note
{
    local what=$1
    shift
    [[ $status -eq 0 ]] || bad "$what: exit status $status"
    check "$what: $# notes expected" test "$(wc -l <"$folder/stderr")" -eq $#
    for note; do check "$what: no '$note'" grep -qF -- "$note" "$folder/stderr"; done
    check "$what: a line that is no note" test -z "$(grep -v '^carvq: note: ' "$folder/stderr")"
}
says() { check "$1: does not say '$2'" grep -qF -- "$2" "$folder/stdout"; }
perplexity() { sed -n "s/^$1 *\\([0-9.]*\\) .*/\\1/p" "$folder/stdout"; }
near() { is_true "$1 / $2 < 1.003 && $1 / $2 > 0.997"; } # values of 16 bits are rounded by restore

# What a table is to the head.
for line in "copied|is the output head, too (tied; a copy is stored)" "differs|'lm_head.weight' has other values" \
    "alone|lm_head.weight  160 x 32 F32" "alone|is the output head, too (tied)" "headless|output head missing: config.json says" \
    "silent|taken for the output head, too: config.json does not say" "untied|lm_head.weight  160 x 32 BF16" \
    "untied|is an output head" "wrapped|_orig_mod.model.embed_tokens.weight" "bare|embed_tokens.weight  160 x 32"; do
    run show "${line%%|*}"
    expect_success "show ${line%%|*}"
    says "show ${line%%|*}" "${line#*|}"
done

# One command compresses all that is needed, eval measures it, and a restored copy is the same model.
for name in copied differs alone untied wrapped bare silent; do
    run compress $name -o $name.c "${fast[@]}"
    expect_success "compress $name"
    run eval $name --table $name.c --tokens ids.u16 --window 32 --threads 1
    expect_success "eval $name"
    check "eval $name: input and head" grep -q "bits, input and head)" "$folder/stdout"
    changed=$(perplexity "with the table")
    run verify $name.c $name
    expect_success "verify $name"
    run restore $name.c $name -o $name.r
    expect_success "restore $name"
    run eval $name.r --tokens ids.u16 --window 32 --threads 1
    check "restored $name: perplexity $(perplexity original), with the table $changed" near "$(perplexity original)" "$changed"
done
run restore copied.c copied -o again
says "restore with a copy" "1 table replaced, and 1 stored copy"
run show again
says "the restored copy" "a copy is stored"
run compress differs -t model.embed_tokens.weight -o half.c "${fast[@]}"
run restore half.c differs -o half.r
expect_notes "restore beside another head" "has other values than the table"
run eval headless --tokens ids.u16 --window 32 --threads 1
expect_failure "no head at all" 1 "set tie_word_embeddings to true"

# Tables in two files.
run compress untied -t model.embed_tokens.weight -o first.c "${fast[@]}"
run compress untied -t lm_head.weight -o second.c "${fast[@]}"
run eval untied --table first.c --table second.c --tokens ids.u16 --window 32 --threads 1
says "two files" "(first.c and 1 more, "
changed=$(perplexity "with the table")
run eval untied --table untied.c --tokens ids.u16 --window 32 --threads 1
check "two files are as one: $changed" test "$(perplexity "with the table")" = "$changed"
run eval untied --table second.c --tokens ids.u16 --window 32 --threads 1
says "the head alone" "bits, head)"
run eval untied --table second.c --apply input --tokens ids.u16 --window 32 --threads 1
expect_failure "not in the file" 1 "second.c: has no table 'model.embed_tokens.weight', the input table of this model; it holds 'lm_head.weight'"

# A shard that is missing stops who needs it.
run compress shards -o shards.c "${fast[@]}"
expect_notes "compress without a shard" "lists 19 tensors in model-00002-of-00002.safetensors that are not there"
run verify shards.c shards
expect_notes "verify without a shard" "the file is missing"
run eval shards --tokens ids.u16 --window 32 --threads 1
check "eval without a shard: exit status $status" test "$status" -eq 1
check "eval without a shard" grep -q "no tensor 'model.layers.0.input_layernorm.weight'.*download that file again" "$folder/stderr"

# Without a word of how, it is --bits 2; what was guessed is not said as if it were counted; and one line says what comes next.
run compress "$model" -n
check "--bits 2: $(sed -n 's/^  \(1.9[0-9]*\) bits per parameter.*/\1/p' "$folder/stdout")" grep -q "^  1.9[0-9]* bits per parameter" "$folder/stdout"
says "a guess" "guess: rows used"
run compress copied -o plain.c
expect_success "compress without an option"
says "what comes next" "what it does to the model: carvq eval copied --table plain.c --text TEXT"
run compress copied -o plain.c "${fast[@]}"
says "what comes next after a preset" "; --bits does better than this method at the same size"

# Rows by a text: those of its tokens.
run compress "$model" -o demo.c "${fast[@]}"
printf 'It was a dark night.' >words
run lookup demo.c --text words --model "$model"
expect_success "lookup --text"
cut -d' ' -f1 "$folder/stdout" >ids && cp "$folder/stdout" rows
# shellcheck disable=SC2046
run lookup demo.c $(cat ids)
check "lookup --text: the rows of its ids" cmp -s "$folder/stdout" rows
check "lookup --text: $(wc -l <ids) tokens" test "$(wc -l <ids)" -ge 5 -a "$(wc -l <ids)" -le 12
run lookup demo.c --text words
expect_failure "lookup --text alone" 2 "--text and --model go together"
run lookup demo.c 3 --text words --model "$model"
expect_failure "lookup of both" 2 "name rows, or give a text"

# Where importance is not guessed, the reason is said.
run compress pointer --bits 4 -n --effort 1 --no-adaptor --codec trellis
says "a tokenizer that is a pointer" "all rows alike, not guessed: pointer/tokenizer.json: is a git-lfs pointer, not the file: run 'git lfs pull'"
run eval pointer --text ids.u16
expect_failure "the same for a text" 1 "pointer/tokenizer.json: is a git-lfs pointer"
run compress copied --bits 4 -n --effort 1 --no-adaptor --codec trellis
says "no tokenizer" "all rows alike, not guessed: copied/tokenizer.json: No such file"

# Rows of zeros are compared apart.
run compress zeros -o zeros.c "${fast[@]}"
run verify zeros.c zeros
says "zero rows" "zero rows   3, decoded to zero: "
check "zero rows among the worst" test -z "$(grep 'worst rows.* inf\|worst rows.* nan' "$folder/stdout")"

# Texts and ids in parts are one text; an option that can be given once is refused the second time.
run eval untied --tokens ids.u16 --tokens ids.u16 --window 32 --threads 1 --json
check "two texts: $(number windows) windows" test "$(number windows)" = 8
run compress untied --bits 2 --bits 3 -n
expect_failure "twice" 2 "--bits is given twice"
run eval untied --tokens ids.u16 --window 32 --threads 1 --window 16
expect_failure "twice" 2 "--window is given twice"

# Misspelt, in the wrong place, or another kind of file.
for line in "squash|unknown command 'squash'" "compres x|did you mean 'compress'?" "help veryfy|did you mean 'verify'?" \
    "compress x -bits 2|unknown option '-bits'; did you mean '--bits'?" "compress x --effrt 1|did you mean '--effort'?" \
    "eval x --tokns y|did you mean '--tokens'?"; do
    # shellcheck disable=SC2086
    run ${line%%|*}
    expect_failure "${line%%|*}" 2 "${line#*|}"
done
run help compress
expect_success "help compress"
says "help compress" "Usage: carvq compress MODEL"
run verify untied untied.c
expect_failure "swapped" 1 "untied: is a model, and untied.c is the compressed file: swap them"
run lookup untied 3
expect_failure "a model for a file" 1 "untied: is a directory; a compressed file is needed"
printf 'GGUF\3\0\0\0' >model.gguf
for arguments in "show model.gguf" "lookup model.gguf 1" "compress model.gguf" "eval untied --table model.gguf --tokens ids.u16"; do
    # shellcheck disable=SC2086
    run $arguments
    expect_failure "$arguments" 1 "GGUF file"
done
run compress maker/model -n
expect_failure "a name on a hub" 1 "maker/model: No such file or directory; if that is a model's name on a hub, download it first"

# A packed model holds the compressed file in place of tables and their copies; unpacked, it is what restore makes, byte for byte.
for name in copied untied wrapped; do
    cp ids.u16 "$name/other" && mkdir -p "$name/folder"
    run pack $name --table $name.c -o $name.p
    expect_success "pack $name"
    says "pack $name" "not copied: the directory folder"
    check "pack $name: files" test "$(cd $name.p && echo *)" = "config.json model.safetensors other tables.carvq.safetensors"
    check "pack $name: the compressed file" cmp -s $name.p/tables.carvq.safetensors $name.c
    check "pack $name: size" is_true "$(wc -c <$name.p/model.safetensors) < 0.6 * $(wc -c <$name/model.safetensors)"
    run unpack $name.p -o $name.u
    expect_success "unpack $name"
    check "unpack $name: files" test "$(cd $name.u && echo *)" = "config.json model.safetensors other"
    check "unpack $name: config.json" cmp -s $name.u/config.json $name/config.json
    rm -r "$name.r"
    run restore $name.c $name -o $name.r
    size=$(wc -c <$name.r/model.safetensors)
    check "unpack $name: tensors" cmp -s <(tail -c $((size - 8192)) $name.u/model.safetensors) <(tail -c $((size - 8192)) $name.r/model.safetensors)
    run show $name.p
    expect_failure "show a packed model" 1 "$name.p: is packed, without its tables: 'carvq unpack $name.p -o DIR'"
    run eval $name.p --tokens ids.u16
    expect_failure "eval of a packed model" 1 "is packed, without its tables"
done
printf '{"a": 1, "carvq": %s}' "$(sed -n 's/^  "carvq": \(.*\]}\),.*/\1/p' untied.p/config.json)" >untied.p/config.json
run unpack untied.p -o anew
expect_success "unpack where config.json was written anew"
check "config.json" test "$(tr -d ' \n' <anew/config.json)" = '{"a":1}'
run pack untied.p --table untied.c -o x
expect_failure "pack twice" 1 "untied.p: is packed already"
run pack untied --table alone.c -o x
expect_success "pack one of two"
run unpack untied -o y
expect_failure "unpack a plain model" 1 "untied: is no packed model"
run pack untied --table untied.c -o untied.u
expect_failure "pack over something" 1 "exists already; --force"
run pack untied/model.safetensors --table untied.c -o z
expect_failure "pack a single file" 1 "is a single file; give the model's directory"
run pack untied --table untied.c -o untied --force
expect_failure "pack over the model" 1 "the model itself"
rm copied.p/tables.carvq.safetensors
run unpack copied.p -o z
expect_failure "unpack without the file" 1 "copied.p/tables.carvq.safetensors: No such file"
check "failed runs left something" test -z "$(find . -name '.carvq*')" -a ! -e z -a ! -e y
finish
