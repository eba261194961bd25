"""Losses: who lost how many, by category and fate."""

from __future__ import annotations

from sheets_for_tests import ask, fact, tell

from projections.store import Row
from tracker.situation import Situation

KILLED = "army/soldiers/killed"


def casualties(when: str, quantity: Row | None, fate: str = "killed", **more: object) -> Row:
    number = {"quantity": quantity} if quantity else {}
    named = {"side": "army", "category": "soldiers", "fate": fate}
    return fact("CasualtiesReported", when=when, **named, **number, **more)


def cumulative(best: int) -> Row:
    return {"best": best, "semantics": "cumulative"}


def test_a_cumulative_number_gives_way_to_the_next(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-12", casualties("2013-01-12", cumulative(10)))
    tell(situation, "radio", "2013-01-15", casualties("2013-01-15", cumulative(14)))
    first = ask(situation, "losses", KILLED, "2013-01-14")
    last = ask(situation, "losses", KILLED, "2013-01-15")
    assert first
    assert last
    assert (first["best"], first["cumulative"]) == (10, True)
    assert (last["best"], last["cumulative"]) == (14, True)
    known = ask(situation, "losses", KILLED, "2013-01-15", known_at="2013-01-14")
    assert known
    assert known["best"] == 10


def test_later_deaths_add_to_a_cumulative_number(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        casualties("2013-01-12", cumulative(10)),
        casualties("2013-01-14", {"best": 3, "semantics": "change"}),
    )
    row = ask(situation, "losses", KILLED, "2013-01-15")
    assert row
    assert (row["best"], len(row["evidence"])) == (13, 2)


def test_losses_without_a_number_are_known_to_have_been(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-20", casualties("2013-01-12", None))
    row = ask(situation, "losses", KILLED, "2013-01-13")
    assert row
    assert (row["best"], row["comparator"]) == (None, None)
    assert (row["side"], row["category"], row["fate"]) == ("army", "soldiers", "killed")


def test_each_fate_and_each_thing_lost_is_a_key_of_its_own(situation: Situation) -> None:
    when = "2013-01-12"
    tell(
        situation,
        "gazette",
        "2013-01-20",
        casualties(when, {"best": 5}),
        casualties(when, {"best": 9}, fate="wounded"),
        casualties(when, {"best": 2}, fate="captured"),
        fact("EquipmentLost", side="army", category="trucks", quantity={"best": 1}, when=when),
        fact("EquipmentCaptured", by=["rebels"], side="army", category="trucks", when=when),
        fact("ArmsAcquired", by=["rebels"], category="rifles", when=when),
    )
    rows = situation.state(situation.clocks("2013-01-20"), "losses").dicts
    assert {row["key"]: row["best"] for row in rows} == {
        "army/soldiers/killed": 5,
        "army/soldiers/wounded": 9,
        "army/soldiers/captured": 2,
        "army/trucks/lost": 1,
        "army/trucks/captured": None,
        "rebels/rifles/acquired": None,
    }


def test_denied_losses_make_no_belief(situation: Situation) -> None:
    denied = casualties("2013-01-12", {"best": 5}, status="denied")
    tell(situation, "gazette", "2013-01-20", denied)
    assert ask(situation, "losses", KILLED, "2013-01-20") is None
