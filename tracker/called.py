"""Names: whom one of them means. No libraries.

A name goes before another's alias; one that several share means any of them, which only who wrote
it can tell. How two spellings of a name are one is for who asks to say (`fold`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

Ids = tuple[str, ...]
Fold = Callable[[str], str]


class Named(Protocol):
    """Who is registered under a name."""

    @property
    def id(self) -> str:
        """The id."""
        ...

    @property
    def name(self) -> str:
        """The name that is shown."""
        ...


class Aliased(Named, Protocol):
    """Who may go by other names too."""

    @property
    def aliases(self) -> Sequence[str]:
        """Those names."""
        ...


def called(entries: Iterable[Aliased], fold: Fold) -> dict[str, Ids]:
    """Give the ids that go by each folded name, in the order of the entries."""
    entries = list(entries)
    return {**_by_alias(entries, fold), **_by_name(entries, fold)}


def tellers(actors: Iterable[Aliased], sources: Iterable[Named], fold: Fold) -> dict[str, Ids]:
    """Give the ids of who may have said something, by each folded name.

    Of an actor and a source of one name the actor is meant: it speaks, the other only publishes.
    """
    actors = list(actors)
    return {**_by_alias(actors, fold), **_by_name(sources, fold), **_by_name(actors, fold)}


def either(ids: Sequence[str]) -> str:
    """Write ids of which one is meant."""
    return " or ".join(filter(None, (", ".join(ids[:-1]), ids[-1])))


def _by_name(entries: Iterable[Named], fold: Fold) -> Mapping[str, Ids]:
    return _gathered((fold(one.name), one.id) for one in entries)


def _by_alias(entries: Iterable[Aliased], fold: Fold) -> Mapping[str, Ids]:
    return _gathered((fold(name), one.id) for one in entries for name in one.aliases)


def _gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, Ids]:
    found: dict[str, dict[str, None]] = {}
    for name, one in pairs:
        found.setdefault(name, {})[one] = None
    return {name: tuple(ids) for name, ids in found.items()}
