"""Keys as someone wrote them: whether a projection could ever answer them, and what was meant.

A cell of which nobody told yet is a key too, where every part of it is known: that there is none
is then an answer. What names nothing is a slip.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from projections.alerts import NOTICES
from projections.forces import PHASES
from projections.losses import FATES
from projections.names import BELIEVED
from projections.store import Row, Store

NEAR = 0.5
"""How like a key has to be, of 1, to be what may have been meant."""


def is_key(store: Store, projection: str, key: str) -> bool:
    """Whether a projection has a cell of this key, or could have one; a fact or place it lists."""
    if store.rows("SELECT 1 FROM cells WHERE projection = ? AND key = ?", (projection, key)):
        return True
    places = store.names("places")
    if projection not in BELIEVED:
        listed = "SELECT 1 FROM chronologies WHERE projection = ? AND fact = ?"
        return key in places or bool(store.rows(listed, (projection, key)))
    match projection, key.split("/"):
        case "control", [place]:
            return place in places
        case "forces", [actors, place, category, phase]:
            known = place in places and phase in PHASES and _counted(store, projection, category)
            return known and _actors(store, actors)
        case "losses", [side, category, fate]:
            known = fate in FATES and _counted(store, projection, category)
            return known and _actors(store, side)
        case "alerts", [scheme, scope]:
            return _alert(store, scheme, scope)
    return False


def cells_of(store: Store, projection: str, name: str) -> list[str]:
    """Give the keys of the cells of a place or an actor; none where cells are places.

    Of forces where they are and whose, of losses whose, of alerts whom they are about. What is
    joint belongs to each, and comes last.
    """
    if projection not in _NAMED:
        return []
    sql = "SELECT key FROM cells WHERE projection = ? AND instr(key, ?)"
    found = (str(row["key"]) for row in store.rows(sql, (projection, name)))
    named = _NAMED[projection]
    of_it = [key for key in found if any(name in one.split("+") for one in key.split("/")[named])]
    return sorted(of_it, key=lambda key: ("+" in key, key))


_NAMED = {"forces": slice(0, 2), "losses": slice(0, 1), "alerts": slice(1, 2)}
"""The parts of a key that name places and actors."""


def near_key(store: Store, projection: str, key: str) -> str | None:
    """Give the key that was perhaps meant: the nearest, by what it is or what it is called."""
    if cells := cells_of(store, projection, key):
        return cells[0]
    sql = "SELECT key FROM cells WHERE projection = ?"
    known = {str(row["key"]).casefold(): str(row["key"]) for row in store.rows(sql, (projection,))}
    if projection == "control" or projection not in BELIEVED:
        known |= _called(store.names("places").whole())
    near = get_close_matches(key.casefold(), known, n=1, cutoff=NEAR)
    return known[near[0]] if near else None


def _called(places: Mapping[str, Row]) -> dict[str, str]:
    return {
        str(name).casefold(): place
        for place, one in places.items()
        for name in (*one.get("aliases", ()), one["name"], place)
    }


def _actors(store: Store, joined: str) -> bool:
    actors: Iterable[str] = joined.split("+")
    return all(actor in store.names("actors") for actor in actors)


def _counted(store: Store, projection: str, category: str) -> bool:
    """Whether anyone counted such: any word can be a category, so only those in use are known."""
    if category == "troops":
        return True
    sql = "SELECT key FROM cells WHERE projection = ?"
    at = 2 if projection == "forces" else 1
    return any(row["key"].split("/")[at] == category for row in store.rows(sql, (projection,)))


def _alert(store: Store, scheme: str, scope: str) -> bool:
    here = scope in store.names("places")
    if scheme in NOTICES:
        return here or scope == "all" or _actors(store, scope)
    return here and scheme in store.names("schemes")
