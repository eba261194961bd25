"""Telling: how far a thing has come by the words before it, and who tells of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.drafting.mentions import Mention
from tracker.drafting.rules import Rule, Status
from tracker.sheets import MISSING

BACK = 80
"""Characters before a word that are looked at for what bears on it."""
_WORDS = 6
"""Of the description of a speaker."""
_AFTER = 45
"""Characters after "said" within which the name of a speaker comes, if it comes there."""

_NOT = (r"not|never|no longer|not able to|unable to|den(?:y|ied|ies|ying)(?: \w+){0,3}?|n't|"
        r"without|failed to")  # fmt: skip
_WILL = (
    r"will|would|shall|to be|plan(?:s|ned|ning)? to|expected to|due to|prepar(?:e|es|ing) to|"
    r"intend(?:s|ed)? to|aim(?:s|ed)? to|set to|about to|ready to|wants? to|sought to|"
    r"seek(?:s)? to|(?:objective|goal|aim) (?:was|is) to|in order to|to(?: help)?"
)
_MAY = r"may|might|could|can|possibl[ey]|if|attempt(?:s|ed|ing)? to|tr(?:y|ies|ied|ying) to"
_BEING = r"is|are|was|were|been|being|be"


def _before(words: str, more: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words}){more}$", re.IGNORECASE)


_IS_NOT = _before(_NOT, r"\s+(?:yet\s+|been\s+|be\s+|having\s+)?(?:\w+\s+)?")
_IS_TO_COME = _before(_WILL, r"[\s\"“]+(?:\w+\s+)?")
_IS_POSSIBLE = _before(_MAY, r"\s+(?:\w+\s+){0,2}")
_GOES_ON = _before(rf"{_BEING}|still|continu(?:e[sd]?|ing) to", r"\s+(?:\w+\s+)?")
_IS_SAID = _before(
    "(?:reported|said|believed|thought|claim(?:ed|s)?) to (?:be|have)", r"(?: been)?\s+(?:\w+\s+)?"
)
_IS_DONE = _before(_BEING, r"\s+(?:\w+ly\s+|also\s+)?")
_WAS_DONE = _before(r"(?:town|city|village|region|area)s?", r"\s+(?:\w+ly\s+)?")
_PARTICIPLE = re.compile(r"(?:ed|en|overrun|held|by|of)$", re.IGNORECASE)


def status_of(rule: Rule, before: str, cue: str) -> Status:
    """Say how far a thing has come, by the words before its cue."""
    if _IS_NOT.search(before):
        return "denied"
    if _IS_POSSIBLE.search(before):
        return "possible"
    if _IS_TO_COME.search(before) and not _IS_SAID.search(before):
        return "planned"
    if cue.split(maxsplit=1)[0].lower().endswith("ing") and _GOES_ON.search(before):
        return "ongoing"
    return rule.status


def is_passive(before: str, cue: str) -> bool:
    """Whether who did it comes after the cue: "was seized by"."""
    return _PARTICIPLE.search(cue) is not None and _IS_DONE.search(before) is not None


def is_reduced(before: str, cue: str) -> bool:
    """Whether it does, and the place stands right before it: "the town seized by"."""
    return _PARTICIPLE.search(cue) is not None and _WAS_DONE.search(before) is not None


# -- who says so ---------------------------------------------------------------------------------

_SAY = (
    r"sa(?:id|ys?)|told|tells|warn(?:ed|s)|announc(?:ed|es?)|confirm(?:ed|s)|add(?:ed|s)|"
    r"admit(?:ted|s)|acknowledg(?:ed|es)|claim(?:ed|s)?|stat(?:ed|es)|believ(?:ed|es)|"
    r"accus(?:ed|es)|den(?:ied|ies)|insist(?:ed|s)|report(?:ed|s)(?= that\b|[.,:\"”]|$)"
)
_SAYS = re.compile(rf"\b(?:{_SAY})\b|\baccording to\b", re.IGNORECASE)
_HEARSAY = re.compile(
    rf"\breportedly\b|\brumou?r|\b(?:{_BEING}) (?:also )?"
    r"(?:reported|said|believed|thought|rumou?red) (?:to|that|by)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;:\"“”()–—]|\bthat\b|\band\b|\bas\b", re.IGNORECASE)
_PRONOUN = re.compile("he|she|they|it", re.IGNORECASE)
_FURTHER = frozenset({"in", "at", "from", "who", "on", "near", "with", "of"})
_CLOSING = frozenset('"”»’')


class Speakers:
    """Who tells what, sentence after sentence: who spoke last is "he" in the next."""

    def __init__(self) -> None:
        """Nobody has spoken yet."""
        self._last = MISSING

    def voice(self, text: str, actors: Sequence[Mention]) -> dict[str, str]:
        """Give the fields `voice` and `speaker` of what a sentence tells."""
        if _HEARSAY.search(text):
            return {"voice": "hearsay"}
        said = _SAYS.search(text)
        if said is None:
            return {"voice": "reporter"}
        self._last = self._speaker(text, said, actors)
        return {"voice": "attributed", "speaker": self._last}

    def _speaker(self, text: str, said: re.Match[str], actors: Sequence[Mention]) -> str:
        ahead, after = text[: said.start()], text[said.end() :]
        if said[0].lower() == "according to":
            near = [one for one in actors if 0 <= one.start - said.end() <= len(" the ")]
            return near[0].id if near else _first_words(after)
        clause = _CLAUSE.split(ahead)[-1]
        begin, end = len(ahead) - len(clause), len(ahead)
        if not clause.strip():
            if ahead.rstrip()[-1:] in _CLOSING:  # "...," said a spokesperson, A B
                near = [one for one in actors if 0 <= one.start - said.end() <= _AFTER]
                return near[0].id if near else _first_words(after)
            clause = _CLAUSE.split(ahead)[0]  # Locals, some of whom were there, said
            begin, end = 0, len(clause)
        inside = [one for one in actors if begin <= one.start and one.stop <= end]
        if inside:
            return inside[-1].id
        words = clause.strip(" .?!…-").split()
        if not words or _PRONOUN.fullmatch(words[0]) or _PRONOUN.fullmatch(words[-1]):
            return self._last
        return _described(words)


def _described(words: list[str]) -> str:
    """Say who speaks in a few words: a long description ends before its first preposition."""
    if len(words) > _WORDS:
        stop = next((n for n, word in enumerate(words) if n and word.lower() in _FURTHER), None)
        words = words[: stop or _WORDS]
    return " ".join(words[:_WORDS])


def _first_words(text: str) -> str:
    return " ".join(_CLAUSE.split(text)[0].split()[:_WORDS]) or MISSING
