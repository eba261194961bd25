"""Section 4: a disk that fills up, and files that may only be read.

The disk is a small tmpfs, mounted by a process that has mounts of its own (unshare): it is gone
when that process is, and needs no rights but those to make such a process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from random import Random

from _faults.batches import (
    acknowledged,
    batches_in,
    begin,
    judge,
    judge_model,
    keys_of,
    opened,
    record,
)
from _faults.lines import Line
from _faults.tracing import SCRIPTS
from tracker.errors import TrackerError
from tracker.situation import Situation

RUNS, SHORT = 20, 1
DISK = 4 * 2**20  # bytes
BALLAST = (2 * 2**20, 3 * 2**20)
"""Bytes that something else takes of it: the log finds it full at another moment each time."""
FULL, READ_ONLY = "is full: nothing was recorded", "is read-only: it can be asked, not added to"
NAMES = ("4 full disk", "4 read-only")


def lacking() -> str:
    """Say why nothing can be mounted here; "" where it can."""
    missing = [tool for tool in ("unshare", "mount") if shutil.which(tool) is None]
    if missing:
        return f"needs {' and '.join(missing)} (Debian: util-linux, mount)"
    tried = _unshared("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    return "" if tried.returncode == 0 else "may not mount a tmpfs here"


def _unshared(*program: str) -> subprocess.CompletedProcess[str]:
    as_root = () if os.geteuid() == 0 else ("--map-root-user",)
    return subprocess.run(
        ["unshare", "--mount", *as_root, *program],
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(SCRIPTS.parent), str(SCRIPTS)))},
        capture_output=True,
        text=True,
        check=False,
    )


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Do it all in a process with mounts of its own; give its lines."""
    if why := lacking():
        return [Line(name, skipped=why) for name in NAMES]
    runs = SHORT if short else RUNS
    seed = str(moments.getrandbits(32))
    done = _unshared(sys.executable, "-m", "_faults.disk", str(folder), seed, str(runs))
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [Line.from_json(found) for found in json.loads(done.stdout)]


def full(disk: Path, moments: Random, runs: int) -> Line:
    """Fill the disk; reads go on, errors are clean, and recording goes on once there is room."""
    line = Line(NAMES[0])
    for turn in range(runs):
        with _mounted(disk):
            _fill(disk, moments.randint(*BALLAST), line, f"run {turn}")
        line.runs += 1
    return line


def _fill(disk: Path, ballast: int, line: Line, where: str) -> None:
    log, acks, other = disk / "situation.db", disk.parent / "acks", disk / "other"
    acks.unlink(missing_ok=True)
    begin(log, acks)
    other.write_bytes(bytes(ballast))
    with opened(log, acks) as situation:
        failed = _until_refused(situation, line, where)
        before = acknowledged(acks)
        for _ in range(3):
            if not _refused(situation, failed, FULL, line, where):
                break  # a smaller hole was left, and it fitted
        events = {event.id for event in situation.log.read()}
        if not before.keys() <= events:
            line.found("lost", f"{where}: what was acknowledged cannot be read on the full disk")
        with opened(log) as another:
            for who in (situation, another):
                if not who.state(who.clocks("2013-01-20", None, None)).dicts:
                    line.found("unclear", f"{where}: no answers on the full disk")
        other.unlink()
        record(situation, [failed, failed + 1])  # the same process, without a restart
        if situation.compare():
            line.found("differ", f"{where}: the read model, once there was room again")
    _ask_without_a_byte(log, other, line, where)
    line.acknowledged += len(acknowledged(acks))
    judge(log, acknowledged(acks), line, where)
    judge_model(log, line, where)
    if batches_in(log) != list(range(1, failed + 2)):
        line.found("doubled", f"{where}: after the retry there are batches {batches_in(log)}")


def _ask_without_a_byte(log: Path, other: Path, line: Line, where: str) -> None:
    """Whoever begins when there is no room at all is answered too."""
    with suppress(OSError), other.open("wb") as filled:
        while True:
            filled.write(bytes(4096))
            filled.flush()
    try:
        with opened(log) as another:
            if not another.state(another.clocks("2013-01-20", None, None)).dicts:
                line.found("unclear", f"{where}: no answers without a byte of room")
    except TrackerError as error:
        line.found("unclear", f"{where}: without a byte of room: {error}")
    other.unlink()


def _until_refused(situation: Situation, line: Line, where: str) -> int:
    for number in count(1):
        if _refused(situation, number, FULL, line, where):
            return number
    raise AssertionError


def _refused(situation: Situation, number: int, plain: str, line: Line, where: str) -> bool:
    """Record a batch; where it is refused, the words must be those that help."""
    try:
        record(situation, [number])
    except TrackerError as error:
        if plain not in str(error):
            line.found("unclear", f"{where}: {error}")
        return True
    return False


def read_only(disk: Path) -> Line:
    """Ask and record where only the log's file, or all of its folder, may not be written."""
    line = Line(NAMES[1])
    for name, protect in (("the file", _protect_file), ("the folder", _protect_folder)):
        with _mounted(disk):
            log, acks = disk / "situation.db", disk.parent / "acks"
            acks.unlink(missing_ok=True)
            begin(log, acks)
            with opened(log, acks) as situation:
                record(situation, [1, 2])
                expected = situation.state(situation.clocks("2013-01-20", None, None)).dicts
            before = log.read_bytes()
            protect(log)
            with opened(log) as situation:
                if situation.state(situation.clocks("2013-01-20", None, None)).dicts != expected:
                    line.found("differ", f"{name} is read-only: other answers")
                if not _refused(situation, 3, READ_ONLY, line, f"{name} is read-only"):
                    line.found("missed", f"{name} is read-only, and was written")
            if log.read_bytes() != before:
                line.found("missed", f"{name} is read-only, and has changed")
            line.runs += 1
            line.acknowledged += len(acknowledged(acks))
            copy = disk.parent / "copy.db"
            copy.write_bytes(before)
            keys_of(copy).write_bytes(keys_of(log).read_bytes())
            judge(copy, acknowledged(acks), line, f"{name} is read-only")
    return line


def _protect_file(log: Path) -> None:
    _mount("--bind", str(log), str(log))
    _mount("-o", "remount,bind,ro", str(log))


def _protect_folder(log: Path) -> None:
    _mount("-o", "remount,ro", str(log.parent))


def _mount(*options: str) -> None:
    subprocess.run(["mount", *options], check=True)


@contextmanager
def _mounted(disk: Path) -> Iterator[None]:
    _mount("-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk))
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", "--recursive", str(disk)], check=True)


def main(folder: Path, seed: int, runs: int) -> None:
    """Work inside the process that has mounts of its own."""
    disk = folder / "disk"
    disk.mkdir()
    works: tuple[Callable[[], Line], ...] = (
        lambda: full(disk, Random(seed), runs),  # noqa: S311 - no secret
        lambda: read_only(disk),
    )
    print(json.dumps([work().as_json() for work in works]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
