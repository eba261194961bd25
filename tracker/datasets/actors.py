"""Actors that a table names: by id, by a registered name, or new ones to register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tracker.datasets.ids import fresh_id
from tracker.datasets.values import Bad, folded, shown, squeezed
from tracker.registry import Actor

ActorType = Literal["state", "force", "group", "organisation", "person", "population"]


class Cast:
    """Names of actors to ids; who is new is kept in `fresh`, in the order of the table."""

    def __init__(self, registry: Mapping[str, Actor]) -> None:
        """Know the registered ones by id, name and alias."""
        self._named: dict[str, str] = {}
        self._taken: dict[str, Actor] = dict(registry)
        self.fresh: dict[str, Actor] = {}
        for actor in registry.values():
            for name in (actor.name, *actor.aliases):
                self._named.setdefault(folded(name), actor.id)

    def known(self, name: str) -> str | None:
        """Give the id of an actor by id, name or alias; None for nobody."""
        return name if name in self._taken else self._named.get(folded(name))

    def of(self, name: str, kind: ActorType, column: str, parent: str | None = None) -> str:
        """Give the id of an actor by name or alias, registering who is new under its parent.

        What merely looks like somebody's id is a name like others: two tables that meet a name in
        another order must not take it for another's. Raises Bad.
        """
        key = folded(name)
        found = self._named.get(key)
        if found is None:
            if len(key) > 300:  # noqa: PLR2004 - no name is longer
                raise Bad("other", column, f"{shown(name)} is no name of an actor: too long")
            found = fresh_id(name, self._taken)
            actor = Actor(id=found, name=squeezed(name), type=kind, parent=parent)
            self._taken[found] = self.fresh[found] = actor
            self._named[key] = found
        return found
