"""Dates: times as English prose states them, before the words around them are looked at.

A day or a month without its year is the nearest one before publication; "next" turns to the one
after. Of "3 or 4 March" both days are given, of which the 3 was lent its month.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from tracker.drafting.counts import NUMBER_WORDS
from tracker.drafting.hedges import Time
from tracker.edtf import parse_edtf
from tracker.sheets import MISSING

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH = "|".join(f"{one}|{one[:3]}\\.?" for one in _MONTHS) + "|sept\\.?"
_DAY = "|".join(_DAYS)
_WEEKDAY = re.compile(_DAY, re.IGNORECASE)
_COUNT = "|".join(["an?", r"\d+", *NUMBER_WORDS])
_PART = "(?P<part> (?:morning|afternoon|evening|night))?"

_Reader = Callable[[re.Match[str], date], str]


class _Pattern(NamedTuple):
    """Words for a time, and how they are read.

    relative: from the day of publication.  sort: what `Time` has for it.  other: how the other
    one of two times is read.  told: what else has to hold, so that they are a time at all.
    """

    words: re.Pattern[str]
    read: _Reader
    relative: bool
    sort: str
    other: _Reader | None
    told: Callable[[re.Match[str]], bool] | None


def times(text: str, published: date) -> list[Time]:
    """Give the times of a text, in its order, without what stands around them."""
    found: list[Time] = []
    for pattern in _PATTERNS:
        for match in pattern.words.finditer(text):
            if any(match.start() < one.stop and one.start < match.end() for one in found):
                continue
            if pattern.told is not None and not pattern.told(match):
                continue
            try:
                found += _read(match, pattern, published)
            except (ValueError, OverflowError):  # 31 February; a month before the year 1
                continue
    return sorted(found)


def _read(match: re.Match[str], pattern: _Pattern, published: date) -> list[Time]:
    """Give the time of a match, or its two: `early` and `late` say where they stand."""
    whole = pattern.sort != "named" and not match.groupdict().get("part")
    edtf = pattern.read(match, published)
    parse_edtf(edtf)
    if _is_of_another_weekday(match, edtf):
        edtf = MISSING
    one = Time(match.start(), match.end(), edtf, pattern.relative, whole, pattern.sort)
    if pattern.other is None:
        return [one]
    other = pattern.other(match, published)
    parse_edtf(other)
    early, late = one._replace(stop=match.end("early")), one._replace(start=match.start("late"))
    if match.start("other") < match.start("late"):
        return [early._replace(edtf=other, lent=True), late]
    return [early, late._replace(edtf=other, lent=True)]


def _is_of_another_weekday(match: re.Match[str], edtf: str) -> bool:
    """Whether a day of the month is said to be a day of the week that it was not."""
    named = _WEEKDAY.search(match[0]) if "day" in match.groupdict() else None
    if named is None or len(edtf) != len("2013-01-14"):
        return False
    return date.fromisoformat(edtf).weekday() != _DAYS.index(named[0].lower())


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
    return _number_of(match["month"])


def _number_of(month: str) -> int:
    begun = month[:3].lower()
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
    return _back(match["count"], match["unit"], published)


def _back(said: str, unit: str, published: date) -> str:
    said = said.lower()
    count = int(said) if said.isdigit() else 1 if said in {"a", "an"} else NUMBER_WORDS[said]
    match unit.lower():
        case "day":
            return (published - timedelta(days=count)).isoformat()
        case "week":
            return f"{published - timedelta(weeks=count)}~"
        case "month":
            months = published.year * 12 + published.month - 1 - count
            return f"{months // 12:04}-{months % 12 + 1:02}~"
        case _:
            return f"{published.year - count:04}~"


def _nth(match: re.Match[str], published: date) -> str:
    """Read a day that names no month: the last one up to publication."""
    day = int(match["day"])
    month = published.replace(day=1)
    if day > published.day:
        month = (month - timedelta(days=1)).replace(day=1)
    return month.replace(day=day).isoformat()


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


# -- of two days, months or years, the one that is not said in full --------------------------------


def _other_day(match: re.Match[str], published: date) -> str:
    """Read the 3 of "3 or 4 March"."""
    read = _full if match.groupdict().get("year") else _day_of_month
    return str(date.fromisoformat(read(match, published)).replace(day=int(match["other"])))


def _other_month(match: re.Match[str], published: date) -> str:
    """Read the March of "March or April"; December before January is of the year before."""
    read = _month_of_year if match.groupdict().get("year") else _bare_month
    year, month = map(int, read(match, published).split("-"))
    other = _number_of(match["other"])
    return f"{year - (other > month):04}-{other:02}"


def _other_year(match: re.Match[str], _published: date) -> str:
    """Read the 11 of "2010-11"."""
    return f"{match['year'][: -len(match['other'])]}{match['other']}"


def _other_nth(match: re.Match[str], published: date) -> str:
    """Read the 3rd of "between the 3rd and 5th": both are of one month."""
    return str(date.fromisoformat(_nth(match, published)).replace(day=int(match["other"])))


def _other_ago(match: re.Match[str], published: date) -> str:
    """Read the two of "two or three days ago"."""
    return _back(match["other"], match["unit"], published)


# -- what is a time only after some words ----------------------------------------------------------

_DATED = re.compile(r"\b(?:since|until|by)\s+$", re.IGNORECASE)
_HEDGED = re.compile(
    r"\b(?:since|until|till?|by|before|after|around|about|circa|between|from|prior to|ahead of|"
    r"no (?:later|earlier) than|not before)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_IN_A = re.compile(r"\b(?:in|during)\s+$", re.IGNORECASE)
_ENDED = re.compile(r"\s*(?:[.,;:)!?\"”]|$)")
_FAR = 40
"""Characters before a time that hold such words."""


def _follows(words: re.Pattern[str], match: re.Match[str]) -> bool:
    start = match.start()
    return words.search(match.string, max(0, start - _FAR), start) is not None


def _is_month(match: re.Match[str]) -> bool:
    """Whether a month without its year is told of as one: "may" and "march" are words too."""
    if match["word"] or _follows(_DATED, match):
        return True
    named = match.groupdict().get("other") or match["month"]
    return named[0].isupper() and _follows(_HEDGED, match)


def _is_year(match: re.Match[str]) -> bool:
    """Whether four digits are a year, and count nobody: "by 2012.", not "about 2000 fighters"."""
    if match["word"]:
        return True
    ended = _ENDED.match(match.string, match.end()) is not None
    return _follows(_SINCE, match) or (ended and _follows(_HEDGED, match))


def _is_day_of(match: re.Match[str]) -> bool:
    """Whether a number after a month is a day of it: "May 3", not "in May 30 soldiers died"."""
    return not _follows(_IN_A, match)


def _is_nth(match: re.Match[str]) -> bool:
    """Whether an ordinal is a day: "on the 3rd", not "by the 3rd Brigade"."""
    return bool(match["word"]) or _follows(_HEDGED, match)


# -- patterns --------------------------------------------------------------------------------------


def _pattern(
    text: str,
    read: _Reader,
    *,
    relative: bool,
    sort: str = "",
    other: _Reader | None = None,
    told: Callable[[re.Match[str]], bool] | None = None,
) -> _Pattern:
    words = re.compile(rf"\b(?:{text})(?!\w)", re.IGNORECASE)
    return _Pattern(words, read, relative, sort, other, told)


_SINCE = re.compile(r"\bsince\s+$", re.IGNORECASE)
_TH = "(?:st|nd|rd|th)"
_ON_A_DAY = f"(?:(?:{_DAY}),? )?(?:the )?"
_ON = f"(?:on |early on |late on )?{_ON_A_DAY}"
_NTH = rf"(?P<day>\d\d?){_TH}?"
_OTHER = rf"(?P<other>\d\d?){_TH}?(?:, (?:the )?\d\d?{_TH}?)*"
_OF = f"(?P<month>{_MONTH})"
_IN_YEAR = r",? (?P<year>\d{4})"
_OR = (
    r"(?:\s*[-–—/]\s*|,?\s+(?:to|and/or|and|or|until|till|through)\s+)"
    r"(?:(?:about|around|the)\s+)?"
)
_OR_SO = rf"(?:(?P<sign>\s*[-–—/]\s*)|{_OR})"
_END = rf"(?(sign)|(?={_ENDED.pattern}|\s+(?:and|in|at|as|when|while|but|with)\b))"
_DAY_OR_DAY = (
    rf"(?<![\d.,])(?P<early>{_ON}{_OTHER}){_OR}"
    f"(?P<late>{_ON_A_DAY}{_NTH}(?: of)? {_OF}"
)
_MONTH_DAYS = (
    rf"(?P<early>{_ON}{_OF} (?:the )?{_NTH}(?:, \d\d?{_TH}?)*){_OR_SO}"
    rf"(?P<late>(?P<other>\d\d?){_TH}?"
)
_FULL_MONTH = "|".join(_MONTHS)
_IN = "(?:(?P<word>in|during) )?(?:last |early |late |mid-)?"
_MONTH_OR = rf"(?P<early>{_IN}(?P<other>{_FULL_MONTH})){_OR}"
_PATTERNS = (
    _pattern(r"\d{4}-\d{2}-\d{2}", _iso, relative=False),
    _pattern(f"{_MONTH_DAYS}{_IN_YEAR})", _full, relative=False, other=_other_day),
    _pattern(f"{_DAY_OR_DAY}{_IN_YEAR})", _full, relative=False, other=_other_day),
    _pattern(f"{_ON}{_OF} (?:the )?{_NTH}{_IN_YEAR}", _full, relative=False),
    _pattern(f"{_ON}{_NTH}(?: of)? {_OF}{_IN_YEAR}", _full, relative=False),
    _pattern(
        rf"{_MONTH_OR}(?P<late>{_OF}{_IN_YEAR})", _month_of_year, relative=False,
        other=_other_month,
    ),
    _pattern(f"(?:in )?{_OF}{_IN_YEAR}", _month_of_year, relative=False),
    _pattern(f"{_MONTH_DAYS}){_END}", _day_of_month, relative=True, other=_other_day),
    _pattern(f"{_DAY_OR_DAY})", _day_of_month, relative=True, other=_other_day),
    _pattern(
        f"{_ON}{_OF} (?:the )?{_NTH}", _day_of_month, relative=True, told=_is_day_of
    ),
    _pattern(f"{_ON}{_NTH}(?: of)? {_OF}", _day_of_month, relative=True),
    _pattern(
        f"(?P<early>(?P<other>{_COUNT}))(?: (?:day|week|month|year)s?)?{_OR}"
        f"(?P<late>(?P<count>{_COUNT}) (?P<unit>day|week|month|year)s? ago)",
        _ago, relative=True, sort="ago", other=_other_ago,
    ),
    _pattern(
        f"(?P<early>(?P<other>an?|one) (?P<unit>day|week|month|year)){_OR}"
        f"(?P<late>(?P<count>{_COUNT}) ago)",
        _ago, relative=True, sort="ago", other=_other_ago,
    ),
    _pattern(
        f"(?P<count>{_COUNT}) (?P<unit>day|week|month|year)s? ago", _ago, relative=True, sort="ago"
    ),
    _pattern(
        "(?:on |early on |late on )?"
        "(?:(?P<which>last|next|this coming|coming|this|the previous) )?"
        f"(?P<name>{_DAY}){_PART}",
        _weekday,
        relative=True,
        sort="weekday",
    ),
    _pattern(
        "|".join(sorted(_NAMED, key=len, reverse=True)), _named, relative=True, sort="named"
    ),
    _pattern(
        rf"{_MONTH_OR}(?P<late>(?P<next>next )?(?P<month>{_FULL_MONTH}))", _bare_month,
        relative=True, other=_other_month, told=_is_month,
    ),
    _pattern(
        f"{_IN}(?P<next>next )?(?P<month>{_FULL_MONTH})", _bare_month, relative=True,
        told=_is_month,
    ),
    _pattern(
        r"(?P<early>(?:(?P<word>in|during) )?(?P<year>(?:19|20)\d\d))"
        rf"{_OR}(?P<late>(?P<other>(?:19|20)?\d\d))",
        _year, relative=False, other=_other_year, told=_is_year,
    ),
    _pattern(
        r"(?:(?P<word>in|during) )?(?P<year>(?:19|20)\d\d)", _year, relative=False, told=_is_year
    ),
    _pattern(
        rf"(?P<early>(?:(?P<word>on) )?the (?P<other>\d\d?){_TH}){_OR}"
        rf"(?P<late>(?P<day>\d\d?){_TH})(?={_ENDED.pattern})",
        _nth, relative=True, other=_other_nth, told=_is_nth,
    ),
    _pattern(
        rf"(?:(?P<word>on|early on|late on) )?the (?P<day>\d\d?){_TH}(?={_ENDED.pattern})", _nth,
        relative=True, told=_is_nth,
    ),
)  # fmt: skip
