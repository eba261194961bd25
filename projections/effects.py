"""Effects: what one event of the log changed, before and after it, for those who watch.

A pure function of the log up to the event, and of the as-of asked by: so it is the same whoever
asks, whenever, and however often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from projections.answers import wanted_names
from projections.cells import Cells, value_of
from projections.front import Line
from projections.growing import Grown, Kept
from projections.live import Live
from projections.moments import Key
from projections.names import CHRONICLED
from projections.rows import ENTRY, Decorator, fact_row, origin_in
from projections.saying import begun, says_the_same
from projections.store import Row, Store
from projections.weighing import Weighing
from tracker.instants import AsOf

PLEDGED = "/pledged"
"""The end of a key of forces whose row also tells of other cells."""


class Effects:
    """Asks one read model, which is held still, for what its events changed."""

    def __init__(
        self, store: Store, weighing: Weighing, projection: str | None, key: str | None
    ) -> None:
        """Keep what is watched. Raises NotFoundError for a projection or a policy there is not."""
        self.store = store
        self.weighing = weighing
        self.wanted = wanted_names(projection)
        self.key = key
        self._live = Live(store, weighing.policy)

    def retracted(self, position: int, as_of: int, fact: str) -> Iterator[Row]:
        """Yield what the event at a position, which retracts a fact, changed: as `of` does."""
        clocks = AsOf(as_of, position=position)
        yield from self._changes(clocks, position, self._cells(self._named(fact)))
        yield from self._entries(clocks, fact, gone=True)

    def erased(self, position: int, as_of: int, fact: str) -> Iterator[Row]:
        """Yield what the event at a position, which erased who said a fact, may have changed.

        What was so before went by a name that nobody can read any more: so `before` is None, and
        `erased` says why. Whether it was otherwise cannot be told either: each cell of the fact is
        told, as it is now.
        """
        sql = "SELECT 1 FROM retractions WHERE fact = ? AND position < ?"
        if self.store.rows(sql, (fact, position)):
            return  # nothing rested on it any more
        clocks = AsOf(as_of, position=position)
        for cell in sorted(self._cells(self._named(fact))):
            after = self._after(clocks, cell)
            if after or self.weighing.only or self.weighing.without:  # it may be heard no more
                yield _change(cell, None, after, changed=True) | {"erased": True}

    def of(self, position: int, as_of: int, fact: str | None) -> Iterator[Row]:
        """Yield what the event at a position changed: {projection, key, name, before, after}.

        `before` and `after` are rows as of `state`, None for no evidence; `changed` says whether
        more than who backs the state did. `fact` is the event's id if it is a fact. One that takes
        the place of another, at the position that `corrects` names, changes what both speak of;
        before is what was before the correction, for between the two nothing was believed. As
        `projections.changes`, evidence and its age make no change; and what is registered later
        bears on both sides alike, so that it makes none.
        """
        clocks = AsOf(as_of, position=position)
        other = self._other(fact, position) if fact else None
        if other is None:
            yield from self._changes(clocks, position, self._cells([position]))
        else:
            wrong, first = self._named(other["fact"]), other["position"]
            corrects = {"corrects": min(wrong, default=None)}  # none where that was erased
            for change in self._changes(clocks, first, self._cells([position, *wrong])):
                yield change | corrects
            for entry in self._entries(replace(clocks, position=first), other["fact"], gone=True):
                yield entry | corrects
        if fact:
            yield from self._entries(clocks, fact, gone=False)

    def _other(self, fact: str, position: int) -> Row | None:
        """Give {fact, position} of the correction by which this fact took another's place."""
        sql = "SELECT fact, position FROM retractions WHERE replaced_by = ? AND position < ?"
        found = self.store.rows(sql, (fact, position))
        return found[0] if found else None

    def _named(self, fact: str) -> list[int]:
        """Give the position of a fact, or of a ruling."""
        sql = "SELECT position FROM fact_rows WHERE id = ? UNION SELECT position FROM acts"
        found = self.store.rows(f"{sql} WHERE id = ?", (fact, fact))
        return [row["position"] for row in found]

    def _changes(self, clocks: AsOf, first: int, cells: Mapping[Key, int]) -> Iterator[Row]:
        """Yield what differs between before the event at `first` and after that at the clocks."""
        alone = clocks.position == first
        for cell, number in sorted(cells.items()):
            known = self._lines(first, number) if alone else None
            one, two = self._sides(clocks, first, cell, known)
            moved = begun(one) != begun(two)
            if moved or not says_the_same(one, two):
                changed = moved or not says_the_same(one, two, support=False)
                yield _change(cell, one, two, changed=changed)

    def _lines(self, position: int, cell: int) -> tuple[Grown, Line, Line] | None:
        """Give what a cell was before an event and is now, where whoever followed it just knows."""
        grown = self._kept.get(cell) if self._kept else None
        lines = grown.lines(position) if grown else None
        return (grown, *lines) if grown and lines else None

    @cached_property
    def _kept(self) -> Kept | None:
        """The cells that whoever followed the log last knows."""
        kept = self.store.kept if self.weighing.stored else None
        return kept if kept and kept.version == self.store.version() else None

    def _sides(
        self, clocks: AsOf, first: int, cell: Key, known: tuple[Grown, Line, Line] | None
    ) -> tuple[Row | None, Row | None]:
        """Give the rows of a cell before the event at `first` and after that at the clocks."""
        before = replace(clocks, position=first - 1)
        if known and not cell[1].endswith(PLEDGED):
            grown, was, now = known
            return self._drawn(before, cell, grown, was), self._drawn(clocks, cell, grown, now)
        return self._row(before, cell), self._after(clocks, cell)

    def _after(self, clocks: AsOf, cell: Key) -> Row | None:
        """Give the row of a cell after the event at the clocks."""
        last = self._is_last(clocks.position or 0, cell)
        return self._row(AsOf(clocks.as_of) if last else clocks, cell)

    def _drawn(self, clocks: AsOf, cell: Key, grown: Grown, line: Line) -> Row | None:
        """Give the row of a cell from what is believed of it: as `_row` would, nothing read."""
        t = clocks.as_of
        found = line.at(t)
        if found is None:
            return None
        state = grown.state_row(found)
        row = {"projection": cell[0], "key": cell[1], "name": None, **state}
        Decorator(Cells(self.store, clocks, self.weighing), clocks).finish_alone(row)
        settled = line.settled_before(t) if found.support == "disputed" else None
        row["last_undisputed"] = value_of(grown.state_row(settled)) if settled else None
        return row

    def _cells(self, positions: Sequence[int]) -> dict[Key, int]:
        """Name the cells that events say anything of, of those that are watched; number them."""
        marks = ",".join("?" * len(positions))
        found = self.store.rows(
            "SELECT c.projection, c.key, c.id FROM held h JOIN cells c ON c.id = h.cell"
            f" WHERE h.position IN ({marks})",
            (*positions,),
        )
        return {
            (row["projection"], row["key"]): row["id"]
            for row in found
            if row["projection"] in self.wanted and self.key in {None, row["key"]}
        }

    def _is_last(self, position: int, cell: Key) -> bool:
        """Whether nothing later speaks of a cell: then the stored beliefs tell what it is.

        Of forces a row also tells of other cells.
        """
        if not self.weighing.stored or cell[0] == "forces" or self._amended > position:
            return False
        sql = (
            "SELECT 1 FROM cells c JOIN held h ON h.cell = c.id"
            " WHERE c.projection = ? AND c.key = ? AND h.position > ? LIMIT 1"
        )
        return not self.store.rows(sql, (*cell, position))

    @cached_property
    def _amended(self) -> int:
        """The position of the last event that took back or corrected another."""
        found = self.store.rows("SELECT coalesce(max(position), 0) AS last FROM retractions")
        return int(found[0]["last"])

    def _row(self, clocks: AsOf, cell: Key) -> Row | None:
        cells = Cells(self.store, clocks, self.weighing)
        if not cells.stored:
            cells.live = self._live  # one for all: who is kin to whom is read once
        rows = Decorator(cells, clocks).rows(*cell)
        return rows[0] if rows else None

    def _entries(self, clocks: AsOf, fact: str, *, gone: bool) -> Iterator[Row]:
        """Yield the entries of chronologies that came with a fact, or went with it."""
        wanted = [name for name in self.wanted if name in CHRONICLED]
        if not wanted:
            return
        marks = ", ".join("?" * len(wanted))
        found = self.store.rows(
            f"SELECT {ENTRY}, f.data, c.projection FROM fact_rows f"
            f" JOIN chronologies c ON c.projection IN ({marks}) AND c.fact = f.id"
            " JOIN reports r ON r.id = f.report WHERE f.id = ? AND f.begins <= ?"
            " AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.fact = f.id AND x.position < ?)"
            " ORDER BY c.projection",
            (*wanted, fact, clocks.as_of, clocks.position),
        )
        for row in found:
            if self.key not in {None, row["id"], row["place"]} or not self._takes(row):
                continue
            entry = fact_row(row["projection"], row)
            sides = (entry, None) if gone else (None, entry)
            yield _change((row["projection"], row["id"]), *sides, changed=True)

    def _takes(self, row: Row) -> bool:
        if not (self.weighing.only or self.weighing.without):
            return True
        return self.weighing.takes(row["source"], origin_in(row, self._live.kin))


def _change(cell: Key, before: Row | None, after: Row | None, *, changed: bool) -> Row:
    return {
        "projection": cell[0],
        "key": cell[1],
        "name": (after or before or {"name": cell[1]})["name"],
        "before": before,
        "after": after,
        "changed": changed,
        "corrects": None,
        "erased": False,
    }
