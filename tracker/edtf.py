"""Our subset of EDTF (Extended Date/Time Format, Library of Congress, 2019), pure and strict.

    level 0   2013   2013-01   2013-01-14
              2013-01-14T06:00:00Z   2013-01-14T06:00:00+01:00
              a/b               a span: from a to b
    level 1   2013-01-14?       doubtful         (? ~ % end any date, no time)
              2013-01-14~       approximate: one unit more on each side
              2013-01-14%       both
              201X  20XX  2013-XX  2013-01-XX  2013-XX-XX    (no ? ~ % with X)
              a/..  a/          a span with an open, an unknown end
              ../b  /b          a span with an open, an unknown start
    level 2   [a..b]            one moment between a and b (plain dates or times)
              [..b]  [a..]      one moment by b; one moment at or after a

All else is refused, by name where it is recognised: seasons, years before 0001 or after 9999,
sets, lists, exponents, significant digits, and a range or a span whose end lies before its start.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from tracker.instants import (
    DAY,
    FUTURE_OPEN,
    NO_ZONE,
    PAST_OPEN,
    SECOND,
    Bounds,
    Instant,
    InstantError,
    check_date,
    check_zone,
    date_bounds,
    format_instant,
    micros_of_day,
    quoted,
    time_bounds,
)

__all__ = ["EdtfError", "Span", "describe", "has_local_time", "parse_edtf", "somewhere_in"]

_A_DAY, _A_SECOND = len("2013-01-17"), len("2013-01-17T10:00:00")
LONGEST = 64
"""Characters; the longest value of the subset has 54."""


class EdtfError(ValueError):
    """A text outside the subset; the message says why and what to write instead."""


class Span(NamedTuple):
    """What an EDTF value says, as instants.

    start: where it began, or where the one moment lies.  end: where it ended; None for one
    moment and for a span not known to have ended.  start_open: nothing bounds the start below.
    doubtful: `?` or `%`.  approximate: `~` or `%` (the bounds are already widened).
    speaks_from: the first instant about which the value claims anything.
    """

    start: Bounds
    end: Bounds | None
    start_open: bool
    doubtful: bool
    approximate: bool
    speaks_from: Instant


class _Moment(NamedTuple):
    """One date or time as written.  `years` is 10 or 100 where digits of the year are X."""

    year: int
    month: int | None = None
    day: int | None = None
    clock: str = ""  # hh:mm:ss
    offset: str = ""  # Z or +hh:mm; empty for a date and for a local time
    mark: str = ""  # one of ? ~ %
    unspecified: bool = False
    years: int = 1


class _Value(NamedTuple):
    """A whole text, read but not yet placed on the time line.

    One of `first` and `last` may be missing in a span or a range; `gap` is what stood there.
    """

    form: Literal["moment", "span", "range"]
    first: _Moment | None
    last: _Moment | None = None
    gap: str = ""

    @property
    def moments(self) -> tuple[_Moment, ...]:
        return tuple(each for each in (self.first, self.last) if each is not None)


# -- text -> value ---------------------------------------------------------------------------

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?([?~%]?)", re.ASCII)
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_YEAR_DIGITS = re.compile(r"(\d\d)(\dX|XX)", re.ASCII)
_DATE_DIGITS = re.compile(r"(\d{4})-(?:(\d\d)-XX|XX(?:-XX)?)", re.ASCII)
_LOCAL_TIME = re.compile(r"T\d\d:\d\d:\d\d(?![Z+-])", re.ASCII)
_SEASONS = range(21, 42)  # EDTF's codes for seasons, quarters and other parts of a year

_WRITE = "write 2013, 2013-01, 2013-01-14 or 2013-01-14T06:00:00Z"
_REFUSED = (  # (what to look for, what to say); compiled only once something is refused
    (r"^\?$", f"stands for what a draft did not find: {_WRITE}"),
    (r"[{}]", "a set {..}: outside our subset, record one fact for each date"),
    (r"[\[\]].*,|,.*[\[\]]", "a list [a,b]: outside our subset, write the range [a..b]"),
    (r"[\[\]]", "brackets hold one range: write [a..b], [..b] or [a..]"),
    (r"\.\.", "'..' stands in a range [a..b] or at an end of a span: a/.. or ../b"),
    (r"^-\d", "a negative year: outside our subset, years run from 0001 to 9999"),
    (r"^Y", "a Y-year: outside our subset, years run from 0001 to 9999"),
    (r"^\d+E\d+", "an exponent: outside our subset, write the year in four digits"),
    (r"^\d+S\d+", "significant digits: outside our subset, write X for unknown digits"),
    (r"^(unknown|open)$", "a word of an old draft: leave the end empty, or write '..'"),
    (r"[?~%]\d|\d[?~%]-|^[?~%]", "a mark on a part of a date: put one of ? ~ % at its end"),
    (r"[?~%]{2}", "two marks: write % for both doubtful and approximate"),
    (r"[Xx].*[?~%]", "X together with ? ~ %: leave the mark out, X is vague already"),
    (r"T.*[?~%]", "a mark on a time: outside our subset, only dates carry ? ~ %"),
    (
        r"^(?=.{0,3}[Xxu])[\dXxu]{4}(-|$)|-[Xxu]{2}|-\d[Xxu]",
        "unspecified digits are written 201X, 20XX, 2013-XX, 2013-01-XX or 2013-XX-XX",
    ),
    (r"T\d\d:\d\d($|[Z+-])", "a time without seconds: write them, as in 06:00:00Z"),
    (r"T\d\d:\d\d:\d\d[.,]\d", "a fraction of a second: write whole seconds"),
    (r"T.*[+-]\d\d(\d\d)?$", "an offset is written in full: +01:00"),
    (r"^[\d-]+[ t]\d", "date and time are joined by T: 2013-01-14T06:00:00Z"),
    (r"^P\d|W\d", f"a duration or a week: outside our subset, {_WRITE}"),
    (r"^\d{8}$", "a date is written with hyphens: 2013-01-14"),
    (r"^\d{5,}", "years run from 0001 to 9999, four digits"),
    (r"^\d{4}-\d{3}$", "a day of the year: outside our subset, write month and day"),
    (r"^\d{1,3}$|^\d{4}-\d($|-)|^\d{4}-\d\d-\d$", f"a digit is missing: {_WRITE}"),
)


@lru_cache(maxsize=4_096)
def _read(text: str) -> _Value:
    """Read a text of the subset; EdtfError for any other."""
    if not text:
        msg = f"an empty date: {_WRITE}"
        raise EdtfError(msg)
    if len(text) > LONGEST:
        msg = f"{quoted(text)}: a date of {len(text)} characters, more than {LONGEST}: {_WRITE}"
        raise EdtfError(msg)
    try:
        return _read_value(text)
    except (EdtfError, InstantError) as error:
        msg = f"{quoted(text)}: {error}"
        raise EdtfError(msg) from None


def _read_value(text: str) -> _Value:
    if not text.isascii():
        msg = f"a date has only ASCII digits, hyphens and signs: {_WRITE}"
        raise EdtfError(msg)
    if text[0] == "[" and text[-1] == "]" and ".." in text and "," not in text:
        return _read_range(text[1:-1])
    if "/" in text:
        return _read_span(text)
    return _Value("moment", _read_moment(text))


def _read_range(inner: str) -> _Value:
    before, _, after = inner.partition("..")
    if not before and not after:
        msg = "a range with no end says nothing: leave the date out"
        raise EdtfError(msg)
    value = _Value(
        "range",
        _read_moment(before) if before else None,
        _read_moment(after) if after else None,
        gap="" if before and after else "..",
    )
    if any(each.mark or each.unspecified for each in value.moments):
        msg = "the ends of a range are plain dates or times, without ? ~ % and X"
        raise EdtfError(msg)
    return value


def _read_span(text: str) -> _Value:
    if text.count("/") > 1:
        msg = f"a span a/b has one slash; for one date {_WRITE}"
        raise EdtfError(msg)
    before, _, after = text.partition("/")
    missing = [end for end in (before, after) if end in ("", "..")]
    if len(missing) > 1:
        msg = "a span with neither start nor end says nothing: leave the date out"
        raise EdtfError(msg)
    value = _Value(
        "span",
        None if before in missing else _read_moment(before),
        None if after in missing else _read_moment(after),
        gap="".join(missing),
    )
    if any(each.unspecified for each in value.moments):
        msg = "the ends of a span carry no X: write 2013-01 for 2013-01-XX, a year for a decade"
        raise EdtfError(msg)
    return value


def _read_moment(text: str) -> _Moment:
    if found := _DATE.fullmatch(text):
        return _read_date(*found.groups())
    if found := _TIME.fullmatch(text):
        year, month, day, hour, minute, second, offset = found.groups()
        check_date(int(year), int(month), int(day))
        micros_of_day(int(hour), int(minute), int(second))
        clock = f"{hour}:{minute}:{second}"
        return _Moment(int(year), int(month), int(day), clock, offset or "")
    if found := _YEAR_DIGITS.fullmatch(text):
        century, digits = found.groups()
        years = 100 if digits == "XX" else 10
        first = int(century + digits.replace("X", "0"))
        check_date(first)
        return _Moment(first, unspecified=True, years=years)
    if found := _DATE_DIGITS.fullmatch(text):
        here = check_date(*(int(part) for part in found.groups() if part))
        return _Moment(here.year, here.month if found[2] else None, unspecified=True)
    for pattern, message in _REFUSED:
        if re.search(pattern, text, re.ASCII):
            raise EdtfError(message)
    msg = f"not a date of our EDTF subset: {_WRITE}"
    raise EdtfError(msg)


def _read_date(year: str, month: str | None, day: str | None, mark: str) -> _Moment:
    if month and not day and int(month) in _SEASONS:
        msg = "a season: outside our subset, write its months as a range: [2013-03..2013-05]"
        raise EdtfError(msg)
    here = check_date(*(int(part) for part in (year, month, day) if part))
    return _Moment(here.year, here.month if month else None, here.day if day else None, mark=mark)


# -- value -> instants -----------------------------------------------------------------------


@lru_cache(maxsize=65_536)
def parse_edtf(text: str, zone: str = "UTC", *, local_times: bool = False) -> Span:
    """Read an EDTF value of the subset; give its instants, with dates taken as days of `zone`.

    zone: as check_zone takes it.  local_times: a time without zone is read in `zone` instead of
    refused.  Raises EdtfError, and nothing else, for any text or zone.
    """
    value = _read(text)
    try:
        return _place(value, check_zone(zone), local_times=local_times)
    except InstantError as error:
        msg = f"{quoted(text)}: {error}"
        raise EdtfError(msg) from None


def has_local_time(text: str) -> bool:
    """Say whether a text holds a time that names no zone; True or False for any text."""
    return bool(_LOCAL_TIME.search(text))


def _bounds(moment: _Moment, zone: str) -> Bounds:
    if moment.clock:
        hour, minute, second = map(int, moment.clock.split(":"))
        day = check_date(moment.year, moment.month or 1, moment.day or 1)
        return time_bounds(day, micros_of_day(hour, minute, second), SECOND, moment.offset or zone)
    if moment.years > 1:
        last = date_bounds(moment.year + moment.years - 1, None, None, zone)
        return Bounds(date_bounds(moment.year, None, None, zone).earliest, last.latest)
    margin = 1 if moment.mark in ("~", "%") else 0
    return date_bounds(moment.year, moment.month, moment.day, zone, margin=margin)


def _place(value: _Value, zone: str, *, local_times: bool) -> Span:
    if not local_times and any(each.clock and not each.offset for each in value.moments):
        raise InstantError(NO_ZONE)
    first = _bounds(value.first, zone) if value.first else None
    last = _bounds(value.last, zone) if value.last else None
    stated = [each for each in (first, last) if each]  # one at least: _read sees to it
    if stated[-1].latest <= stated[0].earliest:
        msg = "the end lies before the start: write the earlier one first"
        raise InstantError(msg)
    earliest = first.earliest if first else PAST_OPEN
    if value.form == "moment":
        return _span(value, stated[0], None, earliest)
    if value.form == "span":
        # A span without a start claims all the time up to its end: it speaks of the open past.
        return _span(value, first or Bounds(PAST_OPEN, stated[-1].latest), last, earliest)
    # "By 21 January" bounds the moment, and claims nothing about the days before.
    start = Bounds(earliest, last.latest if last else FUTURE_OPEN)
    return _span(value, start, None, stated[0].earliest)


def _span(value: _Value, start: Bounds, end: Bounds | None, speaks_from: Instant) -> Span:
    marks = {each.mark for each in value.moments}
    doubtful, approximate = bool(marks & {"?", "%"}), bool(marks & {"~", "%"})
    return Span(start, end, start.earliest == PAST_OPEN, doubtful, approximate, speaks_from)


# -- value -> words --------------------------------------------------------------------------

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CENTURY = 100
_ONE_END = {  # (form, whether the start is stated, what stands for the other end)
    ("range", True, ".."): "from {}",
    ("range", False, ".."): "by {}",
    ("span", True, ".."): "since {}",
    ("span", True, ""): "from {}, end unknown",
    ("span", False, ".."): "until {}",
    ("span", False, ""): "until {}, start unknown",
    ("moment", True, ""): "{}",
}


def somewhere_in(bounds: Bounds) -> str:
    """Write a moment that lies in bounds: `[first..last]`, in days of UTC if they are whole ones.

    In seconds otherwise; an open end is left out.
    """
    first, upto = bounds
    if first + 1 < upto < FUTURE_OPEN and (upto - 1) % DAY == 0:
        upto -= 1  # what holds through a day ends at midnight at the latest
    stated = (one for one in (first, upto) if PAST_OPEN < one < FUTURE_OPEN)
    days = all(one % DAY == 0 for one in stated)

    def said(instant: Instant) -> str:
        text = format_instant(instant)
        return text[:_A_DAY] if days else f"{text[:_A_SECOND]}Z"

    begins = "" if first == PAST_OPEN else said(first)
    return f"[{begins}..{'' if upto == FUTURE_OPEN else said(upto - 1)}]"


def describe(text: str) -> str:
    """Say an EDTF value in words: `about 14 Jan 2013`, `by 21 Jan 2013`, `Mar-Apr 2012`.

    Accepts whatever parse_edtf accepts in some zone.  Raises EdtfError for a text that is not of
    the subset.
    """
    value = _read(text)
    if value.first and value.last:
        if value.form == "range":
            return _say_range(value.first, value.last)
        return f"{_say(value.first)} to {_say(value.last)}"
    words = _ONE_END[value.form, value.first is not None, value.gap]
    return words.format(_say(value.moments[0]))


def _say(moment: _Moment) -> str:
    words = _say_years(moment)
    if moment.month:
        words = f"{_MONTH_NAMES[moment.month - 1]} {words}"
    if moment.day:
        words = f"{moment.day} {words}"
    if moment.clock:
        words = f"{words} {moment.clock}{moment.offset}"
    about = "about " if moment.mark in ("~", "%") else ""
    return f"{about}{words}{'?' if moment.mark in ('?', '%') else ''}"


def _say_years(moment: _Moment) -> str:
    if moment.years == _CENTURY:
        return f"{moment.year:04}-{moment.year + _CENTURY - 1:04}"
    return f"{moment.year:04}" if moment.years == 1 else f"the {moment.year:04}s"


def _say_range(first: _Moment, last: _Moment) -> str:
    """Say both ends, the month and year once where they share them: `17-21 Jan 2013`."""
    if first == last:
        return _say(first)
    if (bool(first.month), bool(first.day)) != (bool(last.month), bool(last.day)):
        return f"{_say(first)} - {_say(last)}"
    shared = ""
    if first.year == last.year:
        shared = f" {_say_years(last)}"
    if shared and first.day and last.month and first.month == last.month:
        shared = f" {_MONTH_NAMES[last.month - 1]}{shared}"
    head = _say(first).removesuffix(shared)
    return f"{head}{' - ' if ' ' in head else '-'}{_say(last)}"
