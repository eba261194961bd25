"""A retracted fact is not corrected by the way: it is put back on purpose, or it stays retracted.

Whatever came after a retraction, an audit tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import mali, run, said
from sheets_for_tests import SITUATION, tell, ticking, who_holds
from test_amendments import TAKEN, added, correct, holds_together, recorded_as, retract

from projections.store import Row
from tracker.amendments import AmendmentError
from tracker.errors import TrackerError
from tracker.outcomes import Amended
from tracker.situation import Situation

REBELS = ("held", ["rebels"])


def put_back(situation: Situation, fact_id: str, published: str = "2013-01-25") -> Amended:
    return situation.correct(
        fact_id, again=True, reason="so after all", by="ana", published=published
    )


def whys(situation: Situation, **clocks: str) -> dict[int, str]:
    """Give, by position, what an audit of the mill on 20 January says of each fact."""
    asked = situation.clocks("2013-01-20", **clocks)
    trail: list[Row] = situation.audit(asked, "control", "mill").more["evidence"]
    return {line["position"]: line["why"] for line in trail}


# -- refused ---------------------------------------------------------------------------------------


def test_a_retracted_fact_is_not_corrected(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    at = situation.position
    retract(situation, taken)
    with pytest.raises(AmendmentError) as refused:
        correct(situation, taken, note="typo")
    assert str(refused.value) == (
        f"#{at} TownOccupied is retracted (#{at + 1}): `tracker correct '#{at}' --again` puts it "
        "back as it was, and what stands then can be corrected"
    )
    assert situation.position == at + 1
    assert who_holds(situation, "2013-01-20") is None


def test_what_replaced_a_fact_and_was_retracted_with_it_is_not_corrected_either(
    situation: Situation,
) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    second = correct(situation, taken, by="[bandits]").events[1]["fact"]
    retract(situation, taken, second)
    with pytest.raises(AmendmentError, match="is corrected already: correct #"):
        correct(situation, taken, by="[army]")
    with pytest.raises(AmendmentError, match="is retracted"):
        correct(situation, second, by="[army]")


def racing(
    situation: Situation, monkeypatch: pytest.MonkeyPatch, first: Callable[[], object]
) -> None:
    """Have somebody else's amendment recorded between the next decision and its append."""
    append, appends = situation.log.append, []

    def after_another(events: Sequence[Any], **more: Any) -> range:  # noqa: ANN401 - as append
        appends.append(len(events))
        if len(appends) == 1:
            first()
        return append(events, **more)

    monkeypatch.setattr(situation.log, "append", after_another)


def test_a_correction_that_meets_a_retraction_sees_it(
    new_log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = new_log()
    with Situation(address, create=True, clock=ticking()) as one:
        one.register(SITUATION, "situation.yaml", by="tests")
        (taken,) = tell(one, "gazette", "2013-01-17", TAKEN)
        with Situation(address, clock=ticking()) as other:
            racing(one, monkeypatch, lambda: retract(other, taken))
            with pytest.raises(AmendmentError, match="is retracted"):
                correct(one, taken, by="[bandits]")
            assert one.position == other.position
            assert who_holds(one, "2013-01-25") is None


def test_a_retraction_that_meets_a_correction_sees_it(
    new_log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = new_log()
    with Situation(address, create=True, clock=ticking()) as one:
        one.register(SITUATION, "situation.yaml", by="tests")
        (taken,) = tell(one, "gazette", "2013-01-17", TAKEN)
        with Situation(address, clock=ticking()) as other:
            racing(one, monkeypatch, lambda: correct(other, taken, by="[bandits]"))
            with pytest.raises(AmendmentError, match="is corrected already: take back #"):
                retract(one, taken)
            assert who_holds(one, "2013-01-25") == ("held", ["bandits"])


# -- put back --------------------------------------------------------------------------------------


def test_a_retracted_fact_is_put_back_as_it_was(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    retract(situation, taken)
    outcome = put_back(situation, taken)
    assert added(outcome) == ["FactCorrected", "TownOccupied"]
    known = ("2013-01-21", "2013-01-24", "2013-01-26")
    assert [who_holds(situation, "2013-01-20", k) for k in known] == [REBELS, None, REBELS]
    old, *_, again = (event.fact for event in situation.log.read() if event.fact)
    assert again.note == f"as before #{situation.position - 2} took it back"
    assert again.model_copy(update={"id": old.id, "note": None}) == old
    holds_together(situation)


def test_put_back_once_more_adds_nothing(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    retract(situation, taken)
    put_back(situation, taken)
    again = put_back(situation, taken)
    assert (again.added, again.already) == (0, 2)


def test_what_was_put_back_is_corrected_and_retracted_like_any_other(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    retract(situation, taken)
    second = put_back(situation, taken).events[1]["fact"]
    with pytest.raises(AmendmentError, match="is corrected already: take back #"):
        retract(situation, taken, published="2013-01-26")
    retract(situation, second, published="2013-01-26")
    assert who_holds(situation, "2013-01-20") is None
    third = put_back(situation, second, "2013-01-27").events[1]["fact"]
    correct(situation, third, published="2013-01-28", by="[army]")
    assert who_holds(situation, "2013-01-20", "2013-01-27") == REBELS
    assert who_holds(situation, "2013-01-20") == ("held", ["army"])
    holds_together(situation)


def test_all_of_a_batch_is_taken_back_where_a_part_of_it_was_put_back(situation: Situation) -> None:
    recorded_as(situation, "january", "gazette", TAKEN)
    taken = next(event.id for event in situation.log.read() if event.fact)
    retract(situation, taken)
    put_back(situation, taken)
    assert added(retract(situation, batch="january", published="2013-01-26")) == ["FactRetracted"]
    assert who_holds(situation, "2013-01-25", "2013-01-25") == REBELS
    assert who_holds(situation, "2013-01-25") is None
    assert retract(situation, batch="january", published="2013-01-26").added == 0


@pytest.mark.parametrize(
    ("published", "message"),
    [
        ("2013-01-20", "a correction cannot be published (20 Jan 2013) before what it speaks of"),
        ("soon", "published: 'soon'"),
    ],
)
def test_nothing_is_put_back_before_it_was_retracted(
    situation: Situation, published: str, message: str
) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    retract(situation, taken)
    with pytest.raises(TrackerError) as refused:
        put_back(situation, taken, published)
    assert message in str(refused.value)


def test_only_what_is_retracted_is_put_back(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    with pytest.raises(AmendmentError, match="is not retracted: there is nothing to put back"):
        put_back(situation, taken)
    correct(situation, taken, by="[bandits]")
    with pytest.raises(AmendmentError, match=r"is corrected already, by #\d+ TownOccupied"):
        put_back(situation, taken)


def test_what_is_put_back_is_not_changed_by_the_way(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    retract(situation, taken)
    with pytest.raises(TrackerError, match="says what it said: correct it afterwards"):
        situation.correct(taken, {"by": "[army]"}, again=True, reason="x", by="ana")


# -- audited ---------------------------------------------------------------------------------------


def test_an_audit_tells_of_a_retraction_whatever_came_after_it(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    at = situation.position
    retract(situation, taken)
    retracted = f"retracted by #{at + 1}, 22 Jan 2013: withdrawn"
    assert whys(situation) == {at: retracted}
    put_back(situation, taken)
    assert whys(situation, known_at="2013-01-24")[at] == retracted
    assert whys(situation) == {
        at: f"{retracted}; put back as #{at + 3}, 25 Jan 2013: so after all",
        at + 3: "newest evidence; "
        f"in place of #{at} that #{at + 1} retracted, put back 25 Jan 2013: so after all",
    }
    correct(situation, f"#{at + 3}", published="2013-01-27", by="[army]")
    assert whys(situation)[at].startswith(retracted)


def test_a_retracted_ruling_says_by_what(situation: Situation) -> None:
    (taken,) = tell(situation, "gazette", "2013-01-17", TAKEN)
    ruling = {"when": "2013-01-14", "reason": "seen", "by": "ana", "published": "2013-01-22"}
    ruled = situation.rule("control", "mill", [taken], **ruling)
    retract(situation, ruled.events[0]["id"])
    at = situation.position
    assert whys(situation)[at - 1] == f"retracted by #{at}, 22 Jan 2013: withdrawn"


# -- the command line ------------------------------------------------------------------------------


def test_the_command_line_refuses_and_says_how_to_put_back(tmp_path: Path) -> None:
    log = mali(tmp_path)
    said("--log", log, "retract", "#58", "--reason", "false", "--published", "2013-01-15")
    words = ("--log", log, "correct", "#58", "--reason", "typo", "--published", "2013-01-16")
    refused = run(*words, "--set", "note=typo")
    assert refused.exit_code == 2
    assert "#58 TownOccupied is retracted (#191): `tracker correct '#58' --again`" in refused.output
    alone = run(*words, "--again", "--set", "note=typo")
    assert alone.exit_code == 2
    assert "or --again alone" in alone.output
    assert said(*words, "--again") == (
        "put back #58 TownOccupied as #193\n"
        "2 events added, log at #193\n"
        "asked about before 16 Jan 2013 (--known-at) or before #192 (--recorded-at) "
        "the old view comes back\n"
    )
    shown = said("--log", log, "show", "#58")
    assert "by #191, published 15 Jan 2013: false" in shown
    assert "by #192 -> #193, published 16 Jan 2013: typo" in shown
    assert said("--log", log, "rebuild", "--check")
