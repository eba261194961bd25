"""What a later table of intervals says otherwise than an earlier one: that is retracted.

A table that is downloaded again has more rows, and ends that were assumed, or noted wrongly, at
first. Nothing names its rows, nor says when it was published; so what is recorded is compared with
each interval as it now is. What began or ended within it is told no more, nor is the end of one
that began when one of its rows does. An earlier table that is imported again takes nothing back:
what it says was recorded before that which says otherwise.

Rows of one file that overlap or touch are one interval, and so are rows of several files: what
began otherwise and goes on longer is another row, and the end within it is told no more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
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

    `starts` are the instants by which each of its rows was known to begin, also by a table that
    could not tell which of two hours it was; `file` is the number of the one that it ends in.
    """

    starts: frozenset[Instant]
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
        self._wholes: dict[tuple[str, str], list[_Whole]] = {}
        self._begun: dict[tuple[str, str], set[Instant]] = {}

    def __bool__(self) -> bool:
        """Whether the log holds anything of it."""
        return bool(self._facts)

    def note(self, intervals: Iterable[Interval]) -> None:
        """Note when the rows of the table begin: what the log has of the same row is restated."""
        for one in intervals:
            self._begun.setdefault((one.begins, one.ends), set()).update(one.starts)

    def overtaken(
        self, intervals: Iterable[Interval], told: Collection[str]
    ) -> Iterator[tuple[Edge, Interval]]:
        """Yield what is told no more, each once, with the interval that says otherwise.

        `told` are the ids of all that the table tells of these cells. Of another row's end, which
        lies within, the interval is given as one that ends there: so it was by then.
        """
        done: set[str] = set()
        for one in intervals:
            end = self._facts.get(one.ending)
            if (
                end is not None
                and end.over
                and (one.beginning in self._facts or not self._goes_on(one))
            ):
                continue  # it was told before, and then otherwise
            latest = max(self._position(one.beginning), self._position(one.ending))
            for old, by in self._within(one):
                if old.position < latest and old.fact not in done and old.fact not in told:
                    done.add(old.fact)
                    yield old, by

    def ends_within(self, one: Interval) -> bool:
        """Whether an interval ends while another row that the log holds goes on.

        Not where the log has its end already: there it was compared when it was told.
        """
        return one.ending not in self._facts and self._goes_on(one)

    def _goes_on(self, one: Interval) -> bool:
        """Whether a row that the table does not have goes on where an interval ends."""
        end, here = one.end.known, self._begun.get((one.begins, one.ends), ())
        others = (whole for whole in self._whole(one) if whole.start not in here)
        return any(whole.start <= end < whole.end for whole in others)

    def _whole(self, one: Interval) -> list[_Whole]:
        """Give what the log holds of a cell, as intervals that neither overlap nor touch."""
        key = (one.begins, one.ends)
        found = self._wholes.get(key)
        if found is None:
            begun, ended = (self._told.get(side, _NONE)[1] for side in key)
            found = self._wholes[key] = _wholes(begun, ended)
        return found

    def _position(self, fact: str) -> int:
        found = self._facts.get(fact)
        return FUTURE_OPEN if found is None else found.position

    def _within(self, one: Interval) -> list[tuple[Edge, Interval]]:
        """List what an interval leaves no room for, each with the interval that takes it."""
        begins, begun = self._told.get(one.begins, _NONE)
        ends, ended = self._told.get(one.ends, _NONE)
        start, end = one.start.known, one.end.known
        own = [whole for whole in self._whole(one) if whole.start in one.starts]
        restated = {whole.end for whole in own}
        last = max([end, *(at + 1 for at in restated if at < FUTURE_OPEN)])
        found = []
        for old in ends[bisect_left(ended, start) : bisect_left(ended, last)]:
            if old.known in restated or any(start < old.known <= whole.end for whole in own):
                found.append((old, one))
            elif old.known < end:
                found.append((old, one._replace(end=one.start)))
        inside = begins[bisect_right(begun, start) : bisect_left(begun, end)]
        later = [begins[at] for at in range(bisect_left(begun, end), len(begun))] if own else []
        unsure = [old for old in later if old.known in one.starts]  # it began before that ended
        return [*found, *((old, one) for old in (*inside, *unsure))]


_NONE: tuple[list[Edge], list[Instant]] = ([], [])


class _Whole(NamedTuple):
    """Rows of the log that make one interval; one that has not ended goes on for ever."""

    start: Instant
    end: Instant


def _wholes(begun: Sequence[Instant], ended: Sequence[Instant]) -> list[_Whole]:
    """Make intervals of when something began, and when it ended, each in order."""
    found: list[_Whole] = []
    for start in begun:
        at = bisect_right(ended, start)
        end = ended[at] if at < len(ended) else FUTURE_OPEN
        if found and start <= found[-1].end:
            found[-1] = _Whole(found[-1].start, max(found[-1].end, end))
        else:
            found.append(_Whole(start, end))
    return found
