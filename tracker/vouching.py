"""Vouching for the log: checkpoints signed and remembered, and the log verified by them.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tracker.errors import LogError, TrackerError
from tracker.instants import AsOf, Instant
from tracker.log import MEMORY, Log
from tracker.outcomes import Row
from tracker.verdicts import Signed, Verdict

if TYPE_CHECKING:
    from projections.store import Store
    from tracker.facts.envelope import Event
    from tracker.facts.record import TextErased
    from tracker.keys import Keys
    from tracker.leaves import Stored

EVERY = 10_000
"""Events between checkpoints that are made by themselves, as the log grows."""


def _warn(text: str) -> None:
    warnings.warn(text, RuntimeWarning, stacklevel=3)


class Vouching:
    """What signs for a log, and verifies it."""

    log: Log
    clock: Callable[[], Instant]
    warn: Callable[[str], None] = staticmethod(_warn)
    """Told, once, why no checkpoint could be made while recording went on."""
    _warned = False

    @property
    def store(self) -> Store:
        """The read model, followed up to the log."""
        raise NotImplementedError

    def event(self, name: str) -> Event:
        """Find one event."""
        raise NotImplementedError

    def head(self, position: int) -> str | None:
        """Give the ledger's root at a position, in hex; None for a log of before the ledger."""
        return self.log.root(position)

    def checkpoint(self) -> Signed:
        """Sign for all events there are now, with the key, which is made if there is none.

        Where they are signed for already, that checkpoint is given. Raises KeysError where key or
        memory cannot be used, TrackerError where the log does not extend what was signed before.
        """
        from tracker.keys import Remembered

        if self.log.position == 0:
            raise TrackerError("the log is empty: there is nothing to sign for yet")
        keys, timeline = self.keys(), self.log.timeline()
        _refuse_another_past(keys, self.log.log_id, self._root)
        stored = self._signed_already(keys)
        if stored:
            self.log.confirm(timeline)
        signed = stored or self.log.add_checkpoint(partial(_sign, keys))
        try:
            keys.remember(str(self.log.log_id), Remembered(signed.note, signed.number))
        except TrackerError as error:
            self._warn_once(f"the checkpoint is made, and not remembered: {error}")
        return Signed(signed.note, signed.number, signed.size, made=stored is None)

    def _root(self, position: int) -> bytes | None:
        frontier = self.log.frontier(position)
        return None if frontier is None else frontier.root

    def _signed_already(self, keys: Keys) -> Stored | None:
        """Give the newest checkpoint if it is of all events there are, and by this key."""
        from tracker.keys import origin_of
        from tracker.notes import NoteError, open_note

        held, log_id = self.log.checkpoints(), self.log.log_id
        if not held or held[-1].size != self.log.position or not keys.exists():
            return None
        verifier = keys.verifier(origin_of(str(log_id)))
        try:
            open_note(held[-1].note, [verifier] if verifier else [])
        except NoteError:
            return None  # signed by another, or damaged: this key signs as well
        return held[-1]

    def public_key(self) -> str:
        """Give the public key that this log's checkpoints are verified by: name+id+key.

        Raises TrackerError where the log has no ledger, or where a replica's key is elsewhere.
        """
        from tracker.keys import origin_of

        log_id = self.log.log_id
        keys = self.keys()
        if self.log.replica_of is not None and not keys.exists():
            raise TrackerError(
                f"the key that signs for this log is not here, but with {self.log.replica_of}, of "
                "which this is a replica: ask there"
            )
        keys.signer()
        if log_id is None:
            raise TrackerError("this log has no ledger yet: `tracker checkpoint` makes it")
        return str(keys.verifier(origin_of(log_id)))

    def verify(
        self,
        *,
        public_keys: Sequence[str] = (),
        against: Sequence[tuple[bytes, str]] = (),
        authority: bytes = b"",
        progress: Callable[[int], None] = lambda _: None,
    ) -> Verdict:
        """Verify the log (tracker.verifying); a log that is fine is remembered as it is now.

        `public_keys` as `public_key` gives them; `against` are checkpoints, (bytes, name) each,
        that the log must extend. `authority` are certificates, PEM, that the signatures of its
        timestamps must lead to; they are not looked at without. Raises NoteError for what is no
        public key, TrackerError for what are no certificates, KeysError.
        """
        from tracker.keys import KeysError, Remembered
        from tracker.notes import read_verifier
        from tracker.verifying import verify

        keys, timeline = self.keys(), self.log.timeline()
        with self.log.source() as source:
            verdict = verify(
                source,
                keys,
                verifiers=[read_verifier(text) for text in public_keys],
                against=against,
                authority=authority,
                progress=progress,
            )
        if verdict.verdict == "fine" and verdict.newest and verdict.log_id:
            # What a failover may still lose is not remembered; nor is anything in a folder that
            # cannot be written to.
            with suppress(KeysError, LogError):
                self.log.confirm(timeline)
                keys.remember(verdict.log_id, Remembered(*verdict.newest))
        return replace(verdict, withheld=tuple(self._withheld()))

    def _withheld(self) -> Iterator[Row]:
        """Tell what was erased; nothing where the log is too damaged to say."""
        with suppress(LogError):
            erasures = self.log.erasures()
            bodies = [cast("TextErased", event.body) for event in erasures]
            places = self.log.positions([body.event for body in bodies])
            for event, body in zip(erasures, bodies, strict=True):
                yield {
                    "position": places.get(body.event),
                    "fields": list(body.fields),
                    "authority": body.authority,
                    "reason": body.reason,
                    "erased": event.position,
                }

    # -- proofs and bundles --------------------------------------------------------------------

    def prove(self, name: str, *, sealed: bool = False) -> Row:
        """Prove that an event, by #position or id, is in the log that was signed for.

        A file of its own (bundling.prove), against the oldest checkpoint that covers the event;
        where none does yet, one is made. With `sealed`, without its texts. Raises NotFoundError,
        TrackerError.
        """
        from tracker.bundling import prove

        position = self.event(name).position
        held = next((one for one in self.log.checkpoints() if one.size >= position), None)
        note = held.note if held else self.checkpoint().note
        return prove(self.log, position, note, self.public_key(), sealed=sealed)

    def prove_consistency(self, old: bytes, new: bytes) -> Row:
        """Prove that one checkpoint of this log extends an older one (bundling).

        `old` and `new` are signed checkpoints, as bytes. Raises TrackerError for another log's, and
        NoteError for what is no checkpoint, or not signed by this log's key.
        """
        from tracker.bundling import prove_consistency
        from tracker.notes import open_note, read_checkpoint, read_note, read_verifier

        key = self.public_key()
        for note in (old, new):
            origin = read_checkpoint(read_note(note)).origin
            if origin != read_verifier(key).name:
                raise TrackerError(f"that is a checkpoint of another log ({origin})")
            open_note(note, [read_verifier(key)])
        return prove_consistency(self.log, old.decode(), new.decode(), key)

    def bundle(
        self,
        path: str | Path,
        only: str | None = None,
        *,
        withhold: Sequence[str] = (),
        sealed: bool = False,
    ) -> int:
        """Write a bundle (bundling.bundle) of all events, signed for first; give how many.

        Of events that are left out (`withhold` has recorded why) the bundle holds the leaf alone;
        with `sealed`, no texts go in beside the events.

        `only` names one key, as projection/key: what was ever told of it, the reports that told
        it, and what corrects, takes back or rules on it. Raises NotFoundError, TrackerError.
        """
        from tracker.bundling import bundle
        from tracker.keys import origin_of
        from tracker.notes import sign_note

        self.refuse_bundle(path)
        chosen = None if only is None else self._evidence(only)
        left_out = {self.event(name).position for name in withhold}
        if chosen is not None:
            chosen |= self._custody(chosen | left_out)
        self.checkpoint()
        held, name, key = (
            self.log.checkpoints(),
            origin_of(str(self.log.log_id)),
            self.keys().signer(),
        )
        return bundle(
            self.log,
            Path(path),
            title=self.store.meta("title", "untitled"),
            public_key=self.public_key(),
            checkpoints=held,
            timestamps=self.log.timestamps(),
            only=chosen,
            withhold=left_out,
            sealed=sealed,
            sign=lambda text: sign_note(text, name, key),
        )

    def refuse_bundle(self, path: str | Path) -> None:
        """Raise TrackerError where a bundle cannot go there, or would hold a wrong timestamp.

        Nothing is signed or recorded by then.
        """
        from tracker.bundling import refuse_taken
        from tracker.timestamping import Stamp, look_at

        refuse_taken(Path(path))
        notes = {one.number: one.note.encode() for one in self.log.checkpoints()}
        wrong = look_at(
            Stamp(f"timestamp {number}", f"checkpoint {of}", notes.get(of), token)
            for number, of, _, token in self.log.timestamp_rows()
        ).wrong
        if wrong:
            raise TrackerError(f"{wrong[0]}: no bundle was made; see `tracker verify`")

    def _custody(self, positions: Collection[int]) -> set[int]:
        """Give the positions of what says why these events, or texts of theirs, are not shown."""
        ids = {self.event(f"#{position}").id for position in positions}
        sql = "SELECT position, event FROM custody WHERE kind != 'HoldLifted'"
        return {row["position"] for row in self.store.rows(sql) if row["event"] in ids}

    def _evidence(self, name: str) -> set[int]:
        """Give the positions of what a key's answers rest on, or ever rested on."""
        from projections.answers import audit
        from tracker.facts.record import FactCorrected, FactRetracted, RulingMade

        projection, _, key = name.partition("/")
        told = audit(self.store, AsOf(self.clock()), projection, key)["evidence"]
        facts = {one["fact"] for one in told}
        found = {one["position"] for one in told}
        for event in self.log.of_topics([one.TOPIC for one in (FactCorrected, FactRetracted)]):
            body = event.body
            if isinstance(body, FactCorrected | FactRetracted) and body.fact in facts:
                found.add(event.position)
        for event in self.log.of_topics([RulingMade.TOPIC]):
            body = event.body
            if isinstance(body, RulingMade) and (body.projection, body.key) == (projection, key):
                found.add(event.position)
        streams = {self.event(f"#{position}").stream for position in found}
        return found | {self.log.stream(stream)[0].position for stream in streams}

    def timestamp(
        self, signed: Signed, authority: bytes, *, url: str = "", answer: bytes | None = None
    ) -> str:
        """Have a checkpoint timestamped at a URL, or take an answer got otherwise; keep it.

        `authority` holds the certificates it must lead to, PEM. Gives the time. Raises TrackerError
        for an answer that does not hold; nothing is kept then.
        """
        from hashlib import sha256

        from tracker import timestamping
        from tracker.keys import Remembered

        note = signed.note.encode()
        token = timestamping.ask(url, note, authority) if answer is None else answer
        when = timestamping.verify(token, note, authority)
        self.log.add_timestamp(signed.number, url, token)
        kept = Remembered(signed.note, signed.number, (sha256(token).hexdigest(),))
        try:
            self.keys().remember(str(self.log.log_id), kept)
        except TrackerError as error:
            self._warn_once(f"the timestamp is kept, and not remembered: {error}")
        return when

    def keys(self) -> Keys:
        """Give the folder of keys. Raises KeysError where the log lies in it."""
        from tracker.keys import Keys, default_folder

        return Keys(default_folder(), self.log.place, local=self.log.local)

    def _grown(self, positions: range) -> None:
        """Sign each time the log has grown past another EVERY events; never fail for it."""
        if (positions.start - 1) // EVERY == (positions.stop - 1) // EVERY:
            return
        try:
            self.checkpoint()
        except (TrackerError, OSError) as error:
            self._warn_once(f"everything was recorded, but no checkpoint could be made: {error}")

    def _warn_once(self, text: str) -> None:
        if not self._warned:
            self._warned = True
            self.warn(text)

    def _begun(self) -> None:
        """Where a log that is remembered had been, take note that this one was made anew."""
        if not self.log.made or self.log.path == MEMORY:
            return
        with suppress(TrackerError, OSError):  # told where it matters: by `verify`, `checkpoint`
            self.keys().made(str(self.log.log_id))


def _sign(
    keys: Keys, log_id: str, size: int, root: bytes, root_at: Callable[[int], bytes | None]
) -> str:
    """Sign for a log's head, unless it does not extend what is remembered (leaves.Sign)."""
    from tracker.keys import origin_of
    from tracker.notes import Checkpoint, sign_note

    _refuse_another_past(keys, log_id, root_at)
    name = origin_of(log_id)
    return sign_note(str(Checkpoint(name, size, root)), name, keys.signer())


def _refuse_another_past(
    keys: Keys, log_id: str | None, root_at: Callable[[int], bytes | None]
) -> None:
    from tracker.notes import read_checkpoint, read_note

    held = keys.recall(log_id) if log_id else None
    past = read_checkpoint(read_note(held.note)) if held else None
    if past and root_at(past.size) != past.root:
        raise TrackerError(
            f"this log does not extend the checkpoint of #{past.size} that is remembered: "
            "nothing was signed; see `tracker verify`"
        )
