#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Decodes a carvq file with NumPy alone: doc/format.md once more, in few lines and without haste. It needs no other file: the
constants of the trellis stand at the end. Rows that are not asked for are not read.

usage: decode.py FILE                           the tables
       decode.py FILE [--table NAME] ID..       rows, each as its id and its values; an ID is a number, a range 0-99, or all
       decode.py FILE [--table NAME] ID.. --npy OUT
"""
import base64
import functools
import json
import sys
import zlib

import numpy as np


@functools.cache
def trellis_table(S, k):
    """The constants of the trellis, [2^S, 2]."""
    data = zlib.decompress(base64.b85decode("".join(CONSTANTS.split())))
    for states, step in [(10, k) for k in range(2, 9)] + [(12, k) for k in (*range(2, 9), 10)]:
        if (states, step) == (S, k):
            return np.frombuffer(data[:2 << S], "i1").reshape(1 << S, 2)
        data = data[2 << states:]
    raise ValueError(f"no trellis of {S} state bits and steps of {k} bits")


def read_header(path):
    """The tensors of a safetensors file, its metadata, and where the data begins."""
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    return header, header.pop("__metadata__", {}), 8 + size


class Table:
    """The description and the tensors of a table; their bytes are read when they are asked for."""

    def __init__(self, path, name):
        header, metadata, self.begin = read_header(path)
        self.about = json.loads(metadata["carvq.table." + name])
        self.tensors = {key[len(name) + 1:]: about for key, about in header.items() if key.startswith(name + ".")}
        self.V, self.n = self.about["rows"], self.about["cols"]
        self.path = path

    def map(self, part, dtype):
        about = self.tensors[part]
        begin, end = about["data_offsets"]
        if begin == end:
            return np.zeros(about["shape"], dtype)
        count = (end - begin) // np.dtype(dtype).itemsize
        shape = about["shape"] if np.prod(about["shape"]) == count else [count]
        return np.memmap(self.path, dtype, "r", self.begin + begin, tuple(shape))

    def bytes(self, part):
        return self.map(part, "u1")

    def values(self, part, rows=slice(None)):  # BF16 or F16 to float32
        bits = np.ascontiguousarray(self.map(part, "<u2")[rows])
        return (bits.astype("u4") << 16).view("f4") if self.tensors[part]["dtype"] == "BF16" else bits.view("f2").astype("f4")


def numbers(bits):
    """The last axis as bits, least significant first."""
    return (bits.astype("i8") << np.arange(bits.shape[-1])).sum(axis=-1)


def row_bits(data, width, rows):
    """Bits of rows that lie one behind the other, width bits each: [rows, width]."""
    first = rows.astype("i8") * width
    places = first[:, None] // 8 + np.arange((width + 14) // 8)
    bits = np.unpackbits(data[np.minimum(places, len(data) - 1)], axis=1, bitorder="little")
    return np.take_along_axis(bits, first[:, None] % 8 + np.arange(width), axis=1)


def every(V, rows):
    return np.arange(V) if rows is None else rows


def decode_rvq(table, segment, prefix, V, rows=None):
    h, g, L, kappa = (segment[key] for key in ("subvector", "group", "stages", "code_bits"))
    n, S, rows = table.n, -(-table.n // h), every(V, rows)
    bits = np.unpackbits(table.bytes(prefix + "codes")[rows], axis=1, count=S * L * kappa, bitorder="little")
    codes = numbers(bits.reshape(len(rows), S, L, kappa))
    r, s = rows[:, None], np.arange(S)
    group = (r * S + s) // g if segment["grouping"] == "rows" else r // g * S + s
    used, group = np.unique(group, return_inverse=True)
    books, group = table.values(prefix + "codebooks", used), group.reshape(len(rows), S)
    y = books[group, 0, codes[:, :, 0]]
    for stage in range(1, L):
        y = y + books[group, stage, codes[:, :, stage]]
    return y.reshape(len(rows), S * h)[:, :n]


def decode_trellis(table, segment, prefix, V, rows=None):
    S, k, b = (segment[key] for key in ("state_bits", "step_bits", "scale_bits"))
    n, steps, rows = table.n, -(-table.n // 2), every(V, rows)
    bits = row_bits(table.bytes(prefix + "codes").reshape(-1), b + steps * k, rows)
    scale = table.values(prefix + "scales")[numbers(bits[:, :b])]
    path = np.concatenate([np.zeros((len(rows), S - k), "u1"), bits[:, b:]], axis=1)
    states = numbers(np.stack([path[:, t * k:t * k + S] for t in range(steps)], axis=1))
    return scale[:, None] * trellis_table(S, k)[states].astype("f4").reshape(len(rows), 2 * steps)[:, :n]


def additive_codes(table, segment, prefix, V, rows=None):
    """Columns and widths of the steps, books by class, classes of the steps, codes [rows, T], scales of the rows."""
    strides, M, b = (segment[key] for key in ("strides", "span", "scale_bits"))
    n, P, begins, rows = table.n, len(strides), [0], every(V, rows).astype("i8")
    while begins[-1] < n:
        begins.append(begins[-1] + strides[(len(begins) - 1) % P])
    T = len(begins) - 1
    widths = [sum(strides[(t + j) % P] for j in range(M)) for t in range(T)]
    classes = [t if segment["books"] == "position" or t < M - 1 else M - 1 + t % P for t in range(T)]
    books, data = {}, table.bytes(prefix + "books").reshape(-1).view("i1")
    for c, w in sorted(dict(zip(classes, widths)).items()):
        books[c], data = data[:16 * w].reshape(w, 16).T.astype("i4"), data[16 * w:]
    assert not data.size
    # Tiles of 16 rows and 8 steps: in chunks of 512 rows, blocks of 16 groups of steps, pairs of tiles, groups, tiles.
    G, data = -(-T // 8), table.bytes(prefix + "codes").reshape(-1)
    assert len(data) == -(-V // 16) * G * 64
    r, group = rows[:, None], np.arange(G)
    chunk, block, pair = r // 512, group // 16, r % 512 // 32
    tiles = -(-np.minimum(512, V - 512 * chunk) // 16)             # of the chunk
    of_pair = np.minimum(2, tiles - 2 * pair)                      # and of the pair
    groups = np.minimum(16, G - 16 * block)                        # of the block
    tile = chunk * 32 * G + 16 * block * tiles + 2 * pair * groups + group % 16 * of_pair + r % 32 // 16
    pairs = data[(64 * tile + r % 16)[:, :, None] + 16 * np.arange(4)].reshape(len(rows), 4 * G)  # a byte: two codes
    codes = np.stack([pairs & 15, pairs >> 4], axis=2).reshape(len(rows), -1)
    scale = np.zeros(len(rows), int)
    if b:
        scale = numbers(row_bits(table.bytes(prefix + "scale_codes").reshape(-1), b, rows))
    return begins[:-1], widths, books, classes, codes, table.values(prefix + "scales")[scale]


def decode_additive(table, segment, prefix, V, rows=None):
    begins, widths, books, classes, codes, scale = additive_codes(table, segment, prefix, V, rows)
    sums = np.zeros((len(codes), begins[-1] + widths[-1] + 32), "i4")
    for t, begin in enumerate(begins):
        sums[:, begin:begin + widths[t]] += books[classes[t]][codes[:, t]]
    return sums[:, :table.n].astype("f4") * scale[:, None]


def decode_raw(table, segment, prefix, V, rows=None):
    return table.values(prefix + "values", every(V, rows))


def find_tiers(table, count, rows=None):
    """The tier of each row, and its rank there, from the directory: blocks of 64 T rows, T being a power of two."""
    t, rows = int(count - 1).bit_length(), every(table.V, rows)
    T, data = 1 << t, table.bytes("tiers").reshape(-1)
    size, tiers, ranks = 4 * T + 8 * t * T, np.zeros(len(rows), int), np.zeros(len(rows), int)
    for block in np.unique(rows // (64 * T)):
        before, planes = data[block * size:block * size + 4 * T].view("<u4"), data[block * size + 4 * T:(block + 1) * size]
        bits = np.unpackbits(planes.reshape(-1, t, 8), axis=2, bitorder="little")  # the last block ends with the rows
        here = numbers(bits.transpose(0, 2, 1)).reshape(-1)
        rank = np.zeros(len(here), int)
        for tier in range(count):
            rank[here == tier] = before[tier] + np.arange((here == tier).sum())
        inside = rows // (64 * T) == block
        tiers[inside], ranks[inside] = here[rows[inside] % (64 * T)], rank[rows[inside] % (64 * T)]
    return tiers, ranks


def add_adaptor(table, y, rows):
    W0, b0, W1, b1 = (table.values("adaptor." + part) for part in ("0.weight", "0.bias", "1.weight", "1.bias"))
    z, a = table.values("adaptor.table", rows), np.tile(b0, (len(rows), 1))
    for i in range(table.about["adaptor"]["dim"]):
        a = a + z[:, i:i + 1] * W0[i]
    y = y + b1
    for j in range(table.about["adaptor"]["hidden"]):
        y[a[:, j] > 0] += a[a[:, j] > 0, j:j + 1] * W1[j]
    return y


def decode(path, name, rows=None):
    """Rows of a table, by default all: float32 [rows, n]."""
    table = Table(path, name)
    segments, rows = table.about["segments"], every(table.V, rows if rows is None else np.asarray(rows, int).reshape(-1))
    if len(rows) and not 0 <= rows.min() <= rows.max() < table.V:
        raise IndexError(f"{path}: table '{name}' has the rows 0 to {table.V - 1}")
    if "codes" in table.tensors:  # as in version 1
        y, raw = decode_rvq(table, segments[0], "", table.V, rows), np.zeros(len(rows), bool)
    else:
        decoders = {"rvq": decode_rvq, "trellis": decode_trellis, "additive": decode_additive, "raw": decode_raw}
        tiers, ranks = find_tiers(table, len(segments), rows) if len(segments) > 1 else (np.zeros(len(rows), int), rows)
        y = np.zeros((len(rows), table.n), "f4")
        for k, s in enumerate(segments):
            if (tiers == k).any():
                y[tiers == k] = decoders[s["codec"]](table, s, f"segments.{k}.", s["rows"], ranks[tiers == k])
        raw = np.array([s["codec"] == "raw" for s in segments])[tiers]
    stored = y
    if "mean" in table.about:
        y = y + table.values("mean")
    if "low_rank" in table.about:
        r, b = table.about["low_rank"]["rank"], table.about["low_rank"]["bits"]
        bits = row_bits(table.bytes("low_rank.coefficients").reshape(-1), r * b, rows)
        coefficients = (numbers(bits.reshape(len(rows), r, b)) - (1 << b - 1)).astype("f4")
        for k in range(r):
            y = y + coefficients[:, k:k + 1] * table.values("low_rank.directions")[k]
    if "adaptor" in table.about:
        y = add_adaptor(table, y, rows)
    return np.where(raw[:, None], stored, y)


def parse_ids(words, V):
    ids = []
    for word in words:
        first, _, last = word.partition("-")
        ids += range(V) if word == "all" else range(int(first), int(last or first) + 1)
    return np.array(ids, int)


def main(arguments):
    options = {"--table": None, "--npy": None}
    words = []
    while arguments:
        word = arguments.pop(0)
        if word in options and arguments:
            options[word] = arguments.pop(0)
        elif word.startswith("-"):
            sys.exit(__doc__.strip())
        else:
            words.append(word)
    if not words:
        sys.exit(__doc__.strip())
    path, ids = words[0], words[1:]
    names = [key[len("carvq.table."):] for key in read_header(path)[1] if key.startswith("carvq.table.")]
    if not names:
        sys.exit(f"{path}: not a file made by carvq")
    if not ids:
        for name in names:
            print(name, Table(path, name).V, "x", Table(path, name).n)
        return
    name = options["--table"] or names[0]
    if name not in names or (options["--table"] is None and len(names) > 1):
        sys.exit(f"{path}: choose a table with --table: {', '.join(names)}")
    table = Table(path, name)
    ids = parse_ids(ids, table.V)
    out = np.lib.format.open_memmap(options["--npy"], "w+", "<f4", (len(ids), table.n)) if options["--npy"] else None
    for first in range(0, len(ids), 256):  # no more in memory at a time
        rows = decode(path, name, ids[first:first + 256])
        if out is not None:
            out[first:first + 256] = rows
            continue
        for number, row in zip(ids[first:], rows):
            print(number, *(f"{value:.9g}" for value in row))


# int8, [2^S][2] for S, k = 10, 2 .. 8 and 12, 2 .. 8 and 10; zlib, then base 85.
CONSTANTS = """
c-joNXO|<{VWx>dL?93W69MnNNg$ElSC%*3>}o@H(+x>!q>(t9Ssm@pIb(Kz!=62}vu9TtFHt*7QKCpT$tJtIy1S~nd}gKhnJ@|OeINjY0m5wkfcxQ|``+h$
UXOC}o&wvvY9TV^wo6@gJIcew<d8LkXun!2n>7(KT{IZ!G${FW!`_a%nIuPsTe=7@zZ88GG{<g?br%xYEf{=OD(9@wnmUe-qDoHv_(`F!6WZp7M-t?(S)Bx#
wUX{EjHdeT>k&Cy?5m3NB}iD%140^8H_PX^vp1uy>6wB;KVdt~6AhL?ptaK1Lz?2LgxX-VoHnboW2Mx0RZRBV)Dr^1M!>}Z;xdZ&`q&`n;Ty(Q(PXy|q?o+j
kk3F$eA5^r$zo=Czkwmj)@bW}jE8!mZh)l?7cOI^d=Vb8cJqOUQM;KY6^={P*Dc-wL2f1oYL;z7c_<^?RLeV4PRjT^Qyc4*!$~6UxG8)RZS$-kayxde<2?3W
k}5Oaj+kVMb5V8C#;?@T327jM8g+L~bDP#yH>VL%FjGBsDQomIE!bfj9g7N=hCY0J2rEG4Qn#_(L4k@u&mjlq-G1AwY5D-B91Nqm9<5`mvG&@6H5axCx>A#Q
iu4an3aih&U+$@u?dZ@HYeC&2s5Xxei0<xi6fo2#?YZ{IgTM)Lg6KU7wHdVwr%K0T+p67Dsk|czhqNN==Ci&wbG@Rd?;eY2Z=^44g8M;Py^VQPnj7=AV>8!;
U3mIys3kfG4mP3bY-tMC^jP`kWM~X{vJJ-*p{xSyxWmV}N=*-;X$}T1XsCJ_onS(}jtRJj)iU&qgRf!<)II0SLU2x0_{D}>0-`l&P;h{FriBOGBM=bC{KZ^=
%JQnVXk0XA)SXj3I(N|paKc(Tr>6$$l?E~HcyvQYVW{blafjwcp{H<5LM5d|BUpV}&tNBW@-$$#z{T-OWI&Gt6Kz7JO||J#NZ~*l^K_zR)|{*PQRmFj7U9ZL
Iv3M{wD^oPcZPlq71mVC5OqvUm|EBrx(AGoke;_iX^vg`N&TI)(BVt~8>|ZY{j*cdCfTO@ROH;EAbYHPCrPfmBvu(i$Fepe+i@qm=6p@9IN)8~v97t<?gnSI
va_kY)=sgcHk^mbn?wsU0S%qBVa0+#SX+<jGIG7D>J4qyd%7)NOtvkixmd8l)+uvgE|K>1X>}gA+WK{8AL`PohsF6(rsX`sA;FT=Vc~j$;Jj8%q9JmcNm*4c
n9#j=!5hj3L~guh5V)6lIfW`NO{SYI+VhE(Y+Jw@7Qw(icfb1PV7cr{$|kd4>Z|Oiq%jTgK<Pwb0XiQbY4o6FK8gB4kt%H2G|<&;I!HlYLMkb3%gwZoFUT~L
!3wJ_<eT~cAgtBmGB3>9RW-Fx0p)ipDa?rN%lLu>8B*fnSW0+gLdmk$)D>)m+E^~PyB3qn+U<0D9tVEPDLee;D`>1CK($jUCoFelgXOXaXH2G}6wBJU#&p6w
;7sO;OAgu$_?S^@#^XFmm04H^ra>V`-mBx5dhS%K?@)b*uVy7&inxGZkuiyj`3CI=WgUFk?Ae9~o#Jc9$nMf;u;=ukbNjM$00iw^S{Q=1v3dhun%05ZXQYf`
eN1};^{XlfG0S(S8#Zgz+sYby3avU(U0$D%m_Tzlb&!=Gs<Co@&ybyt`Q(VAYz@~iWyLO&*^-x$=Zeu}FCiixiDEM)t=6UMKk1IQp<5$>$iwFBXk9~!22~;$
zKCK%t~4`Nv~x{NVX!k+yld<AT~&fko*E+=WZ<zza57FIOkX{>5IW`xNAme0tUZF;%jnRk)@;ica-0!p+j~u$)p?NK=Y(YhLWF8anMY*S9Ls2DMutz7Mcy)L
-Ii-A?O=aoGgZ665Mzi8xi;wc)90W{xQhZyGRE%h8MWPJIy-4rRd^uRPn)$pzBOm-bQC)m8du{wHOBXys>Sv`1{(SW2f*63yIJPC5^bkprHi5te1yeV>zo)Q
)oK?MGcK`B=oc<?zFiOo!oA{T7A7`uqSLis^Ov%I8dOrLd~_lXe?XE7jSK}FH!Y7rkPM5QKi}8snv+sH_h@_+fFM;F%?)T1UiUA)qE~2ONj?HAL5Cn!ZJIr`
H1Z{=f(Yuy`!NA-X>_-h8H?4&ls#Bi4`VZIgEOR_X{mV=G8nGa3NU%DR9+NFK_9?`mlb7Rrzm>heBb5N76*YmBZRK@z1j@NH#Dv(b~yCA^AFYZM1dDd0WBw_
QjP&?%h&X5?`{({_LZ)}>AC+c9;Yh=^THM!QyYNmm1m4bOLDG^T`S2A^4`vY{04-Q5EhSwQoWW&l`~H2Wc0+*WJhbwBfUy(pl+YuG+EWYiq<jeW)h^mtM-nu
p(|TcpZoQz%F!tZRP{u)4ftI9Da1LdPly*yvtK4RWRn~QHJ5WE-DNb^()4y!{n02Y==A6C%-!Z0>()04uR~Q#>RY_lQL#JT(&TK+nQF#PrpU~<Y)V$C*JjV_
<Eatn1nZmb@X`@kpY2su(3`-huCSJ%b%dB6l&gNj4Sql08}i65PQfe~@LF=UCjLi&Oiz~GXg6wnvYtqR>fUi7rLx^o^O`uri1ukDtlA=NdEDNc%&SLZ<^m)!
?5oWj;m**r^OkD2nVD=L#Dc$!5-NF%x$#^9W|~aE$-2&tVr`{dp5s9woTBddrcWI5v|~WqTk*Q<?|WL{rQUoIAy^1)=l2NRR0B1gtqR9r{YMi64fadV(C-Tj
24O=*Fz@X<v7r*lp3y;BspRvYWl8Fp3|X0Q3kVJVcCOKbUFJjqPK&N`<m@2>8s`nl?V(VJW#nK)-t_7VSwS25VT#PcT&1s%zqeelyj6E<pv8!^t8Wx_>;SO(
X|H9M(MFKU!-vAK?R-zG2q&tTsdqXhf}@mnW}V)uR>sq#P9T3`51Wor3PGQakFErThNfCFWHezpWDLYjL_wzZ%eriRo!fLeE~$|;%A8p&Txa?{WnO>nwTeZI
{7tf9?@vbib?Hk93K|O1mmzt~SkuKDT^d<@FvS^+CzHZlqrbb~H4`(ki^x#PV44^%j0;+ohv@RB@lItW7V^;>j&4+J!$b|ipXqp0h79KA#l$xtvz23P7q69-
5ul_ULf0X4FBJ{*4N3vGz-2R1%RHBtVoMQKHAkvlPT=P~23B+8omxveayWS1O#R3-8ue29jAh44dR4Zol9_(GO_?;VV#@&xsX=&RVQ92|q2iw-{pM^-o$I>6
I`@s9j^0u&d^O08+%s7?dVJ6#6omo(fx!geSPr7QnJaV3sYN2kTgNC~UIpZ<l}!Ud_R@wJ|LNMLy<bzB`yhJ$d7gets-$FUM6eqlPW5K|+J#>z)cDTL2H|+)
pxGv8YF(AJ44o}o9rBn`X%a91rZ@C^Pu<FRw<vq<^Jc(+Gt`vge8j3u>0F&Zg#B0AL#bia*Q{!N6-925lkV3-lcf(xe@f?ipi#j7-OW(1!boN1wdHI?&sVb@
k<f`*$I`4iN6R2bcIcHF&+}HTL*%vf@bHO{%cNJEgzj9hk=O4gsSXZLyGuxkiWqc#{{evRIQ#pOe@P<;<1W7Jt)e#d{S0$yaN*WX8Z(ol=5dK%YE7zN<co=q
ixAqB%MCbST2)bbBh?4&p?%%b1tW)u3+krkV$SOKSL9XAQB^5ft+&$UFJPGS0f>`pnUJ@|^Qf&*k=M7nDv%tWoU!Lq(Y(SNRDjWM`hsX%eOUcUFEG|z^RO%*
gMpVwqciVm*=>qRTW*#h`vd*KO#Vm@XbXceCQoGz?(cCWTNtD*Oz%h$vtaVZp*JJE-Ihqp`+1PG?px<lWe?F<+t^%iZ>xA&XaHIJO<Fy(le%dLIVJi8?4+re
q|c1qwe`h(-dP(+3c}y%*4@zV0=(BTF#rT%6*sbEA^V4?Ak(|52I0qVJ|=i{a9XuFEG-s=jUBdB(MPe|0CF2%<sf-Z_8m3uVAnjNn;Ok$O_7bp@UpD}x!#OL
yzB*%?xp@FDxXwC^`SFFy(!(h*lVdG%AN@gi+}#D`Y@<0Sis92mQ6{6>R8aX*YXL-t;_g9_ovQ^l@cQo!nZPr!*POZ*QQNX<|bRefGEQ%i#8wdm5ho&rrT&l
9R6Jw3AVQET=?V|NFn^B6PUSlc`O>?Mv5j9tUT?ia4o<TxpC0fg7?ts#!h8)JEiisMosnCywYZ_Bybm0`^|ZA@x72&>|v%VfxSpyfwrxEj`7iZky3KFppZjC
uWA(!wC+{P=z@MRs4_}3ovK~BgaoaL?QL6;ut$rr=XCc91^cQ-&oHN!T{9jF0bMCjzf4Fdf~TMbkv|uuiNz%bu3l=YdS&t(!HZ^+atBq0QCzYw(m<j>=!8&8
bAwkfs>{wO(yi(EFFWMuUf72jm5h;>C0f4I@w#J3!>WZd86BL^gSCwQRPYy&uPd)DrXh53@u1c-+IYhH5ql|2cn-J95YQ1a-T=5h&YRR^p)FyuD}E#U(h=t2
Tdz71d3$0U=ZD*;cGhZhG<(a9=UL6MdXTIw0w6EXqMm=`D?0c0Yk5v?(;jPy19oDrfsm`FBw%cd#Hb60&(ELFcth2qz(xf3DQO=6Kqb)Q5pk%rDMC%%6!)N2
7}FLqsZi@HS6FQ%Tt1%EVAhVTVp}eNDP?=Bgz2wYhnKAxQZ;dzVKjq-Wn{6F*GjV>r`qQ&$%ZSN>5Ay82Ah_-ULcjyg&Lr(ea1F(q{KH|9fM3rWYh<XK;Ts)
yf%`6rHj-&Q2~vHa6?dl73Kc5TSk{++=}?RJC+t{8{W55p&^0*M|pcFD@RPLLv=o+?sa;5_9usatGC?rt+tOefEd&4%esB-SHr$|rGyf;eq1-FJfhG1<MXxS
a#r4VGH!!5izs>)&+YqQol%6VD4kflu#b7OenwZQPsUsW2q&&d=i0q}>8oNFptkbR%=If8wKvCJ4tfEXcJT99L~K~PKW?lu=m}7;@WO%OaY_E$^ZQH)Ot)CQ
;Hd=lcRBMyISFY$b9ef?^dAhWQS>Z|P$<~X;pjyBGBz_&A;u~r=*GE*K72ymI7nSGgPyu5LCq68J`>z>uK#k9u4|wUq%fZyxW+CQGD=Rgo8*`1=z1!-qTL@D
e082Pj7w_3b~r<=g#AQZLw-%THMJ*Pp(t{lSlY-Y<qBueI!tyNa-!hIuCxn_yIZ0~iUnSC{SojpBid8mJdRD-5l`D|P@h2fNtOG53w&{6SUv}AAv}<%bvRo2
K?}QEdr^yPsi+!Nb_|nFir#%ObjO9TRFCV0)4odg*|SFm69P1b^}qSfcH)X>h-<fCGb>0lXah_XN}mVnyoar;wljWj%=V}6bxuSyIrr4u?wFrC$S2E!lB23U
;p&uKZN3V6W$03^Ftsc3C6{2#exBo<^*trqQrV^@g@tJLZkg4ZYh#n}XAoFxRWI$dq<_y_|L=<0%FtMpZBj1Z^uE5F%hC1mvu`3Xze@Py3?<K_Ay8N%OpN);
cVf2?<&~b;Ei+~Y&+OyaQbbL7s`2erGWh7cqoS#tAsg4Stgg)bk^lLajR|S_m$sD24JeH7cop>rS?>VQ9bnN<@tJ~B9R+8@m-6GP*k>K)e(zGo$%%O=MOGAd
E?=pu{=ieK4L%0v>RU|3S~iUcxLO>HpUkiG$n@4B($0nby@-4GQ4dEf_~{vcMRO*$K03+_rUkgS*&SM9mS?&VU@DtC6$gP8+IJt5QyqrOwA3B7<`NadLyZS^
UpaO2nX6X&?zF2PtZP)Y>C!F+f2p!(pQvs*Bzg$J@#T1v$~3wucmK)~fb7XF7O18CL`s}Q3IcG<>l;GD;d`wQP}-$Q1H1cnA=T4#j}`_p#KhDr$3-0~>jxGQ
_HehpZ!0cCTHQ~2F1=11!%aJ1uR4;Ng$f|wYb#HGWEZ%h!K9u^K&|qc1yIL|$2FpU{&g?pbdiYY5{{;hQZnGJ%QD?wo3ldGEYW!Nt{lw!nv3+#OaGy)TA7BG
1p?zRmp^AS_RHdE0NUN#7Onu-Z!T9+oZ&-gsR14Pp6>a<iOlYEj<lln;R49%t=IGu%U*yi3!1w9ynnExD!<SwUvy;AVi#A1@%U>jog9809W0z=hu9EQj%#Hf
Iksq)Eq0^fVip-jP1m;9QE3EKdRrZ?Sw0l44km-I7gKp759o}w?l>-^^Y^3PV8M2U)NBW^?rl&8hcrQlHWsPGo_g)gzO~x!0@gj0m0{z2{B#c376*6l!<I#p
a$Ie?QC3h+yIXu5H|8U6D!a1>cpymcG7T<2w|$b=kFU5BQGMTfnW+imlldDfol#dvfQ>rmnYej+<ogWv6!$vy(r5uO5F8JCR5hcA7r)yax-Z4Z$ty{`fkSGn
5xl!k*-aH<m^q$6x`FP5o`!XzUi)yQS{U1*jojSy2AxYDrc{l7XKw&o%+c0HMd+1+^3^f{+tV!isTIJp>wcv?oD0o6%mJ`xXj^riciDdB;-+*c8|Ov$FA&SN
o;F_F`pR$o#(t+;#MRNECRCW6u+&9-Adb(qSkj&xb-!z>(8uT^9kHt{g$vS5bQRBJay#6ZLT=|Ngkih?*e@xa0e9{E7)jcZPj4>M8yeBoo@Q}~{M2qp^mM&*
`&bmT6AQ^j<jeS_cDSI&>%)thwwCNneUU?1TnI-~gOk#2io7p3*+U~e6qyEq5Hs)&^5<C<9yuK=mB*Kw-W~5pc(hGVS@HghdBbZp+|zw{1Gm*aeJ2$HILcX5
U)yudTeAXK$&{>Lt6a5{{$j*5eXqz_1w;-M7{liZcPVLK9WZRYsEH{^{*^L6M$cj|lV_5X4;T85KC^=8bn{auuYBfI|2IQRYXDa?7TMJ4eu%AiCX`lC{HU$m
cdS*b@{_VvQ8NLcS^DW7#;&++B0tf3R@wSROU7b;P2Q0k%?|c6rf~7TzAZ#PF!eIv`FI#QQG@r`(!RIAn@qN{7mQ;oYq5`C6<Ro7g?C|*4l64m`uS^<)5}S%
yhwd@8R6cn@V=x6XDZlriwS`$ytyVf1ZUN+aNB0Vr-SZJ3$nAmbakarKXOovUv?W}ltydEhM(kazDUmG$IWU_<(Zv>z*PTt9nsGTVS_;}_fKPOzI9dJJ9#Cf
^o|QocfOcu-ZP!^n5y6mnE8IUSa^=S&_rmLZUp_48H$7q6_;)a?FKRf1t(?=H_>fQw^DYU$$cD%)u>me+L>@MZwjwHqC11t@W?b$YhUm6xbG?|YF|AbUV1l8
zP^+A@*Q2HpzdCyCVa%1;Ck|g@{`a`Cgo+?%E$hKM#LSp>p+1FTCf&Ambr%sw7-Anq%j6HUpIg?B*cPXqJ283zTH5?vfRuKzts)qO?T%&{3wa5cBNdy@NCmg
8!aV8D?(jWJM973GoAgI8XQ4b>(|Zo=rb?#F!ZK*gmiq-pxdqwzCT~EmK{?=w^?{|$pdhu&OsQ<78^=$`9wL2TKkymvm0zpq1O!KBwh8wR+U`F1Zr&UY<nki
G7e}SsOwkC&4IzbALLe!@xeQe+XAnYZ_1}M#mMSO+3vp}(r?3$)tv159qWb*BK&72bqx7cF}tlRpx&jfc+PentSdU!m5j>gAkmbEa%YD7B>~)(lOreH$U{Dt
gyn0>5;bGv$L{upJZl?Fn=POgUsd({vg+Zglv|{-q)C6VU!BPxe$BPTmrt~#{~Ug0{jpM}1)hM-maOwZHc5T%f3|Jt7$#bA<*zccA%?rVj+K<wgQbVQ0_5UC
oktToanuFs*4R9+J;(KgJUiK-)xYwNFOXVS*vGAwil%U>3M~FprLbfvumOlbd0PJPnqW)y>Ib3joO0DXcp#QtyhpA-?geJ&_k}|0qE(bOzRl?Zcwt$^!KYp)
)YR*TsOrPF`Nfhn8<Y*|!RfB!?6{wM+hMV-_XeM+Ro~mkM2DO{^&YnI_{jJip0WKGytelA+|>%bmQ5oX-&-o@%U|`OH?90%?cOxDQbfh5WK~dw_7+lUJF}@Q
ZMw9t%|p5l#Z6UTbn0gM*|i(K&ug)Zeds9Ulux?^u_BH}&JR6SRXwNBof}cf;67T&_33LgRs!#jPZ;3-$4YK;ph+jXb+6l%88^^T6*R$4X1?pbxr@cHw58PN
jz+wM0QTy-me5W%U7Ff@Sidn=Hhmi)LCg&Q$L!jsQ&GH7-2l&i`zYi&_+bMvJx7~oy|Mjvsq=-}zobecbfwYvURtSR2MUfEYW0!BS=Jeh(SzpdPm_{H{%|B?
14O=JJK#LsLD}8>rMP>d&n${+uXMWCMy{FR%J(`8gJB8(6|<@zsJ|=|pM7(dx1Ru9CbCOhw8MTt6)t|&WAKA5))UZnyM$Shbq)*Z&Kgr7`L{dT&Rw?-&WiLQ
I!#6&Z5=tqFVZ{a*P|1P#Y_&oYFHfg@}A&G6}WVCL9hVM>s2IYF#>32PrN7=N%-!g>M!+BP)2o3yno4Qm*KP1GN{>wXbL!^zZ#@3EdJ-B=p-RiD>9wUZ=a?w
1|EI2lLL&Iu}X_2R-SOGk-<43Q=jwgu>t!Yb-TeG#hT@_K3d_nZOebwIa9y2$4kJZ9J3%e(Nei<>$3)L%eUI`9TUUizr2e^t<a5W(%}OGHOyQz<Cm2Yq<+$5
%^Yx1*_$|ikt@vHz4U(gr%{NneEUR3TBGwYaby;{*M)W&tp!2bgj=^-Nt~wsI*F2RX(%(;p>}#gyZik8xp}OEBYcnnFUPY#J}&t4jCt#cy_4e{D!aY1dlSS4
;F_)SVNvimhw#I4rZp=-o#qSw^sYkhtj*Ta+WYLKHZRTT8567^sGj8U>70)@7FH8-Np)Dzc1^j5HNLNoo+JPSDVx=^htA&gP_DTU>`d;PsEk|S*4$>;<qD#E
t3>ysq_^{m7uuz=%GBF+Up*+LJd^(XO$G4aqTA|Wpj|z)jSuWSF<H!W!%1yEmcuFk5K?ckE9mNVlf8MAQyb*)7T*{1K9&C6_&E>5o3A=?qs?d-wGP9-#*oB~
iSQ#WGo-BfralQ-uhVVp4VLOqmzbW4&uLGksyLkYN>r^7;trb)cjs7Pm&y^{k&qh)dU`bgYv{fxGsg1#T}{qpEWd7b<@0B6W-$5jP+Xb}PHNIwi(z{7WC|>g
1_eBJM`hc4Xsq=^bs;!ha}4zcv{X}^lc~@vS7bXafYP7i_mIgS7;wI}9aJ4Mv21GMZkzoFs;=@Wpuat{HrrO-{Cu!`tRGz~<Rq|rS8hX>CORX7Io00OHB+2C
PfT!zr}3EbayW}G#0<VmZZ~?Zb3CzgG^tS7c`nL*QuJWfIcWq&>viP3q8VI_!$iB*VLoCWiH;C-(@+{3???Eo`cN8t^RY>-)Wx%Id3S<qS*D7Q2X{Rm{Fgx*
*3_%LJpuN5Ole#1;)#E0{>@+ql_y^&t~bNy06)<7WP0Y$u@GtLD+rp;+avnKCH`@e3yE(l<!rP2aL#$jS8;ftmfs=IwDs9`VDV#q{#9po*HBil4vRw(K@W3Z
cR5UujA4UO1H{4&30*x$n}ufHXdUbZj=!<N8@$``E|!vJ=Y>9(FQ0)YmbL1fM?U)2l`-kEW=zhjR??7GVQ?*h+=FvGd^1NJB3}7O$C*Dq)H^!kM?TL-pQ>BH
-0Hxnruv6llsF5^jiIB~<lMKC-PE=6mmesGMX~e!(#-7Qv$FH$&~eoPo@XD$iX8rYIv1je>A^aGGIED>4Me7~<&I+Y`r_Z5Nh;GP0Q(2Nl_8`^pFiz3ujOE6
O79w}XG>QbfIc9}(@8h_dEu}(eO`6pYF!y;jpS`UYMzwcnt`4qWM4T)r5D_v`%XgbttHjAT0ABvZRT`M_YHp?=>&tL8%lxGTF+#`>Y$;eIe}7|yD1}h!^YVC
U(fYwBS3-Hvib9yjDrw6d6zWoJxrE<bdV#Q&osHo@vdrG@%st%8wsu2Z@n=TE1k#guq8j3|4)T08o;+7s~%f%`|U_6ZUy!FSMVst{72*Y18rP><H!5zo;ZFm
Atu+>kAQi1%UdD(+Kb-F?m+ehodN7*rOo;v{nSOCN}R`3?J+TYZcpBC&#9Cn#{RA*O?65yTz&dJo$V^IuPeoG?Y{ilAd{+xbouAkADidjJQMmg2=xKkAJRMJ
Cu^NkcM+H!y(IphznP7Vu>biEbE5M<GVaf|wccbDJY9BJbvaoMzcx#oYBsM&Q(qW22N$!Wr}73Zex=5U1dXvm$oCxpUPm)cvkY;{n9A8(4c9)G+x3rc9sLXR
;%B|aiq%eqHqWn2sOzI+mh99`pUviwIcLr{!Kn6O-rQ1aAglI6o$f{&4IzeJG3e#O?WCphO*|Mg*QNbCp|!1U!$PsIjbCn>N(JN$n+rbc(6h`LR+MiDeg=;G
3sCF)J1tTf-`d0$(+%5(O>QL>;6X9H-zUqlcA=1RY8c%uCEu%dyvc2$1!>MFZzX<}vbA0fsu6=WG}S~}W1)$^W7V6byxZS)y18ipdM7c4>>3Vc-iG&D<mxX{
L(3SA=WATl?5=iDje(XqjR7b)2u#QQZ?(#j8H39lt8mHm*?IMZ)mOFX8&~|^GX&zJ*{)7f?L3E&zZXgRg?3ezXk^s=mvhIa{)sMeA~yVgUX6WGRNL7ka(2L!
rjrZI1FKx<ban6Myv7=$Bb?9ko)<}leDrgR<mM5iQBHQ%w5&Z|-PdgWVti_=8WeDUd#u0hm-Ry}Ctd;BB)D!F?0iOge*3KeZ@jdF!|7+?cy%tO(*zTnN@|eW
w9f|YSy~Z=6Z6smL%#KVztvbEuGHQgX~pEqsNVgH;?0k1`|9VZ)>FkGbBLYhJ)Y?Kg06kp9OE6tT{UtI{Cw=DTn@|+iM{St=QN*}SE7Hfd?LVRsZLsS`dQP8
oSK;FsR|s(dt@7*{+>^F$A-t_;Zhclp*N>qQ76?*ry5YPzbp?OaaiS(?f5c;4j#|@Mcak9Jig*ucy=2mNn((BB^k-?=k$Buv6ozT4k#FQF%uS*#=z^Q_wU^{
g!+!}LyM&l1y9aFRtNe+leio$-n!7~3X&on&j6;4)=)VH_FMaJ_jc3gA1yH2^=T)|)#nn!_{0sOhHRRd28LG3U_Oj%h&lEAxVTgMtB(VPMWkhbPvJ9K><<!A
-+he=V5&%ZxIM64ZM6&)Ah@@;QY(rUnaWh@eFu>G*f)dyHFAJ$KW8`gx2h(4UqpXv{^2uCWNqJ)%wQ`jI@mTvBUzu!gBM9DiaM`+lJ%_Z+gNivuOWjwXVs?Y
h;2M1hJz!mHo7Zyh>qLe3u$GI<$G^*x$@CS#k;JFhE1<s@kjVv<58Px^bYje(dW_W+-76i=*}61=vnJh7{CAuUH$DUW-Xy*I^`V^M8=oF`=%y}w1q1&=Soy6
WCT$@Fzkal`Js((-Fi}|yJzuFh%74?BI9Bmdl0Zy-}%w)I5uLtri)f!yI@&tj5W+Lex~iRu4{r{QQf9g-GE&Iqh%CKw=-sD8&QoKVjwdr<(HcjAs;V;EiD0s
hO${rWm55a_odu?BW|>~$y2xN+m@S=*dA?;8q3?$QkUWj$XfwH{XaI1iH843W58yXL|N2R9Via_FUOxbBHKSfba%dQT0uSQiYSslb|Wu}D`(V7l(sw~6Jr~u
;Q!jz>LPu^Y3*}KQ~EHS8PT=%j^46j+7;Z!a{0Me&Jg3AX{zQsJPp2a*)TlkWc>wMdg)50V7@$96988u?H9JQgxPe<Ob%CjXZ_j<PdDn5?!%hAa!>wc+Y;2R
s%t&*`!V>!wu4YJCyYs&K0LF^TN6x6e7p2TV=3^B|Hv08BmIVg3f4CVT>>>|-x-(=Xduhr@>4~Kj+K>S!=!S<*#9EORYsVByKu=73tpVVPg6q`u|67ewN56g
%8uf8LevNDQblAC>A5_=?}vVaL^h0l9pyAnN7c6D?#E?KNQOHAmt{1VwAWR#^$b`k6wi=QcJo8*gDra1_35z;?lJEy65UZd^|X21yD3|_rHz}vO_q7(A@2Qt
OpB9<Y1llM-%%a*tg~nOit-Ka^uo2jxxfsH?iV-bzqw({RVM9CzZ_%FAB>SHSf&faYwplrq^o;@2b&+|g$pgYzUPm4c6#{dSbENE-ah^PN>QeNJWo!ROw-hd
s#JF_q^&Ce=G}hARL%dZ+<^%Mewh{KU8@W&ZKmQK?rMdXUSoE-W-Wgsi^Y}(z<${|d`xb$p)ZqO*d1oD%A9yZ7PQX<uY1zlHQi4Ds&XN{qkU*&{&rOrr<h#-
y3JQ&RR22Igh<1E<&>;4a#+r!aIMAaMjeubRsDUNX8N6eNd1dB(>Z|{b%RVh8x>VDpw2DQ6#IGhXSbUq=>AOXy$xjH3EKmoVm4z|%sOritM%R{Hiz$am;btm
I~mW*YlBmdMOwX`eyL>o=A=sY?e5=Esb8=Sb7bWcSry=Zu2E(Ex6WM#eG}V_(uy7aD9MUn(|t>5SWh){F5Gunk)KxHGhNE;<nLX@_09yM>;TBS$_81>JoPt<
->n=JaB*LG7CCx)q(ukm69xD1{ofH+jiO-MXaGHw{<q_k{(l%;?3*jhWVTTHtN#|8l$k$#7v3~YzHn^MH@yDyYuKYT#5K;*E&KH3057<rTD)~ns1J(1@(WXA
#6BeKid}@wv-6s_CFPX6CYw@dOelEK{FC8ot5-Y^<!813R8#psiQQ$`S}?!vgx4lh;7O0<;+BmYd3ZKf^BKBuT&=^}QT528|Isb*YF53-I|mP^CI`;!uJQ7H
XCxfE1b*o>EN=MF0Mm$Dk2kojhVjK{HTK&f`%du~tmr=>qFr_Ldo1?F&v{@Vi~ihk>rg^pBSSo;rwZ(OP8f{Cjan{k8jJcX2DDRXnooB#6;$?U=~nNt%tIc6
86WC$d8<+f6#K?|Hl3?+iD-LXzYxRQ>*wsqrjz&B*(=9o`u3AF>FCnga*>J!wWk~{DQQHb@;l~w*2oF|PA-elf}tg6<<_z1Y>_93Kxq!HU3b|JU|rd`kKl5D
{4?6~f3xL-zgDb@*-}b7{9E&-vmb}I;$TDbzIgp{Md28<f$SmOHK#-5Ynvnq?cn>#3Da0*_syNg!y8Ae*6<?2m@PQjY&{ca5F~97|Gn<z3-QESa)p)5UXPeI
DoJ<MuPcwi2g3;^-~Meg^!nZFUA*X$YImM!;-qDL0f`hoK`yzkztYTDY_$dy0xzP%R+Im*x!2C$(5$4dNLFQcL75x<m|5ORz4mVJq_&h)l~lASt-@7Z)^pt&
r0KgXWm9jYI$&m4J=8L)*a7vV5x>kqE&s3Uzt@ANUbf<Z1e4V-aHiRUkl;ZOmR>dffh}ez^HXl@&ziNwZ0wLcE1gveHer02=8-H0sEJot+<-UCfh%F>X{;-o
RDJZ-U0FHhX>UB{y?yR8{?;A17+ro&O5uPeIE!nn14XEQ<62;j_kJ6`8jn~N%QJG@a_@&u_&s0g?W0LYOM_k33R>?c<CbiwJjy)0T|a0hR<5$TTYqG0vz>o)
g7hb^8tUlBQC&KustSf(w;`fj&|YcBkJW#@?;5QtQeN_cE4HNupAQ@FspUPatItR$)b!hI0_w{aQlEdnogM`xv*EOLYi`(8y56bHwgmXuA^wZQc+16)Dd>0W
@BTtsn6KiEL+QRF70z3xv=u+Cf%2?u#_RpFXD@YuQ$+>a+h45PcfRg)6uP<Bd$JL9iL307p`M2_I?E=nW%#f3-1vUo-14ZGogVP3pi=zN*`1Tm+k<MkOlbQX
@6No+l!H!N#)eJqQuTpMgDPR~$u}ZCMl<Lqr^XKLV5V-AM|hb~gq8u%6|*s&kt=k(^Eu4W2@8r{J3K9BGp7&1go4HO!&V3Qxk-IC_5OEK1{f-t&T`XVwQRSy
5D~f573KQ_>mS3BL9*Y}GP7<qQ?7?bXW6EM+aa_<L7Gg6nc7N2AQZ!ZD9BBC<dXl6GZRog`>O-NxpJyD_&P_f!k<QO+DtFYfv{gn-3A&Xx&^H+D>eV{mGfLu
mHQKj{f8Xnn3H<CMDbJG-y`>4oLYg~QOg}*;<jl8E^SO$j$7fK@wJ;H=0)>N=RoMQXQA>y=%ZWU=Fn06!wNa<WmYJgXLj<0UvxFgPu%Lxuw7Kn3WmL>OO}q(
tzKHd7b|G_{?%iWI5`f&GB2B1(Y&gR^}*#}N0{tn$=%<I%#exB@07cR8_KULu2_E+z8C_35d-(M55|@E&qjvP<k5Zz%7^5g<L}iT%KU48sAk(kL#K%ys=J1W
D{U(PCzgBuS!K(UNgRvO@k+6;lH)@^X8s;$#8jA0&x=)ylSq`tPb(Fd;=8!2#dYQL?))HWrpIde4;pc}u)?9y4Y}t@d+MpBfHQW~=d}9v*^g7mgh6gI*sVev
G#0hM!hw(~ZznlddvkjCe|ph3EI&Afl(p`P8RB~FmmBn6^F8>c%fEl~F3BsjS&j3pB}Csw2(oyNzh_EI%C`<JP1p*^ER=IIt}!CacEIn`+e(cUFJl3e{L5#o
a!D?^g6WR`>U(>2;_Tqrhec>tUF8qFGm(87|4oxx@~A&M{`9>xYxvzl(^D}`qu;e048lRE3gX&nGUsfj$Ezuj$N$qS)%D5MZd<#%bJFOoC#2qvfP>zfxjO~@
4S!qQ%2>xgnSGpJ_{&Wb<8pV9^0c&O3^*1vlaraJdF)G%SlxiX9e6oW`OCLV7Zu=Kx?^^ojw64(T2S;Y|6DbtVi1q#2$(4LMKjbQ2XgKCzR|oq--=ECYzo;?
X-s(b?DFv~#yl4CwJEMY{^UjN`{|A@@N?!(h@Ovw;%AY;(m_a=bzJLK+US3?tm>Xq*M5?mG}bMt@AOX1IK22)?^6XsK`$}%n(Y57<#(98GWesBkQp?7Gp#&Y
xpC}vSi1T|kY!IGVP*tA8kK{3rkCm29m?56LAp%;Z&HoZSO0_i=>3B$u%a*LK5!*R&DxitcK5B;X39eSnu)JJJpa8?-YM-4$Nyf{b-#-Xl<H{*%mM5V)aT^?
XDsC=OT+2rQLS?FZ&sMmkKd7=sNIjIUfwR-L&wwT<C~~kR#zVz7K1fsVK%H%CU5e^#%?(Kg|0B5|K@GGVjtr3vZZ&w2bkVKtM8Z829ZC^e6PEFiPRsMi<5)z
<J5m2)@~Sl2iDEX<aOWq=%i9$E|-4uRt}B$>(k~TnkIBaBjkhaVn}8BMo}5%=F6|$x7xPcwzl!Ub<(?7V!v8M7k;4zCdZxMTz&Lf*sf@v$)*DTyU4y(-$M(k
Pjz#Y+3<rQ^!Nb)<@kw5&h->+ehdmwMkSop4i36SDnvG_DFT2UD~MQ6mwh{r6IBTOS>*l3CzOlYlO<g$A~M-y8VEbo{a`_FCle6C`b^*?2wmUk1AaZ<V%PuV
^D4de%WTt30-4JU8FpC`JzhZDFscda{ry1nRCAv>Rj{Ha4Rl2(Yu&noS)H!LjJ|n4Xx@h9r~Zeimi6U-H+cJtG3)xJew8lQTk2-^Pf||Rp6dCD&{3(poTg}V
b~8|VqfJFFP2@9^d?>H{@w>YVwi<y>&q3JY%k2>c|GiJpTg?3)^Lf+FgC+g#4f@&R!I`PxHLF|C+r$;eh?=b0i4-b-+MPjr$)8?^_y6F#py9;LRu-T7PX}ug
PXF}ruVpo1aX?Rd%qfYV08bYAy$<+x@}z!xPqW%s#w~RGnktU`Gvv-c{{B$5^WgXt=~G#{#ToFa%)Dt-sYte=7EB`@27cXL?5e<)RW_oSPt(an9^oc_+W09b
c-z&U9+EuPNs)@q?22(g1Zij|`x~y51&FU0)>%>qT}z>(cD$78SNziOBsXAFAk1Pr<~^mRs$K~buJeTgGOhf#FW30S@j~Y46>X%*FSvzoq80a_^?A@AhQd)R
V(X}H3|Pm+f;ja(%eRkaA^GaG%Cy-1cWPwCOTBlDyC|h9ozH0}eqWI(IjLBB`A+?)eSCYtq`P&~*c5B`5?FoiJ$nQC&zSivgtR&Bu?My2W`--m*~Y)ze&T3f
Rp)~2A)O%M3V#@L-vPC4JZa32UvM`*93>1r#boQ{H=CJSL~gWQ=C9hBp6u>zYAHTi+dh|X>}*^(1)73>>;2wWz;q<-A-81jJN80lXUuo$ZYT};Hso=8?)>a`
{_tx<9e;i5X#2kWX{t_Gbovd65ntkJ`={Ezr>=|UjZuNlTEyPf+8_HZ*!wefXgj9v{}{fVkhjQQ<%m$zKe;xuQ_M}ci1P`v|9Le(5^+#vu{YYdx2CEOw|#x9
wG~ScVz8^iOXe%8xqEuWX+c0y(eVuD6z3+H<@(-Mt5P`p$AbdWBg~a-y#6zj{>9v1EW`;|S+?#a0xw3+Ye#Af%Me8<iJ5+soERKZ8B=A-DPvkypRiHPYeqYA
Y>-qqPWqMdT8**5s<1d3X$;{Kc{`e#k{_&(Mw37Ky_T>Kk0uK5UtM*DzaRrwyl~<z{<2Tfz`wI0_=U}wl0j$9sN!2U`>OCgp<~$V99sSl`<;WoG^)MS{Hk{D
1KphW;&FKT+41bd{;gS&f7Fj#Jt$oLdbYs>jA5ho1af9e+L|z`-en_>Mf<@hWXe>2ZIL%Q?g*V_%r75Cm2JI?cw@=ea<WqJe?2G%3;Qk>F)+E{aI-X0x#sn>
5NgEp=q5;YTG#E5YR%j`3Rhzxrn!fnkcuB0`7`({xbR+*H^aV{S(m;OCCBYQr5;Iv`Hx<q*&)$yY4&w($3!sUEdU$#yKdL0Zm7jC2J7(Bxm@a*dp^+kM->9l
nF&Q3p#2lF<Szd6%a&dBuk+%7?ROStvZH)}lL*VV=mS-Ctp`tj#@l})UVWsiBjW{d&gXW1I{Ia5?AOTccB@IusEM{x`qry{_WV39vvfZHXX5u?jBIn^Ga1&R
uHi6Ot?&M0bxZla@=A<|uYAxYY5c;Y3d;tL)0YyqJ8HF8&tbq-%FoxpS|2_pz;>)g2z3WQ5j@Mt<j0%cId!Rtf%H<aTyhjLGHqvQ>Bs@qlr7m*P?U`@d<|jQ
gfhHt%P|+T!*NOC#m4h6Qhhs$<OEA?#V>EbkTP7<@L3IJB+}Vi1Hqsa>#~hI)EOLla5NY+4c>ch+Z(+Opp|}la7V<#Jpn&qoq63&rX!&?eoJ1n888ENy6v?K
ReFvT3Jh394UL$iNB3f%U2t`~66On6d757fH0*xB*0Cl``Wyfuy^9M>&&!=@iAlN`tQK(7R#_tx0^vwscA2o7j4fDT$ZcL-Bj-J6@>bnB)0G_#v^Hfve#K$p
_ztApY@*VcMjeC(jz--81rTCECtM0(!_w}%eoaZRu3n6u)cp=_KzlnTud8}ReJ&_BMeXci!80aDYMhQNl0YqtXDWTCW;ZhBr)w@iJW|U@g=wa?s;VUv@MBA(
G&#>B21OCaD8e2%t1$)_S~v~Q60JtZX=57&Rvu8AV%TMiaT;1qo`GB@>Rj2@m<dg-KnCUT1vF@=BGakK7S40QhDnV~ys@vLPo=58ghHfh?Wu0u1mlxcac-ob
TXR1DLqX$r=(Xc`9x>TpLAw0->UiiGnal+(KN@c&<ra;spU{t=pt7bsfaKk}npxt+a|@Vp1^sk6BWj@mZ#(TdIXsw9B75nTb`2&X4K=05cS~0l6}{ThBx`L?
-*~o@HmE7OhVj#bmXi|b1?zJ_2_q(pbV-Tsi9=-hq3R7ysAIP4@W7z_E-X5F?QWy0b<44t%6eHjOk&ch?5>tIsJcj8hmj+5sG#?myiH}T?i#5T5_q0Gtl&f|
W^u0vDKZRc8ldD4iIuXlH{Z?KDqJ-eZixe*`zpss*;%u<D=;=@=|~LEx3Ybkb+jYXl@}&&Gs0QF-qX6w2r<=b8k?E6X@VWTC#odL&o;`!L|Lh+d(r(~bekE9
@SAqCpGKCqp!9BTI6Ku~ctr^uV-uHhV775=2Qx(9q%G$qG{m2EG+#?rpcT@aZnnuf1}K<Xx-;p|owwB5w)iAOA?{&rBNlGv(I#&3U8VIgN<KJH1|&hH$0z6^
FU)B!rAElY>dCAdN=-EOI5CK{3QPnX)|-~J5S*G|$qb-%j_#eZkyly!gk;rApLYmH1{mM5Yup<;$M{gwwKKI^|I<so9mwNQqirb{7h374jWk(1K$qu@#zXW%
qnH*e()e@)K&{D$ad=JF>MKoXV#X{>chniyLw{<zbbXjL(i~JReI495DG|3IR<4V2Id7SM+tX$ayjtc=>&@y1tuB5C#}xH~i}sxjQT`*yjEYNC3hOST;PZ;C
k1@ie2dmVaXFgnK75aHwzf@G~)+>-zFVnU6deIR}_^t`L@knmWf0@)cr9rtdxgN&j-U!%98z0U)ISwj!z!Q)u!q`l+V^#qUe?y_=lA9b2cH`_&6AJVdXf^Gt
^wfICJqcvUyZddhqtv)Mqkx$ooRPB$yG%4(NfnRZ48@SloT)gJPPPXy9Y2H1`ql@RAklJohdnJQhFAEkm>|t(jp^Z7*<0?S#=KZI7@8t!H0XOh>SoxY6cR@H
p<cw4z||hE&(Zqwcy9R{FJ9-geaoCytgAwW5n2bU;JxTbrs;R~5`s41!wa)*i@s(R#8N*}Y!YhRtxyi7OVCo%`q2*SQ0&Z8#R$mZS=hkeh(iYOjPoI4LeW>`
YUmgZr_=^rcL?HiX^vN7B_@031bRx<2WMs0!^vfzs}3sN!ipKF4Pcp3Z#^W9Ms7pYXuMk}oshbA(7Nazx2CyX&6p49C^cHG<h8oprIOV#H&uMyS(I^{?1kVl
jU~fHU)9T5`2^xHm#71F(#-3}4z8f*DUDktm8h{XxPM}h0lA`o^jJZb-!6<is<G{~$(eP0Yp5$cafwQQe@q?)!E4?zmv%|Zy;nNdj_B>{+t5^JoG(RG&AlQ3
2FeXUl1#n~sM2+-y2ADBz<?R4u07i2*fi{Nc75$M)U|2~>xAd665nYI9ks%o-;?R+tt3b^%7buHVMTeg@X`YtN1|Cld-p`3nTb|ezeFAS`4gil#9r3g<Q)lh
_-q|gIi*&=v<wh^N#Dt-ZH-4&@J%QPIA6qmspkU*LUW9nt|-}VUSY4<W&M$PU#*kuaY|MyivzDPG~Zun?J2|q&p<G89g959AroF)r)w(D21?bNVdgZA%kJ!8
#W9zMZ%7FhG?C=2$ndPII{`?b@k~E*EsZ!Of6ltyASvqhll`GlC2!w~>VqcUX6+C9c3fM1IZ-VgtHaIFwrZ3LG;0<Qq{Q+=eZWwH3ZkyR=WD&#n1xZIug#<C
u{Tkjx^TH#W;$;mL8V~6$-trv^_EASv_Y<X`TtYwo=<M%d7fVSOaO^Q0!Vo8%Uf2lXqsgEo|*2Mb+>am?J43U#YO1P(Hp&z6rtORTXQityK`gM&9?L`vV0W^
D0uH(0_mN&|3c<Bp3n2V_^DFl9uqqjF#qo9=+dY3<gd)*pvDe+=^>h3V5rjG<b8ASE$t{xD6M0BjAHkLx@zYHxkBQ3&2^sN>UrAIrfTopY`dJn%EYj0;I7tv
(v&bMA@=sju474dZE!W>T8~#$GkD7y%A)cjN>nC|Bd6%n^c{}vWs~#3rVzqwO_D*+4Q=s-b2#}hwk3OBH!2nap_bW8Fn|fSE(d&u>c+IAsbsu}>{<Wqy%~uW
GLBn|*W&yh3CM4&nWRC|xWsms10~%bny={6zszK}ldnyf=Jdurz+(#TP0Wddf!03dAR{47*NK)8izT|$^DYJ}9p^3%Y+tZl)NVtMC9R2$`i(egw|C)yvh17-
gOKw$46*McBRjP_V#k_$I4Gvv62*dn6->Wwi<T;!`I)rPln^GatI&7ogo$^&9WlYR{2EkYORqP+w_7GN+aCH&7FaQU!H}MoPnvi~8Zz|F>p&~C^4@{wQs5f7
c)|z=mqwRDPOIw?BcSRzGXoTAa)!*?LT%Ti8)Nw(D1<`s$r&PBpc@lZzJXWHLa6#WB*+fW?Gp;P@d<BmDUzSg-5Ud=YhPreS|CvOx@=WhYVJgy;2Nk?LV&dT
Pfjc|bypVKwnRtCs0fg+?j#Dq;Ja$xd$WUsiPq%(lK1UD8<29!)a%y^?zq-Pa9Yf|N#sgH3yr$8h{g!Ch`akYQGFh+rGq>&5?Wfaw*at*xyN*CfdKxa&Xteh
pjFP&Jud{Hl{LWjdT#CxlSn)3Lr8}^!Xl&2(44IM>MzJ&0%!%M0zmbaMgs5@K3iTM1h(U40kOFz6V~M5`F@sKwoPsbaNwJi`IN04(xJ_T{C?*<V+>Di^7gcO
^o7x_T@_Hz4Qy-l{)c7^129%E_zvK@V*UvZ>#RNOP9%<p5kzwIOK0ylHaY^_7!GvqbitH$v>+Q#E~$9Dj<n;EOB_%(&lq>D93EP|Fn+~#H|}jbn?-#7k-!ax
=8(Viz}`6xHrUt#zN(t(s*CKS%p>P0S9GOld7^dNj`?b6R5Q$`ZQX!g`xko)z5asP@*{|_arZg@;Jr!V>Zwn<Il7=M;WqCyospQ;*>es8Z>`ovi??3CdN39e
K4BLaL)4y$`zfsV%%p35U-NPNB72U59lvf3pq`H1xF)nt%WnRJ0EVVa{~S^h71kua_QZY|OPJDdZ{C0$1g_-E0WiZ_(hK-$S+*0^nU)NMq*}03W`YZGb*P4a
gi!TuV4Kmut+908?7>hcDH+P=dOx=7U0lio1|{2*gMxb=OHiZJx{UdCvA{fHX^S>=wPABN>->o$B8VU($#b`3i=Cv<L#r9-n}zB60;pdXVmxv*NRB6DY@fSW
(HUFto^#aT>1LG=M#t{8+55Y$rfnd~I@YymBU&~#R8-5UoZt?Tjfz8hOboh&J%A}ro-MuIjJw-Y6WTsmiYWs!*HR{Ox8oy%*V*#Iy(t0aRqoOy3RE`{)pV!%
JoL&Acc$v5HouWFT_9<cgYLqIuJb*z6+&hfs9_>Amg+)pUc=)_#A7j-qOe9Yokzz(+0w7M`#3sY#)S-AQhnc>d`NLCF{qSzLPaucql+K3;|ugw(9$`MWMw?)
G=eJM7k@q!P!e9eg92A}B#WR!WIuz<T6MQVkn1LC-s!C{0D8IN%(5lx_``kKM|FJ?H-7Fk#VaFectcZxv~SQB`cY-qQJDdWpnb52Ou2H(Vy|dAa4$$)s+(mL
M_lZ<2{^C9-&?KLu4)y+*KZAjSc+n|%r^t)woZ7P?Ib)RA!DJv8$_L)zI>LeW$4HQNIlVwSGOmY{uKk-jakz`V?Rh41``IJs|)*m*&66HX94cqK)q;PZEA_W
!#p({lch@EJ{zcj5_QqbXfF*mZPo}<Hd`&d5<=fu&5c`gGyl8+tmr5uC3bXatp3EQ;j%yUlEEw7{$XjsGkvb_H8or@vn|=tq)EKi0oBCzJ~X#sW%D$K%Kp%k
Ht~b~$_@&6J_+|ybQ6`m#au9Kmw43JzEKXq$ats;oA7CPF*jO>f9$5_!?7dgTz@)~egslh>uyFH#=B#meyqu+cv%(HspVGN0oA5W|0L{YSG$!vmcErDg^tJ8
tSRPT^~#L+aCug({3?{w8LC~2c;Rf1t>VVnuGfNB<+U+>SsU@z1LyZMdBs&9E3ptT{pY)9(Nr04vZG9#p%)QrZ8Wn|JxCwE>{GGIx$x3S<z+xzyJ|DL8>C{v
#<pICYH&AK!6S<+*$S_l!TKt9k;Co2&H1S#plU0IptM7tc4|_%e!r3+wufmG$~BKuKhYFbFRG)@VLTihJ4~bc2;4`dmG<`$=^U|q;B=x|z6-mTp>|O}7-30v
fQOvZ3BqHiy5p3(H$5NwefCt>WrJInBIozphc(vZQ#$a2DeAzpYztOV;u6K3e0yn(MqiC%ErNkWe(9xIJv1}H_*Q=^e(T_x;7XzzNVu)p$o!=yRmKDFUBisR
rmZQ#zGNdSR*h{oNtABo`<fdKEp&vKG+j5(U@+S58s7BqdKc|5M8LB%%CVTj`Ksezv|Lp&FcMrOkKla1Zb@2+YHyXsYHW?Nq`l~^rh94^-+{7Ew#Ft^&Waa6
{w30j+6ei0h=i@VY{QOPw?kL01E8ITI~ed7!1H4Y$r6sbz8*u)#c9b$3y`JD(N6H)INF%$JGVw#ca-B)Kr-K%=>FU}9<U$QzQpu|u1U3<<+*Hj*xpjD%>`hF
wLJ=|NSpKEs!N|t71;6-J?^<-vGYGx{LbhwwRukPf3_qivbM#9YscKU25s?nzgE4WjETv}1@Y<m$n2lj*(n|t@MNr%RpvFTYEE7d@Duw5IvBX6Oau{^hSRky
a&$%R5OesjFsY_Qb$Pzj-1Dk@Gvc?x=Vl~J8iJR;DzRz1&_~^V+X>aabOlXg-On%b%lLve)3a$W7$!Rwz`*6Oe>j%|fh+F^QL<u^Z`+E9d|f<1XF=!7Y{2C(
M6@Au`p(&i|FPiK<Ta<MAyD;+yvk&!@pB0z(2Tubl`Q~9q33j}lEmGe&o^u3=4TFV5GBW;<`<gB_uS)g*L5p&6yQ-2C(e~n<r8o^aN7C^7GDFW`qbPisopip
*;z;=@y>s51o6ysPjD*SS>!8-G22-56Q<ck&8C;it~)~n(B+E=jhu9M%W%c%Xqe0m4)Hs8PfKBSVMa6WFO`PzQ`VSatLx_L3SFN$VRU|j#Ty)7XothS?<x*d
@kQE_V;Z<K_4Rln6Q4Q(8yj+uTVqh4wIYKT3y(A{+Ba5FCvB;$);hGN&}Y}{2a$3i92zdINODo?cSK^%4ZLbtcFshOQ%;tgAi8JqW8<l~MsTZM>dGz-J7y~i
4JA5VMrn^W3P5hW-0Zk786_**Z?JW`VSpC}kEuZL-Zjane~4nKPJ@<Aw@0Y$`CpiZ7AF7a2EkBH8sfV}$8;^@?#pW>6On^$Krk7bcGK+zOzrj&8XdGpaJK=b
QOk0?Ihuq%F4*aKcMuPZ9R2b8`jeDDH4<zuCe8sz!$mzQ^LBhsQn=<e=GOR?!eYd=_yA!k%#;3i-&455WjzWjq}*{kNAbSpF0V8VFw(lN_#)zle<D<hf`4jF
wz9sQ>iT}b3)WN==yKzz7wJW|d$ZH`N-9~uW!C_m%+{)_)X>qLS1f33b#W6KpLSpd?)S+6Kv<iH<W8Ea5AHS_tjc^IQr1TXTySZVI4C$AKNJX7td*#{UTC!F
Z_s^{*TWVKLX(sB&<0@c=Lt@xSJUkpX(ehdy>WH@zysHgal+zs3=ji~4)o9n?Ui;Lbg)|pXH{4TFL^G<qbCmbs%7(?ZIT3Q*>d8!_QKJS!ciC03+>EFx<grZ
3iCSypkih&D9sc_uE%y#Sq@I;<17>LVu9Bak6^Zb0&-dc8`UJhcM5FTglneq*8^QTR7x*5p0>;pqi09wXIvaPF2l~NlzBQW4h_KPQlbKk%jI5rmwA!5Z{u^-
gcLkVZsmki>E&ClA=5n0V!r^y_sXe-#ligAGfRZ9MPo|f6WWJdmJd1(XLWsH!$z9vMIt)reTJ3dCT)CvFHAahR^;V{Yxyb3zW7-e<=LdT!q7!}B24ATP4%}a
X)pppy0UG70&(pSR7=ukj1Y&0puvaZ!Y)&_I(F5Gqb5Jq0}uermkMISAG#dnt=jc{e}PrCRKAQ>(8Up8n(7-4*+UEhrmw}?N1aF*nvJ+XVKf3m8)iK97FPSn
gq1^(7@2?XbGHM$vDfWq+8|I5jG%yTioPC$UU1<`URFff-DwBAGe-~Y_wU%&tJeKq6vxlKNEqa==_T&VHclZ^w%s^O*+qJ?AR4Z~!ZlKt>M-j`Hd0UUMFK3x
x#<nR0Da5bR+jM2x_EGyU40jHPQk+<V3NGcGZgm>8qJ2;1kWkb-YT-8C3S(0^0h>$>k0Lnt4qeWqd6Phl`qn`M6PV(3;6fUqG#@Z-(@BPtM2KA-DBlsp)GlG
+MNbuUu!9gZp1nnG8tEMG~9J)waZry{g9t&{&kbAC00E%bP<jeu-0DtW*&v7^}$ze`+X1(U@QTn+RHX*Pq;cA{>w@I@$QTp)kWHSTQ8o{zWzFVXJSg{;n}rp
@-t(hPOXQlgC2)a;Y4{e*g!7YH@hK87ACI9jvbqKk$s=Lr#gG5y62S~RMf`M*K^0lKvehGn~oW88)&q~m;M5OZ5TWBk(lu!mHT4P@JP<bhiwc=Ow10USpfrK
V-&RKvx^RvnUjIVW_jx6;{bP0EvT6&Iz}&n==c1GiBUM9bF|v63WJWY?ix(2LVHD>UKT(c{jj89`qL6&(NpX1(H$48^^F`Lf$Z<yg4*8@WZNGgXLK|>E^St&
4=7KjFS_aqLoYX=``fYUG<S=#`f9cENH7@sD!hp!myQG|Y|Ln*)x^_Y9dfWe&jA7o`L-G^yo#%R^_bnV@;)>ho?{0%Yn*DMa_00Mf!yO%Dd&vDWN&1AHnj4S
=*KB>eAy%GsP{^;Qo03G?DwOmZb<aaIzPD>CSWIPQ<t0&HU8Tbyug{2?OUE782JK4*W|pAKC`5TVqM<%a-9z5Rpx?`<Z}+okT7nXE(go_tZd&gm{aco#@dt4
Kh2ihf&}(V&c=!Wrx%jNlfLK<HZcY4e2$f=nXBK2`X}82;~c}T8Mdjm%is<-&jd)&01ClvQJHPeUaIA5ZEJzphYt9}DQzaFgF(oQ9OeU_F~^1G=h9oqdSi*t
JwxDbcOsgl85DUP@{FtDoiL8^-I~NeE4koOWf+-=OR;}@LPlBp-R&>twR4Ckupvat_twzMI3m1~z9`$Sc)M(^rTvmfdDy+IL<zauAI}vrk+zJ+z4uwC0P90*
V3edKs@b?CY}n=$4fj+}B3W6$!#)O{W{yvzS6c3BG+pwFen#jLLX&nyF9Yer8ESYgUf(FIA{IC1zOu21NiPU(03{(d5^{_hmM~<X*?iSMHKX>IS@%)gA{Sxc
CE@eWxbiA?LMyY5xRtuGiX+?RtdUoiAu-R}RIhig*1d^o$Oauh0RUU5)z|vjK$z+2m_IWb46&t|>_0ht+ckA3pwr|{OBI8@Gv$3&@u>@b%FH!&fP~}7>>7dm
zvImVMj1H<rwVAJaw*SSc>w;xBD~g1*y&la3nM}yJ!L^|&-SL0*`PWj6o*sQbMrJVQMNgL-p70vrU|GwwLXHcz9k<n*~D=%jX7_0_6Ju_@*${ndrfU1-SOP(
5BjD*yBV16o=GKwvR9;#PHwY6ejGdk(8*JHY0((Tg|cH!Rl?YQ{N2dnP+vFgW&zU<+w&Md+qN1Z3<1Sv%QbKNA_m1YjbJ`VvGo#s6`^HXvS^mUjCZFM`;D=4
hS&|=umn7%;>gy%Yax7PEnRj!8wTxqyHv2u3G1w{k9lhr2+KpsbdnB+s;5aaIPY5U3!43Nbp8IM>98-`tDYsO!BAMciK`RK?|9F0e#7(nASEhzU~@=}dX-s{
UObvs#{0B!*sv406pb4i{JrNogH}7&ChG(Z^?^-xmhL(q9@?d;efDO4$2Tzpes81K5$!9Zfy^YQPu(VajU#?-!ArPfYztX9s#v936f9dks}Y_*zH|fmObSAo
`2zLWrb?q4S42<4a0ju`*;&M1MIygf7qE-*;<#-*Ww_08uPTR4;0b@X4SC>*<8qeCUOPNU=%8v9`;9#bw~5M?S&Mq?`GQ7x;eOR@eaCgb9Fwf*tCjmsEbWGu
j==3FF|9raZ^MN6wB+nVq4n6YjqvgUba}pENz7|)Tqz>9p3^g^j3dhoJEe|hsOeeUd1E*!)bO?X)pW7q0@NM4GSVZJ)(c$UCvapwY+<0)<tg?o6@~IoZh_NL
&}DCPi}8*q$iXG4VR{pO|6R<V*z6jORhRmU^^xB9x=wGF-vIkG)D{=M^uzmby;zKl8<+@$adxm03V8n5Zrda?)Ad|B(b*O$(s5RJ>)f45u6nOznD!uIiGD6x
YTc0u>bY?t3|jkuO;OHA|3=2{hQqw`6HmH=)wqodz0ySX=E4zJxs(Z~ccx(C@m5#&os^4am!*6*4UrS~m$BJHMX=l0gUgv%%2?i6VbzSRPFU~!lv%{R@gaCU
H9MIuyxE^MOm`?4p5(Be4PD1i^Fs*zV4JBQR^jNou*<T4qYUIDzX{xu6h(CQ63GdNEhQA(*%7;bX#nfl7f#uT-WcSQwRyuy&PSCX@{Z+bvYmEOM^;PGHMiy^
HW%S)Rx<=$tR8^YkE9n}iQ~<;%=0quTVJX|D&Yni<{&c6@)qVV=hrGkk!wd5s2#_|OS7%1i{Mg0|J-F*>`Dh`?8<^XjVdxxQ~Rs>mH+<x`%(Zbpdw>WWUDg0
C<ZQNvy}Qx(xSxE8H8^2j-7Jmax%9BJ5RQz|JzJ(SfX_Kg(3^hY-H=F1gIxY=Dn5in;CDVO)$_;v!U9=UjFXq5wPM!2Yk{K;r~)3{-HT^1OmCb6H@geeRoAR
D3`vTeZ!QYsZ?FU<0j`>PR!HtHXa3m*!-uRQ~{UC?YcN~@+<^hznO=+gNHd=fJ93j;FsgDj04_uzcTiuSUI6LN^6(%!aqQu*C%787~&X}Y#F+~(XHto&-Hjk
dLMtcj0@-FG{c+c$!{9tX=J!<ffwGV*9;u$U4Q$Q1+2X|`CR-oIGD|@%{;_dzkG&tGPCNKkC^SRmbmwAx;~>ut8aRQQ@v@E%KV_bszyTcRtzq<b*d~3%Z{tH
m1wmo2)dilLU&Z;sdZ3p4t@f^VkOX-u$*nI)bLS$9=m1u$BHv|kDLzOnC;N;i-NEB5$5<LKY@EUOUBj+jyX4a><hE?q3@a5-D9nD!E#5)wXfUC%5vAc48#VQ
<cQBRr^U_rYDg_UrmR309r+K(EH4}-{JIJFS)gO_ZPcm*tgK}K^ontDfv1jkbLf{^n7$Jam;UUtynBOr(C_VKi9O%n*!reTvmdKc@{I5&=LMUADx|A!J_tWF
=B>*+p^dZ~Xf=zh_rbLTet`ztC~iy#IcXfant3~$E1>xUCRZa*Sb|c=zTnTwK^@?#PLNz)S}%3^%hv>fp1r^M#&i#J_6=}qH~nmDWSSkG1f#x<89I^OZ{D)`
ZpJ3Ku)tMW9rJzWdvb3qr?GAvB8ezZt^a8iIqwB6wvr}sV?Ikz@^}@l-fNzhP`4LJ#QS9+w3wjE-<7W&oWIhXD!>@J6Ml3M4*si2NS0%6?_NFo%Ffdx>`r>&
3c2i{sX4YZiltp&CXLv+#rAM~jZEC}<M4)*|J(TaupAHTmfvbHGHLlzJdyqyfXwrnX_#|Bzo_YP2o<?}FypVN?`|{#0Ep!(_dptMKz89J{yG4@&*X4;L78u^
hJJMhtCdM+{n~S2C;3?9)DcLVu32pQXWLl#^B__uY@-};VsaKdMR~vC@l+N%KV>#Qp1d-3OvCUc3az7m?|#;5djJRC=-gLUA0+)I8(|Deu`Cp&rP{$25><5L
NiJr8z(7O1ct|%E=BRtpd1Y(W{T7PFpAKx2rtiC!dOOxPqcZzn9eVsimHxPed#d*NzjI_`s38}Ne<|&S<?ljPK`D3oK63tNVKfVt2y}{#?up^0NY}rQ0=+<`
0(O6(GLUr%bDf%fo#~IeH!TOJAOc4PNRnw@*7^+EO^WY&{1tGkVXLglIKroy;+RC2XT}VFFinqNpzh-6M`B2ELn~_3o5@Je={|#G$C6g7K;6wEdFReX6<;=C
B-OonD7rtZaVrNS4jm6o;GLMChF?)}B-^p3g{jzhOB*l5s*(A9W5a3o44*F=1zGpb=96d61H&I9Ff>#2h$JoEeidb$Cu03H(pxx%fvqf<P9NvckjJGB08@m$
f~8e5cXlHRG3&srR37f+cU&rz0!>HqU9s%3AYDFYG57x<>nT~r`0(H6*{IxeES*@=oz~r42V~+-6#PQ`!6bkmXr{G<zgoZf2sOL|8FX73QQy-1pW6~~(|Kd&
>ys5&TpudPRm&P}qhvX(0rsoAgV_a2@yjV$;$z`&n^&|WKYA2%woTKT*suY6--PygN5w$-uS$`92&2IM#k3F5+U7D>2W_3y$yXr(zbAklup|f8%^JJX|5~ov
k$D!@mJX-|?>~ok6^DEM2&llG0NGak6YK4xmqXjtADcx>5c$?V<Fz{@dV~Nsw46o%_l<oeJRB9Q<xiui7Ff@`cg$(zxQ!X}Ve~#Q&e|f9>Kj8J--?={pOp2!
*y3X|H0$E*C=^dTX`~^eTl<XYHKI^ZzMZ1VM<b4ej-xslG2yPuQQ$=GH%}<+$b>giE2WKlS2ID1-qZXh*ar|os}ODR!7^T;ygWFUZwbAKAN+1QANM-g|HtdW
65c{qofdcIJ$au@GazLxU68>Aa>!b!Nq54px>r+DR#83@rnVlOARMmmW_YpuTxb(wSNditD!NlsCurg$wpnv3y05Qj)I0d))d^7|Oa*PsrRr<Akm9<8&8s!s
{&p;0|FiE7AOEj<QQBHy)*B}9maBAE)Y47ybEnxdK_fyP2!QH$wYVuhpC1{Y&CH9GZ>CghOd~`*UJ=T?J2l_8YB?<MuHRpo2_}sW*uJo+z0fk?>AoCP6vu8i
Gs+hL42_yLi!-iXjU`JEKp>DRs;|Ri_h1GIp@-CBn5#_gc<piGIz=?bqdPV%HX_D<F1L3L{R0l61LRW=dlcCKhXn+-kDA76*%HbB^#V>s^Sr0z(|$<Qz7_q^
^84JInfCj3i|5zAd}E1?dSxFBSqiz)i?rMqphLGO+ICMHLm;7(<#IS0>J?e-NJ}>ig3%j<CA(V2jfJp+c86+43ZhzlHaVawKmC|M9()IY4}|K!Z(=(KPm|WV
3q~X16k1zYHWVjY7oJ7r>1`I+o5YVX*_!eyS3F?WJ*|@atvW2ww`h`addf|9WRi0jvDp2{s*cQifzlUWhj5iVlj<)a9!R|%m+gEB9z{%R`KJGE)#kIL+`8Bf
ov@I`VXdDkJNMD#n(#h`oToKl6(gpa@%$?Mnc;0NedMxe+oMKqanBgLm<C)4<Nb**6l=1cLzyK4y!6giKsSCDWt1TrBEc7=F40@^urs)e4E8*#xvJlaUv5Bw
#buxN@OfZV!zr63Uam(#N!~bY^3LXl-yZm$o4zF2OXv^z;YVLFE=J#Iu(Z-XJCs=GQo$5!TP=;wG#UXw5UHm9)(=fYy;ZXx`^vxfBEadCafYVD`!!yQ$R=&V
Z7bfFN7+Sk6g5bFkq~@o?53W(G%g--)4zc5%eXI5RM!X4rSz-o(iRr&!XH?)Dh^`(lmnmLc>xps$hGL$61T!tB|6d~<k^jp*O4m>wuLxvjff4|aqW@av9m3e
E!|_3e{(?AHRny0jeDwo=QD2|4yuyQ%2&bXy$ob?5^3icxU>%Jbi4O2)ATyu=rOw^XL_i2^Za|oUSD7`eIC<4y?R4I*SFGI=+&vVxSFC=+X*(ShpB}p0E-Ir
Z74GSXtxcg-{Ccft@(pPJ?mz?inSo2%i^GKKi%wV`+X~{FS(k0A$olm%df9(`JH{rFKdh07>+7mf>@4NCi&-q!ASAYijB*KxKo$;;Y($xAujiEu>;b%4~TKv
K<r(`w%CxXZ~dvKn9v|!|MW~Atu{#}he@{=s$CKT)W@X{?B>3n&Od_h%;1)L=_>Bj3^+Fnzji%1DRDCg_~(ZL^VK398rqRH^z4MEr>ho08kQ`jVd}SwYGnkj
C}zZ!{G8{0A-gKTsI(akv?$CW*2&Pt!x~q9Hc6)xjIHCT*hHdb@y$-!fd3v#e+uemH|EMUD>X<nW-0Oi?ubBh$$Q11=0qQBG(pl8%9*0mS#|Aca|CX#Nv3)R
n!T!d9Q0`?ZNJ)1XQ4Oew(x|rV9gg>5?*kc0R7Ek;HD0q2<WqH(g4*AwFoo2Hw`4+aiPBbT3e(M2|T@JGqsaBD>PGiUy*O*8o7gZ4Mp2=!VrNp^UHqu9g$oc
gv~=_-3ff^-4mON+>3=Z`X}EwgtapBS?<WeyOG)6x!2#|kc%oBQF0kLE`rYFta%+rX}jDVe`!r$%h#&7U?;!sw`K{@l_8ztEBJ!FwM0Z+<yH13CfbB~{ir=#
_H^v~9UJP{!78{T@r#k=5j&SF380sxBZT@YRQ+BShqmyLJiU(d5YDu!cZaPhW=d}ikmK}&9p}9pPO`#_bkDruCq4O+OOwS@`27!cWl-KvPgzO5Yd^9@2TfPr
%;o1Bp1wQ`*)7+H#;EU7-??!ee$Xb<h3KVoaX0#6R>rtg5Q8o{C=+T2jMj-HAoufPE*MY#qXQkZFL>g7DpOI8K=Qsh(XH;E+nNaiNDMUH(b>C|GIP{z)A{YU
q&wNFj=|B`^Uk{R`8rbQlldVFfTm^Ze`lR3{0(mQc&eWb8q0`i@sETv1AIR*EMXM(@F@@qZxM#Ih9Id<>A!VIrM5JM$QX8PT?FyrMvwd8)WlDKz|l<71G9H&
^D*wq@-vH#97xHgIa^KOoYBhIemtx?wH-DYl$z6sm4Rj$Ie@6j8>TjVnOMhs%R?Iqb03x^v|{o`4B!2E>v}OFPyL~O`|=9weD#oIF<-|PG!G8u=Oyi>Q-x;Z
h0|^<F-swxGgCvOx2IpK!xhoJ5PUnff3hMM_UsvRZF@Kfw9K&Pg(sDb`nKEWR2i`i)lU98ypy-BsJ0uIn%`{oKC+bn&gSP;kYU7MmEMYrOm4h=;VTn~WcPgK
7-p@&aFaoIPT8kblm8*hQr3^G-Yx@cGwJpv^S4duqAA=;w1#*<M+*M9LY$K$-u<2Fqs@+Qe(nrUBuojb+?usYI52*p?kMj>HWv(uU$;Z%0rGjRJ+#pf>}Z8H
t^7DL5)YWC3Pdg$jR>`Lb1XvIATkAWS);}Xg385AmJ0DHHZPOura*(IUPOG}y8LUPKaDu!W;A@#?rn6cM_yPKCqC0)YdipF&y&6ryEy$ri>}q!M?O43gZDCh
<y~-M4zkV;8SC6s(d%o!j%6f1?FVg4-dCT8KgPhn6U|-Lc;=)pwA6A!<ILvC#C>wKQuI5=CV6@7<8~<|JNnSIQ~}4=EE`z&f{#gP@TKfE$KS$1;^B!l>;3ul
ZSS-@YbPmY6^gFl=L0!#OIE%&duO~q4<;PV8+Ts9IVNn0i|-QOL-mfgjWccEY;dH8AwvM}S>BQIa1fjFmS}jeU$XJPY+dg>wJLuXSs?&h(>m15r_T@FQ9@%7
KDALFTL;bW`3V2OZNzPd@QhVytr&`0nEPNY3-RyUWi4cf`Fo%sjCE_go9OUdvpTvJ_`#(`*NEWZI8bZE&VFOede{Mkub?OXU;teJ<l^(s_9}W}w*SIp9?SOl
#;&zLvBL#P<JKeRPir0~hnjwh<(rVYrn){u`~|ff15Zkkl|uW-HOEGVE4(%pci-OdK?U|V65<O7DhwRB0ItukW#Op3Zgj|uk|)>3-Yudj!`9zuUSXLfGDTUI
*pur7)kt}R!@EgSVgfwxD3!|?W@O;dCx3Chz+R!_hTTgKS+`s{d11DYlfY`x)LbkBqlCEydsMB~eK7oIF3#3Iw{2HY3|kC5&qGeJe}J{XKdQ+|FJ)%NKh*QL
%N8gSP<<ni`E6*n)SdXM*h@$k%t7nd^V)pFVH+dKTcIPKwJugI!^Q+#!A$_&RaO)6)8*-AvjQ(Z(29-*;#@dg@cC9a*lX!X;sw?C+ANT2qZTH7XTR!+*8W+Q
89O}nc{b#2-+__H7th4Kz1Eng;E@BobomMicQ0-K5CGiHMgzZk4t>zA%6J8H2H?KCl4IAlpJAgQv##()ftbAzUBX9JS6>#2QT9g{D*Wk0NEw`Q_Az~yFZzA_
h_Jz=+%UZLHEQsjWUdp+<Y$7D4O`}DYXt@dt<+X&zd0!5WD!IKk0<#>#KxsxE2RhO1-!N0K@_K=s#}l+t=C=ts@Gm@NeRyvVFwM3S)e~eVn?f-iNH2Q)M&JR
tU1e_M4~A($B=1prmjbT8|SwU$tg58m@%+DaY^Lru6IpVtjD`0)if5ylclM6fAJD<jMbBdlduXqJb&G*xcK+zhF@lejLC{g>Uk(!N!#i?=imy0^M(_^TL7?=
PuWHRXJm*VW8U)W#myw{iQT-%*gUWEZ-l?rGkPaLr&oYylUJ`To}2@GOAFl8VguSs4+^-rj-G@E6K!w@?&;yHN|^~+c1sZ9DbDF$yKwNB(C<NTfa*JF(QM8R
i5Nffe;jK0#c?WlJYJa0pPQ9(pVWW6x%Z#Jdvz;(P7V9zxy!!5yh^3;-i%v)AG3?Ne!ZGB9Rq+2l$P09IO|g7*_GQpxjpOe_A%Q?{n2Ijxca^|xqA6la5f?h
4WCr*BrOm=Av_O@Bmi2e;LUuX-|d{l$l=@0TF^qY1o(ZmN;ly6&i-8t>G5+PmD{Cb|0+}S;q9CAQp73WrG^(Ke;>CCuXMcY&BSKIJ8U`i_aZQMjBcBT5Kh-~
)~z=Q38UcgQTVDTpyO1a*@QP#`X$1;!6vCP40g=iy}BD<dm{lo0F%!f5yf-@xI?I%d0&^Gv>KMPv`4>wk6%yE;?LDclXXeI+*K0K$=Q44O0g)vE0o;%bAhE%
3-Xn-rN!2i&sN37r8Kl`nVK>4V_-}V81MN7WHFsA_(%M+N!bA>LUvTybgA$)NByxHB)84Iow@mT?L;g<$)4Na7)vxB&HrJPM#z<Mmxuak8C>09EILz{yaV+1
>m{{q!?~X34vd!`ze%h0qa383xKfVsH;o<?MB7_kKwZ@Q<v#Y<<5e!2o)jwGHYcW2TzOQiGG23`M=o~)<RxWVfi>nWUfs36295b3pLY>%O4d@<rk~fAJT7tZ
U)H}o?~=LByjS~_>SS~cjoP0E$(sgrdW~pgJ~k1TQU_;kBFO>PZ{dO$+Kx9pUED2)mQaH)eAd}>%dTDywI(fe@z?m3Iq=IC0uCqJscIYIF2C2kF4c;?4Y4>s
3atfHsv@+fw!U0NKrC~f^T(^1CVFE}ypVp%8?@Vo@&oN&cCOFw`f6^-wmh9*%r+hJlwPZwUFPiIo-CEvpfLUkNF>R4y`oL}V!-0CEH;d@MsNGGADksl>nFtH
P*B$5<J#<3TL8EGzL6_{<hN0=7t`7Yn|AsWzQ7s6IJ)F_Tz9_t?xP)P9PbUzOu9*{o9#G|?EOurJ61Ch%Ma!mH4=Td9aHvb>Uc2=JN_k@IK~jF?Q>+$#Y9oQ
HHFcbD)3l}X|?>ny{a9H2bc88i6#uu2rnNIfwE+9+tAXQ-Gm*^eOdnnn51pXy&m{xtqvfXu+t>X`W1S+MK$LjutqzAa}T8lXD^Qa6Q(xSKH>eT{-KVFoqAzs
dKkoE$$thm5qD)+UoY9xye?UsHM8gK!uP~-*DTbVQ@E@E|1UmyG!1Up-GIq5(kS^2i<C$1TYcq!Ts>0s*7J&LjXbhjS`m4YcZ6WeaB-(lxvy#MNM~r$9}c)c
JgQpJ@&%5DLP}13Qtg^S;e!Zul~08yCcv!p!C1x~YaF{s=Y7u1<+A&}adv`EQWZBa7{N*3FX%t+kqh#`Vjk5M!Dg%s&Q0psfy4FQR^o6q^-mK61j~*4YsawJ
4o#=Ah(2hC25))aSXINzaJj$UW@6TMHjIc$ba@&!M=nuYn`LRMO>$jNZR(?wl>@uBTDQ!kX*mO(Kh{m~4F@xeE!O3_S!Rm+-;{b{pxL<H_WLMkqF&fdBh(jO
X%a6dY&E+0HH69{klGZ~9}CT&FLFr0J!@uq=ep!<cs}r1Cd#$23HV5IESo>B<S}4Ncq1TZfHvp{y|gX6rKP`ukXlW0Sl>89OX}oKUs1hodKV&Pt<(d}-yM!X
t^kJXPIKw&U-)?2p)VIF9xI`lem|`@De51njYFLqJq`EM){(m;8;^(zE1Y!p{H7MXx~vpzy=Uf;^8w{<fOR&g$SEjr9n#rK)ykz)!OHVRa|vq#rp{nF=$5(Q
yQ66GZMWZe#6y#VGlCfTuCX=THTHj78Uciq<jW>FXCLzL7IB1hdGhg(#N=xx{!K!dUf;1oF8gwF;*RhD&>yYV^3G!?ZEcJ(ho{N_!c7l2k0Ig%j6Edgzuy>l
0oQ+!Nl{<2G2K`FjV~}_5a|?|^YH{+eIduJ5T{e&c_}E|)m)_>z&bqc<{$fcYk0avw@S9vAs#Z&N}N?@;V9zDmB*axv}-4Jq#$KT-(8q?T_aJo{Rs!&D!~ZJ
%zEPwnyA|!vlswc-)sMd?qn(Gx&A}dL`4VqU3%QM%}JL~33R@ZVEW`w6u$hdNi`fQyw)|>qIW=B#9rWMCT{LIP1ypx{^+=)hdSfup@&Y##w5aY0n8+UO+TJF
k<hcAHT7<@kEkaG%U~1BQ{zKWTdLI7!lO71vC`fIZfIv$WR84h+RLGq=^4F}w3?<J)JD0u(=<w|CHA4^yXPw_S}s`YDh4FdG?Wy`OZ5>jPlXtv*&jz*A=r20
UzsV!u<8E`TV0%-yQcn)z5oI%*kPX!B)<)%#~qZe_yg0|H^M#LHbiZsWp(d@4lGK?o#FK%rzHS9>6NFR*}xn7;i8#tYqc7UY}(8-kVUD@NL;;$&t}|rnxhU)
f5b;0mlMCa2;&_T!0fl`$64*;iRzC)A0}YgP>MNh&Uo5$W2+uDov($eSrb2%Q#l6#E;sx(c!h|+d>tP5wQya-S?iAPXvJw?@a62Bqa+8WhAvx=-Zm!0sTEt;
6Vs2}zO_A6F|NMbzML4g;K-b6SsrZ+IwtH#9s6Iv_eJ2+5TEdmIrct=!TXA#4L7OQRkMhS4TKpA&K~U@*9r6%)n6*WQ1(6|kE?#<<EyR<p)L8!r^Bu@ScXXZ
Hp*pu$4)Cci&S$Zb&fGjcQUMqFVxu-Uqn0>@hj)LF<a@{ivT?_9Ba*bV@YcFxUS!XIgX==_4!X2>Z;%J*`GKnfHpbn_$Gh2R{gY9nv~xM<L2anlfvSOWU-<C
`#P;wf>Jr_Q~p5XGaxWtW~9j?*0kQ$@KKRLmN23?`{vQjGF|2P(JABN$bH~O^l$qq74^@q20{d?Yld!FUTma_!47MY;SK!67o`uc_vVSJ9yQFe&|4aMokFB2
5yt*4_r;>;9>nOmSGZ3+pLC06cy8KkDAHil)IW@!nZ!wovX0V6q_wfMcwJi9h6{(UAAoZmvo_u&GPz<SeEbOzjg8?-2?O!&BE6xE&1T=mj@1Hv+@2FnJC&UB
J^tPt*!7><8Yj>1o=*}TqB|sBI_;=;>DOIi6{{D+0_OX~svmQC5g%mN#Cfd8GyL%qrBM@Fn-Duc#yhHuOSmI3sD7AtYb!@R^_gpqFRmbEc5sR4{~8+LuFPMF
$=B1OJu`(w$D8~oi~2or=`9*C4>oq|E|00PXt$IDwU#dCQO2g(R|%MYX%1Y^=|Ez5%BZv6se6Ca>HE)>D9&NF1hqE#j_hM;8(a$ghu4qLko}OE_Yx0%gsU?i
;sI=Wr??0uY3>UI$|^R$6{0MHI0=-4YcJ1B+cUf?P9KFpXOeveRu$9B!GE_yc3~q>kL~u)yDSYD?SW*y-wXPjIOv=Hx7LaT5zL2IAqZ$rwUqPe?X^KCeZ4}G
qyL#S<8|+wA0vas(QlcoqWdS%7r+C*cjP{z=sHd7{E*$%ftJ<BZT}v>g;&C^K|xd5LUM2!gq|vqK7!-**K_#I`ie$lZ@NZL@WcWZtSpmHw+v4Q*kC2f7xmTr
V$ZsR<!2j3)dYOLSQ~I;_xgL;FR;3k>T8_ut7o&mW!W@JywkC3%l>9^cGJa*<NZ~$@;yZtQF?-u7kKhJTP9v#!OvA;O9y|v>VyXUL}k?&n(g{s5Bs>XVt0Kr
bo}_%IjKT%bWj%!JwHUu><%qR#|Qspzy3Ka4rJ#LU%GXX2+_&uQ*5giH(kc5eybq<wYJH+ttXg+kbj1tNH{!QRE%2-JFoHE`$~fP!Q?m^`)}G5P<P@lHV<4K
*7O-pfKKp4X+xXm#kL3;zFvcd|8WKI#h-ZpDkuHBq7n`O4x=UO@bU=q<O^>je6La1`%Y~It+o%8^P?-9ZSJn5wI1)=^}d~F5BhRQP%dT8;&pTq*XxO=L`>c4
xlsIbR}W^SbXOPpU)TDHu;rc5Ahlk+-$mlFAzqkU&7XWYJbr%cQ-!Lr=?#$H-wo-6w*AIh(K$yd<M;Nf{c|U1iQGd?-ObXAx_r}g_q9;p_<tzAryF+Q4_6MC
QO%O3-!GYg+lfyjmG35t4msI%;@FG*nmmfq(aTcPtRVXF%Iy$5`#Eu?8Q$r8{3nJtbsv(Dl{4wnv>oy9?W=?CokiIStaz%E`MdFR;@4Ke+Q`Sz;QtZxcQZ!K
g2EJytjkPn<r*04`kJHjYwt{m$hU98>}9svQCC}^1}qfNygs{JsdhP@JZf4++$Sl)?=0MYG_VvKt<_%`be$YDO;sxoZzm1QvvlXVkLAuq((-9*w*9uPcFPs}
cEU0eoc`cMejPaF%{LTcSjW@HHFGGC5*|hx;;kB%eDaO~AG5uR%6Hcc(%f8#8;b}&{E?Cf>$#tgzMD7_<3c=473EKOykhLts5d6|3Y5Vwx7)eUCh@EH_8S;7
L)K14kvD+{mhY~INy7>y;GX07StLkJevlPft>fv`u$35izqmedyWvGkm#>tew)qT`?Mte+RSGOcC^_^BxQt>KCehq1L(0BD^)oGJa=0}Td*3hoX7q=Psc^|M
=!aQV?K;DK*w#NX)jk2IRc@J>{<!bWoUExOCn99t<^98!Wp@8LwjNBJPDi@{AfR^Vs*oKECuT>O+~yqwwHb(O)}H(L-3PtaZ|uzoD7V^kKLTuNzo-Oq>zmbB
QTo>&G714Ri*rdkwfOu}?E{yCIa{g!*pmTc+8{SwgC2&}_37n2?7UamkYAe$Rx*0!XSIb&G;Khp%0;b@JCXb4`l3>;QT-#I1zL-6kqO0JJReS{WyPKxKT@=$
?EUeIs&>Q4)MB{0?X>ISf8zA(SNhvO^v%QH+=u=5Mzo%e!Dq+*n<J+0CE~y9yY7{JAIo^{VMSK@*oMKbU!hFMfdW5?>gRm0D)#_Kk1Ou(e6DBx%e;NAO10+7
Exo=}$4}P6zuh|X`2WyWSD_hWcOWTdJ#a1TXx_TTq088t=NS>IyBUI?O8uJ$Okqj>Xru13GkZ{541SHZ5u0>2ZY0?MVnFVTVRZ?KQ@HbinapsbYitmhoCu;F
GzeF#Qqw-&Z^qu5pAC??iG=T;mXAH1b<1SsAHQZSC!$^>qRUBs=I#`JJ*!wwk5*2RckL02SV1ib{$GTY9^n2!=2w5yiv-KTnEElK1+V6s!i=Vzc{83JHo?N=
Q_RXYQR)_<{=Vs{@Z1{Oe|#w7&-D=Dx#MMHh29%_u`_Vn5G)n`>3rn+mD}7<PZrZw*ZFA))*L@V%}_7bH%wdC!w+QG7Y;zbe7?=78lg;%QM=;0uAAKSA@Uzd
-nN$C{>+@b$S1_*kTC1@sGi9fu3X*hV4?mK#xE-g<$NdxpPA^EXElw$qTT)w8*9f3?5p8j^AhuTBzp7>6G9&EoUo4n_`in6{?fOLnMABDO1qHaU}BYb1&?g*
e+rJ=!s)n6?^lc{_wGq^lF6yrJqKo3TbC%9ksyW?2OXy`K4&_=<5bMp!|aiwZR~r;Dcf6pm9h2Q=-y+lTB_suMshj@V2^h{V1xaOK2d3cnXHZZKd*nbVXVG8
owi&|;A<WGmT5RP7mbMlId@;pGNYq}i~zTTrOeb(#{mDbwK!(-UtTY%{~X09>6i_rGCDswwtaZPFCb+;@y5mkbH7nTt1XIq9?XQ5ocGd$PC;99QFw9`h<!(M
D?K-`aG1XIp^m^sSxriqh)_Z+Y#TvVt+}kc2z&xBf8Wko{Pnp~Z2s%REp-qlb93-h;kdUp@hJt%e2}^X?IFk8d%^X=TaXRnfux$MyPTg9R^suEtZJc3Gt0rf
5m2^IKcYd&LbYvg57)-tWxT_lT_yE(j;8*nF!H(M;HW)61wZ50muOWT22Cc?TY{3w5wF+lT;Y%N@q@O1l>C#4cz(f<CTI8cxK+|wOBA}F(m2!Kl$+ujy%Q}q
xS>xzNz8udakRghOEpl<!^&+1-V7CZ_tN}@<0`ikbNp5Eypt>o47NB`=b|fVVFq*57O=|w{hv#Xj?dybPbE{_yA>?3^n-Ny&yym^VbFa19tvh(&mRfFMRuUw
wutY@1o5BGZa0tmo_1GWZgBk(Sy;$!_Yjy~<{1=**EU_={r{h$_iSz>OY?j)6G$YG$V_<eJwbxrh@?bOQc0yMsoGR^Pn((EncbP$jksoF<IcvtAL7Q1xi{ub
@5Y+jV|J%|y1Tl3m8#?oMbUx;Nf^R=ZxWfvL?)0}%?CIyPMmZ8&+qr*JP&>zkVRF?fVf@$UPxj)D85EU?aeGkcFne?MT{<2C$rXgNLn8}jd9WY^NNykv8#%h
H`&!cACCz&$I=>otu*eE^Poj>@dhELuP_ZQFD~-jnGV+Vt6xU!7iA4ED?hTVo7}55+gV)<ajypL#&j5-YTSAX`I>TBSwjxI?el>|W|lu*Zxs5cCcfnn5NTxl
EO~7~&4-GP6^5kN=~xo{nFFaxOthqCeGz_QD3`Q^ThoarxeFChg(nQK+!S56(7`2MV?S*4zvKGuIE>Z2eo((6@?Ta+YErdA>uUAS+w#-WsUDbc3jNr+1@$d-
_Z+(L>rS|s$L|C{;0r6!Xh69VFjAXr;9Gy&Z>)-9v0r7BiW`)n-O(0L4r7BgS9W)U9MzjvER89!=@W2TR;elmyY&&rFJAoH9%ctdRd}ooz(hWM6l(b2@V&<*
lu&5SE9}s*qCvZI_cs)o`two}_VMtY3>~@z;B2JBwB8z#HwbKAX9}t1{X8vi%AFGFA4YahRVtQj+$@<U7q;<{ufj6RP{#mTXU$z_Y#Kwg+i*cmBVeMM8a>E`
GJSa~hV`WLu60g`3R*RCn&g>Z1f+h?o>SW|l)e>3tMZY@JWg$?wAaT&_!#gne{F^P?#fOc4quxooWO8z_|5$~q0{ruFpkojjUaN?Q(d*DO=P^o6l6VxawK*d
9f{{+hLtQ=7fa~Mi29DVRI1)5D61<h^xhN=lKwiP)ohF^4IBF+4zY;C35lhqgmp;j^U}=|fO)l1>K8j=`)}3#^J>c)LQ{t~ByBqH6q|{s80{HfnXxN-rifI(
3e`T%*$Q$U{*Po7xZUo5TAa9aBax`?Q(dN?KwWn^2l$Yg*Vj}LgM-U5gYhuiA-J_<4C^k|lpt=A9a2_9Y-3uC=};xv@b=qpY<;vg4wvzn$Y|qe9;VKk5Z_!c
+fa2rYYeEFT<}VU?cRQ2gWPHg#Ka=vtY8n88z;%`_}?R~Z_2O5sK_i5xg6FlRa?d|^35NA4I6R`538IwhpGUuu;kb39>{tI$62*+>vbku1FL`M8;kg~gxDRm
(ZBqvx+uvc@dM?pu&k|cNK*RBa2#T~M@4pEyO84IZ;YXs2IW?A#Vv!Vy!Vb+?9qQ=p4e$P^QEsh4rec0^qs3JaY6UG=a((J|ALwOKt{_?2W3~~G^um%2t~tS
ORPvtdf=ONS6=lU$Zd{Vnh2B7u&G(+u*=NJOj67W*6Fa3SQ$!kl{a5cbloY@5PoH?thWF0+-xo*MqpI3c&VNbzTz%-%36i!g?;;buyX47pxHlBcSh5Fbi{PT
=uz^_^P5irS#2FNg-Z8~@M11YD`X`d@0iv8s1}c#eaOOqm>>;CL+5Yo{xN@m8*^r`c|5Au4DDAbm)ZDKbi=ha30`mwE0~!FR0?3kNKO@8@e_`;8qc+W2L)-h
qdMxIwN{V2QZ!+<RQB$d2Lkh3M1m`8t?Wi>8I(!7W_}ttHmgpRj+y8@XPCqQ=9=~m0M6C{A05vbU`4O<$a30fDa{4f<8YPF?bmaR<v@f3;-R&Hq?{VeUfWm@
ipGwJ9=nPvUh3-=SB4jIw~ogPixuh4G`yRrVnvN63o>&0(TmGlssNU1U;$@+*pl<t%bk!oyZqmjYITu2kd3@hiarVKh*4s0W-y=EFhJKxeBEo^N%ghfI{wlZ
cwDQp@h!T9vJ(K9S`j5<l9W+?gz+zNO6VbuMz;hVHGQ!0oJOneD<<i6lZ${`DMp&rO{*2Noi1ZlS~N)E0g+{j;k26+b5*!7Kg1rZt^!MEb=8=ySIm{tY++)t
LorofGNZh$l+Nfj-Vmt)`)~%Im$idr<ucs|(JCP}Jwu8?BMO?sS{OY|4R=+Ss)g1}nOGgDh2`9&xnNzq*<=T@UUYa{!DlC<!L;7dyB$^-o{3<)e*3I|WHM&9
IN|@*tp@Xs>rH)yyYN+|rq1OBt1^SoRrP_&WU$-~RZZT^P?CP}>I;YtNt{n!49z1T4bEl;O5|Dg#Vj|Jwem9Y+M@@`@b3|isqc_WV|vGgmgTC+FHqjo?4QHx
L=c_omi6)8=zW#6{Q@GD>49B-2o;uRGJyf@RuEQug+wTc?3Z~wnNgu1)uMeVf_FBF9-i!lG3NsKc(Ge+S}#Ec4hG#h3*!H0#F##4szeo9u+RCFnwKg2NU=`m
Nl#HB9+nN0US0KWNSP#hhzgt<Ntz3O`NePwQYKhb2e6ANN5CoTP9TD^8T(9<m<RgjbJ3@YOH{Mixe%p`&0ObAp9SaJ#1kz8oC%=HS<Bch`o_9uazn3qh+`4l
wM0b1TgTBk9aTWh1q!82gSu)kJrsON4KKND55MWeK^gwiE%fRi#%r_npah@l*(qgzzs^ffNnK+h0vpxlMa4ftXpqfU4Q0M`N1uKTv1*wZ^!6#dGBu1A+T8)x
a&M)iXR+6qUo(3F*;?6ImE>kkx^?+P?dWPJZ1+c-n!m&^kMgv8Br}**pZi$zVpVL8X`x$XMlUMP>v2;x6SYhRVY2wng>rf%k)3o|Gm$f)8uwX1M4MlIUp}))
miyP5qSckM7io%ACC()Ck6H8s?hr#}+esM<zV>C!0eq3^pUP@};jny;Wcoz#ba9kvsk&ARD}^;GKt$E1yRRcD?cr;&40cQ#+gpSMhHN#sNw#!Q{>m6zV!ln+
Q@Yh-_M+b&W9D>r$w1R1mB?j>jdn@GzDEvJI58=hYv{|X;ohBhtYRk54V~nO*d$AtNur2~MwAPqzU*Px?!8ccPD#o(D5FB-&U+&^sx6W*)!2M<+d0%TS5j7G
_LA<m>?o$wEyUE7oA-`9wNj)-zmL-nm0PbAg+b<1F^x$YrtzzsM<wNyp8|?AKsePwRcp68>hE|hbMH3vd0{%2v*ixjT?l#r%j|b9iT;U4DO8$HxA*IZmZ8X{
wBfBdB0v1LKLri&YoXBd?uQfhZ3@!$6g6j!6Cp-pg$f;{^<h}7L%=Ye`Zn!f;ObyAMMQ0;!RFgtPVz3W!%VJP77q2=(=~mGkEiPsOO^<7{o&@7spH?uJGcs_
*4^5Kw{(&Mt2y2@DbG+!T3j(g-rj4?HSLFRx0q?6LOEE&$j`^P?YKQrm@D&cTZIBm=jg4{-ie{-LGg%wt4#15h7K<)$>p%it~%eFjK{S$m&>1iSLD_#9kC|u
vLZLYt`zTiD}g)bF)G{ZD&=0?KrMC^fNf~>s=Af1X`?zjiKoad;u%uK#<WH@OACpZm%gp9$zjmX{k;=-D#Y8q>4~NV`ZCfQHk;L4MO8|is{O^FD|w_3$S>*X
q9!a0=^GrZRIrm)t@*mAQ4O#entLRfC_h-0oOTR+i|Pjf8679;GN=4`bT@}gr;aV7*NWl^;CPSoS7ZP_RrP|Xz;!TB)RQd*w8oc-Ye`(LXmjw8OX#1zmiJ^H
VcKN4hX*d3_I%GmBt?rYt%0aTpwYLoIU_m9^$A&A;_Qvp?~>)vPG|0=rqXCZt{F0m^?=NE>(!nK>S0LfKy>QHcN7!5Y5yYh-hirF`j&;NYEISN?m?9^xO`SY
M3MIBCvb<#xCSCw8=!_xjcj34GO`rZs?_mR`?+egZ@v-$%I@Spi>=18G<%Ig!?}JpK=QkQSB$%4FnIiUGwrM@SPCa8hikO>Cm`P*{jNA4p|L1o-1^a|xVI@Q
j>I0S#}C$q_UYLyO9*$VJ^j{89Zyv>85hzF=HNCx#3L7nBmioitIgeCjsDA#?G0Q*$i*)&=NfZPR4PAC#<9V$tC{k_Os-%Mbf?;PW|XJSs~jc++SJj8Ll&>9
OeHB%8~8fe#hRh~=%WVoc9F)2IDcjwhAc3ZY2vE=J#d;%7!J_&%Xra`Jb^NXs-9~jRPSZy5)3`JH~_<rYEi!B=!!*F?xh$gM<akqFxa}JHQTgrv@adMAw|tE
ZS9tIx-^*;kFH78>RuqT%a8WEwzP39e3cVrWM!#KAsL#}vZ%wcIISwbvGhGZkiB3fgTdFMbZz9dowRNy#a~<8`g9HIvvFE(18{7rMzC8Fibmvg`?;&8*Y$gr
X&?_MLZYzKn#tWOP!kDY%ax#xCP+{T5pr%^xJ)(V=%hp6Mg4D@`hNKO_YCr|PVmv3!>`M9;u1zY1bUUEBX?g?`CLnAf6z>;7yHhl8gs1UzHfwb@{di@bC0+`
j4}KJS)a!$5wKiu=S6^Sg^{7sr7NEsMsA<vtGZvEKBAdP>CHHo_jLOxu-cq`dRoE{2f9agmE9>xB8mpHlGJtotXwJ$oU+#Iv0q_+MGpn*>7@95#N1!-LZU!1
-jqIgn~JXr{!T{BVU{YWZvDE_migcvi9A|?WO3;PYf<HSa^g&fOvWxoJ>!NOyOs(6QM60HB@s)v)-x)cPgmfE2QFX$FqHWtXBY5|vT*)%h#m9_-4QhllP3wm
P>?DyOK8u1HRw~UHtpTOBez(R|KC{wlyjRXYKp+cf_t_D1lsT1g<nEj5)xnMl}FyD$kZIucYSokPRtEM=aFvkL*8Sx8{4kg$(?qy8iEI^vssQnyMMUxWfuX>
E@k^9#rBPec&^Qyfuz#l*;N*c-M;WBZ63n2apil!^R+rj7pF8wwczM~(-q%WWXo>Md#$7(<49;-0gUCXNz3FwkA>yauMSv!%p)p&*r`_)#ub%>b5V_h(W=s$
cgI1fHYUHG->6aG$y0?~dfbd#Zj22^5?PBs?IuBKT%%SzCUfg}2iUDLjL{wO(X#|wTUt}Na?;Yr)Oe6_Bdyg!d-X_+N@(oh&`O!Djb<Z#`4DzdKjb3p`Q3@M
j0e<Z4<4EnRS3`GWE`lxrUkWyviCYsv$QDvdoAlj;5#?v6ZA{alg{0Q7V?lrqa9+A%rVryCVp&o)kmV9xz`*#I3$(UnKQ7rP6A=8sDU1l*8{_ue;GP=c4VzJ
d!VAKS1N~SFS3LC?(0&AOm_@rvlV%Nc@W*OLCkcBQ4S%(sCMlnxC`w?gtS@L26bVB6388SV$LR&98!wna<LyDd3FQQ^U${1W9t``Jh{RysC%--D`ni^i#Q6s
a`ON09I)MmA?dEHfS`>739+<FZ#qO~^LoxQm{6_M#3hxHc+55Dl|HTVn)Jt>DSV*%dq(o3V+{HAa$PAd({&xsNOHvunZdf4IC+7ToT<w--D->L{oM($ud|)^
1*NiRhETo((d$2y4{aE2*{Mox@0susOtpXM)zxyY&Zjb?Ex=y5;HNy3M#UOuxkg-96>s$_L8LJ07ZLN*I5@!HgA}NKtk{^Z=WmzK1~#ywE30kiOl8Ou%lZpT
1<=|h#Xb*iByMI3r>a1ma;>1v=P;%?SliTsQ(%M?!_O{e!s)!O0hVOJd(s;GWNyY|6qs7u>`d!aC9gPi*m2uOsaGlqF(f@gZqUOBI{EzW;j2s4qNY~&xh5?D
*tsGA7PDd?6>}$Ox#&G*DuEoW=^XgR7lB5D`u>HaVOFLtS(jGs1Q7+tQ*SzxTWjeP3kG35l{t4Q|87Q-8+P);z$7_<jlIe2c<d&x$efEUrBlD0Qiijw)Q%R9
h{f7bndoW4RS9O5Ar*HpBz|Yu46{7k4tq(P<UFCGBbqDhg$Cl?ChOSweNAriuzH&5Q^VKcfyF;xT0x1=9HwxOH4n^kj*E#4Gk#NF2QD8}A;lntRIYHYFGJe6
nrXJC8O=#@u}_Js|4lWE#&nbd8+M~Z`>e#ApI&95JLH9KR2@v&<M>c9m6nw>dwvXIFup~ad;`!(NPZ?uRuZ7?=J~GXFa@`QWKLOgJpupG#wMr$T3X{SeqWNS
^Oq#1Y}ZE<uXbYA371pF$=KU^aYh&!sLBwf^d2=OU`gwDRtrZ;<d_q<IFo-#({i(PiGswHUeV!?)^DhK%h>)I)EH!b+O*6&t3IyzOgcgh(lc?-fR=haQ)_bk
O<b#2%=wVudw}rG<;um0Ut(*@I$%|#XgV1v0kjHjiD29o+0@Nwp=)LX^TQqjOni>8^6KT1ypUBkwA$YH3J{W5m?Hq=s9HO*p4D495xDlMXS7K`>KNpV3eqPd
s`^7>b|c%I`T7dJ_mZMW!bV97j8!c4PS))^%{$x50Z_0ewFdU^z*=t5d{v5FUz(h<%m2mzs0*l*5fX+@srzcmc67uk0(my5ee*k%NBzX;c(@pzDqR-nxnNeI
<)yhm12ysey%85I(dji2v%ay4al}`s&R}7|WV-y-{7k$gdz8Dh@e&IU*QuZ5yWDhNsZ+e`775+zdD!Sn^ry0X*3po^_k_AQtn_=KCKf{F5UfJJx-^YxgY#zY
qAR7EG$>0Pak2_wT)#&Gm$tma?0g<%Pv!&*Cmsi5%Q;4xUzj4ehrWx9n`r%#s(UM~T^W`mh##hkd7xv!)c|a+(9Nlbic`(p3V{tOo6Viq+7*|AFRyQlRo8Jx
O6NavV6@IuZcn;3_vl4V+~T=n{ymGc_b+3pL5nN2bOHkfei!pfqu$9P7#--m!u1TB(ZqS7C8+ufx(mBfN6%b9xo-y@!PuEoP`NLW9TB3)*K`*=pd{NT_iX>t
Ft&`(%#TL;#IT@LU+U40A9;ng?=>39&T!iXLAvQ_YVVRb(;L${*Ess)aUP_hX@%53v)>hz_Ebx#sD2Dm&WPbv?b;?8fmIXED05Xxu<+mtAT7%LsntrW+?wnk
2sNB(kGNx>Q9O}l4?7<)v&$+Ki`q6i!@<NpjKpg`nX21ZP#c>1Mfxqd-!~>>lUGKH$(1#TxIs&2ub6TM`|vEPdjU)-ax<I>;bqfRsb@<xHB#=*nKV$$ISQOH
E$bI$xw=!|KkERa&aL`HOxBD06Z}a?dw)v2v6#L##EpFmkj}acJq-*PrGoAv!)p8;s9`#bi>s^9Xt%d%Kzp@4t-bpZARY5chaPa%rA=~@)KOEhZ`R_nvrfOM
`0PKj68$PZL3@It-;a&1!!OPHe?yK*EKq9O+xmEf`cOwzXF}f3CHaco&Id$dBoUKC+jL(a%x6*k?P4hzI6v7k@DUNcT@K7I4ry{n*R|r>gMM0F09D6+L|rpX
$+xJq$Ri;-u#q)uXjGC7CN5dAkp51l_XNlxbS6~9kgd!cGg2cf--H8ge0wR=e>!$Ze+4y5D?6RgP=wIR(iHnATD@@-UbaSa3CCxm7T3)GX!_N{H<6$rNnx?{
HZlz3<DbtTt821l!eQfCw>wj@M~Vt%Q^ujAUUyFgeGeV3@X0wkMp$~1bi3KqLYS0k0n`1-B%0uFWyczD&))R5--z6*osfMk<&5jSS5;)<Nj~sCOAAXE-FcBo
ky)0+{d$q+uH_Pfn%+x^$j0snqlb+F<h|Cyy9{z}CC>);zH{h<9qVvaN0cj1YQy2L9#j=?HK;h$%&8Y!MSZ=nHAhJx;bY)@s_)0-MTu<LktWV^VLQXV+hI?U
Q68$oUxu@at`SW!+|k<3dw+yEO!Rj=2$I5zZO}UVWj^hO^LDJ*ef>`wyIuEl%fT7W{<Ay1+yR$b#3X)0rjVuveYb87)9u*+g?tcfmJCg~HSD0c(F+5Frnr6r
4|?1qg9B~AIs_t#VY7Q(D4vWje=|$ZTW_g~FZlCmToobm^?Bt~L4V11BqyfNe)RjcNIOvYWaDy|M>;yXh&BJTsJRyvuBzPn!i}{l?<lFP2Gyu-r5S#Dg>&wd
C2C70@83@&?Ud|bvSRs-x_4Lhe2wf}j>Up5IA<SHpY_MA_j*cUZH&;UYUF!r!%qy!*O`WBRcLpVp#d!T73D#(5<Ge&7C^=0w=dxZG~1=dWk_!|IBHOA(km(M
HkHcVhMFSnR$%FRVKxREw(;UX>M$2O;+c2>dTW=}XGs8u{bia3l}X*W;DGHB?;`2BLcc*Y10vH*G%=a6u)L(wx4*Li<h@PwHL9CYRR{^ZkbKCme~nj4d!~0L
g;CEu`ednP(jT`|Z^JO~lQ#UMvv!p{<HHFKwKXhQ)YSpytah%pt?$5y_ZNrtchb+KUR%ORsn^}f{2<pNd8UTQ4$$l+cc~B=H6VFJK{^9Wx(drO%IiE<FS;h>
M8W!IV;huJG@^m-OKYh!y=GTA&tK$=eEdn}nnc+`-x@+%L+%ZA?p|j!*eVCAK?nppKLPjosmzV+>E%@A*PWWBI%;Fw*rk1cXD!%#+R#tw%y5`Za+AxETOz@E
sRoX#BDF5lKw8Gv$KPS}JYG097|=~vMOrszYGhHasLZKq&y#JoNXQT1@%G`Y@54>iC*1f;fyHOk*$3&dIb(TisguP-X54~oTE9K%lXT}~*Rq;+yRXsg9ui=g
ehF!Ah%dP1OtK_*sN~vWcLMcq@2%Mb3j^Q3d+8@7z|uP!+HF;YlxXmF)s*8`OD+)2TsX`xPQ{>}-|v+@t+PsH=7t{oNl(X6rCYqrV4j~YqTv;8Jn`z=Qfdb4
5PE2#e)yVvwl4(~>IBhy(#cPRR`DVfSQ0~4>{|;yiJDeFEXH+h!9(r)sx|Q(G?_lFtmtiRtH(KTx4648)VX(_sI<DG_V6qGz28xrSB6XNi_#qh8O*5{Op<vV
SLH+lg^huZl7Z_3P)x*kfT}Kb){0AJw8ckS2)@(+Tf4310<CI`8HZN#13*kJJ)HkQ$6HK6I2!VjR|oERl1zd?8r7l4^PXNiW6)TSO}+UygH&Cj=bG5;!6K(^
TGHStTpvyjf6x>$3RVkuB`d=6yj$6+fg)8k@Kl=DC!Jl@)=qTPYjhsr;h_Px)K9CDEGj!w-VauMye7KcNV=cZQD?6!GMv8058ucfv+$Iq&RR6s9R&*j^xQaB
M%}_2YLzJ%iT!bX63SBoNO*|~t8}jPxM{`CdglD;!@e_k>2SOSAvt&Z_7tLMRa8<-w{Ue>j@F}CNC7fWer0OcCXInYfBlw#ybHi>AzaA0!{ow~0x`MaW8Vd>
7L8|A-Gdiih?MEJd84L$n&?XWs3QH!mm7$h{XayH#nuM)Pj*5vykVWOZFLHSY5pQ{<`7rMY+Yxa;0O6lPRV-s%?)_-WN_)-NQ!3n>*kKgHSDR&uP@8vY1p){
)X4KR_3?PvA&stof}!XXew1ol70czFp)u6!MRcV>`Km!TRxiDNDMjkn&{W^VzLL3w`%gbOZRIY~U_Jn--Oj9%;$EAV#1_q@Q)z$RbAeNhF02@fX>)1rYyGYS
Q;SLh9Gpi=4at*(mR@^<)HNnd(iV!a6{OVHYTg|Ssk30+?L3lG=e?O7UxN^=x1CN7KVyGg6uCLGSq>Yjf&=gNiA@OV#+ofwEq%F^`;)L3yaK$2fY!$=!HK$>
j2=$?z7bRhy}GP+u|_p*Cnm|8_NISg{pKC^n>MKkQn}DTeIAU5kPC_EbZVA><f;R`yfRv_noIr>CI}`f-L1$VDwFA%z7J$ywd|(p7C#y>gqpfZMD;6+YcGAN
WPyE^niYx9S*|iIeM`!?6^5?Oe+b#FI(f`NQ;EkrD?M4297&$_mUo=2u@=Miz3%+l{(XoCGpnVFOUkZljQ{mQ=e7XeT<;jjN$f45Cf@eK#7spsl&eLWKQb7g
as!7qq=rkmdlUB#IVJEx{iHzxC_OqXo#cjx3ysA&(XQOzH^k<wX}hN3kdj$WS!j?p1ZKseb_Dlq!y%P160a*BKo_pQ`{AA|JPkIx&F5Q@8ZXE695S)u*I8ZB
*FsN9b3QMdlf4_`0E4owd3eoZyy~c%t(A*AHPc1s)~E~W#_2!2>ea2dbm}2>SWH@FeG~~x3N6}5jix3OP_&cc>e!3<q8RVVG=<J$$2Kmcx!4>0oUu60p2*Ya
E6u-js;>2|UHQ1rPyQiQTFMx0-I2;2Ui3(&%*2BbI@vMC!)sBk?s~DkRufM@`$yOY=1qL=$9!Xl>Gf53X@X;x7_<o43IXG9Q=%!QR2i1B*MGRz<i^#St{>!&
JGJl2OIxDS^yW5hN&swF2@k7aKmdK34$P@uodVDPTvv&@tHw~JDrUa0G?<h&@%RsIU&QghzN5@G{WZSXVZpHjd)iv!T8M5en4iM75&nmoU5qxDRuiG1FpV{h
r)txo=iXuLwQhmUB-EmaQOlfkb08x5GLSTiGQFBv)i@1yhI96jU!<3hs_?})eb!M|H@ws|s+$}0d>xJ79KYz+{^Ok&aeQ!Of2k4q)n`_TLZjUV2I$|aM=c}m
m|}$~2*_{hTm|Wr>2~D~(W?iDWTZT_RMGwMBSr3UrCQ=d<-W>~aw8&|@0n*qw!E^oV6WuUX0GJM1{WWRt_?diVEJHi1iM~{dryp}ehkpdUf!zXXv6`CCj|}|
DqI>wRFau;zz6=NiAm#}gt|cudHiFY@X=u=hlW-1_;)XmckQD7tjYAzV!l<oDw$%NeAXp9^Mg4pU+OB9P@IdMUN!9(9UobryVD-BT2kQ*^VlUH47PxWf{pa;
E34pW(mivlL8+>uuwQLAdOYbaJ<;N4&F_YbgG1JqPhOcmdVH~zG;qL;7*~jh-5Ny$K<n-@bkX@{+2B(!sCiD%iYb`|E_lXbM<X2ADNKxfl5<C3w_}aetKL~t
r7)E|w4>#>o7!Y~{wEC)*TVVa)jTV2J14BL|CfPiX=jcoeTg+;w|UPb&!fBXBuxRFI`sE8_vvP}hbn<E{b#B%w0?qm`fd4IP6TvQ0@Vv@GeyS}>!|X6?CbXX
5>sCeK<BKsT`6XRI>%Z4!vL^*cb=BLt@hW={fA=+?5Hbo3NaD#yf=PyuI<u#dj<ZM=+8*hcA9PU>BKZRDS}Mou78^QoRD;ti`z17UIqA3(fQrG`HRe7EoKEo
<CvLqSkK$my@m>~pBgqT#P#>vX>Od3nepm$c#Ng*FK;-c2v^tak9GnxZ=t<%qT6k`T7TNc#|?a1gFZb=<^UVZyFKkLKoQiVsx^8^Ud&0XV<p)tJ93{mol?nM
i<T4;S{3|k?q%RNc4kxBovpxzGE$UW;S({8HU?xnW2{yfhAC;po<_}f&wQ^T&F8tzhbcurrW<+-LGpAwCOdxa#T2pF*2P{h*&ma*Xyx359Kj260KeQUHsBJA
nV9GW9x$tqJ4`rKnj4qp^2zW{)<H80;{Y6Z)KS0UR3hn%HTQ|n@t(F<{~x*h$Td|H&_E#p$IUJ|w>MHsxo$<n<!|)vt2x%!rR835Ck={jUMWZoS99dRx@4ti
jR}dysn);zcwf^js!+@wvv|Kt*c#{4^6(Hs)=Uajcf}yQJ?G251E^1qChedsSFH|eQ&9D={eYKl{Go3`M~Gwccc3$(Pz;^kJKr88NnVi8=bj9+W4a!=BLbBe
x#1M2s+(f@LCf_2faKqx<%>{TqOcW%P_Gs>SAXGM)~@%=`xq(w(CEq<eIggRuc-p980<);<Fr~fy@0}`s#^zMFD7>H_PxJT8+8|mynqixXy@8+cyC}!bgcIA
6Gt+6Ev2*IFJ+!uTcq=uA6C1^aqBs!t5-IL@_V6v5y^JP4@BxUo(H=N;yg^SxU~CIw^#_#L{Wm5Pn3zWzUeEJ9h!Y$$OD+)%L=93iqy0R5`g^X_+U%Z8f<rm
I{(Z+bQ)DuW>obr=!S?kBmLPKToT2mH#iZFLUXmRygGCIm=?)%r%O&c5HUWj$*asmZuIL5Y0mzy$Bdq!g8yGB-xH;0S#_~+bm3ACEBiClW(E|bguw}41FZoc
#XAc<tRPUhWd0g5ccnCrmyN5Iu*zD6b~WtrDAAktAw8)kIVH{*hf}Tl{IG)Z#@qdYevegd<n_fBJX?f38u^T1SN&kEVT2{s=*7g~;rBa;bWt}ThY=qnTxh8G
)(F}H8BKC{c7-xsYicocyw_;h>`10pJR(a6*6Mj?Ga_`NBSY-5EWg4b1;K)N543&R1b6DQrI`cp@d8x2dfwJ5h;HUfgZ6IT04Z3bZh`ZEPx8n2rbH)(IYY7|
2-6hRA3SXUPSi8U49so0znxUSo|p%<)<=~_Y(|8hbuQ5F*rsEFE{_Kbvng2~o(#o#6r+A2zBuY0-JH7)>a3&4AHhFckO0vz9xz0kcdPDs%rwmRM@ti-mwzQ6
>ZfXo-eZ!KQnc5dhT>|WYR9je9qX$cj-8bC($E4igz|5=t5&_&tIK^{ksxYVNEmfldwZ=heL)(e_uEvV9+wRuu^TxE3QyeMC#u0wZ@5&r00#0v`pQ#rb7z3K
qH;ZOW?re7B|@zl8$^}+Q>#6`@}X}3Sq0WB)*btm4z12|M%y@m<6?SV(b?F(0O8JG(a!nd{@U>DaJ|+fMLu-_D3~RNgKJ7wP>kLvMB|cJ{0?BMXI$*G=Cmc?
EqBu4%^P&fhX{7E9YaUJhOa4pZSJoRwG9pH*VWsXe!a?!pJ`W}BIR(mEGGY4+Gwd|o##Swws_fVGP-Y4?rTh-s?v2YDAk_vO}Hd03zMu-I2%s$E=>F!o~?eX
sX;QB@_#qBnwIKbzAF>EPh+)dJ2h_9rT4tsP2wSR(|i2pgC|l-3EH@!NTpuH#=UgjXwx=e`xZIf8boDT*<PnHQYYY@T$2~ByHly2=Nai0Zg8i4K&0a&*ogmJ
R(IqN7!!E6xB_6Rref5yDqQ!yWRvZdlag#-ySyWZ6LH6XS4ERn7dLg)J_{)-k}uj(+50|ChT-Rpv!4cYzPIX)q+a~?`vobeTm5%0Y04N;V3=qeiWzvNC3~|~
cXsH%2Ah*J{h2frg`?IcMb0-ZjJSj5mb5MB)lWwnz@&qDiDva++<Fu3r-eN*6ZD@`pgohHMP{2{xux%RX(spuL3L+3fZT3lGQtoWVbO;(v1#XC3@#f6FRdF-
n+Kn*Oe;f{pIe}Gc0qw_jFtAVgC^fcN-5gsnS5Dt{eH84ZmGR$%GV3vTN;i?+efg663e?a8BMOPfXNzS{dP|$I<dPI-4Q5gV(ELFO>YE$TzWLo)6nB<m&7rx
kQi%T6+o75b}f&LkxOJ{VGM{eEyB=<^-H3s@?OR-PUXe#i)QXvgx|HgjN1=A9TFXTuUWr@kvOB+czCXJ&lY!-_pq!ONJZu!(OS$g&@r&%ExJ(MQC_otC1|=A
_rV)>OKe3T#{G#V(zm{A6Bz6EO(6Cha+wi_$xh;`u2lEcCz&Rl(ZoAq*(}n?j#C`2^g*rN`eSUib-tp>jgei0uBMA!M_b)oI<3L1^LjcvV#UipE1cgjjYNMz
IrLAQJ}a)6OtXVub=C%QnZg%e$u=g(1E?Zm*GiVT;vz>6x75b@2_>&|92#vBI&X<GQhR^dR6SQt5IL{^>eJI>w5@!4OjV3O>-Qc_{B&VgHqeqO$K7=Le_7&c
*flM1GZ`=iN4M0jYLg%O3d-htF#q;G&nCSI?x>0;MRKiANxo6{VW%A0nR;X&+H7zsJ)5W7Ze&@}=f#1-xk?wSD|dWfr#z@kG<hPoj&+xrYk~KN99uj1Le#6d
ukD8Gz~Mke2t`#FJjeeTAZwFznXT@h`NJrA*6Qjn+d72LBd?z^z!l>d)4M^x8x64CSgDZzy^1*RRzr`BHxl}!Nzcc)MVa|4o!}e|s;8RHpCuIE+Gks>c)bnW
8dxI~F4Q8kA6VxS8Zr5uPvU6Y-T~2?9skcsxo?CBrB!HcQ$7@oid{q7C>(WD1%>LUT>snZKpsmGR-e1Ed#_lus06wrD-?P3XA@s|D60d6t5R-*fZEi6J<i5<
WABame9b}k86*&8zoG)f!bs8zo*6TBuLc#%qN%b9-JYDIL$$ybZx>mNvmA^`IC7Z7cmuLBec@j0KbYj?I01A*nv-Y=0_%l7Y4L8WZT!QlNUO>k-&S?dx7L|b
DGf1K-AYW6fpPC;$9Hi3zx$PvN~=x3RB4Mcf9W0Sugoy2?k0`YIJcN;Q2I$gdckZhF7q;62umD7Aw0;PaiFQ4?Kn?9E_JlO8O&QvGF<esAu!Te8}z}d42Qr0
z}j;TQRvy%RM<D)%VA(aITy=x5ALOPJ@3I%v(O}u$PwB-C}L+xux<g>{YAUdFP{90YFn!WC@K<!k-IRfok?M2Gk@h+ZKASkYZ3?^4ZMe}`#O2H)^uSBsAb~v
3UGtvrr&0=^hfoK(!(9A>l3vJ`K)$giN8`lrp1HmEOeJB(LucoK1(rf`B<CKE0*fwj{TpQOn0*WZN30b;&=L2?vJpNC-x;Wr_OMq6TJ}j?Q}SzWTZNU?<$Bj
=pYFj15@vbm?GAB)XE31pM&E#tuSZbqA&sD{#~%xU6d_!E%8Q$rw37ozoj0=<G5JSc%1jSl%~k%S$p43LHRWO{z$#+1-}~)ei|pMDYnaLlKI79Ov4&q0SMBt
zniM47DNHFcy?it#)#xUlrghrhg6iFM6!S|dRt<Mrf;d7x>yF4_U=|dKRy?Vwrd9)hP`$gRvnY%t23)JD`%i-jnqo9EZIKC{)hr^MK{z+p+!IoXM*_nbalEb
tSd;h%tds>+5hA$5#wh?myaq8b|)tt-6P5eC{A^zWIgKDSS4Uz<kDL>QMTK1&cc|uvSJlg^SNXC@^luxYfc?#;4XucorGwqbCN;S<7fWR|L_+SFPR3XBaw{X
)FdK4@WA%WL77%2j?OW+TwzW+PVo*Fa$L^>@<q8pBkF#v9W*>KW`ZMSO{FMR>oQ6TOgG(;(?1a{88ln-S+m*#=u#~Y+7}5=Xh+D_9in6Zjve^~sAR0h=c#VJ
NYyW(3Xf>$@hH5pEDy{8HT>!5P@faj0SiXAzx{csu}KiWArZ7AMOR)Gt+Z)B@s^rO_7ugrI-t3JdItT9GK`r8{7{}%U;8_UO!BRl4U0)NdB(6rh@DnM@Mm8X
n`Eu^n+gb60uPAzooUPW?4>V~g|l%UU!L*zX6rhhQ`u6B2GJ=wzT$ntQ5V;0f~J^}kLzT78j<R_7fJ?3CJuwKJXI_{$d$ilC9^r*$u4}gYaO-?XJ*@Cm4q%=
ij5pQXP^3PPf{J86*qNa*1kZ1aNa_(kHwJYw2?a0$u$-cTV~X+zV~JmvL^9sUD>y}C|Hu~`^rb9pBu-D?($nbntI8op;2r<&IGYTM5$f7IQ{3O>rFsk%xaWA
b{Uno(`@g3zVNoPHM*>HzZoPelXxCUn){QVAjZI?9}AU=`|1;=;*>GZEIAr(eaU`5OY}8#->IG8ELf>Xho;Yfh6*|{zAGJv7OL@kefvZ^s!SG*MCeFcw1ZOj
;lwf{|MTuU3B|cT^SlWb1SKhDAz5usep**;%F9)|?KIBu{UbT=KxMAOY(?@^6@Ec-Vq&>!4WY-Z)>P1{nSf=GGsLL#&9IYeVzp5LzjgvOZdPjIPewxJ=xeH+
>JDWl8lP2U;dyqCHv?xyydh4uh!4zyXILWr#YJ&Pr;-1^3riFQLZ<k0<$NNc!vJd=-On+?N^UH+F7xqK+woKb;^1e$ZwI}yjQtZ4>6hvYl%euF5`o3sM9Z%n
=}|7bp>B09<yz}Kpc*-^ERM!~&-%Lqc`e$n>Kq8@eDSCceSy3w1D94xZ6C`6R$_TxX}#<j2}P}sa+rv|PW<#zl<@VksSQ+~mh_&<ef;HX+S-)y^14n-FHm@^
2v{`}8d#+MgVX`JsNeZMP<8GX^{@9mPf7#6-I7#d0S9*0YqOavK+woI8Z+7KA1My+;t3y=aKd%5M919->J{5LcnKW3nh2l54!{!YJ+K8C{F|24)Zg#Goo*N%
-M5J4gnHPy@_SJ}7iEY312;CSG#-bAPDKa|r;6hQPlyCvSlhZIZ`ijP_E8z%txwqolHd2G*#VITjp+2?hOFq5;@CtuRy0L-KI}y+r{l>&FXff;U$`x~<57>Y
Y6AKJ2U(wWDA=6W`U|6>KEuAB9?8L~xi9G!e&7a`@t?jNrCZ!|V-@e`Pu)hcEkBRqdiPbFIhsj(yOY}d6@%C<D6fD<skj9{H<+vS(;q}duT$>hM@G?S)qd$l
o%({KYXjU91$d`q-8+--jL}GbITGlq^|LZ@tErM_UT%D71RBQC@>alNn3JZl2e{01n3k01<jk_@P~2|vd{OgWMPfQnbU+KPv4lPwDmu|%-qfBf_wCcvAqFTM
IYPG)H)3O&^Qr>>W&ATomT0f;=cPHXcl|xAJBXS1mlWM#|Ll#wSgbJ(A0?H2H4%dJ5<b?SG+x2Ng%?ar@?8X7*r#Cwc^%4p1h;GM#-NXZQ}vhA`u!u-G0TZf
(js`TSIDUh9vN?tyGqa8;^U`hD}!{etxYN%VpHyoN+dH3jGuUaI6sXt<qVt)-|DsmruG`YX4EzyS~PGIQ^l#R2x$D}I_YV&$DgZkn*@r{OwN2f4K}3$d!5{m
#UqW>lNHuT|N9(XZW5-*FHftnukZr^a}-B_UO=rY5%r4Axv58v$%Lc&Y>LARK4M5^i{?Hm?u*`9i{WxymSf>(qQMz%#fOT&zQOnsZnv~mIPI4~on*DGVbr;{
6{1%~Gy&}acAGNiIxoOWg~D{i79ezc)xzwC%)?tavAHjoU)x!pgfCmX_!uhCz0RH%zaJ25Bb`u>I#93m>)c?q1UB@x_E^mZKTk_NPAKJ_yLGH>x3_|TSPGMw
$GXX~bch9`oCWyTwQk;(xwuAaiURnaa$(*2vaLIi2(xbDG=ILHtIA&damqeK+{k;_dB?M2YRS-vvlulo8TmiOM>zIrS=h!LEG11uqh0y>IRq9w4yoT=zgd+o
A-z$&;q3k%+bw$bc3gtqloxRp{^md<4{B#N3WufME+T0>rGI3<SQ1`ty3YAZz7?XZaa8i-U|BIzhu}qJ8&+%1#@<e|0&wzSSuPu1=#AI@xTsY=4vli^F^mnm
x#n!gg-U?IGEyGBI?w&M)b_h~>bdKkQ${I%qBOX(X2!pAjT$v#Vfm)@Yx?>z=aG(P_LgKP8Y$#jOuc}>qP`~41;|JG;=@u}>Aj;>rP|_;$Kx}@-A@7zUB#Sm
F?<+{B)iH)GYiX`-5!tnO!`4-T<dJuBcN>Zn{H-%<U`#p8GP5?933T7eui4C9d^~SFw?vde;HT6K<7YN{q`>#!P|ry!FT(T0So+~pXz_EZRe+Q<F`hFKl;xL
A^AtQ)>~P*Cg(n0;&m%$Gf-hm;)I4w+PuA{w|49%9B(c5%4EVmJ~GEgwa+aO_<~W@03)`+5?6GW6H8rcr0H1Vhs4T`xSvp$rxYJ5+5g)$xC7(y&9k;+%f2hi
w9EAv`tV*$>AI2k5!9%LV?@=g5WCpv`LTB>2?-YH<VQD!K<yyJthyX#T}|}xmSpxoN}0yJ#O5b^P^Cb8)3yiyrUCtc+?6+>GibG`|BC@EKl}<EUTTB8n#B~P
I3z^=29G4@^Sx9p?e7m86~9>YR-4*TdFV*JDfKW#)_WCsHn3CCVcBf}J&s|grz4H%_DF3nUTD<3Mmr9=I&-fjVxx#T(k&Wa$9fxogH<f4Qt~uOx%3XOIT)(M
VyRMt-jKUzQo_RIfT4k4f+>iCyq$YbX;68|kS+fKr;CC70D0=v2(wRj8kXP4hR6<a9ZEM!s=>$GCoo=Nj*>)Ay_Fw)d1~@wHM9{WTYl2k%y>m@mJa;r@rEm>
(yo|)+uME_CC1oqeG;=a*l*WfmpwzF&=o)Mgb(>D+Cvn>cCtV8Vj@=a29e}7&|ycfsvYk$y4UwMq(s8p?#;hKpI5Ih81UuXH^QaR`1N_nVK0w{Zay(Lh;)Ue
Ojgu;uWuUvD}#>@TY<7{6JC4NI3Xgx%bwfW{Ih1ht-9-uzvodT8L4xKJ5tJS%aVp>xv?p>YHv0rk#eDu#yY`IgvTf!646<UMD20vZN`O#vb-?@djgbI{DC^J
4v{bnn!{>^^L@)>y58uL1BZxzdB_WOVk|<BolmA!S@O2Us*Q)Zu}B{}o>6lhZ#8$IlBD^El|Q|^*frjcF&L~EX{Obv83q<A-Z{UUTKTDTYF{CnICN!$hWIJb
yP-|ozcg7VCM?@aAgY%wa>z5e@`*PcO(oa1N$i?m+5rl_BL)dw0juz*0MvAM-Xi!BG{8-Bz`H`_l>Sdoj9d_B6xk?nR2`MtExYcPil>33tj(X0H~(zhR5D6K
=lO@7oPZ!o%YW^BXn}|0ZC`D<Fuc8!mLFW?YZ_5oGXJ-xkM@w+`HYQugl%afp^hxzDcFZnQD?we%^~^gWB=4^sId|c8yb${VR|eE*4{)!Ejlk9Ek4i;OgV?U
CjHrv{gFWy-yGgXRoIeeNp*Z*S@}QvKPMyIR&@}wA>(fY)8Dk((<;-2Zs^Q3n?g&8xRB}n6_bq>4V&2|u|X&<WlgktjLLeLA6dR`SI6QLRMOYH!AM(jn$a!o
A2H2W?cb^6-MW&e&mIUbgMs7KD~n0x*s-TP%lm)ZoAT45ajU40OJclyV`S=9dY2+_UM=Qwq%rpvrtHOok#blXZCs$G+)N9W!Ac7Q13F_6Zg1%emR9t4zm+Th
kEBUq0}nlkzjj_heZMU_Od+(m0aYljrl0$T)VBZFQjNO@ZD{OSAz+WcFV<bOpM!^HTeL01jkmY14gFVq8eJ{&!$4#_m8dV886?#&PSyk@dLC@|aLT+_c!er~
%~+dnwALqP%q=SN0Yk2sN5(xB8B<Fs{j=Sxcm>cZX9L2WCYzXfCwpm3HbQ0ISC5+67pb;g5z;dgV>=Ee_ta>g@y$G=#NE}>gRfNYFxz-#p#QhmnWi`j<gX4S
fO_V%U<H~+h&c|SyWCXa)@Nw7suE=s2Vh^S*QXtI=>z{&EGR+W=JJ8s$GVRM3FH8kD(9bK%7MtK7&j!G!YJ7X;9PqoQQa9Z8MxV+cb=77YLH_$7Ah%q!wU{f
Z;ZaD&}zifRI+}x$7b-B!N)09jcH6{#E0jmbbXO%q2E7^R#G}Q{bDZqi@4ag_VTD<Z_)EMgkc-;WBDHYj$(dGUD{d)2B7pJ0JQ$#2||G$h`xma`4*c|D>fbn
6Svj-SJe-dbM9V^4LcQLW))Gl*4t)MIY-Hbj7r~zdJ)Bq&Cz*P$~dddk=7=+7WC#L+HIm=C^E@bubZBTMx`9zMr;oyMH9~@gSXv~tnIU$8prvw!wc03Q~(6&
i9B>Z6TF$086~d>%l}2+p&Rom8!=wA3Lc9$8t?jLp#2C+YuJ-u3ziTLc~_%vqjJs?(0ng6YbdtC>rR<&q(g3Y_2UZdUK5`eAWD=e?;kwtQq?OFi<>G9L&K|8
3@QIlir(wVkt{p&bce&?5DtgdS|fnaIx-_8b!BFW>}pZf&F&_fY&JPN!<|{P*|jkm$M#`uc4uu?+K$*64!4`F*`lgTWQi1&IzwwjKx?hF!yOK|1DpH@?!&p~
`_A`!IQJTBNo5QB0v~pt)4~+MC%C)_y|yNo(cLGV13JgAD%$3c&B_mSHtun^xqO&Q4UCi3*X%Ya?zrNb3OC*wXxPf6{6?w8HA}(Xwn^k%1gab*o>?GxrJOl8
s?L>;cC=yfluBe9h62X{E5$POKZo0F{#;k&g+SIxdeo0M9xnuGDvpZ#6?sm@4OX%9LoO|WM7#{RQ$LVSH1a^5GRns-DFi%dmfczLMnk1AN8HlH@-5`>S39nN
>S=g7J>8w>^q2Fb>RC~58OM=qbm3`<b?#%PWE~!d*X$ziOdA?j+e4IV;t&n8^7+L2r)CCvt=)!U_^ZtDy13;Omz@X(mfEyDsS@=v=p-_>vhx%(ewJ<DUt=0g
)3(->%~SZ^1kP>Co}Kx@nSkcPME|txEsVouRggfMq13neyM&nRnH~rxtmyHvM5G?gy+@5@klCD?`jvzobKZ<ccBS9Ol1a32B!DzqWT&lOO)NFUg;HBdxVnB}
vLJSM9FSBhMk9Ol=~f(g1g(SL5xe-pP644(xAr2v&WY=ba)|ZH=4aP6{Hl}$xc#eI0t5dQSv8fcdSEmw8u?u;6`1f&UxeoYOr(|ho|a9sp!xUv2^A|-+H3$=
ozq?wH2CI9vAkrLS##Q+%@EkcY~&ek<rD9YFS4Od@p4WEDikRMd!^!XjzNd;*I&;Ok<^<CLKtb11JvRiFj0m3rAP6OoU0Pg*f#(T)2htO(r?nlHandg<fCWs
8(uCTzyv>-2;z_?Ghgp051rJmL(pa5aHs60)6CQK%sbf>`IoAHH;O5;gBEN=3YAM(SL{ZfhF+)Jm&$4n!RnEVYEEA}#N?J|RRjQ5o9CGFpy8wJ_20-Yr#2Vn
&(9*WMafXM{DrHQYHGDp$EtQ+-xr*ftCPq)7t#oqph>F)Hbz>CAt8ePznkZY8VfyY^ZU%4$X!s-9;F}&a}=hR)NmPc4NGqbni-D9!~A}#??VcVy4HX6^|`~N
+Hzg?Uro4HVTkg3$HHtlGs=iY*cU0?Z1sBKbr3AQV7+5Pvf7}LdAe;fJXDs?N6jYb7>6<wN3)5}#e>@Uba4)1dYw3=jb<a~7zOz7x#2kAK)M}CMrst<4=N<5
%oLwQDO0jt^l-kY8&VJ`1(DzLRVKEJ2kP(&y!{udaih|CwVrq4PiZ^IpIIO3vI6crDn9UNa6I&mFm}edG$|2ps81TQS`RiZJdv%z0;}`<SUrrVb^0##iwU^P
Uz}ep>VdKFD|2?@F0@F%@phd(3*E?9CDceXu-<FNvhqcVWJ+EKizlkX?U1q1KR&!HWS6Ldh{Za4bWJ~C#A!CsOz~CvhgVM6FLhQ<jd-mPEh?&K*N2@5ud`%T
ZUWs{KveDNA9K1iY!iD-5dTvcncRu9%f;Ca7q=C+^rPy?+)iF%8T_7fn3eFd#sgPeOeOFuX1cJc&y)kS2<3tPqS315H!JY*M%&va<uVO<F=~+JL=KWb<eI>|
w2X-xBhMSi?x>>M-u(%lVS(Ry4UsNi<b*XbK`8&eAQS3J10WHe9b6j@%j?yujy>$|^@xS5J|+IAhjqpBT_G~XI%SzL6`KDs7lWc4BQ#FhMX&bk#OHJ3Fz!_R
Xi0A}%<*~xQ8U{Y^;r@;Q(E9OYLRkzG9PJYw~AtOY<P*yO&Mi7qN%n~KgQnC?;Tb!J*?wUDQrMj20wBxI6Ym{>=@1*&8epDKhnj!hasfdyxnZ;wMp}!7R`x5
e^z)~rRk!3qtwZJLSc68I-tuRbI&vfk69O=b=p!Tdn}HQT2qBG5t@v?T47wjA31qAz|RX<a!~^*#@~fSpLN~uWuEc7)hiW!)?4E`!aEAjB)eFthiQJB&2)1&
N;-$K(02y}lFd&vD-X^%1*<b8qsL2f=IwbmPYo{x`@%#FZV$kgteSMQg7OnSb#GNg4zrJJ2((SSPKN)I+_w@1?D7dAHNd}+1xmC*rAoD24SpW07uT$Y`q|j5
V&g4Lbh~~Z(_bDu<BZ$Mlmk6>Cg5n9GwwdjK%c%CrN;ja)G|+T-uuJ(DIkwvJ$bzp{@s!WLHG6j#bFs27zYdZ#u?9T#K>_n&2YFlW+2~E&ZskVI48ToX$@t4
&4I4&8~B9NZcCk>$wI88JL`IWLCJ0QWaia=d-b<m%R&T$XE?=L*ET^cHf|K(TaD^9-VdI(D3~RC(q&hcHN)cYWL}^sIQe&7N=BzJ0KL50!Npc6mWG`_gnSyY
qEw3nnOH;-+)ebhSPYpLlb_S{28@=3Y+>UkbX-o2>_Q;3@St<J*oxeVHLRDX%EO<T`|}BXkB=^xbjbC$RmLA)<?bnG?E3(}v)t@~$aaChEKxWI4bNC9PM(9G
@nyU~<>r7)j!<)07;SB)Y6`eCR8j9vzS4(5P}gX+z3G1<D-|nShB*W1z}S%sGSj6t&^lGgsjoEe_4T^0$Uu`kqY9ydTb=?uQ-(*mVn)}dFR^@hoF^&Tg=-$p
8yg=(5~}6Wy=RazP^H?P;vilDfA%b(r=g)_=rQ=T#T&t!<+@lqamEUzUkcJh=aM91p`XRyVb^TJc4?_otaq{s-{Nz!`<$54MrY?*=kRjT+rn~?KN97SsoBc7
v>s=@Ms4SK8jauUupBvBF+b4AF(c+iIumbhDrJrLdnQ9WXK9^pf9FLmVe}|YlrSouIl0LKIVN7H*~ihodL72#Kk$l6mMkFv$95m1ro?GWKqSq*6%esYTrVVf
Wuexk(12TK8+Z6^gMMzNX^~%&7|H&AmBYQPXK-vp7CW!xrTj^wP2S7O-S~AJGWPs9^mqDaU*+j^GsT_|oYQk!qZf?z<)NgxB8@gAyiG0m-Kolys<!~m7ajvT
45llofv0mJ>&o^$)92f|5QSMGDVAxDiEBDRwcf^E`o0X9k$Up714XvD+X95<v;Nap$+XTyq^h~xPeEN@Cw{;a)ljkxmM43}(ME2kF?lri(Ko_6VOcM2-`e^H
Yr@2#5qJombFN?BLr38(Yd<DPSZcz#4bB@CS!?v~0;hfLD!V-%Fml)C#PDsNVx-37)o-0ZGBxa~2!VwJWvWW~f`FE42^z+F%RS=$6K=Nng(J0iImHQE%lXd~
Ddj-uQ-)^@EY}YXGgC%@Tk%?C`g5uku8i``DZA^KF7|peg|o#R^eS>|bcH|8*^YYvB1?8j7q^^gsxWru<TnC8eDOFV4QVE-l=|O?{(u{&gKp8PL2(dM+SnTV
Ak(gmy-EQdD*&F_2c@?kX}Coh@B$dF0fRnIwcn}j%2XZ72|OD$YmSSfFS82q`754{N?j7AM{E(xf4))U!{d*>pZS!whH3|ETfHEGwiVmPMWA(}2hpebUOO{A
I})J}ghrqhWsbSOL>|PU=F4;8a{TUsz45zXHY=QB=RqwnGp71ktGZP)I-}bf%$O?TZw#v(StyIWK9pIk%Z7EkAjOC3N|DZSdqVuR#1K$77j|b%y@@KFf5Ga_
NR-uu3z}Y`p)|X#h`<=5<q}4>|3c6ywe&kj{GJ4EpkRUO|1~O(>@|-VGkoUc9S%5O&D~<q+;XpUp&AWy^fQ9V{&|sK@m?yX)i8uz0&Sy*UpJWKGSLic>oewU
f-O)x$f>hLFO+c?v=COPSf9vh!p<8`$SKauHOt6F7KjE|wIVdk=p-FLR{{6~TR4*3<n-0MuS-$Z#D>2ECOhY+N>WsgPc2sZZ*7Qcpi0r-=wIO@<{1Sa=o2T7
9^75<CS0vGM@OA$ex6Ut^#<&Yn18@QC2|iKp4$=avo*>RX)dIpHJ(eOpk%5~voh0e+IS+{VaymLB0kN`Mu=opV-xF|Ny1koiI)Dx2jwvPiC7Qv8!`}0X(Q4e
ohtGj6_@!u_1p)v;SkIv=|(l@6AV}7BQ`kf&6#_XaOlZlZL}#8wuKe?|D-RrC$buKCRe^I;Q7Q-F|T%9;-zkOS|`#z7^r-5a^@V0PSozv<{;y7!F?KRB~6G1
o~<*QzEJv`SJ1H4tQHL2nOh>ZbD0zIvQYb3v|ERDts?PK)w6sa7A?6YiKB0UDWR+!XN`u9f$kP{`IHiYRVi1UO6HI?vw*8GYc__jd!CuJYxslIN=^Qi4O31D
%2h>P6-qkPG6Od^h*l9hSoAy_0K(dpWNm_j?KMWNZnQ6jHnejVdhjjo-|Aa4WoWo}!xJDn1EiZTom^V9IWI`+Y+0WjvgQQ|+_cnJvi!mZ1*mOP{KZD;lg2md
>Mx+NEYDSrd{b-=VXm&!Z%p;z72`RdDjrxe0<KHxG>pOPYC(NTLMP19_F=$9)J6_@s#3GXHrrj5&woY08C%lfh8z$qESavm<GkAVH7vJxdEvFEfzo#GZT~<;
56tE`)eT>PM|J3v#R7hq;e?zDYB#}@LXy_398QsH{o*K>f+iKmQW39Yg{+n1mdm_7s_Kac?nPRB5%u7sHqKvr)U}%)Cl>(&?8lOp0mD{L3h=L;aQVx3J0*dB
FyOps(8|WHs3I=@U!GGQqfOoIPO4iiv!EY~6ez8n%c`=adJ^iJUWq<Ujx~XJ*T_23;KIo?n%C!#(wD(=K8a6ZFIl}xdHjcd*mt#3tqJD^V~4(>ZokzVrX-cu
ZlIsb8l_!kMsNo4RC3TdJgR@yu=}Tq$nN1WPA6(hGk70);Fnn^*iX#vYdmG-ad@#e4U(1nlAEY}OEl4_;?p~YLRbMfR6F%`u%_yb_9+y}INp1il#Dp5D1TbA
$k@inqw-j%^0PIWUyO<pq%X4NkUgt4M095CprT;I%DvEGOK*Qcqd^=Y4Dl9``#@jbT}d@GT3$BHVw1H0)V+?q^}<HVbY+xzJJzYOVw0|&@lvOtmT<XTdD~Cc
rP%Wxs2NtsFFC0=TIjkg+5@R5G}zm4P7Kl`#H3yx)8R71m#KTb%G44+-^}jz(_HUh#a;dFoRP=rj;jZm`Pj2IsH}y0hKMT43(i(JsMH+NI12B+6bMfAK^M#D
>1q1@vfXd2K_ks+_u?CpVnHHw<mw>)_^0tOFUfFARBqmvA~=?sW<=H{{0{?0?4nS)VWfCM9&mWTyMs~l%+tc;#8RAF=d3;$P@j#M5byT=-I>a+cC&-W0Yp{H
&>63saw}9g_Nkl}CHSHxo4PAV{xE%N5ilQjRwYfgV9sBZp2`rCuWde+Cma4nJu@D}kKh*#85)}r`+WZayz==hj~%d#4ycBOIwQ#O6nlR1h4#NZi`O|t@$(v4
W3N)pjCp<Qnyq*kKYJ#p6B|lP$<b`(hlFM{fjHaT+BNl49&>h?psCcaWN_fT;~2&r<=6;h^umr&A6Ies!PwUBnNS@!o^4Iu&}e%lU{~KT<CS*rY9i??c}31I
aHiKi%JbFWlu!gfMO2lp{H#@%`$yYVDN0R=^C=pCz}=Z`8HLcsK;-}U8C-7bs@4aYZ#sn*=7vicnLCxU+I(ay0ZhK*Pm5LK-#=m<=*}-I%9KK5DSIb-t%D(Q
xn2ddy-J+N+wISRC2>DzI-AzluM!Rx2t?GPZWpNt+&+%-!h8Li&hiU-v05iaS)Sb`Bw%@1mTnflWDSOmXFJpRxJ{mZex=WMia<na(W@@B(dH~r#g04r>zzLW
mczRGEfJJcH6R^AldWEN3OOc5Ygjc6Su+P&E)~!>{+K15+RC1?pSWVNaJj2+7BER~Ckfgpd7mYRU)MQHR;;m^QGMnF$xmA!4fdqHjQ*oyz5RzTUv-N(JhEnV
SNRBUk;;R1>b$5NXfj9eyF2pLraw7<?6QBNMXOKrZ?p4&(jI=U@RaJpKB;StgHaq`J>9BxEZc3<dSKk*PG9@+{gby$qAIXuRZ3K{$J4sVJx+fpF|x(1uh;ap
Lhi<GK_JTK8)wk%&Iq(iYvo(%>Bb0PAD0#He-E*LS<y6iEum9e-hIfsW?_%j)jwSo$b3VLk4<VOXcjA`buXR?a{MG!vIz+P>cvCFYU^3*(~F&9uOF4@pgE1`
kia$LQj=5wi*5`NmOf|y(9r%`c|`s4hyFGqiQ_Z5gw}?BiPKQ(eHUixV!2_qxybXI>{-1s!{w6Tz+*JuRjn?B5LKV8Acd8RI(D_wG@QXGI3JFiTz^O~Tp79t
v#tt2ZGE|)w?7z^0wD^Yc)n2MYJpDN-Z`r~$8YDEVzW4~^7cke7nWU;#qpzo`g!ewAufG2Vlg^hsRc;i<}8V_GmSCGYaYf=+Gb-nf@gA!gNT^q>W`OPB!|oH
h&gJ0OHl$3!CYUN)0@)W{(Ppp5*?kT_7oy{`H3Au(epQU8zD3MtpXw#@DfH_PCEG@gbJqr2WP7^aXO3BE%mC*rygP!HAmGCmtR6M*|YRSi1p(j5}<hOZK9Q&
Z%_}3d;#n(mC!7alnDi8y&f(%rk`JAb2UaW)UHeQM-kWUKFWB&3yFmpk%txJ>{+^!SQmJq=#g(pvJs-y*Z9=toYLGrA_P;q(fF^PLk=h}X+V9^<+gK-9+cbS
H@;GGJyDhjY&I`QZ|AtT)niw{`;=m*mT%9XqFCbRH|Sps`vK-V0bMpwGs-*=W7=ID3hGuKXC+GR3gLqVT?iTQ>7q8+Nvpc=Ri3!D1ynHT=No{wx}#J?pH5eL
ETO(WTKsR5`JB{ZZ?=U46M1N6cIpw6`CQ2|Hc1<GfjT~cAyfCK=T5e3cBmoB^7biLI2hpRB0Q-Pmjr25$}5{2g4lT%1=leR6RmGUVig<ws1Dw{`I&)RV-eZw
smHba1M(EtXM}>;1d`}nz&2m;a@~jiXpHcN>AIH2R5yMOUv)TERQy<mzLI+4>3ru*p{3K}7t(-G${RN*L>^)a?E2XgK9aL2bkxmvmt^y?Nz1skQyh=ECapU;
RaQ26q6Y0{cur14!We{vEO+Lxq#CX#FBcHU(a~7@9pOA6AQdurNZsient@iXSIM(Z@al=*CVguJ7+M0=u#|+qhNQ;)X`ivcSD}EgD~=utrJVMe-h1&>(F%z@
ZM_fzefKGN2`5l<u%<9wIIj3+<J*7LqtD>rUmSWo=H0&X6*Rb_(7a0S>v9dl2e%8RjzR+bQ`uL|nJHl&!-k$*#nMV&dJ^Gqk&gp{jfK??E!^KeC3|a0h&*FV
fMh=9N~x{pDl3{WaK0?X$cblpgm1C-xmEY*9i>Mz2VJ(MeQEHQ9iaFE|8v(9Z|jqFaicj%6xQU{Sk3X*>vg8F@NIfgQeq^kAm39VdlrVltFXB9Tqt^HmT@y%
>rjvd%LTn!;@DFZ%IH$jQ)|Nq74fZfLnJ%mH|D4?+oXM@<ZZ<CRjuV(z1AxKR6PluQqC70A**jZ|0Y$Kz+lfx@2P}t^FpX_1^Q6<<;O%*=z6~>iL`pZHnU<I
S27m8w5dK+vB>l8!&e;Su%B0}@m7$MnK;f=1&(E}%P0<-f5Hl{ls5ojiymJzgn&li#DwG5dq*jD^;xH|bd-F+9&u}FlD;SUNV=v1hlAgC!TcEdXZij3i}wn9
%0k^y@K1m6%;6$U-+vp9sKtBElf|^y@M>kaxuo$xg<%|<^|VCkX}4ZnpXns2kc)n<%mMVKSqS+cZfP_%_3i+h!n%}$t<-U;Wcmg@l?J;{h0Qh2x6$6u)YY%?
wWrG6;=ETEktE1ksmgqOJ*l2hb#GuK5)(?%f=v%uvF|LyS7MNDU~BKsISS&+E-$ri(m8EK{ym#$@gub7#(SBmSLfq+OugHk)BT}^cuRXo)ApQWscOG@og7F1
T?;OOvtL=}1C-*3VUK+PzeM@N&3es?XDVq9YoM9~nQp4(@IPV-a^bn=2KsVrEd;npHT`;~HpXRG+E!d^NaT2sC+L~vYz;;)2OBJvXwbqg%?65~_m|a%nCb=|
ryF{!I5`{+gk3H+oa9Uw#S;ni64@k2psb8HM>;|pnd53ChS!(gT1T8gg0*kmg2ilO@_AA5|8!~P1O5t`&*V6z|7`F{dqH&nbX3xPJv{y@V^a1jKs;D0tpzQk
mr5?c#Y_L<vBg>z%PyFA&ZhRx`6zd5iY4YsnB?fNZ2<>aVDU3n;7c$mFI-ZMOD9eBq!#FEn+ic$px>rkAQ$?1bNaK5w>WaYt#`Z;)JJfy$EH}z|3(l6vL9!@
p_Z3$j)kdCclUbKh1O<0@s?_iS-{NvpqrZz-jaD9Z->Nz?Qj^&m4d@+6XRHmZe72Yg_JC|=$IZzcn8olgAECT3?T7?Y(AZ2M&?JkR}-Y9+0UU2pwgP#BgJZk
%nlHQp;P()+-lZY&`SijCJk2hlHsgd^%oNzJA;P;3_B(evCuQkwuoIuy$;>{k*C<TYge+1tZq#|Jb6h<JIQ;@<Sn$O`io$fFE$HQ6Fh~u!(1OvTBa89nQskN
Vk?CB@?_UG1%1sVTTu4aw{`lOh8Hhnw6-sc1j^y~oBMZizRt<?3U~6(hN(dNuEda-^*wEwb5D!b9g<>0nKFSI=|pD&E*{~3`=OG)qA3b1DJF`KyS?zFW=(>o
M@eO(e~2t!9#=Ib_FT-rUI{flBem35zGET#oH<)_txg$slE@?SsA3230_zLsH}?qh<uF!H4Bxc`?HQIw-Ig<KUb#GUn7!ir_opu$B2E5IN;8<--fT44lH1X3
0X^`ux#|OT*Nm$yb;$&)c-1_DE_CmT4DtoOm6w>+kKP$xtM2%zda^3y5udDFj`|B0lcgZySp360-e$=#x#`d&QngXM7ql@#88K5t@da7}5mJv7yTfONvji;|
UcL_xIYBKVT|S8R65;gyx}V*aNqR-1^no5cHr}}q({P}yB3f5JWi+k?Ea!*hfnkL(e7&utGU>R0nwPOhnVNy#&DDg=nS_fM*oF`ttj#tUiHI{h;?NS2w%%E_
7aW44KfLHVmL70b#$L>pxx9MEZa%8n_#WV74Jr0oB=1cR$GG_q!W@KVm<hST%NwcebXS?pp2AOLOE0!{#Z`@aWo*BKy840LNl&0ZaX?;kmL)$e=T#~`+S*)6
5g;+x8ScUA<{SPdyIq=Vn^d!+7d0JP3q6%XO<-6NT^i_*_g&(K$icg_z`j)BB))br+LE0<*L8*Je%40qN5_2is-{6$dWZD~e!5?3dmJyDRPK)Sv#fnlzA8=+
*#BD0kHAMjV$#<ivgAhr9XH_WwJVp}C!i5{=YPd(ptPIB&XAVFU@qy){DAHq*A!=nRulQkY|owQAf%Miu?9Z^U5vsY$MSSdW<gTn;nR4}ApH(193q9*w4zWi
NdXvDyhTJf-Ng#y{3UDR@o4c_no)9QFsE86-b_9`A$22;O(@m1T3SIJWM9knDuHYUwif&g$v2-N8t<<IB5rr=)^Y(b;M=UeBsMtf6XMLmHP*PPiMn`|9lL96
&+Cv3#!{`8b8<fVckb|wUVe?*WoBF*0Qo`;^XRL9IOL7W>T*jd&+h7FO?l!7x;X<r%GqhTzcVy)#$vyom*jH2rLQD~$DLNX%;i^@I;SDC9Ai~|zZ5jyF$x5v
6MLzpxY5(1;gFB_`Ro(U>OX8?H+qC#ALOk5)6(>~rvRqu<}H+7b}a=nbu%bb?zi_fII~!%|8Y@DA)CrcYJ`1*`u>stKdWPI1xVG$-T4kO&at%bu}=e1LRXFF
Tfa#6BR3A`Jo$3_4W2$Cmo)6%h6x`=dh)!VBa01{4E7qSj8>@*V*3&mv??#^g082G{l6+@OrTM@n+y{@^K`SzZ#XQS>xWoSbwH{NnqiIS&9q?+4`a3+GR?ca
0;5kBmsqU?v0SQ0rL8TW%2!p)3`ONck~uKJe1!0W05NhFyj~tL&b(@lGT6g~U5F%Q0=UI5it!Jt%H%7o2#h71g!ps#MD7@-;89zGf;C7De*pC-)3420Ah(=4
<{Fp1)PKYhhQo=M#S1m#a3aH5ZjkdYBFhfwj2Dky`#9e}I^tSIl_5)8COVg0O5AJx!fp^U1EAPEH*P!>&<HxPx8&rLGW*)Nv#Mv!X%!S0>x%L&HQFE-a~!KM
Ddq_dBE?7F%jD>lyk;U(;N$|HCRzozo<3e$^=og;k>R=_-;LJD*kC-|E5Bno8o>32;TdPr!Fh4aRRE2NwI-}Y^@@~o%Q#5ezIJxB7x_!(a8pD6Ud<avk>jv#
@@x&@lg+$D=_wsZi%p|xV3(l!wjyw!PM!zh&n4H0zk=Cp6zJzV?VIUfy1u#cGQREjhlvEtTo6_j4ARHm7D4vJ8)QRWTVEpj7FP4f%XbgQdiRoeUJxbK*61fK
k!vLS`PQC&R4m0iAlBsOG@}@0snVq-uh>+z(5Bh*FAbi?@o<t#u25cRgy-%wv<0^*ZIu7o#OCa<9TWGyktZ9Gw`HXAAuejc^69Z4j(9iO^WTH{sBL-p?r4ny
S}V()6?T71QlMqQ=$_!NNHl^a@;9w<s3A>mh}$Edn+hs9-5&dlX53(j&PJ!MhKl^Zf$pmVst%ZTs2a8E%@HA4uO9~tLCIq}+vXw7=o>bK#Upe^*+EXx?7uO}
@rB{sla7=1pN!t%w!r-=`{HUxUBfQ#U(RPn4%B>NAuF?eZaJ6rKpGieu9y`Y#F%_0*D|7ny!B&$uGd)v5AwhOpGG}|6}XOQe6-4A*`--G#*2f2;aWKhdku|4
=fDT2g{v^}_@?LKdD08?9$bh^9m<!2dPp5Qst!}4BCqgG?_B66kq~q7&5wSlVmCY`iQs5Y?ml$JQmt-b=%ORJ_45^0=Z}ZdFBS=JmC2WmTl{7)6CH|_iGtlI
Pfw${mNdd;E6{(a)?kKJd069%+pMhS@NwK4q6KD!=tCPMz|;b^n8tzUvn)=p&Ut>dXBO=6)kDZ^B4q^z(3{Z6g0|hm-?Zc@-jx-F)}=VD8e&7OcKW&Da*y_y
U+nSOp^#ivzj~@e6Rw4|S)qm9=M>GShWEWwAm<@F3oi98#H$K|=cq0|sXPejY$9f9qD03N!gHQR9w|RdeVsF^vD)Lhawlq^67i*5ZJzG{l*vDy{|MP-(3#i5
Iw`1BqEuqJ5XrF**A|8$em7k~lf?Kpq6Uw!_cxG%@+%p9r*c^7biKH~ZvE;jUa?D>V<)%NOIb0U8dX;0qrSDSEwsuOCE0j*>74MfxDdz+_$4OYFk7L67c)~e
3P6Oy8Ng9YizMtWVALNwgozPcSFpXtZ7QuMPVWu-J=0tD!N~O4Pd0}#*GTbHgtgo4QBM$CrdANRy%EAEG+_RWGgz5^Wp4lAJRrPnH|rPrXFRn;FUWsj6w5=H
i`P$>I9p9;<%4<nSbXuujVYO4WMk5Gs9NY73V^VZt*s5Jp<EE3?18b}OkF5C0WaWCSIfT7w-yz;p3`GKycg#Sdm<70h&$jU38r9vLrU^zGMwYif^qBVx$S85
EUc)VyxZ?;4W&tpZp0jszmi|kER@<$JEiQco-I26?ob^$Rz`r>9&z^}9@WhNELVS+vF9@M?$>r+&W&b21}t(ImcJa0<$@}w(t1yA+bb<yU_BfcD*rkq9?oV(
j?g`gUdPWT3a?tsfZHpj)=BjW)-29%*=4^!S~DM}hxI9=Pr#z4#J#_qoD|JkRtm7@c$Zx#!IlV583nuScnfa5Z>C#u--1k>>q?Lx-C}(>2PPE8uev5T{P&_z
pE24@(L;S(SFk7hPOZH5MQ=tupvFA@jjqqa@|-*e`H(N>9pxqi!$3hy^&aFzUxg!4_8kaR=^@=uif0Wpj*=oC)!oxNK*^STaIx9SGHz<AbuA{4$!a_(R0RNT
4KedJ#5zS3$yUv-MqMd|nCDnw7f+GKX>PqfpIu<JO<C9Rq!ugy8p{TktNR$WzxfdBuE_mGzHy#$HYYPH?t;M}IPz7>Ec5RZY_PMTtCq;;2AMi$AKnruD2GWa
qdOiq%$;co)iCvhXqd*_Og8Ap>LK=iIOKTI8YXH3a*s7$>2U_A5R`9YVb%Z^DeC*vXVl*JI+?{<)9ONtz<;UcC#u|mM6~K~@Nd51NnH5>b*@?B9<=zBmSm95
Q5F@86gIl#q9oiw0RFXf5{jVT%4Q>MQnxK`fv@r<xjxWQjlD~I%G3bBirwx^;G2TtZsOzVx$Bfh3dPqZu70Nn4U-bFd4KZq&}eIq1@$7Vu<}zUTa$s&TxP&D
Q%T97b=i2%-%{vf64ke*>S<{OF=XP-nQz%-EOx2JOlv_qS2TZI#qfSjo1OCn?YZ0K>3&b8zi>ny9q$yI9G+XU_a?K2EV06NE>gcT@Qu1K^y|q_5oovUlBeyu
<~jF9K{fD%Oa5eLl;JH%g`@Y{{pXC*#yCZRHp$~O3Cvqlp}HZpG%6V14=B;xmA+opt6!`?C9b{5Rrrg%b9EczV^7w(NMBb@b!F5TmRSHg`xV-;I4ZaX>R1vi
sox7P7rB^D6o=}#RZ){AEz~4$ST~Z0ZWjcn<kCxol3c#2=?K5<3ek&b2UOa!$H1Ysx*5TV@@7n~>N@Cw0S^?)pTWKppE!#bxU;<AVBV&h=@*7lU&dJzcH#o@
Gb3mAX5AwrorvYZF|1M7ka!u~;7%o%o7L5Y`zdo~JXAn30bLhW|3smSkHfZQ4TH3ohu14u0x9GB0MF$Oc0PGn&#vlfp?KokFF~77!}^qA!)gp5l9TDqLx=yU
sXSly{ZZ0tV#!#9Ja=R41$hwF=?_bc_3h1h{`sM4i(qAKxWM|g`t2gO3I8vN2<)6CORbSe<a%W5tsvr&5)c2~Tc<3J)_pNF>{+)M1BvpyMI}v}N(MIRB*x!0
S38frvB~e3S@8??a>9~P^nrjl|L5w4>IeS@y>elI5NZQr+^h}`($(15H%v*48H#tgc66D>iu-1#R|tmm&-vr_N|L0UXrw8YvEbA5zjsBwQwJGtn5Xlj3tyn0
9I2;?DfOE(s+T^iLM72=x_BEl+vM<hnZ6u+UUq#t%})pi2eO?zgIX689QO*xb1oJ*mB~T*(&C!%WmBiioG4e5;EKI0WR3V=JiAbpiQ2h4r@!iP_VS^>`Pm>$
P!-YHf)ilQmtf9Gr(90Dv}shbt(K2cRXWZ4ke$9S;Os;dKWI6AWCx$bPonJUN~mEOtm3U=O3TgR9B1rUCUqt=*ey$IB&ddw9y#jHHj!aZXY#Z0F2>WlFY1}E
|7;|Nu|Eo4l@SwZsP~JZ)+vR`cISdLRM0rw29`=yDoqT=^TE%k>Y&Om?Fl=&*EHEpm%)GK!jd%a1hZAn%<OXscl)hnuB>&ZQ!peFaYiz2Sm>SLGW600lUw4m
h2I<6RC{+}gIGjOjq%T0*Q-jg+0na@I{;twbzLK*&ETH1J57$@FLk7yY-vkr*;Q(U?lyYW5tNgn9mZMKfW?{9&Dz7EV*K<B`LsWo4F9CP)cbG;gN*SL^CFp?
w#g!Wqq4d>yd*am-q2$O0T`T1m^(KV9WgbbXh^e_ol0J07eLDxd}<fT<SsmT@i&N1wqOYqO@Sse#q)58K4RYuD^*7)%1yJcuN7j3|9d+nFAld8CbwFdi&EK2
d)!*Mp6C>L&p3U&S3_tdP9H(l7_c+YJe!)sx4+mOhcv$-FhtPGR!?iy8U6^P2OwL}aE(tx(R^x?t%!3o<fH7xx}z}1>H2zaBg}zOE&;QrL2lq`tr1tS2H8x!
Uw#WmUd_xf2OVb7Anyu@)WJkc);A?+4!g$tatn~<8pW8-hONtC=Q{X>k)u|;3|C81Hr{T1B_RcmLzvfP2qoX#EH_=g8VT^*9QSqB%^>WAd}1-bwnKm_2Zw95
TW3aLQlIeHDIrvzi4J~O9N1Ny3b@#ohs!!l3F@=G6I!*vugH&p5kuTfH|=BDlUiGyD-sg!qUM?bXkF+(G@u58>_;vwBw`(&__%#~PpLJjyy6-vNYhP4r578{
Owq<h0?R>|S-Z$uD71IO>zwhA?Fg^Vlc<8L1CW_Z&4E|mEU2%@{K5{9m^o%~ol>u@*q!rA7>gJ$nRV50a*$x42^~dtw4o<rj%2qqsbeb)?f9uuFqm2CzcGR1
c{C1lpb$)$zx0)N+Uo~BOa|y2=|b=PE}v5_eRe6H3zwMeP?dR+;e8sk#8pbcrdy~t(2ZlZQnRn=GgSv;Z9Qh&v|*Z-6EEit1mc>SseytjVmpNO(=YSaGGcHC
%9!H?Wa#BUZ-u%J>{7R(R*t)Fe?uZE{ra`X3!k88BqMFEG>oEVPb8_9A|1fZw>46rSW%S%`p<bUo3Ja^#<iRSv?#vPhN8mMS=`}xIaWoc`$tsnFevzN6!p3H
2u5zyFlu*oS@2zPKP|8M>vipVR4&K6cg8-MVnWHCC%#O)h+k>D_~^@%NO$yn|GF;A9qcq*^H%PcT-PmZ^5A|;7P8h1vELTHE0D%n<^~sD-5gh1G;I<3i5YI!
LXpuPZ%lma2kE#$V${jd4bPH<3v~YX!g!MJAIbK|yfkkxpv0MBVPdAtDbE|Yx~zVf#;R2uym(JtdqK4;+-xyW+qDvhD`P?psC%VCcf|UK?1d|H8)+TpP!Xd3
Y=TwkCnu~gIoBWtLZwp3Sbs^h#Pk>EZT+AIJhUb=!YF@EjJ{GR3gpXa(L1%0VmR-*2GA$@#)4Ffz%|DlTp`23Qbhg@o_?-==5c@ouU-4NY%lx=kS*z#0o}o+
z~Ga&qY_$dNPgXr^c<r=nE%RwFU~jg`Ohnt0|p%I8&80B3vyKBI#ivmta*M|&+!X9CP#O_)i}zdTA!9R#O3B^$ywzE8S&S1qz2{kGh4&k{EklX<BZ-m`PG=G
pZXnp{XapyFmmlxrtACAutf~hFw0)9QYXvr5>A_tkpD(GlElFAoLD^M7uN#u1!?1>fej(pLTREWt*ar9O;tM-`8w5U_E-n)Z;iify6EoobU5+~S^o(KB_DWH
_hiNC=IM|DT!Ib5_Qs3PPs(7!^)eysB96?UeRa0<Jq`Kzm^>0Tpj#?iKv^4>|M6?+36(Af4lju|ho#_JqRt6C;Nw&dS3-StIydgCB=Fd6PwBX&^HwH!&Ry+m
&;ISiRRICyCDAw8=KVuFyLMhqbu6lDZyt{mo!Fs6O3P=R4I)q#M#xuXp>9_aI@JsK9wb$Rs0YYnZOb@T{gn{mN+0VQ9esZJas94^QG@S6=;{0!GGb_O`w=;3
%TpSGZTr6R*!bM3&47@40-CpQs(!jV%fxY6ypTlIr%gw_;W^4mDs%Gw`y8!=t2s5adK6ONS;IWJd1Wr5;C{k#57aoP%zaaZirG|cz*N$|5|7#Z|06M5EZWiN
)`gbB%Neq5CY$vATBS9EH?b2)Hy`*O@14A;x-`fhN-``y-0q^i(N!`$6kS3ZENsyqiqY)~)L0+LuP1W*ly4$=`YZ-YFXdFq-d;g%OUYUTv#Q@T7AoXobQ(-K
J_G&A?>vPQmR4H$GFFW~-r1|PYOK75oSfnk!uN^uhKEW-KoG5G*?(kJT&hKr&QtT;ju34;dD>Q20Ff^7vFuVI!eUijnQ<`PsJ&VJO>b;HuiF3WQM<t?B>T?~
XWWt~^FX74jQSV$3yJ3pQWBX)O74w-SlvBdS>^iAWU$wxJ)?lZ@_5|3rd@4um91PtsI&I0AH|jQOT|Hgs?CMEmrP>g6#ME8R9xsPWMT`)+Tnst<r_<>K}=Vs
YO^rqzcTw%bTN16&rdZdlAo~|z&{bYHi4l|#71}``i4u>6LtS~X;qM2XmWS|-@h50az~l->3n`s$=as#(%QU3Xl(0Q;sSe$NJ<SE511daM{-7~n_5*}T@PZO
A>axK8WnqVzE+&rHggbLB4}K?f65gZ?62tPdm@3BHP7?gw~)eS6aj5jep_ai<ZGr%q~S!T6pa9$9H;~VIJ==1&&xy2hbhBp=Nrt4_8~MTt=b~aMQ(TgTwl6D
i2&|6MzuN@%xzz)P2$#c<|-up(B<w!V51}#DwRcof?m{yIKMKBrJ9hzKf2=^`wvfqZ0%OXJiwrru0Ifum8@^U7tulgL?z1zG_PVbIr*21?fOD-t%vjs@4BnX
9&1X?vr>NWGl&)(XRq#|k6JQcSJVGHVpMX5;(;6)rRo!#Xtf<P3$Uad;ly*^{Toq8sA!9NZ9Q@noBGzVWMppM#ovA#vvs!|zjKQOjaKE;Rfb%ZJg1qHk)b4C
OsTZ-J)A$wlOc|O3woItmLv0`cgG4Akf@V3Ra}jEMmnI9AFUbJ1Hzj!d|~UK9lb)rrir<E$@%bitK%<2L}GNiXekBLJamSEOwTTNl$9AHdU2<7tl_0EP3=RZ
lGQZjT7C}s!*b!KyUZPt9h`-!3r|hL?N44)<&dMV@m+7%fIMi`4rmK|s<$sIo(I32vV^d#qAa{X-lkq9djbhnyJvM<ZiBj9iJf|)9r6k2Ac(ALfkPz8<UHE7
wnye0j32(+Hzd>HbA!e_P(MBEhNf!ovY<+8e=)fmssuoPQr_l6?|nvvLmH{~8I$hrZ12&vwWnB3jmy41^V{J~j#oZ`xBJXYD`2U5V-6VZ4qh6P3NdFmBqWM5
Rbm0BAA7m`B9@BlU0vWWlrFnD#V?3)OTf2c!OJ`ki!W&6SDV~vCe0HVWhKj*-y%-t&7W7-)!guQUHo;Wb!10mj07nE8EWYM^pjeP=n$D+wY{g2T^sYT8l)Iy
BAkm@nh?)MbZMR%1f=EZ?OnMV?(Vrgf9}&3Q?t&levI`WJRHG`Y*_9J;ugd0<I2`z*#B+_*hlN{?3t&HdoAg!`p|7uJ&pQar#SV~^^Tz~HbdW6?A0tbNnRjl
FEw+{dM2L_aA4%aozeQl@{nXlPj<WHjU++8;K}=%h5F^HczL$UKZ`4y|E99vx%lkR#<Q7mxak^P;o7ZU$%3u?BEkQq9H<`*@5mk-!uJ+2znFEF+t3(u^ia4_
;T6q)B6jn;jNEa^@irM!N7Jp&2u&R-g$vg!Gw9<<@R%=>@#67Rc%mZ!@LF|^F0~)jyYFXkiT3BM-g4)&kskZd!CDJhhEtk18)UND7cOx(2eTig^(bKd_-^OS
@ml<gg?lJom-__VsqX)zG5F~`Ti?qI15}5F(m@gXRHIOp)Da_#I>&c1B=~~L=(J?BNGfbRdny42i{Hh{V{zx_;1_F|yF7Lq7Ti>X$H~an!jQOLI?GF$7kFfC
Z*vnFL&dXE?Kju&sooWh`rOZ`L6tlBelObj_i(c6s<geenDGNKI#sRxcklGKA=`_&lgYH!9a`fbFRM-L96Ki8P_)#$H@$p$_FAn@9J%v5ybMX-(};OtWRM+A
CktbhTN3LSxI6@6&XadbQ$e8gLRp^Kp(LHp1*uDz{>*%wcVApMU`4Wpc1iv}UrX{A?S)CCBM1mkLEZ2gzlGme=G`qJ(_=^C)zoTTpWhWVZpf{=nI!b#j|844
LV>N;ip-rHl994%lkIYJXW=W&J$YsPLNPHmnfHdAkb~qGLFHG96@Op7JsJz+94c6j1uA9S)@jvK>JeYH$^z>7hG**_+=7t<!}Z=K<mjfLjDv#+9rU1%fVAY#
b%?PLf;a<{Y-AjCE}l?`OhI;-TN5AGhfDw4NmpM3;<YlRx0zzyK7%%R7~7(ls@kXH;&-|!-tZsaSt$)Pgfit}N#xp;9j#o`YeEc^*1zr{%INzU;{I^d<K4qH
MyUeMZ~km;-vpeXFM>c-tbuhuEt^&Cf-sgMdb1fN5|j!EP8Fn%<_tBtY|i#FGxgvEL`P4|EP+r$wgzV{We+06>{)^TF&@@79a5-$))LQ4S#5jMisoeGgWd$v
<^5gJeSYIzKz3rpbKf{t`WlNXI?Zb8vvG!g{A<QNt&LNVMjG_sJ1zQBct4-Igf0*^y;f3Mk>;513N{`DgXq>#%Fiv-<NZoaC!NEm6`f8I5DgLe>9`9hx4WLM
klS%^y9D*5l#J(KVDdkvJ`#<M?Rs89^-Nl;r0<xF4P&oo6a@MMzamq4f%MsEU@owA+DTienlB_XRUNArC=yTtW`n##<eW|CICB$Hb8@yZSk&J=djlw^^|^zm
1FX`0BwTt=l(GMhz1~P=6j^74A~hvh9$a;puJkVcF}-o<=CLj;LHb2DBSkOCTeprZy1EF8c2ZK;lNMV5@Xm_&H;TUA{<oI}%Js|qCX>G%M=0+dWtTHlt5Pm)
qp#dEp(g7zG~JKBsL7t%s~6Zg3z=p@BdCEN&#5nySPRXHv!lJL_jbFes<L$9mw%Qkv`rj|EE3&7doA?Ja(*#RuHH|fySZ@A3J;smgV{STI1{rGMPnDZV?DK3
ut{~^HB^Xm9l&mLy1{4Cg`m8G?)lUe+uoxX3zPoI?+?a!_f#S_?8*AC?Q%AcxU|$QkWGFq{?F}l_L@<{f3_m)e}h=={Gng2)y|bF_J_01vvAU@lZMTR<)mC>
aJf*#)9z2H90Xcx2fQ7PuItY6YPL2asB$l|JeL%sNR=LAL+?J97R1aW@$Kh_wOS&1zm-8~p0d;|_I}GpH=WsZ*wP>8Re}7a2ZU-Wj<5#-egvt~idzLs>!^|v
l%{puQMsxcA65dwj*kbCakhQ87tO8JU@-<6M#K<Pnd_Z(UDCt%eVO1mJf~u=zUFg;HZD%cWv_xRw}U!agp-3|4}NPNmHqs_GJ!z>d|JGCkzpC8sfH*~-gW+1
d+Fer0=8XnysvlO(Jb)&TMn~7vU1#Bo*s(6EN65Ygf9K9w^|b5Sg^LkH)L=75?#FWCdUL{mA<N&gvrVyC6gUDlS+3-cJLFsvW?oL?|6aL2s=+fM@da!SJ&ey
$h?s}ObofIDQ#ys*V`kcBY>%si-wa<x4usPK0i6fy(kTorT<(B1-QH1=6`<*iXf%mr$md+9_h?74+%T?4UkiyxMWKf6gDjmWzw7-oom;miy)&<odxMD@NBUS
P~x5e;{Tu^A|*ydRAWX~i$1>1`zT+ri~j}9Zud*L*AgAZH9!M}e$?@aYfBBl`xPs!7|b6^Gh&H{JEN1SUbG(+Svs6&kg83ihFV8K;A*ZJFGK<?Tlw*N=&kLs
bSd#$9+L04xahc>O@D>I8f{26>`-L(MsLu=a!zgO_`(WjvV<~Gn9?ry{VcWgi6eArT)#>@#k?M}jch3a4t#|zA{J`q2I|cBd1bAngJjQycW*=61@pj>tI-Mp
EZWs@Qe2*+^*I{7pTnyIvAWvKpe>^(W=Xr?T5R=wg+SEQiB9b@<k?BieZ(7$_`nG>O<s~-uQc@1>{$M%*+ns-983c3X^d~yUkqk@c7ejN(>zi4yVG^{Sf;ZA
@KPD+LPCq+y$R=Fn;1>$yI7vxdlQtgGK}Rm<FBXybvK(R{34Z0-c0ND$sjSwQy*i>hNDq7wD6;fEd9K%ZTF;X7>bSU3vAN}IB(X#g5u2BTzy$=2UQpzk9Gd#
mnUpO?r4zg%Dg8z{apF~SL7Z{j->gW9?~F@NF==Xu7Co{`>O70-#tA&es*Vem+SYqs}n^XMM<HEyP%|FTu5<uanxNfLR`fimwV)jJ45d5%y4W^&$REZ?&>aY
P=x{t-n#^l01}Bzq*3cT{NLyKJ@Mvc`=rJ0(PZ$2CxXJE(>9(?>b&2Uv}jkQc(x-w?TysC$?4kZEoX#xUf}seHAg-QB66@7*U&9`tU9)$VFs~i9H|aJozF7u
wnWL~EHNFiL%a6wshSd01yxm_X``m8ei<9I^hzMF(r|ZZa5QajR}Gl!>GhGyoAW%<IUJ2yp2io;F8TR_u-IgMw|16&^p-rHN$r&Td#9oUtGzh3a*thcIEE|Z
?|ZG5A<S0`QUA-I!7?M)bq>wU7kzw1$}i!~nJF~`Y_-tRluy!NrVEmQ`b5g<9#x22uL-f*VmUa{NCCyKr)$a@|DPMLwpMrT-#r6m<L-)hl3<fvzO_~OiFdQF
C1}$lVb!2|e_f+cc0=bHIt^mhX5CLG+9$Iq;Mo_+|4n+bE*m~KSathMri{$&UW3ter2uJP&PNOx!sKFHO0yobpMIddyPq)bk6j#GH|b%#-pzN*-`P1L$)~zt
^*He9co|?u<+N7O<z(;5LC@nG6z9z>jMBJOPsdicu^}wK@G3q{6N1&0-G9+-0{$Mm=N^`+y>eG6${8=59axBFcjba<vSVxdM)$r#oxR9l8tPnOE&veOyc!L(
@K8zT<J}5$O&U1=-cQ>DCiz`M*Z3*lYnWwM8qg^oxII4oW<cQ@xyZc=EXtwo@;r4}1%7EM%XP8cUCB>hH`4~*^S>IO@`Ac_-qm8(Tv)`4mj=)--5u#yo9Wyz
aGcV<#{S;2=WKy#TY#vM-<CBE7Y28;?tR5gOR0v-I*EC+nt?kZJHC}QQ^?sAsa2m6+vV`~zngeHbKf_<vzxn8b+zT5gK#{n@EaDM1i|uI5-jW{0^qnEbeOMA
dt4S-FyF<rq^<LxR(E@Yap8zE3>iN%(X>fsamyB|F`FLt8?*3uuj`)8lFD%>^L(7&K?sA7ruW6b{pkHAg#2i-81U+z;=_o)wVR|)(Siju8Rii=8MVk#A4^`f
V=Yfwuif9YSniBu3N)SXd%$?)tp}GW;`<Hio6AFgkC*k5C3z#0*jIw;cx2ij+g?<(I?#z)2dQsWhcaMT{ea;-ZSJ}EMe4g!oX>>GzSb&K8oPFAB53|^CPk>#
mad&k230$1A1n2RUzDk-?{O(|(-YNh<2!-cKsLT&bGY<T(w=6m&fuEjb(mh7h;G1KIuX!TZrrhIO8!P^T<TUdWJ$;2#cx}E67a4pDa>{*ohB4zrLVSpKf0cf
8zAxQNU2bXquV#1x}(Gs#lMEtWl0Vq@U@K_--eLDhNwK)6!hW$;Qfr+lG{z?fpWbPHk*%==h=8ulAK){MC83{Q5`RWAIK@maDu*|me{|N0%yuQ`9|H^7%fh0
|G&~wi`J(<Id2?0GS|Os*00zQ##vT3Dvbq;ShznQsU0y&jPD-iG<sD(Q(_)pC6@>mF!AVOdxAa`f?%&>mK{y$PXM5yRZV&~gqpti<P#s;GQL}8l%C?p_eABW
4EtCPv2=I9!P#K%C51@M9|$Ikl1ldmSNv-R_UES?hO2X~(J^?#Hs*F3^S`wkfV46MbNgY_ou<2(aH)2*Q%kSU=)y`H)8T<u46;>tv6dxP>Ed2}o$wK@leJ>s
q{_<9^Rk9n_}b#F=-qVSvVZ+ohYAy`G4yuO0kp@A{!wtz)*kpe+H7lX>a|~Gr=By957m{%Tdj_Jq&|sv%cs-nw~XH(JDW8<lO$19+f`b4X=qIzYxcqYwZYkc
01~DZLL6=IRd>FCKe$?Z7HS1Q<y}gtXo!kR4PKE|YkyXBMA8?|(w~k~$FFB}>`WQ*RGz7AeqE|sIUt}e)GS55mkTb-JH+gBr}_PqHo2D;i)T!`8jPDk+3(Jr
lg}z%%ZT3H7+WEcp1gVJME0@M5+GTa6PkNRXHAZyt^rklpZ<Kdo3~%u=qk>`e=TJCvS7%SirWQkGgP6cG`h|M$)pu#<cR4~^c%TuHTDe#4`b0$X*3+|Z!|RA
;KN<XZ}uZ){M{jH_o0wIe$aD7G2Y46%D3$+5So#-=hzl8@QCBh9~^<&01tw(tV)Iz%zEx6{iu<UR&&M)=0)9z!eehDO2qr#d7SCaG#6QN<X|Z|KBmax=5ZsB
jK8N|dG{OLi+A=s3#n%ZQ{`3iU4M4kV)*3KTEVF5zR&RK8>2+EeLSbu<~_)&N-6U>ooJ5=hI!?+j>`l<&&Zfl3Z>I~F`=}sdUz+H{X4Q*r~th?X68&E8#qA3
dQ)>EZE_wXxqkLJ^1G{p<1>2=|20=Z_NB;8XG9bgFP)#2zg<73e)MOuBm1%?LPEkQC9r5LYnJK#AxU#tH2T>s=U*wOgwy^Tt(_xW(66cL&;zPrbZoLpaP)fI
cM6;F7SUg+fzJ5-?9G|E6{SlL9$it-TyD$SSuN_g@4mrV>^(@)>#2evG#6bP+XE+_v2-PQV(2h){#|y%Wh&W~Z)nGSZ6)eRq->!#CM=9tC=UEyl~cf%9#!lO
zNl%0U4>x&jrz2thMQ*Ax$VfEdRK(!ZAWvmhtikmgHgGvc7e&jG^PE=v5$<{Zeeu#C~Tw4)*qe*7-OOwjU|zia0!z0KTQoDbW9_lPaY}tVGY4cJWZ!)lpzyb
?d6~C>aofn6C>(Yb*8n|3g61KY-jb`7D8tP?tNc`%ick}jQ}`ga%jZnBTeCafF?8)7fLEEsR`8_WztLjhn=Bh=$~q!5idN8lo@v$^lcehV|q`JQRx>Kbqu`5
N{}<ii`FyLBa%Zq`S3xH<UViv{Jkj!7NifG>|fg>4^FU}NJ+ftZhO|In<UG$@o+Dkz=?v%amxjI-{{$`v>iG3U<1(@yR!JH>H<E~vRAsVx_|S`n&sPeg$b|c
?X?@Q=R`=YTyry8YQAyfscIW9w;w54k2~9*8_Pw`xVeqisqU9Lzv!la4Ql}tLQ1n|j@bKC+cCm?*!g#$!|Lhjq58SPJIEM`cl!-d%?LmI*~bnvwy9eq2k{Y3
<2=W`(pLhqzki$-L$hFMAQR1@M^@&FMk)7Fc|+w$kDDy7MnHP>Av(rjn#qC;;mp;*5Islcf8Zxd_q@4Z07-3nAw4*n$c*$9`|{MA7Jm6>-*o@AO{%CZgrS*F
b9|&w*+Mp2gvoZyp)V)%*Q%Px^Pq2qW6I8rssva_H&sDpzKmLB?3X)#NpIW!7^~n#jV4Jgeq;TxHaf<i1>bhsHlBq&L36O&>XqP2VJ)(iY`q%&vM_afq1w=M
x63D&sX@aiy&t2$88Ly7znJ98?eNQ*&!tYy`jKrW2`(;VFeR#auz4o&BFER?>aP#+NUbT{W)C`iBfNQenxpp4Np#Ok^;~kobt+Xnb(qE0Y5zd}mFnc4uC<%?
d^Zt#+m0wonYwUB$P6vjRif2TTCh5$9*I8Fnr353;ho6=0+uS$BFUF85F!RzRT&9y&?}6g^YcQftW-nNi%(yY52vyaaj);3)yl{f>#Qu28}Ur|QI|K*jKD(Z
=x^y>t$;P2=_(FivrHFA*}q&=wLWV<QBTtMCWRBs_Rr6+%H6|P%V|p?vkzj+#&GkftscB`@igkU4Ag&GvAQ1q$YisQi5G|Yr_}kLS>v1`-`L-hJ+6Bouhv?q
hIYd}fc`UgFUS;ql~d`<;tK^4;Hg?s(<*xXP*o?k$L~C>e}ZA$*PC2q5Kia+edz|avFmJ)Y;3#c+4i|}a9r@1JFhYm7O#11+C}L4sWVMO=@)^HnQ)9ZT&Jf`
26b#qZCt^jn;sMdL)^aiecKi~VM>-~)1B@DFe9a_8vWM^bmnH%c1IRxtZJzr(I4uHVk)nmF}V&RWWG}Gl8!5zWKOfC2gnYq8EW?=Po(t|$x~4OWFeF|{P<Xw
8+*X&IWRXU>{Zw>!tmIzuT)Te#oq1BWb(EaIYwfwdy)CvY-8M1+K0ajKpQFth8*8asE^N8+X*$?tfil%3l}KmZF4|!)asrc@#Qfled4Uz`e8yc1Zs01Y)dVz
YBo9QwY;g8>)-M`y^JWen@OSs!0jsc$VQ=`)#MA~{^PB8)@ro-q$j9El8K&x7akHGRSv_k>cgQ_W#J`mzv^uJc~xJVu;QqU9F6sV_iNX5P)3MTUFUAYW^l5m
99Kx-AvU4SzffUyG0&cbLr;>VvT@Q-=qJtB)E(kR>GPl_3~-(N;`~;m1<0e7d(Uh})8eF~11m~gR@dwt@FR0Wuk@75^=(e?sxVV)y?=B?>Z|)Xq{b;s>1!G(
J6>3j{(J&<O=1tm`t5_2{UI_n;v73=Zk!b*78hOiIfTs}+qy(OGa;i8>%Grp0=P|_(PByseH@n=hpUUo%i%#kt4!Kq`BMeqy1i4n3;uD2)|g=5*kPL8`yPa5
`Fry*GJgafsMM8zXh^<@tCKdP=Gd(B2D`&`PHT*qB$9%Qbf%+jgXt;V^L9QBEl{@W*Oodmkd{<c)Z~T3!j*zez7Hl%<r>0{u}r5vbcU}}eOS*mf`_DDPkpJ&
YHc4H<C31T|4w~TorV;iN~O@0g{3wsE;@{PDYNi5@;fb^H&W>6fM*uUcq4^2Roi>rS^I%O*YcoG@r`uK{E$3aw?FRjI**MrPcWYDb#7R467giAySf=vcKdVk
W0}Go;KK3`x|@{?gh!D5)BR{uvvxS=EP&YB!Q{AI{VTQh9o0nTd!>ntzi->Sx&McVG^d=3h(h5=q)#=#h;)ybp=l2>Om~$Eu~sT&jB2Y-Z@4A~EjVL-KLeYr
`~2wRkCFu=LP<1Pp&h<<Ak<$`s)I=vl2zyHUHQs4D)<rKVR5qAD?Rau&o8zSjUKHvYIKMCCbv2<`Mo`-+-Rlr%yLOA2*;l34-{va8mvIPeO3KARYK8`ggi8?
@b@jpM~bBB@)-J&-F8YoIHOo-o!BMIifb)syIKyYty0P9_#BYzrxL?`{O8b2xO+3;0cn6O#h8ighrOY`n?XHKR*!Q3S7=wM(vF^9a;6p^g23tMmt)%L#ja=Y
N%GoJkdU|R$<}MD*8Qs5X`|andHW<=)x~I8f!TR;{b9`*tOO;*UeNcrusE`$5579fT4AL!|46)Iskse*c}G3JnB+n8%GX@;@1WKOIDG3+2L96URf~@UN_#Vx
+V-tTOny~A^hr>H=3sD@!+Vm-)o9vpTl>#7CtiY;mIUXo7)8d6b~inb+SNr$>V$XJI$u<lWy6Ju!@ZBWtN#X8N&(&AD{0k375gk0hJLj4>o*^NvtQua)A#Bs
f}6|qxN8%4U-wq;XOIHg?)-D7FF#dDwg*Lj=PkW6g|yG9)+N2@LbW{Dy%VB{WJxP>_IzGCz%&AAojq~&%E!_4ddxUp@gM1-%Opy*4Nph9q2rxw^y*srpgn7T
P3aLLm8~ZZIS`r)q<Y6)Rj##uqSf3Ib{}gL${Dd5k+DyZH5+MUuph$kkb7n#a=O}UAFuz<!GVRpY_J_)%J;f0z_Im!PqW9o&0_rQ^WL`agLzGcmXCxQA+M%!
!WF0aBn2dE2e@UM9&NWAg{q-9Yn(;^vyxDqIQcS<rR8ILCVlXAEbBsU_I!18U@k*9oG6A$cO-0$`>jjXmp-ey@`+Jne(NIWx2oIdgnJDCR-w}NiIjF-FrQES
_r5CyJbnYtJi=nQiema055KNF0L3MDZ2(SWk}0v9hMMot*oD*j7QQi^{_Lp7Y0vzV!BoAS(b#HgR%X_;GbXY-9M7*XStL44Ed4LHG?DRUi~6hmX7%?s54vOx
Al>BX<R}Qd)X4UHWNs7Vv09P)LrtSm-`l;k69_)FnooXd`|lh{L~H;2*7(KrfebA9Yho-@2d>^Lw1vf^6YoEJ+-E?C{(&a=N)SI3A0Zar<i0bt`0PU#tm)k{
mwMs0Rl{swJ&&)id1+tBvDISvc^yo>X`3TKg_!H0Gj7S)-{u1JW5YpJXirzP^CNQWi0ZAYyf5Fg8o_0LlC=Rj&&1_~B4W+u^XKKj?e7U6877WyAMH<pZ5qov
Cy1Zm`sb3aR?4cSj^5cRkDw`jK%TRl{!~Dqe{0aBhV8<}bRiO$WDn(}zIw)og;?7F$w6nUhuTnT0xhA~KqI*9bMIJRT6rd2?t&vRbw55<2vtjCdseyN%_f}7
j@l4ccsCS4O^?}zV?@jRAzXbF;bl`<(?F|`*Alk;9u?NiVeO+~0~#?L!>My>ao&C0d)ib!=$waB+HK3A==0TjD&^b4HF<oguaM}NWU<v+nn}dUHKsM$POMPq
EuWF^!|k%o;4wEvPO{k|>VcX|dPGPK$@+~`GMc<AXF@j{K?#C<b@e`%v<)s7=L|!|snJ?eS-0a5?)VnotG%@I?dG71pEvc??ZJ%3<dnyHABvQEJG&4;?v{|p
fQtKVnQL6hpX?OdS+KVFKvOTrCM>-yYT{2%W>PDCxqF0x>7*Y%NG<(0v<eLh*SgCgy$@K||2}}JN-g5a+yI+a-fhYfoHc5E^~B+B?Kfnj1{miMY!ZlB2qDdW
TNsDHWDE2-(=PCPc?&qmG0T>@Q{a+?n%;SN<4}<e%v`vte%fD~t9=n|rl4ztr5sJ@bW@bnvUZ-=wdY-9FYOJtt@7g){efCkLY>h_^R7VV`q49?0*KHg!)QYF
jY)WOeX>h-WufA5{HJB0!7t3#JD%RE;=Vik&Cy5GXXA>Fp3qEkuOSaooDL(w&s?FGmb$iLjXnAX1UL@ZkL%7Fl)F?JZ%k@lYWu7aB_JPEMzZPjGlf+Lp8Ja<
WOwQ>^&(Ts#lMyM+gN@F+N|qp8hZ8-nM>HLhFesMy}fx@tzG?0U$mDD-?{Yn_)pL=w@cHarAzsJ7vWFo?7b?x<K33yDBtB3+GCCcWt-1&IPbNZ<mcYK=nWCy
bs7o_Fx%7WCr10D19uz4iQZ*a2*4Q?WCk1N(?g%NSQt|uP8)T}CzQABTz#<wM&vMG`cB6&{5+SaqE$LRsF5co&FcnS-@-NIX>531ml2d_cg!_RFF{P5k+rnc
As-%uJVlj}D4n$pY=E-2dlSOP1V9tckdCQ0Gu0<6hx_jog<Xt%XFnJU95L1>oDj0<o@5`-7FqM!Eal0YN4nq9ZTDRsh)^iNnG$It3w|-8km8@*0xo!0=z;V&
675qfd5Lf!7+J?FwW~G5T$ljkS&Q)b|NsC0#ervF^|pYvgPoTIjU#HWBlf5wyQ}A$o5OcBTfWropdvevM2K@%Ppa7&@t37-^G~&5Ss&1i?1|o1m(dP~R0lz#
&-G|vu^3RTg=8_6Osgc4<@gebL43Ot>NdDLh2o8DM{fBDs?2t_1*7btkDX7u`a#_aN!O2lV+iQhI}^X@yA+(^(;rjEE<Ng-?|g|01KE)pnB{#+bL$0dEeaUP
&@IhAoV@t6xI?XLn37}6;E=f=?Mm(r%MN{q&eJ+47p&%mQt6MBHAd6=M0LE7I)`B`n0{5A1q#JyV|4b%js1*@eZrq!-r8PQiNo5Fi2dg4M}|L83_0yuf7n!k
Kd<e#&AP(TNPDnQJ+%H(E`~%(e~#W$dp0K`lU1$%Xae0_Ku5TmB4V5Hv@G#yp8+i|_X#@cZmwfh8u$x?3O`1q6(o3u7@{N6EM?;qGJwsbewGQB_{y5TIbHl$
%Km3o>WthS_wN@Si>?HaX|{VM<Lw(2EMzCWW{OXvN=?(Dhb*cwh5Txn53=sk_Tps6R@zZizpb5gd+NRaxGJ5yrIvb_@@{Z@7dWY*TX5L^{|tubo5z}x{El*x
Qoh)?2oPk1CNTSjdFq6BMj#N~!-QnLbV@Xu!A7lF*2v`80?Uzwx+l7suX56-o-6&Yh9k{{ysnWe>|Scn7o;5WM`L<*Hzt!0yxP7`LeFlXfKA6W*wwKot^U+s
R|$O)I4$JcHitdc8*(Zdl>!!piwOAh#!F=E#S!U?LVI8oEtRlbrq|}e+U5nn^8}HnN7qn9VlR9pq5eVA13wqe@TFQ=(fW^pQv;gBBT0;u8oX6)+V1Wa;Or^c
c4jQ>Gn2FfRt+=JfT3lQ`9^+syl{UX(ISuBqDHG{NcvgT!U<I+bBymiAW!j(MZ-3>Y4x;K(s2)LvaBAz)gO5=WA4^nI{b!08?*Hqb8D7((>q5}Q^`k2UN&cd
M$DEB4>{rZ%wV(8zmPnrWG^cw`!fooH04Ee;1AR*Uv0)En~`)LueZy?ejf)W8X-MH^jPfxLz_^Shjx0wCJZ$+DAS{NDp{fd@$Ub0@}7aWw22Nb@EY3)+Owa}
_e(U-z`$wcJ%*@>wsl}&sw<7^xj?d!&gaUcO(ajNeXJ+}VA-bjL@Q}1!w#dPI@<uI&DW1FvfaG9xU&xF8}$e5_?t-0)+Km}(ys8F=U@vBU#wjpbB+(EuMbv_
JW_Od0ya&k|62pUq;6i{vU=(eQm&S9+udSM#$hLk%~!}s>%-DnRKN6+o)ps8b3i9_LE9An(Pzo~6%A6Auqid_X>g3p?b-I8+gmHjva=oUCE6fE9ZZ;Rh-gPy
&{qdrgU}^7r|Ck$!b+-`Zn|NuAzN55^jor-+1~64y|9@;HsbpkU61c+ZyBTOqSIf}b|SKK)_ACH3)*V_h7v0i(y-d?yK~pJaIC31c8^sp?|q;^t5nzT>>@C;
V^o<Rs7Xs(<4c&r2>Yr{N-tMZeJym+=9aIID+j-zE~akAYMpvqp&EYp>cwci<WowMPE{b%D-Q&%TxE1Vzp60z<Sk}zwyRc>;{?tI`bxB9oRozxskvB{l_~kj
`!Fv*)k(Bho@{ly`O??@9L6ZDWWCA%-xl;?0PsZ3093FhJAn;SI~J3}(xNge$xHOC$&DPBO7gnT3RBIBn?I@7HG>!=3{#NrfGeb@XjXx9<{>YlW@ouO;wnx`
_t_fYeEm?SwD<QdC-1mN4YsFMhs7j`TocmmA%Ttuq#6xwEKB4m#)L1N5kUVW)K?!>PP`x4&pcZ*L08|Iy`l)5SA?~({qgam#KaacHY)`-+G(8=mn5IeH|tUs
%vUxAJ8@Rh<h!*uyB5=wHUheo)#92GZg7LNb_6sW-U(wp#AsT;CN7?cwU+9Lu%vgK6l@qIO}$J>fDFryK{w1Elh_QvR~rHA^M1d!4E^dfG%L=_)1(A=lS#lE
An^w&KqWWs)g5rx+hd-+A+7-?Lz0r^IgIY0QLJrn+OqyCc&MNAgdxsB<WJZsZaUYOP?oL{P{Mh2-++Pgy1+Qyns^GhU+x=BKXxEJs!fghvcrr~U{s1X=mbbE
bBOmIT6{2Ec&;kLQadtXS6j9lw-TI(M;%(DOC*%)?ojed8Yov@l!3Yb*}~Ib><k<;Zh%*igDE8>lJ)%U{(b3nV0lcPnfp<fVWl;jl6dYPg{Nqfyb80b#pW(z
$3G7zRtJqB{d5=(P#yWYr3*-xWCm)E2y_*WHiz~M+JUBUiaHd)<GhFSW+_33BC1UTl9ejQ>0isUj}pU9M<*vcS!vTUa;h!afmX);Cs$Fl<w6f!GCa1E4eu%Y
u;N8(O&oO8uMu4b5)+(EX%?b%{I~=RD5YN0%nM?8Wg5qBE3RVcnP!i&*o->ucu_^cde87%<DubZRkS!6EeRFh7;2HM#P==cfKalQem(p6zohH&v)KuEHcyY>
)`(2g_BJZMerLOd)nmN9(A6rX=qck}6kI%#X*I;QCT{GGJt7hjTuC1lfQtw54y&IY&@g8kEiJ9-ieRc|F`Do)I=j&pt$Ka;UchF1n<gdta(bbQ#;D2O;8@d)
eC|1v*uxy0tCoA~UQh)2BN%QD1KnU45rk->Aj^wiubhe$BiC>Zb6VTkADZKL6%{#vizVqT<)Po*$s>}1S_Ws082m}M=Skv*s#ZI_d1>OwznYcGf#}?c_sP*x
!6I30b4x`&^vU5|2-%V*lSn7k+e(T7xY8G}8YB6xNk@lAd=9IL6u?F+y6`{#S`KRveniy553AgqgkFR?(-w?oHfdQgWYf0?<6SWzjY|58&1&;ESLDa^Y~JZ5
(!<s_BXz6-{sSk|zx~{_I?mS#XO}rhiD{niJ?^}&JnCwjUEO{7B_+O=#`O4L<Z=;&Fc+TD9r)nn{1fNNZT8QV$u)qvZL~@c`AS|M%$x_IcBduB&sBEqt*X!0
_i4>e!FBiz`P-c+eslCp@5fRE=GtUs(883veCheCpH%XOhwc(eyYxdGVqocOAnl$623>Dq)Ge?!J)N0n0xYbYx}ca7dyrB6V(c5oF?qzi8RYY=c$>xg(!QO`
vGyuWpPf>=>q>gmo_H$rbYg4(ZC#`nMSv&Yj=2c4A*teaM{)K6<n=yyvmvdE&lLk~gA)kMe7VQ(!TxRA)Jr3%|J=*WB_XT=$OSJw2jIVSRb`6ZgA?iNej}#@
L&v5h-M1945BtNNslg65Z1UjokarIoRIU(wrIrl*RR0^(PM|ZW=pD^g>jyx`I?sN2V%t)DB5M>)Krg$fLWfYtsgylx8Jq0#X<er|E=3ztsAKHi#222)gGg?r
ZmF0i*1hQp?=nwCT~uwp4;Iq(F(hmdoSJKPqsxeo7duY%Kt<(LyENrsQbognpU{jmYH?O$JZfmv>WI905e#?xi&KR*>KX6syZZZRTVY}wUkt}?W&dtcPW;t)
)@HFjm-nK2I+lRSaLbZ-)9BA`wNrX^^N|*FN^16!8{ORxIiK4zwKkLQSS9i7^!`P#Y>ZWYKhp{If#EPy#=G@g6jLL~h*yO^4CC##ENR4LmM@wlF0_lk?*m$L
xb1nemv-j>g+VL($1|7?QJP^B#eyGA7o^QTc=-KVP<@E#SkP=9SUN_~Z&Vhpc&KLWWnGn5gcmj5kSS6ybvmj^_e0%l!_JChcUz4WB3gCZ+VEnTz~zf8f<@>e
r}op}d9xFi>`POU$=t;Rp{lEG&Dp<CuIEv!y1No6H!>My<FXJu?L1{EKw2A?<U`ZmV>JTGj86whYzNlcKdLj}6N$>yVDOWIUk67ImbgS!pLZ@`DOtZ-P!t;7
uayK0h9oPfV7f;mt5lNgR=o`$VXE9#5S@WBclVOgcc3Eox#Fx+(l?h;qD3s4z}&OxeJVv`Qt2R>m6<WHRF$kR6VpNmR&&67(@qup2A&w$@x72Ps}Ng8bi($4
Yw6O@s|P%TywQ;2*4SUH4^%;3^&XB;LzZR5l(F@)S<0;(3~;M#7-#r}g>{Wx9y^h*%=-cp!)F$+%dV<rx>6)>_JB})-g>J%(kwAT6b<@U$8oRLM%F>7SQ?HJ
5=@e>pBbDUWur}hy>q%>ZsCR!`4WfKobW%Yjik{|1!krXQ*GEr;`-jEq=&{S@MZUywW$cUBuACmz$^cy7&_waZ>r1DSIEBIS(-EsD#bvK+PuCz*-+l$Gt4yW
j)tyM+Vmd23p~C{z5RYAZJCq;HtI4NXy$;etHkD+*4WpaNyP)2ID<l(qPEuwPuQcirOPbWFYdol)Pi$W(3yECHG7r$)5<n2r_^*q&Q=2}x^CMaHEEBdS6(?z
)5TTSmPsy*=}rIp^n`8}zg*|^i5Kc^D>|A+!V7Q9lTDd$Hpq9QfB%+Rw_VbTvON8Nj5l-Ib5AJcwDJGs@<S-#44f9_5^LU3>iG?5{Yz}z4!*#Z;>ziV2K8!Y
Ujj=q$w{Q@iSdV3wM6(jrT908i57HLjkv7bi6wQyTGKj-0i-IAbwMexucOaOYBj{h_^MVdul9-}nyf-{tfJHk7ZnbDL((W&e8UnVLgGyi5hHVg{)~=fms=r*
52r%WaVJ=m*vRJ~cINLiBR~7S4i2hMa-44pK2OY~|K(UYXfYpt+;8A!m#5p$EP2YA_Ok`8``978s+R*HogE!?eO{S-x}memfN!X*8bS)`ND8b+^gB;tfv@Op
veFSAnV54l)Y0Qo`)}oGu){bE#O{qPS)<LRuH`8E8B-Jbm9`xyt3?F9;tm79km{UGMd{G6s6DJ=f>)qrT&}KBTf8F}5s=_c^3=Ab4MG|5S~pd}MC~)IVBBex
%%N>sHMIWtxv?UF@ot-1%36jS8|0VHxpCBLfMV}Ve)kW{3|*9irU!v5yur;#F}fu)+mTfKStzHRKj66BNle!jR&~d{rw(UbuRi1Ohg*5IHj~kLUYS+1(n_u8
)nisjHM3SR(0tuMEP0d8;wz1iK&maXyWH{NH}#GJ4LOg4;FtY3_{4}((R&%KO8`#w#f9JF(mm4Viu-IG0=t+sy&z~ORmjRJa8SldunB69QTsq2bdcqws<uQv
QZ|Yj^}tP&?l+H3^2+xZGfuU}dK;OS*HgUx8n$Qc$yBmi@A@S@3v)n90V%IHXe88Ausq}9SSv5sQYup}pqTDq_zIqoN*IfaK$2Eq1Z~p}3i9k=y&0WnnpWV;
Aqy*P3{~io&}U7i_U<rZrBvQtng6uzF%HKd*iA*c?EB*zzdME+!@4k~N>W}I=IIuCn#9gj9PgwR`kM}+>?fV7fm?NbcUyuwx^Uq@H7kzsW`bTG|M;mj&q_=x
owk#9(3e%#B%E`tnrKsds{Kk#9!E>XFD0Daoh#kBRgEtg#RQQ!*uX|4CJ7ChMFUJ>nYkFVF%pZFEiqM0F=n*%jd*LK`i|%&Wdnv{6`kS2^<U44*;}qhJbUVr
7{<<Zt^i6dx)M7=d}pN1u3T>QuN(SHpdK=I>Zbja-lSFjK|<(zx0GQPkp=5&afp^f4053u`y(?!J{&2Op*nUrUThr)vK|uJHDq4Xvt;M}c0E7TQUUugv|i!X
iB=8Rt<?4AETy_$%wKD(v-?*6e4v|hZMPs`uH6NE@<J8HAnAk0lj6D>PZm@;tue)hzf^v;H!&s5GT+x2V(~Gb-R^Hvy@E98z_>(Cv0Bl_#ve{Lv&R0T{`PsU
(^Tl5l#9FLCRhlRvt+qpf7|?DMYHVwo_exCO#8|TKx5l}^m4+C42_1?1}Z;kYq00=9xG{D4;CDJJwC@O?h}<t$z{vR)oZW;tZa4;p!53pH&|^i?&cmXzwLq<
GM<o3&?!;bo**mKsSV4pO8fl}<%YARjQEpTK_buBp%TRqQv@&Vs&rXY6mgkh{QATY;vg-I&)vRcl!kHu{Rt&scp>;p&N*<q;IT|vM2DrqdwFzn_n(H<UIEH&
se4Xcz0FrCnRueA|LV~rEYRO{4Wl?#Q(cqVh<Ce9V>N%u!E?ru%Kf5_zV=ooA5==vcRKE3{O5pE<-*P|#V4KfJ(I#1s!SDQ^plj9wMi_sdSK7fmeK#hPzx}G
Dwoz?5Jc6pB45Cu28whC_L@#YxdYz%C!kFB*#WTL4P<K4?iloJQ_mQ-?pu}zmA6)2Yy`KiGsn+Z{N`1!v5WGFt1Y$ouBU0~ECllQWaG0$TMQWtS7e&oW*LY$
#Yn+t*gyh!v@mv5Wc<uDC{|?n@6xdA=CSfKeUvv!A%`+>s>#!jOPa9SnJt%(DnyUW!U;MfkIKY8ErF%dh_D6J3cdY4e(&sZ=E?i-1IggO?P~?7+AgJP%!Hm9
z$~SQ1sAY$azB^&okDX&$H8ai`I3+EtJ=r(KSQaz8mpEq-svIn<u2F4C4*dby-qA3$bH*{;;=th^4U93pEw!eu)e3p454<5`v%bxM6EKV^Suk>x@q}+AA-xH
nR;22cUpt@?1K6W(lGDQ9`9Dj7O71&S%Gizb3c+VJ{62uOQ)39(tO`yV<D5>G1}YeAmp45kwW}bfgM;JCOceVLv8nZ)vU$3ScyJq>ZioAwxDFV!D53B%WRue
UqX}!IR|+DL`RXY(~qpG5Y6_=ORJ{^5`=5jlQoCjJbF&v28@MHPgU-na4sin9n{eppf--JN*0^Mhv`+Z<ahCS4Nz)MM<Ic6=cXAgKhT9$yIP_9;5&y>$me$0
O3>Lb_5y-H)2-tV<9LEsj0TY==1PYZGWpZmxKgDu3}SIP#>ghs-<s$P1!Yk!MYp7F^@CXLj`-u_q5ee!j7RFj(!a3bS=DZ+K-E%A9M)9aDfn>$uh^~N0dDfR
ddxm()f}1yY2Dqnwf0dp9vODb#O<lYKE8Bekw&`hmh&MudS<h9xna>AOUn8R0YH<`z(e&d)(Zn#j}I%p0~XcRzk~`_{qIf3Jb^YY4Mub&iPpw6>V427H3=Ec
p{Pqa-CgY?LT29U@e1@SYtQ;aPFg@CJF;2Frd3sU%by{+#Hsm7Jr=QiO)xgUMlggZf9-XKYgqcxMpiZ+bD}L~1&Q%;mx~SaUkeXvvsvo^{`4?9)IN_)n`*FX
qvY}jRPRHEZ%KS+Yu%U&_3`za7KL0J!`*uj>VJ<WQ!3V_j5Y0i$1<c(YmkI3%#;&ajbTKkyP|by<YH-%&>3u5-h8aG6qIm}msQwfpZ}RqeSJ)2j#-eTEK?ui
QxB}*$9$jFR9mIo^ATwO5+RJpjqPHw!-9|V=VqKs$2P=fpi%l-f-ND@(C9<S3`j^-xJiYP`%qmSIyeFSBq2QU?jP$Cn9s}n)2K7aKc7;}Q8_y_4zIL@g9>d^
sR1!LGmB;h*%LM=F2SQga?;`9IFaf_D^u;#kwo3iDr`rg=Z(?!6A;q*GpoVU_$CHrLmT7LmAS6H^C@>Z9wL;K@ub^Ss}5>1yS3LJwhz~H5%6gEqPi28A`dzy
@399YvwGLsde{=s;%Da=wNwW69%)xy6}wRqGOYym1<dsNM@{m>E_=!e`6$ZaruCYTmTLV(s=4Kv?Yq5}w&QQyfVw0?i&AMzdhm9!IAU^?t6oD_uCvEzb6qJg
dI|YVwbN-Ya#Fo;w9!iKjst^9!=8R9{h#b82Hu<i|0~jP^ok9E3o+xgr&Cov=s~n+t)d~g$;_~KaR~>kjeE6r8zHmr=q$-Vty|@4lZ|t7OWHtOmG1z=+J$nj
5&cVq>BbsHkTF*aA}m+H1DiYHq8lga__G6JfG};cl2>Wzpk-Ve?f8<JMq&K8wp(7%z5MTqeyX*<GlFr(3$Au~U!o|KpGQH(Q^npkB1fl%R!zcf;~N@E-;@6o
78kUS)$JTcOn)Fu1q2Or12HFN_J)Jb0DE$?De4Y+6XLur?jQJ*Lsg}T`EBiK3tCMx&9lSPo~l?&K(@W6vq4%j4Kp=ruKj}3;glk!W^+Bb3_JHQEcD|*RS(}C
INE3zE=z8>F{zwQQB8_wEL{@%Drah^{fgWNS0xUMv?pH-`LOGSE)|py<h!JH;pB%S-|FI}^KAXOJ_D-xyddKxt6&n~=ajVp9!MuorED6Z{!}WRZq%RkH>Y#Y
cayZ{-0#(1?rA};Cv^kSjMHgTwa<7D&a`U2&zKld`AWYv)~QvUu|ji=QZ+jj8R_o1=1jEwS~XiA8KjOmK;4Zof7<iB+>OV_j@)C9t(xO6lpSjY$4BoyaxAs8
sERa~*u-faxwNs@0TvQj*PlLwhKSC&S${G+r9a`{(;9|0>qF0|jikk_#w>AbFRy8p?UU&hc>BP?`Q5hN7Z#b)g1xKe<vyyS@@0L<36GdK2YVz>HIe36Lly{Q
CXf8aOMtgoQfYumHVCRE4gKo*lJwM?E;JVeFtxmz(M}~F?8aw!qAjag$6IgVhF!2}!9@wJ=P!?XL~ZTd-DPY3nnd<s=}%7b3{^Rq%9Q=SK?Gs(%Bn?U<IDq9
T5+~^sBz_k(gFelIBYOZ%&9KUKSSsHVz6Qw<b9<eS(`nwD^Sl15Kh-jeVxV`K|+6H#B|_Ts~y^c%CVG8>N`=BIxUvZ8k&hpSh*za9CeGLOBVsE%NQ_g&og@k
-63^Bl{X*jNY1C}({lMAVBf;B=jsrM(Ah3YO;1;k>g|4WgsNVUA<rgFR0r;qty+_%1(0H#rU+lr4rEx&oatOncMeiJd@pdX<d-3eo3Gx9CpF!3)sUK2Ck@&P
syr?LfGK!FHLv$B^u)U4vZ1bQ4(GHw2cMufBn<j2arFrMxP(7qu)$|Vfmn`abEV2D*qnGEFST-$7AObfY^Aoiw^+e7E?VrAP1sS~S38o4VeZ}Lo3EHg>ATub
JqB61L)@MjAZL}gTf+)qh$trtUUzMyg^z1wvdoYl2T#;#E=x6rK^auy<PLw)gJ0q7K)2jmu!Umi1+hEnK=uk)Jg_o4Z9gRM%-3sJv&6nmIJ?O#t`5<l;^7jY
X-$Rw7vilQ4O+ONiHk!e)AGit=UC~_@!ju_CnPA(bw#Bs`<0J7+740e0q$$i&hO>gZD4woB+Psm+HmI|?%nZ^C*(aXsXPb2<-C^`j7omIYj<9mAvL+?pm-aS
0DUeRSI(>DkrpY-EjTV#t$`#6ResR$5Y6z4%cPU#^heBLuzFU))G8<Ea~~h&x0$CMV?oya?(KFmWj_XPu?NiKqwQ|t%%_rCu%-Xu)er4I(N6eXP?zhE7k9kX
aMq${>E5pO*q{OdNl&Uyi9LWjx$6Q8He8P!h)W(H^_^v1VLs2jD6*h$5McB@1nYH{3BZHwS~w3>(`VuaUAg2LudEm}`E{-}bWZYW(K?h0r9W@k2L5i5f|`RW
*%g!jAMG79LI
"""

if __name__ == "__main__":
    main(sys.argv[1:])
