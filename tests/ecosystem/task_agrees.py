# SPDX-License-Identifier: MIT
"""Scores and generated texts of carvq eval --task, without and with a table, against the tokenizers library and a forward pass in
NumPy, double precision, one text at a time.

Usage: task_agrees.py CARVQ EXAMPLES [DATA-PACK]
"""
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
from tokenizers import Tokenizer

from awq_pack import read_tensors, to_float
from decode import decode
from lm_numpy import forward

CARVQ, EXAMPLES, DATA = (sys.argv[1:] + [""])[:3]
TABLE = "model.embed_tokens.weight"
TOLERANCE = 1e-3
NEW = 6
OWN = [
    {"context": "It was a dark", "choices": ["and stormy night.", "egg", "café, naïve"], "label": 0},
    {"context": "Question: is it dark?\nAnswer: ", "choices": ["no", "yes"], "label": 1},
    {"context": "Once upon a time, " * 60, "choices": ["there was a girl.", "a"], "label": 0},
    {"question": "How many miles do they walk in 3 hours at 4 miles an hour?", "answer": "12"},
    {"question": "One day, " * 80, "answer": "-1,000.50"},
]


def log_softmax(x):
    x = x - x.max(axis=-1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))


def expected_scores(item, tokenizer, config, weights):
    window = config["max_position_embeddings"]
    scores = []
    for choice in item["choices"]:
        whole = tokenizer.encode(item["context"] + " " + choice).ids
        scored = len(whole) - len(tokenizer.encode(item["context"].rstrip()).ids)
        ids = np.array(whole[-(window + 1):])
        logits = log_softmax(forward(config, weights, ids[:-1]))
        scores.append(sum(logits[i - 1][ids[i]] for i in range(len(ids) - scored, len(ids))))
    return scores


def generate(item, tokenizer, config, weights):
    """Ids, up to a choice that rounding could turn."""
    window = config["max_position_embeddings"]
    ids = tokenizer.encode(f"Question: {item['question']}\nAnswer:").ids[-(window - min(NEW, window // 2)):]
    made = []
    while len(made) < NEW:
        logits = forward(config, weights, np.array(ids + made))[-1]
        best = np.argsort(-logits)[:2]
        if logits[best[0]] - logits[best[1]] < TOLERANCE:
            return made, False
        if best[0] == config["eos_token_id"]:
            return made, True
        made.append(int(best[0]))
    return made, True


def check_variant(what, item, got, tokenizer, config, weights):
    if "choices" in item:
        scores = expected_scores(item, tokenizer, config, weights)
        assert len(scores) == len(got["log_probabilities"])
        difference = np.abs(np.array(scores) - got["log_probabilities"]).max()
        assert difference < TOLERANCE, f"{what}: {scores}, but {got['log_probabilities']}"
        per_byte = np.array(scores) / [len(choice.encode()) for choice in item["choices"]]
        for key, values in (("choice", np.array(scores)), ("normalized_choice", per_byte)):
            best = values.max() - values[got[key]]
            assert best < TOLERANCE, f"{what}: {key} {got[key]} of {values}"
        return difference
    ids, whole = generate(item, tokenizer, config, weights)
    text = tokenizer.decode(ids)
    end = re.search(r"Question:|(?<=\S)[^\S\n]*\n[^\S\n]*\n", text)
    text = text[:end.start()] if end else text
    if whole or end:
        assert got["text"].strip() == text.strip(), f"{what}: {got['text']!r}, not {text!r}"
    else:
        assert got["text"].strip().startswith(text.strip()), f"{what}: {got['text']!r} does not begin with {text!r}"
    return 0


def check(model, items, folder):
    with open(model + "/config.json", encoding="utf-8") as file:
        config = json.load(file)
    tokenizer = Tokenizer.from_file(model + "/tokenizer.json")
    weights = {name: to_float(*tensor).astype(np.float64) for name, tensor in read_tensors(model + "/model.safetensors").items()}
    task, table, out = (f"{folder}/{name}" for name in ("task.jsonl", "table.safetensors", "items.jsonl"))
    with open(task, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(item) + "\n" for item in items)
    for arguments in (["compress", model, "-o", table, "--stages", "2", "--force"],
                      ["eval", model, "--table", table, "--task", task, "--items", out, "--force", "--max-new", str(NEW)]):
        subprocess.run([CARVQ, *arguments], check=True, stdout=subprocess.DEVNULL)
    changed = weights | {TABLE: decode(table, TABLE).astype(np.float64)}
    largest = 0.0
    with open(out, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert len(lines) == len(items)
    for item, line in zip(items, lines):
        what = f"{model}, item {line['line']}"
        largest = max(largest, check_variant(what, item, line["original"], tokenizer, config, weights),
                      check_variant(what + " with the table", item, line["compressed"], tokenizer, config, changed))
    print(f"ok: {model}: {len(items)} items, largest difference of a log-probability {largest:.2g}")


pack = []
for name in ("arc-challenge", "boolq", "gsm8k", "piqa", "winogrande"):
    path = f"{DATA}/text/tasks/{name}.jsonl"
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            pack += [json.loads(line) for line, _ in zip(file, range(2))]
with tempfile.TemporaryDirectory() as folder:
    check(EXAMPLES + "/demo-llama", OWN + pack, folder)
    stories = DATA + "/models/stories260K"
    if os.path.isdir(stories):
        check(stories, OWN + pack, folder)
    else:
        print(f"skipped: {stories} is not there")
