"""Corrections, retractions and rulings: what is added changes the answer, and nothing is lost.

Asked about before an amendment was published, or before it was recorded, the old view is back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import Result
from commands_for_tests import answer, mali, run, said
from sheets_for_tests import SITUATION, ask, fact, new_situation, tell, ticking, who_holds

from projections.follower import follow
from projections.store import Row, Store
from tracker.amendments import AmendmentError
from tracker.errors import InputError, NotFoundError, TrackerError
from tracker.facts.envelope import Event
from tracker.instants import format_instant
from tracker.log import Conflict
from tracker.outcomes import Amended
from tracker.situation import Situation

DOCUMENT = {"name": "001.txt", "sha256": "a" * 64}
TAKEN = fact("TownOccupied", place="mill", by=["rebels"], when="2013-01-14")
MOVED = {"when": "2013-01-15"}
STRIKE = fact("AirstrikeConducted", place="ford", by=["army"], when="2013-01-12")
BATCHES = (1, 2, 7, 5000)


def told_of_document(situation: Situation, *facts: Row, source: str = "gazette") -> str:
    """Record a report of 17 January that is known by its document; give its stream."""
    report = {"source": source, "published": "2013-01-17", "document": DOCUMENT}
    data = json.dumps({"report": report, "facts": facts}).encode()
    (outcome,) = situation.record([(data, "sheet.yaml")], by="tests")
    assert outcome.report
    return outcome.report


def correct(
    situation: Situation, fact_id: str, published: str = "2013-01-22", **fields: str
) -> Amended:
    return situation.correct(fact_id, fields, reason="a slip", by="ana", published=published)


def retract(
    situation: Situation, *facts: str, published: str = "2013-01-22", **more: str
) -> Amended:
    return situation.retract(facts, reason="withdrawn", by="ana", published=published, **more)


def rule(situation: Situation, *follow: str, when: str = "2013-01-14", **more: str) -> Amended:
    said = {"reason": "seen by our own", "by": "ana", "published": "2013-01-22", **more}
    return situation.rule("control", "mill", follow, when=when, **said)


def added(outcome: Amended) -> list[str]:
    return [row["kind"] for row in outcome.events]


def holds_together(situation: Situation) -> None:
    """The model equals one made anew, whatever the batches in which the log is followed."""
    assert situation.compare() == []
    expected = list(situation.store.dump())
    events = list(situation.log.read())
    for batch in BATCHES:
        with Store(":memory:") as store:
            follow(store, events, batch=batch)
            assert list(store.dump()) == expected


# -- a correction ----------------------------------------------------------------------------------


def test_a_correction_puts_another_fact_in_the_place_of_the_first(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    before = situation.position
    outcome = correct(situation, taken, by="[bandits]")
    assert (outcome.added, outcome.already, outcome.position) == (2, 0, before + 2)
    assert added(outcome) == ["FactCorrected", "TownOccupied"]
    assert who_holds(situation, "2013-01-20") == ("held", ["bandits"])
    holds_together(situation)


def test_before_it_was_published_the_uncorrected_view_is_the_view(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    correct(situation, taken, by="[bandits]")
    assert who_holds(situation, "2013-01-20", "2013-01-16") is None
    assert who_holds(situation, "2013-01-20", "2013-01-17") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-20", "2013-01-21") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-20", "2013-01-22") == ("held", ["bandits"])


def test_before_it_was_recorded_the_uncorrected_view_is_the_view(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    before = situation.position
    correct(situation, taken, by="[bandits]")
    for position, holders in ((before, ["rebels"]), (before + 2, ["bandits"])):
        row = ask(situation, "control", "mill", "2013-01-20", recorded_at=f"#{position}")
        assert row
        assert row["holders"] == holders


def test_both_clocks_count_together() -> None:
    with new_situation(ticking()) as situation:
        (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
        correct(situation, taken, by="[bandits]")
        corrected = list(situation.log.read())[-2]
        assert corrected.body.TOPIC == "FactCorrected"
        for known, recorded, holders in (
            ("2013-01-25", corrected.recorded_at, ["bandits"]),
            ("2013-01-25", corrected.recorded_at - 1, ["rebels"]),
            ("2013-01-21", corrected.recorded_at, ["rebels"]),
        ):
            at = format_instant(recorded)
            row = ask(situation, "control", "mill", "2013-01-20", known, recorded_at=at)
            assert row
            assert row["holders"] == holders


def test_the_new_fact_speaks_of_the_same_moment_as_the_first(situation: Situation) -> None:
    seen = fact("ControlReported", place="mill", by=["rebels"], when="2013-01-17")
    (held,) = tell(situation, "gazette", "2013-01-17", seen)
    tell(situation, "gazette", "2013-01-19", {**seen, "by": ["army"], "when": "2013-01-19"})
    correct(situation, held, published="2013-01-25", by="[bandits]")
    assert who_holds(situation, "2013-01-18") == ("held", ["bandits"])
    assert who_holds(situation, "2013-01-26") == ("held", ["army"])


def test_a_moved_fact_leaves_the_cell_in_which_it_was_wrong(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    correct(situation, taken, place="ford")
    assert who_holds(situation, "2013-01-20") is None
    assert who_holds(situation, "2013-01-20", place="ford") == ("held", ["rebels"])
    holds_together(situation)


def test_a_number_is_corrected_by_its_dotted_name(situation: Situation) -> None:
    troops = fact(
        "TroopsDeployed", place="mill", by=["army"], when="2013-01-14", quantity={"best": 500}
    )
    (sent,) = tell(situation, "gazette", "2013-01-17", troops)
    situation.correct(sent, {"quantity.best": "300"}, reason="a slip", by="ana")
    row = ask(situation, "forces", "army/mill/troops/deployed", "2013-02-01")
    assert row
    assert (row["low"], row["best"], row["high"]) == (300, 300, 300)


def test_a_chronology_lists_the_new_fact_and_not_the_old(situation: Situation) -> None:
    (struck,) = tell(situation, "gazette", "2013-01-17", STRIKE)
    correct(situation, struck, gist="A strike on the ford")

    def listed(known_at: str | None = None, recorded_at: str | None = None) -> list[str]:
        clocks = situation.clocks("2013-01-20", known_at, recorded_at)
        return [row["name"] for row in situation.state(clocks, "incidents").dicts]

    assert listed() == ["A strike on the ford"]
    assert listed("2013-01-21") == ["AirstrikeConducted"]
    assert listed(recorded_at=f"#{situation.position - 2}") == ["AirstrikeConducted"]


def test_a_correction_of_a_correction_is_a_chain(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    second = correct(situation, taken, by="[bandits]").events[1]["fact"]
    correct(situation, second, published="2013-01-24", by="[army]")
    found = [who_holds(situation, "2013-01-20", k) for k in ("2013-01-21", "2013-01-23", None)]
    assert [one and one[1] for one in found] == [["rebels"], ["bandits"], ["army"]]
    holds_together(situation)


def test_a_correction_may_be_a_whole_fact_of_another_kind(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    left = json.dumps(fact("ForcesWithdrew", place="mill", by=["rebels"], when="2013-01-14"))
    file = (left.encode(), "left.yaml")
    situation.correct(taken, file=file, reason="misread", by="ana", published="2013-01-22")
    assert who_holds(situation, "2013-01-20") == ("vacated", [])


def test_an_audit_shows_both_readings(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    correct(situation, taken, by="[bandits]")
    trail = situation.audit(situation.clocks("2013-01-20"), "control", "mill").more["evidence"]
    assert {line["role"]: line["fact"] == taken for line in trail} == {
        "decides": False,
        "retracted": True,
    }
    why = {line["role"]: line["why"] for line in trail}
    assert why["decides"].endswith("in place of #20, corrected 22 Jan 2013: a slip")
    assert why["retracted"] == "corrected, #22 takes its place, 22 Jan 2013: a slip"


def test_once_more_is_already_recorded(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    outcome = correct(situation, taken, by="[bandits]")
    again = correct(situation, taken, published="2013-02-01", by="[bandits]")
    assert (again.added, again.already, again.events) == (0, 2, ())
    assert again.position == outcome.position == situation.position


# -- corrections that are refused ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"by": "[rebels]"}, "nothing is changed: that is what #"),
        ({"by": "[rebbels]"}, "--set by: unknown actor 'rebbels': did you mean rebels?"),
        ({"plaze": "mill"}, "--set plaze: unknown field 'plaze': did you mean place?"),
        ({"when": "2013-01-32"}, "--set when: '2013-01-32': 2013-01 has no day 32"),
        ({"voice": "attributed"}, "--set: voice 'attributed' needs a speaker"),
        ({"gist": ""}, "--set gist: this field is needed"),
        ({"gist": "a: [b"}, "--set gist: not valid YAML"),
        ({"gist.more": "x"}, "--set gist.more: gist is no mapping of fields"),
        ({"kind": "TownTaken"}, "--set kind: unknown kind 'TownTaken'"),
        ({"published": "2013-01-15", "by": "[army]"}, "before what it speaks of"),
        ({"published": "soon", "by": "[army]"}, "published: 'soon'"),
    ],
)
def test_a_correction_that_is_refused_says_why(
    situation: Situation, fields: dict[str, str], message: str
) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    before = situation.position
    published = fields.pop("published", "2013-01-22")
    with pytest.raises(TrackerError) as refused:
        situation.correct(taken, fields, reason="x", by="ana", published=published)
    assert message in str(refused.value)
    assert situation.position == before


def test_a_fact_is_corrected_once_then_its_replacement_is(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    correct(situation, taken, by="[bandits]")
    with pytest.raises(AmendmentError, match=r"is corrected already: correct #\d+ TownOccupied"):
        correct(situation, taken, by="[army]")


def test_what_the_report_says_already_is_no_correction(situation: Situation) -> None:
    taken, _ = tell(situation, "gazette", "2013-01-17", TAKEN, {**TAKEN, "place": "ford"})
    with pytest.raises(AmendmentError, match="the report says that already, as #"):
        correct(situation, taken, place="ford")


def test_a_file_is_told_its_line_and_column(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    file = (b"kind: TownOccupied\nplace: mil\nby: [rebels]\n", "fact.yaml")
    with pytest.raises(InputError) as refused:
        situation.correct(taken, file=file, reason="x", by="ana")
    assert "fact.yaml:1:1: gist: this field is needed" in str(refused.value)
    whole = b"".join([file[0], b"when: 2013-01-14\nstatus: occurred\nvoice: reporter\ngist: x\n"])
    with pytest.raises(InputError, match=r"fact\.yaml:2:1: place: unknown place 'mil'"):
        situation.correct(taken, file=(whole, "fact.yaml"), reason="x", by="ana")


@pytest.mark.parametrize("name", ["ffffffff", "#999", "#1", "nonsense"])
def test_what_is_no_fact_cannot_be_corrected(situation: Situation, name: str) -> None:
    with pytest.raises(NotFoundError):
        correct(situation, name, by="[army]")


def test_today_s_report_can_be_corrected_today() -> None:
    with new_situation() as situation:  # whose clock shows the first instant of 1 March
        (taken,) = tell(situation, "gazette", "2013-03-01", {**TAKEN, "when": "2013-02-28"})
        situation.correct(taken, {"by": "[bandits]"}, reason="a slip", by="ana")
        assert who_holds(situation, "2013-03-02") == ("held", ["bandits"])


# -- a sheet, after its facts were amended ---------------------------------------------------------


def test_the_sheet_as_it_was_adds_nothing_after_a_correction(situation: Situation) -> None:
    stream = told_of_document(situation, TAKEN, STRIKE)
    taken = situation.log.stream(UUID(stream))[1].id
    correct(situation, taken, by="[bandits]")
    before = situation.position
    told_of_document(situation, TAKEN, STRIKE)
    assert situation.position == before


def test_the_sheet_as_corrected_adds_nothing_either(situation: Situation) -> None:
    stream = told_of_document(situation, TAKEN, STRIKE)
    taken = situation.log.stream(UUID(stream))[1].id
    second = correct(situation, taken, by="[bandits]").events[1]["fact"]
    correct(situation, second, by="[army]")
    before = situation.position
    for who in ("rebels", "bandits", "army"):
        told_of_document(situation, {**TAKEN, "by": [who]}, STRIKE)
    assert situation.position == before


def test_a_sheet_that_tells_neither_reading_is_refused(situation: Situation) -> None:
    stream = told_of_document(situation, TAKEN, STRIKE)
    correct(situation, situation.log.stream(UUID(stream))[1].id, by="[bandits]")
    with pytest.raises(InputError, match="1 of its facts are not in the sheet any more"):
        told_of_document(situation, STRIKE)


def test_a_retracted_fact_may_be_left_out_of_the_sheet(situation: Situation) -> None:
    stream = told_of_document(situation, TAKEN, STRIKE)
    retract(situation, situation.log.stream(UUID(stream))[1].id)
    before = situation.position
    told_of_document(situation, STRIKE)
    told_of_document(situation, TAKEN, STRIKE)
    assert situation.position == before
    assert who_holds(situation, "2013-01-20") is None


# -- a retraction ----------------------------------------------------------------------------------


def test_a_retracted_fact_is_no_longer_believed(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    before = situation.position
    assert added(retract(situation, taken)) == ["FactRetracted"]
    assert who_holds(situation, "2013-01-20") is None
    assert who_holds(situation, "2013-01-20", "2013-01-21") == ("held", ["rebels"])
    row = ask(situation, "control", "mill", "2013-01-20", recorded_at=f"#{before}")
    assert row
    assert row["holders"] == ["rebels"]
    holds_together(situation)


def test_a_retraction_of_an_earlier_day_counts_and_one_of_a_later_day_adds_nothing(
    situation: Situation,
) -> None:
    taken, other = tell(situation, "gazette", "2013-01-17", TAKEN, {**TAKEN, "place": "ford"})
    retract(situation, taken, published="2013-01-25")
    assert retract(situation, taken, published="2013-01-26").added == 0
    assert added(retract(situation, taken, other, published="2013-01-20")) == ["FactRetracted"] * 2
    assert retract(situation, taken, other, published="2013-01-20").added == 0
    assert who_holds(situation, "2013-01-19", "2013-01-19") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-19", "2013-01-20") is None
    with pytest.raises(AmendmentError, match="before what it speaks of"):
        retract(situation, taken, published="2013-01-16")
    situation.correct(taken, again=True, reason="so after all", by="ana", published="2013-01-22")
    assert who_holds(situation, "2013-01-19", "2013-01-21") is None
    assert who_holds(situation, "2013-01-19", "2013-01-22") == ("held", ["rebels"])
    holds_together(situation)


def test_a_retraction_once_more_adds_nothing(situation: Situation) -> None:
    taken, other = tell(situation, "gazette", "2013-01-17", TAKEN, STRIKE)
    retract(situation, taken)
    again = retract(situation, taken, other, published="2013-02-01")
    assert (again.added, again.already) == (1, 1)
    again = retract(situation, taken, other, published="2013-02-01")
    assert (again.added, again.already) == (0, 2)


def test_a_fact_is_named_by_its_position_or_the_beginning_of_its_id(situation: Situation) -> None:
    taken, other = tell(situation, "gazette", "2013-01-17", TAKEN, STRIKE)
    retract(situation, f"#{situation.position - 1}", other[:12])
    bodies = [event.body for event in situation.log.read()][-2:]
    assert {getattr(body, "fact", None) for body in bodies} == {taken, other}


def test_all_that_a_report_says_is_taken_back_with_what_replaced_it(situation: Situation) -> None:
    stream = told_of_document(situation, TAKEN, STRIKE)
    tell(situation, "radio", "2013-01-18", {**TAKEN, "place": "ford"})
    correct(situation, situation.log.stream(UUID(stream))[1].id, by="[bandits]")
    outcome = retract(situation, published="2013-01-24", report=stream[:8])
    assert outcome.added == 3
    assert who_holds(situation, "2013-01-20") is None
    assert who_holds(situation, "2013-01-20", place="ford") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-20", "2013-01-21") == ("held", ["rebels"])
    assert who_holds(situation, "2013-01-20", "2013-01-23") == ("held", ["bandits"])
    holds_together(situation)


def recorded_as(situation: Situation, batch: str, source: str, *facts: Row) -> None:
    report = {"source": source, "published": "2013-01-17"}
    data = json.dumps({"report": report, "facts": facts}).encode()
    situation.record([(data, f"{source}.yaml")], by="tests", batch=batch)


def test_a_batch_of_reports_is_taken_back_at_once(situation: Situation) -> None:
    recorded_as(situation, "january", "gazette", TAKEN)
    recorded_as(situation, "january", "radio", TAKEN, STRIKE)
    recorded_as(situation, "other", "wire", {**TAKEN, "place": "ford"})
    outcome = retract(situation, batch="january")
    assert (outcome.added, outcome.already) == (3, 0)
    assert who_holds(situation, "2013-01-20") is None
    assert who_holds(situation, "2013-01-20", place="ford") == ("held", ["rebels"])
    assert retract(situation, batch="january").added == 0
    with pytest.raises(NotFoundError, match=r"as batch 'januar' \(batches: january, other\)"):
        retract(situation, batch="januar")
    holds_together(situation)


def test_all_that_is_taken_back_is_one_append_decided_anew_after_another_writer(
    situation: Situation, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded_as(situation, "january", "gazette", TAKEN)
    recorded_as(situation, "january", "radio", TAKEN)
    append, appended = situation.log.append, []

    def after_another(events: Sequence[Event], **more: Any) -> range:  # noqa: ANN401 - as append
        appended.append(len(events))
        if len(appended) == 1:
            recorded_as(situation, "january", "wire", TAKEN)
            raise Conflict
        return append(events, **more)

    monkeypatch.setattr(situation.log, "append", after_another)
    assert retract(situation, batch="january").added == 3
    assert appended == [2, 2, 3]  # refused; the other writer's report; the retractions


def test_a_batch_is_named_or_not(situation: Situation) -> None:
    with pytest.raises(TrackerError, match="batch: empty text"):
        recorded_as(situation, " ", "gazette", TAKEN)


@pytest.mark.parametrize(
    ("published", "name", "message"),
    [
        ("2013-01-15", None, "a retraction cannot be published"),
        ("2013-01-22", "#1", "#1 SituationRegistered is no fact and no ruling"),
        ("2013-01-22", "ffffffff", "no event ffffffff"),
    ],
)
def test_a_retraction_that_is_refused_says_why_and_takes_nothing_back(
    situation: Situation, published: str, name: str | None, message: str
) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    before = situation.position
    with pytest.raises(TrackerError) as refused:
        retract(situation, taken, *([name] if name else []), published=published)
    assert message in str(refused.value)
    assert situation.position == before


# -- a ruling --------------------------------------------------------------------------------------


def test_a_ruling_is_a_claim_on_its_cell(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    outcome = rule(situation, taken, when="2013-01-14/2013-01-20")
    (event,) = outcome.events
    (claim,) = [one for one in situation.store.claims("control", "mill") if one.mode == "ruling"]
    assert (claim.fact, claim.effect, claim.origin) == (event["id"], "ruling", "ana")
    assert claim.value["follows"] == [taken]
    assert claim.end is not None
    assert event["subject"] == "control/mill"
    holds_together(situation)


def test_a_ruling_settles_what_reports_dispute_until_it_is_taken_back(
    situation: Situation,
) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    tell(situation, "radio", "2013-01-17", {**TAKEN, "by": ["bandits"]})
    ruled = rule(situation, taken).events[0]["id"]
    retract(situation, ruled, published="2013-01-24")
    settled = ("held", ["rebels"])
    assert who_holds(situation, "2013-01-20", "2013-01-21") != settled
    assert who_holds(situation, "2013-01-20", "2013-01-23") == settled
    assert who_holds(situation, "2013-01-20") != settled


def test_a_ruling_once_more_adds_nothing_and_another_does(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    assert rule(situation, taken).added == 1
    assert rule(situation, taken, published="2013-01-25").added == 0
    assert rule(situation, taken, reason="seen once more").added == 1
    assert rule(situation, taken, published="2013-01-25").added == 1


def test_a_retracted_ruling_no_longer_counts(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    ruled = rule(situation, taken).events[0]["id"]
    retract(situation, ruled, published="2013-01-24")
    (claim,) = [one for one in situation.store.claims("control", "mill") if one.mode == "ruling"]
    assert claim.retracted == situation.clocks("2013-01-24").as_of
    with pytest.raises(AmendmentError, match="this very ruling was made and retracted"):
        rule(situation, taken)
    holds_together(situation)


def test_a_ruling_follows_what_speaks_of_its_cell(situation: Situation) -> None:
    (other,) = tell(situation, "gazette", "2013-01-17", {**TAKEN, "place": "ford"})
    with pytest.raises(AmendmentError, match="nothing of control mill: it speaks of control ford"):
        rule(situation, other)
    with pytest.raises(NotFoundError, match="is no fact"):
        rule(situation, "#1")


# -- the recorded clock ----------------------------------------------------------------------------


def test_a_log_position_gives_back_what_was_answered_then(situation: Situation) -> None:
    asked = [(t, k) for t in ("2013-01-16", "2013-02-01") for k in ("2013-01-21", None)]

    def answers(position: int | None = None) -> list[object]:
        at = None if position is None else f"#{position}"
        return [situation.state(situation.clocks(t, k, at)).dicts for t, k in asked]

    seen = []
    taken, struck = tell(situation, "gazette", "2013-01-17", TAKEN, STRIKE)
    seen.append((situation.position, answers()))
    second = correct(situation, taken, published="2013-01-20", by="[bandits]")
    seen.append((situation.position, answers()))
    correct(situation, second.events[1]["fact"], by="[army]", place="ford")
    seen.append((situation.position, answers()))
    retract(situation, struck, published="2013-01-18")
    seen.append((situation.position, answers()))
    tell(situation, "radio", "2013-01-19", TAKEN)
    seen.append((situation.position, answers()))
    retract(situation, report=situation.log.stream(list(situation.log.read())[-1].stream)[0].id)
    seen.append((situation.position, answers()))
    assert len({json.dumps(found) for _, found in seen}) == len(seen)
    for position, found in seen:
        assert answers(position) == found
    holds_together(situation)


# -- who tells: sides, interests and ratings -------------------------------------------------------

ANEW = {
    "a source told by": "sources: {gazette: {name: G, type: newspaper, rating: C3}}",
    "a source as origin": "sources: {afp: {name: AFP, type: agency, rating: A1}}",
    "an actor as speaker": "actors: {mayor: {name: The Mayor, type: person, parent: army}}",
    "an actor anew": "actors: {rebels: {name: Rebels, side: north}}",
    "an actor of interest": "actors: {north: {name: North, type: state}}",
    "a child before its parent": (
        "actors: {brigade: {name: Brigade, parent: corps}, corps: {name: Corps, parent: army}}"
    ),
}


@pytest.mark.parametrize("text", ANEW.values(), ids=ANEW)
def test_what_is_registered_later_bears_on_every_batch_alike(
    situation: Situation, text: str
) -> None:
    situation.register(
        b"title: T\nsources: {gazette: {name: G, type: newspaper, interest: north}}\n",
        "situation.yaml",
        by="tests",
    )
    tell(
        situation,
        "gazette",
        "2013-01-17",
        TAKEN,
        {**TAKEN, "by": ["brigade"], "origin": "afp", "gist": "afp"},
        {**TAKEN, "by": ["army"], "voice": "attributed", "speaker": "mayor"},
    )
    tell(situation, "radio", "2013-01-18", {**TAKEN, "by": ["army"]})
    situation.register(f"title: T\n{text}\n".encode(), "situation.yaml", by="tests")
    holds_together(situation)


# -- the command line ------------------------------------------------------------------------------


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """The Mali situation."""
    return mali(tmp_path)


def refused(*words: object) -> Result:
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    return result


def test_correct_says_what_it_did_and_from_when_it_counts(log: Path) -> None:
    words = ("--log", log, "correct", "#58", "--set", "when=2013-01-13", "--reason", "a slip")
    assert said(*words, "--published", "2013-01-22") == (
        "corrected #58 TownOccupied -> #192\n"
        "2 events added, log at #192\n"
        "asked about before 22 Jan 2013 (--known-at) or before #191 (--recorded-at) "
        "the old view comes back\n"
    )
    assert said(*words) == "already recorded, 0 events added, log at #192\n"
    found = answer(*words)
    assert found == {"added": 0, "already": 2, "position": 192, "events": []}


def test_log_and_show_tell_of_a_correction(log: Path) -> None:
    words = ("correct", "#58", "--set", "when.edtf=2013-01-13", "--set", "note=checked")
    said("--log", log, *words, "--published", "2013-01-22", "--reason", "a slip", "--by", "ana")
    row = answer("--log", log, "log", "--after", 190)["rows"][0]
    assert (row["subject"], row["what"]) == ("#58", "replaced by #192: a slip")
    assert "corrected  by #191 -> #192, published 22 Jan 2013: a slip" in said(
        "--log", log, "show", "#58"
    )
    assert "replaces  #58, corrected by #191, published 22 Jan 2013" in said(
        "--log", log, "show", "#192"
    )
    assert answer("--log", log, "show", "#191")["changes"] == [
        {"field": "when.edtf", "before": "2013-01-14", "after": "2013-01-13"},
        {"field": "note", "before": None, "after": "checked"},
    ]
    shown = said("--log", log, "show", "#191")
    assert "BEFORE" in shown
    assert "when.edtf" in shown
    assert "gist" not in shown


def test_retract_a_report_and_a_ruling_from_the_command_line(log: Path) -> None:
    ruled = ("rule", "control", "diabaly", "--follow", "#58", "--when", "2013-01-14")
    text = said("--log", log, *ruled, "--reason", "seen", "--published", "2013-01-22")
    assert text.startswith("ruled #191: control/diabaly is to follow #58: seen\n")
    text = said("--log", log, "retract", "#191", "--reason", "misled")
    assert text.startswith("retracted #191 RulingMade (#192)\n1 event added, log at #192\n")
    report = answer("--log", log, "show", "#58")["report"]
    text = said("--log", log, "retract", "--report", report, "--reason", "a hoax")
    assert "... and 47 more\n67 events added, log at #259\n" in text
    said("--log", log, "rebuild", "--check")
    said("--log", log, "doctor")
    assert "taken back: a hoax" in said("--log", log, "log", "--after", 258)
    assert "one entry less" in said("--log", log, "replay", "--changes")


def test_record_names_a_batch(tmp_path: Path) -> None:
    log = tmp_path / "situation.db"
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    sheet = {"report": {"source": "gazette", "published": "2013-01-17"}, "facts": [TAKEN]}
    (tmp_path / "sheet.yaml").write_text(json.dumps(sheet))
    said("--log", log, "init", tmp_path / "situation.yaml")
    said("--log", log, "record", "--batch", "january", tmp_path / "sheet.yaml")
    report = answer("--log", log, "log", "--kind", "ReportRegistered")["rows"][0]
    assert answer("--log", log, "show", report["id"])["batch"] == "january"
    found = answer("--log", log, "retract", "--batch", "january", "--reason", "a test")
    assert [row["kind"] for row in found["events"]] == ["FactRetracted"]
    assert found["events"][0]["of"]["kind"] == "TownOccupied"


def test_a_ruling_follows_what_replaces_the_fact_it_follows(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-11", {**TAKEN, "when": "2013-01-10"})
    tell(situation, "radio", "2013-01-11", {**TAKEN, "by": ["army"], "when": "2013-01-10"})
    rule(situation, taken, when="2013-01-10/..", published="2013-01-13")
    correct(situation, taken, gist="Taken at noon", published="2013-01-15")
    row = ask(situation, "control", "mill", "2013-01-20")
    assert row
    assert (row["holders"], row["rule"]) == (["rebels"], "ruling")
    holds_together(situation)


def test_a_ruling_that_decides_nothing_is_said_to(log: Path) -> None:
    words = ("rule", "control", "diabaly", "--follow", "#58", "--reason", "seen by our own")
    found = run("--log", log, *words, "--when", "2013-01-14")
    assert found.exit_code == 0
    assert "it decides nothing as of 2013-01-14: nothing is in dispute there" in found.output


def test_a_ruling_that_decides_later_than_its_first_day_is_said_to(tmp_path: Path) -> None:
    """What it settles was reported of the eleventh; it was made from the tenth on."""
    log = tmp_path / "situation.db"
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    said("--log", log, "init", tmp_path / "situation.yaml")
    for source, side in (("gazette", "rebels"), ("radio", "army")):
        taken = {**TAKEN, "by": [side], "when": "2013-01-11"}
        sheet = {"report": {"source": source, "published": "2013-01-12"}, "facts": [taken]}
        (tmp_path / "sheet.yaml").write_text(json.dumps(sheet))
        said("--log", log, "record", tmp_path / "sheet.yaml")
    place = answer("--log", log, "log", "--kind", "TownOccupied")["rows"][0]["position"]
    words = ("rule", "control", "mill", "--follow", f"#{place}", "--reason", "seen")
    found = run("--log", log, *words, "--when", "2013-01-10")
    assert "it decides nothing as of 2013-01-10, but from end of 11 Jan 2013 on\n" in found.output
    (line,) = answer("--log", log, "state", "control", "mill", "--as-of", "2013-01-11")["rows"]
    assert line["rule"] == "ruling"


def test_a_ruling_on_a_retracted_fact_is_said_to_decide_nothing_for_that(log: Path) -> None:
    gone = run("--log", log, "retract", "#58", "--reason", "a mistake", "--published", "2013-01-20")
    assert gone.exit_code == 0
    words = ("rule", "control", "diabaly", "--follow", "#58", "--reason", "seen by our own")
    found = run("--log", log, *words, "--when", "2013-01-14")
    assert found.exit_code == 0
    (act,) = answer("--log", log, "log", "--kind", "FactRetracted")["rows"]
    assert (
        "it decides nothing as of 2013-01-14: #58, which it is to follow, was retracted by "
        f"#{act['position']} (`tracker correct --again` puts it back)" in found.output
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("correct", "#58", "--reason", "x"), "say what is to change"),
        (("correct", "#58", "--set", "by", "--reason", "x"), "write a field, =, and its value"),
        (("correct", "#58", "--set", "by=[x]"), "Missing option '--reason'"),
        (("correct", "#58", "--set", "by=[x]", "--reason", " "), "reason: empty text"),
        (("retract", "--reason", "x"), "say what to take back"),
        (("retract", "#53", "--reason", "x"), "what a report says is taken back by --report"),
        (("retract", "--report", "#58", "--reason", "x"), "#58 TownOccupied is no report"),
        (("rule", "control", "diabaly", "--when", "2013", "--reason", "x"), "--follow"),
        (
            ("rule", "control", "gao", "--follow", "#58", "--when", "2013", "--reason", "x"),
            "says nothing of control gao: it speaks of control diabaly",
        ),
    ],
)
def test_what_a_command_refuses_it_says_in_words(
    log: Path, words: tuple[str, ...], message: str
) -> None:
    assert message in refused("--log", log, *words).output
    assert answer("--log", log, "log", "--after", 190)["rows"] == []


def test_the_first_fact_of_a_long_key_can_be_corrected(situation: Situation) -> None:
    """What was reached before must not hang, link by link, on all that came before it."""
    days = [f"2010-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    facts = [
        {**TAKEN, "by": [by], "when": f"{day}T{hour:02}:00:00Z"}
        for day in days
        for hour, by in ((6, "rebels"), (12, "army"), (18, "bandits"))
    ]
    first, *_ = tell(situation, "gazette", "2013-01-17", *facts)
    correct(situation, first, by="[clans]")
    row = ask(situation, "control", "mill", "2010-01-01T07:00:00Z")
    assert row
    assert row["holders"] == ["clans"]


def test_a_corrected_row_stands_in_the_file_that_it_stood_in(tmp_path: Path) -> None:
    """Two tables tell of one day, so their rows are one report, whose header names the first."""
    tables = [tmp_path / "one.csv", tmp_path / "two.csv"]
    with new_situation(ticking()) as situation:
        for table, place in zip(tables, ("Mill", "Ford"), strict=True):
            table.write_text(f"place,date,holder\n{place},2013-01-14,Rebels\n")
            situation.import_table("place-date-holder", [table], by="ana")
        told = {event.fact.place: event.fact for event in situation.log.read() if event.fact}
        ids = {place: one.id for place, one in told.items()}
        for place in ("mill", "ford"):
            with pytest.raises(AmendmentError, match="nothing is changed"):
                correct(situation, ids[place], when="2013-01-14")
            correct(situation, ids[place], when="2013-01-13")
        right = {event.fact.place: event.fact for event in situation.log.read() if event.fact}
        assert {one.when.edtf for one in right.values()} == {"2013-01-13"}
        assert [right[place].locator for place in right] == [told[place].locator for place in told]
