"""Sums: hedged numbers, how far each reaches, and what they come to together.

A number is {"low", "best", "high", "comparator"}; all null where nobody says one.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Any

from projections.claims import Value

NUMBERS = ("low", "best", "high")
ENDS = ("low", "high")
STATED = (*NUMBERS, "comparator")
WORDS = ("a few", "several", "some", "many", "dozens", "hundreds", "thousands")
HEDGES = (
    *("exact", "between", "about", "more than", "at least", "fewer than", "at most"),
    *reversed(WORDS),
)
_OPEN_ABOVE = frozenset(
    {"at least", "more than", "some", "many", "dozens", "hundreds", "thousands"}
)
_OPEN_BELOW = frozenset({"at most", "fewer than"})
_STRICTER = ({"at least", "more than"}, {"at most", "fewer than"})
_BOUNDS = frozenset({"at least", "more than", "at most", "fewer than"})
FAR_OFF = 2
"""Times a bound that a number lies off it, of which the bound then tells nothing: our choice."""
_FAR = 10**30
"""Beyond what any number of changes comes to."""


def fewer(numbers: Value) -> dict[str, Any]:
    """Give a change the other way: what left, as a change of what is left."""
    turned = {"low": "high", "best": "best", "high": "low"}
    less = {name: None if numbers[of] is None else -numbers[of] for name, of in turned.items()}
    hedges = {"at least": "at most", "more than": "fewer than", "at most": "at least"}
    hedges["fewer than"] = "more than"
    hedge = numbers["comparator"]
    return {**numbers, **less, "comparator": hedges.get(hedge, hedge), "_less": True}


def reach(value: Value) -> tuple[float, float]:
    """Give the least and the greatest number that a level may stand for.

    "About 500" reaches one unit of its last significant digit either way, 400 to 600, as `~`
    widens a time by one unit of its precision; but never more than a fifth ("about 1,000"). An end
    that is told beside it is that end: so a sum reaches as far as what it is made of, no further.
    """
    low, best, high = (value[name] for name in NUMBERS)
    hedge = value["comparator"]
    if hedge is None:
        return 0, inf
    if hedge == "about" and best is not None:
        unit = min(_unit(best), abs(best) // 5)
        return best - unit if low is None else low, best + unit if high is None else high
    least = low if low is not None else best if best is not None else 0
    most = high if high is not None else inf if hedge in _OPEN_ABOVE or best is None else best
    if hedge in _OPEN_BELOW and low is None:
        least = 0
    return least + (hedge == "more than"), most - (hedge == "fewer than")


def _unit(number: int) -> int:
    unit = 1
    while number and number % (unit * 10) == 0:
        unit *= 10
    return unit


def fit(one: Value, other: Value) -> bool:
    """Whether both may stand for one number: their ranges overlap."""
    (low, high), (least, most) = reach(one), reach(other)
    return low <= most and least <= high


def width(value: Value) -> float:
    """Give how far a number reaches in all."""
    least, most = reach(value)
    return most - least


def at_least(value: Value) -> tuple[float, int]:
    """Tell how much a level without an upper end says: its least, else its word."""
    hedge = value["comparator"]
    return reach(value)[0], WORDS.index(hedge) if hedge in WORDS else -1


def figure(value: Value) -> int | None:
    """Give the figure that a level is counted by: the best, else the bound that is stated."""
    found = value["best"]
    if found is None:
        found = value["low"]
    if found is None:
        found = value["high"]
    return None if found is None else int(found)


def near(one: Value, other: Value) -> bool:
    """Whether two levels tell of one size: where one is a bound, they lie within FAR_OFF times."""
    if {one["comparator"], other["comparator"]}.isdisjoint(_BOUNDS):
        return True
    low, high = sorted((figure(one) or 0, figure(other) or 0))
    return high < FAR_OFF * low or low == high


def envelope(values: Sequence[Value]) -> dict[str, Any]:
    """Give the range that all of them lie in."""
    ends = [reach(value) for value in values]
    return between(min(low for low, _ in ends), max(high for _, high in ends))


def between(low: float, high: float) -> dict[str, Any]:
    """Give the number that reaches from one to another, without an end where that is far out."""
    if high >= _FAR:
        return {"low": int(low), "best": None, "high": None, "comparator": "at least"}
    return {"low": int(low), "best": None, "high": int(high), "comparator": "between"}


def equal(value: Value, other: Value) -> bool:
    """Whether they are stated alike."""
    return all(value[name] == other[name] for name in STATED)


def extent(stated: Value, *, less: bool) -> tuple[int, int]:
    """Give the least and the greatest that a change may come to: nobody comes by leaving."""
    low, high = _ends(stated).values()
    if low is None:
        low = -_FAR if less else 0
    if high is None:
        high = 0 if less else _FAR
    return low, high


def added(value: Value, stated: Value, *, less: bool) -> dict[str, Any]:
    """Give the number that a change makes of a level; `less` where it is of those who left."""
    if figure(value) is None:
        return _come(value, stated)
    found: dict[str, Any] = {
        "low": _sum(value["low"], stated["low"]),
        "best": _sum(value["best"], stated["best"]),
        "high": _sum(value["high"], stated["high"]),
        "comparator": _hedge(value["comparator"], stated["comparator"]),
    }
    if found["comparator"] == "about":
        found |= {end: _end(value, end, stated) for end in ENDS}
    if found["comparator"] is None or figure(found) is None:
        return _bounded(value, stated, less=less)
    if less:
        found["comparator"] = _of_nobody(value, stated, found["comparator"])
    return found


def _come(value: Value, stated: Value) -> dict[str, Any]:
    """Add to those there in unknown number: there are at least as many as came."""
    low, words = _ends(stated)["low"], (value["comparator"], stated["comparator"])
    said = sorted((one for one in words if one in WORDS), key=WORDS.index)
    hedge = "at least" if low is not None else said[-1] if said else "some"
    return {"low": low, "best": None, "high": None, "comparator": hedge}


def _sum(before: int | None, more: int | None) -> int | None:
    return max(0, before + more) if before is not None and more is not None else None


def _bounded(value: Value, stated: Value, *, less: bool) -> dict[str, Any]:
    """Add what have no kind of number in common: at least 500 and about 100 are at least 580.

    Each counts for as far as it reaches, so that no sum is more precise than what it is made of.
    """
    low, high = (_end(value, end, stated) for end in ENDS)
    known = _ends(value)
    if figure(stated) is None:  # dozens more, or dozens fewer
        low, high = (None, known["high"]) if less else (known["low"], None)
    elif low is None and not less:  # one of them says nothing of how many at least: none
        low = known["low"] if known["low"] is not None else _ends(stated)["low"]
    hedges = {(True, True): "between", (True, False): "at least", (False, True): "at most"}
    hedge = hedges.get((low is not None, high is not None), stated["comparator"])
    return {"low": low, "best": None, "high": high, "comparator": hedge}


def _end(value: Value, end: str, stated: Value) -> int | None:
    before, more = _ends(value)[end], _ends(stated)[end]
    return None if before is None or more is None else max(0, before + more)


def _ends(value: Value) -> dict[str, int | None]:
    """Give how far a number, or a change of either sign, reaches down and up; None: not known."""
    low, best, high = (value[name] for name in NUMBERS)
    hedge = value["comparator"]
    if hedge == "about":
        low, high = map(int, reach(value))
    if low is None and hedge not in _OPEN_BELOW:
        low = best
    if high is None and hedge not in _OPEN_ABOVE:
        high = best
    return {"low": low, "high": high}


def _of_nobody(value: Value, stated: Value, hedge: str) -> str:
    """Hedge what is left where all may have left: that is not more than none, nor fewer."""
    if hedge == "more than" and value["low"] + stated["low"] < 0:
        return "at least"
    if hedge == "fewer than" and value["high"] + stated["high"] <= 0:
        return "at most"
    return hedge


def _hedge(before: str, more: str) -> str | None:
    """Hedge a sum: an exact number takes the other's hedge; None where they do not go together."""
    if before in {more, "exact"}:
        return more
    if more == "exact":
        return before
    if {before, more} in _STRICTER:
        return "more than" if "more than" in {before, more} else "fewer than"
    return None
