"""Shares: parts of a force that prose tells of without their number: "half of the 600 troops".

A fraction of a stated number is worked out, as about so many. Of any other part the number is left
open, for a person to fill in: it is never that of the whole.
"""

from __future__ import annotations

import re

from tracker.drafting.counts import NO_ADJECTIVE, NOUNS, SCALED, Counted, value_of
from tracker.quantities import LARGEST
from tracker.sheets import MISSING

_NTH = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_TIMES = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_FORCES = {**NOUNS, "troops": rf"{NOUNS['troops']}|forces?|men|contingent|army|garrison"}
_SHARE = re.compile(
    r"\b(?:(?P<hedge>more than|over|less than|under|fewer than|at least|at most|up to|only) |"
    r"(?:about|around|roughly|nearly|almost|some|approximately) )?"
    rf"(?:(?:(?P<times>{'|'.join(_TIMES)})[ -])?(?P<nth>{'|'.join(_NTH)})s?\b|"
    r"(?:(?<=nearly )all|(?<=almost )all|(?<=virtually )all|(?<=not )all|"
    r"most|parts?|elements|units|all but [\w-]+|the (?:majority|rest|remainder|bulk)|"
    r"an? (?:(?:large|small|big|vast|tiny) )?(?:number|majority|minority|fraction|handful|group|"
    r"company|column|platoon|battalion|convoy|detachment|unit|percentage))\b)"
    r"(?: of)?(?: the| its| their| his| our| these| those)?"
    rf"(?: (?P<number>{SCALED}))?"
    rf"(?: (?!(?:{NO_ADJECTIVE})\b)[^\W\d][\w-]*(?:['\u2019]s)?){{0,3}}?"
    rf" (?:{'|'.join(f'(?P<{name}>{nouns})' for name, nouns in _FORCES.items())})\b",
    re.IGNORECASE,
)


def shares(text: str) -> list[Counted]:
    """Give the parts of forces that a text tells of, in its order."""
    return [_share(match) for match in _SHARE.finditer(text)]


def _share(match: re.Match[str]) -> Counted:
    sort = next(name for name in _FORCES if match[name])
    fields: dict[str, int | str] = {"comparator": MISSING}
    if match["nth"] and match["number"] and not match["hedge"]:
        part = _TIMES[(match["times"] or "a").lower()] / _NTH[match["nth"].lower()]
        best = round(part * value_of(match["number"]))
        if best <= LARGEST:
            fields = {"best": best, "comparator": "about"}
    stop = match.end("number") if match["number"] else match.start(sort)
    fields["phrase"] = " ".join(match.string[match.start() : stop].split())[:60]
    return Counted(match.start(), match.end(), sort, match[sort].lower(), fields)
