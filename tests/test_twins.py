"""A report that is recorded again as another one: both count, and it is said."""

from __future__ import annotations

import pytest
from contradictions_for_tests import Sheet, found, number, open_war, report, took, troops

from tracker.situation import Situation

HEARD = report("gazette", 12, troops(number(200), 11), took("rebels", 10))


def warnings(situation: Situation, sheet: Sheet, *, read: bool = False) -> list[str]:
    data, file = sheet.raw()
    if read:
        document = b'"document": {"name": "a.txt", "sha256": "%s"}' % (b"a" * 64)
        data = data.replace(b'"source"', document + b', "source"')
    (recorded,) = situation.record([(data, file)], by="tests")
    return [one.message for one in recorded.warnings]


def test_a_heard_report_that_was_mended_is_another_and_it_is_said() -> None:
    with open_war() as situation:
        assert warnings(situation, HEARD) == []
        assert warnings(situation, HEARD) == []  # nothing new
        (said,) = warnings(
            situation, report("gazette", 12, troops(number(300), 11), took("rebels", 10))
        )
        assert said.startswith("#")
        assert "(gazette, 2013-01-12) says some of this" in said
        assert "tracker retract --report '#" in said


@pytest.mark.parametrize(
    "sheet",
    [
        report("gazette", 12, found("army", 11)),
        report("gazette", 13, took("rebels", 10)),
        report("courier", 12, took("rebels", 10)),
    ],
    ids=["other words", "another day", "another source"],
)
def test_another_heard_report_is_no_twin(sheet: Sheet) -> None:
    with open_war() as situation:
        warnings(situation, HEARD)
        assert warnings(situation, sheet) == []


@pytest.mark.parametrize(("source", "published"), [("courier", 12), ("gazette", 13)])
def test_one_document_told_twice_is_said(source: str, published: int) -> None:
    with open_war() as situation:
        assert warnings(situation, report("gazette", 12, took("rebels", 10)), read=True) == []
        (said,) = warnings(situation, report(source, published, took("rebels", 10)), read=True)
        assert "(gazette, 2013-01-12) was read from the same document" in said


def test_what_was_taken_back_has_no_twin() -> None:
    with open_war() as situation:
        warnings(situation, report("gazette", 12, took("rebels", 10)), read=True)
        first = f"#{situation.position - 1}"
        situation.retract(report=first, reason="wrong date", by="tests")
        assert warnings(situation, report("gazette", 13, took("rebels", 10)), read=True) == []
