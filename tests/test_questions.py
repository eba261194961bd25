"""Questions: what changed, what hangs on whom, where sources disagree, and what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands_for_tests import answer, mali, run, said
from contradictions_for_tests import (
    SITUATION,
    Sheet,
    about,
    besieged,
    day,
    found,
    killed,
    labels,
    left,
    more_by,
    pledged,
    rated,
    report,
    said_by,
    stands_at,
    tell,
    took,
    troops,
)
from sheets_for_tests import fact

from projections.names import DEFAULT_POLICY, POLICY_NAMES
from projections.policies import POLICIES
from projections.store import Row
from tracker.cli import global_options
from tracker.errors import NotFoundError, TrackerError
from tracker.instants import DAY, AsOf
from tracker.situation import Situation


def fought(when: int, place: str = "mill") -> Row:
    return fact("FightingReported", place=place, by=["army"], when=day(when))


def at(war: Situation, as_of: int, known: int | None = None) -> AsOf:
    return war.clocks(day(as_of), None if known is None else day(known))


def changes(war: Situation, before: AsOf, after: AsOf, *cell: str) -> list[list[Any]]:
    """Give [cause, what it was, what it became, why (by source and turn)] of each change."""
    named = labels(war)

    def short(row: Row | None) -> object:
        if row is None:
            return None
        return row["holders"] if "holders" in row else row.get("kind", row.get("best"))

    rows = war.diff(before, after, *(cell or ("control", "mill"))).dicts
    return [
        [
            row["cause"],
            short(row["before"]),
            short(row["after"]),
            [named.get(one, one) for one in row["events"]],
        ]
        for row in rows
    ]


# -- diff ------------------------------------------------------------------------------------------


def test_what_happened_and_was_known_throughout_is_of_the_ground(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)), report("courier", 20, took("army", 15)))
    told = [["ground", ["rebels"], ["army"], ["courier 1"]]]
    assert changes(war, at(war, 12), at(war, 18)) == told
    assert changes(war, at(war, 12, 21), at(war, 18, 21)) == told
    assert changes(war, at(war, 9), at(war, 12)) == [["ground", None, ["rebels"], ["gazette 1"]]]
    assert changes(war, at(war, 16), at(war, 18)) == []


def owed(rows: tuple[Row, ...], named: dict[str, str]) -> list[list[Any]]:
    """Give [cause, still to come before, and after, why] of each change of a pledge."""
    return [
        [
            row.get("cause"),
            row["before"]["remainder"],
            row["after"]["remainder"],
            [named.get(one, one) for one in row.get("events", ())],
        ]
        for row in rows
        if row["key"] == "army/valley/troops/pledged"
    ]


def test_what_came_of_a_pledge_is_a_change_of_it(war: Situation) -> None:
    tell(
        war,
        report("gazette", 8, pledged({"best": 1000}, 30)),
        report("courier", 12, troops({"best": 400}, 12)),
        report("wire", 14, troops({"best": 300}, 14, place="mill")),
    )
    named = labels(war)
    for cell in ((), ("forces",), ("forces", "army/valley/troops/pledged"), ("forces", "army")):
        found = owed(war.diff(at(war, 10), at(war, 15), *cell).dicts, named)
        assert [one[:3] for one in found] == [["ground", 1000, 600]], cell
        assert "courier 1" in found[0][3]
        (learned,) = owed(war.diff(at(war, 15, 10), at(war, 15, 13), *cell).dicts, named)
        assert learned == ["knowledge", 1000, 600, ["courier 1"]]
        without = war.weighing(without=["courier"])
        assert owed(war.whatif(at(war, 15), without, *cell).dicts, named) == [[None, 600, 700, []]]
    assert owed(war.diff(at(war, 13), at(war, 15)).dicts, named) == []
    assert owed(war.diff(at(war, 10), at(war, 15), "control").dicts, named) == []
    keys = [row["key"] for row in war.diff(at(war, 10), at(war, 15), "forces").dicts]
    assert keys == sorted(keys)


def test_what_was_reported_meanwhile_of_a_moment_gone_by_is_knowledge(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)), report("courier", 20, took("army", 15)))
    told = [["knowledge", ["rebels"], ["army"], ["courier 1"]]]
    assert changes(war, at(war, 18, 13), at(war, 18, 21)) == told
    assert changes(war, at(war, 16, 13), at(war, 18, 21)) == told
    assert changes(war, at(war, 12, 13), at(war, 12, 21)) == []


def test_a_cell_can_change_by_what_was_learned_and_then_by_what_happened(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, took("rebels", 10)),
        report("courier", 20, took("army", 15)),
        report("examiner", 21, took("bandits", 18)),
    )
    assert changes(war, at(war, 16, 13), at(war, 20, 22)) == [
        ["knowledge", ["rebels"], ["army"], ["courier 1"]],
        ["ground", ["army"], ["bandits"], ["examiner 1"]],
    ]


def test_more_of_the_same_evidence_is_no_change_but_better_support_is(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, took("rebels", 10)),
        report("courier", 14, took("rebels", 10)),
        report("examiner", 16, took("rebels", 10)),
    )
    told = [["knowledge", ["rebels"], ["rebels"], ["courier 1"]]]
    assert changes(war, at(war, 17, 12), at(war, 17, 14)) == told
    assert changes(war, at(war, 17, 14), at(war, 17, 16)) == []
    assert changes(war, at(war, 17), at(war, 30)) == []


def test_a_change_that_may_have_come_is_one(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, took("rebels", 10)),
        report("courier", 20, left("rebels", "[2013-01-15..2013-01-19]")),
    )
    rows = war.diff(at(war, 12), at(war, 16), "control", "mill").dicts
    assert [(row["cause"], row["after"]["certainty"]) for row in rows] == [("ground", "possible")]
    assert [labels(war)[one] for one in rows[0]["events"]] == ["courier 1"]


def test_numbers_and_chronologies_change_too(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, troops({"best": 400}, 10), fought(10)),
        report("courier", 20, troops({"best": 900}, 15), fought(15), fought(11)),
    )
    cell = ("forces", "army/valley/troops/deployed")
    assert changes(war, at(war, 12), at(war, 18), *cell) == [["ground", 400, 900, ["courier 1"]]]
    fight = "FightingReported"
    assert changes(war, at(war, 10), at(war, 18), "incidents") == [
        ["ground", None, fight, ["courier 2"]],
        ["ground", None, fight, ["courier 3"]],
    ]
    assert changes(war, at(war, 10, 12), at(war, 10, 21), "incidents") == []
    assert changes(war, at(war, 18, 12), at(war, 18, 21), "incidents", "mill") == [
        ["knowledge", None, fight, ["courier 2"]],
        ["knowledge", None, fight, ["courier 3"]],
    ]


def test_what_was_taken_back_is_knowledge_and_names_the_retraction(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)), report("courier", 13, took("army", 11)))
    named = {label: one for one, label in labels(war).items()}
    war.retract([named["courier 1"]], published=day(20), reason="taken back", by="tests")
    ((cause, before, after, events),) = changes(war, at(war, 18, 15), at(war, 18, 21))
    assert (cause, before, after) == ("knowledge", ["army"], ["rebels"])
    (row,) = war.log_rows(war.position - 1)
    assert events == [row["id"]]


def test_a_ruling_and_a_correction_are_what_was_learned(war: Situation) -> None:
    tell(
        war,
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
    )
    named = {label: one for one, label in labels(war).items()}
    follow, learned = named["examiner 1"], (at(war, 16, 17), at(war, 16, 21))
    war.rule("control", "mill", [follow], when=day(14), reason="seen", by="ana", published=day(20))
    ((cause, _, after, events),) = changes(war, *learned)
    ruling = next(row["id"] for row in war.log_rows() if row["kind"] == "RulingMade")
    assert (cause, after, events) == ("knowledge", ["rebels"], [ruling])
    war.correct(
        named["courier 1"], {"by": "[bandits]"}, reason="a slip", by="ana", published=day(19)
    )
    (row,) = war.diff(at(war, 16, 17), at(war, 16, 19), "control", "mill").dicts
    kinds = [one["kind"] for one in war.log_rows() if {one["id"], one["fact"]} & {*row["events"]}]
    assert sorted(kinds) == ["ControlReported", "FactCorrected"]


def test_a_diff_runs_forward(war: Situation) -> None:
    with pytest.raises(TrackerError, match="a diff runs forward"):
        war.diff(at(war, 12), at(war, 10))
    with pytest.raises(TrackerError, match="a diff runs forward"):
        war.diff(at(war, 12), at(war, 14, 13))


def test_a_diff_of_a_moment_with_itself_is_empty(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10), fought(10)))
    assert war.diff(at(war, 12), at(war, 12)).dicts == ()


def test_no_change_is_without_the_events_that_made_it(tmp_path: Path) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        days = [f"2013-01-{number:02}" for number in (1, 10, 14, 16, 17, 19, 21)]
        for first in days:
            for last in days:
                for known in ((None, None), (first, last), (days[0], days[-1])):
                    if first <= last:
                        before = situation.clocks(first, known[0])
                        after = situation.clocks(last, known[1])
                        rows = situation.diff(before, after).dicts
                        assert all(row["events"] for row in rows)
                        assert known[0] or {row["cause"] for row in rows} <= {"ground"}


# -- whom to hear ----------------------------------------------------------------------------------


def holders(war: Situation, as_of: int, **heard: Any) -> object:  # noqa: ANN401 - of a weighing
    rows = war.state(at(war, as_of), "control", "mill", weighing=war.weighing(**heard)).dicts
    return rows[0]["holders"] if rows else None


def test_sources_can_be_left_out_or_heard_alone_by_id_or_by_name(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)), report("courier", 20, took("army", 15)))
    assert holders(war, 18) == ["army"]
    assert holders(war, 18, without=["courier"]) == ["rebels"]
    assert holders(war, 18, without=["the courier"]) == ["rebels"]
    assert holders(war, 18, only=["gazette"]) == ["rebels"]
    assert holders(war, 18, only=["gazette", "courier"]) == ["army"]
    assert holders(war, 18, only=["courier"], without=["courier"]) is None


def test_a_described_speaker_is_left_out_in_every_spelling_and_shown_as_told(
    war: Situation,
) -> None:
    tell(
        war,
        report("gazette", 12, said_by("the mayor of Mill", took("rebels", 10))),
        report("courier", 12, said_by("The Mayor  of Mill", took("rebels", 10))),
        report("examiner", 12, took("army", 10)),
    )
    (row,) = war.state(at(war, 12), "control", "mill", weighing=war.weighing()).dicts
    told = [(one["holders"], one["origins"]) for one in row["values"]]
    assert sorted(told) == [(["army"], ["examiner"]), (["rebels"], ["The Mayor  of Mill"])]
    for spelt in ("the mayor of Mill", "THE MAYOR OF MILL"):
        assert holders(war, 12, without=[spelt]) == ["army"]
        assert holders(war, 12, only=[spelt]) == ["rebels"]


def test_an_origin_is_left_out_wherever_it_speaks(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, said_by("minister", took("army", 10)), fought(10)),
        report("courier", 13, took("rebels", 8), said_by("minister", fought(12))),
    )
    assert holders(war, 14) == ["army"]
    assert holders(war, 14, without=["minister"]) == ["rebels"]
    assert holders(war, 14, only=["The Minister"]) == ["army"]
    weighing = war.weighing(without=["minister"])
    rows = war.state(at(war, 14), "incidents", weighing=weighing).dicts
    assert [labels(war)[row["key"]] for row in rows] == ["gazette 2"]


def test_every_answer_names_how_it_weighed(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)))
    weighing = war.weighing("latest", without=["The Courier"])
    asked = {"policy": "latest/1", "only": [], "without": ["courier"]}
    when = at(war, 12)
    for one in (
        war.state(when, weighing=weighing),
        war.history("mill", weighing=weighing),
        war.audit(when, "control", "mill", weighing=weighing),
        war.diff(when, when, weighing=weighing),
        war.whatif(when, weighing),
        war.disputes(when, weighing=weighing),
        war.gaps(when, weighing=weighing),
    ):
        assert asked.items() <= one.query.items()
    plain = {"policy": DEFAULT_POLICY, "only": [], "without": []}
    assert plain.items() <= war.state(when).query.items()


def test_an_unknown_source_is_told_the_nearest(war: Situation) -> None:
    with pytest.raises(NotFoundError, match="no source or origin 'gazete': did you mean gazette"):
        war.weighing(without=["gazete"])
    with pytest.raises(NotFoundError, match="no policy 'newest'"):
        war.weighing("newest")


def test_every_policy_has_the_names_that_one_types() -> None:
    assert set(POLICY_NAMES.values()) == set(POLICIES)
    assert set(global_options.POLICY_NAMES) == {*POLICY_NAMES, *POLICIES}


@pytest.mark.parametrize("policy", POLICY_NAMES)
def test_stored_and_live_answers_are_rows_of_one_kind(tmp_path: Path, policy: str) -> None:
    with Situation(str(mali(tmp_path))) as situation:
        clocks = situation.clocks("2013-01-21")
        stored = situation.state(clocks).dicts
        other = situation.state(clocks, weighing=situation.weighing(policy)).dicts
        live = situation.state(situation.clocks("2013-01-21", None, "#9999")).dicts
        assert live == stored
        assert {frozenset(row) for row in other} <= {frozenset(row) for row in stored}


def test_an_audit_names_what_was_left_out_and_why(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10)), report("courier", 20, took("army", 15)))
    weighing = war.weighing(without=["courier"])
    found = war.audit(at(war, 18), "control", "mill", weighing=weighing)
    assert found.dicts[0]["holders"] == ["rebels"]
    parts = {labels(war)[one["fact"]]: (one["role"], one["why"]) for one in found.more["evidence"]}
    assert parts["gazette 1"][0] == "decides"
    assert parts["courier 1"] == ("superseded", "left out of this question")


# -- what if ---------------------------------------------------------------------------------------


def test_what_if_lists_the_cells_that_flip(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, took("rebels", 10), took("rebels", 10, place="ford")),
        report("courier", 20, took("army", 15), took("rebels", 10, place="ford")),
    )
    (row,) = war.whatif(at(war, 18), war.weighing(without=["courier"])).dicts
    assert (row["projection"], row["key"], row["name"]) == ("control", "mill", "Mill")
    assert (row["before"]["holders"], row["after"]["holders"]) == (["army"], ["rebels"])
    assert war.whatif(at(war, 18), war.weighing(without=["radio"])).dicts == ()
    assert war.whatif(at(war, 18), war.weighing(without=["courier"]), "control", "ford").dicts == ()
    (row,) = war.whatif(at(war, 12), war.weighing(only=["radio"]), "control", "mill").dicts
    assert row["after"] is None
    with pytest.raises(NotFoundError, match="lists facts"):
        war.whatif(at(war, 18), war.weighing("latest"), "incidents")
    for ask in (war.whatif, war.disputes):
        with pytest.raises(NotFoundError, match="did you mean control"):
            ask(at(war, 12), weighing=war.weighing(), projection="contol")
    with pytest.raises(NotFoundError, match="did you mean control"):
        war.diff(at(war, 12), at(war, 13), "contol")


# -- disputes --------------------------------------------------------------------------------------


def spans(war: Situation, as_of: int, known: int | None = None, **how: Any) -> list[list[Any]]:  # noqa: ANN401 - of a question
    rows = war.disputes(at(war, as_of, known), "control", **how).dicts
    return [
        [
            row["key"],
            *(row[end][clock] and row[end][clock][:10] for end in ("opened", "closed")
              for clock in ("valid", "known")),
        ]
        for row in rows
    ]  # fmt: skip


def test_a_dispute_is_open_from_the_report_that_contradicts(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, took("rebels", 8)),
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
    )
    assert spans(war, 16, 14) == []
    assert spans(war, 13) == []
    (row,) = war.disputes(at(war, 16)).dicts
    assert {tuple(one["holders"]) for one in row["values"]} == {("army",), ("rebels",)}
    assert set(row["evidence"]) >= {one for rival in row["values"] for one in rival["evidence"]}
    assert row["opened"]["valid"][:10] == "2013-01-14"
    assert row["opened"]["known"][:10] == "2013-01-15"
    assert row["closed"] == {"valid": None, "known": None}
    assert row["last_undisputed"]["holders"] == ["rebels"]


def test_a_dispute_closes_when_newer_evidence_settles_the_place(war: Situation) -> None:
    tell(
        war,
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
        report("gazette", 20, took("bandits", 18)),
    )
    assert spans(war, 16) == [["mill", "2013-01-14", "2013-01-15", None, None]]
    assert spans(war, 19) == []
    assert spans(war, 18) == []
    for as_of in (18, 19):
        ((key, opened, raised, closed, settled),) = spans(war, as_of, closed=True)
        assert (key, opened, raised) == ("mill", "2013-01-14", "2013-01-15")
        assert (closed, settled) == ("2013-01-18", None)


def test_a_dispute_closes_when_knowledge_settles_it(war: Situation) -> None:
    tell(
        war,
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
        report("mission", 20, found("rebels", 14)),
    )
    assert len(spans(war, 16, 19)) == 1
    assert spans(war, 16) == []
    for known in (20, None):
        ((_, opened, raised, closed, settled),) = spans(war, 16, known, closed=True)
        assert (opened, raised, settled) == ("2013-01-14", "2013-01-15", "2013-01-20")
        assert closed is None


def test_one_dispute_is_told_once_however_many_rectangles_it_has(war: Situation) -> None:
    tell(
        war,
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
        report("gazette", 16, found("bandits", 14)),
    )
    assert spans(war, 17, closed=True) == [["mill", "2013-01-14", "2013-01-15", None, None]]


def test_disputes_are_also_found_when_worked_out_anew(war: Situation) -> None:
    tell(
        war,
        report("courier", 14, found("army", 14)),
        report("examiner", 15, found("rebels", 14)),
        report("gazette", 20, took("bandits", 18)),
    )
    for as_of in (16, 19):
        for closed in (False, True):
            stored = war.disputes(at(war, as_of), closed=closed).dicts
            clocks = war.clocks(day(as_of), None, "#9999")
            assert war.disputes(clocks, closed=closed).dicts == stored
    assert war.disputes(at(war, 16), weighing=war.weighing(without=["examiner"])).dicts == ()
    assert war.disputes(at(war, 16), weighing=war.weighing("latest")).dicts == ()


# -- gaps ------------------------------------------------------------------------------------------


def lacking(war: Situation, as_of: int, *kinds: str, **how: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401 - of a question
    rows = war.gaps(at(war, as_of), **how).dicts
    return [
        (row["gap"], row["key"], row["what"]) for row in rows if not kinds or row["gap"] in kinds
    ]


def test_old_evidence_is_a_gap_and_is_marked(war: Situation) -> None:
    tell(war, report("gazette", 2, took("rebels", 1)))
    assert lacking(war, 15, "stale") == []
    assert lacking(war, 16, "stale") == [("stale", "mill", "newest evidence 15 days old")]
    ((_, _, what),) = lacking(war, 2, "stale", stale_after=DAY // 2)
    assert what == "newest evidence 1 day old"
    assert lacking(war, 4, "stale", stale_after=2 * DAY) != []
    rows = war.state(at(war, 3), stale_after=2 * DAY).dicts
    assert [row["stale"] for row in rows] == [False]
    assert [row["stale"] for row in war.state(at(war, 9), stale_after=2 * DAY).dicts] == [True]
    assert "stale" not in war.state(at(war, 9)).dicts[0]


def test_what_is_not_certain_disputed_or_only_claimed_is_a_gap(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, took("rebels", 10)),
        report("courier", 20, left("rebels", "[2013-01-15..2013-01-19]")),
    )
    what = "rebels; possibly vacated".replace("rebels", "Rebels")
    assert lacking(war, 16, "possible") == [("possible", "mill", what)]
    tell(
        war,
        report("wire", 21, said_by("captain", took("rebels", 20, place="ford"))),
        report("courier", 22, found("army", 22)),
        report("examiner", 22, found("clans", 22)),
    )
    assert [key for _, key, _ in lacking(war, 23, "claimed")] == ["ford"]
    ((_, key, what),) = lacking(war, 23, "disputed")
    assert key == "mill"
    assert {"Army", "Clans"} == set(what.split(" / "))
    tell(
        war, report("courier", 24, stands_at("red", 24)), report("wire", 24, stands_at("white", 24))
    )
    ((_, key, what),) = (one for one in lacking(war, 24, "disputed") if one[1] != "mill")
    assert (key, set(what.split(" / "))) == ("lantern/land", {"red", "white"})


@pytest.mark.parametrize(
    ("denied", "role"),
    [
        (took("rebels", 10), "dissents"),
        (left("rebels", 11), "supports"),
        (took("army", 11), "supports"),
        (left("army", 11), "dissents"),
        (besieged("army", 20), "not-yet"),
    ],
)
def test_a_denial_backs_what_it_would_have_changed(war: Situation, denied: Row, role: str) -> None:
    tell(war, report("gazette", 10, took("rebels", 10)))
    tell(war, report("courier", 12, denied | {"status": "denied"}))
    (row,) = war.audit(at(war, 13), "control", "mill").more["evidence"][1:]
    assert row["role"] == role
    assert "denies" in row["why"]


def test_what_was_found_in_a_month_is_as_new_as_what_was_done_in_it(war: Situation) -> None:
    """Neither is older than it has to be: both may be of the month's last day."""
    tell(
        war,
        report("gazette", 20, found("army", "2012-12")),
        report("gazette", 20, troops({"best": 500}, "2012-12")),
        report("gazette", 20, killed("rebels", {"best": 7}, "2012-12")),
        report("gazette", 20, troops(None, "2012-12", "rebels")),
    )
    rows = war.state(at(war, 21)).dicts
    assert {row["age_days"] for row in rows if row["projection"] != "incidents"} == {21}


def test_a_pledge_keeps_its_remainder_until_it_is_fulfilled(war: Situation) -> None:
    key = "army/valley/troops/pledged"
    tell(war, report("gazette", 10, pledged({"best": 500}, 10)))
    assert lacking(war, 11, "pledge") == [("pledge", key, "pledged: 500; 500 still to come")]
    tell(war, report("gazette", 11, troops(None, 11)))
    what = "pledged: 500; how many came is not known"
    assert lacking(war, 11, "pledge") == [("pledge", key, what)]
    (row,) = war.state(at(war, 11), "forces", key).dicts
    assert row["remainder"] is None
    tell(war, report("gazette", 14, troops({"best": 450}, 14)))
    assert [row["remainder"] for row in war.state(at(war, 14), "forces", key).dicts] == [50]
    rows = war.state(at(war, 14), "forces").dicts
    assert [row.get("remainder") for row in rows if row["key"] == key] == [50]
    assert lacking(war, 14, "pledge") == [("pledge", key, "pledged: 500; 50 still to come")]
    tell(war, report("gazette", 16, troops({"best": 500}, 16)))
    assert lacking(war, 16, "pledge") == []


def test_of_a_pledge_that_may_not_have_been_made_yet_nothing_is_still_to_come(
    war: Situation,
) -> None:
    tell(war, report("gazette", 19, pledged({"best": 500}, 19)))
    that_morning = war.gaps(war.clocks("2013-01-19T10:00:00Z")).dicts
    assert [one["what"] for one in that_morning if one["projection"] == "forces"] == [
        "nothing certain; possibly 500"
    ]
    ((_, _, what),) = lacking(war, 19, "pledge")
    assert what == "pledged: 500; 500 still to come"


def test_a_pledge_is_counted_against_those_in_a_place_within(war: Situation) -> None:
    key = "army/valley/troops/pledged"
    tell(war, report("gazette", 10, pledged({"best": 500}, 10)))
    tell(war, report("gazette", 12, troops({"best": 200}, 12, place="mill")))
    assert [row["remainder"] for row in war.state(at(war, 12), "forces", key).dicts] == [300]


def test_a_number_that_no_known_change_accounts_for_is_a_gap(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 400}, 10)),
        report("gazette", 14, troops({"best": 1250}, 14)),
    )
    key = "army/valley/troops/deployed"
    what = "+850 that no known change accounts for"
    assert lacking(war, 14, "unexplained") == [("unexplained", key, what)]


def test_more_in_a_place_than_around_it_is_noted(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 400}, 10), troops({"best": 600}, 10, place="mill")),
    )
    ((_, key, what),) = lacking(war, 10, "containment")
    assert key == "army/mill/troops/deployed"
    assert what == "Army: 600 troops deployed in Mill, but at most 400 in Valley around it"
    assert war.state(at(war, 10), "forces").notes == (what,)
    assert war.state(at(war, 10), "forces", key).notes == (what,)
    assert war.state(at(war, 10), "control").notes == ()
    tell(war, report("gazette", 12, troops(about(700), 12)))
    assert lacking(war, 12, "containment") == []


def test_one_event_that_two_tell_with_two_numbers_is_perhaps_counted_twice(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 300}, 10)),
        report("gazette", 13, troops(more_by(200), 13)),
        report("courier", 14, troops(more_by(250), 13), troops(more_by(40), 13)),
        report("wire", 20, troops(more_by(70), 20)),
    )
    key = "army/valley/troops/deployed"
    what = (
        "+200 (The Gazette) and +250 (The Courier) may be one event; "
        "+200 (The Gazette) and +40 (The Courier) may be one event: both are counted"
    )
    assert lacking(war, 21, "double") == [("double", key, what)]
    assert lacking(war, 12, "double") == []
    assert f"Army in Valley: {what}" in war.state(at(war, 21), "forces", key).notes
    tell(war, report("gazette", 22, troops({"best": 800}, 22)))
    assert lacking(war, 23, "double") == []  # a total says how many there are


@pytest.mark.parametrize(
    ("others", "more"), [([250, 40, 60], ""), ([250, 40, 60, 70, 80], "; and 2 more")]
)
def test_of_many_that_are_perhaps_counted_twice_three_are_named_and_all_are_cited(
    war: Situation, others: list[int], more: str
) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 300}, 10)),
        report("gazette", 13, troops(more_by(200), 13)),
        report("courier", 14, *(troops(more_by(one), 13) for one in others)),
    )
    (gap,) = (one for one in war.gaps(at(war, 21)).dicts if one["gap"] == "double")
    pairs = (f"+200 (The Gazette) and +{one} (The Courier) may be one event" for one in others[:3])
    assert gap["what"] == f"{'; '.join(pairs)}{more}: both are counted"
    named = labels(war)
    cited = [f"courier {turn}" for turn in range(1, len(others) + 1)]
    assert sorted(named[one] for one in gap["evidence"]) == [*cited, "gazette 2"]


def test_losses_that_are_perhaps_counted_twice_are_noted(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, killed("rebels", more_by(5), 11)),
        report("courier", 12, killed("rebels", more_by(50), 11)),
    )
    (note,) = war.state(at(war, 13), "losses", "rebels/fighters/killed").notes
    assert note.endswith("may be one event: both are counted")


def test_what_has_no_number_is_not_said_to_be_counted_twice(war: Situation) -> None:
    dozens = {"comparator": "dozens", "semantics": "change"}
    tell(
        war,
        report("gazette", 12, killed("rebels", more_by(5), 11)),
        report("courier", 12, killed("rebels", dozens, 11)),
    )
    assert lacking(war, 13, "double") == []


def test_two_records_or_two_places_are_not_one_event_told_twice(war: Situation) -> None:
    tell(
        war,
        report("gazette", 12, killed("rebels", more_by(7), 11, "mill")),
        report("courier", 12, killed("rebels", more_by(9), 11, "ford")),
        report("wire", 12, killed("rebels", more_by(2), "2013-01")),
    )
    assert lacking(war, 13, "double") == []


SOME_DAY = "[2013-01-05..2013-01-15]"


def test_who_came_on_some_day_may_have_come_after_a_total(war: Situation) -> None:
    """They count as from the first of those days, and so as in the total: that is told."""
    tell(
        war,
        report("gazette", 10, troops({"best": 500}, 10)),
        report("courier", 20, troops(more_by(200), SOME_DAY)),
    )
    key = "army/valley/troops/deployed"
    what = (
        "+200 (The Courier), 5-15 Jan 2013, may have come after the total of 500 (The Gazette, "
        "10 Jan 2013): not counted"
    )
    assert [row["best"] for row in war.state(at(war, 21), "forces", key).dicts] == [500]
    assert lacking(war, 21, "uncounted") == [("uncounted", key, what)]
    assert f"Army in Valley: {what}" in war.state(at(war, 21), "forces", key).notes
    (gap,) = (row for row in war.gaps(at(war, 21)).dicts if row["gap"] == "uncounted")
    assert len(gap["evidence"]) == 2
    assert lacking(war, 14, "uncounted") == []  # they may be on their way: not certain
    assert lacking(war, 14, "possible")[0][2] == "500; possibly 700"
    tell(war, report("wire", 24, troops({"best": 710}, 24)))
    assert lacking(war, 25, "uncounted") == []  # all of them are in that


def test_who_left_on_some_day_may_have_left_after_a_total(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 500}, 10)),
        report("courier", 20, troops(more_by(200), SOME_DAY, kind="TroopsWithdrawn")),
    )
    found = [what for _, key, what in lacking(war, 21, "uncounted") if key.endswith("deployed")]
    assert [what.split(" (")[0] for what in found] == ["-200"]


def test_a_change_that_another_tells_the_day_of_is_in_no_doubt(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 500}, 10)),
        report("wire", 14, troops(more_by(200), 13)),
        report("courier", 20, troops(more_by(200), SOME_DAY)),
    )
    assert lacking(war, 21, "uncounted") == []
    tell(war, report("ministry", 22, troops(more_by(300), SOME_DAY)))
    tell(war, report("courier", 23, troops(more_by(300), SOME_DAY)))
    ((_, _, what),) = lacking(war, 24, "uncounted")
    assert what.startswith("+300 (The Ministry), 5-15 Jan 2013, may have come after")


def test_a_change_without_a_number_or_a_total_lacks_nothing(war: Situation) -> None:
    dozens = {"comparator": "dozens", "semantics": "change"}
    tell(
        war,
        report("gazette", 10, killed("rebels", more_by(5), 10)),
        report("courier", 20, killed("rebels", more_by(7), SOME_DAY)),
        report("gazette", 11, troops({"best": 500}, 11)),
        report("courier", 21, troops(dozens, SOME_DAY)),
    )
    assert lacking(war, 22, "uncounted") == []


def test_forces_that_are_said_to_have_left_still_stand_and_that_is_told(war: Situation) -> None:
    """Who left a place is a fact about control; nobody said how many of the forces went."""
    at_the_mill = {"place": "mill", "kind": "ForcesPositioned"}
    tell(
        war,
        report("gazette", 10, troops(None, 10, "rebels", **at_the_mill)),
        report("courier", 12, left("rebels", 12)),
    )
    key = "rebels/mill/troops/deployed"
    what = "said to have left, 12 Jan 2013 (The Courier): what was told of them before stands"
    assert [row["phase"] for row in war.state(at(war, 13), "forces", key).dicts] == ["deployed"]
    assert lacking(war, 13, "left") == [("left", key, what)]
    for asked in (war.state, war.audit):
        assert f"Rebels in Mill: {what}" in asked(at(war, 13), "forces", key).notes
    assert lacking(war, 11, "left") == []
    assert lacking(war, 13, "left", weighing=war.weighing(without=["courier"])) == []
    tell(war, report("gazette", 14, troops(None, 14, "rebels", **at_the_mill)))
    assert lacking(war, 15, "left") == []  # back, or never gone


def test_who_was_withdrawn_without_a_number_is_said_to_have_left(war: Situation) -> None:
    away = {"kind": "TroopsWithdrawn"}
    tell(
        war,
        report("gazette", 10, troops({"best": 500}, 10)),
        report("courier", 12, troops(more_by(200), 12, **away)),
    )
    assert lacking(war, 13, "left") == []  # so many fewer are there: that is counted
    tell(war, report("wire", 15, troops(None, 15, **away)))
    ((_, key, what),) = lacking(war, 16, "left")
    assert key == "army/valley/troops/deployed"
    assert what.startswith("said to have left, 15 Jan 2013 (The Wire)")


@pytest.mark.parametrize("status", ["planned", "possible", "denied"])
@pytest.mark.parametrize("number", [None, more_by(100)])
def test_nobody_is_said_to_have_left_by_what_is_planned_possible_or_denied(
    war: Situation, status: str, number: Row | None
) -> None:
    tell(
        war,
        report("gazette", 10, troops({"best": 500}, 10)),
        report("courier", 12, troops(number, 12, kind="TroopsWithdrawn", status=status)),
    )
    answered = war.state(at(war, 13), "forces", "army/valley/troops/deployed")
    assert [row["best"] for row in answered.dicts] == [500]
    assert lacking(war, 13, "left") == []
    assert "said to have left" not in " ".join(answered.notes)


def test_a_list_that_drops_who_left_tells_nothing_of_who_stays(war: Situation) -> None:
    away = "forces/army/valley/troops/withdrawn"
    version = {"source": "wire", "published": day(12), "title": "the list", "standing": True}
    drops = {"version": "of 12 January", "entries": 0, "dropped": [away]}
    data = json.dumps({"report": version, "facts": [], "snapshot": drops}).encode()
    tell(war, report("gazette", 10, troops({"best": 500}, 10)))
    war.record([(data, "list.yaml")], by="tests")
    assert lacking(war, 13, "left") == []


@pytest.mark.parametrize("word", ["many", "dozens", "several"])
def test_many_who_left_by_a_word_are_taken_off_as_far_as_that_can_be(
    war: Situation, word: str
) -> None:
    fewer = {"comparator": word, "semantics": "change"}
    key = "army/valley/troops/deployed"
    tell(
        war,
        report("gazette", 10, troops({"best": 500, "comparator": "about"}, 10)),
        report("courier", 12, troops(fewer, 12, kind="TroopsWithdrawn")),
    )
    answered = war.state(at(war, 13), "forces", key)
    assert [(row["comparator"], row["high"]) for row in answered.dicts] == [("at most", 600)]
    assert lacking(war, 13, "left") == []  # it is not so that what was told before stands
    assert "said to have left" not in " ".join(answered.notes)


def test_many_who_left_of_an_unknown_number_are_said_to_have_left(war: Situation) -> None:
    fewer = {"comparator": "many", "semantics": "change"}
    tell(
        war,
        report("gazette", 10, troops(None, 10)),
        report("courier", 12, troops(fewer, 12, kind="TroopsWithdrawn")),
    )
    assert [key for _, key, _ in lacking(war, 13, "left")] == ["army/valley/troops/deployed"]


def test_whose_words_others_have_moved_is_said_to_be_part_of_what_is_left(war: Situation) -> None:
    tell(
        war,
        report("gazette", 10, found("army rebels", 10, state="contested")),
        report("courier", 12, left("rebels", 12)),
    )
    answer = war.audit(at(war, 13), "control", "mill")
    assert answer.dicts[0]["holders"] == ["army"]
    whys = {one["source"]: one["why"] for one in answer.more["evidence"]}
    assert whys["gazette"] == "others have moved what it tells: what holds is what is left of it"


TEXT = "The town fell in the morning. Its people left by the south road. Nobody came back.\n"


def read(sentences: list[int], set_aside: list[int], name: str = "report.txt") -> Sheet:
    """Tell of facts that stand in these sentences of a document; others set aside."""
    document = {"name": name, "sha256": sha256(TEXT.encode()).hexdigest()}
    begin = {0: (0, 29), 1: (30, 64), 2: (65, 82)}
    facts = []
    for number in sentences:
        start, stop = begin.get(number, (0, 4))
        words = sha256(TEXT[start:stop].encode()).hexdigest()
        where = {"sentence": number, "span": [start, stop], "sha256": words}
        facts.append({**took("rebels", 10), "gist": f"Sentence {number}.", "at": where})
    more = ("not_coded", [{"sentence": number, "why": "no matter"} for number in set_aside])
    return _WithDocument("gazette", 12, tuple(facts), more=(more, ("document", document)))


class _WithDocument(Sheet):
    """A sheet whose report names a document."""

    def raw(self) -> tuple[bytes, str]:
        more = dict(self.more)
        told = {"source": self.source, "published": day(self.published)}
        told["document"] = more["document"]
        data = {"report": told, "facts": list(self.facts), "not_coded": more["not_coded"]}
        return json.dumps(data).encode(), "gazette.yaml"


def test_sentences_that_nobody_read_are_a_gap(war: Situation, tmp_path: Path) -> None:
    tell(war, read([2], [0]))
    (gap,) = war.gaps(at(war, 12)).dicts
    assert (gap["gap"], gap["projection"]) == ("sentence", None)
    assert gap["name"] == "The Gazette, 2013-01-12"
    assert gap["what"] == "sentence 1 neither coded nor set aside"
    (tmp_path / "report.txt").write_text(TEXT)
    assert lacking(war, 12, "sentence", documents=tmp_path) == lacking(war, 12, "sentence")


def test_a_slip_that_an_older_log_holds_is_one_gap(
    war: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = 999_999_999_999_999_999
    monkeypatch.setattr("tracker.slips.LAST_SENTENCE", slip)  # there was no bound once
    tell(war, read([2], [0, slip]))
    said = f"sentences 1, 3-{slip - 1} neither coded nor set aside"
    assert [what for _, _, what in lacking(war, 12)] == [said]
    (tmp_path / "report.txt").write_text(TEXT)
    assert [what for _, _, what in lacking(war, 12, "sentence", documents=tmp_path)] == [
        "sentence 1 neither coded nor set aside",
        f"sentence {slip} set aside, but report.txt has only 3, from 0 on",
    ]


def test_a_document_shows_the_sentences_after_the_last_that_is_mentioned(
    war: Situation, tmp_path: Path
) -> None:
    tell(war, read([0], []))
    (tmp_path / "report.txt").write_text(TEXT)
    assert lacking(war, 12) == []
    ((_, _, what),) = lacking(war, 12, documents=tmp_path)
    assert what == "sentences 1-2 neither coded nor set aside"


def test_a_quote_that_no_longer_matches_is_a_gap(war: Situation, tmp_path: Path) -> None:
    tell(war, read([0, 1, 2], []))
    assert [kind for kind, _, _ in lacking(war, 12, documents=tmp_path)] == ["quote"] * 3
    (tmp_path / "report.txt").write_text(TEXT)
    assert lacking(war, 12, documents=tmp_path) == []
    (tmp_path / "report.txt").write_text(TEXT.replace("south", "north"))
    assert {what for _, _, what in lacking(war, 12, documents=tmp_path)} == {
        "report.txt is not the document that was read"
    }


def test_sentences_that_the_document_does_not_have_are_a_gap(
    war: Situation, tmp_path: Path
) -> None:
    told = read([0], [1, 2, 44])
    at_nine = {**told.facts[0], "gist": "Sentence 9.", "at": {"sentence": 9}}
    tell(war, replace(told, facts=(*told.facts, at_nine)))
    (tmp_path / "report.txt").write_text(TEXT)
    found = lacking(war, 12, documents=tmp_path)
    assert [(kind, what) for kind, _, what in found] == [
        ("quote", "report.txt has no sentence 9: it has 3, counted from 0"),
        ("sentence", "sentence 44 set aside, but report.txt has only 3, from 0 on"),
    ]


def test_facts_that_stand_nowhere_are_a_gap_of_their_source(war: Situation) -> None:
    tell(war, report("gazette", 12, took("rebels", 10), fought(10)))
    tell(war, report("gazette", 13, fought(11)))
    tell(war, report("courier", 13, fought(12)))
    assert [(key, what) for _, key, what in lacking(war, 13, "locator")] == [
        ("gazette", "3 facts do not say where in a document"),
        ("courier", "1 fact does not say where in a document"),
    ]


# -- as commands -----------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("TRACKER_LOG", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path


@pytest.fixture
def disputed(here: Path) -> Path:
    """A log in which two papers say two things of the mill, and the rated ones of the ford."""
    (here / "s.yaml").write_bytes(SITUATION)
    said("init", "s.yaml")
    sheets = (
        report("gazette", 10, took("rebels", 8)),
        report("courier", 14, rated("B2", found("army", 14)), pledged({"best": 500}, 14)),
        report("examiner", 15, rated("B2", found("rebels", 14)), troops({"best": 450}, 15)),
    )
    for sheet in sheets:
        data, _ = sheet.raw()
        assert run("record", "-", stdin=data).exit_code == 0
    return here


def refused(*words: str) -> Result:
    result = run(*words)
    assert result.exit_code == 2
    return result


@pytest.mark.usefixtures("disputed")
def test_a_dispute_can_be_read_in_every_table() -> None:
    clock = ("--as-of", "2013-01-16")
    text = " ".join(said("state", "control", *clock).split())
    assert "disputed:" in text
    assert "(The Courier B2)" in text
    assert "last undisputed Rebels" in text
    shown = said("disputes", *clock)
    assert shown.splitlines()[2].split()[:2] == ["WHAT", "WHO"]
    assert "control: Mill" in shown
    assert "14 Jan 2013, known 15 Jan 2013" in " ".join(shown.split())
    assert "CLOSED" in said("disputes", *clock, "--all")
    assert "no disputes" in said("disputes", "--as-of", "2013-01-12")
    assert "SUPPORT" in said("history", "mill")
    assert "SOURCES DISAGREE" in said("gaps", *clock)
    assert "50 still to come" in " ".join(said("state", "forces", *clock).split())
    verdict = said("audit", "control", "mill", *clock).splitlines()[0]
    assert "disputed: " in verdict


@pytest.mark.usefixtures("disputed")
def test_the_heading_says_who_is_left_out() -> None:
    shown = said("state", "control", "--as-of", "2013-01-16", "--without", "the courier")
    assert "· without The Courier ·" in shown.splitlines()[0]
    assert "Rebels" in shown
    assert answer("state", "--only", "gazette")["query"]["only"] == ["gazette"]
    assert "origin 'gazet': did you mean gazette" in refused("state", "--only", "gazet").stderr
    words = ("history", "mill"), ("audit", "control", "mill"), ("replay",), ("gaps",), ("disputes",)
    for one in words:
        assert run(*one, "--without", "courier", "--policy", "latest").exit_code == 0


@pytest.mark.usefixtures("disputed")
def test_diff_as_a_table_and_its_clocks() -> None:
    shown = said("diff", "--from", "2013-01-12", "--to", "2013-01-16", "control")
    lines = shown.splitlines()
    assert lines[0].startswith("The river war · changes from 12 Jan 2013 to 16 Jan 2013")
    assert lines[2].split() == ["WHAT", "BEFORE", "AFTER", "CAUSE", "EVENTS"]
    assert "on the ground" in shown
    assert "#" in shown
    assert "ControlReported" in shown
    learned = ("diff", "--known-from", "2013-01-12", "--known-to", "2013-01-16", "control")
    assert "we learned" in said(*learned)
    whole = answer(*learned)
    assert whole["query"]["from"] == whole["query"]["as_of"]
    assert whole["query"]["known_from"] == "2013-01-12T23:59:59.999999Z"
    assert set(whole["events"]) == {one for row in whole["rows"] for one in row["events"]}
    assert "nothing changed" in said("diff", "--from", "2013-01-17", "--to", "2013-01-18")
    still = ("--from", "2013-01-12", "--to", "2013-01-16", "--known-to", "2013-01-14")
    assert {row["cause"] for row in answer("diff", *still)["rows"]} == {"ground"}
    assert "needs --from" in refused("diff").stderr
    assert "runs forward" in refused("diff", "--from", "2013-01-02", "--to", "2013-01-01").stderr
    assert max(map(len, shown.splitlines())) <= 120


@pytest.mark.usefixtures("disputed")
def test_what_if_as_a_table() -> None:
    clock = ("--as-of", "2013-01-16")
    shown = said("whatif", "--without", "courier", *clock)
    assert "control: Mill" in shown
    assert "nothing changes" in said("whatif", "--without", "radio", *clock)
    assert "Say --without SOURCE" in refused("whatif", *clock).stderr
    assert "Say --without SOURCE" in refused("whatif", "--policy", DEFAULT_POLICY).stderr


@pytest.mark.usefixtures("disputed")
@pytest.mark.parametrize(("written", "marked"), [("7d", 0), ("36h", 1), ("10", 0), ("1", 1)])
def test_the_age_that_is_too_old_can_be_written_in_days_and_hours(
    written: str, marked: int
) -> None:
    asked = ("state", "control", "--as-of", "2013-01-16T12:00Z", "--stale-after", written)
    assert [row["stale"] for row in answer(*asked)["rows"]] == [bool(marked)]
    assert said(*asked).count(", stale") == marked


@pytest.mark.usefixtures("disputed")
@pytest.mark.parametrize("written", ["", "d", "-1", "1w", "1.5d", "99999999d"])
def test_what_is_no_length_of_time_is_refused(written: str) -> None:
    assert "no length of time" in refused("state", "--stale-after", written).stderr


def test_an_audit_of_many_facts_fits_a_screen_and_names_every_one(here: Path) -> None:
    (here / "s.yaml").write_bytes(SITUATION)
    said("init", "s.yaml")
    for number in range(1, 31):
        data, _ = report("gazette", number, took(("rebels", "army")[number % 2], number)).raw()
        assert run("record", "-", stdin=data).exit_code == 0
    ask = ("audit", "control", "mill", "--as-of", "2013-01-31")
    shown = said(*ask)
    trail = answer(*ask)["evidence"]
    assert len(trail) == 30
    assert len(shown.splitlines()) < len(trail)
    assert max(map(len, shown.splitlines())) <= 120
    assert all(f"#{one['position']} " in shown or f"#{one['position']}:" in shown for one in trail)
    assert shown.splitlines()[-1].startswith("rule: ")
    in_full = said(*ask, "--full")
    assert len(in_full.splitlines()) > 60


@pytest.mark.parametrize("words", [["state"], ["gaps"], ["disputes", "--all"], ["whatif"]])
def test_of_how_many_cells_the_claims_are_held_makes_no_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """A situation of a million facts is asked as one of ten is, in no more memory."""
    log = mali(tmp_path)
    asked = ("--log", log, *words, "--without", "voa", "--as-of", "2013-01-21")
    expected = answer(*asked)
    monkeypatch.setattr("projections.cells.AT_ONCE", 3)
    monkeypatch.setattr("projections.gaps.REPORTS_AT_ONCE", 2)
    assert answer(*asked) == expected


@pytest.mark.parametrize(
    "words", ["state control diabaly", "history diabaly", "audit control diabaly"]
)
def test_a_question_about_one_cell_reads_the_names_of_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """A watch asks one after each event."""

    def none(_: object) -> Any:  # noqa: ANN401 - never given
        pytest.fail("all names were read")

    log = mali(tmp_path)
    monkeypatch.setattr("projections.moments.Moments.names", property(none))
    found = answer("--log", log, *words.split(), "--recorded-at", "#150")
    assert "diabaly" in json.dumps(found["query"])
