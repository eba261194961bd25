"""Pledges: how many of the forces that were promised are still to come.

Counted in one way, whoever tells who has come: a read model does, and a replay
(projections.replay).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from projections.cells import Cells
from projections.enclosing import around
from projections.moments import LATEST
from projections.state import State
from projections.store import Row, Store
from tracker.instants import AsOf, Instant, read_instant

PLEDGED, DEPLOYED = "/pledged", "/deployed"
"""How the keys end of forces that were promised, and of those whom they are counted against."""
Around = Callable[[str], Sequence[str]]
"""The places that a place lies in, nearest first."""
Count = tuple[Instant, Instant, int | None]
"""From when to when, and how many of a force were there; None where nobody says."""


class Forces(Protocol):
    """Who is somewhere, at the moment at which pledges are counted."""

    def deployed(self, actor: str | None = None) -> Iterable[str]:
        """Name the forces that anybody ever told to be somewhere, by key; all, or an actor's."""

    def counts(self, key: str, since: Instant) -> Sequence[Count]:
        """Give how many of a force were there, from an instant to the one asked."""

    def is_additional(self, row: Row) -> bool:
        """Whether all facts that a pledge rests on tell of so many more."""


class _There(NamedTuple):
    """A force that a pledge is counted against: how many were there, from when to when."""

    key: str
    counts: Sequence[Count]

    def at(self, instant: Instant) -> int | None:
        """Give how many were there; None where nobody says."""
        found = (best for start, end, best in self.counts if start <= instant < end)
        return next(found, None)

    @property
    def most(self) -> int | None:
        """Give the most who were there; None where no number is known."""
        return max((best for _, _, best in self.counts if best is not None), default=None)


class Pledges:
    """The pledges of one moment, counted against who has come."""

    def __init__(self, forces: Forces, as_of: Instant, around: Around) -> None:
        """Keep the question."""
        self._forces = forces
        self._as_of = as_of
        self._around = around
        self._parted: list[_Parts] | None = None

    def finish(self, row: Row) -> None:
        """Say of a pledge's row `additional` and `remainder`."""
        row["additional"] = made(row) is not None and self._forces.is_additional(row)
        row["remainder"] = self._remainder(row)

    def against(self, row: Row) -> tuple[list[str], list[str], list[str]]:
        """Give the keys that a pledge is counted against: of its place, and of places within.

        Last those of some of the actors of a joint pledge, there or within: whoever of them came,
        how many of all came is not known.
        """
        actor, place, category = row["actor"], row["place"], row["category"]
        there = [
            (one, key)
            for one, key in _parts(self._forces.deployed(actor))
            if one.category == category and self._lies_in(one.place, place)
        ]
        joint = frozenset(row["actors"])
        some = [
            key
            for one, key in (self._deployed() if len(joint) > 1 else ())
            if one.category == category and one.actors < joint and self._lies_in(one.place, place)
        ]
        here = [key for one, key in there if one.place == place]
        return here, [key for one, key in there if one.place != place], some

    def _deployed(self) -> list[_Parts]:
        if self._parted is None:
            self._parted = list(_parts(self._forces.deployed()))
        return self._parted

    def _lies_in(self, place: str, wide: str) -> bool:
        return place == wide or wide in self._around(place)

    def _remainder(self, row: Row) -> int | None:
        """Say how many of a pledge are still to come; None where that cannot be told.

        Counted by the most who were there since it was made: whoever left again has come. That is
        in the place, else in the place within it that had most; where nobody is known to have
        come, all are still to. Of a joint pledge of which some came by themselves it cannot be
        told. Of a pledge of so many more those have come who were there beyond those who were
        when it was made.
        """
        pledged = row.get("best") if row.get("best") is not None else row.get("low")
        if not isinstance(pledged, int):
            return None
        since = made(row)
        since = self._as_of if since is None else min(since, self._as_of)
        here, there, parts = self.against(row)
        found = self._there(here, since) or self._there(there, since)
        if not found:
            return None if self._there(parts, since) else pledged
        known = [one for one in found if one.most is not None]
        if not known:
            return None
        force = max(known, key=lambda one: (one.most, one.key))
        came = force.most or 0
        if row["additional"]:
            before = force.at(since)
            if before is None:
                return None
            came -= before
        return min(pledged, max(0, pledged - came))

    def _there(self, keys: Iterable[str], since: Instant) -> list[_There]:
        """Give those of these forces that anybody tells of, from an instant to the one asked."""
        found = (_There(key, self._forces.counts(key, since)) for key in keys)
        return [one for one in found if one.counts]


class _Key(NamedTuple):
    """The parts of a key of forces that pledges are counted by."""

    actors: frozenset[str]
    place: str
    category: str


_Parts = tuple[_Key, str]


def _parts(keys: Iterable[str]) -> Iterator[_Parts]:
    for key in keys:
        actor, place, category, _ = key.split("/")
        yield _Key(frozenset(actor.split("+")), place, category), key


class Stored:
    """The forces of a read model, at the clocks of a question."""

    def __init__(self, cells: Cells, clocks: AsOf) -> None:
        """Keep the question."""
        self._cells = cells
        self._t, self._k = min(clocks.as_of, LATEST), min(clocks.known, LATEST)

    def deployed(self, actor: str | None = None) -> Iterable[str]:
        """Name the forces that anybody ever told to be somewhere, by key."""
        sql = "SELECT key FROM cells WHERE projection = 'forces' AND key LIKE '%/deployed'"
        values: tuple[str, ...] = ()
        if actor is not None:  # what begins so: "0" comes next after the "/" behind it
            sql, values = f"{sql} AND key >= ? AND key < ?", (f"{actor}/", f"{actor}0")
        return [key for (key,) in self._cells.store.tuples(f"{sql} ORDER BY key", values)]

    def counts(self, key: str, since: Instant) -> Sequence[Count]:
        """Give how many of a force were there, from an instant to the one asked."""
        t, k = self._t, self._k
        if not self._cells.stored:
            heard = self._cells.heard("forces", key, k)
            found = self._cells.live.line(heard, "forces", since, t, k) if heard else ()
            return [count(*one) for one in found]
        rows = self._cells.store.tuples(_COUNTS, (key, k, k, t, since))
        return [(start, end, json.loads(text)["best"]) for start, end, text in rows]

    def is_additional(self, row: Row) -> bool:
        """Whether all facts that a pledge rests on tell of so many more."""
        return is_additional(self._cells.store, row)


_COUNTS = (
    "SELECT r.valid_from, r.valid_to, s.text FROM cells c JOIN rectangles r ON r.cell = c.id"
    " JOIN states s ON s.id = r.state WHERE c.key = ? AND c.projection = 'forces'"
    " AND r.known_from <= ? AND ? < r.known_to AND r.valid_from <= ? AND ? < r.valid_to"
    " ORDER BY r.valid_from"
)


def count(start: Instant, end: Instant, state: State) -> Count:
    """Give how many were there over a stretch of time, of what is believed of a force."""
    return start, end, state.value["best"]


class Promised:
    """All pledges there are, by whom they wait for: which hang on who has come somewhere."""

    def __init__(self) -> None:
        """Begin with none."""
        self.upto: tuple[int, str] = (0, "")
        """The last cell of a model that was looked at: its number and its key."""
        self._keys: dict[tuple[str, str], list[_Parts]] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._keys)

    def __iter__(self) -> Iterator[str]:
        """Yield their keys."""
        return (key for some in self._keys.values() for _, key in some)

    def add(self, keys: Iterable[str]) -> None:
        """Add pledges by their keys, each once."""
        for one, key in _parts(keys):
            self._keys.setdefault((one.place, one.category), []).append((one, key))

    def hanging_on(self, keys: Iterable[str], around: Around) -> list[str]:
        """Name the pledges that are counted against one of these forces (Pledges.against)."""
        if not self._keys:
            return []
        found: dict[str, None] = {}
        for one, _ in _parts(key for key in keys if key.endswith(DEPLOYED)):
            for place in (one.place, *around(one.place)):
                for pledge, key in self._keys.get((place, one.category), ()):
                    if one.actors <= pledge.actors:
                        found[key] = None
        return sorted(found)


def promised(store: Store) -> Promised:
    """Give all pledges that a model was ever told of; of those known already nothing is read."""
    known, cell = store.promised, "SELECT id, key FROM cells"
    if known is None or store.tuples(f"{cell} WHERE id = ?", known.upto[:1]) != [known.upto]:
        known = store.promised = Promised()  # or the cells were numbered anew
    last = store.tuples(f"{cell} ORDER BY id DESC LIMIT 1")
    if last and last[0] != known.upto:
        sql = f"{cell} WHERE id > ? AND projection = 'forces' AND key LIKE '%/pledged'"
        known.add(key for _, key in store.tuples(sql, known.upto[:1]))
        known.upto = last[0]
    return known


def pledged(store: Store, key: str | None = None) -> list[str]:
    """Give the keys of all pledges that were ever told of, in order; or this one, where it is."""
    if key is not None:
        return [key] if key.endswith(PLEDGED) else []
    return sorted(promised(store))


def made(row: Row) -> Instant | None:
    """Say when a pledge was made: at which moment those were there who had not to come any more."""
    latest = row["since"]["latest"] if row["since"] else None
    return None if latest is None else read_instant(latest) - 1


def is_additional(store: Store, row: Row) -> bool:
    """Whether a pledge is of so many more than were there when it was made.

    Not one of so many in all, be it one that grew since. Told by the facts that it rests on.
    """
    if made(row) is None or not row["evidence"]:
        return False
    sql = (
        "SELECT count(*) AS facts,"
        " total(json_extract(f.data, '$.quantity.semantics') = 'change') AS changes"
        " FROM json_each(?) j JOIN fact_rows f ON f.id = j.value"
    )
    (told,) = store.rows(sql, (json.dumps(row["evidence"]),))
    return bool(told["facts"] and told["facts"] == told["changes"])


def owes_the_same(one: Row | None, other: Row | None) -> bool:
    """Whether as many are still to come for a pledge, which rows that say the same leave open.

    Of what is no pledge, or none at one of the two moments, whatever else differs tells it.
    """
    return one is None or other is None or one.get("remainder") == other.get("remainder")


def around_in(store: Store) -> Around:
    """Give, of the places of a model, which lie around one."""
    return partial(around, store.names("places"))
