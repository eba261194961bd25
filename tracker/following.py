"""Following: a remote log copied into a replica as it grows, and checked as it comes.

Each batch is compared with the source's ledger before it is kept: the leaves are worked out again
from the bytes that came, and lead to the source's own root. So the replica is at every moment the
beginning of the source, whatever was killed; what is not is refused, and names the position.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Self

from tracker.copied import UNREADABLE, end_of, first_of, kept_rows, signed_with, stamps_of
from tracker.errors import LogError, NoLogError
from tracker.facts.codec import StoredRow
from tracker.garbage import uncollected
from tracker.heard import Heard, read_heard, write_heard
from tracker.instants import Instant
from tracker.leaves import Stored, Timestamp
from tracker.ledger import Frontier
from tracker.log import Log
from tracker.logfile import EventRow
from tracker.replicas import (
    Ahead,
    Batch,
    Replica,
    ReplicaError,
    Signed,
    not_there,
    refuse_circle,
    shown,
    source_to_follow,
    without_secrets,
)
from tracker.threads import handed_over_soon
from tracker.waiting import Waiting

NEAR = 20_000
"""Events since the source's last checkpoint up to which its root is asked for after every batch: it
is worked out from there on. Further on its leaves are compared, and its root at the end."""
COMPARED = 50_000
"""Leaves compared at a time, where two histories part."""
NOTED_SECONDS = 1.0
"""Between two notes of when the source was last heard, while nothing comes."""
SIGNED_SECONDS = 10.0
"""Between two looks for checkpoints alone, at a source that does not tell of changes."""


class SourceAway(LogError):  # noqa: N818 - a state to wait in, not a fault
    """The source cannot be reached or read just now."""


class Passed(NamedTuple):
    """What one pass copied: events, and the position that both logs are at."""

    copied: int
    position: int


Tell = Callable[[str], None]


@dataclass
class Follower:
    """Follows one source into one replica. A context manager.

    `open_source` opens the log that is copied; tests give one that fails.
    """

    source: str
    path: str
    clock: Callable[[], Instant]
    open_source: Callable[[str], Log] = lambda source: Log(source, read_only=True)
    heard: Heard = field(default_factory=Heard)
    _log: Log | None = None
    _replica: Replica | None = None
    _seen: tuple[int | None, int] | None = None
    _noted: Instant = 0
    _signed: Instant = 0

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close both logs."""
        self.close()

    def close(self) -> None:
        """Close both logs; safe to call twice."""
        self._leave()
        if self._replica is not None:
            self._replica.close()
            self._replica = None

    def _leave(self) -> None:
        log, self._log, self._seen = self._log, None, None
        if log is not None:
            log.close()

    # -- one pass ------------------------------------------------------------------------------

    def catch_up(self, progress: Callable[[int, int], None] = lambda _at, _of: None) -> Passed:
        """Copy all that the source holds now and the replica does not.

        `progress` is told (position, position of the source). Raises SourceAway, after which a
        further pass begins anew, and ReplicaError for a source that is not what was copied.
        """
        try:
            return self._caught_up(progress)
        except SourceAway as error:
            self._leave()
            self._note(Heard(self.heard.position, self.heard.at, str(error)))
            raise
        except ReplicaError as error:
            if self._replica is not None:  # whoever asks it is told that it follows no more
                self._note(Heard(self.heard.position, self.heard.at, str(error)))
            raise

    def _caught_up(self, progress: Callable[[int, int], None]) -> Passed:
        log = self._reached()
        with self._asking():
            seen = (log.version(), log.position)
        now, last = self.clock(), seen[1]
        if self._nothing_new(seen, now):
            self._note(Heard(last, now), soon=True)
            return Passed(0, last)
        replica = self._replica or self._begun(log)
        tree, copied = self._copy(log, replica, last, progress)
        self._copy_signatures(log, replica, tree)
        self._seen, self._signed = seen, now
        self._note(Heard(last, now))
        return Passed(copied, last)

    def _nothing_new(self, seen: tuple[int | None, int], now: Instant) -> bool:
        """Whether the source is as it was; one that tells of no changes may have been signed."""
        quiet = seen == self._seen
        return quiet and (seen[0] is not None or now - self._signed < SIGNED_SECONDS * 1_000_000)

    def _reached(self) -> Log:
        if self._log is not None and not self._log.there():
            self._leave()  # what lies there by now is compared with what was copied
        if self._log is None:
            with self._asking():
                self._log = self.open_source(self.source)
        return self._log

    def _begun(self, log: Log) -> Replica:
        """Open the replica, once it is known of which log it must be."""
        refuse_circle(self.path, self.source, log.replica_of)
        with self._asking():
            log_id = log.log_id
        if log_id is None:
            raise ReplicaError(
                f"{shown(self.source)} has no ledger yet, so nothing can be checked as it comes: "
                "`tracker checkpoint` there makes one"
            )
        self._replica = Replica(self.path, shown(self.source), log_id)
        return self._replica

    def _compare_heads(self, log: Log, replica: Replica, tree: Frontier, last: int) -> None:
        """See to it that the source begins with what was copied. Raises ReplicaError.

        Once a connection, and where nothing is to be copied: else the root after the next batch,
        which is over all events before it too, tells the same for less.
        """
        if last < tree.size:
            raise ReplicaError(
                f"{shown(self.source)} ends at #{last}, and #{tree.size} was copied from it: it "
                "was cut back, put back from a copy, or taken over by a server that lacked the "
                "rest; nothing was changed here"
            )
        if self._seen is None or last == tree.size:
            self._compare(log, replica, tree, tree.size)

    def _compare(self, log: Log, replica: Replica, tree: Frontier, copied: int) -> None:
        """Compare the source's tree with ours; `copied` events of it are in the replica."""
        with self._asking():
            theirs = log.frontier(tree.size)
        if theirs is not None and theirs.packed == tree.packed:
            return
        at = self._parting(log, replica, copied)
        if at is None:
            raise self._false(tree.size, "the source's root there is of other events")
        raise ReplicaError(
            f"{shown(self.source)} differs at #{at} from what was copied from it: its history was "
            "changed; nothing was changed here. See `tracker verify` on both"
        )

    def _parting(self, log: Log, replica: Replica, upto: int) -> int | None:
        """Find the first position at which the source's ledger is not that of the replica."""
        for after in range(0, upto, COMPARED):
            stop = min(after + COMPARED, upto)
            with self._asking():
                theirs = log.leaves(stop, after)
            pairs = zip(theirs, replica.leaves(after, stop), strict=False)
            for at, (one, other) in enumerate(pairs, after + 1):
                if one != other:
                    return at
            if len(theirs) < stop - after:
                return after + len(theirs) + 1
        return None

    @uncollected()
    @handed_over_soon()
    def _copy(
        self, log: Log, replica: Replica, last: int, progress: Callable[[int, int], None]
    ) -> tuple[Frontier, int]:
        """Copy all events; give the tree that they lead to, and how many there were.

        Each batch is read and checked while the one before it is written.
        """
        tree, signed, copied = replica.frontier(), replica.signed(), 0
        self._compare_heads(log, replica, tree, last)
        self._note(Heard(last, self.clock()))  # before the first of it is copied
        kept = tree.size
        try:
            while kept < last:
                batch = self._read(log, replica, tree, signed, last) if tree.size < last else None
                try:
                    replica.settle()
                except Ahead:
                    tree, signed = replica.frontier(), replica.signed()
                    kept = tree.size
                    continue
                if tree.size > kept:
                    copied += tree.size - kept
                    kept = tree.size
                    progress(kept, last)
                if batch is not None:
                    replica.keep(batch)
                    tree, signed = batch.grown, signed_with(signed, batch)
        except BaseException:
            with suppress(LogError, ReplicaError):  # what failed first is told
                replica.settle()
            raise
        return tree, copied

    def _read(self, log: Log, replica: Replica, tree: Frontier, signed: Signed, last: int) -> Batch:
        """Read the batch after a tree and what signs for that, and check it."""
        after = tree.size
        with self._asking():
            timeline = log.timeline()
        checkpoints, stamped = self._signatures(log, signed, last)
        stop = end_of(after, [one.size for one in checkpoints], last)
        with self._asking():
            found = list(first_of(log.raw_rows(after, stop)))
        rows, hashes = self._checked(found, after)
        upto = after + len(rows)
        with self._asking():
            theirs = log.leaves(upto, after)
        if theirs != hashes:
            pairs = zip(hashes, theirs, strict=False)
            same = next((at for at, (one, other) in enumerate(pairs) if one != other), len(theirs))
            raise self._false(after + 1 + same, "its bytes are not those of the source's ledger")
        grown = Frontier(after, tree.packed).extend(hashes)
        known = [one for one in checkpoints if one.size <= upto]
        nearest = known[-1].size if known else signed.upto
        if upto == last or upto - nearest <= NEAR:
            self._compare(log, replica, grown, after)
        stamps = stamps_of(stamped, signed.checkpoints + len(known))
        self._confirm(log, timeline)
        return Batch(tree, grown, rows, hashes, known, stamps)

    def _confirm(self, log: Log, timeline: str) -> None:
        """See to it that no failover can take from the source again what was read."""
        with self._asking():
            log.confirm(timeline)

    def _checked(self, found: list[StoredRow], after: int) -> tuple[list[EventRow], list[bytes]]:
        """Give the rows as they are kept, and their leaves. Raises ReplicaError."""
        if not found:
            raise self._false(after + 1, "it is missing, though the source counts it")
        for at, (position, *_) in enumerate(found, after + 1):
            if position != at:
                raise self._false(at, f"#{position} came in its place")
        try:
            return kept_rows(found)
        except UNREADABLE as error:
            for one in found:
                try:
                    kept_rows([one])
                except UNREADABLE:
                    raise self._false(one[0], "it cannot be read") from error
            raise

    def _false(self, position: int, why: str) -> ReplicaError:
        return ReplicaError(
            f"event #{position} of {shown(self.source)} is refused: {why}. Nothing of its batch "
            "was kept; see `tracker verify` there"
        )

    def _signatures(
        self, log: Log, signed: Signed, upto: int
    ) -> tuple[list[Stored], list[Timestamp]]:
        """Give what signs for the first events and was not copied yet: checkpoints, timestamps."""
        count = signed.checkpoints
        with self._asking():
            checkpoints, timestamps = log.checkpoints(), log.timestamp_rows()
        fresh = [one for one in checkpoints if one.number > count and one.size <= upto]
        known = count + len(fresh)
        if [one.number for one in fresh] != list(range(count + 1, known + 1)):
            raise ReplicaError(f"{shown(self.source)} lacks checkpoint {count + 1}: see `verify`")
        return fresh, stamps_of(timestamps[signed.timestamps :], known)

    def _copy_signatures(self, log: Log, replica: Replica, tree: Frontier) -> None:
        """Copy what was signed since for events that were copied before."""
        with self._asking():
            timeline = log.timeline()
        checkpoints, timestamps = self._signatures(log, replica.signed(), tree.size)
        if checkpoints or timestamps:
            self._confirm(log, timeline)
            try:
                replica.keep(Batch(tree, tree, (), (), checkpoints, timestamps))
                replica.settle()
            except Ahead:
                self._seen = None  # looked at again in the next pass

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Tell what fails at the source from what fails here."""
        try:
            yield
        except NoLogError as error:
            raise SourceAway(not_there(self.source, self.path, error.near)) from error
        except (LogError, OSError) as error:
            raise SourceAway(without_secrets(str(error), self.source)) from error

    # -- on and on -----------------------------------------------------------------------------

    def follow(self, waiting: Waiting, tell: Tell, progress: Callable[[int, int], None]) -> None:
        """Go on until `waiting.stop`; tell of each change between following and waiting.

        Raises ReplicaError, and LogError for what fails here.
        """
        tries, told = 0, ""
        while not waiting.stop():
            try:
                passed = self.catch_up(progress)
            except SourceAway as error:
                if tries == 0:
                    tell(f"the source is away: {error}; trying again until it is back")
                waiting.longer(tries)
                tries, told = tries + 1, ""
                continue
            tries = 0
            if not told:
                told = f"following {shown(self.source)}, up to it at #{passed.position}"
                tell(told)
            waiting.sleep(waiting.poll)

    def _note(self, heard: Heard, *, soon: bool = False) -> None:
        """Note what was heard; `soon` again and again only once a second."""
        self.heard = heard
        if soon and heard.at is not None and heard.at - self._noted < NOTED_SECONDS * 1_000_000:
            return
        self._noted = heard.at or 0
        if Path(self.path).exists():
            with suppress(OSError):  # a disk that takes no note takes no events, and says so there
                write_heard(self.path, heard)


def follow(
    path: str,
    source: str | None,
    waiting: Waiting,
    *,
    once: bool,
    tell: Tell,
    progress: Callable[[int, int], None] = lambda _at, _of: None,
) -> Passed:
    """Copy a source into the replica at `path`; without one, that which the replica names.

    `once` ends when it is caught up; a source that cannot be reached is an error then, and before
    anything was ever copied. Raises ReplicaError, SourceAway, LogError.
    """
    followed, known = source_to_follow(path, source)
    with Follower(followed, path, waiting.clock) as follower:
        follower.heard = read_heard(path)
        if once or not known:
            passed = follower.catch_up(progress)
            if once:
                return passed
        follower.follow(waiting, tell, progress)
        return Passed(0, follower.heard.position)
