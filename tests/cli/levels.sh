#!/bin/bash
# SPDX-License-Identifier: MIT
# Whatever instructions the encoder's vector code is compiled for, the bytes are the same: an adaptor, codes that are chosen
# together, rows of odd lengths, trellis and structure, with every CARVQ_KERNEL. Levels that the processor does not have become
# the highest that it has.
# shellcheck source=tests/cli/common.sh
. "$(dirname "$0")/common.sh"

same_bytes() # name, settings
{
    local name=$1 level
    shift
    for level in scalar avx2 avx512 avx512vbmi; do
        CARVQ_KERNEL=$level run compress "$model" -o "$folder/$level.carvq.safetensors" --force "$@"
        expect_success "$name, $level"
        check "$name: $level is not the same as scalar" cmp "$folder/scalar.carvq.safetensors" "$folder/$level.carvq.safetensors"
    done
}

model=$folder/small.safetensors
python3 - "$model" <<'END'
import json, random, struct, sys
random.seed(1)
values = struct.pack("<5120f", *(random.gauss(0, 1) for _ in range(5120)))
header = json.dumps({"model.embed_tokens.weight": {"dtype": "F32", "shape": [160, 32], "data_offsets": [0, len(values)]}}).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + values)
END

same_bytes "codes and adaptor" --preset carvq-2 --iterations 3 --adaptor-dim 2 --adaptor-hidden 20 --adaptor-epochs 3
same_bytes "codes chosen together" --preset carvq-3 --iterations 3 --no-adaptor --effort 1
same_bytes "other widths" --stages 2 --code-bits 3 --subvector 6 --grouping columns --group 500 --iterations 3 --no-adaptor --effort 1
same_bytes "one value at a time" --stages 1 --subvector 1 --group 4096 --iterations 3 --no-adaptor
same_bytes "a budget" --bits 2.655 --effort 1
same_bytes "additive codes" --bits 3 --effort 1 --codec additive

finish
