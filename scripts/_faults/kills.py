"""Section 1, kill: writers and projectors are killed with SIGKILL at random moments."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from random import Random

from _faults.batches import (
    WRITER,
    acknowledged,
    batches_in,
    begin,
    facts_of,
    judge,
    judge_model,
    opened,
    record,
    sheet,
)
from _faults.lines import Line
from _faults.victims import killed
from projections import believing, follower
from projections.store import MEMORY, Store
from tracker.situation import Situation

RUNS, SHORT = 200, 2
PER_LOG = 10
"""Kills that one log goes through before a new one is begun."""
BATCHES = 12
"""Batches that a projector has before it."""
ROUND = 100_000
"""Numbers between the first batches of two victims, which so never tell the same report."""


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Kill writers, then projectors."""
    runs = SHORT if short else RUNS
    return [writers(folder, moments, runs), projectors(folder, moments, runs)]


def writers(folder: Path, moments: Random, runs: int) -> Line:
    """Kill who records: nothing acknowledged may be gone, no batch be there by half."""
    line = Line("1 kill -9 of a writer")
    log, acks = folder / "situation.db", folder / "acks"
    for turn in range(runs):
        if turn % PER_LOG == 0:
            line.acknowledged += len(acknowledged(acks))
            _clear(folder)
            begin(log, acks)

        def work(first: int = 1 + turn * ROUND) -> None:
            with opened(log, acks) as situation:
                record(situation, count(first))

        killed(work, moments, inside=turn % 2 == 1, most=0.6)
        line.runs += 1
        where = f"run {turn}"
        judge(log, acknowledged(acks), line, where)
        judge_model(log, line, where)
        _retry(log, acks, 1 + turn * ROUND, line, where)
    line.acknowledged += len(acknowledged(acks))
    _clear(folder)
    return line


def _retry(log: Path, acks: Path, first: int, line: Line, where: str) -> None:
    """Record all of a victim's batches again, and one more: who retries in doubt adds nothing."""
    there = [number for number in batches_in(log) if number >= first]
    wanted = range(first, first + len(there))
    if there != [*wanted]:
        line.found("lost", f"{where}: batches {there[:3]} ... are there, in no row")
    with opened(log, acks) as situation:
        again = [sheet(number) for number in (*wanted, wanted.stop)]
        added = [outcome.added for outcome in situation.record(again, by=WRITER)]
    if added != [0] * len(there) + [1 + facts_of(wanted.stop)]:
        line.found("doubled", f"{where}: recording all of it again added {added}")
    judge(log, acknowledged(acks), line, f"{where}, then retried")


def projectors(folder: Path, moments: Random, runs: int) -> Line:
    """Kill who rebuilds the read model or follows the log into it.

    What is found is compared, before anything could mend it, with a model filled up to the same
    position, and after the next question with a full rebuild.
    """
    line = Line("1 kill -9 of a projector")
    log, acks = folder / "situation.db", folder / "acks"
    begin(log, acks)
    with opened(log, acks) as situation:
        record(situation, range(1, 1 + BATCHES))
        model = Path(situation.store_path)
    line.acknowledged = len(acknowledged(acks))
    for turn in range(runs):
        works = (_rebuild, _rebuild_shared, _follow)
        work = works[turn % len(works)]
        if work is _follow and turn % 2:
            model.unlink(missing_ok=True)
        killed(lambda work=work: work(log), moments, inside=turn // 3 % 2 == 1, most=0.4)  # type: ignore[misc]
        line.runs += 1
        where = f"run {turn}, {work.__name__[1:]}"
        _judge_as_found(log, model, line, where)
        judge(log, acknowledged(acks), line, where)
        judge_model(log, line, where)
    with opened(log) as situation:
        situation.rebuild()
    left = sorted(path.name for path in folder.glob("*.new*"))
    if left:
        line.found("unclear", f"a rebuild leaves behind what killed ones left: {left[:2]}")
    _clear(folder)
    return line


def _rebuild(log: Path) -> None:
    with opened(log) as situation:
        while True:
            situation.rebuild()


def _rebuild_shared(log: Path) -> None:
    """Rebuild as a long log is: with a helping process."""
    for module in (follower, believing):
        module.WORTH_HELP = 0  # type: ignore[attr-defined]
        module.processors = lambda: 2  # type: ignore[attr-defined]
    follower.CHUNK = 100  # type: ignore[misc]
    _rebuild(log)


def _follow(log: Path) -> None:
    """Follow from the first event again and again, in small transactions."""
    with opened(log) as situation:
        while True:
            with Store(situation.store_path) as store:
                while store.position < situation.position:
                    after = store.position
                    events = list(situation.log.read(after, after + 20))
                    follower.follow(store, events, after=after, batch=7)
                store.clear()


def _judge_as_found(log: Path, model: Path, line: Line, where: str) -> None:
    """Compare a model as it was left with one filled up to the position that it claims."""
    if not model.exists():
        return
    with closing(sqlite3.connect(model)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        made = connection.execute("PRAGMA user_version").fetchone()[0]
    if verdict != "ok":
        line.found("corrupt", f"{where}: the read model: {verdict}")
    if verdict != "ok" or not made:
        return
    with Situation(str(log)) as situation, Store(model) as found, Store(MEMORY) as whole:
        follower.fill(whole, situation.log.rows(upto=found.position), lambda _: None)
        if set(found.dump()) != set(whole.dump()):
            line.found("differ", f"{where}: as it was left at position {found.position}")


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()
