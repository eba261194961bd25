"""Who uses the log while its servers come and go: writers, and followers of two sorts.

A batch is one report, as in scripts/faults: its number gives all of it. A writer records a batch
until that is acknowledged, as somebody does who is told to try again; each call is written down.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from time import monotonic, sleep

from _faults.batches import WRITER, facts_of, opened, sheet

from _ha.accounting import Call
from tracker.errors import InputError, TrackerError
from tracker.log import Conflict
from tracker.situation import Situation

ROUND = 1_000_000
"""Numbers between the first batches of two writers."""
FEW = 4
"""Facts of a batch at most: who leads is what is tried here, not how much one machine can do."""
BETWEEN, AGAIN = 0.2, 0.3
"""Seconds between two batches, and before one is tried again."""
PATIENCE = 90.0
"""Seconds after the last disturbance in which all are to be done."""
_FALSE = "other writers came first"


def write(url: str, number: int, folder: Path) -> None:
    """Record batch after batch, until the file `over` is there and the last one is acknowledged.

    Every other writer opens the log for each call, as a command does; the rest keep it open.
    """
    over, calls = folder / "over", folder / f"calls-{number}"
    with ExitStack() as held, calls.open("a", buffering=1) as noted:
        writer = _Writer(url, number, folder / f"acks-{number}", held)
        for batch in filter(_small, count(1 + number * ROUND)):
            until: float | None = None
            while not (call := writer.tried(batch)).kept:
                noted.write(json.dumps(call) + "\n")
                if over.exists():
                    until = until or monotonic() + PATIENCE
                    if monotonic() > until:
                        raise TimeoutError(f"batch {batch} is still not kept: {call.said}")
                sleep(AGAIN)
            noted.write(json.dumps(call) + "\n")
            if over.exists():
                return
            sleep(BETWEEN)


def _small(batch: int) -> bool:
    return facts_of(batch) <= FEW


class _Writer:
    """One writer: what it appends is acknowledged in a file, event by event."""

    def __init__(self, url: str, number: int, acks: Path, held: ExitStack) -> None:
        self._url = url
        self._number = number
        self._acks = acks
        self._held = held
        self._kept: Situation | None = None

    def tried(self, batch: int) -> Call:
        """Record a batch, or be told why not."""
        begun, outcome, said = monotonic(), "told", ""
        try:
            outcome = self._recorded(batch)
        except TrackerError as error:
            said = str(error)
            if isinstance(error, InputError | Conflict) or _FALSE in said:
                outcome = "conflict"
        return Call(self._number, batch, begun, monotonic(), outcome, said)

    def _recorded(self, batch: int) -> str:
        if self._number % 2:
            with opened(self._url, self._acks) as once:
                return _record(once, batch)
        if self._kept is None:
            self._kept = self._held.enter_context(opened(self._url, self._acks))
        return _record(self._kept, batch)


def _record(situation: Situation, batch: int) -> str:
    (found,) = situation.record([sheet(batch)], by=WRITER)
    return "recorded" if found.added else "there"


def calls_in(folder: Path) -> list[Call]:
    """Give all calls that were written down, in the order in which they ended."""
    lines = [line for path in folder.glob("calls-*") for line in path.read_text().splitlines()]
    return sorted((Call(*json.loads(line)) for line in lines), key=lambda call: call.ended)


class Command:
    """`tracker follow` in a process of its own, as people start it."""

    def __init__(self, url: str, replica: Path, said: Path) -> None:
        """Start it."""
        self.said = said
        self._words = [sys.executable, "-m", "tracker", "--log", str(replica), "follow", url]
        with said.open("wb") as output:
            self._process = subprocess.Popen(
                [*self._words, "--poll", "0.2"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def caught_up(self) -> str:
        """Stop it as Ctrl-C does, and let it catch up; give what went wrong, or nothing."""
        if self._process.poll() is not None:
            return f"ended by itself: {self.said.read_text()[-300:]}"
        self.end()
        done = subprocess.run(
            [*self._words, "--once"], capture_output=True, check=False, timeout=PATIENCE
        )
        return done.stderr.decode() if done.returncode else ""

    def end(self) -> None:
        """End it, if it still runs."""
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGINT)
            self._process.wait(PATIENCE)
