"""What an import says of a table, so that one finds in it what is meant."""

from __future__ import annotations

import json
from pathlib import Path

from commands_for_tests import run, said
from sheets_for_tests import SITUATION
from tables_for_tests import DIARY, diary, load

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
