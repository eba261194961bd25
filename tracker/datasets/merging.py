"""Merging: rows of one cell that overlap or touch make one interval.

A row without an end goes on as far as anybody knows: until a later row of its cell begins, for by
then it was over, and until that its end is only assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

OPEN, NEVER = 2**62, -(2**62)
"""Stand for the end of a row that has none, and before every other."""


class Span(NamedTuple):
    """A row: instants of its start and end, and the numbers of those moments (-1: no end).

    `sure`: whether the end is; `cell` is what it says without when and how it is worded.
    """

    start: int
    begun: int
    end: int
    ended: int
    sure: int
    file: int
    row: int
    place: int
    other: int
    cell: str
    begins: str
    ends: str
    base: str | None


@dataclass(slots=True)
class Merged:
    """Rows of one cell that make one interval; `lasts` is how long it surely went on.

    `begun` are the numbers of the moments at which its rows begin; `ended` is the last of them that
    have an end. `until` are the first and the last instant at which those may, as the clocks of the
    rows can be read. `over`: the number of the moment by which one without an end, or that may
    have ended otherwise, was over.
    """

    first: Span
    last: Span
    lasts: tuple[int, int]
    begun: set[int]
    ended: Span | None
    until: tuple[int, int]
    over: int = -1

    @classmethod
    def of(cls, span: Span, until: tuple[int, int]) -> Merged:
        """Begin with one row."""
        ended = None if span.end == OPEN else span
        return cls(span, span, cls.surely(span), {span.begun}, ended, until)

    @staticmethod
    def surely(span: Span) -> tuple[int, int]:
        """Give until when a row surely goes on, and the number of that moment."""
        noted = span.sure and span.end != OPEN
        return (span.end, span.ended) if noted else (span.start, span.begun)

    def add(self, span: Span, ends: tuple[int, int]) -> None:
        """Take in a row that begins before this ends; `ends` as `until` has them."""
        self.until = max(self.until[0], ends[0]), max(self.until[1], ends[1])
        self.last = self._later(self.last, span)
        if span.end != OPEN:
            self.ended = self._later(self.ended, span)
        self.lasts = max(self.lasts, self.surely(span))
        self.begun.add(span.begun)

    @staticmethod
    def _later(last: Span | None, span: Span) -> Span:
        """Give which of two rows ends later: of one moment, the one of which that is sure."""
        if last is None or span.end > last.end or (span.end == last.end and span.sure):
            return span
        return last

    def is_over_by(self, span: Span) -> bool:
        """Whether a row begins after one of these that has no end, which was over by then."""
        return self.last.end == OPEN and span.start > self.last.start

    def close(self, span: Span, told: int) -> None:
        """Let the row without an end be over once another begins; `told` is when that is told."""
        last = self.ended
        if last is None or last.end < span.start:
            last, self.over = self.last._replace(end=span.start, ended=told, sure=0), span.begun
        self.last = self.ended = last

    def reaches(self, span: Span) -> bool:
        """Whether a row that does not begin earlier is of this interval."""
        return span.start < self.last.end or (span.start == self.last.end and self.over < 0)
