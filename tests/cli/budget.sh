#!/bin/bash
# SPDX-License-Identifier: MIT
# compress --bits and --max-bytes from end to end: what is promised is what the file has, options that contradict each other are
# refused, and nothing is left behind.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
out=$folder/out
mkdir "$out"
file=$out/demo.carvq.safetensors
tokens=$model/sample.tokens.u16

shows() # what it is, text that has to be in the output
{
    check "$1: no '$2'" grep -qF -- "$2" "$folder/stdout"
}

nothing_left() { check "$1: something is left behind" test -z "$(ls -A "$out")"; }

# A plan writes nothing, and promises what is kept.
run compress "$model" -o "$file" --bits 1.655 --effort 1 --dry-run --json
expect_success "--dry-run"
nothing_left "--dry-run"
planned=$(number file_bytes)
expected=$(number sqnr_db)
run compress "$model" -o "$file" --bits 1.655 --effort 1 --json
expect_success "--json"
command -v python3 >/dev/null && check "--json is no JSON" python3 -m json.tool "$folder/stdout" "$folder/valid"
check "the plan's size" test "$(number file_bytes)" = "$planned"
check "the size in --json" test "$(wc -c <"$file")" = "$planned"
bits=$(number bits_per_param)
check "$bits bits" is_true "$bits <= 1.655 && $bits > 1.64"
sqnr=$(grep -E '^ {6}"sqnr_db"' "$folder/stdout" | grep -oE '[0-9.]+')
check "SQNR $sqnr, expected $expected" is_true "$sqnr - $expected < 0.2 && $expected - $sqnr < 0.2"
run verify "$file" "$model" --json
expect_success "verify"
check "SQNR of verify: $(number sqnr_db), of compress: $sqnr" is_true "$(number sqnr_db) - $sqnr < 1e-4 && $sqnr - $(number sqnr_db) < 1e-4"
cp "$file" "$folder/copy"

# What a newcomer sees.
run compress "$model" -o "$file" --bits 1.655 --effort 1
expect_failure "output exists" 1 "exists already; --force"
check "a refused output was changed" cmp -s "$file" "$folder/copy"
run compress "$model" -o "$file" --bits 1.655 --effort 1 --force --threads 1
expect_success "--force" # and quiet: no progress in a pipe
check "the same bytes with one thread" cmp -s "$file" "$folder/copy"
shows "text" "guessed from the order of the tokenizer's merges; --calibrate TEXT asks the model"
shows "text" "guess: rows used"
run compress "$model" -o "$folder/x" --bits 2 --uniform --no-adaptor -n --codec trellis
expect_success "--uniform"
shows "--uniform" "all rows alike"
check "--uniform: bands make no sense" test "$(grep -c 'rows that are used\|rows used' "$folder/stdout")" = 0
run compress "$model" -o "$folder/x" --bits 2 --calibrate-tokens "$tokens" -n --count-only --codec trellis
shows "--calibrate-tokens" "counted in a text of 24576 tokens"
shows "--calibrate-tokens" " never "
shows "--calibrate-tokens" "rows that are used"

run compress "$model" -o "$folder/x" --bits 5 --codec trellis -n
shows "5 bits" "10 bits for two values"

# The same counts by three ways give the same file.
od -An -v -tu2 -w2 "$tokens" | awk '{ uses[$1]++ } END { for (row = 0; row < 4096; row++) print uses[row] + 0 }' >"$folder/counts"
run compress "$model" -o "$folder/by-tokens" --bits 1.9 --effort 1 --count-only --calibrate-tokens "$tokens" --codec trellis
expect_success "--calibrate-tokens"
run compress "$model" -o "$folder/by-counts" --bits 1.9 --effort 1 --counts "$folder/counts" --codec trellis
expect_success "--counts"
check "--counts and --calibrate-tokens differ" cmp -s "$folder/by-tokens" "$folder/by-counts"
echo "The king of the sea." >"$folder/text"
run compress "$model" -o "$folder/by-text" --bits 1.9 --effort 1 --count-only --calibrate "$folder/text" --codec trellis
expect_success "--calibrate"
head -4095 "$folder/counts" >"$folder/few"
run compress "$model" -o "$folder/x" --bits 2 --counts "$folder/few"
expect_failure "too few counts" 1 "few: has 4095 lines, but the table has 4096 rows"
sed '7s/.*/-1/' "$folder/counts" >"$folder/negative"
run compress "$model" -o "$folder/x" --bits 2 --counts "$folder/negative"
expect_failure "a negative count" 1 "negative: line 7 is not a count"
printf '\377\377\1\0' >"$folder/ids"
run compress "$model" -o "$folder/x" --bits 2 --calibrate-tokens "$folder/ids"
expect_failure "a token that is no row" 1 "ids: read as ids of 2 bytes, token 0 is 65535"
printf '\0' >"$folder/ids"
run compress "$model" -o "$folder/x" --bits 2 --calibrate-tokens "$folder/ids"
expect_failure "half a token" 1 "ids: "
: >"$folder/empty"
run compress "$model" -o "$folder/x" --bits 2 --calibrate "$folder/empty"
expect_failure "an empty text" 1 "empty: the text has no tokens"
run compress "$model" -o "$folder/x" --bits 2 --calibrate "$folder/nowhere"
expect_failure "no such text" 1 "nowhere: "
check "failed runs left a file" test ! -e "$folder/x"

# The codec goes by the use of the table.
run compress "$model" -o "$folder/x" --bits 2 --effort 1 --dry-run
check "a tied table is a head" grep -qE 'codec additive: the table is an output head, .* --codec trellis gains [01][.][0-9]* dB$' "$folder/stdout"
run compress "$model" -o "$folder/x" --bits 5 --dry-run
check "too dear for a head" grep -qE 'codec trellis: for an output head there is additive, but it would lose [0-9.]* dB$' "$folder/stdout"
for codec in trellis rvq additive; do
    run compress "$model" -o "$folder/x" --bits 3 --effort 1 --dry-run --codec $codec
    check "--codec $codec is an order" test "$(grep -c "  codec " "$folder/stdout")/$(grep -c "bits per parameter, $codec" "$folder/stdout")" != "0/0" \
        -a "$(grep -c "  codec " "$folder/stdout")" = 0
done
cp "$model/model.safetensors" "$folder/rows.safetensors"
run compress "$folder/rows.safetensors" -o "$folder/x" --bits 2 --effort 1 --dry-run
check "no head known" grep -q 'codec trellis: rows are looked up, and no output head is known to be this table' "$folder/stdout"

# Bytes of the file: never more, and nearly all.
for bytes in 80000 123457 400000; do
    run compress "$model" -o "$folder/sized" --max-bytes $bytes --codec trellis --effort 1 --force
    expect_success "--max-bytes $bytes"
    size=$(wc -c <"$folder/sized")
    check "--max-bytes $bytes: $size" test "$size" -le $bytes
    check "--max-bytes $bytes: only $size" test "$size" -gt $((bytes * 99 / 100))
done
run compress "$model" -o "$folder/x" --max-bytes 1000 --effort 1
expect_failure "--max-bytes 1000" 1 "the budget is too small: the least is 0.5"
run compress "$model" -o "$folder/x" --bits 0.01 --effort 1
expect_failure "--bits 0.01" 1 "the budget is too small: the least is "
least=$(grep -oE 'least is [0-9.]+' "$folder/stderr" | grep -oE '[0-9.]+')
run compress "$model" -o "$folder/least" --bits "$least"
expect_success "the least, $least bits"
for codec in auto trellis rvq; do
    run compress "$model" -o "$folder/codec" --bits 2.5 --codec $codec --effort 1 --force
    expect_success "--codec $codec"
    run lookup "$folder/codec" all --npy "$folder/codec.npy"
    expect_success "--codec $codec: lookup"
    rm -f "$folder/codec.npy"
done
shows_codec=$("$carvq" show "$folder/codec" | grep -c 'rvq: ')
check "--codec rvq" test "$shows_codec" -gt 0

# Options that mean nothing together are refused, whatever their value.
for arguments in "--bits 2 --max-bytes 100000" "--bits 2 --preset carvq-3" "--bits 2 --stages 3" "--bits 2 --subvector 8" "--bits 2 --group 1024" \
    "--bits 2 --grouping rows" "--bits 2 --code-bits 4" "--bits 2 --codebook-dtype bf16" "--bits 2 --iterations 25" "--bits 2 --adaptor-dim 1" \
    "--bits 2 --adaptor-hidden 1" "--bits 2 --adaptor-epochs 15" "--max-bytes 100000 --rounds 1" "--bits 2 --effort 0" \
    "--bits 2 --uniform --counts x" "--bits 2 --calibrate x --calibrate-tokens y" "--bits 2 --calibrate-width 2" "--preset carvq-3 --uniform" \
    "--stages 2 --counts x" "--stages 2 --calibrate x" "--stages 2 --calibrate-tokens x" "--calibrate-width 2" "--preset carvq-2 --codec auto" "--preset carvq-2 --codec rvq" "--bits 0" "--bits 17" "--bits -1" \
    "--bits nan" "--bits 1e3" "--bits 2x" "--bits 0x2" "--max-bytes 0" "--bits 2 --codec vq" "--bits 2 --effort 10"; do
    # shellcheck disable=SC2086
    run compress "$model" -o "$folder/x" $arguments
    expect_failure "usage: $arguments" 2 "try 'carvq compress --help'"
done
check "failed runs left a file" test ! -e "$folder/x"

# Several tables get the same bits per parameter.
if command -v python3 >/dev/null; then
    python3 - "$folder/two.safetensors" <<'END'
import array, json, random, struct, sys
random.seed(1)
header, data = {}, b""
for name, rows, cols in (("model.embed_tokens.weight", 600, 64), ("lm_head.weight", 900, 48)):
    values = array.array("f", (random.gauss(0, 1) for _ in range(rows * cols))).tobytes()
    header[name] = {"dtype": "F32", "shape": [rows, cols], "data_offsets": [len(data), len(data) + len(values)]}
    data += values
text = json.dumps(header).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(text)) + text + data)
END
    for budget in "--bits 2.2" "--max-bytes 24000"; do
        # shellcheck disable=SC2086
        run compress "$folder/two.safetensors" -t model.embed_tokens.weight -t lm_head.weight -o "$folder/two" $budget --effort 1 --force --json
        expect_success "two tables, $budget"
        check "two tables: what they are" test "$(grep -oE '"head": "[a-z]*"' "$folder/stdout" | cut -d'"' -f4 | tr '\n' ' ')" = "untied itself "
        check "two tables, $budget" python3 - "$folder/stdout" <<'END'
import json, sys
tables = json.load(open(sys.argv[1]))["tables"]
bits = [table["bits_per_param"] for table in tables]
sys.exit(not (len(bits) == 2 and abs(bits[0] - bits[1]) < 0.05 and 2 < bits[0] < 2.35))
END
        run verify "$folder/two" "$folder/two.safetensors"
        expect_success "two tables, $budget: verify"
    done
    check "two tables: $(wc -c <"$folder/two") bytes" test "$(wc -c <"$folder/two")" -le 24000
else
    echo "skipped: several tables (needs python3)"
fi

# A model without a tokenizer.
cp "$model/model.safetensors" "$folder/alone.safetensors"
run compress "$folder/alone.safetensors" -o "$folder/alone" --bits 2.2 --effort 1
expect_success "without a tokenizer"
shows "without a tokenizer" "all rows alike"
run compress "$folder/alone.safetensors" -o "$folder/x" --bits 2 --calibrate "$folder/text"
expect_failure "a text without a tokenizer" 1 "tokenizer.json"

# Files of tests/bad.
while IFS=$'\t' read -r bad expect _; do
    [[ $expect == expect ]] && continue
    run compress "$source_dir/tests/bad/$bad" -o "$folder/bad" --bits 9 --effort 1
    if [[ $status -eq 0 ]]; then
        check "$bad is accepted" test "$expect" != reject
        run lookup "$folder/bad" all
        expect_success "$bad: lookup"
        check "$bad: NaN or infinity in the output" test -z "$(grep -iE 'nan|inf' "$folder/stdout")"
        rm -f "$folder/bad"
    else
        expect_failure "$bad" 1 "$bad: "
        check "$bad: something is left behind" test ! -e "$folder/bad"
    fi
done <"$source_dir/tests/bad/INDEX.tsv"

# Ctrl-C: the signal is seen by the shell, and nothing is left.
for signal in INT TERM; do
    rm -rf "${out:?}"/*
    env --default-signal=INT "$carvq" compress "$model" -o "$file" --bits 3 --effort 9 --codec trellis --threads 1 >/dev/null 2>"$folder/stderr" &
    pid=$!
    for _ in $(seq 6000); do
        [[ -n $(ls -A "$out") ]] && break
        sleep 0.01
    done
    check "SIG$signal: no temporary file was seen" test -n "$(ls -A "$out")"
    kill -s $signal $pid
    wait $pid
    status=$?
    check "SIG$signal: exit status $status" test "$status" -gt 128
    nothing_left "SIG$signal"
done
finish
