"""The three clocks as people and programs say them: text, dates, datetimes."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from tracker.errors import TrackerError
from tracker.instants import AsOf, Instant, InstantError, last_instant, parse_moment

FARTHEST = 10**15
"""Positions: no log comes near it, and SQLite can be asked about it."""

Moment = str | date | datetime | None
"""A moment: ISO text, a date (through its end) or a datetime with its zone (through its second,
where it has no microseconds); None for no bound."""
Asked = AsOf | Moment
"""What a question is asked as of: a moment of valid time (None: now), or all three clocks."""


class Clocks(TypedDict, total=False):
    """The other clocks of a question, and the zone of times that name none.

    `known_at`: what had been published by then. `recorded_at`: what the log held by then, a moment
    or "#POSITION". `tz`: a zone such as "Africa/Bamako"; the situation's own where none is given.
    """

    known_at: Moment
    recorded_at: Moment
    tz: str | None


def read_clocks(
    as_of: Asked,
    known_at: Moment,
    recorded_at: Moment,
    *,
    zone: str,
    assume: bool,
    now: Instant,
) -> AsOf:
    """Read the clocks; `assume` the zone for times without one. Raises TrackerError, naming one."""
    if isinstance(as_of, AsOf):
        if known_at is not None or recorded_at is not None:
            raise TrackerError("an AsOf holds all three clocks: give no other beside it")
        return as_of

    def last(clock: str, moment: object) -> Instant:
        if not isinstance(moment, str | date):
            wanted = "a text, a date or a datetime is needed"
            raise TrackerError(f"{clock}: {wanted}, not {moment!r:.60}")
        try:
            return last_instant(parse_moment(_text(moment), zone, assume_zone=assume))
        except InstantError as error:
            raise TrackerError(f"{clock}: {error}") from error

    position, recorded = None, None
    if isinstance(recorded_at, str) and recorded_at.startswith("#"):
        if not is_position(recorded_at):
            raise TrackerError(f"recorded-at: a position is # and a number, not {recorded_at!r}")
        if len(recorded_at) > len(str(FARTHEST)):
            raise TrackerError(f"recorded-at: no log is that long: {recorded_at[:40]}")
        position = int(recorded_at[1:])
    elif recorded_at is not None:
        recorded = last("recorded-at", recorded_at)
    return AsOf(
        now if as_of is None else last("as-of", as_of),
        None if known_at is None else last("known-at", known_at),
        recorded,
        position,
        zone,
    )


def is_position(text: str) -> bool:
    """Whether a text is #POSITION, in the figures that every position is shown in."""
    return text[:1] == "#" and text[1:].isascii() and text[1:].isdecimal()


def check_whole(name: str, value: object) -> None:
    """Raise a TrackerError for what is no whole number, or None, where one is needed later on."""
    if value is not None and not hasattr(value, "__index__"):
        raise TrackerError(f"{name}: a whole number is needed, not {value!r:.60}")


def _text(moment: str | date) -> str:
    """Write a moment as people do; a datetime without microseconds stands for its whole second.

    So what was read from a text asks what that text asks: of a second all that was out in it.
    """
    return moment if isinstance(moment, str) else moment.isoformat()
