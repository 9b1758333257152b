# SPDX-License-Identifier: MIT
"""decode.py and `carvq lookup` give the same bits, for files of ours and for files written here from doc/format.md.

Usage: decode_agrees.py CARVQ EXAMPLES DATA
"""
import os
import subprocess
import sys
import tempfile

import numpy as np
from safetensors import safe_open

from decode import decode

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from make import RATES, any_table, rvq, trellis, write

CARVQ, EXAMPLES, DATA = sys.argv[1:4]


def run(*arguments):
    done = subprocess.run([CARVQ, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"carvq {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}"


def lookup(path, name, ids, folder):
    out = os.path.join(folder, "rows.npy")
    run("lookup", path, *ids, "--tensor", name, "--npy", out)
    rows = np.load(out)
    os.unlink(out)
    assert rows.dtype == np.float32 and rows.ndim == 2, f"{path}: lookup wrote {rows.dtype} {rows.shape}"
    return rows


def check(what, path, folder):
    """Compares every row of every table of a file, and a few rows in another order."""
    with safe_open(path, "np") as file:
        names = [key[len("carvq.table."):] for key in file.metadata() if key.startswith("carvq.table.")]
    assert names, f"{what}: no table"
    for name in names:
        expected = decode(path, name)
        rows = lookup(path, name, ["all"], folder)
        assert rows.shape == expected.shape, f"{what}: {name}: lookup gives {rows.shape}, decode {expected.shape}"
        different = np.flatnonzero((rows.view(np.uint32) != expected.view(np.uint32)).any(axis=1))
        assert different.size == 0, f"{what}: {name}: {different.size} rows differ, the first is {different[0]}"
        last = len(expected) - 1
        some = lookup(path, name, [str(last), f"0-{min(last, 2)}"], folder)
        assert np.array_equal(some, expected[[last, *range(min(last, 2) + 1)]]), f"{what}: {name}: a list of ids gives other rows"
    print(f"ok: {what}: {len(names)} tables")


def test_written_from_the_format(folder):
    rng = np.random.default_rng(1)
    cases = [dict(V=200, n=64, h=8, g=100, L=3, kappa=4, grouping="rows"),
             dict(V=200, n=64, h=8, g=64, L=2, kappa=4, grouping="columns"),
             dict(V=37, n=25, h=8, g=7, L=4, kappa=4, grouping="rows", dtype="F16"),
             dict(V=37, n=25, h=7, g=10, L=1, kappa=1, grouping="columns", dtype="F16"),
             dict(V=1, n=1, h=1, g=1, L=1, kappa=4, grouping="rows"),
             dict(V=64, n=48, h=8, g=1024, L=3, kappa=4, grouping="rows", adaptor=(4, 20)),
             dict(V=64, n=30, h=4, g=16, L=2, kappa=6, grouping="columns", adaptor=(1, 1), dtype="F16"),
             dict(V=20, n=300, h=256, g=3, L=16, kappa=3, grouping="rows")]
    cases += [dict(V=30, n=29, h=5, g=11, L=3, kappa=kappa, grouping="rows") for kappa in range(1, 13)]
    raw = dict(codec="raw")
    cases_2 = [dict(V=50, n=n, segments=[trellis(S, k, n % 9, "F16")]) for S, k in RATES for n in (1, 2 + k, 77)]
    cases_2 += [dict(V=count * 70 + count * count % 64, n=4, segments=[raw] + [trellis(10, 2 + i % 7, i % 4) for i in range(count - 1)])
                for count in range(2, 17)]
    cases_2 += [dict(V=150, n=33, segments=[rvq(8, 40, 3, 4), raw, trellis(12, 5, 4)], mean="F16", low_rank=(r, 2 + r % 7), adaptor=(2, 9))
                for r in (1, 2, 3, 7, 64)]
    path = os.path.join(folder, "written.carvq.safetensors")
    for version, shapes in ("1", cases), ("2", cases_2):
        for case in shapes:
            write(path, [any_table("some.weight", rng, case)], version)
            check(f"written here, {case}", path, folder)


def test_compressed(folder):
    models = [os.path.join(EXAMPLES, "demo-llama")]
    models += [os.path.join(DATA, "models", name) for name in ("stories260K", "ple-v4096", "glove-25d")]
    options = [[], ["--no-adaptor", "--grouping", "columns", "--group", "300"],
               ["--no-adaptor", "--subvector", "6", "--code-bits", "5", "--stages", "2", "--codebook-dtype", "f16"],
               ["--preset", "carvq-2", "--adaptor-dim", "3", "--adaptor-hidden", "17", "--adaptor-epochs", "2"],
               ["--bits", "2.2", "--uniform", "--effort", "1"], ["--bits", "3.5", "--effort", "1"]]
    path = os.path.join(folder, "compressed.carvq.safetensors")
    for model in models:
        if not os.path.isdir(model):
            print(f"skipped: {model}: not there")
            continue
        for flags in options:
            run("compress", model, "-o", path, "--force", *flags)
            check(f"{os.path.basename(model)} {' '.join(flags)}", path, folder)


with tempfile.TemporaryDirectory() as temporary:
    test_written_from_the_format(temporary)
    test_compressed(temporary)
