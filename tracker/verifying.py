"""Verify: whether a log's events are those that were signed for, and nothing else is amiss.

Everything is worked out again from the exact bytes that are stored, in one read transaction and
in bounded memory. Nothing of the log is believed, and nothing in it can make this fail: what
cannot be read is a finding.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from tracker.engines.base import DamagedError, Source
from tracker.facts.codec import id_in
from tracker.keys import Keys, KeysError, Remembered, origin_of
from tracker.leaves import cut
from tracker.ledger import Entry, Frontier, leaf_hashes
from tracker.logfile import SCHEMA_VERSION
from tracker.notes import (
    Checkpoint,
    NoteError,
    UnknownSignerError,
    Verifier,
    open_note,
    read_checkpoint,
    read_note,
)
from tracker.outcomes import Finding, Verdict
from tracker.timestamping import Looked, Stamp, look_at

PAGE = 2_000  # events at a time
BLOCKS = 20  # blocks of leaves at a time; one may hold 20,000
NAMED = 20
"""Findings told one by one; the rest is counted."""
_DAMAGED = (struct.error, TypeError, ValueError, KeyError, AttributeError)


@dataclass
class _Claim:
    """A root that someone vouches for: to be compared when the events have been read so far."""

    checkpoint: Checkpoint
    said: str  # which one it is, as a sentence's subject
    known: bool  # whether its signature is of a known key
    kept: bool = False  # whether the log holds it


@dataclass
class _Inspection:
    """What has been found so far."""

    keys: Keys | None
    verifiers: tuple[Verifier, ...]
    log_id: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    claims: list[_Claim] = field(default_factory=list)
    checkpoints: int = 0
    covered: int = 0
    head: Frontier = field(default_factory=Frontier)
    replica: bool = False
    newest: Remembered | None = None
    signed: dict[int, bytes] = field(default_factory=dict)
    """The checkpoints as they are kept, by number."""
    stamps: Looked = field(default_factory=Looked)

    def found(self, what: str, position: int | None = None) -> None:
        """Note something that is not as it must be."""
        if len(self.findings) < NAMED:
            self.findings.append(Finding(position, what))
        else:
            self.more += 1

    def still_to_come(self, checkpoint: Checkpoint, said: str) -> bool:
        """Whether a replica was not copied so far; doubted, for cutting back looks the same."""
        late = self.replica and checkpoint.size > self.head.size
        if late:
            self.doubts.append(
                f"{said} is of events that this replica does not hold (yet): `tracker follow`, "
                "and verify again"
            )
        return late

    def known_to(self, origin: str) -> list[Verifier]:
        """Give the keys whose signatures count under a log's name."""
        own = self.keys.verifier(origin) if self.keys else None
        return [*self.verifiers, *([own] if own else [])]


def verify(
    source: Source,
    keys: Keys | None,
    *,
    verifiers: Sequence[Verifier] = (),
    against: Sequence[tuple[bytes, str]] = (),
    authority: bytes = b"",
    progress: Callable[[int], None] = lambda _: None,
) -> Verdict:
    """Verify a log, read apart from all else (Log.source).

    `keys` is where the own key and the memory of earlier checkpoints lie; `verifiers` are further
    public keys that count; `against` are checkpoint files, (bytes, name) each, that the log must
    extend; `authority` are the certificates (PEM) of who signed its timestamps. The engine's own
    check runs beside the rest, where it has one. Raises KeysError where what `keys` holds cannot
    be read, LogError where the log cannot be reached, TrackerError for certificates that are none.
    """
    look = _Inspection(keys, tuple(verifiers))
    total = 0
    try:
        source.begin()
        total = _inspect(source, look, against, authority, progress)
    except DamagedError as error:
        look.found(str(error))
    finally:
        damage = source.damage()
    for line in damage:
        look.found(f"the file is damaged: {line}")
    return _verdict(look, total)


def _inspect(
    source: Source,
    look: _Inspection,
    against: Sequence[tuple[bytes, str]],
    authority: bytes,
    progress: Callable[[int], None],
) -> int:
    """Look at everything; give the number of events."""
    if source.version() < SCHEMA_VERSION:
        look.doubts.append(
            "this log was made before there was a ledger: it gains one when it is next written "
            "to, or by `tracker checkpoint`"
        )
        return int((source.one("SELECT count(*) FROM stored_events") or (0,))[0])
    for wrong in source.lacking():
        look.found(wrong)
    counter, head = source.one("SELECT seq FROM log_head"), source.one("SELECT * FROM ledger_head")
    look.replica = source.replica()
    _read_head(look, head)
    _read_checkpoints(source, look)
    _read_timestamps(source, look, authority)
    _read_against(look, against)
    _recall(look)
    total, frontier = _read_events(source, look, progress)
    last = counter[0] if counter else None
    if last != total:
        look.found(f"the log's counter says #{last}, and its last event is #{total}")
    if not look.findings and (frontier.size, frontier.packed) != (look.head.size, look.head.packed):
        look.found(f"the ledger's head is of {look.head.size} other events than these {total}")
    look.head = frontier
    for stream, count, least, most in source.streams():
        look.found(f"stream {_text(stream)} has {count} events, numbered {least} to {most}")
    return total


def _read_head(look: _Inspection, head: tuple[Any, ...] | None) -> None:
    try:
        _, log_id, size, packed = head or ()
        look.log_id, look.head = log_id.decode(), Frontier(size, packed)
    except _DAMAGED:
        look.found("the ledger's head is damaged")


def _read_checkpoints(source: Source, look: _Inspection) -> None:
    sql = "SELECT number, size, note, frontier FROM checkpoints ORDER BY number"
    rows = chain.from_iterable(source.pages(sql, PAGE))
    for at, (number, size, note, packed) in enumerate(rows, 1):
        said = f"checkpoint {number}"
        if number != at:
            look.found(f"checkpoint {at} is missing")
            at = number  # noqa: PLW2901 - told once
        look.signed[number] = note
        try:
            checkpoint, known = _opened(look, note)
            frontier = Frontier(size, packed)
        except NoteError as error:
            look.found(f"{said} is not what was signed: {error}")
            continue
        except _DAMAGED:
            look.found(f"{said} is damaged")
            continue
        if (checkpoint.size, checkpoint.root) != (frontier.size, frontier.root):
            look.found(f"{said} is kept with another tree than it was signed for")
        look.checkpoints = number
        if checkpoint.origin != origin_of(look.log_id):
            look.found(f"{said} is of another log ({checkpoint.origin})")
            continue
        look.claims.append(_Claim(checkpoint, f"{said} (#{checkpoint.size})", known, kept=True))
        if known:
            look.newest = Remembered(_text(note), number)


def _read_timestamps(source: Source, look: _Inspection, authority: bytes) -> None:
    sql = "SELECT number, checkpoint, token FROM timestamps ORDER BY number"
    stamps = (
        Stamp(f"timestamp {_text(number)}", f"checkpoint {_text(of)}", look.signed.get(of), token)
        for number, of, token in chain.from_iterable(source.pages(sql, PAGE))
    )
    look.stamps = look_at(stamps, authority)
    for wrong in look.stamps.wrong:
        look.found(wrong)
    look.doubts += look.stamps.doubts
    look.notes += look.stamps.notes


def _opened(look: _Inspection, note: bytes) -> tuple[Checkpoint, bool]:
    """Give a note's checkpoint, and whether someone known signed it. Raises NoteError."""
    checkpoint = read_checkpoint(read_note(note))
    try:
        open_note(note, look.known_to(checkpoint.origin))
    except UnknownSignerError:
        return checkpoint, False
    return checkpoint, True


def _read_against(look: _Inspection, against: Sequence[tuple[bytes, str]]) -> None:
    for data, name in against:
        try:
            checkpoint, known = _opened(look, data)
        except NoteError as error:
            look.doubts.append(f"{name}: {error}")
            continue
        if not known:
            look.doubts.append(f"{name} is {_UNKNOWN}")
        elif checkpoint.origin != origin_of(look.log_id):
            look.found(f"{name} is of another log ({checkpoint.origin})")
        elif not look.still_to_come(checkpoint, f"{name} (#{checkpoint.size})"):
            look.claims.append(_Claim(checkpoint, f"{name} (#{checkpoint.size})", known=True))


_UNKNOWN = "signed by a key that is not known here: name its public key with --key"


def _recall(look: _Inspection) -> None:
    """Compare with what the folder of keys remembers of this log, and of this place."""
    if look.keys is None:
        return
    place = look.keys.recall_place()
    if place is not None and place != look.log_id:
        look.found(
            f"the log that was here is gone: it was {place}, and this one is {look.log_id}. If "
            "you put it here, `tracker checkpoint` takes it up"
        )
    held = look.keys.recall(look.log_id)
    if held is None:
        return
    try:
        checkpoint = read_checkpoint(read_note(held.note))
    except NoteError as error:
        raise KeysError(f"what is remembered of this log is damaged: {error}") from error
    _recall_timestamps(look, held)
    kept = [claim for claim in look.claims if claim.checkpoint == checkpoint]
    for claim in kept:
        claim.known = True
    said = f"the newest checkpoint that is remembered (#{checkpoint.size})"
    if look.still_to_come(checkpoint, said):
        return
    if look.checkpoints < held.number or not kept:
        look.found(f"{said} is no longer in the log, and checkpoints are never deleted")
        look.claims.append(_Claim(checkpoint, said, known=True))


def _recall_timestamps(look: _Inspection, held: Remembered) -> None:
    gone = len(set(held.timestamps) - look.stamps.digests)
    if not gone:
        return
    said = "a timestamp that is remembered is" if gone == 1 else f"{gone} remembered timestamps are"
    if look.replica:
        look.doubts.append(f"{said} not in this replica (yet): `tracker follow`, and verify again")
    else:
        look.found(f"{said} no longer in the log, and timestamps are never deleted")


class _Leaves:
    """The leaves that the log keeps, read once, from the first on."""

    def __init__(self, blocks: Iterator[tuple[Any, Any]]) -> None:
        self._blocks = blocks
        self._block: list[bytes] = []
        self._first = 1
        self.ragged: int | None = None

    def take(self, first: int, last: int) -> list[bytes]:
        """Give those of a span that begins after the last one taken; empty where there is none."""
        taken: list[bytes] = []
        while len(taken) <= last - first:
            at = first + len(taken)
            if not self._first <= at < self._first + len(self._block) and not self._next(at):
                return taken + [b""] * (last + 1 - at)
            begin = at - self._first
            taken += self._block[begin : begin + last + 1 - at]
        return taken

    def _next(self, position: int) -> bool:
        """Go on to the block that holds a position."""
        while (end := self._first + len(self._block)) <= position:
            first, hashes = next(self._blocks, (None, None))
            if first is None:
                return False
            self._block = cut(hashes, first, first - 1, first + NO_BLOCK)
            if first != end or not self._block:
                self.ragged = self.ragged or end
            self._first = first
        return self._first <= position

    def left(self) -> bool:
        """Whether there are blocks beyond what was taken."""
        return next(self._blocks, None) is not None


NO_BLOCK = 2**40
"""More leaves than any block holds."""


def _read_events(
    source: Source, look: _Inspection, progress: Callable[[int], None]
) -> tuple[int, Frontier]:
    """Work out every leaf, and every root that is vouched for; give the last position and the tree.

    Where an event is not the one that was entered, the tree goes on with the entry: so what is
    said of roots is whether the ledger is as signed, and of events whether they are as entered.
    """
    pages = source.pages(
        "SELECT seq, originator_id, originator_version, topic, state, event_id"
        " FROM stored_events ORDER BY seq",
        PAGE,
    )
    blocks = source.pages("SELECT seq, hashes FROM ledger_leaves ORDER BY seq", BLOCKS)
    stored = _Leaves(chain.from_iterable(blocks))
    claims = sorted(look.claims, key=lambda claim: claim.checkpoint.size)
    frontier, last, good = Frontier(), 0, 0
    for page in pages:
        hashes = _hashes(look, page)
        if page[-1][0] == last + len(page):
            entered = stored.take(last + 1, last + len(page))
            if hashes != entered:
                _differing(look, page, hashes, entered)
                hashes = [then or now for now, then in zip(hashes, entered, strict=True)]
        else:
            hashes = _with_gaps(look, page, hashes, stored, last)
        good = _extend(look, claims, frontier, hashes, good)
        last = page[-1][0]
        progress(len(page))
    for claim in claims:
        if claim.checkpoint.size == 0:
            _settle(look, claim, Frontier(), good)
        else:
            look.found(f"{claim.said} was signed for more events than the log's {frontier.size}")
    if stored.ragged is not None:
        look.found(f"the ledger's entries from #{stored.ragged} on do not follow each other")
    if stored.take(last + 1, last + 1) != [b""] or stored.left():
        look.found(f"the ledger has entries after #{last}, whose events are gone")
    return last, frontier


def _with_gaps(
    look: _Inspection,
    page: Sequence[tuple[Any, ...]],
    hashes: Sequence[bytes],
    stored: _Leaves,
    last: int,
) -> list[bytes]:
    """Take a page whose positions are not dense; name what is missing, and go on with its entry."""
    filled = []
    for row, now in zip(page, hashes, strict=True):
        if row[0] != last + 1:
            upto = f" to #{row[0] - 1}" if row[0] > last + 2 else ""
            look.found(f"is missing{upto and f', and so are all{upto}'}", last + 1)
            filled += stored.take(last + 1, min(row[0] - 1, last + LONGEST_GAP))
        (then,) = stored.take(row[0], row[0])
        if now != then:
            _differing(look, [row], [now], [then])
        filled.append(then or now)
        last = row[0]
    return filled


LONGEST_GAP = 1_000_000
"""Missing events for which the ledger's entries are still read in their place."""


def _hashes(look: _Inspection, page: Sequence[tuple[Any, ...]]) -> list[bytes]:
    """Work out the leaves of events; one that is damaged gets an empty hash, and is named."""
    try:
        return leaf_hashes(map(_entry, page))
    except _DAMAGED:
        pass
    hashes = []
    for row in page:
        try:
            hashes += leaf_hashes([_entry(row)])
        except _DAMAGED as error:
            look.found(str(error) if isinstance(error, _RowError) else "is damaged", row[0])
            hashes.append(b"")
    return hashes


class _RowError(ValueError):
    """What is wrong with a row, apart from its hash."""


def _entry(row: tuple[Any, ...]) -> Entry:
    seq, stream, version, topic, state, event_id = row
    # As a number and back: another spelling of the same stream is another row to SQLite.
    raw = bytes.fromhex(stream.decode())
    if raw.hex().encode() != stream or type(state) is not bytes:
        raise _RowError("is damaged: its stream or its state is not what is ever stored")
    if id_in(state).encode() != event_id:
        raise _RowError("is filed under another id than it carries")
    return seq, raw, version, topic, state


def _differing(
    look: _Inspection,
    page: Sequence[tuple[Any, ...]],
    hashes: Sequence[bytes],
    expected: Sequence[bytes],
) -> None:
    for row, now, then in zip(page, hashes, expected, strict=True):
        if now != then and now:
            what = "is not the event that was entered" if then else "is not in the ledger"
            look.found(what, row[0])


def _extend(
    look: _Inspection, claims: list[_Claim], frontier: Frontier, hashes: list[bytes], good: int
) -> int:
    """Add leaves, stopping at each root that is vouched for; give where the last one held."""
    begin = frontier.size
    while claims and claims[0].checkpoint.size <= begin + len(hashes):
        claim = claims.pop(0)
        frontier.extend(hashes[frontier.size - begin : claim.checkpoint.size - begin])
        good = _settle(look, claim, frontier, good)
    frontier.extend(hashes[frontier.size - begin :])
    return good


def _settle(look: _Inspection, claim: _Claim, frontier: Frontier, good: int) -> int:
    size = claim.checkpoint.size
    if claim.checkpoint.root != frontier.root:
        since = f"after #{good} " if good else ""
        look.found(f"{claim.said} was signed for other events: some {since}up to #{size} changed")
        return good
    if claim.known:
        look.covered = max(look.covered, size)
    return size


def _verdict(look: _Inspection, total: int) -> Verdict:
    unknown = [claim for claim in look.claims if not claim.known]
    if unknown and look.covered < max(claim.checkpoint.size for claim in unknown):
        own = look.keys is not None and look.keys.exists()
        look.doubts.append(
            f"{unknown[-1].said} is {_UNKNOWN}"
            + ("" if own else " (there is no key of your own here)")
        )
    if not look.claims and not look.doubts:
        look.notes.append(
            "there is no checkpoint yet, so that nothing but the log itself vouches for these "
            "events: `tracker checkpoint` signs for them"
        )
    newest = look.newest and look.newest._replace(timestamps=tuple(sorted(look.stamps.digests)))
    return Verdict(
        verdict="tampered" if look.findings else "undecided" if look.doubts else "fine",
        log_id=look.log_id or None,
        events=total,
        covered=min(look.covered, total),
        checkpoints=look.checkpoints,
        root=look.head.root.hex(),
        findings=tuple(look.findings),
        more=look.more,
        doubts=tuple(look.doubts),
        notes=tuple(look.notes),
        newest=newest,
        timestamps=look.stamps.count,
    )


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
