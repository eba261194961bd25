"""Tables of intervals: rows that overlap are one, and an assumed end is only possible."""

from __future__ import annotations

from pathlib import Path

import pytest
from effort_for_tests import times
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sheets_for_tests import ask, new_situation
from tables_for_tests import SIRENS, facts_in, load, sirens

from tracker.errors import InputError
from tracker.situation import Situation

KEY = "lantern/valley"
HEAD = "area,on,off,guessed\n"


def level(situation: Situation, at: str) -> tuple[str, str] | None:
    """Give the level in force in the valley and its certainty."""
    row = ask(situation, "alerts", KEY, at)
    return (row["level"], row["certainty"]) if row else None


def test_rows_that_overlap_are_one_interval(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, sirens(), SIRENS)
    said = [(fact["kind"], fact["when"]["edtf"]) for fact in facts_in(situation)]
    assert said == [
        ("ThreatLevelRaised", "2013-01-01T10:00:00Z"),
        ("ThreatLevelLowered", "2013-01-01T10:50:00Z"),
        ("ThreatLevelRaised", "2013-01-02T10:00:00Z"),
        ("ThreatLevelLowered", "[2013-01-02T10:00:00Z..2013-01-02T10:30:00Z]"),
    ]


def test_each_is_published_when_it_happens(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, sirens(), SIRENS)
    reports = [event.body for event in situation.log.read()]
    published = [b.published.edtf for b in reports if b.TOPIC == "ReportRegistered"]  # type: ignore[union-attr]
    assert published == [
        "2013-01-01T10:00:00Z",
        "2013-01-01T10:50:00Z",
        "2013-01-02T10:00:00Z",
        "2013-01-02T10:30:00Z",
    ]


@pytest.mark.parametrize(
    ("at", "found"),
    [
        ("2013-01-01T10:45:00Z", ("red", "certain")),
        ("2013-01-01T11:00:00Z", ("white", "certain")),
        ("2013-01-02T10:15:00Z", ("red", "possible")),
        ("2013-01-02T10:45:00Z", ("white", "certain")),
    ],
)
def test_an_assumed_end_is_possible_until_it_is_sure(
    situation: Situation, tmp_path: Path, at: str, found: tuple[str, str]
) -> None:
    load(situation, tmp_path, sirens(), SIRENS)
    assert level(situation, at) == found


def test_a_baseline_says_what_is_so_before(situation: Situation, tmp_path: Path) -> None:
    baseline = {
        "when": "2012-12-01T00:00:00Z",
        "kind": "ThreatLevelReported",
        "scheme": "lantern",
        "scope": "$place",
        "level": "white",
        "gist": "Quiet",
    }
    load(situation, tmp_path, sirens(baseline=baseline), SIRENS)
    assert level(situation, "2012-12-20T00:00:00Z") == ("white", "certain")


def test_intervals_imported_again_add_nothing(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, sirens(), SIRENS)
    assert load(situation, tmp_path, sirens(), SIRENS).events == 0


def test_an_interval_that_ends_before_it_begins_is_a_bad_date(
    situation: Situation, tmp_path: Path
) -> None:
    table = HEAD + "Valley,2013-01-01 10:00:00+00:00,2013-01-01 09:00:00+00:00,False\n"
    with pytest.raises(InputError, match="before it begins"):
        load(situation, tmp_path, sirens(), table)


SHARED = HealthCheck.function_scoped_fixture  # a folder: each example writes its own tables
SPANS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(1, 15), st.booleans()), min_size=1, max_size=8
)
"""When each row begins, how many minutes it lasts, and whether its end is only assumed."""


def clock(minute: int) -> str:
    return f"2013-01-01 {10 + minute // 60}:{minute % 60:02}:00+00:00"


@settings(max_examples=times(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([(0, 30, True), (20, 40, False)])  # between the two it may have been over
@given(SPANS)
def test_the_level_at_every_minute_is_that_of_the_rows(
    tmp_path: Path, spans: list[tuple[int, int, bool]]
) -> None:
    """A row whose end was noted is certain as long as it lasts; one assumed to last is possible."""
    table = HEAD + "".join(
        f"Valley,{clock(start)},{clock(start + length)},{guessed}\n"
        for start, length, guessed in spans
    )
    with new_situation() as situation:
        load(situation, tmp_path, sirens(), table)
        for minute in range(70):
            on = [guessed for start, length, guessed in spans if start <= minute < start + length]
            found = level(situation, clock(minute).replace(" ", "T").replace(":00+00:00", ":30Z"))
            sure = "certain" if not on or False in on else "possible"
            before = minute < min(start for start, _, _ in spans)
            assert found == (None if before else ("red" if on else "white", sure))


def since_published() -> dict[str, object]:
    """Give a mapping of SIRENS by somebody who only reports the level, each time since when."""
    common = {"scheme": "lantern", "scope": "$place", "by": ["office"], "since": "published"}
    return sirens(
        begin={"kind": "ThreatLevelReported", "level": "red", "gist": "Alarm", **common},
        end={"kind": "ThreatLevelReported", "level": "white", "gist": "All clear", **common},
        baseline={
            "when": "2012-12-01T00:00:00Z",
            "kind": "ThreatLevelReported",
            "level": "white",
            "gist": "Quiet",
            **common,
        },
    )


def test_rows_that_overlap_are_one_whenever_each_began(
    situation: Situation, tmp_path: Path
) -> None:
    outcome = load(situation, tmp_path, since_published(), SIRENS)
    assert (outcome.files[0].facts, outcome.files[0].repeated) == ({"ThreatLevelReported": 5}, 0)


def test_what_is_so_since_an_assumed_end_is_as_unsure(situation: Situation, tmp_path: Path) -> None:
    load(situation, tmp_path, since_published(), SIRENS)
    since = [(fact["since"]["edtf"], fact["when"]["edtf"]) for fact in facts_in(situation)]
    assumed = "[2013-01-02T10:00:00Z..2013-01-02T10:30:00Z]"
    assert since[-2:] == [("2013-01-02T10:00:00Z", "2013-01-02T10:00:00Z"), (assumed, assumed)]
    assert load(situation, tmp_path, since_published(), SIRENS).events == 0


# -- a table that is brought again, and says otherwise ---------------------------------------------


def siren(on: str, off: str, guessed: str = "False", day: str = "2013-01-01") -> str:
    return f"Valley,{day} {on}:00+00:00,{day} {off}:00+00:00,{guessed}\n"


def levels(situation: Situation, *minutes: str) -> list[tuple[str, str] | None]:
    return [level(situation, f"2013-01-01T{minute}:30Z") for minute in minutes]


def added(situation: Situation, tmp_path: Path, *rows: str) -> dict[str, int]:
    return dict(load(situation, tmp_path, sirens(), HEAD + "".join(rows)).files[0].facts)


def test_an_end_that_was_assumed_gives_way_to_the_one_that_was_noted(
    situation: Situation, tmp_path: Path
) -> None:
    added(situation, tmp_path, siren("10:00", "10:30", "True"))
    assert levels(situation, "10:10", "11:00") == [("red", "possible"), ("white", "certain")]
    new = added(situation, tmp_path, siren("10:00", "12:00"))
    assert new == {"FactRetracted": 1, "ThreatLevelLowered": 1}
    assert levels(situation, "10:10", "11:00", "12:30") == [
        ("red", "certain"),
        ("red", "certain"),
        ("white", "certain"),
    ]


def test_what_was_known_before_the_noted_end_was_is_as_it_was(
    situation: Situation, tmp_path: Path
) -> None:
    added(situation, tmp_path, siren("10:00", "10:30", "True"))
    added(situation, tmp_path, siren("10:00", "12:00"))
    row = ask(situation, "alerts", KEY, "2013-01-01T11:00:30Z", "2013-01-01T11:59:00Z")
    assert row is not None
    assert (row["level"], row["certainty"]) == ("white", "certain")


def test_a_noted_end_may_be_earlier(situation: Situation, tmp_path: Path) -> None:
    added(situation, tmp_path, siren("10:00", "10:30", "True"))
    added(situation, tmp_path, siren("10:00", "10:20"))
    assert levels(situation, "10:10", "10:25") == [("red", "certain"), ("white", "certain")]


def test_two_alerts_that_were_one_are_one(situation: Situation, tmp_path: Path) -> None:
    first, last = siren("10:00", "10:30"), siren("11:00", "11:30")
    added(situation, tmp_path, first, last)
    new = added(situation, tmp_path, first, siren("10:20", "11:10"), last)
    assert new == {"FactRetracted": 2}
    assert levels(situation, "10:10", "10:40", "11:20", "11:40") == [
        ("red", "certain"),
        ("red", "certain"),
        ("red", "certain"),
        ("white", "certain"),
    ]


def test_one_alert_that_was_two_is_two(situation: Situation, tmp_path: Path) -> None:
    added(situation, tmp_path, siren("10:00", "11:30"))
    added(situation, tmp_path, siren("10:00", "10:30"), siren("11:00", "11:30"))
    assert levels(situation, "10:10", "10:40", "11:10") == [
        ("red", "certain"),
        ("white", "certain"),
        ("red", "certain"),
    ]


def test_an_earlier_table_brought_again_takes_nothing_back(
    situation: Situation, tmp_path: Path
) -> None:
    old, new = [siren("10:00", "11:30")], [siren("10:00", "10:30"), siren("11:00", "11:30")]
    for rows in (old, new):
        added(situation, tmp_path, *rows)
    for rows in (old, new, old):
        assert added(situation, tmp_path, *rows) == {}
    assert levels(situation, "10:40") == [("white", "certain")]


def test_a_batch_taken_back_leaves_the_end_that_was_told_before(
    situation: Situation, tmp_path: Path
) -> None:
    added(situation, tmp_path, siren("10:00", "10:30"))
    outcome = load(situation, tmp_path, sirens(), HEAD + siren("10:00", "12:00"))
    situation.retract(batch=outcome.batch, published="2013-01-02", reason="a slip", by="tests")
    assert levels(situation, "10:10", "10:40") == [("red", "certain"), ("white", "certain")]


def test_tables_of_other_days_take_nothing_back(situation: Situation, tmp_path: Path) -> None:
    added(situation, tmp_path, siren("10:00", "10:30"))
    new = added(situation, tmp_path, siren("10:00", "10:30", day="2013-01-02"))
    assert "FactRetracted" not in new


CUTS = st.dictionaries(
    st.integers(0, 50), st.tuples(st.integers(1, 15), st.booleans()), min_size=1, max_size=6
)


def cut(spans: dict[int, tuple[int, bool]]) -> str:
    return HEAD + "".join(
        f"Valley,{clock(start)},{clock(start + length)},{guessed}\n"
        for start, (length, guessed) in sorted(spans.items())
    )


@settings(max_examples=times(30), suppress_health_check=[SHARED])
@example(  # one that was assumed to go on over both is two
    {5: (9, True), 13: (9, True)}, {5: (6, True), 6: (1, False), 13: (4, False)}
)
@given(CUTS, CUTS)
def test_after_a_later_cut_all_is_as_if_it_had_come_alone(
    tmp_path: Path, old: dict[int, tuple[int, bool]], more: dict[int, tuple[int, bool]]
) -> None:
    later = {**old, **more}
    minutes = [clock(n).replace(" ", "T").replace(":00+00:00", ":30Z") for n in range(70)]
    with new_situation() as both, new_situation() as alone:
        load(both, tmp_path, sirens(), cut(old))
        load(both, tmp_path, sirens(), cut(later))
        load(alone, tmp_path, sirens(), cut(later))
        assert [level(both, at) for at in minutes] == [level(alone, at) for at in minutes]
        assert load(both, tmp_path, sirens(), cut(later)).events == 0
        assert load(both, tmp_path, sirens(), cut(old)).events == 0


# -- rows of one table that come in several files --------------------------------------------------

ROWS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 8), st.integers(1, 3)),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[0],
)
"""When each row begins, no two at one minute; how long it lasts; in which file it stands."""


@settings(max_examples=times(120), suppress_health_check=[SHARED])
@example([(0, 1, 1), (4, 6, 1), (13, 8, 2), (9, 5, 3), (12, 2, 1)])  # two rows end at one minute
@given(ROWS)
def test_rows_that_come_in_several_files_are_what_they_are_in_one(
    tmp_path: Path, rows: list[tuple[int, int, int]]
) -> None:
    files: dict[int, list[str]] = {}
    for start, lasts, number in rows:
        row = f"Valley,{clock(start)},{clock(start + lasts)},False\n"
        files.setdefault(number, []).append(row)
    with new_situation() as situation:
        for number in [*files, *files]:  # brought again they add nothing
            before = situation.position
            load(situation, tmp_path, sirens(), HEAD + "".join(files[number]), name=f"{number}.csv")
        assert situation.position == before
        for minute in range(30):
            at = clock(minute).replace(" ", "T").replace(":00+00:00", ":30Z")
            on = any(start <= minute < start + lasts for start, lasts, _ in rows)
            for known_at in (None, at):
                found = ask(situation, "alerts", KEY, at, known_at)
                assert (found is not None and found["level"] == "red") is on, (minute, known_at)


def test_an_alert_that_ends_in_the_repeated_hour_is_after_its_start(
    situation: Situation, tmp_path: Path
) -> None:
    mapping = sirens(zone="Asia/Jerusalem")
    row = "Valley,2024-10-27 01:50:00,2024-10-27 01:10:00,False\n"
    load(situation, tmp_path, mapping, HEAD + row)
    begun, ended = (fact["when"]["edtf"] for fact in facts_in(situation))
    assert (begun, ended) == ("2024-10-26T22:50:00Z", "2024-10-26T23:10:00Z")


def test_an_alert_that_lasted_into_the_repeated_hour_is_ended_by_a_later_table(
    situation: Situation, tmp_path: Path
) -> None:
    mapping = sirens(zone="Asia/Jerusalem")
    on = HEAD + "Valley,2024-10-27 01:50:00,,False\n"
    over = HEAD + "Valley,2024-10-27 01:50:00,2024-10-27 01:10:00,False\n"
    for table in (on, over, on):
        load(situation, tmp_path, mapping, table)
    at = ("2024-10-26T22:40Z", "2024-10-26T22:55Z", "2024-10-26T23:20Z", "2024-10-27T06:00Z")
    found = [ask(situation, "alerts", KEY, one) for one in at]
    assert [row and row["level"] for row in found] == [None, "red", "white", "white"]


@pytest.mark.parametrize(
    ("on", "off"),
    [("2013-01-01", "2013-01-01"), ("2013-01-01 00:00:00+00:00", "2013-01-01")],
)
def test_a_row_that_begins_and_ends_on_one_day_is_a_bad_date(
    situation: Situation, tmp_path: Path, on: str, off: str
) -> None:
    table = HEAD + f"Valley,{on},{off},False\nValley,2013-01-02,2013-01-03,False\n"
    with pytest.raises(InputError, match=r"table.csv:2:1: interval: it ends .* no later than it"):
        load(situation, tmp_path, sirens(), table)
    done = load(situation, tmp_path, sirens(bad={"date": "quarantine"}), table)
    assert (done.files[0].quarantined, done.files[0].left_out) == ({"date": 1}, 0)
    assert [fact["when"]["edtf"] for fact in facts_in(situation)] == ["2013-01-02", "2013-01-03"]


@pytest.mark.parametrize("off", ["10:00:00+00:00", "10:00:00.9+00:00", "11:00:00+01:00"])
def test_a_row_that_ends_at_the_moment_at_which_it_begins_is_a_bad_date(
    situation: Situation, tmp_path: Path, off: str
) -> None:
    row = f"Valley,2013-01-01 10:00:00+00:00,2013-01-01 {off},False\n"
    table = HEAD + siren("08:00", "09:00") + row
    with pytest.raises(InputError, match=r"table.csv:3:1: interval: it ends at the very moment"):
        load(situation, tmp_path, sirens(), table)
    done = load(situation, tmp_path, sirens(bad={"date": "quarantine"}), table)
    assert (done.files[0].quarantined, done.files[0].left_out) == ({"date": 1}, 0)
    assert len(facts_in(situation)) == 2
