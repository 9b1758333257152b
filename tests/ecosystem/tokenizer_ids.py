# SPDX-License-Identifier: MIT
"""Token ids of our tokenizer against those of the tokenizers library, on the texts of the data pack, on nasty strings and
on random ones, for the tokenizers of the data pack and for small ones of every kind that models use, trained here.
Usage: tokenizer_ids.py PROGRAM DATA-PACK (PROGRAM: tests/tokenizer_main.c)"""

import array
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import threading

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

PROGRAM, DATA = sys.argv[1:3]
CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
TAIL = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*" + TAIL
QWEN2 = CONTRACTIONS + r"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*" + TAIL
CL100K = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
)
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
O200K = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+{CONTRACTIONS}?|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*{CONTRACTIONS}?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*" + TAIL
)
DEEPSEEK = (
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*" + TAIL
)

problems = 0


class Ours:
    """Our tokenizer, asked for many texts at once."""

    def __init__(self, path):
        self.path = path

    def encode(self, texts, special):
        records = b"".join(
            struct.pack("<BI", special, len(t)) + t for t in (t if isinstance(t, bytes) else t.encode() for t in texts)
        )
        with subprocess.Popen(
            [PROGRAM, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            errors = []
            writer = threading.Thread(target=lambda: (process.stdin.write(records), process.stdin.close()))
            reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
            writer.start(), reader.start()
            output = process.stdout.read()
            writer.join(), reader.join()
        if process.returncode != 0:
            raise SystemExit(f"{self.path}: {errors[0].decode()}")
        results, at = [], 0
        while at < len(output):
            (count,) = struct.unpack_from("<I", output, at)
            at += 4
            if count == 0xFFFFFFFF:
                (length,) = struct.unpack_from("<I", output, at)
                results.append(output[at + 4 : at + 4 + length].decode())
                at += 4 + length
            else:
                results.append(list(struct.unpack_from(f"<{count}I", output, at)))
                at += 4 * count
        assert len(results) == len(texts), f"{len(results)} answers to {len(texts)} texts"
        return results


def complain(message):
    global problems
    problems += 1
    if problems <= 40:
        print("FAILED", message)


def compare(name, tokenizer, texts, path=None):
    """tokenizer: of the library. Both sides read the same file."""
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        if path is None:
            path = os.path.join(folder, "tokenizer.json")
            tokenizer.save(path)
        tokenizer = Tokenizer.from_file(path)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # What is put around a text does not go by its length.
        for special, some in ((False, texts), (True, [text for text in texts if len(text) <= 15000][:100])):
            ours = Ours(path).encode(some, special)
            total += sum(map(len, ours))
            theirs = [e.ids for e in tokenizer.encode_batch_fast(some, add_special_tokens=special)]
            for text, a, b in zip(some, ours, theirs):
                if a == b:
                    continue
                if isinstance(a, str):
                    complain(f"{name}: {text[:60]!r}: {a}")
                    continue
                at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
                complain(
                    f"{name}: {text[:60]!r}: {len(a)} ids, expected {len(b)}; from id {at}: {a[at:at + 8]}, expected {b[at:at + 8]}: "
                    f"{[tokenizer.id_to_token(i) for i in b[at:at + 8]]}"
                )
    print(f"{name}: {len(texts)} texts, {total} ids")


def nasty():
    emoji = (
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e9\U0001f1ea\U0001f44d\U0001f3fd \u2764\ufe0f"
    )
    texts = [
        "",
        " ",
        "  ",
        "\n",
        "\r\n",
        "\t",
        "a",
        " a",
        "a ",
        "  a  ",
        "▁",
        "▁▁a ▁b",
        " ▁ ",
        "\0",
        "a\0b",
        "\ufeffbom",
        "a\ufeff b",
        emoji,
        "e\u0301 \u00e9 o\u0308\u0323 o\u0323\u0308 \u1100\u1161\u11a8 \uac01 \u212b \u2126 \ufb01",
        "q\u0307\u0323 \u0344 \u0958",
        "中文字符，没有空格。日本語のテキスト한국어",
        "العَرَبِيَّة مرحبا",
        "ภาษาไทยไม่มีช่องว่าง",
        "हिन्दी में",
        "İstanbul ß ẞ ǅ ŉ",
        "I'S we'LL YOU'Re it'ſ 'ſ 'T'd 'M x'Vex",
        "'s 't 're 've 'm 'll 'd ''s",
        "’s ’t",
        "\u212a\u017f 'K 'lL",
        "1 12 123 1234 12345 1234567890",
        "٠١٢٣٤٥٦ ४५६७ ๑๒๓๔ Ⅷ ½²³ 12¾",
        "١a2b",
        "３４５",
        "𝟘𝟙𝟚 𝔸𝕓 \U00010d40\U00010d41",
        "a\u00a0b \u00a0 c\u3000d\u2028e\u2029f\u200bg\u180eh\u0085i\u202fj\u205fk",
        "\u180e\u180e a\u180e",
        "\x1b[0m\x07\x7f\x01\x1f",
        "a\r\nb\r\n\r\nc\n\n\nd\n \n\t\n e",
        "x \n\n  y\t\t z   \n",
        "end   ",
        "end\n\n",
        "   \n   x",
        "\r\r\r",
        " \r\n ",
        "!\n!\r\n\r\n ! ?",
        "foo.bar(baz);\n\n\treturn x[0]->y /* c */ // d\n",
        "http://a.b/c?d=e&f=%20#g",
        "CamelCaseXMLHttp snake_case __init__",
        "\U00031350\U0002ebf0\U0001e030\u1c89\ua7cb\U0001f6dc\u0897",
        "\ufffd\ufffe\uffff\U0010ffff\ue000",
        "a" * 5000,
        "ab" * 3000,
        "<unk>",
        "<s></s>",
        "<|endoftext|>",
        "<0x41><0x0A>",
        "###",
        "#" * 100,
        "—–…„“”",
        "a" + "\u0301" * 200 + "b",
        "\u0301\u0301",
        "a\u0eba\u0327\u0301b",
        "\U00011935\U00011930\U00011930",
        "o\u1abf\u0323",
        "\u0915\u093c \u09be\u09c7\u09be",
    ]
    for space in (" ", "\n", "\t", "\r\n", "\u00a0", "\u3000", " \n", "\n ", "\t ", "\u2028 "):
        for count in (2, 3, 7, 33):
            texts += [
                space * count,
                "x" + space * count,
                space * count + "x",
                "x" + space * count + "y",
                "1" + space * count + "!",
            ]
    return texts


def fuzz(count, extra, seed=20240607):
    """Random strings. extra: strings to be mixed in, e.g. added tokens."""
    rng = random.Random(seed)
    kinds = [
        "abcdefghijklmnopqrstuvwxyz",
        "ABCXYZ",
        "0123456789",
        "     ",
        "\n\r\t ",
        " '\"!?.,;:-_()[]{}<>|/\\@#$%^&*+=~`",
        "sdmtlrveSDMTLRVEſ'’",
        "äöüßéèñçåøÀÉ",
        "\u0300\u0301\u0302\u0308\u0323\u0327\u0344\u20dd\u0591\u064b\u0e48\u3099",
        "中文日本語漢字かなカナ",
        "한글ᄀ\u1161\u11a8",
        "\u0627\u0644\u0639\u0631",
        "ไทยภาษา",
        "हिन्दीअ",
        "٠١٢०१२๐๑๒Ⅷ½²",
        "\u00a0\u2003\u2028\u3000\u200b\u200d\u180e\u0085\ufeff",
        "😀👍🏽❤️👨‍👩‍👧🇩🇪",
        "\0\x01\x1b\x7f\x80\x9f",
        "▁▁ ",
        "ǅǈΣσςİıẞﬁ",
    ]

    def piece():
        draw = rng.random()
        if draw < 0.12:
            return rng.choice(extra)
        if draw < 0.2:
            return chr(
                rng.choice(
                    (
                        rng.randrange(0x800),
                        rng.randrange(0xD800),
                        rng.randrange(0xE000, 0x10000),
                        rng.randrange(0x10000, 0x20000),
                        rng.randrange(0x20000, 0x110000),
                    )
                )
            )
        if draw < 0.25:
            return rng.choice(" \n\t\u00a0a1!") * rng.randrange(1, 40)
        return "".join(
            rng.choice(rng.choice(kinds)) if rng.random() < 0.2 else rng.choice(k)
            for k in [rng.choice(kinds)] * rng.randrange(1, 8)
        )

    return ["".join(piece() for _ in range(rng.randrange(1, 14))) for _ in range(count)]


def shared_texts():
    texts = []
    for folder, _, files in os.walk(os.path.join(DATA, "text")):
        for file in sorted(files):
            with open(os.path.join(folder, file), encoding="utf-8", newline="") as stream:
                texts.append(stream.read())
    return texts


def byte_level(pattern):
    split = pre_tokenizers.Split(Regex(pattern), "isolated")
    return pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def train(corpus, pre_tokenizer, size, **options):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizer
    trainer = trainers.BpeTrainer(vocab_size=size, show_progress=False, max_token_length=24, **options)
    tokenizer.train_from_iterator(corpus, trainer)
    return json.loads(tokenizer.to_str())


def with_parts(parts, normalizer=None, pre_tokenizer=None, added=(), post=None, **model):
    """A tokenizer like parts (the contents of a tokenizer.json) with other parts."""
    parts = json.loads(json.dumps(parts))
    parts["model"].update(model)
    parts["post_processor"] = post
    tokenizer = Tokenizer.from_str(json.dumps(parts))
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    return tokenizer


def template(before, after):
    items = [{"SpecialToken": {"id": t, "type_id": 0}} for t, _ in before] + [{"Sequence": {"id": "A", "type_id": 0}}]
    items += [{"SpecialToken": {"id": t, "type_id": 0}} for t, _ in after]
    specials = {t: {"id": t, "ids": [i], "tokens": [t]} for t, i in before + after}
    return {
        "type": "TemplateProcessing",
        "single": items,
        "pair": items + [{"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": specials,
    }


def added_tokens():
    tokens = []
    for i, (lstrip, rstrip, single, normalized, special) in enumerate(
        (a, b, c, d, e) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1) for e in (0, 1)
    ):
        tokens.append(
            AddedToken(
                f"<|t{i}|>" if i % 2 else f"wórd{i}x",
                lstrip=bool(lstrip),
                rstrip=bool(rstrip),
                single_word=bool(single),
                normalized=bool(normalized),
                special=bool(special),
            )
        )
    for content in ("<|t1|><|t3|>", "<|t", "the", "\n\n", "    ", "\u00e9", "e\u0301", "a b", "<|im_start|>", "<|im_end|>"):
        tokens.append(AddedToken(content, normalized=False, special=content.startswith("<")))
    return tokens


def compare_shared_models(texts):
    for model in ("stories260K", "demo-llama"):
        path = os.path.join(DATA, "models", model, "tokenizer.json")
        if os.path.exists(path):
            compare(model, None, texts, path)


def compare_eval_tokens():
    """The token files of the data pack were made by other programs again; how, is said there."""

    def check(model, ids):
        stored = array.array("H")
        with open(os.path.join(DATA, "models", model, "eval.tokens.u16"), "rb") as stream:
            stored.frombytes(stream.read())
        if sys.byteorder == "big":
            stored.byteswap()
        if list(stored) != ids:
            complain(f"{model}: eval.tokens.u16 has other ids than its text")
        print(f"{model}: eval.tokens.u16, {len(stored)} ids")

    if not os.path.isdir(os.path.join(DATA, "text")):
        print("the data pack is not there: its texts and tokenizers are left out")
        return
    with open(os.path.join(DATA, "text/sherlock.txt"), encoding="utf-8", newline="") as stream:
        check("demo-llama", Ours(os.path.join(DATA, "models/demo-llama/tokenizer.json")).encode([stream.read()], False)[0])
    with open(os.path.join(DATA, "text/tinystories-val.txt"), encoding="utf-8", newline="") as stream:
        stories = [story.strip() for story in stream.read().split("<|endoftext|>")[1:]]
    ids = Ours(os.path.join(DATA, "models/stories260K/tokenizer.json")).encode([s for s in stories if s], True)
    check("stories260K", [i for story in ids for i in story])


def compare_byte_level(corpus, texts):
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    whole = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    # Trained without splitting: its merges cross every bound, so that each bound shows in the ids.
    parts = train([text[:20000] for text in corpus], whole, 6000, initial_alphabet=alphabet)
    begin, end = ("<|begin_of_text|>", 6000), ("<|end|>", 6001)
    specials = [
        AddedToken(begin[0], special=True, normalized=False),
        AddedToken(end[0], special=True, normalized=False, rstrip=True),
    ]
    llama3 = {
        "type": "Sequence",
        "processors": [
            {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False, "use_regex": True},
            template([begin], []),
        ],
    }
    kinds = {
        "GPT-2": dict(pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False), added=specials),
        "GPT-2 with prefix": dict(pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=True)),
        "Llama 3": dict(pre_tokenizer=byte_level(LLAMA3), added=specials, post=llama3, ignore_merges=True),
        "Qwen2": dict(normalizer=normalizers.NFC(), pre_tokenizer=byte_level(QWEN2), added=specials),
        "cl100k": dict(pre_tokenizer=byte_level(CL100K), added=specials, post=template([begin], [end])),
        "o200k": dict(pre_tokenizer=byte_level(O200K)),
        "DeepSeek": dict(
            pre_tokenizer=pre_tokenizers.Sequence(
                [pre_tokenizers.Split(Regex(p), "isolated") for p in (r"\p{N}{1,3}", "[一-龥぀-ゟ゠-ヿ]+", DEEPSEEK)]
                + [whole]
            )
        ),
        "digits": dict(
            pre_tokenizer=pre_tokenizers.Sequence(
                [pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
            )
        ),
        "runs of digits": dict(pre_tokenizer=pre_tokenizers.Sequence([pre_tokenizers.Digits(False), whole])),
        "whole": dict(pre_tokenizer=whole),
        "whole, NFC, regex replaced": dict(
            normalizer=normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s{2,}|[\p{P}]"), " ~")]),
            pre_tokenizer=whole,
        ),
        "added": dict(pre_tokenizer=byte_level(LLAMA3), added=added_tokens()),
        "added, NFC": dict(
            normalizer=normalizers.NFC(),
            pre_tokenizer=byte_level(QWEN2),
            added=[t for t in added_tokens() if t.content != "e\u0301"],
        ),
    }
    for behavior in ("removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"):
        for pattern, invert in ((" ", False), (r"[\s\d]", True), (r"\p{Lu}|\n", False), (r"(?=[A-Z])", False)):
            split = pre_tokenizers.Split(pattern if pattern == " " else Regex(pattern), behavior, invert)
            kinds[f"{behavior} {pattern}{', inverted' if invert else ''}"] = dict(
                pre_tokenizer=pre_tokenizers.Sequence([split, whole])
            )
    for name, kind in kinds.items():
        compare(name, with_parts(parts, **kind), texts)


def compare_byte_level_long(corpus, texts):
    parts = train(corpus[:3], byte_level(LLAMA3), 4000, initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    compare("Llama 3, long texts", with_parts(parts, pre_tokenizer=byte_level(LLAMA3)), texts)
    compare("Qwen2, long texts", with_parts(parts, pre_tokenizer=byte_level(QWEN2), normalizer=normalizers.NFC()), texts)
    compare("cl100k, long texts", with_parts(parts, pre_tokenizer=byte_level(CL100K)), texts)


def compare_sentencepiece(corpus, texts):
    corpus = [line.replace(" ", "▁") for text in corpus for line in text.splitlines() if line][:3000]
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    limited = train(corpus, None, 3000, special_tokens=["<unk>", "<s>", "</s>"] + bytes_, limit_alphabet=200)
    few = json.loads(json.dumps(limited))
    for b in range(0x80, 0xC0, 3):  # byte fallback that works for some characters only
        del few["model"]["vocab"][f"<0x{b:02X}>"]
    few["added_tokens"] = [t for t in few["added_tokens"] if t["content"] in few["model"]["vocab"]]
    for parts in (limited, few):  # a byte is a piece, but not an added token
        parts["added_tokens"] = [t for t in parts["added_tokens"] if not t["content"].startswith("<0x")]
    llama2 = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    bos = template([("<s>", 1)], [("</s>", 2)])
    metaspace = pre_tokenizers.Metaspace
    phi3 = [AddedToken(t, special=True, normalized=False, rstrip=True) for t in ("<|user|>", "<|end|>", "<|assistant|>")]
    normalized = [AddedToken("</s>", special=False, normalized=True), AddedToken("monday", normalized=True, lstrip=True)]
    fallback = dict(byte_fallback=True, unk_token="<unk>", fuse_unk=True)
    kinds = {
        "Llama 2": dict(normalizer=llama2, post=bos, **fallback),
        "Phi 3": dict(normalizer=llama2, added=phi3, **fallback),
        "Mistral": dict(pre_tokenizer=metaspace(prepend_scheme="first", split=False), post=bos, **fallback),
        "Metaspace always": dict(pre_tokenizer=metaspace(), **fallback),
        "Metaspace never": dict(pre_tokenizer=metaspace(prepend_scheme="never", split=True), added=phi3, **fallback),
        "Metaspace first, split": dict(
            pre_tokenizer=metaspace(replacement="_", prepend_scheme="first"), added=phi3, **fallback
        ),
        "Metaspace first, after a split": dict(
            pre_tokenizer=pre_tokenizers.Sequence(
                [pre_tokenizers.Split(Regex(r"\d+"), "isolated"), metaspace(prepend_scheme="first", split=False)]
            ),
            **fallback,
        ),
        "Metaspace first, added tokens": dict(
            normalizer=normalizers.NFC(),
            pre_tokenizer=metaspace(prepend_scheme="first", split=False),
            added=normalized + phi3,
            **fallback,
        ),
        "Gemma": dict(
            normalizer=normalizers.Replace(" ", "▁"),
            pre_tokenizer=pre_tokenizers.Split(" ", "merged_with_previous"),
            added=phi3,
            **fallback,
        ),
        "unknown fused": dict(normalizer=llama2, unk_token="<unk>", fuse_unk=True),
        "unknown": dict(normalizer=llama2, unk_token="<unk>", fuse_unk=False),
        "no unknown token": dict(normalizer=llama2, unk_token=None),
        "added, normalized": dict(normalizer=llama2, added=normalized, **fallback),
        "ignore_merges": dict(pre_tokenizer=metaspace(), ignore_merges=True, **fallback),
    }
    for name, kind in kinds.items():
        compare(name, with_parts(limited, **kind), texts)
        if kind.get("unk_token"):
            compare(name + ", some bytes", with_parts(few, **kind), texts)


def compare_patterns():
    """How patterns are read. Again the number of ids shows where they cut."""
    patterns = r"""a{2}+ a{1,3}+b (?:ab){1,2}+c (a|b){1,2}+c [ab]{2,3}+ x|a{1,2}+|b a{2,}? a{1,2}?b \p{^L}+ \P{L}+ \p{L}{2,} \u0061b?
        \x{61}+ [a-c\d-]+ ^a a$ a. ^\s+ \s+$ (?<=a)b+ (?<!a)b+ (?<=^|\n)a (?<!\S)a+ (?i:s+) (?i:k) (?i:[sk]b) (?i:[^s]) (?i:[a-z]+)
        (?i)AB (?>a+)b \f \t \a \e (a|b)+c [^\n]+ [\s.,]+ a* (?=a) b*? \d+ \D+ \S+ [\-\]\[\^]+ \{ x*+a [é中]+ \p{Nl} \p{No} \p{Zs}+
        \p{Lu}\p{Ll}* .+?\n [^\p{L}\p{M}]+ \r\n|[\r\n] \s*\n (?:\r\n|\n){2,} [^\s\p{L}\p{N}]+(?=\s|$) a| |a (?:a*)*b (?:a?){3}b"""
    letters = "aaabbbcABC  \n\n\r\t1234.,-_{}[]^$ſsSkK\u212aßé\u180e\u0085\u00a0\u2028\x0b\x0c\x07\x1b٣Ⅷ½中ab\u0301"
    rng = random.Random(5)
    texts = ["".join(rng.choice(letters) for _ in range(rng.randrange(1, 25))) for _ in range(500)]
    for pattern in patterns.split():
        tokenizer = Tokenizer(models.BPE(vocab={"?": 0}, merges=[], unk_token="?", fuse_unk=True))
        tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
        compare(f"pattern {pattern}", tokenizer, texts)


def compare_every_code_point():
    """Every pre-token becomes one unknown token, so that the number of ids shows where patterns cut."""
    points = [c for c in range(0x110000) if (c < 0x20000 or c % 16 == 0) and not 0xD800 <= c < 0xE000]
    texts = ["".join(f"{chr(c)}{chr(c)}a{chr(c)}1 {chr(c)}" for c in points[i : i + 16]) for i in range(0, len(points), 16)]
    for name, pattern in (("GPT-2", None), ("Llama 3", LLAMA3), ("o200k", O200K), ("DeepSeek", DEEPSEEK)):
        tokenizer = Tokenizer(models.BPE(vocab={"?": 0}, merges=[], unk_token="?", fuse_unk=True))
        split = (
            pre_tokenizers.ByteLevel(add_prefix_space=False)
            if pattern is None
            else pre_tokenizers.Split(Regex(pattern), "isolated")
        )
        tokenizer.pre_tokenizer = split
        compare(f"every code point, {name}", tokenizer, texts)
    # Normalization: a character, alone and among marks of several classes, as bytes
    tokenizer = Tokenizer(
        models.BPE(vocab={c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    texts = [
        "".join(f"{chr(c)} a{chr(c)}\u0301\u0327 {chr(c)}\u0323\u0308{chr(c)}\u0338 " for c in points[i : i + 64])
        for i in range(0, len(points), 64)
    ]
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        tokenizer.normalizer = getattr(normalizers, form)()
        compare(f"every code point, {form}", tokenizer, texts)


def check_errors():
    path = os.path.join(DATA, "models/demo-llama/tokenizer.json")
    if not os.path.exists(path):
        return
    for bad, where in (
        (b"\xff", 0),
        (b"abc\xc0\xafdef", 3),
        (b"ab\xed\xa0\x80", 2),
        (b"x\xf4\x90\x80\x80", 1),
        (b"abc\xe4\xb8", 3),
        (b"ok\xc3", 2),
    ):
        (answer,) = Ours(path).encode([bad], False)
        if not isinstance(answer, str) or f"byte {where} " not in answer:
            complain(f"{bad!r} is not UTF-8, but the answer is {answer}")


def main():
    if tuple(int(part) for part in tokenizers.__version__.split(".")[:2]) < (0, 22):
        print("SKIPPED: tokenizers", tokenizers.__version__, "splits by an older Unicode, 0.22 is needed")
        return 77
    added = [t.content for t in added_tokens()] + [
        "<s>",
        "</s>",
        "<unk>",
        "<|end|>",
        "<|user|>",
        "<|begin_of_text|>",
        "monday",
        " the ",
        "<0x0A>",
    ]
    short = nasty() + fuzz(2500, added) + ["".join(added), " ".join(added), "x".join(added), "  <|end|>  \n<|end|><|end|> x"]
    long = [
        " " * 250000 + "x",
        "\n" * 75000,
        "ab cd " * 40000,
        "x" * 50000,
        "é" * 50000,
        " \n" * 50000 + "y",
        "1" * 50000,
        "a\u0301" * 50000,
    ]
    pack = shared_texts()
    corpus = [text[:150000] for text in pack] + short * 2
    compare_shared_models(pack + short + long)
    compare_eval_tokens()
    compare_byte_level(corpus, short + [text[:15000] for text in pack])
    compare_byte_level_long(corpus, long + [text[:100000] for text in pack])
    compare_sentencepiece(corpus, short + [text[:15000] for text in pack])
    compare_patterns()
    compare_every_code_point()
    check_errors()
    print(f"{problems} differences" if problems else "all ids equal")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
