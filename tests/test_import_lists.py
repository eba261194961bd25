"""Versions of one list, in several tables: given these, when imported so, then these holders."""

from __future__ import annotations

from pathlib import Path

import pytest
from sheets_for_tests import new_situation
from tables_for_tests import facts_in, listing, load

from tracker.errors import InputError
from tracker.outcomes import Imported
from tracker.situation import Situation

HEAD = "version,at,town,holder,since,lat,lon\n"
LIST = listing(bad={"value": "quarantine", "place": "quarantine"})


def table(*versions: str) -> str:
    """Write `number: town holder, ...` each, published at six on that day of January."""
    rows = [HEAD]
    for version in versions:
        name, _, held = version.partition(": ")
        for entry in held.split(", "):
            town, holder = entry.split()
            day = int(name.rstrip("b"))
            rows.append(f"{name},2013-01-{day:02}T06:00:00Z,{town},{holder},,,\n")
    return "".join(rows)


def bring(situation: Situation, folder: Path, *versions: str, batch: str | None = None) -> Imported:
    """Import one table of versions."""
    return load(situation, folder, LIST, table(*versions), batch=batch)


def days(situation: Situation, last: int, known: str | None = None) -> list[str]:
    """Give who holds what on each day, as was known at its end, or then."""
    found = []
    for day in range(1, last + 1):
        at = f"2013-01-{day:02}"
        rows = situation.state(situation.clocks(at, known or at), "control").dicts
        held = sorted((row["name"], *row["holders"]) for row in rows if row["holders"])
        found.append(", ".join(f"{town} {holder}" for town, holder in held))
    assert situation.compare() == []
    return found


def refused(situation: Situation, folder: Path, match: str, *versions: str) -> None:
    """Import what is refused, and adds nothing."""
    before = situation.position
    with pytest.raises(InputError, match=match):
        bring(situation, folder, *versions)
    assert situation.position == before


# -- read short, then whole ------------------------------------------------------------------------

SHORT = ("1: Mill army, Ford army", "2: Mill army")
WHOLE = ("1: Mill army, Ford army", "2: Mill army, Ford army", "3: Mill army, Ford army")


def test_a_list_that_was_read_short_is_right_once_it_is_read_whole(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, *(v.replace("army", "Army") for v in SHORT))
    assert days(situation, 3) == ["Ford army, Mill army", "Mill army", "Mill army"]
    whole = [v.replace("army", "Army") for v in WHOLE]
    bring(situation, tmp_path, *whole)
    assert days(situation, 4) == ["Ford army, Mill army"] * 4
    assert bring(situation, tmp_path, *whole).events == 0


def test_what_was_read_whole_and_taken_back_is_as_it_was_read_short(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, *(v.replace("army", "Army") for v in SHORT))
    bring(situation, tmp_path, *(v.replace("army", "Army") for v in WHOLE), batch="whole")
    situation.retract(batch="whole", published="2013-01-05", reason="no", by="tests")
    assert days(situation, 6)[3:] == ["Ford army, Mill army", "Mill army", "Mill army"]
    assert days(situation, 3, "2013-01-09") == ["Ford army, Mill army", "Mill army", "Mill army"]
    for versions in (SHORT, WHOLE):
        again = bring(situation, tmp_path, *(v.replace("army", "Army") for v in versions))
        assert again.events == 0


# -- versions of one moment ------------------------------------------------------------------------


def test_a_second_version_of_a_moment_in_the_log_is_refused(
    situation: Situation, tmp_path: Path
) -> None:
    first = (
        "1: Mill Army, Ford Rebels",
        "2: Mill Rebels, Ford Rebels",
        "3: Mill Army, Ford Rebels",
    )
    bring(situation, tmp_path, *first)
    refused(situation, tmp_path, "same moment as version 2, which is in the log", "2b: Mill Army")
    both = load(situation, tmp_path, LIST, table("2b: Mill Army"), table(*first))
    assert (both.events, both.files[0].left_out) == (0, 1)
    assert days(situation, 3) == [
        "Ford rebels, Mill army",
        "Ford rebels, Mill rebels",
        "Ford rebels, Mill army",
    ]


def test_a_table_whose_version_gave_way_to_another_is_refused_by_itself(
    situation: Situation, tmp_path: Path
) -> None:
    first, second = table("1: Mill Army", "2: Mill Rebels"), table("2b: Mill Army, Ford Army")
    load(situation, tmp_path, LIST, first, second)
    refused(situation, tmp_path, "version 2b last", "1: Mill Army", "2: Mill Rebels")
    assert load(situation, tmp_path, LIST, first, second).events == 0
    assert days(situation, 2) == ["Mill army", "Ford army, Mill army"]


# -- a version that was misread -------------------------------------------------------------------

FOUR = ("1: Mill Army, Ford Rebels", "2: Mill Rebels, Ford Rebels", "4: Mill Army, Ford Rebels")
RIGHT = "2: Mill Rebels, Ford Army, Weir Army"


def test_a_version_is_restated_in_its_place(situation: Situation, tmp_path: Path) -> None:
    bring(situation, tmp_path, *FOUR)
    first, last = "Ford rebels, Mill army", "Ford rebels, Mill army"
    refused(situation, tmp_path, "import it with `--restate`", RIGHT)
    load(situation, tmp_path, LIST, table(RIGHT), restate=True, batch="right")
    right = "Ford army, Mill rebels, Weir army"
    assert days(situation, 4) == [first, right, right, last]
    assert load(situation, tmp_path, LIST, table(RIGHT), restate=True).events == 0
    refused(situation, tmp_path, r"1 said otherwise \(control/ford\), 1 not here", *FOUR)
    situation.retract(batch="right", published="2013-01-06", reason="no", by="tests")
    wrong = "Ford rebels, Mill rebels"
    assert days(situation, 4, "2013-01-07") == [first, wrong, wrong, last]


def test_a_version_is_restated_to_and_fro(situation: Situation, tmp_path: Path) -> None:
    bring(situation, tmp_path, *FOUR)
    first = "Ford rebels, Mill army"
    for _ in range(2):
        for name, held in (("2b", RIGHT[3:]), ("2", FOUR[1][3:])):
            text = table(f"{name}: {held}")
            load(situation, tmp_path, LIST, text, restate=True)
            wanted = ", ".join(sorted(held.lower().split(", "))).title()
            wanted = " ".join(w.lower() if n % 2 else w for n, w in enumerate(wanted.split()))
            assert days(situation, 4) == [first, wanted, wanted, first]
            assert load(situation, tmp_path, LIST, text).events == 0


def test_what_was_taken_back_is_told_anew_where_it_is_restated(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, *FOUR, batch="wrong")
    situation.retract(batch="wrong", published="2013-01-05", reason="no", by="tests")
    assert bring(situation, tmp_path, *FOUR).events == 0
    assert days(situation, 5)[4] == ""
    load(situation, tmp_path, LIST, table(FOUR[0], RIGHT), restate=True)
    right = "Ford army, Mill rebels, Weir army"
    first, last = "Ford rebels, Mill army", "Ford rebels, Mill army"
    assert days(situation, 6) == [first, right, right, last, right, right]


# -- a batch taken back ----------------------------------------------------------------------------

ONE, TWO, THREE = "1: Mill Army, Ford Rebels", "2: Ford Army", "3: Ford Army"


def test_a_version_after_one_that_was_taken_back_says_what_it_lists(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, ONE)
    bring(situation, tmp_path, TWO, batch="two")
    situation.retract(batch="two", published="2013-01-02T12:00:00Z", reason="no", by="tests")
    bring(situation, tmp_path, THREE)
    assert days(situation, 3) == ["Ford rebels, Mill army", "Ford rebels, Mill army", "Ford army"]


def test_a_version_that_stands_says_itself_what_one_that_is_taken_back_had_said(
    situation: Situation, tmp_path: Path
) -> None:
    for version in (ONE, TWO, THREE, "4: Ford Rebels"):
        bring(situation, tmp_path, version, batch=version[0])
    situation.retract(batch="2", published="2013-01-05", reason="no", by="tests")
    first = "Ford rebels, Mill army"
    assert days(situation, 5) == [first, "Ford army", "Ford army", "Ford rebels", "Ford rebels"]
    assert days(situation, 3, "2013-01-06") == [first, first, "Ford army"]
    for version in (ONE, TWO, THREE):
        assert bring(situation, tmp_path, version).events == 0
    situation.retract(batch="3", published="2013-01-07", reason="no", by="tests")
    assert days(situation, 4, "2013-01-08") == [first, first, first, "Ford rebels"]


def test_a_version_that_comes_before_one_that_was_taken_back_changes_nothing_of_what_that_said(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, "1: Mill Army, Ford Army", "4: Ford Army", batch="wrong")
    situation.retract(batch="wrong", published="2013-01-06", reason="no", by="tests")
    bring(situation, tmp_path, "2: Mill Army", "3: Mill Army")
    assert days(situation, 4)[3] == "Ford army"
    assert days(situation, 4, "2013-01-07") == ["", "Mill army", "Mill army", "Mill army"]


def test_what_a_version_dropped_is_put_back_where_it_was(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, ONE)
    bring(situation, tmp_path, TWO, batch="two")
    situation.retract(batch="two", published="2013-01-03", reason="no", by="tests")
    dropped = f"#{snapshots(situation)[1]}"
    situation.correct(dropped, again=True, published="2013-01-05", reason="yes", by="tests")
    assert days(situation, 5)[3:] == ["Ford rebels, Mill army", "Ford rebels"]
    assert days(situation, 2, "2013-01-06") == ["Ford rebels, Mill army", "Ford rebels"]
    again = situation.correct(dropped, again=True, published="2013-01-05", reason="yes", by="tests")
    assert again.added == 0


def snapshots(situation: Situation) -> list[int]:
    """Give the positions at which versions were taken."""
    events = situation.log.read()
    return [event.position for event in events if event.body.TOPIC == "SnapshotTaken"]


def test_what_is_put_back_gives_way_to_a_version_that_came_in_between(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, "1: Mill Army, Ford Army")
    (mill, _) = facts_in(situation)
    situation.retract([mill["id"]], published="2013-01-02", reason="no", by="tests")
    bring(situation, tmp_path, "3: Ford Army")
    situation.correct(mill["id"], again=True, published="2013-01-06", reason="yes", by="tests")
    assert days(situation, 3, "2013-01-08") == ["Ford army, Mill army"] * 2 + ["Ford army"]


# -- what could not be read ------------------------------------------------------------------------

TYPO = ("1: Mill Army, Ford Army", "2: Mill Army, Ford Amry", "3: Mill Army, Ford Army")
MENDED = [version.replace("Amry", "Rebels") for version in TYPO]


@pytest.mark.parametrize("how", ["the table", "the quarantine", "the row"])
def test_a_row_that_was_mended_is_told(situation: Situation, tmp_path: Path, how: str) -> None:
    bring(situation, tmp_path, *TYPO)
    assert days(situation, 3) == ["Ford army, Mill army"] * 3
    text = {
        "the table": table(*MENDED),
        "the row": table("2: Ford Rebels"),
        "the quarantine": "line,problem,reason," + table("2: Ford Rebels").replace("\n2", "\n,,,2"),
    }[how]
    load(situation, tmp_path, LIST, text)
    army = "Ford army, Mill army"
    assert days(situation, 3) == [army, "Ford rebels, Mill army", army]
    assert load(situation, tmp_path, LIST, text).events == 0
    for versions in (TYPO, MENDED):
        assert bring(situation, tmp_path, *versions).events == 0


def test_a_row_that_says_otherwise_and_was_never_in_quarantine_is_refused(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, *MENDED[:1], "2: Mill Army, Ford Army")
    refused(situation, tmp_path, r"1 said otherwise \(control/ford\)", *MENDED[:2])


def test_a_row_that_was_mended_is_told_of_a_place_that_nobody_knew(
    situation: Situation, tmp_path: Path
) -> None:
    bring(situation, tmp_path, "1: Mill Army", "2: Mill Army, Old_Weir Amry")
    bring(situation, tmp_path, "2: Old_Weir Army")
    assert days(situation, 2) == ["Mill army", "Mill army, Old_Weir army"]


# -- rows in any order -----------------------------------------------------------------------------


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    head, *rows = table(ONE, TWO, "3: Ford Rebels, Mill Army").splitlines(keepends=True)
    found = []
    for order in (rows, rows[::-1], rows[::2] + rows[1::2]):
        with new_situation() as situation:
            load(situation, tmp_path, LIST, head + "".join(order))
            found.append((days(situation, 3), len(facts_in(situation))))
            assert load(situation, tmp_path, LIST, head + "".join(rows)).events == 0
    first = "Ford rebels, Mill army"
    assert found == [([first, "Ford army", first], 5)] * 3


# -- names that are several places ---------------------------------------------------------------


def at(version: int, *rows: str) -> str:
    """Write `town,holder,lat,lon` each."""
    lines = [row.split(",") for row in rows]
    day = f"{version},2013-01-0{version}T06:00:00Z"
    return HEAD + "".join(f"{day},{town},{held},,{lat},{lon}\n" for town, held, lat, lon in lines)


def test_a_village_that_a_version_does_not_list_is_not_listed_by_its_name_sake(
    situation: Situation, tmp_path: Path
) -> None:
    north, south = "Dam,Army,12.0,20.0", "Dam,Rebels,10.0,20.0"
    tables = [at(3, south), at(1, north), at(2, north, south)]
    for text in tables:
        load(situation, tmp_path, LIST, text)
    assert days(situation, 3) == ["Dam army", "Dam army, Dam rebels", "Dam rebels"]
    assert [load(situation, tmp_path, LIST, text).events for text in tables] == [0, 0, 0]
