"""Section 2, power cut: what a disk may hold when the power goes at any moment.

The system calls of a writer are traced once. A model of a disk replays them up to a random cut:
what was synced is there; of what was not, any part may be, write by write and sector by sector, in
any order. Names of files are held to the letter of the law too: a new, removed or renamed file is
certain only once its folder was synced. Each such disk is laid out as files, and opened.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from _faults.batches import acknowledged, judge, judge_model
from _faults.lines import Line
from _faults.tracing import Call, TraceError, lacking, traced

RUNS, SHORT = 400, 8
BATCHES, FEW = 60, 12
SECTOR = 512  # bytes: what a disk writes whole or not at all
ACKS = "acks"
UNSYNCED = ("none", "all", "some", "torn", "newest")
"""What becomes of writes that were not synced."""


@dataclass
class Inode:
    """A file: what is certainly on the disk, and what was written since."""

    certain: bytearray = field(default_factory=bytearray)
    since: list[Call] = field(default_factory=list)

    def sync(self) -> None:
        """Make all of it certain."""
        for call in self.since:
            _apply(self.certain, call)
        self.since.clear()

    def after_cut(self, moments: Random, fate: str) -> bytes:
        """Give what the disk holds of it, of what was not synced only a part."""
        held = bytearray(self.certain)
        for call in self.since[-1:] if fate == "newest" else self.since:
            if fate == "none" or (fate in {"some", "torn"} and moments.random() < 0.5):  # noqa: PLR2004 - a coin
                continue
            if fate == "torn" and call.data:
                for part in _sectors(call):
                    if moments.random() < 0.5:  # noqa: PLR2004 - a coin
                        _apply(held, part)
            else:
                _apply(held, call)
        return bytes(held)


def _apply(held: bytearray, call: Call) -> None:
    if call.name == "ftruncate":
        del held[call.offset :]
        held.extend(bytes(call.offset - len(held)))
        return
    held.extend(bytes(max(0, call.offset - len(held))))
    held[call.offset : call.offset + len(call.data)] = call.data


def _sectors(call: Call) -> list[Call]:
    parts, start = [], 0
    while start < len(call.data):
        end = start + SECTOR - (call.offset + start) % SECTOR
        parts.append(call._replace(data=call.data[start:end], offset=call.offset + start))
        start = end
    return parts


class Disk:
    """A folder on a disk that the calls of a trace happen to.

    A `deaf` disk does not hear when it is to sync a file whose name ends so.
    """

    def __init__(self, *, deaf: str = "") -> None:
        """Begin empty."""
        self.deaf = deaf
        self.names: dict[str, Inode] = {}
        self.certain: dict[str, Inode] = {}
        self.renamed: list[tuple[str, Inode | None]] = []
        self.told = bytearray()

    def take(self, call: Call) -> None:
        """Let one call happen. What is told to the outside (the acknowledgements) is told."""
        if call.path == ACKS:
            self.told += call.data
        elif call.name == "openat":
            if call.path not in self.names:
                self._name(call.path, Inode())
            elif "O_TRUNC" in call.flags:
                self.names[call.path].since.append(call._replace(name="ftruncate"))
        elif call.name == "rename":
            self._name(call.target, self.names[call.path])
            self._name(call.path, None)
        elif call.name == "unlink":
            self._name(call.path, None)
        elif call.name in {"fsync", "fdatasync"}:
            self._sync(call.path)
        elif call.name == "write":
            raise TraceError(f"a write to {call.path} whose place in it is not known")
        else:
            self.names[call.path].since.append(call)

    def _name(self, name: str, inode: Inode | None) -> None:
        self.renamed.append((name, inode))
        if inode is None:
            del self.names[name]
        else:
            self.names[name] = inode

    def _sync(self, name: str) -> None:
        if self.deaf and name.endswith(self.deaf):
            return
        if name:
            self.names[name].sync()
        else:
            self.certain = dict(self.names)
            self.renamed.clear()

    def cut(self, folder: Path, moments: Random) -> str:
        """Lay out in a folder what the disk holds when the power goes now; say what befell it."""
        names = dict(self.certain)
        kept = moments.randint(0, len(self.renamed))
        for name, inode in self.renamed[:kept]:
            if inode is None:
                names.pop(name, None)
            else:
                names[name] = inode
        fate = moments.choice(UNSYNCED)
        for name, inode in names.items():
            data = inode.after_cut(moments, fate)
            if name.endswith("-shm"):  # shared memory, which no sync ever reaches: anything
                data = moments.randbytes(32768)
            (folder / name).write_bytes(data)
        return f"{fate} of the unsynced writes, {kept} of {len(self.renamed)} names"


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Cut the power at random moments, and again on a disk that does not hear of every sync.

    Not syncing the write-ahead log is what SQLite does with synchronous=NORMAL: a judge that found
    nothing lost there would be blind.
    """
    line = Line("2 power cut")
    control = Line("2 the same, -wal never synced")
    line.skipped = control.skipped = lacking()
    if line.skipped:
        return [line, control]
    work = folder / "work"
    work.mkdir()
    log = work / "situation.db"
    batches = FEW if short else BATCHES
    calls = traced(work, folder / "trace", "cut", log, work / ACKS, 1, batches)
    (folder / "trace").unlink()
    runs = SHORT if short else RUNS
    line.note = f"{len(calls):,} calls traced"
    _cuts(calls, runs, moments, line, Disk())
    seen = Line(control.name)
    _cuts(calls, runs // 2, moments, seen, Disk(deaf="-wal"))
    control.runs, control.acknowledged = seen.runs, seen.acknowledged
    control.note = f"{seen.wrong['lost']:,} lost, as they must be"
    if not seen.wrong["lost"]:
        control.found("missed", "nothing lost without syncing: the judge is blind")
    return [line, control]


def _cuts(calls: Sequence[Call], runs: int, moments: Random, line: Line, disk: Disk) -> None:
    # Before the log is made nothing is acknowledged, and nothing there to be judged.
    first = next(at for at, call in enumerate(calls) if call.path == ACKS and call.data)
    cuts = sorted(moments.randint(first + 1, len(calls)) for _ in range(runs))
    done = 0
    for cut in cuts:
        for call in calls[done:cut]:
            disk.take(call)
        done = cut
        with tempfile.TemporaryDirectory(prefix="faults-cut-") as name:
            folder = Path(name)
            where = f"cut after call {cut}: {disk.cut(folder, moments)}"
            acks = acknowledged(bytes(disk.told))
            line.runs += 1
            line.acknowledged = max(line.acknowledged, len(acks))
            bad = line.wrong.total()
            judge(folder / "situation.db", acks, line, where)
            if not disk.deaf and line.wrong.total() == bad:
                judge_model(folder / "situation.db", line, where)
