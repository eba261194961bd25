"""Encodings: as what the text of a table is likely to be read, for a mapping that is guessed.

Where the bytes are no Unicode, code pages are tried, and that one is likely under which they make
words: letters, not signs; of one script; no capital after a small one; and mostly frequent ones.
That is a guess all the same, and a reader is shown how each of them reads.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

_LOOKED_AT = 1 << 20
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PAGES = ("cp1252", "cp1250", "cp1251", "koi8-u", "cp866", "cp1256")
"""The code pages that are tried; the first of those that read equally well."""
_CYRILLIC, _ARABIC, _LATIN = "оеаинтсрвлкіу", "اليمنرتوبدعهةسزحغ", "éèàöüäñçáíóúãõßêôî"
_FREQUENT = {
    "cp1252": _LATIN,
    "cp1250": "ąćęłńóśźżáčďéěíňřšťúůýžöüőűăâîşţđ",
    "cp1251": _CYRILLIC,
    "koi8-u": _CYRILLIC,
    "cp866": _CYRILLIC,
    "cp1256": _ARABIC,
}
_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_CELLS = re.compile(rb'[,;\t|\r\n"]+')
_WORDS = 2_000
"""Different words that are looked at."""
_LONGEST = 30  # characters of a cell that are shown


def likely_encoding(path: Path) -> str:
    """Name the likely encoding, by the first megabyte; utf-8 where nothing speaks for another."""
    lines = _beginning(path)
    if lines.startswith(_MARKS):
        return "utf-16"
    if not lines or _is_unicode(lines):
        return "utf-8"  # whoever opens it next says what is wrong
    words = Counter(_WORD.findall(lines)).most_common(_WORDS)
    return max(_PAGES, key=lambda page: _likeness(page, words))


def readings(path: Path) -> str:
    """Say how the first cell that is not ASCII reads under each code page; "" for Unicode."""
    lines = _beginning(path)
    if lines.startswith(_MARKS) or _is_unicode(lines):
        return ""
    cells = (cell.strip() for cell in _CELLS.split(lines))
    cell = next((cell for cell in cells if not cell.isascii()), b"")
    read: dict[str, list[str]] = {}
    for page in _PAGES:
        text = cell.decode(page, "replace")[:_LONGEST]
        read.setdefault(text, []).append(page)
    return ", ".join(
        f"{json.dumps(text, ensure_ascii=False)} ({', '.join(pages)})"
        for text, pages in read.items()
    )


def _beginning(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read(_LOOKED_AT)  # a line may have no end
    except (OSError, EOFError, zlib.error):
        return b""


def _is_unicode(lines: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(lines)
    except UnicodeDecodeError:
        return False
    return True


def _likeness(page: str, words: Iterable[tuple[bytes, int]]) -> float:
    """Say how much like words the bytes are under a code page."""
    points = letters = 0.0
    for word, count in words:
        text = word.decode(page, "replace")
        points += count * _points(text, _FREQUENT[page])
        letters += count * sum(not letter.isascii() for letter in text)
    return points / letters if letters else 0.0


def _points(word: str, frequent: str) -> float:
    """Judge a word: no letters of one script, or a capital after a small one, are unlikely."""
    own = _script(frequent[0])
    points, before = 0.0, ""
    for letter in word:
        if not letter.isascii():
            if not letter.isalpha():
                points -= 2
            elif _script(letter) != own or (own == "latin" and not before.isascii()):
                points -= 1  # accents stand alone, as a rule
            else:
                points += 1 if letter.lower() in frequent else 0.2
        elif own != _script("a"):
            points -= 0.5  # words of two scripts
        if before.islower() and letter.isupper():
            points -= 1.5
        before = letter
    return points


def _script(letter: str) -> str:
    code = ord(letter)
    if 0x400 <= code < 0x530:  # noqa: PLR2004 - the block of Cyrillic
        return "cyrillic"
    if 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFF00:  # noqa: PLR2004 - those of Arabic
        return "arabic"
    return "latin"
