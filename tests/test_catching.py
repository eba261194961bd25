"""Catching up: what it costs to go through a log that is there, and when what is kept counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sheets_for_tests import SITUATION, fact, new_situation, tell

from projections import catching
from projections.claims import Claim
from projections.policies import POLICIES
from projections.policies.walk import At
from projections.store import Row
from projections.weighing import USUAL, Weighing
from tracker.instants import parse_moment
from tracker.situation import Situation
from tracker.watching import Watched

AS_OF = parse_moment("2013-02-25").latest - 1
ORDERS: dict[str, Callable[[list[Row]], object]] = {
    "as it happened": lambda _: None,
    "newest first": list.reverse,
    "as it comes": lambda facts: Random(3).shuffle(facts),  # noqa: S311 - any order
}


def on(number: int) -> str:
    return str(date(2008, 1, 1) + timedelta(days=number))


def held(number: int) -> list[Row]:
    """Tell of so many days who holds the mill, one of three."""
    whose = ("army", "rebels", "bandits")
    return [
        fact("TownOccupied", place="mill", by=[whose[day % 3]], when=on(day))
        for day in range(number)
    ]


def there(number: int) -> list[Row]:
    """Tell of so many days of troops that come and are counted, and first who was promised."""
    promised = {"best": 1_000, "unit": "people", "semantics": "total"}
    facts = [fact("TroopsPledged", place="mill", by=["army"], when=on(0), quantity=promised)]
    for day in range(1, number):
        how = {"best": 100 + day % 7, "unit": "people"}
        quantity = {**how, "semantics": "change" if day % 4 else "total"}
        facts.append(
            fact("TroopsDeployed", place="mill", by=["army"], when=on(day), quantity=quantity)
        )
    return facts


@pytest.mark.parametrize("weighing", [USUAL, Weighing(without=("radio",))])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("facts", [held, there])
def test_what_it_costs_grows_with_the_log_and_not_with_its_square(
    facts: Callable[[int], list[Row]],
    order: str,
    weighing: Weighing,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of one cell four times as many claims are read and let bear four times as often, not 16."""
    few, many = (effort(facts(number), order, weighing, monkeypatch) for number in (60, 240))
    assert many["read"] < 6 * few["read"]
    assert many["bear"] < 6 * few["bear"]


def effort(
    facts: list[Row], order: str, weighing: Weighing, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """Count how often a claim is read, and let bear, while a watch goes through all of a log."""
    count = {"read": 0, "bear": 0}
    policy, read = POLICIES[weighing.policy], Claim.from_fields

    def advance(walk: Any, claim: Claim, at: At) -> Any:  # noqa: ANN401 - the policy's own
        count["bear"] += 1
        return policy.advance(walk, claim, at)

    def from_fields(fields: list[Any]) -> Claim:
        count["read"] += 1
        return read(fields)

    ORDERS[order](facts)
    with new_situation() as situation, monkeypatch.context() as patch:
        tell(situation, "gazette", "2013-02-20", *facts)
        patch.setitem(POLICIES, weighing.policy, replace(policy, advance=advance))
        patch.setattr(Claim, "from_fields", from_fields)
        situation.store.kept = None
        watched = Watched(as_of=AS_OF, weighing=weighing)
        found = situation.changes(0, watched, most=1_000)
        assert found.changes
        assert found.upto == situation.position
    return count


@pytest.mark.parametrize("most", [1, 30])
def test_no_more_claims_are_kept_than_are_to_be(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last cell is kept whatever it holds: it is what is gone on from next."""
    monkeypatch.setattr(catching, "MOST_CLAIMS", most)
    with new_situation() as situation:
        for place in ("mill", "ford", "valley"):
            facts = [{**one, "place": place} for one in held(20)]
            tell(situation, "gazette", "2013-02-20", *facts)
        situation.store.kept = None
        situation.changes(0, Watched(as_of=AS_OF))
        kept = situation.store.catching
        assert kept is not None
        assert kept.claims == 20


OTHERWISE = SITUATION.replace(b"rebels: {name: Rebels}", b"rebels: {name: Rebels, allies: [army]}")


def taken_back(situation: Situation, told: list[str]) -> None:
    situation.retract([told[1]], reason="not so", by="tests")


def put_right(situation: Situation, told: list[str]) -> None:
    situation.correct(told[1], {"by": "[clans]"}, reason="a slip", by="tests")


def ruled(situation: Situation, told: list[str]) -> None:
    when = f"{on(2)}/.."
    situation.rule("control", "mill", [told[0]], when=when, reason="seen", by="tests")


def registered_otherwise(situation: Situation, _: list[str]) -> None:
    situation.register(OTHERWISE, "situation.yaml", by="tests")


def told_more(situation: Situation, _: list[str]) -> None:
    facts = [fact("TownOccupied", place="mill", by=["clans"], when=on(1))]
    tell(situation, "wire", "2013-02-01", *facts)


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("what", [taken_back, put_right, ruled, registered_otherwise, told_more])
def test_what_was_kept_before_the_log_grew_tells_what_is_told_anew(
    what: Callable[[Situation, list[str]], None], *, elsewhere: bool, tmp_path: Path
) -> None:
    """A watch is half through the log when more is recorded, here or by another process."""
    path = str(tmp_path / "situation.db")
    watched = Watched(as_of=AS_OF)
    with Situation(path, create=True) as situation, Situation(path, create=True) as other:
        situation.register(SITUATION, "situation.yaml", by="tests")
        begun = situation.position
        told = tell(situation, "gazette", "2013-02-20", *held(3))
        tell(situation, "radio", "2013-02-21", *held(6)[3:])
        situation.store.kept = None
        situation.changes(begun, watched, most=5)
        kept = situation.store.catching
        what(other if elsewhere else situation, told)
        if elsewhere:
            other.state()
        situation.store.kept = None
        found = situation.changes(begun + 5, watched).changes
        assert (situation.store.catching is kept) == (what is told_more and not elsewhere)
        situation.store.catching = None
        assert situation.changes(begun + 5, watched).changes == found
        assert found
