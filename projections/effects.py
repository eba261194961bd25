"""Effects: what one event of the log changed, before and after it, for those who watch.

A pure function of the log up to the event, and of the as-of asked by: so it is the same whoever
asks, whenever, and however often.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

from projections.answers import wanted_names
from projections.cells import Cells, value_of
from projections.front import Line
from projections.growing import Grown, Kept
from projections.live import Live
from projections.moments import Key
from projections.names import CHRONICLED
from projections.pledges import (
    DEPLOYED,
    PLEDGED,
    Came,
    Stored,
    around_in,
    came_in,
    owes_the_same,
    promised,
)
from projections.rows import ENTRY, Decorator, fact_row, origin_in
from projections.saying import begun, says_the_same
from projections.store import Row, Store
from projections.weighing import Weighing
from tracker.instants import AsOf, Instant


class _Touched(NamedTuple):
    """The cells that an event says anything of, or that hang on them, of those that are watched.

    Each with its number, those that only hang on others without. `forces` are all forces that it
    says anything of, watched or not, by their keys, with their numbers.
    """

    cells: dict[Key, int | None]
    forces: dict[str, int]


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
        for cell in sorted(self._cells(self._named(fact)).cells):
            after = self._row(clocks, cell)
            if after or self.weighing.only or self.weighing.without:  # it may be heard no more
                yield _change(cell, None, after, changed=True) | {"erased": True}

    def of(self, position: int, as_of: int, fact: str | None) -> Iterator[Row]:
        """Yield what the event at a position changed: {projection, key, name, before, after}.

        `before` and `after` are rows as of `state`, None for no evidence; `changed` says whether
        more than who backs the state did. `fact` is the event's id if it is a fact. One that takes
        the place of another, at the position that `corrects` names, changes what both speak of;
        before is what was before the correction, for between the two nothing was believed. As
        `projections.changes`, evidence and its age make no change; and what is registered later
        bears on both sides alike, so that it makes none. How many are still to come for a pledge
        may change alone, by what is said of those whom it waits for.
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

    def _changes(self, clocks: AsOf, first: int, touched: _Touched) -> Iterator[Row]:
        """Yield what differs between before the event at `first` and after that at the clocks."""
        alone = clocks.position == first
        for cell, number in sorted(touched.cells.items()):
            if cell[1].endswith(PLEDGED):
                one, two = self._owed(clocks, first, cell, touched.forces if alone else {})
            else:
                known = self._lines(first, number) if alone else None
                one, two = self._sides(clocks, first, cell, known)
            moved = begun(one) != begun(two) or not owes_the_same(one, two)
            if moved or not says_the_same(one, two):
                changed = moved or not says_the_same(one, two, support=False)
                yield _change(cell, one, two, changed=changed)

    def _lines(self, position: int, cell: int | None) -> tuple[Grown, Line, Line] | None:
        """Give what a cell was before an event and is now, where whoever followed it just knows."""
        grown = self._kept.get(cell) if self._kept and cell is not None else None
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
        if known:
            grown, was, now = known
            return self._drawn(before, cell, grown, was), self._drawn(clocks, cell, grown, now)
        return self._row(before, cell), self._row(clocks, cell)

    def _owed(
        self, clocks: AsOf, first: int, cell: Key, forces: Mapping[str, int]
    ) -> tuple[Row | None, Row | None]:
        """Give the same of a pledge, with what is still to come, counted at both sides."""
        known = {key: self._lines(first, number) for key, number in forces.items()}
        was = {key: one[1] for key, one in known.items() if one}
        now = {key: one[2] for key, one in known.items() if one}
        before = replace(clocks, position=first - 1)
        return self._row(before, cell, was), self._row(clocks, cell, now)

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

    def _cells(self, positions: Sequence[int]) -> _Touched:
        """Name the cells that events say anything of, and the pledges that hang on them."""
        marks = ",".join("?" * len(positions))
        found = self.store.rows(
            "SELECT c.projection, c.key, c.id FROM held h JOIN cells c ON c.id = h.cell"
            f" WHERE h.position IN ({marks})",
            (*positions,),
        )
        forces = {row["key"]: row["id"] for row in found if row["projection"] == "forces"}
        hanging = {("forces", key): None for key in self._hanging_on(forces)}
        touched = {(row["projection"], row["key"]): row["id"] for row in found}
        cells = {
            cell: number
            for cell, number in (hanging | touched).items()
            if cell[0] in self.wanted and self.key in {None, cell[1]}
        }
        return _Touched(cells, forces)

    def _hanging_on(self, forces: Mapping[str, int]) -> Sequence[str]:
        """Name the pledges that are counted against some forces, if pledges are watched."""
        watched = "forces" in self.wanted and (self.key is None or self.key.endswith(PLEDGED))
        if not watched or not any(key.endswith(DEPLOYED) for key in forces):
            return ()
        return promised(self.store).hanging_on(forces, around_in(self.store))

    def is_last(self, position: int, cell: Key) -> bool:
        """Whether nothing later speaks of a cell: then the stored beliefs tell what it is."""
        if not self.weighing.stored or self._amended > position:
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

    def _row(self, clocks: AsOf, cell: Key, lines: Mapping[str, Line] | None = None) -> Row | None:
        """Give the row of a cell at the clocks; of forces, some `lines` may be known."""
        asked = AsOf(clocks.as_of) if self.is_last(clocks.position or 0, cell) else clocks
        decorator = Decorator(self.asked(asked), asked)
        if cell[1].endswith(PLEDGED):
            decorator.forces = _Known(self, clocks, lines or {})
        rows = decorator.rows(*cell)
        return rows[0] if rows else None

    def asked(self, clocks: AsOf) -> Cells:
        """Give the cells at the clocks, weighed as is watched."""
        cells = Cells(self.store, clocks, self.weighing)
        if not cells.stored:
            cells.live = self._live  # one for all: who is kin to whom is read once
        return cells

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


class _Known(Stored):
    """The forces before or after an event, of some of which it is known what was believed."""

    def __init__(self, effects: Effects, clocks: AsOf, lines: Mapping[str, Line]) -> None:
        super().__init__(effects.asked(clocks), clocks)
        self._effects, self._clocks, self._lines = effects, clocks, lines

    def came(self, key: str, since: Instant) -> Came | None:
        """Say how many of a force were there, from an instant to the one asked; None of none."""
        if key in self._lines:
            line = self._lines[key].within(since, self._clocks.as_of)
            levels = [state.value["best"] for _, _, state in line if state is not None]
            return came_in(levels, first=bool(line) and line[0][2] is not None)
        if self._effects.is_last(self._clocks.position or 0, ("forces", key)):
            now = AsOf(self._clocks.as_of)
            return Stored(self._effects.asked(now), now).came(key, since)
        return super().came(key, since)


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
