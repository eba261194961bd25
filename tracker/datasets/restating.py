"""What a later table of intervals says otherwise than an earlier one: that is retracted.

A table that is downloaded again has more rows, and ends that were assumed, or noted wrongly, at
first. Nothing names its rows, nor says when it was published; so what is recorded is compared with
each interval as it now is. What began or ended within it is told no more, nor is the end of one
that began when one of its rows does. An earlier table that is imported again takes nothing back:
what it says was recorded before that which says otherwise, and was told just so before. A table
that was never told so is the latest word: what it tells that had been restated is told again, and
so is what only one that it ends sooner had left no room for.

Rows of one file that overlap or touch are one interval, and so are rows of several files: what
began otherwise and goes on longer is another row, and the end within it is told no more.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from tracker.datasets.edges import Edge, stood_so
from tracker.datasets.values import Moment
from tracker.instants import FUTURE_OPEN, Instant

Cell = tuple[str, str]
"""The sides (edges.side_of) on which the beginnings and the ends of one thing are told."""


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

    @property
    def cell(self) -> Cell:
        """What its beginnings and its ends are told of."""
        return self.begins, self.ends


class Restated:
    """The beginnings and ends of one dataset in the log, to be compared with a table."""

    def __init__(self, told: dict[str, list[Edge]]) -> None:
        """Sort what is `told` of each cell by when it was published."""
        self._facts = {one.fact: one for facts in told.values() for one in facts}
        self._ever = {cell: _in_order(facts) for cell, facts in told.items()}
        self._told = {
            cell: _in_order([one for one in facts if not one.over]) for cell, facts in told.items()
        }
        self._wholes: dict[Cell, list[_Whole]] = {}
        self._begun: dict[Cell, set[Instant]] = {}
        self._news: dict[Cell, dict[tuple[str, str], Interval]] = {}
        """What the table tells for the first time, by the ids of its two facts."""

    def __bool__(self) -> bool:
        """Whether the log holds anything of it."""
        return bool(self._facts)

    def note(self, intervals: Iterable[Interval]) -> None:
        """Note when the rows of the table begin: what the log has of the same row is restated."""
        for one in intervals:
            self._begun.setdefault(one.cell, set()).update(one.starts)
            if not self._was_told_at(one):
                self._news.setdefault(one.cell, {})[one.beginning, one.ending] = one

    def _was_told_at(self, one: Interval) -> int:
        """Give where in the log it was told just so, as one, for the last time; 0 for nowhere."""
        begin, end = self._facts.get(one.beginning), self._facts.get(one.ending)
        if begin is None or end is None:
            return 0
        ends, known = self._ever[one.ends]
        between = ends[bisect_right(known, begin.known) : bisect_left(known, end.known)]
        return stood_so(begin, end, between)

    def _is_new(self, one: Interval) -> bool:
        return (one.beginning, one.ending) in self._news.get(one.cell, {})

    def overtaken(
        self, intervals: Iterable[Interval], told: Collection[str]
    ) -> Iterator[tuple[Edge, Interval]]:
        """Yield what is told no more, each once, with the interval that says otherwise.

        `told` are the ids of all that the table tells of these cells. Of another row's end, which
        lies within, the interval is given as one that ends there: so it was by then.
        """
        done: set[str] = set()
        for one in intervals:
            latest = self._latest(one)
            for old, by in self._within(one) if latest else ():
                if old.position < latest and old.fact not in done and old.fact not in told:
                    done.add(old.fact)
                    yield old, by

    def _latest(self, one: Interval) -> int:
        """Give how far in the log an interval speaks of what was told; 0 where it does not."""
        if self._is_new(one):
            return FUTURE_OPEN
        return 0 if self._facts[one.ending].over else self._was_told_at(one)  # or told otherwise

    def told_again(
        self, intervals: Iterable[Interval], gone: Collection[str]
    ) -> Iterator[tuple[Edge, Interval]]:
        """Yield what the table tells that had been restated, and is so again, each once.

        That is what was never told so as a whole. And it is what was told so where nothing else is
        told of that time any more: `gone` are the ids of what is overtaken by this table.
        """
        wholes: dict[Cell, list[_Whole]] = {}
        done: set[str] = set()
        for one in intervals:
            begin, end = self._facts.get(one.beginning), self._facts.get(one.ending)
            again = [edge for edge in (begin, end) if edge and edge.restated]
            if not again:
                continue
            if not self._is_new(one):
                if begin not in again:
                    continue  # the row stands, and ends otherwise
                if one.cell not in wholes:
                    wholes[one.cell] = self._left(one, gone)
                if _at(wholes[one.cell], one.start.known):
                    continue
                if _at(wholes[one.cell], one.end.known):
                    again = [begin]
            for edge in again:
                if edge.fact not in done:
                    done.add(edge.fact)
                    yield edge, one

    def _left(self, one: Interval, gone: Collection[str]) -> list[_Whole]:
        """Give what is so of a cell with what the table tells for the first time."""
        begun, ended = (
            [edge.known for edge in self._told.get(side, _NONE)[0] if edge.fact not in gone]
            for side in one.cell
        )
        news = self._news.get(one.cell, {}).values()
        begun += [other.start.known for other in news]
        ended += [other.end.known for other in news if not self.ends_within(other)]
        return _wholes(sorted(begun), sorted(ended))

    def ends_within(self, one: Interval) -> bool:
        """Whether an interval ends while another row that the log holds goes on.

        Not where the log had it so already: there it was compared when it was told.
        """
        end = self._facts.get(one.ending)
        again = end is not None and end.restated and self._is_new(one)
        return (end is None or again) and self._goes_on(one)

    def _goes_on(self, one: Interval) -> bool:
        """Whether a row that the table does not have goes on where an interval ends."""
        end, here = one.end.known, self._begun.get(one.cell, ())
        others = (whole for whole in self._whole(one) if whole.start not in here)
        return any(whole.start <= end < whole.end for whole in others)

    def _whole(self, one: Interval) -> list[_Whole]:
        """Give what the log holds of a cell, as intervals that neither overlap nor touch."""
        found = self._wholes.get(one.cell)
        if found is None:
            begun, ended = (self._told.get(side, _NONE)[1] for side in one.cell)
            found = self._wholes[one.cell] = _wholes(begun, ended)
        return found

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


def _in_order(facts: Iterable[Edge]) -> tuple[list[Edge], list[Instant]]:
    """Sort by when each was published; give those moments beside."""
    edges = sorted(facts, key=lambda edge: (edge.known, edge.position))
    return edges, [edge.known for edge in edges]


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


def _at(wholes: Sequence[_Whole], moment: Instant) -> bool:
    """Whether one of them goes on at a moment; they are in order."""
    at = bisect_right(wholes, moment, key=lambda whole: whole.start)
    return at > 0 and moment < wholes[at - 1].end
