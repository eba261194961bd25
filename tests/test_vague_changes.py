"""Many changes of one number, told of a month or a year: as a table of events tells its deaths."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from sheets_for_tests import ask, fact, tell

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim, Since
from projections.policies import POLICIES
from projections.policies.policy import Policy
from projections.policies.walk import At
from projections.store import Row
from tracker.instants import DAY, Bounds
from tracker.kin import Kin
from tracker.situation import Situation

KILLED = "army/people/killed"
SPANS = (1, 1, 1, 1, 1, 1, 3, 7, 30, 365)
"""Days within which each may have been, by how often."""


def killed(when: str, best: int, *, semantics: str = "change", row: int | None = None) -> Row:
    at = {} if row is None else {"at": {"record": str(row), "row": row}}
    number = {"best": best, "semantics": semantics}
    return fact(
        "CasualtiesReported", side="army", category="people", fate="killed",
        when=when, quantity=number, **at,
    )  # fmt: skip


# -- what is told of them --------------------------------------------------------------------------


def told(situation: Situation, count: int, *more: Row) -> None:
    """Tell of a thousand deaths on a day, and of changes of 1, 2, 3 ... on some day of the year."""
    vague = (killed("2012", number + 1) for number in range(count))
    tell(situation, "gazette", "2013-01-10", killed("2012-03-01", 1000), *vague, *more)


def test_a_few_that_may_have_been_are_told_one_by_one(situation: Situation) -> None:
    told(situation, 16)
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    assert [one["best"] for one in row["possibly"]] == [1000 + number for number in range(1, 17)]


def test_many_that_may_have_been_are_told_as_one_range(situation: Situation) -> None:
    told(situation, 17)
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    assert (row["best"], row["certainty"]) == (1000, "possible")
    (together,) = row["possibly"]
    assert (together["low"], together["best"], together["high"]) == (1000, None, 1153)
    assert together["comparator"] == "between"
    assert len(together["evidence"]) == 16
    after = ask(situation, "losses", KILLED, "2013-01-01")
    assert after is not None
    assert (after["best"], after["possibly"]) == (1153, [])


def test_how_many_they_may_have_been_at_most_is_left_open_where_one_is(
    situation: Situation,
) -> None:
    open_ended = killed("2012", 5)
    open_ended["quantity"] |= {"best": None, "low": 5, "comparator": "at least"}
    told(situation, 17, open_ended)
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    (together,) = row["possibly"]
    assert (together["low"], together["high"], together["comparator"]) == (1000, None, "at least")


def test_others_are_told_beside_them(situation: Situation) -> None:
    told(situation, 17, killed("[2012-05-01..2012-07-01]", 100, semantics="total"))
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    assert [(one["best"], one["high"]) for one in row["possibly"]] == [(None, 1153), (100, 100)]


def test_beside_one_that_moves_no_number_a_few_are_told_one_by_one(situation: Situation) -> None:
    told(situation, 16, killed("2012", 1) | {"quantity": {"comparator": "many"}})
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    assert [one["best"] for one in row["possibly"]] == [1000 + number for number in range(1, 17)]


def test_many_that_may_have_been_beside_an_unknown_number_are_told_one_by_one(
    situation: Situation,
) -> None:
    """No number is there for them to reach from."""
    dozens = killed("2012-03-01", 1) | {"quantity": {"comparator": "dozens"}}
    vague = (killed("2012", number) for number in range(1, 18))
    tell(situation, "gazette", "2013-01-10", dozens, *vague)
    row = ask(situation, "losses", KILLED, "2012-06-01")
    assert row is not None
    assert [(one["low"], one["comparator"]) for one in row["possibly"]] == [
        (number, "at least") for number in range(1, 18)
    ]


# -- what they cost, and that they are what resolving anew gives -------------------------------


def claims(seed: int, count: int, *, years: int, totals: int = 0) -> list[Claim]:
    """Make the deaths of so many events of one release, within some years, and some totals."""
    draw = Random(seed)  # noqa: S311 - a made-up table
    found = []
    for number in range(count + totals):
        total = number >= count
        first = draw.randrange(years * 365)
        days = 1 if total else draw.choice(SPANS)
        start = Bounds(first * DAY, (first + days) * DAY)
        value: dict[str, Any] = {"low": None, "high": None, "cumulative": False, "restated": None}
        value |= {"best": draw.randrange(1, 30) * (100 if total else 1), "comparator": "exact"}
        value |= {} if total or draw.random() < 0.2 else {"_record": ["events", str(number)]}
        published = (years * 365 + draw.choice((0, 0, 0, 30))) * DAY
        name = f"{number:04}"
        change = Claim(
            projection="losses", key=KILLED, fact=name, kind="CasualtiesReported",
            position=number, version=number + 2, report="release", source="table",
            origin="table" if number % 3 else "paper", status="occurred", mode="transition",
            effect="change", actors=("army",), value=value, since=Since(name, *start), start=start,
            end=None, observed=None, published=published, recorded_at=0, stage=1, moves=True,
            retracted=published + 60 * DAY if draw.random() < 0.05 else None,
        )  # fmt: skip
        if total:
            change = change._replace(
                mode="observation", effect="total", observed=start.earliest, stage=0, moves=False
            )
        found.append(change)
    return found


@pytest.mark.parametrize("totals", [0, 2])
@pytest.mark.parametrize("policy", POLICIES)
def test_their_rectangles_are_what_resolving_anew_gives(policy: str, totals: int) -> None:
    losses, kin = PROJECTIONS["losses"], Kin()
    draw = Random(7)  # noqa: S311 - which points are looked at
    some = claims(3, 120, years=1, totals=totals)
    found = rectangles(some, POLICIES[policy], losses, kin)
    knowns = sorted({one for claim in some for one in (claim.published, claim.retracted) if one})
    ends = sorted({end for claim in some for end in (*claim.start, claim.start.latest - 1)})
    for t in draw.sample(ends, 60):
        k = draw.choice(knowns)
        stored = [s for v, w, f, u, s in found if v <= t < w and f <= k < u]
        anew = POLICIES[policy].resolve(some, t, k, losses, kin)
        assert stored == ([] if anew is None else [anew])


def test_what_they_cost_grows_with_how_many_may_be_so_at_once() -> None:
    """A release of the events of eight years costs four times that of two, not sixteen times."""
    two, eight = steps(claims(1, 600, years=2)), steps(claims(1, 2_400, years=8))
    assert eight < 6 * two


def steps(some: list[Claim]) -> int:
    """Count how often a claim is let bear on what was reached."""
    taken = 0
    policy = POLICIES["origin-weighted/1"]

    def advance(walk: Any, claim: Claim, at: At) -> Any:  # noqa: ANN401 - the policy's own
        nonlocal taken
        taken += 1
        return policy.advance(walk, claim, at)

    counting: Policy = replace(policy, advance=advance)
    rectangles(some, counting, PROJECTIONS["losses"], Kin())
    return taken
