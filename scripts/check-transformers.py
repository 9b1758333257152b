#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Perplexity by `carvq eval` beside that of the library transformers, on tiny random models of every architecture that eval runs,
as save_pretrained() writes them; and with a compressed table, beside transformers on what `carvq restore` gives back.

Usage: check-transformers.py [CARVQ] [PART-OF-A-NAME]     (build/carvq, all)
Needs torch and transformers (PyPI; several GB). Prints a table in Markdown; fails if a relative difference is above 1e-5.
"""
import json
import math
import os
import re
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import torch
    import transformers
    from safetensors.torch import load_file, save_file
except ImportError as error:
    print(f"SKIPPED: {error}; pip install torch transformers")
    sys.exit(77)

CARVQ = sys.argv[1] if len(sys.argv) > 1 else "build/carvq"
ONLY = sys.argv[2] if len(sys.argv) > 2 else ""
TOLERANCE = 1e-5
WINDOW, WINDOWS = 60, 4

SIZES = {"vocab_size": 320, "hidden_size": 64, "intermediate_size": 112, "num_hidden_layers": 4, "num_attention_heads": 8,
         "num_key_value_heads": 2, "max_position_embeddings": 256, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 0}
GPT2 = {"vocab_size": 320, "n_embd": 64, "n_layer": 4, "n_head": 8, "n_positions": 256, "bos_token_id": 1, "eos_token_id": 2}
NO_GROUPS = {"num_key_value_heads": 8}
VISION = {"model_type": "siglip_vision_model", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
          "num_attention_heads": 2, "image_size": 28, "patch_size": 14}
PIXTRAL = {"model_type": "pixtral", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2,
           "image_size": 28, "patch_size": 14, "head_dim": 8}


def rope(**parameters):
    return {"rope_parameters": {"rope_theta": 10000.0} | parameters}


# What is special; class; keys of its config; type, shards; keys of config.json changed afterwards (None: removed).
CASES = [
    ("Llama: tied", "Llama", {"tie_word_embeddings": True}, "F32", 1, {}),
    ("Llama: untied, all biases, wide heads", "Llama", {"attention_bias": True, "mlp_bias": True, "head_dim": 24}, "BF16", 3, {}),
    ("Llama: a redundant head", "Llama", {"tie_word_embeddings": True}, "F16", 1, {"redundant": True}),
    ("Llama: linear", "Llama", rope(rope_type="linear", factor=4.0), "F32", 1, {}),
    ("Llama: dynamic within its context", "Llama", rope(rope_type="dynamic", factor=2.0), "F32", 1, {}),
    ("Llama: dynamic beyond its context", "Llama", rope(rope_type="dynamic", factor=2.0) | {"max_position_embeddings": 40}, "F32", 1, {}),
    ("Llama: yarn", "Llama", rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=64), "F32", 1, {}),
    ("Llama: yarn with mscale, beyond its context", "Llama",
     rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=32, beta_fast=8.0, beta_slow=2.0, mscale=1.0, mscale_all_dim=0.5,
          truncate=False) | {"max_position_embeddings": 32}, "F32", 1, {}),
    ("Llama: llama3", "Llama",
     rope(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64), "F32", 1, {}),
    ("Llama: keys left out", "Llama", NO_GROUPS, "F32", 1,
     {"rms_norm_eps": None, "max_position_embeddings": None, "rope_parameters": None, "num_key_value_heads": None, "hidden_act": None}),
    ("Llama: relu2", "Llama", {"hidden_act": "relu2"}, "F32", 1, {}),
    ("Mistral: no window", "Mistral", {"sliding_window": None}, "BF16", 1, {}),
    ("Mistral: longer than its window", "Mistral", {"sliding_window": 16}, "F16", 2, {}),
    ("Mistral: keys left out", "Mistral", {"num_key_value_heads": 8}, "F32", 1,
     {"num_key_value_heads": None, "rms_norm_eps": None, "sliding_window": None, "max_position_embeddings": None, "head_dim": None}),
    ("Qwen2: tied", "Qwen2", {"tie_word_embeddings": True}, "BF16", 1, {}),
    ("Qwen2: late layers slide", "Qwen2", {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": 2}, "F32", 1, {}),
    ("Qwen2: the same, without layer_types", "Qwen2", {"use_sliding_window": True, "sliding_window": 16, "max_window_layers": 2}, "F32", 1,
     {"layer_types": None}),
    ("Phi3", "Phi3", {"sliding_window": None}, "BF16", 1, {}),
    ("Phi3: longer than its window, a part of each head", "Phi3",
     {"sliding_window": 20, "tie_word_embeddings": True} | rope(partial_rotary_factor=0.5), "F16", 2, {}),
    ("Phi3: longrope", "Phi3", rope(rope_type="longrope", short_factor=[1.0, 1.1, 1.2, 1.3], long_factor=[1.0, 1.5, 3.0, 9.0]) |
     {"original_max_position_embeddings": 40}, "F32", 1, {}),
    ("Qwen3: tied", "Qwen3", {"head_dim": 24, "tie_word_embeddings": True}, "BF16", 1, {}),
    ("Qwen3: untied, biases, late layers slide", "Qwen3",
     {"head_dim": 8, "attention_bias": True, "use_sliding_window": True, "sliding_window": 16, "max_window_layers": 1}, "F32", 3, {}),
    ("Qwen3: yarn", "Qwen3", {"head_dim": 16} | rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=64), "F32", 1, {}),
    ("SmolLM3: tied", "SmolLM3", {}, "BF16", 1, {}),
    ("SmolLM3: untied, every second without positions, and these slide", "SmolLM3",
     {"no_rope_layer_interval": 2, "use_sliding_window": True, "sliding_window": 16, "tie_word_embeddings": False}, "F32", 2, {}),
    ("SmolLM3: keys left out", "SmolLM3", {"num_key_value_heads": 4}, "F32", 1,
     {"no_rope_layers": None, "layer_types": None, "num_key_value_heads": None, "rope_parameters": None, "tie_word_embeddings": None}),
    ("Gemma: tied", "Gemma", {"head_dim": 16, "num_key_value_heads": 1}, "BF16", 1, {}),
    ("Gemma: as its first files said gelu", "Gemma", {"head_dim": 16}, "F32", 1, {"hidden_act": "gelu", "tie_word_embeddings": None}),
    ("Gemma2: alternating windows, soft caps", "Gemma2", {"head_dim": 16, "sliding_window": 16, "attn_logit_softcapping": 3.0,
                                                          "final_logit_softcapping": 5.0, "query_pre_attn_scalar": 24}, "BF16", 2, {}),
    ("Gemma2: untied, no caps", "Gemma2", {"head_dim": 8, "sliding_window": 16, "attn_logit_softcapping": None,
                                           "final_logit_softcapping": None, "tie_word_embeddings": False}, "F32", 1, {}),
    ("Gemma2: keys left out", "Gemma2", {"head_dim": 16}, "F32", 1,
     {"attn_logit_softcapping": None, "final_logit_softcapping": None, "layer_types": None, "query_pre_attn_scalar": None,
      "hidden_activation": None, "tie_word_embeddings": None}),
    ("Gemma3: tied", "Gemma3", {"head_dim": 16, "sliding_window": 16}, "F16", 1, {}),
    ("Gemma3: untied, linear, final cap", "Gemma3",
     {"head_dim": 16, "sliding_window": 16, "tie_word_embeddings": False, "final_logit_softcapping": 6.0,
      "layer_types": ["full_attention", "sliding_attention"] * 2,
      "rope_parameters": {"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
                          "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0}}}, "F32", 3, {}),
    ("Gemma3: an old config.json", "Gemma3", {"head_dim": 16, "sliding_window": 16}, "BF16", 1,
     {"rope_parameters": None, "layer_types": None, "_sliding_window_pattern": None, "sliding_window_pattern": 2, "rope_theta": 5e5,
      "rope_local_base_freq": 1e3, "rope_scaling": {"rope_type": "linear", "factor": 8.0}, "tie_word_embeddings": None}),
    ("Gemma3 with vision", "Gemma3Wrapped", {"head_dim": 16, "sliding_window": 16}, "BF16", 1, {}),
    ("Mistral3 with vision", "Mistral3Wrapped", {"sliding_window": None}, "F32", 2, {}),
    ("Olmo2", "Olmo2", {}, "BF16", 1, {}),
    ("Olmo2: tied", "Olmo2", NO_GROUPS | {"tie_word_embeddings": True}, "F32", 2, {}),
    ("Granite", "Granite", {"embedding_multiplier": 6.0, "residual_multiplier": 0.3, "attention_multiplier": 0.2, "logits_scaling": 2.5,
                            "tie_word_embeddings": True}, "BF16", 1, {}),
    ("Granite: untied, biases", "Granite", {"attention_bias": True, "mlp_bias": True, "residual_multiplier": 0.5, "attention_multiplier": 0.3},
     "F32", 1, {"embedding_multiplier": None, "logits_scaling": None}),
    ("StableLm", "StableLm", {"use_qkv_bias": True} | rope(partial_rotary_factor=0.25), "F16", 1, {}),
    ("StableLm: parallel, tied", "StableLm", {"use_parallel_residual": True, "tie_word_embeddings": True} | rope(partial_rotary_factor=0.5),
     "F32", 2, {}),
    ("GPT2: tied", "GPT2", {}, "F32", 1, {}),
    ("GPT2: untied, a narrow mlp", "GPT2", {"n_inner": 72, "tie_word_embeddings": False}, "F16", 3, {}),
    ("GPTNeoX: parallel", "GPTNeoX", {}, "F16", 1, {}),
    ("GPTNeoX: in turn, all of each head, tied, without biases of attention", "GPTNeoX",
     {"use_parallel_residual": False, "attention_bias": False, "tie_word_embeddings": True} | rope(partial_rotary_factor=1.0), "BF16", 2, {}),
    ("GPTNeoX: an old config.json", "GPTNeoX", {}, "F32", 1, {"rope_parameters": None, "rotary_pct": 0.5, "rotary_emb_base": 5000}),
    ("Phi", "Phi", NO_GROUPS, "F16", 1, {}),
    ("Phi: tied, fewer keys, quarter of each head", "Phi", {"tie_word_embeddings": True} | rope(partial_rotary_factor=0.25), "F32", 1, {}),
]
CLASSES = {"GPT2": "GPT2LMHeadModel", "Gemma3Wrapped": "Gemma3ForConditionalGeneration", "Mistral3Wrapped": "Mistral3ForConditionalGeneration"}


def make_model(kind, keys):
    if kind == "Gemma3Wrapped":
        config = transformers.Gemma3Config(text_config=SIZES | keys, vision_config=VISION, mm_tokens_per_image=4)
    elif kind == "Mistral3Wrapped":
        config = transformers.Mistral3Config(text_config=SIZES | keys | {"model_type": "mistral"}, vision_config=PIXTRAL,
                                             tie_word_embeddings=False)
    else:
        config = getattr(transformers, kind + ("TextConfig" if kind == "Gemma3" else "Config"))(**(GPT2 if kind == "GPT2" else SIZES) | keys)
    model = getattr(transformers, CLASSES.get(kind, kind + "ForCausalLM"))(config)
    with torch.no_grad():
        for name, values in model.named_parameters():
            noise = torch.randn_like(values)
            if values.dim() == 1:  # norms begin as ones or, in Gemma, zeros; biases as zeros
                values += 0.2 * noise
            elif re.search(r"embed|wte|wpe|lm_head", name):
                values.copy_(0.3 * noise)
            else:
                values.copy_(noise * 1.2 / math.sqrt(values.shape[-1]))
    return model


def edit(folder, changes):
    path = os.path.join(folder, "config.json")
    with open(path) as file:
        config = json.load(file)
    for key, value in changes.items():
        if value is None:
            config.pop(key, None)
        else:
            config[key] = value
    with open(path, "w") as file:
        json.dump(config, file)


def add_head(folder):
    path = os.path.join(folder, "model.safetensors")
    tensors = load_file(path)
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].clone()
    save_file(tensors, path, {"format": "pt"})


def theirs(kind, folder, ids):
    """Perplexity by transformers in F32: windows alone, their first tokens not scored."""
    model = getattr(transformers, CLASSES.get(kind, kind + "ForCausalLM")).from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager").eval()
    nll = 0.0
    with torch.no_grad():
        for window in ids.reshape(-1, WINDOW):
            window = torch.tensor(window.astype(np.int64))
            logits = model(window[None], use_cache=False).logits[0, :-1].double()
            nll += (torch.logsumexp(logits, -1) - logits.gather(1, window[1:, None])[:, 0]).sum().item()
    return math.exp(nll / (len(ids) // WINDOW * (WINDOW - 1)))


def carvq(*arguments):
    done = subprocess.run([CARVQ, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"carvq {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout


def ours(folder, tokens, *more):
    return json.loads(carvq("eval", folder, "--tokens", tokens, "--window", str(WINDOW), "--json", *more))


def check(kind, keys, dtype, shards, changes, folder):
    """Relative differences of perplexity, original and with a table (None if its values are rounded again)."""
    model, restored, table, tokens = (os.path.join(folder, name) for name in ("model", "restored", "table", "tokens"))
    changes = dict(changes)
    redundant = changes.pop("redundant", False)
    made = make_model(kind, keys).to({"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}[dtype])
    size = sum(values.numel() * values.element_size() for values in made.parameters())
    made.save_pretrained(model, max_shard_size="1GB" if shards == 1 else f"{size // shards // 1000 + 1}KB")
    files = [name for name in os.listdir(model) if name.endswith(".safetensors")]
    assert (len(files) > 1) == (shards > 1), files
    edit(model, changes)
    if redundant:
        add_head(model)
    ids = np.random.default_rng(1).integers(3, 320, WINDOW * WINDOWS)
    ids.astype("<u2").tofile(tokens)
    perplexity = theirs(kind, model, ids)
    original = ours(model, tokens)["original"]["perplexity"] / perplexity - 1
    if dtype != "F32":
        return perplexity, original, None
    carvq("compress", model, "-o", table, "--stages", "2", "--no-adaptor")
    carvq("restore", table, model, "-o", restored)
    changed = ours(model, tokens, "--table", table)
    key = next(key for key in ("compressed", "changed", "table") if isinstance(changed.get(key), dict))
    return perplexity, original, changed[key]["perplexity"] / theirs(kind, restored, ids) - 1


def main():
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    print(f"transformers {transformers.__version__}, torch {torch.__version__}; windows of {WINDOW} tokens\n")
    print("| model | type | files | perplexity | relative difference | with a table |\n|---|---|---|---|---|---|")
    failed = []
    for seed, (what, kind, keys, dtype, shards, changes) in enumerate(CASES):
        if ONLY not in what:
            continue
        torch.manual_seed(seed)
        try:
            with tempfile.TemporaryDirectory() as folder:
                perplexity, original, table = check(kind, keys, dtype, shards, changes, folder)
        except Exception as error:  # the table goes on
            print(f"| {what} | {dtype} | {shards} | {type(error).__name__}: {error} | | |", flush=True)
            failed.append(what)
            continue
        print(f"| {what} | {dtype} | {shards} | {perplexity:.6g} | {abs(original):.1e} | {'' if table is None else f'{abs(table):.1e}'} |",
              flush=True)
        if not max(abs(original), abs(table or 0)) <= TOLERANCE:
            failed.append(what)
    if failed:
        sys.exit("differs: " + "; ".join(failed))


main()
