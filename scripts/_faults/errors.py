"""Section 3, I/O errors: system calls on the log's files fail, once or from then on.

strace lets the n-th call of a sort fail with EIO or ENOSPC, as a dying or a full disk would. The
victim does what a careful client does: after an error it asks again for the same report, whose
events are looked up by their ids. After it, so does another process on a disk that works.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import cycle, product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from _faults.batches import (
    acknowledged,
    batches_in,
    begin,
    judge,
    judge_model,
    opened,
    record,
)
from _faults.lines import Line
from _faults.tracing import lacking, strace

RUNS, SHORT = 76, 2
FIRST, BATCHES = 10, 4
CALLS = ("pwrite64", "fdatasync", "openat", "ftruncate", "pread64")
"""What may fail."""
FILES = {
    "the log": ("situation.db", "situation.db-wal", "situation.db-journal"),
    "the keys": ("situation.keys.db", "situation.keys.db-journal"),
    "the read model": ("situation.state.db", "situation.state.db-journal"),
}
KINDS = [
    *product(("the log",), CALLS, ("EIO", "ENOSPC"), ("", "+")),
    *product(("the read model",), ("pwrite64", "fdatasync", "pread64"), ("EIO", "ENOSPC"), ("",)),
]
"""Where, what, how, and whether only once (strace's words for it)."""
PLAIN = (
    "is full: nothing was recorded",
    "is read-only: it can be asked",
    "failed while",
    "is damaged",
    "cannot be opened",
)
"""What users are told, which says what is wrong and what to do."""


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Let calls fail, and see what became of the batches."""
    line = Line("3 EIO, ENOSPC at the n-th call", skipped=lacking())
    if line.skipped:
        return [line]
    made = {where: _calls_made(folder / where, where) for where in FILES}
    kinds = cycle(kind for kind in moments.sample(KINDS, len(KINDS)) if made[kind[0]][kind[1]])
    told = 0
    while line.runs < (SHORT if short else RUNS):
        where, calls, error, lasting = next(kinds)
        at = moments.randint(1, made[where][calls])
        inject = f"{calls}:error={error}:when={at}{lasting}"
        with TemporaryDirectory(dir=folder) as place:
            told += one(Path(place), where, inject, line)
    line.note = f"{told} told the user of an error, the others were coped with"
    return [line]


def _watching(folder: Path, where: str) -> list[str]:
    """Give the options by which strace heeds the calls on these files alone."""
    files = (word for file in FILES[where] for word in ("-P", str(folder / file)))
    return ["-o", str(folder / "trace"), *files]


def _calls_made(folder: Path, where: str) -> Counter[str]:
    """Count the calls of a victim that nothing happens to: those are what may fail."""
    folder.mkdir()
    log, acks = folder / "situation.db", folder / "acks"
    begin(log, acks)
    options = [*_watching(folder, where), "-e", f"trace={','.join(CALLS)}"]
    strace(options, "retry", log, acks, FIRST, BATCHES)
    return Counter(re.findall(r"(\w+)\(", (folder / "trace").read_text()))


def one(folder: Path, where: str, inject: str, line: Line) -> bool:
    """Let one call fail; give whether the user was told of an error."""
    log, acks = folder / "situation.db", folder / "acks"
    name = f"{where}, {inject}"
    begin(log, acks)
    options = [*_watching(folder, where), "-e", f"inject={inject}"]
    done = strace(options, "retry", log, acks, FIRST, BATCHES)
    if "(INJECTED)" not in (folder / "trace").read_text():
        return False  # it made fewer calls this time: no run
    told = done.stdout.splitlines()
    if done.returncode:
        line.found("unclear", f"{name}: {done.stderr.strip().splitlines()[-1:]}")
    for words in told:
        if not any(plain in words for plain in PLAIN):
            line.found("unclear", f"{name}: {words}")
    judge(log, acknowledged(acks), line, name)
    with opened(log, acks) as situation:
        record(situation, range(FIRST, FIRST + BATCHES))
    acks_now = acknowledged(acks)
    line.runs += 1
    line.acknowledged += len(acks_now)
    judge(log, acks_now, line, f"{name}, then retried")
    judge_model(log, line, f"{name}, then retried")
    if batches_in(log) != list(range(FIRST, FIRST + BATCHES)):
        line.found("lost", f"{name}: after the retry there are batches {batches_in(log)}")
    return bool(told)
