"""A log that was made before its ids had a table of their own goes on as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands_for_tests import SHEETS, answer, held, mali, run, said
from server_for_tests import made_before
from test_log import fact, facts

from tracker.engines.base import Conflict
from tracker.log import Log

BATCHES = [(1, 3), (4, 400)]
"""A few events, and more than go into one statement."""


def tables(log: Path) -> set[str]:
    with closing(sqlite3.connect(log)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {row[0] for row in rows}


@pytest.fixture(params=["of now", "made before"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A log without events, of each kind."""
    path = tmp_path / "log.db"
    with Log(str(path), create=True):
        pass
    if request.param == "made before":
        made_before(path)
    return path


def test_it_is_still_made_as_it_was(tmp_path: Path) -> None:
    path = mali(tmp_path, reports=1)
    made_before(path)
    said("--log", path, "record", SHEETS[1])
    assert "event_ids" not in tables(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)


def test_it_says_the_same_as_one_of_now(tmp_path: Path) -> None:
    for name in ("now", "before"):
        (tmp_path / name).mkdir()
        path = mali(tmp_path / name, reports=1)
        if name == "before":
            made_before(path)
        for sheet in (*SHEETS[1:], SHEETS[0]):
            said("--log", path, "record", sheet)
    one, other = (tmp_path / name / "situation.db" for name in ("now", "before"))
    assert [row[1:5] for row in held(one)[:-1]] != []
    for words in (["state"], ["log"], ["verify"], ["show", "#60"], ["audit", "control", "diabaly"]):
        mine, theirs = (answer("--log", path, *words) for path in (one, other))
        for found in (mine, theirs):
            found.pop("log", None)
        assert without_times(mine) == without_times(theirs)


def without_times(found: object) -> object:
    """Leave out what differs between two logs of the same events."""
    own = {"recorded_at", "root", "log_id", "newest", "as_of", "asked_at"}
    if isinstance(found, dict):
        return {name: without_times(one) for name, one in found.items() if name not in own}
    return [without_times(one) for one in found] if isinstance(found, list) else found


def test_an_event_is_found_by_its_id(log: Path) -> None:
    with Log(str(log)) as opened:
        for first, last in BATCHES:
            opened.append(facts(first, last))
        ids = [event.id for event in opened.read()]
        wanted = [*reversed(ids), "none"]
        assert opened.positions(wanted) == {one: at for at, one in enumerate(ids, 1)}
        assert opened.find(ids[0].replace("-", ""), 5) == [(ids[0], 1)]


@pytest.mark.parametrize("more", [1, 300])
def test_no_two_events_have_one_id(log: Path, more: int) -> None:
    with Log(str(log)) as opened:
        opened.append(facts(1, 3))
        (id_of_first, *_) = (event.id for event in opened.read())
        doubled = [*facts(4, 3 + more), fact(4 + more, event_id=id_of_first)]
        with pytest.raises(Conflict):
            opened.append(doubled)
        with pytest.raises(Conflict):
            opened.append([fact(4, event_id="twice"), fact(5, event_id="twice")])
        assert opened.position == 3
        assert opened.append(facts(4, 4)) == range(4, 5)
    assert run("--log", log, "verify").exit_code == 0


@pytest.mark.parametrize("statement", ["DELETE FROM event_ids", "UPDATE event_ids SET seq = 1"])
def test_the_database_itself_refuses_to_change_ids(tmp_path: Path, statement: str) -> None:
    never = pytest.raises(sqlite3.IntegrityError, match="event_ids are never")
    with closing(sqlite3.connect(mali(tmp_path))) as connection, never:
        connection.execute(statement)


def test_it_is_copied_and_a_copy_of_then_goes_on(tmp_path: Path) -> None:
    source, replica = mali(tmp_path, reports=1), tmp_path / "replica.db"
    said("--log", replica, "follow", source, "--once")
    for one in (source, replica):
        made_before(one)
    said("--log", source, "record", SHEETS[1])
    for into in (replica, tmp_path / "new.db"):
        said("--log", into, "follow", source, "--once")
        assert held(into) == held(source)
        assert run("--log", into, "verify").exit_code == 0
    assert "event_ids" in tables(tmp_path / "new.db")
    assert "event_ids" not in tables(replica)
