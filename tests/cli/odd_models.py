#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes models as users have them from the untied one of tiny_llama.py: with a stored copy of the head, a head that differs, the
head alone, names behind a wrapper, rows that are zero, a shard that is missing, a tokenizer that is a pointer. No other module is
needed. Usage: odd_models.py MODEL OUT"""
import json
import os
import shutil
import struct
import sys

MODEL, OUT = sys.argv[1:]
TABLE, HEAD = "model.embed_tokens.weight", "lm_head.weight"


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    end = 8 + struct.unpack("<Q", data[:8])[0]
    return {name: (about["dtype"], about["shape"], data[end + about["data_offsets"][0]:end + about["data_offsets"][1]])
            for name, about in json.loads(data[8:end]).items()}


def write(path, tensors):
    header, data = {}, b""
    for name, (dtype, shape, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def model(name, tensors, **changes):
    folder = os.path.join(OUT, name)
    os.makedirs(folder)
    write(os.path.join(folder, "model.safetensors"), tensors)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump({**config, **changes}, file)
    return folder


tensors = read(os.path.join(MODEL, "model.safetensors"))
with open(os.path.join(MODEL, "config.json"), encoding="utf-8") as file:
    config = json.load(file)
rest = {name: tensor for name, tensor in tensors.items() if name not in (TABLE, HEAD)}
dtype, shape, values = tensors[TABLE]
model("copied", {**tensors, HEAD: tensors[TABLE]}, tie_word_embeddings=True)
model("differs", tensors, tie_word_embeddings=True)
model("alone", {HEAD: tensors[TABLE], **rest}, tie_word_embeddings=True)
model("headless", {TABLE: tensors[TABLE], **rest})
model("silent", {TABLE: tensors[TABLE], **rest}, tie_word_embeddings=None)
model("wrapped", {"_orig_mod." + name: tensor for name, tensor in tensors.items()})
model("bare", {name.replace("model.", ""): tensor for name, tensor in tensors.items()}, architectures=["LlamaModel"])
row = len(values) // shape[0]
model("zeros", {**tensors, TABLE: (dtype, shape, b"\0" * 3 * row + values[3 * row:])})
folder = model("pointer", {**tensors, HEAD: tensors[TABLE]}, tie_word_embeddings=True)
with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
    file.write("version https://git-lfs.github.com/spec/v1\noid sha256:" + "ab" * 32 + "\nsize 2104556\n")
folder = model("shards", {TABLE: tensors[TABLE], HEAD: tensors[HEAD]})
shutil.move(os.path.join(folder, "model.safetensors"), os.path.join(folder, "model-00001-of-00002.safetensors"))
with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8") as file:
    json.dump({"weight_map": {name: f"model-0000{1 + (name in rest)}-of-00002.safetensors" for name in tensors}}, file)
