# SPDX-License-Identifier: MIT
"""The rivals of src/eval/baselines against NumPy and faiss: the same values from scalar codes and NF4, the same errors from fitted
scalar codes (within 0.01 dB), low rank and TensorGPT (within 0.1 dB); product quantization that is no more than 0.1 dB below
faiss, which gets many rounds and restarts, and on a line 0.3 dB below the optimum.

Usage: baselines_agree.py BASELINES_DECODE EXAMPLES DATA
"""
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from safetensors.numpy import load_file

try:
    import faiss
except ImportError:
    faiss = None

PROGRAM, EXAMPLES, DATA = sys.argv[1:4]
METHODS = ["scalar-tensor", "scalar-row", "scalar-row-fit", "scalar-64", "scalar-32", "nf4", "pq", "low-rank", "tensorgpt"]
NF4 = np.array([-1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
                -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
                0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1], np.float32)


def half(x):
    return np.asarray(x, np.float16).astype(np.float32)


def sqnr(x, y):
    x, y = x.astype(np.float64), y.astype(np.float64)
    return 10 * np.log10((x ** 2).sum() / ((x - y) ** 2).sum())


def scalar(x, bits, group):
    V, n = x.shape
    y = np.empty_like(x)
    last = np.float32(2 ** bits - 1)
    for first in range(0, n, group or n):
        part = x[:, first:first + (group or n)]
        axis = None if group == 0 else 1
        low = half(part.min(axis=axis, keepdims=True))
        scale = half((part.max(axis=axis, keepdims=True) - low) / last)
        y[:, first:first + (group or n)] = low + scale * np.clip(np.rint((part - low) / scale), 0, last)
    groups = 1 if group == 0 else V * -(-n // group)
    return y, V * -(-n * bits // 8) + groups * 4


def scalar_fitted(x, bits):
    """Per row, the best of 32 ranges whose ends are nearer and nearer to 0."""
    low, high = x.min(axis=1, keepdims=True), x.max(axis=1, keepdims=True)
    last, best, least = np.float32(2 ** bits - 1), None, np.inf
    for i in range(32):
        factor = np.float32((32 - i) / 32)
        offset = half(np.where(low < 0, low * factor, low))
        scale = half((np.where(high > 0, high * factor, high) - offset) / last)
        with np.errstate(divide="ignore", invalid="ignore"):
            y = offset + scale * np.clip(np.rint((x - offset) / scale), 0, last)
        error = ((x - y).astype(np.float64) ** 2).sum(axis=1, keepdims=True)
        error[~(scale > 0)] = np.inf
        best = y if best is None else np.where(error < least, y, best)
        least = np.fmin(error, least)
    return best, len(x) * (-(-x.shape[1] * bits // 8) + 4)


def nf4(x):
    V, n = x.shape
    y = np.empty_like(x)
    for first in range(0, n, 64):
        part = x[:, first:first + 64]
        scale = half(np.abs(part).max(axis=1, keepdims=True))
        y[:, first:first + 64] = scale * NF4[np.searchsorted((NF4[:-1] + NF4[1:]) / 2, part / scale)]
    return y, V * (-(-n // 2) + -(-n // 64) * 2)


def low_rank(x, rank):
    u, s, vt = np.linalg.svd(x.astype(np.float64), full_matrices=False)
    return u[:, :rank] * s[:rank] @ vt[:rank], sum(x.shape) * rank * 2


def tensor_train(x, factors, cap):
    V, n = x.shape
    size, rank, values, cores = np.prod(factors), 1, 0, []
    rest = np.pad(x.astype(np.float64), ((0, 0), (0, size - n)))
    for factor in factors[:-1]:
        u, s, vt = np.linalg.svd(rest.reshape(V, rank * factor, -1), full_matrices=False)
        cut = min(cap, s.shape[1])
        cores.append(u[:, :, :cut])
        values += rank * factor * cut
        rank, rest = cut, s[:, :cut, None] * vt[:, :cut]
    values += rank * factors[-1]
    y = rest.reshape(V, rank, -1)
    for core in reversed(cores):
        y = core @ y.reshape(V, core.shape[2], -1)
    return y.reshape(V, -1)[:, :n], V * values * 2


def tensor_train_of(x, setting):
    """setting: "2^7x3, rank 2"."""
    shape, rank = re.fullmatch(r"([\dx^]+), rank (\d+)", setting).groups()
    factors = []
    for part in shape.split("x"):
        factor, _, times = part.partition("^")
        factors += [int(factor)] * int(times or 1)
    assert np.allclose(tensor_train(x[:50], factors, x.shape[1])[0], x[:50], rtol=0, atol=1e-5 * np.abs(x).max()), setting
    return tensor_train(x, factors, int(rank))


def product_quantization(x, h, bits):
    n = x.shape[1]
    pq = faiss.ProductQuantizer(n, n // h, bits)
    pq.cp.niter, pq.cp.nredo = 300, 3
    if hasattr(faiss, "ClusteringInitMethod_KMEANS_PLUS_PLUS"):
        pq.cp.init_method = faiss.ClusteringInitMethod_KMEANS_PLUS_PLUS
    pq.cp.min_points_per_centroid, pq.cp.max_points_per_centroid = 1, len(x)
    pq.train(x)
    return pq.decode(pq.compute_codes(x))


def least_error(values, K):
    """The least squared error of K centroids for values on a line, by dynamic programming."""
    values = np.sort(values.astype(np.float64))
    sums, squares = np.append(0, values.cumsum()), np.append(0, (values ** 2).cumsum())
    places = np.arange(len(sums))
    lengths = places - places[:, None]
    costs = squares - squares[:, None] - (sums - sums[:, None]) ** 2 / np.maximum(lengths, 1)
    costs[lengths <= 0] = np.inf
    np.fill_diagonal(costs, 0)
    best = costs[0]
    for _ in range(1, K):
        best = (best[:, None] + costs).min(axis=0)
    return best[-1]


def best_on_lines(x, bits):
    """dB of the best codes and codebooks of 2^bits values for each column."""
    error = sum(least_error(column, 1 << bits) for column in x.T)
    return 10 * np.log10((x.astype(np.float64) ** 2).sum() / error)


def reference(x, name, bits, group, setting):
    """What the setting should decode to and store, and by how many dB it may differ; 0: the same values."""
    if name == "scalar-row-fit":
        return *scalar_fitted(x, bits), 0.01
    if name.startswith("scalar"):
        return *scalar(x, bits, group), 0
    if name == "nf4":
        return *nf4(x), 0
    if name == "low-rank":
        return *low_rank(x, int(setting.split()[1])), 0.1
    return *tensor_train_of(x, setting), 0.1


def check_same(label, x, y, stored, expected, expected_bytes, tolerance):
    ours, theirs = sqnr(x, y), sqnr(x, expected)
    print(f"{label}: {ours:.3f} dB, reference {theirs:.3f} dB")
    assert stored == expected_bytes, f"{label}: {stored} bytes, but {expected_bytes} are stored"
    assert abs(ours - theirs) <= tolerance, f"{label}: {ours:.3f} dB, but the reference has {theirs:.3f} dB"
    different = np.count_nonzero(y != expected)
    assert tolerance > 0 or different == 0, f"{label}: {different} values differ"


def check_product_quantization(label, x, y, h, bits):
    whole = x.shape[1] // h * h  # faiss has no shorter last block
    if faiss is not None:
        ours, theirs = sqnr(x[:, :whole], y[:, :whole]), sqnr(x[:, :whole], product_quantization(x[:, :whole].copy(), h, bits))
        print(f"{label}: {ours:.3f} dB, faiss {theirs:.3f} dB")
        assert ours >= theirs - 0.1, f"{label}: {ours:.3f} dB, but faiss has {theirs:.3f} dB"
    if h == 1 and len(x) <= 600:
        ours, best = sqnr(x, y), best_on_lines(x, bits)
        print(f"{label}: {ours:.3f} dB, optimum {best:.3f} dB")
        assert best - 0.3 <= ours <= best + 1e-6, f"{label}: {ours:.3f} dB, but the optimum is {best:.3f} dB"


def check(what, x, folder):
    V, n = x.shape
    path = os.path.join(folder, "table.f32")
    x.tofile(path)
    done = subprocess.run([PROGRAM, path, str(V), str(n), folder, *METHODS], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    assert done.returncode == 0, f"{what}: exit status {done.returncode}\n{done.stderr}"
    seen = set()
    for line in done.stdout.splitlines():
        number, name, *parameters, stored, setting = line.split(None, 7)
        bits, group, h, code_bits = map(int, parameters)
        y = np.fromfile(os.path.join(folder, number + ".f32"), np.float32).reshape(V, n)
        label = f"{what}: {name} {setting}"
        if name == "pq":
            check_product_quantization(label, x, y, h, code_bits)
        else:
            check_same(label, x, y, int(stored), *reference(x, name, bits, group, setting))
        seen.add(name)
    missing = {"scalar-row", "scalar-row-fit", "scalar-tensor", "nf4", "low-rank", "tensorgpt", "pq"} - seen
    assert not missing, f"{what}: no setting of {missing}"


def table_of(model, rows):
    tensors = load_file(os.path.join(model, "model.safetensors"))
    return next(x for name, x in tensors.items() if "embed" in name)[:rows].astype(np.float32)


with tempfile.TemporaryDirectory() as temporary:
    rng = np.random.default_rng(1)
    lengths = np.exp(0.3 * rng.normal(size=(600, 1)))
    check("synthetic", (0.02 * lengths * (rng.normal(size=(600, 96)) + rng.normal(size=96))).astype(np.float32), temporary)
    check("demo-llama", table_of(os.path.join(EXAMPLES, "demo-llama"), 1000), temporary)
    for model in ("stories260K", "glove-25d"):
        if os.path.isdir(os.path.join(DATA, "models", model)):
            check(model, table_of(os.path.join(DATA, "models", model), 2000), temporary)
        else:
            print(f"skipped: {model}: not there")
if faiss is None:
    print("skipped: product quantization beside that of faiss: no faiss")
