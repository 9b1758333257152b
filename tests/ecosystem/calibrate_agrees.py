# SPDX-License-Identifier: MIT
"""What carvq calibrate writes, read as any program reads a safetensors file, against a forward pass in NumPy, double precision.

Usage: calibrate_agrees.py CARVQ
"""
import subprocess
import sys
import tempfile

import numpy as np

from awq_pack import read_tensors
from lm_numpy import head_name, logits, make_weights, states, write_model

CARVQ = sys.argv[1]
WINDOW = 48
TOLERANCE = 1e-4


def errors(ids, n):
    """Normal values for each id: SplitMix64 in a stream of its own, and Box and Muller. [ids, n]."""
    def draw(state):
        state += np.uint64(0x9e3779b97f4a7c15)
        z = (state ^ state >> np.uint64(30)) * np.uint64(0xbf58476d1ce4e5b9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94d049bb133111eb)
        return z ^ z >> np.uint64(31)

    def unit(state):
        return (draw(state) >> np.uint64(40)).astype(np.float64) / 2 ** 24

    state = draw(draw(np.full(len(ids), 0x53454e53, np.uint64)) ^ ids.astype(np.uint64))
    pairs = []
    for _ in range(0, n, 2):
        radius = np.sqrt(-2 * np.log(1 - unit(state)))
        angle = 2 * np.pi * unit(state)
        pairs += [radius * np.cos(angle), radius * np.sin(angle)]
    return np.stack(pairs[:n], axis=1)


def sensitivity(config, weights, table, windows):
    """KL(p || p') / s over the windows that are measured: those of floor((2 k + 1) P / (2 M)), k below M, of P positions."""
    s, ends = 0.01, np.cumsum([len(window) - 1 for window in windows])
    M = min(16, max(1, ends[-1] // (8 * WINDOW)))
    rows = weights[table]
    error = errors(np.arange(len(rows)), rows.shape[1])
    error *= np.sqrt(s * (rows ** 2).sum(axis=1) / (error ** 2).sum(axis=1))[:, None]
    kl = []
    for window in (windows[np.searchsorted(ends, (2 * k + 1) * ends[-1] // (2 * M), side="right")] for k in range(M)):
        z, changed = (logits(config, weights, states(config, weights | {table: input_rows}, window))[:-1] for input_rows in (rows, rows + error))
        log_p, log_q = (x - x.max(axis=1, keepdims=True) for x in (z, changed))
        log_p, log_q = (x - np.log(np.exp(x).sum(axis=1, keepdims=True)) for x in (log_p, log_q))
        kl.append((np.exp(log_p) * (log_p - log_q)).sum(axis=1))
    return np.array([np.concatenate(kl).mean() / s])


def expected(config, weights, ids):
    """Sums over all windows, divided at the end."""
    V = config["vocab_size"]
    counts, p_sum, v_sum, mean, moment, weighted, nll, scored, all_states = np.zeros(V), 0, 0, 0, 0, 0, 0, 0, []
    for first in range(0, len(ids), WINDOW):
        window = ids[first:first + WINDOW]
        h = states(config, weights, window)
        z = logits(config, weights, h)
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        v = p * (1 - p)
        counts += np.bincount(window, minlength=V)
        p_sum, v_sum, mean, moment = p_sum + p.sum(axis=0), v_sum + v.sum(axis=0), mean + h.sum(axis=0), moment + h.T @ h
        weighted = weighted + (h.T * v.sum(axis=1)) @ h
        nll -= np.log(p[np.arange(len(window) - 1), window[1:]]).sum()
        scored += len(window) - 1
        all_states.append(h)
    T = len(ids)
    sample = [(2 * k + 1) * T // 512 for k in range(256)] if T > 256 else range(T)
    return {"counts": counts, "probability": p_sum / T, "variance": v_sum / T, "state_mean": mean / T, "state_moment": moment / T,
            "state_moment_weighted": weighted / v_sum.sum(), "states": np.concatenate(all_states)[sample], "text_nll": np.array([nll / scored])}


def check(what, config):
    config = {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 112, "num_hidden_layers": 2,
              "num_attention_heads": 4, "vocab_size": 700, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "hidden_act": "silu",
              "num_key_value_heads": 2, "rope_theta": 1e4} | config
    rng = np.random.default_rng(1)
    ids = rng.integers(0, config["vocab_size"], 18 * WINDOW + 7)  # two windows are measured
    table = "model.embed_tokens.weight"
    head = head_name(config)
    with tempfile.TemporaryDirectory() as folder:
        weights = write_model(folder, config, make_weights(config, rng), "F32", 1)
        ids.astype("<u2").tofile(f"{folder}/ids")
        subprocess.run([CARVQ, "calibrate", folder, "--tokens", f"{folder}/ids", "--window", str(WINDOW), "-o", f"{folder}/stats"],
                       check=True, stdout=subprocess.DEVNULL)
        stats = read_tensors(f"{folder}/stats")
    wanted = expected(config, weights, ids)
    wanted["sensitivity"] = sensitivity(config, weights, table, [ids[first:first + WINDOW] for first in range(0, len(ids), WINDOW)])
    names = {(table if name in ("counts", "sensitivity") else head) + "." + name if name != "text_nll" else name: name for name in wanted}
    assert stats.keys() == names.keys(), f"{what}: {sorted(stats)}"
    for full, name in names.items():
        dtype, shape, data = stats[full]
        value = np.frombuffer(data, "<f8").reshape(shape)
        assert dtype == "F64" and value.shape == wanted[name].shape, f"{what}: {full} is {dtype} {shape}"
        error = np.abs(value - wanted[name]).max() / np.abs(wanted[name]).max()
        assert error < TOLERANCE, f"{what}: {full} differs by {error:.2g}"
        print(f"ok: {what}: {full} differs by {error:.2g} of its largest value")


check("tied", {"tie_word_embeddings": True})
check("untied", {"tie_word_embeddings": False})
# What the head multiplies has all factors in it; probabilities are those behind the cap and with the bias.
check("Gemma2, capped", {"architectures": ["Gemma2ForCausalLM"], "tie_word_embeddings": True, "head_dim": 16, "sliding_window": 9,
                         "attn_logit_softcapping": 4.0, "final_logit_softcapping": 6.0, "query_pre_attn_scalar": 16})
check("Granite, divided", {"architectures": ["GraniteForCausalLM"], "tie_word_embeddings": True, "logits_scaling": 4.0,
                           "embedding_multiplier": 5.0, "residual_multiplier": 0.4, "attention_multiplier": 0.25})
check("Phi, with a bias", {"architectures": ["PhiForCausalLM"], "tie_word_embeddings": False, "hidden_act": "gelu_new", "layer_norm_eps": 1e-5})
