"""Feeding one target in a process of its own, which is held to time and memory for each input.

`python -m _fuzz.feeding TARGET SEED SECONDS INPUTS` feeds until it is done or something fails. The
input at hand lies in a file, so that it is known even where the process dies of it.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import traceback
from argparse import Namespace
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic
from types import FrameType

from _fuzz.mutating import mutate

SCRIPTS = Path(__file__).resolve().parents[1]
CPU_SECONDS = 10
"""Of one input; an honest file of the largest size takes less than one."""
WALL_SECONDS = 120
"""After which a process is ended that does not heed the first bound: stuck outside of Python."""
MEMORY = 512 * 2**20
"""Bytes that an input may take on top of what the process had before the first."""
KEPT = 2_000
"""Inputs to go on from, at most."""


@dataclass
class Outcome:
    """What feeding came to. `unfinished` where it stopped at a failure, with time left."""

    inputs: int = 0
    accepted: int = 0
    kept: int = 0
    seconds: float = 0
    failures: list[tuple[bytes, str]] = field(default_factory=list)
    unfinished: bool = False

    def add(self, other: Outcome) -> None:
        """Take up what feeding again came to."""
        self.inputs += other.inputs
        self.accepted += other.accepted
        self.kept = max(self.kept, other.kept)
        self.seconds += other.seconds
        self.failures += other.failures
        self.unfinished = other.unfinished

    def left(self, options: Namespace) -> tuple[float, int | None]:
        """Give the seconds and inputs that are left of what was asked for."""
        inputs = None if options.inputs is None else max(1, options.inputs - self.inputs)
        return max(1.0, options.seconds - self.seconds), inputs

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.inputs:,} inputs in {self.seconds:.0f} s, {self.accepted:,} accepted, "
            f"{self.kept:,} told of in new words, {len(self.failures)} failed"
        )


def feed(name: str, seed: int, seconds: float, inputs: int | None) -> Outcome:
    """Feed a target from a process of its own; give what it came to."""
    begun = monotonic()
    with TemporaryDirectory(prefix="fuzz-") as folder:
        current = Path(folder) / "input"
        words = [name, str(seed), str(seconds), str(inputs or 0), str(current)]
        paths = os.pathsep.join((str(SCRIPTS.parent), str(SCRIPTS)))
        done = subprocess.run(
            [sys.executable, "-m", "_fuzz.feeding", *words],
            env={**os.environ, "PYTHONPATH": paths, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        at_hand = current.read_bytes() if current.exists() else b""
    told = done.stdout.strip().splitlines()
    found = json.loads(told[-1]) if told and told[-1].startswith("{") else {}
    outcome = Outcome(**{key: value for key, value in found.items() if key != "why"})
    outcome.seconds = monotonic() - begun
    if done.returncode:
        died = f"the process died with {done.returncode}: {done.stderr.strip()[-500:]}"
        outcome.failures.append((at_hand, found.get("why", died)))
        outcome.unfinished = outcome.seconds < seconds
    return outcome


class TooSlowError(Exception):
    """An input takes longer than it may."""


def _too_slow(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError(f"took more than {CPU_SECONDS} s of the processor")


def _bound() -> None:
    signal.signal(signal.SIGPROF, _too_slow)
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if sys.platform == "linux" else 0
    if pages:
        most = pages * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def work(name: str, seed: int, seconds: float, inputs: int, current: Path) -> int:
    """Feed; print what it came to as JSON. 1 where an input failed, which lies in `current`."""
    from _fuzz.targets import ACCEPTED, TARGETS

    target = TARGETS[name]
    moments = Random(f"{seed} {name}")  # noqa: S311 - no secret
    outcome = Outcome()
    corpus, words = [*target.seeds()], set()
    at_hand = os.open(current, os.O_WRONLY | os.O_CREAT)
    begun = monotonic()
    with target.open() as parse:
        for data in [*corpus]:
            parse(data)  # all that is loaded at first use is loaded
        _bound()
        while monotonic() - begun < seconds and not (inputs and outcome.inputs >= inputs):
            data = mutate(moments, moments.choice(corpus), corpus, target.own)
            os.ftruncate(at_hand, 0)
            os.pwrite(at_hand, data, 0)
            outcome.inputs += 1
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
            signal.alarm(WALL_SECONDS)
            try:
                told = parse(data)
            except BaseException:  # noqa: BLE001 - whatever it is, it is what is looked for
                print(json.dumps({**vars(outcome), "why": traceback.format_exc(limit=-6)}))
                return 1
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
            outcome.accepted += ACCEPTED in told
            fresh = {_plain(word) for word in told} - words
            if fresh and len(corpus) < KEPT:
                words |= fresh
                corpus.append(data)
                outcome.kept += 1
    outcome.seconds = monotonic() - begun
    print(json.dumps(vars(outcome)))
    return 0


def _plain(word: str) -> str:
    """Leave out of a message what it quotes of the input."""
    said, _, _ = word.partition("'")
    return re.sub(r"[0-9]", "#", said)[:80]


if __name__ == "__main__":
    which, drawn, long, many, where = sys.argv[1:]
    sys.exit(work(which, int(drawn), float(long), int(many), Path(where)))
