#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Our encoder against faiss's ResidualQuantizer on the same table with the same number of threads, one after the other.

    encode_vs_faiss.py path/to/bench_encode [--rows 8192] [--groups 64] [--stages 3] [--threads 2] [--kind gaussian]

faiss trains and encodes each group of 1024 sub-vectors of 8 values by itself (4 bits a stage, beam 1), several groups at a time,
on a subset of the groups; its codebooks stay in single precision, ours are rounded to BF16. Ends with status 1 if we are not at
least 4 times as fast, or have the lower SQNR. Needs numpy and faiss-cpu.
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


def encode_group(points, stages):
    quantizer = faiss.ResidualQuantizer(H, stages, 4)
    quantizer.max_beam_size = 1
    quantizer.train(points)
    difference = points - quantizer.decode(quantizer.compute_codes(points))
    return float((points.astype(np.float64) ** 2).sum()), float((difference.astype(np.float64) ** 2).sum())


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

    faiss.omp_set_num_threads(1)  # a group is too small to share: the groups run beside each other
    encode_group(chosen[0], options.stages)
    begin, begin_processor = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(options.threads, initializer=lambda: faiss.omp_set_num_threads(1)) as pool:
        sums = list(pool.map(lambda points: encode_group(points, options.stages), chosen))
    seconds, processor = time.perf_counter() - begin, time.process_time() - begin_processor
    energy, error = np.sum(sums, axis=0)
    parameters = options.groups * G * H / 1e6
    theirs = {"sqnr": 10 * np.log10(energy / error), "speed": parameters / seconds, "processor": parameters / processor}

    line = subprocess.run([options.bench_encode, *table, "--stages", str(options.stages), "--threads", str(options.threads)],
                          check=True, stdout=subprocess.PIPE, text=True).stdout
    print(line, end="")
    found = re.search(r"SQNR ([\d.]+) dB.* ([\d.]+) Mparam/s \(([\d.]+) per", line).groups()
    ours = dict(zip(("sqnr", "speed", "processor"), map(float, found)))

    for name, figures in (("faiss", theirs), ("carvq", ours)):
        print("%s  %6.3f dB  %7.2f Mparam/s  %7.2f Mparam per processor second"
              % (name, figures["sqnr"], figures["speed"], figures["processor"]))
    print("times as fast: %.1f by the clock, %.1f by processor time"
          % (ours["speed"] / theirs["speed"], ours["processor"] / theirs["processor"]))
    return 0 if ours["speed"] >= 4 * theirs["speed"] and ours["sqnr"] >= theirs["sqnr"] else 1


if __name__ == "__main__":
    sys.exit(main())
