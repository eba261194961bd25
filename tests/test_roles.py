"""What an audit says of each fact: whose rating it was, and what a withdrawal ended."""

from __future__ import annotations

from sheets_for_tests import fact, tell

from projections.store import Row
from tracker.situation import Situation

DAY = "2013-01-10"
TAKEN = fact("TownOccupied", place="mill", by=["rebels"], when=DAY)
QUOTED = {**TAKEN, "voice": "attributed", "speaker": "warden"}
HELD = fact("ControlReported", place="mill", by=["army"], when=DAY, status="ongoing", state="held")
LEFT = fact("ForcesWithdrew", place="mill", by=["army"], when=DAY)


def told(situation: Situation) -> dict[str, str]:
    """Give role and reason of each fact by its id."""
    evidence: list[Row] = situation.audit("2013-01-10", "control", "mill").as_json()["evidence"]
    return {row["fact"]: f"{row['role']}: {row['why']}" for row in evidence}


def test_whose_rating_decided_is_said_where_the_newest_is_not_rated(situation: Situation) -> None:
    rated, quoted = tell(situation, "wire", DAY, {**TAKEN, "rating": "A2"}, QUOTED)
    (held,) = tell(situation, "gazette", DAY, HELD)
    place = situation.log.positions([rated])[rated]
    assert told(situation) == {
        quoted: f"decides: rating: A2 of #{place}, which says the same",
        rated: "supports: says the same",
        held: "dissents: lost by rating: unrated against A2",
    }


def test_a_rated_fact_that_decides_says_so_itself(situation: Situation) -> None:
    (rated,) = tell(situation, "wire", DAY, {**TAKEN, "rating": "A2"})
    tell(situation, "gazette", DAY, HELD)
    assert told(situation)[rated] == "decides: rating"


def test_a_withdrawal_says_what_it_ended(situation: Situation) -> None:
    (taken,) = tell(situation, "wire", DAY, {**TAKEN, "rating": "A2"})
    (held,) = tell(situation, "gazette", DAY, HELD)
    assert told(situation)[taken] == "decides: rating"
    (gone,) = tell(situation, "radio", DAY, LEFT)
    place = situation.log.positions([held, gone])
    assert told(situation)[held] == f"superseded: the withdrawal #{place[gone]} ends it"
    assert told(situation)[gone] == f"superseded: ends what #{place[held]} told"
    assert told(situation)[taken] == "decides: sequence"  # nobody is left to be outrated


def test_where_nothing_is_certain_yet_the_support_backs_no_state(situation: Situation) -> None:
    tell(situation, "wire", DAY, {**TAKEN, "when": "[..2013-01-10]"})
    (row,) = situation.state("2013-01-10T12:00:00Z", "control", "mill").dicts
    assert (row["status"], row["support"], row["certainty"]) == ("unknown", "reported", "possible")
    assert (row["since"], row["rule"], row["evidence"]) == (None, None, [])
    assert [one["holders"] for one in row["possibly"]] == [["rebels"]]
