#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the fuzz targets with clang and runs each for a while: scripts/fuzz.sh [seconds, default 600; 0: only builds]
# New inputs are kept in $BUILD/fuzzing/found/NAME; a finding ends the run with its input in $BUILD/fuzzing.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
build=${BUILD:-build}/fuzzing # not $BUILD/fuzz, which is the folder fuzz of the build $BUILD
data=${CARVQ_TEST_DATA:-../shared}

# A folder that has been configured stays as it is: .ci/run tests and fuzzes one build.
[ -e "$build/CMakeCache.txt" ] ||
    cmake -S . -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Release -DCARVQ_FUZZ=ON -DCARVQ_TESTS=OFF -DCARVQ_INSTALL=OFF >/dev/null
names=$(for source in fuzz/*.c; do basename "$source" .c; done | grep -vx replay) || { echo "fuzz: no targets in fuzz/" >&2; exit 1; }
# shellcheck disable=SC2046,SC2086 # a list of targets
cmake --build "$build" -j "${JOBS:-$(nproc)}" --target $(printf 'fuzz_%s ' $names) >"$build/build.log" 2>&1 || { cat "$build/build.log" >&2; exit 1; }
[ "$seconds" != 0 ] || exit 0
pids=
for name in $names; do
    mkdir -p "$build/found/$name"
    set -- "$build/found/$name" "fuzz/corpus/$name"
    [ ! -d "$data/bad" ] || set -- "$@" "$data/bad"
    [ ! -e "fuzz/$name.dict" ] || set -- "-dict=fuzz/$name.dict" "$@"
    "$build/fuzz/fuzz_$name" -max_total_time="$seconds" -artifact_prefix="$build/$name-" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -verbosity=0 "$@" 2>"$build/$name.log" &
    pids="$pids $!:$name"
done
echo "fuzz: $seconds s each, all at once:$(echo "$pids" | sed 's/[0-9]*://g')"
failed=0
for pid in $pids; do
    name=${pid#*:}
    if wait "${pid%%:*}"; then
        echo "fuzz: $name: nothing found in $(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$name.log") runs"
    else
        tail -n 60 "$build/$name.log" >&2
        echo "fuzz: $name: FOUND something, see above; the input is $build/$name-*" >&2
        failed=1
    fi
done
exit $failed
