#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a Llama of random values that differs from demo-llama in all that examples/generate.c tells apart: keys and values are
shared by heads, the head is a table of its own, values are F32, BF16 and F16. Usage: tiny_llama.py DIR"""
import json
import random
import struct
import sys

V, N, INNER, LAYERS, HEADS, KV_HEADS, D = 160, 32, 40, 2, 4, 2, 6
random.seed(11)
header, data = {}, b""


def add(name, dtype, scale, *shape):
    global data
    count = shape[0] * (shape[1] if len(shape) == 2 else 1)
    values = [scale + random.gauss(0, 0.1) if len(shape) == 1 else random.gauss(0, scale) for _ in range(count)]
    encoded = struct.pack(f"<{count}{'e' if dtype == 'F16' else 'f'}", *values)
    if dtype == "BF16":
        encoded = b"".join(encoded[i + 2:i + 4] for i in range(0, len(encoded), 4))
    header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [len(data), len(data) + len(encoded)]}
    data += encoded


add("model.embed_tokens.weight", "F32", 1, V, N)
add("lm_head.weight", "BF16", 0.5, V, N)
add("model.norm.weight", "F16", 1, N)
for number in range(LAYERS):
    layer = f"model.layers.{number}."
    add(layer + "input_layernorm.weight", "F32", 1, N)
    add(layer + "post_attention_layernorm.weight", "BF16", 1, N)
    add(layer + "self_attn.q_proj.weight", "BF16", 0.3, HEADS * D, N)
    add(layer + "self_attn.k_proj.weight", "F32", 0.3, KV_HEADS * D, N)
    add(layer + "self_attn.v_proj.weight", "F16", 0.3, KV_HEADS * D, N)
    add(layer + "self_attn.o_proj.weight", "F32", 0.3, N, HEADS * D)
    add(layer + "mlp.gate_proj.weight", "F16", 0.3, INNER, N)
    add(layer + "mlp.up_proj.weight", "BF16", 0.3, INNER, N)
    add(layer + "mlp.down_proj.weight", "F32", 0.3, N, INNER)
config = {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": N, "vocab_size": V,
          "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
          "head_dim": D, "max_position_embeddings": 128, "rms_norm_eps": 1e-1, "rope_theta": 50.0, "eos_token_id": None,
          "tie_word_embeddings": False}
text = json.dumps(header).encode()
with open(sys.argv[1] + "/model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(text)) + text + data)
with open(sys.argv[1] + "/config.json", "w") as file:
    json.dump(config, file)
