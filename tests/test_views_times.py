"""A time that is written into a question of datasette's is the one that the tracker reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands_for_tests import mali
from hypothesis import given
from hypothesis import strategies as st

from projections.browsing import QUERIES
from tracker.instants import InstantError, parse_moment
from tracker.situation import Situation

SQL = {one.name: one.sql for one in QUERIES}
TIMES = (
    *("2013", "2013-01", "2013-01-14", "2013-01-14T12:00Z", "2013-01-14 12:00Z", "2024-02-29"),
    *("2013-01-14T12:00:30+01:00", "2013-01-14T12:00:30.5Z", "2013-01-14T12:00:30.000001-14:00"),
    *("0001", "0001-01-01", "0001-01-01T00:00Z", "9998", "9999-12-30", "9999-12-31T23:59:58Z"),
    *("1969-12-31T23:59:59.999999Z", "1582-10-10", "2013-01-14T12:00+14:00"),
)
NO_TIMES = (
    *("nonsense", "2026-02-30", "2023-02-29", "2013-13", "2013-00", "2013-01-00", "0000", "9999"),
    *("9999-12-31", "2013-01-14T12:00", "2013-01-14T12:00:60Z", "2013-01-14T24:00Z", "2013Z"),
    *("2013-01-14T12:60Z", "2013-01-14T12:00+14:01", "2013-01-14T12:00+13:60", " 2013", "now"),
    *("2013-01-14+01:00", "2013-1-14", "2013-01-14T12Z", "2013-01-14T12:00:30.Z", "2456307.5"),
    *("2013-01-14T12:00:30.1234567Z", "2013-01-14T12:00z", "0001-01-01T00:00+01:00", "12:00"),
)
MIXED = st.one_of(
    st.sampled_from(TIMES + NO_TIMES),
    st.text("0123456789-:TZ+. ", max_size=30),
    st.builds(
        lambda text, at, sign: text[: at % len(text)] + sign + text[at % len(text) + 1 :],
        st.sampled_from(TIMES),
        st.integers(0, 40),
        st.sampled_from("0123456789-:TZ+. "),
    ),
)


def read(text: str) -> int | None:
    """Read a time as a question of datasette's does; None where it is refused in words."""
    asked = SQL["state_as_of"].partition("\nSELECT b.")[0] + " SELECT t FROM at"  # noqa: S608 - ours
    with closing(sqlite3.connect(":memory:")) as alone:
        try:
            found = alone.execute(asked, {"as_of": text, "known_at": ""}).fetchone()
            return int(found[0])
        except sqlite3.OperationalError as error:
            if f"no time: {text} (write 2013," not in str(error):
                raise
            return None


@pytest.mark.parametrize("text", TIMES)
def test_a_time_is_taken_through_its_end(text: str) -> None:
    assert read(text) == parse_moment(text).latest - 1


@pytest.mark.parametrize("text", NO_TIMES)
def test_what_is_no_time_is_told(text: str) -> None:
    assert read(text) is None


@given(MIXED.filter(bool))
def test_whatever_is_written_is_read_as_the_tracker_reads_it(text: str) -> None:
    try:
        expected = parse_moment(text).latest - 1
    except InstantError:
        expected = None
    assert read(text) == expected


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("views_times"))


@pytest.mark.parametrize("known_at", ["2013-01", "2013-01-17", "2013-01-17T23:59Z", "2012"])
def test_the_state_is_that_of_the_tracker(log: Path, known_at: str) -> None:
    with Situation(log) as situation, closing(sqlite3.connect(situation.store_path)) as model:
        told = situation.state("2013-01-20T10:00:00Z", "control", known_at=known_at, tz="UTC")
        values = {"as_of": "2013-01-20T10:00:00Z", "known_at": known_at, "projection": "control"}
        found = model.execute(SQL["state_as_of"], values).fetchall()
    assert sorted(row[0] for row in found) == sorted(row["name"] for row in told.each)


@pytest.mark.parametrize("name", [name for name, sql in SQL.items() if "FROM at" in sql])
def test_every_question_tells_what_is_no_time(log: Path, name: str) -> None:
    asked = {"projection": "none", "key": "none", "as_of": "", "known_at": "2026-02-30"}
    asked |= {"from": "", "to": "2026-02-30"}
    with closing(sqlite3.connect(log.with_name("situation.state.db"))) as model:
        with pytest.raises(sqlite3.OperationalError, match="no time: 2026-02-30"):
            model.execute(SQL[name], asked).fetchall()
        model.execute(SQL[name], {**asked, "known_at": "", "to": ""}).fetchall()
