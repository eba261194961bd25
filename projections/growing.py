"""Growing: cells that were worked out lately, gone on from when more is said of them.

Whoever follows a log as it grows (a server, a watch) would otherwise work a cell out anew from all
its claims for each that comes; so of a cell that grows by one claim in ten thousand only what that
claim changes is worked out, and written. What is kept is of this process alone: it counts for as
long as nobody else has written to the model, and only a transaction that was committed leaves any.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import groupby, pairwise

from projections.beliefs import Worked
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.filling import BELIEF_ROWS, belief_rows, put_beliefs
from projections.front import Belief, Line
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.saying import Numbered
from projections.schema import STATE_BITS
from projections.state import State
from projections.store import Row
from tracker.errors import StoreError
from tracker.kin import Kin

MOST_CLAIMS = 20_000
"""Of the cells that are kept, together: some 35 objects each, 150 MB in all."""
MOST_CELLS = 2_000
"""Worked out in one transaction; of more, none is kept: that is no log that grows, but one read."""
MOST_EVENTS = 16
"""Of one cell, taken in one by one; more are taken in together, and nobody is told between them."""
_DIGEST = 16  # bytes that a state's text is known by
_STATE = 5  # among the columns of a rectangle
_CORNER = "WHERE cell = ? AND valid_from = ? AND known_from = ?"


class Grown:
    """One cell as it was worked out, and the numbers of the states that are written of it."""

    def __init__(self, cell: int, projection: str, key: str, kin: Kin) -> None:
        """Begin without claims."""
        found = PROJECTIONS[projection]
        self.claims = 0
        self._cell = cell
        self._parts: Row = found.row(key)
        self._worked = Worked(POLICIES[DEFAULT_POLICY], found, kin)
        self._said = Numbered()
        self._numbers: dict[bytes, int] = {}
        self._names: dict[int, bytes] = {}
        self._uses: Counter[int] = Counter()
        self._next = 0
        self._lines: dict[int, tuple[Line, Line]] = {}

    def begin(self, claims: Sequence[Claim]) -> BELIEF_ROWS:
        """Take in what is known of the cell; give all rows of it, as they are to be written."""
        self._worked.take(claims)
        self.claims = len(claims)
        return self._numbered(self._worked.front.rectangles())

    def goes_on(self, claims: Sequence[Claim]) -> bool:
        """Whether these are claims to go on with: later than all others, and no ruling.

        What a ruling follows is looked up among all that was corrected.
        """
        return self._worked.goes_on(claims) and all(one.mode != "ruling" for one in claims)

    def go_on(self, connection: sqlite3.Connection, claims: Sequence[Claim]) -> None:
        """Take in more claims, and write what they change. Raises StoreError."""
        self._lines = {}
        self.claims += len(claims)
        by_event = [list(told) for _, told in groupby(claims, key=lambda one: one.position)]
        if len(by_event) > MOST_EVENTS or not _in_turn(by_event):
            self._take(connection, claims)
            return
        for told in by_event:  # in the log's order
            before = self._worked.front.line()
            self._take(connection, told)
            self._lines[told[0].position] = (before, self._worked.front.line())

    def _take(self, connection: sqlite3.Connection, claims: Sequence[Claim]) -> None:
        self._worked.take(claims)
        gone, come = self._worked.front.changed()
        before = [self._take_out(connection, one) for one in gone]
        put_beliefs(connection, self._numbered(come))
        for number in before:
            self._let_go(connection, number)

    def lines(self, position: int) -> tuple[Line, Line] | None:
        """Give what was believed before an event and after it; None unless it was among the last.

        What came last came event by event, and nothing else has changed the cell since.
        """
        return self._lines.get(position)

    def state_row(self, state: State) -> Row:
        """Give a state of the cell as it is read from the model."""
        return {**self._parts, **state.as_json()}

    def _numbered(self, beliefs: Sequence[Belief]) -> BELIEF_ROWS:
        """Give the rows of rectangles, and those of states that are not written yet."""
        rectangles, states = belief_rows(self._cell, self._parts, beliefs, self._said)
        numbers: dict[int, int] = {}
        fresh: list[tuple[int, str]] = []
        for number, text in states:
            name = blake2b(text.encode(), digest_size=_DIGEST).digest()
            known = self._numbers.get(name)
            if known is None:
                settled = number & 1
                known = self._numbers[name] = (self._cell << STATE_BITS) + self._next + settled
                self._next += 2
                self._names[known] = name
                fresh.append((known, text))
            numbers[number] = known
        self._uses.update(numbers[row[_STATE]] for row in rectangles)
        before, after = slice(_STATE), slice(_STATE + 1, None)
        return [(*row[before], numbers[row[_STATE]], *row[after]) for row in rectangles], fresh

    def _take_out(self, connection: sqlite3.Connection, belief: Belief) -> int:
        corner = (self._cell, belief.valid_from, belief.known_from)
        found = connection.execute(f"SELECT state FROM rectangles {_CORNER}", corner).fetchone()
        if found is None:
            raise StoreError("the read model was written by another process: ask again")
        connection.execute(f"DELETE FROM rectangles {_CORNER}", corner)
        return int(found[0])

    def _let_go(self, connection: sqlite3.Connection, number: int) -> None:
        """Count a state's rectangle off; a state that has none left goes too."""
        self._uses[number] -= 1
        if not self._uses[number]:
            connection.execute("DELETE FROM states WHERE id = ?", (number,))
            del self._uses[number], self._numbers[self._names.pop(number)]


def _in_turn(by_event: Sequence[Sequence[Claim]]) -> bool:
    """Whether what each event says was published with, or after, what those before it say."""
    spans = [(min(ats), max(ats)) for ats in ([c.published for c in told] for told in by_event)]
    return all(one[1] <= other[0] for one, other in pairwise(spans))


class Kept:
    """The cells of a model that are gone on from; those that were longest left alone go first."""

    def __init__(self, kin: Kin, version: int) -> None:
        """Keep none yet; among which kin, and of which version of the model (Store.version)."""
        self.kin = kin
        self.version = version
        self._cells: dict[int, Grown] = {}
        self._claims = 0

    def __contains__(self, cell: object) -> bool:
        """Whether a cell is kept."""
        return cell in self._cells

    def get(self, cell: int) -> Grown | None:
        """Give a cell, if it is kept."""
        return self._cells.get(cell)

    def take(self, cell: int) -> Grown | None:
        """Take a cell out, if it is kept: it is put back once it is written."""
        found = self._cells.pop(cell, None)
        if found is not None:
            self._claims -= found.claims
        return found

    def put(self, cell: int, grown: Grown) -> None:
        """Keep a cell as it is written."""
        self._cells[cell] = grown
        self._claims += grown.claims
        while self._claims > MOST_CLAIMS and len(self._cells) > 1:
            self.take(next(iter(self._cells)))
