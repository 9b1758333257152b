#!/bin/sh
# SPDX-License-Identifier: MIT
# Writes the tables of the codec trellis, src/table/trellis_tables.inc, as they were made once: from the seeds and numbers below.
# It takes some minutes of two processors. Usage: scripts/fit-trellis.sh [folder with bench_fit_trellis, default build/bench] > FILE
set -eu
programs=${1:-build/bench}

cat <<'END'
// SPDX-License-Identifier: MIT
// Made by scripts/fit-trellis.sh (bench/fit_trellis.c says how): [2^S][2] values of the states of the codec trellis, table_S_k for steps
// of k bits. They are constants of the file format. Never edit them.
// clang-format off
END
for step_bits in 2 3 4 5 6 7 8; do
    "$programs/bench_fit_trellis" --state-bits 10 --step-bits $step_bits --rounds 800 --rows 512 --cols 512
done
for step_bits in 2 3 4 5 6 7 8 10; do
    "$programs/bench_fit_trellis" --state-bits 12 --step-bits $step_bits --rounds 400 --rows 1024 --cols 512
done
