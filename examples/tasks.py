#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the tasks of the paper's kinds as files for `carvq eval --task`: ARC, PIQA, WinoGrande and BoolQ as multiple choice,
GSM8K as numbers. They are downloaded by the library `datasets` (pip install datasets). Each is the part of its benchmark that
has public answers and that others report on.

Usage: examples/tasks.py FOLDER [NAME ..]     NAME: arc-easy, arc-challenge, piqa, winogrande, boolq, gsm8k (all)
"""
import json
import os
import sys


def choice(context, choices, label):
    return {"context": context, "choices": [" ".join(text.split()) for text in choices], "label": label}


def question(text):
    return f"Question: {text.strip()}\nAnswer:"


def arc(row):
    return choice(question(row["question"]), row["choices"]["text"], row["choices"]["label"].index(row["answerKey"]))


def piqa(row):
    return choice(question(row["goal"]), [row["sol1"], row["sol2"]], row["label"])


def winogrande(row):
    """The gap lies in the middle, so a choice is an option and the rest of the sentence."""
    before, after = row["sentence"].split("_", 1)
    return choice(before.rstrip(), [row["option1"] + after, row["option2"] + after], int(row["answer"]) - 1)


def boolq(row):
    return choice(f"{row['passage'].strip()}\n{question(row['question'].strip() + '?')}", ["no", "yes"], int(row["answer"]))


def gsm8k(row):
    return {"question": row["question"].strip(), "answer": row["answer"].split("####")[-1].strip()}


# What load_dataset() is to be asked for. PIQA's own branch is a script, which the library no longer runs.
TASKS = {
    "arc-easy": (arc, ("allenai/ai2_arc", "ARC-Easy"), {"split": "test"}),
    "arc-challenge": (arc, ("allenai/ai2_arc", "ARC-Challenge"), {"split": "test"}),
    "piqa": (piqa, ("ybisk/piqa",), {"split": "validation", "revision": "refs/convert/parquet"}),
    "winogrande": (winogrande, ("allenai/winogrande", "winogrande_xl"), {"split": "validation"}),
    "boolq": (boolq, ("google/boolq",), {"split": "validation"}),
    "gsm8k": (gsm8k, ("openai/gsm8k", "main"), {"split": "test"}),
}


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-") or not set(sys.argv[2:]) <= TASKS.keys():
        sys.exit(__doc__.strip())
    from datasets import load_dataset  # pylint: disable=import-outside-toplevel
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in sys.argv[2:] or TASKS:
        convert, which, how = TASKS[name]
        items = [convert(row) for row in load_dataset(*which, **how)]
        path = os.path.join(sys.argv[1], name + ".jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
        print(f"{path}: {len(items)} items")


if __name__ == "__main__":
    main()
