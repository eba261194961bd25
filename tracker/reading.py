"""Reading: a user's files, of which no more is read than is needed to refuse what is too long."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from tracker.errors import TrackerError

SHEET = 1 << 20
"""Bytes of the longest YAML, and of the longest citation."""
ARTICLE = 4 << 20
"""Bytes of the longest article that is drafted from."""
OTHER = 16 << 20
"""Bytes of the longest proof, checkpoint, key or certificate."""
_JUDGED = {"sheet": SHEET, "article": ARTICLE}


def read_upto(path: str | Path, most: int) -> bytes:
    """Read a file, but at most a byte more than `most`: by that its judge knows it is too long.

    It may be no plain file and never end. Raises OSError.
    """
    with Path(path).open("rb") as file:
        return file.read(most + 1)


def read_kind(file: IO[bytes], name: str, kind: str = "") -> bytes:
    """Read a sheet (or other YAML, or a citation), an article, or what is judged by its content.

    Of the first two a byte too much tells their judge. Raises TrackerError for any other of more
    than OTHER bytes.
    """
    most = _JUDGED.get(kind, OTHER)
    data = file.read(most + 1)
    if kind not in _JUDGED and len(data) > most:
        raise TrackerError(f"{name}: over {most:,} bytes: no file of this kind is so long")
    return data
