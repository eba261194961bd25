"""The guard: HTTP/1.1 as uvicorn speaks it, but nobody holds a connection open by being slow.

One clock runs whenever nothing is owed to who asks: from the beginning, or from the end of the
answer before, until a request is whole. No byte winds it up again.
"""

from __future__ import annotations

import asyncio
import json
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tracker.web.answering import AGAIN, CLOSE, Receive, Scope, Send, send_refusal
from tracker.web.safety import HEADERS, MOST_BODY, TOO_LARGE, Refusal, named_in

PATIENCE = 10.0
"""Seconds for a request to come whole, and for an answer to be taken on."""
MOST_HEAD = 65_536
"""Bytes of a request before its body; and of what frames a body: sizes, extensions, trailers."""
MOST_UNREAD = 1 << 20
"""Bytes more that are taken and passed over, so that whoever sends them gets to read the answer."""
MOST_CONNECTIONS = 1_000
END_OF_HEAD = b"\r\n\r\n"
TOO_MUCH_AROUND = Refusal(413, f"what frames a request's body has at most {MOST_HEAD} bytes")
UNREADABLE = Refusal(400, "this is no HTTP/1.1 request that can be read")
FULL = Refusal(503, "too many ask at once: ask again in a moment", (AGAIN, CLOSE))


class Guarded(HttpToolsProtocol):
    """Closes a connection whose request, or whose reading, does not get on."""

    patience = PATIENCE
    most_connections = MOST_CONNECTIONS

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own
        """Wait for nothing yet."""
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._in_head = True  # or between two requests; else in a body
        self._begun = False  # a request has begun, and is not whole
        self._turned = False  # a head, or a body, ended in the piece that is read
        self._line_over = False
        self._head = 0
        self._body = 0
        self._framed = 0
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
        """Read on; refuse a head or a body that is too long, in however many pieces it comes."""
        if self._unread is not None:
            self._unread += len(data)
            if self._unread > MOST_UNREAD:
                self.transport.abort()
            return
        while data and self._unread is None and not self.transport.is_closing():
            room = self._room(data)
            if not room:
                self._refuse(self._long_head())
                return
            self._read(data[:room])
            data = data[room:]

    def _room(self, data: bytes) -> int:
        """Give how much to read at once: of a head no more than there may be, nor beyond its end.

        So what comes after it is counted as what it is.
        """
        if not self._in_head:
            return MOST_HEAD
        left = MOST_HEAD - self._head
        end = data.find(END_OF_HEAD, 0, left)
        return left if end < 0 else end + len(END_OF_HEAD)

    def _read(self, piece: bytes) -> None:
        """Have a piece read, and count it."""
        self._turned = False
        if not self._in_head:
            self._framed += len(piece)
        super().data_received(piece)
        if self._in_head:
            mine = self._after_what_ended(piece) if self._turned else piece
            self._head += len(mine)
            self._line_over = self._line_over or b"\n" in mine
            return
        if self._turned:
            self._framed = self._body
        self._refuse_too_large()

    def _refuse_too_large(self) -> bool:
        """Refuse a body that is longer than it may be, or is framed by more; tell whether it is."""
        if self._body <= MOST_BODY and self._framed - self._body <= MOST_HEAD:
            return False
        self._refuse(TOO_LARGE if self._body > MOST_BODY else TOO_MUCH_AROUND)
        return True

    def _after_what_ended(self, piece: bytes) -> bytes:
        """Give what of a piece belongs to the head that it ends in, if it ends in one."""
        if not self._begun:
            return b""
        _, ended, after = piece.rpartition(END_OF_HEAD)
        return after if ended else piece

    def _long_head(self) -> Refusal:
        long, status = ("the headers", 431) if self._line_over else ("the address", 414)
        said = f"{long} of a request may be {MOST_HEAD:,} bytes long, and this is longer"
        return Refusal(status, said)

    def _refuse(self, refusal: Refusal) -> None:
        """Say what is wrong, and answer nothing any more; wait for the end as for a request."""
        if self._unread is not None or self.transport.is_closing():
            return
        if not self._is_next():
            self.transport.abort()  # it came before the answer to the one before it was whole
            return
        self._unread = 0
        if self._timer is None:
            self._wait()
        body = json.dumps({"error": refusal.error}).encode()
        headers = (
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            CLOSE,
            (b"cache-control", b"no-store"),
            *HEADERS,
        )
        status = b"%d %s" % (refusal.status, HTTPStatus(refusal.status).phrase.encode())
        lines = [b"HTTP/1.1 " + status, *(b"%s: %s" % pair for pair in headers)]
        self.transport.write(b"\r\n".join([*lines, b"", body]))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _is_next(self) -> bool:
        """Whether what is being read is what would be answered next; then nobody else does."""
        cycle = self.cycle
        if self._in_head:
            return cycle is None or cycle.response_complete
        if self.pipeline or cycle.response_started:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return True

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, as all else is refused."""
        del msg  # uvicorn's own, and logged
        self._refuse(UNREADABLE)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        self._begun = True
        if self._timer is None:
            self._wait()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is over; its body may be longer."""
        if not self.url.startswith(b"/"):
            self.headers[:] = named_in(self.url, self.headers)
        full = max(len(self.connections), len(self.tasks)) > self.most_connections
        self.app = _full if full else self.config.loaded_app
        super().on_headers_complete()
        self.headers = []  # what comes after a body is no part of what was asked by its head
        self._in_head, self._turned, self._line_over = False, True, False
        self._head = self._body = self._framed = 0

    def on_body(self, body: bytes) -> None:
        """Count what a body says, apart from what frames it."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole; an answer may take its time."""
        if self._refuse_too_large():
            return
        self._stop()
        self._begun, self._in_head, self._turned = False, True, True
        super().on_message_complete()
        self._wait_if_idle()

    def on_response_complete(self) -> None:
        """The answer is whole; begin to wait for it to be taken, and for the next request."""
        super().on_response_complete()
        self._wait_if_idle()

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

    def _wait_if_idle(self) -> None:
        """Wait where nothing is owed, unless the rest of a request is waited for already."""
        if self._timer is None and self.cycle.response_complete:
            self._wait()

    def _wait(self) -> None:
        self._timer = self.loop.call_later(self.patience, self._hang_up)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _hang_up(self) -> None:
        """End it; what nobody took on until now is not waited for."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()


async def _full(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one of too many."""
    del receive
    await send_refusal(send, FULL, scope)
