#!/bin/bash
# SPDX-License-Identifier: MIT
# Measures what doc/findings.md says and writes that page and its plots. Usage: scripts/findings.sh [DATA], DATA being the folder with
# models/ and text/ (CARVQ_TEST_DATA, or ../shared). WINDOWS=48, ITEMS=20 and OUT=/tmp make a quick run; RESULTS=FOLDER keeps what was
# measured, and a run that was cut off goes on from there.
set -euo pipefail
cd "$(dirname "$0")/.."
carvq=$(realpath "${BUILD:-build}/carvq")
data=$(realpath "${1:-${CARVQ_TEST_DATA:-../shared}}")
if [[ -n ${RESULTS:-} ]]; then
    results=$RESULTS
    mkdir -p "$results"
else
    results=$(mktemp -d)
    trap 'rm -rf "$results"' EXIT
fi
export OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive} LC_ALL=C
demo=examples/demo-llama
tokens=$data/models/demo-llama/eval.tokens.u16
calibration=$data/models/demo-llama/calib.tokens.u16
limit=${WINDOWS:+--max-windows $WINDOWS}
ablation_windows=${WINDOWS:-100}

# Runs a command once: its output goes to a file of the results, and beside it what the page says of how to repeat it.
keep() # file, command ..
{
    local file=$results/$1 words
    shift
    words=("${@/#$carvq/carvq}")
    words=("${words[@]/#$data/DATA}")
    printf '%s\n' "${words[*]/#$results/RESULTS}" >"$file.command"
    if [[ ! -s $file ]]; then
        printf 'findings: %s\n' "$*" >&2
        "$@" >"$file.new"
        mv "$file.new" "$file"
    fi
}

compress() # name, options of compress
{
    local name=$1
    shift
    keep "$name.compress.json" "$carvq" compress "$demo" -o "$results/$name.safetensors" --force --json "$@"
}

# shellcheck disable=SC2086 # $limit is nothing or two words
{
    keep demo.json "$carvq" compare "$demo" --tokens "$tokens" --calibrate-tokens "$calibration" --codec trellis $limit --json
    keep demo-guessed.json "$carvq" compare "$demo" --tokens "$tokens" -m bits --codec trellis $limit --json
    keep stories.json "$carvq" compare "$data/models/stories260K" --tokens "$data/models/stories260K/eval.tokens.u16" --codec trellis $limit --json
    keep awq.md scripts/awq_table.sh "$demo" "$tokens" 32 $limit
}
scalars=(-m scalar-tensor -m scalar-row -m scalar-row-fit -m scalar-64 -m scalar-32)
for name in embed_tokens embed_tokens_per_layer; do
    keep "ple-$name.json" "$carvq" compare "$data/models/ple-v4096" --tensor "model.$name.weight" -m carvq "${scalars[@]}" --json
done
keep glove.json "$carvq" compare "$data/models/glove-25d" -m rvq "${scalars[@]:0:6}" --json

# One parameter at a time, all others as in the preset carvq-3.
ablate() # name, options of compress
{
    local name=ablation-$1
    shift
    compress "$name" "$@"
    for place in input both; do
        keep "$name.$place.json" "$carvq" eval "$demo" --table "$results/$name.safetensors" --tokens "$tokens" --apply $place \
            --max-windows "$ablation_windows" --json
    done
}
ablate preset --preset carvq-3
for value in 1 2 4 5 6; do ablate L-$value --stages $value; done
for value in 2 4 16 32; do ablate h-$value --subvector $value; done
for value in 256 512 2048 8192 65536; do ablate g-$value --group $value; done
for value in 2 3 5 6; do ablate kappa-$value --code-bits $value; done
ablate m-0 --preset carvq-3 --no-adaptor
for value in 2 4 8; do ablate m-$value --adaptor-dim $value --adaptor-hidden $((6 * value)); done
for value in 2 3 5; do ablate rounds-$value --rounds $value; done

# Kinds of task, with the presets and a budget.
options=(--force --json --max-items "${ITEMS:-100}" --max-new 32)
for name in boolq piqa winogrande arc-easy arc-challenge gsm8k; do
    options+=(--task "$data/text/tasks/$name.jsonl")
done
answer() # name, options of compress
{
    local name=$1
    compress "$@"
    keep "tasks-$name.json" "$carvq" eval "$demo" --table "$results/$name.safetensors" "${options[@]}" --items "$results/tasks-$name.items"
}
for stages in 4 3 2; do
    answer carvq-$stages --preset carvq-$stages
done
answer bits-1.655 --bits 1.655 --codec trellis --count-only --calibrate-tokens "$calibration"

python3 scripts/findings.py "$results" "${OUT:-doc}"
