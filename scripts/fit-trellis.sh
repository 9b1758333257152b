#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the tables of the codec trellis, src/runtime/trellis_tables.inc, as they were made once: from the numbers below. It takes about
# ten minutes of one processor. Usage: scripts/fit-trellis.sh [folder with bench_fit_trellis, default build/bench] > FILE
set -eu
program=${1:-build/bench}/bench_fit_trellis

cat <<'END'
// SPDX-License-Identifier: MIT
// Made by scripts/fit-trellis.sh (bench/fit_trellis.c says how): [2^S][2] values of the states of the codec trellis, table_S_k for steps
// of k bits. They are constants of the file format. Never edit them.
// clang-format off
END
for step_bits in 2 3 4 5 6 7 8; do
    "$program" --state-bits 10 --step-bits $step_bits --rounds 800 --rows 512 --cols 512
done
"$program" --state-bits 12 --step-bits 2 --rounds 400 --rows 1024 --cols 512
"$program" --state-bits 12 --step-bits 3 --rounds 400 --rows 1024 --cols 512
"$program" --state-bits 12 --step-bits 4 --rounds 1000 --rows 1024 --cols 512
for step_bits in 5 6 7 8; do
    "$program" --state-bits 12 --step-bits $step_bits --rounds 400 --rows 1024 --cols 512
done
"$program" --state-bits 12 --step-bits 10 --rounds 100 --rows 256 --cols 512
