"""kill -9 at any moment: all of a report or none of it, and a read model that is whole.

The moments are random and seeded. Half of the kills come from outside, after so many bytes of
what the victim says; half are the victim's own, after so many steps of SQLite's machine, so that
they fall inside a transaction. A longer run is scripts/faults.
"""

import json
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest

from tracker.situation import Situation

HERE = Path(__file__).resolve().parent
SEED = 20130117
FACTS = 12  # in every report
TOWNS = [f"town-{number}" for number in range(FACTS)]
CLOCK = 1_358_424_000_000_000  # 17 January 2013, noon, UTC

SITUATION = json.dumps(
    {
        "title": "Mali",
        "places": {town: {"name": town} for town in TOWNS},
        "actors": {"rebels": {"name": "Rebels"}},
        "sources": {"voa": {"name": "VOA", "type": "broadcaster"}},
    }
).encode()
REGISTERED = FACTS + 3

VICTIM = f"""
import itertools, os, signal, sqlite3, sys
sys.path[:0] = [{str(HERE.parent)!r}, {str(HERE)!r}]
import test_kill as t
from tracker.situation import Situation

task, path, first, steps = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

def say(text):
    os.write(1, text.encode())

if steps:
    left = itertools.count(steps, -1)
    connect = sqlite3.connect
    def connect_to_die(*args, **kwargs):
        connection = connect(*args, **kwargs)
        connection.set_progress_handler(
            lambda: 0 if next(left) else os.kill(os.getpid(), signal.SIGKILL), t.STEP
        )
        return connection
    sqlite3.connect = connect_to_die

def clock():
    say(".")  # about to append, or to rebuild
    return t.CLOCK

with Situation(path, clock=clock) as mali:
    for number in itertools.count(first):
        if task == "record":
            (outcome,) = mali.record([t.sheet(number)], by="victim")
            say(outcome.report + "\\n")
        else:
            mali.rebuild()
            say("rebuilt\\n")
"""
STEP = 100  # instructions of SQLite's machine between two looks at whether to die


def sheet(number: int) -> tuple[bytes, str]:
    facts = [
        {"kind": "TownOccupied", "place": town, "by": ["rebels"], "when": "2013-01-14"}
        | {"status": "occurred", "voice": "reporter", "gist": f"Taken, says {number}."}
        for town in TOWNS
    ]
    document = {"name": f"{number}.txt", "sha256": f"{number:064x}"}
    header = {"source": "voa", "published": "2013-01-17", "document": document}
    return json.dumps({"report": header, "facts": facts}).encode(), f"{number}.yaml"


@pytest.fixture
def path(tmp_path: Path) -> str:
    """The log of a situation without reports."""
    path = str(tmp_path / "situation.db")
    with Situation(path, create=True, clock=lambda: CLOCK) as mali:
        mali.register(SITUATION, "situation.yaml", by="ana")
    return path


def killed(task: str, path: str, first: int, moments: random.Random, *, inside: bool) -> list[str]:
    """Start a victim and let it be killed; give the lines it had said."""
    steps = moments.randrange(1, 400) if inside else 0
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, task, path, str(first), str(steps)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert victim.stdout
    said = b""
    if not inside:
        for _ in range(moments.randrange(1, 6)):
            said += victim.stdout.readline()
        said += victim.stdout.read(moments.randrange(3))
        victim.kill()
    rest, errors = victim.communicate()
    assert (victim.returncode, errors) == (-signal.SIGKILL, b"")
    whole, _, _ = (said + rest).rpartition(b"\n")
    return [line.strip(".") for line in whole.decode().splitlines()]


def streams(mali: Situation) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for event in mali.log.read(REGISTERED):
        found.setdefault(event.stream, []).append(event.body.TOPIC)
    return found


def assert_sound(mali: Situation) -> None:
    """Nothing is half there, and the read model is what the log says."""
    whole = ["ReportRegistered", *["TownOccupied"] * FACTS]
    assert all(topics == whole for topics in streams(mali).values())
    health = mali.log.health()
    assert health.quick_check == "ok"
    assert health.events == health.last_seq == health.head_seq == mali.log.position
    assert mali.compare() == []


def test_a_killed_writer_leaves_all_of_a_report_or_none_of_it(path: str) -> None:
    moments = random.Random(SEED)  # noqa: S311 - no secret
    acknowledged: set[UUID] = set()
    for turn in range(12):
        inside = turn % 2 == 1
        said = killed("record", path, 1 + 1_000 * turn, moments, inside=inside)
        acknowledged |= {UUID(report) for report in said}
        with Situation(path, clock=lambda: CLOCK) as mali:
            assert acknowledged <= streams(mali).keys()
            assert_sound(mali)
    assert len(acknowledged) > 12


def test_who_retries_after_a_kill_records_each_report_once(path: str) -> None:
    """The outcome of the last record is unknown to the caller: it is looked up, never guessed."""
    moments = random.Random(SEED + 1)  # noqa: S311 - no secret
    said = killed("record", path, 1, moments, inside=True)
    with Situation(path, clock=lambda: CLOCK) as mali:
        there = len(streams(mali))
        assert there - len(said) in {0, 1}
        outcomes = mali.record([sheet(number) for number in range(1, there + 2)], by="ana")
        assert [outcome.added for outcome in outcomes] == [0] * there + [1 + FACTS]
        assert_sound(mali)


def test_a_killed_rebuild_leaves_the_read_model_whole(path: str) -> None:
    moments = random.Random(SEED + 2)  # noqa: S311 - no secret
    with Situation(path, clock=lambda: CLOCK) as mali:
        mali.record([sheet(number) for number in range(1, 6)], by="ana")
        position = mali.store.position
        store = mali.store_path
    assert position == REGISTERED + 5 * (1 + FACTS)
    for turn in range(6):
        killed("rebuild", path, 0, moments, inside=turn % 2 == 1)
        with closing(sqlite3.connect(store)) as found:  # before anything could repair it
            assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            (kept,) = found.execute("SELECT value FROM meta WHERE name = 'position'").fetchone()
        assert int(kept) == position
        with Situation(path, clock=lambda: CLOCK) as mali:
            assert_sound(mali)
