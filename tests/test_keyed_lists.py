"""Maintained lists whose rows have keys: who says anew, the list or the desk."""

from __future__ import annotations

from pathlib import Path

from tables_for_tests import Mapping, load

from tracker.situation import Situation

HOLDERS = """\
id,told,town,holder
1,2013-01-10,Mill,rebels
2,2013-01-15,Mill,army
3,2013-01-15,Ford,rebels
"""
ROW_1_AGAIN = "id,told,town,holder\n1,2013-01-25,Mill,bandits\n"


def holders() -> Mapping:
    """Give the mapping of HOLDERS: a list that says last what it said last."""
    fact = {
        "kind": "ControlReported",
        "place": "$place",
        "state": "held",
        "gist": "{town}: {holder}",
    }
    return {
        "dataset": "holders",
        "title": "Who holds what",
        "shape": "events",
        "standing": True,
        "source": "gazette",
        "published": {"column": "told"},
        "key": "id",
        "place": {"name": {"column": "town"}},
        "facts": [{**fact, "by": {"column": "holder"}, "when": {"column": "told"}}],
    }


def row_of(situation: Situation, record: str) -> str:
    """Give the id of what a row says last."""
    said = [event.fact for event in situation.log.read() if event.fact]
    return [fact.id for fact in said if fact.locator.record == record][-1]


def holds(situation: Situation, known_at: str | None = None) -> list[str]:
    """Give who holds the mill at the end of January, in the live model, anew and replayed."""
    clocks = situation.clocks("2013-01-31", known_at)
    (row,) = situation.state(clocks, "control", "mill").dicts
    replayed = [one for row in situation.replayed(clocks).dicts for one in row["changes"]]
    *_, last = [one["after"]["holders"] for one in replayed if one["key"] == "mill"]
    assert situation.compare() == []
    assert row["holders"] == last
    return list(row["holders"])


def put_right(situation: Situation, record: str, published: str, **fields: str) -> None:
    wrong = row_of(situation, record)
    situation.correct(wrong, fields, published=published, reason="misread", by="ana")


def test_an_old_row_that_the_desk_puts_right_is_no_news_of_the_list(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, holders(), HOLDERS)
    put_right(situation, "1", "2013-01-20", by="[bandits]")
    assert holds(situation) == ["army"]


def test_an_old_row_that_the_source_restates_is_news_and_stays_so_when_it_is_put_right(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, holders(), HOLDERS)
    load(situation, tmp_path, holders(), ROW_1_AGAIN, name="later.csv")
    assert holds(situation) == ["bandits"]
    assert holds(situation, "2013-01-24") == ["army"]
    put_right(situation, "1", "2013-01-28", by="[rebels]")
    assert holds(situation) == ["rebels"]
    put_right(situation, "2", "2013-01-29", by="[guard]")
    assert holds(situation) == ["rebels"]


def test_what_a_batch_had_restated_stands_again_where_it_stood(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, holders(), HOLDERS)
    batch = load(situation, tmp_path, holders(), ROW_1_AGAIN, name="later.csv").batch
    situation.retract(batch=batch, published="2013-01-30", reason="a draft", by="ana")
    assert holds(situation) == ["army"]
    assert holds(situation, "2013-01-29") == ["bandits"]


def test_a_reason_like_the_importers_makes_no_source_of_an_analyst(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, holders(), HOLDERS)
    wrong, why = row_of(situation, "1"), "restated by the source"
    situation.correct(wrong, {"by": "[bandits]"}, published="2013-01-28", reason=why, by="ana")
    assert holds(situation) == ["army"]
    assert load(situation, tmp_path, holders(), HOLDERS).events == 0
