"""Datelines: "PARIS, May 8 (AFP) - ", which says where and when a report was written, no more."""

from __future__ import annotations

import re
from datetime import date

from tracker.drafting.dates import times

_LONGEST = 90
_ENDS = re.compile(r"(?<=[\s)])(?:--?|[–—])\s+|\)\s+(?=[A-Z“\"])|(?<=\d):\s+")
_AGENCY = re.compile(
    r"\((?:[A-Z]{2,5}|Reuters|Xinhua|Bloomberg|Interfax|Kyodo|Anadolu|Tass)\b[^()]*\)?"
)
_ASIDE = re.compile(r"\([^()]*\)?")
_SAYS_WHEN = re.compile(r"(?:on|in|by|since)\b", re.IGNORECASE)
_NAMES = re.compile(r"[A-Z][\w'\u2019]*(?:[\s,./–—-]+[A-Z][\w'\u2019]*)*[\s,./]*")


def dateline(text: str, published: date) -> int:
    """Give where the dateline that a sentence begins with is over: 0 where there is none.

    "May 8: ..." alone is none: so a chronicle begins.
    """
    ends = (one.end() for one in _ENDS.finditer(text, 0, _LONGEST))
    return max((end for end in ends if _is_dateline(text[:end], published)), default=0)


def _is_dateline(head: str, published: date) -> bool:
    head, dated = head.rstrip(" :–—-\t\u00a0"), False
    for one in times(head, published):
        if _SAYS_WHEN.match(head, one.start):
            return False
        dated = True
        head = head[: one.start] + " " * (one.stop - one.start) + head[one.stop :]
    names = _ASIDE.sub(" ", head).strip(" \t\u00a0,.;/()–—-")
    if names and not _NAMES.fullmatch(names):
        return False
    shouted = names.isupper() and len(names) > len("UN")
    return shouted or (dated and names != "") or _AGENCY.search(head) is not None
