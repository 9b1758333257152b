#!/bin/bash
# SPDX-License-Identifier: MIT
# Every file of tests/bad behaves as its line in INDEX.tsv says: one clear line that names the file, exit status 1, and
# nothing left behind; or it works.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

# The row and the value that the message has to name.
cause_of() # file
{
    case $1 in
    st-nan-row0*) echo "row 0 holds NaN" ;;
    st-nan-row5*) echo "row 5 holds NaN" ;;
    st-nan-last*) echo "row 15 holds NaN" ;;
    st-inf-row3*) echo "row 3 holds Inf" ;;
    st-zero-*) echo "empty" ;;
    st-int-table*) echo "I32" ;;
    st-no-table*) echo "no " ;;
    *) echo "$1: " ;;
    esac
}

mkdir "$folder/out"
while IFS=$'\t' read -r file expect _; do
    [[ $expect == expect ]] && continue
    run compress "$source_dir/tests/bad/$file" -o "$folder/out/x" --preset carvq-3
    if [[ $expect == reject || ( $expect == either && $status -ne 0 ) ]]; then
        expect_failure "$file" 1 "$file: "
        expect_failure "$file" 1 "$(cause_of "$file")"
        check "$file: something is left behind" test -z "$(ls -A "$folder/out")"
    else
        expect_success "$file"
        run lookup "$folder/out/x" all
        expect_success "$file: lookup"
        check "$file: NaN or infinity in the output" test -z "$(grep -iE 'nan|inf' "$folder/stdout")"
        rm -f "$folder/out/x"
    fi
    # The other commands that read checkpoints must not crash either.
    for command in "show $source_dir/tests/bad/$file" "verify $source_dir/tests/golden/rvq-preset.carvq.safetensors $source_dir/tests/bad/$file" \
        "lookup $source_dir/tests/bad/$file 0"; do
        # shellcheck disable=SC2086
        run $command
        check "$command: exit status $status" test "$status" -le 1
    done
done <"$source_dir/tests/bad/INDEX.tsv"
finish
