#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever goes wrong outside the input: one clear line, the right exit status, nothing lost and nothing half written.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
out=$folder/out
mkdir "$out"
file=$out/demo.carvq.safetensors

nothing_left() { check "$1: something is left behind" test -z "$(ls -A "$out")"; }

run compress "$model" -o "$file"
check "compress" test "$status" -eq 0
cp "$file" "$folder/copy"

run compress "$model" -o "$file" --stages 1
expect_failure "output exists" 1 "exists already; --force"
check "a refused output was changed" cmp -s "$file" "$folder/copy"
run compress "$model" -o "$file" --stages 1 --force
check "--force" test "$status" -eq 0
check "--force wrote nothing" test "$(wc -c <"$file")" -lt "$(wc -c <"$folder/copy")"
cp "$model/model.safetensors" "$folder/model.safetensors"
run compress "$folder/model.safetensors" -o "$folder/model.safetensors" --force
expect_failure "output is the input" 1 "is a file of the model"
check "the input was changed" cmp -s "$model/model.safetensors" "$folder/model.safetensors"

run compress "$file" -o "$folder/again"
expect_failure "compressed twice" 1 "carvq"
run compress "$folder/nowhere" -o "$folder/x"
expect_failure "no such model" 1 "nowhere"
run compress "$model" -o "$folder/no/such/directory/x"
expect_failure "no such directory" 1 "no/such/directory/x"
run compress "$model" -t model.embed_token.weight -o "$folder/x"
expect_failure "missing tensor" 1 "model.embed_tokens.weight"
run compress "$model" -t model.norm.weight -o "$folder/x"
expect_failure "not a table" 1 "model.norm.weight"
check "failed runs left a file" test ! -e "$folder/x"
run show "$folder/nowhere"
expect_failure "show nothing" 1 "nowhere"

rows=4096
run lookup "$folder/copy" $rows
expect_failure "id out of range" 1 "no row 4096, the last is 4095"
run lookup "$folder/copy" 4000-5000
expect_failure "range out of range" 1 "no row 5000"
run lookup "$folder/copy" 3x
expect_failure "not an id" 2 "3x"
run lookup "$folder/copy" 1 -t other
expect_failure "no such table" 1 "other"
run lookup "$model/model.safetensors" 1
expect_failure "not a carvq file" 1 "not one made by carvq"
head -c 100000 "$folder/copy" >"$folder/cut"
run lookup "$folder/cut" 1
expect_failure "truncated file" 1 "cut: "
run verify "$source_dir/tests/golden/rvq-preset.carvq.safetensors" "$model"
expect_failure "table of another model" 1 "96 x 64"

for arguments in "" "compress" "compress a b" "squash" "compress --stages 0 x" "compress --stages 3.5 x" "compress --stages x" "compress --bogus x" \
    "compress --grouping diagonal x" "restore a b" "lookup x" "compress x -o" "compress --threads -1 x"; do
    # shellcheck disable=SC2086
    run $arguments
    expect_failure "usage: $arguments" 2 "try"
done
for command in "" compress show lookup verify restore eval bench; do
    # shellcheck disable=SC2086
    run $command --help
    expect_success "$command --help"
    check "$command --help is empty" test -s "$folder/stdout"
done

if [[ $(id -u) -ne 0 ]]; then
    mkdir -m 500 "$folder/locked"
    run compress "$model" -o "$folder/locked/x"
    expect_failure "no permission" 1 "locked/x: "
elif setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
    chmod 755 "$folder"
    mkdir -m 500 "$folder/locked"
    cp -r "$carvq" "$model/model.safetensors" "$folder" # what nobody may read, wherever the source tree lies
    setpriv --reuid=65534 --clear-groups "$folder/carvq" compress "$folder/model.safetensors" -o "$folder/locked/x" >"$folder/stdout" 2>"$folder/stderr" && status=0 || status=$?
    expect_failure "no permission" 1 "locked/x: "
fi

rm -rf "${out:?}"/*
if mkdir "$folder/full" && mount -t tmpfs -o size=100k none "$folder/full" 2>/dev/null; then
    run compress "$model" -o "$folder/full/x"
    expect_failure "disk full" 1 "full/x: cannot write: No space left on device"
    check "disk full: something is left behind" test -z "$(ls -A "$folder/full")"
    run restore "$folder/copy" "$model" -o "$folder/full/dir"
    expect_failure "disk full, restore" 1 "No space left on device"
    check "disk full, restore: something is left behind" test -z "$(ls -A "$folder/full")"
    run lookup "$folder/copy" all --npy "$folder/full/x.npy"
    expect_failure "disk full, npy" 1 "No space left on device"
    umount "$folder/full"
else
    echo "skipped: disk full (needs the right to mount a tmpfs)"
fi
if [[ -w /dev/full ]]; then
    "$carvq" lookup "$folder/copy" all >/dev/full 2>"$folder/stderr" && status=0 || status=$?
    expect_failure "standard output full" 1 "standard output"
fi

# Ctrl-C while it works (many rounds, so that there is time): the temporary file goes, the signal is seen by the shell.
for signal in INT TERM; do
    rm -rf "${out:?}"/*
    # A background job of a script ignores SIGINT; env gives it its default action back.
    env --default-signal=INT "$carvq" compress "$model" -o "$out/x" --iterations 1000 --group 64 --stages 8 --threads 1 >/dev/null 2>"$folder/stderr" &
    pid=$!
    for _ in $(seq 100); do
        [[ -n $(ls -A "$out") ]] && break
        sleep 0.02
    done
    check "SIG$signal: no temporary file was seen" test -n "$(ls -A "$out")"
    kill -s $signal $pid
    wait $pid
    status=$?
    check "SIG$signal: exit status $status" test "$status" -gt 128
    nothing_left "SIG$signal"
done
finish
