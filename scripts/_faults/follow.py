"""Section 9, followers: killed at random moments, and many of them beside many writers.

The source is a log of the section's own, or the one that --log names (an address of an empty log),
asked through the tracker's own door; the replicas are read behind its back.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from random import Random
from time import monotonic, sleep

from _faults.batches import (
    Row,
    begin,
    entry_hash,
    keys_of,
    opened,
    peaks_of,
    record,
    rows_of,
)
from _faults.crowd import ROUND, SHORT_BATCHES, WRITERS, record_or_say
from _faults.lines import Line
from _faults.victims import fork, killed
from projections import follower as models
from projections.store import MEMORY, Store
from tracker import copied, following
from tracker.errors import TrackerError
from tracker.facts.codec import id_in
from tracker.following import Follower
from tracker.log import Log
from tracker.situation import Situation, now

KILLS, SHORT_KILLS = 50, 2
FOLLOWERS = 4
SECONDS = 60.0
SMALL = 7
"""Events that a victim copies in one transaction, so that it can be killed between many."""
OFTEN = 5
"""Kills between two times that a follower is let catch up."""
GROWN = 3
"""Batches that are recorded at the source before each kill."""
PATIENCE = 60.0
"""Seconds after the last event in which a follower is to have all of them."""


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Kill followers of a log that grows; then let many follow one that many write to."""
    given = os.environ.get("FAULTS_LOG")
    if given:  # where there is no folder of the source's: its keys, and those of its replicas
        os.environ["TRACKER_VAULT"] = str(folder)
    lines = []
    for name, work in (("kills", kills), ("crowd", crowd)):
        place = folder / name
        place.mkdir()
        lines.append(work(place, given or str(place / "source.db"), moments, short=short))
    return lines


def kills(folder: Path, source: str, moments: Random, *, short: bool) -> Line:
    """Kill a follower: what it leaves is the beginning of the source, and it goes on from there."""
    line = Line("9 kill -9 of a follower")
    replica = folder / "replica.db"
    _begun(source)
    first = moments.randint(1, 1_000) * ROUND
    for turn in range(SHORT_KILLS if short else KILLS):
        with opened(source) as situation:
            record(situation, range(first + turn * GROWN, first + (turn + 1) * GROWN))
            if turn % 3 == 0:
                situation.checkpoint()
        killed(partial(_victim, source, replica), moments, inside=turn % 2 == 1, most=0.4)
        line.runs += 1
        where = f"run {turn}"
        if replica.exists() and not _unmade(replica):
            _judge_beginning(source, replica, line, where)
        if turn % OFTEN == 0:
            catch_up(source, replica, line, where)
    catch_up(source, replica, line, "at the end")
    line.acknowledged = len(_rows(source))
    judge_model(source, replica, line, "at the end")
    return line


def _begun(source: str) -> None:
    if "://" in source:
        with Log(source, create=True) as log:
            if log.position:
                return
    begin(source)


def _victim(source: str, replica: Path) -> None:
    copied.BATCH = SMALL  # type: ignore[misc]
    while True:
        with Follower(source, str(replica), now) as one:
            one.catch_up()


def _unmade(replica: Path) -> bool:
    """Whether a follower was killed before it had made the tables."""
    with closing(sqlite3.connect(replica)) as connection:
        return not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]


def _rows(source: str) -> list[Row]:
    """Give the events of the source, through the tracker's own door."""
    with Log(source, read_only=True) as log:
        return [
            (seq, str(stream).replace("-", ""), version, topic, bytes(state), id_in(bytes(state)))
            for seq, stream, version, topic, state in log.raw_rows()
        ]


def _judge_beginning(source: str, replica: Path, line: Line, where: str) -> int:
    """Compare a replica with the source, and its ledger with its events; give how many it has."""
    try:
        rows = rows_of(replica)
        with closing(sqlite3.connect(replica)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (head,) = connection.execute("SELECT seq FROM log_head").fetchone()
            size, peaks = connection.execute("SELECT size, frontier FROM ledger_head").fetchone()
            blocks = connection.execute("SELECT hashes FROM ledger_leaves ORDER BY seq").fetchall()
    except sqlite3.Error as error:
        line.found("corrupt", f"{where}: {error}")
        return 0
    if verdict != "ok" or head != len(rows):
        line.found("corrupt", f"{where}: {verdict}, {len(rows)} events for a head of {head}")
    wanted = _rows(source)
    seen = [row[5] for row in rows]
    line.found("doubled", f"{where}: events", len(seen) - len(set(seen)))
    wrong = [one for one, other in zip(rows, wanted, strict=False) if one != other]
    line.found("lost", f"{where}: other events than the source's: {wrong[:1]}", len(wrong))
    if len(rows) > len(wanted):
        line.found("lost", f"{where}: {len(rows)} events of a source of {len(wanted)}")
    leaves = [entry_hash(row) for row in rows]
    if b"".join(block for (block,) in blocks) != b"".join(leaves):
        line.found("ledger", f"{where}: leaves that are not those of the events")
    elif size != len(rows) or peaks != b"".join(peaks_of(leaves)):
        line.found("ledger", f"{where}: a head that is not that of the leaves")
    return len(rows)


def catch_up(source: str, replica: Path, line: Line, where: str) -> None:
    """Let a follower go on: afterwards the replica is the source, and verifies."""
    try:
        with Follower(source, str(replica), now) as one:
            one.catch_up()
    except TrackerError as error:
        line.found("unclear", f"{where}: {error}")
        return
    judge_whole(source, replica, line, where)


def judge_whole(source: str, replica: Path, line: Line, where: str) -> None:
    held = _judge_beginning(source, replica, line, where)
    line.found("lost", f"{where}: missed", len(_rows(source)) - held)
    with Situation(str(replica)) as situation:
        verdict = situation.verify()
    if verdict.verdict != "fine":
        line.found("ledger", f"{where}: verify: {[*verdict.findings, *verdict.doubts][:1]}")


def judge_model(source: str, replica: Path, line: Line, where: str) -> None:
    """Compare the beliefs of a replica with a rebuild from the source's own events."""
    if "TRACKER_VAULT" not in os.environ and keys_of(Path(source)).exists():
        shutil.copy(keys_of(Path(source)), keys_of(replica))
    with Situation(str(replica)) as situation, Store(MEMORY) as whole:
        with Log(source, read_only=True) as log:
            models.fill(whole, log.rows(), lambda _: None)
        found, wanted = set(situation.store.dump()), set(whole.dump())
    line.found("differ", f"{where}: {[*found ^ wanted][:1]}", len(found ^ wanted))


# -- many of them ----------------------------------------------------------------------------------


def crowd(folder: Path, source: str, moments: Random, *, short: bool) -> Line:
    """Let many write and some follow: each follower has every event once, and the same beliefs."""
    line = Line(f"9 {WRITERS} writers, {FOLLOWERS} followers")
    said, over = folder / "said", folder / "over"
    _begun(source)
    end = monotonic() + SECONDS
    first = moments.randint(1_001, 2_000) * ROUND
    batches = SHORT_BATCHES if short else None

    def writer(number: int) -> None:
        begun = first + number * ROUND
        with opened(source) as situation:
            for one in islice(range(begun, begun + ROUND), batches):
                record_or_say(situation, one, said)
                if batches is None and monotonic() > end:
                    return

    replicas = [folder / f"replica-{number}.db" for number in range(FOLLOWERS)]
    writers = [fork(partial(writer, number)) for number in range(WRITERS)]
    followers = [fork(partial(follow_until, source, one, over)) for one in replicas]
    _wait(writers, line, "writer")
    over.touch()
    _wait(followers, line, "follower")
    line.runs = WRITERS + FOLLOWERS
    line.acknowledged = len(_rows(source))
    if said.exists():
        line.found("unclear", said.read_text().splitlines()[0])
    for number, replica in enumerate(replicas):
        judge_whole(source, replica, line, f"follower {number}")
        judge_model(source, replica, line, f"follower {number}")
    return line


def follow_until(source: str, replica: Path, over: Path) -> None:
    """Follow until the writers are done and nothing is left to copy; looking often."""
    until: float | None = None
    with Follower(source, str(replica), now) as one:
        while True:
            done = over.exists()
            try:
                passed = one.catch_up()
            except following.SourceAway:
                passed = None
            if done and passed and not passed.copied:
                return
            if done:
                until = until or monotonic() + PATIENCE
                if monotonic() > until:
                    raise TimeoutError("events keep coming though nobody writes")
            sleep(0.05)


def _wait(children: list[int], line: Line, what: str) -> None:
    for child in children:
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status):
            line.found("unclear", f"a {what} ended with status {status}")
