"""Levels: numbers that are stated as totals and moved by changes. Shared by forces and losses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from projections.claims import Claim, Step, Value
from tracker.instants import DAY, Instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.walk import View
    from projections.told import Told
    from tracker.quantities import Quantity

NUMBERS = ("low", "best", "high")
ENDS = ("low", "high")
STATED = (*NUMBERS, "comparator")
EMPTY: Value = {"low": None, "best": None, "high": None, "comparator": None, "_changes": []}
_OF_CHANGES = frozenset({"_record", "_where", "_due"})
_WORDS = ("a few", "several", "some", "many", "dozens", "hundreds", "thousands")
_HEDGES = (
    *("exact", "between", "about", "more than", "at least", "fewer than", "at most"),
    *reversed(_WORDS),
)
_WIDEST, _LAST = 2**40, 2**50
_FAR = 10**30
"""Beyond what any number of changes comes to."""
_OPEN_BELOW = frozenset({"at most", "fewer than"})
LEAVING = 2**46
"""What is added to the turn of who left: nobody can leave before having come."""
_OPEN_ABOVE = frozenset(
    {"at least", "more than", "some", "many", "dozens", "hundreds", "thousands"}
)


def effect(quantity: Quantity | None) -> str:
    """Say how a quantity bears on a level: `present` (no number), `change`, or `total`.

    "Many" is no number: it tells of a presence, and takes away no number that is known.
    """
    if quantity is None:
        return "present"
    if quantity.semantics == "change":
        return "change"
    return "total" if quantity.numbers else "present"


def turn(quantity: Quantity | None) -> int:
    """Give the place of a number within one moment, least first.

    A count since the beginning, any other total, then changes, the most definite first, then
    whoever is there in unknown number: of two mentions of one event the first sets its number, and
    which was recorded first says nothing.
    """
    if quantity is not None and effect(quantity) == "total":
        return -1 if quantity.semantics == "cumulative" else 0
    if quantity is None or quantity.semantics != "change":
        return _LAST + (_WORDS.index(quantity.comparator) if quantity else -1)
    width = min(_width(numbers(quantity)), _WIDEST)
    return 1 + int(width) * len(_HEDGES) + _HEDGES.index(quantity.comparator)


def numbers(quantity: Quantity | None) -> dict[str, Any]:
    """Give {"low", "best", "high", "comparator"}; all null without a quantity."""
    return {name: getattr(quantity, name, None) for name in STATED}


def record(told: Told) -> dict[str, list[str]]:
    """Give {"_record": [dataset, key]} of a fact that a record of a table tells; else nothing."""
    key = told.fact.locator.record
    return {"_record": [told.report.dataset or told.report.source, key]} if key else {}


def where(told: Told) -> dict[str, list[str]]:
    """Give {"_where": the place of a fact and those that it lies in, nearest first}, if it has one.

    Of a number that is not counted place by place.
    """
    place = told.fact.place
    return {"_where": [place, *told.registry.around(place)]} if place else {}


def fewer(numbers: Value) -> dict[str, Any]:
    """Give a change the other way: what left, as a change of what is left."""
    turned = {"low": "high", "best": "best", "high": "low"}
    less = {name: None if numbers[of] is None else -numbers[of] for name, of in turned.items()}
    hedges = {"at least": "at most", "more than": "fewer than", "at most": "at least"}
    hedges["fewer than"] = "more than"
    hedge = numbers["comparator"]
    return {**numbers, **less, "comparator": hedges.get(hedge, hedge), "_less": True}


def step(value: Value | None, claim: Claim) -> Step | None:
    """Say what the level is once this is told too; None where it bears on nothing.

    A total sets it. A change moves it, once: two changes of one size whose times overlap are two
    mentions of one event, as long as no change has begun since that one was over, unless they are
    two records of a table, which tells each event once, or in two places; the second mention backs
    the level unless another change of that time is in it too. Of what is due at one
    time it may be told at any. A change that surely began no later than the last total was seen is
    in that total. Being told of without a number leaves a known number standing, but for nought.
    Nothing can be taken from an unknown level. Where surely more left than were there, none are
    left, and the difference is `unexplained`.
    """
    stated = {name: claim.value[name] for name in STATED}
    match claim.effect:
        case "present":
            return _present(value, claim, stated)
        case "total":
            if value is not None and not value["_changes"] and _equal(value, stated):
                return Step({**value, **stated}, "agrees")
            found = {**claim.value, "_changes": [], "_total": claim.observed}
            return Step(found, "replaces")
        case _:
            return _change(value, claim, stated)


def _present(value: Value | None, claim: Claim, stated: Value) -> Step:
    if value is None:
        return Step({**EMPTY, **claim.value}, "replaces")
    if figure(value) == 0:  # whoever is there now came since
        return Step({**EMPTY, **claim.value}, "replaces")
    if figure(value) is not None:
        return Step(value, "agrees", backs=False)
    hedge = stated["comparator"] or value["comparator"]
    return Step({**value, "comparator": hedge}, "agrees")


def _change(value: Value | None, claim: Claim, stated: Value) -> Step | None:
    change = _told(claim)
    less = bool(claim.value.get("_less"))
    if (value is None or figure(value) is None) and less:
        return None
    if value is None:
        bare = {name: item for name, item in claim.value.items() if name not in _OF_CHANGES}
        return Step({**bare, "_changes": [change]}, "replaces")
    if any(_one_event(change, counted) for counted in value["_changes"]):
        # Who tells of one of two changes at a time has not told of their sum.
        beside = (one for one in value["_changes"] if _together(change, one))
        return Step(value, "agrees", backs=all(_one_event(change, one) for one in beside))
    if in_total(value, claim):
        return Step(_accounted(value, figure(stated)), "agrees", backs=False)
    if figure(value) is None:
        moved = _come(value, stated)
    else:
        moved = {name: _sum(value, stated, name) for name in NUMBERS}
        moved["comparator"] = _hedge(value["comparator"], stated["comparator"])
        if moved["comparator"] == "about":
            moved |= {end: _end(value, end, stated) for end in ENDS}
        if moved["comparator"] is None or figure(moved) is None:
            moved = _bounded(value, stated, less=less)
        elif less:
            moved["comparator"] = _of_nobody(value, stated, moved["comparator"])
    # Changes come in the order of their starts: what is over by then is no part of this event.
    # Of what is due it may be told again until then.
    open_still = [one for one in value["_changes"] if one[8] or claim.start.earliest < one[5]]
    changes = [*(open_still or value["_changes"][-1:]), change]
    counted = {**value, **moved, "_changes": changes}
    lack = _lack(value, stated) if less else 0
    if lack:  # what was before is of no account: none of them are left
        anew = {**counted, "_base": None, "_moved": None}
        return Step(_lacking(anew, _left_open(value), _short(value) + lack), "adds")
    return Step({**counted, **_before_changes(value, stated, less=less)}, "adds")


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


def same(one: Value, other: Value, _kin: Kin) -> bool:
    """Whether two levels do not conflict: their ranges overlap, and did before the same changes.

    What differed before a change differs after it, however vague that was: it settles no dispute.
    """
    return _equal(one, other) or (_fit(one, other) and _did_fit(one, other))


def _fit(one: Value, other: Value) -> bool:
    (low, high), (least, most) = reach(one), reach(other)
    return low <= most and least <= high


def _did_fit(one: Value, other: Value) -> bool:
    """Whether two levels that changes have moved fit without those that both count.

    By what all of the one's changes come to beyond the other's: those of both fall out of that.
    """
    if one.get("_moved") is None or other.get("_moved") is None:
        return True
    (low, high), (least, most) = one["_base"], other["_base"]
    more = (mine - its for mine, its in zip(one["_moved"], other["_moved"], strict=True))
    down, up = sorted(more)
    return bool(low + down <= most and least <= high + up)


def backs(one: Value, other: Value, kin: Kin) -> bool:
    """Whether one says as much as the other: a word backs no number, a change no total."""
    numbered = (figure(one) is None) == (figure(other) is None)
    based = (one.get("_total") is None) == (other.get("_total") is None)
    return numbered and based and same(one, other, kin)


def goes_on(before: Value, now: Value, _kin: Kin) -> bool:
    """Whether the level is still the one it was, as stated."""
    return _equal(before, now) and bool(before["_changes"]) == bool(now["_changes"])


def carry(before: Value, now: Value) -> Value:
    """Give the level of a state that goes on: what it began by leaving unexplained stays so."""
    carried = {**now, **{name: before[name] for name in before if now.get(name) is None}}
    if not _short(before) and not _short(now):
        return carried
    return _lacking(carried, _left_open(now) or _left_open(before), _short(now))


def merge(one: Value, other: Value) -> Value:
    """Make one level of two that do not conflict: the more definite, else the newer.

    Those who left are lacking as far as they are by both.
    """
    if _equal(one, other):
        if _short(one) != _short(other):
            other = _lacking(other, _left_open(other), min(_short(one), _short(other)))
        return carry(one, other)
    if _width(one) == inf == _width(other):
        return max(other, one, key=_at_least)
    return one if _width(one) < _width(other) else other


def _at_least(value: Value) -> tuple[float, int]:
    """Tell how much a level without an upper end says: its least, else its word."""
    hedge = value["comparator"]
    return reach(value)[0], _WORDS.index(hedge) if hedge in _WORDS else -1


def _width(value: Value) -> float:
    least, most = reach(value)
    return most - least


def follows(_earlier: View, _later: View, _kin: Kin) -> bool:
    """No level follows another by nature."""
    return False


def overturns(_claim: Claim) -> bool:
    """Nobody tells which level a total or a change made an end of."""
    return False


def gone(_value: Value) -> bool:
    """A level of nought is a level."""
    return False


def difference(value: Value, before: Value | None) -> int | None:
    """Give what a total differs by from the level before it; None where their ranges overlap.

    Changes without a total under them are no level to compare with.
    """
    if before is None or before.get("_total") is None:
        return None
    if _fit(value, before):
        return None
    now, then = figure(value), figure(before)
    return None if now is None or then is None else now - then


def unexplained(value: Value, before: Value | None, beside: Iterable[Value]) -> int | None:
    """Give what a total differs by from what was before it and its contemporaries (`beside`).

    Less the changes that are known to be in those: so it does not matter which of them came first.
    """
    found = difference(value, before)
    known = next((one["_within"] for one in beside if one.get("_within")), 0)
    return None if found is None else found - known or None


def figure(value: Value) -> int | None:
    """Give the figure that a level is counted by: the best, else the bound that is stated."""
    found = next((value[name] for name in ("best", "low", "high") if value[name] is not None), None)
    return None if found is None else int(found)


def envelope(values: Sequence[Value]) -> dict[str, Any]:
    """Give the range that all of them lie in."""
    low = min(reach(value)[0] for value in values)
    high = max(reach(value)[1] for value in values)
    if high == inf:
        return {"low": int(low), "best": None, "high": None, "comparator": "at least"}
    return {"low": int(low), "best": None, "high": int(high), "comparator": "between"}


def _equal(value: Value, other: Value) -> bool:
    return all(value[name] == other[name] for name in STATED)


def in_total(value: Value, claim: Claim) -> bool:
    """Whether a change is in the last total: begun when that was seen, or surely by that day's end.

    What may have begun later, for its time is vague, is on top of it.
    """
    seen: Instant | None = value.get("_total")
    return seen is not None and claim.start.earliest <= seen and claim.start.latest <= seen + DAY


def told_twice(one: Claim, other: Claim) -> bool:
    """Whether two changes may be one event, told with two numbers: both of them are counted."""
    change, counted = _told(one), _told(other)
    apart = one.report == other.report or _apart(change, counted)
    figures = {figure(one.value), figure(other.value)}
    return not apart and _together(change, counted) and len(figures) > 1 and None not in figures


def _before_changes(value: Value, stated: Value, *, less: bool) -> dict[str, Any]:
    """Remember what a total reached (`_base`), and what the changes since come to (`_moved`).

    Of those there is a least and a greatest sum; an end that nobody knows lies far out.
    """
    if value.get("_total") is None:
        return {}
    known = value.get("_moved")
    low, high = _extent(stated, less=less)
    least, most = known or (0, 0)
    base = value["_base"] if known else reach(value)
    return {"_base": base, "_moved": (least + low, most + high)}


def _lack(value: Value, stated: Value) -> int:
    """Give how many more left than were there by the last total; nought where that is not sure."""
    _, most = _extent(stated, less=True)
    if value.get("_total") is None or reach(value)[1] + most >= 0:
        return 0
    return -(figure(value) or 0) - (figure(stated) or 0)


def _lacking(value: Value, gap: int, short: int) -> Value:
    """Give a level that leaves two things unexplained: its total's gap, and more leaving than were.

    `_short` remembers how many those were, for only the gap is explained by what is told of it.
    """
    return {**value, "unexplained": gap + short or None, "_short": short}


def _short(value: Value) -> int:
    return int(value.get("_short") or 0)


def _left_open(value: Value) -> int:
    return (value.get("unexplained") or 0) - _short(value)


def _extent(stated: Value, *, less: bool) -> tuple[int, int]:
    """Give the least and the greatest that a change may come to: nobody comes by leaving."""
    low, high = _ends(stated).values()
    if low is None:
        low = -_FAR if less else 0
    if high is None:
        high = 0 if less else _FAR
    return low, high


def _told(claim: Claim) -> list[Any]:
    """Give what is remembered of a change that was counted."""
    stated = [claim.value[name] for name in STATED]
    more = [claim.value.get(name) for name in ("_record", "_where", "_due")]
    return [*stated, *claim.start, *more]


def _one_event(change: list[Any], counted: list[Any]) -> bool:
    if _apart(change, counted):
        return False
    one, other = (figure(dict(zip(STATED, told, strict=False))) for told in (change, counted))
    due = change[8] is not None and change[8] == counted[8]
    return one == other and (due or _together(change, counted))


def _apart(change: list[Any], counted: list[Any]) -> bool:
    """Whether they are two records of one table, or in two places, neither in the other."""
    if change[6] and counted[6] and change[6] != counted[6] and change[6][0] == counted[6][0]:
        return True
    here, there = change[7], counted[7]
    return bool(here and there and not (here[0] in there or there[0] in here))


def _together(change: list[Any], counted: list[Any]) -> bool:
    return bool(change[4] < counted[5] and counted[4] < change[5])


def _accounted(value: Value, known: int | None) -> Value:
    """Give a total that so many of a change are known to be in: it leaves so many less open."""
    if known is None:
        return value
    gap = _left_open(value)
    left = _lacking(value, gap - known, _short(value)) if gap else value
    return {**left, "_within": value.get("_within", 0) + known}


def _come(value: Value, stated: Value) -> dict[str, Any]:
    """Add to those there in unknown number: there are at least as many as came."""
    low, words = _ends(stated)["low"], (value["comparator"], stated["comparator"])
    said = sorted((one for one in words if one in _WORDS), key=_WORDS.index)
    hedge = "at least" if low is not None else said[-1] if said else "some"
    return {"low": low, "best": None, "high": None, "comparator": hedge}


def _sum(value: Value, stated: Value, name: str) -> int | None:
    before, more = value[name], stated[name]
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


_STRICTER = ({"at least", "more than"}, {"at most", "fewer than"})


def _hedge(before: str, more: str) -> str | None:
    """Hedge a sum: an exact number takes the other's hedge; None where they do not go together."""
    if before in {more, "exact"}:
        return more
    if more == "exact":
        return before
    if {before, more} in _STRICTER:
        return "more than" if "more than" in {before, more} else "fewer than"
    return None
