"""Days where people live: what the clocks of a zone show, and how long its dates are."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from tracker.instants import DAY, Instant, InstantError, to_datetime

_MICROSECOND = timedelta(microseconds=1)
_HALF_A_DAY = timedelta(hours=12)


def clock_shown(i: Instant, zone: str) -> int:
    """Give the microseconds to what a zone's clocks show then, as if they never changed.

    The instant itself for what no calendar has.
    """
    if zone == "UTC":
        return i
    try:
        return i + _offset(i, zone) // _MICROSECOND
    except InstantError:
        return i


@lru_cache(maxsize=65_536)
def day_after(i: Instant, zone: str) -> Instant:
    """Give the instant a day later: 24 hours, or fewer if clocks were put forward in between.

    So that the day on which they are does not lie within a day of the next.
    """
    later = i + DAY
    # A date may begin with its clocks put forward, at one: it is as short.
    first = clock_shown(i - 1, zone) % DAY == DAY - 1
    try:
        before, after = _offset(i - first, zone), _offset(later, zone)
        sooner = later - (after - before) // _MICROSECOND
        short = timedelta() < after - before < _HALF_A_DAY and _offset(sooner, zone) == after
    except InstantError:  # at the ends of the calendar
        return later
    return sooner if short else later  # a date that a country left out is no short day


def _offset(i: Instant, zone: str) -> timedelta:
    return to_datetime(i, zone).utcoffset() or timedelta()
