"""What vouches for a log: its checkpoints, those kept elsewhere, what is remembered, timestamps.

A part of `verifying`, and apart for its length: here is read what the events are compared with.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from tracker.engines.base import Source
from tracker.keys import Keys, KeysError, Remembered, origin_of
from tracker.ledger import Frontier
from tracker.notes import (
    Checkpoint,
    NoteError,
    UnknownSignerError,
    Verifier,
    open_note,
    read_checkpoint,
    read_note,
)
from tracker.timestamping import Looked, Stamp, look_at
from tracker.verdicts import Finding

PAGE = 2_000
"""Events, or other rows, at a time."""
NAMED = 20
"""Findings told one by one; the rest is counted."""
DAMAGED = (struct.error, TypeError, ValueError, KeyError, AttributeError)
"""What reading a stored value raises that is none of ours."""


@dataclass
class Claim:
    """A root that someone vouches for: to be compared when the events have been read so far."""

    checkpoint: Checkpoint
    said: str  # which one it is, as a sentence's subject
    known: bool  # whether its signature is of a known key
    kept: bool = False  # whether the log holds it


@dataclass
class Inspection:
    """What has been found so far."""

    keys: Keys | None
    verifiers: tuple[Verifier, ...]
    log_id: str = ""
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    doubts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
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


def read_kept(source: Source, look: Inspection) -> None:
    """Read the checkpoints that the log holds."""
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
        except DAMAGED:
            look.found(f"{said} is damaged")
            continue
        if (checkpoint.size, checkpoint.root) != (frontier.size, frontier.root):
            look.found(f"{said} is kept with another tree than it was signed for")
        look.checkpoints = number
        if checkpoint.origin != origin_of(look.log_id):
            look.found(f"{said} is of another log ({checkpoint.origin})")
            continue
        look.claims.append(Claim(checkpoint, f"{said} (#{checkpoint.size})", known, kept=True))
        if known:
            look.newest = Remembered(text_of(note), number)


def read_timestamps(source: Source, look: Inspection, authority: bytes) -> None:
    """Look at the timestamps that the log holds, once its checkpoints are read."""
    sql = "SELECT number, checkpoint, token FROM timestamps ORDER BY number"
    stamps = (
        Stamp(
            f"timestamp {text_of(number)}", f"checkpoint {text_of(of)}", look.signed.get(of), token
        )
        for number, of, token in chain.from_iterable(source.pages(sql, PAGE))
    )
    look.stamps = look_at(stamps, authority)
    for wrong in look.stamps.wrong:
        look.found(wrong)
    look.doubts += look.stamps.doubts
    look.notes += look.stamps.notes


def _opened(look: Inspection, note: bytes) -> tuple[Checkpoint, bool]:
    """Give a note's checkpoint, and whether someone known signed it. Raises NoteError."""
    checkpoint = read_checkpoint(read_note(note))
    try:
        open_note(note, look.known_to(checkpoint.origin))
    except UnknownSignerError:
        return checkpoint, False
    return checkpoint, True


def read_against(look: Inspection, against: Sequence[tuple[bytes, str]]) -> None:
    """Read the checkpoints that were kept elsewhere."""
    for data, name in against:
        try:
            checkpoint, known = _opened(look, data)
        except NoteError as error:
            look.doubts.append(f"{name}: {error}")
            continue
        if not known:
            look.doubts.append(f"{name} is {UNKNOWN}")
        elif checkpoint.origin != origin_of(look.log_id):
            look.found(f"{name} is of another log ({checkpoint.origin})")
        elif not look.still_to_come(checkpoint, f"{name} (#{checkpoint.size})"):
            look.claims.append(Claim(checkpoint, f"{name} (#{checkpoint.size})", known=True))


UNKNOWN = "signed by a key that is not known here: name its public key with --key"
"""What is said of a checkpoint that somebody else signed."""


def recall(look: Inspection) -> None:
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
        look.claims.append(Claim(checkpoint, said, known=True))


def _recall_timestamps(look: Inspection, held: Remembered) -> None:
    gone = len(set(held.timestamps) - look.stamps.digests)
    if not gone:
        return
    said = "a timestamp that is remembered is" if gone == 1 else f"{gone} remembered timestamps are"
    if look.replica:
        look.doubts.append(f"{said} not in this replica (yet): `tracker follow`, and verify again")
    else:
        look.found(f"{said} no longer in the log, and timestamps are never deleted")


def text_of(value: object) -> str:
    """Give a stored value as text, whatever it is."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)
