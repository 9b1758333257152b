# SPDX-License-Identifier: MIT
"""Tiny language models: random weights, checkpoints, and a forward pass in double precision, written from the definitions."""
import json
import math
import os
import subprocess

import numpy as np


# ---- checkpoints ----------------------------------------------------------------------------------------------------

def store(values, dtype):
    """The bytes of values in dtype, and the values that these bytes mean."""
    values = values.astype(np.float32)
    if dtype == "BF16":
        bits = values.view(np.uint32)
        bits = (bits + 0x7fff + (bits >> 16 & 1)) >> 16
        return bits.astype("<u2").tobytes(), (bits << 16).astype(np.uint32).view(np.float32).astype(np.float64)
    stored = values.astype("<f2" if dtype == "F16" else "<f4")
    return stored.tobytes(), stored.astype(np.float64)


def write_shard(path, tensors):
    """tensors: name -> (dtype, shape, bytes)."""
    header, end = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [end, end + len(data)]}
        end += len(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for _, _, data in tensors.values():
            file.write(data)


def make_weights(config, rng):
    """Random weights under the names of the library transformers; all of a size that makes every part of the model matter."""
    n, inner, V = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    heads = config["num_attention_heads"]
    kv, d = config.get("num_key_value_heads") or heads, config.get("head_dim") or n // heads
    kind = config["architectures"][0]
    shapes = {"model.embed_tokens.weight": (V, n), "model.norm.weight": (n,)}
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (V, n)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        linear = {"self_attn.o_proj": (n, heads * d), "mlp.down_proj": (n, inner)}
        if kind == "Phi3ForCausalLM":
            linear |= {"self_attn.qkv_proj": ((heads + 2 * kv) * d, n), "mlp.gate_up_proj": (2 * inner, n)}
        else:
            linear |= {"self_attn.q_proj": (heads * d, n), "self_attn.k_proj": (kv * d, n), "self_attn.v_proj": (kv * d, n),
                       "mlp.gate_proj": (inner, n), "mlp.up_proj": (inner, n)}
        for name, shape in linear.items():
            shapes[prefix + name + ".weight"] = shape
            attention, last = name.startswith("self_attn"), name.endswith("o_proj")
            if (kind == "Qwen2ForCausalLM" and attention and not last) or config.get("attention_bias" if attention else "mlp_bias"):
                shapes[prefix + name + ".bias"] = shape[:1]
        shapes[prefix + "input_layernorm.weight"] = shapes[prefix + "post_attention_layernorm.weight"] = (n,)
    weights = {}
    for name, shape in shapes.items():
        scale = 1.0 if "embed" in name or "head" in name else 0.3 if len(shape) == 1 else 1.5 / math.sqrt(shape[1])
        weights[name] = rng.normal(size=shape) * scale + ("norm" in name)
    return weights


def write_model(folder, config, weights, dtype, shards):
    """Writes the checkpoint and returns the weights as they are stored."""
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file)
    stored, parts, where = {}, [{} for _ in range(shards)], {}
    for i, (name, values) in enumerate(weights.items()):
        data, stored[name] = store(values, dtype)
        parts[i % shards][name] = (dtype, values.shape, data)
        where[name] = f"model-{i % shards + 1:05}-of-{shards:05}.safetensors" if shards > 1 else "model.safetensors"
    for part in parts:
        write_shard(os.path.join(folder, where[next(iter(part))]), part)
    if shards > 1:
        with open(os.path.join(folder, "model.safetensors.index.json"), "w") as file:
            json.dump({"metadata": {}, "weight_map": where}, file)
    return stored


# ---- the forward pass -----------------------------------------------------------------------------------------------

def rope_frequencies(config, d, length):
    """Radians per position of each pair, and the factor of cosines and sines."""
    rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
    theta = rope.get("rope_theta", config.get("rope_theta", 10000.0))
    rotated = int(d * rope.get("partial_rotary_factor", config.get("partial_rotary_factor", 1.0)))
    frequency = theta ** -(np.arange(0, rotated, 2) / rotated)
    kind = rope.get("rope_type", rope.get("type", "default"))
    if kind == "llama3":
        original = rope["original_max_position_embeddings"]
        wavelength = 2 * math.pi / frequency
        smooth = (original / wavelength - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
        blended = (1 - smooth) * frequency / rope["factor"] + smooth * frequency
        long, short = wavelength > original / rope["low_freq_factor"], wavelength < original / rope["high_freq_factor"]
        assert long.any() and short.any() and (~long & ~short).any(), "the case must meet all three kinds of waves"
        return np.where(long, frequency / rope["factor"], np.where(short, frequency, blended)), 1.0
    if kind == "longrope":
        original = config["original_max_position_embeddings"]
        ratio = config["max_position_embeddings"] / original
        divisors = rope["long_factor"] if length > original else rope["short_factor"]
        return frequency / np.array(divisors), math.sqrt(1 + math.log(ratio) / math.log(original))
    assert kind == "default"
    return frequency, 1.0


def rotate(x, frequency, scale):
    """x: [positions, heads, head_dim]."""
    angle = np.arange(len(x))[:, None, None] * frequency
    half = len(frequency)
    a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return np.concatenate([a * cosine - b * sine, b * cosine + a * sine, rest], axis=-1)


def forward(config, w, ids):
    n, heads = config["hidden_size"], config["num_attention_heads"]
    kv, d = config.get("num_key_value_heads") or heads, config.get("head_dim") or n // heads
    frequency, scale = rope_frequencies(config, d, len(ids))
    fused = config["architectures"][0] == "Phi3ForCausalLM"

    def norm(x, name):
        return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + config["rms_norm_eps"]) * w[name + ".weight"]

    def linear(x, name):
        return x @ w[name + ".weight"].T + w.get(name + ".bias", 0.0)

    x = w["model.embed_tokens.weight"][ids]
    T = len(ids)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."
        h = norm(x, prefix + "input_layernorm")
        if fused:
            q, k, v = np.split(linear(h, prefix + "self_attn.qkv_proj"), [heads * d, (heads + kv) * d], axis=-1)
        else:
            q, k, v = (linear(h, prefix + "self_attn." + part) for part in ("q_proj", "k_proj", "v_proj"))
        q = rotate(q.reshape(T, heads, d), frequency, scale)
        k = rotate(k.reshape(T, kv, d), frequency, scale).repeat(heads // kv, axis=1)
        v = v.reshape(T, kv, d).repeat(heads // kv, axis=1)
        scores = np.einsum("ihd,jhd->hij", q, k) / math.sqrt(d)
        scores[:, np.triu(np.ones((T, T), bool), 1)] = -np.inf
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        x = x + linear(np.einsum("hij,jhd->ihd", p, v).reshape(T, heads * d), prefix + "self_attn.o_proj")
        h = norm(x, prefix + "post_attention_layernorm")
        if fused:
            gate, up = np.split(linear(h, prefix + "mlp.gate_up_proj"), 2, axis=-1)
        else:
            gate, up = linear(h, prefix + "mlp.gate_proj"), linear(h, prefix + "mlp.up_proj")
        x = x + linear(gate / (1 + np.exp(-gate)) * up, prefix + "mlp.down_proj")
    head = "model.embed_tokens.weight" if config["tie_word_embeddings"] else "lm_head.weight"
    return norm(x, "model.norm") @ w[head].T


# ---- ours -----------------------------------------------------------------------------------------------------------

def run_logits(program, folder, ids):
    """Logits of `lm_logits` (tests/lm_logits_main.c), [positions, V]."""
    done = subprocess.run([program, folder, *map(str, ids)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr}"
    return np.array([[float(word) for word in line.split()] for line in done.stdout.splitlines()])
