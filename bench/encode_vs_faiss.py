#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our encoder against faiss's ResidualQuantizer on the same table with the same number of threads, one after the other.

    encode_vs_faiss.py path/to/bench_encode [--rows 8192] [--groups 64] [--stages 3] [--threads 2] [--kind gaussian]

faiss trains and encodes each group of 1024 sub-vectors of 8 values by itself (4 bits a stage, beam 1), several groups at a time,
on a subset of the groups; its codebooks stay in single precision, ours are rounded to BF16. It is run with its fastest training
(plain k-means) and with its default (by progressive dimensions). Ends with status 1 if we are not at least 4 times as fast as
each, or have the lower SQNR. Needs numpy and faiss-cpu.
"""
import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import faiss
import numpy as np

H, G = 8, 1024


def read_bf16(path):
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        (tensor,) = json.loads(file.read(length)).values()
        stored = np.fromfile(file, dtype="<u2")
    return (stored.astype(np.uint32) << 16).view(np.float32).reshape(tensor["shape"])


def encode_group(points, stages, training):
    quantizer = faiss.ResidualQuantizer(H, stages, 4)
    quantizer.max_beam_size = 1
    quantizer.train_type = training
    quantizer.train(points)
    difference = points - quantizer.decode(quantizer.compute_codes(points))
    return float((points.astype(np.float64) ** 2).sum()), float((difference.astype(np.float64) ** 2).sum())


def run_faiss(groups, training, options):
    encode_group(groups[0], options.stages, training)
    begin, begin_processor = time.perf_counter(), time.process_time()
    # A group is too small to share: the groups run beside each other.
    with ThreadPoolExecutor(options.threads, initializer=lambda: faiss.omp_set_num_threads(1)) as pool:
        sums = list(pool.map(lambda points: encode_group(points, options.stages, training), groups))
    seconds, processor = time.perf_counter() - begin, time.process_time() - begin_processor
    energy, error = np.sum(sums, axis=0)
    parameters = len(groups) * G * H / 1e6
    return {"sqnr": 10 * np.log10(energy / error), "speed": parameters / seconds, "processor": parameters / processor}


def run_carvq(table, options):
    line = subprocess.run([options.bench_encode, *table, "--stages", str(options.stages), "--threads", str(options.threads)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"SQNR ([\d.]+) dB.* ([\d.]+) Mparam/s \(([\d.]+) per", line).groups()
    return dict(zip(("sqnr", "speed", "processor"), map(float, found)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench_encode")
    parser.add_argument("--rows", type=int, default=8192)
    parser.add_argument("--cols", type=int, default=2048)
    parser.add_argument("--groups", type=int, default=64, help="groups that faiss has to encode")
    parser.add_argument("--stages", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--kind", default="gaussian")
    options = parser.parse_args()
    table = ["--rows", str(options.rows), "--cols", str(options.cols), "--kind", options.kind, "--seed", "1"]

    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "table.safetensors")
        subprocess.run([options.bench_encode, *table, "--write", path], check=True)
        groups = read_bf16(path).reshape(-1, G, H)
    chosen = [np.ascontiguousarray(groups[i]) for i in np.linspace(0, len(groups) - 1, options.groups).astype(int)]

    faiss.omp_set_num_threads(1)
    results = {
        "carvq": run_carvq(table, options),
        "faiss, plain training": run_faiss(chosen, faiss.ResidualQuantizer.Train_default, options),
        "faiss, its default": run_faiss(chosen, faiss.ResidualQuantizer.Train_progressive_dim, options),
    }
    ours, good = results["carvq"], True
    for name, figures in results.items():
        print("%-22s %6.3f dB  %6.2f Mparam/s  %6.2f per processor second" % (name, *figures.values()), end="")
        if figures is not ours:
            ratio = ours["speed"] / figures["speed"]
            good = good and ratio >= 4 and ours["sqnr"] >= figures["sqnr"]
            print("  we: %.1f times as fast, by processor time %.1f" % (ratio, ours["processor"] / figures["processor"]), end="")
        print()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
