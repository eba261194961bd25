"""Lines of the table: what was done to the tracker, how often, and what was found wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

SHOWN = 3
"""Descriptions of what was wrong that a line keeps; the rest is only counted."""

WRONG = ("lost", "half", "corrupt", "doubled", "ledger", "differ", "unclear", "missed")
"""What may be counted, none of which may be there:

    lost     acknowledged events that are not in the log as they were acknowledged
    half     batches of which the log holds a part
    corrupt  logs or models that SQLite's own check refuses, or with gaps in their positions
    doubled  batches that are there twice
    ledger   ledgers whose leaves are not those of the events, or whose head is not of the leaves
    differ   read models that are not what a full rebuild gives
    unclear  outcomes that a user could make nothing of: a wrong word, a traceback, a hang
    missed   changes that should have been noticed, and were not
"""


@dataclass(slots=True)
class Line:
    """One line of the table. `skipped` says why nothing was done; `note` what else was seen."""

    name: str
    runs: int = 0
    acknowledged: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    details: list[str] = field(default_factory=list)
    note: str = ""
    skipped: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was wrong."""
        return not self.wrong.total()

    def found(self, what: str, detail: str, times: int = 1) -> None:
        """Count something wrong; the first few are kept in words. 0 times is nothing."""
        if what not in WRONG:
            raise ValueError(what)
        if not times:
            return
        if len(self.details) < SHOWN:
            self.details.append(f"{self.name}: {what}: {detail}")
        self.wrong[what] += times

    def as_json(self) -> dict[str, object]:
        """Give its fields, and whether it holds."""
        given = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**given, "wrong": dict(self.wrong), "holds": self.holds}

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> Self:
        """Give the line that as_json told of."""
        given = {name: value for name, value in found.items() if name != "holds"}
        return cls(**{**given, "wrong": Counter(found["wrong"])})

    def cells(self) -> tuple[str, ...]:
        """Give what the table prints of it."""
        if self.skipped:
            return (self.name, *[""] * (len(HEAD) - 3), self.skipped, "skipped")
        counts = (f"{self.wrong[what]:,}" for what in WRONG)
        verdict = "yes" if self.holds else "NO"
        return (self.name, f"{self.runs:,}", f"{self.acknowledged:,}", *counts, self.note, verdict)


HEAD = ("what", "runs", "acknowledged", *WRONG, "note", "holds")


def table(lines: Sequence[Line]) -> str:
    """Lay the lines out in columns, as Markdown, so that they can be kept as they are."""
    cells = [HEAD, *(line.cells() for line in lines)]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    rows = [cells[0], tuple("-" * width for width in wide), *cells[1:]]
    return "\n".join("| " + " | ".join(map(str.ljust, row, wide)) + " |" for row in rows)
