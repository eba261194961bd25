"""What an audit says of each fact: whose rating it was, and what a withdrawal ended."""

from __future__ import annotations

from sheets_for_tests import fact, tell

from projections.store import Row
from projections.weighing import USUAL, Weighing
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


def test_a_siege_by_the_holders_says_what_it_shows_to_be_over(situation: Situation) -> None:
    (taken,) = tell(situation, "wire", "2013-01-05", {**TAKEN, "when": "2013-01-05"})
    siege = {**TAKEN, "kind": "TownBesieged", "when": DAY}
    (besieged,) = tell(situation, "gazette", DAY, siege)
    place = situation.log.positions([besieged])[besieged]
    assert told(situation)[taken] == f"superseded: #{place} shows it was over"
    assert told(situation)[besieged] == "decides: newest evidence"


def test_where_nothing_is_certain_yet_the_support_backs_no_state(situation: Situation) -> None:
    tell(situation, "wire", DAY, {**TAKEN, "when": "[..2013-01-10]"})
    (row,) = situation.state("2013-01-10T12:00:00Z", "control", "mill").dicts
    assert (row["status"], row["support"], row["certainty"]) == ("unknown", "reported", "possible")
    assert (row["since"], row["rule"], row["evidence"]) == (None, None, [])
    assert [one["holders"] for one in row["possibly"]] == [["rebels"]]


ARMY = {**TAKEN, "by": ["army"]}


def ruled(situation: Situation, *follow: str, published: str = "2013-01-12") -> int:
    """Rule on the mill from the day on; give the ruling's position."""
    done = situation.rule(
        "control", "mill", follow, when=f"{DAY}/..", reason="seen", by="ana", published=published
    )
    return int(done.events[0]["position"])


def why(situation: Situation, position: int, weighing: Weighing = USUAL) -> str:
    """Give the role and the reason of what stands at a position."""
    (row,) = [
        one
        for one in situation.audit("2013-01-20", "control", "mill", weighing=weighing).as_json()[
            "evidence"
        ]
        if one["position"] == position
    ]
    return f"{row['role']}: {row['why']}"


def test_why_a_ruling_does_not_decide_what_is_in_dispute(situation: Situation) -> None:
    (rebels,) = tell(situation, "gazette", "2013-01-11", TAKEN)
    (army,) = tell(situation, "radio", "2013-01-11", ARMY)
    (bandits,) = tell(situation, "wire", "2013-01-11", {**TAKEN, "by": ["bandits"]})
    ruling = ruled(situation, rebels)
    place = situation.log.positions([rebels])[rebels]
    assert why(situation, ruling) == "decides: an analyst's ruling"
    assert why(situation, ruling, Weighing("official-only/1")) == (
        f"superseded: #{place}, which it follows: official-only/1 does not hear who tells it"
    )
    assert why(situation, ruling, Weighing(without=("gazette",))) == (
        f"superseded: #{place}, which it follows: left out of this question"
    )
    assert why(situation, ruling, Weighing("latest/1")) == "superseded: latest/1 hears no rulings"
    both = ruled(situation, army, bandits, published="2013-01-13")
    assert why(situation, ruling) == "decides: an analyst's ruling"
    assert why(situation, both) == ("superseded: a ruling that follows more than one of the values")
    newer = ruled(situation, army, published="2013-01-14")
    assert why(situation, ruling) == f"superseded: ruled on since (#{newer})"
    situation.retract([army], reason="withdrawn", by="ana", published="2013-01-15")
    gone = situation.log.positions([army])[army]
    assert why(situation, newer) == f"superseded: what it follows (#{gone}) stands no more"
    assert why(situation, both) == "decides: an analyst's ruling"  # one value is left to follow
    assert why(situation, ruling) == f"superseded: ruled on since (#{both})"


def test_a_ruling_on_what_is_not_in_dispute_or_overtaken_says_so(situation: Situation) -> None:
    (rebels,) = tell(situation, "gazette", "2013-01-11", TAKEN)
    ruling = ruled(situation, rebels)
    assert why(situation, ruling) == "superseded: a ruling on what is not in dispute here"
    (army,) = tell(situation, "radio", "2013-01-16", {**ARMY, "when": "2013-01-15"})
    places = situation.log.positions([rebels, army])
    assert why(situation, ruling) == (
        f"superseded: #{places[rebels]}, which it follows: newer evidence (#{places[army]})"
    )
