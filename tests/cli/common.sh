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

# A model that is the first rows of the demo's table, and nothing else: for what takes long with all of them.
small_model() # folder, rows
{
    local header start
    header='{"model.embed_tokens.weight":{"dtype":"F16","shape":['$2',128],"data_offsets":[0,'$((256 * $2))']}}'
    start=$((9 + $(od -A n -t u8 -N 8 "$model/model.safetensors")))
    mkdir "$1"
    {
        printf '%b\0\0\0\0\0\0\0%s' "$(printf '\\0%03o' ${#header})" "$header"
        tail -c +$start "$model/model.safetensors" | head -c $((256 * $2))
    } >"$1/model.safetensors"
    sed 's/"vocab_size": 4096/"vocab_size": '"$2/" "$model/config.json" >"$1/config.json"
}

finish()
{
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [[ $failed -eq 0 && $passed -gt 0 ]]
}
