"""Versions of keyed records that come late: what was published last by then is so, in any order."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation
from tables_for_tests import clashes, later, load, toll

from tracker.errors import InputError
from tracker.situation import Situation

HEAD = "told,day,what,number\n"


def row(day: int, number: int, of: int = 1) -> str:
    """Write a row of a toll: what was said on a day in January of the total of another."""
    return f"2013-01-{day:02}T08:00:00Z,2013-01-{of:02},tank,{number}\n"


def known(situation: Situation, day: int, of: int = 1) -> int | None:
    """Give the total as known on a day."""
    clocks = situation.clocks(f"2013-01-{of:02}", f"2013-01-{day:02}T12:00Z")
    return next((one["best"] for one in situation.state(clocks, "losses").dicts), None)


def test_an_older_version_is_so_until_the_one_in_the_log(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, toll(), HEAD + row(5, 120))
    done = load(situation, tmp_path, toll(), HEAD + row(2, 100) + row(3, 110), name="old.csv")
    assert done.files[0].facts["EquipmentLost"] == 2
    assert [known(situation, day) for day in (1, 2, 3, 4, 5, 6)] == [None, 100, 110, 110, 120, 120]
    for table in (row(5, 120), row(2, 100) + row(3, 110)):
        assert load(situation, tmp_path, toll(), HEAD + table).events == 0
    assert situation.compare() == []


def test_a_version_takes_its_place_between_two(situation: Situation, tmp_path: Path) -> None:
    for day, number in ((2, 100), (6, 120), (4, 110), (5, 115), (3, 105)):
        load(situation, tmp_path, toll(), HEAD + row(day, number), name=f"{day}.csv")
    assert [known(situation, day) for day in range(2, 8)] == [100, 105, 110, 115, 120, 120]
    assert situation.compare() == []


def test_both_files_at_once_are_taken_in_as_well(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, toll(), HEAD + row(5, 120))
    load(situation, tmp_path, toll(), HEAD + row(5, 120), HEAD + row(2, 100) + row(3, 110))
    assert [known(situation, day) for day in (2, 3, 5)] == [100, 110, 120]


def test_what_is_taken_back_ends_nothing_that_comes_after(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, toll(), HEAD + row(5, 120), batch="new")
    situation.retract(batch="new", published="2013-01-20", reason="a draft", by="tests")
    load(situation, tmp_path, toll(), HEAD + row(2, 100) + row(3, 110))
    assert [known(situation, day) for day in (2, 3, 5, 21)] == [100, 110, 120, 110]


@pytest.mark.parametrize("first", [(), (1,)])
def test_taking_back_the_later_one_puts_back_what_came_late(
    situation: Situation, tmp_path: Path, first: Sequence[int]
) -> None:
    for day in first:
        load(situation, tmp_path, toll(), HEAD + row(day, 90))
    load(situation, tmp_path, toll(), HEAD + row(5, 120), batch="new")
    load(situation, tmp_path, toll(), HEAD + row(3, 110), batch="old")
    situation.retract(batch="new", published="2013-01-20", reason="a draft", by="tests")
    assert [known(situation, day) for day in (3, 5, 21)] == [110, 120, 110]
    assert situation.compare() == []


@settings(max_examples=times(60), deadline=None)
@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=6, unique=True),
    st.permutations(range(6)),
    st.integers(1, 3),
)
def test_in_whatever_order_versions_come_the_latest_by_then_is_so(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], order: list[int], cut: int
) -> None:
    """Each version says what no other says: a repeat of what is so leaves no trace in the log."""
    folder = tmp_path_factory.mktemp("late")
    days = [at for at in order if at < len(numbers)]
    with new_situation() as situation:
        for start in range(0, len(days), cut):
            table = "".join(row(2 + at, numbers[at]) for at in days[start : start + cut])
            load(situation, folder, toll(), HEAD + table)
        assert [known(situation, 2 + at) for at in range(len(numbers))] == numbers
        again = "".join(row(2 + at, number) for at, number in enumerate(numbers))
        assert load(situation, folder, toll(), HEAD + again).events == 0
        assert situation.compare() == []


@settings(max_examples=times(60), deadline=None)
@given(st.lists(st.integers(1, 2), min_size=2, max_size=6), st.permutations(range(6)))
def test_versions_that_repeat_each_other_are_right_once_all_are_read_together(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], order: list[int]
) -> None:
    folder = tmp_path_factory.mktemp("late")
    with new_situation() as situation:
        for at in (at for at in order if at < len(numbers)):
            load(situation, folder, toll(), HEAD + row(2 + at, numbers[at]))
        whole = HEAD + "".join(row(2 + at, number) for at, number in enumerate(numbers))
        load(situation, folder, toll(), whole)
        assert [known(situation, 2 + at) for at in range(len(numbers))] == numbers
        assert load(situation, folder, toll(), whole).events == 0
        assert situation.compare() == []


# -- records of which a row tells several facts ----------------------------------------------------


def harmed(situation: Situation, known_at: str) -> dict[str, int]:
    """Count the dead and the wounded as known at a time."""
    rows = situation.state(situation.clocks("2013-02-01", known_at), "losses").dicts
    return {row["fate"]: row["best"] for row in rows}


FEBRUARY = later("1,2013-02-01,2013-01-10,Mill,battle,3,5")
MARCH = later("1,2013-03-01,2013-01-10,Mill,battle,3,6")
APRIL = later("1,2013-04-01,2013-01-10,Mill,battle,4,5")


def test_a_part_that_a_later_version_repeats_needs_its_table(
    situation: Situation, tmp_path: Path
) -> None:
    for name, table in (("february.csv", FEBRUARY), ("april.csv", APRIL)):
        load(situation, tmp_path, clashes(), table, name=name)
    before = situation.position
    with pytest.raises(InputError, match=r"a version of 2013-04-01 .* import the table of that"):
        load(situation, tmp_path, clashes(), MARCH, name="march.csv")
    assert situation.position == before
    load(situation, tmp_path, clashes(), MARCH, APRIL, name="both.csv")
    assert harmed(situation, "2013-02-15") == {"killed": 3, "wounded": 5}
    assert harmed(situation, "2013-03-15") == {"killed": 3, "wounded": 6}
    assert harmed(situation, "2013-04-15") == {"killed": 4, "wounded": 5}
    for table in (FEBRUARY, MARCH, APRIL):
        assert load(situation, tmp_path, clashes(), table).events == 0
    assert situation.compare() == []


def test_taking_back_what_came_late_puts_nothing_back_that_is_over(
    situation: Situation, tmp_path: Path
) -> None:
    gone = later("1,2013-04-01,2013-01-10,Mill,battle,3,")
    load(situation, tmp_path, clashes(), FEBRUARY, batch="february")
    load(situation, tmp_path, clashes(), gone, batch="april")
    late = gone.replace("04-01", "03-01")
    load(situation, tmp_path, clashes(), late, batch="march")
    assert harmed(situation, "2013-02-15") == {"killed": 3, "wounded": 5}
    assert harmed(situation, "2013-03-15") == {"killed": 3}
    situation.retract(batch="march", published="2013-05-01", reason="a draft", by="tests")
    assert harmed(situation, "2013-06-01") == {"killed": 3}
    assert situation.compare() == []


releases = st.lists(
    st.tuples(st.sampled_from(["battle", "attack", "rumour"]), *[st.integers(0, 2)] * 2),
    min_size=2, max_size=5,
)  # fmt: skip


@settings(max_examples=times(60), deadline=None)
@given(releases, st.permutations(range(5)))
def test_releases_that_come_late_are_as_in_order_once_all_are_read_together(
    tmp_path_factory: pytest.TempPathFactory,
    said: list[tuple[str, int, int]],
    order: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("late")
    tables = [
        later(f"1,2013-0{at + 2}-01,2013-01-10,Mill,{what},{dead or ''},{hurt or ''}")
        for at, (what, dead, hurt) in enumerate(said)
    ]
    with new_situation() as situation, new_situation() as straight:
        for at in (at for at in order if at < len(tables)):
            try:
                load(situation, folder, clashes(), tables[at])
            except InputError as refused:
                assert "together with this one" in str(refused)  # noqa: PT017 - it may be taken
        load(situation, folder, clashes(), *tables)
        load(straight, folder, clashes(), *tables)
        for at in range(len(tables)):
            month = f"2013-0{at + 2}-15"
            assert _plain(situation, month) == _plain(straight, month)
        assert load(situation, folder, clashes(), *tables).events == 0
        assert situation.compare() == []


def _plain(situation: Situation, known_at: str) -> set[tuple[object, ...]]:
    rows = situation.state(situation.clocks("2013-06-01", known_at)).dicts
    return {(row["projection"], row.get("name"), row.get("fate"), row.get("best")) for row in rows}
