"""Encodings: as what the text of a table is likely to be read, for a mapping that is guessed."""

from __future__ import annotations

import codecs
import gzip
import zlib
from itertools import pairwise
from pathlib import Path

_LOOKED_AT = 1 << 20
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_IN_WORDS = 0.5
"""Of the bytes above ASCII: where as many follow another, they make words, not accents."""
_ASCII = 0x7F


def likely_encoding(path: Path) -> str:
    """Name the likely encoding, by the first megabyte; utf-8 where nothing speaks for another.

    A byte that is not UTF-8 means a code page of Windows: the Cyrillic one where such bytes make
    words, else the western one. Which of the two it was, only a reader can tell.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            lines = file.read(_LOOKED_AT)  # a line may have no end
    except (OSError, EOFError, zlib.error):
        return "utf-8"  # whoever opens it next says what is wrong
    if lines.startswith(_MARKS):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(lines)
    except UnicodeDecodeError:
        high = sum(byte > _ASCII for byte in lines)
        together = sum(one > _ASCII < other for one, other in pairwise(lines))
        return "cp1251" if together > _IN_WORDS * high else "cp1252"
    return "utf-8"
