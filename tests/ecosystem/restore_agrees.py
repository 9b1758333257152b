# SPDX-License-Identifier: MIT
"""compress, verify, restore: the restored tensor is `carvq lookup` rounded once to the original type, bit for bit, its values come
from the compressed file alone, and everything else in the checkpoint stays as it was. File size is header plus payload.

Usage: restore_agrees.py CARVQ EXAMPLES DATA
"""
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile

import numpy as np

CARVQ, EXAMPLES, DATA = sys.argv[1:4]
WIDTH = {"F32": 4, "F16": 2, "BF16": 2}


def run(*arguments):
    done = subprocess.run([CARVQ, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"carvq {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout) if "--json" in arguments else None


def read(path):
    """The header and the data of a safetensors file."""
    with open(path, "rb") as file:
        content = file.read()
    length = struct.unpack("<Q", content[:8])[0]
    return json.loads(content[8:8 + length]), content[8 + length:], content[:8 + length]


def write(path, tensors):
    header, offset = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def rounded(values, dtype):
    """float32 to the bytes of dtype, to nearest even."""
    if dtype == "BF16":
        bits = values.view(np.uint32).astype(np.uint64)
        return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype("<u2").tobytes()
    return values.astype({"F32": "<f4", "F16": "<f2"}[dtype]).tobytes()


def shards(model):
    return [name for name in sorted(os.listdir(model)) if name.endswith(".safetensors")] if os.path.isdir(model) else [None]


def check(what, model, folder, *options):
    packed, restored = os.path.join(folder, "packed"), os.path.join(folder, "restored")
    report = run("compress", model, "-o", packed, "--json", *options)
    header, data, prefix = read(packed)
    payload = sum(table["payload_bytes"] for table in report["tables"])
    assert len(data) == payload and len(prefix) % 64 == 0, f"{what}: {len(data)} bytes of data, payload {payload}"
    verified = {table["tensor"]: table for table in run("verify", packed, model, "--json")["tables"]}
    for table in report["tables"]:
        again = verified[table["tensor"]]
        assert abs(table["sqnr_db"] - again["sqnr_db"]) < 1e-6 and abs(table["l1"] / again["l1"] - 1) < 1e-6, f"{what}: {table}\n{again}"
        assert abs(table["bits_per_param"] - 8 * table["payload_bytes"] / (table["rows"] * table["cols"])) < 1e-12
    run("restore", packed, model, "-o", restored)

    rows = {}
    for table in report["tables"]:
        run("lookup", packed, "all", "--tensor", table["tensor"], "--npy", os.path.join(folder, "rows.npy"), "--force")
        rows[table["tensor"]] = rounded(np.load(os.path.join(folder, "rows.npy")), table["dtype"])
    for shard in shards(model):
        old_header, old, old_prefix = read(os.path.join(model, shard) if shard else model)
        _, new, new_prefix = read(os.path.join(restored, shard or "model.safetensors"))
        assert old_prefix == new_prefix and len(old) == len(new), f"{what}: the header changed"
        for name, entry in old_header.items():
            if name != "__metadata__":
                begin, end = entry["data_offsets"]
                assert new[begin:end] == rows.get(name, old[begin:end]), f"{what}: {name}: wrong bytes"
    if os.path.isdir(model):
        for name in os.listdir(model):
            if not name.endswith(".safetensors") and os.path.isfile(os.path.join(model, name)):
                with open(os.path.join(model, name), "rb") as a, open(os.path.join(restored, name), "rb") as b:
                    assert a.read() == b.read(), f"{what}: {name} changed"

    # The same from a model whose table is empty: the values come from the compressed file alone.
    if os.path.isdir(model):
        blank, second = os.path.join(folder, "blank"), os.path.join(folder, "second")
        shutil.copytree(model, blank)
        for shard in shards(blank):
            path = os.path.join(blank, shard)
            header, data, prefix = read(path)
            data = bytearray(data)
            for name in rows.keys() & header.keys():
                begin, end = header[name]["data_offsets"]
                data[begin:end] = bytes(end - begin)
            os.chmod(path, 0o644)
            with open(path, "wb") as file:
                file.write(prefix + data)
        run("restore", packed, blank, "-o", second)
        for shard in shards(blank):
            assert read(os.path.join(second, shard)) == read(os.path.join(restored, shard)), f"{what}: values leak from the original"
    print(f"ok: {what}: " + ", ".join(f"{t['tensor']} {t['bits_per_param']:.4f} bit, {t['sqnr_db']:.2f} dB" for t in report["tables"]))


def sharded_model(folder):
    """Two shards, BF16, the table in the second, at an odd address."""
    rng = np.random.default_rng(0)
    os.mkdir(folder)
    table = rounded(rng.normal(size=(100, 40)).astype(np.float32), "BF16")
    write(os.path.join(folder, "model-00001-of-00002.safetensors"), {"model.norm.weight": ("F32", [40], bytes(160))})
    write(os.path.join(folder, "model-00002-of-00002.safetensors"),
          {"odd": ("U8", [3], b"abc"), "model.embed_tokens.weight": ("BF16", [100, 40], table), "lm_head.weight": ("BF16", [100, 40], table)})
    index = {"model.norm.weight": 1, "odd": 2, "model.embed_tokens.weight": 2, "lm_head.weight": 2}
    with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8") as file:
        json.dump({"weight_map": {name: f"model-0000{shard}-of-00002.safetensors" for name, shard in index.items()}}, file)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump({"architectures": ["LlamaForCausalLM"], "tie_word_embeddings": False}, file)
    return folder


def case(what, model, *options):
    with tempfile.TemporaryDirectory() as folder:
        check(what, model(os.path.join(folder, "model")) if callable(model) else model, folder, *options)


demo = os.path.join(EXAMPLES, "demo-llama")
case("demo-llama", demo)
case("demo-llama as a single file", os.path.join(demo, "model.safetensors"))
case("demo-llama, columns", demo, "--grouping", "columns", "--code-bits", "5", "--codebook-dtype", "f16")
case("two shards, odd address", sharded_model, "--subvector", "7", "--group", "33")
for name in ("stories260K", "ple-v4096", "glove-25d"):
    folder = os.path.join(DATA, "models", name)
    if os.path.isdir(folder):
        case(name, folder)
    else:
        print(f"skipped: {name}: no data pack at {DATA} (CARVQ_TEST_DATA names it)")
