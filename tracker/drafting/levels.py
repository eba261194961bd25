"""Levels: which level of which registered scheme a sentence says was arrived at."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from tracker.registry import AlertScheme, Registry
from tracker.sheets import MISSING

_TO = re.compile(r"\bto\s+(?:an?\s+|the\s+)?(?:level\s+)?[\"“‘']?$", re.IGNORECASE)
_OR = re.compile(r"\s*[\"”’']?,?\s+or\b", re.IGNORECASE)
_FAR = 20
"""Characters before a level that hold its "to"."""


class _Level(NamedTuple):
    """A level that a text names: of which scheme, and whether it says that it was arrived at."""

    scheme: AlertScheme
    name: str
    reached: bool


def level_of(text: str, registry: Registry, actors: Collection[str]) -> dict[str, Any] | None:
    """Give `scheme`, `scope` and `level` of what is raised or lowered; None where none is named.

    The level is the one arrived at: "from amber to red", "to red from amber". Where a text names
    levels but not that one, or where it may be of several schemes, what is open is marked. `actors`
    are those that the text names: the authority of a scheme tells which is meant.
    """
    found = [one for scheme in registry.schemes.values() for one in _named(text, scheme)]
    if not found:
        return None
    reached = [one for one in found if one.reached]
    schemes = {one.scheme.id: one.scheme for one in reached or found}
    if len(schemes) > 1:
        schemes = {
            one.id: one
            for one in schemes.values()
            if one.authority in actors or one.name.casefold() in text.casefold()
        }
    if len(schemes) != 1:
        names = {one.name for one in reached}
        level = names.pop() if len(names) == 1 else MISSING
        return {"scheme": MISSING, "scope": MISSING, "level": level}
    (scheme,) = schemes.values()
    names = {one.name for one in reached if one.scheme.id == scheme.id}
    level = names.pop() if len(names) == 1 else MISSING
    return {"scheme": scheme.id, "scope": scheme.scope, "level": level}


def _named(text: str, scheme: AlertScheme) -> Iterator[_Level]:
    names = sorted((*(one.name for one in scheme.aliases), *scheme.levels), key=len, reverse=True)
    spelt = {name.casefold(): name for name in reversed(names)}
    pattern = rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])"
    for match in re.finditer(pattern, text, re.IGNORECASE):
        said = _TO.search(text, max(0, match.start() - _FAR), match.start())
        reached = said is not None and not _OR.match(text, match.end())
        yield _Level(scheme, spelt[match[0].casefold()], reached)
