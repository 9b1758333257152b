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


def write(path, items):
    """The file has its name only once it is whole. carvq wants something before the choices, so an item without it is left out."""
    kept = [item for item in items if item.get("context", item.get("question")).strip()]
    with open(path + ".part", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(item, ensure_ascii=False) + "\n" for item in kept)
    os.replace(path + ".part", path)
    empty = len(items) - len(kept)
    print(f"{path}: {len(kept)} items" + (f"; {empty} left out, which have no context" if empty else ""))


def fail(message, status):
    print(message, file=sys.stderr)
    sys.exit(status)


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        fail(__doc__.strip(), 2)
    for name in sys.argv[2:]:
        if name not in TASKS:
            fail(f"tasks.py: there is no task '{name}'; there are {', '.join(TASKS)}", 2)
    try:
        from datasets import load_dataset  # pylint: disable=import-outside-toplevel
    except ModuleNotFoundError as error:
        if error.name != "datasets":
            raise
        fail("tasks.py: the library 'datasets' is missing (pip install datasets)", 1)
    os.makedirs(sys.argv[1], exist_ok=True)
    for name in sys.argv[2:] or TASKS:
        convert, which, how = TASKS[name]
        write(os.path.join(sys.argv[1], name + ".jsonl"), [convert(row) for row in load_dataset(*which, **how)])


if __name__ == "__main__":
    main()
