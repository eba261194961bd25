"""Inputs made of others: bytes, words, lines, cells and whole trees are changed, dropped, doubled.

All of it is drawn from one Random, so that a seed gives the same inputs everywhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from tracker.errors import InputError
from tracker.yamltree import load

LARGEST = 1 << 17
"""Bytes; a longer input is cut. The bounds of the parsers themselves have tests of their own."""

_PLAIN = r"""
    ~ null true NO yes on 0 -1 007 1_000 12:30:45 1e308 1.0e+309 .nan .inf 0x10 9007199254740993
    2013-01-14 2013-02-30 0000 9999-12-31T23:59:59-05:00 2013-01-14T23:59:60Z 24:00 1900-02-29
    [2013-01-17..2013-01-21] [..2013] ../2013 2013/.. 201X 20XX-XX 2013-01~ 2013? 2013-21 -2013
    2013-01-14T12:00 2013-01-14T12:00+14:00 2013-01-14T12:00-24:00 Y-17E7 {2013,2014} 12/2013
    about dozens many exact occurred denied planned reporter hearsay held contested total change
    TownOccupied ForcesWithdrew CasualtiesReported ThreatLevelRaised SnapshotTaken NoSuchKind
    diabaly mali france nowhere islamist-fighters voa the-guardian vigipirate scarlet control/x
    report facts kind place when status gist at span sentence quantity edtf speaker rating origin
    dataset shape events intervals snapshots column values default formats $place {x} {} {{ %d %Y
    ../../x /dev/null C:\x _type_ __class__ <<: &a *a !!python/object:os.system --- ... ? | > @ `
    =1+1 +1 -1 @SUM "" ' " \ # , ; : { } [ ] %
"""
_ODD = (
    "\t",
    "\x85",
    "\u2028",
    "\xa0",
    "\u202e",
    "\ufeff",
    "\u0410",
    "e\u0301",
    "\u0663",
    "\x1b[2J",
)
WORDS = (*_PLAIN.split(), *_ODD, "\U0001d11e", "\xbd")
"""What parsers have been seen to stumble over, and the words of our own files."""
ODD_BYTES = (b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\x1a", b"\x7f")
_WORD = re.compile(r"[\w.+:~/-]+")

Mutation = Callable[[Random, bytes, Sequence[bytes]], bytes]


def mutate(moments: Random, data: bytes, corpus: Sequence[bytes], own: Sequence[Mutation]) -> bytes:
    """Change an input in one to four ways, of the general ones and of the target's own."""
    for _ in range(moments.choice((1, 1, 2, 4))):
        ways = own if own and moments.random() < OWN else GENERAL
        data = moments.choice(ways)(moments, data, corpus)
    return data[:LARGEST]


OWN = 0.6
"""The share of changes that know the grammar, where there are such."""


def flip_byte(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Change a byte."""
    if not data:
        return moments.randbytes(3)
    at = moments.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << moments.randrange(8)]) + data[at + 1 :]


def odd_byte(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Put in bytes that are no text, or barely."""
    at = moments.randint(0, len(data))
    return data[:at] + moments.choice(ODD_BYTES) + data[at:]


def cut(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Take a piece out, or all that follows it."""
    start, end = sorted((moments.randint(0, len(data)), moments.randint(0, len(data))))
    return data[:start] + (data[end:] if moments.random() < 0.7 else b"")  # noqa: PLR2004 - seldom


def double(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Repeat a piece, now and then very often."""
    start = moments.randint(0, len(data))
    piece = data[start : start + moments.randint(1, 40)]
    return data[:start] + piece * moments.choice((2, 2, 3, 1000)) + data[start:]


def splice(moments: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Join the beginning of one input and the end of another."""
    other = moments.choice(corpus)
    return data[: moments.randint(0, len(data))] + other[moments.randint(0, len(other)) :]


def change_word(moments: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Put another word in the place of one: of the list above, or of another input."""
    text = data.decode(errors="surrogateescape")
    found = list(_WORD.finditer(text))
    if not found:
        return data + moments.choice(WORDS).encode()
    place = moments.choice(found)
    other = _WORD.findall(moments.choice(corpus).decode(errors="replace"))
    word = moments.choice(WORDS if moments.random() < OWN or not other else other)
    return (text[: place.start()] + word + text[place.end() :]).encode(errors="surrogateescape")


def change_lines(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Drop, double, move or indent a line."""
    lines = data.split(b"\n")
    at, to = moments.randrange(len(lines)), moments.randrange(len(lines))
    match moments.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(to, lines[at])
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case _:
            lines[at] = moments.choice((b" ", b"  ", b"\t", b"- ")) + lines[at]
    return b"\n".join(lines)


GENERAL: tuple[Mutation, ...] = (
    flip_byte, odd_byte, cut, double, splice, change_word, change_word, change_lines,
)  # fmt: skip


def change_tree(moments: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Read a YAML file, change something in its tree, and write it as JSON, which is YAML."""
    try:
        tree = load(data, "seed.yaml").value
    except InputError:
        return change_word(moments, data, corpus)
    for _ in range(moments.randint(1, 3)):
        tree = _changed(moments, tree)
    return json.dumps(tree, ensure_ascii=moments.random() < OWN).encode(errors="surrogatepass")


def _changed(moments: Random, value: Any) -> Any:  # noqa: ANN401 - any plain value
    """Give a tree with something changed, somewhere in it."""
    if isinstance(value, dict | list) and value and moments.random() < DEEPER:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = moments.choice(keys)
        copy = value.copy()
        copy[key] = _changed(moments, value[key])
        return copy
    match moments.randrange(5):
        case 0:
            return _odd(moments)
        case 1 if isinstance(value, dict) and value:
            return {key: item for key, item in value.items() if key != moments.choice([*value])}
        case 2 if isinstance(value, dict):
            return {**value, moments.choice(WORDS): moments.choice([*value.values(), None])}
        case 3 if isinstance(value, list):
            return value * moments.choice((0, 2, 3)) + [_odd(moments)]
        case 4:
            return moments.choice(([value], {"value": value}, str(value), [value, value]))
        case _:
            return _odd(moments)


DEEPER = 0.85
"""How likely a change goes one level further down."""


def _odd(moments: Random) -> Any:  # noqa: ANN401 - any plain value
    plain = (
        None,
        True,
        0,
        -1,
        2**70,
        0.1,
        -1e300,
        "",
        "x" * 3000,
        [],
        {},
        [[]],
        {"": {}},
        "\ud800",
    )
    return moments.choice((moments.choice(WORDS), moments.choice(plain), moments.choice(WORDS)))


def change_cell(moments: Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """Take a table apart at its commas, and change, drop, add or quote a cell."""
    rows = [row.split(b",") for row in data.split(b"\n")]
    row = moments.choice(rows)
    at = moments.randrange(len(row))
    match moments.randrange(6):
        case 0:
            del row[at]
        case 1:
            row.insert(at, moments.choice(WORDS).encode())
        case 2:
            row[at] = b'"' + row[at] + b'"'
        case 3:
            row[at] += moments.choice((b'"', b"\n", b";", b"\t", b"  ", b"'="))
        case 4:
            row[at] = moments.choice(moments.choice(rows))
        case _:
            row[at] = moments.choice(WORDS).encode()
    return b"\n".join(b",".join(row) for row in rows)


def new_edtf(moments: Random, _: bytes, _corpus: Sequence[bytes]) -> bytes:
    """Write a date by the grammar of EDTF, some of it outside our subset or out of range."""
    return _edtf(moments, 0).encode()


def _edtf(moments: Random, depth: int) -> str:
    way = moments.randrange(8 if depth < 2 else 5)  # noqa: PLR2004 - a date, a span, a range of them
    inner = lambda: _edtf(moments, depth + 1)  # noqa: E731 - a word here
    match way:
        case 5:
            return f"{inner()}/{inner()}"
        case 6:
            return f"[{inner()}..{inner()}]"
        case 7:
            return moments.choice((f"[..{inner()}]", f"{inner()}/", f"../{inner()}", f"/{inner()}"))
        case _:
            return _date(moments)


def _date(moments: Random) -> str:
    years = ("2013", "0001", "9999", "0000", "1900", "201X", "20XX", "-001", "20134")
    less = [
        moments.choice((f"{moments.randint(0, most):02}", "XX", "1X", "1"))
        for most in (13, 32)[: moments.randint(0, 2)]
    ]
    text = "-".join([moments.choice(years), *less])
    if moments.random() < 0.3:  # noqa: PLR2004 - some with a time
        clock = ":".join(f"{moments.randint(0, 61):02}" for _ in range(moments.randint(1, 3)))
        zone = moments.choice(("", "Z", "z", "+01:00", "-14:30", "+24:00", "+0100", " UTC"))
        text += moments.choice("T t") + clock + zone
    return text + moments.choice(("", "", "~", "?", "%", "?~", "~~"))
