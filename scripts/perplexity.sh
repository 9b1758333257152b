#!/bin/bash
# SPDX-License-Identifier: MIT
# What the presets do to a model, as a table in Markdown. Usage: scripts/perplexity.sh MODEL TOKENS [option of carvq eval ..]
set -euo pipefail
cd "$(dirname "$0")/.."
carvq=${BUILD:-build}/carvq
model=$1
tokens=$2
shift 2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

# Fields of `carvq eval --csv` behind those that every run has (model, text, window, windows, tokens, perplexity).
row() # name of the preset, file, options of eval
{
    local name=$1 file=$2
    shift 2
    "$carvq" eval "$model" --table "$file" --tokens "$tokens" --csv "$@" | awk -F, -v name="$name" 'NR == 2 {
        printf "| %s | %.3f | %s | %.4f | %+.4f ± %.4f | %.5f ± %.5f | %.2f %% |\n", name, $8, $9, $10, $11, $12, $13, $14, 100 * $15 }'
}

echo "| $(basename "$model") | bits | used for | perplexity | increase ± standard error | KL ± standard error | top-1 agreement |"
echo "|---|---|---|---|---|---|---|"
"$carvq" eval "$model" --tokens "$tokens" --csv "$@" | awk -F, 'NR == 2 { printf "| original | | | %.4f | | | |\n", $6 }'
for name in carvq-4 carvq-3 "carvq-3 --rounds 3" carvq-2; do
    file=$folder/table.safetensors
    # shellcheck disable=SC2086
    "$carvq" compress "$model" -o "$file" --force --json --preset $name >"$folder/plan"
    if grep -q '"adaptor_dim": 0' "$folder/plan"; then
        [[ $name != *rounds* ]] || continue # rounds are between codes and adaptor
        name="$name (no adaptor)"
    fi
    row "$name" "$file" --apply input "$@"
    row "$name" "$file" --apply both "$@"
done
