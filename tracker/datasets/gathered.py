"""What an import has gathered for the log: events that wait to be appended, and their reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from hashlib import _Hash as Digest


@dataclass(slots=True, eq=False)
class Stream:
    """A report's stream as this import sees it: `version` is that of its newest event, 0 for none.

    `name` is its id as text. `held`: events of it were in the log before; then `document` and
    `batch` are those it has.
    """

    id: UUID
    name: str
    digest: str
    published: str
    version: int = -1
    held: bool = False
    document: str = ""
    batch: str | None = None
    digests: dict[str, Digest] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """What all reports of an import share. `documents` are (name, sha256), one a file."""

    source: str
    dataset: str
    title: str
    standing: bool
    documents: tuple[tuple[str, str], ...]
    batch: str
    by: str
    seal: bool = False


Pending = tuple[Stream, str, str, int, str, str, str | None, int, int, str | None]
"""An event to be appended: (stream, id, topic, v, head, middle, tail, row, file, record).

Of a fact the parts of its body; else the body itself is the head, and there is no tail. Without a
topic it only stands for its report, to be registered.
"""


def only_report(stream: Stream, file: int) -> Pending:
    """Give what only stands for a report, to be registered even if nothing new is told in it."""
    return stream, "", "", 1, "", "", None, 0, file, None


def once(pending: Sequence[Pending]) -> list[Pending]:
    """Leave out what is in it already, which would be taken for the event of another writer."""
    return list({one[1] or at: one for at, one in enumerate(pending)}.values())
