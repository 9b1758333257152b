# SPDX-License-Identifier: MIT
"""Logits of tiny models of every architecture, against a forward pass in NumPy.

Usage: lm_reference.py LM_LOGITS (the program of tests/lm_logits_main.c)
"""
import sys
import tempfile

import numpy as np

from lm_numpy import forward, make_weights, run_logits, write_model

LM_LOGITS = sys.argv[1]
TOLERANCE = 1e-3


def check(what, config, length, dtype="F32", shards=1):
    base = {"hidden_size": 64, "intermediate_size": 112, "num_hidden_layers": 3, "num_attention_heads": 8, "vocab_size": 700,
            "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False}
    if config["architectures"] == ["GPT2LMHeadModel"]:
        base = {"n_embd": 64, "n_layer": 3, "n_head": 8, "n_positions": 128, "vocab_size": 700, "tie_word_embeddings": True}
    config = base | config
    config = {key: value for key, value in config.items() if value != "absent"}
    rng = np.random.default_rng(len(what))
    ids = rng.integers(0, config["vocab_size"], length)
    with tempfile.TemporaryDirectory() as folder:
        weights = write_model(folder, config, make_weights(config, rng), dtype, shards)
        logits = run_logits(LM_LOGITS, folder, ids)
    expected = forward(config, weights, ids)
    assert logits.shape == expected.shape, f"{what}: {logits.shape} logits, not {expected.shape}"
    difference = np.abs(logits - expected).max()
    assert difference < TOLERANCE, f"{what}: logits differ by {difference:.3g} (they reach {np.abs(expected).max():.1f})"
    print(f"ok: {what}: largest difference {difference:.2g} of logits up to {np.abs(expected).max():.1f}")


LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
PHI = {"architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "num_key_value_heads": 2}
LONGROPE = {"type": "longrope", "short_factor": [1.0, 1.1, 1.2, 1.3], "long_factor": [1.0, 1.5, 3.0, 9.0]}

check("Llama: llama3 past its context, grouped queries, untied, two shards",
      {"architectures": ["LlamaForCausalLM"], "num_key_value_heads": 2, "rope_theta": 500.0, "rope_scaling": LLAMA3}, 200, "BF16", 2)
check("Llama: the same as rope_parameters, tied",
      {"architectures": ["LlamaForCausalLM"], "num_key_value_heads": 4, "rope_parameters": LLAMA3 | {"rope_theta": 500.0},
       "tie_word_embeddings": True}, 130, "F16")
check("Llama: all biases, wide heads", {"architectures": ["LlamaForCausalLM"], "head_dim": 24, "attention_bias": True, "mlp_bias": True}, 70)
check("Mistral", {"architectures": ["MistralForCausalLM"], "num_key_value_heads": 1, "rope_theta": 1e6, "sliding_window": None}, 33, "BF16")
check("Qwen2: biases of q, k and v, tied",
      {"architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2, "rope_theta": 1e6, "sliding_window": 16,
       "use_sliding_window": False, "tie_word_embeddings": True}, 90, "BF16", 2)
check("Qwen2: untied", {"architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 8}, 2)
check("Qwen2: matrices of several blocks of 4 Mi values",
      {"architectures": ["Qwen2ForCausalLM"], "num_hidden_layers": 1, "vocab_size": 70000, "intermediate_size": 70000}, 3, "F16")
check("Phi3: fused", PHI | {"rope_theta": 250000.0, "rope_scaling": None, "sliding_window": None}, 65, "BF16")
check("Phi3: rotates a part of each head", PHI | {"partial_rotary_factor": 0.75, "head_dim": 16, "tie_word_embeddings": True}, 64, "F16", 3)
check("Phi3: longrope within its context", PHI | {"rope_scaling": LONGROPE, "original_max_position_embeddings": 80}, 80)
check("Phi3: longrope beyond its context", PHI | {"rope_scaling": LONGROPE, "original_max_position_embeddings": 80}, 81)


def class_of(name, **keys):
    # LayerNorm has an epsilon of another name; rms_norm_eps would not be read.
    layer_norm = {"rms_norm_eps": "absent", "layer_norm_eps": 1e-4} if name in ("Phi", "GPTNeoX", "StableLm") else {}
    act = {"hidden_act": "absent"} if name in ("Phi", "GPTNeoX", "Gemma", "Gemma2", "Gemma3") else {}
    return {"architectures": [name + "ForCausalLM"], "num_key_value_heads": 2} | layer_norm | act | keys


def rope(kind, **keys):
    return {"rope_scaling": {"rope_type": kind, "factor": 4.0} | keys}


LENGTH = 50  # windows of 7 are shorter, and 64 queries are taken at a time
check("Llama: linear", class_of("Llama", **rope("linear")), LENGTH)
check("Llama: dynamic within its context", class_of("Llama", **rope("dynamic"), max_position_embeddings=50), LENGTH)
check("Llama: dynamic beyond its context", class_of("Llama", **rope("dynamic"), max_position_embeddings=40), LENGTH)
check("Llama: yarn", class_of("Llama", **rope("yarn", original_max_position_embeddings=64), head_dim=16), LENGTH)
check("Llama: gelu", class_of("Llama", hidden_act="gelu"), LENGTH)
check("Llama: relu2", class_of("Llama", hidden_act="relu2"), LENGTH)
check("Mistral: longer than its window and than a tile of queries", class_of("Mistral", sliding_window=7), 150)
check("Qwen2: late layers slide", class_of("Qwen2", use_sliding_window=True, sliding_window=7, max_window_layers=1), LENGTH)
check("Qwen3: norms of heads, tied", class_of("Qwen3", head_dim=12, tie_word_embeddings=True), LENGTH, "BF16")
check("SmolLM3: some layers without positions", class_of("SmolLM3", no_rope_layer_interval=2), LENGTH)
check("SmolLM3: a list of them, which slide", class_of("SmolLM3", no_rope_layers=[1, 0, 1], use_sliding_window=True, sliding_window=7), LENGTH)
check("Gemma: scaled rows, norms less 1, tied", class_of("Gemma", head_dim=8, tie_word_embeddings=True), LENGTH, "BF16")
check("Gemma2: soft caps, every second slides",
      class_of("Gemma2", head_dim=8, sliding_window=7, attn_logit_softcapping=4.0, final_logit_softcapping=9.0, query_pre_attn_scalar=11), 150)
check("Gemma3: two kinds of positions, four norms", class_of("Gemma3", head_dim=8, sliding_window=7, sliding_window_pattern=2, rope_theta=5e4,
                                                             rope_local_base_freq=300.0, query_pre_attn_scalar=11), LENGTH, "F16", 2)
check("Gemma3: rope_parameters of both kinds, linear",
      class_of("Gemma3", head_dim=8, sliding_window=7, layer_types=["full_attention", "sliding_attention", "full_attention"],
               rope_parameters={"full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 5e4},
                                "sliding_attention": {"rope_type": "default", "rope_theta": 300.0}}, query_pre_attn_scalar=8), LENGTH)
check("Olmo2: norms of results, and of all heads together", class_of("Olmo2"), LENGTH)
check("Granite: factors", class_of("Granite", embedding_multiplier=5.0, residual_multiplier=0.4, attention_multiplier=0.25, logits_scaling=3.0,
                                   tie_word_embeddings=True), LENGTH)
check("StableLm: LayerNorm, biases of q, k and v", class_of("StableLm", use_qkv_bias=True), LENGTH, "F16")
check("StableLm: parallel, one norm for both", class_of("StableLm", use_parallel_residual=True, partial_rotary_factor=0.5), LENGTH)
check("GPT2: positions in a table, matrices transposed", {"architectures": ["GPT2LMHeadModel"]}, LENGTH)
check("GPT2: 16 bits, a narrow mlp", {"architectures": ["GPT2LMHeadModel"], "n_inner": 40, "layer_norm_epsilon": 1e-3}, LENGTH, "BF16", 2)
check("GPTNeoX: parallel, two norms, rows by heads", class_of("GPTNeoX", num_key_value_heads=8, rotary_pct=0.5), LENGTH)
check("GPTNeoX: in turn, tied", class_of("GPTNeoX", num_key_value_heads=8, use_parallel_residual=False, attention_bias=False,
                                         tie_word_embeddings=True), LENGTH, "F16")
check("Phi: parallel, one norm, a bias of the head", class_of("Phi"), LENGTH)
