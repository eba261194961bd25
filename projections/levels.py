"""Levels: numbers that are stated as totals and moved by changes. Shared by forces and losses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import inf
from typing import TYPE_CHECKING, Any

from projections.claims import Claim, Step, Value
from projections.sums import (
    HEDGES,
    STATED,
    WORDS,
    added,
    at_least,
    between,
    equal,
    extent,
    figure,
    fit,
    near,
    reach,
    width,
)
from tracker.instants import LONGEST_DAY, Instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.walk import View
    from projections.told import Told
    from tracker.quantities import Quantity

EMPTY: Value = {"low": None, "best": None, "high": None, "comparator": None, "_changes": []}
_OF_CHANGES = frozenset({"_record", "_where", "_due"})
_WIDEST, _LAST = 2**40, 2**50
LEAVING = 2**46
"""What is added to the turn of who left: nobody can leave before having come."""


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
        return _LAST + (WORDS.index(quantity.comparator) if quantity else -1)
    wide = min(width(numbers(quantity)), _WIDEST)
    return 1 + int(wide) * len(HEDGES) + HEDGES.index(quantity.comparator)


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
    match claim.effect:
        case "present":
            return _present(value, claim)
        case "total":
            stated = {name: claim.value[name] for name in STATED}
            if value is not None and not value["_changes"] and equal(value, stated):
                return Step({**value, **stated}, "agrees")
            found = {**claim.value, "_changes": [], "_total": claim.observed}
            return Step(found, "replaces")
        case _:
            return _change(value, claim)


def _present(value: Value | None, claim: Claim) -> Step:
    if value is None:
        return Step({**EMPTY, **claim.value}, "replaces")
    if figure(value) == 0:  # whoever is there now came since
        return Step({**EMPTY, **claim.value}, "replaces")
    if figure(value) is not None:
        return Step(value, "agrees", backs=False)
    hedge = claim.value["comparator"] or value["comparator"]
    return Step({**value, "comparator": hedge}, "agrees")


def _change(value: Value | None, claim: Claim) -> Step | None:
    change, stated = _told(claim), claim.value
    less = bool(stated.get("_less"))
    if (value is None or figure(value) is None) and less:
        return None
    if value is None:
        bare = {name: item for name, item in stated.items() if name not in _OF_CHANGES}
        return Step({**bare, "_changes": [change]}, "replaces")
    known: list[list[Any]] = value["_changes"]
    dataset, key = change[6] or (None, None)
    # Of records of one table, which mostly are many, none is another: they are passed over first.
    others = [one for one in known if not one[6] or one[6][0] != dataset or one[6][1] == key]
    if any(_one_event(change, counted) for counted in others):
        # Who tells of one of two changes at a time has not told of their sum.
        beside = (one for one in known if _together(change, one))
        return Step(value, "agrees", backs=all(_one_event(change, one) for one in beside))
    if in_total(value, claim):
        return Step(_accounted(value, figure(stated)), "agrees", backs=False)
    moved = added(value, stated, less=less)
    # Changes come in the order of their starts: what is over by then is no part of this event.
    # Of what is due it may be told again until then.
    begins = claim.start.earliest
    open_still = [one for one in known if one[8] or begins < one[5]]
    changes = [*(open_still or known[-1:]), change]
    counted = {**value, **moved, "_changes": changes}
    lack = _lack(value, stated) if less else 0
    if lack:  # what was before is of no account: none of them are left
        anew = {**counted, "_base": None, "_moved": None}
        return Step(_lacking(anew, _left_open(value), _short(value) + lack), "adds")
    return Step({**counted, **_before_changes(value, stated, less=less)}, "adds")


def same(one: Value, other: Value, _kin: Kin) -> bool:
    """Whether two levels do not conflict: their ranges overlap, and did before the same changes.

    What differed before a change differs after it, however vague that was: it settles no dispute.
    """
    return equal(one, other) or (fit(one, other) and _did_fit(one, other))


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
    """Whether one says as much as the other: a word backs no number, a change no total.

    Nor does a bound back what lies far from it: "at most 2,000" does not contradict 12, and who
    says so has not told of 12.
    """
    numbered = (figure(one) is None) == (figure(other) is None)
    based = (one.get("_total") is None) == (other.get("_total") is None)
    return numbered and based and near(one, other) and same(one, other, kin)


def goes_on(before: Value, now: Value, _kin: Kin) -> bool:
    """Whether the level is still the one it was, as stated."""
    return equal(before, now) and bool(before["_changes"]) == bool(now["_changes"])


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
    if equal(one, other):
        if _short(one) != _short(other):
            other = _lacking(other, _left_open(other), min(_short(one), _short(other)))
        return carry(one, other)
    if width(one) == inf == width(other):
        return max(other, one, key=at_least)
    return one if width(one) < width(other) else other


def follows(_earlier: View, _later: View, _kin: Kin) -> bool:
    """No level follows another by nature."""
    return False


def overturns(_claim: Claim) -> bool:
    """Nobody tells which level a total or a change made an end of."""
    return False


def belies(_claim: Claim, _value: Value, _kin: Kin) -> bool:
    """Any number may be told after any other."""
    return False


def gone(_value: Value) -> bool:
    """A level of nought is a level."""
    return False


def together(value: Value, claims: Sequence[Claim]) -> tuple[Value, list[Claim]] | None:
    """Give how far a level reaches if any of some changes are counted too, and those changes.

    Each for as far as it reaches itself, also where two of them may be one event.
    """
    if figure(value) is None:
        return None
    least, most = reach(value)
    counted = [one for one in claims if one.effect == "change" and not in_total(value, one)]
    for one in counted:
        low, high = extent(one.value, less=bool(one.value.get("_less")))
        least, most = least + min(low, 0), most + max(high, 0)
    return {**value, **between(max(least, 0), most)}, counted


def difference(value: Value, before: Value | None) -> int | None:
    """Give what a total differs by from the level before it; None where their ranges overlap.

    Changes without a total under them are no level to compare with.
    """
    if before is None or before.get("_total") is None:
        return None
    if fit(value, before):
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


def in_total(value: Value, claim: Claim) -> bool:
    """Whether a change is in the last total: begun when that was seen, or surely by that day's end.

    What may have begun later, for its time is vague, is on top of it.
    """
    seen: Instant | None = value.get("_total")
    if seen is None or claim.start.earliest > seen:
        return False
    return claim.start.latest <= seen + LONGEST_DAY


def told_twice(one: Claim, other: Claim) -> bool:
    """Whether two changes may be one event, told with two numbers: both of them are counted."""
    change, counted = _told(one), _told(other)
    apart = one.report == other.report or _apart(change, counted)
    figures = {figure(one.value), figure(other.value)}
    return not apart and _together(change, counted) and len(figures) > 1 and None not in figures


def told_again(one: Claim, other: Claim) -> bool:
    """Whether two changes are taken for one event, told again with the same number."""
    return _one_event(_told(one), _told(other))


def _before_changes(value: Value, stated: Value, *, less: bool) -> dict[str, Any]:
    """Remember what a total reached (`_base`), and what the changes since come to (`_moved`).

    Of those there is a least and a greatest sum; an end that nobody knows lies far out.
    """
    if value.get("_total") is None:
        return {}
    known = value.get("_moved")
    low, high = extent(stated, less=less)
    least, most = known or (0, 0)
    base = value["_base"] if known else reach(value)
    return {"_base": base, "_moved": (least + low, most + high)}


def _lack(value: Value, stated: Value) -> int:
    """Give how many more left than were there by the last total; nought where that is not sure."""
    _, most = extent(stated, less=True)
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


def _told(claim: Claim) -> list[Any]:
    """Give what is remembered of a change that was counted."""
    value, (earliest, latest) = claim.value, claim.start
    low, best, high, hedge = value["low"], value["best"], value["high"], value["comparator"]
    more = value.get("_record"), value.get("_where"), value.get("_due")
    return [low, best, high, hedge, earliest, latest, *more]


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
