"""Forces: how many of whose troops are where, in which phase."""

from __future__ import annotations

import pytest
from sheets_for_tests import ask, fact, maybe, tell

from projections.store import Row
from tracker.situation import Situation

DEPLOYED = "army/valley/troops/deployed"


def troops(kind: str, when: str, by: str = "army", **more: object) -> Row:
    return fact(kind, place="valley", by=by.split(), when=when, **more)


def total(best: int, **more: object) -> Row:
    return {"best": best, **more}


def change(best: int, **more: object) -> Row:
    return {"best": best, "semantics": "change", **more}


def size(situation: Situation, key: str, as_of: str, known_at: str | None = None) -> Row | None:
    row = ask(situation, "forces", key, as_of, known_at)
    names = ("low", "best", "high", "comparator")
    return {name: row[name] for name in names} if row else None


def exactly(best: int) -> Row:
    return {"low": best, "best": best, "high": best, "comparator": "exact"}


def test_each_phase_is_a_key_of_its_own_and_none_contradicts_another(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-14",
        troops("TroopsPledged", "2013-01-30", quantity=total(2500), status="planned"),
        troops("TroopsMobilised", "2013-01-13", quantity=total(2300)),
        troops("TroopsDeployed", "2013-01-13", quantity=total(1800)),
        troops("TroopsWithdrawn", "2013-01-13", quantity=total(20)),
        troops("ForcesAdvanced", "2013-01-13", quantity=total(500)),
    )
    rows = situation.state(situation.clocks("2013-01-15"), "forces").dicts
    assert {row["phase"]: row["best"] for row in rows} == {
        "pledged": 2500,
        "mobilised": 2300,
        "deployed": 1800,
        "withdrawn": 20,
        "advancing": 500,
    }
    assert {row["certainty"] for row in rows} == {"certain"}


def test_a_row_names_the_parts_of_its_key(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-14", troops("TroopsDeployed", "2013-01-13"))
    row = ask(situation, "forces", DEPLOYED, "2013-01-14")
    assert row
    names = ("actor", "actors", "place", "category", "phase", "unexplained", "name")
    assert [row[name] for name in names] == [
        "army",
        ["army"],
        "valley",
        "troops",
        "deployed",
        None,
        "Army in Valley",
    ]


def test_a_joint_force_is_one_key_and_is_never_split(situation: Situation) -> None:
    joint = troops("TroopsDeployed", "2013-01-13", by="legion army", quantity=total(900))
    tell(situation, "gazette", "2013-01-14", joint)
    again = troops("TroopsDeployed", "2013-01-14", by="army legion", quantity=total(950))
    tell(situation, "radio", "2013-01-15", again)
    rows = situation.state(situation.clocks("2013-01-15"), "forces").dicts
    assert [(row["key"], row["best"]) for row in rows] == [
        ("army+legion/valley/troops/deployed", 950)
    ]


def test_a_place_within_another_keeps_its_own_number(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-14",
        troops("TroopsDeployed", "2013-01-13", quantity=total(1400)),
        fact("TroopsDeployed", place="mill", by=["army"], when="2013-01-13", quantity=total(500)),
    )
    assert size(situation, DEPLOYED, "2013-01-14") == exactly(1400)
    assert size(situation, "army/mill/troops/deployed", "2013-01-14") == exactly(500)


def test_a_change_moves_the_last_total_and_a_total_sets_it_anew(situation: Situation) -> None:
    ids = tell(
        situation,
        "gazette",
        "2013-01-20",
        troops("TroopsDeployed", "2013-01-10", quantity=total(1000)),
        troops("TroopsDeployed", "2013-01-12", quantity=change(200)),
        troops("TroopsDeployed", "2013-01-14", quantity=change(50)),
        troops("TroopsDeployed", "2013-01-16", quantity=total(1500)),
    )
    sizes = [size(situation, DEPLOYED, f"2013-01-{day}") for day in (11, 12, 14, 16)]
    assert sizes == [exactly(1000), exactly(1200), exactly(1250), exactly(1500)]
    row = ask(situation, "forces", DEPLOYED, "2013-01-15")
    assert row
    assert (row["evidence"], row["since"]["edtf"]) == (ids[2::-1], "2013-01-14")


def test_the_same_change_told_twice_counts_once(situation: Situation) -> None:
    first = troops("TroopsDeployed", "2013-01-10", quantity=total(1000))
    tell(situation, "gazette", "2013-01-20", first)
    for source, when in (("gazette", "2013-01-12"), ("radio", "[2013-01-11..2013-01-13]")):
        more = troops("TroopsDeployed", when, quantity=change(200))
        tell(situation, source, "2013-01-20", more)
    assert size(situation, DEPLOYED, "2013-01-20") == exactly(1200)


def test_changes_of_one_size_on_different_days_count_each(situation: Situation) -> None:
    changes = [
        troops("TroopsDeployed", day, quantity=change(200)) for day in ("2013-01-11", "2013-01-13")
    ]
    first = troops("TroopsDeployed", "2013-01-10", quantity=total(1000))
    tell(situation, "gazette", "2013-01-20", first, *changes)
    assert size(situation, DEPLOYED, "2013-01-20") == exactly(1400)


def test_a_change_that_may_have_come_already_is_possible(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        troops("TroopsDeployed", "2013-01-10", quantity=total(1000)),
        troops("TroopsDeployed", "[2013-01-12..2013-01-14]", quantity=change(200)),
    )
    row = ask(situation, "forces", DEPLOYED, "2013-01-13")
    assert row
    assert (row["best"], row["certainty"]) == (1000, "possible")
    assert maybe(row, "best") == [[1200]]


def test_presence_without_a_number_keeps_the_number(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        troops("TroopsDeployed", "2013-01-10", quantity=total(1000)),
        troops("ForcesPositioned", "2013-01-15"),
    )
    row = ask(situation, "forces", DEPLOYED, "2013-01-16")
    assert row
    assert (row["best"], len(row["evidence"])) == (1000, 2)


def test_presence_alone_is_a_row_without_a_number_and_a_change_to_it_is_at_least_so_many(
    situation: Situation,
) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        troops("ForcesPositioned", "2013-01-10"),
        troops("TroopsDeployed", "2013-01-15", quantity=change(200)),
    )
    nothing = {"low": None, "best": None, "high": None, "comparator": None}
    assert size(situation, DEPLOYED, "2013-01-12") == nothing
    found = size(situation, DEPLOYED, "2013-01-16")
    assert found
    assert (found["low"], found["high"], found["comparator"]) == (200, None, "at least")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ({"best": 500, "comparator": "about"}, (None, 500, None, "about")),
        ({"low": 300, "comparator": "at least"}, (300, None, None, "at least")),
        ({"low": 100, "high": 200, "comparator": "between"}, (100, None, 200, "between")),
        ({"comparator": "many"}, (None, None, None, "many")),
    ],
)
def test_a_number_stays_as_vague_as_it_was_told(
    situation: Situation, stated: Row, expected: tuple[object, ...]
) -> None:
    told = troops("TroopsDeployed", "2013-01-10", quantity=stated)
    tell(situation, "gazette", "2013-01-20", told)
    found = size(situation, DEPLOYED, "2013-01-20")
    assert found
    assert tuple(found.values()) == expected


def test_a_change_keeps_the_hedge_of_the_total_it_moves(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        troops("TroopsDeployed", "2013-01-10", quantity=total(1000, comparator="about")),
        troops("TroopsDeployed", "2013-01-12", quantity=change(200)),
    )
    found = size(situation, DEPLOYED, "2013-01-20")
    assert found == {"low": 1000, "best": 1200, "high": 1400, "comparator": "about"}


# -- plans ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["TroopsDeployed", "TroopsMobilised", "TroopsPledged"])
@pytest.mark.parametrize("status", ["planned", "possible"])
def test_a_plan_of_any_kind_is_pledged_from_its_publication_on(
    situation: Situation, kind: str, status: str
) -> None:
    plan = troops(kind, "2013-02", quantity=total(2500), status=status)
    tell(situation, "gazette", "2013-01-14", plan)
    assert size(situation, DEPLOYED, "2013-02-20") is None
    key = "army/valley/troops/pledged"
    assert size(situation, key, "2013-01-13") is None
    assert size(situation, key, "2013-01-14") == exactly(2500)
    assert size(situation, key, "2013-01-14", known_at="2013-01-13") is None


def test_a_pledge_gives_way_to_the_next(situation: Situation) -> None:
    for published, best in (("2013-01-10", 2500), ("2013-01-14", 3300)):
        pledge = troops("TroopsPledged", "2013-02", quantity=total(best), status="planned")
        tell(situation, "gazette", published, pledge)
    key = "army/valley/troops/pledged"
    assert size(situation, key, "2013-01-12") == exactly(2500)
    assert size(situation, key, "2013-01-14") == exactly(3300)


def test_a_denied_deployment_is_no_deployment(situation: Situation) -> None:
    denied = troops("TroopsDeployed", "2013-01-10", quantity=total(500), status="denied")
    tell(situation, "gazette", "2013-01-14", denied)
    assert situation.state(situation.clocks("2013-01-20"), "forces").dicts == ()
