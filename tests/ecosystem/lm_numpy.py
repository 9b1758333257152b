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


# Names that tensors have in the library transformers: in front of a layer's number, the table, the norm in front of the head, then
# those of a layer. Kinds that are not here have Llama's.
LLAMA = {"layers": "model.layers", "table": "model.embed_tokens", "final": "model.norm", "q": "self_attn.q_proj", "k": "self_attn.k_proj",
         "v": "self_attn.v_proj", "o": "self_attn.o_proj", "gate": "mlp.gate_proj", "up": "mlp.up_proj", "down": "mlp.down_proj",
         "before attention": "input_layernorm", "before mlp": "post_attention_layernorm"}
FOUR_NORMS = {"after attention": "post_attention_layernorm", "before mlp": "pre_feedforward_layernorm", "after mlp": "post_feedforward_layernorm"}
HEAD_NORMS = {"of q": "self_attn.q_norm", "of k": "self_attn.k_norm"}
NAMES = {
    "Qwen3": LLAMA | HEAD_NORMS,
    "Gemma2": LLAMA | FOUR_NORMS,
    "Gemma3": LLAMA | FOUR_NORMS | HEAD_NORMS,
    "Olmo2": LLAMA | FOUR_NORMS | HEAD_NORMS | {"before attention": None, "before mlp": None},
    "Phi3": LLAMA | {"qkv": "self_attn.qkv_proj", "gate and up": "mlp.gate_up_proj"},
    "Phi": LLAMA | {"final": "model.final_layernorm", "o": "self_attn.dense", "gate": None, "up": "mlp.fc1", "down": "mlp.fc2", "before mlp": None},
    "GPTNeoX": LLAMA | {"layers": "gpt_neox.layers", "table": "gpt_neox.embed_in", "final": "gpt_neox.final_layer_norm",
                        "qkv": "attention.query_key_value", "o": "attention.dense", "gate": None, "up": "mlp.dense_h_to_4h",
                        "down": "mlp.dense_4h_to_h"},
    "GPT2": {"layers": "transformer.h", "table": "transformer.wte", "positions": "transformer.wpe", "final": "transformer.ln_f",
             "qkv": "attn.c_attn", "o": "attn.c_proj", "gate": None, "up": "mlp.c_fc", "down": "mlp.c_proj", "before attention": "ln_1",
             "before mlp": "ln_2"},
}
LAYER_NORM = ("Phi", "GPTNeoX", "GPT2", "StableLm")


def kind_of(config):
    return config["architectures"][0].removesuffix("ForCausalLM").removesuffix("LMHeadModel")


def is_parallel(config):
    return config.get("use_parallel_residual", kind_of(config) in ("Phi", "GPTNeoX"))


def sizes(config):
    """n, heads, heads of keys and values, values of a head, of the mlp."""
    n, heads = config.get("hidden_size") or config["n_embd"], config.get("num_attention_heads") or config["n_head"]
    return (n, heads, config.get("num_key_value_heads") or heads, config.get("head_dim") or n // heads,
            config.get("intermediate_size") or config.get("n_inner") or 4 * n)


def layer_count(config):
    return config.get("num_hidden_layers") or config["n_layer"]


def has_bias(config, part):
    kind = kind_of(config)
    if kind in ("Phi", "GPT2"):
        return True
    if kind == "GPTNeoX":
        return part in ("up", "down") or config.get("attention_bias", True)
    if part in ("q", "k", "v"):
        return kind == "Qwen2" or config.get("attention_bias", False) or config.get("use_qkv_bias", False)
    return config.get("attention_bias" if part == "o" else "mlp_bias", False)


def make_weights(config, rng):
    """Random weights under the names of the library transformers; all of a size that makes every part of the model matter."""
    kind, names = kind_of(config), NAMES.get(kind_of(config), LLAMA)
    V, (n, heads, kv, d, inner) = config["vocab_size"], sizes(config)
    shapes = {names["table"] + ".weight": (V, n), names["final"] + ".weight": (n,)}
    if kind in LAYER_NORM:
        shapes[names["final"] + ".bias"] = (n,)
    if "positions" in names:
        shapes[names["positions"] + ".weight"] = (config["n_positions"], n)
    if not config["tie_word_embeddings"]:
        shapes["lm_head.weight"] = (V, n)
    if kind == "Phi":
        shapes["lm_head.bias"] = (V,)
    linear = {"o": (n, heads * d), "down": (n, inner)}
    linear |= {"qkv": ((heads + 2 * kv) * d, n)} if "qkv" in names else {"q": (heads * d, n), "k": (kv * d, n), "v": (kv * d, n)}
    linear |= {"gate and up": (2 * inner, n)} if "gate and up" in names else {"gate": (inner, n), "up": (inner, n)}
    whole = kind == "Olmo2"
    norms = {"before attention": n, "after attention": n, "before mlp": n, "after mlp": n, "of q": heads * d if whole else d,
             "of k": kv * d if whole else d}
    if kind == "StableLm" and is_parallel(config):
        del norms["before mlp"]
    for layer in range(layer_count(config)):
        prefix = f"{names['layers']}.{layer}."
        for part, shape in linear.items():
            if names.get(part):
                shapes[prefix + names[part] + ".weight"] = shape[::-1] if kind == "GPT2" else shape
                if has_bias(config, {"qkv": "q", "gate": "up", "gate and up": "up"}.get(part, part)):
                    shapes[prefix + names[part] + ".bias"] = shape[:1]
        for part, width in norms.items():
            if names.get(part):
                shapes[prefix + names[part] + ".weight"] = (width,)
                if kind in LAYER_NORM:
                    shapes[prefix + names[part] + ".bias"] = (width,)
    weights = {}
    for name, shape in shapes.items():
        table = shape[0] in (V, config.get("n_positions")) and len(shape) == 2
        scale = 1.0 if table else 0.3 if len(shape) == 1 else 1.5 / math.sqrt(shape[0 if kind == "GPT2" else 1])
        is_norm = len(shape) == 1 and name.endswith("weight") and not kind.startswith("Gemma")  # Gemma's are less 1
        weights[name] = rng.normal(size=shape) * scale + is_norm
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

def rope_frequencies(config, d, length, local=False):
    """Radians per position of each pair, and the factor of cosines and sines."""
    kind, positions = kind_of(config), config.get("max_position_embeddings", 2048)
    rope = config.get("rope_scaling") or config.get("rope_parameters") or {}
    if kind == "Gemma3":
        named = (config.get("rope_parameters") or {}).get("sliding_attention" if local else "full_attention")
        rope = named or (config.get("rope_scaling") if not local else None) or {}
    theta = config.get("rotary_emb_base", config.get("rope_theta", {"SmolLM3": 2e6, "Gemma3": 1e6}.get(kind, 10000.0)))
    theta = rope.get("rope_theta", config.get("rope_local_base_freq", 10000.0) if local else theta)
    part = config.get("rotary_pct", config.get("partial_rotary_factor", {"Phi": 0.5, "GPTNeoX": 0.25, "StableLm": 0.25}.get(kind, 1.0)))
    rotated = int(d * rope.get("partial_rotary_factor", part))
    frequency = theta ** -(np.arange(0, rotated, 2) / rotated)
    scheme = rope.get("rope_type", rope.get("type", "default"))
    if scheme == "linear":
        return frequency / rope["factor"], 1.0
    if scheme == "dynamic":
        grown = theta * (rope["factor"] * max(length, positions) / positions - rope["factor"] + 1) ** (rotated / (rotated - 2))
        return grown ** -(np.arange(0, rotated, 2) / rotated), 1.0
    if scheme == "yarn":
        original = rope["original_max_position_embeddings"]
        first, last = (rotated * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(theta))
                       for turns in (rope.get("beta_fast", 32), rope.get("beta_slow", 1)))
        first, last = max(math.floor(first), 0), min(math.ceil(last), rotated - 1)
        ramp = np.clip((np.arange(rotated // 2) - first) / (last - first), 0, 1)
        assert ((ramp > 0) & (ramp < 1)).any() and (ramp == 0).any(), "the case must meet waves that stay and that are blended"
        return frequency * (1 - ramp) + frequency / rope["factor"] * ramp, 0.1 * math.log(rope["factor"]) + 1
    if scheme == "llama3":
        original = rope["original_max_position_embeddings"]
        wavelength = 2 * math.pi / frequency
        smooth = (original / wavelength - rope["low_freq_factor"]) / (rope["high_freq_factor"] - rope["low_freq_factor"])
        blended = (1 - smooth) * frequency / rope["factor"] + smooth * frequency
        long, short = wavelength > original / rope["low_freq_factor"], wavelength < original / rope["high_freq_factor"]
        assert long.any() and short.any() and (~long & ~short).any(), "the case must meet all three kinds of waves"
        return np.where(long, frequency / rope["factor"], np.where(short, frequency, blended)), 1.0
    if scheme == "longrope":
        original = config["original_max_position_embeddings"]
        ratio = config["max_position_embeddings"] / original
        divisors = rope["long_factor"] if length > original else rope["short_factor"]
        return frequency / np.array(divisors), math.sqrt(1 + math.log(ratio) / math.log(original))
    assert scheme == "default"
    return frequency, 1.0


def rotate(x, frequency, scale):
    """x: [positions, heads, head_dim]."""
    angle = np.arange(len(x))[:, None, None] * frequency
    half = len(frequency)
    a, b, rest = x[..., :half], x[..., half:2 * half], x[..., 2 * half:]
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return np.concatenate([a * cosine - b * sine, b * cosine + a * sine, rest], axis=-1)


def window_of(config, layer):
    """How many tokens a token of this layer sees, with itself; None: all before it."""
    kind, window = kind_of(config), config.get("sliding_window")
    if "layer_types" in config:
        slides = config["layer_types"][layer] == "sliding_attention"
    elif kind in ("Mistral", "Phi3"):
        slides = True
    elif kind in ("Qwen2", "Qwen3"):
        slides = config.get("use_sliding_window", False) and layer >= config["max_window_layers"]
    elif kind == "SmolLM3":
        slides = config.get("use_sliding_window", False) and not has_positions(config, layer)
    else:
        slides = kind in ("Gemma2", "Gemma3") and (layer + 1) % (2 if kind == "Gemma2" else config.get("sliding_window_pattern", 6)) != 0
    return window if slides else None


def has_positions(config, layer):
    if kind_of(config) == "SmolLM3":
        return config["no_rope_layers"][layer] == 1 if "no_rope_layers" in config else (layer + 1) % config.get("no_rope_layer_interval", 4) != 0
    return kind_of(config) != "GPT2"


def activation(config):
    kind = kind_of(config)
    usual = {"GPT2": "gelu_new", "Phi": "gelu_new", "GPTNeoX": "gelu", "Gemma": "gelu_pytorch_tanh", "Gemma2": "gelu_pytorch_tanh",
             "Gemma3": "gelu_pytorch_tanh"}.get(kind, "silu")
    name = config.get({"GPT2": "activation_function", "Gemma2": "hidden_activation", "Gemma3": "hidden_activation"}.get(kind, "hidden_act"), usual)
    name = "gelu_new" if name == "gelu_pytorch_tanh" or (kind == "Gemma" and name == "gelu") else name
    return {"silu": lambda x: x / (1 + np.exp(-x)),
            "gelu": lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
            "gelu_new": lambda x: x / 2 * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x ** 3))),
            "relu2": lambda x: np.maximum(x, 0) ** 2}[name]


def cap(x, limit):
    return limit * np.tanh(x / limit) if limit else x


def states(config, w, ids):
    """What the head multiplies, [positions, n]."""
    kind, names = kind_of(config), NAMES.get(kind_of(config), LLAMA)
    n, heads, kv, d, _ = sizes(config)
    T, act = len(ids), activation(config)
    epsilon = config.get("rms_norm_eps", config.get("layer_norm_eps", config.get("layer_norm_epsilon", 1e-5)))

    def norm(x, name):
        if kind in LAYER_NORM:
            x = x - x.mean(axis=-1, keepdims=True)
        return (x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + epsilon) * (w[name + ".weight"] + kind.startswith("Gemma")) +
                w.get(name + ".bias", 0.0))

    def linear(x, name):
        return x @ (w[name + ".weight"] if kind == "GPT2" else w[name + ".weight"].T) + w.get(name + ".bias", 0.0)

    def attention(y, prefix, layer):
        if kind == "GPTNeoX":
            q, k, v = np.moveaxis(linear(y, prefix + names["qkv"]).reshape(T, heads, 3, d), 2, 0)
        elif "qkv" in names:
            q, k, v = np.split(linear(y, prefix + names["qkv"]), [heads * d, (heads + kv) * d], axis=-1)
        else:
            q, k, v = (linear(y, prefix + names[part]) for part in "qkv")
        if kind == "Olmo2":
            q, k = norm(q, prefix + names["of q"]), norm(k, prefix + names["of k"])
        q, k, v = q.reshape(T, heads, d), k.reshape(T, kv, d), v.reshape(T, kv, d)
        if "of q" in names and kind != "Olmo2":
            q, k = norm(q, prefix + names["of q"]), norm(k, prefix + names["of k"])
        window = window_of(config, layer)
        if has_positions(config, layer):
            frequency, scale = rope_frequencies(config, d, T, local=kind == "Gemma3" and window is not None)
            q, k = rotate(q, frequency, scale), rotate(k, frequency, scale)
        k, v = k.repeat(heads // kv, axis=1), v.repeat(heads // kv, axis=1)
        factor = config.get("attention_multiplier", 1.0) if kind == "Granite" else config.get("query_pre_attn_scalar", d) ** -0.5
        scores = cap(np.einsum("ihd,jhd->hij", q, k) * factor, config.get("attn_logit_softcapping"))
        age = np.arange(T)[:, None] - np.arange(T)
        scores[:, (age < 0) | (age >= (window or T))] = -np.inf
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        return linear(np.einsum("hij,jhd->ihd", p, v).reshape(T, heads * d), prefix + names["o"])

    def mlp(y, prefix):
        if "gate and up" in names:
            gate, up = np.split(linear(y, prefix + names["gate and up"]), 2, axis=-1)
            return linear(act(gate) * up, prefix + names["down"])
        up = linear(y, prefix + names["up"])
        return linear(act(linear(y, prefix + names["gate"])) * up if names["gate"] else act(up), prefix + names["down"])

    x = w[names["table"] + ".weight"][ids] * config.get("embedding_multiplier", math.sqrt(n) if kind.startswith("Gemma") else 1.0)
    if "positions" in names:
        x = x + w[names["positions"] + ".weight"][:T]
    for layer in range(layer_count(config)):
        prefix = f"{names['layers']}.{layer}."
        optional = lambda y, place: norm(y, prefix + names[place]) if names.get(place) else y
        factor = config.get("residual_multiplier", 1.0)
        first = optional(x, "before attention")
        added = factor * optional(attention(first, prefix, layer), "after attention")
        if is_parallel(config):
            second = norm(x, prefix + names["before mlp"]) if kind == "GPTNeoX" else first
        else:
            second = optional(x + added, "before mlp")
        x = x + added + factor * optional(mlp(second, prefix), "after mlp")
    return norm(x, names["final"]) / config.get("logits_scaling", 1.0)


def head_name(config):
    return NAMES.get(kind_of(config), LLAMA)["table"] + ".weight" if config["tie_word_embeddings"] else "lm_head.weight"


def logits(config, w, h):
    return cap(h @ w[head_name(config)].T + w.get("lm_head.bias", 0.0), config.get("final_logit_softcapping"))


def forward(config, w, ids):
    """Logits, [positions, V]."""
    return logits(config, w, states(config, w, ids))


# ---- ours -----------------------------------------------------------------------------------------------------------

def run_logits(program, folder, ids):
    """Logits of `lm_logits` (tests/lm_logits_main.c), [positions, V]."""
    done = subprocess.run([program, folder, *map(str, ids)], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"exit status {done.returncode}: {done.stderr}"
    return np.array([[float(word) for word in line.split()] for line in done.stdout.splitlines()])
