#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a model without its table, which a device has as a carvq file. Usage: without_table.py MODEL.safetensors OUT"""
import json
import sys

with open(sys.argv[1], "rb") as file:
    length = int.from_bytes(file.read(8), "little")
    header = json.loads(file.read(length))
    values = file.read()
del header["model.embed_tokens.weight"]
kept = b""
for name in sorted(header.keys() - {"__metadata__"}):
    begin, end = header[name]["data_offsets"]
    header[name]["data_offsets"] = [len(kept), len(kept) + end - begin]
    kept += values[begin:end]
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
with open(sys.argv[2], "wb") as file:
    file.write(len(text).to_bytes(8, "little") + text + kept)
