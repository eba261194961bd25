"""Server-sent events: what is recorded is told as it comes, and nothing twice or never."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from functools import partial
from itertools import islice

from pydantic_core import to_json

from tracker.errors import TrackerError
from tracker.harmless import escaped
from tracker.situation import Situation
from tracker.web.desk import BusyError, Desk, Question, Told

LOGGER = logging.getLogger("tracker.web")
POLL_SECONDS = 0.1
BEAT_SECONDS = 15.0
AT_ONCE = 500
"""Events that are told in one piece."""
MOST_LISTENERS = 200
BEGINNING = b"retry: 1000\n: the log from here on\n\n"
HEARTBEAT = b": still here\n\n"
SHORTER = b"event: shorter\ndata: %d\n\n"
"""Told with the position to whoever asks for what came after one that the log has not reached."""


def since(after: int, situation: Situation) -> Told:
    """Give the events after a position, as many as are told at once, as one stretch of a stream."""
    position = situation.position
    rows = list(islice(situation.log_rows(after, position), AT_ONCE))
    text = b"".join(
        b"id: %d\nevent: recorded\ndata: %s\n\n" % (row["position"], escaped(to_json(row)))
        for row in rows
    )
    return Told(text, rows[-1]["position"] if rows else position)


class Events:
    """Who listens to the log, and one look at it for all of them."""

    def __init__(self, desk: Desk, closing: Callable[[], bool]) -> None:
        """Look at the log of a desk until `closing` says so."""
        self._desk = desk
        self._closing = closing
        self.listeners = 0

    @property
    def full(self) -> bool:
        """Whether nobody else can listen."""
        return self.listeners >= MOST_LISTENERS

    def too_many(self) -> TrackerError:
        """Say that nobody else can listen."""
        return BusyError(f"{MOST_LISTENERS} listen already: ask again later")

    async def follow(self, after: int | None) -> AsyncIterator[bytes]:
        """Yield the stream after a position (None: from now on), with a heartbeat in silence.

        It ends where the log cannot be read, or is another: whoever listens comes back by itself.
        """
        self.listeners += 1
        try:
            async for piece in self._follow(after):
                yield piece
        except (TrackerError, sqlite3.Error) as error:
            LOGGER.info("a stream of events was ended: %s", error)  # each who listens comes back
        finally:
            self.listeners -= 1

    async def _follow(self, after: int | None) -> AsyncIterator[bytes]:
        seen = self._desk.version
        of = seen and seen[0]  # which log it is: kept while nobody can tell, as between two of them
        last = (await self._desk.ask("position", Question(_position))).position
        after = last if after is None else after
        yield BEGINNING
        if after > last:  # whoever asks has seen another log here, or a replica that is further
            yield SHORTER % last
        silent, looked = 0.0, False
        while not self._closing():
            version = self._desk.version
            if version and of and version[0] != of:
                return
            of = version[0] if version else of
            if looked and version == seen and version is not None:
                await asyncio.sleep(POLL_SECONDS)
                silent += POLL_SECONDS
                if silent >= BEAT_SECONDS:
                    silent = 0.0
                    yield HEARTBEAT
                continue
            found = await self._desk.ask(("events", after), Question(partial(since, after)))
            seen, looked = version, not found.body
            if found.body:
                after, silent = found.position, 0.0
                yield found.body
            elif version is None:
                await asyncio.sleep(POLL_SECONDS)


def _position(situation: Situation) -> Told:
    return Told(b"", situation.position)
