"""Timing: which of the times that a sentence states is that of a thing that it tells of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from tracker.drafting.hedges import days, ends
from tracker.drafting.phrases import Phrase
from tracker.drafting.telling import SAY
from tracker.sheets import MISSING

_OTHER = re.compile(
    r";|:(?!\d)|\b(?:which|who|whom|whose|where|but|before|after|until|when|while|since|because|as|"
    r"although|following|withdrew|took|retook|left|fled|fell|went|drove|began)\b|"
    r"\band\s+(?:\w+ly\s+|then\s+|later\s+|had\s+)?(?:\w+ed|held|took|left|fled|fell|went|drove|"
    r"sent|was|were|is|are|has|have|had|will|would|lost|won|kept|began|ran|shot)\b",
    re.IGNORECASE,
)
"""Where another thing begins to be told of."""
_WHO_DID = re.compile(r"\b(?:who|which|that)\s+(?:(?:had|have|has|also|once)\s+)*$", re.IGNORECASE)
_DID_TOO = re.compile(r"\b(?:\w{2,}ed|did|said|met|began|came|won|lost)\b", re.IGNORECASE)
_IS = re.compile(r"\b(?:was|were|is|are|has been|have been|will be)\s+\w", re.IGNORECASE)
"""What a sentence says of those who did it: "the soldiers killed there were buried on Monday"."""
_NOT_BUT = re.compile(r"\bnot\s[^,;]{1,40}?,?\s+but\b", re.IGNORECASE)
_EARLIER = re.compile(r"[;]|\b(?:but|after|before|until|when|while)\b", re.IGNORECASE)
_AND = re.compile(r"\s*,?\s*and\b", re.IGNORECASE)
_SAID = re.compile(
    rf"\b(?:{SAY})(?:\s+(?:reporters|journalists|afp|reuters|ap|in (?:an?|its|his|her|their) "
    r"(?:\w+ )?(?:statement|interview|report|speech|broadcast)|by (?:tele)?phone|late|early|"
    r"here|state television|parliament))*,?\s*$",
    re.IGNORECASE,
)
_THEN_SAID = re.compile(
    rf",?\s+(?:(?!(?:who|which|that|after|when|as|and)\b)[\w\u2019'-]+\s+){{0,6}}?(?:{SAY})\b(?!\s*,)",
    re.IGNORECASE,
)
"""After a time, that somebody said something then: "yesterday officials said"."""
_ASIDE = re.compile(r",\s*(?:which|who|whose|where)\b[^,]*$", re.IGNORECASE)
_ADDS_UP = frozenset({"CiviliansDisplaced", "CasualtiesReported", "AirstrikeConducted",
                      "AttackOccurred"})  # fmt: skip
_FIRST = 3
"""Characters before a time that a sentence begins with."""


def when(
    text: str, stated: Sequence[Phrase], cue: re.Match[str], told: tuple[str, str], published: date
) -> dict[str, str]:
    """Give the time of a fact: the nearest that is its own, else what publication says of it.

    `told` is the kind of the fact and its status. The time when somebody said so is the latest that
    it can have been; what was counted since a time was at any time since.
    """
    kind, status = told
    day = published.isoformat()
    if status in {"planned", "possible"}:
        return {"edtf": day, "anchor": f"published {day}: as it stood"}
    own = [one for one in stated if _lasts(one, status) or not _is_others(text, one, cue)]
    found = min(own, key=lambda one: _apart(one, cue), default=None)
    if found is None:
        edtf = day if status == "ongoing" else f"[..{day}]"
        return {"edtf": edtf, "anchor": f"published {day}"}
    edtf = found.edtf if status == "ongoing" else found.edtf.removesuffix("/..")
    if kind in _ADDS_UP and edtf not in {found.edtf, MISSING}:
        edtf = f"[{days(edtf)[0]}..{day}]"
    if _is_of_saying(text, found, cue) and status != "ongoing":
        edtf = _by(edtf)
    if _begins(edtf) > day:  # nobody tells of what was after publication
        edtf = MISSING
    phrase = " ".join(text[found.start : found.stop].split())
    return {"edtf": edtf, "phrase": phrase, "anchor": found.anchor}


def _is_of_saying(text: str, one: Phrase, cue: re.Match[str]) -> bool:
    """Whether a time is when somebody spoke: the latest that what was told of can have been."""
    then = _THEN_SAID.match(text, one.stop, cue.start())
    return then is not None or _SAID.search(text, 0, one.start) is not None


def _by(edtf: str) -> str:
    return MISSING if edtf == MISSING else f"[..{ends(edtf.removesuffix('/..'))[1]}]"


def _begins(edtf: str) -> str:
    """Give the first day that a time leaves open, or nothing where none is stated."""
    if edtf == MISSING or edtf.startswith("[.."):
        return ""
    return days(edtf.removesuffix("/.."))[0]


def _apart(one: Phrase, cue: re.Match[str]) -> int:
    return max(one.start - cue.end(), cue.start() - one.stop, 0)


def _lasts(one: Phrase, status: str) -> bool:
    """Whether a time is of what still goes on, as the thing does: "since May"."""
    return status == "ongoing" and one.edtf.endswith("/..")


def _is_others(text: str, one: Phrase, cue: re.Match[str]) -> bool:
    """Whether a time is that of another thing: between the two, something else begins."""
    if one.start >= cue.end():
        if _ASIDE.search(text, 0, cue.start()) and "," in text[cue.end() : one.start]:
            return True
        said = _SAID.search(text, cue.end(), one.start)
        between = _NOT_BUT.sub(" ", text[cue.end() : one.start])
        main = _WHO_DID.search(text, 0, cue.start()) and _DID_TOO.search(between)
        return not said and bool(main or _OTHER.search(between) or _IS.search(between))
    between = text[one.stop : cue.start()]
    if _SAID.search(text, 0, one.start):
        return False
    if "," in between and _ASIDE.search(text, 0, one.start):
        return True
    if one.start <= _FIRST:
        return re.search(r"\bafter\b", between, re.IGNORECASE) is not None
    return (_EARLIER.search(between) or _AND.match(between)) is not None
