"""Control: given what reports told, who holds the mill."""

from __future__ import annotations

import pytest
from sheets_for_tests import ask, fact, maybe, tell, who_holds

from projections.store import Row
from tracker.situation import Situation


def mill(kind: str, by: str, when: str, **more: object) -> Row:
    return fact(kind, place="mill", by=by.split(), when=when, **more)


def took(by: str, when: str, **more: object) -> Row:
    return mill("TownOccupied", by, when, **more)


def left(by: str, when: str, **more: object) -> Row:
    return mill("ForcesWithdrew", by, when, **more)


def told(situation: Situation, *facts: Row, published: str = "2013-01-20") -> list[str]:
    return tell(situation, "gazette", published, *facts)


# -- kinds ---------------------------------------------------------------------------------------


def test_an_occupied_place_is_held_from_its_day_on_and_unknown_before(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-14"))
    assert who_holds(situation, "2013-01-13") is None
    assert who_holds(situation, "2013-01-14") == ("held", ["rebels"])
    assert who_holds(situation, "2013-02-14") == ("held", ["rebels"])


def test_a_later_hold_by_enemies_replaces_the_earlier_and_its_evidence(
    situation: Situation,
) -> None:
    told(situation, took("rebels", "2013-01-10"))
    (later,) = told(situation, took("army", "2013-01-15"))
    row = ask(situation, "control", "mill", "2013-01-16")
    assert row
    assert (row["holders"], row["evidence"]) == (["army"], [later])
    assert who_holds(situation, "2013-01-14") == ("held", ["rebels"])


def test_a_recaptured_place_is_held_by_those_who_took_it_back(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10"), mill("TownRecaptured", "army", "2013-01-12"))
    assert who_holds(situation, "2013-01-11") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-12") == ("held", ["army"])


@pytest.mark.parametrize(
    ("opposed", "expected"),
    [
        ("yes", ("contested", ["army", "rebels"])),
        ("unknown", ("contested", ["army", "rebels"])),
        ("no", ("held", ["army"])),
    ],
)
def test_an_entry_into_a_held_place_depends_on_who_opposed_it(
    situation: Situation, opposed: str, expected: tuple[str, list[str]]
) -> None:
    told(
        situation,
        took("rebels", "2013-01-10"),
        mill("TownEntered", "army", "2013-01-12", opposed=opposed),
    )
    assert who_holds(situation, "2013-01-12") == expected


def test_an_entry_into_a_vacated_place_is_a_hold_unless_opposed(situation: Situation) -> None:
    told(
        situation,
        took("rebels", "2013-01-10"),
        left("rebels", "2013-01-11"),
        mill("TownEntered", "army", "2013-01-12"),
    )
    assert who_holds(situation, "2013-01-11") == ("vacated", [])
    assert who_holds(situation, "2013-01-12") == ("held", ["army"])


def test_an_entry_by_friends_of_the_holders_changes_nothing(situation: Situation) -> None:
    told(situation, took("army", "2013-01-10"), mill("TownEntered", "legion", "2013-01-12"))
    assert who_holds(situation, "2013-01-13") == ("held", ["army"])


def test_a_besieged_place_stays_with_its_holders(situation: Situation) -> None:
    told(situation, took("army", "2013-01-10"), mill("TownBesieged", "rebels", "2013-01-12"))
    row = ask(situation, "control", "mill", "2013-01-13")
    assert row
    assert (row["status"], row["holders"], row["besiegers"]) == ("besieged", ["army"], ["rebels"])


def test_a_siege_goes_on_when_one_of_two_allies_leaves(situation: Situation) -> None:
    told(
        situation,
        took("army legion", "2013-01-10"),
        mill("TownBesieged", "rebels", "2013-01-11"),
        left("legion", "2013-01-12"),
    )
    assert who_holds(situation, "2013-01-12") == ("besieged", ["army"])


@pytest.mark.parametrize("state", ["contested", "mixed"])
def test_what_was_found_contested_or_mixed_is_so(situation: Situation, state: str) -> None:
    told(situation, took("rebels", "2013-01-10"))
    told(situation, mill("ControlReported", "army rebels", "2013-01-12", state=state))
    assert who_holds(situation, "2013-01-12") == (state, ["army", "rebels"])


def test_contested_without_names_is_between_the_holders_and_someone(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10"))
    told(situation, fact("ControlReported", place="mill", when="2013-01-12", state="contested"))
    assert who_holds(situation, "2013-01-12") == ("contested", ["rebels"])


def test_enemies_who_stay_after_a_third_has_left_still_contest_the_place(
    situation: Situation,
) -> None:
    told(
        situation,
        mill("ControlReported", "army bandits rebels", "2013-01-10", state="contested"),
        left("bandits", "2013-01-12"),
        left("army", "2013-01-14"),
    )
    assert who_holds(situation, "2013-01-12") == ("contested", ["army", "rebels"])
    assert who_holds(situation, "2013-01-14") == ("held", ["rebels"])


# -- one side ------------------------------------------------------------------------------------


def test_holders_of_one_side_are_one_hold_since_it_began(situation: Situation) -> None:
    first, second = told(situation, took("army", "2013-01-10"), took("legion", "2013-01-12"))
    row = ask(situation, "control", "mill", "2013-01-13")
    assert row
    assert row["holders"] == ["army", "legion"]
    assert row["since"]["edtf"] == "2013-01-10"
    assert row["evidence"] == [second, first]


def test_one_of_two_allies_withdraws_and_the_other_still_holds(situation: Situation) -> None:
    told(situation, took("army legion", "2013-01-10"), left("legion", "2013-01-12"))
    row = ask(situation, "control", "mill", "2013-01-13")
    assert row
    assert (row["status"], row["holders"]) == ("held", ["army"])
    assert row["since"]["edtf"] == "2013-01-10"


def test_allies_are_one_side_whichever_of_them_names_the_other(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10"), took("clans", "2013-01-12"))
    assert who_holds(situation, "2013-01-12") == ("held", ["clans", "rebels"])


def test_a_part_that_leaves_does_not_end_the_hold_of_the_whole(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10"), left("brigade", "2013-01-12"))
    assert who_holds(situation, "2013-01-12") == ("held", ["rebels"])


def test_a_whole_that_leaves_takes_its_parts_along(situation: Situation) -> None:
    told(situation, took("brigade", "2013-01-10"), left("rebels", "2013-01-12"))
    assert who_holds(situation, "2013-01-12") == ("vacated", [])


def test_a_withdrawal_of_others_contradicts_no_hold(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10"), left("army", "2013-01-12"))
    assert who_holds(situation, "2013-01-12") == ("held", ["rebels"])


def test_a_withdrawal_that_is_the_only_evidence_leaves_the_place_vacated(
    situation: Situation,
) -> None:
    told(situation, left("army", "2013-01-12"))
    assert who_holds(situation, "2013-01-12") == ("vacated", [])


def test_a_region_is_never_copied_onto_its_towns_nor_a_town_onto_its_region(
    situation: Situation,
) -> None:
    told(situation, fact("TownOccupied", place="valley", by=["rebels"], when="2013-01-10"))
    told(situation, fact("TownOccupied", place="ford", by=["army"], when="2013-01-11"))
    assert who_holds(situation, "2013-01-12", place="valley") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-12", place="mill") is None
    assert who_holds(situation, "2013-01-12", place="ford") == ("held", ["army"])


# -- one moment ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reverse", [False, True])
def test_one_day_holds_the_entry_then_the_hold_then_the_withdrawal_then_the_recapture(
    situation: Situation, *, reverse: bool
) -> None:
    day = "2013-01-10"
    facts = [mill("TownEntered", "rebels", day, opposed="yes"), took("rebels", day)]
    ends = [left("rebels", day), mill("TownRecaptured", "army", day)]
    everything = [*facts, *ends]
    told(situation, *(reversed(everything) if reverse else everything))
    assert who_holds(situation, day) == ("held", ["army"])


def test_a_withdrawal_comes_after_the_hold_of_its_own_day(situation: Situation) -> None:
    told(situation, left("rebels", "2013-01-10"), published="2013-01-10")
    told(situation, took("rebels", "2013-01-10"), published="2013-01-11")
    assert who_holds(situation, "2013-01-10") == ("vacated", [])


# -- what was not so -----------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["planned", "possible", "denied"])
def test_what_is_planned_possible_or_denied_makes_no_belief(
    situation: Situation, status: str
) -> None:
    told(situation, took("rebels", "2013-01-10", status=status))
    assert who_holds(situation, "2013-01-12") is None


# -- certain and possible ------------------------------------------------------------------------


def test_within_its_bounds_a_start_is_possible_and_after_them_certain(
    situation: Situation,
) -> None:
    told(situation, took("rebels", "2013-01-10"), took("army", "[2013-01-14..2013-01-16]"))
    between = ask(situation, "control", "mill", "2013-01-15")
    assert between
    assert (between["holders"], between["certainty"]) == (["rebels"], "possible")
    assert maybe(between, "status", "holders") == [["held", ["army"]]]
    after = ask(situation, "control", "mill", "2013-01-16")
    assert after
    assert (after["holders"], after["certainty"], after["possibly"]) == (["army"], "certain", [])


def test_a_start_is_capped_at_the_publication_of_what_has_occurred(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01"), published="2013-01-12")
    first = ask(situation, "control", "mill", "2013-01-11")
    assert first
    assert (first["status"], first["certainty"]) == ("unknown", "possible")
    assert who_holds(situation, "2013-01-12") == ("held", ["rebels"])


def test_by_a_day_claims_nothing_about_the_days_before(situation: Situation) -> None:
    told(situation, took("rebels", "[..2013-01-14]"))
    assert who_holds(situation, "2013-01-13") is None
    assert who_holds(situation, "2013-01-14") == ("held", ["rebels"])


def test_what_was_dated_after_its_report_with_no_end_is_possible_for_ever(
    situation: Situation,
) -> None:
    told(situation, took("rebels", "[2013-01-25..]"), published="2013-01-20")
    row = ask(situation, "control", "mill", "2013-02-20")
    assert maybe(row, "holders") == [[["rebels"]]]


def test_a_span_ends_and_on_its_last_day_may_have_ended(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-10/2013-01-14"))
    assert who_holds(situation, "2013-01-13") == ("held", ["rebels"])
    last = ask(situation, "control", "mill", "2013-01-14T12:00Z")
    assert last
    assert (last["status"], last["certainty"]) == ("held", "possible")
    assert maybe(last, "status", "holders") == [["unknown", []]]
    assert who_holds(situation, "2013-01-15") is None


# -- since ---------------------------------------------------------------------------------------


def test_a_sharper_start_of_the_same_hold_narrows_since(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-14~"))
    told(situation, took("rebels", "2013-01-14"))
    row = ask(situation, "control", "mill", "2013-01-20")
    assert row
    assert row["since"] == {
        "edtf": "2013-01-14",
        "earliest": "2013-01-14T00:00:00Z",
        "latest": "2013-01-15T00:00:00Z",
    }


def test_a_start_that_cannot_be_the_same_moment_does_not_narrow_since(
    situation: Situation,
) -> None:
    told(situation, took("rebels", "2013-01"))
    told(situation, took("rebels", "2013-02-03"), published="2013-02-05")
    row = ask(situation, "control", "mill", "2013-02-10")
    assert row
    assert row["since"]["edtf"] == "2013-01"


def test_found_so_with_no_start_told_is_so_by_then(situation: Situation) -> None:
    told(situation, mill("ControlReported", "rebels", "2013-01-14"))
    row = ask(situation, "control", "mill", "2013-01-20")
    assert row
    assert (row["since"]["edtf"], row["since"]["earliest"]) == ("[..2013-01-14]", None)
    assert who_holds(situation, "2013-01-13") is None


def test_a_retrospective_observation_speaks_about_the_days_since(situation: Situation) -> None:
    told(situation, took("rebels", "2013-01-05"), published="2013-01-06")
    told(
        situation,
        mill("ControlReported", "army", "2013-01-20", since="2013-01-03"),
        published="2013-01-20",
    )
    assert who_holds(situation, "2013-01-10", known_at="2013-01-19") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-10") == ("held", ["army"])
    row = ask(situation, "control", "mill", "2013-01-10")
    assert row
    assert row["since"]["edtf"] == "2013-01-03"
    assert who_holds(situation, "2013-01-02") is None


def test_background_that_recalls_an_old_capture_undoes_no_newer_one(situation: Situation) -> None:
    told(situation, took("army", "2013-01-12"), published="2013-01-12")
    told(situation, took("rebels", "2013-01-05"), published="2013-01-20")
    assert who_holds(situation, "2013-01-20") == ("held", ["army"])
    assert who_holds(situation, "2013-01-06") == ("held", ["rebels"])


def test_a_siege_ends_when_the_besiegers_leave(situation: Situation) -> None:
    told(
        situation,
        took("army", "2013-01-10"),
        mill("TownBesieged", "rebels", "2013-01-11"),
        mill("ForcesWithdrew", "rebels", "2013-01-13"),
    )
    assert who_holds(situation, "2013-01-12") == ("besieged", ["army"])
    assert who_holds(situation, "2013-01-14") == ("held", ["army"])


def test_that_its_holders_still_hold_a_place_lifts_no_siege(situation: Situation) -> None:
    told(
        situation,
        took("army", "2013-01-10"),
        mill("TownBesieged", "rebels", "2013-01-11"),
        mill("ControlReported", "army", "2013-01-12"),
    )
    assert who_holds(situation, "2013-01-13") == ("besieged", ["army"])


def test_what_has_perhaps_ended_says_between_when(situation: Situation) -> None:
    held = mill("ControlReported", "rebels", "2013-01-10/2013-01-17~", state="held")
    told(situation, held, published="2013-01-20")
    row = ask(situation, "control", "mill", "2013-01-17")
    (since,) = (one for (one,) in maybe(row, "since"))
    assert isinstance(since, dict)
    assert since["edtf"] == "[2013-01-16..2013-01-18]"
