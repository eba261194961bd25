"""What was taken back stays away, though its tables come again one by one."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation
from tables_for_tests import clashes, later, load

from tracker.situation import Situation

Known = set[tuple[object, ...]]
Release = tuple[str, int, int]
"""What there was, and how many died and were hurt (0: the cell is empty)."""

BEFORE = later("1,2013-02-01,2013-01-10,Mill,battle,3,5")
RELEASES = [
    later("1,2013-03-01,2013-01-10,Mill,battle,4,5"),
    later("1,2013-04-01,2013-01-10,Mill,battle,4,5"),  # says it once more
    later("1,2013-05-01,2013-01-10,Mill,battle,4,6"),  # and a part of it
    later("1,2013-06-01,2013-01-10,Mill,battle,4,"),
    later("1,2013-07-01,2013-01-10,Mill,battle,4,", "2,2013-07-01,2013-01-11,Ford,attack,2,"),
    later("1,2013-08-01,2013-01-10,Mill,rumour,,"),
    later("1,2013-09-01,2013-01-10,Mill,rumour,,"),
]


def known(situation: Situation) -> list[Known]:
    """Give what one knew of the clashes, month by month."""
    months = [situation.clocks("2013-02-10", f"2013-{month:02}-15") for month in range(1, 13)]
    return [
        {
            (row["projection"], row.get("name"), row.get("fate"), row.get("best"))
            for row in situation.state(asked).dicts
        }
        for asked in months
    ]


def take_back(situation: Situation, batch: str) -> None:
    situation.retract(batch=batch, published="2013-11-01", reason="a draft", by="tests")


RUNS = [(first, upto) for first, upto in product(range(7), range(8)) if first < upto - 1]


@pytest.mark.parametrize(("first", "upto"), RUNS)
def test_tables_that_repeat_each_other_stay_away_one_by_one(
    situation: Situation, tmp_path: Path, first: int, upto: int
) -> None:
    load(situation, tmp_path, clashes(), BEFORE, batch="first")
    tables = RELEASES[first:upto]
    load(situation, tmp_path, clashes(), *tables, batch="trial")
    take_back(situation, "trial")
    before = known(situation)
    for table in (*tables, *reversed(tables)):
        again = load(situation, tmp_path, clashes(), table)
        assert (again.events, again.files[0].taken_back > 0) == (0, True)
    assert load(situation, tmp_path, clashes(), *tables).events == 0
    assert known(situation) == before
    assert situation.compare() == []


def test_a_table_that_was_in_no_batch_is_news_though_it_says_what_was_taken_back(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), BEFORE, batch="first")
    load(situation, tmp_path, clashes(), RELEASES[0], batch="trial")
    take_back(situation, "trial")
    assert load(situation, tmp_path, clashes(), RELEASES[0]).events == 0
    news = load(situation, tmp_path, clashes(), RELEASES[1])
    assert (news.corrections, news.files[0].taken_back) == (1, 0)
    assert ("losses", "Army", "killed", 4) in known(situation)[-1]


def test_of_a_table_that_only_repeats_its_batch_the_report_is_recorded(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), BEFORE, batch="first")
    outcome = load(situation, tmp_path, clashes(), *RELEASES[:2], batch="trial")
    assert (outcome.events, outcome.reports, outcome.unchanged) == (3, 1, 5)
    last = list(situation.log.read())[-1].body
    assert (last.TOPIC, last.batch) == ("ReportRegistered", "trial")  # type: ignore[union-attr]
    assert load(situation, tmp_path, clashes(), *RELEASES[:2], batch="again").events == 0
    other = later("1,2013-04-02,2013-01-10,Mill,battle,4,5")
    assert load(situation, tmp_path, clashes(), other, batch="later").events == 0


RELEASED = st.lists(
    st.tuples(st.sampled_from(["battle", "attack", "rumour"]), *[st.integers(0, 2)] * 2),
    min_size=2,
    max_size=6,
)


def released(month: int, record: int, release: Release) -> str:
    """Write a row as a release of a month has it."""
    what, dead, hurt = release
    counts = f"{dead or ''},{hurt or ''}"
    return f"{record},2013-{month:02}-01,2013-01-{record},Mill,{what},{counts}"


@settings(max_examples=times(60), deadline=None)
@given(RELEASED, RELEASED, st.data())
def test_whatever_was_in_a_batch_stays_away_in_whatever_parts_it_comes_again(
    tmp_path_factory: pytest.TempPathFactory,
    ones: list[Release],
    twos: list[Release],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("taken-back")
    tables = [
        later(*(released(at + 1, *said) for said in ((10, one), (11, two))))
        for at, (one, two) in enumerate(zip(ones, twos, strict=False))
    ]
    first = data.draw(st.integers(0, len(tables) - 1), "of the first batch")
    with new_situation() as situation:
        for table in tables[:first]:
            load(situation, folder, clashes(), table, batch="first")
        trial = load(situation, folder, clashes(), *tables[first:], batch="trial")
        assume(trial.events)
        take_back(situation, "trial")
        before = known(situation)
        for _ in range(data.draw(st.integers(1, 4), "imports")):
            some = st.lists(st.sampled_from(tables[first:]), min_size=1, unique=True)
            again = data.draw(some, "again")
            assert load(situation, folder, clashes(), *again).events == 0
            assert known(situation) == before
        assert situation.compare() == []
