"""Mentions: where a text names the places and actors that are registered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from tracker.drafting.counts import FIGHTERS, TROOPS
from tracker.registry import Actor, Registry
from tracker.sheets import MISSING

_FORCES = (
    r"forces?|troops|soldiers|army|military|warplanes|planes|aircraft|jets|helicopters|fighters|"
    r"militants|rebels|insurgents|government|officers?|officials?|authorities|navy|air force|"
    r"air ?strikes?|air raids?|commandos?|marines|paratroopers?|peacekeepers?|personnel|pilots?|"
    r"soldier"
)
_ANYONE = re.compile(rf"{FIGHTERS}|{TROOPS}", re.IGNORECASE)
"""Names such as Rebels, which prose writes small."""
_SHORT = 3
"""Letters of a name that is too short to take one off, or to be a last name alone."""
_SPACE = r"\s+"
_HEAD = re.compile(rf"^(\w[\w'-]+) (?:{_FORCES})$", re.IGNORECASE)
_BETWEEN = r"(?:(?:\s+(?:and\s+)?|-)[\w'-]+){0,3}?\s+"
JOINED = re.compile(
    r"\s*(?:,|,?\s+(?:and|nor)|-|/)\s*(?:the\s+)?"
    r"(?:(?:[\w-]+\s+)?(?:towns?|cities|villages?|city)\s+of\s+)?",
    re.IGNORECASE,
)


class Mention(NamedTuple):
    """A name in a text: where it stands, and the id of whom it names.

    The id is MISSING where several have that name: a person says which is meant.
    """

    start: int
    stop: int
    id: str


class Names:
    """The names of a registry, to be found in texts: whole words, with or without accents.

    A name of one word is found as it is written, upper and lower case; "French troops" among the
    names of an actor makes "French" before any word for forces a name of it too.
    """

    def __init__(self, registry: Registry) -> None:
        """Make the patterns."""
        places, actors = registry.places.values(), registry.actors.values()
        self._places = _Finder((one.id, (one.name, *one.aliases)) for one in places)
        self._actors = _Finder((one.id, _names(one)) for one in actors)
        self._heads = _Finder((one.id, _heads(one)) for one in actors)
        self._known = _Finder(_known_by_one_word(actors))

    def places(self, text: str) -> list[Mention]:
        """Give the places that a text names, in its order."""
        return self._places.find(text)

    def actors(self, text: str) -> list[Mention]:
        """Give the actors that a text names, in its order."""
        found = self._actors.find(text)
        for one in self._heads.find(text):
            inside = any(known.start <= one.start < known.stop for known in found)
            if not inside and _FORCES_AFTER.match(text, one.stop):
                found.append(one)
        for one in self._known.find(text):
            if not any(known.start < one.stop and one.start < known.stop for known in found):
                found.append(one)
        return sorted(found)


_FORCES_AFTER = re.compile(rf"{_BETWEEN}(?:{_FORCES})\b", re.IGNORECASE)


def _names(actor: Actor) -> tuple[str, ...]:
    """Give an actor's names; a person's last name is one too."""
    names = (actor.name, *actor.aliases)
    if actor.type != "person":
        return names
    lasts = (name.split(maxsplit=1)[-1] for name in names)
    return (*names, *(last for last in lasts if len(last) > _SHORT))


def _heads(actor: Actor) -> Iterator[str]:
    """Yield what stands for an actor before a word for forces: "French", "rebel"."""
    for name in (actor.name, *actor.aliases):
        if (found := _HEAD.match(name)) and found[1][0].isupper():
            yield found[1]
        if " " not in name and name.endswith("s") and len(name) > _SHORT:
            yield name[:-1]


def _known_by_one_word(actors: Collection[Actor]) -> Iterator[tuple[str, tuple[str]]]:
    """Yield who "the army" is: the only one of whose names it is the last word, or the first."""
    owners: dict[str, set[str]] = {}
    for one in actors:
        for name in (one.name, *one.aliases):
            words = name.lower().split()
            for word in {words[0], words[-1]} & _COMMON if len(words) > 1 else ():
                owners.setdefault(word, set()).add(one.id)
    for word, those in owners.items():
        if len(those) == 1:
            yield next(iter(those)), (f"the {word}",)


_COMMON = frozenset(
    {"army", "government", "militia", "police", "navy", "guard", "front", "junta", "alliance"}
)


class _Finder:
    def __init__(self, names: Iterable[tuple[str, Iterable[str]]]) -> None:
        known: dict[str, str] = {}
        for owner, said in names:
            for name in said:
                known[_folded(name)] = _one(known.get(_folded(name)), owner)
        self._known: Mapping[str, str] = known
        loose: dict[str, str] = {}
        for name, owner in known.items():
            loose[name.casefold()] = _one(loose.get(name.casefold()), owner)
        self._loose: Mapping[str, str] = loose
        ordered = sorted(known, key=lambda name: (-len(name), name))
        self._pattern = re.compile(
            rf"(?<!\w)(?:{'|'.join(map(_written, ordered))})(?!\w)" if ordered else r"(?!)"
        )

    def find(self, text: str) -> list[Mention]:
        folded = _folded(text)
        found = []
        for match in self._pattern.finditer(folded):
            said = " ".join(match[0].split())
            owner = self._known.get(said) or self._loose[said.casefold()]
            found.append(Mention(match.start(), match.end(), owner))
        return found


def _one(known: str | None, owner: str) -> str:
    """Give who has a name: MISSING, where it is another one's too."""
    return owner if known in {None, owner} else MISSING


def _written(name: str) -> str:
    """Make a pattern of a name; of several words, whatever their case and the space between."""
    words = name.split()
    if len(words) == 1:
        first, rest = re.escape(name[0]), re.escape(name[1:])
        if _ANYONE.fullmatch(name):
            return f"(?i:{first}){rest}"
        return f"{first}{rest}" if name[0].isupper() else f"(?i:{first}){rest}"
    return rf"(?i:{_SPACE.join(map(re.escape, words))})"


def _folded(text: str) -> str:
    """Take the accents off, letter by letter: as long as before, so that places in it stay."""
    return "".join(unicodedata.normalize("NFD", letter)[0] for letter in text)


class Spanned(Protocol):
    """What stands somewhere in a text: a mention, a count."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def stop(self) -> int:
        """Where it is over."""


S = TypeVar("S", bound=Spanned)


def chain(text: str, some: Sequence[S], at: int, joined: re.Pattern[str] = JOINED) -> Sequence[S]:
    """Give those that are joined to one of them: "Timbuktu, Gao and Kidal"."""

    def joins(n: int) -> bool:
        return joined.fullmatch(text, some[n].stop, some[n + 1].start) is not None

    first = last = at
    while first > 0 and joins(first - 1):
        first -= 1
    while last + 1 < len(some) and joins(last):
        last += 1
    return some[first : last + 1]
