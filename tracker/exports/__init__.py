"""Exports: answers in the formats of other tools, a module a format.

To add one: write its module with a FORMAT, and list its name in FORMATS (guides/new-export.md).
"""

from __future__ import annotations

import os
import sqlite3
from importlib import import_module
from pathlib import Path

from tracker.errors import NotFoundError, TrackerError, is_full
from tracker.exports.files import refuse_existing, whole
from tracker.exports.question import Format, Question, Told
from tracker.harmless import dump

__all__ = ["ABOUT", "FORMATS", "Format", "Question", "Told", "about_path", "format_named", "write"]

FORMATS: tuple[str, ...] = (
    "geojson",
    "gpkg",
    "csv",
    "jsonl",
    "parquet",
    "stix",
    "ftm",
    "report",
)
"""Every format by its module's name; a module is loaded when its format is asked for."""

ABOUT = ".about.json"
"""What the file beside a CSV or JSON Lines file is called, after that file's whole name."""


def format_named(name: str) -> Format:
    """Give a format by its name. Raises NotFoundError, naming all there are."""
    if name not in FORMATS:
        raise NotFoundError(f"no format '{name}' (one of {', '.join(FORMATS)})")
    found: Format = import_module(f"tracker.exports.{name}").FORMAT
    return found


def about_path(to: Path) -> Path:
    """Give the path of the file that tells of a file which has no room for that itself."""
    return to.with_name(to.name + ABOUT)


def write(
    name: str, question: Question, to: str | os.PathLike[str], *, force: bool = False
) -> Told:
    """Answer a question into a file of a format, whole or not at all; give what was written.

    All of it is of one position of the log. The same log and the same question give the same
    bytes. An existing file is refused unless `force`. Raises TrackerError where the format cannot
    hold what is asked, or the file cannot be written, or for what is no question or no path.
    """
    if not isinstance(question, Question) or not isinstance(to, str | os.PathLike):
        raise TrackerError(f"write takes a Question and a path, not {question!r} and {to!r}")
    to, found = Path(to), format_named(name)
    asked = found.fitting(question)
    refuse_existing(to, force=force)
    aside = about_path(to) if found.aside else None
    if aside is not None:
        refuse_existing(aside, force=force)
    try:
        with asked.situation.still(), whole(to, force=force) as part:
            told = found.write(asked, part)
            if aside is not None:  # first, so that no table is ever there without it
                with whole(aside, force=force) as beside:
                    beside.write_text(dump(told.about) + "\n", encoding="utf-8")
    except (OSError, sqlite3.Error) as error:
        if not isinstance(error, OSError) and not is_full(error):
            raise  # of the read model
        why = getattr(error, "strerror", None) or error
        raise TrackerError(f"{to} was not written: {why}") from error
    return told
