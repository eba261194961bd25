"""Hedges: what the words around a time leave open, such as "about", "by", "before", "between".

Precision is never invented: a hedge makes the time wider, and stands in the phrase that is kept.
One that is understood but cannot be written is marked, for a person to fill in.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from tracker.edtf import parse_edtf, somewhere_in
from tracker.instants import Bounds
from tracker.sheets import MISSING


class Time(NamedTuple):
    """A time in a text: where it stands, and what it says as EDTF before its hedges are read.

    relative: it counts from publication.  whole: "before" it is before it began, which is so of
    days and months, not of "Monday evening".  sort: the sort of pattern that it was read by.
    lent: its month was taken from the time that follows or goes before, as of the 3 in "3 or 4
    March"; alone it is no time.
    """

    start: int
    stop: int
    edtf: str
    relative: bool
    whole: bool = True
    sort: str = ""
    lent: bool = False


_PLAIN = re.compile(r"\d{4}(?:-\d\d){0,2}")
_A_DAY = len("2013-01-14")
_NTH = re.compile(r"\d\d?(?:st|nd|rd|th)", re.IGNORECASE)


def is_plain(edtf: str) -> bool:
    """Whether this is a day, a month or a year, with nothing left open."""
    return _PLAIN.fullmatch(edtf) is not None


def days(edtf: str) -> tuple[str, str]:
    """Give the first and the last day that a time leaves open."""
    span = parse_edtf(edtf)
    bounds = Bounds(span.start.earliest, (span.end or span.start).latest)
    first, _, last = somewhere_in(bounds)[1:-1].partition("..")
    return first, last


def ends(edtf: str) -> tuple[str, str]:
    """Give what a time lies between; a plain one as it is, whatever its precision."""
    return (edtf, edtf) if is_plain(edtf) else days(edtf)


def _day(text: str, by: int) -> str:
    return str(date.fromisoformat(text) + timedelta(days=by))


# -- what the words say --------------------------------------------------------------------------

_Reading = Callable[[Time, date], str]


def _about(time: Time, _published: date) -> str:
    if is_plain(time.edtf):
        return f"{time.edtf}~"
    return time.edtf if time.edtf.endswith("~") else MISSING


def _by(time: Time, _published: date) -> str:
    """Say that it was so by then; "until" a time says no more, of when it began it says nothing."""
    bare = time.edtf.removesuffix("~") if time.sort == "ago" else time.edtf
    return f"[..{ends(bare)[1]}]"


def _not_before(time: Time, published: date) -> str:
    bare = time.edtf.removesuffix("~") if time.sort == "ago" else time.edtf
    return _upto(ends(bare)[0], published)


def _upto(first: str, published: date) -> str:
    """Give what lies between a day and publication: a report tells of nothing later."""
    return f"[{first}..{published if first <= str(published) else ''}]"


def _before(time: Time, _published: date) -> str:
    first, last = days(time.edtf)
    if time.edtf.endswith("~"):
        return f"[..{_day(last, -1)}]"
    if not (time.whole and is_plain(time.edtf)):
        return f"[..{last}]"
    return f"[..{_day(first, -1)[: len(time.edtf)]}]"


def _after(time: Time, published: date) -> str:
    first, last = days(time.edtf)
    if time.edtf.endswith("~"):
        return _upto(_day(first, 1), published)
    if not (time.whole and is_plain(time.edtf)):
        return _upto(first, published)
    return _upto(_day(last, 1)[: len(time.edtf)], published)


def _since(time: Time, _published: date) -> str:
    return time.edtf if time.edtf.startswith("[") else f"{time.edtf}/.."


def _perhaps(time: Time, _published: date) -> str:
    if is_plain(time.edtf):
        return f"{time.edtf}?"
    return f"{time.edtf[:-1]}%" if time.edtf.endswith("~") else MISSING


def _night(time: Time, _published: date) -> str:
    """The night of a day goes on into the next one."""
    if time.sort == "weekday" or not is_plain(time.edtf) or len(time.edtf) != _A_DAY:
        return time.edtf
    return f"[{time.edtf}..{_day(time.edtf, 1)}]"


def _week(time: Time, _published: date) -> str:
    return MISSING if len(time.edtf) == _A_DAY else time.edtf


def _unread(_time: Time, _published: date) -> str:
    return MISSING


class _Hedge(NamedTuple):
    """Words before a time, or after it, and how they have it read; of `only` one sort, or any."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    read: _Reading
    only: str = ""


def _hedge(before: str, after: str, read: _Reading, only: str = "") -> _Hedge:
    return _Hedge(
        re.compile(rf"\b(?:{before})\s+(?:the\s+|last\s+)?$", re.IGNORECASE) if before else None,
        re.compile(rf",?\s+(?:{after})(?!\w)", re.IGNORECASE) if after else None,
        read,
        only,
    )


_ROUGHLY = (
    _hedge(
        "(?:on or )?about|(?:on or )?around|circa|ca?\\.|approximately|roughly|somewhere around|"
        "some ?time around|round about",
        "or so|or thereabouts",
        _about,
    ),
    _hedge("nearly|almost|some|close to|just over|just under|a little over", "", _about, "ago"),
)
_OTHERS = (
    _hedge(r"within (?:[\w-]+ ){1,4}?of|(?<=the )(?:following|preceding)|between", "", _unread),
    _hedge("every|each", "", _unread),
    _hedge("week(?:end)? (?:of|ending|beginning|starting)(?: on)?", "", _week),
    _hedge("night of", "", _night),
    _hedge("(?:well )?(?:more than|over|above)|at least|no less than", "", _by, "ago"),
    _hedge("less than|under|at most|up to|no more than|within", "", _not_before, "ago"),
    _hedge(
        "by|on or before|no later than|not later than|until|till?|up to|up until|through",
        "at the latest|or (?:earlier|before|sooner)(?= *[.,;:)])",
        _by,
    ),
    _hedge(
        "not before|not earlier than|no earlier than|no sooner than|on or after",
        "at the earliest|or (?:later|after)(?= *[.,;:)])",
        _not_before,
    ),
    _hedge("(?:ever )?since", "onwards?", _since),
    _hedge("before|prior to|ahead of|earlier than", "", _before),
    _hedge("after|following|later than", "", _after),
)
_MAYBE = (_hedge("perhaps|possibly|probably|maybe|presumably|most likely", "", _perhaps),)
_FAR = 60
"""Characters before a time that hold any hedge of it."""
_NAMING = re.compile(r"the\s+$", re.IGNORECASE)


def roughly(text: str, time: Time, published: date) -> Time:
    """Read the hedges that say that a time is about right."""
    return _read(text, time, published, _ROUGHLY, 0)


def hedged(text: str, time: Time, published: date, free: int = 0) -> Time:
    """Read what else stands around a time: "by", "before", "since", and then "perhaps".

    `free` is where the time before it ends: no word up to there is a hedge of this one.
    """
    if text.startswith(("'s", "\u2019s"), time.stop):
        time = time._replace(whole=False)  # before Monday's attack may be on that day too
    return _read(text, _read(text, time, published, _OTHERS, free), published, _MAYBE, free)


def _read(text: str, time: Time, published: date, hedges: tuple[_Hedge, ...], free: int) -> Time:
    for one in hedges:
        if one.only and one.only != time.sort:
            continue
        before = one.before and one.before.search(text, max(free, time.start - _FAR), time.start)
        after = one.after and one.after.match(text, time.stop)
        if not (before or after):
            continue
        start, stop = before.start() if before else time.start, after.end() if after else time.stop
        if _NAMING.search(text, start, time.start) and not _NTH.match(text, time.start):
            time = time._replace(whole=False)  # before the Monday attack
        edtf = time.edtf if time.edtf == MISSING else one.read(time, published)
        return time._replace(start=start, stop=stop, edtf=edtf)
    return time
