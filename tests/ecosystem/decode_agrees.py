# SPDX-License-Identifier: MIT
"""decode.py and `carvq lookup` give the same bits, for files of ours and for files written here from doc/format.md.

Usage: decode_agrees.py CARVQ EXAMPLES DATA
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
from safetensors import safe_open

from decode import decode, trellis_table

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden"))
from make import RATES, any_table, rvq, trellis, write

CARVQ, EXAMPLES, DATA = sys.argv[1:4]
SOURCE = os.path.dirname(os.path.abspath(EXAMPLES))


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
        ids = [last, *range(min(last, 2) + 1)]
        some = lookup(path, name, [str(last), f"0-{min(last, 2)}"], folder)
        assert np.array_equal(some, expected[ids]), f"{what}: {name}: a list of ids gives other rows"
        assert np.array_equal(decode(path, name, ids).view("u4"), expected[ids].view("u4")), f"{what}: {name}: decode() of a few rows"
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
    options = [["--preset", "carvq-3"], ["--no-adaptor", "--grouping", "columns", "--group", "300"],
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


def test_constants():
    """Those at the end of decode.py are those of the C source."""
    with open(os.path.join(SOURCE, "src", "runtime", "trellis_tables.inc"), encoding="ascii") as file:
        tables = re.findall(r"table_(\d+)_(\d+)\[\d+\] = {(.*?)}", file.read(), re.DOTALL)
    assert len(tables) == 15
    for S, k, text in tables:
        expected = np.array([int(number) for number in re.findall(r"-?\d+", text)]).reshape(-1, 2)
        assert np.array_equal(trellis_table(int(S), int(k)), expected), f"constants of S = {S}, k = {k}"


def test_alone(folder):
    """A copy without anything beside it prints and writes the rows that `carvq lookup` gives."""
    script, npy = os.path.join(folder, "copied.py"), os.path.join(folder, "rows.npy")
    shutil.copy(os.path.join(SOURCE, "tests", "ecosystem", "decode.py"), script)
    path = os.path.join(SOURCE, "tests", "golden", "v3-tiers.carvq.safetensors")
    name = next(key[len("carvq.table."):] for key in safe_open(path, "np").metadata() if key.startswith("carvq.table."))

    def call(*arguments, status=0):
        done = subprocess.run([sys.executable, "-I", script, *arguments], capture_output=True, text=True)
        assert done.returncode == status, f"decode.py {arguments}: {done.returncode}\n{done.stderr}"
        return done.stdout

    assert call(path).startswith(name + " ")
    printed = [line.split() for line in call(path, "7", "0-2", "--table", name).splitlines()]
    rows = lookup(path, name, ["7", "0-2"], folder)
    assert [row[0] for row in printed] == ["7", "0", "1", "2"]
    assert np.array_equal(np.array([row[1:] for row in printed], "f4"), rows)
    call(path, "all", "--npy", npy)
    written = np.load(npy)
    os.unlink(npy)
    assert np.array_equal(written, lookup(path, name, ["all"], folder))
    call(status=1)
    call(path, "7", "--table", "other", status=1)


with tempfile.TemporaryDirectory() as temporary:
    test_constants()
    test_alone(temporary)
    test_written_from_the_format(temporary)
    test_compressed(temporary)
