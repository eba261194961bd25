"""Held: the claims that a read model holds, read back as amendments have them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from projections.claims import Claim, amended, turns_in
from projections.moments import Key, Moments, decoded
from tracker.instants import FUTURE_OPEN, Instant

Row = dict[str, Any]
FEW = 500
"""Facts that are looked up by name; of more, all retractions are read."""
_CLAIMS_IN = (
    "SELECT h.cell, h.data FROM json_each(?2) j CROSS JOIN held h ON h.cell = j.value"
    " WHERE h.position <= ?1 AND h.published <= ?3"
)
_DROPPED = (
    "SELECT DISTINCT h.cell FROM json_each(?) j CROSS JOIN held h ON h.cell = j.value"
    " JOIN acts a ON a.position = h.position AND a.kind = 'SnapshotTaken' WHERE h.published > ?"
    f" AND json_extract(h.data, '$[{Claim._fields.index('start')}][0]') <= ?"
)
_by_position = attrgetter("position")


class Held:
    """What is asked of a model's claims, and of what makes none."""

    connection: sqlite3.Connection
    moments: Moments

    def rows(self, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """Ask a question of the model's tables."""
        raise NotImplementedError

    def tuples(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask the same; a row is a tuple."""
        raise NotImplementedError

    def claims(
        self,
        projection: str | None = None,
        key: str | None = None,
        *,
        position: int | None = None,
        recorded_at: Instant | None = None,
        known: Instant | None = None,
    ) -> list[Claim]:
        """Give the claims of a cell, in the log's order, as it held them by the recorded clock.

        They were recorded by then, and are `retracted` if a retraction recorded by then says so.
        With `known`, only those published by then.
        """
        clock = {
            "position": FUTURE_OPEN if position is None else position,
            "recorded_at": FUTURE_OPEN if recorded_at is None else recorded_at,
        }
        sql = (
            "SELECT h.data FROM held h JOIN cells c ON c.id = h.cell"
            " WHERE h.position <= :position AND h.published <= :known"
        )
        sql += " AND c.projection = :projection" if projection is not None else ""
        sql += " AND c.key = :key" if key is not None else ""
        until = FUTURE_OPEN if known is None else known
        values = {"position": clock["position"], "known": until}
        rows = self.connection.execute(
            f"{sql} ORDER BY h.position", {**values, "projection": projection, "key": key}
        )
        found = [Claim.from_json(row[0]) for row in rows]
        recorded = clock["recorded_at"]
        return self._amended([claim for claim in found if claim.recorded_at <= recorded], clock)

    def claims_in(
        self,
        cells: Iterable[Key],
        turning: tuple[Instant, Instant] | None = None,
        *,
        position: int | None = None,
        recorded_at: Instant | None = None,
        known: Instant | None = None,
    ) -> dict[Key, list[Claim]]:
        """Give the same of several cells (projection, key) at once: by cell, in the log's order.

        The cells come in the order in which they were asked for. With `turning`, only claims one
        of whose turns lies after the first of these instants and no later than the second.
        """
        clock = {
            "position": FUTURE_OPEN if position is None else position,
            "recorded_at": FUTURE_OPEN if recorded_at is None else recorded_at,
        }
        cell_of = self.moments.numbers(cells)
        until = FUTURE_OPEN if known is None else known
        rows = self.tuples(_CLAIMS_IN, (clock["position"], str(list(cell_of)), until))
        found: list[tuple[Key, Claim]] = []
        for (number, _), fields in zip(rows, decoded([row[1] for row in rows]), strict=True):
            if turning is None or turns_in(fields, *turning):
                claim = Claim.from_fields(fields)
                if claim.recorded_at <= clock["recorded_at"]:
                    found.append((cell_of[number], claim))
        together = self._amended([claim for _, claim in found], clock)
        by_cell: dict[Key, list[Claim]] = {cell: [] for cell in cell_of.values()}
        for (cell, _), claim in zip(found, together, strict=True):
            by_cell[cell].append(claim)
        for claims in by_cell.values():  # in the order of their rows, which two processes wrote
            claims.sort(key=_by_position)
        return by_cell

    def claims_of(self, cell: int) -> list[Claim]:
        """Give the claims of a cell by its number, as the log has them now."""
        rows = self.connection.execute(
            "SELECT data FROM held WHERE cell = ? ORDER BY position", (cell,)
        )
        clock = {"position": FUTURE_OPEN, "recorded_at": FUTURE_OPEN}
        return self._amended([Claim.from_json(row[0]) for row in rows], clock)

    def rows_of(self, cell: int, after: int) -> list[tuple[int, int]]:
        """Give (position, row) of the claims of a cell by its number, of rows beyond a row."""
        sql = "SELECT position, rowid FROM held WHERE cell = ? AND rowid > ?"
        return self.tuples(sql, (cell, after))

    def claims_at(self, rows: Sequence[int]) -> list[Claim]:
        """Give claims by their rows, in this order, whether or not they were taken back since."""
        sql = "SELECT h.data FROM json_each(?) j CROSS JOIN held h ON h.rowid = j.value"
        found = decoded([text for (text,) in self.tuples(sql, (str(list(rows)),))])
        return amended(list(map(Claim.from_fields, found)), {}, self._replacing)

    def taken_back(self, facts: Sequence[str]) -> dict[str, int]:
        """Give the position at which each of these facts was first taken back, if it ever was."""
        sql = (
            "SELECT r.fact, min(r.position) FROM json_each(?) j"
            " CROSS JOIN retractions r ON r.fact = j.value GROUP BY r.fact"
        )
        return dict(self.tuples(sql, (json.dumps(facts),)))

    def denied_of(self, place: str | None = None) -> set[str]:
        """Name the places of which anything was ever denied; of one, it or none."""
        sql = "SELECT DISTINCT place FROM fact_rows WHERE status = 'denied' AND place"
        named = (sql + " = ?", (place,)) if place else (sql + " IS NOT NULL", ())
        return {name for (name,) in self.tuples(*named)}

    @property
    def has_lists(self) -> bool:
        """Whether a version of a list was ever recorded."""
        sql = "SELECT EXISTS (SELECT 1 FROM acts WHERE kind = 'SnapshotTaken')"
        return bool(self.tuples(sql)[0][0])

    def dropped_in(self, cells: Iterable[Key], stretch: tuple[Instant, Instant]) -> list[Key]:
        """Give those of these cells that a version of a list dropped in such a stretch of time.

        No other claim of theirs is read: most logs know no lists, and most cells are not dropped.
        """
        cell_of = self.moments.numbers(cells)
        rows = self.tuples(_DROPPED, (str(list(cell_of)), *stretch)) if cell_of else ()
        return [cell_of[number] for (number,) in rows]

    def begun_by(self, facts: Iterable[str], instant: Instant) -> set[str]:
        """Give those of these facts that tell of what began by then."""
        sql = (
            "SELECT f.id FROM json_each(?) j CROSS JOIN fact_rows f ON f.id = j.value"
            " WHERE f.begins <= ?"
        )
        return {one for (one,) in self.tuples(sql, (json.dumps(sorted({*facts})), instant))}

    def sources_of(self, facts: Iterable[str]) -> dict[str, str]:
        """Give who published each of these facts."""
        sql = (
            "SELECT f.id, r.source FROM json_each(?) j CROSS JOIN fact_rows f ON f.id = j.value"
            " JOIN reports r ON r.id = f.report"
        )
        return dict(self.tuples(sql, (json.dumps(sorted({*facts})),)))

    def _amended(self, claims: list[Claim], clock: dict[str, int]) -> list[Claim]:
        """Give claims as retractions recorded by then have them, and rulings as they follow on."""
        retracted = self._retracted({claim.fact for claim in claims}, clock)
        return amended(claims, retracted, self._replacing)

    def _replacing(self, fact: str) -> list[str]:
        """Name what corrections have put in the place of a fact."""
        sql = "SELECT replaced_by FROM retractions WHERE fact = ? AND replaced_by IS NOT NULL"
        return [row["replaced_by"] for row in self.rows(sql, (fact,))]

    def _retracted(self, facts: set[str], clock: dict[str, int]) -> dict[str, Instant]:
        """Give, by fact, when the first of its retractions was out; of these facts at least."""
        sql = (
            "SELECT fact, min(published) FROM retractions WHERE position <= ? AND recorded_at <= ?"
        )
        values: list[object] = [clock["position"], clock["recorded_at"]]
        if len(facts) <= FEW:
            sql += f" AND fact IN ({', '.join('?' * len(facts))})"
            values += facts
        return dict(self.connection.execute(f"{sql} GROUP BY fact", values).fetchall())


def events_of(store: Held, ids: Iterable[str]) -> dict[str, Row]:
    """Give {position, kind} of facts, retractions, corrections and rulings by id."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Row] = {}
    left = sorted(wanted)  # as the indexes are: each of their pages is visited once
    for table in ("fact_rows", "retractions", "acts"):
        sql = (
            "SELECT f.id, f.position, f.kind FROM json_each(?) j"
            f" CROSS JOIN {table} f ON f.id = j.value"
        )
        for name, position, kind in store.tuples(sql, (json.dumps(left),)) if left else ():
            found[name] = {"position": position, "kind": kind}
        left = [one for one in left if one not in found]
    return {one: found[one] for one in wanted if one in found}
