"""The sealed text of a log: sealed on its way in, opened on its way out, and what was erased.

Apart from the log only for its length: `Log` is the door. Ciphers are `sealing`, keys `vault`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.engines.base import NO_LIMIT, Conflict, Encoded
from tracker.engines.mapper import event_of
from tracker.errors import LogError

if TYPE_CHECKING:
    from tracker.engines.base import Engine
    from tracker.facts.codec import StoredRow
    from tracker.facts.envelope import Event
    from tracker.sealing import Sealer
    from tracker.vault import Vault


class SealedLog:
    """What a log does about text that can be erased."""

    path: str
    local: bool
    _engine: Engine
    _sealer: Sealer | None
    _settled_at: int | None

    @property
    def log_id(self) -> str | None:
        """What tells this log from all others."""
        raise NotImplementedError

    @property
    def replica_of(self) -> str | None:
        """What this log is a replica of."""
        raise NotImplementedError

    @property
    def position(self) -> int:
        """The position of the newest event."""
        raise NotImplementedError

    def version(self) -> int | None:
        """Give a number that changes whenever anyone has appended."""
        raise NotImplementedError

    def timeline(self) -> str:
        """Name the history that is read from now on."""
        raise NotImplementedError

    def confirm(self, timeline: str) -> bool:
        """See to it that what was read on a timeline is kept."""
        raise NotImplementedError

    def mark(self, position: int) -> str | None:
        """Tell the event at a position from any other log's."""
        raise NotImplementedError

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Look up which of these event ids the log holds."""
        raise NotImplementedError

    def raw_rows(self, after: int = 0, upto: int | None = None) -> Iterator[StoredRow]:
        """Read events exactly as they are stored."""
        raise NotImplementedError

    def _pages_of(self, topics: Sequence[str], after: int, upto: int) -> Iterator[list[StoredRow]]:
        raise NotImplementedError

    @property
    def unread(self) -> int:
        """Sealed texts that this log met so far, that nobody erased, and had no key for."""
        return self._sealer.unread if self._sealer else 0

    @property
    def keys(self) -> str:
        """Which keys are at hand: what tells the vault from one made in its place, or nothing."""
        vault = self.sealer.vault
        return vault.id if vault.found else ""

    @property
    def keys_away(self) -> str | None:
        """Why the keys are not at hand, where they ought to be; None where they need not be.

        A replica, and a log on a server, are read without keys by those to whom nobody gave any.
        """
        from tracker.vault import is_named

        vault = self.sealer.vault
        shared = not self.local or self.replica_of is not None
        if shared and not is_named() and not Path(vault.path).exists():
            return None
        return vault.lacking or f"the keys in {vault.path} were away"

    @property
    def sealer(self) -> Sealer:
        """What seals and opens text, with the keys of the vault."""
        if self._sealer is None:
            from tracker.sealing import Sealer
            from tracker.vault import open_vault, vault_path

            log_id = self.log_id or ""
            path = vault_path(self.path, log_id, local=self.local)
            self._sealer = Sealer(open_vault(path, log_id), log_id)
        return self._sealer

    def _sealed(self, events: Sequence[Encoded]) -> list[Encoded]:
        """Seal what text there is. Raises Conflict, or LogError where it must not be recorded."""
        from tracker.facts.sealed import TEXTS
        from tracker.sealing import ErasedError

        if not any(event.topic in TEXTS for event in events):
            return list(events)
        if self.log_id is None:
            with self._engine.writing():
                pass  # what is sealed is bound to the id of its log, which it now has
            self._sealer = None
        vault = self.sealer.vault
        if not vault.found:
            self._engine.refuse_reader()
            if self.has_sealed():
                raise LogError(f"{vault.lacking}. {self._before_recording(vault)}")
        self.settle()
        try:
            states = self.sealer.seal(events)
        except ErasedError as error:
            if self.positions([error.event_id]):
                raise Conflict(str(error)) from error
            raise LogError(
                f"the text of event {error.event_id} was erased: it is not recorded again"
            ) from error
        return [event._replace(state=state) for event, state in zip(events, states, strict=True)]

    def _before_recording(self, vault: Vault) -> str:
        """Say what to do where there are keys, and not here."""
        from tracker.vault import PUT_BACK, SHARED, is_named

        shared = not self.local and vault.local and not is_named()
        return f"{SHARED} {PUT_BACK}" if shared else vault.remedy

    def refuse_reader(self) -> None:
        """Raise LogError where this user may ask the log, and record nothing."""
        self._engine.refuse_reader()

    def _opened(self, rows: list[StoredRow]) -> list[StoredRow]:
        """Open what is sealed in rows, once all erasures that the log knows of are carried out."""
        from tracker.facts.sealed import is_sealed

        if not any(is_sealed(row[4]) for row in rows):
            return rows
        self.settle()
        return self.sealer.open(rows)

    def settle(self) -> None:
        """Carry out the erasures in the log that the vault does not know of yet.

        There are some after a kill between the two, and in a keys file put back from a copy.
        """
        vault, version = self.sealer.vault, self.version()
        if not vault.found or (version is not None and version == self._settled_at):
            return
        self._settled_at = version
        timeline, position, done = self.timeline(), self.position, vault.settled
        if done and self.mark(done) != vault.mark:
            done = 0  # this log was put back from a copy, or is another's
        if position > done:
            erased, mark = self.erased(done, position), self.mark(position) or ""
            if erased:
                self.confirm(timeline)  # a key that is destroyed cannot be had again
            vault.settle(erased, position, mark)

    def erased(self, after: int, upto: int) -> list[tuple[str, str]]:
        """Give (event id, field) of what the erasures recorded after a position erase."""
        return [
            (body.event, field)
            for body in map(attrgetter("body"), self.erasures(after, upto))
            for field in body.fields
        ]

    def erasures(self, after: int = 0, upto: int | None = None) -> list[Event]:
        """Give the events TextErased after a position, to `upto` inclusive."""
        from tracker.facts.record import TextErased

        pages = self._pages_of([TextErased.TOPIC], after, NO_LIMIT if upto is None else upto)
        return [event_of(row) for page in pages for row in page]

    def sealed_fields(self, positions: Sequence[int]) -> dict[int, frozenset[str]]:
        """Give the fields that are sealed, erased ones too, of the events at these positions."""
        from tracker.sealing import parts_of

        found = {}
        for position in positions:
            for row in self.raw_rows(position - 1, position):
                parts = parts_of(row[4])
                found[position] = frozenset(parts.fields if parts else ())
        return found

    def has_sealed(self) -> bool:
        """Whether the log holds any sealed text. Reads all of a log that holds none."""
        return self._engine.has_sealed()
