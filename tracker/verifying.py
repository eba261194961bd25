"""Verify: whether a log's events are those that were signed for, and nothing else is amiss.

Everything is worked out again from the exact bytes that are stored, in one read transaction and
in bounded memory. Nothing of the log is believed, and nothing in it can make this fail: what
cannot be read is a finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Any

from tracker.engines.base import DamagedError, Source
from tracker.facts.codec import id_in
from tracker.keys import Keys
from tracker.leaves import cut
from tracker.ledger import Entry, Frontier, leaf_hashes
from tracker.logfile import LEDGER_VERSION
from tracker.notes import (
    Verifier,
)
from tracker.verdicts import Verdict
from tracker.witnesses import (
    DAMAGED,
    PAGE,
    UNKNOWN,
    Claim,
    Inspection,
    read_against,
    read_kept,
    read_timestamps,
    recall,
    text_of,
)

BLOCKS = 20  # blocks of leaves at a time; one may hold 20,000


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
    look = Inspection(keys, tuple(verifiers))
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
    look: Inspection,
    against: Sequence[tuple[bytes, str]],
    authority: bytes,
    progress: Callable[[int], None],
) -> int:
    """Look at everything; give the number of events."""
    if source.version() < LEDGER_VERSION:
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
    read_kept(source, look)
    read_timestamps(source, look, authority)
    read_against(look, against)
    recall(look)
    total, frontier = _read_events(source, look, progress)
    last = counter[0] if counter else None
    if last != total:
        look.found(f"the log's counter says #{last}, and its last event is #{total}")
    if not look.findings and (frontier.size, frontier.packed) != (look.head.size, look.head.packed):
        look.found(f"the ledger's head is of {look.head.size} other events than these {total}")
    look.head = frontier
    for stream, count, least, most in source.streams():
        look.found(f"stream {text_of(stream)} has {count} events, numbered {least} to {most}")
    return total


def _read_head(look: Inspection, head: tuple[Any, ...] | None) -> None:
    try:
        _, log_id, size, packed = head or ()
        look.log_id, look.head = log_id.decode(), Frontier(size, packed)
    except DAMAGED:
        look.found("the ledger's head is damaged")


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
    source: Source, look: Inspection, progress: Callable[[int], None]
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
    look: Inspection,
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


def _hashes(look: Inspection, page: Sequence[tuple[Any, ...]]) -> list[bytes]:
    """Work out the leaves of events; one that is damaged gets an empty hash, and is named."""
    try:
        return leaf_hashes(map(_entry, page))
    except DAMAGED:
        pass
    hashes = []
    for row in page:
        try:
            hashes += leaf_hashes([_entry(row)])
        except DAMAGED as error:
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
    look: Inspection,
    page: Sequence[tuple[Any, ...]],
    hashes: Sequence[bytes],
    expected: Sequence[bytes],
) -> None:
    for row, now, then in zip(page, hashes, expected, strict=True):
        if now != then and now:
            what = "is not the event that was entered" if then else "is not in the ledger"
            look.found(what, row[0])


def _extend(
    look: Inspection, claims: list[Claim], frontier: Frontier, hashes: list[bytes], good: int
) -> int:
    """Add leaves, stopping at each root that is vouched for; give where the last one held."""
    begin = frontier.size
    while claims and claims[0].checkpoint.size <= begin + len(hashes):
        claim = claims.pop(0)
        frontier.extend(hashes[frontier.size - begin : claim.checkpoint.size - begin])
        good = _settle(look, claim, frontier, good)
    frontier.extend(hashes[frontier.size - begin :])
    return good


def _settle(look: Inspection, claim: Claim, frontier: Frontier, good: int) -> int:
    size = claim.checkpoint.size
    if claim.checkpoint.root != frontier.root:
        since = f"after #{good} " if good else ""
        look.found(f"{claim.said} was signed for other events: some {since}up to #{size} changed")
        return good
    if claim.known:
        look.covered = max(look.covered, size)
    return size


def _verdict(look: Inspection, total: int) -> Verdict:
    unknown = [claim for claim in look.claims if not claim.known]
    if unknown and look.covered < max(claim.checkpoint.size for claim in unknown):
        own = look.keys is not None and look.keys.exists()
        look.doubts.append(
            f"{unknown[-1].said} is {UNKNOWN}"
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
