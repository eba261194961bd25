"""Saying: what a row says of the world, apart from where that comes from; what changed, changed it.

A diff, a replay and a watch go by it. Of the states of a cell it is numbered as they are written,
so that what differs between two moments is told without reading any.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from projections.claims import Value, public, remembered
from projections.state import State

Row = dict[str, Any]

# What a row says of the world is the rest: these are where it comes from, and since when.
_BESIDE = frozenset(
    {"name", "place", "evidence", "last_evidence", "age_days", "stale", "since", "rule"}
    | {"dissent", "last_undisputed", "origins", "ratings", "additional", "remainder"}
)
_BESIDE_SUPPORT = _BESIDE | {"support"}
_NESTED = ("possibly", "values")
_NOTHING = object()


def said(row: Row | None, *, support: bool = True) -> Row | None:
    """Give only what a row says: its value, support, certainty, what is possible, who rivals."""
    if row is None:
        return None
    beside = _BESIDE if support else _BESIDE_SUPPORT
    kept = {name: item for name, item in row.items() if name not in beside}
    if row.get("projection") == "forces":
        kept["place"] = row["place"]
    for name in _NESTED:
        kept[name] = _in_order(map(said, row.get(name) or ()))
    return kept


def _in_order(rows: Iterable[Row | None]) -> list[Row | None]:
    """Order what is said beside each other: which of it was told last is no part of it."""
    return sorted(rows, key=lambda one: repr(sorted(one.items()) if one else ""))


def says_the_same(one: Row | None, two: Row | None, *, support: bool = True) -> bool:
    """Whether two rows of a cell say the same: said(one) == said(two), told at the first word."""
    if one is None or two is None:
        return one is two
    beside = _BESIDE if support else _BESIDE_SUPPORT
    for name, item in one.items():
        if name not in beside and name not in _NESTED and item != two.get(name, _NOTHING):
            return False
    if one.get("projection") == "forces" and one["place"] != two["place"]:
        return False
    if any(name not in one for name in two if name not in beside and name not in _NESTED):
        return False
    for name in _NESTED:
        first, second = one.get(name) or (), two.get(name) or ()
        if len(first) != len(second):
            return False
        if not all(map(says_the_same, first, second)) and (
            _in_order(map(said, first)) != _in_order(map(said, second))
        ):
            return False
    return True


def begun(row: Row | None) -> str | None:
    """Give since when a row's state is so, as told."""
    since = row["since"] if row else None
    return str(since["edtf"]) if since else None


Said = tuple[object, ...]


class Numbered:
    """The states of one cell by what they say: those with one number say the same."""

    def __init__(self) -> None:
        """Begin without states."""
        self._says: dict[Said, int] = {}
        self._tells: dict[Said, int] = {}

    def numbers(self, state: State) -> tuple[int, int]:
        """Give the number of what it says on the ground, and of that with who backs it, since when.

        Two have one number exactly where says_the_same without support, and with it and `begun`.
        """
        says = _says(state)
        tells = (says, state.support, state.since.edtf if state.since else None)
        return (
            self._says.setdefault(says, len(self._says)),
            self._tells.setdefault(tells, len(self._tells)),
        )


def _says(state: State) -> Said:
    return (
        state.certainty,
        _plainly(state.value),
        *sorted(_plainly(one.value) for one in state.possibly),
        None,
        *sorted(_plainly(one.value) for one in state.values),
    )


@remembered
def _plainly(value: Value) -> str:
    """Write what a value says in one way, whatever the order in which it was put together."""
    return repr(sorted(one for one in public(value).items() if one[0] not in _BESIDE))
