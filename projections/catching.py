"""Catching up: cells gone on from, event by event, for whoever goes through what a model holds.

A watch that begins far back asks what a cell was before each event that speaks of it, and after.
To work that out from all its claims each time would cost the square of them; so each cell is held
as it was after the last event that was asked about, and what came since is taken in. All that was
ever published is known, so a claim that comes in is there, whatever it is published as, and one
that is taken back is not: no order of publication is dearer than another. What is kept is of this
process alone, and counts for as long as what was read stays as it was.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from itertools import islice

from projections.catalogue import PROJECTIONS
from projections.cells import Cells, value_of
from projections.claims import Claim
from projections.front import Line, Stretch
from projections.live import Live
from projections.moments import Key
from projections.state import State, Timeline
from projections.store import Row, Store
from projections.weighing import Weighing
from tracker.instants import FUTURE_OPEN, PAST_OPEN, AsOf, Instant

MOST_CLAIMS = 100_000
"""Of the cells that are kept, together: some 7 KB each, 700 MB in all. Of more claims, cells that
are dropped are worked out anew when they are asked about again, from all that they hold."""
_LOOKED_AT = 8
"""Cells that were longest left alone, of which the one goes that is soonest worked out again."""
_AMENDING = ("retractions", "custody", "acts")
"""What is written there may bear on claims that were read before."""
_NUMBER = "SELECT id FROM cells WHERE key = ? AND projection = ?"
Hears = Callable[[Claim], bool]


class Caught:
    """One cell as it was after an event, whatever is known of it being known."""

    def __init__(self, number: int | None, timeline: Timeline, hears: Hears) -> None:
        """Begin before the first event; without a number there is no such cell yet."""
        self.number = number
        self.position = 0
        """That of the last event that was taken in."""
        self.claims = 1
        """How many are held; one at least, for a cell of none takes room too."""
        self._timeline = timeline
        self._hears = hears
        self._held: dict[str, Claim] = {}
        self._coming: list[tuple[int, int]] = []  # (position, row), the next one last
        self._leaving: list[tuple[int, str]] = []  # (position, fact), the next one last
        self._last_row = 0
        self._stretches: list[Stretch] = [(PAST_OPEN, PAST_OPEN, None)]
        self._stale = (FUTURE_OPEN, PAST_OPEN)  # where those are not laid yet

    def look(self, store: Store) -> None:
        """Look which claims there are to come, of those that were written since the last look."""
        if self.number is None:
            return
        fresh = store.rows_of(self.number, self._last_row)
        if fresh:
            self._last_row = max(row for _, row in fresh)
            self._coming = sorted([*self._coming, *fresh], reverse=True)

    def go_on(self, store: Store, upto: int) -> None:
        """Take in what came, and out what was taken back, up to and with a position."""
        rows: list[int] = []
        while self._coming and self._coming[-1][0] <= upto:
            self.position, row = self._coming.pop()
            rows.append(row)
        come = [one for one in store.claims_at(rows) if self._hears(one)] if rows else []
        ends = store.taken_back([one.fact for one in come]) if come else {}
        come = [one for one in come if ends.get(one.fact, FUTURE_OPEN) > upto]
        gone = []
        while self._leaving and self._leaving[-1][0] <= upto:
            last, fact = self._leaving.pop()
            self.position = max(self.position, last)
            gone.append(self._held.pop(fact))
        for one in come:
            self._held[one.fact] = one
            if one.fact in ends:
                insort(self._leaving, (ends[one.fact], one.fact), key=_later)
        if come or gone:
            self.claims = max(1, len(self._held))
            self._timeline.forget()  # else each state that ever was would be kept, with its walk
            first, last = self._timeline.change(come, gone)
            if first < last:
                self._stale = (min(first, self._stale[0]), max(last, self._stale[1]))

    def at(self, t: Instant) -> State | None:
        """Give the state at a valid time."""
        return self._timeline.at(t)

    def line(self) -> Line:
        """Give what is believed over all of valid time, until the next event is taken in."""
        first, upto = self._stale
        if first < upto:
            self._lay(first, upto)
            self._stale = (FUTURE_OPEN, PAST_OPEN)
        return Line(self._stretches)

    def _lay(self, first: Instant, upto: Instant) -> None:
        """Lay anew what is believed over [first, upto); what came after goes on."""
        line = self._stretches
        low, high = bisect_left(line, (first,)), bisect_left(line, (upto,))
        laid: list[Stretch] = []
        for at in self._timeline.points(first, upto):
            state = self._timeline.at(at)
            if not laid or laid[-1][2] is not state:
                laid.append((at, at, state))
        if upto < FUTURE_OPEN and (high == len(line) or line[high][0] > upto):
            laid.append((upto, upto, line[high - 1][2]))
        line[low:high] = laid


def _later(one: tuple[int, str]) -> int:
    return -one[0]


class Catching:
    """The cells of a model as one way to weigh has them, each after the last event asked about."""

    def __init__(self, store: Store, weighing: Weighing, live: Live) -> None:
        """Keep none yet."""
        self.weighing = weighing
        self._live = live
        self._version = store.version()
        self._position = store.position
        self._amended = _amendments(store)
        self._cells: dict[Key, Caught] = {}
        self.claims = 0
        """How many are held, of all cells."""

    def goes_on(self, store: Store, weighing: Weighing, live: Live) -> bool:
        """Whether what is kept is what the model holds now, or that with more facts.

        Not once another process has written to it, what is told was amended or ruled on, or who
        stands with whom is another.
        """
        if self.weighing != weighing or self._version != store.version():
            return False
        if self._position == store.position:
            return True
        if self._amended != _amendments(store) or self._live.kin != live.kin:
            return False
        self._position = store.position
        for cell, one in list(self._cells.items()):
            if one.number is None:
                del self._cells[cell]
            else:
                one.look(store)
        return True

    def cell(self, store: Store, cell: Key, upto: int) -> Caught:
        """Give a cell as it was after a position: as of a later one than before, or worked anew."""
        found = self._cells.pop(cell, None)
        if found is not None:
            self.claims -= found.claims
        if found is None or found.position > upto:
            found = self._begun(store, cell)
        found.go_on(store, upto)
        while self._cells and self.claims + found.claims > MOST_CLAIMS:
            self._drop_one()
        self._cells[cell] = found
        self.claims += found.claims
        return found

    def _drop_one(self) -> None:
        cells = self._cells
        least = min(islice(cells, _LOOKED_AT), key=lambda cell: cells[cell].claims)
        self.claims -= cells.pop(least).claims

    def _begun(self, store: Store, cell: Key) -> Caught:
        number = store.tuples(_NUMBER, (cell[1], cell[0]))
        timeline = self._live.policy.timeline(PROJECTIONS[cell[0]], self._live.kin)
        found = Caught(number[0][0] if number else None, timeline, self._hears)
        found.look(store)
        return found

    def _hears(self, claim: Claim) -> bool:
        if not self._live.policy.hears(claim, self._live.kin):
            return False
        return claim.mode == "ruling" or self.weighing.takes(claim.source, claim.origin)


def _amendments(store: Store) -> list[int]:
    """Say how far the tables are written of what amends; a look at the end of each."""
    return [
        store.tuples(f"SELECT coalesce(max(rowid), 0) FROM {table}")[0][0] for table in _AMENDING
    ]


def catching(store: Store, weighing: Weighing, live: Live) -> Catching:
    """Give the cells that whoever asked last has kept of a model, where they are of use."""
    known = store.catching
    if known is None or not known.goes_on(store, weighing, live):
        known = store.catching = Catching(store, weighing, live)
    return known


class CaughtUp(Cells):
    """The cells of a read model after an event of its log, gone on from."""

    def __init__(self, store: Store, clocks: AsOf, kept: Catching) -> None:
        """Keep the question, which names a position and nothing else that bounds what is known."""
        super().__init__(store, clocks, kept.weighing)
        self._kept = kept
        self._upto = clocks.position or 0

    def at(self, clocks: AsOf, projection: str | None = None, key: str | None = None) -> list[Row]:
        """Give {projection, key, name (None), **state} of one cell, if it has evidence."""
        if projection is None or key is None:
            return super().at(clocks, projection, key)
        state = self._cell(projection, key).at(clocks.as_of)
        if state is None:
            return []
        parts = PROJECTIONS[projection].row(key)
        return [
            {"projection": projection, "key": key, "name": None, **parts, **state.as_json()},
        ]

    def last_undisputed(self, projection: str, key: str, t: Instant, _k: Instant) -> Row | None:
        """Give what a cell last was before t, when nobody disputed it."""
        found = self.line(projection, key).settled_before(t)
        return value_of(found.as_json()) if found else None

    def line(self, projection: str, key: str) -> Line:
        """Give what is believed of a cell over all of valid time; until another event is asked."""
        return self._cell(projection, key).line()

    def _cell(self, projection: str, key: str) -> Caught:
        return self._kept.cell(self.store, (projection, key), self._upto)
