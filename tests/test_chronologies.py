"""Chronologies: what was told, newest first, as of a time and as known then."""

from __future__ import annotations

import pytest
from sheets_for_tests import fact, tell

from projections.store import Row
from projections.weighing import Weighing
from tracker.errors import NotFoundError
from tracker.situation import Situation


def fighting(when: str, gist: str, **more: object) -> Row:
    return fact("FightingReported", place="mill", by=["army"], when=when, gist=gist, **more)


def gists(
    situation: Situation,
    chronology: str,
    as_of: str,
    known_at: str | None = None,
    key: str | None = None,
) -> list[str]:
    clocks = situation.clocks(as_of, known_at)
    return [row["name"] for row in situation.state(clocks, chronology, key).dicts]


def test_facts_stand_newest_first_up_to_the_time_asked(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-20",
        fighting("2013-01-12", "second"),
        fighting("2013-01-10", "first"),
        fighting("2013-01-15", "third"),
    )
    assert gists(situation, "incidents", "2013-01-20") == ["third", "second", "first"]
    assert gists(situation, "incidents", "2013-01-14") == ["second", "first"]


def test_of_one_day_the_later_published_comes_first(situation: Situation) -> None:
    tell(situation, "radio", "2013-01-14", fighting("2013-01-12", "told late"))
    tell(situation, "gazette", "2013-01-13", fighting("2013-01-12", "told early"))
    assert gists(situation, "incidents", "2013-01-20") == ["told late", "told early"]


def test_what_was_told_later_was_not_known(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-11", fighting("2013-01-10", "first"))
    tell(situation, "radio", "2013-01-20", fighting("2013-01-10", "learned late"))
    assert gists(situation, "incidents", "2013-01-15", "2013-01-19") == ["first"]
    assert gists(situation, "incidents", "2013-01-15") == ["learned late", "first"]


def test_what_the_log_held_at_a_position(situation: Situation) -> None:
    tell(situation, "gazette", "2013-01-11", fighting("2013-01-10", "first"))
    position = situation.log.position
    tell(situation, "radio", "2013-01-12", fighting("2013-01-10", "recorded late"))
    clocks = situation.clocks("2013-01-15", recorded_at=f"#{position}")
    assert [row["name"] for row in situation.state(clocks, "incidents").dicts] == ["first"]


def test_a_plan_stands_from_its_publication_though_its_time_lies_ahead(
    situation: Situation,
) -> None:
    planned = fact("MeetingHeld", by=["army"], when="2013-02-05", status="planned", gist="a summit")
    tell(situation, "gazette", "2013-01-14", planned)
    assert gists(situation, "posture", "2013-01-13") == []
    assert gists(situation, "posture", "2013-01-14") == ["a summit"]


def test_what_was_only_planned_or_denied_in_other_families_stands_in_posture(
    situation: Situation,
) -> None:
    hold = {"place": "mill", "by": ["rebels"], "when": "2013-01-12"}
    tell(
        situation,
        "gazette",
        "2013-01-14",
        fact("TownOccupied", **hold, status="denied", gist="denied"),
        fact("TownOccupied", **hold, status="possible", gist="possible"),
        fact("TownOccupied", **hold, gist="occurred"),
    )
    assert sorted(gists(situation, "posture", "2013-01-14")) == ["denied", "possible"]


def test_each_chronology_takes_its_own_families(situation: Situation) -> None:
    tell(
        situation,
        "gazette",
        "2013-01-14",
        fighting("2013-01-12", "a fight"),
        fact("CiviliansDisplaced", place="mill", when="2013-01-12", gist="flight"),
        fact("AidRequested", by=["army"], when="2013-01-12", gist="a request"),
    )
    assert gists(situation, "incidents", "2013-01-14") == ["a fight"]
    assert gists(situation, "humanitarian", "2013-01-14") == ["flight"]
    assert gists(situation, "posture", "2013-01-14") == ["a request"]


def test_a_key_is_a_place_or_a_fact(situation: Situation) -> None:
    first, _ = tell(
        situation,
        "gazette",
        "2013-01-14",
        fighting("2013-01-12", "at the mill"),
        fact("FightingReported", place="ford", when="2013-01-13", gist="at the ford"),
    )
    assert gists(situation, "incidents", "2013-01-14", key="ford") == ["at the ford"]
    assert gists(situation, "incidents", "2013-01-14", key=first) == ["at the mill"]


def test_a_row_tells_who_said_it_and_when(situation: Situation) -> None:
    spoken = fighting("2013-01-12", "a fight", voice="attributed", speaker="warden")
    (name,) = tell(situation, "gazette", "2013-01-14", spoken)
    (row,) = situation.state(situation.clocks("2013-01-20"), "incidents").dicts
    expected = {
        "key": name,
        "kind": "FightingReported",
        "status": "occurred",
        "voice": "attributed",
        "speaker": "warden",
        "place": "mill",
        "actors": ["army"],
        "when": "2013-01-12",
        "source": "gazette",
        "published": "2013-01-14T23:59:59.999999Z",
        "evidence": [name],
    }
    assert {field: row[field] for field in expected} == expected


def test_a_projection_that_does_not_exist_is_refused(situation: Situation) -> None:
    with pytest.raises(NotFoundError, match="no projection 'weather'"):
        situation.state(situation.clocks("2013-01-20"), "weather")


def test_a_registered_speaker_is_left_out_of_everything_whatever_wire_carried_it(
    situation: Situation,
) -> None:
    said_so = {"voice": "attributed", "speaker": "warden", "origin": "wire"}
    day = "2013-01-10"
    taken = fact("TownOccupied", place="mill", by=["rebels"], when=day, **said_so)
    strike = fact("AirstrikeConducted", place="ford", by=["army"], when=day, **said_so)
    tell(situation, "gazette", "2013-01-11", taken, strike)
    clocks = situation.clocks("2013-01-12")
    assert len(situation.state(clocks).dicts) == 2
    assert situation.state(clocks, weighing=Weighing(without=("wire",))).dicts != ()
    assert situation.state(clocks, weighing=Weighing(without=("warden",))).dicts == ()
