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
    config = base | config
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
