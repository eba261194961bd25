"""Tables: rows of answers, flat, with a type for every column."""

from datetime import UTC, datetime

from tracker.tabular import Column, tabulated


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
