# SPDX-License-Identifier: MIT
"""Decodes a carvq file with NumPy and the safetensors package alone: doc/format.md once more, in few lines and without haste."""
import functools
import json
import os
import re

import numpy as np
from safetensors import deserialize, safe_open


TABLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "src", "runtime", "trellis_tables.inc")


@functools.cache
def trellis_table(S, k):
    """The constants of the trellis, [2^S, 2], from the C source."""
    with open(TABLES, encoding="ascii") as file:
        numbers = re.search(rf"table_{S}_{k}\[{2 << S}\] = {{(.*?)}}", file.read(), re.DOTALL)[1]
    return np.array([int(number) for number in re.findall(r"-?\d+", numbers)], "i1").reshape(1 << S, 2)


class Table:
    """The description and the tensors of a table."""

    def __init__(self, path, name):
        with safe_open(path, "np") as file:
            self.about = json.loads(file.metadata()["carvq.table." + name])
        with open(path, "rb") as file:
            self.tensors = {key[len(name) + 1:]: t for key, t in deserialize(file.read()) if key.startswith(name + ".")}
        self.V, self.n = self.about["rows"], self.about["cols"]

    def bytes(self, part):
        return np.frombuffer(self.tensors[part]["data"], "u1").reshape(self.tensors[part]["shape"])

    def values(self, part):  # BF16 or F16 to float32
        bits = np.frombuffer(self.tensors[part]["data"], "<u2").reshape(self.tensors[part]["shape"])
        return (bits.astype("u4") << 16).view("f4") if self.tensors[part]["dtype"] == "BF16" else bits.view("f2").astype("f4")


def numbers(bits):
    """The last axis as bits, least significant first."""
    return (bits.astype("i8") << np.arange(bits.shape[-1])).sum(axis=-1)


def decode_rvq(table, segment, prefix, V):
    h, g, L, kappa = (segment[key] for key in ("subvector", "group", "stages", "code_bits"))
    n, S, books = table.n, -(-table.n // h), table.values(prefix + "codebooks")
    bits = np.unpackbits(table.bytes(prefix + "codes"), axis=1, count=S * L * kappa, bitorder="little")
    codes = numbers(bits.reshape(V, S, L, kappa))
    r, s = np.mgrid[:V, :S]
    group = (r * S + s) // g if segment["grouping"] == "rows" else r // g * S + s
    y = books[group, 0, codes[:, :, 0]]
    for stage in range(1, L):
        y = y + books[group, stage, codes[:, :, stage]]
    return y.reshape(V, S * h)[:, :n]


def decode_trellis(table, segment, prefix, V):
    S, k, b = (segment[key] for key in ("state_bits", "step_bits", "scale_bits"))
    n, steps = table.n, -(-table.n // 2)
    bits = np.unpackbits(table.bytes(prefix + "codes"), count=V * (b + steps * k), bitorder="little").reshape(V, -1)
    scale = table.values(prefix + "scales")[numbers(bits[:, :b])]
    path = np.concatenate([np.zeros((V, S - k), "u1"), bits[:, b:]], axis=1)
    states = numbers(np.stack([path[:, t * k:t * k + S] for t in range(steps)], axis=1))
    return scale[:, None] * trellis_table(S, k)[states].astype("f4").reshape(V, 2 * steps)[:, :n]


def find_tiers(table, count):
    """The tier of every row, and its rank there, from the directory."""
    t = int(count - 1).bit_length()
    T, data, tiers, ranks = 1 << t, table.bytes("tiers"), [], []
    while len(tiers) < table.V:
        before, data = data[:4 * T].view("<u4").astype("i8"), data[4 * T:]
        for _ in range(T):
            planes, data = data[:8 * t], data[8 * t:]
            tiers_here = numbers(np.unpackbits(planes.reshape(-1, 8), axis=1, bitorder="little").T) if planes.size else ()
            for tier in tiers_here[:table.V - len(tiers)]:
                tiers.append(tier)
                ranks.append(before[tier])
                before[tier] += 1
    assert not data.size
    return np.array(tiers), np.array(ranks)


def add_adaptor(table, y):
    z, W0, b0, W1, b1 = (table.values("adaptor." + part) for part in ("table", "0.weight", "0.bias", "1.weight", "1.bias"))
    a = np.tile(b0, (table.V, 1))
    for i in range(table.about["adaptor"]["dim"]):
        a = a + z[:, i:i + 1] * W0[i]
    y = y + b1
    for j in range(table.about["adaptor"]["hidden"]):
        y[a[:, j] > 0] += a[a[:, j] > 0, j:j + 1] * W1[j]
    return y


def decode(path, name):
    table = Table(path, name)
    segments, V = table.about["segments"], table.V
    if "codes" in table.tensors:  # as in version 1
        y, raw = decode_rvq(table, segments[0], "", V), np.zeros(V, bool)
    else:
        decoders = {"rvq": decode_rvq, "trellis": decode_trellis,
                    "raw": lambda table, segment, prefix, rows: table.values(prefix + "values")}
        rows = [decoders[s["codec"]](table, s, f"segments.{k}.", s["rows"]) for k, s in enumerate(segments)]
        tiers, ranks = find_tiers(table, len(rows)) if len(rows) > 1 else (np.zeros(V, int), np.arange(V))
        y = np.stack([rows[tier][rank] for tier, rank in zip(tiers, ranks)])
        raw = np.array([s["codec"] == "raw" for s in segments])[tiers]
    stored = y
    if "mean" in table.about:
        y = y + table.values("mean")
    if "low_rank" in table.about:
        r, b = table.about["low_rank"]["rank"], table.about["low_rank"]["bits"]
        bits = np.unpackbits(table.bytes("low_rank.coefficients"), count=V * r * b, bitorder="little")
        coefficients = (numbers(bits.reshape(V, r, b)) - (1 << b - 1)).astype("f4")
        for k in range(r):
            y = y + coefficients[:, k:k + 1] * table.values("low_rank.directions")[k]
    if "adaptor" in table.about:
        y = add_adaptor(table, y)
    return np.where(raw[:, None], stored, y)
