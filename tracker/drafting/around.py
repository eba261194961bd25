"""Around: who, where, how many and when, as a sentence tells it around the words of a fact."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from tracker.drafting.counts import Counted, counts
from tracker.drafting.mentions import Mention, Names, chain
from tracker.drafting.phrases import Phrase, phrases
from tracker.drafting.telling import BACK
from tracker.registry import Registry
from tracker.sheets import MISSING

NEAR = 90
"""Characters from a cue within which a name after it belongs to it."""
RIGHT_BEFORE = 12
"""Characters between a place and its cue in "the town of X seized by"."""
_BY = re.compile(r"(?:\s+[\w-]+){0,4}?\s+(?:by|of)\s+(?:the\s+)?", re.IGNORECASE)
_THE = re.compile(r"\s+(?:the\s+)?", re.IGNORECASE)
_SOMEONE = re.compile(r"\b(?:they|he|she|it|we|i|others)\s+(?:\w+\s+)?$", re.IGNORECASE)
_WHERE = re.compile(
    r"\b(?:in|of|at|near|from|into|across|inside|around|outside|through|throughout|to|towards?)"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_AND = re.compile(r"(?:,|,? and| as well as)(?: at least)? ", re.IGNORECASE)
_UNKNOWN_TOWN = re.compile(r"\b(?:town|city|village|region)s? of (?-i:[A-Z])", re.IGNORECASE)
_BREAK = re.compile("[,;:.]")
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "CasualtiesReported": ("troops", "fighters", "police", "civilians"),
    "CiviliansDisplaced": ("civilians",),
    "EvacuationPlanned": ("civilians",),
    "TroopsPledged": ("troops",),
    "TroopsMobilised": ("troops",),
    "TroopsWithdrawn": ("troops",),
    "TroopsDeployed": ("troops", "equipment"),
}
_AGAIN = re.compile(
    r"\bthe (?P<what>town|city|village|country|region|province)\b|\bin (?P<in>country)\b",
    re.IGNORECASE,
)
_SORTS = {"city": "town", "village": "town", "province": "region"}


class Again:
    """What "the town" and "the country" stand for: whichever was named last.

    "The country" is that in which the registered places lie, and "the region" the registered one,
    where there is one alone.
    """

    def __init__(self, registry: Registry) -> None:
        """Begin before anything is named."""
        places = registry.places.values()
        self._types = {one.id: one.type for one in places}
        around = {one.within for one in places}
        whole = [one.id for one in places if one.type == "country" and one.id in around]
        regions = [one.id for one in places if one.type == "region"]
        only = {"country": whole, "region": regions}
        self._last = {sort: some[0] for sort, some in only.items() if len(some) == 1}

    def places(self, text: str, named: Sequence[Mention]) -> list[Mention]:
        """Give what a sentence refers back to; and note what it names."""
        found = []
        for match in _AGAIN.finditer(text):
            said = (match["what"] or match["in"]).lower()
            sort = _SORTS.get(said, said)
            before = [one.id for one in named if one.stop <= match.start()]
            last = next((one for one in reversed(before) if self._types[one] == sort), None)
            introduced = text.startswith(" of ", match.end()) or any(
                0 <= one.start - match.end() <= len(" of ") for one in named
            )
            if (place := last or self._last.get(sort)) and not introduced:
                found.append(Mention(match.start(), match.end(), place))
        for one in named:
            if self._types[one.id] != "country":
                self._last[self._types[one.id]] = one.id
        return found


class Around:
    """What one sentence names, counts and dates."""

    def __init__(
        self, text: str, registry: Registry, names: Names, again: Again, published: date
    ) -> None:
        """Find all of it."""
        self.text = text
        self._registry = registry
        self._published = published
        named, acting = names.places(text), names.actors(text)
        self.actors = [one for one in acting if not self._is_where(one, named)]
        self._places = [
            one
            for one in named
            if not any(who.start <= one.start and one.stop <= who.stop for who in self.actors)
        ]
        self._places += again.places(text, self._places)
        self._places.sort()
        self._phrases = phrases(text, published)
        self._counts = counts(text)

    def _is_where(self, one: Mention, places: Sequence[Mention]) -> bool:
        """Whether a name that is a place's too says where: "in Mali", "northern Mali"."""
        around = [there for there in places if there.start <= one.start and one.stop <= there.stop]
        if any(one.stop - one.start < there.stop - there.start for there in around):
            return True
        back = max(0, one.start - BACK)
        return bool(around) and _WHERE.search(self.text, back, one.start) is not None

    def who(
        self, cue: re.Match[str], *, passive: bool, but: frozenset[str]
    ) -> tuple[list[str], list[str]]:
        """Give who does it, and whom it is done to, as far as they are named and not left out."""
        actors = [one for one in self.actors if one.id not in but]
        before = [n for n, one in enumerate(actors) if one.stop <= cue.start()]
        after = [n for n, one in enumerate(actors) if one.start >= cue.end()]
        by = (_THE if cue[0].endswith(" of") else _BY).match(self.text, cue.end())
        doers = [n for n in after if by and actors[n].start == by.end()]
        left = self._joined(actors, before[-1]) if before else []
        if doers:
            return self._joined(actors, doers[0]), left
        if passive:
            return [], left
        if _SOMEONE.search(self.text, max(0, cue.start() - BACK), cue.start()):
            left = []
        near = bool(after) and actors[after[0]].start - cue.end() <= NEAR
        right = self._joined(actors, after[0]) if near else []
        return left, [one for one in right if one not in left]

    def where(self, cue: re.Match[str], *, passive: bool, reduced: bool) -> list[str]:
        """Give where it is, as far as that is named.

        After an active verb, else before it in the same clause; what is passive has its place for
        a subject, which mostly comes first.
        """
        places = self._places
        before = [n for n, one in enumerate(places) if one.stop <= cue.start()]
        if reduced:
            near = [n for n in before if cue.start() - places[n].stop <= RIGHT_BEFORE]
            return self._innermost(near[-1]) if near else []
        if passive:
            return self._innermost(before[0]) if before else []
        unknown = _UNKNOWN_TOWN.search(self.text, cue.end(), cue.end() + NEAR)
        for n, one in enumerate(places):
            if one.start >= cue.start() and one.start - cue.end() <= NEAR:
                if unknown and unknown.end() <= one.start:
                    return [MISSING]
                return self._innermost(n)
        if unknown:
            return [MISSING]
        if before and not _BREAK.search(self.text, places[before[-1]].stop, cue.start()):
            return self._innermost(before[-1])
        return []

    def _innermost(self, at: int) -> list[str]:
        """Give a place and those joined to it, but for what another of them lies in."""
        places = self._joined(self._places, at)
        around = {place: self._registry.around(place) for place in places}
        return [one for one in places if not any(one in around[other] for other in places)]

    def _joined(self, mentions: list[Mention], at: int) -> list[str]:
        return list(dict.fromkeys(one.id for one in chain(self.text, mentions, at)))

    def whose(self, count: Counted) -> str | None:
        """Name those who are counted, where the count says so: "65 Islamist insurgents"."""
        inside = [one for one in self.actors if count.start <= one.start < count.stop]
        return inside[0].id if inside else None

    def beside(self, count: Counted) -> Sequence[Counted]:
        """Give a count, and those that are joined to it: "13 soldiers and 65 insurgents"."""
        return chain(self.text, self._counts, self._counts.index(count), _AND)

    def how_many(self, kind: str, cue: re.Match[str]) -> Counted | None:
        """Give the count that belongs to a cue: the nearest of a sort that the kind counts."""
        near = [one for one in self._counts if one.sort in _COUNTED.get(kind, ())]
        if kind == "CiviliansDisplaced":
            near = [one for one in near if one.start < cue.end()]
        return min(near, key=lambda one: _apart(one.start, one.stop, cue), default=None)

    def when(self, cue: re.Match[str], status: str) -> dict[str, str]:
        """Give the time of a fact: the nearest phrase, else what publication says of it."""
        day = self._published.isoformat()
        if status in {"planned", "possible"}:
            return {"edtf": day, "anchor": f"published {day}: as it stood"}
        found: Phrase | None = min(
            self._phrases, key=lambda one: _apart(one.start, one.stop, cue), default=None
        )
        if found is None:
            edtf = day if status == "ongoing" else f"[..{day}]"
            return {"edtf": edtf, "anchor": f"published {day}"}
        edtf = found.edtf if status == "ongoing" else found.edtf.removesuffix("/..")
        phrase = " ".join(self.text[found.start : found.stop].split())
        return {"edtf": edtf, "phrase": phrase, "anchor": found.anchor}


def _apart(start: int, stop: int, cue: re.Match[str]) -> int:
    return max(start - cue.end(), cue.start() - stop, 0)
