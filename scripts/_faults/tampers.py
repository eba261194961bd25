"""Section 6, tampering: eight kinds of it, with five kinds of cunning, and who finds it out.

Looked at by its owner, whose folder of keys remembers the newest checkpoint, or by an outsider who
has the public key and a copy of that checkpoint. What neither can find out without such a witness
is asserted too: a log that is cut back to an older checkpoint, one signed anew by the holder of
the key, and events that no checkpoint covers yet.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random

from _faults.attackers import CHANGES, CUNNING, Rows, reworded, rewrite, stranger
from _faults.batches import begin, keys_of, opened, record, rows_of
from _faults.lines import Line
from tracker.errors import TrackerError
from tracker.keys import ORIGIN, Keys

RUNS, SHORT = 250, 3
KNOWN, FEW = 25, 2
"""Runs of each case that is known to stay undetected."""
STEPS = (range(1, 4), range(4, 8), range(8, 12))
"""Batches of the log, each step signed for by a checkpoint."""
TAIL = range(12, 14)
"""Batches that no checkpoint covers, where those are the subject."""


@dataclass
class Scene:
    """A log with three checkpoints, as bytes, and what its owner and an outsider have of it."""

    folder: Path
    data: bytes
    keys: bytes
    rows: Rows
    notes: list[bytes]
    public_key: str

    @property
    def log(self) -> Path:
        """Where it lies: always there, for the owner's keys remember the place."""
        return self.folder / "logs" / "situation.db"

    def put(self, data: bytes, keys: bytes | None = None) -> None:
        """Put a log there, whatever lay there before, with the keys of its text (None: its own)."""
        for old in self.log.parent.iterdir():
            old.unlink()
        self.log.write_bytes(data)
        keys_of(self.log).write_bytes(self.keys if keys is None else keys)

    def verdict(self, who: str, against: Sequence[bytes] = ()) -> str:
        """Have the log verified by its owner or an outsider: fine, undecided, tampered, refused."""
        shutil.rmtree(self.folder / "outsider", ignore_errors=True)
        os.environ["TRACKER_KEYS"] = str(self.folder / who)
        keys = [] if who == "owner" else [self.public_key]
        try:
            with opened(self.log) as situation:
                found = situation.verify(
                    public_keys=keys, against=[(note, "a copy") for note in against]
                )
        except TrackerError:
            return "refused"
        finally:
            os.environ["TRACKER_KEYS"] = str(self.folder / "owner")
        return found.verdict


def stage(folder: Path, first: int = 0) -> Scene:
    """Make a log, of batches from a first one on, and sign for it three times."""
    log = folder / "logs" / "situation.db"
    log.parent.mkdir(parents=True)
    os.environ["TRACKER_KEYS"] = str(folder / "owner")
    notes = []
    begin(log)
    for step in STEPS:
        with opened(log) as situation:
            record(situation, [first + number for number in step])
            notes.append(situation.checkpoint().note.encode())
            public_key = situation.public_key()
    keys = keys_of(log).read_bytes()
    return Scene(folder, log.read_bytes(), keys, rows_of(log), notes, public_key)


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Tamper in every way, then in those that are known to stay undetected."""
    kept = os.environ.get("TRACKER_KEYS")
    scene = stage(folder)
    other = stage(folder / "elsewhere", first=50)
    try:
        runs = SHORT if short else RUNS
        lines = [_tampered(scene, kind, runs, moments) for kind in CHANGES]
        lines.append(_replaced(scene, other, runs, moments))
        few = FEW if short else KNOWN
        lines += [
            _cut_back(scene, few, moments),
            _signed_anew(scene, few, moments),
            _tail(scene, few, moments),
        ]
    finally:
        os.environ.pop("TRACKER_KEYS")
        os.environ.update({"TRACKER_KEYS": kept} if kept else {})
    return lines


WHO = ("owner", "outsider")


def _caught(scene: Scene, line: Line, how: str, moments: Random, seen: Counter[str]) -> None:
    who = moments.choice(WHO)
    found = scene.verdict(who, [] if who == "owner" else scene.notes[-1:])
    line.runs += 1
    seen[found] += 1
    if found not in {"tampered", "refused"}:
        line.found("missed", f"run {line.runs}, {how}, looked at by the {who}: {found}")


def _tampered(scene: Scene, kind: str, runs: int, moments: Random) -> Line:
    line, seen = Line(f"6 {kind}", acknowledged=len(scene.rows)), Counter[str]()
    key = stranger(moments)
    while line.runs < runs:
        rows = CHANGES[kind](moments, scene.rows)
        cunning = CUNNING[line.runs % len(CUNNING)]
        if rows == scene.rows:
            continue
        scene.put(scene.data)
        try:
            rewrite(scene.log, rows, moments, cunning, key)
        except sqlite3.IntegrityError:
            continue  # the tables hold no such rows
        _caught(scene, line, f"hidden: {cunning}", moments, seen)
    line.note = _told(seen)
    return line


def _told(seen: Counter[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in sorted(seen.items()))


def _replaced(scene: Scene, other: Scene, runs: int, moments: Random) -> Line:
    """Put another log in its place: a genuine one, one made up under its id, an old copy grown."""
    line, seen = Line("6 replaced", acknowledged=len(scene.rows)), Counter[str]()
    key = stranger(moments)
    ways = (_another, _made_up, _forked)
    while line.runs < runs:
        way = ways[line.runs % len(ways)]
        way(scene, other, moments)
        if way is _made_up:
            rewrite(scene.log, rows_of(scene.log), moments, "signed", key)
        _caught(scene, line, way.__name__[1:], moments, seen)
    line.note = _told(seen)
    return line


def _another(scene: Scene, other: Scene, moments: Random) -> None:
    scene.put(other.data, other.keys)
    if moments.random() < 0.5:  # noqa: PLR2004 - a coin
        with opened(scene.log) as situation:
            record(situation, [moments.randint(100, 10**6)])


def _made_up(scene: Scene, other: Scene, moments: Random) -> None:
    """Another log that says it is this one."""
    _another(scene, other, moments)
    log_id = scene.notes[0].decode().partition("\n")[0].removeprefix(ORIGIN)
    with closing(sqlite3.connect(scene.log)) as theirs, theirs:
        theirs.execute("UPDATE ledger_head SET log_id = ?", (log_id,))


def _forked(scene: Scene, _: Scene, moments: Random) -> None:
    """An old copy of the log, up to one of its checkpoints, to which other reports were added."""
    _cut_to(scene, moments.randrange(len(STEPS) - 1), moments)
    with opened(scene.log) as situation:
        record(situation, [moments.randint(100, 10**6) for _ in range(moments.randint(0, 3))])


def _cut_to(scene: Scene, step: int, moments: Random) -> None:
    """Cut the log back to a checkpoint, and hide it perfectly: what there was at that time."""
    sizes = [int(note.split(b"\n")[1]) for note in scene.notes]
    scene.put(scene.data)
    rewrite(scene.log, scene.rows[: sizes[step]], moments, "stripped", stranger(moments))


# -- what stays undetected without a witness ---------------------------------------------------


def _undetected(line: Line, how: str, without: str, witnessed: str) -> None:
    """Without the witness it must be taken for fine, as SECURITY.md says; with it, found out."""
    line.runs += 1
    if without != "fine":
        line.found("unclear", f"{how} is {without} even without a witness: SECURITY.md is wrong")
    if witnessed not in {"tampered", "refused"}:
        line.found("missed", f"{how} is {witnessed} in the face of a witness")


def _cut_back(scene: Scene, runs: int, moments: Random) -> Line:
    line = Line("6 cut back to an older checkpoint", acknowledged=len(scene.rows))
    line.note = "undetected by who knows no newer checkpoint, as stated"
    for _ in range(runs):
        step = moments.randrange(len(STEPS) - 1)
        _cut_to(scene, step, moments)
        alone = scene.verdict("outsider", scene.notes[: step + 1])
        _undetected(line, "it", alone, scene.verdict("outsider", scene.notes[-1:]))
    return line


def _signed_anew(scene: Scene, runs: int, moments: Random) -> Line:
    line = Line("6 signed anew by the holder of the key", acknowledged=len(scene.rows))
    line.note = "undetected by who kept no older checkpoint, as stated"
    key = Keys(scene.folder / "owner", str(scene.log)).signer()
    for _ in range(runs):
        scene.put(scene.data)
        rewrite(scene.log, reworded(moments, scene.rows), moments, "signed", key)
        alone = scene.verdict("outsider")
        _undetected(line, "it", alone, scene.verdict("outsider", scene.notes[-1:]))
    return line


def _tail(scene: Scene, runs: int, moments: Random) -> Line:
    """Change what was recorded since the last checkpoint: `verify` counts it as not covered."""
    line = Line("6 events that no checkpoint covers yet", acknowledged=len(scene.rows))
    line.note = "undetected until a checkpoint covers them, as stated"
    scene.put(scene.data)
    with opened(scene.log) as situation:
        record(situation, TAIL)
    data, keys, rows = scene.log.read_bytes(), keys_of(scene.log).read_bytes(), rows_of(scene.log)
    with opened(scene.log) as situation:
        later = situation.checkpoint().note.encode()
    covered = len(scene.rows)
    for _ in range(runs):
        scene.put(data, keys)
        changed = [*rows[:covered], *reworded(moments, rows[covered:])]
        rewrite(scene.log, changed, moments, "ledger", stranger(moments))
        alone = scene.verdict("outsider", scene.notes[-1:])
        _undetected(line, "it", alone, scene.verdict("outsider", [later]))
    return line
