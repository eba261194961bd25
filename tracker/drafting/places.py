"""Places: which of the places that a sentence names is the one that its verb is about.

"Took three tanks in X" takes no town, "withdrew to X" leaves another one. Where a verb is about a
part of a place, or about what lies near it, the place is open: a person fills it in.
"""

from __future__ import annotations

import re
from typing import Literal

from tracker.drafting.happening import BACK
from tracker.drafting.mentions import Mention

Fits = Literal["yes", "open", "no"]

LEAVING = frozenset(
    {"ForcesWithdrew", "TroopsWithdrawn", "CiviliansDisplaced", "EvacuationPlanned"}
)
"""Kinds whose place is the one that is left."""
OF_A_TOWN = frozenset(
    {"TownOccupied", "TownRecaptured", "TownEntered", "TownBesieged", "ControlReported"}
)
"""Kinds whose place is itself what is taken, entered or held."""

_TOWN = (
    r"(?:towns?|city|cities|villages?|capital|regions?|provinces?|districts?|islands?|ports?|"
    r"stronghold|state|municipality|county|territory|hands|control|area)"
)
_ADJECTIVES = (
    r"(?:(?:\w+ern|\w+-held|nearby|neighbou?ring|strategic|key|central|besieged|border|garrison)"
    r"\s+)*"
)
_TO = re.compile(
    r"\b(?:to|towards?|into|for|(?:in the )?direction of)\s+(?:the\s+)?"
    rf"{_ADJECTIVES}(?:{_TOWN}\s+of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_INTO = re.compile(rf"\b(?:to|into)\s+(?:the\s+)?{_ADJECTIVES}(?:{_TOWN}\s+of\s+)?$", re.IGNORECASE)
_FROM = re.compile(
    r"\b(?:from|out\s+of|off)\s+(?:the\s+)?"
    rf"{_ADJECTIVES}(?:{_TOWN}\s+of\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)
_TOWN_OF = re.compile(rf"\b{_TOWN}\s+of\b", re.IGNORECASE)
_LIST = re.compile(r"\b[A-Z][\w\u2019'-]+(?:\s*,|\s+and)\s+")
_CAPITAL_OF = re.compile(r"\bcapital of [A-Z][\w ]*,\s*$|\bcapital,\s*$")
_ELSE = re.compile(
    r"\b(?:in|at|near|nearby|around|outside|inside|from|of|on|off|by|with|to|into|towards?|for|"
    r"after|before|when|while|which|who|that|where|as|and|but|because|between|along|across|over|"
    r"under|against|two|three|four|five|six|seven|eight|nine|ten|dozens|hundreds|thousands|many|"
    r"several|outskirts|without|than|\w+ing)\b|\d|[;:.!?\"“”]|['\u2019]s?\s",
    re.IGNORECASE,
)
_OF_PLACE = re.compile(
    r"\b(?:bases?|camps?|airports?|airfields?|airbases?|air base|hills?|posts?|districts?|"
    r"neighbou?rhoods?|villages?|towns?|positions|bridges?|borders?|barracks|headquarters|parts?|"
    r"most|half|much|outskirts|areas?|suburbs?|mines?|islands?|checkpoints?|buildings?|roads?|"
    r"stations?|centre|center|quarters?|swathes?|swaths?|stretch(?:es)?|ground|edge|garrison|"
    r"territory|strip|university|hospital|highway|junction|crossing|all|square|"
    r"port|plant|refinery|palace|fields?|cit(?:y|ies)|land)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"['\u2019]s?\s+\w+|-(?!\s)|"
    r"\s+(?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March|April|May|June|"
    r"July|August|September|October|November|December)[A-Z][\w-]+|"
    r"\s+(?:airport|airfield|airbase|base|university|road|border|bridge|hospital|prison|region|"
    r"province|district|barracks|port|station|suburbs?|outskirts|area|highway|garrison|market|"
    r"residents?|people|mayor|police|governor|civilians|officials?|by surprise|hostage)\b"
)
_SUBJECT = re.compile(
    r"(?:\s|,|\b(?:is|are|was|were|has|have|had|been|being|be|will|would|could|may|might|can|not|"
    r"never|also|reported|said|believed|thought|claimed|to|now|still|both|then|later|again|which|"
    r"that|since|already|all|yet|soon|long|firmly|back|remains?|remained|stays?|once|today|"
    r"(?:on\s+)?\w+day|\w+ly)\b)*",
    re.IGNORECASE,
)
_BESIDES = re.compile(r"^,.*,|\s+(?:in|of|on)\s+(?:the\s+)?(?:[\w-]+\s+)?[A-Z][\w-]+")
_WITHIN = re.compile(
    r"\b(?:in|at|near|around|from|outside|inside|across|to|towards?|into|for|on|over|of)"
    r"\s+(?:the\s+)?(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
_NEAR = 40
"""Characters before a place that say of which part of it, or of what lies near it."""
_WAY_TO = re.compile(
    r"\b(?:bridges?|roads?|highways?|routes?|railways?|tracks?|pass(?:es)?)\s+(?:leading\s+)?"
    r"(?:to|towards?|into|from|for)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_OR_BEFORE = re.compile(
    r"\b(?:or|either)\s+(?:(?:in|at|near|from|to|on|into|by|for|of)\s+)?(?:the\s+)?"
    rf"{_ADJECTIVES}(?:{_TOWN}\s+of\s+)?$",
    re.IGNORECASE,
)
_OR_AFTER = re.compile(r",?\s+(?:and/)?or\b(?!\s+(?:so|more|less|at least)\b)", re.IGNORECASE)
_RELATIVE = re.compile(r",?\s+(?:which|that)\b", re.IGNORECASE)
_IT = re.compile(r"\s+(?:it|them|both)\b", re.IGNORECASE)
_FELL = re.compile(r"f[ae]ll", re.IGNORECASE)
_STANDING = re.compile(r"siege|hands of|control of", re.IGNORECASE)


def is_goal(text: str, one: Mention) -> bool:
    """Whether a place is where something goes: "to X", "towards X"."""
    return _TO.search(text, max(0, one.start - BACK), one.start) is not None


def is_reached(text: str, one: Mention) -> bool:
    """Whether it is where something arrives: "to X", "into X"; who heads for it may not."""
    return _INTO.search(text, max(0, one.start - BACK), one.start) is not None


def is_source(text: str, one: Mention) -> bool:
    """Whether a place is where something comes from: "from X"."""
    return _FROM.search(text, max(0, one.start - BACK), one.start) is not None


def is_object(kind: str, text: str, cue: re.Match[str], one: Mention) -> Fits:
    """Whether a place after a verb is what the verb is about: "took the town of X"."""
    between = text[cue.end() : one.start]
    if kind == "ForcesWithdrew" and is_source(text, one):
        return "yes"
    plain = _TOWN_OF.sub(" ", _LIST.sub(" ", _CAPITAL_OF.sub(" ", between)))
    if _ELSE.search(plain):
        return "open" if _OF_PLACE.search(between) else "no"
    after = _GOES_ON.match(text, one.stop)
    if after is None:
        return "yes"
    return "open" if _OF_PLACE.search(after[0]) or after[0].lstrip()[:1].isupper() else "no"


def is_subject(text: str, cue: re.Match[str], first: Mention, last: Mention) -> Fits:
    """Whether places before a verb are what it is said of: "X and Y were taken"."""
    ahead = text[: first.start]
    if _WITHIN.search(ahead) and not re.search(rf"\b{_TOWN}\s+of\s+$", ahead, re.IGNORECASE):
        part = _OF_PLACE.search(ahead[-_NEAR:]) and "," not in text[last.stop : cue.start()]
        return "open" if part else "no"
    between = _BESIDES.sub(" ", text[last.stop : cue.start()])
    return "yes" if _SUBJECT.fullmatch(between) else "no"


def may_stand_before(text: str, cue: re.Match[str], one: Mention, *, parted: bool) -> bool:
    """Whether what an active verb is about may stand before it: "X, which they took", "took it".

    `parted`: a comma or the like stands between the two.
    """
    if _RELATIVE.match(text, one.stop, cue.start()):
        return True
    return not parted and (_IT.match(text, cue.end()) or _STANDING.search(cue[0])) is not None


def is_on_the_way(text: str, one: Mention) -> bool:
    """Whether a place only says where a way leads: "bombed the bridge to X"."""
    return _WAY_TO.search(text, max(0, one.start - _NEAR), one.start) is not None


def is_one_of(text: str, first: Mention, last: Mention) -> bool:
    """Whether those named are one or another: "X or Y", "either X"."""
    before = _OR_BEFORE.search(text, max(0, first.start - _NEAR), first.start)
    return before is not None or _OR_AFTER.match(text, last.stop) is not None


def falls(cue: str) -> bool:
    """Whether a verb is said of the place itself, without who does it: "X has fallen"."""
    return _FELL.search(cue) is not None
