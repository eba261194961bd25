"""What the log asks of an engine, and what the engines share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from uuid import UUID

from tracker.errors import LogError

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow
    from tracker.leaves import Cursor

MEMORY = ":memory:"
PAGE = 500  # rows a read: larger pages were measured slower on SQLite
NO_LIMIT = 2**62


class Conflict(LogError):  # noqa: N818 - an outcome to retry on, not a fault
    """Another writer appended to the same stream first, or the events are there already."""


class DamagedError(Exception):
    """What is stored cannot be read whole: to `verify` a finding, told in words."""


class Encoded(NamedTuple):
    """An event as it is stored, ready to be appended: `state` as codec.state_bytes gives it."""

    stream: UUID
    version: int
    event_id: str
    topic: str
    state: bytes


class Counts(NamedTuple):
    """How many events there are, the last one's position, and the counter: all alike."""

    events: int
    last_seq: int
    head_seq: int


class Check(NamedTuple):
    """One thing that `doctor` looked at: verdict is ok, warning or WRONG."""

    verdict: str
    what: str
    found: str


class Health(Protocol):
    """What `doctor` reports of a log: settings as read back, and counts that must agree."""

    @property
    def counts(self) -> Counts:
        """Count."""

    def checks(self) -> Iterable[Check]:
        """Judge the settings."""


class Source(Protocol):
    """A log as `verify` reads it: in one transaction that sees one moment, text as bytes."""

    def begin(self) -> None:
        """Begin to read; where the engine has a check of its own, it now runs beside."""

    def version(self) -> int:
        """Give the version of the log's tables."""

    def replica(self) -> bool:
        """Whether this is a replica: what it lacks at its end may only not be copied yet."""

    def lacking(self) -> Sequence[str]:
        """Say what of the seat belts is gone, or has been put in their place."""

    def one(self, sql: str) -> tuple[Any, ...] | None:
        """Give the first row of an answer. Raises DamagedError, as the next two do."""

    def pages(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Read an answer in pages of so many rows."""

    def streams(self) -> Iterator[tuple[Any, int, int, int]]:
        """Give (stream, events, least version, greatest) of each whose versions are not dense."""

    def damage(self) -> Sequence[str]:
        """Wait for the engine's own check, and give what it found."""


class Engine(Protocol):
    """Where events are kept. Every method may raise LogError, in plain words."""

    shown: str
    """The log's name as people may be shown it."""
    place: str
    """What tells its place from any other's."""
    local: bool
    """Whether it is a file, beside which others can lie."""
    made: bool
    """Whether it was made just now."""
    replica_of: str | None
    """Of which other log it is a copy, without a password; None for one that is none."""
    page_size: int

    def close(self) -> None:
        """Close the connections; safe to call twice."""

    def there(self) -> bool:
        """Tell whether its place still leads to what was opened there."""

    def version(self) -> int | None:
        """Give a number that changes whenever anyone has appended; None where none can be told."""

    def position(self) -> int:
        """Give the position of the newest event, 0 for none."""

    def insert(self, events: Sequence[Encoded], timeline: str | None = None) -> range:
        """Append in one transaction, all or none; give the positions. Raises Conflict.

        Also where it is not on `timeline`, if that is given: what was decided there may rest on
        events that are not here.
        """

    def timeline(self) -> str:
        """Name the history that is read from now on: a failover begins another. "" for a file's."""

    def confirm(self, timeline: str) -> bool:
        """See to it that what was read on a timeline is kept by all who have to keep it.

        False where that cannot be told: a server that only follows another. Raises Conflict where
        the timeline is another by now.
        """

    def page(self, after: int, upto: int) -> list[StoredRow]:
        """Give the next events, at most `page_size`."""

    def page_of(self, topics: Sequence[str], after: int, upto: int) -> list[StoredRow]:
        """Give the next events of some topics, at most `page_size`."""

    def stream(self, stream: UUID) -> list[StoredRow]:
        """Give the events of one stream, in order."""

    def versions(self, streams: Sequence[UUID]) -> dict[UUID, int]:
        """Give the last version of each of these streams that there is."""

    def positions(self, event_ids: Sequence[str]) -> dict[str, int]:
        """Give the position of each of these events that there is."""

    def find(self, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Give (event id, position) of events whose id without hyphens begins so."""

    def at(self, position: int) -> tuple[str, bytes] | None:
        """Give (event id, state) of the event at a position."""

    def refuse_reader(self) -> None:
        """Raise LogError where a server lets this user ask, and record nothing."""

    def has_sealed(self) -> bool:
        """Whether any event holds sealed text."""

    def reading(self) -> AbstractContextManager[Cursor | None]:
        """Begin to read the ledger's tables; None for a log without them."""

    def writing(self) -> AbstractContextManager[Cursor]:
        """Begin to write the ledger's tables, which are there by then; committed at the end."""

    def login(self, position: int) -> str | None:
        """Name the user as whom an event was recorded, by the word of a server; None for none."""

    def grant(self, role: str | None, user: str) -> None:
        """Give a user a role in place of any other; None takes it. Raises TrackerError."""

    def granted(self) -> list[tuple[str, str]]:
        """Give (user, role) of all who have one. Raises TrackerError."""

    def health(self) -> Health:
        """Read settings back and count, for `doctor`."""

    def source(self) -> AbstractContextManager[Source]:
        """Open the log for `verify`, apart from all else."""


def worded(holds: bool) -> str:  # noqa: FBT001 - a verdict
    """Give the verdict of a check that must hold."""
    return "ok" if holds else "WRONG"
