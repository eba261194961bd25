"""What an import says of a table, so that one finds in it what is meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands_for_tests import run, said
from sheets_for_tests import SITUATION
from tables_for_tests import DIARY, Mapping, diary, facts_in, load

from tracker.errors import InputError
from tracker.situation import Situation

HEAD, *ROWS = DIARY.splitlines(keepends=True)
WRONG = HEAD + ROWS[0] + ROWS[1].replace("2013-01-10", "2013-02-30")


def test_each_quarantine_is_named(situation: Situation, tmp_path: Path) -> None:
    aside = diary(bad={"date": "quarantine"})
    done = load(situation, tmp_path, aside, WRONG, DIARY, WRONG.replace("\n2,", "\n9,"))
    written = [str(tmp_path / f"{name}.quarantine.csv") for name in ("table.csv", "2-table.csv")]
    assert list(done.quarantine_files) == written
    assert all(Path(one).exists() for one in written)
    assert done.as_json()["quarantine_files"] == written
    assert done.quarantine_file == written[-1]


def test_each_quarantine_is_printed(tmp_path: Path) -> None:
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    log, yaml = tmp_path / "situation.db", tmp_path / "mapping.yaml"
    said("--log", log, "init", tmp_path / "situation.yaml")
    yaml.write_text(json.dumps(diary(bad={"date": "quarantine"})))
    tables = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for table in tables:
        table.write_text(WRONG)
    printed = run("--log", log, "import", yaml, *tables).stdout
    for table in tables:
        assert f"quarantined rows and their reasons: {table}.quarantine.csv\n" in printed


def test_the_first_fact_after_its_own_publication_is_told_by_its_line(
    situation: Situation, tmp_path: Path
) -> None:
    late = DIARY.replace("2013-01-12,2013-01-13", "2013-01-22,2013-01-13")
    (warning,) = load(situation, tmp_path, diary(), late).warnings
    message = "3 facts are dated after their own publication, the first one here: check them"
    assert (warning.line, warning.message) == (4, message)


def test_an_actor_that_is_needed_and_empty_is_told_by_its_column(
    situation: Situation, tmp_path: Path
) -> None:
    (attack, _) = diary()["facts"]
    taken = diary(facts=[{**attack, "kind": "TownOccupied"}], bad={"other": "quarantine"})
    table = HEAD + ROWS[0].replace(",Rebels,", ",,") + ROWS[1]
    (problem,) = load(situation, tmp_path, taken, table).files[0].problems
    assert problem.endswith("table.csv:2: by: who is empty, and TownOccupied needs it")


# -- JSON documents that are no array of records ---------------------------------------------------

RECORDS = '[{"id": 1, "town": "Mill", "date": "2013-01-10", "killed": 3}]'


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        (f'{{"status": 200, "names": ["a"], "data": {RECORDS}}}', "data"),
        (f'{{"help": "x", "result": {{"fields": [], "records": {RECORDS}}}}}', "result.records"),
    ],
)
def test_a_guess_finds_the_one_array_of_records(tmp_path: Path, document: str, keys: str) -> None:
    table = tmp_path / "t.json"
    table.write_text(document)
    assert f'\nread: {{records: "{keys}"}}\n' in said("import", "--guess", table)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (f'{{"new": {RECORDS}, "old": {RECORDS}}}', "several keys hold arrays of objects (new, ol"),
        ('{"a": 1, "b": [2]}', "none of its keys holds one (a, b); if this file has an object a"),
        ("{}", "none of its keys holds one (it has none)"),
    ],
)
def test_a_guess_names_the_keys_where_not_one_holds_records(
    tmp_path: Path, document: str, message: str
) -> None:
    table = tmp_path / "t.json"
    table.write_text(document)
    result = run("import", "--guess", table)
    assert (result.exit_code, message in result.stderr) == (2, True), result.stderr


def test_a_shipped_mapping_is_to_be_copied_to_name_where_the_records_are(
    situation: Situation, tmp_path: Path
) -> None:
    table = tmp_path / "t.json"
    table.write_text(f'{{"data": {RECORDS}}}')
    with pytest.raises(InputError, match=r"copy /.*/acled.yaml as a mapping of your own and ther"):
        situation.import_table("acled", [table], by="tests")
    own = (json.dumps(diary()).encode(), "mapping.yaml")
    with pytest.raises(InputError, match=r"is needed: name its key in `read: {records: key}`, or"):
        situation.import_table(own, [table], by="tests")


INDENTED = """\
[
  {"id": 1, "day": "2013-01-10", "town": "Mill", "killed": 3},
  {
    "id": 2,
    "day": "2013-01-11",
    "town": "Mill",
    "killed": -3
  },
  {"id": 3, "day": "2013-01-99", "town": "Mill", "killed": 3}
]
"""


def incidents(**changes: object) -> Mapping:
    """Give the mapping of INDENTED: the dead of each day."""
    (_, dead) = diary()["facts"]
    count = {"best": {"column": "killed"}, "semantics": "change"}
    fact = {**dead, "if": [], "quantity": count, "place": {"name": {"column": "town"}}}
    del fact["by"]
    return diary(published={"value": "2013-02-01"}, facts=[fact], place=None, **changes)


def test_a_bad_record_of_json_is_told_by_its_line_and_its_number(
    situation: Situation, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as refused:
        load(situation, tmp_path, incidents(), INDENTED, name="t.json")
    first, second = (str(one).removeprefix(f"{tmp_path}/") for one in refused.value.problems)
    assert first.startswith(
        "t.json:3:1: killed: '-3' is negative: a count is 0 or more (item 2, ba"
    )
    assert second.startswith("t.json:9:1: day: '2013-01-99'")
    assert second.endswith("(item 3, bad row: date)")


def test_a_record_of_json_in_quarantine_has_its_line_and_its_number(
    situation: Situation, tmp_path: Path
) -> None:
    aside = incidents(bad={"number": "quarantine", "date": "quarantine"})
    done = load(situation, tmp_path, aside, INDENTED, name="t.json")
    reason = "killed: '-3' is negative: a count is 0 or more (item 2)"
    assert done.files[0].problems[0] == f"{tmp_path}/t.json:3: {reason}"
    written = (tmp_path / "t.json.quarantine.csv").read_text().splitlines()
    assert written[1] == f"3,number,{reason},2,2013-01-11,Mill,-3"
    assert [fact["locator"] for fact in facts_in(situation)] == [{"row": 1}]
