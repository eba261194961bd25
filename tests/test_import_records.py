"""Tables of records with a key: what a later version says otherwise, and what it says no more."""

from __future__ import annotations

# ruff: noqa: E501 - a row of a table is a line
import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets_for_tests import ask, new_situation
from tables_for_tests import (
    CLASHES,
    TOLL,
    Mapping,
    clashes,
    facts_in,
    later,
    load,
    told,
    toll,
)  # fmt: skip

from tracker.datasets import corrections, events
from tracker.errors import InputError, TrackerError
from tracker.outcomes import Amended
from tracker.situation import Situation

Said = dict[tuple[str, str], tuple[object, ...]]


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


@pytest.mark.parametrize(
    ("key", "why"), [("", "no key"), ("\u00a0 ", "no key"), ("x" * 2001, "2,000 characters")]
)
def test_a_row_without_a_key_is_no_record_and_is_said_so(
    situation: Situation, tmp_path: Path, key: str, why: str
) -> None:
    rows = f'{CLASHES}"{key}",2013-02-01,2013-01-12,Mill,battle,1,\n'
    before = situation.position
    with pytest.raises(InputError, match=rf"table.csv:4:1: id: .*{why}"):
        load(situation, tmp_path, clashes(), rows)
    assert situation.position == before
    found = load(situation, tmp_path, clashes(bad={"value": "quarantine"}), rows)
    assert found.files[0].quarantined == {"value": 1}
    assert len(facts_in(situation)) == 5


cell = st.one_of(
    st.sampled_from(
        ["", " ", "\u00a0", "Mill", "battle", "attack", "3", "-1", "1e9", "2013-01-10"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
    st.just("long " * 500),
)


def mostly(*usual: str) -> st.SearchStrategy[str]:
    """Draw what a column usually holds, or anything."""
    return st.one_of(*[st.just(one) for one in usual for _ in range(3)], cell)


odd_rows = st.tuples(
    cell,
    mostly("2013-02-01"),
    mostly("2013-01-10"),
    mostly("Mill"),
    mostly("battle", "attack"),
    mostly("3", ""),
    mostly("5", ""),
)


@settings(max_examples=times(200), deadline=None)
@given(st.lists(odd_rows, min_size=1, max_size=3), st.sampled_from(["id", None]))
def test_whatever_stands_in_a_table_what_is_recorded_of_it_can_be_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], key: str | None
) -> None:
    """Events of a table are written as bytes: none may be such as the log would not read again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(CLASHES.splitlines()[0].split(","))
    writer.writerows(rows)
    kinds = ("date", "number", "coordinate", "place", "value", "other", "row")
    mapping = clashes(bad=dict.fromkeys(kinds, "quarantine"), key=key)
    mapping["facts"][0]["gist"] = "{town} {what}: {dead}"  # type: ignore[index]
    mapping["facts"][0]["note"] = "{id}{hurt}"  # type: ignore[index]
    with new_situation() as situation:
        try:
            found = load(situation, tmp_path_factory.mktemp("table"), mapping, text.getvalue())
        except InputError:
            return
        assert len(list(situation.log.read())) == situation.position
        new = sum((Counter(one.facts) for one in found.files), Counter[str]())
        facts = new.total() - new["FactCorrected"] - new["FactRetracted"]
        assert facts == len(facts_in(situation))
        situation.state(situation.clocks(None))


# -- records of which a row tells several facts -----------------------------------------------------


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


# -- a batch taken back: what it had restated is so again ------------------------------------------

WHEN, WHY = "2013-05-01", "the mapping was a draft"


def take_back(situation: Situation, batch: str, when: str = WHEN) -> Amended:
    return situation.retract(batch=batch, published=when, reason=WHY, by="tests")


def counted(situation: Situation, known_at: str = "2013-06-01") -> Said:
    """Give what is said of every cell, and every fact of the chronologies, as known at a time."""
    rows = situation.state(situation.clocks("2013-02-01", known_at)).dicts
    return {
        (row["projection"], row["name"] if row["projection"] == "incidents" else row["key"]): (
            row.get("best"),
            row.get("fate"),
            row.get("since"),
        )
        for row in rows
    }


RELEASES = [
    CLASHES,
    later("1,2013-03-01,2013-01-10,Mill,battle,4,5", SAME),
    later("1,2013-03-02,2013-01-10,Mill,battle,0,5", SAME.replace("03-01", "03-02")),
    later("1,2013-04-01,2013-01-10,Mill,attack,0,6"),
    later("1,2013-04-02,2013-01-10,Mill,battle,4,6", "3,2013-04-02,2013-01-12,Ford,attack,1,"),
    later("1,2013-04-03,2013-01-10,Mill,rumour,,"),
]


@pytest.mark.parametrize("number", range(1, len(RELEASES)))
def test_the_last_release_taken_back_leaves_what_was_known_without_it(
    tmp_path: Path, number: int
) -> None:
    with new_situation() as without, new_situation() as situation:
        for one in (without, situation):
            for at, table in enumerate(RELEASES[:number]):
                load(one, tmp_path, clashes(), table, batch=f"release-{at}")
        load(situation, tmp_path, clashes(), RELEASES[number], batch="last")
        before = counted(situation)
        assert take_back(situation, "last").added > 0
        assert counted(situation) == counted(without)
        assert counted(situation, "2013-04-15") == before
        assert take_back(situation, "last").added == 0
        assert situation.compare() == []


RUNS = [
    (first, upto)
    for first in range(1, len(RELEASES))
    for upto in range(first + 2, len(RELEASES) + 1)
]


@pytest.mark.parametrize(("first", "upto"), RUNS)
def test_several_releases_in_one_batch_taken_back_leave_what_was_known_without_them(
    tmp_path: Path, first: int, upto: int
) -> None:
    """Also where the batch corrects what it then ends itself."""
    with new_situation() as without, new_situation() as situation:
        for one in (without, situation):
            for at, table in enumerate(RELEASES[:first]):
                load(one, tmp_path, clashes(), table, batch=f"release-{at}")
        for table in RELEASES[first:upto]:
            load(situation, tmp_path, clashes(), table, batch="last")
        before = counted(situation)
        assert take_back(situation, "last").added > 0
        assert counted(situation) == counted(without)
        assert counted(situation, "2013-04-15") == before
        assert take_back(situation, "last").added == 0
        whole = RELEASES[first].splitlines()[0] + "\n"
        for table in RELEASES[first:upto]:
            whole += "".join(line + "\n" for line in table.splitlines()[1:])
        assert load(situation, tmp_path, clashes(), whole, batch="again").events == 0
        assert counted(situation) == counted(without)
        assert situation.compare() == []


@pytest.mark.parametrize("number", range(1, len(RELEASES)))
def test_a_release_taken_back_is_not_told_again(tmp_path: Path, number: int) -> None:
    with new_situation() as situation:
        for at, table in enumerate(RELEASES[:number]):
            load(situation, tmp_path, clashes(), table, batch=f"release-{at}")
        before = counted(situation)
        load(situation, tmp_path, clashes(), RELEASES[number], batch="last")
        take_back(situation, "last")
        outcome = load(situation, tmp_path, clashes(), RELEASES[number], batch="again")
        assert (outcome.events, outcome.corrections) == (0, 0)
        assert outcome.files[0].taken_back > 0
        assert counted(situation) == before
        assert situation.compare() == []


def test_what_a_release_taken_back_only_repeated_is_not_told_again(tmp_path: Path) -> None:
    first = later("1,2013-02-01,2013-01-10,Mill,battle,3,5")
    rows = [
        "1,2013-02-02,2013-01-10,Mill,battle,4,5",
        "1,2013-02-03,2013-01-10,Mill,battle,4,5",  # no event
        "1,2013-02-04,2013-01-10,Mill,battle,4,6",
    ]
    over = "1,2013-02-0{},2013-01-10,Mill,rumour,,"
    ended = [over.format(5), over.format(6)]
    for several in (rows[:2], rows, ended):
        with new_situation() as situation:
            load(situation, tmp_path, clashes(), first)
            before = counted(situation)
            load(situation, tmp_path, clashes(), later(*several), batch="last")
            take_back(situation, "last")
            assert counted(situation) == before
            again = load(situation, tmp_path, clashes(), later(*several))
            assert (again.events, again.files[0].taken_back > 0) == (0, True)
            assert counted(situation) == before
            more = (
                "1,2013-03-01,2013-01-10,Mill,battle,3,5",
                "1,2013-03-02,2013-01-10,Mill,battle,4,5",
            )
            assert load(situation, tmp_path, clashes(), later(*several, *more)).corrections == 1


def test_a_release_that_is_mended_after_it_was_taken_back_tells_what_is_new_in_it(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), CLASHES)
    load(
        situation, tmp_path, clashes(), later("1,2013-03-01,2013-01-10,Mill,battle,4,6"), batch="x"
    )
    take_back(situation, "x")
    mended = later("1,2013-03-01,2013-01-10,Mill,battle,4,7")
    outcome = load(situation, tmp_path, clashes(), mended)
    assert (outcome.corrections, outcome.files[0].taken_back) == (1, 1)
    harmed = Counter(
        {row["fate"]: row["best"] for row in situation.state("2013-01-10", "losses").dicts}
    )
    assert harmed == {"killed": 3, "wounded": 7}
    assert load(situation, tmp_path, clashes(), mended).events == 0
    assert situation.compare() == []


def test_releases_taken_back_one_after_the_other_newest_first(tmp_path: Path) -> None:
    with new_situation() as situation:
        known = []
        for at, table in enumerate(RELEASES):
            known.append(counted(situation))
            load(situation, tmp_path, clashes(), table, batch=f"release-{at}")
        for at in reversed(range(len(RELEASES))):
            take_back(situation, f"release-{at}")
            assert counted(situation) == known[at], at
            assert situation.compare() == []
        for at in range(len(RELEASES)):
            assert take_back(situation, f"release-{at}").added == 0


def test_a_release_that_another_has_restated_is_not_taken_back_before_it(tmp_path: Path) -> None:
    with new_situation() as situation:
        for at, table in enumerate(RELEASES[:2]):
            load(situation, tmp_path, clashes(), table, batch=f"release-{at}")
        end = situation.position
        with pytest.raises(TrackerError, match=r"is corrected already: take back #\d+ Casualties"):
            take_back(situation, "release-0")
        assert situation.position == end
        take_back(situation, "release-1")
        take_back(situation, "release-0")
        assert counted(situation) == {}


def test_what_is_put_back_names_what_it_repeats_and_the_release_that_told_it(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), RELEASES[0], batch="first")
    load(situation, tmp_path, clashes(), RELEASES[1], batch="second")
    take_back(situation, "second")
    *_, correction, again = situation.log.read()
    old = next(e for e in situation.log.read() if e.id == correction.body.restores)  # type: ignore[union-attr]
    assert old.fact is not None
    assert again.fact is not None
    assert again.fact.note == "as before batch second"
    assert again.fact.model_copy(update={"id": old.id, "note": None}) == old.fact


def test_a_version_put_back_is_restated_like_any_other(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, clashes(), RELEASES[0], batch="first")
    load(situation, tmp_path, clashes(), RELEASES[1], batch="second")
    take_back(situation, "second", "2013-03-15")
    outcome = load(situation, tmp_path, clashes(), RELEASES[4], batch="third")
    assert outcome.corrections == 2
    known = counted(situation)
    assert take_back(situation, "third").added > 0
    with new_situation() as without:
        load(without, tmp_path, clashes(), RELEASES[0])
        assert counted(situation) == counted(without) != known


@pytest.mark.parametrize(
    ("when", "known"),
    [
        (WHEN, ["2013-02-15", "2013-06-01"]),  # until it was taken back it was what one knew
        ("2013-03-01", ["2013-02-15", "2013-03-15", "2013-06-01"]),
    ],
)
def test_a_release_taken_back_is_imported_anew_from_a_better_table(
    tmp_path: Path, when: str, known: list[str]
) -> None:
    wrong = later("1,2013-03-01,2013-01-10,Mill,battle,40,50", SAME)
    with new_situation() as situation, new_situation() as straight:
        load(situation, tmp_path, clashes(), CLASHES, batch="first")
        load(situation, tmp_path, clashes(), wrong, batch="second")
        take_back(situation, "second", when)
        load(situation, tmp_path, clashes(), RELEASES[1], batch="third")
        for table in RELEASES[:2]:
            load(straight, tmp_path, clashes(), table)
        for moment in known:
            assert counted(situation, moment) == counted(straight, moment)
        for table in RELEASES[:2]:
            assert load(situation, tmp_path, clashes(), table).events == 0
        assert situation.compare() == []


def test_a_fact_named_beside_a_batch_is_retracted_and_puts_nothing_back(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, toll(), TOLL, batch="toll")  # its last version corrects one before
    load(situation, tmp_path, clashes(), RELEASES[0], batch="first")
    load(situation, tmp_path, clashes(), RELEASES[1], batch="second")
    of_toll = [
        f"#{event.position}"
        for event in situation.log.read()
        if event.fact and event.fact.kind == "EquipmentLost"
    ]
    outcome = situation.retract(of_toll, batch="second", published=WHEN, reason=WHY, by="tests")
    acts = [(row["kind"], row["restores"] is not None) for row in outcome.events]
    assert acts.count(("FactRetracted", False)) == len(of_toll)
    assert acts.count(("FactCorrected", True)) == 1
    assert situation.compare() == []


def men_and_women(semantics: str = "change") -> Mapping:
    """Give a mapping of CLASHES that tells both numbers as the dead of one side."""
    attack, men, women = clashes()["facts"][1:]  # type: ignore[index]
    counted = [
        {**one, "fate": "killed", "quantity": {**one["quantity"], "semantics": semantics}}
        for one in (men, women)
    ]
    return clashes(facts=[attack, *counted])


def killed(situation: Situation, known_at: str = "2013-12-31") -> int:
    rows = situation.state(situation.clocks("2013-02-01", known_at), "losses").dicts
    return int(next(row["best"] for row in rows if "killed" in row["key"]))


def test_two_facts_of_one_record_with_one_number_are_two(
    situation: Situation, tmp_path: Path
) -> None:
    numbers = [(3, 3), (4, 4), (4, 0), (3, 4), (3, 3), (0, 3)]
    tables = [
        later(f"1,2013-0{month}-01,2013-01-10,Mill,battle,{men},{women}")
        for month, (men, women) in enumerate(numbers, start=2)
    ]
    for table in tables:
        load(situation, tmp_path, men_and_women(), table)
    for month, both in enumerate(numbers, start=2):
        assert killed(situation, f"2013-0{month}-15") == sum(both)
    for table in tables:
        again = load(situation, tmp_path, men_and_women(), table)
        assert (again.events, again.files[0].repeated) == (0, 0)
    with new_situation() as whole:
        load(whole, tmp_path, men_and_women(), *tables)
        assert told(whole) == told(situation)


def test_a_log_of_before_that_lost_such_a_fact_gets_that_alone(
    situation: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = later(
        "1,2013-02-01,2013-01-10,Mill,battle,3,3", "2,2013-02-01,2013-01-11,Ford,attack,3,4"
    )
    with monkeypatch.context() as then:
        then.setattr(corrections, "_adds_up", lambda _: False)
        load(situation, tmp_path, men_and_women(), table)
        assert killed(situation) == 10
    assert load(situation, tmp_path, men_and_women(), table).events == 1
    assert killed(situation) == 13
    with new_situation() as fresh:
        load(fresh, tmp_path, men_and_women(), table)
        assert told(fresh) == told(situation)


def test_two_totals_of_one_record_that_say_the_same_are_one(
    situation: Situation, tmp_path: Path
) -> None:
    done = load(situation, tmp_path, men_and_women("cumulative"), later(ROW.format("3,3")))
    assert (done.files[0].repeated, len(facts_in(situation))) == (1, 1)


@pytest.mark.parametrize("key", ["k" * 1990, "k" * 2000])
def test_two_facts_of_a_record_with_a_long_key_can_be_read(
    situation: Situation, tmp_path: Path, key: str
) -> None:
    row = ROW.format("3,3").replace("1", key, 1)
    done = load(situation, tmp_path, men_and_women(), later(row))
    assert len(facts_in(situation)) + done.files[0].repeated == 2


ROW = "1,2013-02-01,2013-01-10,Mill,battle,{}"


ONE, SAME_KEY = "É-1", "E\u0301-1"


@pytest.mark.parametrize(("first", "second"), [(ONE, SAME_KEY), (SAME_KEY, ONE)])
def test_a_key_is_one_however_its_accents_are_put(
    situation: Situation, tmp_path: Path, first: str, second: str
) -> None:
    tables = [
        later(f"{key},2013-0{month}-01,2013-01-10,Mill,battle,{dead},")
        for month, key, dead in ((2, first, 5), (3, second, 7))
    ]
    load(situation, tmp_path, clashes(), tables[0])
    assert load(situation, tmp_path, clashes(), tables[1]).corrections == 1
    assert (killed(situation, "2013-02-15"), killed(situation)) == (5, 7)
    assert {fact["locator"]["record"] for fact in facts_in(situation)} == {ONE}
    assert sum(load(situation, tmp_path, clashes(), table).events for table in tables) == 0


def test_a_key_in_a_log_of_before_is_the_one_that_it_was(
    situation: Situation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = f"{SAME_KEY},2013-02-01,2013-01-10,Mill,battle,5,"
    with monkeypatch.context() as then:
        then.setattr(events, "composed", str)
        load(situation, tmp_path, clashes(), later(row))
        assert {fact["locator"]["record"] for fact in facts_in(situation)} == {SAME_KEY}
    assert load(situation, tmp_path, clashes(), later(row)).events == 0
    march = later(row.replace("-02-", "-03-").replace(",5,", ",7,"))
    assert load(situation, tmp_path, clashes(), march).corrections == 1
    assert killed(situation) == 7


def test_one_event_that_two_tables_tell_is_counted_once(
    situation: Situation, tmp_path: Path
) -> None:
    def lost(dataset: str, source: str) -> Mapping:
        quantity = {"best": {"column": "number"}, "unit": "items", "semantics": "change"}
        (fact,) = toll()["facts"]
        return toll(dataset=dataset, source=source, facts=[{**fact, "quantity": quantity}])

    day = "2013-01-02T08:00:00Z,2013-01-01"
    table = f"told,day,what,number,id\n{day},tank,5,a\n{day},tank,5,b\n"
    load(situation, tmp_path, {**lost("toll", "gazette"), "key": ["id"]}, table)
    other = table.replace(",a\n", ",u\n").replace(",b\n", ",v\n")
    load(situation, tmp_path, {**lost("count", "radio"), "key": ["id"]}, other)
    row = ask(situation, "losses", "rebels/tank/lost", "2013-01-03")
    assert row is not None
    assert (row["best"], row["support"]) == (10, "confirmed")
