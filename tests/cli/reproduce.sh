#!/bin/bash
# SPDX-License-Identifier: MIT
# examples/reproduce.sh on a small model: a table of everything, kept, gone on with, and not mixed with other settings.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
out=$folder/out
export CARVQ=$carvq MAX_WINDOWS=2
unset WINDOW METHODS TASKS MAX_ITEMS THREADS
mkdir "$folder/tasks"
echo '{"context": "The man", "choices": ["said", "of of of"], "label": 0}' >"$folder/tasks/words.jsonl"

reproduce()
{
    timeout 300 "$source_dir/examples/reproduce.sh" "$@" >"$folder/stdout" 2>"$folder/stderr" </dev/null
    status=$?
}

# The perplexity in the line of the report that begins so.
perplexity() { grep -F "| $1 |" "$out/report.md" | awk -F' *[|] *' '{ print $7; exit }'; }
less() { awk -v a="$1" -v b="$2" 'BEGIN { exit !(a + 0 > 1 && a + 0 < b + 0) }'; }

reproduce
check "no arguments: $status" test "$status" -eq 2
check "usage" grep -q '^Usage: examples/reproduce.sh MODEL_DIR TEXT' "$folder/stderr"

reproduce "$folder/no-such-model" "$model/sample.tokens.u16" "$folder/other"
check "no model: $status" test "$status" -eq 1
check "no model: a message" grep -q 'no-such-model/config.json: cannot be read' "$folder/stderr"
mkdir "$folder/unlimited"
ln -s "$model"/* "$folder/unlimited"
rm "$folder/unlimited/config.json"
sed 's/"max_position_embeddings": 256/"max_position_embeddings": 0/' "$model/config.json" >"$folder/unlimited/config.json"
reproduce "$folder/unlimited" "$model/sample.tokens.u16" "$folder/other"
check "no limit of the window: $status" test "$status" -eq 1
check "no limit of the window: a message" grep -q 'config.json: max_position_embeddings: must be' "$folder/stderr"

reproduce "$model" "$model/sample.tokens.u16" "$out"
check "run: $status" test "$status" -eq 0
check "report" cmp -s "$folder/stdout" "$out/report.md"
check "perplexity of the model: $(sed -n 4p "$out/report.md")" grep -q 'as it is: 65.653[0-9], of 510 tokens' "$out/report.md"
for line in 'scalar-tensor | INT3 | 3.0001 | input' 'scalar-row | INT2 | 2.2500 | input' 'scalar-row | INT3 | 3.2500 | input and head' 'rvq | L 4 | 3.0000 | input' \
    'carvq | carvq-2 | 1.6527 | input' 'carvq | carvq-3 | 2.4027 | input and head' 'carvq | carvq-4 | 3.1527 | input'; do
    check "line: $line" less 65 "$(perplexity "$line")"
done
check "TensorGPT is there" grep -q '^| tensorgpt | 2\^7 rank 1 |' "$out/report.md"
check "more stages are better" less "$(perplexity 'carvq | carvq-4 | 3.1527 | input')" "$(perplexity 'carvq | carvq-2 | 1.6527 | input')"
check "input alone is better" less "$(perplexity 'carvq | carvq-3 | 2.4027 | input')" "$(perplexity 'carvq | carvq-3 | 2.4027 | input and head')"
for preset in carvq-2 carvq-3 carvq-4; do
    check "$preset is a file" "$carvq" verify "$out/$preset.safetensors" "$model" --json >"$folder/verified"
done

# Interrupted: what is there stays, what is missing comes.
rm "$out/carvq-3.safetensors"
cp "$out/report.md" "$folder/report.md"
touch -d '2001-01-01' "$out/compare.csv"
reproduce "$model" "$model/sample.tokens.u16" "$out"
check "again: $status" test "$status" -eq 0
check "the same report" cmp -s "$folder/report.md" "$out/report.md"
check "the missing file is back" test -s "$out/carvq-3.safetensors"
check "nothing is done twice" test "$(find "$out/compare.csv" -newermt 2002-01-01 | wc -l)" -eq 0

# Tasks, from rows as the benchmarks have them.
if command -v python3 >/dev/null; then
    cat >"$folder/datasets.py" <<'EOF'
def load_dataset(path, name=None, split=None, revision=None):
    return {
        "allenai/ai2_arc": [{"question": "What is it?", "choices": {"text": ["a", "b"], "label": ["1", "2"]}, "answerKey": "2"}],
        "ybisk/piqa": [{"goal": "tea", "sol1": "boil  it", "sol2": "freeze it", "label": 0}],
        "allenai/winogrande": [{"sentence": "Ann met Eve so _ smiled.", "option1": "Ann", "option2": "Eve", "answer": "1"},
                                {"sentence": "_ is here.", "option1": "Ann", "option2": "Eve", "answer": "1"}],
        "google/boolq": [{"passage": "It is.", "question": "is it", "answer": True}],
        "openai/gsm8k": [{"question": "How many?", "answer": "3 + 4\n#### 7"}],
    }[path]
EOF
    check "tasks are made" env PYTHONPATH="$folder" python3 -B "$source_dir/examples/tasks.py" "$folder/made" >"$folder/stdout"
    check "WinoGrande" grep -qxF '{"context": "Ann met Eve so", "choices": ["Ann smiled.", "Eve smiled."], "label": 0}' "$folder/made/winogrande.jsonl"
    check "without a context" grep -q 'winogrande.jsonl: 1 items; 1 left out' "$folder/stdout"
    check "nothing else" test "$(find "$folder/made" -type f | wc -l)" -eq 6
    env PYTHONPATH="$folder" python3 -B "$source_dir/examples/tasks.py" "$folder/made" piqa arc 2>"$folder/stderr"
    check "no such task" test "$? $(cat "$folder/stderr")" = \
        "2 tasks.py: there is no task 'arc'; there are arc-easy, arc-challenge, piqa, winogrande, boolq, gsm8k"
    python3 -B -S "$source_dir/examples/tasks.py" "$folder/made" 2>"$folder/stderr" # -S: no installed libraries
    check "no library" test "$? $(cat "$folder/stderr")" = "1 tasks.py: the library 'datasets' is missing (pip install datasets)"
    check "GSM8K" grep -qxF '{"question": "How many?", "answer": "7"}' "$folder/made/gsm8k.jsonl"
    for task in "$folder"/made/*.jsonl; do
        run eval "$model" --task "$task" --max-new 2 --json
        expect_success "$(basename "$task")"
    done
fi

# Answers are of the presets alone, and so is this comparison.
METHODS=carvq TASKS=$folder/tasks reproduce "$model" "$model/sample.tokens.u16" "$folder/tasked"
check "with tasks: $status" test "$status" -eq 0
check "tasks" grep -q '^| carvq-4 | input and head | words.jsonl | accuracy | 1 | 100.00 % | 100.00 % | ' "$folder/tasked/report.md"

# Tasks are another matter than the comparison: wrong ones are told before the work, and come later or anew without it.
TASKS=$folder/bin reproduce "$model" "$model/sample.tokens.u16" "$folder/early"
check "no such tasks: $status" test "$status" -eq 1
check "no such tasks: a message" grep -q 'bin/[*].jsonl: cannot be read; TASKS is a folder' "$folder/stderr"
check "no such tasks: nothing is begun" test ! -e "$folder/early"
METHODS=carvq TASKS=$folder/tasks MAX_ITEMS=1 reproduce "$model" "$model/sample.tokens.u16" "$folder/tasked"
check "other tasks: $status" test "$status" -eq 1
check "other tasks: a message" grep -q 'holds answers to other tasks (tasks of tasks)' "$folder/stderr"
rm "$folder/tasked"/*.tasks.csv
touch -d '2001-01-01' "$folder/tasked/compare.csv"
METHODS=carvq TASKS=$folder/tasks MAX_ITEMS=1 reproduce "$model" "$model/sample.tokens.u16" "$folder/tasked"
check "other tasks, the answers removed: $status" test "$status" -eq 0
check "one item has no standard error" grep -qE '^[|] carvq-4 [|].* [|] [-+][0-9.]+ [|]$' "$folder/tasked/report.md"
check "the comparison is kept" test "$(find "$folder/tasked/compare.csv" -newermt 2002-01-01 | wc -l)" -eq 0

# demo-llama has 128 columns, so no groups of 128.
mkdir "$folder/narrow"
cp "$out"/*.safetensors "$folder/narrow"
MAX_WINDOWS=1 METHODS="scalar-128 nf4" reproduce "$model" "$model/sample.tokens.u16" "$folder/narrow"
check "a method that the table has not: $status" test "$status" -eq 0
check "a method that the table has not: a note" grep -q "there is no method 'scalar-128' for this table; it is left out" "$folder/stderr"
check "a method that the table has not: in the report" grep -qx 'Not for this table: scalar-128.' "$folder/narrow/report.md"
check "the other one" grep -q '^| nf4 | NF4 | 4.2500 | input |' "$folder/narrow/report.md"
check "one window has no standard error" test "$(grep -c '±' "$folder/narrow/report.md")" -eq 1
METHODS=int5 reproduce "$model" "$model/sample.tokens.u16" "$folder/none"
check "no method at all: $status" test "$status" -eq 1
check "no method at all: a message" grep -q 'none of METHODS is one for this table; there are scalar-tensor' "$folder/stderr"

METHODS=carvq reproduce "$model" "$model/sample.tokens.u16" "$out"
check "other settings: $status" test "$status" -eq 1
check "other settings are named" grep -q 'holds results for other settings' "$folder/stderr"
reproduce "$model" "$folder/no-such-text" "$folder/other"
check "no text: $status" test "$status" -ne 0
check "no text: nothing is left that looks done" test ! -e "$folder/other/compare.csv"
finish
