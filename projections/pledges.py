"""Pledges: how many of the forces that were promised are still to come.

Counted in one way, whoever tells who has come: a read model does, and a replay
(projections.replay).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import itemgetter
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


class Forces(Protocol):
    """Who is somewhere, at the moment at which pledges are counted."""

    def deployed(self, actor: str | None = None) -> Iterable[str]:
        """Name the forces that anybody ever told to be somewhere, by key; all, or an actor's."""

    def came(self, key: str, since: Instant) -> Came | None:
        """Say how many of a force were there, from an instant to the one asked; None of none."""

    def is_additional(self, row: Row) -> bool:
        """Whether all facts that a pledge rests on tell of so many more."""


class Came(NamedTuple):
    """How many of a force were there when a stretch of time began, and the most at once in it.

    None where no number is known.
    """

    first: int | None
    most: int | None


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
        return [self._here(row)], self._inside(row), self._by_some(row)

    def _here(self, row: Row) -> str:
        return f"{row['actor']}/{row['place']}/{row['category']}{DEPLOYED}"

    def _inside(self, row: Row) -> list[str]:
        return [
            key
            for one, key in _parts(self._forces.deployed(row["actor"]))
            if one.category == row["category"] and row["place"] in self._around(one.place)
        ]

    def _by_some(self, row: Row) -> list[str]:
        joint, place = frozenset(row["actors"]), row["place"]
        if len(joint) == 1:
            return []
        if self._parted is None:
            self._parted = list(_parts(self._forces.deployed()))
        return [
            key
            for one, key in self._parted
            if one.category == row["category"]
            and one.actors < joint
            and (one.place == place or place in self._around(one.place))
        ]

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
        found = self._came([self._here(row)], since) or self._came(self._inside(row), since)
        if not found:
            return None if self._came(self._by_some(row), since) else pledged
        known = [(one.most, key, one.first) for key, one in found.items() if one.most is not None]
        if not known:
            return None
        came, _, before = max(known, key=itemgetter(0, 1))
        if row["additional"]:
            if before is None:
                return None
            came -= before
        return min(pledged, max(0, pledged - came))

    def _came(self, keys: Iterable[str], since: Instant) -> dict[str, Came]:
        """Give those of these forces that anybody tells of, from an instant to the one asked."""
        found = {key: self._forces.came(key, since) for key in keys}
        return {key: one for key, one in found.items() if one is not None}


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

    def came(self, key: str, since: Instant) -> Came | None:
        """Say how many of a force were there, from an instant to the one asked; None of none."""
        t, k = self._t, self._k
        if not self._cells.stored:
            heard = self._cells.heard("forces", key, k)
            line = self._cells.live.line(heard, "forces", since, t, k) if heard else ()
            return came_over(line, since)
        rows = self._cells.store.tuples(_COUNTS, (key, k, k, t, since))
        levels = [json.loads(text)["best"] for _, text in rows]
        return came_in(levels, first=bool(rows) and rows[0][0] <= since)

    def is_additional(self, row: Row) -> bool:
        """Whether all facts that a pledge rests on tell of so many more."""
        return is_additional(self._cells.store, row)


_COUNTS = (
    "SELECT r.valid_from, s.text FROM cells c JOIN rectangles r ON r.cell = c.id"
    " JOIN states s ON s.id = r.state WHERE c.key = ? AND c.projection = 'forces'"
    " AND r.known_from <= ? AND ? < r.known_to AND r.valid_from <= ? AND ? < r.valid_to"
    " ORDER BY r.valid_from"
)


def came_over(line: Iterable[tuple[Instant, State]], since: Instant) -> Came | None:
    """Say how many of a force were there, of what is believed from each instant on."""
    told = list(line)
    return (
        came_in([state.value["best"] for _, state in told], first=told[0][0] <= since)
        if told
        else None
    )


def came_in(levels: Sequence[int | None], *, first: bool) -> Came | None:
    """Say how many of a force were there, of the numbers told one after the other; None of none.

    The first number is that of the beginning, or there is none.
    """
    if not levels:
        return None
    known = {one for one in levels if one is not None}
    return Came(levels[0] if first else None, max(known, default=None))


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
