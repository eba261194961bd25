"""Where a log is kept: SQLite, or PostgreSQL. Only the modules here import eventsourcing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tracker.engines.address import is_url
from tracker.errors import LogError

if TYPE_CHECKING:
    from tracker.engines.base import Engine


def open_engine(log: str, *, create: bool, read_only: bool = False) -> Engine:
    """Open a log where its name says, or make it where `create`. Raises LogError.

    Opened `read_only` it is neither made nor written to.
    """
    create = create and not read_only
    if is_url(log):
        with _extra():
            from tracker.engines.postgres import PostgresEngine
        return PostgresEngine(log, create=create, read_only=read_only)
    from tracker.engines.sqlite import SQLiteEngine

    return SQLiteEngine(log, create=create, read_only=read_only)


def log_is_there(log: str) -> bool:
    """Whether there is a log of that name already. Raises LogError where that cannot be told."""
    if is_url(log):
        with _extra():
            from tracker.engines.postgres import is_there
        return is_there(log)
    from pathlib import Path

    return Path(log).exists()


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise LogError(
            f"{error.name} is not installed: pip install 'situation-tracker[postgres]'"
        ) from error
