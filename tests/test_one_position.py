"""An answer is of one position of the log, whatever others record while it is worked out."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from commands_for_tests import mali
from sheets_for_tests import fact, sheet

from projections import answers
from tracker import Situation

LATER = sheet(
    "voa",
    "2013-02-01",
    fact("TownOccupied", place="diabaly", by=["islamist-fighters"], when={"edtf": "2013-02-01"}),
)


def test_what_is_recorded_meanwhile_is_in_all_of_an_answer_or_in_none_of_it(tmp_path: Path) -> None:
    log = str(mali(tmp_path))
    asked = answers.state

    def overtaken(*args: object, **kwargs: object) -> object:
        """Answer, and have another process record and follow before the answer is put together."""
        rows = asked(*args, **kwargs)  # type: ignore[arg-type]
        with Situation(log) as other:
            other.record([(LATER, "later.yaml")], by="another")
        return rows

    with Situation(log) as situation:
        clocks = situation.clocks("2013-02-02")
        with mock.patch.object(answers, "state", overtaken):
            before = situation.state(clocks, "control", "diabaly")
        after = situation.state(clocks, "control", "diabaly")
    assert (before.position, before.dicts[0]["holders"]) == (190, ["france", "mali"])
    assert (after.position, after.dicts[0]["holders"]) == (192, ["islamist-fighters"])


def test_rows_looked_at_later_are_of_the_moment_at_which_they_were_asked_for(
    tmp_path: Path,
) -> None:
    log = str(mali(tmp_path))
    with Situation(log) as situation, Situation(log) as other:
        clocks = situation.clocks("2013-02-02")
        answer = situation.state(clocks, "control")
        keys = [row["key"] for row in situation.state(clocks, "control").dicts]
        alone = [situation.state(clocks, "control", key).dicts[0] for key in keys]
        other.record([(LATER, "later.yaml")], by="another")
        now = situation.state(clocks, "control")
    assert list(answer.dicts) == alone
    assert (answer.position, now.position) == (190, 192)
    assert now.dicts != answer.dicts


def test_several_questions_held_still_are_of_one_position(tmp_path: Path) -> None:
    log = str(mali(tmp_path))
    with Situation(log) as situation, Situation(log) as other:
        clocks = situation.clocks("2013-02-02")
        with situation.still():
            first = situation.state(clocks, "control", "diabaly")
            other.record([(LATER, "later.yaml")], by="another")
            second = situation.audit(clocks, "control", "diabaly")
        third = situation.state(clocks, "control", "diabaly")
    assert (first.position, second.position, third.position) == (190, 190, 192)
    assert first.dicts == second.dicts != third.dicts


def test_what_another_process_followed_in_between_is_read_anew(tmp_path: Path) -> None:
    log = str(mali(tmp_path))
    with Situation(log) as situation, Situation(log) as other:
        clocks = situation.clocks("2013-02-02")
        assert situation.state(clocks, "control", "diabaly").position == 190
        store = situation.store
        begin = store.begin_reading

        def overtaken() -> int:
            """Have the other record and follow between this one's following and its reading."""
            other.record([(LATER, "later.yaml")], by="another")
            other.state(clocks)
            return begin()

        with mock.patch.object(store, "begin_reading", overtaken):
            found = situation.state(clocks, "control", "diabaly")
    assert (found.position, found.dicts[0]["holders"]) == (192, ["islamist-fighters"])
