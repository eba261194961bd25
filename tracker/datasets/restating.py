"""What a later table of intervals says otherwise than an earlier one: that is retracted.

A table that is downloaded again has more rows, and ends that were assumed, or noted wrongly, at
first. Nothing names its rows, nor says when it was published; so what is recorded is compared with
each interval as it now is. What began or ended within it is told no more, nor is the end of an
interval that began in it. An earlier table that is imported again takes nothing back: what it says
was recorded before that which says otherwise.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from tracker.datasets.values import Moment
from tracker.facts.envelope import canonical
from tracker.instants import FUTURE_OPEN, Instant

ASIDE = ("id", "gist", "locator", "note", "when", "since")
"""Fields of a fact that do not tell one cell's beginnings, or ends, from another's."""


class Edge(NamedTuple):
    """A beginning or an end in the log: when it was published, its event, and its report's id.

    `over`: somebody has taken it back.
    """

    known: Instant
    position: int
    fact: str
    report: str
    over: bool


class Interval(NamedTuple):
    """An interval of a table: when it begins and ends, the cells and the ids of those two facts.

    `file` is the number of the one that it ends in.
    """

    start: Moment
    end: Moment
    begins: str
    ends: str
    beginning: str
    ending: str
    file: int


def side_of(kind: str, body: dict[str, Any]) -> str:
    """Name what a fact tells the beginnings, or the ends, of."""
    plain = {name: item for name, item in body.items() if name not in ASIDE}
    return f"{kind}{canonical(plain).decode()}"


class Restated:
    """The beginnings and ends of one dataset in the log, to be compared with a table."""

    def __init__(self, told: dict[str, list[Edge]]) -> None:
        """Sort what is `told` of each cell by when it was published."""
        self._facts = {one.fact: one for facts in told.values() for one in facts}
        stand = {cell: sorted(one for one in facts if not one.over) for cell, facts in told.items()}
        self._told = {cell: (facts, [one.known for one in facts]) for cell, facts in stand.items()}

    def __bool__(self) -> bool:
        """Whether the log holds anything of it."""
        return bool(self._facts)

    def overtaken(
        self, intervals: Iterable[Interval], told: Collection[str]
    ) -> Iterator[tuple[Edge, Interval]]:
        """Yield what is told no more, each once, with the interval that says otherwise.

        `told` are the ids of all that the table tells of these cells.
        """
        done: set[str] = set()
        for one in intervals:
            end = self._facts.get(one.ending)
            if end is not None and end.over:
                continue  # it was told before, and then otherwise
            latest = max(self._position(one.beginning), self._position(one.ending))
            for old in self._within(one):
                if old.position < latest and old.fact not in done and old.fact not in told:
                    done.add(old.fact)
                    yield old, one

    def _position(self, fact: str) -> int:
        found = self._facts.get(fact)
        return FUTURE_OPEN if found is None else found.position

    def _within(self, one: Interval) -> list[Edge]:
        """List what an interval leaves no room for."""
        none: tuple[list[Edge], list[Instant]] = ([], [])
        begins, begun = self._told.get(one.begins, none)
        ends, ended = self._told.get(one.ends, none)
        start, end = one.start.known, one.end.known
        after = bisect_right(begun, end)
        upto = bisect_left(ended, end)
        if bisect_left(begun, start) < after:  # one began in it: however that ended
            upto = bisect_left(ended, begun[after]) if after < len(begun) else len(ended)
        return [
            *ends[bisect_right(ended, start) : upto],
            *begins[bisect_right(begun, start) : bisect_left(begun, end)],
        ]
