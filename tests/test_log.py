"""The log: all or none, nothing twice, nothing lost, and plain words where it cannot be had."""

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from commands_for_tests import run, said
from server_for_tests import behind

from projections.follower import follow
from tracker.deciding import TRIES
from tracker.engines.base import Counts
from tracker.engines.sqlite_seen import FULL, SQLiteHealth
from tracker.errors import InputError, LogError, StoreError, TrackerError
from tracker.facts.control import TownOccupied
from tracker.facts.envelope import Event
from tracker.log import Conflict, Log
from tracker.logfile import APPLICATION_ID, SCHEMA_VERSION
from tracker.situation import Situation

SITUATION = b"""\
title: Mali
places:
  diabaly: {name: Diabaly}
  konna: {name: Konna}
actors:
  rebels: {name: Rebels}
sources:
  voa: {name: VOA, type: broadcaster}
"""
REGISTERED = 5
CLOCK = 1_358_424_000_000_000  # 17 January 2013, noon, UTC
STREAM, OTHER = UUID(int=1), UUID(int=2)


def sheet(number: int, *places: str) -> tuple[bytes, str]:
    """One report that says of each place that it was taken."""
    header = (
        "report:\n  source: voa\n  published: 2013-01-17\n"
        f"  document: {{name: '{number}.txt', sha256: '{number:064x}'}}\nfacts:\n"
    )
    facts = [
        f"  - {{kind: TownOccupied, place: {place}, by: [rebels], when: 2013-01-14,"
        f" status: occurred, voice: reporter, gist: Rebels took it.}}\n"
        for place in places
    ]
    return (header + "".join(facts)).encode(), f"{number}.yaml"


def fact(version: int, stream: UUID = STREAM, event_id: str | None = None) -> Event:
    body = TownOccupied.model_validate(
        {"place": "konna", "by": ["rebels"], "when": "2013", "status": "occurred"}
        | {"voice": "reporter", "gist": f"Event {version}."}
    )
    name = event_id or f"{stream.int:08x}-{version:08x}"
    return Event(stream, version, name, body, recorded_at=CLOCK, recorded_by="ana")


def facts(first: int, last: int, stream: UUID = STREAM) -> list[Event]:
    return [fact(version, stream) for version in range(first, last + 1)]


SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
"""Of a test whose subject is the file."""


@pytest.fixture
def path(new_log: Callable[[], str]) -> str:
    return new_log()


@pytest.fixture
def log(path: str) -> Iterator[Log]:
    """An empty log."""
    with Log(path, create=True) as log:
        yield log


def positions(events: Sequence[Event] | Iterator[Event]) -> list[int]:
    return [event.position for event in events]


# -- appending -------------------------------------------------------------------------------------


def test_positions_are_dense_over_all_streams_and_begin_at_one(log: Log) -> None:
    assert log.position == 0
    assert log.append(facts(1, 3)) == range(1, 4)
    assert log.append(facts(1, 2, OTHER)) == range(4, 6)
    assert log.append(facts(4, 4)) == range(6, 7)
    assert positions(log.read()) == [1, 2, 3, 4, 5, 6]
    assert log.position == 6


def test_appending_nothing_is_an_empty_range_after_the_last(log: Log) -> None:
    log.append(facts(1, 2))
    assert list(log.append([])) == []
    assert log.position == 2


def test_a_stream_gives_its_own_events_in_order_with_their_positions(log: Log) -> None:
    log.append(facts(1, 2))
    log.append(facts(1, 1, OTHER))
    log.append(facts(3, 3))
    assert [(event.version, event.position) for event in log.stream(STREAM)] == [
        (1, 1),
        (2, 2),
        (3, 4),
    ]
    assert log.stream(UUID(int=9)) == []


def test_what_was_recorded_when_and_by_whom_is_kept(log: Log) -> None:
    log.append([fact(1)])
    (found,) = log.read()
    assert (found.recorded_at, found.recorded_by) == (CLOCK, "ana")
    assert (found.id, found.stream, found.version) == ("00000001-00000001", STREAM, 1)


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([fact(3), fact(4), fact(2, event_id="new")], id="a version is taken"),
        pytest.param([fact(3), fact(1, OTHER, event_id=fact(1).id)], id="an id is there"),
        pytest.param([fact(3), fact(4), fact(4, event_id="new")], id="a version stands twice"),
        pytest.param([fact(3), fact(4, event_id=fact(3).id)], id="an id stands twice"),
    ],
)
def test_an_append_that_fails_half_way_leaves_nothing(log: Log, events: list[Event]) -> None:
    log.append(facts(1, 2))
    before = (log.position, log.health(), list(log.read()))
    with pytest.raises(Conflict):
        log.append(events)
    assert (log.position, log.health(), list(log.read())) == before
    assert log.positions([event.id for event in events[:1]]) == {}
    assert log.append(facts(3, 3)) == range(3, 4)


def test_the_outcome_of_an_append_is_looked_up_by_id(log: Log) -> None:
    log.append(facts(1, 3))
    ids = [event.id for event in facts(2, 4)]
    assert log.positions(ids) == {ids[0]: 2, ids[1]: 3}
    assert log.positions([]) == {}


def test_outcomes_of_more_ids_than_one_page_are_looked_up(log: Log) -> None:
    events = facts(1, 1_203)
    log.append(events)
    found = log.positions([event.id for event in reversed(events)])
    assert found == {event.id: event.version for event in events}


def test_an_event_is_named_by_its_position(log: Log) -> None:
    log.append(facts(1, 2))
    assert (log.mark(2), log.mark(3), log.mark(0)) == (list(log.read())[1].mark, None, None)


# -- reading ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "upto", "first", "last"),
    [
        (0, None, 1, 1_203),
        (499, None, 500, 1_203),
        (500, None, 501, 1_203),
        (0, 500, 1, 500),
        (0, 501, 1, 501),
        (498, 1_001, 499, 1_001),
        (1_202, None, 1_203, 1_203),
        (1_203, None, 1, 0),
        (0, 5_000, 1, 1_203),
        (700, 600, 1, 0),
    ],
)
def test_reading_crosses_the_borders_of_pages(
    after: int, upto: int | None, first: int, last: int
) -> None:
    with Log(":memory:", create=True) as log:
        log.append(facts(1, 1_203))
        assert positions(log.read(after, upto)) == list(range(first, last + 1))


def test_events_are_found_by_the_beginning_of_their_id(log: Log) -> None:
    log.append([*facts(1, 3), *facts(1, 1, OTHER)])
    assert log.find("00000001-00000002") == [("00000001-00000002", 2)]
    assert log.find("0000000100000002") == [("00000001-00000002", 2)]
    assert [position for _, position in log.find("00000001")] == [1, 2, 3]
    assert [position for _, position in log.find("0000", limit=2)] == [1, 2]


@pytest.mark.parametrize("prefix", ["", "-", "f", "0000000*", "[0-9]", "%", "_", "'", "diabaly"])
def test_what_begins_no_id_finds_nothing(log: Log, prefix: str) -> None:
    log.append(facts(1, 3))
    assert log.find(prefix) == []


def test_a_follower_gives_what_others_append_and_stops(path: str, log: Log) -> None:
    """It asks `stop` once before each look; the second and third look find another's events."""
    log.append(facts(1, 2))
    looks = iter([(), facts(3, 4), facts(5, 5), (), None])
    with Log(path) as other:

        def stop() -> bool:
            append = next(looks)
            if append:
                other.append(append)
            return append is None

        assert positions(log.follow(stop=stop, poll=0)) == [1, 2, 3, 4, 5]
    assert next(looks, "all looks were taken") == "all looks were taken"


def test_a_follower_begins_after_a_position(log: Log) -> None:
    log.append(facts(1, 4))
    answers = iter([False, True])
    assert positions(log.follow(2, stop=lambda: next(answers), poll=0)) == [3, 4]


def test_a_follower_gives_what_another_process_appends(path: str, log: Log) -> None:
    answers = iter([False, False, True])

    def stop() -> bool:
        if (answer := next(answers)) is False and log.position == 0:
            other = start("with t.Log(sys.argv[1]) as log: log.append(t.facts(1, 3))", path)
            assert other.communicate() == ("", "")
        return answer

    assert positions(log.follow(stop=stop, poll=0)) == [1, 2, 3]


def start(program: str, *arguments: str) -> subprocess.Popen[str]:
    """Start a Python program that may use this module as `t`."""
    here = Path(__file__).resolve().parent
    head = f"import sys; sys.path[:0] = [{str(here.parent)!r}, {str(here)!r}]; import test_log as t"
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", f"{head}\n{program}", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# -- settings and seat belts -----------------------------------------------------------------------


@SQLITE
def test_an_acknowledged_event_survives_a_power_cut_by_these_settings(log: Log) -> None:
    log.append(facts(1, 3))
    assert cast("SQLiteHealth", log.health()) == SQLiteHealth(
        path=log.path,
        sqlite_version=sqlite3.sqlite_version,
        journal_mode="wal",
        synchronous=FULL,
        trusted_schema=0,
        quick_check="ok",
        counts=Counts(3, 3, 3),
    )


@SQLITE
def test_the_settings_hold_for_every_opening(path: str, log: Log) -> None:
    del log
    with Log(path) as again:
        found = cast("SQLiteHealth", again.health())
        assert found[2:5] == ("wal", FULL, 0)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE stored_events SET state = state WHERE seq = 1", "events are never changed"),
        ("UPDATE stored_events SET topic = topic", "events are never changed"),
        ("DELETE FROM stored_events WHERE seq = 2", "events are never deleted"),
        ("DELETE FROM stored_events", "events are never deleted"),
    ],
)
def test_the_database_itself_refuses_to_change_events(
    path: str, log: Log, statement: str, message: str
) -> None:
    log.append(facts(1, 2))
    with behind(path) as connection, pytest.raises(Exception, match=message):
        connection.execute(statement)
    assert positions(log.read()) == [1, 2]


def test_the_position_of_a_deleted_tail_is_not_given_out_again(path: str, log: Log) -> None:
    log.append(facts(1, 3))
    with behind(path) as connection:
        connection.execute("DROP TRIGGER events_are_kept")
        connection.execute("DELETE FROM stored_events WHERE seq = 3")
    assert log.health().counts == (2, 2, 3)
    assert log.append([fact(3, event_id="another")]) == range(4, 5)
    assert positions(log.read()) == [1, 2, 4]
    assert log.health().counts == (3, 4, 4)


# -- recording through the situation ---------------------------------------------------------------


@contextmanager
def situation(path: str, clock: Callable[[], int] = lambda: CLOCK) -> Iterator[Situation]:
    with Situation(path, create=True, clock=clock) as opened:
        opened.register(SITUATION, "situation.yaml", by="ana")
        yield opened


def streams(log: Log) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for event in log.read():
        found.setdefault(event.stream, []).append(event.body.TOPIC)
    return found


def test_every_report_is_one_stream_of_its_registration_and_its_facts(path: str) -> None:
    with situation(path) as mali:
        mali.record([sheet(1, "konna", "diabaly"), sheet(2, "konna")], by="ana")
        registered, one, other = streams(mali.log).values()
    assert len(registered) == REGISTERED
    assert one == ["ReportRegistered", "TownOccupied", "TownOccupied"]
    assert other == ["ReportRegistered", "TownOccupied"]


def test_recording_a_sheet_again_adds_nothing_and_says_so(path: str) -> None:
    with situation(path) as mali:
        (first,) = mali.record([sheet(1, "konna")], by="ana")
        (again,) = mali.record([sheet(1, "konna")], by="bob")
        assert (first.added, first.already) == (2, 0)
        assert (again.added, again.already, again.position) == (0, 2, first.position)
        assert [event.recorded_by for event in mali.log.read()][-2:] == ["ana", "ana"]


def test_registering_again_adds_nothing_and_says_so(path: str) -> None:
    with situation(path) as mali:
        again = mali.register(SITUATION, "situation.yaml", by="bob")
        assert (again.added, again.already, again.position) == (0, REGISTERED, REGISTERED)


def test_one_bad_sheet_keeps_all_from_being_recorded(path: str) -> None:
    with situation(path) as mali:
        with pytest.raises(InputError, match=r"2\.yaml:6:.*unknown place 'nowhere'"):
            mali.record([sheet(1, "konna"), sheet(2, "nowhere")], by="ana")
        assert mali.log.position == REGISTERED


# Another writer comes between reading a stream and appending to it: the clock is read just there.


@contextmanager
def overtaken(path: str, *others: Callable[[Situation], object]) -> Iterator[Situation]:
    """A situation in which another process acts each time this one is about to append."""
    acts = list(others)
    with situation(path) as other:

        def clock() -> int:
            if acts:
                acts.pop(0)(other)
            return CLOCK + 1

        with Situation(path, clock=clock) as mine:
            yield mine
            assert acts == []


def recorded(number: int, *places: str) -> Callable[[Situation], object]:
    return lambda other: other.record([sheet(number, *places)], by="bob")


def test_two_who_record_one_sheet_at_once_record_it_once(path: str) -> None:
    with overtaken(path, recorded(1, "konna")) as mine:
        (outcome,) = mine.record([sheet(1, "konna")], by="ana")
        assert (outcome.added, outcome.already) == (0, 2)
        assert [event.recorded_by for event in mine.log.read(REGISTERED)] == ["bob", "bob"]
        assert mine.compare() == []


def test_who_comes_second_with_more_facts_adds_only_those(path: str) -> None:
    with overtaken(path, recorded(1, "konna")) as mine:
        (outcome,) = mine.record([sheet(1, "diabaly", "konna")], by="ana")
        assert (outcome.added, outcome.already) == (1, 2)
        found = [(event.version, event.recorded_by) for event in mine.log.read(REGISTERED)]
        assert found == [(1, "bob"), (2, "bob"), (3, "ana")]
        assert mine.compare() == []


def test_who_comes_second_with_fewer_facts_is_refused(path: str) -> None:
    with overtaken(path, recorded(1, "konna", "diabaly")) as mine:
        with pytest.raises(InputError, match="1 of its facts are not in the sheet") as refused:
            mine.record([sheet(1, "diabaly")], by="ana")
        assert f"#{REGISTERED + 2} TownOccupied: Rebels took it." in str(refused.value)
        assert mine.log.position == REGISTERED + 3


def test_another_report_in_between_is_no_conflict(path: str) -> None:
    with overtaken(path, recorded(2, "konna")) as mine:
        (outcome,) = mine.record([sheet(1, "konna")], by="ana")
        assert outcome.added == 2
        assert positions(mine.log.read()) == list(range(1, REGISTERED + 5))
        assert mine.compare() == []


def test_two_who_register_at_once_keep_both_registrations(path: str) -> None:
    def add(name: str) -> bytes:
        return SITUATION + f"  {name}: {{name: {name.title()}, type: agency}}\n".encode()

    with overtaken(path, lambda other: other.register(add("afp"), "s.yaml", by="bob")) as mine:
        outcome = mine.register(add("ap"), "s.yaml", by="ana")
        assert outcome.added == 1
        assert {"voa", "afp", "ap"} == mine.registry().sources.keys()
        assert len(mine.log.stream(next(mine.log.read()).stream)) == REGISTERED + 2


def test_whoever_is_overtaken_again_and_again_is_told_so(path: str) -> None:
    """Each time this one is about to append, another adds one more fact to the same report."""
    towns = [f"town-{number}" for number in range(TRIES + 1)]
    more = "".join(f"  {town}: {{name: {town}}}\n" for town in towns)
    with situation(path) as mali:
        mali.register(SITUATION.replace(b"actors:", f"{more}actors:".encode()), "s.yaml", by="ana")
    growing = [recorded(1, *towns[:many]) for many in range(1, TRIES + 1)]
    with overtaken(path, *growing) as mine:
        with pytest.raises(TrackerError, match="other writers came first 20 times"):
            mine.record([sheet(1, *towns)], by="ana")
        written = [event.recorded_by for event in mine.log.read() if event.fact]
        assert written == ["bob"] * TRIES
        (outcome,) = mine.record([sheet(1, *towns)], by="ana")
        assert outcome.added == 1


# -- several processes at once ---------------------------------------------------------------------

WRITER = """
with t.Situation(sys.argv[1]) as mali:
    for number in range(int(sys.argv[2]), int(sys.argv[2]) + 8):
        (outcome,) = mali.record([t.sheet(number, "konna")], by=f"writer {sys.argv[2]}")
        assert outcome.added == 2, outcome
        print(outcome.report, flush=True)
"""


def test_four_writers_at_once_lose_nothing_and_meet_no_error(path: str) -> None:
    with situation(path):
        pass
    writers = [start(WRITER, path, first) for first in ("100", "200", "300", "400")]
    said = [writer.communicate() for writer in writers]
    assert [error for _, error in said] == ["", "", "", ""]
    acknowledged = {UUID(line) for out, _ in said for line in out.splitlines()}
    assert len(acknowledged) == 4 * 8
    with Situation(path) as mali:
        found = streams(mali.log)
        assert acknowledged <= found.keys()
        assert {tuple(found[stream]) for stream in acknowledged} == {
            ("ReportRegistered", "TownOccupied")
        }
        assert positions(mali.log.read()) == list(range(1, REGISTERED + 2 * 4 * 8 + 1))
        assert mali.compare() == []


# -- the read model, shared by processes -----------------------------------------------------------


def test_who_had_a_read_model_open_that_another_rebuilt_goes_on_with_the_new_one(path: str) -> None:
    with situation(path) as mine, Situation(path) as other:
        assert mine.store.position == REGISTERED
        other.rebuild()
        mine.record([sheet(1, "konna")], by="ana")
        assert (mine.store.path, mine.store.position) == (mine.store_path, REGISTERED + 2)
        assert other.store.position == REGISTERED + 2
        assert mine.compare() == []


def test_a_read_model_that_another_clears_meanwhile_is_not_followed_with_a_gap(path: str) -> None:
    with situation(path) as mine, Situation(path) as other:
        store, after = mine.store, mine.store.position

        def events() -> Iterator[Event]:
            other.store.clear()
            yield from mine.log.read(after)

        mine.record([sheet(1, "konna")], by="ana")
        with pytest.raises(StoreError, match="cleared by another process"):
            follow(store, events(), after=after)
        assert mine.compare() == []


def test_tables_that_another_has_made_meanwhile_are_kept(path: str) -> None:
    with situation(path) as mine:
        mine.store.clear(only_if_old=True)
        assert mine.store.position == REGISTERED


# -- opening ---------------------------------------------------------------------------------------


def refusal(path: Path | str, *, create: bool = False) -> str:
    with pytest.raises(LogError) as refused, Log(str(path), create=create):
        pass
    return str(refused.value)


@SQLITE
def test_no_file_says_how_to_make_one(path: str) -> None:
    assert refusal(path) == (
        f"no log at {path}: make one with `tracker init`, or name another with --log"
    )
    assert not Path(path).exists()


def test_a_log_that_is_only_to_be_read_is_not_made(tmp_path: Path) -> None:
    path = tmp_path / "none.db"
    result = run("--log", path, "--read-only", "init")
    assert (result.exit_code, path.exists()) == (2, False)
    assert "no log at" in result.stderr
    assert "--read-only makes none: leave it out" in result.stderr
    said("--log", path, "init")
    said("--log", path, "--read-only", "init")


@SQLITE
def test_an_empty_file_says_how_to_make_one_and_can_be_made_one(path: str) -> None:
    Path(path).touch()
    assert "make one with `tracker init`" in refusal(path)
    with Log(path, create=True) as log:
        assert log.append(facts(1, 1)) == range(1, 2)


@pytest.mark.parametrize("create", [False, True])
def test_a_folder_says_to_name_a_file(tmp_path: Path, *, create: bool) -> None:
    said = refusal(tmp_path, create=create)
    assert said.endswith(f"is a folder: name the log's file, such as {tmp_path / 'situation.db'}")


@pytest.mark.parametrize("create", [False, True])
def test_what_is_no_database_is_left_as_it_is(tmp_path: Path, *, create: bool) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("Bamako, 17 January.\n" * 100)
    assert refusal(notes, create=create) == f"{notes} is not a log (not an SQLite database)"
    assert notes.read_text() == "Bamako, 17 January.\n" * 100
    assert list(tmp_path.iterdir()) == [notes]


@SQLITE
@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("application", [0, 0x47504B47])
def test_the_database_of_another_application_is_left_as_it_is(
    path: str, *, application: int, create: bool
) -> None:
    with behind(path) as connection:
        connection.execute(f"PRAGMA application_id={application}")
        connection.execute("CREATE TABLE theirs (x)")
    before = Path(path).read_bytes()
    assert refusal(path, create=create) == (
        f"{path} is a database, but not a tracker's log: name another with --log"
    )
    assert Path(path).read_bytes() == before


@SQLITE
def test_a_half_made_log_says_how_to_make_it_and_can_be_made(path: str) -> None:
    """What an `init` leaves that was killed after WAL was set, before the tables were made."""
    with behind(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    assert Path(path).stat().st_size > 0
    assert refusal(path) == f"{path} is empty or half made: make it with `tracker init`"
    with Log(path, create=True) as log:
        assert log.append(facts(1, 1)) == range(1, 2)


@SQLITE
def test_a_log_without_its_tables_says_how_to_make_it(path: str) -> None:
    with behind(path) as connection:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute("PRAGMA user_version=1")
    with Log(path) as log, pytest.raises(LogError, match="half made: make it with `tracker init`"):
        list(log.read())


@SQLITE
def test_a_log_of_a_newer_tracker_is_refused(path: str, log: Log) -> None:
    log.close()
    with behind(path) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    assert "was made by a newer tracker (schema 4): update this one" in refusal(path)


def test_making_a_log_that_is_there_keeps_its_events(path: str, log: Log) -> None:
    log.append(facts(1, 3))
    log.close()
    with Log(path, create=True) as again:
        assert positions(again.read()) == [1, 2, 3]
        assert again.append(facts(4, 4)) == range(4, 5)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = refusal(tmp_path / "nowhere" / "situation.db", create=True)
    assert said.endswith("cannot be opened: see that its folder exists and may be read")


@pytest.mark.parametrize("name", ["file:x.db", "mode=memory.db", "a b?c#d%20.db", "Sévaré.db"])
def test_any_name_of_a_file_is_only_a_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with Log(str(path), create=True) as log:
        log.append(facts(1, 2))
    keys = f"{name.removesuffix('.db')}.keys.db"
    assert {each.name for each in tmp_path.iterdir()} == {name, keys}
    with Log(str(path)) as log:
        assert positions(log.read()) == [1, 2]


def test_two_logs_in_memory_are_two() -> None:
    with Log(":memory:", create=True) as one, Log(":memory:", create=True) as other:
        one.append(facts(1, 2))
        assert (one.position, other.position) == (2, 0)


def test_a_log_is_closed_twice_without_harm(log: Log) -> None:
    log.close()
    log.close()


# -- what may only be read -------------------------------------------------------------------------


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that another user can look into, with a log of three events."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with situation(str(folder / "situation.db")) as mali:
            mali.record([sheet(1, "konna")], by="ana")
            assert mali.registry().places  # the read model is made, and followed up
        yield folder
        folder.chmod(0o700)


@contextmanager
def forbidden(folder: Path, mode: int) -> Iterator[None]:
    """Take away the right to write; root, whom modes do not bind, is someone else meanwhile."""
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(mode)
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        if writable(folder / "situation.db"):
            pytest.skip("modes of files do not bind here")
        yield
    finally:
        os.seteuid(user)


def writable(path: Path) -> bool:
    try:
        with path.open("ab"):
            return True
    except PermissionError:
        return False


@pytest.mark.parametrize("mode", [0o555, 0o777], ids=["folder read-only", "only the files"])
def test_a_read_only_log_can_be_asked_but_not_added_to(shared: Path, mode: int) -> None:
    path = str(shared / "situation.db")
    with forbidden(shared, mode), Situation(path, clock=lambda: CLOCK) as mali:
        assert positions(mali.log.read()) == list(range(1, REGISTERED + 3))
        assert [row["key"] for row in mali.state(mali.clocks(), "control").dicts] == ["konna"]
        with pytest.raises(LogError, match="is read-only: it can be asked, not added to"):
            mali.record([sheet(2, "konna")], by="ana")
        assert mali.log.position == REGISTERED + 2
    with Situation(path, clock=lambda: CLOCK) as mali:
        assert cast("SQLiteHealth", mali.log.health()).quick_check == "ok"


def test_a_read_only_log_is_asked_beyond_a_read_model_that_is_behind(shared: Path) -> None:
    path = str(shared / "situation.db")
    with Log(path) as log:
        log.append([Event(OTHER, 1, "late", next(log.read()).body, recorded_at=CLOCK)])
    with forbidden(shared, 0o555), Situation(path, clock=lambda: CLOCK) as mali:
        assert mali.store.position == REGISTERED + 3


def test_a_read_only_log_whose_newest_events_cannot_be_read_is_refused(shared: Path) -> None:
    (shared / "situation.db-wal").write_bytes(b"what a killed writer left")
    with forbidden(shared, 0o555):
        assert "its newest events in situation.db-wal: copy both" in refusal(
            shared / "situation.db"
        )


# -- a log from a stranger -------------------------------------------------------------------------


@SQLITE
@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER sing AFTER INSERT ON stored_events BEGIN DELETE FROM canary; END",
        "CREATE TRIGGER events_are_kept BEFORE DELETE ON stored_events BEGIN SELECT 1; END",
        "CREATE VIEW everything AS SELECT * FROM stored_events",
    ],
    ids=["a trigger", "a trigger under the name of ours", "a view"],
)
def test_a_log_with_something_planted_in_it_is_refused(path: str, log: Log, planted: str) -> None:
    log.append(facts(1, 3))
    log.close()
    with behind(path) as connection:
        connection.execute("CREATE TABLE canary (sang)")
        connection.execute("DROP TRIGGER events_are_kept")
        connection.execute(planted)
    before = Path(path).read_bytes()
    with pytest.raises(LogError, match=r"holds what no log holds .*refused"):
        Log(path)
    assert Path(path).read_bytes() == before
