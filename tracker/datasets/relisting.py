"""A version of a list says itself what it said by what came before it.

It has to where that is taken back: the version tells only what it changed, and it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from tracker.amendments import numbered
from tracker.datasets.listed import ABSENT, UNCLEAR, History, Recorded, put
from tracker.facts import TOPICS, Body, Fact
from tracker.facts.envelope import Event, canonical
from tracker.facts.record import SnapshotTaken
from tracker.instants import Instant
from tracker.reports import derived_id, identified
from tracker.times import When


class Relisted(NamedTuple):
    """A version, and the bodies that it has to tell beside what it told, each with its id.

    They belong to the batch that it was read with; "" for the one that began it.
    """

    stream: UUID
    batch: str
    bodies: list[tuple[str, Body]]


def listed_again(
    history: History, one: Recorded, cell: str, published: str, stream: UUID
) -> Fact | None:
    """Give the fact by which a version tells what it lists of a cell, in the words of the log.

    Those of the version that said so last. Its time is that of the version's publication, where it
    was that of the other's; it keeps the place in the document where the words stand.
    """
    says = history.listed_by(one).get(cell)
    for before in reversed(history.versions[: history.versions.index(one)]):
        for telling in before.cells.get(cell, ()):
            if telling.says == says and not telling.restored:
                kind, body = _told_by(history, telling.id, published)
                if again := one.again(cell, telling.says):
                    body["locator"]["record"] = again
                found = TOPICS[kind].model_validate(body)
                return identified(found, stream, of_table=True) if isinstance(found, Fact) else None
    return None


def _told_by(history: History, name: str, published: str) -> tuple[str, dict[str, Any]]:
    """Give the kind and the body of a fact as a version tells it that was published then."""
    kind, body, report = history.fact(name)
    if canonical(body["when"]) == canonical(report["published"]):
        body["when"] = from_json(published)
    if "document" not in body["locator"] and report.get("document"):
        body["locator"]["document"] = report["document"]
    return kind, body


def relisted(history: History, events: Sequence[Event]) -> Iterator[Relisted]:
    """Yield what later versions of a list have to say themselves, once `events` are appended.

    Those take back what some versions told. A later one lists what it listed.
    """
    if not any(one.entries > 0 for one in history.versions):
        return  # no list of versions: one that changes row by row
    history.after(events)
    over = {event.stream.hex for event in events}
    told: dict[str, str] = {}
    trail: dict[str, str] = {}
    touched: set[str] = set()
    for one in history.versions:
        for cell, says in one.said.items():
            put(told, cell, says)
        one.bear_on(trail)
        if one.stream in over:
            touched |= one.cells.keys()
        elif one.version is not None:
            cells = sorted(c for c in touched - one.own if trail.get(c) != told.get(c))
            if cells:
                yield _anew(history, one, cells, told)
            for cell in cells:
                put(trail, cell, UNCLEAR if one.taken_back else told.get(cell, ABSENT))


def _anew(history: History, one: Recorded, cells: Iterable[str], told: dict[str, str]) -> Relisted:
    """Have a version say what it lists of cells, and what it does not list."""
    stream, published = UUID(one.stream), history.published(one.stream)
    listed = [cell for cell in cells if cell in told]
    dropped = tuple(cell for cell in cells if cell not in told)
    facts = [listed_again(history, one, cell, published, stream) for cell in listed]
    bodies: list[tuple[str, Body]] = [(fact.id, fact) for fact in facts if fact is not None]
    if dropped:
        body = SnapshotTaken(
            version=one.version or "",
            source=history.source,
            published=When.model_validate_json(published),
            entries=one.entries,
            holders=one.holders,
            dropped=dropped,
            unread=tuple(sorted(one.unread)) or None,
        )
        bodies.append((one.act(derived_id(stream, body)), body))
    if one.taken_back:  # it says so until then
        bodies += [history.taken_back(one, name) for name, _ in bodies]
    return Relisted(stream, one.batch, bodies)


def relisting(
    events: Sequence[Event],
    histories: Iterable[History],
    past: Callable[[UUID], int],
    *,
    at: Instant,
    by: str,
) -> tuple[Event, ...]:
    """Give what later versions of lists say themselves, where events take back some.

    `past` tells how many events a stream has.
    """
    added: list[Event] = []
    for history in histories:
        its = {one.stream for one in history.versions}
        of_it = [event for event in events if event.stream.hex in its]
        for stream, batch, bodies in relisted(history, of_it):
            made = numbered(stream, past(stream), bodies, at=at, by=by)
            added += [replace(event, batch=batch or None) for event in made]
    return tuple(added)
