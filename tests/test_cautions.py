"""What a sheet is warned of, though it is accepted: with its line and column, once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SEEDS, mali, run
from sheets_for_tests import fact, registry, sheet, tell

from tracker.instants import parse_moment
from tracker.sheets import read_sheet
from tracker.situation import Situation
from tracker.times import When

LEVEL = {"scheme": "lantern", "scope": "land", "by": ["office"], "when": "2013-01-10"}


def warned(*facts: dict[str, object]) -> list[str]:
    """Give what is said of a sheet, without its file."""
    data = sheet("gazette", "2013-01-10", *facts).replace(b', "', b',\n"')
    return [str(one) for one in read_sheet(data, "s.yaml", registry()).warnings]


@pytest.mark.parametrize(
    ("kind", "before", "after", "said"),
    [
        ("ThreatLevelLowered", "white", "red", "red is higher than white: check both levels, or"),
        ("ThreatLevelRaised", "red", "white", "white is lower than red: check both levels, or"),
        ("ThreatLevelRaised", "bright red", "red", "red is lower than bright red: check both"),
        ("ThreatLevelRaised", "white", "calm", "calm is no other level than white: check both"),
    ],
)
def test_a_level_that_moves_the_other_way_is_warned_of(
    kind: str, before: str, after: str, said: str
) -> None:
    (warning,) = warned(fact(kind, **LEVEL, from_level=before, level=after))
    where, _, what = warning.partition(": warning: facts[0].from_level: ")
    assert what.startswith(said)
    line = int(where.split(":")[1])
    data = sheet("gazette", "2013-01-10", fact(kind, **LEVEL, from_level=before, level=after))
    assert data.replace(b', "', b',\n"').splitlines()[line - 1].startswith(b'"from_level"')


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("ThreatLevelLowered", "red", "white"),
        ("ThreatLevelRaised", "red", "bright red"),
        ("ThreatLevelRaised", None, "amber"),
    ],
)
def test_a_level_that_moves_as_it_says_is_not(kind: str, before: str | None, after: str) -> None:
    from_level = {} if before is None else {"from_level": before}
    assert warned(fact(kind, **LEVEL, **from_level, level=after)) == []


@pytest.mark.parametrize(
    ("valid", "when", "said"),
    [
        ("2003/2014-02", "2014-03-01", "not 1 Mar 2014"),
        ("2003/2014-02", "2014-02-28", ""),  # it may have been valid to the end of the month
        ("2003/2014-02", "[2014-02-20..2014-03-20]", ""),
        ("2014-02/..", "2014-01-31", "not 31 Jan 2014"),
        ("2014-02/..", "2014-02-01", ""),
        ("2014-02/..", "2024-02-01", ""),
        ("2003/", "2024-02-01", ""),  # nobody knows when it ended
        (None, "1913", ""),
    ],
)
def test_a_level_of_a_time_at_which_its_scheme_was_not_in_force_is_warned_of(
    valid: str | None, when: str, said: str
) -> None:
    known, validity = registry(), When.of(valid) if valid else None
    lantern = known.schemes["lantern"].model_copy(update={"valid": validity})
    level = fact("ThreatLevelReported", **{**LEVEL, "by": [], "when": when}, level="red")
    data = sheet("gazette", "2025-01-10", level)
    found = read_sheet(data, "s.yaml", replace(known, schemes={"lantern": lantern})).warnings
    warnings = [one.message for one in found if one.path == "facts[0].scheme"]
    valid_when = validity.describe() if validity else ""
    expected = f"Lantern is valid {valid_when}, {said}: check the date, or the scheme"
    assert warnings == ([expected] if said else [])


def test_a_place_taken_from_ones_own_side_is_warned_of() -> None:
    taken = {"place": "mill", "when": "2013-01-10", "status": "occurred", "voice": "reporter"}
    (warning,) = warned(fact("TownOccupied", **taken, by=["legion"], against=["army"]))
    assert "facts[0].against: Army and Legion are of one side in situation.yaml" in warning
    assert warned(fact("TownOccupied", **taken, by=["legion"], against=["rebels"])) == []
    assert warned(fact("TownOccupied", **taken, by=["legion"])) == []


def test_a_level_that_is_changed_by_who_may_not_is_warned_of() -> None:
    moved = fact("ThreatLevelRaised", **{**LEVEL, "by": ["army"]}, level="red")
    (warning,) = warned(moved)
    assert (
        "facts[0].by: only Office of Alerts changes this level: taken as a report of it" in warning
    )
    assert warned({**moved, "status": "planned"}) == []
    assert warned(fact("ThreatLevelReported", **LEVEL, level="red")) == []


TAKEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-06/2013-01-08")


def test_a_capture_over_days_gone_by_is_warned_of_as_over_since() -> None:
    (warning,) = warned(TAKEN)
    assert warning.endswith(
        "warning: facts[0].when: told to be over after 8 Jan 2013: from then on what was told "
        "before holds again. If it was on one of these days, write '[2013-01-06..2013-01-08]'; if "
        "it goes on, '2013-01-06/..'"
    )
    assert warned({**TAKEN, "when": "[2013-01-06..2013-01-08]"}) == []
    assert warned({**TAKEN, "when": "2013-01-06/.."}) == []


@pytest.mark.parametrize(
    ("changes", "instead"),
    [
        ({"kind": "TownRecaptured"}, "'[2013-01-06..2013-01-08]'; if it goes on, '2013-01-06/..'"),
        ({"kind": "ControlReported"}, "'[2013-01-06..2013-01-08]'; if it goes on, '2013-01-06/..'"),
        ({"when": "2013-01-08/2013-01-10"}, "'[2013-01-08..2013-01-10]'; if it goes on"),
        ({"when": "../2013-01-08"}, "'[..2013-01-08]'"),
        ({"when": "2012-12/2013-01-08"}, "'[2012-12..2013-01-08]'; if it goes on, '2012-12/..'"),
        ({"when": "2013-01-06~/2013-01-08"}, "'["),
    ],
)
def test_so_is_every_hold_that_is_told_to_be_over(changes: dict[str, Any], instead: str) -> None:
    (warning,) = warned({**TAKEN, **changes})
    assert f"write {instead}" in warning


@pytest.mark.parametrize(
    "changes",
    [
        {"when": "2013-01-08/2013-01-12"},
        {"when": "2013-01-06T10:00:00Z/2013-01-06T14:00:00Z"},
        {"status": "possible"},
        {"status": "denied"},
        {"kind": "FightingReported"},
        {"kind": "ControlReported", "state": "contested", "by": ["army", "rebels"]},
        {"kind": "ControlReported", "since": "2013-01-02/.."},
    ],
)
def test_what_is_not_a_hold_that_ended_before_its_report_is_not(changes: dict[str, Any]) -> None:
    assert not [one for one in warned({**TAKEN, **changes}) if "to be over" in one]


def test_a_list_means_the_days_over_which_it_tells_of_a_hold() -> None:
    told = json.loads(sheet("gazette", "2013-01-10", TAKEN))
    told["report"]["standing"] = True
    assert read_sheet(json.dumps(told).encode(), "s.yaml", registry()).warnings == ()


LOST = {"side": "army", "category": "soldiers", "fate": "killed", "when": "2013-01-09"}


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 1),
        ({"place": "mill"}, 0),
        ({"when": "2013-01-08"}, 0),
        ({"fate": "wounded"}, 0),
        ({"status": "denied"}, 0),
        ({"quantity": {"comparator": "exact", "best": 35, "semantics": "change"}}, 0),
    ],
)
def test_totals_of_losses_in_two_places_are_warned_of(
    changes: dict[str, object], count: int
) -> None:
    first = fact(
        "CasualtiesReported", **LOST, place="mill", quantity={"comparator": "exact", "best": 20}
    )
    second = {**first, "place": "ford", "quantity": {"comparator": "exact", "best": 35}} | changes
    found = warned(first, second)
    assert len(found) == count
    assert all("facts[1].quantity: another total of the same losses" in one for one in found)


def read(sentences: list[int], set_aside: list[int], **report: object) -> list[str]:
    """Give what is said of a sheet that codes these sentences, and sets those aside."""
    seen = fact("FightingReported", place="mill", when="2013-01-10")
    told = {
        "report": {"source": "gazette", "published": "2013-01-10", **report},
        "facts": [{**seen, "gist": f"No. {n}", "at": {"sentence": n}} for n in sentences],
        "not_coded": [{"sentence": n, "why": "a remark"} for n in set_aside],
    }
    found = read_sheet(json.dumps(told).encode(), "s.yaml", registry()).warnings
    return [one.message for one in found if one.path == "not_coded"]


DOCUMENT = {"document": {"name": "a.txt", "sha256": "0" * 64}}


def test_sentences_that_a_sheet_passes_over_are_warned_of() -> None:
    assert read([0, 2, 5], [1], **DOCUMENT) == ["sentences 3-4 neither coded nor listed here"]
    assert read([0, 2], [], **DOCUMENT) == ["sentence 1 neither coded nor listed here"]
    assert read([0, 2], [1], **DOCUMENT) == []
    assert read([], [], **DOCUMENT) == []
    assert read([0, 2], []) == []  # of no document nobody knows the sentences


def test_a_number_far_beyond_the_others_may_be_a_slip() -> None:
    said = "sentences 3-98 neither coded nor listed here, or 99 is a slip"
    assert read([0, 1], [2, 99], **DOCUMENT) == [said]


def test_what_a_number_passes_over_is_told_by_the_numbers_told() -> None:
    (said,) = read([0, 1], [2, 999_999], **DOCUMENT)
    assert said == "sentences 3-999998 neither coded nor listed here, or 999999 is a slip"


def out(published: str, now: str) -> list[str]:
    """Give what is said of a report from a day, read on another."""
    data = sheet("gazette", published, fact("FightingReported", place="mill", when="2013-01-10"))
    at = parse_moment(now).earliest
    return [str(one) for one in read_sheet(data, "s.yaml", registry(), now=at).warnings]


def test_a_report_from_a_time_to_come_is_warned_of() -> None:
    (warning,) = out("2031-01-21", "2013-02-01")
    assert warning.endswith(
        "warning: report.published: published 21 Jan 2031, which is still to come: check the year"
    )


def test_a_report_of_today_or_of_tomorrow_elsewhere_is_not() -> None:
    for published in ("2013-01-31", "2013-02-01", "2013-02-02"):
        assert out(published, "2013-02-01T12:00Z") == []


def test_what_is_changed_from_a_time_to_come_is_warned_of_and_recorded(
    situation: Situation,
) -> None:
    fought = {"place": "mill", "when": "2013-01-10"}
    told = [fact("FightingReported", **fought), fact("FightingReported", **fought, gist="Again")]
    seen, again = tell(situation, "gazette", "2013-01-20", *told)
    how: dict[str, Any] = {"reason": "a slip", "by": "tests"}
    done = situation.correct(again, {"place": "ford"}, published="2013-01-21", **how)
    assert done.warning == ""
    before = situation.log.position
    done = situation.correct(seen, {"place": "ford"}, published="2031-01-21", **how)
    assert done.warning == "published 21 Jan 2031, which is still to come: check the year"
    assert situation.log.position > before


def test_a_correction_from_a_time_to_come_is_warned_of_at_the_command(tmp_path: Path) -> None:
    ask = ("--log", mali(tmp_path), "correct", "#58", "--set", "place=gao", "--reason", "a slip")
    done = run(*ask, "--published", "9031-01-21")
    assert done.exit_code == 0
    assert "warning: published 21 Jan 9031, which is still to come: check the year" in done.stderr


# -- what is said at a command -------------------------------------------------------------------

BIDI = "a\u202eb"
REORDERED = "holds bidirectional control characters: it may read otherwise than it is stored"


def test_a_correction_is_warned_of_what_its_report_would_be(situation: Situation) -> None:
    fought = fact("FightingReported", place="mill", when="2013-01-10")
    (seen,) = tell(situation, "gazette", "2013-01-20", fought)
    how: dict[str, Any] = {"reason": "a slip", "by": "tests", "published": "2013-02-01"}
    later = "dated 1 Jan 2015, after the report was published (20 Jan 2013): check it, or use"
    done = situation.correct(seen, {"when": "2015-01-01"}, **how)
    assert done.warning.startswith(f"--set when: {later} status planned")
    done = situation.correct(str(done.events[1]["id"]), {"place": "ford"}, **how)
    assert done.warning.startswith(f"when: {later}")  # it was so before, and still is
    anew = fought | {"when": "2015-01-01", "place": "valley"}
    whole = json.dumps(anew).replace(", ", ",\n").encode()
    done = situation.correct(str(done.events[1]["id"]), None, (whole, "new.yaml"), **how)
    (warning,) = done.warnings
    assert str(warning).startswith("new.yaml:6:1: warning: when: dated 1 Jan 2015, after")
    done = situation.correct(str(done.events[1]["id"]), {"when": "2013-01-09"}, **how)
    assert done.warnings == ()


def test_a_correction_is_warned_of_a_total_beside_that_of_another_place(
    situation: Situation,
) -> None:
    lost = {"side": "army", "category": "people", "fate": "killed", "when": "2013-01-10"}
    killed = {"quantity": {"best": 5, "semantics": "total"}, **lost}
    told = [
        fact("CasualtiesReported", place="mill", **killed),
        fact("CasualtiesReported", place="ford", **killed | {"when": "2013-01-12"}),
    ]
    _, other = tell(situation, "gazette", "2013-01-20", *told)
    how: dict[str, Any] = {"reason": "a slip", "by": "tests", "published": "2013-02-01"}
    done = situation.correct(other, {"when": "2013-01-10"}, **how)
    assert done.warning.startswith("quantity: another total of the same losses, in another place")


def test_a_text_that_reads_otherwise_is_warned_of_at_every_command(situation: Situation) -> None:
    told = [
        fact("FightingReported", place="mill", when="2013-01-10", note="a"),
        fact("FightingReported", place="ford", when="2013-01-10"),
        fact("TownOccupied", place="ford", by=["army"], when="2013-01-09"),
    ]
    first, second, third = tell(situation, "gazette", "2013-01-20", *told)
    by: dict[str, Any] = {"by": "tests"}
    why: dict[str, Any] = {"reason": BIDI, **by}
    done = situation.correct(first, {"note": BIDI, "gist": "Else"}, reason="a slip", **by)
    assert done.warning == f"--set note: {REORDERED}"
    whole = json.dumps(told[1] | {"gist": BIDI}).replace(", ", ",\n").encode()
    done = situation.correct(second, None, (whole, "new.yaml"), reason="a slip", **by)
    (warning,) = done.warnings
    assert (warning.file, warning.path, warning.message) == ("new.yaml", "gist", REORDERED)
    done = situation.rule("control", "ford", [third], when="2013-01-10", **why)
    assert done.warning == f"reason: {REORDERED}"
    held = situation.hold([third], authority=BIDI, **why)
    assert held.warning == f"reason: {REORDERED}; authority: {REORDERED}"
    situation.hold([third], authority="court", reason="over", lift=True, **by)
    erased = situation.redact(situation.to_erase([third]), authority=BIDI, reason="his", **by)
    assert erased.warning == f"authority: {REORDERED}"
    assert situation.retract([third], **why).warning == f"reason: {REORDERED}"


def test_such_a_text_is_warned_of_on_standard_error(tmp_path: Path) -> None:
    done = run("--log", mali(tmp_path), "retract", "#58", "--reason", BIDI, "--json")
    assert done.stderr == f"warning: reason: {REORDERED}\n"
    assert json.loads(done.stdout)["added"] == 1


@pytest.mark.parametrize("option", ["--by", "--batch"])
def test_a_name_that_reads_otherwise_is_warned_of_where_it_is_recorded(
    option: str, tmp_path: Path
) -> None:
    log = mali(tmp_path)
    sheet = SEEDS / "voa-2013-01-17.yaml"
    done = run("--log", log, "record", option, BIDI, sheet)
    assert done.stderr == f"warning: {option} {REORDERED}\n"
