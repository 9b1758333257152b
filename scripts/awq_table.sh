#!/bin/bash
# SPDX-License-Identifier: MIT
# A compressed table on top of 4-bit layers, beside each of them alone, as a table in Markdown. The layers are rounded to
# nearest and packed as AWQ packs them, without AWQ's search for scales.
# Usage: scripts/awq_table.sh MODEL TOKENS [GROUP [option of carvq eval ..]]   GROUP: inputs that share a scale (32)
set -euo pipefail
cd "$(dirname "$0")/.."
carvq=${BUILD:-build}/carvq
model=$1
tokens=$2
group=${3:-32}
shift $(($# < 3 ? $# : 3))
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

python=python3
[[ ! -x build/venv/bin/python3 ]] || python=build/venv/bin/python3
"$python" -B tests/ecosystem/awq_pack.py "$model" "$folder/awq" --group "$group"

# "PERPLEXITY", or with a table "PERPLEXITY (+INCREASE ± STANDARD ERROR)", the increase being over the same layers without it.
figures() # model, options of eval
{
    "$carvq" eval "$1" --tokens "$tokens" --csv "${@:2}" | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i }
        NR == 2 && !column["increase"] { printf "%.3f", $column["perplexity"] }
        NR == 2 && column["increase"] {
            error = $column["standard_error"] # one window has none
            printf "%.3f (%+.3f%s)", $column["compressed_perplexity"], $column["increase"], error == "" ? "" : sprintf(" ± %.3f", error) }'
}

row() # what, its bits, its use, options of eval
{
    echo "| $1 | $2 | $3 | $(figures "$model" "${@:4}") | $(figures "$folder/awq" "${@:4}") |"
}

echo "| table of $(basename "$model") | bits | used for | layers as they are | layers in 4 bits, groups of $group |"
echo "|---|---|---|---|---|"
row original 16 "" "$@"
for setting in "--preset carvq-4" "--preset carvq-3" "--bits 1.655 --codec trellis"; do
    read -ra options <<<"$setting"
    file=$folder/table.safetensors
    bits=$("$carvq" compress "$model" -o "$file" --force "${options[@]}" --json | awk '/"bits_per_param"/ && !seen++ { printf "%.3f", $2 }')
    "$carvq" compress "$folder/awq" -o "$folder/again" --force "${options[@]}" --json >/dev/null
    cmp "$file" "$folder/again" # the layers are nothing to the table
    row "${setting#--preset }" "$bits" input --table "$file" --apply input "$@"
    row "${setting#--preset }" "$bits" "input and head" --table "$file" --apply both "$@"
done
