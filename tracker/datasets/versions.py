"""Versions of a record: what each said, from when until when, and which one comes after another."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tracker.datasets.values import Moment, Times
from tracker.facts.envelope import canonical
from tracker.instants import DAY, FUTURE_OPEN, format_instant

ENDING = ""
"""What is said where an earlier version is ended, and no other takes its place."""
BESIDE = "\u00a0"
"""Parts the key of a record from the number of a fact that says what another of its version says.

No key has it: of all white space a key has single spaces only.
"""
_ASIDE = ("id", "gist", "locator", "note")
"""Fields of a fact that are no part of what a version says."""
_UTC = Times(("iso",), "UTC", "UTC")


@dataclass(slots=True)
class Version:
    """A fact of one version of a record: known from when until when, and what it says.

    `published` is the stored form of when the report was published that it stands in; `ended`,
    when the source restated it; `fresh`: this import tells it; `undone`: a batch that was taken
    back told it, so it is no more. `batch` told it; `came` is the fact that it took the place of;
    `ends` are all moments as of which it was restated, each with the batch that says so.
    """

    known: int
    fact: str
    said: str
    published: str
    ended: int = FUTURE_OPEN
    fresh: bool = False
    undone: bool = False
    batch: str | None = None
    came: str | None = None
    ends: tuple[tuple[int, str | None], ...] = ()


class Next(NamedTuple):
    """The next version of a record in the log: when it was known, and the batch that told it."""

    known: int
    batch: str | None


def said_by(kind: str, body: dict[str, Any], number: str = "") -> str:
    """Give what a version says, without how it is worded and where it stands.

    `number`: of several of its facts that say so, which one; "" for the first.
    """
    plain = {name: item for name, item in body.items() if name not in _ASIDE}
    if number:
        plain[BESIDE] = number
    return f"{kind}{canonical(plain).decode()}"


def numbered(number: int) -> str:
    """Name the second, third ... fact that says what the first says."""
    return f"({number})"


def next_of(
    versions: Sequence[Version], known: int, over: Callable[[], Container[str]]
) -> Next | None:
    """Find the first version that is known later, if there is one; `over` was taken back."""
    moments = {
        moment: batch
        for one in versions
        for moment, batch in ((one.known, one.batch), *one.ends)
        if known < moment < FUTURE_OPEN and one.fact not in over()
    }
    return Next(*min(moments.items())) if moments else None


def moment_at(known: int) -> Moment:
    """Give a publication that is known from an instant: that day in UTC, or that second."""
    if (known + 1) % DAY:
        return _UTC.of(f"{format_instant(known)[:19]}Z")
    return _UTC.of(format_instant(known)[:10])
