"""What a situation gives back: the outcome of recording, and the answer to a question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tracker.errors import Problem

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The outcome of recording one file: how many events it added, how many were there."""

    file: str
    added: int
    already: int
    position: int
    warnings: tuple[Problem, ...] = ()
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Amended:
    """The outcome of a correction, a retraction or a ruling.

    `events` are the rows of the events that it added, as `log` gives them, each with `published`
    (EDTF; null for a fact) and `of`: {position, kind} of what it corrects or retracts, or null.
    """

    added: int
    already: int
    position: int
    events: tuple[Row, ...] = ()

    def as_json(self) -> Row:
        """Give {"added", "already", "position", "events"}."""
        return {
            "added": self.added,
            "already": self.already,
            "position": self.position,
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question returns: the rows, and what they were asked by. JSON through `as_json`.

    `names` gives the registered name of each id that rows speak of; `more` is what one kind of
    question adds to the JSON (the evidence of an audit).
    """

    query: Row
    position: int
    title: str
    zone: str
    rows: tuple[Row, ...]
    names: Mapping[str, str]
    notes: tuple[str, ...] = ()
    more: Row = field(default_factory=dict)

    def as_json(self) -> Row:
        """Give {"query", "log", "rows", "notes", ...}; `head` is null while there is no ledger."""
        return {
            "query": self.query,
            "log": {"position": self.position, "head": None},
            "rows": list(self.rows),
            "notes": list(self.notes),
            **self.more,
        }
