"""Dates of another zone: those whose days are not the ones that are told name their offset.

What was stated keeps its text (EDTF) and its bounds (instants), and those tell whose days it is in.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Self

from tracker.instants import FUTURE_OPEN, PAST_OPEN, SECOND, Instant

_LARGEST = 14 * 3_600 * SECOND  # the largest offset in use
_CLOCK_CHANGE = 2 * 3_600 * SECOND
"""By how much the offsets of the two ends of what was stated in one zone may differ."""

Ends = tuple[Instant | None, Instant | None]
"""The bounds of a moment, half-open; None for an end that is open, or not known."""


class Dated(str):  # noqa: SLOT000 - it has one, beside the text
    """An EDTF text with the bounds of its moment: in JSON a text as any other."""

    ends: Ends

    def __new__(cls, text: str, earliest: Instant | None, latest: Instant | None) -> Self:
        """Give a text its bounds."""
        made = super().__new__(cls, text)
        made.ends = earliest, latest
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, Instant | None, Instant | None]]:
        """Be copied and pickled with its bounds, as an answer is."""
        return type(self), (str(self), *self.ends)


@lru_cache(maxsize=4096)
def offset(edtf: str, ends: Ends, zone: str) -> str:
    """Say the offset of what was stated in another zone, such as "UTC-07:00".

    Nothing where it reads the same in `zone`, names its offset itself, or was bounded by something
    else than its days.
    """
    from tracker.edtf import EdtfError, parse_edtf

    try:
        here, utc = (parse_edtf(edtf, one, local_times=True).start for one in (zone, "UTC"))
    except EdtfError:
        return ""
    stated = [
        (_whole(end), here[at], utc[at] - _whole(end))
        for at, end in enumerate(ends)
        if end not in (None, PAST_OPEN, FUTURE_OPEN)
    ]
    away = [shift for _, _, shift in stated]
    if not stated or any(end == ours for end, ours, _ in stated):
        return ""
    if max(away) - min(away) > _CLOCK_CHANGE or max(map(abs, away)) > _LARGEST:
        return ""
    hours, minutes = divmod(abs(away[0]) // SECOND // 60, 60)
    sign = "-" if away[0] < 0 else "+"
    return f"UTC{sign}{hours:02}:{minutes:02}" if away[0] else "UTC"


def _whole(end: Instant) -> Instant:
    """Give the end of a second: a bound may be the last instant before, or the first after it."""
    return (end + SECOND // 2) // SECOND * SECOND
