"""Agents: which of the actors named before a verb is the one who does it.

The nearest one is, unless the words around it say that it is not: it only speaks of it, stands
beside ("backed by"), is what another verb was done to, or another clause has begun since. Where
nobody else is named, nobody is given: a person fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracker.drafting.counts import FIGHTERS, TROOPS
from tracker.drafting.mentions import Mention
from tracker.drafting.telling import SAY

_BESIDE = re.compile(
    r"\b(?:by|with|against|versus|despite|unlike|like|including|except|near|towards?|alongside|"
    r"behind)\s+(?:the\s+)?(?:(?!\w+ing\b)[A-Za-z-]+\s+)?$|\b(?:to|not|than)\s+(?:the\s+)?$|"
    r"\bfor\s+the\s+$|"
    r"\b(?:fight|back|oppos|fac|pursu|chas|resist|battl|support|guard|defend|attack|target|help|"
    r"assist|join|accus|defeat|rout|repell)ing\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r",\s*(?:which|who|whose|whom)\b[^,]*$", re.IGNORECASE)
_TRIES = re.compile(
    r"(?:\b(?:attempt|bid|effort|plan|plot|push|operation|offensive)s?\s+by|\bfor)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\s*,?\s*(?:and|then|before|after|while|without|by|,)\s+(?:then\s+|later\s+|\w+ly\s+)*|\s*,\s*",
    re.IGNORECASE,
)
_BEGINS = re.compile(
    r"(?:^|[,.;:“”\"‘’(]|\b(?:that|and|but|as|when|while|said|if|neither|both|because))\s*"
    r"(?:the\s+|some\s+)?(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
_SPEAKS = re.compile(
    rf"(?:['\u2019]s)?\s+(?:\w+\s+){{0,3}}?(?:{SAY}|hop(?:ed|es)|fear(?:ed|s)|th(?:inks|ought)|expect(?:ed|s)|"
    r"sa[wy]|sees|kn[eo]ws?|doubt(?:ed|s)|reports?|reported|deny|believe|claim|(?:reject|dismiss)\w+)"
    r"\b(?!,?\s+(?:to|having|\w+ing)\b)",
    re.IGNORECASE,
)
_OWN = re.compile(
    rf"\b(?:its|their|his)\s+(?:\w+\s+)?(?:forces|army|men|units|allies|planes|aircraft|{TROOPS}|"
    rf"{FIGHTERS})\s+(?:\w+\s+){{0,2}}$",
    re.IGNORECASE,
)
"""Whose forces did it: "X said its troops had"."""
_SUBORDINATE = re.compile(
    r"(?:^|[.;,“\"]\s*)(?:as|when|while|after|before|once|since|because|although|though|until)\b"
    r"[^,]*$",
    re.IGNORECASE,
)
_MADE_OTHERS = re.compile(
    r"\b(?:order|forc|compel|tell|told|urg|ask|allow|warn|help|want|requir|expect|instruct|direct|"
    r"command|push|driv|drove|enabl|caus|persuad|advis|let)\w*\s+(?!to\b)(?:[\w\u2019'-]+\s+){1,6}?"
    r"to\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
"""Who is made to do it is someone else: "X ordered residents to leave"."""
_OWN_TO = re.compile(r"\b(?:its|their|his)\s+(?:\w+\s+)?\w+\s+to\s+(?:\w+\s+)?$", re.IGNORECASE)
_CLAUSE = re.compile(
    r".*\b(?:as|when|while|because|since|until|where|whereas|although|though|if|but|;|"
    r"and(?= (?:the|an?|some|\d)\b)|(?:after|before)(?! \w+ing\b|\s+(?:\w+\s+)?$))\b(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NO_SUBJECT = re.compile(
    r"(?:\s|,|\b(?:the|then|later|also|finally|had|has|have|been|was|were|is|are|be|it|they|he|she|"
    r"to|not|will|would|may|might|could|can|well|soon|long|many|few|"
    r"\w+ly|said|reported)\b)*",
    re.IGNORECASE,
)


def doer(
    text: str, actors: Sequence[Mention], cue: int, joined: Callable[[int], Sequence[Mention]]
) -> Sequence[Mention]:
    """Give who does what stands at `cue`, of the actors named before it; none where it is open.

    `joined` gives the actors that stand with one, by where that is in `actors`.
    """
    at = max((n for n, one in enumerate(actors) if one.stop <= cue), default=-1)
    while at >= 0:
        group = joined(at)
        ahead, between = text[: group[0].start], text[actors[at].stop : cue]
        other = _other_clause(between) or _main_clause(ahead, between)
        if other or _speaks(text, actors[at].stop, cue):
            return []
        is_object = _THEN.fullmatch(between) and not _BEGINS.search(ahead)
        if not (_is_beside(ahead, between) or is_object):
            return group
        at = list(actors).index(group[0]) - 1
    return []


def _is_beside(ahead: str, between: str) -> bool:
    """Whether an actor only stands beside: "backed by X", but not "an attempt by X to"."""
    if _ASIDE.search(ahead) and "," in between:
        return True
    tries = _TRIES.search(ahead) and between.lstrip().startswith("to ")
    return _BESIDE.search(ahead) is not None and not tries


def _speaks(text: str, start: int, cue: int) -> bool:
    """Whether an actor only says what was done, and not of its own forces."""
    found = _SPEAKS.match(text, start)
    return found is not None and found.end() <= cue and not _OWN.search(text, start, cue)


def _main_clause(ahead: str, between: str) -> bool:
    """Whether a subordinate clause ends between: "as X entered the town, soldiers fled"."""
    _, comma, rest = between.rpartition(",")
    if not comma or _SUBORDINATE.search(ahead) is None:
        return False
    return _NO_SUBJECT.fullmatch(rest) is None


def _other_clause(between: str) -> bool:
    """Whether a clause with a subject of its own has begun, one that is not registered."""
    found = _CLAUSE.match(between)
    if _MADE_OTHERS.search(between) and not _OWN_TO.search(between):
        return True
    return found is not None and _NO_SUBJECT.fullmatch(found["rest"]) is None
