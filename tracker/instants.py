"""Instants, bounds and the three clocks: integer microseconds, UTC, standard library only.

An instant is an `int`: microseconds since 1970-01-01T00:00:00Z, negative before it.  Instants
that can be written lie in the years 0001 to 9999.  `PAST_OPEN` and `FUTURE_OPEN` stand for ends
nobody has stated.  No function here reads a clock, a locale or a setting.
"""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from difflib import get_close_matches
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

__all__ = [
    "DAY",
    "FUTURE_OPEN",
    "LONGEST_DAY",
    "NO_ZONE",
    "PAST_OPEN",
    "SECOND",
    "AsOf",
    "Bounds",
    "Instant",
    "InstantError",
    "check_date",
    "check_zone",
    "date_bounds",
    "format_instant",
    "format_open",
    "last_instant",
    "micros_of_day",
    "parse_moment",
    "quoted",
    "read_instant",
    "time_bounds",
    "to_datetime",
]

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""

PAST_OPEN: Instant = -(2**62)
FUTURE_OPEN: Instant = 2**62
SECOND = 1_000_000
DAY = 86_400 * SECOND
LONGEST_DAY = DAY + DAY // 24
"""A date whose clocks are put back in it lasts so long: what is no longer may be of one day."""

_MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST: Instant = (date(1, 1, 1).toordinal() - _EPOCH_DAY) * DAY
_LAST: Instant = (date(9999, 12, 31).toordinal() + 1 - _EPOCH_DAY) * DAY - 1
_MONTHS = 12
_HOURS = 24
NO_SECOND_60 = "there is no second 60: leap seconds are not counted here, write second 59"
_SIXTY = 60  # minutes in an hour, seconds in a minute
_LONGEST = 64  # characters; nothing we read as a moment comes near it


NO_ZONE = "a time without a zone: add Z or an offset such as +01:00, or name its zone (--tz, tz=)"
"""What is said to someone who wrote a time without its zone."""


class InstantError(ValueError):
    """A moment or a zone that cannot be read; the message says why and what to write."""


class Bounds(NamedTuple):
    """Where a moment lies: half-open [earliest, latest), microseconds UTC."""

    earliest: Instant
    latest: Instant


@dataclass(frozen=True, slots=True)
class AsOf:
    """The three clocks of a question.  Instants are inclusive; None means unlimited.

    as_of: valid time.  known_at: publication time.  recorded_at or position: the log's own
    clock, as a time or as the last log position to count.  zone: whose days they were read in,
    where that is known; the instants are the question, whatever the zone.
    """

    as_of: Instant
    known_at: Instant | None = None
    recorded_at: Instant | None = None
    position: int | None = None
    zone: str | None = field(default=None, compare=False)

    @property
    def known(self) -> Instant:
        """`known_at`, or FUTURE_OPEN where publication time is unlimited."""
        return FUTURE_OPEN if self.known_at is None else self.known_at


# -- writing ---------------------------------------------------------------------------------


def to_datetime(i: Instant, zone: str = "UTC") -> datetime:
    """Give the aware datetime of an instant, in UTC or another zone.

    In UTC too where the zone's clocks showed a day before the calendar's first or after its last.
    Raises InstantError for the open ends and anything outside the years 0001 to 9999.
    """
    if i in (PAST_OPEN, FUTURE_OPEN):
        msg = "an open end has no date: ask format_open, or handle it before formatting"
        raise InstantError(msg)
    if not _FIRST <= i <= _LAST:
        msg = f"instant {i} lies outside the years 0001 to 9999"
        raise InstantError(msg)
    moment = _EPOCH + timedelta(microseconds=i)
    try:
        return moment if zone == "UTC" else moment.astimezone(_zone(zone))
    except OverflowError:
        return moment


@lru_cache(maxsize=65_536)
def format_instant(i: Instant) -> str:
    """Write an instant: `2013-01-14T00:00:00Z`, with six digits of fraction where not zero.

    Raises InstantError as to_datetime does.
    """
    return to_datetime(i).replace(tzinfo=None).isoformat() + "Z"


@lru_cache(maxsize=65_536)
def read_instant(text: str) -> Instant:
    """Read what format_instant wrote. Raises ValueError for what is no time."""
    return (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND


def format_open(i: Instant) -> str | None:
    """Write an instant as format_instant does; None for an open end."""
    return None if i in (PAST_OPEN, FUTURE_OPEN) else format_instant(i)


def last_instant(bounds: Bounds) -> Instant:
    """Give the last instant inside the bounds: "through the end of the stated unit"."""
    return bounds.latest - 1


def quoted(text: str) -> str:
    """Quote a reader's text for an error message: ASCII, escaped, at most 64 characters of it."""
    return ascii(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")


# -- zones -----------------------------------------------------------------------------------

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
_LARGEST_OFFSET = 14 * _SIXTY  # minutes; the largest in use, and XML Schema's limit
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}", re.ASCII)
# Not places: this machine's own setting, a placeholder, and clocks that count leap seconds.
_NOT_ZONES = re.compile(r"(localtime|Factory|posixrules|posix/.*|right/.*)", re.IGNORECASE)


def check_zone(name: str) -> str:
    """Give the zone back if it can be used: a zoneinfo key or a fixed offset `+01:00`.

    Raises InstantError, naming the nearest zones.
    """
    _zone(name)
    return name


@lru_cache(maxsize=1_024)
def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    if offset := _OFFSET.fullmatch(name):
        return _fixed_offset(*offset.groups())
    if len(name) > _LONGEST or not _ZONE_NAME.fullmatch(name) or _NOT_ZONES.fullmatch(name):
        raise _no_such_zone(name)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, malformed, or a folder such as "Africa"
        raise _no_such_zone(name) from None


def _fixed_offset(sign: str, hours: str, minutes: str) -> tzinfo:
    total = int(hours) * _SIXTY + int(minutes)
    if int(minutes) >= _SIXTY or total > _LARGEST_OFFSET:
        msg = f"no place keeps the offset {sign}{hours}:{minutes}: the limits are -14:00, +14:00"
        raise InstantError(msg)
    return timezone(timedelta(minutes=-total if sign == "-" else total))


def _no_such_zone(name: str) -> InstantError:
    near = _nearest_zones(name[:_LONGEST])
    hint = f"did you mean {', '.join(near)}?" if near else "use one such as UTC, Africa/Bamako"
    return InstantError(f"no time zone {quoted(name)}: {hint} (or a fixed offset: +01:00)")


@lru_cache(maxsize=1)
def _zone_names() -> dict[str, str]:
    """Lower-case full names and city names of all zones, to the zone's name."""
    names = sorted(available_timezones())
    cities = {name.rpartition("/")[2].lower(): name for name in names}
    return cities | {name.lower(): name for name in names}


def _nearest_zones(name: str) -> list[str]:
    names = _zone_names()
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.7)
    return list(dict.fromkeys(names[key] for key in near))


# -- days and times in a zone ----------------------------------------------------------------


def check_date(year: int, month: int = 1, day: int = 1) -> date:
    """Give the date, or raise InstantError saying which part of it does not exist."""
    if year == 0:
        msg = "there is no year 0000: years run from 0001 to 9999"
        raise InstantError(msg)
    if not 1 <= month <= _MONTHS:
        msg = f"there is no month {month:02}: months run from 01 to 12"
        raise InstantError(msg)
    try:
        return date(year, month, day)
    except ValueError:
        msg = f"{year:04}-{month:02} has no day {day:02}"
        raise InstantError(msg) from None


def date_bounds(
    year: int, month: int | None, day: int | None, zone: str, *, margin: int = 0
) -> Bounds:
    """Give the bounds of a year, a month or a day in a zone, midnight to midnight.

    margin: how many more units of the same precision to take in on each side.
    Raises InstantError for a date that does not exist, or whose bounds cannot be written.
    """
    check_date(year, *(part for part in (month, day) if part is not None))
    first, after = -margin, 1 + margin
    try:
        if month is None:
            days = date(year + first, 1, 1), date(year + after, 1, 1)
        elif day is None:
            days = _month_start(year, month + first), _month_start(year, month + after)
        else:
            here = date(year, month, day)
            days = here + timedelta(days=first), here + timedelta(days=after)
    except (ValueError, OverflowError):
        raise _unwritable() from None
    bounds = Bounds(*(_start_of_day(each, _zone(zone)) for each in days))
    if bounds.latest <= bounds.earliest:
        msg = f"{days[0]} did not happen in {zone}: its clocks skipped the whole day"
        raise InstantError(msg)
    return _writable(bounds)


def _month_start(year: int, month: int) -> date:
    """First day of a month counted from a year's January = 1; any integer will do."""
    return date(year + (month - 1) // _MONTHS, (month - 1) % _MONTHS + 1, 1)


def micros_of_day(hour: int, minute: int, second: int = 0, micros: int = 0) -> int:
    """Give the microseconds since local midnight; InstantError for 24:00, :60 and beyond."""
    if hour == _HOURS:
        msg = "there is no 24:00: write 00:00 of the next day"
        raise InstantError(msg)
    if hour > _HOURS or minute >= _SIXTY:
        msg = f"there is no time {hour:02}:{minute:02}: times run from 00:00 to 23:59"
        raise InstantError(msg)
    if second == _SIXTY:
        raise InstantError(NO_SECOND_60)
    if second > _SIXTY:
        msg = f"there is no second {second}: seconds run from 00 to 59"
        raise InstantError(msg)
    return ((hour * _SIXTY + minute) * _SIXTY + second) * SECOND + micros


def time_bounds(day: date, micros: int, unit: int, zone: str) -> Bounds:
    """Give the bounds of a local time, `unit` microseconds long, in a zone, offset or `Z`.

    A time that a zone's clocks showed twice spans both.  Raises InstantError for one that they
    skipped, or whose bounds cannot be written.
    """
    first, second = _readings(day, micros, _zone("UTC" if zone == "Z" else zone))
    if first > second:
        msg = f"that time did not happen in {zone}: its clocks went forward past it"
        raise InstantError(msg)
    return _writable(Bounds(first, second + unit))


def _readings(day: date, micros: int, zone: tzinfo) -> tuple[Instant, Instant]:
    """Give the instants of a local time read with the offset before and after a change.

    Equal on ordinary days; first < second where clocks showed it twice; first > second where
    they skipped it.
    """
    local = (day.toordinal() - _EPOCH_DAY) * DAY + micros
    if zone is UTC:
        return local, local
    wall = datetime.combine(day, time()) + timedelta(microseconds=micros)
    first, second = (
        (wall.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()) // _MICROSECOND
        for fold in (0, 1)
    )
    return local - first, local - second


def _start_of_day(day: date, zone: tzinfo) -> Instant:
    """Give the first instant whose local date is `day` or, where clocks skipped `day`, later."""
    first, second = _readings(day, 0, zone)
    before, after = second // SECOND, first // SECOND
    while after - before > 1:  # midnight was skipped: find the change
        middle = (before + after) // 2
        if to_datetime(middle * SECOND).astimezone(zone).date() < day:
            before = middle
        else:
            after = middle
    return after * SECOND


def _writable(bounds: Bounds) -> Bounds:
    if bounds.earliest < _FIRST or bounds.latest > _LAST:
        raise _unwritable()
    return bounds


def _unwritable() -> InstantError:
    return InstantError(
        "it begins or ends outside the years 0001 to 9999 in UTC: state a time within them"
    )


# -- reading ---------------------------------------------------------------------------------

_MOMENT = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)"
    r"(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,6}))?)?(?P<offset>Z|[+-]\d\d:\d\d)?)?)?)?",
    re.ASCII,
)
_HOW_TO_WRITE = (
    "write 2013, 2013-01, 2013-01-14, 2013-01-14T12:00Z or 2013-01-14T12:00:30+01:00"
    " (a fraction of a second has at most 6 digits)"
)


def parse_moment(text: str, zone: str = "UTC", *, assume_zone: bool = False) -> Bounds:
    """Read a year, month, day or time as people type it; give the bounds of the stated unit.

    Dates are days of `zone`.  A time needs `Z` or an offset, unless assume_zone allows it to be
    read in `zone`.  Raises InstantError, and nothing else, for any text or zone.
    """
    found = _MOMENT.fullmatch(text)
    if not found:
        msg = f"cannot read {quoted(text)} as a moment: {_HOW_TO_WRITE}"
        raise InstantError(msg)
    check_zone(zone)
    year, month, day = (_number(found[name]) for name in ("year", "month", "day"))
    try:
        if found["hour"] is None:
            return date_bounds(year or 0, month, day, zone)
        here = check_date(year or 0, month or 0, day or 0)
        return _typed_time(found, here, zone if assume_zone else None)
    except InstantError as error:
        msg = f"{quoted(text)}: {error}"
        raise InstantError(msg) from None


def _typed_time(found: re.Match[str], day: date, zone: str | None) -> Bounds:
    """Give the bounds of a matched time; `zone` is for one that names none, None to refuse it."""
    minutes, second, fraction = int(found["minute"]), found["second"], found["fraction"] or ""
    micros = micros_of_day(
        int(found["hour"]), minutes, int(second or 0), int(fraction.ljust(6, "0"))
    )
    where = found["offset"] or zone
    if where is None:
        raise InstantError(NO_ZONE)
    unit = SECOND // int(10 ** len(fraction)) if second else _SIXTY * SECOND
    return time_bounds(day, micros, unit, where)


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def duration(text: str) -> int:
    """Read 7d, 36h or 10 (days) as microseconds. Raises InstantError."""
    found = re.fullmatch(r"(\d{1,6})([dh]?)", text.strip(), re.ASCII)
    if not found:
        raise InstantError(f"{text!r} is no length of time: write 7d, 36h, or a number of days")
    return int(found[1]) * (DAY // 24 if found[2] == "h" else DAY)
