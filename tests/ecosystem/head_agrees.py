# SPDX-License-Identifier: MIT
"""Logits with NumPy, from doc/format.md alone: their checksums are those that tests/additive.c has for the golden files."""
import os
import re
import sys

import numpy as np
from safetensors import safe_open

from decode import Table, additive_codes, decode_rvq, decode_trellis, find_tiers, numbers

HERE = os.path.dirname(os.path.abspath(__file__))
F = np.float32


def dot(x, h):
    """Of the last axis of x with h, in 16 sums."""
    n = len(h)
    products = np.zeros(x.shape[:-1] + (-(-n // 16) * 16,), F)
    products[..., :n] = x * h
    sums = np.zeros(x.shape[:-1] + (16,), F)
    for c in range(0, n, 16):
        sums = sums + products[..., c:c + 16]
    for d in (8, 4, 2, 1):
        sums = sums[..., :d] + sums[..., d:2 * d]
    return sums[..., 0]


def additive_products(table, segment, prefix, V, h):
    begins, widths, books, classes, codes, scale = additive_codes(table, segment, prefix, V)
    T, low = len(classes), []
    L = np.zeros((T, 16), F)
    for t in range(T):
        for i in range(min(widths[t], table.n - begins[t])):
            L[t] = L[t] + books[classes[t]][:, i].astype(F) * h[begins[t] + i]
        low.append(L[t].min())
        L[t] = L[t] - low[t]
    offset = F(0)
    for value in low:
        offset = offset + value
    reach = L.max(axis=1)
    unit, acc = reach.max() / F(255 * 127), np.zeros(V, np.int64)
    if reach.max() < F(2) ** -100:
        return scale * (F(0) + offset)
    for u in range(0, T, 32):
        m = min(max(int(np.ceil(F(127) * reach[u:u + 32].max() / reach.max())), 1), 127)
        for t in range(u, min(u + 32, T)):
            entries = np.minimum(np.rint(L[t] * (F(1) / (unit * F(m)))), 255).astype(np.int64)
            acc += m * entries[codes[:, t]]
    return scale * (unit * acc.astype(F) + offset)


def logits(path, name, h):
    table = Table(path, name)
    V, segments = table.V, table.about["segments"]
    products, raw = [], np.array([s["codec"] == "raw" for s in segments])
    for k, s in enumerate(segments):
        prefix, rows = ("", V) if "codes" in table.tensors else (f"segments.{k}.", s["rows"])
        if s["codec"] == "additive":
            products.append(additive_products(table, s, prefix, rows, h))
        elif s["codec"] == "raw":
            products.append(dot(table.values(prefix + "values"), h))
        else:
            products.append(dot((decode_rvq if s["codec"] == "rvq" else decode_trellis)(table, s, prefix, rows), h))
    tiers, ranks = find_tiers(table, len(segments)) if len(segments) > 1 else (np.zeros(V, int), np.arange(V))
    y = np.array([products[tier][rank] for tier, rank in zip(tiers, ranks)], F)
    stored = y
    if "mean" in table.about:
        y = y + dot(table.values("mean"), h)
    if "low_rank" in table.about:
        r, b = table.about["low_rank"]["rank"], table.about["low_rank"]["bits"]
        bits = np.unpackbits(table.bytes("low_rank.coefficients"), count=V * r * b, bitorder="little")
        coefficients = (numbers(bits.reshape(V, r, b)) - (1 << b - 1)).astype(F)
        for k in range(r):
            y = y + coefficients[:, k] * dot(table.values("low_rank.directions")[k], h)
    if "adaptor" in table.about:
        z, W0, b0, W1, b1 = (table.values("adaptor." + part) for part in ("table", "0.weight", "0.bias", "1.weight", "1.bias"))
        a = np.tile(b0, (V, 1))
        for i in range(z.shape[1]):
            a = a + z[:, i:i + 1] * W0[i]
        y = y + dot(b1, h)
        y = y + dot(np.maximum(a, F(0)), dot(W1, h))
    return np.where(raw[tiers], stored, y)


def main():
    with open(os.path.join(HERE, "..", "additive.c"), encoding="ascii") as file:
        right = re.findall(r'\{"([a-z0-9-]+)", 0x([0-9a-f]{16})\}', file.read())
    assert len(right) >= 8
    for name, checksum in right:
        path = os.path.join(HERE, "..", "golden", name + ".carvq.safetensors")
        with safe_open(path, "np") as file:
            tables = sorted(key[len("carvq.table."):] for key in file.metadata() if key.startswith("carvq.table."))
        hash_ = 0xCBF29CE484222325
        for table in tables:
            n = Table(path, table).n
            i = np.arange(3 * n, dtype=np.int64)
            hidden = ((i * 7919 % 2003 - 1001).astype(F) / np.where(i % 3 == 0, F(4096), F(64))).reshape(3, n)
            for h in hidden:
                for byte in logits(path, table, h).astype("<f4").tobytes():
                    hash_ = (hash_ ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        if f"{hash_:016x}" != checksum:
            sys.exit(f"{name}: {hash_:016x}, not {checksum}")
        print(f"{name}: {checksum}")


main()
