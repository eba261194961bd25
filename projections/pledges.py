"""Pledges: how many of the forces that were promised are still to come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from projections.cells import Cells
from projections.enclosing import within
from projections.moments import LATEST
from projections.store import Row, Store
from tracker.instants import AsOf, Instant, read_instant


class _There(NamedTuple):
    """A force that a pledge is counted against: how many were there, from when to when."""

    key: str
    counts: list[tuple[Instant, Instant, int | None]]

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

    def __init__(self, cells: Cells, clocks: AsOf, places: Mapping[str, Row]) -> None:
        """Keep the question; `places` are those that are registered."""
        self._cells = cells
        self._clocks = clocks
        self._places = places

    def finish(self, row: Row) -> None:
        """Say of a pledge's row `additional` and `remainder`."""
        row["additional"] = is_additional(self._cells.store, row)
        row["remainder"] = self._remainder(row)

    def against(self, row: Row) -> tuple[list[str], list[str], list[str]]:
        """Give the keys that a pledge is counted against: of its place, and of places within.

        Last those of some of the actors of a joint pledge, there or within: whoever of them came,
        how many of all came is not known.
        """
        place, category = row["place"], row["category"]
        inside = list(within(self._places, place))
        keys = [f"{row['actor']}/{one}/{category}/deployed" for one in (place, *inside)]
        there, joint = {place, *inside}, frozenset(row["actors"])
        parts = [
            f"{'+'.join(sorted(actors))}/{where}/{category}/deployed"
            for actors, where, what in (self._deployed if len(joint) > 1 else ())
            if what == category and actors < joint and where in there
        ]
        return keys[:1], keys[1:], parts

    @cached_property
    def _deployed(self) -> list[tuple[frozenset[str], str, str]]:
        """The forces that anybody ever told to be somewhere: actors, place, category."""
        sql = (
            "SELECT key FROM cells WHERE projection = 'forces' AND key LIKE '%/deployed'"
            " ORDER BY key"
        )
        split = (key.split("/") for (key,) in self._cells.store.tuples(sql))
        return [(frozenset(actor.split("+")), place, what) for actor, place, what, _ in split]

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
        since = self._clocks.as_of if since is None else min(since, self._clocks.as_of)
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

    def _there(self, keys: Sequence[str], since: Instant) -> list[_There]:
        """Give those of these forces that anybody tells of, from an instant to the one asked."""
        sql = (
            "SELECT c.key FROM json_each(?) j JOIN cells c"
            " ON c.key = j.value AND c.projection = 'forces'"
        )
        t, k = min(self._clocks.as_of, LATEST), min(self._clocks.known, LATEST)
        found = []
        for (key,) in self._cells.store.tuples(sql, (json.dumps(keys),)):
            counts = [
                (one["valid_from"], one["valid_to"], json.loads(one["state"])["best"])
                for one in self._cells.rectangles("forces", key)
                if one["known_from"] <= k < one["known_to"]
                and one["valid_from"] <= t
                and since < one["valid_to"]
            ]
            if counts:
                found.append(_There(key, counts))
        return found


def pledged(store: Store, key: str | None = None) -> list[str]:
    """Give the keys of all pledges that were ever told of, in order; or this one, where it is."""
    if key is not None:
        return [key] if key.endswith("/pledged") else []
    sql = "SELECT key FROM cells WHERE projection = 'forces' AND key LIKE '%/pledged' ORDER BY key"
    return [name for (name,) in store.tuples(sql)]


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
