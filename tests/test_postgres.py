"""A log on a server: who hangs, who breaks off, who comes between, and who may do what."""

from __future__ import annotations

import os
import select
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from commands_for_tests import SEEDS, SHEETS, answer, run, said
from server_for_tests import Server, behind, fresh_schema
from sheets_for_tests import SITUATION as RIVER
from tables_for_tests import DIARY, diary, load
from test_log import CLOCK, OTHER, SITUATION, STREAM, facts, positions, sheet

from tracker import leaves
from tracker.engines import server as link_to_server
from tracker.engines.address import hidden, read_address, secrets_of
from tracker.engines.server import Link
from tracker.errors import LogError, TrackerError
from tracker.facts.codec import encode
from tracker.facts.envelope import Event
from tracker.log import Conflict, Encoded, Log
from tracker.situation import Situation


def engine_of(log: Log) -> Any:  # noqa: ANN401 - some tests have to reach behind its door
    return log._engine


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where a log may be made."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return postgres.url(fresh_schema())


# -- addresses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "conninfo", "schema", "shown"),
    [
        ("postgresql:///desk", "postgresql:///desk", "situation", "postgresql:///desk"),
        (
            "postgres://ana:secret@one,two:5433/desk?schema=mali&sslmode=require",
            "postgresql://ana:secret@one,two:5433/desk?sslmode=require",
            "mali",
            "postgresql://ana@one,two:5433/desk?sslmode=require&schema=mali",
        ),
        (
            "postgresql://one/desk?user=ana&password=secret",
            "postgresql://one/desk?user=ana&password=secret",
            "situation",
            "postgresql://one/desk?user=ana",
        ),
    ],
)
def test_an_address_is_libpqs_but_for_the_schema(
    url: str, conninfo: str, schema: str, shown: str
) -> None:
    found = read_address(url)
    assert (found.conninfo, found.schema, found.shown) == (conninfo, schema, shown)


@pytest.mark.parametrize(
    ("url", "shown", "secrets"),
    [
        ("situation.db", "situation.db", set()),
        ("postgresql:///desk", "postgresql:///desk", set()),
        ("postgresql://ana:h%40sh@db/desk", "postgresql://ana@db/desk", {"h%40sh", "h@sh"}),
        (
            "postgresql://db/desk?password=hush&passfile=/p&sslpassword=shh&schema=mali",
            "postgresql://db/desk?passfile=/p&schema=mali",
            {"hush", "shh"},
        ),
        (
            "postgresql://db/desk?schema=mali&password=hush",
            "postgresql://db/desk?schema=mali",
            {"hush"},
        ),
    ],
)
def test_a_name_is_shown_without_its_secrets(url: str, shown: str, secrets: set[str]) -> None:
    assert hidden(url) == shown
    assert set(secrets_of(url)) == secrets
    if shown != url:
        assert read_address(url).shown == read_address(shown).shown


def test_a_log_opened_read_only_is_kept_so_by_the_server(url: str) -> None:
    said("--log", url, "init")
    with (
        Log(url, read_only=True) as log,
        pytest.raises(LogError, match="read-only"),
        engine_of(log).writing() as c,
    ):
        c.execute("UPDATE log_head SET seq = 0")


def test_a_place_is_the_same_whoever_asks() -> None:
    one = read_address("postgresql://ana:secret@db/desk?schema=mali&sslmode=require")
    assert one.place == read_address("postgresql://bob@db/desk?schema=mali").place
    assert one.place != read_address("postgresql://ana@db/desk?schema=niger").place


@pytest.mark.parametrize(
    "schema", ["Mali", "pg_mali", "information_schema", "1", "a-b", 'a"b', "a.b", "x" * 64]
)
def test_what_is_no_schema_is_refused(schema: str) -> None:
    with pytest.raises(LogError, match="cannot be a situation's schema"):
        read_address(f"postgresql:///desk?schema={schema}")


def test_how_long_a_schema_may_be_is_said() -> None:
    with pytest.raises(LogError, match="at most 63 of them"):
        read_address(f"postgresql:///desk?schema={'x' * 64}")


def test_no_password_is_ever_shown(url: str) -> None:
    secret = url.replace("owner@", "owner:hush@")
    assert "hush" not in said("--log", secret, "init")
    assert "hush" not in said("--log", secret, "verify", "--json")
    nowhere = "postgresql://ana:hush@127.0.0.1:1/desk"
    result = run("--log", nowhere, "state")
    assert (result.exit_code, "hush" in result.output) == (2, False)
    assert "cannot be reached" in result.stderr


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://ana:hush%zz@127.0.0.1:1/desk", "a % that begins no code: write %25"),
        ("postgresql://ana:hu/sh@127.0.0.1:1/desk", "a password with a / or an @"),
        ("postgresql://ana:hush@hush@127.0.0.1:1/desk", "a password with a / or an @"),
        ("postgresql:/ana:hush@127.0.0.1/desk", "is no address of a log: write postgresql://"),
        ("POSTGRESQL://ana:hush@127.0.0.1/desk", "is no address of a log: write postgresql://"),
        ("mysql://ana:hush@127.0.0.1/desk", "is no address of a log: write postgresql://"),
        ("mysql://127.0.0.1/desk?password=hush", "is no address of a log: write postgresql://"),
    ],
)
def test_no_password_of_a_slip_is_shown(address: str, said: str) -> None:
    for words in (("init",), ("state",), ("verify",)):
        result = run("--log", address, *words)
        assert result.exit_code == 2
        assert said in result.stderr
        assert [one for one in ("hush", "hu/", "sh@") if one in result.output] == []


def test_where_there_is_no_log_it_is_said_how_to_make_one(url: str) -> None:
    result = run("--log", url, "state")
    assert (result.exit_code, "make one with `tracker init`" in result.stderr) == (2, True)
    said("--log", url, "init")
    with behind(url) as connection:
        connection.execute("UPDATE log_format SET version = version + 1")
    result = run("--log", url, "state")
    assert (result.exit_code, "made by a newer tracker" in result.stderr) == (2, True)


def test_situations_on_one_server_know_nothing_of_each_other(postgres: Server, url: str) -> None:
    with Log(url, create=True) as one, Log(postgres.url(fresh_schema()), create=True) as other:
        assert one.append(facts(1, 3)) == range(1, 4)
        assert (other.position, one.log_id == other.log_id) == (0, False)
        assert other.append(facts(1, 1)) == range(1, 2)


def test_the_whole_of_mali_answers_as_from_a_file(url: str, tmp_path: Path) -> None:
    file = str(tmp_path / "situation.db")
    asked = ("state", "--as-of", "2013-01-19", "--without", "voa")
    found = []
    for log in (file, url):
        said("--log", log, "init", SEEDS / "situation.yaml")
        said("--log", log, "record", *SHEETS)
        found.append(answer("--log", log, *asked)["rows"])
        assert said("--log", log, "rebuild", "--check")
    assert found[0] == found[1] != []
    assert not list(tmp_path.glob("postgresql*"))
    assert {path.name[-9:] for path in (tmp_path / "cache" / "situation-tracker").iterdir()} == {
        ".state.db"
    }


# -- a server that hangs, or breaks off ------------------------------------------------------------


@contextmanager
def stopped(*processes: int) -> Iterator[None]:
    """Stop processes where they stand; let them go on afterwards."""
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def serving(log: Log) -> int:
    """Give the process of the server that serves a log's connection."""
    with engine_of(log)._datastore.link() as link:
        found: int = link.info.backend_pid
    return found


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a server up sooner than users would want to."""
    monkeypatch.setattr(link_to_server, "SILENCE", 0.3)
    monkeypatch.setattr(link_to_server, "CONNECT", 2)
    monkeypatch.setattr(link_to_server, "REST", 0)
    monkeypatch.setattr("tracker.engines.postgres.SILENCE", 0.3)
    monkeypatch.setattr("tracker.engines.postgres.DOUBT", 0.3)


def test_all_waiting_ends_within_ten_seconds() -> None:
    """What a hung server may cost: silence, connecting, and a silence again that is shorter."""
    from tracker.engines.postgres import DOUBT
    from tracker.engines.server import CONNECT, LEAST, LOCKED, SILENCE

    assert SILENCE + max(CONNECT, LEAST) + DOUBT < 10
    assert LOCKED < SILENCE


@pytest.mark.usefixtures("hasty")
def test_a_server_that_hangs_gets_an_answer(postgres: Server, url: str) -> None:
    with Log(url, create=True) as log, Log(url) as other:
        log.append(facts(1, 2))
        no_answer = pytest.raises(LogError, match=r"no answer|cannot be reached|is not known")
        with stopped(serving(log), serving(other), postgres.pid):
            with no_answer:
                log.append(facts(3, 3))
            with no_answer:
                list(other.read())
        third = facts(3, 3)
        if not log.positions([third[0].id]):
            log.append(third)
        assert positions(other.read()) == [1, 2, 3]


@pytest.mark.usefixtures("hasty")
def test_one_process_of_a_server_that_hangs_is_gone_around(url: str) -> None:
    with Log(url, create=True) as log:
        log.append(facts(1, 2))
        with stopped(serving(log)):
            assert log.append(facts(3, 3)) == range(3, 4)
        assert positions(log.read()) == [1, 2, 3]


def test_a_writer_that_hangs_in_the_middle_keeps_others_waiting_for_an_answer_only(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It holds the lock; whoever cannot get that is told so, and nothing is recorded twice."""
    monkeypatch.setattr("tracker.engines.postgres.LOCK_SECONDS", 0)
    monkeypatch.setattr(link_to_server, "LOCKED", 0.1)
    with Log(url, create=True) as log, Log(url) as slow:
        log.append(facts(1, 2))
        with engine_of(slow)._locked(), pytest.raises(LogError, match="another writer holds it"):
            log.append(facts(3, 3))
        assert log.append(facts(3, 3)) == range(3, 4)


class Cutter:
    """Stands between a log and its server, and breaks off at the commit that it is told to."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.at: str | None = None
        """Where to break off: "before" the server hears of the commit, or "after"."""
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listener.accept()
                theirs = socket.create_connection(("127.0.0.1", self._port))
                threading.Thread(target=self._carry, args=(ours, theirs), daemon=True).start()

    def _carry(self, ours: socket.socket, theirs: socket.socket) -> None:
        with closing(ours), closing(theirs), suppress(OSError):
            while True:
                for ready in select.select([ours, theirs], [], [])[0]:
                    data = ready.recv(65_536)
                    if not data:
                        return
                    cut = self.at if ready is ours and b"COMMIT" in data else None
                    if cut != "before":
                        (theirs if ready is ours else ours).sendall(data)
                    if cut is not None:
                        self.at = None
                        self.cuts += 1
                        if cut == "after":
                            theirs.recv(65_536)  # the server has committed, and nobody is told
                        return


@pytest.fixture
def cutter(postgres: Server) -> Iterator[Cutter]:
    with closing(Cutter(postgres.port)) as made:
        yield made


@pytest.mark.parametrize("at", ["before", "after"])
@pytest.mark.parametrize("count", [1, 300])
def test_a_connection_that_breaks_at_the_commit_costs_nothing_and_doubles_nothing(
    postgres: Server, url: str, cutter: Cutter, at: str, count: int
) -> None:
    with Log(url, create=True) as log:
        log.append(facts(1, 2))
    through = postgres.url(read_address(url).schema, port=cutter.port)
    with Log(through) as log:
        cutter.at = at
        assert log.append(facts(3, 2 + count)) == range(3, 3 + count)
        assert cutter.cuts == 1
        assert positions(log.read()) == list(range(1, 3 + count))
        assert log.health().counts == (2 + count,) * 3
        assert log.append(facts(3 + count, 3 + count)) == range(3 + count, 4 + count)


def test_what_another_recorded_meanwhile_is_a_conflict_and_not_ours(
    postgres: Server, url: str, cutter: Cutter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks before the commit; before it is looked up, another comes."""
    with Log(url, create=True) as other:
        through = postgres.url(read_address(url).schema, port=cutter.port)
        with Log(through) as log:
            engine = engine_of(log)
            look = engine._outcome

            def overtaken(*args: object) -> object:
                from dataclasses import replace

                other.append([replace(event, recorded_by="bob") for event in facts(1, 2)])
                return look(*args)

            monkeypatch.setattr(engine, "_outcome", overtaken)
            cutter.at = "before"
            with pytest.raises(Conflict):
                log.append(facts(1, 2))
            assert [event.recorded_by for event in log.read()] == ["bob", "bob"]


def test_a_server_that_was_started_anew_is_asked_again(postgres: Server, url: str) -> None:
    with Log(url, create=True) as log:
        log.append(facts(1, 2))
        with postgres.connect() as link:
            link.execute("SELECT pg_terminate_backend(%s)", (serving(log),))
        assert log.position == 2
        with postgres.connect() as link:
            link.execute("SELECT pg_terminate_backend(%s)", (serving(log),))
        assert log.append(facts(3, 3)) == range(3, 4)


def test_what_is_committed_and_not_confirmed_is_not_acknowledged(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A wait for standbys that is broken off ends in a warning, and in a commit all the same."""
    with Log(url, create=True) as log:
        told: list[str] = []
        commit = Link.execute

        def execute(self: Link, query: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
            found = commit(self, query, *args, **kwargs)
            if query == "COMMIT" and not told:
                told.append("once")
                self.warned = "might not have been replicated"
            return found

        monkeypatch.setattr(Link, "execute", execute)
        assert log.append(facts(1, 2)) == range(1, 3)
        assert (told, positions(log.read())) == (["once"], [1, 2])


# -- readers and writers ---------------------------------------------------------------------------


def test_nobody_sees_an_event_before_those_that_stand_before_it(url: str) -> None:
    """Who has taken positions keeps others from taking later ones until all of them are there."""
    with Log(url, create=True) as log, Log(url) as slow, Log(url) as follower:
        log.append(facts(1, 2))
        seen = []
        with ThreadPoolExecutor() as pool, engine_of(slow)._locked() as (c, last):
            others = [encoded(event) for event in facts(1, 2, OTHER)]
            waiting = pool.submit(engine_of(log).insert, others)
            seen.append(positions(follower.read()))
            events = [encoded(event) for event in facts(3, 4)]
            seqs = range(last + 1, last + 3)
            engine_of(slow)._copy(c.link, seqs, events)
            c.execute("UPDATE log_head SET seq = ?", (seqs[-1],))
            leaves.append(c, seqs, events)
            seen.append(positions(follower.read()))
            assert not waiting.done()
        assert waiting.result() == range(5, 7)
        assert [*seen, positions(follower.read())] == [[1, 2], [1, 2], [1, 2, 3, 4, 5, 6]]


def encoded(event: Event) -> Encoded:
    return Encoded(event.stream, event.version, event.id, event.body.TOPIC, encode(event))


def test_positions_without_a_gap_are_the_servers_business_too(url: str) -> None:
    with Log(url, create=True) as log:
        log.append(facts(1, 2))
    insert = (
        "INSERT INTO stored_events SELECT ?, originator_id, 9, topic, state, 'x'"
        " FROM stored_events WHERE seq = 1"
    )
    for seq in (1, 2, 4):
        with pytest.raises(psycopg.Error), behind(url) as connection:
            connection.execute(insert, (seq,))
    with pytest.raises(psycopg.Error, match="never goes back"), behind(url) as connection:
        connection.execute("UPDATE log_head SET seq = 1")


def test_a_large_batch_is_one_copy(url: str) -> None:
    """More than the library's own way of inserting gets through."""
    with Log(url, create=True) as log:
        assert log.begin_append([encoded(one) for one in facts(1, 13_000)])() == range(1, 13_001)
        assert log.health().counts == (13_000,) * 3
        assert log.root(13_000) is not None


# -- roles -----------------------------------------------------------------------------------------


@pytest.fixture
def users(postgres: Server, url: str) -> Callable[[str], str]:
    """Users that the server knows: gives the address of the log as one of them."""
    schema = read_address(url).schema
    names = ("ana", "bob", "cem", "dia")
    with postgres.connect() as link:
        for name in names:
            link.execute(f'CREATE ROLE "{name}_{schema}" LOGIN')
    return lambda name: postgres.url(schema, user=f"{name}_{schema}")


@pytest.fixture
def granted(url: str, users: Callable[[str], str]) -> Callable[[str], str]:
    """A situation with a report, a reader ana, a recorder bob, a reviewer cem and an admin dia."""
    with Situation(url, create=True, clock=lambda: CLOCK) as mali:
        mali.register(SITUATION, "situation.yaml", by="owner")
        mali.record([sheet(1, "konna")], by="owner")
    schema = read_address(url).schema
    for role, name in (
        ("reader", "ana"),
        ("recorder", "bob"),
        ("reviewer", "cem"),
        ("admin", "dia"),
    ):
        said("--log", url, "grant", role, f"{name}_{schema}")
    return users


RECORDING = ("record", "2.yaml")
RETRACTING = ("retract", "#7", "--reason", "Misread.", "--published", "2013-02-01")


def may(url: str, *words: str) -> bool:
    """Whether a user may do something; who may not is told so in plain words."""
    result = run("--log", url, *words)
    if result.exit_code:
        assert result.exit_code == 2
        assert "`tracker grant` gives a role" in result.stderr or "may not grant" in result.stderr
        assert "Traceback" not in result.output
    return result.exit_code == 0


def test_each_role_may_do_what_the_one_before_may_and_more(
    granted: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRACKER_VAULT", str(tmp_path / "keys.db"))
    config = tmp_path / "config" / "situation-tracker" / "vaults"
    (vault,) = config.iterdir()
    vault.rename(tmp_path / "keys.db")
    Path("2.yaml").write_bytes(sheet(2, "konna")[0])
    found = {}
    schema = read_address(url).schema
    for name in ("ana", "bob", "cem", "dia"):
        who = granted(name)
        found[name] = [
            may(who, "state", "control"),
            may(who, "verify"),
            may(who, *RECORDING),
            may(who, *RETRACTING),
            may(who, "grant", "reader", f"ana_{schema}"),
        ]
    assert found == {
        "ana": [True, True, False, False, False],
        "bob": [True, True, True, False, False],
        "cem": [True, True, True, True, False],
        "dia": [True, True, True, True, True],
    }
    with Situation(url) as mali:
        assert [event.recorded_by for event in mali.log.read(REGISTERED_AND_TOLD)] != []
        assert mali.verify().verdict == "fine"


REGISTERED_AND_TOLD = 7


def test_who_recorded_an_event_is_the_servers_word(granted: Callable[[str], str], url: str) -> None:
    """What a client says of itself may be anything; as whom it logged in, it cannot choose."""
    with Log(granted("bob")) as log:
        log.append(facts(1, 1, STREAM))
        schema = read_address(url).schema
        assert log.login(8) == f"bob_{schema}"
        assert next(log.read(7)).recorded_by == "ana"
    with pytest.raises(psycopg.errors.InsufficientPrivilege), behind(granted("bob")) as connection:
        connection.execute(
            "INSERT INTO stored_events SELECT 9, originator_id, 9, topic, state, 'x', 'ana'"
            " FROM stored_events WHERE seq = 8"
        )


def test_who_may_not_record_can_go_on_reading(granted: Callable[[str], str]) -> None:
    with Log(granted("ana")) as log:
        for _ in range(2):
            with pytest.raises(LogError, match="may not do that there"):
                log.append(facts(1, 1, STREAM))
            assert log.position == len(list(log.read()))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stored_events SET topic = topic",
        "DELETE FROM stored_events",
        "TRUNCATE stored_events CASCADE",
        "UPDATE ledger_leaves SET hashes = hashes",
        "DELETE FROM checkpoints",
        "DROP TRIGGER events_are_kept ON stored_events",
        "ALTER TABLE stored_events DISABLE TRIGGER ALL",
        "UPDATE log_format SET version = 1",
    ],
)
def test_no_reviewer_changes_what_was_recorded(
    granted: Callable[[str], str], statement: str
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        behind(granted("cem")) as connection,
    ):
        connection.execute(statement)


AS_AN_EVENT = """INSERT INTO stored_events
    (seq, originator_id, originator_version, topic, state, event_id)
    SELECT {seq}, originator_id, 90, '{topic}', state, 'x' FROM stored_events WHERE seq = 7"""


@pytest.mark.parametrize(
    ("before", "statement", "said"),
    [
        (
            "CREATE TEMPORARY VIEW pg_roles AS SELECT 'x'::name AS rolname WHERE false",
            AS_AN_EVENT.format(seq=8, topic="FactRetracted"),
            "may not record FactRetracted",
        ),
        (
            "CREATE TEMPORARY TABLE log_head AS SELECT 5000::bigint AS seq",
            AS_AN_EVENT.format(seq=5001, topic="TownOccupied"),
            "without a gap",
        ),
        (
            """CREATE FUNCTION pg_temp.pg_has_role(name, text, text) RETURNS boolean
                LANGUAGE sql AS 'SELECT true'""",
            AS_AN_EVENT.format(seq=8, topic="RulingMade"),
            "may not record RulingMade",
        ),
        ("SELECT 1", "UPDATE log_head SET seq = seq + 100", "goes to 7 and no further"),
        ("SELECT 1", "UPDATE log_head SET seq = 9223372036854775807", "goes to 7 and no further"),
        ("SELECT 1", "UPDATE ledger_head SET size = size + 1", "goes to 7 and no further"),
    ],
)
def test_no_recorder_gets_past_the_triggers(
    granted: Callable[[str], str], before: str, statement: str, said: str
) -> None:
    with behind(granted("bob")) as connection:
        connection.execute(before)
        with pytest.raises(psycopg.Error, match=said):
            connection.execute(statement)


def test_functions_of_an_older_tracker_are_found_and_made_anew(
    granted: Callable[[str], str], url: str
) -> None:
    with behind(granted("dia")) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION following() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NULL; END'"
        )
    wrong = "the function following is not the one that this tracker makes"
    assert wrong in run("--log", url, "verify").stderr
    said("--log", granted("ana"), "init")  # who may not leaves it as it is
    assert wrong in run("--log", url, "verify").stderr
    said("--log", granted("dia"), "init")
    assert run("--log", url, "verify").exit_code == 0


def test_an_admin_who_takes_the_seat_belts_off_is_found_out(
    granted: Callable[[str], str], url: str
) -> None:
    with behind(granted("dia")) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER events_are_fixed")
        connection.execute("UPDATE stored_events SET topic = 'TownEntered' WHERE seq = 7")
    result = run("--log", url, "verify")
    assert result.exit_code == 1
    assert "the trigger events_are_fixed is switched off" in result.stderr
    assert "#7" in result.stderr


def test_a_role_is_taken_again_and_there_is_one_at_a_time(
    granted: Callable[[str], str], url: str
) -> None:
    schema = read_address(url).schema
    rows = answer("--log", url, "grant", "reader", f"cem_{schema}")["rows"]
    assert {"user": f"cem_{schema}", "role": "reader"} in rows
    assert {"user": f"cem_{schema}", "role": "reviewer"} not in rows
    said("--log", url, "grant", "none", f"cem_{schema}")
    listed = said("--log", url, "grant").splitlines()
    assert [f"bob_{schema}", "recorder"] in [line.split() for line in listed]
    assert f"cem_{schema}" not in "".join(listed)
    assert not may(granted("cem"), "state")


def test_a_user_of_no_server_is_named(url: str) -> None:
    said("--log", url, "init")
    result = run("--log", url, "grant", "reader", "nobody-here")
    assert (result.exit_code, "knows no user 'nobody-here'" in result.stderr) == (2, True)


def test_a_file_has_no_roles(tmp_path: Path) -> None:
    said("--log", tmp_path / "a.db", "init")
    for words in (["grant"], ["grant", "reader", "ana"]):
        result = run("--log", tmp_path / "a.db", *words)
        assert (result.exit_code, "is a file" in result.stderr) == (2, True)
    assert run("--log", tmp_path / "a.db", "grant", "reader").exit_code == 2


# -- the doctor ------------------------------------------------------------------------------------


def test_the_doctor_reads_the_servers_settings(url: str) -> None:
    with Log(url, create=True) as log:
        log.append([])
    with behind(url) as connection:
        connection.execute("ALTER TABLE stored_events DISABLE TRIGGER events_are_kept")
    rows = {row["what"]: row for row in answer_of_doctor(url)}
    assert rows["fsync"]["verdict"] == "WRONG"  # the tests' server is not there to keep anything
    assert rows["synchronous_commit"]["verdict"] == "ok"
    assert "events_are_kept is switched off" in rows["triggers of the log"]["found"]
    assert rows["positions without a gap"]["verdict"] == "ok"


def answer_of_doctor(url: str) -> list[dict[str, str]]:
    import json

    result = run("--log", url, "doctor", "--json")
    assert result.exit_code == 1
    rows: list[dict[str, str]] = json.loads(result.stdout)["rows"]
    return rows


@pytest.mark.parametrize("less", ["off", "local", "remote_write"])
def test_synchronous_commit_is_on_whatever_the_server_says(
    postgres: Server, url: str, less: str
) -> None:
    with Log(url, create=True):
        pass
    with postgres.connect() as link:
        link.execute(f"ALTER ROLE owner SET synchronous_commit = {less}")
    try:
        with Log(url) as log:
            assert engine_of(log).health().synchronous_commit == "on"
    finally:
        with postgres.connect() as link:
            link.execute("ALTER ROLE owner RESET synchronous_commit")


def test_who_has_no_key_of_a_log_keeps_none_beside_a_server(url: str) -> None:
    with Situation(url, create=True) as mali:
        assert mali.log.place == read_address(url).place
        with pytest.raises(TrackerError):
            mali.checkpoint()


# -- keys that a desk shares -----------------------------------------------------------------------


def test_a_desk_shares_the_keys_of_its_log(
    postgres: Server, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines, each with folders of its own; what one erases, the other cannot read either."""
    vault = postgres.url(fresh_schema())
    monkeypatch.setenv("TRACKER_VAULT", vault.replace("owner@", "owner:hush@"))
    order = ("--authority", "Officer", "--reason", "his request")
    with Situation(url, create=True, clock=lambda: CLOCK) as one:
        one.register(SITUATION, "situation.yaml", by="ana")
        one.record([sheet(1, "konna")], by="ana")
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
        with Situation(url, clock=lambda: CLOCK) as other:
            assert [event.fact.gist for event in other.log.read() if event.fact] == [GIST]
            other.record([sheet(2, "konna")], by="bob")
            assert [event.fact.gist for event in one.log.read() if event.fact] == [GIST, GIST]
            assert "hush" not in said("--log", url, "redact", "#7", *order)
            for machine in (one, other):
                gists = [event.fact.gist for event in machine.log.read() if event.fact]
                assert gists == ["[withheld]", GIST]
            assert one.lacking_keys() is None
    with behind(vault) as connection:
        rows = connection.execute("SELECT count(key), count(*) FROM keys").fetchall()
    assert rows == [(1, 2)]
    (row,) = [row for row in answer_of_doctor(url) if row["what"] == "keys file"]
    assert (row["verdict"], row["found"]) == ("ok", "1 keys, 1 destroyed")


GIST = "Rebels took it."


def test_a_vault_that_cannot_be_reached_is_said_so(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Situation(url, create=True, clock=lambda: CLOCK) as mali:
        mali.register(SITUATION, "situation.yaml", by="ana")
        mali.record([sheet(1, "konna")], by="ana")
    monkeypatch.setenv("TRACKER_VAULT", "postgresql://ana:hush@127.0.0.1:1/keys")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "other"))
    result = run("--log", url, "show", "#7")
    assert (result.exit_code, "[sealed: no key]" in result.stdout) == (0, True)
    assert "cannot be reached" in result.stderr
    assert "hush" not in result.output


def test_a_log_on_a_server_signs_for_itself_as_it_grows(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracker.vouching.EVERY", 10)
    with Situation(url, create=True) as mali:
        for first in range(1, 25, 8):
            mali.log.append(facts(first, first + 7))
        assert [one.size for one in mali.log.checkpoints()] == [16, 24]
        assert mali.verify().covered == 24


def test_a_table_is_imported_once_and_tells_what_it_tells_in_a_file(
    url: str, tmp_path: Path
) -> None:
    stored = []
    for log in (str(tmp_path / "situation.db"), url):
        with Situation(log, create=True, clock=lambda: CLOCK) as situation:
            situation.register(RIVER, "situation.yaml", by="ana")
            assert load(situation, tmp_path, diary(), DIARY).events > 0
            assert load(situation, tmp_path, diary(), DIARY).events == 0
            assert situation.compare() == []
            stored.append(list(situation.log.raw_rows()))
            assert situation.head(situation.position) is not None
    assert stored[0] == stored[1]


# -- copied and watched ----------------------------------------------------------------------------


def test_a_server_is_copied_into_a_file_and_watched(url: str, tmp_path: Path) -> None:
    """The replica answers and is verified as the server is, and knows no password."""
    field, secret = tmp_path / "field.db", url.replace("owner@", "owner:hush@")
    said("--log", url, "init", SEEDS / "situation.yaml")
    said("--log", url, "record", SHEETS[0])
    assert "120 events copied" in said("--log", field, "follow", secret, "--once")
    watch = ("--log", url, "watch", "--once", "--name", "desk", "--projection", "control", "--json")
    first = said(*watch)
    said("--log", url, "record", *SHEETS[1:])
    said("--log", url, "checkpoint")
    assert "70 events copied" in said("--log", field, "follow", url, "--once")
    assert "190 covered by a checkpoint" in said("--log", field, "verify")
    asked = ("state", "control", "--as-of", "2013-01-21")
    here, there = answer("--log", field, *asked), answer("--log", url, *asked)
    assert here["rows"] == there["rows"]
    assert here["log"]["head"] == there["log"]["head"]
    assert "hush" not in here["log"]["replica"]["source"]
    later = said(*watch)
    whole = said(*(word for word in watch if word not in {"--name", "desk"}))
    assert first
    assert whole.splitlines() == [*first.splitlines(), *later.splitlines()]
