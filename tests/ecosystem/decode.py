# SPDX-License-Identifier: MIT
"""Decodes a carvq file with NumPy and the safetensors package alone; doc/format.md in ten lines."""
import json

import numpy as np
from safetensors import deserialize, safe_open


def decode(path, name):
    with safe_open(path, "np") as file:
        table = json.loads(file.metadata()["carvq.table." + name])
    with open(path, "rb") as file:
        tensors = {key[len(name) + 1:]: t for key, t in deserialize(file.read()) if key.startswith(name + ".")}

    def values(part):  # BF16 or F16 to float32
        bits = np.frombuffer(tensors[part]["data"], "<u2").reshape(tensors[part]["shape"])
        return (bits.astype("u4") << 16).view("f4") if tensors[part]["dtype"] == "BF16" else bits.view("f2").astype("f4")

    segment, V, n = table["segments"][0], table["rows"], table["cols"]
    h, g, L, kappa = (segment[key] for key in ("subvector", "group", "stages", "code_bits"))
    S, books = -(-n // h), values("codebooks")
    packed = np.frombuffer(tensors["codes"]["data"], "u1").reshape(V, -1)
    bits = np.unpackbits(packed, axis=1, count=S * L * kappa, bitorder="little").reshape(V, S, L, kappa)
    codes = (bits * (1 << np.arange(kappa))).sum(axis=3)
    r, s = np.mgrid[:V, :S]
    group = (r * S + s) // g if segment["grouping"] == "rows" else r // g * S + s
    y = books[group, 0, codes[:, :, 0]]
    for stage in range(1, L):
        y = y + books[group, stage, codes[:, :, stage]]
    y = y.reshape(V, S * h)[:, :n]

    if "adaptor" in table:
        z, W0, b0, W1, b1 = (values("adaptor." + part) for part in ("table", "0.weight", "0.bias", "1.weight", "1.bias"))
        a = np.tile(b0, (V, 1))
        for i in range(table["adaptor"]["dim"]):
            a = a + z[:, i:i + 1] * W0[i]
        y = y + b1
        for j in range(table["adaptor"]["hidden"]):
            y[a[:, j] > 0] += a[a[:, j] > 0, j:j + 1] * W1[j]
    return y
