"""Tables: rows of answers, flat, with a type for every column."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import mali
from contradictions_for_tests import besieged, open_war, report, took

from tracker.facts import FACT_KINDS
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
