# SPDX-License-Identifier: MIT
"""Checkpoints with layers packed as AWQ packs them, by a packer of our own in NumPy. Their logits are those of the weights that
the packer means: within 1e-3 of NumPy's double precision, and bit for bit those of the same weights stored in F32. The table is
compressed as if nothing were packed, and restoring it touches no packed tensor.

Usage: awq_agrees.py LM_LOGITS CARVQ EXAMPLES
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

import awq_pack
from lm_numpy import forward, make_weights, run_logits, store

LM_LOGITS, CARVQ, EXAMPLES = sys.argv[1:4]
TOLERANCE = 1e-3


def run(*arguments):
    done = subprocess.run([CARVQ, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, f"carvq {' '.join(arguments)}: exit status {done.returncode}\n{done.stderr}"
    return json.loads(done.stdout) if "--json" in arguments else None


def write(folder, config, tensors, shards=1):
    os.mkdir(folder)
    with open(os.path.join(folder, "config.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    names = list(tensors)
    for i in range(shards):
        file = f"model-{i + 1:05}-of-{shards:05}.safetensors" if shards > 1 else "model.safetensors"
        awq_pack.write_tensors(os.path.join(folder, file), {name: tensors[name] for name in names[i::shards]})
    if shards > 1:
        where = {name: f"model-{i % shards + 1:05}-of-{shards:05}.safetensors" for i, name in enumerate(names)}
        with open(os.path.join(folder, "model.safetensors.index.json"), "w", encoding="utf-8") as file:
            json.dump({"metadata": {}, "weight_map": where}, file)
    return folder


def pack_model(weights, group, keep, dtype):
    """The tensors of the packed checkpoint, those of the same weights unpacked in F32, and their values."""
    packed, plain, meanings = {}, {}, {}
    for name, values in weights.items():
        if awq_pack.is_packed(name, keep):
            tensors, meanings[name] = awq_pack.layer(name.removesuffix(".weight"), values.astype(np.float32), group)
            packed |= tensors
            plain[name] = ("F32", values.shape, store(meanings[name], "F32")[0])
        else:
            data, meanings[name] = store(values, dtype)
            packed[name] = plain[name] = (dtype, values.shape, data)
    return packed, plain, meanings


def check(what, config, weights, ids, group, keep=(), dtype="F16", shards=1, **other):
    packed, plain, meanings = pack_model(weights, group, keep, dtype)
    assert any(name.endswith(".qweight") for name in packed)
    with tempfile.TemporaryDirectory() as folder:
        quantization = awq_pack.config_of(group, list(keep)) | other
        logits = run_logits(LM_LOGITS, write(folder + "/packed", config | {"quantization_config": quantization}, packed, shards), ids)
        again = run_logits(LM_LOGITS, write(folder + "/plain", config, plain), ids)
    expected = forward(config, meanings, ids)
    difference = np.abs(logits - expected).max()
    assert difference < TOLERANCE, f"{what}: logits differ by {difference:.3g} (they reach {np.abs(expected).max():.1f})"
    assert (logits == again).all(), f"{what}: packed and unpacked differ by {np.abs(logits - again).max():.3g}"
    print(f"ok: {what}: {difference:.2g} from NumPy, of logits up to {np.abs(expected).max():.1f}; bit for bit as unpacked")


def random_model(what, config, length, group, **options):
    base = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 8, "vocab_size": 300,
            "max_position_embeddings": 256, "rms_norm_eps": 1e-5, "hidden_act": "silu", "tie_word_embeddings": False}
    config = base | config
    rng = np.random.default_rng(len(what))
    check(what, config, make_weights(config, rng), rng.integers(0, config["vocab_size"], length), group, **options)


def check_table(what, model, folder, tokens):
    """compress, eval, compare and restore."""
    table, restored = folder + "/table.safetensors", folder + "/restored"
    report = run("compress", model, "-o", table, "--preset", "carvq-4", "--json")
    names = [one["tensor"] for one in report["tables"]]
    assert names == ["model.embed_tokens.weight"], names
    figures = run("eval", model, "--table", table, "--tokens", tokens, "--max-windows", "4", "--json")
    assert 1 < figures["original"]["perplexity"] < figures["compressed"]["perplexity"] < 1000, figures
    compared = run("compare", model, "--tokens", tokens, "--max-windows", "4", "--method", "carvq", "--json")
    same = next(one for one in compared["settings"] if one["setting"] == "carvq-4")["evaluations"][-1]
    assert compared["original_perplexity"] == figures["original"]["perplexity"], compared
    assert same["apply"] == figures["apply"] and same["perplexity"] == figures["compressed"]["perplexity"], same
    run("restore", table, model, "-o", restored)
    for file in os.listdir(model):
        if not file.endswith(".safetensors"):
            with open(f"{model}/{file}", "rb") as a, open(f"{restored}/{file}", "rb") as b:
                assert a.read() == b.read(), f"{what}: {file} changed"
            continue
        old, new = awq_pack.read_tensors(f"{model}/{file}"), awq_pack.read_tensors(f"{restored}/{file}")
        changed = [name for name in old if old[name] != new[name]]
        assert old.keys() == new.keys() and changed == [name for name in names if name in old], f"{what}: changed: {changed}"
    print(f"ok: {what}: compress, eval, compare and restore see {names[0]} only")


def whole_model(what, model, tokens, group):
    """A checkpoint of others, packed by the command line of the packer."""
    with tempfile.TemporaryDirectory() as folder:
        packed = folder + "/packed"
        subprocess.run([sys.executable, "-B", awq_pack.__file__, model, packed, "--group", str(group)], check=True)
        with open(model + "/config.json", encoding="utf-8") as file:
            config = json.load(file)
        tensors = awq_pack.read_tensors(model + "/model.safetensors")
        weights = {name: awq_pack.to_float(*tensor).astype(np.float64) for name, tensor in tensors.items()}
        ids = np.fromfile(tokens, "<u2")[:64]
        check(what, config, weights, ids, group)
        meanings = pack_model(weights, group, [], "F16")[2]
        logits = run_logits(LM_LOGITS, packed, ids)
        assert np.abs(logits - forward(config, meanings, ids)).max() < TOLERANCE, f"{what}: the command line packs something else"
        check_table(what, packed, folder, tokens)


LLAMA, QWEN = {"architectures": ["LlamaForCausalLM"]}, {"architectures": ["Qwen2ForCausalLM"]}
PHI = {"architectures": ["Phi3ForCausalLM"], "num_key_value_heads": 2}
random_model("Llama: groups of 32, untied, two shards", LLAMA | {"num_key_value_heads": 2}, 90, 32, shards=2)
random_model("Llama: one group for all inputs, all biases", LLAMA | {"attention_bias": True, "mlp_bias": True}, 40, -1)
random_model("Llama: some layers kept, upper case, a BF16 table", LLAMA, 33, 16, keep=["o_proj", "layers.1.mlp"], dtype="BF16", version="GEMM")
random_model("Mistral: groups of 8, tied", {"architectures": ["MistralForCausalLM"], "sliding_window": None, "tie_word_embeddings": True}, 20, 8)
random_model("Qwen2: biases, tied", QWEN | {"num_key_value_heads": 4, "tie_word_embeddings": True}, 60, 64)
random_model("Qwen2: blocks of 4 Mi values that are no tiles",
             QWEN | {"num_hidden_layers": 1, "hidden_size": 512, "intermediate_size": 9216}, 3, 128)
random_model("Phi3: fused", PHI, 65, 64)
demo = EXAMPLES + "/demo-llama"
whole_model("demo-llama", demo, demo + "/sample.tokens.u16", 32)
