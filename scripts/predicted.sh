#!/bin/bash
# SPDX-License-Identifier: MIT
# How well the KL divergence that compress predicts is what eval measures: one line for each budget, codec and side of a tied
# model, and a plot. Usage: scripts/predicted.sh CARVQ RESULTS MODEL STATS --text FILE|--tokens FILE [options of eval]
# Lines are added to RESULTS.tsv; RESULTS.svg is drawn of all that is in it (gnuplot).
set -euo pipefail
carvq=$1 results=$2 model=$3 stats=$4
shift 4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

[[ -e $results.tsv ]] || printf 'model\tbits\tcodec\tside\tpredicted\tmeasured\tincrease\t+-\n' >"$results.tsv"
for bits in 1.25 1.655 2.2 3.155; do
    for codec in trellis additive; do
        "$carvq" compress "$model" --bits $bits --codec $codec --stats "$stats" -o "$folder/table" --force --json >"$folder/report"
        for side in input head both; do
            "$carvq" eval "$model" --table "$folder/table" --apply $side --json "$@" >"$folder/eval"
            python3 - "$folder" "$(basename "$model")" $bits $codec $side >>"$results.tsv" <<'END'
import json
import sys

folder, model, bits, codec, side = sys.argv[1:]
predicted = json.load(open(folder + "/report"))["tables"][0]["divergence"]
predicted["both"] = predicted["input"] + predicted["head"]
difference = json.load(open(folder + "/eval"))["difference"]
print(model, bits, codec, side, "%.5f" % predicted[side], "%.5f" % difference["kl"],
      *("%.4f" % difference[key] for key in ("perplexity", "standard_error")), sep="\t")
END
            tail -1 "$results.tsv"
        done
    done
done
gnuplot <<END
set terminal svg size 640,560 font "sans-serif,13"
set output "$results.svg"
set logscale xy
set xlabel "predicted KL divergence, nats a token"
set ylabel "measured"
set key left top
set datafile separator tab
plot x title "equal" lc rgb "gray", \
    for [side in "input head both"] "< awk -F'\\t' '\$4 == \"".side."\"' $results.tsv" using 5:6 title side pt 7 ps 0.7
END
