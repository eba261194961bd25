"""Files written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

from tracker.errors import TrackerError


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise TrackerError where a file is there already, or no file can be."""
    if path.is_dir():
        raise TrackerError(f"{path} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        raise TrackerError(f"{path} is no plain file: write to a file, or to - where it is text")
    if path.exists() and not force:
        raise TrackerError(f"{path} is there already: write to another file, or add --force")
    if not path.parent.is_dir():
        raise TrackerError(f"{path.parent} is no folder: make it first")


@contextmanager
def whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a file to fill, which takes the path's name once it is filled, and is gone otherwise.

    It lies in the same folder, so that the change of name is one step; its bytes are on the disk
    before that. Raises TrackerError as refuse_existing does.
    """
    handle, name = mkstemp(prefix=f".{path.name[:100]}.", suffix=".part", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        _sync(part)
        part.chmod(0o666 & ~_umask())
        refuse_existing(path, force=force)
        part.replace(path)
        _sync(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
