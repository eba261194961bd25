"""What the victims record, how they acknowledge it, and the judge of what was kept.

A batch is one report: its registration and its facts, appended in one transaction. Its number
gives all of it, so that the judge needs no word of the victim's to tell a whole batch from half of
one. The judge reads the file with plain SQL, behind the tracker's back.
"""

from __future__ import annotations

import json
import os
import sqlite3
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tracker.situation import Situation

if TYPE_CHECKING:
    from _faults.lines import Line
    from tracker.facts.envelope import Event

WRITER = "victim"
CLOCK = 1_358_424_000_000_000  # 17 January 2013, noon, UTC
TOWNS = 12
_SITUATION = json.dumps(
    {
        "title": "Mali",
        "places": {f"town-{number}": {"name": f"Town {number}"} for number in range(TOWNS)},
        "actors": {"rebels": {"name": "Rebels"}, "army": {"name": "Army"}},
        "sources": {"voa": {"name": "VOA", "type": "broadcaster"}},
    }
).encode()
_KINDS = (
    ("TownOccupied", {"by": ["rebels"]}),
    ("TownEntered", {"by": ["army"], "opposed": "unknown"}),
    ("ControlReported", {"state": "held", "by": ["army"]}),
)
REGISTERED = 1 + TOWNS + 3
"""Events of the registration: title, towns, two actors, a source."""
Row = tuple[int, str, int, str, bytes, str]
_ROWS = (
    "SELECT seq, originator_id, originator_version, topic, state, event_id"
    " FROM stored_events ORDER BY seq"
)
LARGE = 120
"""Facts of every eleventh batch, which then takes many pages."""


def facts_of(number: int) -> int:
    """Give the number of facts of a batch: 1 to 12, and now and then many."""
    return LARGE if number % 11 == 0 else 1 + number * 7 % 12


def sheet(number: int) -> tuple[bytes, str]:
    """Give batch `number` as a fact sheet and its file name."""
    facts = []
    for place in range(facts_of(number)):
        kind, more = _KINDS[(number + place) % len(_KINDS)]
        day = 1 + (number + place) % 14
        facts.append(
            {"kind": kind, "place": f"town-{place % TOWNS}", "when": f"2013-01-{day:02}", **more}
            | {"status": "occurred", "voice": "reporter", "gist": f"Number {number}, {place}."}
        )
    document = {"name": f"{number}.txt", "sha256": f"{number:064x}"}
    header = {"source": "voa", "published": "2013-01-17", "document": document}
    return json.dumps({"report": header, "facts": facts}).encode(), f"{number}.yaml"


@contextmanager
def opened(
    path: Path | str, acks: Path | None = None, *, create: bool = False
) -> Iterator[Situation]:
    """Open a situation, with its clock at rest; what it appends is acknowledged in `acks`."""
    with Situation(str(path), create=create, clock=lambda: CLOCK) as situation:
        if acks is None:
            yield situation
            return
        file = os.open(acks, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            situation.log.append = _acknowledged(situation.log.append, file)  # type: ignore[method-assign]
            yield situation
        finally:
            os.close(file)


def _acknowledged(append: Callable[..., range], file: int) -> Callable[..., range]:
    from tracker.facts.codec import encode

    def appended(events: Sequence[Event], **more: str | None) -> range:
        hashes = {event.id: sha256(encode(event)).hexdigest() for event in events}
        positions = append(events, **more)
        if hashes:
            os.write(file, json.dumps(hashes).encode() + b"\n")
        return positions

    return appended


def begin(path: Path | str, acks: Path | None = None) -> None:
    """Make a log in which the names that batches use are registered."""
    with opened(path, acks, create=True) as situation:
        situation.register(_SITUATION, "situation.yaml", by=WRITER)


def record(situation: Situation, numbers: Iterable[int]) -> None:
    """Record batches, each in a transaction of its own."""
    for number in numbers:
        situation.record([sheet(number)], by=WRITER)


def acknowledged(acks: Path | bytes) -> dict[str, str]:
    """Give the sha256 of every acknowledged event's bytes before sealing, by its id."""
    data = acks if isinstance(acks, bytes) else acks.read_bytes() if acks.exists() else b""
    found: dict[str, str] = {}
    whole, _, _ = data.rpartition(b"\n")
    for line in whole.splitlines():
        found.update(json.loads(line))
    return found


def judge(path: Path, acks: dict[str, str], line: Line, where: str) -> None:
    """Count on a line what is wrong with a log, given what was acknowledged.

    Looks at the files as they lie there; opens them as SQLite does after a crash.
    """
    try:
        with closing(sqlite3.connect(path)) as connection:
            (verdict,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                line.found("corrupt", f"{where}: {verdict}")
            rows = connection.execute(_ROWS).fetchall()
            (head,) = connection.execute("SELECT seq FROM log_head").fetchone()
            ledger = _ledger_of(connection)
            (log_id,) = connection.execute("SELECT log_id FROM ledger_head").fetchone()
        keys = keys_in(keys_of(path))
    except sqlite3.Error as error:
        line.found("corrupt", f"{where}: {error}")
        line.found("lost", f"{where}: all of them", len(acks))
        return
    if [row[0] for row in rows] != list(range(1, head + 1)):
        line.found("corrupt", f"{where}: positions have gaps, or differ from the head {head}")
    _judge_ledger(rows, ledger, line, where)
    judge_rows(rows, acks, (log_id, keys), line, where)


def judge_rows(
    rows: Sequence[Row], acks: dict[str, str], opened_by: tuple[str, Keys], line: Line, where: str
) -> None:
    """Count what is lost, half there or there twice among events as they are stored.

    `opened_by` is the log's id and the keys of its text.
    """
    kept = {row[5]: sha256(unsealed(row, *opened_by)).hexdigest() for row in rows}
    lost = [event for event, digest in acks.items() if kept.get(event) != digest]
    line.found("lost", f"{where}: {lost[:2]}", len(lost))
    _judge_batches(rows, line, where)


# -- sealed text: what cannot be read again is lost ----------------------------------------------

Keys = Mapping[tuple[str, str], bytes]
"""The key of each text, by its event and field."""


def keys_of(log: Path) -> Path:
    """Say where the keys of a log's text lie."""
    return log.with_name(f"{log.stem}.keys.db")


def keys_in(path: Path) -> Keys:
    """Give the keys that a file holds; none where it is not there."""
    if not path.exists():
        return {}
    with closing(sqlite3.connect(path)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
            return {}  # its maker was killed before it had committed anything
        rows = connection.execute("SELECT event, field, key FROM keys")
        return {(event, field): key for event, field, key in rows}


def unsealed(row: Row, log_id: str, keys: Keys) -> bytes:
    """Give an event's bytes as they were before its text was sealed; as they are, where it fails.

    A text lies under AES-GCM, after its nonce of 12 bytes, bound to log, stream, version and field,
    each after its length; a bit and zeros fill it up.
    """
    _, stream, version, _, state, event_id = row
    try:
        envelope = json.loads(state)
        if state != _canonical(envelope):
            return state
        for field, box in envelope.pop("sealed", {}).items():
            if field == "alias":
                continue
            bound = [part.encode() for part in (log_id, stream, str(version), field)]
            data = b"".join(len(part).to_bytes(4) + part for part in bound)
            held = b64decode(box)
            text = AESGCM(keys[event_id, field]).decrypt(held[:12], held[12:], data)
            place = envelope["body"]["locator"] if field == "quote" else envelope["body"]
            place[field] = text.rstrip(b"\0").removesuffix(b"\x80").decode()
    except (ValueError, TypeError, LookupError, InvalidTag):
        return state
    return _canonical(envelope)


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


# -- the ledger, by the words of RFC 9162 and not by our own arithmetic ------------------------


def entry_hash(row: Row) -> bytes:
    """Hash an event as a leaf: 0, position, version, stream, length of the topic, topic, state."""
    seq, stream, version, topic, state, _ = row
    numbers = seq.to_bytes(8) + version.to_bytes(8) + bytes.fromhex(stream)
    name = topic.encode()
    return sha256(b"\0" + numbers + len(name).to_bytes(2) + name + state).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Hash a list of leaf hashes: MTH of RFC 9162, 2.1.1."""
    if len(leaves) < 2:  # noqa: PLR2004 - a leaf, or none
        return leaves[0] if leaves else sha256().digest()
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return sha256(b"\1" + tree_hash(leaves[:left]) + tree_hash(leaves[left:])).digest()


def peaks_of(leaves: Sequence[bytes]) -> list[bytes]:
    """Give the roots of the whole subtrees, the largest first: what the ledger's head keeps."""
    peaks, at = [], 0
    for height in range(len(leaves).bit_length() - 1, -1, -1):
        if len(leaves) >> height & 1:
            peaks.append(tree_hash(leaves[at : at + 2**height]))
            at += 2**height
    return peaks


def root_of_peaks(peaks: Sequence[bytes]) -> bytes:
    """Join them to the root of all."""
    if not peaks:
        return sha256().digest()
    root = peaks[-1]
    for peak in peaks[-2::-1]:
        root = sha256(b"\1" + peak + root).digest()
    return root


Ledger = tuple[list[bytes], int, bytes]
"""Leaf hashes, the size that the head states, its peaks."""


def _ledger_of(connection: sqlite3.Connection) -> Ledger:
    blocks = connection.execute("SELECT hashes FROM ledger_leaves ORDER BY seq").fetchall()
    hashes = b"".join(block for (block,) in blocks)
    size, peaks = connection.execute("SELECT size, frontier FROM ledger_head").fetchone()
    return [hashes[at : at + 32] for at in range(0, len(hashes), 32)], size, peaks


def _judge_ledger(rows: Sequence[Row], ledger: Ledger, line: Line, where: str) -> None:
    """Leaves = rows, and the head is that of the leaves."""
    leaves, size, peaks = ledger
    expected = [entry_hash(row) for row in rows]
    if leaves != expected:
        line.found("ledger", f"{where}: {len(leaves)} leaves for {len(rows)} rows, or others")
    elif size != len(rows) or peaks != b"".join(peaks_of(expected)):
        line.found("ledger", f"{where}: a head of {size} for {len(rows)} rows, or another tree")


def _judge_batches(rows: Sequence[Row], line: Line, where: str) -> None:
    versions: dict[str, list[int]] = {}
    for _, stream, version, *_ in rows:
        versions.setdefault(stream, []).append(version)
    numbers = _numbers(rows)
    wanted = {stream: 1 + facts_of(number) for stream, number in numbers.items()}
    situation = [stream for stream in versions if stream not in numbers]
    wanted |= dict.fromkeys(situation[:1], REGISTERED)
    for stream, found in versions.items():
        if found != list(range(1, wanted.get(stream, 0) + 1)):
            line.found("half", f"{where}: stream {stream} has {len(found)} events")
    twice = len(numbers) - len(set(numbers.values()))
    line.found("doubled", f"{where}: {twice} batches", twice)


def _numbers(rows: Iterable[Row]) -> dict[str, int]:
    """Give the number of each report's batch, by its stream."""
    return {
        stream: int(json.loads(state)["body"]["document"]["name"].partition(".")[0])
        for _, stream, _, topic, state, _ in rows
        if topic == "ReportRegistered"
    }


def rows_of(path: Path) -> list[Row]:
    """Give the events of a log as they are stored."""
    with closing(sqlite3.connect(path)) as connection:
        return [*map(tuple, connection.execute(_ROWS))]


def batches_in(path: Path) -> list[int]:
    """Give the numbers of the batches that a log holds, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return batches_of(connection.execute(_ROWS))


def batches_of(rows: Iterable[Row]) -> list[int]:
    """Give the numbers of the batches among events as they are stored, in order."""
    return sorted(_numbers(rows).values())


def judge_model(path: Path, line: Line, where: str) -> None:
    """Bring the read model up to the log as a question does, and compare it with a rebuild."""
    with opened(path) as situation:
        differences = situation.compare()
        if differences:
            line.found("differ", f"{where}: {differences[0]}")
