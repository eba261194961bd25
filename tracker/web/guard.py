"""The guard: HTTP/1.1 as uvicorn speaks it, but nobody holds a connection open by being slow."""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tracker.web.safety import HEADERS

PATIENCE = 10.0
"""Seconds for a request to come whole, and for an answer to be taken on."""
MOST_HEAD = 65_536
"""Bytes of a request before its body."""
MOST_UNREAD = 1 << 20
"""Bytes more that are taken and passed over, so that whoever sends them gets to read the answer."""


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
        self._line_over = False
        self._unread: int | None = None

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
        """Refuse a head that never ends, or not soon enough."""
        if self._unread is not None:
            self._unread += len(data)
            if self._unread > MOST_UNREAD:
                self.transport.abort()
            return
        if self._in_head:
            left = max(0, MOST_HEAD - self._head)
            self._line_over = self._line_over or b"\n" in data[:left]
            self._head += len(data)
            if self._head > MOST_HEAD and not self._ends_here(data):
                self._refuse_head()
                return
        super().data_received(data)

    def _refuse_head(self) -> None:
        """Say what is too long, and answer nothing any more; wait for the end as for a request."""
        if self.cycle is not None and not self.cycle.response_complete:
            self.transport.abort()  # it came before the answer to the one before it was whole
            return
        self._unread = 0
        if self._timer is None:
            self._wait()
        long, status = ("the headers", 431) if self._line_over else ("the address", 414)
        said = f"{long} of a request may be {MOST_HEAD:,} bytes long, and this is longer"
        body = json.dumps({"error": said}).encode()
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
            (b"cache-control", b"no-store"),
            *HEADERS,
        )
        lines = [b"HTTP/1.1 %d %s" % (status, HTTPStatus(status).phrase.encode())]
        lines += [b"%s: %s" % pair for pair in headers]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        if self.transport.can_write_eof():
            self.transport.write_eof()

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
        self._in_head, self._head, self._line_over = False, 0, False
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
