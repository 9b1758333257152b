#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever goes wrong outside the input: one clear line, the right exit status, nothing lost and nothing half written.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
out=$folder/out
mkdir "$out"
file=$out/demo.carvq.safetensors

nothing_left() { check "$1: something is left behind" test -z "$(ls -A "$out")"; }

run compress "$model" -o "$file" --preset carvq-3
check "compress" test "$status" -eq 0
cp "$file" "$folder/copy"

run compress "$model" -o "$file" --stages 1
expect_failure "output exists" 1 "exists already; --force"
check "a refused output was changed" cmp -s "$file" "$folder/copy"
run compress "$model" -o "$file" --stages 1 --force
check "--force" test "$status" -eq 0
check "--force wrote nothing" test "$(wc -c <"$file")" -lt "$(wc -c <"$folder/copy")"
cp "$model/model.safetensors" "$folder/model.safetensors"
run compress "$folder/model.safetensors" -o "$folder/model.safetensors" --preset carvq-3 --force
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
    run compress "$model" -o "$folder/locked/x" --preset carvq-3
    expect_failure "no permission" 1 "locked/x: "
elif setpriv --reuid=65534 --clear-groups true 2>/dev/null; then
    chmod 755 "$folder"
    mkdir -m 500 "$folder/locked"
    cp -r "$carvq" "$model/model.safetensors" "$folder" # what nobody may read, wherever the source tree lies
    setpriv --reuid=65534 --clear-groups "$folder/carvq" compress "$folder/model.safetensors" -o "$folder/locked/x" --preset carvq-3 >"$folder/stdout" 2>"$folder/stderr" && status=0 || status=$?
    expect_failure "no permission" 1 "locked/x: "
fi

rm -rf "${out:?}"/*
if mkdir "$folder/full" && mount -t tmpfs -o size=100k none "$folder/full" 2>/dev/null; then
    run compress "$model" -o "$folder/full/x" --preset carvq-3 --no-adaptor
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

# A limit on the size of files is like a full disk.
rm -rf "${out:?}"/*
(
    ulimit -f 50
    run compress "$model" -o "$out/x" --preset carvq-3 --no-adaptor
    exit $status
)
status=$?
expect_failure "ulimit -f" 1 "out/x: cannot write: File too large"
nothing_left "ulimit -f"

# What --force must not overwrite.
mkfifo "$out/pipe"
run compress "$model" -o "$out/pipe" --preset carvq-3 --force
expect_failure "output is a pipe" 1 "not a regular file"
check "the pipe is gone" test -p "$out/pipe"
run compress "$model" -o ""
expect_failure "output has no name" 1 "empty"

# A path that is not UTF-8 still gives JSON; a very long one still shows the cause.
name=$(printf 'm\377.safetensors')
cp "$model/model.safetensors" "$out/$name"
run show "$out/$name" --json
expect_success "a path that is not UTF-8"
check "a path that is not UTF-8: no JSON" grep -q 'xff.safetensors' "$folder/stdout"
long=$(printf '%0250d' 0)
mkdir -p "$out/$long/$long"
run show "$out/$long/$long/none"
expect_failure "long path" 1 "No such file or directory"

# The default name is what was typed, not what a link leads to.
mkdir "$out/links"
ln -s "$(realpath "$model/model.safetensors")" "$out/links/pretty.safetensors"
(cd "$out/links" && "$carvq" compress pretty.safetensors --preset carvq-3 >/dev/null)
check "default output of a link" test -e "$out/links/pretty.carvq.safetensors"

# restore: into nothing, an empty directory, a link to one; not over what is there; with --force over files, but not over directories
# or beside weights of another checkpoint, and then all or nothing.
rm -rf "${out:?}"/*
mkdir "$out/empty" "$out/full" "$out/real"
ln -s real "$out/link"
echo precious >"$out/full/model.safetensors"
for target in new empty link new2///; do
    run restore "$folder/copy" "$model" -o "$out/$target"
    expect_success "restore into $target"
    check "restore into $target: no weights" test -s "$out/$target/model.safetensors"
    check "restore into $target: something is left behind" test -z "$(find "$out" -name '.carvq*')"
done
run restore "$folder/copy" "$model" -o "$out/full"
expect_failure "restore over something" 1 "exists already"
check "restore destroyed a file" grep -q precious "$out/full/model.safetensors"
mkdir "$out/full/config.json"
run restore "$folder/copy" "$model" -o "$out/full" --force
expect_failure "restore over a directory" 1 "config.json: is a directory"
check "restore was not all or nothing" grep -q precious "$out/full/model.safetensors"
rmdir "$out/full/config.json"
run restore "$folder/copy" "$model" -o "$out/full" --force
expect_success "restore --force"
check "restore --force" cmp -s "$out/full/model.safetensors" "$out/new/model.safetensors"
touch "$out/full/model-00001-of-00002.safetensors"
run restore "$folder/copy" "$model" -o "$out/full" --force
expect_failure "restore beside other weights" 1 "model-00001-of-00002.safetensors"
run restore "$folder/copy" "$out/new" -o "$out/new" --force
expect_failure "restore over the model" 1 "the model itself"
check "restore: something is left behind" test -z "$(find "$out" -name '.carvq*')"
chmod -R u+w "$out"

# Ctrl-C while it works (many rounds, so that there is time): the temporary file goes, the signal is seen by the shell.
interrupt() # signal, arguments of carvq
{
    local signal=$1 pid
    shift
    rm -rf "${out:?}"/*
    # A background job of a script ignores SIGINT; env gives it its default action back.
    env --default-signal=INT "$carvq" "$@" >/dev/null 2>"$folder/stderr" &
    pid=$!
    for _ in $(seq 500); do
        [[ -n $(ls -A "$out") ]] && break
        sleep 0.005
    done
    check "SIG$signal, $1: no temporary file was seen" test -n "$(ls -A "$out")"
    kill -s "$signal" $pid
    wait $pid
    status=$?
    check "SIG$signal, $1: exit status $status" test "$status" -gt 128
    nothing_left "SIG$signal, $1"
}
all=$(yes all | head -400)
for signal in INT TERM; do
    interrupt $signal compress "$model" -o "$out/x" --iterations 1000 --group 64 --stages 8 --threads 1
    # shellcheck disable=SC2086
    interrupt $signal lookup "$folder/copy" $all --npy "$out/x"
done
finish
