"""Record keeping: reports registered, facts corrected or retracted, rulings, snapshots."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from tracker.facts.base import Actors
from tracker.sources import FROZEN, Document, Sha256, Slug, Text, Upcast
from tracker.times import FUTURE_OPEN, Instant, When, last_instant


def _moment(value: When) -> When:
    if "/" in value.edtf or value.span.start_open or value.start.latest >= FUTURE_OPEN:
        msg = "a publication is one moment: a date, or a time with its zone"
        raise ValueError(msg)
    return value


Published = Annotated[When, AfterValidator(_moment)]
"""When something was published: known from `known_from` of it."""


def known_from(published: When) -> Instant:
    """Give the instant from which a publication counts as known: the last of the stated unit."""
    return last_instant(published.start)


class RecordEvent(BaseModel):
    """Base of the events that speak of the record itself."""

    model_config: ClassVar[ConfigDict] = FROZEN
    TOPIC: ClassVar[str]
    VERSION: ClassVar[int] = 1
    UPCASTS: ClassVar[tuple[Upcast, ...]] = ()


class NotCoded(BaseModel):
    """A sentence that holds no fact, and why."""

    model_config = FROZEN

    sentence: Annotated[StrictInt, Field(ge=0)]
    why: Text


class SheetFile(BaseModel):
    """The fact sheet a report was recorded from: file name and sha256 of its raw bytes."""

    model_config = FROZEN

    name: Text
    sha256: Sha256


class ReportHeader(BaseModel):
    """Who published what, when: the `report` block of a sheet.

    `standing` marks a version of a maintained list: what it lists is so until the list says
    otherwise, in a later version. `dataset` names the table that it is a part of: then source,
    publication and dataset make it one report, which may grow as more of the table is read.
    """

    model_config = FROZEN

    source: Slug
    published: Published
    published_basis: Text | None = None
    title: Text | None = None
    url: Text | None = None
    document: Document | None = None
    standing: Literal[True] | None = None
    dataset: Slug | None = None


class ReportRegistered(ReportHeader, RecordEvent):
    """A report begins its stream: one document of one source at one publication time.

    `content_sha256` is the whole sha256 of the canonical content the stream's id is made from.
    `batch` names what it was recorded with, so that all of that can be taken back together.
    """

    TOPIC = "ReportRegistered"

    sheet: SheetFile | None = None
    batch: Text | None = None
    not_coded: tuple[NotCoded, ...] = ()
    content_sha256: Sha256


RESTATED = "restated by the source"
"""The reason given where the source itself tells a row of its table otherwise, or no more."""


def _by_source(body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body of version 1 to 2: its reason alone told that the source itself restated it."""
    return {**body, "by_source": True} if body["reason"] == RESTATED else body


class FactCorrected(RecordEvent):
    """A fact has been replaced by another, recorded beside it; the first stays in the log.

    `restores` names the fact whose words the other repeats, where a batch that had replaced or
    retracted it was taken back, or where a retracted fact was put back by itself. `by_source`: the
    source restated it, in a later version of the same row; nobody at the desk put it right.
    """

    TOPIC = "FactCorrected"
    VERSION: ClassVar[int] = 2
    UPCASTS: ClassVar[tuple[Upcast, ...]] = (_by_source,)

    fact: Text
    replaced_by: Text
    restores: Text | None = None
    by_source: Literal[True] | None = None
    published: Published
    reason: Text


class FactRetracted(RecordEvent):
    """A fact is no longer stood by, as of the retraction's own publication.

    `by_source`: a later version of the same row told it no more.
    """

    TOPIC = "FactRetracted"
    VERSION: ClassVar[int] = 2
    UPCASTS: ClassVar[tuple[Upcast, ...]] = (_by_source,)

    fact: Text
    by_source: Literal[True] | None = None
    published: Published
    reason: Text


class RulingMade(RecordEvent):
    """An analyst's dated judgement on one cell: which facts to follow over `when`, and why."""

    TOPIC = "RulingMade"

    projection: Slug
    key: Text
    when: When
    published: Published
    follows: Annotated[tuple[Text, ...], Field(min_length=1)]
    analyst: Text
    reason: Text


class Snapshot(BaseModel):
    """One version of a maintained list, as a whole: the `snapshot` block of a sheet.

    `entries` counts what it lists in all, `holders` are the actors it lists; `dropped` names the
    cells (projection/key) that an earlier version listed and this one does not. `origin` says
    whose list it is, where that is not the source's own.
    """

    model_config: ClassVar[ConfigDict] = FROZEN

    version: Text
    entries: Annotated[StrictInt, Field(ge=0)]
    holders: Actors = ()
    dropped: tuple[Text, ...] = ()
    origin: Text | None = None


def _all_read(body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body of version 1 to 2: nobody noted then what could not be read."""
    return body


def _of_entries(body: dict[str, Any]) -> dict[str, Any]:
    """Bring a body of version 2 to 3: then its entries alone told of another reading."""
    return body


class SnapshotTaken(Snapshot, RecordEvent):
    """One version of a maintained list was read: what it listed in all, and what it dropped.

    `unread` are the places of which it said what nobody could read: what it said before stands.
    `instead`: this reading took the place of every one before it, which was wrong.
    """

    TOPIC = "SnapshotTaken"
    VERSION: ClassVar[int] = 3
    UPCASTS: ClassVar[tuple[Upcast, ...]] = (_all_read, _of_entries)

    source: Slug
    published: Published
    unread: tuple[Text, ...] | None = None
    instead: Literal[True] | None = None


class TextErased(RecordEvent):
    """Sealed texts of an event were erased: their keys were destroyed once this was recorded."""

    TOPIC = "TextErased"

    event: Text
    fields: Annotated[tuple[Text, ...], Field(min_length=1)]
    authority: Text
    published: Published
    reason: Text


class HoldPlaced(RecordEvent):
    """Nothing of an event may be erased; of a report, nothing of any of its facts."""

    TOPIC = "HoldPlaced"

    event: Text
    authority: Text
    published: Published
    reason: Text


class HoldLifted(RecordEvent):
    """A hold, named by the id of its event, no longer stands."""

    TOPIC = "HoldLifted"

    hold: Text
    authority: Text
    published: Published
    reason: Text


class EventWithheld(RecordEvent):
    """An event was left out of a bundle: of it the bundle holds no more than its leaf's hash.

    `position` is its place in the log, by which whoever checks the bundle finds it explained.
    """

    TOPIC = "EventWithheld"

    event: Text
    position: Annotated[StrictInt, Field(ge=1)]
    leaf: Sha256
    authority: Text
    published: Published
    reason: Text


KINDS = (
    ReportRegistered,
    FactCorrected,
    FactRetracted,
    RulingMade,
    SnapshotTaken,
    TextErased,
    HoldPlaced,
    HoldLifted,
    EventWithheld,
)
