"""Pledges: how many of the forces that were promised are still to come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from projections.cells import Cells
from projections.enclosing import within
from projections.store import Row, Store
from tracker.instants import AsOf, Instant, read_instant


class Pledges:
    """The pledges of one moment, counted against who is there."""

    def __init__(self, cells: Cells, clocks: AsOf, places: Mapping[str, Row]) -> None:
        """Keep the question; `places` are those that are registered."""
        self._cells = cells
        self._clocks = clocks
        self._places = places

    def finish(self, row: Row, shown: Mapping[str, Row] | None) -> None:
        """Say of a pledge's row `additional` and `remainder`.

        `shown` are the rows of all forces by key, where they are at hand; else they are looked up.
        """
        began = counted_from(self._cells.store, row)
        row["additional"] = began is not None
        row["remainder"] = self._remainder(row, began, shown)

    def against(self, row: Row) -> tuple[list[str], list[str]]:
        """Give the keys that a pledge is counted against: of its place, and of places within."""

        def key(place: str) -> str:
            return f"{row['actor']}/{place}/{row['category']}/deployed"

        return [key(row["place"])], [key(place) for place in within(self._places, row["place"])]

    def _remainder(
        self, row: Row, began: Instant | None, shown: Mapping[str, Row] | None
    ) -> int | None:
        """Say how many of a pledge are still to come; None where that cannot be told.

        Counted against those deployed in the place, else in the place within it that has most;
        where nobody is known to have come, all of them are. Of a pledge of so many more those have
        come who are there beyond those who were when it was made.
        """
        pledged = row.get("best")
        if not isinstance(pledged, int):
            return None

        def deployed(keys: list[str]) -> list[Row]:
            if shown is not None:
                return [shown[key] for key in keys if key in shown]
            return [one for key in keys for one in self._cells.at(self._clocks, "forces", key)]

        here, there = self.against(row)
        found = deployed(here) or deployed(there)
        if not found:
            return pledged
        counts: dict[str, int] = {
            one["key"]: one["best"] for one in found if isinstance(one.get("best"), int)
        }
        if not counts:
            return None
        key = max(counts, key=lambda one: (counts[one], one))
        came = counts[key]
        if began is not None:
            before = self._cells.at(replace(self._clocks, as_of=began), "forces", key)
            if not before or not isinstance(before[0].get("best"), int):
                return None
            came -= int(before[0]["best"])
        return min(pledged, max(0, pledged - came))


def counted_from(store: Store, row: Row) -> Instant | None:
    """Say at which moment those were there whom a pledge of so many more comes on top of.

    That is when it was made; None for a pledge of so many in all, be it one that grew since. Told
    by the facts that it rests on.
    """
    latest = row["since"]["latest"] if row["since"] else None
    if latest is None or not row["evidence"]:
        return None
    sql = (
        "SELECT count(*) AS facts,"
        " total(json_extract(f.data, '$.quantity.semantics') = 'change') AS changes"
        " FROM json_each(?) j JOIN fact_rows f ON f.id = j.value"
    )
    (told,) = store.rows(sql, (json.dumps(row["evidence"]),))
    return read_instant(latest) - 1 if told["facts"] and told["facts"] == told["changes"] else None
