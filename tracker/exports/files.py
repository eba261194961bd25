"""Files that a command or an export writes: what they may not write over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tracker import putting
from tracker.errors import TrackerError

DATABASE = b"SQLite format 3\0"
GEOPACKAGE = slice(68, 72), b"GPKG"
"""Where a database says whose it is, and what a table of an export says there."""
BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, and cannot do without."""
LONGEST = 100
"""Bytes at the beginning of a file that tell what it is."""


def refuse_kept(path: Path, begins: str = "") -> None:
    """Raise TrackerError for a file that nothing is to write over, whatever was asked.

    A log, its read model, keys: any database but a table that was exported, and any private key.
    With `begins`, everything too that begins otherwise, and is no such file as is to be written.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(LONGEST)
    where, mark = GEOPACKAGE
    database = head.startswith(DATABASE) and head[where] != mark
    beside = any(path.name.endswith(end) for end in BESIDE)
    if database or beside or b"PRIVATE KEY" in head:
        what = "a private key" if b"PRIVATE KEY" in head else "a database, as logs and keys are"
        raise TrackerError(f"{path} is {what}: write to another file")
    if head and not head.lstrip().lower().startswith(begins.encode()):
        raise TrackerError(f"{path} is there already and is something else: write to another file")


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise TrackerError where a file is there already, or no file can be."""
    if path.is_dir():
        raise TrackerError(f"{path} is a folder: name a file in it")
    if path.exists() and not path.is_file():
        raise TrackerError(f"{path} is no plain file: write to a file, or to - where it is text")
    if path.exists() and not force:
        raise TrackerError(f"{path} is there already: write to another file, or add --force")
    refuse_kept(path)
    if not path.parent.is_dir():
        raise TrackerError(f"{path.parent} is no folder: make it first")


@contextmanager
def whole(path: Path, *, force: bool) -> Iterator[Path]:
    """Give a file to fill, as putting.whole does.

    Raises TrackerError as refuse_existing does, also of what came to be there meanwhile.
    """
    with putting.whole(path, last=partial(refuse_existing, path, force=force)) as part:
        yield part
