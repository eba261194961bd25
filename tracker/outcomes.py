"""What a situation gives back: the outcome of recording, and the answer to a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Generic

from typing_extensions import TypeVar

from tracker.errors import Problem, TrackerError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from tracker.results import Evidence

Row = dict[str, Any]
R = TypeVar("R", default=Any)
T = TypeVar("T")


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
    (EDTF; null for a fact and a snapshot), `of`: {position, kind} of what it corrects or retracts,
    or null, and `restores`: the position of the fact whose words it puts back, or null. `warnings`
    say what may be meant otherwise than it was said: that it counts from a time still to come, that
    a text reads otherwise than it is stored, and what a sheet is warned of that tells such a fact.
    """

    added: int
    already: int
    position: int
    events: tuple[Row, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def warning(self) -> str:
        """What it is warned of, in a line; empty where there is nothing."""
        said = (f"{one.path}: {one.message}" if one.path else one.message for one in self.warnings)
        return "; ".join(said)

    def as_json(self) -> Row:
        """Give {"added", "already", "position", "events"}."""
        return {
            "added": self.added,
            "already": self.already,
            "position": self.position,
            "events": list(self.events),
        }


@dataclass(frozen=True, slots=True)
class Erasable:
    """An event with text to erase: `fields` are there and sealed, `done` were erased before.

    `clear` are those of a fact that corrections lead to which stand in the log in the clear, and
    stay. `what` is its gist, empty where it has none; `stream` the id of its stream, in hex.
    """

    position: int
    kind: str
    id: str
    stream: str
    fields: tuple[str, ...]
    done: tuple[str, ...]
    what: str = ""
    clear: tuple[str, ...] = ()

    @property
    def keeps_gist(self) -> bool:
        """Whether it is a fact of which the gist stays to be read."""
        return bool(self.what) and "gist" not in (*self.fields, *self.done)

    def as_json(self) -> Row:
        """Give {position, kind, id, fields, done, clear, what}."""
        return {
            "position": self.position,
            "kind": self.kind,
            "id": self.id,
            "fields": list(self.fields),
            "done": list(self.done),
            "clear": list(self.clear),
            "what": self.what,
        }


Progress = Callable[[str, int, int], None]
"""Told of an import: (what is done: read or append, how much more of it, how much in all)."""


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What an import made of one table.

    `facts` counts those added, by kind; `already` what the log held, `taken_back` what of it was
    retracted since and is not in force; `repeated` rows that tell again what another row of the
    same report tells; `left_out` rows that filters left out or that tell no fact; `joined` rows
    that overlap or touch an earlier one and make one interval with it; `mended` values that were
    left out where the rest of the row was kept; `quarantined` counts rows by what is wrong with
    them, `problems` are the first of them. Of `rows` those are told that are none of `left_out`,
    `joined` and `quarantined`.
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
    taken_back: int = 0
    joined: int = 0

    def as_json(self) -> Row:
        """Give all of it under the names of the fields."""
        return {
            "file": self.file,
            "rows": self.rows,
            "left_out": self.left_out,
            "joined": self.joined,
            "facts": dict(self.facts),
            "already": self.already,
            "taken_back": self.taken_back,
            "repeated": self.repeated,
            "mended": self.mended,
            "quarantined": dict(self.quarantined),
            "problems": list(self.problems),
        }


@dataclass(frozen=True, slots=True)
class Imported:
    """The outcome of importing tables: by file, and what they had in common.

    `places` and `actors` are the ids registered for it; `ambiguous` names that stand for several
    places; `events` counts all that was appended (of a dry run: would be). `quarantine_files` are
    those that quarantined rows were written to, one for each table that has any.
    """

    files: tuple[ImportedFile, ...]
    places: tuple[str, ...]
    actors: tuple[str, ...]
    ambiguous: tuple[str, ...]
    quarantine_files: tuple[str, ...]
    reports: int
    events: int
    position: int
    batch: str
    dry_run: bool = False
    corrections: int = 0
    unchanged: int = 0
    dropped: int = 0
    warnings: tuple[Problem, ...] = ()

    @property
    def quarantine_file(self) -> str | None:
        """The last of the quarantine files; None where nothing is wrong."""
        return self.quarantine_files[-1] if self.quarantine_files else None

    def as_json(self) -> Row:
        """Give all of it under the names of the fields."""
        return {
            "files": [one.as_json() for one in self.files],
            "places": list(self.places),
            "actors": list(self.actors),
            "ambiguous": list(self.ambiguous),
            "quarantine_file": self.quarantine_file,
            "quarantine_files": list(self.quarantine_files),
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


def log_json(position: int, head: str | None, replica: Row | None) -> Row:
    """Say where a log stood; of a replica, also how far behind its source it is."""
    there: Row = {"position": position, "head": head}
    return there if replica is None else {**there, "replica": replica}


@dataclass(frozen=True, slots=True)
class Answer(Generic[R]):
    """What a question returns: the rows, and what they were asked by.

    `rows()` gives them typed (tracker.results), `to_dicts()` as JSON has them, `to_pandas()` and
    `to_polars()` as a table, `as_json()` with all that was asked. A notebook shows a table of
    them, with a map or a chart where they have places or times.

    `verb` and `query` are the whole question: asked so of the log's first `position` events, the
    same rows come back; `head` is the ledger's root there, in hex, None where there is no ledger.
    `title` and `zone` are the situation's, `tz` is the zone that the question was read in, where it
    was, and `read_in` the one whose days its tables tell; `each` gives the rows as JSON has them,
    where there are tens of thousands by making each when it is looked at, `dicts` all in a tuple;
    `notes` is what is to be said beside them, such as that an as-of lies in the future. `names`
    gives the registered name of each id that rows speak of; `more` is what one kind of question
    adds to the JSON (the evidence of an audit); `replica` says whose copy was asked, and how far
    behind it is (Situation.replica).
    """

    verb: str
    query: Row
    position: int
    head: str | None
    title: str
    zone: str
    each: Sequence[Row]
    names: Mapping[str, str]
    notes: tuple[str, ...] = ()
    more: Row = field(default_factory=dict)
    replica: Row | None = None
    tz: str | None = field(default=None, compare=False)

    @property
    def read_in(self) -> str:
        """The zone whose days a reader is told: that of the question, else the situation's."""
        return self.tz or self.zone

    @property
    def dicts(self) -> tuple[Row, ...]:
        """The rows as JSON has them."""
        return tuple(self.each[:])

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its rows have as a table, or would have: tracker.tabular.columns_of."""
        from tracker.tabular import columns_of

        stale = self.verb == "state" and self.query.get("stale_after") is not None
        return columns_of(self.verb, self.query.get("projection"), stale=stale)

    def rows(self) -> tuple[R, ...]:
        """Give the rows typed: frozen objects of tracker.results, by the kind of question.

        Raises TrackerError for those of a replay, which have no type.
        """
        from tracker.typing_rows import typed

        return typed(self.verb, self.dicts, self.names)

    def rows_of(self, kind: type[T]) -> tuple[T, ...]:
        """Give the rows of one type: those of `state` may be Control, Force, Alert, Loss, Entry.

        Raises TrackerError for what is no type.
        """
        try:
            isinstance(None, kind)
        except TypeError as error:
            msg = f"rows_of takes a type of rows, such as tracker.Control, not {kind!r}"
            raise TrackerError(msg) from error
        return tuple(row for row in self.rows() if isinstance(row, kind))

    def evidence(self) -> tuple[Evidence, ...]:
        """Give, of an audit, every fact with its role; nothing of another answer."""
        from tracker.typing_rows import evidence_of

        return tuple(map(evidence_of, self.more.get("evidence", ())))

    def to_dicts(self) -> list[Row]:
        """Give the rows as JSON has them: text for instants, lists and dictionaries for the rest.

        They are copies, as far as their uppermost values.
        """
        return [dict(row) for row in self.dicts]

    def to_pandas(self) -> pd.DataFrame:
        """Give the rows as a DataFrame, with columns and types of tracker.tabular.

        Times are datetime64[us, UTC]; ids in lists are tuples. Raises TrackerError without pandas.
        """
        from tracker.frames import to_pandas

        return to_pandas(self.dicts, self.columns)

    def to_polars(self) -> pl.DataFrame:
        """Give the rows as a DataFrame, with columns and types of tracker.tabular.

        Times are Datetime("us", "UTC"). Raises TrackerError without polars.
        """
        from tracker.frames import to_polars

        return to_polars(self.dicts, self.columns)

    def _repr_html_(self) -> str:
        """Show the answer in a notebook: what was asked, a map or a chart, and a table."""
        # By name: the faces stand above this floor, and only a notebook asks for one.
        page = import_module("tracker.web.notebook")
        return str(page.shown(self))

    def as_json(self) -> Row:
        """Give {"query", "log", "rows", "notes", ...}.

        `head` is the ledger's root at that position, in hex; null for a log of before the ledger.
        The log of a replica also has `replica`.
        """
        return {
            "query": self.query,
            "log": log_json(self.position, self.head, self.replica),
            "rows": list(self.each),
            "notes": list(self.notes),
            **self.more,
        }


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What became of asking a cited question again, of the events that it was asked of.

    `verdict` is reproduced, not reproduced, or undecided, and `why` says so in a line; `differing`
    names the rows that are not what was cited. `withheld` are the erasures recorded since of text
    that the rows had beside them: {position, of, fields, authority}. `since` counts the events
    recorded since, and `changes` are what they make of the answer: {row, change, then, now}, where
    `change` is changed, evidence (it says the same, on other evidence), new or gone; None where
    that was not asked.
    """

    verdict: str
    why: str
    differing: tuple[str, ...] = ()
    withheld: tuple[Row, ...] = ()
    since: int = 0
    changes: tuple[Row, ...] | None = None

    def as_json(self) -> Row:
        """Give {"verdict", "why", "differing", "withheld", "since", "changes"}."""
        changes = None if self.changes is None else list(self.changes)
        return {
            "verdict": self.verdict,
            "why": self.why,
            "differing": list(self.differing),
            "withheld": list(self.withheld),
            "since": self.since,
            "changes": changes,
        }


@dataclass(frozen=True, slots=True)
class Overview(Answer[Any]):
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
