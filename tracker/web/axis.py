"""The axis of time: the moments at which a page can stand, and which of them are to scale.

A situation's background reaches back years before its reports begin; drawn to scale, the days that
matter would be a hair's breadth. So the axis has the days of the reports to scale, and before and
after them only those days on which something changes.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.instants import (
    DAY,
    FUTURE_OPEN,
    PAST_OPEN,
    Instant,
    InstantError,
    date_bounds,
    to_datetime,
)

MOST = 4000
"""Stops to scale; a longer time has one every so many days."""
MOST_OUTSIDE = 60
"""Stops that are not, on either side; of more, some are left out evenly."""
BEFORE, AFTER = 3, 2
"""Days shown before the first report and after the last."""
LAST_DAY = date.max.toordinal() - 1
"""The last day whose end can be written."""
HOURLY = 3  # days: what was told within them is stepped through by hours


@dataclass(frozen=True, slots=True)
class Axis:
    """Stops are instants at which a stretch of time ends: to stand there is to see all of it.

    From `first` to `last` (places in `stops`) they are evenly apart; the others are not.
    """

    stops: tuple[Instant, ...]
    first: int
    last: int

    def nearest(self, t: Instant) -> int:
        """Give the place of the stop that shows an instant: the first that ends after it."""
        return min(bisect_left(self.stops, t + 1), len(self.stops) - 1)

    def span(self, instants: Iterable[Instant]) -> tuple[int, int]:
        """Give the places of the first and the last stop that show instants, with one around."""
        places = [self.nearest(one) for one in instants if PAST_OPEN < one < FUTURE_OPEN]
        first, last = min(places, default=self.first), max(places, default=self.last)
        return max(0, first - 1), min(len(self.stops) - 1, last + 1)

    def along(self, at: Instant, first: int, last: int) -> float:
        """Say how far along the stretch from one stop to another an instant lies, from 0 to 1.

        Each stop is as wide as any other; what it ends lies evenly within it.
        """
        if at in (PAST_OPEN, FUTURE_OPEN):
            return float(at == FUTURE_OPEN)
        n = bisect_right(self.stops, at)
        start = self.stops[n - 1] if n else self.stops[0] - DAY
        stop = self.stops[n] if n < len(self.stops) else start + DAY
        within = min(1.0, max(0.0, (at - start) / (stop - start)))
        return min(1.0, max(0.0, (n - first + within) / (last - first + 1)))


def axis_of(
    changes: Iterable[Instant], published: Collection[Instant], now: Instant, zone: str
) -> Axis:
    """Lay out the axis: the days from the first report to the last, and those of changes.

    `now` is the moment that the page opens at, and gets a stop wherever it lies.
    """
    told = [one for one in published if PAST_OPEN < one < FUTURE_OPEN] or [now]
    days = [to_datetime(one, zone).date() for one in (min(told), max(told))]
    start, stop = _moved(days[0], -BEFORE), _moved(days[1], AFTER)
    every = max(1, -(-((stop - start).days) // MOST))
    days_on = range(start.toordinal(), stop.toordinal() + every, every)
    shown = [date.fromordinal(min(one, LAST_DAY)) for one in days_on]
    inside = [end_of(day, zone) for day in dict.fromkeys(shown)]
    if len(shown) <= HOURLY + BEFORE + AFTER and (days[1] - days[0]).days < HOURLY:
        hour = DAY // 24
        inside = list(range(inside[0] - DAY + hour, inside[-1] + 1, hour))
    ends = {
        end_of(to_datetime(one, zone).date(), zone)
        for one in (*changes, now)
        if PAST_OPEN < one < FUTURE_OPEN
    }
    here = end_of(to_datetime(now, zone).date(), zone)
    early = _some(sorted(one for one in ends if one < inside[0]), here)
    late = _some(sorted(one for one in ends if one > inside[-1]), here)
    return Axis((*early, *inside, *late), len(early), len(early) + len(inside) - 1)


def end_of(day: date, zone: str) -> Instant:
    """Give the instant at which a day ends in a zone; the calendar's last ends a day early."""
    day = min(day, date.fromordinal(LAST_DAY))
    try:
        return date_bounds(day.year, day.month, day.day, zone=zone)[1]
    except InstantError:  # it begins before the calendar does, or clocks skipped it
        day = _moved(day, 1)
        return date_bounds(day.year, day.month, day.day, zone=zone)[0]


def _moved(day: date, by: int) -> date:
    try:
        return day + timedelta(days=by)
    except OverflowError:  # the calendar ends there
        return day


def _some(stops: list[Instant], kept: Instant) -> list[Instant]:
    if len(stops) <= MOST_OUTSIDE:
        return stops
    step = len(stops) / MOST_OUTSIDE
    some = {stops[int(n * step)] for n in range(MOST_OUTSIDE)}
    return sorted(some | ({kept} & {*stops}))
