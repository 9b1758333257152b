#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the golden files and their checksums, without any of our C code: random codes, written from doc/format.md.

    python3 tests/golden/make.py        writes *.carvq.safetensors and checksums.txt beside this file

The files never change once a version of the format is released: run this only to add files for a new version. Checksum:
FNV-1a, 64 bits, over the little-endian float32 values of all rows in order.

    python3 tests/golden/make.py FILE ROWS COLS CODECS [RANK BITS]

makes a file of any size for measuring. CODECS is a list such as raw,t12.8,t12.4,rvq3,a323.3, a tier each: trellis with S.k, rvq with L, additive
with its strides and span. With
a RANK the table has a mean, too.
"""
import json, os, struct, sys
import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ecosystem"))
from decode import decode

HERE = os.path.dirname(os.path.abspath(__file__))


def half(x, dtype):
    x = np.asarray(x, np.float32)
    return x.astype(np.float16).view(np.uint16) if dtype == "F16" else (x.view(np.uint32) >> 16).astype(np.uint16)


def add_adaptor(about, tensors, rng, V, n, adaptor, dtype):
    m, H = adaptor
    about["adaptor"] = {"dim": m, "hidden": H}
    for part, shape in (("table", (V, m)), ("0.weight", (m, H)), ("0.bias", (H,)), ("1.weight", (H, n)), ("1.bias", (n,))):
        tensors["adaptor." + part] = (dtype, half(rng.standard_normal(shape) / 4, dtype))


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
        add_adaptor(about, tensors, rng, V, n, adaptor, dtype)
    return {"carvq.table." + name: json.dumps(about)}, {name + "." + part: tensor for part, tensor in tensors.items()}


def pack(fields, bits):
    """Fields of so many bits, one after the other, as bytes."""
    ones = (np.asarray(fields)[..., None] >> np.arange(bits)) & 1
    return np.packbits(ones.astype(np.uint8).reshape(-1), bitorder="little")


def directory(tiers, count):
    """Which tier each row is in, as the tensor NAME.tiers."""
    t = int(count - 1).bit_length()
    T, before, out = 1 << t, np.zeros(1 << t, np.int64), []
    for superblock in range(0, len(tiers), 64 * T):
        rows = tiers[superblock:superblock + 64 * T]
        out.append(before.astype("<u4").view(np.uint8))
        before = before + np.bincount(rows, minlength=T)
        for block in range(0, len(rows), 64):
            planes = np.zeros((t, 64), np.uint8)
            planes[:, :len(rows[block:block + 64])] = rows[block:block + 64] >> np.arange(t)[:, None] & 1
            out.append(np.packbits(planes, axis=1, bitorder="little").reshape(-1))
    return np.concatenate(out)


def segment_3(rng, rows, n, dtype, strides, M, books, b):
    """A segment of codec additive: random codes, in the order of a file."""
    begins, P = [0], len(strides)
    while begins[-1] < n:
        begins.append(begins[-1] + strides[(len(begins) - 1) % P])
    T, G = len(begins) - 1, -(-(len(begins) - 1) // 8)
    classes = {t if books == "position" or t < M - 1 else M - 1 + t % P: t for t in range(T)}
    values = sum(sum(strides[(t + j) % P] for j in range(M)) for t in classes.values())
    codes = rng.integers(0, 16, (rows, T), dtype=np.uint8)
    padded = np.zeros((-(-rows // 16) * 16, 8 * G), np.uint8)
    padded[:rows, :T] = codes
    padded = padded[:, ::2] | padded[:, 1::2] << 4
    lines = [padded[tile:tile + 16, 4 * group:4 * group + 4].T.reshape(-1)
             for chunk in range(0, rows, 512) for block in range(0, G, 16) for pair in range(chunk, min(chunk + 512, rows), 32)
             for group in range(block, min(block + 16, G)) for tile in range(pair, min(pair + 32, rows), 16)]
    tensors = {"codes": ("U8", np.concatenate(lines)), "scales": (dtype, half(rng.uniform(0.5, 2, 1 << b) / 32, dtype)),
               "books": ("I8", rng.integers(-127, 128, 16 * values, dtype=np.int8))}
    if b:
        tensors["scale_codes"] = ("U8", pack(rng.integers(0, 1 << b, rows), b))
    return {"codec": "additive", "rows": rows, "strides": strides, "span": M, "books": books, "scale_bits": b}, tensors


def segment_2(rng, rows, n, codec, dtype="BF16", **shape):
    """A segment of version 2: its description and its tensors."""
    if codec == "raw":
        return {"codec": "raw", "rows": rows, "value": dtype}, {"values": (dtype, half(rng.standard_normal((rows, n)), dtype))}
    if codec == "trellis":
        S, k, b = shape["S"], shape["k"], shape["b"]
        codes = rng.integers(0, 256, -(-rows * (b + -(-n // 2) * k) // 8) + 3, dtype=np.uint8)
        codes[-3:] = 0
        return ({"codec": "trellis", "rows": rows, "state_bits": S, "step_bits": k, "scale_bits": b},
                {"codes": ("U8", codes), "scales": (dtype, half(rng.uniform(0.5, 2, 1 << b) / 32, dtype))})
    if codec == "additive":
        return segment_3(rng, rows, n, dtype, **shape)
    about, tensors = table("", rng, rows, n, dtype=dtype, **shape)
    description = json.loads(about["carvq.table."])["segments"][0]
    return {**description, "rows": rows}, {part[1:]: tensor for part, tensor in tensors.items()}


def table_2(name, rng, V, n, segments, weights=None, mean=None, low_rank=None, adaptor=None, dtype="BF16"):
    """A table as only version 2 has it. segments: arguments of segment_2() but for rows, which are shared out by weights."""
    count = len(segments)
    tiers = rng.permutation(np.concatenate([np.arange(count), rng.choice(count, V - count, p=weights)]))
    about, tensors = {"rows": V, "cols": n, "dtype": "BF16", "segments": []}, {}
    for k, segment in enumerate(segments):
        description, parts = segment_2(rng, int((tiers == k).sum()), n, **segment)
        about["segments"].append(description)
        tensors.update({f"segments.{k}.{part}": tensor for part, tensor in parts.items()})
    if count > 1:
        tensors["tiers"] = ("U8", directory(tiers, count))
    if mean:
        about["mean"] = True
        tensors["mean"] = (mean, half(rng.standard_normal(n), mean))
    if low_rank:
        r, b = low_rank
        about["low_rank"] = {"rank": r, "bits": b}
        tensors["low_rank.coefficients"] = ("U8", pack(rng.integers(0, 1 << b, (V, r)), b))
        tensors["low_rank.directions"] = (dtype, half(rng.standard_normal((r, n)) / 16, dtype))
    if adaptor:
        add_adaptor(about, tensors, rng, V, n, adaptor, dtype)
    return {"carvq.table." + name: json.dumps(about)}, {name + "." + part: tensor for part, tensor in tensors.items()}


def write(path, tables, version="1"):
    metadata, tensors, header, offset = {"carvq.version": version}, {}, {}, 0
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



def trellis(S, k, b, dtype="BF16"):
    return dict(codec="trellis", S=S, k=k, b=b, dtype=dtype)


def rvq(h, g, L, kappa, grouping="rows", dtype="BF16"):
    return dict(codec="rvq", h=h, g=g, L=L, kappa=kappa, grouping=grouping, dtype=dtype)


RATES = [(S, k) for S in (10, 12) for k in range(2, 9)] + [(12, 10)]
FILES_2 = {
    "v2-rvq-mean": [("t", dict(V=40, n=20, segments=[rvq(8, 64, 3, 4)], mean="F16"))],
    "v2-rvq-low-rank": [("t", dict(V=30, n=300, segments=[rvq(8, 100, 2, 4, "columns", "F16")], low_rank=(5, 3)))],
    "v2-raw": [("t", dict(V=9, n=7, segments=[dict(codec="raw", dtype="F16")]))],
    "v2-one-value": [("t", dict(V=1, n=1, segments=[trellis(10, 2, 0)]))],
    "v2-trellis": [(f"s{S}k{k}", dict(V=6, n=45, segments=[trellis(S, k, i % 9)])) for i, (S, k) in enumerate(RATES)],
    "v2-long-rows": [("t", dict(V=5, n=1031, segments=[trellis(12, 3, 5)], mean="BF16", low_rank=(2, 8)))],
    "v2-tiers-2": [("t", dict(V=300, n=12, segments=[dict(codec="raw"), trellis(10, 3, 4)], weights=[.1, .9]))],
    "v2-tiers-3": [("t", dict(V=257, n=31, segments=[rvq(8, 50, 3, 4), trellis(12, 4, 6, "F16"), rvq(4, 30, 1, 2, "columns")],
                              mean="BF16", low_rank=(1, 4)))],
    "v2-tiers-4": [("t", dict(V=512, n=16, segments=[dict(codec="raw"), trellis(12, 8, 3), trellis(10, 4, 6), rvq(8, 99, 2, 4)],
                              weights=[.05, .15, .3, .5], mean="F16", low_rank=(3, 5), adaptor=(2, 9), dtype="F16"))],
    "v2-tiers-8": [("t", dict(V=1100, n=5, segments=[trellis(10, k, k) for k in (2, 3, 4, 5, 6, 8)] + [rvq(2, 40, 2, 3)] * 2))],
    "v2-tiers-16": [("t", dict(V=2500, n=3, segments=[dict(codec="raw")] + [trellis(12, 2 + k % 5, k % 9) for k in range(15)]))],
    "v2-two-kinds": [("plain", dict(V=10, n=16, h=8, g=8, L=1, kappa=4, grouping="rows")),
                     ("tiers", dict(V=70, n=9, segments=[trellis(12, 6, 1), dict(codec="raw")], adaptor=(1, 3)))],
}


def additive(strides, M, books, b, dtype="BF16"):
    return dict(codec="additive", strides=strides, M=M, books=books, b=b, dtype=dtype)


# Odd last tiles and groups, rows cut within the last step, all spans, both kinds of books; fewer steps than classes.
FILES_3 = {
    "v3-additive": [("t", dict(V=77, n=70, segments=[additive([3, 2, 3], 3, "phase", 4)], mean="BF16"))],
    "v3-position": [("t", dict(V=33, n=61, segments=[additive([2], 4, "position", 0, "F16")]))],
    "v3-short": [("a", dict(V=5, n=1, segments=[additive([8], 3, "phase", 3)])),
                 ("b", dict(V=20, n=7, segments=[additive([2, 1, 4, 1], 4, "phase", 8)])),
                 ("c", dict(V=3, n=6, segments=[additive([2, 3, 8], 3, "phase", 0)]))],
    "v3-long-rows": [("t", dict(V=1050, n=300, segments=[additive([2], 2, "phase", 4)], low_rank=(2, 4)))],
    "v3-tiers": [("t", dict(V=300, n=90, segments=[dict(codec="raw"), additive([1, 1, 2], 3, "position", 5, "F16"), trellis(12, 3, 2),
                                                   additive([8, 7, 6, 5, 4, 3, 2, 1], 4, "phase", 4)],
                            mean="F16", low_rank=(3, 4), adaptor=(3, 20)))],
}


def any_table(name, rng, shape):
    return table_2(name, rng, **shape) if "segments" in shape else table(name, rng, **shape)


def main():
    files = [(file, tables, "1") for file, tables in FILES.items()] + [(file, tables, "2") for file, tables in FILES_2.items()]
    files += [(file, tables, "3") for file, tables in FILES_3.items()]
    with open(os.path.join(HERE, "checksums.txt"), "w", encoding="utf-8") as sums:
        for number, (file, tables, version) in enumerate(files):
            rng = np.random.default_rng(number)
            path = os.path.join(HERE, file + ".carvq.safetensors")
            write(path, [any_table(name, rng, shape) for name, shape in tables], version)
            for name, _ in tables:
                sums.write(f"{checksum(decode(path, name)):016x} {file}.carvq.safetensors {name}\n")


def segment_of(text):
    if text == "raw":
        return dict(codec="raw")
    if text.startswith("a"):
        return additive([int(digit) for digit in text[1:].split(".")[0]], int(text.split(".")[1]), "phase", 4)
    if text.startswith("rvq"):
        return rvq(8, 1024, int(text[3:]), 4)
    return trellis(*map(int, text[1:].split(".")), 6)


def measured(path, rows, cols, codecs, rank=None, bits=None):
    low_rank = (int(rank), int(bits)) if rank else None
    shape = dict(V=int(rows), n=int(cols), segments=[segment_of(text) for text in codecs.split(",")], low_rank=low_rank,
                 mean="BF16" if rank else None)
    write(path, [table_2("t", np.random.default_rng(0), **shape)], "3" if "a" in codecs.replace("raw", "") else "2")


if __name__ == "__main__":
    measured(*sys.argv[1:]) if len(sys.argv) > 1 else main()
