"""The guard: HTTP/1.1 as uvicorn speaks it, but nobody holds a connection open by being slow."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 10.0
"""Seconds for a request to come whole, and for an answer to be taken on."""
MOST_HEAD = 65_536
"""Bytes of a request before its body."""


class Guarded(HttpToolsProtocol):
    """Closes a connection whose request, or whose reading, does not get on."""

    patience = PATIENCE

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Wait for nothing yet."""
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._head = 0
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop()
        self.resume_reading_of_answers()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Refuse a head that never ends."""
        if self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD and not self._ends_here(data):
                self.transport.abort()
                return
        super().data_received(data)

    @staticmethod
    def _ends_here(data: bytes) -> bool:
        """Whether the head ends in this piece, and a body follows in it."""
        return b"\r\n\r\n" in data[:MOST_HEAD]

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        self._in_head = True
        if self._timer is None:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is over; its body may be longer."""
        self._in_head, self._head = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole; an answer may take its time."""
        self._stop()
        self._in_head = True
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Give the reader of an answer so long to go on."""
        super().pause_writing()
        if self._stalled is None:
            self._stalled = self.loop.call_later(self.patience, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader went on."""
        super().resume_writing()
        self.resume_reading_of_answers()

    def resume_reading_of_answers(self) -> None:
        """Wait no more for the reader."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.patience, self.transport.abort)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
