"""Mappings guessed for a table that stands in a test."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tracker import Situation
from tracker.datasets.guess import guess_mapping
from tracker.datasets.mapping import NO_FACTS, read_mapping
from tracker.datasets.tables import Reading, open_table
from tracker.errors import InputError
from tracker.yamltree import load


def guess(table: str, name: str = "t.csv", reading: Reading | None = None) -> str:
    """Guess a mapping for a table: it is accepted as one, unless it says that it has no facts."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(table, newline="")
        with open_table(path, reading or Reading()) as opened:
            text = guess_mapping(opened, name)
    if "\nfacts: []" in text:
        with pytest.raises(InputError) as refused:
            read_mapping(text.encode(), "guess.yaml")
        assert [problem.message for problem in refused.value.problems] == [NO_FACTS]
    else:
        read_mapping(text.encode(), "guess.yaml")
    return text


def guessed(table: str, name: str = "t.csv", reading: Reading | None = None) -> Any:  # noqa: ANN401
    """Give a guess as it is read."""
    return load(guess(table, name, reading).encode(), "guess.yaml").value


def would_be_new(table: str, name: str = "t.csv") -> dict[str, int]:
    """Count the facts of each kind that a guess as it stands brings in of its own table."""
    with TemporaryDirectory() as folder:
        mapping, path = Path(folder) / "guess.yaml", Path(folder) / name
        mapping.write_text(guess(table, name))
        path.write_text(table, newline="")
        with Situation(":memory:", create=True) as situation:
            told = {"\npublished:", "\nshape: intervals"}
            published = None if any(one in mapping.read_text() for one in told) else "2026-01-01"
            done = situation.import_table(
                mapping, [path], by="test", published=published, dry_run=True
            )
            return {**done.files[0].facts}
