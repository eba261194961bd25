"""Joining: two times that are one, such as "between 3 and 5 March" and "on Monday or Tuesday".

"Between", "or" and "the night of" tell of one moment somewhere in it; "from 3 to 5 March" and
"3-5 March" of all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tracker.drafting.hedges import Time, ends, is_plain
from tracker.edtf import parse_edtf
from tracker.sheets import MISSING

_GAP = re.compile(
    r"\s*(?P<sign>[-–—/])\s*(?:on )?"
    r"|,?\s+(?P<word>to|and/or|and|or|until|till|through)\s+(?:on\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_COMMA = re.compile(r",\s+(?:on\s+)?(?:the\s+)?", re.IGNORECASE)
_OPENS = re.compile(
    r"\b(?P<word>between|from|either|night\s+(?:of|from|between))\s+(?:on\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_FAR = 40
"""Characters before a time that hold the word which opens a pair."""
_WEEK = timedelta(days=7)


def joined(text: str, times: Sequence[Time]) -> Iterator[Time]:
    """Yield times, those that are one as one; what was lent its month and is in no pair is none."""
    at = 0
    while at < len(times):
        last = _last_of(text, times, at)
        one = _one(text, times[at], times[last]) if last > at else None
        if one is not None:
            at = last
        elif not times[at].lent:
            one = times[at]
        if one is not None:
            yield one
        at += 1


def _last_of(text: str, times: Sequence[Time], at: int) -> int:
    """Give the last of the times that a row of them goes on to: "Monday, Tuesday or Wednesday"."""
    last = at
    while last + 1 < len(times):
        between = (text, times[last].stop, times[last + 1].start)
        if _GAP.fullmatch(*between):
            return last + 1
        if not _COMMA.fullmatch(*between):
            break
        last += 1
    return at


def _one(text: str, first: Time, last: Time) -> Time | None:
    """Make one time of the first and the last of a row; None if they are two."""
    opens = _OPENS.search(text, max(0, first.start - _FAR), first.start)
    opened = " ".join(opens["word"].lower().split()) if opens else ""
    links = list(_GAP.finditer(text, first.stop, last.start))
    link = links[-1]
    word = (link["sign"] or link["word"]).lower()
    if word == "and" and opened != "between":
        return None
    somewhere = opened not in {"", "from"} or word in {"or", "and/or", "/"} or first.sort == "ago"
    start = opens.start() if opens else first.start
    edtf = _written(first, last, somewhere=somewhere, either="or" in word)
    return first._replace(
        start=start, stop=last.stop, edtf=edtf, relative=first.relative or last.relative,
        whole=False, sort="pair", lent=False,
    )  # fmt: skip


def _written(first: Time, last: Time, *, somewhere: bool, either: bool) -> str:
    if MISSING in {first.edtf, last.edtf}:
        return MISSING
    spans = _can_end_a_span(first.edtf) and _can_end_a_span(last.edtf) and not somewhere
    try:
        one, other = _in_order(first, last, either=either and not spans)
        edtf = f"{one}/{other}" if spans else f"[{ends(one)[0]}..{ends(other)[1]}]"
        parse_edtf(edtf)
    except (ValueError, OverflowError):  # its end lies before its start, or after the year 9999
        return MISSING
    return edtf


def _can_end_a_span(edtf: str) -> bool:
    return is_plain(edtf.removesuffix("~"))


def _in_order(first: Time, last: Time, *, either: bool) -> tuple[str, str]:
    """Give both, the earlier one first: from Friday to Monday, told on a Sunday, began before it.

    "Sunday or Monday" told on that day may be this Sunday or the last one.
    """
    one, other = first.edtf, last.edtf
    if one <= other or {first.sort, last.sort} not in ({"weekday"}, {"ago"}):
        return one, other
    if first.sort == "ago":
        return other, one
    before = str(date.fromisoformat(one) - _WEEK)
    return before, one if either else other
