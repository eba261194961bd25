"""Alerts: which level of a scheme is in force, who may change it, and the last notices."""

from __future__ import annotations

import pytest
from sheets_for_tests import SITUATION, ask, fact, maybe, tell

from projections.store import Row
from tracker.situation import Situation


def level(kind: str, name: str, when: str, **more: object) -> Row:
    return fact(kind, scheme="lantern", scope="land", level=name, when=when, **more)


def raised(name: str, when: str, by: str = "office", **more: object) -> Row:
    return level("ThreatLevelRaised", name, when, by=[by], **more)


def reported(name: str, when: str, **more: object) -> Row:
    return level("ThreatLevelReported", name, when, **more)


def told(situation: Situation, *facts: Row, published: str = "2013-01-20") -> list[str]:
    return tell(situation, "gazette", published, *facts)


def in_force(situation: Situation, as_of: str, known_at: str | None = None) -> object:
    row = ask(situation, "alerts", "lantern/land", as_of, known_at)
    return row["level"] if row else None


def test_a_raised_level_is_in_force_from_its_day_until_the_next(situation: Situation) -> None:
    lowered = level("ThreatLevelLowered", "white", "2013-01-16", by=["office"])
    told(situation, raised("red", "2013-01-12"), lowered)
    assert in_force(situation, "2013-01-11") is None
    assert in_force(situation, "2013-01-12") == "red"
    assert in_force(situation, "2013-01-16") == "white"


def test_a_row_tells_scheme_scope_rank_and_authority(situation: Situation) -> None:
    told(situation, raised("red", "2013-01-12", by="warden"))
    row = ask(situation, "alerts", "lantern/land", "2013-01-13")
    assert row
    assert (row["scheme"], row["scope"], row["name"]) == ("lantern", "land", "Lantern, Land")
    assert (row["level"], row["rank"], row["alias"], row["modifiers"]) == ("red", 3, None, [])
    assert row["authority"] == "office"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bright red", ("red", 3.5, "bright red", ["doubled"])),
        ("calm", ("white", 1, "calm", [])),
        ("black", ("black", 4, None, [])),
    ],
)
def test_an_alias_is_read_as_its_level_and_ranks_between(
    situation: Situation, name: str, expected: tuple[object, ...]
) -> None:
    told(situation, reported(name, "2013-01-12"))
    row = ask(situation, "alerts", "lantern/land", "2013-01-13")
    assert row
    assert (row["level"], row["rank"], row["alias"], row["modifiers"]) == expected


def test_a_level_known_over_a_span_ends_with_it(situation: Situation) -> None:
    told(situation, reported("amber", "2013-01-10/2013-01-14"))
    assert in_force(situation, "2013-01-13") == "amber"
    last = ask(situation, "alerts", "lantern/land", "2013-01-14T12:00Z")
    assert last
    assert (last["level"], last["certainty"]) == ("amber", "possible")
    assert maybe(last, "level") == [[None]]
    assert in_force(situation, "2013-01-15") is None


def test_a_span_that_is_to_end_later_gives_way_to_what_happens_before(
    situation: Situation,
) -> None:
    told(situation, reported("amber", "2013-01-10/2013-01-30"), published="2013-01-11")
    told(situation, raised("red", "2013-01-15"), published="2013-01-16")
    assert in_force(situation, "2013-01-14") == "amber"
    assert in_force(situation, "2013-01-17") == "red"
    assert in_force(situation, "2013-01-31") == "red"


def test_a_level_in_force_since_a_day_is_so_between(situation: Situation) -> None:
    told(situation, reported("amber", "2013-01-20", since="2013-01-05"))
    row = ask(situation, "alerts", "lantern/land", "2013-01-10")
    assert row
    assert (row["level"], row["since"]["edtf"]) == ("amber", "2013-01-05")


def test_a_raise_by_someone_without_authority_only_reports_the_level(
    situation: Situation,
) -> None:
    told(situation, raised("red", "2013-01-12", by="army"))
    row = ask(situation, "alerts", "lantern/land", "2013-01-13")
    assert row
    assert (row["level"], row["since"]["edtf"]) == ("red", "[..2013-01-12]")
    told(situation, raised("red", "2013-01-11", by="office"))
    row = ask(situation, "alerts", "lantern/land", "2013-01-13")
    assert row
    assert row["since"]["edtf"] == "2013-01-11"


@pytest.mark.parametrize("status", ["planned", "possible", "denied"])
def test_a_level_that_is_not_in_force_makes_no_belief(situation: Situation, status: str) -> None:
    told(situation, raised("black", "2013-01-12", status=status))
    assert in_force(situation, "2013-01-20") is None


def test_a_notice_has_a_key_of_its_own_and_no_level(situation: Situation) -> None:
    told(
        situation,
        fact("ThreatIssued", by=["rebels"], against=["legion"], when="2013-01-12", gist="Threat"),
        fact("AlertAdvised", to=["legion"], when="2013-01-13", gist="Advice"),
        fact(
            "SecurityMeasureAnnounced",
            place="mill",
            by=["army"],
            measure="guards",
            when="2013-01-14",
            gist="Measure",
        ),
    )
    rows = situation.state(situation.clocks("2013-01-20"), "alerts").dicts
    assert {row["key"]: (row["notice"], row["level"]) for row in rows} == {
        "threat/legion": ("Threat", None),
        "advice/legion": ("Advice", None),
        "measure/mill": ("Measure", None),
    }


def test_a_notice_to_several_is_named_by_all_of_them(situation: Situation) -> None:
    told(situation, fact("AlertAdvised", to=["rebels", "legion"], when="2013-01-13", gist="Advice"))
    row = ask(situation, "alerts", "advice/legion+rebels", "2013-01-20")
    assert row
    assert row["name"] == "advice, Legion + Rebels"
    (change,) = situation.diff("2013-01-12", "2013-01-20", "alerts").dicts
    assert change["name"] == "advice, Legion + Rebels"


# -- schemes that are not in force -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "said"),
    [
        ("2013-01-31", ""),
        ("2013-02-01", "this level is the last that was told, perhaps in force no more"),
        ("2013-02-27", "this level is the last that was told, perhaps in force no more"),
        ("2013-02-28", "this level is the last that was told, in force no more"),
        ("2033-01-01", "this level is the last that was told, in force no more"),
    ],
)
def test_a_level_of_a_scheme_that_is_given_up_is_told_with_that(
    situation: Situation, as_of: str, said: str
) -> None:
    valid_over(situation, "2003/2013-02")
    told(situation, raised("red", "2013-01-10"))
    expected = [f"its scheme is valid 2003 to Feb 2013: {said}"] if said else []
    assert not_in_force(situation, as_of) == expected
    row = ask(situation, "alerts", "lantern/land", as_of)
    assert row is not None
    assert row["level"] == "red"


def test_a_level_told_of_a_time_before_its_scheme_is_told_with_that(situation: Situation) -> None:
    valid_over(situation, "2013-01-15/..")
    told(situation, raised("red", "2013-01-10"))
    assert not_in_force(situation, "2013-01-12") == [
        "its scheme is valid since 15 Jan 2013: not in force yet"
    ]
    assert not_in_force(situation, "2013-01-15") == []


def test_nothing_is_said_of_schemes_without_a_level(situation: Situation) -> None:
    valid_over(situation, "2003/2013-02")
    told(situation, raised("red", "2013-01-10"))
    assert not_in_force(situation, "2002-06-01") == []


def valid_over(situation: Situation, valid: str) -> None:
    added = f"    scope: land\n    valid: {valid!r}\n".encode()
    changed = SITUATION.replace(b"    scope: land\n", added)
    assert changed != SITUATION
    situation.register(changed, "situation.yaml", by="tests")


def not_in_force(situation: Situation, as_of: str) -> list[str]:
    """Give what gaps say of it, and notes beside a state and an audit: the same."""
    found = [row for row in situation.gaps(as_of).dicts if row["gap"] == "lapsed"]
    whole = situation.state(as_of).notes
    alone = situation.state(as_of, "alerts", "lantern/land").notes
    audited = situation.audit(as_of, "alerts", "lantern/land").notes if found else alone
    beside = [f"{row['name']}: {row['what']}" for row in found]
    for notes in (whole, alone, audited):
        assert [one for one in notes if "its scheme" in one] == beside
    assert not any("its scheme" in one for one in situation.state(as_of, "control").notes)
    return [row["what"] for row in found]
