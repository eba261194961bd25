"""`tracker import`: what it prints, what it refuses, and that it can be stopped and repeated."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands_for_tests import answer, bodies, held, run, said
from sheets_for_tests import SITUATION, new_situation
from tables_for_tests import (
    DIARY,
    LIST,
    SIRENS,
    TOLL,
    Mapping,
    diary,
    facts_in,
    listing,
    load,
    sirens,
    told,
    toll,
)

from tracker import model
from tracker.datasets import appending
from tracker.errors import InputError, TrackerError
from tracker.log import Log
from tracker.reports import SITUATION_STREAM, registered
from tracker.situation import Situation

HEAD, *ROWS = DIARY.splitlines(keepends=True)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give the log of the synthetic situation, with a mapping and a table beside it."""
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    path = tmp_path / "situation.db"
    said("--log", path, "init", tmp_path / "situation.yaml")
    return path


def do(log: Path, table: str | bytes, mapping: Mapping | None = None, *words: object) -> Result:
    """Import a table through a mapping, in the log's own folder."""
    file, yaml = log.with_name("table.csv"), log.with_name("mapping.yaml")
    file.write_bytes(table if isinstance(table, bytes) else table.encode())
    yaml.write_text(json.dumps(mapping or diary()))
    return run("--log", log, "import", yaml, file, *words)


def refused(log: Path, table: str | bytes, mapping: Mapping | None = None) -> str:
    """Import what must be refused: exit 2, and no event."""
    before = held(log)
    result = do(log, table, mapping)
    assert result.exit_code == 2
    assert held(log) == before
    assert "Traceback" not in result.output
    return result.stderr


def test_it_says_what_it_added(log: Path) -> None:
    result = do(log, DIARY)
    assert result.exit_code == 0
    for line in (
        "table.csv: 4 rows",
        "AttackOccurred                   4 new",
        "registered: 1 place (new-bridge)",
        "registered: 1 actor (river-men)",
        "added in 2 new reports",
        "batch diary-",
    ):
        assert line in result.stdout


def test_a_dry_run_counts_and_records_nothing(log: Path) -> None:
    before = held(log)
    result = do(log, DIARY, None, "--dry-run")
    assert held(log) == before
    assert "AttackOccurred                   4 would be new" in result.stdout
    assert "nothing recorded" in result.stdout
    would = json.loads(do(log, DIARY, None, "--dry-run", "--json").stdout)
    assert would["events"] == json.loads(do(log, DIARY, None, "--json").stdout)["events"]


def test_input_40_the_same_file_twice_adds_nothing(log: Path) -> None:
    do(log, DIARY)
    before = held(log)
    result = do(log, DIARY)
    assert result.exit_code == 0
    assert "already recorded, 0 events added" in result.stdout
    assert held(log) == before


@pytest.mark.parametrize(
    ("mapping", "table"),
    [(diary(), DIARY), (listing(), LIST), (sirens(), SIRENS), (toll(), TOLL)],
    ids=["events", "snapshots", "intervals", "records"],
)
def test_what_was_taken_back_is_not_in_force_again_and_that_is_said(
    log: Path, mapping: Mapping, table: str
) -> None:
    do(log, table, mapping, "--batch", "trial")
    said("--log", log, "retract", "--batch", "trial", "--reason", "a trial")
    for words in ([], ["--dry-run"]):
        result = do(log, table, mapping, *words)
        already = json.loads(do(log, table, mapping, *words, "--json").stdout)["files"][0]
        assert already["taken_back"] == already["already"] > 3
        assert (
            f"  {already['taken_back']} of those are taken back and not in force: "
            "`tracker correct ID --again` puts one back, "
            "--dataset NAME records all of the table anew\n"
        ) in result.stdout
    again = ("--dataset", "another")
    assert "taken back" not in do(log, table, mapping, "--batch", "good", *again).stdout
    repeated = do(log, table, mapping, *again).stdout
    assert "of those" not in repeated
    assert "already recorded, 0 events added" in repeated
    assert do(log, table, mapping | {"dataset": "another"}).stdout == repeated


@pytest.mark.parametrize(
    ("mapping", "table", "which"),
    [(diary(), DIARY, -1), (listing(), LIST, 0), (sirens(), SIRENS, -1), (toll(), TOLL, -1)],
    ids=["events", "snapshots", "intervals", "records"],
)
def test_where_a_part_was_taken_back_that_part_is_put_back(
    log: Path, mapping: Mapping, table: str, which: int
) -> None:
    do(log, table, mapping)
    before = answer("--log", log, "state", "--as-of", "2100-01-01")["rows"]
    events = answer("--log", log, "log")["rows"]
    fact = [f"#{one['position']}" for one in events if one["fact"]][which]
    said("--log", log, "retract", fact, "--reason", "a trial")
    taken_back = do(log, table, mapping).stdout
    advice = "`tracker correct ID --again` puts one back"
    assert f"  1 of those is taken back and not in force: {advice}\n" in taken_back
    said("--log", log, "correct", fact, "--again", "--reason", "no trial")
    put_back = do(log, table, mapping).stdout
    assert "already recorded, 0 events added" in put_back
    assert "taken back" not in put_back
    after = answer("--log", log, "state", "--as-of", "2100-01-01")["rows"]
    assert [without_origin(row) for row in after] == [without_origin(row) for row in before]


def without_origin(row: dict[str, Any]) -> dict[str, Any]:
    """Give a row without the facts that it rests on, and when those were published."""
    return {name: row[name] for name in row.keys() - {"evidence", "key", "fact", "published"}}


def test_a_dataset_has_the_name_of_one(log: Path) -> None:
    result = do(log, TOLL, toll(), "--dataset", "My Table")
    assert result.exit_code == 2
    assert "dataset: an id is lower-case ASCII letters" in result.stderr


def test_what_the_source_restated_or_was_put_back_was_not_taken_back(
    situation: Situation, tmp_path: Path
) -> None:
    rows = TOLL.splitlines(keepends=True)
    first = "".join(rows[:2])

    def again() -> tuple[int, int]:
        file = load(situation, tmp_path, toll(), first).files[0]
        return file.already, file.taken_back

    load(situation, tmp_path, toll(), first)
    load(situation, tmp_path, toll(), first + rows[4], batch="slip")
    assert again() == (1, 0)
    situation.retract(batch="slip", reason="another list", by="tests")
    assert again() == (1, 0)
    put_back = facts_in(situation)[-1]["id"]
    situation.retract([put_back], reason="no such list", by="tests")
    assert again() == (1, 1)


def test_input_31_a_ragged_row(log: Path) -> None:
    assert "table.csv:3:1: " in refused(log, HEAD + ROWS[0] + "2,2013-01-10\n")


def test_input_32_an_unclosed_quote(log: Path) -> None:
    assert "never closed" in refused(log, HEAD + ROWS[0] + '2,"2013-01-10,x\n')


def test_input_33_another_encoding(log: Path) -> None:
    assert "not utf-8" in refused(log, (HEAD + ROWS[0]).encode() + b"3,\xe9\n")


@pytest.mark.parametrize("count", ["1e308", "2.5", "1.0e+309", "many"])
def test_input_34_a_count_that_is_no_whole_number(log: Path, count: str) -> None:
    said_of_it = refused(log, HEAD + ROWS[0].replace("1,2,3", f"1,{count},3"))
    assert "table.csv:2:1: best: " in said_of_it
    assert "no whole number" in said_of_it


@pytest.mark.parametrize("count", ["1.000", "12.345", "+1.050", "1.000.000", "1,234.000"])
def test_input_34_a_count_whose_point_may_part_thousands(log: Path, count: str) -> None:
    said_of_it = refused(log, HEAD + ROWS[0].replace("1,2,3", f'1,"{count}",3000000'))
    assert f"table.csv:2:1: best: '{count}'" in said_of_it
    assert "may part thousands" in said_of_it
    assert "write whole numbers as 1000 or 1,000, or say read: {decimal" in said_of_it
    assert "in the mapping (bad row: number)" in said_of_it


@pytest.mark.parametrize("count", ["2", "2.", "2.0", "2.00", "2.0000", "+2"])
def test_a_count_that_is_plainly_whole(situation: Situation, tmp_path: Path, count: str) -> None:
    load(situation, tmp_path, diary(), HEAD + ROWS[0].replace("1,2,3", f"1,{count},3"))
    assert facts_in(situation)[1]["quantity"]["best"] == 2


def test_input_35_a_negative_count(log: Path) -> None:
    assert "negative" in refused(log, HEAD + ROWS[0].replace("1,2,3", "1,-2,3"))


@pytest.mark.parametrize(("lat", "lon"), [("91", "20.0"), ("10.0", "181"), ("-90.5", "0")])
def test_input_36_no_such_place_on_earth(log: Path, lat: str, lon: str) -> None:
    table = HEAD + ROWS[0].replace("10.0,20.0", f"{lat},{lon}")
    assert "no such place on earth" in refused(log, table)


UNREADABLE = [
    ("18,44", "1,41", "lat: '18,44' is no number of degrees: write it as 18.44"),
    ("16.27N", "0.04W", "lat: '16.27N' is no number of degrees: write it as 16.27"),
    ("16.27", "0,04° W", "lon: '0,04° W' is no number of degrees: write it as -0.04"),
    ("10.0", "NaN", "lon: 'NaN' is no number of degrees"),
    ("10.0", "inf", "lon: 'inf' is no number of degrees"),
    ("1_2", "8", "lat: '1_2' is no number of degrees"),
    ("12", "\uff18", "lon: '\uff18' is no number of degrees"),
    ("1e1_0", "8", "lat: '1e1_0' is no number of degrees"),
    ("x", "", "lon: empty, and lat is 'x': give both, or neither"),
    ("20.2", "", "lon: empty, and lat is '20.2': give both, or neither"),
    (" ", "1.4", "lat: empty, and lon is '1.4': give both, or neither"),
]


@pytest.mark.parametrize(("lat", "lon", "says"), UNREADABLE)
def test_input_36_degrees_that_cannot_be_read(log: Path, lat: str, lon: str, says: str) -> None:
    table = HEAD + ROWS[0].replace("10.0,20.0", f'"{lat}","{lon}"')
    assert f"table.csv:2:1: {says}" in refused(log, table)
    result = do(log, table + ROWS[1], diary(bad={"coordinate": "quarantine"}))
    assert "1 quarantined (coordinate 1)" in result.stdout
    assert f"table.csv:2: {says}" in result.stdout


@pytest.mark.parametrize(("lat", "lon", "says"), UNREADABLE)
def test_such_degrees_are_dropped_and_counted_where_the_mapping_says_so(
    log: Path, lat: str, lon: str, says: str
) -> None:
    table = HEAD + ROWS[0].replace("10.0,20.0", f'"{lat}","{lon}"').replace("Mill", "Barn")
    result = do(log, table, diary(bad={"coordinate": "drop"}))
    assert "table.csv: 1 row, 2 values mended" in result.stdout, says


@pytest.mark.parametrize("lat", ["10", " +10.0 ", "10.", "1e1", "1.0E+01"])
def test_degrees_are_read_as_tables_write_them(log: Path, lat: str) -> None:
    result = do(log, HEAD + ROWS[0].replace("10.0,20.0", f"{lat},20").replace("Mill", "Barn"))
    assert result.exit_code == 0, result.stderr
    places = (one["place"] for one in bodies(log) if "place" in one)
    (barn,) = (one for one in places if isinstance(one, dict) and one["name"] == "Barn")
    assert (barn["lat"], barn["lon"]) == (10.0, 20.0)


def test_a_place_may_have_no_degrees(log: Path) -> None:
    result = do(log, HEAD + ROWS[0].replace("10.0,20.0", ","))
    assert "table.csv: 1 row\n" in result.stdout


def test_input_37_latitude_and_longitude_swapped_is_warned_of(log: Path) -> None:
    mapping = diary()
    mapping["place"]["bounds"] = [5, 15, 15, 25]
    result = do(log, HEAD + ROWS[0].replace("10.0,20.0", "20.0,10.0"), mapping)
    assert result.exit_code == 0
    assert "fit only when swapped" in result.stderr


@pytest.mark.parametrize(
    "bounds",
    [[91, 0, 100, 0], [15, 15, 5, 25], [5, 25, 15, 15], [5, 0, 15, 181], [5, 15, 5, 25]],
    ids=["beyond the pole", "south and north", "west and east", "beyond 180", "of no height"],
)
def test_bounds_that_no_place_can_lie_in_are_refused(log: Path, bounds: list[int]) -> None:
    mapping = diary()
    mapping["place"]["bounds"] = bounds
    stderr = refused(log, DIARY, mapping)
    assert "mapping.yaml:1:" in stderr
    said = ", ".join(map(str, bounds))
    assert ": place.bounds: bounds are [south, west, north, east] in degrees, " in stderr
    assert f"not [{said}]" in stderr


@pytest.mark.parametrize("bounds", [[True, 15, 15, 25], ["5", 15, 15, 25]])
def test_bounds_are_numbers(log: Path, bounds: list[object]) -> None:
    mapping = diary()
    mapping["place"]["bounds"] = bounds
    assert "place.bounds[0]: a number is needed here" in refused(log, DIARY, mapping)


def test_what_lies_within_the_bounds_as_written_is_not_warned_of(log: Path) -> None:
    mapping = diary()
    mapping["place"]["bounds"] = [5, 5, 25, 25]
    assert "swapped" not in do(log, DIARY, mapping).stderr


def test_input_41_a_repeated_column(log: Path) -> None:
    assert "two columns are named" in refused(log, HEAD.replace("notes", "who") + ROWS[0])


@pytest.mark.parametrize(
    "day", ["2013-02-30", "0000-01-01", "31 May", "", "9999-12-31T23:59:59-05:00"]
)
def test_impossible_dates_are_refused(log: Path, day: str) -> None:
    assert "(bad row: date)" in refused(log, HEAD + ROWS[0].replace("2013-01-10", day))


@pytest.mark.parametrize(
    ("day", "form", "says"),
    [
        ("2013-01-10T12:00:60Z", "iso", "there is no second 60: leap seconds are not counted"),
        ("2013-01-10T12:00:60", "%Y-%m-%dT%H:%M:%S", "there is no second 60: leap seconds are not"),
        ("2013-01-10T24:00:00Z", "iso", "there is no 24:00: write 00:00 of the next day"),
        ("2013-01-10T12:61:00Z", "iso", "there is no time 12:61: times run from 00:00 to 23:59"),
        ("2013-13-10", "iso", "there is no month 13: months run from 01 to 12"),
        ("2013-01-10 +25:00", "%Y-%m-%d %z", "no place keeps such an offset from UTC"),
    ],
)
def test_input_46_impossible_times_are_told_as_those_of_sheets(
    log: Path, day: str, form: str, says: str
) -> None:
    mapping = diary()
    for one in mapping["facts"]:
        one["when"]["formats"] = [form]
    stderr = refused(log, HEAD + ROWS[0].replace("2013-01-10", day), mapping)
    assert f"table.csv:2:1: day: '{day}': {says}" in stderr


def test_impossible_dates_go_to_quarantine_with_their_reason(log: Path) -> None:
    table = HEAD + ROWS[0] + ROWS[1].replace("2013-01-10", "2013-02-30") + ROWS[2]
    result = do(log, table, diary(bad={"date": "quarantine"}))
    assert result.exit_code == 0
    assert "1 quarantined (date 1)" in result.stdout
    lines = log.with_name("table.csv.quarantine.csv").read_text().splitlines()
    assert lines[0].startswith("line,problem,reason,id,day")
    assert lines[1].startswith("3,date,")
    assert "there is no such day" in lines[1]
    assert len(lines) == 2


def test_rows_that_are_mended_where_they_were_put_aside_are_what_they_would_have_been(
    situation: Situation, tmp_path: Path
) -> None:
    """The file is a CSV of our own, however the table is written: columns first, apostrophes."""
    names = HEAD.replace("notes", "reason").replace(",", ";")
    rows = (
        '1;2013-01-10;2013-01-11;Mill;10;20;-Rebels-;1;2;3;"=a; b"\n2;{};2013-01-11;\'+x;;;é;;4;;\n'
    )
    mapping = diary(bad={"date": "quarantine"}, read={"delimiter": ";", "encoding": "latin-1"})
    mapping["facts"][0]["gist"] = "{who} at {town}: {reason}"
    aside = tmp_path / "aside.csv"
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    wrong = rows.replace("-10;", "-40;").format("2013-01-32")
    bad.write_text(names + wrong, encoding="latin-1")
    data = (json.dumps(mapping).encode(), "mapping.yaml")
    outcome = situation.import_table(data, [bad], by="tests", quarantine=aside)
    assert outcome.files[0].quarantined == {"date": 2}
    aside.write_text(aside.read_text().replace("2013-01-40", "2013-01-10").replace("-32", "-09"))
    assert situation.import_table(data, [aside], by="tests").files[0].quarantined == {}
    with new_situation() as whole:
        good.write_text(names + rows.format("2013-01-09"), encoding="latin-1")
        whole.import_table(data, [good], by="tests")
        assert told(whole) == told(situation)


def test_the_quarantine_does_not_take_the_place_of_the_table(log: Path) -> None:
    table = HEAD + ROWS[0] + ROWS[1].replace("2013-01-10", "2013-02-30")
    file, before = log.with_name("table.csv"), held(log)
    result = do(log, table, diary(bad={"date": "quarantine"}), "--quarantine", file)
    assert result.exit_code == 2
    assert "is read itself: write the quarantine to another file" in result.stderr
    assert (file.read_text(), held(log)) == (table, before)


def test_no_quarantine_of_several_tables_takes_the_place_of_one_of_them(log: Path) -> None:
    bad = HEAD + ROWS[0] + ROWS[1].replace("2013-01-10", "2013-02-30")
    other = log.with_name("bad.1.csv")
    other.write_text(bad)
    to = log.with_name("bad.csv")
    result = do(log, bad, diary(bad={"date": "quarantine"}), other, "--quarantine", to)
    assert result.exit_code == 2
    assert "bad.1.csv is read itself" in result.stderr
    assert (other.read_text(), to.exists()) == (bad, False)


def test_no_quarantine_is_written_where_nothing_is_wrong(log: Path) -> None:
    do(log, DIARY, diary(bad={"date": "quarantine"}))
    assert not log.with_name("table.csv.quarantine.csv").exists()


def test_a_table_whose_name_no_log_could_hold_is_refused_before_anything_is_written(
    situation: Situation, tmp_path: Path
) -> None:
    odd = tmp_path / os.fsdecode(b"b\xff.csv")
    odd.write_text(DIARY)
    before = told(situation)
    data = (json.dumps(diary()).encode(), "mapping.yaml")
    with pytest.raises(InputError, match=r"b\\udcff\.csv:0:0: this name .* not UTF-8: rename it"):
        situation.import_table(data, [odd], by="tests")
    assert told(situation) == before


def test_a_missing_column_is_named_with_the_nearest(log: Path) -> None:
    mapping = diary()
    mapping["published"]["column"] = "printted"
    assert "no column 'printted': did you mean printed?" in refused(log, DIARY, mapping)


def test_of_several_tables_the_one_that_lacks_a_column_is_named(log: Path) -> None:
    other = log.with_name("b.csv")
    other.write_text(HEAD.replace("printed,", "").replace(",notes", ""))
    before = held(log)
    result = do(log, DIARY, diary(optional=["notes"]), other)
    assert (result.exit_code, held(log)) == (2, before)
    where, _, what = result.stderr.partition(": published.column: ")
    assert where.startswith(f"{log.with_name('mapping.yaml')}:1:")
    its = "id, day, town, lat, lon, who, low, best, high"
    assert what == f"{other} has no column 'printed': it has {its}\n"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shape": "evnts"}, "did you mean events?"),
        ({"sourcee": "x"}, "unknown field 'sourcee': did you mean source?"),
        ({"source": "nobody"}, "unknown source 'nobody'"),
        ({"facts": [{"kind": "AttackOccured"}]}, "did you mean AttackOccurred?"),
        ({"facts": [{"kind": "AttackOccurred", "bye": 1}]}, "did you mean by?"),
        ({"facts": [{"kind": "AttackOccurred", "by": ["nobody"]}]}, "unknown actor 'nobody'"),
        ({"version": {"column": "id"}}, "shape events has no `version`"),
        ({"facts": []}, "facts: no fact is here: say what the rows tell"),
        (
            {"facts": [{"kind": "AttackOccurred", "if": {"column": "twn", "filled": True}}]},
            "table.csv has no column 'twn': did you mean town?",
        ),
    ],
)
def test_a_slip_in_the_mapping_is_told_with_its_place(
    log: Path, change: dict[str, Any], message: str
) -> None:
    assert message in refused(log, DIARY, diary(**change))


@pytest.mark.parametrize(
    ("mapping", "path", "says"),
    [
        (diary(shape="evnts"), "shape", "did you mean events?"),
        (diary(bad={"number": "drop"}), "bad.number", "not one of 'refuse' or 'quarantine'"),
        (diary(facts=[{"kind": "AttackOccured"}]), "facts[0].kind", "unknown kind"),
        (diary(facts=None), "shape", "shape events needs `facts`"),
        (diary(facts={"kind": "AttackOccurred"}), "facts", "a list of facts is needed here"),
        (diary(zone="Europe/Kyyv"), "zone", "did you mean Europe/Kyiv"),
        (diary(published={"column": "printed", "zone": "Kyyv"}), "published.zone", "Kyyv"),
        (diary(place={"nam": {"column": "town"}}), "place.nam", "did you mean name?"),
        (sirens(begin={"kind": "ThreatLevelRaise"}), "begin.kind", "unknown kind"),
        (sirens(end=3), "end", "a fact is a mapping with a kind"),
        ({("plce" if k == "place" else k): v for k, v in diary().items()}, "plce", "mean place?"),
        ({("fact" if k == "facts" else k): v for k, v in diary().items()}, "fact", "mean facts?"),
    ],
)
def test_what_only_follows_from_a_slip_in_the_mapping_is_not_told(
    log: Path, mapping: Mapping, path: str, says: str
) -> None:
    (line,) = refused(log, DIARY, mapping).splitlines()
    where, _, what = line.partition(f": {path}: ")
    assert where.startswith(f"{log.with_name('mapping.yaml')}:1:")
    assert says in what


def test_an_unknown_mapping_is_told(log: Path) -> None:
    result = run("--log", log, "import", "no-such", log)
    assert result.exit_code == 2
    assert "no mapping file 'no-such'" in result.stderr


def test_it_shows_how_a_mapping_is_written() -> None:
    schema = json.loads(said("schema", "mapping"))
    assert {"dataset", "shape", "facts", "place", "bad"} <= set(schema["properties"])


def test_an_import_that_was_killed_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = HEAD + "".join(
        f"{n},2013-01-{1 + n % 28:02},2013-02-01,Town {n},,,Rebels,,{n},,\n" for n in range(60)
    )
    monkeypatch.setattr(appending, "BATCH", 10)
    monkeypatch.setattr(appending, "MOST", 1)
    begin, before = Log.begin_append, sys.getswitchinterval()
    with new_situation() as once, new_situation() as killed:
        load(once, tmp_path, diary(), many)
        for batches in (0, 1, 3):
            left = [batches]

            def stop(log: Log, events: Any, left: list[int] = left, **more: Any) -> Any:  # noqa: ANN401
                if not left[0]:
                    raise KeyboardInterrupt
                left[0] -= 1
                return begin(log, events, **more)

            monkeypatch.setattr(Log, "begin_append", stop)
            with pytest.raises(KeyboardInterrupt):
                load(killed, tmp_path, diary(), many)
        monkeypatch.setattr(Log, "begin_append", begin)
        load(killed, tmp_path, diary(), many)
        assert stored(killed) == stored(once)
    assert sys.getswitchinterval() == before


def test_what_others_recorded_while_a_batch_was_written_is_not_recorded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = HEAD + "".join(
        f"{n},2013-01-{1 + n % 28:02},2013-02-0{1 + n // 20},Town {n},,,Rebels,,{n},,\n"
        for n in range(60)
    )
    monkeypatch.setattr(appending, "BATCH", 10)
    monkeypatch.setattr(appending, "MOST", 1)
    begin = Log.begin_append
    with new_situation() as once, new_situation() as both:
        load(once, tmp_path, diary(), many)
        turns = iter(range(100))

        def overtaken(log: Log, events: Any, **more: Any) -> Any:  # noqa: ANN401
            if next(turns) in {1, 2, 4}:
                begin(log, events[: len(events) // 2], **more)()  # as another import would
            return begin(log, events, **more)

        monkeypatch.setattr(Log, "begin_append", overtaken)
        found = load(both, tmp_path, diary(), many)
        assert stored(both) == stored(once)
        assert found.events < len(stored(once))


def stored(situation: Situation) -> list[tuple[str, str, bytes]]:
    """Give (id, topic, body) of every event, in order."""
    from tracker.facts.envelope import body_dict, canonical

    return [
        (event.id, event.body.TOPIC, canonical(body_dict(event.body)))
        for event in situation.log.read()
    ]


# -- one table after the other ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mapping", "table"), [(diary(), DIARY), (sirens(), SIRENS), (listing(), LIST)]
)
def test_a_read_model_that_is_far_behind_is_not_waited_for(
    log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mapping: Mapping, table: str
) -> None:
    monkeypatch.setattr(model, "SOON_FOLLOWED", 0)
    rebuild = model.ReadModel.rebuild
    with Situation(str(log)) as situation:
        load(situation, tmp_path, toll(), TOLL)
        monkeypatch.delattr(model.ReadModel, "rebuild")
        assert load(situation, tmp_path, mapping, table).events > 0
        monkeypatch.setattr(model.ReadModel, "rebuild", rebuild, raising=False)
        assert load(situation, tmp_path, mapping, table).events == 0
        assert situation.compare() == []


def test_the_registry_of_the_log_is_that_of_its_read_model(log: Path) -> None:
    do(log, DIARY)
    with Situation(str(log)) as situation:
        assert registered(situation.log.stream(SITUATION_STREAM)) == situation.registry()


# -- names that look like others -------------------------------------------------------------------


def test_a_new_name_that_looks_like_another_is_warned_of(log: Path) -> None:
    spoof = DIARY.replace("New Bridge", "N\u0435w Bridge", 1)
    assert spoof != DIARY
    warned = do(log, spoof + DIARY.partition("\n")[2]).stderr
    assert "warning: 'New Bridge' looks like 'N\u0435w Bridge' (" in warned
    assert "), but is written with other letters: registered as new-bridge" in warned
    assert "mixes letters of two alphabets" in warned


def test_names_that_differ_by_case_and_names_of_before_are_not(log: Path) -> None:
    assert do(log, DIARY).stderr.count("warning") == 0
    assert do(log, DIARY.replace("New Bridge", "NEW BRIDGE")).stderr.count("warning") == 0


SPUN = "\u202e"
REORDERED = "holds bidirectional control characters: it may read otherwise than it is stored"


def test_cells_that_read_otherwise_are_warned_of_once_a_column(log: Path) -> None:
    table = DIARY.replace("New Bridge", f"{SPUN}New Bridge").replace("River Men", f"{SPUN}Men")
    table = table.replace("a raid", f"a{SPUN} raid").replace("at night", f"{SPUN} at night")
    file = log.with_name("table.csv")
    assert do(log, table).stderr.splitlines() == [
        f"{file}:2:1: warning: notes: {REORDERED} (1 more row so)",
        f"{file}:4:1: warning: town: {REORDERED}",
        f"{file}:4:1: warning: who: {REORDERED}",
    ]


def test_cells_that_are_neither_registered_nor_stored_are_not(log: Path) -> None:
    mapping = diary(where={"column": "notes", "filled": True})
    for one in mapping["facts"]:
        one["gist"] = "A raid"
    assert do(log, DIARY.replace("a raid", f"a{SPUN} raid"), mapping).stderr == ""
    left_out = DIARY.replace("Ford", f"{SPUN}Ford")  # its notes are empty
    assert do(log, left_out, mapping).stderr == ""


# -- when it was published -------------------------------------------------------------------------


@pytest.mark.parametrize("mapping", [diary(), diary(published={"value": "2013-02-01"}), sirens()])
@pytest.mark.parametrize("when", ["2013-02-30", "", "lately", "2013-02-01/2013-02-03"])
def test_a_publication_that_is_none_is_refused_by_the_options_name(
    log: Path, mapping: Mapping, when: str
) -> None:
    before = held(log)
    result = do(log, DIARY, mapping, "--published", when)
    assert result.exit_code == 2
    assert result.stderr.startswith("--published: ")
    assert held(log) == before


def test_a_publication_that_rows_say_themselves_counts(log: Path) -> None:
    assert do(log, DIARY, diary(), "--published", "2013-02-03").exit_code == 0
    assert {one["published"]["edtf"] for one in bodies(log) if "published" in one} == {
        "2013-01-11",
        "2013-01-13",
    }


def test_a_publication_takes_the_place_of_the_mappings_own_day(log: Path) -> None:
    mapping = diary(published={"value": "2013-02-01"})
    assert do(log, DIARY, mapping, "--published", "2013-02-03").exit_code == 0
    assert {one["published"]["edtf"] for one in bodies(log) if "published" in one} == {"2013-02-03"}


def test_no_tables_are_refused(situation: Situation) -> None:
    with pytest.raises(TrackerError, match="no tables: name one at least"):
        situation.import_table("place-date-holder", [], by="tests")


def test_a_zone_that_is_none_is_refused_where_no_cell_needs_it(
    situation: Situation, tmp_path: Path
) -> None:
    before = situation.position
    with pytest.raises(TrackerError, match=r"tz: .*Mars/X"):
        load(situation, tmp_path, diary(), DIARY, tz="Mars/X")
    assert situation.position == before
