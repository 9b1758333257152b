#!/bin/sh
# SPDX-License-Identifier: MIT
# Plots the loss of the adaptor's training, pass by pass, for both starts:
#     bench/adaptor_loss.sh build/bench/bench_adaptor loss.svg [ROWS [COLS [STAGES [EPOCHS]]]]
set -eu
if [ $# -lt 2 ]; then
    sed -n '3,4s/^# //p' "$0" >&2
    exit 2
fi
program=$1 plot=$2
shift 2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$program" "$@" | tee "$log"
gnuplot <<END
set terminal svg size 720,440 background "white"
set output "$plot"
set xlabel "pass over the table"
set ylabel "mean |error|, share of what the codes left"
set grid
plot "< grep '^loss singular' $log" using 3:4 with linespoints title "start from singular vectors", \
     "< grep '^loss random' $log" using 3:4 with linespoints title "random start"
END
