#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes findings.md and its plots from what findings.sh measured. Usage: findings.py RESULTS OUT"""
import glob
import json
import os
import subprocess
import sys
import textwrap

results, out = sys.argv[1:]
PARAMETERS = {
    "L": "residual stages",
    "h": "values of a sub-vector",
    "g": "sub-vectors of a group",
    "kappa": "bits of a code",
    "m": "values of a row in the adaptor",
    "rounds": "rounds between codes and adaptor",
}
lines = []


def say(*text):
    lines.extend(text)


def wrap(text, indent=""):
    say(*textwrap.wrap(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False))


def paragraph(*sentences):
    wrap(" ".join(sentences))
    say("")


def load(name):
    with open(os.path.join(results, name)) as file:
        return json.load(file)


def repeat(*names):
    """The commands that measured these files of the results."""
    say("To repeat it:", "")
    for name in names:
        with open(os.path.join(results, name + ".command")) as file:
            say("    " + file.read().strip())
    say("")


def find(comparison, method, setting):
    for entry in comparison["settings"]:
        if entry["method"] == method and entry["setting"] == setting:
            return entry
    return None


def place(entry, name):
    return next(evaluation for evaluation in entry["evaluations"] if evaluation["apply"] == name)


def with_error(value, error, digits):
    """A standard error is None where there was one window."""
    return f"{value:+.{digits}f}" + ("" if error is None else f" ± {error:.{digits}f}")


def increase(evaluation):
    digits = 0 if evaluation["increase"] >= 1000 else 1 if evaluation["increase"] >= 100 else 2 if evaluation["increase"] >= 1 else 4
    return with_error(evaluation["increase"], evaluation["standard_error"], digits)


def table(heads, rows):
    say("| " + " | ".join(heads) + " |", "|" + "---|" * len(heads))
    say(*("| " + " | ".join(row) + " |" for row in rows), "")


# ---- CARVQ against scalar quantization ----------------------------------------------------------------------------

ALONE = ["ple-embed_tokens.json", "ple-embed_tokens_per_layer.json", "glove.json"]
SCALARS = ["scalar-tensor", "scalar-row", "scalar-row-fit", "scalar-64", "scalar-32"]


def preset(comparison, stages):
    """The preset, which is group RVQ alone where there is no room for an adaptor."""
    return find(comparison, "carvq", f"carvq-{stages}") or find(comparison, "rvq", f"L {stages}")


def verdict(ours, theirs, name):
    a, b = place(ours, name), place(theirs, name)
    if abs(a["increase"] - b["increase"]) < 2 * ((a["standard_error"] or 0) ** 2 + (b["standard_error"] or 0) ** 2) ** 0.5:
        return "level"
    if a["increase"] < b["increase"]:
        return f"yes, {b['increase'] / a['increase']:.1f} times less" if a["increase"] > 0 else "yes"
    return f"no, {a['increase'] / b['increase']:.1f} times more" if b["increase"] > 0 else "no"


def duel(comparison, stages):
    ours = preset(comparison, stages)
    rows = []
    for method in SCALARS:
        theirs = find(comparison, method, f"INT{stages}")
        if theirs is None:
            continue
        row = [f"{theirs['title']}, INT{stages}", f"{theirs['bits_per_param']:.3f}", f"{theirs['sqnr_db']:.2f}"]
        for evaluation in theirs["evaluations"]:
            row += [increase(evaluation), verdict(ours, theirs, evaluation["apply"])]
        rows.append(row)
    own = [f"**{ours['title']}, {ours['setting']}**", f"{ours['bits_per_param']:.3f}", f"{ours['sqnr_db']:.2f}"]
    for evaluation in ours["evaluations"]:
        own += [increase(evaluation), ""]
    heads = [f"{os.path.basename(comparison['model'])} ({comparison['windows']} windows, {comparison['original_perplexity']:.3f})",
             "bits", "SQNR dB"]
    for evaluation in ours["evaluations"]:
        heads += [{"input": "as input", "both": "as input and head", "head": "as head"}[evaluation["apply"]],
                  f"is carvq-{stages} better?"]
    table(heads, [own] + rows)


def factors(models, stages, methods):
    """How many times more the preset increases perplexity than each of these, where those do so at all."""
    found = []
    for comparison in models:
        for method in methods:
            theirs = find(comparison, method, f"INT{stages}")
            for evaluation in theirs["evaluations"] if theirs else []:
                if evaluation["increase"] > 2 * (evaluation["standard_error"] or 0):
                    found.append(place(preset(comparison, stages), evaluation["apply"])["increase"] / evaluation["increase"])
    return found


def times(found):
    def show(value):
        return f"{value:.1f}" if value < 10 else f"{value:.0f}" if value < 100 else f"{value:.2g}"
    low, high = min(found), max(found)
    if high < 1:
        return f"{show(1 / high)} to {show(1 / low) if 1 / low < 100 else format(1 / low, '.0f')} times less"
    if low >= 1:
        return f"{show(low)} to {show(high)} times more"
    most = "as much" if high < 1.05 else f"{show(high)} times more"
    return f"between {show(1 / low) if 1 / low < 100 else format(1 / low, '.0f')} times less and {most}"


def section_summary(models, ablations):
    demo = models[0]
    three, row, best = find(demo, "carvq", "carvq-3"), find(demo, "scalar-row", "INT3"), find(demo, "bits", "--bits 1.655")
    say("## In short", "")
    for stages in 3, 2:
        wrap(f"- **CARVQ-{stages} and INT{stages}.** Against one scale and offset for the whole table, CARVQ-{stages} raises perplexity "
             f"{times(factors(models, stages, ['scalar-tensor']))}; against a scale and offset for each row or group, "
             f"{times(factors(models, stages, SCALARS[1:]))}. It takes fewer bits than any of them.", "  ")
    whole = [factor for stages in (3, 2) for factor in factors(models, stages, ["scalar-tensor"])]
    rows = [factor for stages in (3, 2) for factor in factors(models, stages, SCALARS[1:])]
    wrap(f"- **Where this contradicts the paper.** That CARVQ-3 beats INT3, and CARVQ-2 INT2, holds here in {sum(f < 1 for f in whole)} "
         f"of {len(whole)} cases against a scale of the whole table, and in {sum(f < 1 for f in rows)} of {len(rows)} against scales of "
         "rows or groups. Scales of rows cost 32 / n bits per parameter: 0.25 at n = 128, but 0.016 at n = 2048, so in large models they "
         "are nearly free. The paper counts INT3 as 3.0 bits and INT2 as 2.0. The commands that repeat it stand below, after the tables of "
         "each model.", "  ")
    wrap(f"- **Neighbours.** Of the 10 nearest rows of a row, CARVQ-3 keeps {100 * three['neighbours']['recall_at_10']:.0f} % on demo-llama "
         f"(recall@10), INT3 per row {100 * row['neighbours']['recall_at_10']:.0f} %. Tokens that the text never uses lose most. A small "
         "increase of perplexity does not mean that the neighbourhoods are whole.", "  ")
    if ablations:
        points = {name: {p[0]: p for p in ablations[name]} for name in ablations}
        gain = points["m"][1][2] - points["m"][0][2]
        slope = (points["L"][4][2] - points["L"][3][2]) / (points["L"][4][1] - points["L"][3][1]) * (points["m"][1][1] - points["m"][0][1])
        wrap(f"- **The adaptor** brings {gain:.2f} dB on demo-llama; its bits would bring {slope:.2f} dB if a part of a stage could be had "
             f"for them. Fitting codes and adaptor to each other (`--rounds 2`) brings {points['rounds'][2][2] - points['rounds'][1][2]:.2f} "
             "dB more, and costs none.", "  ")
    if best:
        wrap(f"- **What bits can do.** With the importance of rows {demo['importance']}, `--bits 1.655` raises the perplexity of demo-llama "
             f"by {increase(place(best, 'input'))} as input; CARVQ-4 with 3.153 bits by "
             f"{increase(place(find(demo, 'carvq', 'carvq-4'), 'input'))}.", "  ")
    say("")


def section_scalar(models, alone):
    say("## Does CARVQ-3 beat INT3, and CARVQ-2 INT2?", "")
    paragraph("The paper reports, over its seven models, an increase of 0.532 for CARVQ-3 against 0.750 for INT3, and 3.544 for CARVQ-2 "
              "against 83.88 for INT2, and counts INT3 as 3.0 and INT2 as 2.0 bits. Three bits without an overhead are those of one scale "
              "and offset for the whole table; with one of each a row, or a group, scalar quantization costs more bits and is another "
              "rival altogether.")
    paragraph("INT here is rounding to the nearest of 2^bits equal steps between the smallest and the largest value, or, where it says "
              "fitted, in a narrower range that leaves the smallest squared error. A negative SQNR, as that of INT2 with one scale for a "
              "table, means that a table of zeros would be nearer to the original.")
    paragraph("Increase of perplexity ± standard error; level: the two differ by less than twice their combined standard error (the root "
              "of the sum of both squares), so neither counts as better:")
    for stages in 3, 2:
        for comparison in models:
            duel(comparison, stages)
    for stages in 3, 2:
        wins = [(comparison, method) for comparison in models for method in SCALARS if find(comparison, method, f"INT{stages}")
                and all(verdict(preset(comparison, stages), find(comparison, method, f"INT{stages}"), evaluation["apply"]).startswith("yes")
                        for evaluation in preset(comparison, stages)["evaluations"])]
        tried = sum(find(comparison, method, f"INT{stages}") is not None for comparison in models for method in SCALARS)
        names = ", ".join(f"{find(c, m, f'INT{stages}')['title']} on {os.path.basename(c['model'])}" for c, m in wins) or "none"
        say(f"carvq-{stages} is better in every use of the table than {len(wins)} of {tried} kinds of INT{stages} here: {names}.", "")
    repeat("demo.json", "stories.json")
    say("Tables without a model, by SQNR (dB); those of demo-llama and stories260K come from the commands above:", "")
    rows = []
    for comparison in models + alone:
        for stages in 3, 2:
            ours = preset(comparison, stages)
            row = [f"{os.path.basename(comparison['model'])}, {comparison['tensor']}, {comparison['rows']} x {comparison['cols']}",
                   f"{ours['title']}, {ours['setting']}", f"{ours['bits_per_param']:.2f}: {ours['sqnr_db']:.2f}"]
            for method in SCALARS:
                theirs = find(comparison, method, f"INT{stages}")
                row.append(f"{theirs['bits_per_param']:.2f}: {theirs['sqnr_db']:.2f}" if theirs else "")
            rows.append(row)
    table(["table", "preset", "bits: SQNR", "INT, tensor", "INT, row", "INT, row, fitted", "INT, group 64", "INT, group 32"], rows)
    repeat(*ALONE)


# ---- all methods --------------------------------------------------------------------------------------------------


def section_all(models):
    say("## All methods", "")
    paragraph("The best setting of each method with at most 2.5 and 3.3 bits, by the increase of perplexity with the table as input:")
    for comparison in models:
        if "importance" in comparison:
            say(f"Of {os.path.basename(comparison['model'])}; importance of rows for `carvq --bits --codec trellis`: {comparison['importance']}.", "")
        rows = []
        for max_bits in 2.5, 3.3:
            best = {}
            for entry in comparison["settings"]:
                if entry["bits_per_param"] <= max_bits:
                    known = best.get(entry["method"])
                    if known is None or place(entry, "input")["increase"] < place(known, "input")["increase"]:
                        best[entry["method"]] = entry
            for entry in sorted(best.values(), key=lambda entry: place(entry, "input")["increase"]):
                rows.append([f"at most {max_bits}", f"{entry['title']}, {entry['setting']}", f"{entry['bits_per_param']:.3f}",
                             f"{entry['sqnr_db']:.2f}", f"{100 * entry['neighbours']['recall_at_10']:.1f} %"] +
                            [increase(evaluation) for evaluation in entry["evaluations"]])
        table([os.path.basename(comparison["model"]), "method", "bits", "SQNR dB", "recall@10", "as input", "as input and head"], rows)
    repeat("demo.json", "stories.json")


def section_importance(counted, guessed):
    """What a user gets who has no text to count tokens in."""
    say("## A guess instead of a count", "")
    paragraph(f"`carvq --bits` on {os.path.basename(counted['model'])}, with the importance of rows {counted['importance']}, and "
              f"{guessed['importance']}:")
    rows = []
    for entry in counted["settings"]:
        other = find(guessed, "bits", entry["setting"])
        if entry["method"] == "bits" and other:
            rows.append([entry["setting"]] + [increase(place(one, use)) for use in ("input", "both") for one in (entry, other)])
    table(["setting", "as input, counted", "as input, guessed", "as input and head, counted", "as input and head, guessed"], rows)
    repeat("demo.json", "demo-guessed.json")


def section_awq():
    path = os.path.join(results, "awq.md")
    if not os.path.exists(path):
        return
    say("## On top of 4-bit layers", "")
    paragraph("The layers of demo-llama are rounded to nearest, with a scale and a zero point for 32 inputs, and packed as AWQ packs them, "
              "without its search for scales. Perplexity, and in brackets what the table adds to that of the same layers without it (± "
              "standard error). Importance of rows for `--bits`: guessed from the order of the tokenizer's merges.")
    with open(path) as file:
        say(file.read().strip(), "")
    repeat("awq.md")


# ---- neighbours ---------------------------------------------------------------------------------------------------


def section_neighbours(models):
    say("## Is fine meaning lost?", "")
    paragraph("recall@10: the share of the 10 nearest rows of a row (by cosine) that are still its nearest, by how often the row's token "
              "occurs in the text:")
    for comparison in models:
        shown = [entry for entry in comparison["settings"] if entry["method"] in ("carvq", "rvq", "scalar-row", "scalar-tensor", "nf4", "pq")]
        bands = [band for band in shown[0]["neighbours"]["bands"] if band["sampled"] > 0]
        heads = [os.path.basename(comparison["model"]), "bits", "all rows"]
        for band in bands:
            name = "0" if band["max_count"] == 0 else f"{band['min_count']}.." + (str(band["max_count"]) if band["max_count"] else "")
            heads.append(f"{name} ({band['rows']} rows)")
        rows = []
        for entry in sorted(shown, key=lambda entry: entry["bits_per_param"]):
            row = [f"{entry['title']}, {entry['setting']}", f"{entry['bits_per_param']:.3f}", f"{100 * entry['neighbours']['recall_at_10']:.1f} %"]
            row += [f"{100 * band['recall_at_10']:.1f} %" for band in entry["neighbours"]["bands"] if band["sampled"] > 0]
            rows.append(row)
        table(heads, rows)
    repeat("demo.json", "stories.json")


# ---- tasks --------------------------------------------------------------------------------------------------------

KINDS = {
    "boolq": "discriminative", "piqa": "discriminative", "winogrande": "discriminative", "arc-easy": "reasoning",
    "arc-challenge": "reasoning", "gsm8k": "mathematical",
}
TABLES = {"carvq-4": "carvq-4", "carvq-3": "carvq-3", "carvq-2": "carvq-2", "bits-1.655": "--bits 1.655"}


def read_items(name):
    with open(os.path.join(results, f"tasks-{name}.items")) as file:
        return [json.loads(line) for line in file]


def agreement(item):
    """1 for the same choice; for generated text the part of it up to the first difference."""
    original, compressed = item["original"], item["compressed"]
    if "choice" in original:
        return original["normalized_choice"] == compressed["normalized_choice"]
    return len(os.path.commonprefix([original["text"], compressed["text"]])) / max(len(original["text"]), 1)


def section_tasks(demo):
    say("## Which kinds of task suffer?", "")
    paragraph("demo-llama is far too small to solve any of them, so accuracy says little; how often the compressed model answers as the "
              "original does says more. Multiple choice: the same choice, by log-probability for its length. Mathematical: the part of the "
              "generated text up to the first difference. Generative: top-1 agreement, the same most likely token. The table is input and "
              "head. Which task is of which kind is our reading.")
    answers = {name: read_items(name) for name in TABLES}
    rows = []
    generative = [find(demo, "carvq", f"carvq-{stages}") for stages in (4, 3, 2)] + [find(demo, "bits", "--bits 1.655")]
    rows.append(["generative", "next token", str(demo["tokens"]), ""] +
                [f"{100 * place(entry, 'both')['top1_agreement']:.1f} %" if entry else "" for entry in generative])
    accuracies = []
    for task, kind in KINDS.items():
        chosen = {name: [item for item in items if os.path.basename(item["task"]) == task + ".jsonl"] for name, items in answers.items()}
        items = chosen["carvq-4"]
        if "choice" in items[0]["original"]:
            chance = sum(1 / len(item["original"]["log_probabilities"]) for item in items) / len(items)
            accuracies.append([task] + [f"{100 * sum(item['original']['normalized_choice'] == item['label'] for item in items) / len(items):.0f} %"] +
                              [f"{100 * sum(item['compressed']['normalized_choice'] == item['label'] for item in chosen[name]) / len(items):.0f} %"
                               for name in TABLES] + [f"{100 * chance:.0f} %"])
        else:
            chance = None
        rows.append([kind, task, str(len(items)), f"{100 * chance:.0f} %" if chance else ""] +
                    [f"{100 * sum(map(agreement, chosen[name])) / len(items):.1f} %" for name in TABLES])
    table(["kind", "task", "items", "by chance"] + list(TABLES.values()), rows)
    paragraph("Accuracies (length-normalized; the standard error of 100 items is up to 5 points). On BoolQ, where the choices are one word "
              "each, a compressed model may give the same answer to everything: the accuracy is then the share of that answer, and "
              "agreement is that of chance.")
    table(["task", "original"] + list(TABLES.values()) + ["by chance"], accuracies)
    repeat(*(name for table_name in TABLES for name in (f"{table_name}.compress.json", f"tasks-{table_name}.json")))


# ---- ablations ----------------------------------------------------------------------------------------------------


PRESET = {"L": 3, "h": 8, "g": 1024, "kappa": 4, "m": 1, "rounds": 1}  # carvq-3 on demo-llama


def read_ablation(value, stem):
    report = load(f"{stem}.compress.json")["tables"][0]
    evaluations = [load(f"{stem}.{name}.json")["difference"] for name in ("input", "both")]
    return (value, report["bits_per_param"], report["sqnr_db"], *evaluations)


def read_ablations():
    found = {}
    for path in glob.glob(os.path.join(glob.escape(results), "ablation-*-*.input.json")):
        stem = os.path.basename(path).removesuffix(".input.json")
        name, value = stem.split("-")[1:]
        found.setdefault(name, {})[int(value)] = read_ablation(int(value), stem)
    for name, points in found.items():
        points[PRESET[name]] = read_ablation(PRESET[name], "ablation-preset")
    return {name: [found[name][value] for value in sorted(found[name])] for name in PARAMETERS if name in found}


def short(value):
    return str(value) if value < 1024 else f"{value // 1024}k"


def draw_ablations(found):
    """A panel for each parameter, with the number of stages in grey. Rounds cost no bits, so they have an axis of their own."""
    script = ["set terminal svg size 1200,800 font 'sans,13' background '#ffffff'",
              "set multiplot layout 2,3 margins 0.07,0.985,0.085,0.945 spacing 0.07,0.15", "set logscale y",
              "set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)",
              "set grid lc rgb '#dddddd' lt 1 lw 0.5", "set tics nomirror", "set key top right samplen 2",
              "set ylabel 'increase of perplexity'"]
    for name, points in found.items():
        points = [p for p in points if p[3]["perplexity"] > 0]
        rows = [f"{p[1]} {p[3]['perplexity']} {short(p[0])} {p[0]}" for p in points]
        left = rows[-1:] if name == "g" else []  # the two largest groups take nearly the same bits, so their labels would touch
        for block, chosen in ((name, rows), (name + "left", left), (name + "right", [row for row in rows if row not in left])):
            script += [f"${block} << EOD"] + chosen + ["EOD"]
    for name, points in found.items():
        column = 0 if name == "rounds" else 1
        shown = [p[3]["perplexity"] for p in points if p[3]["perplexity"] > 0]
        script += [f"set title '{name}: {PARAMETERS[name]}'", f"set xlabel '{'rounds' if name == 'rounds' else 'bits per parameter'}'",
                   f"set yrange [{min(shown) / 2}:{max(shown) * 4}]",
                   f"set xrange [{min(p[column] for p in points) / 1.25}:{max(p[column] for p in points) * 1.25}]",
                   "unset logscale x; set xtics autofreq 1" if column == 0 else "set logscale x 2; set xtics (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)"]
        x = 4 if column == 0 else 1
        plots = [f"${name} using {x}:2 with linespoints lc rgb '#0072B2' lw 1.5 pt 7 ps 0.8 title '{name}'",
                 f"${name}right using {x}:2:3 with labels left offset 0.5,0.7 tc rgb '#0072B2' notitle"]
        if name == "g":
            plots.append(f"${name}left using {x}:2:3 with labels right offset -0.5,0.7 tc rgb '#0072B2' notitle")
        if name not in ("L", "rounds"):
            plots = [f"$L using 1:2 with linespoints lc rgb '#999999' pt 6 ps 0.8 title 'L = {found['L'][0][0]} .. {found['L'][-1][0]}'",
                     "$L using 1:2:3 with labels right offset -0.5,-0.7 tc rgb '#888888' notitle"] + plots
        script.append("plot " + ", ".join(plots))
    script.append("unset multiplot")
    path = os.path.join(out, "findings-ablations.svg")
    picture = subprocess.run(["gnuplot", "-d"], input="\n".join(script).encode() + b"\n", stdout=subprocess.PIPE, check=True).stdout
    with open(path, "wb") as file:
        file.write(picture)


def section_ablations():
    found = read_ablations()
    if "L" not in found:
        return
    windows = load("ablation-preset.input.json")["windows"]
    say("## What h, g, kappa, m and L do", "")
    paragraph("demo-llama, carvq-3 (L 3, h 8, g 1024, kappa 4, m 1) with one parameter changed at a time "
              f"([method.md](method.md#symbols) has the symbols); {windows} windows. `m` 0 is codes alone, and its hidden units are 6 m. In "
              "the plot the table is the input alone; the grey line is what the number of stages gives (L in grey beside its points), so a "
              "point below it is a better use of the bits.")
    say("![ablations](findings-ablations.svg)", "")
    draw_ablations(found)
    rows = []
    for name, points in found.items():
        for value, bits, sqnr, as_input, as_both in points:
            rows.append([f"{name} = {value}", f"{bits:.3f}", f"{sqnr:.2f}",
                         with_error(as_input["perplexity"], as_input["standard_error"], 2),
                         with_error(as_both["perplexity"], as_both["standard_error"], 2)])
    table(["changed", "bits", "SQNR dB", "as input", "as input and head"], rows)
    repeat(*(f"ablation-preset.{step}.json" for step in ("compress", "input", "both")))
    paragraph("and with one option more of `carvq compress`: `--stages`, `--subvector`, `--group`, `--code-bits`, `--adaptor-dim` (and "
              "`--adaptor-hidden`; `--no-adaptor` for m = 0), `--rounds`.")


def main():
    models = [load("demo.json"), load("stories.json")]
    alone = [load(name) for name in ALONE]
    say("# Findings", "", "<!-- Written by scripts/findings.sh. Do not edit. -->", "")
    paragraph("What the paper (arXiv 2510.12721) finds, on the models at hand, which are very small and the only ones here: demo-llama (V "
              "4096, n 128, tied) and stories260K (V 512, n 64, tied; too narrow for an adaptor, so its presets are codes alone). Whether "
              "the same holds for models of billions of parameters does not follow.")
    paragraph("`scripts/findings.sh DATA` repeats all of it, the commands behind the tables one of them; DATA is a folder with models and "
              "texts (`CARVQ_TEST_DATA`), RESULTS one for files.")
    section_summary(models, read_ablations())
    section_scalar(models, alone)
    section_all(models)
    section_importance(models[0], load("demo-guessed.json"))
    section_awq()
    section_neighbours(models)
    section_tasks(models[0])
    section_ablations()
    with open(os.path.join(out, "findings.md"), "w") as file:
        file.write("\n".join(lines).rstrip() + "\n")


main()
