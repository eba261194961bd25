"""The answers about events and reports: the log, an event whole, a search, what is served."""

from __future__ import annotations

from typing import Any, Literal

from tracker.web.shapes.base import Answer, Log, Shape


class EventRow(Shape):
    """An event of the log."""

    position: int
    recorded_at: str
    recorded_by: str
    report: str | None
    kind: str
    fact: str | None
    id: str
    subject: str | None
    when: str | None
    what: str


class LogAnswer(Shape):
    """Events in their order."""

    log: Log
    rows: list[EventRow]


class Amendment(Shape):
    """What corrected or retracted a fact."""

    kind: str
    position: int
    published: str
    reason: str
    replaced_by: str | None
    replaced_at: int | None


class Replaced(Shape):
    """The fact whose place another takes."""

    fact: str
    position: int
    correction: int
    published: str
    reason: str


class Changed(Shape):
    """A field that a correction changed."""

    field: str
    before: Any
    after: Any


class Custody(Shape):
    """What became of an event's text: erased, or held (`lifted`: until which event)."""

    kind: str
    fields: str | None
    authority: str
    published: str
    reason: str
    position: int
    lifted: int | None


class EventAnswer(EventRow):
    """One event whole."""

    stream: str
    version: int
    body: dict[str, Any]
    source: str | None
    published: str | None
    document: str | None
    batch: str | None
    amended: list[Amendment]
    replaces: Replaced | None
    changes: list[Changed]
    custody: list[Custody]


class ReportQuery(Shape):
    """Which report was asked for, by its whole id."""

    report: str


class ReportHead(Shape):
    """A report: who published it, when, which document, how many facts it tells."""

    id: str
    position: int
    source: str
    published: str
    document: str | None
    batch: str | None
    facts: int


class ReportAnswer(Answer):
    """A report and its events, in their order."""

    query: ReportQuery
    report: ReportHead
    rows: list[EventRow]


class SearchQuery(Shape):
    """What was searched for."""

    words: str
    limit: int
    offset: int


class FoundRow(Shape):
    """A place, an actor, a source, a scheme or a fact that holds the words."""

    found: Literal["place", "actor", "source", "scheme", "fact"]
    id: str
    name: str
    position: int | None
    kind: str | None
    place: str | None
    published: str | None
    source: str | None
    report: str | None
    retracted: bool


class SearchAnswer(Answer):
    """What was found."""

    query: SearchQuery
    rows: list[FoundRow]


class About(Shape):
    """The situation that is served."""

    title: str
    zone: str
    log: Log
    version: str
