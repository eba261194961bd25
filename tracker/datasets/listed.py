"""What the log holds of a maintained list: its versions, and what each tells of each cell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import uuid5

from pydantic_core import from_json

from projections.store import Store
from tracker.facts.envelope import NAMESPACE, Event, canonical
from tracker.facts.record import FactCorrected, FactRetracted, SnapshotTaken
from tracker.log import Log

ABSENT = ""
"""What a version says of a cell that it lists no more."""
UNCLEAR = "?"
"""What a cell says where it depends on what is taken back when: no entry reads so."""

_ASIDE = ("id", "gist", "locator", "when")
"""Fields of a fact that are no part of what a list says."""
_BY_DESK, _BY_SOURCE = 1, 2

_FACTS = """SELECT f.id, f.data,
    (SELECT max(1 + t.by_source) FROM retractions t WHERE t.fact = f.id) AS over,
    c.replaced_by AS amended, c.restores
    FROM fact_rows f LEFT JOIN retractions c ON c.replaced_by = f.id
    WHERE f.report = ? ORDER BY f.position"""
_ACT = """SELECT
    (SELECT max(1 + t.by_source) FROM retractions t WHERE t.fact = :id) AS over,
    (SELECT t.position FROM retractions t WHERE t.fact = :id ORDER BY published) AS position,
    (SELECT max(c.restores) FROM retractions c WHERE c.replaced_by = :id) AS restores"""


def entry_of(body: dict[str, Any]) -> str:
    """Give what a list says, of a fact's body: canonical JSON without its braces."""
    plain = {name: item for name, item in body.items() if name not in _ASIDE}
    return canonical(plain).decode()[1:-1]


def cell_of(body: dict[str, Any]) -> str | None:
    """Give the cell, projection/key, that an entry of a list speaks of; None for no cell."""
    if "scheme" in body:
        return f"alerts/{body['scheme']}/{body['scope']}"
    return f"control/{body['place']}" if body.get("place") else None


def place_of(cell: str) -> str:
    """Give the place that a cell is of."""
    return cell.rsplit("/", 1)[1]


class Telling(NamedTuple):
    """What one event says of a cell.

    `over`: who took it back, or put another in its place, if anybody. `amended`: a desk said it,
    not the list. `restored`: the list had said it, that was taken back, and is so again.
    """

    id: str
    says: str
    over: int
    amended: bool
    restored: bool

    @property
    def sound(self) -> bool:
        """Whether it was always in force, as the list told it."""
        return not (self.over or self.amended or self.restored)


@dataclass(slots=True, eq=False)
class Recorded:
    """A version of a list that is in the log: what it tells of each cell.

    `snapshots` are those in force: (id, what it dropped). `unread` are the places of which it said
    something that nobody could read, `mended` all that ever were. `over` is the position of what
    took it back, if anything did; `batch` the one it was read with, where that did not begin it.
    """

    known: int
    stream: str
    version: str | None = None
    entries: int = -1
    holders: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()
    mended: frozenset[str] = frozenset()
    taken_back: bool = False
    over: int = 0
    batch: str = ""
    snapshots: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    acts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """All its snapshots, those that are over too: id -> what it dropped."""
    cells: dict[str, list[Telling]] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    """The ids of all that it told, as the list told it."""
    own: set[str] = field(default_factory=set)
    """The cells that it speaks of itself, or spoke of until that was taken back."""
    said: dict[str, str] = field(default_factory=dict)
    """What it said by cell, whatever was made of that; ABSENT where it dropped it."""
    restated: bool = False
    """Whether a reading of it took the place of another, which was wrong."""

    def taken(self, cell: str, says: str) -> bool:
        """Whether it was told so once, and that was taken back."""
        return any(t.over == _BY_DESK and t.says == says for t in self.cells.get(cell, ()))

    def short(self, cell: str) -> bool:
        """Whether a cell was not read once that is listed, or all that was told of it is over."""
        tellings = self.cells.get(cell, [])
        return any(t.says == ABSENT for t in tellings) or (
            bool(tellings) and all(t.over for t in tellings)
        )

    def again(self, cell: str, says: str) -> str | None:
        """Give what tells an entry from one that said so and is over, if there is any."""
        tellings = self.cells.get(cell, [])
        said = any(t.says == says for t in tellings)
        return f"{self.version} ({len(tellings)})" if said else None

    def act(self, name: str) -> str:
        """Give the id of a snapshot: another one than of what said so before, and is over."""
        if name not in self.acts:
            return name
        return str(uuid5(NAMESPACE, f"again:{name}:{len(self.acts)}"))

    def in_force(self, cell: str) -> list[Telling]:
        """Give what stands of a cell."""
        return [one for one in self.cells.get(cell, ()) if not one.over]

    def bear_on(self, trail: dict[str, str]) -> None:
        """Bring what the log says of each cell, whatever comes of it, up to this version.

        Where something of it was taken back, or corrected, what it says depends on when one asks:
        UNCLEAR, unless it says what the version before did.
        """
        for cell, tellings in self.cells.items():
            seen = [one for one in tellings if one.over != _BY_SOURCE]
            says = {one.says for one in seen}
            if not says or says == {trail.get(cell, ABSENT)}:
                continue
            sound = len(says) == 1 and all(one.sound for one in seen)
            put(trail, cell, says.pop() if sound else UNCLEAR)

    def amend(self, wrong: str, name: str | None, restores: str | None) -> None:
        """Note that something is over, and what says again what another said, if anything."""
        for cell, tellings in self.cells.items():
            again = [
                Telling(name, one.says, 0, amended=False, restored=True)
                for one in tellings
                if name and one.id == restores
            ]
            now = (
                one._replace(over=one.over or _BY_DESK) if one.id == wrong else one
                for one in tellings
            )
            self.cells[cell] = [*now, *again]
        self.snapshots = [one for one in self.snapshots if one[0] != wrong]
        if name and restores in self.acts:
            self.snapshots.append((name, self.acts[restores]))
        self.taken_back = bool(self.acts) and not self.snapshots

    def settle(self) -> None:
        """Note what it said by cell, once all its events are known.

        In logs of before, only entries that are over told of a reading in the place of another.
        """
        for cell, tellings in self.cells.items():
            self.restated |= any(t.over == _BY_SOURCE and t.says != ABSENT for t in tellings)
            if any(one.over != _BY_SOURCE for one in tellings):
                self.own.add(cell)
            told = [one for one in tellings if not one.amended and one.over != _BY_SOURCE]
            standing = [one for one in told if not one.over] or told
            if standing:
                self.said[cell] = standing[-1].says

    def whole(self, listed: dict[str, str]) -> bool:
        """Whether it stands by itself, whatever came before it: it tells all that it lists."""
        return self.version is not None and all(self.said.get(cell) for cell in listed)


def put(state: dict[str, str], cell: str, says: str) -> None:
    """Note what is said of a cell."""
    if says == ABSENT:
        state.pop(cell, None)
    else:
        state[cell] = says


@dataclass(slots=True)
class History:
    """The recorded versions of one list, in order of publication."""

    store: Store
    log: Log
    source: str
    versions: list[Recorded] = field(default_factory=list)

    @classmethod
    def of(cls, store: Store, log: Log, source: str, dataset: str) -> History:
        """Read what there is."""
        found = cls(store, log, source)
        sql = (
            "SELECT id, published FROM reports WHERE source = ?"
            " AND json_extract(data, '$.dataset') = ? ORDER BY published, id"
        )
        rows = store.rows(sql, (source, dataset))
        found.versions = [Recorded(row["published"], row["id"]) for row in rows]
        if found.versions:
            found._read()
        return found

    def _read(self) -> None:
        by_stream = {one.stream: one for one in self.versions}
        for one in self.versions:
            self._read_facts(one)
        sql = "SELECT position FROM acts WHERE kind = 'SnapshotTaken' ORDER BY position"
        for row in self.store.rows(sql):
            event = next(iter(self.log.read(row["position"] - 1, row["position"])))
            if event.stream.hex in by_stream and isinstance(event.body, SnapshotTaken):
                self._read_snapshot(by_stream[event.stream.hex], event, event.body)
        for one in self.versions:
            one.settle()

    def _read_facts(self, one: Recorded) -> None:
        texts: dict[str, str] = {}
        for row in self.store.rows(_FACTS, (one.stream,)):
            body = from_json(row["data"])
            cell = cell_of(body)
            if cell is None:
                continue
            restored = texts.get(row["restores"] or "")
            says = texts[row["id"]] = restored or entry_of(body)
            amended = row["amended"] is not None and restored is None
            telling = Telling(row["id"], says, row["over"] or 0, amended, restored is not None)
            one.cells.setdefault(cell, []).append(telling)
            if row["amended"] is None:
                one.ids.append(row["id"])

    def _read_snapshot(self, one: Recorded, event: Event, body: SnapshotTaken) -> None:
        event_id = event.id
        (row,) = self.store.rows(_ACT, {"id": event_id})
        one.acts[event_id] = body.dropped
        one.mended |= frozenset(body.unread or ())
        one.restated |= body.instead is not None
        over = row["over"] or 0
        for cell in body.dropped:
            telling = Telling(event_id, ABSENT, over, amended=False, restored=bool(row["restores"]))
            one.cells.setdefault(cell, []).append(telling)
        if not row["restores"]:
            one.ids.append(event_id)
        if over == _BY_SOURCE:
            one.version = one.version or body.version
            return
        if over == 0 or not one.snapshots:
            one.version, one.entries, one.holders = body.version, body.entries, body.holders
            one.unread, one.batch = frozenset(body.unread or ()), event.batch or ""
        if over == 0:
            one.snapshots.append((event_id, body.dropped))
        one.taken_back, one.over = not one.snapshots, row["position"] or 0

    def after(self, events: Iterable[Event]) -> None:
        """Take in what amends it; what each version said stays as the log had it."""
        by_stream = {one.stream: one for one in self.versions}
        for event in events:
            one = by_stream[event.stream.hex]
            match event.body:
                case FactCorrected(fact=wrong, replaced_by=name, restores=restores):
                    one.amend(wrong, name, restores)
                case FactRetracted(fact=wrong):
                    one.amend(wrong, None, None)
                case _:
                    pass

    def published(self, stream: str) -> str:
        """Give when a version was published, in its stored form."""
        (row,) = self.store.rows("SELECT data FROM reports WHERE id = ?", (stream,))
        return canonical(from_json(row["data"])["published"]).decode()

    def taken_back(self, one: Recorded, name: str) -> tuple[str, FactRetracted]:
        """Give the retraction of what a version tells that was taken back: as of when that was."""
        body = next(iter(self.log.read(one.over - 1, one.over))).body
        if not isinstance(body, FactRetracted | FactCorrected):
            raise TypeError(body.TOPIC)
        over = FactRetracted(fact=name, published=body.published, reason=body.reason)
        return str(uuid5(NAMESPACE, f"retracted:{name}")), over

    def fact(self, name: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Give the kind of a fact, its body, and the header of its report."""
        sql = (
            "SELECT f.kind, f.data, r.data AS report FROM fact_rows f JOIN reports r"
            " ON r.id = f.report WHERE f.id = ?"
        )
        (row,) = self.store.rows(sql, (name,))
        return row["kind"], from_json(row["data"]), from_json(row["report"])

    def listed_by(self, one: Recorded) -> dict[str, str]:
        """Give {cell: entry} of what a version lists, by the log."""
        state: dict[str, str] = {}
        for before in self.versions:
            for cell, says in before.said.items():
                put(state, cell, says)
            if before is one:
                break
        return state
