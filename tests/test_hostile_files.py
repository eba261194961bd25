"""Files that someone else made: nothing of their maker's runs, and what is not ours is refused.

The keys file is looked at in test_redaction.py; topics and bodies in test_codec.py.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SHEETS, answer, mali, run, said, sql, unfolded

from tracker.foreign import foreign
from tracker.logfile import SCHEMA
from tracker.quotes import look_up

ADDED = {
    "a view": "CREATE VIEW more AS SELECT * FROM {table}",
    "a trigger": "CREATE TRIGGER c AFTER INSERT ON {table} BEGIN SELECT load_extension('x'); END",
    "a table": "CREATE TABLE other (a, b)",
    "a generated column": "CREATE TABLE other (a, b GENERATED ALWAYS AS (hex(a)))",
    "a check": "CREATE TABLE other (a CHECK (hex(a) > 1))",
    "a default": "CREATE TABLE other (a DEFAULT (hex(randomblob(9))))",
    "a virtual table": "CREATE VIRTUAL TABLE other USING fts5(a)",
    "an index": "CREATE INDEX other ON {table} ({column})",
    "an index of an expression": "CREATE INDEX other ON {table} (hex({column}))",
    "a partial index": "CREATE INDEX other ON {table} ({column}) WHERE hex({column}) > 1",
}
every_added = pytest.mark.parametrize("odd", ADDED.values(), ids=ADDED)
CHANGED = {
    "a check of its own table": (
        "topic TEXT NOT NULL",
        "topic TEXT NOT NULL CHECK (hex(topic) > 1)",
    ),
    "a default of its own table": ("state BLOB NOT NULL", "state BLOB NOT NULL DEFAULT (hex(1))"),
    "a collation": ("topic TEXT NOT NULL", "topic TEXT NOT NULL COLLATE nocase"),
    "a generated column of its own table": (
        "event_id TEXT",
        "more TEXT GENERATED ALWAYS AS (hex(topic)), event_id TEXT",
    ),
}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return mali(tmp_path)


ENDLESS = "/dev/zero"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("record", "/dev/zero:0:0: the file is over 1024 KiB"),
        ("check", "/dev/zero:0:0: the file is over 1024 KiB"),
        ("init", "/dev/zero:0:0: the file is over 1024 KiB"),
        ("correct #100 --reason order --with", "/dev/zero:0:0: the file is over 1024 KiB"),
        ("draft --published 2013-01-14", "zero is longer than 4 MB: no article is"),
        ("cite verify", "/dev/zero:0:0: a citation is a small file"),
        ("verify --against", "/dev/zero: over 16,777,216 bytes"),
        ("verify --key", "/dev/zero: over 16,777,216 bytes"),
        ("prove --check", "/dev/zero: over 16,777,216 bytes"),
        ("checkpoint --timestamp-file answer --authority", "/dev/zero: over 16,777,216 bytes"),
        ("bundle --check mine --key", "/dev/zero: over 16,777,216 bytes"),
        ("bundle --check", "/dev/zero is neither a folder nor a plain file"),
        ("import --guess", "/dev/zero:0:0: no format known by this name"),
        ("serve --token-file", "/dev/zero: over 4,096 bytes"),
    ],
)
def test_a_file_without_an_end_is_read_no_further_than_is_needed(
    log: Path, line: str, why: str
) -> None:
    result = run("--log", log, *line.split(), ENDLESS)
    assert result.exit_code == 2
    assert why in unfolded(result.output)


def test_of_a_long_mapping_and_a_long_secret_no_more_is_read(log: Path) -> None:
    long, table = log.with_name("long"), log.with_name("a.csv")
    with long.open("wb") as file:
        file.truncate(1 << 40)  # nothing on the disk, and more than any memory
    long.chmod(0o600)
    table.write_text("a\n1\n")
    mapped = run("--log", log, "import", long, table)
    assert "over 1024 KiB" in mapped.stderr
    watched = run(
        "--log",
        log,
        "watch",
        "--once",
        "--name",
        "w",
        "--webhook",
        "http://localhost:1/",
        "--secret-file",
        long,
    )
    assert "one secret of 24 to 1024 bytes" in watched.stderr
    demo = log.parent / "demo"
    demo.mkdir()
    long.rename(demo / "situation.yaml")
    assert "is not the demo's" in run("demo", "--keep", demo).stderr


def test_a_document_too_long_to_look_quotes_up_in_is_said_to_be(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(1 << 40)
    locator = {"document": {"name": "a.txt", "sha256": "0" * 64}, "span": [0, 1]}
    assert (
        look_up(locator, tmp_path).problem == "a.txt is over 512 MiB: no quotes are looked up in it"
    )


def rewrite(path: Path, old: str, new: str) -> None:
    """Change the SQL of a table where SQLite keeps it, as only a hostile maker does."""
    sql(
        path,
        "PRAGMA writable_schema=ON",
        f"UPDATE sqlite_master SET sql = replace(sql, '{old}', '{new}')",  # noqa: S608 - a test's own
    )


def refused(log: Path) -> None:
    for words in (["log"], ["state"], ["doctor"], ["record", SHEETS[0]], ["rebuild"], ["init"]):
        result = run("--log", log, *words)
        assert result.exit_code == 2, words
        assert "holds what no log holds" in result.stderr
        assert "nothing was run" in result.stderr
        assert result.stdout == ""


@every_added
def test_a_log_with_more_than_a_log_holds(log: Path, odd: str) -> None:
    sql(log, odd.format(table="stored_events", column="topic"))
    refused(log)


@pytest.mark.parametrize(("old", "new"), CHANGED.values(), ids=CHANGED)
def test_a_log_whose_tables_were_changed(log: Path, old: str, new: str) -> None:
    rewrite(log, old, new)
    refused(log)


@pytest.mark.parametrize("table", ["stored_events", "log_head"])
def test_a_view_in_the_place_of_a_table(log: Path, table: str) -> None:
    sql(
        log,
        "DROP TRIGGER events_are_kept",
        "DROP TRIGGER events_are_fixed",
        f"ALTER TABLE {table} RENAME TO other",
        f"CREATE VIEW {table} AS SELECT * FROM other",  # noqa: S608 - a test's own
    )
    refused(log)


def test_a_log_that_was_analysed_is_a_log(log: Path) -> None:
    sql(log, "ANALYZE")
    assert run("--log", log, "state").exit_code == 0


def test_every_part_of_a_log_is_known_word_for_word(log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection:
        assert foreign(connection, SCHEMA) == ()
        assert len(foreign(connection, ())) == len(
            connection.execute("SELECT 1 FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        )


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("situation.db", 2, "is damaged (malformed database schema)"),
        ("situation.state.db", 0, ""),
        ("situation.keys.db", 0, "cannot be used (malformed database schema)"),
        ("situation.watch.db", 2, "cannot be used (malformed database schema)"),
    ],
)
def test_a_damaged_name_in_a_schema_is_told_in_plain_words(
    log: Path, name: str, code: int, told: str
) -> None:
    """SQLite quotes the name's bytes in its message, which is no text then."""
    watch = ("--log", log, "watch", "--once", "--name", "w", "--name", "desk")
    said(*watch)
    file = log.with_name(name)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA writable_schema=ON")
        changed = "cast(x'e5' || substr(name, 2) AS text)"
        connection.execute(
            f"UPDATE sqlite_master SET name = {changed}, sql = 'CREATE'"  # noqa: S608 - no input
            " WHERE name IN ('log_head', 'cells', 'keys', 'watches')"
        )
        connection.commit()
    with pytest.raises(UnicodeDecodeError), closing(sqlite3.connect(file)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    # Of each file something is asked that opens it: `state` alone has no use for keys.
    asked = {"situation.watch.db": watch[2:], "situation.keys.db": ("show", "#60")}
    found = run("--log", log, *asked.get(name, ("state", "control", "--as-of", "2013-01-21")))
    assert found.exit_code == code, found.output
    assert found.exception is None or isinstance(found.exception, SystemExit)
    assert told in unfolded(found.output)


def test_an_unknown_topic_is_refused_by_name(log: Path) -> None:
    with closing(sqlite3.connect(log)) as connection, connection:
        connection.execute("DROP TRIGGER events_are_fixed")
        connection.execute("UPDATE stored_events SET topic = 'os:system' WHERE seq = 60")
    log.with_name("situation.state.db").unlink()
    for words in (["log"], ["state"], ["replay"], ["rebuild"]):
        result = run("--log", log, *words)
        assert result.exit_code == 2
        assert "'os:system' is not one this tracker knows" in result.stderr
    result = run("--log", log, "doctor")
    assert result.exit_code == 1
    assert "'os:system' is not one this tracker knows" in " ".join(result.stdout.split())


# -- the read model --------------------------------------------------------------------------------


@every_added
def test_a_read_model_with_more_than_one_holds(log: Path, odd: str) -> None:
    """It is not asked: the answers are the same, from the log, and it is said how to mend it."""
    model = log.with_name("situation.state.db")
    expected = answer("--log", log, "state", "--as-of", "2013-01-21")
    sql(model, odd.format(table="fact_rows", column="kind"))
    result = run("--log", log, "state", "--as-of", "2013-01-21", "--json")
    assert result.exit_code == 0
    assert "cannot be opened: answering from the log" in " ".join(result.stderr.split())
    assert json.loads(result.stdout) == expected
    assert "holds what no read model holds" in unfolded(run("--log", log, "doctor").stdout)
    said("--log", log, "rebuild")
    assert run("--log", log, "state", "--as-of", "2013-01-21").stderr == ""


@pytest.mark.parametrize("view", ["fact_rows", "claims"])
def test_a_read_model_with_another_view(log: Path, view: str) -> None:
    model = log.with_name("situation.state.db")
    kind = "VIEW" if view == "claims" else "TABLE"
    odd = f"CREATE VIEW {view} AS SELECT load_extension('x') AS id"
    sql(model, f"DROP {kind} {view}", odd)
    assert "holds what no read model holds: view" in unfolded(run("--log", log, "doctor").stdout)
    assert run("--log", log, "state").exit_code == 0


@pytest.mark.parametrize("version", [None, 3], ids=["of this version", "of an older one"])
def test_the_index_that_a_search_makes_is_ours(log: Path, version: int | None) -> None:
    model = log.with_name("situation.state.db")
    for _ in range(2):
        assert "Diabaly" in said("--log", log, "search", "diabaly")
        if version is not None:
            sql(model, f"PRAGMA user_version={version}")
        assert run("--log", log, "state", "--as-of", "2013-01-21").stderr == ""
    said("--log", log, "search", "diabaly")
    sql(model, "CREATE TABLE searched_facts_more (a)")
    assert "cannot be opened" in run("--log", log, "state").stderr


@pytest.mark.parametrize("version", [0, 3])
def test_an_older_read_model_is_cleared_unless_a_module_would_have_to_run(
    log: Path, version: int
) -> None:
    model = log.with_name("situation.state.db")
    sql(model, f"PRAGMA user_version={version}")
    assert run("--log", log, "state", "--as-of", "2013-01-21").stderr == ""
    sql(model, f"PRAGMA user_version={version}", "CREATE VIRTUAL TABLE other USING fts5(a)")
    assert "cannot be opened" in run("--log", log, "state").stderr


# -- every connection ------------------------------------------------------------------------------


def test_no_connection_trusts_a_schema(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions that a schema names run only if SQLite calls them harmless, wherever it is read."""
    trusting: list[str] = []
    seen: set[str] = set()

    class Watched(sqlite3.Connection):
        def close(self) -> None:
            try:
                file = self.execute("PRAGMA database_list").fetchone()[2]
                if file:
                    seen.add(Path(file).name)
                    if self.execute("PRAGMA trusted_schema").fetchone()[0]:
                        trusting.append(file)
            except sqlite3.Error:
                pass  # closed already
            super().close()

    connect = sqlite3.connect

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:  # noqa: ANN401 - as sqlite3 has it
        made: sqlite3.Connection = connect(*args, **{**kwargs, "factory": Watched})
        return made

    monkeypatch.setattr(sqlite3, "connect", watched)
    order = ("--authority", "A", "--reason", "R")
    for words in (["state"], ["log"], ["redact", "#58", *order], ["rebuild"], ["doctor"]):
        assert run("--log", log, *words).exit_code == 0
    assert {"situation.db", "situation.keys.db", "situation.state.db"} <= seen
    assert trusting == []
