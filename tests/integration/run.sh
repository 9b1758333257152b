#!/bin/sh
# SPDX-License-Identifier: MIT
# Uses carvq as a stranger's project would: builds and runs the programs of this folder.
# Usage: run.sh find_package|pkg_config|shared|subdirectory|bare SOURCE BUILD COMPILER [COMPILER-OF-C++]
set -eu
kind=$1
source=$2
build=$3
CC=$4
CXX=${5:-}
export CC
[ -n "$CXX" ] && export CXX
here=$source/tests/integration
table=$source/tests/golden/rvq-preset.carvq.safetensors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail()
{
    printf '%s\n' "$*" >&2
    exit 1
}

cmake_consumer() # folder of the project, options
{
    folder=$1
    shift
    cmake -S "$here/$folder" -B "$work/build" "$@" >/dev/null
    cmake --build "$work/build" >/dev/null
}

# The example that generates wants the runtime, and a BLAS or not even that.
example_consumer()
{
    # shellcheck disable=SC2046 # lists of flags
    $CC -std=c11 -O2 "$source/examples/generate.c" $(pkg-config --cflags --libs carvq) -lm -o "$work/generate"
    if pkg-config --exists openblas; then
        # shellcheck disable=SC2046
        $CC -std=c11 -O2 -DGENERATE_BLAS "$source/examples/generate.c" $(pkg-config --cflags --libs carvq openblas) -lm -o "$work/generate"
    fi
    [ -x "$build/carvq" ] || return 0
    "$build/carvq" compress "$source/examples/demo-llama" --preset carvq-2 --no-adaptor -o "$work/demo" >/dev/null
    [ "$("$work/generate" "$source/examples/demo-llama" "$work/demo" 8 278 331 | wc -w)" = 8 ] || fail "generate: not 8 tokens"
}

# Builds all programs against the prefix $work/usr by pkg-config, and runs them.
pkg_config_consumer()
{
    PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name carvq.pc)")
    LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    # shellcheck disable=SC2046 # lists of flags
    $CC -std=c11 "$here/read.c" $(pkg-config --cflags --libs carvq) -o "$work/reader"
    "$work/reader"
    if [ -n "$CXX" ]; then
        # shellcheck disable=SC2046
        $CXX -Wall -Wextra -Wpedantic -Werror "$here/read.cpp" $(pkg-config --cflags --libs carvq) -o "$work/reader++"
        "$work/reader++" "$table"
    fi
    example_consumer
    pkg-config --exists carvq-encode || return 0
    # shellcheck disable=SC2046
    $CC -std=c11 "$here/encode.c" $(pkg-config --cflags --libs carvq-encode) -lm -o "$work/encoder"
    "$work/encoder"
    if [ -n "$CXX" ]; then
        # shellcheck disable=SC2046
        $CXX -Wall -Wextra -Wpedantic -Werror "$here/encode.cpp" $(pkg-config --cflags --libs carvq-encode) -lm -o "$work/encoder++"
        "$work/encoder++"
    fi
}

# What a shared library exports must be what the headers declare, all of which bears CARVQ_API.
check_exports() # library, headers
{
    library=$1
    shift
    grep -ho 'CARVQ_API [^(]*carvq_[a-z0-9_]*(' "$@" | sed 's/($//; s/.*[ *]//' | sort >"$work/declared"
    nm -D --defined-only "$library" | awk '{ print $3 }' | sort >"$work/exported"
    diff "$work/declared" "$work/exported" >&2 || fail "$library: what is exported (>) is not what is declared (<)"
    grep -hE '^[a-z][^/(]*\<carvq_[a-z0-9_]*\(' "$@" | grep -v '^typedef ' && fail "declared without CARVQ_API"
    printf '%s: %d functions, all declared\n' "${library##*/}" "$(wc -l <"$work/exported")"
}

case $kind in
find_package)
    cmake --install "$build" --prefix "$work/usr" >/dev/null
    if [ -n "$CXX" ]; then
        cmake_consumer find_package -DCMAKE_PREFIX_PATH="$work/usr" -DCMAKE_CXX_COMPILER="$CXX"
        "$work/build/reader++" "$table"
        "$work/build/encoder++"
    else
        cmake_consumer find_package -DCMAKE_PREFIX_PATH="$work/usr"
    fi
    "$work/build/reader"
    "$work/build/encoder"
    ;;
pkg_config)
    cmake --install "$build" --prefix "$work/usr" >/dev/null
    pkg_config_consumer
    ;;
shared) # with the encoder if the build has it; without optimization, for all is compiled again
    if grep -q '^CARVQ_TOOLS:BOOL=ON' "$build/CMakeCache.txt"; then
        set -- -DCARVQ_TOOLS=ON carvq_shared carvq_encode_shared
    else
        set -- -DCARVQ_TOOLS=OFF carvq_shared
    fi
    cmake -S "$source" -B "$work/shared" -DBUILD_SHARED_LIBS=ON -DCARVQ_TESTS=OFF -DCMAKE_BUILD_TYPE=Debug \
        -DCMAKE_C_FLAGS_DEBUG= "$1" >/dev/null
    shift
    cmake --build "$work/shared" -j 2 --target "$@" >/dev/null
    cmake --install "$work/shared" --prefix "$work/usr" --component Unspecified >/dev/null
    libraries=$(dirname "$(find "$work/usr" -name libcarvq.so)")
    [ -e "$libraries/libcarvq.so.0.1" ] || fail "the name of the shared library does not carry the minor version"
    check_exports "$libraries/libcarvq.so" "$source/include/carvq.h"
    [ $# = 1 ] || check_exports "$libraries/libcarvq_encode.so" "$source"/include/carvq_*.h
    pkg_config_consumer
    ;;
subdirectory)
    cmake_consumer subdirectory -DCARVQ_SOURCE="$source" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_FLAGS_DEBUG=
    "$work/build/reader"
    ;;
bare)
    cd "$source"
    $CC -std=c11 -Iinclude src/runtime/*.c tests/integration/read.c -o "$work/reader"
    "$work/reader"
    # The README's example, to the letter.
    {
        printf '#include <stdio.h>\n#include <stdlib.h>\n#include "carvq.h"\n'
        printf 'static void fail(const char *message)\n{\n    puts(message);\n    exit(1);\n}\n'
        printf 'int main(void)\n{\nconst uint32_t ids[1] = {0};\nconst size_t count = 1;\nstatic float rows[4096];\n'
        # shellcheck disable=SC2016 # no command
        sed -n '/^```c$/,/^```$/p' README.md | sed '/^```/d'
        printf 'carvq_close(file);\nreturn 0;\n}\n'
    } >"$work/readme.c"
    $CC -std=c11 -Wall -Wextra -Werror -Iinclude src/runtime/*.c "$work/readme.c" -o "$work/readme"
    cd "$work"
    cp "$table" model.carvq.safetensors
    ./readme
    cp "$source/tests/golden/two-tables.carvq.safetensors" model.carvq.safetensors
    if message=$(./readme) || [ "$message" != "no such table" ]; then
        fail "README: what it does about a wrong name of a table: '$message'"
    fi
    # A device's build without a codec refuses its files, and reads the others.
    cd "$source"
    refuses() # codec, one of its files, one of another codec
    {
        option=-DCARVQ_NO_$(echo "$1" | tr '[:lower:]' '[:upper:]')
        $CC -std=c11 -DCARVQ_KERNEL_SCALAR "$option" -Iinclude src/runtime/*.c tests/golden.c -o "$work/golden"
        "$work/golden" "tests/golden/$3.carvq.safetensors" >/dev/null || fail "$option: $3 is not read"
        ! "$work/golden" "tests/golden/$2.carvq.safetensors" >"$work/message" 2>&1 || fail "$option: $2 is read"
        grep -q "codec $1 is left out of this build" "$work/message" || fail "$option: $(cat "$work/message")"
    }
    refuses rvq rvq-preset v2-trellis
    refuses trellis v2-trellis v3-additive
    refuses additive v3-additive v2-raw
    ;;
*)
    echo "unknown kind: $kind" >&2
    exit 2
    ;;
esac
