#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq eval --task: what it prints and writes, and that bad input gives one clear line.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
file=$folder/demo.carvq.safetensors
choice=$folder/choice.jsonl
number=$folder/number.jsonl
cat >"$choice" <<'END'
{"context": "It was a dark", "choices": ["and stormy night.", "egg"], "label": 0}
{"context": "The wealth of", "choices": ["nations", "a man who lives in the country", "the"], "label": 0}

{"context": "Question: is it dark?\nAnswer:", "choices": ["no", "yes"], "label": 1}
END
cat >"$number" <<'END'
{"question": "How many miles do they walk in 3 hours at 4 miles an hour?", "answer": "12"}
{"question": "What is 1 + 1?", "answer": "It is two. #### 2"}
END

run compress "$model" -o "$file" --no-adaptor --stages 2
check "compress" test "$status" -eq 0

run eval "$model" --task "$choice" --task "$number" --max-new 8
expect_success "without a table"
check "items" grep -q ": 5 items, " "$folder/stdout"
check "rows: $(grep -c '+-' "$folder/stdout")" test "$(grep -c 'jsonl ' "$folder/stdout")" -eq 3
check "no column for a table" is_true "$(grep -c 'table' "$folder/stdout") == 0"

run eval "$model" --table "$file" --task "$choice" --task "$number" --max-new 8 --json --items "$folder/items" --threads 1
expect_success "with a table"
check "measures" test "$(sed -n 's/.*"measure": "\(.*\)",/\1/p' "$folder/stdout" | tr '\n' ' ')" = "accuracy normalized exact "
check "applied to both" grep -q '"apply": "both"' "$folder/stdout"
for name in difference changed lost gained; do
    check "--json: $name of every measure" test "$(grep -c "\"$name\": [0-9{]" "$folder/stdout")" -eq 3
done
check "a line for every item" test "$(wc -l <"$folder/items")" -eq 5
check "lines of the task: $(sed 's/.*"line":\([0-9]*\).*/\1/' "$folder/items" | tr '\n' ' ')" \
    test "$(sed 's/.*"line":\([0-9]*\).*/\1/' "$folder/items" | tr '\n' ' ')" = "1 2 4 1 2 "
check "three scores for the second, by both variants" test "$(sed -n 2p "$folder/items" | grep -o '"log_probabilities":\[-[^,]*,-[^,]*,-[^],]*\]' | wc -l)" -eq 2
check "the answer of the last" grep -q '"answer":"2".*"original":{"number":.*"compressed":{"number":' "$folder/items"
grep -v '"seconds"' "$folder/stdout" >"$folder/one"
cp "$folder/items" "$folder/one-items"

run eval "$model" --table "$file" --task "$choice" --task "$number" --max-new 8 --json --items "$folder/items" --threads 3
expect_failure "items are there" 1 "items: exists already; --force overwrites it"
run eval "$model" --table "$file" --task "$choice" --task "$number" --max-new 8 --json --items "$folder/items" --threads 3 --force
expect_success "over the items"
grep -v '"seconds"' "$folder/stdout" >"$folder/three"
check "threads change the result" cmp -s "$folder/one" "$folder/three"
check "threads change the items" cmp -s "$folder/one-items" "$folder/items"

mkdir "$folder/model"
cp "$model"/*.json "$model/model.safetensors" "$folder/model"
run eval "$folder/model" --task "$choice" --items "$folder/model/config.json" --force
expect_failure "items in the place of a model" 1 "config.json: is a file of the model; choose another output"
run eval "$model" --table "$file" --task "$choice" --csv --max-items 2 --apply input
expect_success "csv"
check "csv: a line of names and two of values" test "$(wc -l <"$folder/stdout")" -eq 3
for line in 2 3; do
    check "csv: as many values as names" test "$(sed -n '1s/[^,]//gp' "$folder/stdout")" = "$(sed -n "${line}s/[^,]//gp" "$folder/stdout")"
done
check "csv: two items" grep -q ',accuracy,2,0,' "$folder/stdout"

mkdir "$folder/other"
cp "$number" "$folder/other/choice.jsonl"
run eval "$model" --task "$choice" --task "$folder/other/choice.jsonl" --task "$number" --max-new 2
check "two tasks of one name: their paths" test "$(grep -c "^$folder/choice.jsonl " "$folder/stdout") $(grep -c "^$folder/other/choice.jsonl " "$folder/stdout")" = "2 1"
check "a name of its own" grep -q '^number.jsonl ' "$folder/stdout"

# The standard error of one item is not a number.
run eval "$model" --task "$choice" --max-items 1 --json
expect_success "one item"
check "no standard error" grep -q '"standard_error": null' "$folder/stdout"
run eval "$model" --table "$file" --task "$choice" --max-items 1 --csv
check "no standard error in CSV" test "$(sed -n 2p "$folder/stdout" | cut -d, -f7,12,14)" = ",,"

run eval "$model" --task "$folder/nothing"
expect_failure "no such task" 1 "nothing: No such file"
: >"$folder/empty"
run eval "$model" --task "$folder/empty"
expect_failure "empty task" 1 "empty: no items"
echo 'some text' >>"$choice"
run eval "$model" --task "$choice" --items "$folder/new"
expect_failure "bad line" 1 "choice.jsonl: line 5: '[' or '{' expected near 'some'"
check "no items after a failure" test ! -e "$folder/new"
printf '{"context": "", "choices": ["a", "b"], "label": 0}' >"$choice"
run eval "$model" --task "$choice"
expect_failure "empty context" 1 "choice.jsonl: line 1: nothing stands before the choices"
printf '{"context": "a", "choices": ["%s", "b"], "label": 0}' "$(printf 'x%.0s' {1..600})" >"$choice"
run eval "$model" --task "$choice"
expect_failure "long choice" 1 "tokens, but the model's window only 256"
run eval "$model" --task "$number" --table "$source_dir/tests/golden/rvq-preset.carvq.safetensors"
expect_failure "table of another model" 1 "rvq-preset.carvq.safetensors: "
run eval "$model" --task "$number" --items "$folder/no/such/folder"
expect_failure "items that cannot be written" 1 "no/such/folder"

for arguments in "--task x --text y" "--task x --window 5" "--tokens x --max-new 5" "--tokens x --max-items 5" "--tokens x --items y" \
    "--task x --force" "--task x --max-new 0" "--task x --json --csv" "--task x --apply head" "--task"; do
    # shellcheck disable=SC2086
    run eval "$model" $arguments
    expect_failure "usage: $arguments" 2 "try"
done
finish
