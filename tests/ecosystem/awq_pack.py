# SPDX-License-Identifier: MIT
"""Rounds the linear layers of a checkpoint to 4 bits and packs them as AWQ's format "gemm" does. Plain rounding to nearest
with a zero point for each group: the search for scales that makes AWQ what it is does not concern who reads its files.

Usage: awq_pack.py MODEL OUT [--group N] [--keep NAME ..]
OUT must not exist. Layers whose names have a NAME in them are kept. A group of -1 is all inputs of a layer.
"""
import argparse
import json
import os
import shutil
import struct

import numpy as np

ORDER = [0, 2, 4, 6, 1, 3, 5, 7]  # outputs of a word, from its lowest nibble on


def read_tensors(path):
    """name -> (dtype, shape, bytes)."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header, data = json.loads(file.read(length)), file.read()
    return {name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])])
            for name, entry in header.items() if name != "__metadata__"}


def write_tensors(path, tensors):
    header, end = {"__metadata__": {"format": "pt"}}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(data for _, _, data in tensors.values()))


def to_float(dtype, shape, data):
    if dtype == "BF16":
        return (np.frombuffer(data, "<u2").astype(np.uint32) << 16).view(np.float32).reshape(shape)
    return np.frombuffer(data, {"F32": "<f4", "F16": "<f2"}[dtype]).astype(np.float32).reshape(shape)


def quantize(weight, group):
    """weight[out][in] -> codes[in][out], zeros and scales[in / group][out]."""
    parts = weight.T.reshape(-1, group, weight.shape[0])
    low, high = np.minimum(parts.min(axis=1), 0), np.maximum(parts.max(axis=1), 0)
    scales = np.maximum((high - low) / 15, 1e-5).astype(np.float16)
    wide = scales.astype(np.float32)
    zeros = np.clip(np.round(-low / wide), 0, 15).astype(np.int64)
    codes = np.clip(np.round(parts / wide[:, None]) + zeros[:, None], 0, 15).astype(np.int64)
    return codes.reshape(weight.shape[1], -1), zeros, scales


def pack(values):
    """values[rows][out] -> words[rows][out / 8]."""
    eights = values.reshape(len(values), -1, 8)
    words = sum(eights[:, :, output] << 4 * nibble for nibble, output in enumerate(ORDER))
    return words.astype(np.uint32).astype("<u4")


def layer(name, weight, group):
    """The tensors of a layer, and the weight[out][in] that they mean."""
    group = weight.shape[1] if group == -1 else group
    codes, zeros, scales = quantize(weight, group)
    meaning = (codes - zeros.repeat(group, axis=0)).T * scales.repeat(group, axis=0).T.astype(np.float64)
    tensors = {kind: (dtype, values.shape, values.tobytes()) for kind, dtype, values in (
        ("qweight", "I32", pack(codes)), ("qzeros", "I32", pack(zeros)), ("scales", "F16", scales.astype("<f2")))}
    return {f"{name}.{kind}": tensor for kind, tensor in tensors.items()}, meaning


def config_of(group, keep):
    return {"quant_method": "awq", "bits": 4, "group_size": group, "version": "gemm", "zero_point": True,
            "modules_to_not_convert": keep or None}


def is_packed(name, keep):
    return name.startswith("model.layers.") and name.endswith("_proj.weight") and not any(part in name for part in keep)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("out")
    parser.add_argument("--group", type=int, default=128)
    parser.add_argument("--keep", nargs="*", default=[])
    options = parser.parse_args()
    os.mkdir(options.out)
    for file in sorted(os.listdir(options.model)):
        source, target = os.path.join(options.model, file), os.path.join(options.out, file)
        if file.endswith(".safetensors"):
            tensors = {}
            for name, tensor in read_tensors(source).items():
                if is_packed(name, options.keep):
                    tensors |= layer(name.removesuffix(".weight"), to_float(*tensor), options.group)[0]
                else:
                    tensors[name] = tensor
            write_tensors(target, tensors)
        elif file == "config.json":
            with open(source, encoding="utf-8") as reader, open(target, "w", encoding="utf-8") as writer:
                json.dump(json.load(reader) | {"quantization_config": config_of(options.group, options.keep)}, writer, indent=2)
        elif os.path.isfile(source) and not file.endswith(".index.json"):
            shutil.copy(source, target)
    shards = [file for file in sorted(os.listdir(options.out)) if file.endswith(".safetensors")]
    if len(shards) > 1:
        index = {name: file for file in shards for name in read_tensors(os.path.join(options.out, file))}
        with open(os.path.join(options.out, "model.safetensors.index.json"), "w", encoding="utf-8") as file:
            json.dump({"metadata": {}, "weight_map": index}, file)


if __name__ == "__main__":
    main()
