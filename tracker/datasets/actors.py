"""Actors that a table names: by id, by a registered name, or new ones to register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tracker.called import Ids, called
from tracker.datasets.ids import fresh_id
from tracker.datasets.values import Bad, folded, shown, squeezed
from tracker.registry import Actor

ActorType = Literal["state", "force", "group", "organisation", "person", "population"]


class Cast:
    """Names of actors to ids; who is new is kept in `fresh`, in the order of the table."""

    def __init__(self, registry: Mapping[str, Actor]) -> None:
        """Know the registered ones by id, name and alias."""
        self._named: dict[str, Ids] = called(registry.values(), folded)
        self._taken: dict[str, Actor] = dict(registry)
        self.fresh: dict[str, Actor] = {}

    def known(self, name: str, column: str) -> str | None:
        """Give the id of an actor by id, name or alias; None for nobody.

        Raises Bad for a name that several have.
        """
        return name if name in self._taken else self._one(name, column)

    def _one(self, name: str, column: str) -> str | None:
        ids = self._named.get(folded(name), ())
        return only(ids, name, column) if ids else None

    def of(self, name: str, kind: ActorType, column: str, parent: str | None = None) -> str:
        """Give the id of an actor by name or alias, registering who is new under its parent.

        What merely looks like somebody's id is a name like others: two tables that meet a name in
        another order must not take it for another's. Raises Bad, also for a name that several have.
        """
        found = self._one(name, column)
        if found is None:
            key = folded(name)
            if len(key) > 300:  # noqa: PLR2004 - no name is longer
                raise Bad("other", column, f"{shown(name)} is no name of an actor: too long")
            found = fresh_id(name, self._taken)
            actor = Actor(id=found, name=squeezed(name), type=kind, parent=parent)
            self._taken[found] = self.fresh[found] = actor
            self._named[key] = (found,)
        return found


def only(ids: Ids, name: str, column: str) -> str:
    """Give the one id that a name stands for; raises Bad where it may stand for several."""
    if len(ids) > 1:
        said = f"several are named {shown(name)} ({', '.join(ids)}), and this row does not say"
        raise Bad("other", column, f"{said} which: give the id of one under `values`")
    return ids[0]
