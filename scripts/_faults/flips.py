"""Section 5, bit flips: one bit of a log's file is turned, and the log is verified.

Whether the flip changed anything is told by reading the tables and their indexes with plain SQL
before and after, not by what `verify` says. What the log holds besides events (leaves, head,
checkpoints) counts apart: there, a change that goes unnoticed would do no event any harm.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

from _faults.lines import Line
from _faults.tampers import Scene, stage

RUNS, SHORT = 300, 12
EVENTS = (
    "SELECT * FROM stored_events NOT INDEXED ORDER BY seq",
    "SELECT event_id, seq FROM stored_events ORDER BY event_id",
    """SELECT originator_id, originator_version, seq FROM stored_events
        ORDER BY originator_id, originator_version""",
    "SELECT seq FROM log_head",
)
"""All that is read of events: the table itself, and both indexes, which cover their questions."""
LEDGER = (
    "SELECT * FROM ledger_leaves ORDER BY seq",
    "SELECT * FROM ledger_head",
    "SELECT * FROM checkpoints ORDER BY number",
)


def run(folder: Path, moments: Random, *, short: bool) -> list[Line]:
    """Turn bits, anywhere in the file."""
    scene = stage(folder)
    line = Line("5 single-bit flips", acknowledged=len(scene.rows))
    before = read(scene.log, EVENTS), read(scene.log, LEDGER)
    changed = beside = unseen = noticed = 0
    for _ in range(SHORT if short else RUNS):
        at, bit = moments.randrange(len(scene.data)), moments.randrange(8)
        _put(scene, at, bit)
        events, ledger = read(scene.log, EVENTS), read(scene.log, LEDGER)
        unseen_by_sqlite = check(scene.log) == "ok"
        _put(scene, at, bit)  # reading may have written
        verdict = scene.verdict("owner")
        line.runs += 1
        if events != before[0]:
            changed += 1
            unseen += unseen_by_sqlite
            if verdict not in {"tampered", "refused"}:
                line.found("missed", f"bit {bit} of byte {at} changes events: {verdict}")
        elif ledger != before[1]:
            beside += 1
            if verdict not in {"tampered", "refused"}:
                line.found("missed", f"bit {bit} of byte {at} changes the ledger: {verdict}")
        else:
            noticed += verdict != "fine"
    line.note = (
        f"{changed} change events (SQLite's own check misses {unseen}), {beside} the ledger; "
        f"of the others {noticed} are noticed"
    )
    if not changed:
        line.found("unclear", "no flip changed anything: nothing was shown")
    return [line]


def _put(scene: Scene, at: int, bit: int) -> None:
    data = bytearray(scene.data)
    data[at] ^= 1 << bit
    scene.put(bytes(data))


def read(log: Path, questions: tuple[str, ...]) -> object:
    """Read all that a log tells, as bytes; None where something cannot be read."""
    try:
        with closing(sqlite3.connect(log)) as connection:
            connection.text_factory = bytes
            return [connection.execute(question).fetchall() for question in questions]
    except (sqlite3.Error, OverflowError, UnicodeError):  # the last: a message of damaged bytes
        return None


def check(log: Path) -> str:
    """Ask SQLite itself."""
    try:
        with closing(sqlite3.connect(log)) as connection:
            return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except (sqlite3.Error, UnicodeError) as error:
        return str(error)
