"""What a situation gives back: the outcome of recording, and the answer to a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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


Progress = Callable[[str, int, int], None]
"""Told of an import: (what is done: read or append, how much more of it, how much in all)."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What an import made of one table.

    `facts` counts those added, by kind; `already` what the log held; `repeated` rows that tell
    again what another row of the same report tells; `left_out` rows that filters left out or that
    tell no fact; `mended` values that were left out where the rest of the row was kept;
    `quarantined` counts rows by what is wrong with them, `problems` are the first of them.
    """

    file: str
    rows: int
    left_out: int
    facts: Mapping[str, int]
    already: int
    repeated: int
    mended: int
    quarantined: Mapping[str, int]
    problems: tuple[str, ...] = ()

    def as_json(self) -> Row:
        """Give all of it under the names of the fields."""
        return {
            "file": self.file,
            "rows": self.rows,
            "left_out": self.left_out,
            "facts": dict(self.facts),
            "already": self.already,
            "repeated": self.repeated,
            "mended": self.mended,
            "quarantined": dict(self.quarantined),
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of importing tables: by file, and what they had in common.

    `places` and `actors` are the ids registered for it; `ambiguous` names that stand for several
    places; `events` counts all that was appended (of a dry run: would be).
    """

    files: tuple[ImportedFile, ...]
    places: tuple[str, ...]
    actors: tuple[str, ...]
    ambiguous: tuple[str, ...]
    quarantine_file: str | None
    reports: int
    events: int
    position: int
    batch: str
    dry_run: bool = False
    corrections: int = 0
    unchanged: int = 0
    dropped: int = 0
    warnings: tuple[Problem, ...] = ()

    def as_json(self) -> Row:
        """Give all of it under the names of the fields."""
        return {
            "files": [one.as_json() for one in self.files],
            "places": list(self.places),
            "actors": list(self.actors),
            "ambiguous": list(self.ambiguous),
            "quarantine_file": self.quarantine_file,
            "reports": self.reports,
            "events": self.events,
            "position": self.position,
            "batch": self.batch,
            "dry_run": self.dry_run,
            "corrections": self.corrections,
            "unchanged": self.unchanged,
            "dropped": self.dropped,
            "warnings": [str(one) for one in self.warnings],
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


@dataclass(frozen=True, slots=True)
class Overview(Answer):
    """All that a picture of a situation shows, over all of valid and known time.

    `rows` are those of the clocks it was asked by, which it opens at: `as_of`, and `known_at` or
    None. `cells`, `facts` and `chronicles` as projections.overview gives them; `places` and
    `schemes` as registered, by id; `sides` of the actors that have one; `rules` in words by what
    a state gives under `rule`.
    """

    as_of: int = 0
    known_at: int | None = None
    cells: tuple[Row, ...] = ()
    facts: Mapping[str, Row] = field(default_factory=dict)
    chronicles: Mapping[str, list[str]] = field(default_factory=dict)
    places: Mapping[str, Row] = field(default_factory=dict)
    schemes: Mapping[str, Row] = field(default_factory=dict)
    sides: Mapping[str, str] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
