"""Fates: which of the counts of a sentence were killed, and which wounded, missing or captured.

A count belongs to the fate that stands right beside it: "killing 12 and wounding 30", "12 dead and
30 wounded". Those who kill are no loss: of "40 gunmen killed a mayor" nobody is counted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.drafting.counts import CIVILIANS, FIGHTERS, OFFICERS, TROOPS, UNSAID, Counted
from tracker.drafting.mentions import chain
from tracker.drafting.rules import RULES
from tracker.sheets import MISSING

_BE = r"were|was|are|is|been|be|being|left|went|gone|confirmed|feared"
_AUX = re.compile(
    rf"(?:\s|,|\b(?:{_BE}|have|has|had|reported|reportedly|also|to|may|might|will|would|could|"
    r"said|later|then|still|others?|more|not|people|\w+ly)\b)*",
    re.IGNORECASE,
)
_IS = re.compile(rf"\b(?:{_BE})\b", re.IGNORECASE)
_DOES = re.compile(r"ing$|^kill[s]?$|^(?:wound|injure|kidnap|abduct)s?$", re.IGNORECASE)
_HAPPENS = re.compile(r"^d(?:ie|ying|ied|ead|eath)|missing", re.IGNORECASE)
_WHOM = re.compile(
    rf"\s+(?:(?:the|an?|their|his|its|several|many|some)\s|(?:[\w-]+\s+)?"
    rf"(?:{TROOPS}|{FIGHTERS}|{OFFICERS}|{CIVILIANS})\b)",
    re.IGNORECASE,
)
_NOBODY_ELSE = re.compile(
    r"\s*(?:$|[.,;:!?)\"\u201d\u2019\u2013\u2014-]|\d|(?:by|in|at|on|near|and|or|but|during|when|after|before|"
    r"since|as|from|while|outside|inside|over|last|this|yesterday|today|overnight|across|around|"
    r"along|to|for|with|without|including|among|so|there|here|who|which|that|because|if|then|also|"
    r"alone|between|within|through|throughout|under|is|are|was|were|has|have|had|\w+(?:ing|ly)|"
    r"\w+day|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|one|two|three|four|five|six|seven|eight|nine|ten|dozens)\b)",
    re.IGNORECASE,
)
"""What may follow "captured" where those before it were: of "ten rebels captured X" none was."""
_RIGHT_AFTER = re.compile(
    r"\s+(?:(?:of|the|another|an additional|a further|a total of|to)\s+)*", re.IGNORECASE
)
_AGENT = re.compile(
    r"[,;:.]|\b(?:by|in|at|when|as|while|after|before|who|from|for|with|on|but|which)\b",
    re.IGNORECASE,
)
_OVER = re.compile(r"[;:]|\b(?:but|while|after|when|before|as)\b", re.IGNORECASE)
_INCLUDING = re.compile(
    r"\b(?:including|excluding|not (?:counting|including)|apart from|aside from|besides|"
    r"except(?:ing)?|except for|other than|in addition to|among (?:them|whom)|of (?:whom|them))"
    r"(?:,| at least)?\s+(?:[\w-]+\s+)?$",
    re.IGNORECASE,
)
_OF_THEM = re.compile(r"[\w,]+ of (?:them|whom)\b", re.IGNORECASE)
_BOTH = re.compile(r"\s+(?:and|or|and/or)\s+", re.IGNORECASE)
_AND = re.compile(r"(?:,|,? and| as well as)(?: at least)? ", re.IGNORECASE)
_FAR = 40
"""Characters after "killed" within which comes who was: "killed a priest and 12 civilians"."""

_REACH = 60
"""Characters between a count and the word that says right there what became of them."""
_Span = tuple[int, int]


class Fates:
    """The words for fates in a sentence, and its counts."""

    def __init__(self, text: str, counts: Sequence[Counted]) -> None:
        """Find them; a count of some who are among others counted is none."""
        self._text = text
        self.counts = [one for n, one in enumerate(counts) if not _is_part(text, counts, n)]
        self._people = [one for one in self.counts if one.sort != "equipment"]
        cues = (rule.cue for rule in RULES if rule.fate is not None)
        found = {cue.span() for rule in cues for cue in rule.finditer(text)}
        self._cues: list[_Span] = sorted(found)
        self._owners = {one.start: self._beside(one) for one in self.counts}

    def owner(self, count: Counted) -> _Span | None:
        """Give the word that says what became of those counted, where it stands right there."""
        return self._owners.get(count.start)

    def _beside(self, count: Counted) -> _Span | None:
        near = (cue for cue in self._cues if _reaches(count, cue))
        beside = (cue for cue in near if self._before(count, cue) or self._after(count, cue))
        return next(beside, None)

    def of(self, cue: re.Match[str]) -> Sequence[Counted]:
        """Give all who met the fate of a cue; where one number is told of two, it is open."""
        span = cue.span()
        near = self._nearest(span)
        if near is None:
            with_it = (
                one for one in self._cues if self._are_one(one, span) or self._are_one(span, one)
            )
            partner = next(with_it, None)
            near = self._nearest(partner) if partner else None
            return [opened(near)] if near else []
        own = [one for one in self._people if self.owner(one) in {None, span} or one is near]
        joined = chain(self._text, own, own.index(near), _AND)
        joined = [one for one in joined if one is near or one.sort != UNSAID]
        if any(self._are_one(one, span) or self._are_one(span, one) for one in self._cues):
            return [opened(one) for one in joined]
        return joined

    def _nearest(self, cue: _Span) -> Counted | None:
        owned = [one for one in self._people if self.owner(one) == cue]
        if owned:
            return owned[0] if self._after(owned[0], cue) else owned[-1]
        free = [one for one in self._people if self.owner(one) is None and self._loosely(one, cue)]
        return min(free, key=lambda one: max(one.start - cue[1], cue[0] - one.stop), default=None)

    def _are_one(self, first: _Span, second: _Span) -> bool:
        """Whether two fates are told of the same people: "killed or wounded"."""
        between = self._text[first[1] : second[0]]
        return first[1] <= second[0] and _BOTH.fullmatch(between) is not None

    def _before(self, count: Counted, cue: _Span) -> bool:
        """Whether a count stands right before a fate that was met: "12 soldiers were killed"."""
        said = self._text[slice(*cue)]
        if count.start <= cue[0] < count.stop:  # 30 wounded soldiers
            return not _HAPPENS.search(said) and not _DOES.search(said)
        between = self._text[count.stop : cue[0]]
        if count.stop > cue[0] or not _AUX.fullmatch(between) or "," in between.strip(" "):
            return False
        return self._is_met(between, cue)

    def _is_met(self, between: str, cue: _Span) -> bool:
        said = self._text[slice(*cue)]
        if _HAPPENS.search(said) or _IS.search(between):
            return True
        does = _DOES.search(said) or re.search(r"\bha(?:ve|s|d)\b", between)
        if does or _WHOM.match(self._text, cue[1]) or self._counted_at(cue[1]):
            return False
        return _NOBODY_ELSE.match(self._text, cue[1]) is not None

    def _counted_at(self, at: int) -> bool:
        return any(_RIGHT_AFTER.fullmatch(self._text, at, one.start) for one in self.counts)

    def _after(self, count: Counted, cue: _Span) -> bool:
        """Whether a count stands right after one who did it: "killing 12"."""
        if count.start < cue[1] or not _RIGHT_AFTER.fullmatch(self._text, cue[1], count.start):
            return False
        ahead = [one for one in self.counts if one.stop <= cue[0] and _reaches(one, cue)]
        return not any(self._before(one, cue) for one in ahead)

    def _loosely(self, count: Counted, cue: _Span) -> bool:
        """Whether a count may belong to a fate farther away, with nothing between to part them."""
        first, last = (count.stop, cue[0]) if count.stop <= cue[0] else (cue[1], count.start)
        if any(first <= one[0] < last for one in self._cues):
            return False
        between = self._text[first:last]
        if count.start >= cue[1]:
            return len(between) <= _FAR and not _AGENT.search(between)
        said = self._text[slice(*cue)]
        met = _HAPPENS.search(said) or (_IS.search(between) and not _DOES.search(said))
        return met is not None and met and not _OVER.search(between)


def _reaches(count: Counted, cue: _Span) -> bool:
    """Whether a count is near enough to a word for a fate to be looked at together with it."""
    return count.start - cue[1] <= _REACH and cue[0] - count.stop <= _REACH


def _is_part(text: str, counts: Sequence[Counted], at: int) -> bool:
    """Whether those counted are among others: "including 20 children and nine nurses"."""
    if _OF_THEM.match(text, counts[at].start):
        return True
    if counts[at].sort == UNSAID:  # of whom 50 were killed
        return False
    joined = chain(text, counts, at, _AND)
    ahead = (one for one in joined if one.start <= counts[at].start)
    return any(_INCLUDING.search(text, max(0, one.start - _REACH), one.start) for one in ahead)


def opened(count: Counted) -> Counted:
    """Leave a number to a person: it is of more than one fate."""
    kept = {name: one for name, one in count.fields.items() if name not in {"low", "best", "high"}}
    return count._replace(fields={**kept, "comparator": MISSING})
