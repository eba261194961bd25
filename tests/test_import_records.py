"""Tables of records with a key: what a later version says otherwise, and what it says no more."""

from __future__ import annotations

# ruff: noqa: E501 - a row of a table is a line
from pathlib import Path

import pytest
from sheets_for_tests import new_situation
from tables_for_tests import TOLL, facts_in, load, told, toll

from tracker.errors import InputError
from tracker.situation import Situation


def test_a_restatement_is_a_correction_by_the_source(situation: Situation, tmp_path: Path) -> None:
    outcome = load(situation, tmp_path, toll(), TOLL)
    assert (outcome.corrections, outcome.unchanged) == (2, 1)
    said = [
        (event.body.fact, event.body.replaced_by, event.body.published.edtf, event.body.reason)  # type: ignore[union-attr]
        for event in situation.log.read()
        if event.body.TOPIC == "FactCorrected"
    ]
    assert [when for _, _, when, _ in said] == ["2013-01-04T08:00:00Z", "2013-01-05T08:00:00Z"]
    assert said[0][1] == said[1][0]
    assert {reason for *_, reason in said} == {"restated by the source"}


@pytest.mark.parametrize(
    ("known_at", "number"),
    [
        ("2013-01-02T09:00Z", 10),
        ("2013-01-04T07:00Z", 10),
        ("2013-01-04T09:00Z", 110),
        ("2013-01-06T00:00Z", 10),
    ],
)
def test_each_moment_knows_what_was_published_last(
    situation: Situation, tmp_path: Path, known_at: str, number: int
) -> None:
    load(situation, tmp_path, toll(), TOLL)
    clocks = situation.clocks("2013-01-01", known_at)
    (row,) = situation.state(clocks, "losses").dicts
    assert row["best"] == number


def test_a_restated_table_imported_in_parts_is_the_whole(tmp_path: Path) -> None:
    head, *rows = TOLL.splitlines(keepends=True)
    with new_situation() as whole, new_situation() as parts:
        load(whole, tmp_path, toll(), TOLL)
        for cut in (rows[:2], rows[:4], rows[2:]):
            load(parts, tmp_path, toll(), head + "".join(cut))
        assert told(parts) == told(whole)
        assert load(parts, tmp_path, toll(), TOLL).events == 0


def test_a_version_between_two_that_are_recorded_is_refused(
    situation: Situation, tmp_path: Path
) -> None:
    head, *rows = TOLL.splitlines(keepends=True)
    load(situation, tmp_path, toll(), head + rows[0] + rows[4].replace(",10", ",11"))
    before = situation.position
    with pytest.raises(InputError, match="import the versions in their order"):
        load(situation, tmp_path, toll(), head + rows[3])
    assert situation.position == before


# -- records of which a row tells several facts -----------------------------------------------------

CLASHES = """\
id,told,day,town,what,dead,hurt
1,2013-02-01,2013-01-10,Mill,battle,3,5
2,2013-02-01,2013-01-11,Ford,attack,2,
"""


def clashes(**changes: object) -> dict[str, object]:
    """Give the mapping of CLASHES: an event, who died and who was hurt in it, restated later."""
    common = {"place": "$place", "when": {"column": "day"}}

    def harmed(column: str, fate: str) -> dict[str, object]:
        count = {"best": {"column": column}, "semantics": "change"}
        test = {"column": column, "at_least": 1}
        people = {"side": "army", "category": "people", "fate": fate, "quantity": count}
        return {"kind": "CasualtiesReported", "if": test, "gist": fate, **people, **common}

    def event(kind: str, what: str) -> dict[str, object]:
        return {"kind": kind, "if": {"column": "what", "equals": what}, "gist": what, **common}

    return {
        "dataset": "clashes",
        "title": "Clashes",
        "shape": "events",
        "source": "gazette",
        "published": {"column": "told"},
        "key": "id",
        "place": {"name": {"column": "town"}},
        "facts": [
            event("FightingReported", "battle"),
            event("AttackOccurred", "attack"),
            harmed("dead", "killed"),
            harmed("hurt", "wounded"),
        ],
        **changes,
    }


def amendments(situation: Situation) -> list[tuple[str, str, str, str]]:
    """Give (what became of it, the fact's kind and its fate, when, why) of what was restated."""
    facts = {event.id: event.fact for event in situation.log.read() if event.fact}
    found = []
    for event in situation.log.read():
        if event.body.TOPIC in {"FactCorrected", "FactRetracted"}:
            body = event.body
            fact = facts[body.fact]  # type: ignore[union-attr]
            what = getattr(fact, "fate", fact.kind)
            found.append((body.TOPIC, what, body.published.edtf, body.reason))  # type: ignore[union-attr]
    return found


def later(*rows: str) -> str:
    """Write rows of CLASHES as a release of March tells them."""
    return CLASHES.splitlines()[0] + "\n" + "".join(f"{row}\n" for row in rows)


SAME = "2,2013-03-01,2013-01-11,Ford,attack,2,"


def test_facts_of_one_row_are_not_versions_of_each_other(
    situation: Situation, tmp_path: Path
) -> None:
    outcome = load(situation, tmp_path, clashes(), CLASHES)
    assert (outcome.corrections, amendments(situation)) == (0, [])
    assert {fact["locator"]["record"] for fact in facts_in(situation)} == {"1", "2"}
    assert load(situation, tmp_path, clashes(), CLASHES).events == 0


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,2013-03-01,2013-01-10,Mill,battle,4,5", [("FactCorrected", "killed")]),
        ("1,2013-03-01,2013-01-10,Mill,battle,0,5", [("FactRetracted", "killed")]),
        (
            "1,2013-03-01,2013-01-10,Mill,battle,0,6",
            [("FactCorrected", "wounded"), ("FactRetracted", "killed")],
        ),
        ("1,2013-03-01,2013-01-10,Mill,attack,3,5", [("FactRetracted", "FightingReported")]),
        (
            "1,2013-03-01,2013-01-10,Mill,rumour,,",
            [
                ("FactRetracted", "FightingReported"),
                ("FactRetracted", "killed"),
                ("FactRetracted", "wounded"),
            ],
        ),
        ("1,2013-03-01,2013-01-10,Mill,battle,3,5", []),
    ],
)
def test_what_a_later_version_tells_otherwise_or_no_more(
    situation: Situation, tmp_path: Path, row: str, expected: list[tuple[str, str]]
) -> None:
    load(situation, tmp_path, clashes(), CLASHES)
    load(situation, tmp_path, clashes(), later(row, SAME), name="march.csv")
    when, why = "2013-03-01", "restated by the source"
    assert amendments(situation) == [(what, fact, when, why) for what, fact in expected]
    for table in (CLASHES, later(row, SAME), CLASHES + later(row, SAME).split("\n", 1)[1]):
        assert load(situation, tmp_path, clashes(), table).events == 0


def test_the_dead_are_counted_as_each_release_had_them(
    situation: Situation, tmp_path: Path
) -> None:
    april = "1,2013-04-01,2013-01-10,Mill,battle,7,5"
    march = later("1,2013-03-01,2013-01-10,Mill,battle,0,5", SAME)
    load(situation, tmp_path, clashes(), CLASHES)
    load(situation, tmp_path, clashes(), march, name="march.csv")
    load(situation, tmp_path, clashes(), later(april), name="april.csv")

    def dead(known_at: str) -> int:
        rows = situation.state(situation.clocks("2013-02-01", known_at), "losses").dicts
        return int(next(row["best"] for row in rows if "killed" in row["key"]))

    assert [dead(f"2013-0{month}-15") for month in (2, 3, 4)] == [5, 2, 9]
    for table in (march, later(april), CLASHES):
        assert load(situation, tmp_path, clashes(), table).events == 0


def test_releases_in_one_import_are_what_they_are_one_by_one(tmp_path: Path) -> None:
    march = later("1,2013-03-01,2013-01-10,Mill,attack,0,6", SAME)
    with new_situation() as whole, new_situation() as parts:
        load(whole, tmp_path, clashes(), march, CLASHES)
        load(parts, tmp_path, clashes(), CLASHES)
        load(parts, tmp_path, clashes(), march)
        assert told(parts) == told(whole)
        assert load(whole, tmp_path, clashes(), CLASHES).events == 0
        assert load(whole, tmp_path, clashes(), march).events == 0


def test_two_rows_of_one_record_and_one_moment(situation: Situation, tmp_path: Path) -> None:
    table = CLASHES + "1,2013-02-01,2013-01-10,Mill,battle,0,5\n"
    load(situation, tmp_path, clashes(), table)
    assert [(what, fact) for what, fact, *_ in amendments(situation)] == [
        ("FactRetracted", "killed")
    ]
    assert load(situation, tmp_path, clashes(), table).events == 0


def test_a_row_that_cannot_be_read_leaves_its_record_as_it_was(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), CLASHES)
    bad = clashes(bad={"number": "quarantine", "date": "quarantine"})
    table = later("1,2013-03-01,2013-02-30,Mill,battle,4,5")
    assert load(situation, tmp_path, bad, table, name="march.csv").events == 0
