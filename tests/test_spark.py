"""The rebuild on Spark: row for row the local one, and asked as `tracker state` is.

What executors run is tested without Spark too, on every machine: rows dealt out as a cluster would.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest
from clusters_for_tests import as_of, rebuilt_here, told, troubled
from commands_for_tests import ROOT, answer, mali, run, said
from pyarrow import parquet
from server_for_tests import missing

from projections.store import COMPARED, MEMORY, Store
from tracker.errors import TrackerError
from tracker.situation import Situation
from tracker.spark import layout, rebuilding
from tracker.spark import session as sessions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

GUIDE = (ROOT / "tracker" / "guides" / "large-logs.md").read_text(encoding="utf-8")
LIGHT = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""For Java that lives a minute: to make its code faster costs more than it brings, by half."""
MOMENTS = [
    ("2013-01-05", None),
    ("2013-01-21", None),
    ("2013-01-09", "2013-01-09"),
    ("2013-02-01T10:20:00.000001Z", "2013-02-02"),
]


@pytest.fixture(scope="module")
def war(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situation]:
    """A war with rivals, tables, corrections of corrections, rulings, retractions, erasures."""
    folder = tmp_path_factory.mktemp("war")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRACKER_KEYS", str(folder / "keys"))
        with troubled(folder) as situation:
            yield situation


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Situation]:
    with Situation(str(mali(tmp_path_factory.mktemp("mali")))) as situation:
        yield situation


@pytest.fixture(scope="module")
def here(war: Situation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its Parquet read model, made without Spark."""
    return rebuilt_here(war, tmp_path_factory.mktemp("here") / "war.parquet")


# -- without Spark --------------------------------------------------------------------------------


def test_the_tables_are_those_of_the_read_model() -> None:
    assert layout.TABLES.keys() == COMPARED.keys() - {"meta"}
    with Store(MEMORY) as store:
        for name, columns in layout.TABLES.items():
            held = [column for column, *_ in store.connection.execute(COMPARED[name]).description]
            assert list(layout.RECTANGLE if name == "beliefs" else columns) == held


@pytest.mark.parametrize("parts", [1, 3, 8])
def test_however_the_rows_are_dealt_out_each_table_is_the_local_one(
    war: Situation, tmp_path: Path, parts: int
) -> None:
    folder = rebuilt_here(war, tmp_path / "war.parquet", parts)
    assert war.compare_parquet(folder) == []
    counts = json.loads((folder / "manifest.json").read_text())["rows"]
    # Each kind of row is there: an empty table equals another one too easily.
    assert all(counts.values()), counts


def test_an_empty_log_has_empty_tables(tmp_path: Path) -> None:
    with Situation(str(tmp_path / "empty.db"), create=True) as empty:
        folder = rebuilt_here(empty, tmp_path / "empty.parquet")
        assert empty.compare_parquet(folder) == []
    counts = json.loads((folder / "manifest.json").read_text())["rows"]
    assert set(counts.values()) == {0}


def test_what_differs_is_found(war: Situation, here: Path, tmp_path: Path) -> None:
    other = tmp_path / "war.parquet"
    shutil.copytree(here, other)
    beliefs = other / "beliefs" / "0.parquet"
    rows = parquet.read_table(beliefs)
    parquet.write_table(pa.concat_tables([rows[1:], rows[1:2]]), beliefs)
    lines = war.compare_parquet(other)
    assert [line.partition(":")[0] for line in lines] == 2 * ["missing in beliefs"] + [
        "wrong in beliefs"
    ]


@pytest.mark.parametrize(("moment", "known"), MOMENTS)
def test_a_question_in_sql_has_the_answer_of_state(
    war: Situation, here: Path, moment: str, known: str | None
) -> None:
    clocks = war.clocks(moment, known)
    expected = told(war, clocks)
    beliefs = duckdb.read_parquet(str(here / "beliefs" / "*.parquet"))
    found = {
        (projection, key): json.loads(state)
        for projection, key, state in beliefs.query("beliefs", as_of(clocks)).fetchall()
    }
    assert found.keys() == expected.keys()
    for cell, state in found.items():
        assert state == {name: expected[cell][name] for name in state}
    assert found


def test_the_guide_s_questions_in_sql_have_the_answers_of_the_command_line(
    seeds: Situation, tmp_path: Path
) -> None:
    rebuilt_here(seeds, tmp_path / "situation.parquet")
    control, evidence = re.findall(r"^```sql\n(.+?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    rows = seeds.state(seeds.clocks("2013-01-21", "2013-01-17"), "control").dicts
    with duckdb.connect() as c:
        c.execute(f"SET file_search_path = '{tmp_path}'")
        assert c.execute(control).fetchall() == [
            (row["key"], row["status"], row["holders"], row["support"], row["since"]["edtf"])
            for row in sorted(rows, key=lambda row: str(row["key"]))
        ]
        found = c.execute(evidence).fetchall()
    (now,) = seeds.state(seeds.clocks("2013-01-21"), "control", "diabaly").dicts
    facts = [seeds.show(fact) for fact in now["evidence"]]
    assert {gist for *_, gist in found} == {fact["body"]["gist"] for fact in facts}
    assert {(key, source) for key, source, *_ in found} == {("diabaly", "the-guardian")}


def test_the_columns_beside_a_state_say_what_it_says(here: Path) -> None:
    rows = parquet.read_table(here / "beliefs").to_pylist()
    for row in rows:
        state = json.loads(row["state"])
        for name in ("status", "holders", "level", "low", "best", "high"):
            assert row[name] == state.get(name)
        for name in ("support", "certainty", "evidence"):
            assert row[name] == state[name]
        assert row["since"] == (state["since"] or {}).get("edtf")
        last = row["last_evidence"].isoformat()[:19] if row["last_evidence"] else ""
        assert last == (state["last_evidence"] or "")[:19]
    for name in ("status", "holders", "level", "best", "since", "last_evidence"):
        assert {type(row[name]) for row in rows} > {type(None)}  # said by some, and not by others


# -- what is missing ------------------------------------------------------------------------------


def test_without_its_packages_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = mali(tmp_path)
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in sessions.NEEDED else 1
    )
    result = run("--log", log, "rebuild", "--engine", "spark")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "pip install 'situation-tracker[spark]'" in result.stderr
    assert not list(tmp_path.glob("*.parquet*"))


@pytest.mark.parametrize("home", [None, "nowhere"])
def test_without_java_it_says_which_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str | None
) -> None:
    log = mali(tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: 1)
    monkeypatch.setenv("PATH", str(tmp_path))
    if home:
        monkeypatch.setenv("JAVA_HOME", str(tmp_path / home))
    else:
        monkeypatch.delenv("JAVA_HOME", raising=False)
    result = run("--log", log, "rebuild", "--engine", "spark")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "apt install openjdk-17-jre-headless" in result.stderr


@pytest.mark.parametrize(
    ("error", "java", "told"),
    [
        (
            "An exception was thrown\n  File x\ntracker.errors.TrackerError: event 3 is damaged\n",
            "Caused by: java.lang.Error: all of it",
            "event 3 is damaged",
        ),
        (
            "An exception was thrown\nModuleNotFoundError: No module named 'tracker'\n",
            "",
            "ModuleNotFoundError: No module named 'tracker'",
        ),
        (
            "[JAVA_GATEWAY_EXITED] Java gateway process exited",
            'WARNING: odd\nException in thread "main" java.lang.Old: version 61.0\n\tat here\n',
            "java.lang.Old: version 61.0",
        ),
        ("[MASTER_GONE] No such\nplace", "WARNING: odd", "[MASTER_GONE] No such"),
    ],
)
def test_of_what_spark_says_the_line_that_tells_is_shown(error: str, java: str, told: str) -> None:
    assert sessions.reason(error, java) == told


def test_a_folder_of_something_else_is_never_replaced(seeds: Situation, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    result = run("--log", seeds.log.path, "rebuild", "--engine", "spark", "--to", tmp_path / "mine")
    assert result.exit_code == 2
    assert "no Parquet read model" in result.stderr
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


def test_spark_s_options_want_spark(seeds: Situation) -> None:
    result = run("--log", seeds.log.path, "rebuild", "--master", "local[1]")
    assert result.exit_code == 2
    assert "--engine spark" in result.stderr


def test_a_folder_is_checked_without_spark(seeds: Situation, tmp_path: Path) -> None:
    folder = rebuilt_here(seeds, tmp_path / "mali.parquet")
    words = ("--log", seeds.log.path, "rebuild", "--engine", "spark", "--check", "--to", folder)
    assert f"equals the read model of {seeds.position} events" in said(*words)
    assert answer(*words)["rows"] == []
    (folder / "places" / "part-00000.parquet").write_bytes(
        (folder / "actors" / "part-00000.parquet").read_bytes()
    )
    result = run(*words)
    assert result.exit_code == 1
    assert "missing in places" in result.stderr
    assert run(*words[:-1], tmp_path / "nothing").exit_code == 2


def test_what_a_killed_rebuild_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "war.parquet.0123abcd.new"
    left.mkdir()
    (left / "part").write_text("half")
    with rebuilding.aside(tmp_path / "war.parquet") as fresh:
        assert [fresh.name] == [one.name for one in tmp_path.iterdir()]
        with rebuilding.aside(tmp_path / "war.parquet"):
            assert fresh.exists()  # someone is at work there
    assert list(tmp_path.iterdir()) == []


def test_an_older_folder_goes_once_the_new_one_has_its_name(tmp_path: Path) -> None:
    to = tmp_path / "war.parquet"
    for text in ("old", "new"):
        with rebuilding.aside(to) as fresh:
            (fresh / "manifest.json").write_text(text)
            rebuilding.put_in_place(fresh, to)
        assert (to / "manifest.json").read_text() == text
    assert list(tmp_path.iterdir()) == [to]


# -- on Spark -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """Spark with two executors in processes of their own; once, for it takes long to start."""
    try:
        sessions.check_needs()
    except TrackerError as error:
        missing(str(error))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", LIGHT)
        with sessions.session("local-cluster[2,1,512]") as found:
            yield found


def test_executors_rebuild_what_the_local_rebuild_does(
    war: Situation, spark: SparkSession, tmp_path: Path
) -> None:
    folder = tmp_path / "war.parquet"
    steps: list[int] = []
    assert rebuilding.rebuild_in(spark, war.log, folder, steps.append) == war.position
    assert [one.name for one in tmp_path.iterdir()] == [folder.name]
    assert (steps, steps[-1]) == (sorted(steps), war.position)
    memory = spark.sparkContext._jsc.sc().getExecutorMemoryStatus()  # noqa: SLF001 - not in Python
    assert memory.size() == 3  # the driver's, and theirs
    assert war.compare_parquet(folder) == []
    beliefs = spark.read.parquet(str(folder / "beliefs"))
    beliefs.createOrReplaceTempView("beliefs")
    for moment, known in MOMENTS:
        clocks = war.clocks(moment, known)
        rows = spark.sql(as_of(clocks)).collect()
        found = {(row.projection, row.key): row.state for row in rows}
        asked = duckdb.read_parquet(str(folder / "beliefs" / "*.parquet"))
        assert found == {
            (projection, key): state
            for projection, key, state in asked.query("beliefs", as_of(clocks)).fetchall()
        }
        assert found.keys() == told(war, clocks).keys()
