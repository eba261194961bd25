"""What the log holds of a list or a table: its versions, and what it said before a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json

from projections.store import Store
from tracker.datasets.corrections import ENDING, Version, said_by
from tracker.datasets.restating import Edge, side_of
from tracker.facts.envelope import canonical
from tracker.facts.record import FactCorrected, FactRetracted, SnapshotTaken
from tracker.instants import FUTURE_OPEN
from tracker.log import Log
from tracker.times import When
from tracker.undoing import Chains, Instead

_ASIDE = ("id", "gist", "locator", "when")
"""Fields of a fact that are no part of what a list says."""
_AT_ONCE = 500
_IN_FORCE = "id NOT IN (SELECT fact FROM retractions)"
_AS_TOLD = "id NOT IN (SELECT replaced_by FROM retractions WHERE replaced_by IS NOT NULL)"


def entry_of(body: dict[str, Any]) -> str:
    """Give what a list says, of a fact's body: canonical JSON without its braces."""
    plain = {name: item for name, item in body.items() if name not in _ASIDE}
    return canonical(plain).decode()[1:-1]


def cell_of(body: dict[str, Any]) -> str | None:
    """Give the cell, projection/key, that an entry of a list speaks of; None for no cell."""
    if "scheme" in body:
        return f"alerts/{body['scheme']}/{body['scope']}"
    return f"control/{body['place']}" if body.get("place") else None


@dataclass(slots=True)
class Recorded:
    """A version of a list that is in the log: whole where it tells every entry anew."""

    known: int
    stream: str
    version: str | None = None
    entries: int = -1
    facts: int = 0

    @property
    def whole(self) -> bool:
        """Whether it stands by itself, whatever came before it."""
        return self.facts == self.entries


@dataclass(slots=True)
class History:
    """The recorded versions of one dataset, in order of publication."""

    store: Store
    log: Log
    source: str
    dataset: str
    versions: list[Recorded] = field(default_factory=list)
    _taken: dict[str, list[SnapshotTaken]] = field(default_factory=dict)
    _ids: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: Store, log: Log, source: str, dataset: str) -> History:
        """Read what there is."""
        found = cls(store, log, source, dataset)
        sql = (
            "SELECT id, published FROM reports WHERE source = ?"
            " AND json_extract(data, '$.dataset') = ? ORDER BY published"
        )
        rows = store.rows(sql, (source, dataset))
        found.versions = [Recorded(row["published"], row["id"]) for row in rows]
        if found.versions:
            found._read_snapshots()
        return found

    def _read_snapshots(self) -> None:
        by_stream = {one.stream: one for one in self.versions}
        sql = "SELECT position FROM acts WHERE kind = 'SnapshotTaken' ORDER BY position"
        for row in self.store.rows(sql):
            event = next(iter(self.log.read(row["position"] - 1, row["position"])))
            one = by_stream.get(event.stream.hex)
            if one is not None and isinstance(event.body, SnapshotTaken):
                one.version, one.entries = event.body.version, event.body.entries
                self._taken.setdefault(one.stream, []).append(event.body)
                self._ids.setdefault(one.stream, []).append(event.id)
        for row in self.store.rows("SELECT report, count(*) AS n FROM fact_rows GROUP BY report"):
            if row["report"] in by_stream:
                by_stream[row["report"]].facts = row["n"]

    def state_before(self, known: int) -> dict[str, str]:
        """Give {cell: entry} as the list stood just before a moment."""
        state: dict[str, str] = {}
        for one in self.versions:
            if one.known >= known:
                break
            for body in self._facts(one.stream):
                cell = cell_of(body)
                if cell is not None:
                    state[cell] = entry_of(body)
            for cell in self.dropped_in(one.stream):
                state.pop(cell, None)
        return state

    def dropped_in(self, stream: str) -> set[str]:
        """Give the cells that a version is said to list no more."""
        return {cell for taken in self._taken.get(stream, []) for cell in taken.dropped}

    def was_taken_back(self, stream: str) -> bool:
        """Whether somebody took back that a version was taken."""
        ids = self._ids.get(stream, [])
        sql = "SELECT 1 FROM retractions WHERE fact = ?"
        return bool(ids) and all(self.store.rows(sql, (one,)) for one in ids)

    def told_in(self, stream: str) -> Iterator[str]:
        """Yield the ids of what a version told, as the list told it."""
        sql = f"SELECT id FROM fact_rows WHERE report = ? AND {_AS_TOLD}"  # noqa: S608 - ours
        yield from (row["id"] for row in self.store.rows(sql, (stream,)))
        yield from self._ids.get(stream, [])

    def holders_in(self, stream: str) -> tuple[str, ...]:
        """Give the actors that a version is said to list."""
        return next((taken.holders for taken in self._taken.get(stream, [])), ())

    def published(self, stream: str) -> str:
        """Give when a version was published, in its stored form."""
        (row,) = self.store.rows("SELECT data FROM reports WHERE id = ?", (stream,))
        return canonical(from_json(row["data"])["published"]).decode()

    def told_by(self, stream: str, state: dict[str, str]) -> dict[str, str]:
        """Bring {cell: entry} up to a version, as the list told it, whatever was made of that."""
        for body in self._facts(stream, _AS_TOLD):
            cell = cell_of(body)
            if cell is not None:
                state[cell] = entry_of(body)
        for cell in self.dropped_in(stream):
            state.pop(cell, None)
        return state

    def _facts(self, stream: str, which: str = _IN_FORCE) -> Iterator[dict[str, Any]]:
        sql = f"SELECT data FROM fact_rows WHERE report = ? AND {which} ORDER BY position"  # noqa: S608 - ours
        for row in self.store.rows(sql, (stream,)):
            yield from_json(row["data"])


def versions_in(
    store: Store, source: str, dataset: str, records: Sequence[str]
) -> dict[str, list[Version]]:
    """Give the versions of records that the log holds, in the order in which they were known.

    What an analyst corrected or retracted is still what the source says; what a batch said that was
    taken back, and had taken the place of something, is `undone`, and so is what it had ended. What
    was put back then is the version that it repeats.
    """
    found: dict[str, list[Version]] = {}
    for start in range(0, len(records), _AT_ONCE):
        page = records[start : start + _AT_ONCE]
        marks = ",".join("?" * len(page))
        sql = (
            "SELECT f.record, f.published, f.id, f.kind, f.data, r.data AS report,"  # noqa: S608
            " (SELECT min(t.published) FROM retractions t WHERE t.fact = f.id AND t.by_source)"
            " AS ended FROM fact_rows f JOIN reports r ON r.id = f.report WHERE r.source = ?"
            f" AND json_extract(r.data, '$.dataset') = ? AND f.record IN ({marks})"
            " ORDER BY f.published, f.position"
        )
        rows = store.rows(sql, (source, dataset, *page))
        chains = _chains(store, [row["id"] for row in rows])
        again = {chains.says(row["id"]): row for row in rows}  # the last that says so
        for row in rows:
            versions = found.setdefault(row["record"], [])
            last = again[chains.says(row["id"])]
            published = canonical(from_json(row["report"])["published"]).decode()
            if last is not row and row["ended"] is not None:
                versions.append(Version(row["ended"], row["id"], ENDING, published, undone=True))
            if chains.says(row["id"]) != row["id"]:
                continue
            said = said_by(row["kind"], from_json(row["data"]))
            ended = FUTURE_OPEN if last["ended"] is None else last["ended"]
            undone = chains.was_undone(row["id"])
            versions.append(
                Version(row["published"], last["id"], said, published, ended, undone=undone)
            )
    return found


def taken_back(log: Log) -> set[str]:
    """Name the facts that somebody took back: not the source, and not put back since."""
    over: set[str] = set()
    says: dict[str, str] = {}  # what repeats the words of which other
    for event in log.of_topics([FactRetracted.TOPIC, FactCorrected.TOPIC]):
        body = event.body
        if isinstance(body, FactRetracted) and not body.by_source:
            over |= {body.fact, says.get(body.fact, body.fact)}
        elif isinstance(body, FactCorrected) and body.restores:
            says[body.replaced_by] = body.restores
            over.discard(body.restores)
    return over


@dataclass(frozen=True, slots=True)
class Edges:
    """The beginnings and ends of intervals that the log holds of one dataset."""

    store: Callable[[], Store]
    source: str
    dataset: str

    def by_side(self) -> dict[str, list[Edge]]:
        """Give them by what they begin, or end."""
        sql = (
            "SELECT f.kind, f.data, f.published, f.position, f.id, f.report,"
            " EXISTS (SELECT 1 FROM retractions t WHERE t.fact = f.id)"
            " FROM reports r JOIN fact_rows f ON f.report = r.id"
            " WHERE r.source = ? AND json_extract(r.data, '$.dataset') = ?"
        )
        found: dict[str, list[Edge]] = {}
        asked = (self.source, self.dataset)
        for kind, data, known, position, fact, report, over in self.store().each(sql, asked):
            edge = Edge(known, position, fact, report, bool(over))
            found.setdefault(side_of(kind, from_json(data)), []).append(edge)
        return found

    def published(self, report: str) -> When:
        """Give when a report was published."""
        (row,) = self.store().rows("SELECT data FROM reports WHERE id = ?", (report,))
        return When.model_validate(from_json(row["data"])["published"])


def _chains(store: Store, facts: Sequence[str]) -> Chains:
    """Read what took the place of what among facts."""
    corrections: list[Instead] = []
    for start in range(0, len(facts), _AT_ONCE):
        page = facts[start : start + _AT_ONCE]
        marks = ",".join("?" * len(page))
        sql = (
            "SELECT fact, replaced_by, restores FROM retractions"  # noqa: S608 - only marks
            f" WHERE replaced_by IS NOT NULL AND fact IN ({marks}) ORDER BY position"
        )
        corrections += [Instead(*row.values()) for row in store.rows(sql, page)]
    return Chains(corrections)
