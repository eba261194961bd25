"""Replicas: a log copied as it grows, checked as it comes, and asked on its own."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import SEEDS, answer, mali, run, said, sql
from effort_for_tests import times
from hypothesis import given, settings
from hypothesis import strategies as st
from serving_for_tests import serving
from stamps_for_tests import stamp

from tracker import copied as batches
from tracker import logfile
from tracker.errors import LogError
from tracker.facts.codec import StoredRow
from tracker.following import Follower, SourceAway
from tracker.log import Log
from tracker.logfile import EventRow
from tracker.replicas import ReplicaError, shown, without_secrets
from tracker.situation import Situation
from tracker.waiting import Waiting

NOW = 1_358_424_000_000_000  # 17 January 2013, noon, UTC
FREE = ("DROP TRIGGER events_are_kept", "DROP TRIGGER events_are_fixed")
KEPT = (
    "SELECT * FROM stored_events ORDER BY seq",
    "SELECT * FROM log_head",
    "SELECT log_id, size, frontier FROM ledger_head",
    "SELECT * FROM checkpoints ORDER BY number",
    "SELECT * FROM timestamps ORDER BY number",
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The Mali situation, signed for."""
    folder = tmp_path / "source"
    folder.mkdir()
    log = mali(folder)
    said("--log", log, "checkpoint")
    return log


@pytest.fixture
def replica(tmp_path: Path) -> Path:
    """Where a replica is to be."""
    (tmp_path / "field").mkdir()
    return tmp_path / "field" / "replica.db"


def contents(log: Path) -> list[list[tuple[Any, ...]]]:
    """Give all that vouches for a log and all that it holds, behind the tracker's back."""
    with closing(sqlite3.connect(log)) as connection:
        return [connection.execute(one).fetchall() for one in KEPT]


def follower(source: Path, replica: Path, opened: Callable[[str], Log] | None = None) -> Follower:
    opened = opened or (lambda path: Log(path, read_only=True))
    return Follower(str(source), str(replica), lambda: NOW, opened)


def copied(source: Path, replica: Path) -> int:
    with follower(source, replica) as one:
        return one.catch_up().copied


# -- what a replica is ---------------------------------------------------------------------------


def test_a_replica_is_the_source_byte_for_byte_and_verifies_by_the_same_keys(
    source: Path, replica: Path
) -> None:
    with Situation(str(source)) as situation:
        token = stamp(situation.log.checkpoints()[0].note.encode())
        situation.log.add_timestamp(1, "https://authority.example", token)
    out = said("--log", replica, "follow", source, "--once")
    assert out == f"{replica}: 190 events copied, replica at #190\n"
    assert contents(replica) == contents(source)
    assert said("--log", replica, "verify").startswith(f"{replica}: fine\n190 events: 190 covered")


def test_a_replica_answers_alone_and_says_whose_it_is_and_how_far_behind(
    source: Path, replica: Path
) -> None:
    copied(source, replica)
    (source.parent / "situation.keys.db").rename(replica.with_name("replica.keys.db"))
    expected = answer("--log", source, "state", "control", "--as-of", "2013-01-19")["rows"]
    source.unlink()
    found = run("--log", replica, "state", "control", "--as-of", "2013-01-19")
    assert "Diabaly" in found.stdout
    assert f"replica of {source}, up to it as last heard at 2013-01-17T12:00:00Z" in found.stderr
    asked = answer("--log", replica, "state", "control", "--as-of", "2013-01-19")
    assert asked["rows"] == expected
    assert asked["log"]["replica"] == {
        "source": str(source),
        "position": 190,
        "behind": 0,
        "heard": "2013-01-17T12:00:00Z",
        "away": None,
    }


def test_a_served_replica_says_so_in_its_answers_and_on_its_pages(
    source: Path, replica: Path
) -> None:
    copied(source, replica)
    with serving(replica) as served:
        for path in ("/api/about", "/api/state?as_of=2013-01-19", "/api/log"):
            assert served.json(path)["log"]["replica"]["source"] == str(source)
        for path in ("/", "/state", "/log"):
            assert f"replica of {source}, up to it as last heard" in served.ask(path).body.decode()


def test_text_that_was_sealed_stays_sealed_where_no_keys_are(source: Path, replica: Path) -> None:
    copied(source, replica)
    found = run("--log", replica, "show", "#60")
    assert "Malian garrison" not in found.stdout
    assert "the keys file" in found.stderr


def test_an_erasure_reaches_the_keys_beside_a_replica(source: Path, replica: Path) -> None:
    copied(source, replica)
    keys = replica.with_name("replica.keys.db")
    keys.touch(0o600)
    keys.write_bytes((source.parent / "situation.keys.db").read_bytes())
    assert "Malian garrison" in said("--log", replica, "show", "#60")
    why = ("--authority", "a court", "--reason", "asked for", "--published", "2013-02-01")
    said("--log", source, "redact", "#60", "--yes", *why)
    copied(source, replica)
    assert "Malian garrison" not in said("--log", replica, "show", "#60")
    said("--log", replica, "state")
    for path in replica.parent.iterdir():
        assert b"Malian garrison" not in path.read_bytes(), path


RECORDING = (
    ("init", SEEDS / "situation.yaml"),
    ("record", SEEDS / "guardian-2013-01-14.yaml"),
    ("retract", "#58", "--reason", "wrong", "--published", "2013-01-20"),
    ("checkpoint",),
    ("init", "--new-keys"),
    ("import", "place-date-holder", SEEDS / "situation.yaml"),
    ("redact", "#58", "--authority", "the court", "--reason", "asked", "--yes"),
    ("rule", "control", "konna", "--follow", "#58", "--when", "2013-01-20", "--reason", "seen"),
)


@pytest.mark.parametrize("words", RECORDING)
def test_nothing_is_recorded_in_a_replica(
    words: tuple[object, ...], source: Path, replica: Path
) -> None:
    copied(source, replica)
    said("--log", source, "record", SEEDS / "guardian-2013-01-14.yaml")
    if words == ("checkpoint",):
        sql(replica, "DROP TRIGGER checkpoints_are_kept", "DELETE FROM checkpoints")
    before = contents(replica)
    found = run("--log", replica, *words)
    assert found.exit_code == 2
    assert f"{replica} is a replica of {source}: record there, not here" in found.stderr
    assert contents(replica) == before


def test_an_import_into_a_replica_begins_nothing(source: Path, replica: Path) -> None:
    copied(source, replica)
    with Situation(str(replica)) as situation, pytest.raises(LogError, match="is a replica of"):
        situation.log.begin_append([])


# -- going on ------------------------------------------------------------------------------------


def test_what_is_recorded_and_signed_later_comes_too(source: Path, replica: Path) -> None:
    with follower(source, replica) as one:
        assert one.catch_up() == (190, 190)
        assert one.catch_up() == (0, 190)
        why = ("--reason", "it was wrong", "--published", "2013-02-01")
        said("--log", source, "retract", "#58", *why)
        assert one.catch_up() == (1, 191)
        said("--log", source, "checkpoint")
        assert one.catch_up() == (0, 191)
    assert contents(replica) == contents(source)


def test_a_follower_that_was_stopped_names_its_source_itself(source: Path, replica: Path) -> None:
    copied(source, replica)
    said("--log", source, "record", SEEDS / "guardian-2013-01-14.yaml")
    out = said("--log", replica, "follow", "--once")
    assert out == f"{replica}: 0 events copied, replica at #190\n"


def test_two_followers_of_one_replica_copy_each_event_once(
    source: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 50)
    with follower(source, replica) as one:

        def between(_at: int, _of: int) -> None:
            copied(source, replica)

        assert one.catch_up(between).copied == 50
    assert contents(replica) == contents(source)


class Lost(Exception):  # noqa: N818 - a kill, as far as one can be had in process
    """What ends a follower in the middle."""


class Flaky(Log):
    """A source that ends its follower, or fails it, at the n-th question."""

    def __init__(self, path: str, fails: int, error: Exception) -> None:
        self.left, self.error = fails, error
        super().__init__(path, read_only=True)

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self.error

    def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        for row in super().raw_rows(after, upto):
            if row[0] % 20 == 0:
                self._count()
            yield row

    def leaves(self, upto: int, after: int = 0) -> list[bytes]:
        self._count()
        return super().leaves(upto, after)


@settings(max_examples=times(12))
@given(fails=st.lists(st.integers(0, 12), max_size=4), batch=st.integers(15, 100))
def test_wherever_it_is_interrupted_a_replica_is_the_beginning_of_its_source(
    fails: list[int], batch: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("interrupted")
    source, replica = mali(folder), folder / "replica.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "BATCH", batch)
        for questions in fails:
            opened = lambda path, n=questions: Flaky(path, n, Lost())  # noqa: E731 - three words
            with follower(source, replica, opened) as one, suppress(Lost):
                one.catch_up()
            if replica.exists():
                events = contents(replica)[0]
                assert events == contents(source)[0][: len(events)]
        copied(source, replica)
    assert contents(replica) == contents(source)


def test_what_cannot_be_written_is_told_and_copied_by_the_next_pass(
    source: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 40)
    insert = logfile.insert_events

    def full(c: sqlite3.Connection, rows: Sequence[EventRow]) -> None:
        insert(c, rows)
        if rows[0][0] > 80:
            raise sqlite3.OperationalError("database or disk is full")

    with follower(source, replica) as one:
        with monkeypatch.context() as patch:
            patch.setattr("tracker.replicas.insert_events", full)
            with pytest.raises(LogError, match="is full: nothing was recorded"):
                one.catch_up()
        assert contents(replica)[0] == contents(source)[0][:80]
        assert one.catch_up() == (110, 190)
    assert contents(replica) == contents(source)


@pytest.mark.parametrize("at_once", [1, 7, 64, 1000])
def test_however_many_events_a_statement_inserts_they_are_the_same(
    at_once: int, source: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfile, "_FEW", 3)
    monkeypatch.setattr(logfile, "_MANY", at_once)
    copied(source, replica)
    assert contents(replica) == contents(source)


# -- a source that goes away -----------------------------------------------------------------------


def test_a_source_that_goes_away_is_waited_for_ever_longer_and_told_of_once(
    source: Path, replica: Path
) -> None:
    copied(source, replica)
    slept: list[float] = []
    told: list[str] = []
    away = "no route to that host"
    tries = iter([True, False, False, False, True])

    def opened(path: str) -> Log:
        if not next(tries):
            raise LogError(away)
        return Log(path, read_only=True)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 1:
            one.close()  # the connection breaks; the next pass opens anew

    waiting = Waiting(sleep, lambda: NOW, lambda: 1.0, lambda: len(slept) == 5, 7.0)
    with follower(source, replica, opened) as one:
        one.follow(waiting, told.append, lambda _at, _of: None)
    assert slept == [7.0, 0.5, 1.0, 2.0, 7.0]
    assert told == [
        f"following {source}, up to it at #190",
        f"the source is away: {away}; trying again until it is back",
        f"following {source}, up to it at #190",
    ]


def test_a_source_that_is_taken_away_or_replaced_is_noticed_though_it_stays_open(
    source: Path, replica: Path
) -> None:
    old = source.with_name("old.db")
    with follower(source, replica) as one:
        one.catch_up()
        source.rename(old)
        with pytest.raises(SourceAway, match="no log at"):
            one.catch_up()
        old.rename(source)
        assert one.catch_up().position == 190
        source.rename(old)
        other = source.parent / "other"
        other.mkdir()
        mali(other, reports=1).rename(source)
        with pytest.raises(ReplicaError, match="#190 was copied from it"):
            one.catch_up()


def test_what_is_secret_in_an_address_is_told_nowhere() -> None:
    source = "postgresql://desk:s3cret@db.example:5432/mali?sslmode=require&password=other"
    assert shown(source) == "postgresql://desk@db.example:5432/mali?sslmode=require"
    told = without_secrets(f"cannot reach {source} (password s3cret, or other)", source)
    assert told == f"cannot reach {shown(source)} (password ..., or ...)"


def test_while_the_source_is_away_a_replica_says_so(source: Path, replica: Path) -> None:
    copied(source, replica)
    source.rename(source.with_name("gone.db"))
    with follower(source, replica) as one, pytest.raises(SourceAway):
        one.catch_up()
    with Situation(str(replica)) as situation:
        found = situation.replica()
    assert found
    assert "no log at" in found["away"]


def test_a_source_that_was_never_reached_is_an_error_at_once(replica: Path) -> None:
    for words in (("missing.db",), ("missing.db", "--once"), ()):
        found = run("--log", replica, "follow", *words)
        assert found.exit_code == 2
        assert ("no log at" if words else "name the log that it is to follow") in found.stderr
    assert not replica.exists()


# -- a source that is not what it was --------------------------------------------------------------


def test_a_source_whose_history_was_changed_is_refused_by_position(
    source: Path, replica: Path
) -> None:
    with Log(str(source)) as log:
        rows = [*log.raw_rows()]
    copied(source, replica)
    before = contents(replica)
    other = source.with_name("other.db")
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(other)) as new:
        old.backup(new)
    forged = rows[69][4].replace(b'"recorded_by":"', b'"recorded_by":"x')
    _forge(other, 70, forged)
    found = run("--log", replica, "follow", other, "--once")
    assert found.exit_code == 2
    assert f"{other} differs at #70 from what was copied from it" in found.stderr
    assert contents(replica) == before


def _forge(log: Path, position: int, state: bytes) -> None:
    """Put another event in a place, with a ledger that agrees, as one who can write it may."""
    from tracker.ledger import Frontier, leaf_hashes

    with closing(sqlite3.connect(log)) as connection, connection:
        for name in ("events_are_fixed", "ledger_leaves_are_kept", "checkpoints_are_kept"):
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE stored_events SET state = ? WHERE seq = ?", (state, position))
        rows = connection.execute(KEPT[0]).fetchall()
        entries = [(r[0], bytes.fromhex(r[1]), r[2], r[3].encode(), r[4]) for r in rows]
        hashes = leaf_hashes(entries)
        tree = Frontier().extend(hashes)
        connection.execute("DELETE FROM ledger_leaves")
        connection.execute("DELETE FROM checkpoints")
        connection.execute("INSERT INTO ledger_leaves VALUES (1, ?)", (b"".join(hashes),))
        connection.execute("UPDATE ledger_head SET frontier = ?", (tree.packed,))
        for statement in ("events_are_fixed", "ledger_leaves_are_kept", "checkpoints_are_kept"):
            from tracker.logfile import TRIGGERS

            connection.execute(TRIGGERS[statement])


class Lying(Log):
    """A source that gives another event than its ledger says, at one position."""

    def __init__(self, path: str, position: int, lie: Callable[[StoredRow], StoredRow]) -> None:
        self.lied, self.lie = position, lie
        super().__init__(path, read_only=True)

    def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        for row in super().raw_rows(after, upto):
            yield self.lie(row) if row[0] == self.lied else row


LIES: dict[str, Callable[[StoredRow], StoredRow]] = {
    "other bytes": lambda row: (*row[:4], row[4] + b" "),
    "another topic": lambda row: (*row[:3], "TownEntered", row[4]),
    "another stream": lambda row: (row[0], "0" * 32, *row[2:]),
    "another version": lambda row: (*row[:2], row[2] + 1, *row[3:]),
    "a gap": lambda row: (row[0] + 1, *row[1:]),
    "no event": lambda row: (*row[:4], b"{"),
    "no stream": lambda row: (row[0], "nobody", *row[2:]),
}


@pytest.mark.parametrize("lie", LIES)
def test_nothing_of_a_false_batch_is_kept(
    lie: str, source: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "BATCH", 40)
    opened = lambda path: Lying(path, 70, LIES[lie])  # noqa: E731 - three words
    with (
        follower(source, replica, opened) as one,
        pytest.raises(ReplicaError, match=r"event #70 of .* is refused"),
    ):
        one.catch_up()
    assert contents(replica)[0] == contents(source)[0][:40]
    copied(source, replica)
    assert contents(replica) == contents(source)


def test_a_source_that_was_cut_back_is_refused(source: Path, replica: Path) -> None:
    old = source.with_name("old.db")
    with closing(sqlite3.connect(source)) as log, closing(sqlite3.connect(old)) as backup:
        log.backup(backup)
    said("--log", source, "retract", "#58", "--reason", "wrong", "--published", "2013-02-01")
    copied(source, replica)
    found = run("--log", replica, "follow", old, "--once")
    assert found.exit_code == 2
    assert "ends at #190, and #191 was copied from it" in found.stderr
    # Whoever asks the replica is told that it follows no more, until it does again.
    assert "away since: " in run("--log", replica, "state", "control").stderr
    copied(source, replica)
    assert "away since: " not in run("--log", replica, "state", "control").stderr


def test_a_checkpoint_that_is_not_of_these_events_is_refused(source: Path, replica: Path) -> None:
    sql(
        source,
        "DROP TRIGGER checkpoints_are_fixed",
        "UPDATE checkpoints SET size = 120, frontier = x''",
    )
    with follower(source, replica) as one, pytest.raises((ReplicaError, SourceAway)):
        one.catch_up()
    assert contents(replica)[0] == []


def test_only_a_replica_of_the_same_log_is_followed_into(source: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.db"
    said("--log", own, "init")
    found = run("--log", own, "follow", source, "--once")
    assert found.exit_code == 2
    assert "is a log of its own, not a replica" in found.stderr
    of_own = tmp_path / "of-own.db"
    said("--log", of_own, "follow", own, "--once")
    found = run("--log", of_own, "follow", source, "--once")
    assert found.exit_code == 2
    assert "is a replica of another log" in found.stderr


@pytest.mark.parametrize("what", [(), (".",), ("missing.db",), ("situation.db",)])
def test_a_log_of_its_own_is_refused_and_left_as_it_was(
    what: tuple[str, ...], source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    before = {path.name: path.read_bytes() for path in source.parent.iterdir()}
    found = run("follow", *what, "--once")
    assert found.exit_code == 2
    assert "situation.db is a log of its own, not a replica: name another file" in found.stderr
    assert ("no log at missing.db; and " in found.stderr) is (what == ("missing.db",))
    assert {path.name: path.read_bytes() for path in source.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("", "name the log to follow, by its path or its address"),
        (".", ". is a folder: name the log's file, such as situation.db"),
        ("s", "/s: see that its name is right and that its disk or server is there"),
    ],
)
def test_a_source_that_is_none_is_said_to_be(
    what: str, why: str, source: Path, replica: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied(source, replica)
    monkeypatch.chdir(replica.parent)
    for log in (replica, replica.with_name("new.db")):
        found = run("--log", log, "follow", what, "--once")
        assert found.exit_code == 2
        assert why in found.stderr
    assert not replica.with_name("new.db").exists()


def test_a_source_without_a_ledger_is_not_followed(source: Path, replica: Path) -> None:
    sql(source, "PRAGMA user_version=1")
    found = run("--log", replica, "follow", source, "--once")
    assert found.exit_code == 2
    assert "has no ledger yet" in found.stderr
    assert not replica.exists()


def test_doctor_tells_of_a_replica(source: Path, replica: Path) -> None:
    copied(source, replica)
    found = run("--log", replica, "doctor", "--json")
    assert f"of {source}, at #190 when last heard 2013-01-17T12:00:00Z" in found.stdout
    assert found.exit_code == 0, "keys that nobody handed on are nothing wrong with a replica"
    verdicts = {row["what"]: row["verdict"] for row in json.loads(found.stdout)["rows"]}
    assert verdicts["keys file"] == "warning"


def test_a_replica_that_lags_is_not_called_cut_back(source: Path, replica: Path) -> None:
    copied(source, replica)
    said("--log", source, "retract", "#58", "--reason", "wrong", "--published", "2013-02-01")
    said("--log", source, "checkpoint")
    found = run("--log", replica, "verify")
    assert found.exit_code == 2
    assert "is of events that this replica does not hold (yet)" in found.stdout + found.stderr
    copied(source, replica)
    assert run("--log", replica, "verify").exit_code == 0


# -- read-only logs --------------------------------------------------------------------------------


def test_nothing_is_written_to_a_log_that_is_opened_read_only(source: Path) -> None:
    before = source.read_bytes()
    found = run("--log", source, "--read-only", "record", SEEDS / "guardian-2013-01-14.yaml")
    assert found.exit_code == 2
    assert f"{source} was opened read-only: nothing is recorded" in found.stderr
    assert answer("--log", source, "--read-only", "state")["rows"]
    assert source.read_bytes() == before


def test_read_only_can_be_said_by_the_environment(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACKER_READ_ONLY", "1")
    assert run("--log", source, "init", SEEDS / "situation.yaml").exit_code == 2
    assert run("--log", source, "state").exit_code == 0


def test_a_read_only_log_in_a_folder_that_is_too_keeps_its_read_model_elsewhere(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (source.parent / "situation.state.db").unlink()
    asked = os.access
    monkeypatch.setattr(
        os, "access", lambda path, mode: Path(path) != source.parent and asked(path, mode)
    )
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with Situation(str(source), read_only=True) as situation:
        expected = tmp_path / "cache" / "situation-tracker" / f"{situation.log.log_id}.state.db"
        assert situation.store.position == 190
        assert Path(situation.store.path) == expected
    assert not (source.parent / "situation.state.db").exists()
