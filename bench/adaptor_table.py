#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the adaptor brings, as a Markdown table: codes alone, with the adaptor, with three rounds, and its bits spent on codes.

    bench/adaptor_table.py build/carvq MODEL[:FLAG,FLAG ..] ..

e.g. shared/models/demo-llama shared/models/stories260K:--adaptor-dim,1
"""
import json
import os
import subprocess
import sys
import tempfile


def run(*arguments):
    return json.loads(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def measure(carvq, model, folder, flags):
    """One line for each table: name, bits, and the errors of the stored file."""
    path = os.path.join(folder, "table.carvq.safetensors")
    compressed = run(carvq, "compress", model, "-o", path, "--force", "--json", *flags)
    verified = {table["tensor"]: table for table in run(carvq, "verify", path, model, "--json")["tables"]}
    return [(table, verified[table["tensor"]]) for table in compressed["tables"]]


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    carvq = sys.argv[1]
    print("| table | what | bits | L1 | SQNR dB | mean row cosine |\n|---|---|---|---|---|---|")
    for argument in sys.argv[2:]:
        model, _, extra = argument.partition(":")
        extra = ["--preset", "carvq-3"] + (extra.split(",") if extra else [])
        with tempfile.TemporaryDirectory() as folder:
            adapted = measure(carvq, model, folder, extra)
            variants = [("codes alone", ["--preset", "carvq-3", "--no-adaptor"]), ("codes and adaptor", extra), ("the same, 3 rounds", extra + ["--rounds", "3"])]
            for i, (table, _) in enumerate(adapted):
                name = table["tensor"]
                for what, flags in variants + [("the adaptor's bits on codes", None)]:
                    if flags is None:
                        if "bits_on_codes" not in table:
                            continue
                        flags = ["--no-adaptor", "--group", str(table["bits_on_codes"]["group"])]
                    one, errors = measure(carvq, model, folder, ["--tensor", name] + flags)[0]
                    print(f"| {os.path.basename(os.path.normpath(model))} `{name}` {table['rows']} x {table['cols']} | {what} "
                          f"| {one['bits_per_param']:.4f} | {errors['l1']:.5g} | {errors['sqnr_db']:.2f} | {errors['cosine_mean']:.4f} |", flush=True)


main()
