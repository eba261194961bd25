"""A log whose server has standbys: what none of them has confirmed, and what a failover changes.

The standby here is one that never comes: so every commit waits, until its wait is broken off.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from server_for_tests import Server, fresh_schema
from test_log import CLOCK, SITUATION, facts, positions, sheet
from test_postgres import encoded, engine_of

from tracker.engines import server as link_to_server
from tracker.engines.server import Link, One
from tracker.engines.vault import ServerVault
from tracker.errors import LogError
from tracker.following import Follower, SourceAway
from tracker.log import Conflict, Log
from tracker.situation import Situation, now


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a log may be made, and a server that is given up sooner than users would want to."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(link_to_server, "SILENCE", 0.3)
    monkeypatch.setattr("tracker.engines.postgres.SILENCE", 0.3)
    monkeypatch.setattr("tracker.engines.postgres.DOUBT", 0.3)
    return postgres.url(fresh_schema())


@contextmanager
def no_standby(postgres: Server) -> Iterator[None]:
    """Let every commit wait for a standby that is not there."""
    with postgres.connect() as link:
        link.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        link.execute("SELECT pg_reload_conf()")
        with ThreadPoolExecutor() as pool:
            noticed = pool.submit(_wait_once, link)
            while not noticed.done():
                break_off(postgres)
    try:
        yield
    finally:
        with postgres.connect() as link:
            link.execute("ALTER SYSTEM RESET synchronous_standby_names")
            link.execute("SELECT pg_reload_conf()")


def _wait_once(link: Any) -> None:  # noqa: ANN401 - psycopg is optional
    """Commit until a commit waits, and its wait is broken off."""
    heard: list[object] = []
    link.add_notice_handler(heard.append)
    while not heard:
        link.execute("SELECT pg_logical_emit_message(true, 'test', '')")


def break_off(postgres: Server) -> None:
    """Break every wait for standbys off, as a crash and a restart do: what waited shows now."""
    waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
    with postgres.connect() as link:
        while link.execute(f"SELECT pg_cancel_backend(pid) {waiting}").fetchall():
            pass


def test_what_no_standby_has_is_not_acknowledged_though_it_can_be_read(
    postgres: Server, url: str
) -> None:
    with Situation(url, create=True, clock=lambda: CLOCK) as mali:
        mali.register(SITUATION, "situation.yaml", by="ana")
        before = mali.position
        with no_standby(postgres):
            with pytest.raises(LogError, match="is not known"):
                mali.record([sheet(1, "konna")], by="ana")
            break_off(postgres)
            assert mali.position > before
            with pytest.raises(LogError, match="no answer"):
                mali.record([sheet(1, "konna")], by="ana")  # not "already recorded": not yet
        (outcome,) = mali.record([sheet(1, "konna")], by="ana")
        assert (outcome.added, mali.position - before) == (0, outcome.already)


def test_what_no_standby_has_is_neither_copied_nor_told(
    postgres: Server, url: str, tmp_path: Path
) -> None:
    replica = tmp_path / "replica.db"
    with Situation(url, create=True) as mali, Follower(url, str(replica), now) as follower:
        mali.register(SITUATION, "situation.yaml", by="ana")
        copied = follower.catch_up().position
        with no_standby(postgres):
            with pytest.raises(LogError):
                mali.record([sheet(1, "konna")], by="ana")
            break_off(postgres)
            last = mali.position
            assert last > copied
            with pytest.raises(SourceAway, match="no answer"):
                follower.catch_up()
            with pytest.raises(LogError, match="no answer"):
                next(mali.watch(copied, mali.watched(), sleep=lambda _: None))
        with Log(str(replica)) as held:
            assert held.position == copied
        assert follower.catch_up().position == last
        (stretch,) = mali.watch(copied, mali.watched(), end=last, sleep=lambda _: None)
        assert stretch.upto == last


def test_our_own_deadlines_break_no_wait_off(
    postgres: Server, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what no standby has would show, by our own doing: the server ends statements, not waits.

    The client has given up by then, long after its deadline there.
    """
    monkeypatch.setattr(link_to_server, "BELT", 0.05)
    with Log(url, create=True) as log:
        log.append(facts(1, 2))
        with no_standby(postgres):
            with pytest.raises(LogError, match="is not known"):
                log.append(facts(3, 3))
            assert positions(log.read()) == [1, 2]
            break_off(postgres)
            assert positions(log.read()) == [1, 2, 3]


def test_a_key_that_no_standby_has_is_not_given(postgres: Server, url: str) -> None:
    vault, wanted = ServerVault(url, "a-log"), [("an-event", "gist")]
    vault.make()
    with no_standby(postgres):
        with pytest.raises(LogError):
            vault.give(wanted)
        break_off(postgres)
        with pytest.raises(LogError):
            vault.give(wanted)
    given = vault.give(wanted)
    assert given == vault.give(wanted)
    vault.close()


# -- after a failover ------------------------------------------------------------------------------


def taken_over(log: Log) -> None:
    """Let a log's connection be to a server that has begun another history."""
    with engine_of(log)._datastore.link() as link:
        link.timeline = "000000FF"


def test_what_was_decided_before_a_failover_is_decided_anew(url: str) -> None:
    with Log(url, create=True) as log:
        timeline = log.timeline()
        log.append(facts(1, 2), timeline=timeline)
        version = log.version()
        taken_over(log)
        assert log.version() != version
        for events in (facts(3, 3), []):
            with pytest.raises(Conflict, match="taken over"):
                log.append(events, timeline=timeline)
        assert log.append(facts(3, 3), timeline=log.timeline()) == range(3, 4)


def test_a_sheet_is_recorded_though_a_failover_comes_between(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Situation(url, create=True, clock=lambda: CLOCK) as mali:
        mali.register(SITUATION, "situation.yaml", by="ana")
        stream, read = mali.log.stream, []

        def interrupted(name: object) -> object:
            read.append(name)
            found = stream(name)  # type: ignore[arg-type]
            if len(read) == 1:
                taken_over(mali.log)
            return found

        monkeypatch.setattr(mali.log, "stream", interrupted)
        (outcome,) = mali.record([sheet(1, "konna")], by="ana")
        assert (outcome.added, len(read)) == (2, 2)


def test_a_file_has_one_history_and_keeps_what_it_shows(tmp_path: Path) -> None:
    with Log(str(tmp_path / "situation.db"), create=True) as log:
        log.append(facts(1, 2), timeline=log.timeline())
        assert (log.timeline(), log.confirm("")) == ("", True)


# -- where nobody leads, or nobody answers ---------------------------------------------------------


def test_where_all_servers_follow_another_it_is_said_so(postgres: Server, url: str) -> None:
    with Log(url, create=True):
        pass
    host = f"127.0.0.1:{postgres.port}"
    both = f"postgresql://owner@{host},{host}/postgres?schema={url.partition('schema=')[2]}"
    with Log(both) as log:
        assert log.append(facts(1, 2)) == range(1, 3)
    with postgres.connect() as link:
        link.execute("ALTER ROLE owner SET default_transaction_read_only = on")
    try:
        with pytest.raises(LogError, match="none of these servers leads just now; try again"):
            Log(both)
    finally:
        with postgres.connect() as link:
            link.execute("SET default_transaction_read_only = off")
            link.execute("ALTER ROLE owner RESET default_transaction_read_only")


def test_who_cannot_be_reached_is_waited_for_once_in_a_question(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[One] = []

    def nobody(one: One) -> Link:
        tried.append(one)
        raise psycopg.errors.ConnectionTimeout("connection timeout expired")

    with Log(url, create=True) as log:
        engine_of(log).close()
        monkeypatch.setattr(One, "connect", nobody)
        assert log.version() is None
        with pytest.raises(LogError, match="cannot be reached"):
            list(log.read())
        with pytest.raises(LogError) as told:
            log.begin_append([encoded(facts(1, 1)[0])])()
    assert len(tried) == 1
    assert "is not known" not in str(told.value)  # nothing was sent, so nothing is in doubt
