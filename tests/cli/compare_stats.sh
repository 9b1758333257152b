#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq compare --stats: methods that know what the model says, and what is said where they cannot.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$model/sample.tokens.u16
stats=$folder/stats.safetensors

# Divergence of INT3 with input and head replaced, of a method.
kl_of() { awk -F, -v method="$1" 'NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
    $column["method"] == method && $column["setting"] == "\"INT3\"" && $column["apply"] == "both" { print $column["kl"] }' "$folder/all.csv"; }

run calibrate "$model" --tokens "$tokens" --max-tokens 4000 -o "$stats"
expect_success "calibrate"
run compare "$model" --tokens "$tokens" --max-windows 8 --stats "$stats" -m scalar-32 -m scalar-32-feedback --csv "$folder/all.csv"
expect_success "--stats"
check "a line for each place and setting" test "$(grep -c '^scalar, group 32, feedback INT' "$folder/stdout")" -eq 8
check "columns stand below their names" test "$(awk '/^(method|scalar)/ { print length($0) }' "$folder/stdout" | sort -u | wc -l)" -eq 1
plain=$(kl_of scalar-32) fed=$(kl_of scalar-32-feedback)
check "KL $fed with feedback, $plain without" is_true "$fed > 0 && $fed < 0.9 * $plain"
run compare "$model" --tokens "$tokens" --max-windows 8 --stats "$stats" -m scalar-32-feedback --csv "$folder/one.csv" --threads 1
check "threads change the result" test "$(grep feedback "$folder/all.csv" | cut -d, -f1-19)" = "$(grep feedback "$folder/one.csv" | cut -d, -f1-19)"

if command -v gnuplot >/dev/null; then
    run compare "$model" --stats "$stats" -m scalar-row -m scalar-row-feedback --plot "$folder/plot"
    expect_success "plot"
    check "a line of its own" grep -q 'scalar, row, feedback' "$folder/plot.svg"
fi

run compare "$model" -m scalar-row-feedback
expect_failure "feedback without statistics" 1 "scalar-row-feedback needs to know which hidden states the output head multiplies; run \`carvq calibrate MODEL --text"
run compare "$model" -m int5
expect_failure "all names" 1 "scalar-row-feedback, scalar-32-feedback"
run compare "$model" -m nf4 --stats "$folder/nothing"
expect_failure "no such file" 1 "nothing: "
run compare "$model" -m nf4 --stats "$model/model.safetensors"
expect_failure "no statistics" 1 "no statistics of a model"
run compare "$source_dir/tests/bad/st-one-row.safetensors" -m nf4 --stats "$stats"
expect_failure "of another shape" 1 "stats.safetensors: "
for other in "--calibrate x" "--calibrate-tokens x" "--counts x" "--uniform"; do
    # shellcheck disable=SC2086 # words
    run compare "$model" --stats "$stats" $other
    expect_failure "$other" 2 "give --stats or what says otherwise how rows are used, not both"
done
finish
