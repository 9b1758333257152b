# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # the scripts that source this use its variables
# Sourced by the tests of the command line: bash NAME.sh CARVQ SOURCE_DIR. Counts what passes and fails.
set -u
carvq=$(realpath "$1")
source_dir=$(realpath "$2")
model=$source_dir/examples/demo-llama
export LC_ALL=C
# A finding of a sanitizer must not look like a refusal.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99 UBSAN_OPTIONS=${UBSAN_OPTIONS:+$UBSAN_OPTIONS:}exitcode=99
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

ok() { passed=$((passed + 1)); }

bad() # message
{
    failed=$((failed + 1))
    printf 'FAILED: %s\n' "$1"
    [[ -s $folder/stderr ]] && head -c 2000 "$folder/stderr"
    return 0
}

check() # what it is, command that has to succeed
{
    local what=$1
    shift
    if "$@"; then ok; else bad "$what"; fi
}

# Runs carvq; its output lies in $folder/stdout and $folder/stderr, its exit status in $status.
run()
{
    timeout 120 "$carvq" "$@" >"$folder/stdout" 2>"$folder/stderr" </dev/null
    status=$?
}

# The last run failed as it should: exit status $2, one line of printable text that holds $3, nothing on standard output.
expect_failure() # what it is, exit status, part of the message
{
    local lines
    lines=$(wc -l <"$folder/stderr")
    if [[ $status -ne $2 ]]; then
        bad "$1: exit status $status, expected $2"
    elif [[ $lines -ne 1 ]]; then
        bad "$1: $lines lines on standard error"
    elif grep -q '[[:cntrl:]]' "$folder/stderr"; then
        bad "$1: control bytes in the message"
    elif ! grep -qF -- "$3" "$folder/stderr"; then
        bad "$1: no '$3' in the message"
    else
        ok
    fi
}

expect_success() # what it is
{
    if [[ $status -eq 0 && ! -s $folder/stderr ]]; then ok; else bad "$1: exit status $status"; fi
}

# A number from the JSON of the last run.
number() # key
{
    sed -n 's/^ *"'"$1"'": \([-+0-9.e]*\),\{0,1\}$/\1/p' "$folder/stdout" | head -1
}

is_true() # an expression for awk
{
    awk "BEGIN { exit !($1) }"
}

# The demo with the first rows of its table alone: for what takes long with all of them. It has no tokenizer.
small_model() # folder, rows
{
    mkdir "$1"
    python3 - "$model" "$1" "$2" <<'EOF'
import json, struct, sys
data = open(sys.argv[1] + "/model.safetensors", "rb").read()
rows = int(sys.argv[3])
length = struct.unpack("<Q", data[:8])[0]
header, values = json.loads(data[8:8 + length]), data[8 + length:]
table = header["model.embed_tokens.weight"]
assert table["data_offsets"][0] == 0
less = (table["shape"][0] - rows) * 256
table["shape"][0] = rows
for name, tensor in header.items():
    if name != "__metadata__":
        tensor["data_offsets"] = [max(0, offset - less) for offset in tensor["data_offsets"]]
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2] + "/model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + values[:256 * rows] + values[256 * rows + less:])
EOF
    sed 's/"vocab_size": 4096/"vocab_size": '"$2/" "$model/config.json" >"$1/config.json"
}

# Token ids of the demo's text that such a model has rows for.
small_tokens() # file, rows
{
    printf '%b' "$(od -A n -v -t u2 -w2 "$model/sample.tokens.u16" |
        awk -v rows="$2" '$1 < rows { printf "\\0%03o\\0%03o", $1 % 256, int($1 / 256) }')" >"$1"
}

finish()
{
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [[ $failed -eq 0 && $passed -gt 0 ]]
}
