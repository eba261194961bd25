"""Copying: how fast a replica catches up, and how late a watch tells of what others record.

The recorder is another process, with its decisions taken beforehand: what is measured beside it is
the watch, with the read model that it keeps up to the log.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from random import Random
from statistics import median

from _bench.lines import Line
from tracker import Situation
from tracker.following import Follower
from tracker.garbage import seldom_collected
from tracker.log import Log
from tracker.reports import Decision, record
from tracker.situation import now

CATCH_UP = 50_000
"""Events a second: the bar."""
EVENTS_A_SECOND, LATE_MS = 500, 1_000.0
"""Recorded beside the watch; and the most milliseconds that 99 of 100 may be told late."""
FACTS, TOWNS = 10, 400
"""Facts of a report, and places that they are about: some twenty claims each, in the end."""
WARM = 20
"""Reports that are recorded and told before it counts."""
_KINDS = (
    ("TownOccupied", {"by": ["rebels"]}),
    ("ControlReported", {"state": "held", "by": ["army"]}),
    ("TownEntered", {"by": ["army"], "opposed": "unknown"}),
)


def follow(log: Path, runs: int) -> list[Line]:
    """Copy a log into a new replica: until it is caught up and on the disk, and until it is closed.

    Closing it moves what lies in SQLite's write-ahead log into the file.
    """
    caught_up, closed = [], []
    for _ in range(runs):
        for old in log.parent.glob("replica.*"):
            old.unlink()
        begun = time.perf_counter()
        with Follower(str(log), str(log.with_name("replica.db")), now) as one:
            copied = one.catch_up().copied
            caught_up.append(copied / (time.perf_counter() - begun))
        closed.append(copied / (time.perf_counter() - begun))
    speed = median(caught_up)
    bar = f">= {CATCH_UP:,} events/s"
    return [
        Line("a replica catches up", speed, "events/s", bar=bar, holds=speed >= CATCH_UP),
        Line("a replica catches up, and is closed", median(closed), "events/s"),
    ]


def watch(folder: Path, seconds: float) -> list[Line]:
    """Watch while another process records: how late is each event looked at, and told."""
    log = folder / "watched.db"
    moments = Random(1)  # noqa: S311 - no secret
    with Situation(str(log), create=True) as situation:
        situation.register(_situation(), "situation.yaml", by="bench")
        count = WARM + int(seconds * EVENTS_A_SECOND / (1 + FACTS))
        sheets = situation.read_sheets([_sheet(number, moments) for number in range(count)])
        first = situation.position
    reports = [sheet.report for _, sheet in sheets]
    recorder = os.fork()
    if not recorder:
        with Situation(str(log)) as situation:
            for number, report in enumerate(reports):
                if number == WARM:
                    begun = time.perf_counter()
                if number >= WARM:
                    due = begun + (number - WARM) * (1 + FACTS) / EVENTS_A_SECOND
                    time.sleep(max(0.0, due - time.perf_counter()))
                decision: Decision = record([], report, at=now(), by="bench")
                situation.log.append(decision.events)
        os._exit(0)
    late = _late(log, first, first + count * (1 + FACTS))
    os.waitpid(recorder, 0)
    counted = sorted(late[WARM * (1 + FACTS) :])
    worst, middle = counted[int(len(counted) * 0.99)], counted[len(counted) // 2]
    beside = f"{EVENTS_A_SECOND} events/s recorded meanwhile"
    return [
        Line("told late, half within", middle, "ms", beside),
        Line("told late, 99 of 100 within", worst, "ms", beside, bar=f"<= {LATE_MS:,.0f} ms",
             holds=worst <= LATE_MS),
    ]  # fmt: skip


def _late(log: Path, after: int, end: int) -> list[float]:
    """Give how many milliseconds after it was recorded each event was told."""
    late: list[float] = []
    with Situation(str(log)) as situation, Log(str(log)) as beside, seldom_collected():
        for found in situation.watch(after, situation.watched(), end=end, sleep=time.sleep):
            told = now()
            late += [(told - one.recorded_at) / 1000 for one in beside.read(after, found.upto)]
            after = found.upto
    return late


def _situation() -> bytes:
    towns = {f"town-{number}": {"name": f"Town {number}"} for number in range(TOWNS)}
    actors = {"rebels": {"name": "Rebels"}, "army": {"name": "Army"}}
    sources = {"wire": {"name": "The wire", "type": "broadcaster"}}
    told = {"title": "Watched", "places": towns, "actors": actors, "sources": sources}
    return json.dumps(told).encode()


def _sheet(number: int, moments: Random) -> tuple[bytes, str]:
    facts = []
    for town in moments.sample(range(TOWNS), FACTS):
        kind, more = moments.choice(_KINDS)
        facts.append(
            {"kind": kind, "place": f"town-{town}", "when": f"2013-01-{1 + number % 14:02}", **more}
            | {"status": "occurred", "voice": "reporter", "gist": f"Number {number}, {town}."}
        )
    document = {"name": f"{number}.txt", "sha256": f"{number:064x}"}
    header = {"source": "wire", "published": "2013-01-17", "document": document}
    return json.dumps({"report": header, "facts": facts}).encode(), f"{number}.yaml"
