#!/bin/bash
# SPDX-License-Identifier: MIT
# Holds the rules of the source tree that a compiler does not: who may include whom, how symbols are named, what the
# runtime may need. Usage: scripts/check-architecture.sh [folder with the built lib*.a, default build]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
failures=0

fail()
{
    printf 'check-architecture: %s\n' "$*" >&2
    failures=$((failures + 1))
}

# The arrows: each directory of src/ and those that it may include from. carvq.h is for all, carvq_encode.h for all but the runtime.
declare -A arrows=(
    [runtime]=""
    [host]="runtime"
    [checkpoint]="runtime"
    [tokenizer]="runtime"
    [codec]="host runtime"
    [codec/rvq]="codec host runtime"
    [codec/trellis]="codec host runtime"
    [codec/additive]="codec host runtime"
    [codec/adaptor]="codec host runtime"
    [codec/prediction]="codec/adaptor codec host runtime"
    [plan]="codec codec/rvq codec/trellis codec/additive codec/adaptor codec/prediction host runtime"
    [encode]="plan codec codec/rvq codec/trellis codec/additive codec/adaptor codec/prediction host runtime"
    [stats]="runtime"
    [lm]="stats tokenizer checkpoint host runtime"
    [eval/baselines]="encode codec host runtime" # codec: the metric. Rivals, for comparisons
    [eval]="eval/baselines encode codec lm stats tokenizer checkpoint host runtime"
    [cli]="eval/baselines eval encode lm stats tokenizer checkpoint host runtime"
)

check_include() # directory, file, included name
{
    local directory=$1 file=$2 name=$3 other
    case $name in
    carvq.h) return ;;
    carvq_encode.h)
        [[ $directory != runtime ]] || fail "$file: the runtime includes the encoder's header"
        return
        ;;
    ../*/*) other=${name#../} other=${other%/*} ;;
    */*) other=${name%/*} ;;
    *) return ;;
    esac
    [[ " $directory ${arrows[$directory]} " == *" $other "* ]] || fail "$file: src/$directory may not include from src/$other ($name)"
}

check_includes()
{
    local folder directory file name
    for folder in src/*/ src/*/*/; do
        directory=${folder#src/} directory=${directory%/}
        [[ -v arrows[$directory] ]] || fail "src/$directory: add it to the table of arrows"
        [[ -v arrows[$directory] ]] || continue
        while IFS=: read -r file name; do
            check_include "$directory" "$file" "$name"
        done < <(grep -HoE '^ *# *include *"[^"]+"' "$folder"*.[ch] | sed -E 's/# *include *"([^"]+)"/\1/; s/: */:/')
    done
}

# Every symbol that a program could collide with begins with carvq_ (OpenMP puts its own prefix before the names of critical sections).
check_symbols()
{
    local archive found=0 symbol
    for archive in "$build"/src/libcarvq*.a; do
        [[ -e $archive ]] || continue
        found=1
        while read -r symbol; do
            fail "$archive: the global symbol $symbol does not begin with carvq_"
        done < <(nm -g --defined-only "$archive" 2>/dev/null | awk 'NF == 3 && $3 !~ /^(\.gomp_critical_user_)?carvq_/ { print $3 }')
    done
    [[ $found == 1 ]] || fail "no libcarvq*.a in $build/src: build first"
}

# What the runtime may take from libc, and which of its files may allocate.
libc_symbols="getenv malloc calloc free memcpy memmove memset memcmp memchr strlen strcpy strcmp strncmp strchr strrchr strerror snprintf vsnprintf
open open64 close fstat fstat64 mmap mmap64 munmap qsort __errno_location __stack_chk_fail _GLOBAL_OFFSET_TABLE_"
may_allocate="src/runtime/safetensors.c src/runtime/status.c src/runtime/file.c" # status.c: for a message longer than its buffer

check_runtime()
{
    local work source object name symbol
    work=$(mktemp -d)
    for source in src/runtime/*.c; do
        name=$(basename "$source" .c)
        object=$work/$name.o
        cc -std=c11 -O2 -Iinclude -c "$source" -o "$object"
        if nm -u "$object" | grep -qwE 'malloc|calloc|realloc' && [[ " $may_allocate " != *" $source "* ]]; then
            fail "$source: allocates memory; only these files of the runtime may: $may_allocate"
        fi
    done
    ld -r -o "$work/runtime" "$work"/*.o
    while read -r symbol; do
        grep -qwF -- "$symbol" <<<"$libc_symbols" || fail "src/runtime needs $symbol, which is not on the list of what they may take from libc"
    done < <(nm -u "$work/runtime" | awk '{ print $2 }')
    # A device has neither files nor an environment.
    for source in src/runtime/*.c; do
        cc -std=c11 -O2 -DCARVQ_NO_FILE_MAP -DCARVQ_KERNEL_SCALAR -Iinclude -c "$source" -o "$work/device.o"
        if nm -u "$work/device.o" | grep -wE 'getenv|open|open64|mmap|mmap64|fstat|fstat64|__errno_location'; then
            fail "$source: needs what a device does not have"
        fi
        sed -n 2p "$source" | grep -q '^// ' || fail "$source: its second line does not say what it is"
    done
    rm "$work/device.o"
    printf '#include <carvq.h>\nint main(void) { return carvq_version()[0] == 0; }\n' >"$work/app.c"
    if ! cc -std=c11 -Iinclude "$work/runtime" "$work/app.c" -o "$work/app" || ! "$work/app"; then
        fail "src/runtime does not link and run with libc alone"
    fi
    rm -rf "$work"
}

check_files()
{
    local file lines
    while read -r file; do
        [[ ! -e $file ]] || head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || fail "$file: no line SPDX-License-Identifier: MIT at its beginning"
    done < <(git ls-files '*.c' '*.h' '*.sh' '*.py' '*.cmake' '*CMakeLists.txt' Makefile .ci/run)
    while read -r file; do
        [[ ! -e $file ]] || sed -n 2p "$file" | grep -q '^//' || fail "$file: its second line does not say what it is"
    done < <(git ls-files 'src/*.[ch]' 'include/*.h' 'tests/*.[ch]' 'bench/*.[ch]' 'fuzz/*.[ch]')
    while read -r file; do
        lines=$(wc -l <"$file")
        [[ $lines -le 500 ]] || printf 'check-architecture: warning: %s has %d lines, more than 500\n' "$file" "$lines"
        awk -v file="$file" 'length > 130 { n++ } END { if (n) printf "check-architecture: warning: %s: %d lines longer than 130 columns\n", file, n }' "$file"
    done < <(git ls-files 'src/*.[ch]' 'include/*.h')
}

check_includes
check_symbols
check_runtime
check_files
if [[ $failures -gt 0 ]]; then
    echo "check-architecture: $failures rules broken" >&2
    exit 1
fi
echo "check-architecture: all rules hold"
