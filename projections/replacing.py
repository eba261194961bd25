"""Replacing: a rebuilt read model put in the place of the old one, at once and for good."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from projections.store import LOCK_SECONDS
from tracker.errors import StoreError
from tracker.putting import reach_disk


def replace_file(fresh: Path, path: Path) -> None:
    """Put a rebuilt model in the place of the old one, at once and for good.

    It was filled without waiting for the disk, so its bytes are made to arrive there before its
    name does: a power cut must not leave a torn file under the name of a whole one. The old one is
    opened first, so that a journal left by a killed process is played back into the file that it
    belongs to, never into the new one; who reads it is not waited for. Raises StoreError.
    """
    if path.exists():
        try:
            old = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
            try:
                old.execute("PRAGMA trusted_schema=OFF")
                old.execute("BEGIN IMMEDIATE")
                old.rollback()
            finally:
                old.close()
        except sqlite3.DatabaseError:
            pass  # too damaged to open: it is being replaced
        Path(f"{path}-journal").unlink(missing_ok=True)
    try:
        reach_disk(fresh)
        fresh.replace(path)
        reach_disk(path.absolute().parent)
    except OSError as error:
        msg = f"the read model {path} cannot be replaced ({error.strerror}): make room, try again"
        raise StoreError(msg) from error
