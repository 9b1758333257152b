#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the golden files of format version 1 and their checksums, without any of our C code.

    python3 tests/golden/make.py        writes *.carvq.safetensors and checksums.txt beside this file

The files never change once a version of the format is released: run this only to add files for a new version. Checksum:
FNV-1a, 64 bits, over the little-endian float32 values of all rows in order.
"""
import json, os, struct, sys
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ecosystem"))
from decode import decode

HERE = os.path.dirname(os.path.abspath(__file__))


def half(x, dtype):
    x = np.asarray(x, np.float32)
    return x.astype(np.float16).view(np.uint16) if dtype == "F16" else (x.view(np.uint32) >> 16).astype(np.uint16)


def table(name, rng, V, n, h, g, L, kappa, grouping, dtype="BF16", adaptor=None):
    S, K = -(-n // h), 1 << kappa
    G = -(-V * S // g) if grouping == "rows" else -(-V // g) * S
    tensors = {
        "codes": ("U8", rng.integers(0, 256, (V, -(-S * L * kappa // 8)), dtype=np.uint8)),
        "codebooks": (dtype, half(rng.standard_normal((G, L, K, h)) / (1 + np.arange(L))[:, None, None], dtype)),
    }
    used = S * L * kappa % 8  # the bits left over at the end of a row are 0
    if used:
        tensors["codes"][1][:, -1] &= (1 << used) - 1
    about = {"rows": V, "cols": n, "dtype": "F32", "segments": [
        {"codec": "rvq", "subvector": h, "group": g, "grouping": grouping, "stages": L, "code_bits": kappa}]}
    if adaptor:
        m, H = adaptor
        about["adaptor"] = {"dim": m, "hidden": H}
        for part, shape in (("table", (V, m)), ("0.weight", (m, H)), ("0.bias", (H,)), ("1.weight", (H, n)), ("1.bias", (n,))):
            tensors["adaptor." + part] = (dtype, half(rng.standard_normal(shape) / 4, dtype))
    return {"carvq.table." + name: json.dumps(about)}, {name + "." + part: tensor for part, tensor in tensors.items()}


def write(path, tables):
    metadata, tensors, header, offset = {"carvq.version": "1"}, {}, {}, 0
    for about, parts in tables:
        metadata.update(about)
        tensors.update(parts)
    for name, (dtype, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [offset, offset + values.nbytes]}
        offset += values.nbytes
    text = json.dumps({"__metadata__": metadata, **header}).encode()
    text += b" " * (-(8 + len(text)) % 64)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, values in tensors.values():
            file.write(values.tobytes())


def checksum(values):
    hash_ = 0xCBF29CE484222325
    for byte in np.ascontiguousarray(values, "<f4").tobytes():
        hash_ = (hash_ ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return hash_


FILES = {
    "rvq-preset": [("model.embed_tokens.weight", dict(V=96, n=64, h=8, g=200, L=3, kappa=4, grouping="rows"))],
    "rvq-one-group": [("t", dict(V=20, n=160, h=8, g=1024, L=2, kappa=4, grouping="rows"))],
    "rvq-columns": [("wte.weight", dict(V=50, n=24, h=8, g=16, L=2, kappa=4, grouping="columns"))],
    "rvq-padded": [("embed.weight", dict(V=33, n=25, h=8, g=37, L=4, kappa=4, grouping="rows"))],
    "rvq-odd-bits": [("t", dict(V=17, n=30, h=7, g=60, L=5, kappa=9, grouping="rows", dtype="F16"))],
    "rvq-one-value": [("t", dict(V=1, n=1, h=1, g=1, L=1, kappa=1, grouping="columns"))],
    "adaptor": [("t", dict(V=12, n=300, h=8, g=128, L=2, kappa=4, grouping="rows", adaptor=(3, 70)))],
    "two-tables": [("a", dict(V=10, n=16, h=8, g=8, L=1, kappa=4, grouping="rows")),
                   ("a\u00e9\"b", dict(V=12, n=10, h=4, g=5, L=3, kappa=3, grouping="columns", dtype="F16", adaptor=(2, 5)))],
}

if __name__ == "__main__":
    with open(os.path.join(HERE, "checksums.txt"), "w", encoding="utf-8") as sums:
        for number, (file, tables) in enumerate(FILES.items()):
            rng = np.random.default_rng(number)
            path = os.path.join(HERE, file + ".carvq.safetensors")
            write(path, [table(name, rng, **shape) for name, shape in tables])
            for name, _ in tables:
                sums.write(f"{checksum(decode(path, name)):016x} {file}.carvq.safetensors {name}\n")
