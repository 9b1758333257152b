#!/bin/sh
# SPDX-License-Identifier: MIT
# make demo: compresses the table of the small model in examples/, looks at the file, verifies it, looks a row up, and asks
# what the table does to the model.
set -eu
cd "$(dirname "$0")/.."
carvq=${BUILD:-build}/carvq
model=examples/demo-llama
folder=${BUILD:-build}/demo
file=$folder/demo-llama.carvq.safetensors
rm -rf "$folder"
mkdir -p "$folder"

show() # runs a command as a person would type it
{
    printf '\n$ %s\n' "$*"
    "$@"
}

show "$carvq" compress "$model" --bits 2 -o "$file"
show "$carvq" show "$file"
show "$carvq" verify "$file" "$model"
show "$carvq" lookup "$file" 1000
show "$carvq" eval "$model" --table "$file" --tokens "$model/sample.tokens.u16"
