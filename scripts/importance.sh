#!/bin/bash
# SPDX-License-Identifier: MIT
# What a budget of bits does to a model, by where the importance of rows comes from, as a table in Markdown.
# Usage: scripts/importance.sh MODEL TOKENS CALIBRATION_TOKENS [OTHER_CALIBRATION_TOKENS] -- [option of carvq compare ..]
set -euo pipefail
cd "$(dirname "$0")/.."
carvq=${BUILD:-build}/carvq
model=$1
tokens=$2
calibration=$3
shift 3
other=
[[ $# -eq 0 || $1 == -- ]] || { other=$1 && shift; }
[[ $# -eq 0 ]] || shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

rows() # words for the source, options of compare
{
    local source=$1
    shift
    "$carvq" compare "$model" --tokens "$tokens" --method bits --csv "$folder/figures.csv" --force "$@" >/dev/null
    sed 's/"[^"]*"/-/g' "$folder/figures.csv" | awk -F, -v source="$source" '
        NR > 1 { increase[$5, $12] = sprintf("%+.2f ± %.2f", $17, $18); sqnr[$5] = $7; if (!($5 in seen)) order[n++] = $5; seen[$5] }
        END { for (i = 0; i < n; i++) { b = order[i]; printf "| %s | %.4f | %.2f | %s | %s |\n", source, b, sqnr[b], increase[b, "input"], increase[b, "both"] } }'
}

echo "| $(basename "$model"), importance of rows | bits | SQNR dB | increase, input | increase, input and head |"
echo "|---|---|---|---|---|"
rows "counted in text like the test's" --calibrate-tokens "$calibration" "$@"
[[ -z $other ]] || rows "counted in other text" --calibrate-tokens "$other" "$@"
rows "guessed from the tokenizer" "$@"
rows "all rows alike" --uniform "$@"
