"""Tables: rows of answers, flat, with a type for every column."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import mali, said
from contradictions_for_tests import besieged, open_war, report, took

from tracker.facts import FACT_KINDS
from tracker.instants import AsOf
from tracker.outcomes import Answer
from tracker.quantities import Quantity
from tracker.situation import Situation
from tracker.tabular import Column, columns_of, tabulated


@pytest.fixture(scope="module")
def mali_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return mali(tmp_path_factory.mktemp("mali"))


BELIEFS = ("control", "forces", "alerts", "losses", None)


@pytest.mark.parametrize("projection", [*BELIEFS, "incidents", "humanitarian", "posture"])
@pytest.mark.parametrize("verb", ["state", "spans", "facts"])
def test_a_question_has_the_same_columns_whatever_its_answer(
    verb: str, projection: str | None, mali_log: Path
) -> None:
    with Situation(mali_log) as of_mali, open_war() as war:
        said = report("gazette", 10, took("rebels", 8), besieged("army", 9))
        war.record([said.raw()], by="tests")
        for situation, day in (
            (of_mali, "2013-01-21"),
            (of_mali, "1990-01-01"),
            (war, "2013-01-12"),
        ):
            asked = (situation.clocks(day), projection)
            answer: Answer[Any] = getattr(situation, "evidence" if verb == "facts" else verb)(
                *asked
            )
            found = [column.name for column in tabulated(answer.dicts, answer.columns).columns]
            assert found == [*columns_of(verb, projection)]


QUESTIONS: dict[str, Callable[[Situation, AsOf, str], Answer[Any]]] = {
    "history": lambda one, at, key: one.history(key, "control", at),
    "audit": lambda one, at, key: one.audit(at, "control", key),
    "diff": lambda one, at, _: one.diff("1980-01-01", at),
    "whatif": lambda one, at, _: one.whatif(at, one.weighing(without=["gazette"])),
    "disputes": lambda one, at, _: one.disputes(at, closed=True),
    "gaps": lambda one, at, _: one.gaps(at),
}


@pytest.mark.parametrize("verb", QUESTIONS)
def test_every_question_has_the_columns_that_it_names(verb: str) -> None:
    """Also without a row; and a table of them has these first, and no other."""
    with open_war() as war:
        one = report("gazette", 10, took("rebels", 8), besieged("army", 9))
        other = report("radio", 10, took("army", 8))
        war.record([one.raw() for one in (one, other)], by="tests")
        for day in ("1990-01-01", "2013-01-12", "2020-01-01"):
            at = war.clocks(day)
            key = war.state("2013-01-12", "control").dicts[0]["key"]
            found = QUESTIONS[verb](war, at, key)
            table = tabulated(found.dicts, found.columns)
            assert [column.name for column in table.columns] == [*found.columns] != []
            assert [*found.to_pandas().columns] == [*found.to_polars().columns] == [*found.columns]


def test_what_is_found_logged_and_replayed_has_columns_too(mali_log: Path) -> None:
    with Situation(mali_log) as situation:
        report = next(situation.log_rows(60))["report"]
        for answer in (
            *(situation.search(words) for words in ("Diabaly", "nowhere")),
            *(situation.replayed(day) for day in ("2013-01-21", "0500-01-01")),
            situation.report(report),
            situation.state("2013-01-21", "control", stale_after=1),
            situation.state("0500-01-01", "control", stale_after=1),
        ):
            found = [column.name for column in tabulated(answer.dicts, answer.columns).columns]
            assert found == [*answer.columns] != []


ASKED = (
    *(("state", "control"), ("state", "forces"), ("state", "incidents"), ("state",)),
    *(("disputes",), ("audit", "control", "diabaly"), ("whatif", "--without", "voa")),
)


@pytest.mark.parametrize("asked", ASKED, ids=" ".join)
def test_csv_has_its_columns_whatever_was_found(asked: tuple[str, ...], mali_log: Path) -> None:
    some, none = (
        said("--log", mali_log, *asked, "--csv", "--as-of", day).splitlines()[0]
        for day in ("2013-01-21", "0500-01-01")
    )
    assert some == none
    assert len(some.split(",")) > 4


def test_csv_of_nothing_found_has_columns(mali_log: Path) -> None:
    for asked in (
        ("diff", "--from", "0500-01-01", "--to", "0500-01-02"),
        ("search", "nowhere"),
        ("log", "--kind", "Nothing"),
    ):
        assert len(said("--log", mali_log, *asked, "--csv").split(",")) > 4


def test_the_columns_of_facts_are_those_of_the_vocabulary() -> None:
    said = {name for kind in FACT_KINDS for name in kind.model_fields} - {"id"}
    since = tuple(name for name in columns_of("facts") if name.startswith("since_"))
    parts = {"since": since, "quantity": tuple(Quantity.model_fields)}
    assert {one for name in said for one in parts.get(name, (name,))} <= {*columns_of("facts")}


def test_what_nests_becomes_columns() -> None:
    row = {
        "key": "diabaly",
        "holders": ["france", "mali"],
        "since": {"edtf": "2013-01-14", "earliest": "2013-01-14T00:00:00Z", "latest": None},
        "values": [{"status": "held"}],
        "place": {"lat": 14.69, "lon": -6.02},
        "age_days": 0,
    }
    table = tabulated([row])
    assert table.columns == (
        Column("key", "text"),
        Column("holders", "list"),
        Column("since_edtf", "text"),
        Column("since_earliest", "time"),
        Column("since_latest", "time"),
        Column("values", "json"),
        Column("lat", "number"),
        Column("lon", "number"),
        Column("age_days", "whole"),
    )
    assert table.column("holders") == [("france", "mali")]
    assert table.column("since_earliest") == [datetime(2013, 1, 14, tzinfo=UTC)]
    assert table.column("values") == ['[{"status": "held"}]']
    assert (table.column("lat"), table.column("since_latest")) == ([14.69], [None])


def test_rows_of_several_kinds_share_one_table() -> None:
    table = tabulated([{"key": "a", "place": {"lat": 1, "lon": 2}}, {"key": "b", "best": 500}])
    assert [column.name for column in table.columns] == ["key", "lat", "lon", "best"]
    assert table.column("best") == [None, 500]


def test_a_column_without_a_value_has_its_type_all_the_same() -> None:
    table = tabulated([{"last_evidence": None, "low": None}])
    assert table.columns == (Column("last_evidence", "time"), Column("low", "number"))


def test_the_place_of_forces_is_a_text() -> None:
    assert tabulated([{"place": "bamako"}]).columns == (Column("place", "text"),)


def test_the_rank_of_a_level_may_lie_between_two() -> None:
    table = tabulated([{"rank": 3.5}])  # red, reinforced
    assert (table.columns, table.rows) == ((Column("rank", "number"),), ((3.5,),))
