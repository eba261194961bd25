"""The ledger of a log: its id, roots, leaves, checkpoints and timestamps.

Apart from the log only for its length: `Log` is the door. The tables are those of `leaves`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracker import leaves

if TYPE_CHECKING:
    from tracker.engines.base import Engine
    from tracker.leaves import Sign, Stored, Timestamp
    from tracker.ledger import Frontier


class LedgeredLog:
    """What is asked of a log's ledger."""

    _engine: Engine
    _roots: dict[int, str]
    _log_id: str | None

    def check_writable(self) -> None:
        """Raise LogError where nothing may be recorded in this log."""
        raise NotImplementedError

    @property
    def log_id(self) -> str | None:
        """What tells this log from all others; None for one made before there was a ledger."""
        if self._log_id is None:
            with self._engine.reading() as c:
                self._log_id = None if c is None else leaves.log_id(c)
        return self._log_id

    def root(self, position: int) -> str | None:
        """Give the ledger's root over the events up to a position, in hex.

        None where there is no ledger or no such position yet. As it is written down: whether it
        is true to the events, `verify` says.
        """
        found = self._roots.get(position)
        if found is None:
            frontier = self.frontier(position)
            if frontier is None:
                return None
            found = self._roots[position] = frontier.root.hex()
        return found

    def frontier(self, position: int) -> Frontier | None:
        """Give the ledger's tree up to a position; None as for `root`."""
        with self._engine.reading() as c:
            return None if c is None else leaves.frontier_at(c, position)

    def leaves(self, upto: int, after: int = 0) -> list[bytes]:
        """Give the leaf hashes of the first events, or of those after a position.

        Raises LogError where some are missing.
        """
        with self._engine.reading() as c:
            pages = [] if c is None else list(leaves.leaves(c, after, upto))
        return [leaf for page in pages for leaf in page]

    def checkpoints(self) -> list[Stored]:
        """Give all checkpoints that are kept, oldest first."""
        with self._engine.reading() as c:
            return [] if c is None else leaves.checkpoints(c)

    def add_checkpoint(self, sign: Sign) -> Stored:
        """Have the ledger's head signed, and keep the note; see leaves.add_checkpoint."""
        self.check_writable()
        with self._engine.writing() as c:
            return leaves.add_checkpoint(c, sign)

    def timestamps(self) -> list[tuple[int, bytes]]:
        """Give the timestamps that are kept: (number of the checkpoint, an authority's answer)."""
        with self._engine.reading() as c:
            return [] if c is None else leaves.timestamps(c)

    def timestamp_rows(self) -> list[Timestamp]:
        """Give the timestamps whole, as they are kept."""
        with self._engine.reading() as c:
            return [] if c is None else leaves.timestamp_rows(c)

    def add_timestamp(self, checkpoint: int, authority: str, token: bytes) -> None:
        """Keep an authority's answer beside a checkpoint."""
        self.check_writable()
        with self._engine.writing() as c:
            leaves.add_timestamp(c, checkpoint, authority, token)
