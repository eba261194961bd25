"""Levels: numbers that are stated as totals and moved by changes. Shared by forces and losses."""

from __future__ import annotations

from typing import Any

from projections.claims import Claim, Step, Value
from tracker.quantities import Quantity

NUMBERS = ("low", "best", "high")
EMPTY: Value = {"low": None, "best": None, "high": None, "comparator": None, "_changes": []}


def effect(quantity: Quantity | None) -> str:
    """Say how a quantity bears on a level: `present` (no number), `change`, or `total`."""
    if quantity is None:
        return "present"
    return "change" if quantity.semantics == "change" else "total"


def numbers(quantity: Quantity | None) -> dict[str, Any]:
    """Give {"low", "best", "high", "comparator"}; all null without a quantity."""
    names = (*NUMBERS, "comparator")
    return {name: getattr(quantity, name, None) for name in names}


def step(value: Value | None, claim: Claim) -> Step:
    """Say what the level is once this is told too.

    A total sets it. A change moves it, once: two changes of one size whose times overlap are two
    mentions of one event. Being told of without a number leaves a known number standing.
    """
    stated = {name: claim.value[name] for name in (*NUMBERS, "comparator")}
    if claim.effect == "present":
        return Step(value, "agrees") if value else Step({**EMPTY, **claim.value}, "replaces")
    if claim.effect == "total":
        found = {**claim.value, "_changes": []}
        unmoved = value is not None and not value["_changes"]
        same = unmoved and all(value[name] == stated[name] for name in stated)  # type: ignore[index]
        return Step(found, "agrees" if same else "replaces")
    change = [*stated.values(), claim.start.earliest, claim.start.latest]
    if value is None:
        return Step({**claim.value, "_changes": [change]}, "replaces")
    if any(_one_event(change, counted) for counted in value["_changes"]):
        return Step(value, "agrees")
    moved = {name: _sum(value, stated, name) for name in NUMBERS}
    comparator = _hedge(value["comparator"], stated["comparator"])
    found = {**value, **moved, "comparator": comparator, "_changes": [*value["_changes"], change]}
    return Step(found, "adds")


def _one_event(change: list[Any], counted: list[Any]) -> bool:
    return change[:4] == counted[:4] and change[4] < counted[5] and counted[4] < change[5]


def _sum(value: Value, stated: dict[str, Any], name: str) -> int | None:
    before, more = value[name], stated[name]
    if value["comparator"] is None:  # present in unknown number: the change is what is known
        return more if isinstance(more, int) and name != "high" else None
    return before + more if before is not None and more is not None else None


def _hedge(before: str | None, more: str) -> str:
    if before is None:
        return "at least"
    return more if before in {more, "exact"} else before
