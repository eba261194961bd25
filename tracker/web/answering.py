"""Answers over HTTP: tags and what is still fresh, packing, and errors in the same plain words."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from tracker.errors import (
    AwayError,
    LogError,
    NoLogError,
    NotFoundError,
    StoreError,
    TrackerError,
)
from tracker.harmless import dump
from tracker.web.desk import BusyError, Made, Pair
from tracker.web.safety import HEADERS, Refusal

Scope = MutableMapping[str, Any]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

JSON = (b"content-type", b"application/json")
HTML = (b"content-type", b"text/html; charset=utf-8")
AGAIN = (b"retry-after", b"1")
CLOSE = (b"connection", b"close")
FRESH = (b"cache-control", b"private, no-cache")
VARY = (b"vary", b"accept-encoding, authorization")
LOGGER = logging.getLogger("tracker.web")


async def send_made(send: Send, made: Made, headers: Mapping[bytes, bytes]) -> None:
    """Send an answer, packed if that is taken; or only that it is still the same."""
    common = [(b"etag", made.tag), FRESH, VARY, *HEADERS]
    if _names(headers.get(b"if-none-match", b""), made.tag):
        await _send(send, 304, [*common], b"")
        return
    body, extra = made.body, [*made.headers, *common]
    if made.packed is not None and takes_gzip(headers.get(b"accept-encoding", b"")):
        body = made.packed
        extra.append((b"content-encoding", b"gzip"))
    await _send(send, 200, [*extra, (b"content-length", b"%d" % len(body))], body)


def _names(said: bytes, tag: bytes) -> bool:
    """Whether If-None-Match names a tag, weak or not: RFC 9110, 13.1.2 and 8.8.3.2."""
    tags = {one.strip().removeprefix(b"W/") for one in said.split(b",")}
    return said.strip() == b"*" or tag.removeprefix(b"W/") in tags


def takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding takes gzip."""
    for one in accepted.lower().split(b","):
        name, _, quality = one.partition(b";")
        if name.strip() in {b"gzip", b"*"}:
            return quality.replace(b" ", b"") not in {b"q=0", b"q=0.0", b"q=0.00", b"q=0.000"}
    return False


def is_page(scope: Scope) -> bool:
    """Whether an address is read by people rather than by programs."""
    return not scope["path"].startswith(("/api/", "/part/"))


async def send_refusal(send: Send, refusal: Refusal, scope: Scope) -> None:
    """Send why a request is not answered, to a program or as a page.

    After what is not read to its end the connection ends too.
    """
    page = is_page(scope)
    body = _page(refusal, scope) if page else dump({"error": refusal.error}, None).encode()
    length = (b"content-length", b"%d" % len(body))
    extra = [
        HTML if page else JSON,
        length,
        *refusal.headers,
        (b"cache-control", b"no-store"),
        *HEADERS,
    ]
    if refusal.status in {403, 413}:
        extra.append(CLOSE)
    await _send(send, refusal.status, extra, body)


def _page(refusal: Refusal, scope: Scope) -> bytes:
    """Say it on a page; a question that can be asked otherwise stays in its form, as typed."""
    from tracker.web.asking import Address
    from tracker.web.frontpage import trouble
    from tracker.web.ways import FIELDS, form_anew

    path = str(scope["path"])
    if refusal.status not in {404, 422} or path not in FIELDS:
        return trouble(HTTPStatus(refusal.status).phrase, refusal.error)
    asked = form_anew(path, Address(path.encode(), scope["query_string"]))
    return trouble("This cannot be answered", refusal.error, asked)


async def _send(send: Send, status: int, headers: Sequence[Pair], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def refused(error: Exception) -> Refusal:
    """Say an error as an answer: what was asked for is not there, cannot be asked so, or busy."""
    match error:
        case NotFoundError():
            return Refusal(404, str(error))
        case BusyError():
            return Refusal(503, str(error), (AGAIN,))
        case AwayError():
            return Refusal(503, "the log's server gives no answer: ask again in a moment", (AGAIN,))
        case NoLogError():
            return Refusal(503, "there is no log where it lay: ask again later", (AGAIN,))
        case LogError() | StoreError():
            return Refusal(503, "the log or its read model cannot be read just now", (AGAIN,))
        case TrackerError():
            return Refusal(422, str(error))
        case sqlite3.Error():
            LOGGER.warning("the read model cannot be used: %s", error)
            return Refusal(503, "the read model cannot be used: run `tracker rebuild`", (AGAIN,))
        case _:
            LOGGER.error("a question failed", exc_info=error)
            return Refusal(500, "this should not have happened: see the server's own output")
