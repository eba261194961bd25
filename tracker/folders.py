"""Where the user's own files lie, those of no log's folder: keys, and what can be made anew."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

FOLDER = "situation-tracker"
OURS_ALONE = 0o700


def config_folder() -> Path:
    """Give the folder for what must be kept, under the user's configuration."""
    base = os.environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config").absolute() / FOLDER


def cache_folder() -> Path:
    """Give the folder for what can be made anew from a log on a server."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / FOLDER


def state_folder() -> Path:
    """Give the folder for what a user's programs have reached, such as the places of watches."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state").absolute() / FOLDER


def file_at(path: str | Path) -> tuple[int, int] | None:
    """Tell the file that a path leads to from any other, while someone has it open; None for none.

    Whoever opened it keeps it, whatever the path leads to by then.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - asked before every answer
    except OSError:
        return None
    return found.st_dev, found.st_ino


def named_beside(log: Path, ending: str) -> Path:
    """Name a file that lies beside a log's file: situation.db has situation.state.db."""
    return log.with_name(f"{log.stem if log.suffix == '.db' else log.name}.{ending}")


def named_after(log_id: str, ending: str) -> str:
    """Name a file after a log's id: a server may give out anything as one, so none leads away."""
    plain = re.fullmatch(r"[0-9a-f-]{36}", log_id)
    return f"{log_id if plain else sha256(log_id.encode()).hexdigest()[:32]}{ending}"
