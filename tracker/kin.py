"""Kin: who stands with whom, how far a source is trusted, whose days are days. No libraries.

Built of the registry, or of the read model's rows, so that asking need not load what validates.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from tracker.days import day_after
from tracker.instants import DAY, Instant

ARMED = frozenset({"force", "group"})
"""Types of actor that are parties to a conflict, whether or not a side is named for them."""
OFFICIAL = frozenset({"state", "organisation"})
"""Types of actor that speak as an office."""


def origin_of(source: str, voice: str, speaker: str | None, origin: str | None) -> str:
    """Say where information first came from: a speaker speaks through whatever outlet."""
    return origin or (speaker if voice == "attributed" and speaker else source)


@lru_cache(maxsize=65_536)  # a log quotes few people in many facts
def one_origin(words: str) -> str:
    """Give what all spellings of an origin share; of an id, the id.

    Who is no more than described ("the mayor") may be written in other case, with other spaces or
    in another Unicode form, and is nobody else for that: who told twice has confirmed nothing.
    """
    if words.isascii():
        return " ".join(words.casefold().split())
    folded = unicodedata.normalize("NFKC", words).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


@dataclass(frozen=True, slots=True)
class Kin:
    """Actors by id ({type, side, parent, allies}) and sources by id ({type, interest, rating}).

    `zone` is that of the situation's days.
    """

    actors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    zone: str = "UTC"
    _same: dict[tuple[str, str], bool] = field(default_factory=dict, compare=False)
    _ratings: dict[tuple[str, str], str | None] = field(default_factory=dict, compare=False)
    _leanings: dict[tuple[str, str], bool | None] = field(default_factory=dict, compare=False)

    def day_after(self, instant: Instant) -> Instant:
        """Give the instant a day later, as days are where the situation is."""
        return instant + DAY if self.zone == "UTC" else day_after(instant, self.zone)

    def lineage(self, actor: str) -> tuple[str, ...]:
        """Give an actor and its parents, nearest first; a loop of parents ends where it closes."""
        line: list[str] = []
        at: str | None = actor
        while at is not None and at not in line:
            line.append(at)
            at = self.actors.get(at, {}).get("parent")
        return tuple(line)

    def side(self, actor: str) -> str | None:
        """Give the side of an actor: its own, else its nearest parent's, else None."""
        for name in self.lineage(actor):
            found = self.actors.get(name, {}).get("side")
            if found:
                return str(found)
        return None

    def same_side(self, one: str, other: str) -> bool:
        """Whether two actors are one side: kin by parents, their allies, or in the same camp."""
        if one == other:
            return True
        asked = (one, other)
        if asked not in self._same:
            self._same[asked] = self._same_side(one, other)
        return self._same[asked]

    def _same_side(self, one: str, other: str) -> bool:
        mine, theirs = self.lineage(one), self.lineage(other)
        if one in theirs or other in mine:
            return True
        if any(ally in theirs for name in mine for ally in self._allies(name)):
            return True
        if any(ally in mine for name in theirs for ally in self._allies(name)):
            return True
        side = self.side(one)
        return side is not None and side == self.side(other)

    def _allies(self, actor: str) -> tuple[str, ...]:
        return tuple(self.actors.get(actor, {}).get("allies") or ())

    def leaning(self, origin: str, actor: str) -> bool | None:
        """Whether who says something stands with an actor: True, False (against it), None.

        None where the origin is no party: a source that names no interest, an actor without a
        side that is no armed group, or anyone who is not registered; and where the actor is neither
        one nor a state, for nobody stands against it. A source's `interest` is a side, or the id of
        an actor.
        """
        asked = (origin, actor)
        if asked not in self._leanings:
            self._leanings[asked] = self._leaning(origin, actor)
        return self._leanings[asked]

    def _leaning(self, origin: str, actor: str) -> bool | None:
        if origin in self.actors:
            if self.same_side(origin, actor):
                return True
            return self._against(actor) if self.party(origin) is not None else None
        interest = self.sources.get(origin, {}).get("interest")
        if interest is None:
            return None
        if interest in self.actors:
            ours = self.same_side(str(interest), actor)
        else:
            ours = self.side(actor) == str(interest)
        return True if ours else self._against(actor)

    def _against(self, actor: str) -> bool | None:
        types = {self.actors.get(name, {}).get("type") for name in self.lineage(actor)}
        return False if "state" in types or self.party(actor) is not None else None

    def party(self, origin: str) -> str | None:
        """Name the party that an origin belongs to: a side, or an armed group; else None."""
        if origin in self.actors:
            side = self.side(origin)
            if side is not None:
                return side
            line = [name for name in self.lineage(origin) if name in self.actors]
            return next((n for n in reversed(line) if self.actors[n].get("type") in ARMED), None)
        interest = self.sources.get(origin, {}).get("interest")
        if interest is None:
            return None
        return self.side(str(interest)) or str(interest)

    def official(self, origin: str) -> bool:
        """Whether an origin is an office: an official source, a state, an organisation, theirs."""
        if self.sources.get(origin, {}).get("type") == "official":
            return True
        return any(self.actors.get(n, {}).get("type") in OFFICIAL for n in self.lineage(origin))

    def origin(self, source: str, voice: str, speaker: str | None, stated: str | None) -> str:
        """Say where information first came from: as stated, else the speaker, else the source.

        A registered speaker is its own origin, through whatever wire; only one that it belongs to
        (its ministry, its state) can be stated in its place. The words are as told, but for an id
        written in capitals: whose words are whose is for `one_origin` to say.
        """
        speaker, stated = self._named(speaker), self._named(stated)
        found = origin_of(source, voice, speaker, stated)
        if voice != "attributed" or speaker is None or speaker not in self.actors:
            return found
        return found if found in self.lineage(speaker) else speaker

    def _named(self, words: str | None) -> str | None:
        if words is None or words in self.actors or words in self.sources:
            return words
        named = one_origin(words)
        return named if named in self.actors or named in self.sources else words

    def rating(self, origin: str, source: str) -> str | None:
        """Give the registered rating of an origin that is a source, else of the source."""
        own = self.sources.get(origin, {}).get("rating")
        found = own or self.sources.get(source, {}).get("rating")
        return None if found is None else str(found)

    def rating_through(self, origin: str, source: str) -> str | None:
        """Give the rating of what an origin says through a source.

        A party that speaks through an outlet does not borrow the outlet's rating: that it said so
        is one thing, that it is so another.
        """
        asked = (origin, source)
        if asked not in self._ratings:
            quoted = origin != source and self.party(origin) is not None
            self._ratings[asked] = self.rating(origin, origin if quoted else source)
        return self._ratings[asked]
