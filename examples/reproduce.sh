#!/bin/bash
# SPDX-License-Identifier: MIT
# Repeats the paper's comparison (arXiv 2510.12721) for one model: perplexity with the table compressed by CARVQ-2, -3 and -4,
# by their codes alone and by scalar codes, what the files take, and answers to tasks. doc/reproduce.md says how long it takes
# for which model, and where the protocol differs from the paper's.
#
# Usage: examples/reproduce.sh MODEL_DIR TEXT [OUT]
#   MODEL_DIR  a Hugging Face directory; its layers may be quantized by AWQ
#   TEXT       UTF-8, or token ids in a file that ends in .u16 or .u32
#   OUT        a folder for all results; run again, the script goes on where it was (reproduce/NAME), and with TASKS adds answers
# Environment: CARVQ (the program), WINDOW (2048 tokens, or as many as the model takes), MAX_WINDOWS, METHODS ("scalar-tensor
# scalar-row tensorgpt rvq carvq"; those of `carvq compare`, or "all"; what the table has no room for is left out), TASKS (a
# folder of .jsonl files; examples/tasks.py makes one), MAX_ITEMS of each task, THREADS
set -euo pipefail
export LC_ALL=C OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}

if [[ $# -lt 2 ]]; then
    sed -n '/^# Usage/,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")/.." && pwd)
carvq=${CARVQ:-$here/build/carvq}
model=${1%/}
text=$2
out=${3:-reproduce/$(basename "$model")}
if [[ ! -r $model/config.json ]]; then
    echo "reproduce: $model/config.json: cannot be read; MODEL_DIR is a Hugging Face directory" >&2
    exit 1
fi
tasks=()
if [[ -n ${TASKS:-} ]]; then
    for task in "$TASKS"/*.jsonl; do
        if [[ ! -f $task || ! -r $task ]]; then
            echo "reproduce: $task: cannot be read; TASKS is a folder of .jsonl files" >&2
            exit 1
        fi
        tasks+=(--task "$task")
    done
fi
mkdir -p "$out"

# Where config.json does not say how many tokens the model takes, it is 2048 as in transformers, or carvq complains.
max_window=$(grep -o '"max_position_embeddings": *[0-9]*' "$model/config.json" | grep -o '[0-9]*$' | sort -n | head -n 1) || true
window=${WINDOW:-$((${max_window:-2048} < 2048 ? max_window : 2048))}
threads=()
[[ -z ${THREADS:-} ]] || threads=(--threads "$THREADS")

methods=${METHODS:-scalar-tensor scalar-row tensorgpt rvq carvq}
settings="$("$carvq" --version), $(basename "$text"), windows of $window tokens${MAX_WINDOWS:+, the first $MAX_WINDOWS}"
settings+=", methods $methods"
[[ -e $out/settings ]] || echo "$settings" >"$out/settings"
if [[ $settings != "$(cat "$out/settings")" ]]; then
    echo "reproduce: $out holds results for other settings ($(cat "$out/settings")); name another folder" >&2
    exit 1
fi
# The comparison does not depend on the tasks: only answers to others are in the way.
answers=${TASKS:+tasks of $(basename "$TASKS")${MAX_ITEMS:+, the first $MAX_ITEMS items}}
if [[ -n $answers ]]; then
    if compgen -G "$out/*.tasks.csv" >/dev/null && [[ $answers != "$(cat "$out/answers")" ]]; then
        echo "reproduce: $out holds answers to other tasks ($(cat "$out/answers")); remove its .tasks.csv files or name another folder" >&2
        exit 1
    fi
    echo "$answers" >"$out/answers"
fi

# Makes a file that is not there yet: under another name until the command, whose last argument it is, has done.
once() # file, command and arguments
{
    local file=$1
    shift
    if [[ ! -s $file ]]; then
        echo "reproduce: $(basename "$file")" >&2
        rm -f "$file.part"
        "$@" "$file.part"
        mv "$file.part" "$file"
    fi
}

compare() # file
{
    local options=(--window "$window" "${threads[@]}") method known left=()
    case $text in
    *.u16) options+=(--tokens "$text" --token-width 2) ;;
    *.u32) options+=(--tokens "$text" --token-width 4) ;;
    *) options+=(--text "$text") ;;
    esac
    [[ -z ${MAX_WINDOWS:-} ]] || options+=(--max-windows "$MAX_WINDOWS")
    if [[ " $methods " != *" all "* ]]; then
        # A table may have no room for one; the complaint of a wrong name lists those that there are.
        known=$("$carvq" compare "$model" "${options[@]}" --method '?' 2>&1 >/dev/null | sed -n 's/.*; there are //p') || true
        for method in $methods; do
            if [[ -z $known || ", $known, " == *", $method, "* ]]; then
                left+=(--method "$method")
            else
                echo "reproduce: there is no method '$method' for this table; it is left out" >&2
            fi
        done
        if [[ ${#left[@]} -eq 0 ]]; then
            echo "reproduce: none of METHODS is one for this table; there are $known" >&2
            exit 1
        fi
    fi
    "$carvq" compare "$model" "${options[@]}" "${left[@]}" --csv "$1" --force >"$out/compare.txt"
}

compress() # preset, file
{
    "$carvq" compress "$model" --preset "$1" -o "$2" "${threads[@]}" >&2
}

answer() # table, file
{
    local options=(--table "$1" --csv "${threads[@]}" "${tasks[@]}")
    [[ -z ${MAX_ITEMS:-} ]] || options+=(--max-items "$MAX_ITEMS")
    "$carvq" eval "$model" "${options[@]}" >"$2"
}

once "$out/compare.csv" compare
for preset in carvq-2 carvq-3 carvq-4; do
    once "$out/$preset.safetensors" compress "$preset"
    [[ -z ${TASKS:-} ]] || once "$out/$preset.tasks.csv" answer "$out/$preset.safetensors"
done

# Runs an awk program on each line of a CSV file but the first; at("NAME") is the field of the column NAME.
# shellcheck disable=SC2016 # awk expands it
csv='function at(name) { return field[column[name]] }
# One window or item has no standard error.
function error(name, format, scale) { return at(name) == "" ? "" : sprintf(" ± " format, scale * at(name)) }
{ # commas in quotes separate nothing
    count = split($0, parts, "\""); line = ""
    for (i = 1; i <= count; i++) { if (i % 2 == 0) gsub(",", "", parts[i]); line = line parts[i] }
    count = split(line, field, ",")
}
NR == 1 { for (i = 1; i <= count; i++) column[field[i]] = i; next }
'
rows() # program, file, further options of awk
{
    awk "${@:3}" "$csv$1" "$2"
}

report()
{
    local preset method present
    echo "# $(basename "$model")"
    printf '\n%s%s.\n' "$settings" "${answers:+, $answers}"
    rows 'NR == 2 { printf "Perplexity of the model as it is: %.4f, of %d tokens.\n", at("original_perplexity"), at("tokens") }' \
        "$out/compare.csv"
    present=" $(rows '{ print at("method") }' "$out/compare.csv" | tr '\n' ' ') all "
    for method in $methods; do
        [[ $present == *" $method "* ]] || printf '\nNot for this table: %s.\n' "$method"
    done
    printf '\n| method | setting | bits | used for | SQNR dB | perplexity | increase ± standard error | KL |\n'
    printf '|---|---|---|---|---|---|---|---|\n'
    rows '{ printf "| %s | %s | %.4f | %s | %.2f | %.4f | %+.4f%s | %.5f |\n", at("method"), at("setting"), at("bits_per_param"),
        at("apply") == "both" ? "input and head" : at("apply"), at("sqnr_db"), at("perplexity"), at("increase"),
        error("standard_error", "%.4f", 1), at("kl") }' "$out/compare.csv"
    printf '\n| file | MB |\n|---|---|\n'
    for preset in carvq-2 carvq-3 carvq-4; do
        printf '| %s | %s |\n' "$preset" "$(wc -c <"$out/$preset.safetensors" | awk '{ printf "%.3f", $1 / 1e6 }')"
    done
    [[ -n ${TASKS:-} ]] || return 0
    printf '\n| table | used for | task | measure | items | original | compressed | difference ± standard error |\n'
    printf '|---|---|---|---|---|---|---|---|\n'
    for preset in carvq-2 carvq-3 carvq-4; do
        rows '{ count = split(at("task"), parts, "/")
            printf "| %s | %s | %s | %s | %d | %.2f %% | %.2f %% | %+.2f%s |\n", preset,
                at("apply") == "both" ? "input and head" : at("apply"), parts[count], at("measure"), at("items"),
                100 * at("accuracy"), 100 * at("compressed_accuracy"), 100 * at("difference"),
                error("difference_standard_error", "%.2f", 100) }' "$out/$preset.tasks.csv" -v preset="$preset"
    done
}

report >"$out/report.md"
cat "$out/report.md"
