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
from projections.catching import Catching, CaughtUp, catching
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
        cells = sorted(self._cells(self._named(fact)).cells)
        for cell, after in zip(cells, self._sides(clocks, cells, {}), strict=True):
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
        cells = sorted(touched.cells)
        known = self._lines(first, touched) if clocks.position == first else {}
        was = {cell: (grown, line) for cell, (grown, line, _) in known.items()}
        now = {cell: (grown, line) for cell, (grown, _, line) in known.items()}
        before = self._sides(replace(clocks, position=first - 1), cells, was)
        after = self._sides(clocks, cells, now)
        for cell, one, two in zip(cells, before, after, strict=True):
            moved = begun(one) != begun(two) or not owes_the_same(one, two)
            if moved or not says_the_same(one, two):
                changed = moved or not says_the_same(one, two, support=False)
                yield _change(cell, one, two, changed=changed)

    def _lines(self, position: int, touched: _Touched) -> dict[Key, tuple[Grown, Line, Line]]:
        """Give what cells were before an event and are now, where whoever followed it just knows.

        Each with the cell as it was gone on with.
        """
        numbers = touched.cells | {("forces", key): one for key, one in touched.forces.items()}
        found = {}
        for cell, number in numbers.items() if self._kept else ():
            grown = self._kept.get(number) if self._kept and number is not None else None
            lines = grown.lines(position) if grown else None
            if grown and lines:
                found[cell] = (grown, *lines)
        return found

    @cached_property
    def _kept(self) -> Kept | None:
        """The cells that whoever followed the log last knows."""
        kept = self.store.kept if self.weighing.stored else None
        return kept if kept and kept.version == self.store.version() else None

    def _sides(
        self, clocks: AsOf, cells: Sequence[Key], known: Mapping[Key, tuple[Grown, Line]]
    ) -> list[Row | None]:
        """Give the rows of cells on one side of an event: of all before any of the other side.

        So each cell is gone on from once, also one that a pledge before it is counted against.
        """
        asked = CaughtUp(self.store, clocks, self._caught)
        lines = {key: line for (name, key), (_, line) in known.items() if name == "forces"}
        return [
            self._drawn(clocks, cell, *known[cell])
            if cell in known and not cell[1].endswith(PLEDGED)
            else _row(asked, clocks, cell, lines)
            for cell in cells
        ]

    @cached_property
    def _caught(self) -> Catching:
        """The cells that are gone on from, event by event."""
        return catching(self.store, self.weighing, self._live)

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
    """The forces on one side of an event, some of them as whoever followed it knows them."""

    def __init__(self, cells: CaughtUp, clocks: AsOf, lines: Mapping[str, Line]) -> None:
        super().__init__(cells, clocks)
        self._caught, self._as_of, self._lines = cells, clocks.as_of, lines

    def came(self, key: str, since: Instant) -> Came | None:
        """Say how many of a force were there, from an instant to the one asked; None of none."""
        line = self._lines.get(key) or self._caught.line("forces", key)
        told = line.within(since, self._as_of)
        levels = [state.value["best"] for _, _, state in told if state is not None]
        return came_in(levels, first=bool(told) and told[0][2] is not None)


def _row(cells: CaughtUp, clocks: AsOf, cell: Key, lines: Mapping[str, Line]) -> Row | None:
    """Give the row of a cell at the clocks; of forces, some `lines` may be known."""
    decorator = Decorator(cells, clocks)
    if cell[1].endswith(PLEDGED):
        decorator.forces = _Known(cells, clocks, lines)
    rows = decorator.rows(*cell)
    return rows[0] if rows else None


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
