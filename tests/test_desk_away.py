"""A served log whose server hangs: an answer in time, in words, and the loop waits once at most."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from commands_for_tests import said
from server_for_tests import Server, fresh_schema
from sheets_for_tests import SITUATION
from test_postgres import engine_of, stopped

from tracker.engines import server as link_to_server
from tracker.engines.server import CONNECT, LEAST, LOOK, SILENCE, One
from tracker.errors import AwayError, LogError
from tracker.log import Log
from tracker.situation import Situation
from tracker.web import desk as desks
from tracker.web.answering import refused
from tracker.web.desk import Desk, Question, Told

SOON = 0.3  # seconds


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A situation on a server that is given up sooner than users would want to."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    made = postgres.url(fresh_schema())
    (tmp_path / "situation.yaml").write_bytes(SITUATION)
    said("--log", made, "init", tmp_path / "situation.yaml")
    monkeypatch.setattr(link_to_server, "SILENCE", SOON)
    monkeypatch.setattr(link_to_server, "CONNECT", 2)
    monkeypatch.setattr("tracker.engines.postgres_reading.LOOK", SOON)
    return made


@contextmanager
def hung(postgres: Server) -> Iterator[None]:
    """Stop the server and all that serve a connection."""
    with postgres.connect() as link:
        sql = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        pids = [row[0] for row in link.execute(f"{sql} AND pid <> pg_backend_pid()")]
    with stopped(postgres.pid, *pids):
        yield


def title(situation: Situation) -> Told:
    return Told(situation.state().title, situation.position)


def test_all_that_is_waited_for_one_after_the_other_ends_in_time() -> None:
    """The loop looks, the thread looks, and then connects; or is silent in the middle of it."""
    assert LOOK + LOOK + max(CONNECT, LEAST) <= 6
    assert LOOK + LOOK + SILENCE + max(CONNECT, LEAST) <= 10


def test_a_look_is_waited_for_less_long_than_an_answer(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Log(url) as log:
        one, asked = engine_of(log)._datastore.one, []
        position = log._engine.position

        def noted() -> int:
            asked.append(one.patience)
            return position()

        one.patience = SILENCE
        monkeypatch.setattr(log._engine, "position", noted)
        assert log.version() is not None
        assert log.position > 0
        assert asked == [SOON, SILENCE]


def test_a_hung_server_is_asked_once_for_all_who_wait_and_looked_at_no_more(
    postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desks, "AWAY", 1e9)
    connect, connected = One.connect, []

    def noted(one: One) -> Any:  # noqa: ANN401 - psycopg is optional
        connected.append(one)
        return connect(one)

    monkeypatch.setattr(One, "connect", noted)

    async def asked() -> None:
        async with Desk(url) as desk:
            assert b"The river war" in (await desk.ask(0, Question(title))).body
            with hung(postgres):
                first = [desk.ask(n, Question(title, lane)) for n, lane in enumerate(desks.LANES)]
                errors = await asyncio.gather(*first, return_exceptions=True)
                assert {type(one) for one in errors} == {AwayError}
                tried = len(connected)
                monkeypatch.setattr(desk._watched, "version", pytest.fail)
                for number in range(9, 20):
                    with pytest.raises(AwayError, match=r"cannot be reached|no answer"):
                        await desk.ask(number, Question(title))
                assert desk.version is None
                assert len(connected) == tried
                monkeypatch.undo()
            desk._away = (0.0, "")
            assert b"The river war" in (await desk.ask(0, Question(title))).body
            assert desk.version is not None

    asyncio.run(asked())


def test_who_asks_is_told_that_the_server_gives_no_answer_and_not_where_it_is() -> None:
    away = refused(AwayError("postgresql://ana@db/desk gives no answer"))
    assert away.status == 503
    assert away.error == "the log's server gives no answer: ask again in a moment"
    other = refused(LogError("situation.db is damaged"))
    assert other.error == "the log or its read model cannot be read just now"
