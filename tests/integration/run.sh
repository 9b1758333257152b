#!/bin/sh
# SPDX-License-Identifier: MIT
# Uses carvq as a stranger's project would: builds and runs the programs of this folder.
# Usage: run.sh find_package|pkg_config|shared|subdirectory|bare SOURCE BUILD COMPILER
set -eu
kind=$1
source=$2
build=$3
CC=$4
export CC
here=$source/tests/integration
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake_consumer() # folder of the project, options
{
    folder=$1
    shift
    cmake -S "$here/$folder" -B "$work/build" "$@" >/dev/null
    cmake --build "$work/build" >/dev/null
}

case $kind in
find_package)
    cmake --install "$build" --prefix "$work/usr" >/dev/null
    cmake_consumer find_package -DCMAKE_PREFIX_PATH="$work/usr"
    "$work/build/reader"
    "$work/build/encoder"
    ;;
pkg_config)
    cmake --install "$build" --prefix "$work/usr" >/dev/null
    PKG_CONFIG_PATH=$(dirname "$(find "$work/usr" -name carvq.pc)")
    LD_LIBRARY_PATH=$(dirname "$PKG_CONFIG_PATH")
    export PKG_CONFIG_PATH LD_LIBRARY_PATH
    # shellcheck disable=SC2046 # lists of flags
    $CC -std=c11 "$here/read.c" $(pkg-config --cflags --libs carvq) -o "$work/reader"
    # shellcheck disable=SC2046
    $CC -std=c11 "$here/encode.c" $(pkg-config --cflags --libs carvq-encode) -lm -o "$work/encoder"
    "$work/reader"
    "$work/encoder"
    ;;
shared)
    cmake -S "$source" -B "$work/shared" -DBUILD_SHARED_LIBS=ON -DCARVQ_TOOLS=OFF -DCARVQ_TESTS=OFF >/dev/null
    cmake --build "$work/shared" >/dev/null
    cmake --install "$work/shared" --prefix "$work/usr" >/dev/null
    libraries=$(dirname "$(find "$work/usr" -name libcarvq.so)")
    $CC -std=c11 -I"$work/usr/include" "$here/read.c" -L"$libraries" -lcarvq -o "$work/reader"
    LD_LIBRARY_PATH=$libraries "$work/reader"
    ;;
subdirectory)
    cmake_consumer subdirectory -DCARVQ_SOURCE="$source"
    "$work/build/reader"
    ;;
bare)
    cd "$source"
    $CC -std=c11 -Iinclude src/runtime/*.c tests/integration/read.c -o "$work/reader"
    "$work/reader"
    ;;
*)
    echo "unknown kind: $kind" >&2
    exit 2
    ;;
esac
