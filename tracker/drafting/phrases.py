"""Phrases: times as English prose states them, read from the day of publication.

What a phrase leaves open stays open: "a week ago" is about that day, "earlier this week" lies
between its Monday and the day of publication, "by 20 March" is that day or any before. What is not
understood is not guessed at. The times alone are read in dates.py, what stands around them in
hedges.py, and two that are one in joining.py.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from tracker.drafting.datelines import dateline
from tracker.drafting.dates import times
from tracker.drafting.hedges import hedged, roughly
from tracker.drafting.joining import joined
from tracker.edtf import parse_edtf
from tracker.sheets import MISSING

_NOT = re.compile(r"\bnot\s+$", re.IGNORECASE)
_COMPARED = re.compile(
    r"\b(?:first|second|third|last|only|worst|\w+est|(?:most|least) \w+)\s+(?:[\w-]+\s+){0,4}?$",
    re.IGNORECASE,
)
_SINCE = re.compile(r"(?:ever )?since\b", re.IGNORECASE)
_FAR = 60
"""Characters before a time that hold a "not" or a "first"."""


class Phrase(NamedTuple):
    """A time in a text: where it stands, what it says as EDTF, and from what it was counted.

    `edtf` is MISSING where what stands around the time cannot be written.
    """

    start: int
    stop: int
    edtf: str
    anchor: str


def phrases(text: str, published: date) -> list[Phrase]:
    """Give the times that a text states, in its order; none overlaps another.

    `published` is the day of publication where that counts. "Since" before a time makes it the
    start of a span that has not ended. The day of a dateline is none that is told of.
    """
    found: list[Phrase] = []
    begins = dateline(text, published)
    stated = [one for one in times(text, published) if one.start >= begins]
    about = [roughly(text, one, published) for one in stated]
    for one in joined(text, about):
        try:
            time = hedged(text, one, published, found[-1].stop if found else 0)
            if time.edtf != MISSING:
                parse_edtf(time.edtf)
        except (ValueError, OverflowError):  # before the year 1
            continue
        if _is_none_of_it(text, time.start):
            continue
        anchor = f"published {published:%A} {published}" if time.relative else "dated in the text"
        found.append(Phrase(time.start, time.stop, time.edtf, anchor))
    return found


def _is_none_of_it(text: str, start: int) -> bool:
    """Whether a thing was not then: "not on Monday", "for the first time since May"."""
    back = max(0, start - _FAR)
    if _NOT.search(text, back, start):
        return True
    return _SINCE.match(text, start) is not None and _COMPARED.search(text, back, start) is not None
