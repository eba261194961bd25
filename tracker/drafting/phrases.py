"""Phrases: times as English prose states them, read from the day of publication.

What a phrase leaves open stays open: "a week ago" is about that day, "earlier this week" lies
between its Monday and the day of publication. A day or a month without its year is the nearest one
before publication; "next" turns to the one after. What is not understood is not guessed at.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from tracker.drafting.counts import NUMBER_WORDS
from tracker.edtf import parse_edtf

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{one}|{one[:3]}\\.?" for one in _MONTHS) + "|sept\\.?"
_DAY = "|".join(_DAYS)
_COUNT = "|".join(["an?", r"\d+", *NUMBER_WORDS])
_PART = "(?: (?:morning|afternoon|evening|night))?"
_HALF_A_YEAR = 183


class Phrase(NamedTuple):
    """A time in a text: where it stands, what it says as EDTF, and from what it was counted."""

    start: int
    stop: int
    edtf: str
    anchor: str


_Reader = Callable[[re.Match[str], date], str]


def phrases(text: str, published: date) -> list[Phrase]:
    """Give the times that a text states, in its order; none overlaps another.

    `published` is the day of publication where that counts. "Since" before a time makes it the
    start of a span that has not ended.
    """
    found: list[Phrase] = []
    for pattern, read, relative in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.stop and one.start < match.end() for one in found):
                continue
            start = match.start()
            since = _SINCE.search(text, 0, start)
            try:
                edtf = read(match, published)
                if since or match.groupdict().get("word", "").lower() == "since":
                    start, edtf = since.start() if since else start, _from(edtf)
                parse_edtf(edtf)
            except (ValueError, OverflowError):  # 31 February; a month before the year 1
                continue
            anchor = f"published {published:%A} {published}" if relative else "dated in the text"
            found.append(Phrase(start, match.end(), edtf, anchor))
    return sorted(found)


_SINCE = re.compile(r"\bsince (?:last )?$", re.IGNORECASE)


def _from(edtf: str) -> str:
    """Give the span from a time on."""
    return edtf if edtf.startswith("[") else f"{edtf}/.."


def _iso(match: re.Match[str], _published: date) -> str:
    return date.fromisoformat(match[0]).isoformat()


def _full(match: re.Match[str], _published: date) -> str:
    return date(int(match["year"]), _month(match), int(match["day"])).isoformat()


def _day_of_month(match: re.Match[str], published: date) -> str:
    """Read a day without its year: the nearest one."""
    month, day = _month(match), int(match["day"])
    years = (published.year - 1, published.year, published.year + 1)
    near = min((date(year, month, day) for year in years if _is_day(year, month, day)),
               key=lambda one: abs(one - published))  # fmt: skip
    return near.isoformat()


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _month_of_year(match: re.Match[str], _published: date) -> str:
    return f"{int(match['year']):04}-{_month(match):02}"


def _bare_month(match: re.Match[str], published: date) -> str:
    month = _month(match)
    year = published.year - (month > published.month)
    if match["next"]:
        year += 1
    return f"{year:04}-{month:02}"


def _month(match: re.Match[str]) -> int:
    begun = match["month"][:3].lower()
    return next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(begun))


def _year(match: re.Match[str], _published: date) -> str:
    return match["year"]


def _weekday(match: re.Match[str], published: date) -> str:
    """Read a day of the week: the last one up to publication; "last" is never that day itself."""
    back = (published.weekday() - _DAYS.index(match["name"].lower())) % 7
    which = (match["which"] or "").lower()
    if which in {"next", "coming", "this coming"}:
        return (published + timedelta(days=7 - back)).isoformat()
    if which in {"last", "the previous"} and back == 0:
        back = 7
    return (published - timedelta(days=back)).isoformat()


def _ago(match: re.Match[str], published: date) -> str:
    said = match["count"].lower()
    count = int(said) if said.isdigit() else 1 if said in {"a", "an"} else NUMBER_WORDS[said]
    match match["unit"].lower():
        case "day":
            return (published - timedelta(days=count)).isoformat()
        case "week":
            return f"{published - timedelta(weeks=count)}~"
        case "month":
            months = published.year * 12 + published.month - 1 - count
            return f"{months // 12:04}-{months % 12 + 1:02}~"
        case _:
            return f"{published.year - count:04}~"


def _named(match: re.Match[str], published: date) -> str:
    return _NAMED[" ".join(match[0].lower().split())](published)


def _days(published: date, first: int, last: int) -> str:
    return f"[{published + timedelta(days=first)}..{published + timedelta(days=last)}]"


def _month_before(published: date) -> str:
    last = published.replace(day=1) - timedelta(days=1)
    return f"{last:%Y-%m}"


_NAMED: dict[str, Callable[[date], str]] = {
    "yesterday": lambda day: str(day - timedelta(days=1)),
    **dict.fromkeys(
        ("today", "this morning", "this afternoon", "this evening", "tonight", "now", "currently",
         "at the moment", "so far", "at present"),
        str,
    ),
    "tomorrow": lambda day: str(day + timedelta(days=1)),
    **dict.fromkeys(("last night", "overnight"), lambda day: _days(day, -1, 0)),
    **dict.fromkeys(
        ("earlier this week", "this week"),
        lambda day: _days(day, -day.weekday(), 0) if day.weekday() else str(day),
    ),
    "last week": lambda day: _days(day, -day.weekday() - 7, -day.weekday() - 1),
    "last month": _month_before,
    **dict.fromkeys(("earlier this month", "this month"), lambda day: f"{day:%Y-%m}"),
    "last year": lambda day: f"{day.year - 1:04}",
    **dict.fromkeys(("earlier this year", "this year"), lambda day: f"{day.year:04}"),
}  # fmt: skip


def _pattern(text: str, read: _Reader, *, relative: bool) -> tuple[re.Pattern[str], _Reader, bool]:
    return re.compile(rf"\b(?:{text})(?!\w)", re.IGNORECASE), read, relative


_ON = f"(?:on |by |early on |late on )?(?:(?:{_DAY}),? )?"
_NTH = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_OF = f"(?P<month>{_MONTH})"
_IN_YEAR = r",? (?P<year>\d{4})"
_PATTERNS = (
    _pattern(r"\d{4}-\d{2}-\d{2}", _iso, relative=False),
    _pattern(f"{_ON}{_OF} {_NTH}{_IN_YEAR}", _full, relative=False),
    _pattern(f"{_ON}{_NTH}(?: of)? {_OF}{_IN_YEAR}", _full, relative=False),
    _pattern(f"(?:in |by )?{_OF}{_IN_YEAR}", _month_of_year, relative=False),
    _pattern(f"{_ON}{_OF} {_NTH}", _day_of_month, relative=True),
    _pattern(f"{_ON}{_NTH}(?: of)? {_OF}", _day_of_month, relative=True),
    _pattern(f"(?P<count>{_COUNT}) (?P<unit>day|week|month|year)s? ago", _ago, relative=True),
    _pattern(
        "(?:on |by |early on |late on )?"
        "(?:(?P<which>last|next|this coming|coming|this|the previous) )?"
        f"(?P<name>{_DAY}){_PART}",
        _weekday,
        relative=True,
    ),
    _pattern("|".join(sorted(_NAMED, key=len, reverse=True)), _named, relative=True),
    _pattern(
        "(?P<word>in|since|until|by|during) (?:last |early |late |mid-)?(?P<next>next )?"
        f"(?P<month>{'|'.join(_MONTHS)})",
        _bare_month,
        relative=True,
    ),
    _pattern(r"(?P<word>in|since|during) (?P<year>(?:19|20)\d\d)", _year, relative=False),
)
