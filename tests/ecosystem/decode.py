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


def additive_codes(table, segment, prefix, V):
    """Columns and widths of the steps, books by class, classes of the steps, codes [V, T], scales of the rows."""
    strides, M, b = (segment[key] for key in ("strides", "span", "scale_bits"))
    n, P, begins = table.n, len(strides), [0]
    while begins[-1] < n:
        begins.append(begins[-1] + strides[(len(begins) - 1) % P])
    T = len(begins) - 1
    widths = [sum(strides[(t + j) % P] for j in range(M)) for t in range(T)]
    classes = [t if segment["books"] == "position" or t < M - 1 else M - 1 + t % P for t in range(T)]
    books, data = {}, table.bytes(prefix + "books").view("i1")
    for c, w in sorted(dict(zip(classes, widths)).items()):
        books[c], data = data[:16 * w].reshape(w, 16).T.astype("i4"), data[16 * w:]
    assert not data.size
    G, data = -(-T // 8), table.bytes(prefix + "codes")
    pairs = np.zeros((-(-V // 16) * 16, 4 * G), "u1")  # [row][byte]: two codes
    for chunk in range(0, V, 512):
        for block in range(0, G, 16):
            for pair in range(chunk, min(chunk + 512, V), 32):
                for group in range(block, min(block + 16, G)):
                    for tile in range(pair, min(pair + 32, V), 16):
                        pairs[tile:tile + 16, 4 * group:4 * group + 4] = data[:64].reshape(4, 16).T
                        data = data[64:]
    assert not data.size
    codes = np.stack([pairs & 15, pairs >> 4], axis=2).reshape(len(pairs), -1)[:V]
    scale = np.zeros(V, int)
    if b:
        scale = numbers(np.unpackbits(table.bytes(prefix + "scale_codes"), count=V * b, bitorder="little").reshape(V, b))
    return begins[:-1], widths, books, classes, codes, table.values(prefix + "scales")[scale]


def decode_additive(table, segment, prefix, V):
    begins, widths, books, classes, codes, scale = additive_codes(table, segment, prefix, V)
    sums = np.zeros((V, begins[-1] + widths[-1] + 32), "i4")
    for t, begin in enumerate(begins):
        sums[:, begin:begin + widths[t]] += books[classes[t]][codes[:, t]]
    return sums[:, :table.n].astype("f4") * scale[:, None]


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
        decoders = {"rvq": decode_rvq, "trellis": decode_trellis, "additive": decode_additive,
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
