"""Tables of versions of a list: only what a version changed is recorded, and that exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sheets_for_tests import new_situation, who_holds
from tables_for_tests import LIST, facts_in, listing, load

from tracker.errors import InputError
from tracker.situation import Situation

HEAD = "version,at,town,holder,since,lat,lon\n"


def version(number: int, *rows: str) -> str:
    """Write one version: `town,holder,since,lat,lon` each, published on that day of January."""
    return "".join(f"{number},2013-01-{number:02}T06:00:00Z,{row}\n" for row in rows)


def taken(situation: Situation) -> list[tuple[str, int, tuple[str, ...]]]:
    """Give (version, entries, dropped) of each SnapshotTaken."""
    bodies = [event.body for event in situation.log.read()]
    snapshots: list[Any] = [body for body in bodies if body.TOPIC == "SnapshotTaken"]
    return [(body.version, body.entries, body.dropped) for body in snapshots]


def test_only_what_changed_is_recorded(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, listing(), LIST)
    said = [(fact["place"], fact["by"], fact["when"]["edtf"]) for fact in facts_in(situation)]
    assert said == [
        ("mill", ["army"], "2013-01-01T06:00:00Z"),
        ("ford", ["rebels"], "2013-01-01T06:00:00Z"),
        ("ford", ["army"], "2013-01-02T06:00:00Z"),
    ]
    assert taken(situation) == [("1", 2, ()), ("2", 2, ()), ("3", 1, ("control/ford",))]


def test_a_list_that_told_no_place_apart_at_first_adds_nothing_again(
    situation: Situation, tmp_path: Path
) -> None:
    first = version(1, "Salt Well,Army,,,")
    two = version(2, "Salt Well,Army,,10.0,20.0", "Salt Well,Rebels,,10.3,20.0")
    for rows in (first, two):
        assert load(situation, tmp_path, listing(), HEAD + rows).events
    for rows in (first + two, first, two):
        assert load(situation, tmp_path, listing(), HEAD + rows).events == 0


@pytest.mark.parametrize("again", ["Mill,Army,,,", "Mill,Rebels,,,"])
def test_a_version_is_published_at_one_time(tmp_path: Path, again: str) -> None:
    first = HEAD + version(1, "Mill,Army,,,")
    later = HEAD + version(2, again).replace("2,", "1,", 1)
    for tables in ((first, later), (later, first)):
        with new_situation() as apart, new_situation() as together:
            load(apart, tmp_path, listing(), tables[0])
            with pytest.raises(InputError, match="version 1 is said to be published at two times"):
                load(apart, tmp_path, listing(), tables[1])
            with pytest.raises(InputError, match="version 1 is said to be published at two times"):
                load(together, tmp_path, listing(), *tables)
            assert load(apart, tmp_path, listing(), tables[0]).events == 0


def test_a_version_whose_time_was_wrong_is_told_anew_once_it_was_taken_back(
    situation: Situation, tmp_path: Path
) -> None:
    wrong = version(1, "Mill,Army,,,").replace("01T", "09T")
    load(situation, tmp_path, listing(), HEAD + wrong, batch="wrong")
    situation.retract([], batch="wrong", by="tests", reason="x", published="2013-01-20")
    load(situation, tmp_path, listing(), HEAD + version(1, "Mill,Army,,,"))
    assert who_holds(situation, "2013-01-05") == ("held", ["army"])


def test_a_list_imported_again_adds_nothing(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, listing(), LIST)
    before = situation.position
    again = load(situation, tmp_path, listing(), LIST)
    assert (again.events, again.files[0].already, situation.position) == (0, 6, before)


def test_each_version_is_what_was_known_then(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, listing(), LIST)
    for known, holds in (("1", ["rebels"]), ("2", ["army"])):
        at = f"2013-01-0{known}T06:00:00Z"
        assert who_holds(situation, at, at, place="ford") == ("held", holds)
        assert who_holds(situation, at, at) == ("held", ["army"])


def test_a_version_that_changes_nothing_is_still_told(situation: Situation, tmp_path: Path) -> None:
    table = HEAD + version(1, "Mill,Army,,,") + version(2, "Mill,Army,,,")
    load(situation, tmp_path, listing(), table)
    assert [name for name, _, _ in taken(situation)] == ["1", "2"]
    assert len(facts_in(situation)) == 1


def test_what_cannot_be_read_leaves_the_entry_as_it_was(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + version(1, "Mill,Army,,,") + version(2, "Mill,???,,,")
    bad = {"value": "quarantine"}
    outcome = load(situation, tmp_path, listing(bad=bad), table)
    assert outcome.files[0].quarantined == {"value": 1}
    assert taken(situation)[1] == ("2", 1, ())
    assert who_holds(situation, "2013-01-03") == ("held", ["army"])


def test_an_unreadable_since_and_shifted_coordinates_are_mended(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + version(
        1, "Mill\u00a0,Army,a link,20.0,", "Weir,Rebels,5 January 2013,,", "Dam,Army,,Lat,Lon"
    )
    outcome = load(situation, tmp_path, listing(bad={"coordinate": "drop"}), table)
    assert outcome.files[0].mended == 4
    assert {(fact["place"], "since" in fact) for fact in facts_in(situation)} == {
        ("mill", False),
        ("weir", False),
        ("dam", False),
    }


def test_a_name_of_several_villages_is_told_apart_by_coordinates(
    situation: Situation, tmp_path: Path
) -> None:
    table = (
        HEAD
        + version(1, "Weir,Army,,10.0,20.0")
        + version(2, "Weir,Army,,10.0,20.0", "Weir,Rebels,,12.0,22.0", "Ford,Army,,,")
    )
    table += version(3, "Weir,Army,,,", "Weir,Rebels,,12.01,22.0", "Ford,Army,,,")
    outcome = load(situation, tmp_path, listing(bad={"place": "quarantine"}), table)
    assert outcome.ambiguous == ("Weir",)
    assert outcome.files[0].quarantined == {"place": 1}
    assert who_holds(situation, "2013-01-09", place="weir-1000-2000") == ("held", ["army"])
    assert who_holds(situation, "2013-01-09", place="weir-1200-2200") == ("held", ["rebels"])


def test_two_entries_of_one_place_that_differ_are_ambiguous(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + version(1, "Weir,Army,,,") + version(2, "Weir,Army,,,", "Weir,Rebels,,,")
    outcome = load(situation, tmp_path, listing(bad={"place": "quarantine"}), table)
    assert outcome.files[0].quarantined == {"place": 2}
    assert who_holds(situation, "2013-01-09", place="weir") == ("held", ["army"])


def test_two_entries_that_differ_in_since_alone_are_one(
    situation: Situation, tmp_path: Path
) -> None:
    row, other = "Weir,Army,1 January 2012,,", "Weir,Army,,,"
    table = HEAD + version(1, row, other) + version(2, other, row)
    load(situation, tmp_path, listing(), table)
    assert len(facts_in(situation)) == 1


def test_a_later_file_goes_on_from_what_the_log_holds(situation: Situation, tmp_path: Path) -> None:
    rows = LIST.splitlines(keepends=True)
    load(situation, tmp_path, listing(), "".join(rows[:3]))
    load(situation, tmp_path, listing(), "".join([rows[0], *rows[3:]]))
    with new_situation() as whole:
        load(whole, tmp_path, listing(), LIST)
        assert [(f["id"], f["place"]) for f in facts_in(whole)] == [
            (f["id"], f["place"]) for f in facts_in(situation)
        ]
    assert load(situation, tmp_path, listing(), LIST).events == 0


def test_an_earlier_version_alone_would_change_what_a_recorded_one_means(
    situation: Situation, tmp_path: Path
) -> None:
    rows = LIST.splitlines(keepends=True)
    load(situation, tmp_path, listing(), "".join([*rows[:3], *rows[5:]]))
    before = situation.position
    with pytest.raises(InputError, match="import both together"):
        load(situation, tmp_path, listing(), "".join([rows[0], *rows[3:5]]))
    assert situation.position == before
    load(situation, tmp_path, listing(), LIST)
    assert who_holds(situation, "2013-01-02T06:00:00Z", "2013-01-02T06:00:00Z", place="ford") == (
        "held",
        ["army"],
    )


def test_what_the_first_version_in_the_log_had_dropped_is_told_once_the_one_before_comes(
    situation: Situation, tmp_path: Path
) -> None:
    first = HEAD + version(1, "Mill,Army,,,", "Ford,Army,,,")
    load(situation, tmp_path, listing(), HEAD + version(2, "Mill,Army,,,"))
    found = load(situation, tmp_path, listing(), first)
    assert sum(one.facts["SnapshotTaken"] for one in found.files) == 2
    for number, held in ((1, ("held", ["army"])), (2, None)):
        at = f"2013-01-{number:02}T06:00:00Z"
        assert who_holds(situation, at, at, place="ford") == held
    assert load(situation, tmp_path, listing(), first).events == 0
    situation.retract(batch=found.batch, reason="the wrong list", by="tests")
    assert [row["name"] for row in situation.state("2013-01-05", "control").dicts] == ["Mill"]


def test_a_version_that_was_taken_back_has_dropped_nothing(
    situation: Situation, tmp_path: Path
) -> None:
    first = HEAD + version(1, "Mill,Army,,,", "Ford,Army,,,")
    wrong = load(situation, tmp_path, listing(), HEAD + version(2, "Mill,Army,,,"))
    situation.retract(batch=wrong.batch, reason="the wrong list", by="tests")
    load(situation, tmp_path, listing(), first)
    rows = situation.state("2013-01-05", "control").dicts
    assert sorted(row["name"] for row in rows) == ["Ford", "Mill"]


def test_a_version_may_come_in_pieces(situation: Situation, tmp_path: Path) -> None:
    table = HEAD + version(1, "Mill,Army,,,") + version(2, "Mill,Army,,,")
    load(situation, tmp_path, listing(), table + version(1, "Ford,Army,,,"))
    assert taken(situation) == [("1", 2, ()), ("2", 1, ("control/ford",))]
    assert who_holds(situation, "2013-01-01T06:00:00Z", place="ford") == ("held", ["army"])


def test_a_version_may_come_in_several_files(situation: Situation, tmp_path: Path) -> None:
    one = HEAD + version(1, "Mill,Army,,,", "Weir,Army,,,") + version(2, "Mill,Army,,,")
    two = HEAD + version(1, "Ford,???,,,", "Weir,Rebels,,,") + version(2, "Ford,Army,,,")
    bad = listing(bad={"value": "quarantine", "place": "quarantine"})
    outcome = load(situation, tmp_path, bad, one, two)
    assert [file.quarantined for file in outcome.files] == [{"place": 1}, {"place": 1, "value": 1}]
    assert taken(situation) == [("1", 1, ()), ("2", 2, ())]


def test_a_version_of_two_times_is_refused(situation: Situation, tmp_path: Path) -> None:
    table = HEAD + version(1, "Mill,Army,,,") + version(2, "Mill,Army,,,")
    later = version(1, "Ford,Army,,,").replace("T06", "T07")
    with pytest.raises(InputError, match="version 1 is said to be published at two times"):
        load(situation, tmp_path, listing(), table + later)


def test_a_version_of_a_name_that_nothing_could_hold_is_refused(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + version(1, "Mill,Army,,,").replace("1", "1" * 2001, 1)
    with pytest.raises(InputError, match="version: a version named by more than 2,000 characters"):
        load(situation, tmp_path, listing(), table)


SHARED = HealthCheck.function_scoped_fixture  # a folder: each example writes its own tables
HOLDERS = st.sampled_from(["Army", "Rebels", "Contested"])
VERSIONS = st.lists(
    st.dictionaries(st.sampled_from(["Mill", "Ford", "Weir", "Dam"]), HOLDERS),
    min_size=1,
    max_size=6,
).map(lambda found: [version or {"Mill": "Army"} for version in found])


@settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(VERSIONS, st.data())
def test_the_state_at_every_version_is_that_version(
    tmp_path: Path, versions: list[dict[str, str]], data: st.DataObject
) -> None:
    pages = [
        version(number, *(f"{town},{holder},,," for town, holder in listed.items()))
        for number, listed in enumerate(versions, 1)
    ]
    cut = data.draw(st.integers(1, len(pages)))
    parts = [part for part in (pages[:cut], pages[cut:]) if part]
    if data.draw(st.booleans(), "the later ones first"):
        parts.reverse()
    with new_situation() as situation:
        for part in parts:
            load(situation, tmp_path, listing(), HEAD + "".join(part))
        for part in parts:
            assert load(situation, tmp_path, listing(), HEAD + "".join(part)).events == 0
        for number, listed in enumerate(versions, 1):
            at = f"2013-01-{number:02}T06:00:00Z"
            clocks = situation.clocks(at, at)
            rows = situation.state(clocks, "control").dicts
            found = {row["name"]: (row["status"], row["holders"]) for row in rows}
            wanted = {
                town: ("contested", []) if holder == "Contested" else ("held", [holder.lower()])
                for town, holder in listed.items()
            }
            assert {t: s for t, s in found.items() if s[0] != "unknown"} == wanted
        assert load(situation, tmp_path, listing(), HEAD + "".join(pages)).events == 0


def test_a_place_that_only_rows_in_quarantine_name_is_not_registered(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + version(1, "Mill,Army,,,", "=======,???,,,")
    bad = listing(bad={"value": "quarantine"})
    outcome = load(situation, tmp_path, bad, table)
    assert (outcome.places, len(outcome.files[0].problems)) == ((), 1)


def test_an_entry_that_another_file_told_stands_while_it_cannot_be_read(
    situation: Situation, tmp_path: Path
) -> None:
    bad = listing(bad={"value": "quarantine"})
    load(situation, tmp_path, bad, HEAD + version(1, "Mill,Army,,,", "Ford,Rebels,,,"))
    load(situation, tmp_path, bad, HEAD + version(2, "Mill,Army,,,", "Ford,???,,,"), name="2.csv")
    assert taken(situation)[-1] == ("2", 2, ())


def test_of_versions_of_one_moment_the_last_stands_and_the_rest_is_counted(
    situation: Situation, tmp_path: Path
) -> None:
    first = version(1, "Mill,Army,,,", "Ford,Army,,,")
    second = version(2, "Mill,Rebels,,,").replace("2013-01-02", "2013-01-01")
    outcome = load(situation, tmp_path, listing(), HEAD + first + second)
    assert outcome.files[0].left_out == 2
    assert "version 1 left out (2 rows)" in str(outcome.warnings[0])
    assert taken(situation) == [("2", 1, ())]
    again = load(situation, tmp_path, listing(), HEAD + first + second)
    assert (again.events, again.files[0].left_out) == (0, 2)


ONE, TWO = "Mill,Army,,,", "Ford,Rebels,,,"


@pytest.mark.parametrize(
    ("again", "message"),
    [
        ((TWO,), "1 not here \\(control/mill\\)"),
        (("Mill,Rebels,,,", TWO), "1 said otherwise \\(control/mill\\)"),
        ((ONE, "Ford,Rebels,,,", "Wood,Army,,,"), None),
        ((ONE, TWO), None),
    ],
)
def test_a_recorded_version_may_be_read_whole_but_says_nothing_else(
    situation: Situation, tmp_path: Path, again: tuple[str, ...], message: str | None
) -> None:
    load(situation, tmp_path, listing(), HEAD + version(1, ONE, TWO))
    before = situation.position
    table = HEAD + version(1, *again) + version(2, *again)
    if message:
        with pytest.raises(InputError, match=f"version 1 is in the log .*{message}.*read whole"):
            load(situation, tmp_path, listing(), table)
        assert situation.position == before
        return
    load(situation, tmp_path, listing(), table)
    held = [who_holds(situation, day, day) for day in ("2013-01-01T12:00Z", "2013-01-02T12:00Z")]
    assert held == [("held", ["army"])] * 2
    assert taken(situation)[-1][:2] == ("2", len(again))
    assert load(situation, tmp_path, listing(), table).events == 0


def test_more_of_a_version_is_refused_where_a_later_one_tells_only_changes(
    situation: Situation, tmp_path: Path
) -> None:
    later = version(2, ONE, TWO) + version(3, ONE, "Ford,Army,,,")
    load(situation, tmp_path, listing(), HEAD + version(1, ONE, TWO) + later)
    before = situation.position
    whole = version(1, ONE, TWO, "Wood,Army,,,")
    with pytest.raises(InputError, match="1 new here"):
        load(situation, tmp_path, listing(), HEAD + whole)
    assert situation.position == before


def test_what_an_analyst_made_of_an_entry_is_not_what_the_list_said(
    situation: Situation, tmp_path: Path
) -> None:
    load(situation, tmp_path, listing(), HEAD + version(1, ONE, TWO))
    (mill, _) = facts_in(situation)
    situation.retract([mill["id"]], published="2013-01-03", reason="a slip", by="tests")
    table = HEAD + version(1, ONE, TWO) + version(2, ONE, TWO)
    assert load(situation, tmp_path, listing(), table).files[0].already == 3


def test_a_version_between_recorded_ones_is_refused_with_what_to_do(
    situation: Situation, tmp_path: Path
) -> None:
    for number, rows in (
        (1, ("Mill,Army,,,", "Ford,Army,,,")),
        (3, ("Mill,Rebels,,,", "Ford,Army,,,")),
    ):
        table = HEAD + version(number, *rows)
        load(situation, tmp_path, listing(), table, name=f"{number}.csv")
    with pytest.raises(InputError, match=r"version 2 was published before version 3.*import both"):
        load(situation, tmp_path, listing(), HEAD + version(2, "Mill,Army,,,"), name="2.csv")
