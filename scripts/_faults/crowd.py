"""Section 7, a crowd: many processes write to one log while others read it."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from time import monotonic

from _faults.batches import (
    REGISTERED,
    acknowledged,
    batches_in,
    begin,
    facts_of,
    judge,
    judge_model,
    opened,
    record,
)
from _faults.lines import Line
from _faults.victims import fork
from tracker.errors import TrackerError
from tracker.facts import ReportRegistered
from tracker.facts.envelope import Event
from tracker.situation import Situation

WRITERS, READERS = 8, 4
SECONDS = 60.0
SHORT_BATCHES = 2
"""Of each writer, in the short run: it is bounded by what is done, not by the clock."""
ROUND = 1_000_000
"""Numbers between the first batches of two writers."""


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Let them all loose on one log; a short run ends when its batches are recorded."""
    line = Line(f"7 {WRITERS} writers, {READERS} readers")
    log, said, over = folder / "situation.db", folder / "said", folder / "over"
    acks = [folder / f"acks-{number}" for number in range(WRITERS)]
    begin(log, folder / "acks")
    end = monotonic() + SECONDS
    same = 11 * moments.randint(10_000, 20_000)  # a large batch, which all of them record
    batches = SHORT_BATCHES if short else None

    def writer(number: int) -> None:
        numbers = range(1 + number * ROUND, 1 + (number + 1) * ROUND)
        with opened(log, acks[number]) as situation:
            for one in chain([same], numbers[:batches]):
                record_or_say(situation, one, said)
                if batches is None and monotonic() > end:
                    return

    children = [fork(partial(writer, number)) for number in range(WRITERS)]
    readers = [fork(lambda: _read(log, said, over)) for _ in range(READERS)]
    for child in children:
        _ended(child, line)
    over.touch()
    for child in readers:
        _ended(child, line)
    line.runs = WRITERS + READERS
    kept = acknowledged(b"".join(one.read_bytes() for one in [folder / "acks", *acks]))
    line.acknowledged = len(kept)
    judge(log, kept, line, "afterwards")
    judge_model(log, line, "afterwards")
    reads = _judge_said(said, line)
    line.note = f"{len(batches_in(log)):,} batches, {reads:,} reads"
    return [line]


def record_or_say(situation: Situation, number: int, said: Path) -> None:
    """Record a batch; what a user would be told goes into a file."""
    try:
        record(situation, [number])
    except TrackerError as error:
        say(said, wrong="unclear", what=f"batch {number}: {error}")


def _read(log: Path, said: Path, over: Path) -> None:
    """Ask and read again and again: positions only grow, and every batch is there whole."""
    last, reads = 0, 0
    while not over.exists() or not reads:
        with opened(log) as situation:
            for _ in range(20):
                position = _look(situation, said) or last
                if position < last:
                    say(said, wrong="lost", what=f"position {position} after {last}")
                last, reads = position, reads + 1
    say(said, reads=reads)


def _look(situation: Situation, said: Path) -> int | None:
    """Ask once; give the position, None where the answer was an error."""
    try:
        situation.state(situation.clocks("2013-01-20", None, None), "control")
        position = situation.position
        events = list(situation.log.read(max(0, position - 400), position))
    except TrackerError as error:
        say(said, wrong="unclear", what=f"a reader: {error}")
        return None
    for what in _halves(events, position):
        say(said, wrong="half", what=what)
    return position


def _halves(events: list[Event], position: int) -> list[str]:
    """Name what is half there, of the reports whose beginning was read."""
    if events and [e.position for e in events] != list(range(events[0].position, position + 1)):
        return [f"positions up to {position} have gaps"]
    sizes = Counter(event.stream for event in events)
    return [
        f"{sizes[event.stream]} events of batch {number}"
        for event in events
        if isinstance(event.body, ReportRegistered) and event.body.document
        for number in [int(event.body.document.name.partition(".")[0])]
        if sizes[event.stream] != 1 + facts_of(number) and event.position > REGISTERED
    ]


def say(said: Path, **what: object) -> None:
    """Add a line to what all processes say."""
    file = os.open(said, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, json.dumps(what).encode() + b"\n")
    os.close(file)


def _judge_said(said: Path, line: Line) -> int:
    reads = 0
    for text in said.read_text().splitlines():
        told = json.loads(text)
        reads += told.get("reads", 0)
        if "wrong" in told:
            line.found(told["wrong"], told["what"])
    return reads


def _ended(child: int, line: Line) -> None:
    _, status = os.waitpid(child, 0)
    if status:
        line.found("unclear", f"a process ended with {os.waitstatus_to_exitcode(status)}")
