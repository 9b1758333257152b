#!/bin/bash
# SPDX-License-Identifier: MIT
# carvq compare: its figures are those of verify and eval, its files are whole, and bad input gives one clear line.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"
tokens=$model/sample.tokens.u16
export OMP_WAIT_POLICY=passive

# A field of a line of the CSV file: method, setting, place ("" without a text), name of the column. Names of settings hold no comma here.
field()
{
    awk -F, -v method="$1" -v setting="\"$2\"" -v place="$3" -v name="$4" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        $column["method"] == method && $column["setting"] == setting && (place == "" || $column["apply"] == place) { print $column[name] }' \
        "$folder/all.csv"
}

run compare "$model" --tokens "$tokens" --max-windows 3 -m carvq -m rvq -m scalar-row --csv "$folder/all.csv" --json
expect_success "compare"
cp "$folder/stdout" "$folder/json"
check "10 settings in two places: $(wc -l <"$folder/all.csv") lines" test "$(wc -l <"$folder/all.csv")" -eq 21
check "as many values as names in every line" test "$(awk -F, '{ print NF }' "$folder/all.csv" | sort -u | wc -l)" -eq 1
if command -v python3 >/dev/null; then
    check "JSON and CSV say the same" python3 - "$folder/json" "$folder/all.csv" <<'EOF'
import csv, json, sys
lines = list(csv.DictReader(open(sys.argv[2])))
comparison = json.load(open(sys.argv[1]))
pairs = [(setting, evaluation) for setting in comparison["settings"] for evaluation in setting["evaluations"]]
assert len(pairs) == len(lines) == 20
for line, (setting, evaluation) in zip(lines, pairs):
    assert line["method"] == setting["method"] and line["setting"] == setting["setting"] and line["apply"] == evaluation["apply"]
    assert float(line["bits_per_param"]) == float("%.9g" % setting["bits_per_param"])
    assert float(line["increase"]) == float("%.9g" % evaluation["increase"])
    bands = setting["neighbours"]["bands"]
    assert sum(band["rows"] for band in bands) <= comparison["rows"]
    assert float(line["recall_at_10"]) == float("%.9g" % setting["neighbours"]["recall_at_10"])
    assert 0 < setting["neighbours"]["recall_at_10"] < 1
    better = [other for other, measured in pairs if measured["apply"] == evaluation["apply"] and
              other["bits_per_param"] <= setting["bits_per_param"] and measured["increase"] < evaluation["increase"]]
    assert evaluation["pareto_optimal"] == (not better) and line["pareto_optimal"] == str(int(not better))
EOF
fi

# A preset gives what compress, verify and eval give.
run compress "$model" --preset carvq-3 -o "$folder/three.safetensors" --json
bits=$(number bits_per_param)
run verify "$folder/three.safetensors" "$model" --json
check "SQNR: $(number sqnr_db)" is_true "$(field carvq carvq-3 both sqnr_db) - $(number sqnr_db) < 1e-7 && $(field carvq carvq-3 both sqnr_db) - $(number sqnr_db) > -1e-7"
check "bits: $bits" is_true "$(field carvq carvq-3 both bits_per_param) / $bits - 1 < 1e-8 && $(field carvq carvq-3 both bits_per_param) / $bits - 1 > -1e-8"
check "bytes" test "$(number payload_bytes)" = "$(field carvq carvq-3 both bytes)"
for place in input both; do
    run eval "$model" --table "$folder/three.safetensors" --tokens "$tokens" --max-windows 3 --apply "$place" --csv
    check "perplexity ($place) is that of eval" test "$(sed -n 2p "$folder/stdout" | cut -d, -f10-15)" = \
        "$(printf '%s,' "$(field carvq carvq-3 $place perplexity)" "$(field carvq carvq-3 $place increase)")$(
            for name in standard_error kl kl_standard_error top1_agreement; do printf '%.6g,' "$(field carvq carvq-3 $place $name)"; done | sed 's/,$//')"
done
check "4.25 bits: 4 and a scale and an offset a row" is_true "$(field scalar-row INT4 input bits_per_param) == 4.25"
check "INT8 beats INT2" is_true "$(field scalar-row INT8 both increase) < $(field scalar-row INT2 both increase)"
check "the same original everywhere" test "$(cut -d, -f15 "$folder/all.csv" | sort -u | wc -l)" -eq 2

small_model "$folder/small" 2048
small_tokens "$folder/few" 2048
for what in "$folder/small --tokens $folder/few --max-windows 3 -m carvq -m rvq -m scalar-row" "$model --tokens $tokens --max-windows 3 -m nf4"; do
    # shellcheck disable=SC2086
    run compare $what --json --threads 3
    grep -v '"seconds"' "$folder/stdout" >"$folder/three"
    # shellcheck disable=SC2086
    run compare $what --json --threads 1
    expect_success "one thread"
    check "threads change the result" cmp -s "$folder/three" <(grep -v '"seconds"' "$folder/stdout")
done

run compare "$model" --tokens "$tokens" --max-windows 2 -m nf4
expect_success "table of text"
check "a line for each place" test "$(grep -c '^NF4' "$folder/stdout")" -eq 2
run compare "$model" --tokens "$tokens" --max-windows 2 -m nf4 --apply head
check "the place that was asked for" grep -q "output head replaced" "$folder/stdout"
check "no other place" test "$(grep -c '^NF4' "$folder/stdout")" -eq 1
run compare "$model" --tokens "$tokens" --max-windows 1 -m nf4 --apply input --csv "$folder/one.csv" --json
expect_success "one window"
check "one window: no standard error in JSON" grep -q '"standard_error": null' "$folder/stdout"
# shellcheck disable=SC2016
check "one window: none in CSV" awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "standard_error") at = i } NR == 2 && $at == "" { found = 1 } END { exit !found }' "$folder/one.csv"
run compare "$model" --tokens "$tokens" --max-windows 1 -m nf4 --apply input
check "one window: no bar for one" test "$(grep -cE '^NF4.*([+]-|nan)' "$folder/stdout")" -eq 0
run compare "$source_dir/tests/bad/st-one-row.safetensors" -m nf4
check "one row has no neighbours" grep -q '^NF4.* -  ' "$folder/stdout"
run compare "$source_dir/tests/bad/st-one-row.safetensors" -m nf4 --json
check "nor in JSON" grep -q '"recall_at_10": null' "$folder/stdout"
run compare "$folder/small" -m nf4 -m rvq --csv "$folder/alone.csv"
expect_success "a table alone"
check "no perplexity without a text" test "$(grep -c perplexity "$folder/stdout" "$folder/alone.csv" | grep -cv ':0')" -eq 0
check "no other table of these is as good: NF4" grep -q '^NF4.*NF4 *[*]  4[.]2500' "$folder/stdout"
check "CSV of a table alone" test "$(wc -l <"$folder/alone.csv")" -eq 5

# Pictures: both or none, and never a part of one.
if command -v gnuplot >/dev/null; then
    run compare "$model" --tokens "$tokens" --max-windows 2 -m nf4 -m scalar-row --plot "$folder/it's a plot"
    expect_success "plot"
    check "PNG" test "$(head -c 4 "$folder/it's a plot.png" | tail -c 3)" = PNG
    check "SVG is whole" grep -q '</svg>' "$folder/it's a plot.svg"
    check "the legend" grep -q 'NF4, group 64' "$folder/it's a plot.svg"
    check "the axes" grep -q 'SQNR (dB)' "$folder/it's a plot.svg"
    check "the title is the model's name" grep -q '>demo-llama: model.embed_tokens.weight, 4096 x 128<' "$folder/it's a plot.svg"
    run compare "$model" --tokens "$tokens" --max-windows 2 -m nf4 --apply input --plot "$folder/point"
    check "an axis of less than two decades has labels" test "$(grep -c '>0[.][0-9]*</tspan>' "$folder/point.svg")" -ge 2
    run compare "$model" -m nf4 --plot "$folder/it's a plot"
    expect_failure "pictures are not overwritten" 1 "plot.png: exists already; --force overwrites it"
    run compare "$model" -m nf4 --plot "$folder/it's a plot" --force
    expect_success "--force"
else
    echo "skipped: plots (gnuplot is not there)"
fi
mkdir "$folder/bin"
ln -s "$(command -v timeout)" "$folder/bin"
PATH=$folder/bin run compare "$model" -m nf4 --plot "$folder/none"
expect_failure "without gnuplot" 1 "gnuplot cannot be run: No such file"
check "without gnuplot: nothing is computed" test ! -s "$folder/stdout"
printf '#!/bin/sh\nprintf part\necho "line 3: no such terminal" >&2\nexit 1\n' >"$folder/bin/gnuplot"
chmod +x "$folder/bin/gnuplot"
PATH=$folder/bin:$PATH run compare "$model" -m nf4 --plot "$folder/none"
check "gnuplot fails late: the table" grep -q '^NF4' "$folder/stdout"
check "gnuplot fails late: exit status $status" test "$status" -eq 1
check "gnuplot fails: its message" grep -q "none.png: not drawn: gnuplot failed: line 3: no such terminal" "$folder/stderr"
check "no half of a picture" test -z "$(ls "$folder"/none.* "$folder"/.carvq.* 2>/dev/null)"

# A method looks the same whatever else is drawn: the "pictures" of this gnuplot are its scripts.
printf '#!/bin/sh\ncat\n' >"$folder/bin/gnuplot"
PATH=$folder/bin:$PATH run compare "$folder/small" -m nf4 -m rvq --plot "$folder/two"
PATH=$folder/bin:$PATH run compare "$folder/small" -m scalar-row -m rvq -m nf4 --plot "$folder/three"
styles() { sed -n 's/^set style line [0-9]* //p' "$1"; } # method by method: scalar-row, nf4, rvq
check "styles: $(styles "$folder/two.svg" | wc -l)" test "$(styles "$folder/two.svg" | sort -u | wc -l)" -eq 2
check "the same style in both pictures" test "$(styles "$folder/two.svg")" = "$(styles "$folder/three.svg" | tail -n 2)"

# A model whose head is a table of its own.
if command -v python3 >/dev/null; then
    mkdir "$folder/untied"
    python3 - "$model" "$folder/untied" <<'EOF'
import json, struct, sys
data = open(sys.argv[1] + "/model.safetensors", "rb").read()
length = struct.unpack("<Q", data[:8])[0]
header, values = json.loads(data[8:8 + length]), data[8 + length:]
table = header["model.embed_tokens.weight"]
first, last = table["data_offsets"]
header["lm_head.weight"] = dict(table, data_offsets=[len(values), len(values) + last - first])
text = json.dumps(header).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2] + "/model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + values + values[first:last])
config = json.load(open(sys.argv[1] + "/config.json"))
json.dump(dict(config, tie_word_embeddings=False), open(sys.argv[2] + "/config.json", "w"))
EOF
    run compare "$folder/untied" --tokens "$tokens" --max-windows 2 -m nf4
    check "untied: the input alone" test "$(grep -c '^NF4' "$folder/stdout")" -eq 1
    check "untied: the input table" grep -q "the input table replaced" "$folder/stdout"
    run compare "$folder/untied" --tokens "$tokens" --max-windows 2 -m nf4 --apply head
    check "untied: the head's own table" grep -q "lm_head.weight, 4096 x 128" "$folder/stdout"
    run compare "$folder/untied" --tokens "$tokens" --max-windows 2 -m nf4 --apply both
    expect_failure "untied: two tables" 1 "input table and output head are two tables"
fi

for bad in "nan-row0-bf16 row 0 holds NaN" "inf-row3 row 3 holds Inf" "huge-values NF4, group 64: values as large as"; do
    run compare "$source_dir/tests/bad/st-${bad%% *}.safetensors" -m nf4
    expect_failure "bad values" 1 "/st-${bad%% *}.safetensors: tensor 'model.embed_tokens.weight': ${bad#* }"
done
run compare "$model" -m int5
expect_failure "unknown method" 1 "there is no method 'int5' for this table; there are scalar-tensor, scalar-row"
run compare "$model" --tokens "$tokens" -t lm_head.weight
expect_failure "not the table of the model" 1 "'lm_head.weight' is not the table that the model uses there"
run compare "$model" -t nothing
expect_failure "no such tensor" 1 "nothing"
run compare "$folder/nothing"
expect_failure "no model" 1 "nothing"
run compare "$model" --tokens "$folder/nothing"
expect_failure "no text" 1 "nothing: No such file"
head -c 100 "$tokens" >"$folder/short"
run compare "$model" --tokens "$folder/short"
expect_failure "short text" 1 "short: the text has 50 tokens, less than one window of 256"
printf '\377\377%.0s' {1..600} >"$folder/large"
run compare "$model" --tokens "$folder/large"
expect_failure "wrong ids" 1 "large: read as ids of 2 bytes, token 0 is 65535, but the model has only ids below 4096"
# What stops an output is said before the work; where it shows only after that, the figures are printed nevertheless.
run compare "$model" -m nf4 --csv "$folder/no/such/folder.csv"
expect_failure "a CSV file that cannot be written" 1 "folder.csv: cannot create: No such file"
check "nothing is computed" test ! -s "$folder/stdout"
PATH=$folder/bin:$PATH run compare "$model" -m nf4 --plot "$folder/same" --csv "$folder/./same.svg"
expect_failure "one name for two files" 1 "same.svg: --csv and --plot would write the same file"
check "nothing is computed" test ! -s "$folder/stdout"
mkdir "$folder/copy"
cp "$model"/{model.safetensors,config.json,tokenizer.json} "$folder/copy"
ln -s copy/model.safetensors "$folder/link.csv"
for file in copy/model.safetensors copy/config.json copy/tokenizer.json link.csv; do
    run compare "$folder/copy" -m nf4 --csv "$folder/$file" --force
    expect_failure "the model itself: $file" 1 "$file: is a file of the model; choose another output"
done
check "the model is whole" cmp -s "$model/model.safetensors" "$folder/copy/model.safetensors"
run compare "$folder/copy" -m nf4 --csv "$folder/copy/figures.csv" --force
expect_success "another file in its folder"
mkdir "$folder/pictures"
for prefix in "" "$folder/pictures/" "$folder/pictures/.."; do
    PATH=$folder/bin:$PATH run compare "$model" -m nf4 --plot "$prefix"
    expect_failure "--plot '$prefix'" 1 "--plot '$prefix': a name for the pictures is missing"
    check "--plot '$prefix': nothing is computed" test ! -s "$folder/stdout"
done
mkdir "$folder/gone"
printf '#!/bin/sh\nrmdir "%s/gone"\n' "$folder" >"$folder/bin/gnuplot" # which runs between the check and the work
PATH=$folder/bin:$PATH run compare "$model" -m nf4 --plot "$folder/none" --csv "$folder/gone/figures.csv"
check "a folder that vanished: the table" grep -q '^NF4' "$folder/stdout"
check "a folder that vanished: a message" grep -q "figures.csv: cannot create: No such file" "$folder/stderr"
check "a folder that vanished: exit status $status" test "$status" -eq 1
for arguments in "compare" "compare $model --text x --tokens y" "compare $model --apply input" "compare $model --max-windows 3" \
    "compare $model --token-width 2" "compare $model --uniform --calibrate x" "compare $model --tokens x --apply all" "compare $model x"; do
    # shellcheck disable=SC2086
    run $arguments
    expect_failure "usage: $arguments" 2 "try"
done
finish
