"""Around: who, where, how many and when, as a sentence tells it around the words of a fact."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from tracker.drafting import places
from tracker.drafting.agents import doer
from tracker.drafting.counts import SCALED, Counted, counts
from tracker.drafting.datelines import dateline
from tracker.drafting.fates import Fates, opened
from tracker.drafting.happening import BACK
from tracker.drafting.mentions import Mention, Names, chain
from tracker.drafting.phrases import phrases
from tracker.drafting.shares import shares
from tracker.drafting.timing import when
from tracker.registry import Registry
from tracker.sheets import MISSING

NEAR = 90
"""Characters from a cue within which a name after it belongs to it."""
RIGHT_BEFORE = 12
"""Characters between a place and its cue in "the town of X seized by"."""
_BY = re.compile(r"(?:\s+[\w-]+){0,4}?\s+(?:by|of)\s+(?P<the>the\s+)?", re.IGNORECASE)
_THE = re.compile(r"\s+(?P<the>the\s+)?", re.IGNORECASE)
_SOMEONE = re.compile(r"\b(?:they|he|she|it|we|i|others)\s+(?:\w+\s+)?$", re.IGNORECASE)
_WHERE = re.compile(
    r"\b(?:in|of|at|near|from|into|across|inside|around|outside|through|throughout|to|towards?)"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_TO = re.compile(r"\s+(?:back\s+)?(?:to\s+)?(?P<the>the\s+)?", re.IGNORECASE)
_NOUN = re.compile(
    r"withdrawal|(?:(?<=\bthe )|(?<=\ba )|(?<=\ban )|(?<=\banother ))"
    r"(?:attacks?|air ?strikes?|air raids?|raids?|bombing|bombardment|shelling|ambush)",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"(?:['\u2019]s?)?\s+(?:(?!\w+ed\b)[\w-]+\s+)?|.*\b(?:its|their|his)\s+(?:[\w-]+\s+){0,2}|"
    r".*\b(?:launch|carr[iy]|mount|stag|led|lead|conduct|made|commit|plan|order|beg[au]n|start|"
    r"execut|perpetrat|claim|unleash|open)\w*\b.*",
    re.IGNORECASE,
)
"""Between an actor and what it did, told by a noun: "the army's withdrawal", "led an attack"."""
_ANOTHER = re.compile(
    r"[;:]|,|\b(?:but|while|after|when|before|as|who|which|and(?! (?-i:[A-Z])))\b", re.IGNORECASE
)
_UNKNOWN_TOWN = re.compile(r"\b(?:town|city|village|region)s? of (?-i:[A-Z])", re.IGNORECASE)
_BREAK = re.compile("[,;:.]")
_PARTED = re.compile(r"[;:]|\b(?:but|while|when|after|before|although)\b", re.IGNORECASE)
_TOGETHER = re.compile(r"\b(?:and|nor)\b|[-/]", re.IGNORECASE)
_MOST = 8
"""Places that are joined to one, as far as one "to" or "from" is said of them all."""
_COUNTED: Mapping[str, tuple[str, ...]] = {
    "CiviliansDisplaced": ("civilians",),
    "EvacuationPlanned": ("civilians",),
    "TroopsPledged": ("troops",),
    "TroopsMobilised": ("troops",),
    "TroopsWithdrawn": ("troops",),
    "TroopsDeployed": ("troops", "equipment"),
}
_LEAVE = frozenset({"troops", "fighters", "police"})
_OF_THESE = re.compile(
    r"(?:^|[,;:]\s*|\b(?:that|and|but)\s+)(?:out )?of (?:(?:the|its|their|these|those)\s+)?$",
    re.IGNORECASE,
)
_SOME_OF = re.compile(
    rf"[\w,. -]*? of (?:the|its|their|our|his|her) (?:[\w-]+ )?{SCALED}\b", re.IGNORECASE
)
_PROMISED = re.compile(r"promis|pledg", re.IGNORECASE)
_PARTED_BY = re.compile(r"[,;:]|\b(?:but|while|when|after|before|although|and|as)\b", re.IGNORECASE)
_AT_EVENT = re.compile("(?:at|after|during) ", re.IGNORECASE)
_AGAIN = re.compile(
    r"\bthe (?P<what>town|city|village|country|region|province)\b|\bin (?P<in>country)\b",
    re.IGNORECASE,
)
_SORTS = {"city": "town", "village": "town", "province": "region"}


class Again:
    """What "the town" and "the country" stand for: whichever was named last.

    Where a sentence has named two towns before "the town", a person says which it is.

    "The country" is that in which the registered places lie, and "the region" the registered one,
    where there is one alone.
    """

    def __init__(self, registry: Registry) -> None:
        """Begin before anything is named."""
        known = registry.places.values()
        self._types = {one.id: one.type for one in known} | {MISSING: "town"}
        around = {one.within for one in known}
        whole = [one.id for one in known if one.type == "country" and one.id in around]
        regions = [one.id for one in known if one.type == "region"]
        only = {"country": whole, "region": regions}
        self._last = {sort: some[0] for sort, some in only.items() if len(some) == 1}

    def places(self, text: str, named: Sequence[Mention]) -> list[Mention]:
        """Give what a sentence refers back to; and note what it names."""
        found = []
        for match in _AGAIN.finditer(text):
            said = (match["what"] or match["in"]).lower()
            sort = _SORTS.get(said, said)
            before = [one.id for one in named if one.stop <= match.start()]
            so_far = list(dict.fromkeys(one for one in before if self._types[one] == sort))
            last = (so_far[0] if len(so_far) == 1 else MISSING) if so_far else None
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
        begins = dateline(text, published)
        named = [one for one in names.places(text) if one.start >= begins]
        acting = [one for one in names.actors(text) if one.start >= begins]
        self.actors = [one for one in acting if not self._is_where(one, named)]
        self._places = [
            one
            for one in named
            if not any(who.start <= one.start and one.stop <= who.stop for who in self.actors)
        ]
        self._places += again.places(text, self._places)
        self._places.sort()
        self._first: dict[int, int] = {}
        self._phrases = phrases(text, published)
        self.fates = Fates(text, [one for one in counts(text) if not self._is_of_time(one)])
        self._counts = sorted([*self.fates.counts, *shares(text)], key=lambda one: one.start)

    def _is_of_time(self, one: Counted) -> bool:
        """Whether a number belongs to a time: "in 1944 troops", "ten years ago rebels"."""
        return any(time.start < one.stop and one.start < time.stop for time in self._phrases)

    def _is_where(self, one: Mention, named: Sequence[Mention]) -> bool:
        """Whether a name that is a place's too says where: "in Mali", "northern Mali"."""
        around = [there for there in named if there.start <= one.start and one.stop <= there.stop]
        if any(one.stop - one.start < there.stop - there.start for there in around):
            return True
        back = max(0, one.start - BACK)
        return bool(around) and _WHERE.search(self.text, back, one.start) is not None

    def who(
        self, cue: re.Match[str], *, passive: bool, but: frozenset[str]
    ) -> tuple[list[str], list[str]]:
        """Give who does it, and whom it is done to, as far as they are named and not left out."""
        actors = [one for one in self.actors if one.id not in but]
        after = [n for n, one in enumerate(actors) if one.start >= cue.end()]
        doers = [n for n in after if self._is_by(cue, actors[n])]
        found = self._doer(actors, cue)
        left = list(dict.fromkeys(one.id for one in found))
        if found and places.is_one_of(self.text, found[0], found[-1]):
            left = [MISSING]
        if doers:
            return self._joined(actors, doers[0]), left
        if passive:
            return [], left
        if left and _NOUN.fullmatch(self.text, cue.start(), cue.end()):
            left = left if _OWN.fullmatch(self.text, found[-1].stop, cue.start()) else []
        if _SOMEONE.search(self.text, max(0, cue.start() - BACK), cue.start()):
            left = []
        near = bool(after) and actors[after[0]].start - cue.end() <= NEAR
        right = self._joined(actors, after[0]) if near else []
        return left, [one for one in right if one not in left]

    def _doer(self, actors: list[Mention], cue: re.Match[str]) -> Sequence[Mention]:
        def joined(n: int) -> Sequence[Mention]:
            found = chain(self.text, actors, n)
            together = _TOGETHER.search(self.text, found[0].start, found[-1].stop)
            return found if together else [actors[n]]

        before = [n for n, one in enumerate(actors) if one.stop <= cue.start()]
        if _AT_EVENT.match(cue[0]):  # approved by X at a meeting
            return joined(before[-1]) if before else []
        return doer(self.text, actors, cue.start(), joined)

    def _is_by(self, cue: re.Match[str], one: Mention) -> bool:
        """Whether an actor after a cue is said to have done it: "by X", "fell to X"."""
        by = (_THE if cue[0].endswith(" of") else _BY).match(self.text, cue.end())
        to = places.falls(cue[0]) and _TO.match(self.text, cue.end())
        starts = {found.end() for found in (by, to) if found}
        starts |= {found.start("the") for found in (by, to) if found}  # it may be of the name
        return one.start in starts

    def where(self, kind: str, cue: re.Match[str], *, passive: bool, reduced: bool) -> list[str]:
        """Give where it is, as far as that is named.

        After an active verb, else before it in the same clause; what is passive has its place for
        a subject, which mostly comes first. What is left is not where something goes, and what is
        entered not where it comes from.
        """
        away = places.is_goal if kind in places.LEAVING else places.is_source
        there = [n for n, one in enumerate(self._places) if not self._is_so(away, n)]
        before = [n for n in there if self._places[n].stop <= cue.start()]
        if reduced:
            near = [n for n in before if cue.start() - self._places[n].stop <= RIGHT_BEFORE]
            return self._innermost(near[-1]) if near else []
        if passive or places.falls(cue[0]):
            return self._subject(kind, cue, before)
        after = [n for n in there if self._places[n].start >= cue.start()]
        found = self._object(kind, cue, after) or self._before(kind, cue, before)
        goes = kind == "ForcesWithdrew" and self.goal(kind, cue)
        return found or ([MISSING] if goes else [])

    def _is_so(self, what: Callable[[str, Mention], bool], at: int) -> bool:
        """Whether it is so of a place, or of one before that it is joined to."""
        if at not in self._first:
            joined = chain(self.text, self._places, at)
            starts = self._places.index(joined[0])
            self._first |= dict.fromkeys(range(starts, starts + len(joined)), starts)
        some = self._places[self._first[at] : at + 1]
        return any(what(self.text, one) for one in some[-_MOST:])

    def _subject(self, kind: str, cue: re.Match[str], before: Sequence[int]) -> list[str]:
        if kind not in places.OF_A_TOWN:
            return self._innermost(before[0]) if before else []
        for n in before:
            joined = self._together(n)
            fits = places.is_subject(self.text, cue, joined[0], joined[-1])
            if fits != "no":
                return self._innermost(n) if fits == "yes" else [MISSING]
        return []

    def _object(self, kind: str, cue: re.Match[str], after: Sequence[int]) -> list[str]:
        unknown = _UNKNOWN_TOWN.search(self.text, cue.end(), cue.end() + NEAR)
        if unknown and any(one.start == unknown.end() - 1 for one in self._places):
            unknown = None
        strict = kind in places.OF_A_TOWN or kind == "ForcesWithdrew"
        for n in after:
            one = self._places[n]
            if one.start - cue.end() > NEAR:
                break
            if unknown and unknown.end() <= one.start:
                return [MISSING]
            fits = places.is_object(kind, self.text, cue, one) if strict else "yes"
            other = not strict and _PARTED.search(self.text, cue.end(), one.start)
            if other or (fits == "yes" and places.is_on_the_way(self.text, one)):
                return [MISSING]
            if fits != "no":
                return self._innermost(n) if fits == "yes" else [MISSING]
        return [MISSING] if unknown else []

    def _before(self, kind: str, cue: re.Match[str], before: Sequence[int]) -> list[str]:
        if not before:
            return []
        one = self._places[before[-1]]
        parted = _BREAK.search(self.text, one.stop, cue.start()) is not None
        if kind in places.OF_A_TOWN:
            fits = places.may_stand_before(self.text, cue, one, parted=parted)
        else:
            fits = not parted
        return self._innermost(before[-1]) if fits else []

    def goal(self, kind: str, cue: re.Match[str]) -> str | None:
        """Give where those who leave arrive, "withdrew to X"; MISSING if they only head for it."""
        for n, one in enumerate(self._places if kind in places.LEAVING else ()):
            near = 0 <= one.start - cue.end() <= NEAR
            parted = _BREAK.search(self.text, cue.end(), one.start)
            if near and not parted and places.is_goal(self.text, one):
                alone = len(chain(self.text, self._places, n)) == 1
                return one.id if alone and places.is_reached(self.text, one) else MISSING
        return None

    def _innermost(self, at: int) -> list[str]:
        """Give a place and those joined to it, but for what another of them lies in."""
        group = self._together(at)
        if places.is_one_of(self.text, group[0], group[-1]):
            return [MISSING]
        some = list(dict.fromkeys(one.id for one in group))
        around = {one: self._registry.around(one) for one in some if one != MISSING}
        return [one for one in some if not any(one in found for found in around.values())]

    def _together(self, at: int) -> Sequence[Mention]:
        """Give those that are joined to a place: by "and", or as what it lies in.

        A comma alone joins none: "after the fall of X, Y is next".
        """
        joined = chain(self.text, self._places, at)
        if _TOGETHER.search(self.text, joined[0].start, joined[-1].stop):
            return joined
        own = self._places[at]
        return [one for one in joined if one is own or self._nested(own.id, one.id)]

    def _nested(self, one: str, other: str) -> bool:
        if MISSING in {one, other}:
            return one == other
        around = self._registry.around
        return one == other or one in around(other) or other in around(one)

    def _joined(self, actors: list[Mention], at: int) -> list[str]:
        group = chain(self.text, actors, at)
        if places.is_one_of(self.text, group[0], group[-1]):
            return [MISSING]
        return list(dict.fromkeys(one.id for one in group))

    def whose(self, count: Counted) -> str | None:
        """Name those who are counted, where the count says so: "65 Islamist insurgents"."""
        inside = [one for one in self.actors if count.start <= one.start < count.stop]
        return inside[0].id if inside else None

    def how_many(self, kind: str, cue: re.Match[str]) -> Counted | None:
        """Give the count that belongs to a cue: the nearest of a sort that the kind counts."""
        near = [
            one
            for one in self._counts
            if one.sort in _COUNTED.get(kind, ())
            and self.fates.owner(one) is None
            and not _PARTED.search(self.text, *_between(one, cue))
        ]
        if kind == "CiviliansDisplaced":
            near = [
                one
                for one in near
                if one.start < cue.end() and not _ANOTHER.search(self.text, one.stop, cue.end())
            ]
        found = min(near, key=lambda one: _apart(one.start, one.stop, cue), default=None)
        return opened(found) if found and self._is_of_others(kind, found, cue) else found

    def _is_of_others(self, kind: str, one: Counted, cue: re.Match[str]) -> bool:
        """Whether a number is that of others too, or of fewer: "of the 500 pledged, 120 came"."""
        promised = kind == "TroopsPledged" and _PROMISED.match(cue[0]) is not None
        participle = promised and 0 <= cue.start() - one.stop <= 1
        if _OF_THESE.search(self.text, 0, one.start):
            return not participle
        some = one.stop <= cue.start() and _SOME_OF.match(self.text, one.start, one.stop)
        return promised and bool(some)

    def who_left(self, cue: re.Match[str]) -> Counted | None:
        """Give how many left, where that is not said of all of them."""
        for one in self._counts:
            between = self.text[one.stop : cue.start()] if one.stop <= cue.start() else ","
            right_after = 0 <= one.start - cue.end() <= 1
            if one.sort in _LEAVE and (right_after or not _PARTED_BY.search(between)):
                return one
        return None

    def when(self, kind: str, cue: re.Match[str], status: str) -> dict[str, str]:
        """Give the time of a fact."""
        return when(self.text, self._phrases, cue, (kind, status), self._published)


def _between(one: Counted, cue: re.Match[str]) -> tuple[int, int]:
    return (one.stop, cue.start()) if one.stop <= cue.start() else (cue.end(), one.start)


def _apart(start: int, stop: int, cue: re.Match[str]) -> int:
    return max(start - cue.end(), cue.start() - stop, 0)
