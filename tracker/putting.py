"""Putting: a file written whole or not at all, and on the disk before it has its name."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

_NAMED = 40
"""Characters of a file's name that its part is named after: of four bytes each they fit too."""


@contextmanager
def whole(
    path: Path, *, lasting: bool = True, last: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """Give a file to fill, which takes the path's name once it is filled, and is gone otherwise.

    It lies in the same folder, so that the change of name is one step. `last` is asked just before
    that, and may still raise. What is not `lasting`, and can be had again, is not waited for: a
    power cut may lose it. Raises OSError.
    """
    part = path.with_name(f".{path.name[:_NAMED]}.{token_hex(4)}.part")
    try:
        part.open("xb").close()
        yield part
        if lasting:
            reach_disk(part)
        last()
        part.replace(path)
        if lasting:
            reach_disk(path.absolute().parent)
    finally:
        part.unlink(missing_ok=True)


def reach_disk(path: Path) -> None:
    """Return once a file, or the names in a folder, are on the disk. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
