"""The served app: the door, then what is known by heart, then the routes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic_core import to_json
from starlette.exceptions import HTTPException

from tracker._version import __version__
from tracker.errors import TrackerError
from tracker.harmless import escaped
from tracker.web import event_pages, pages
from tracker.web import parameters as asked_by
from tracker.web.answering import Receive, Scope, Send, is_page, refused, send_made, send_refusal
from tracker.web.api import Route, answer, endpoint_of, key_of, routes
from tracker.web.describing import described
from tracker.web.desk import Desk, Told, made
from tracker.web.events import Events
from tracker.web.frontpage import STATIC
from tracker.web.page import resource
from tracker.web.picture import Pictures
from tracker.web.safety import HEADERS, TWO_HOSTS, Door, Refusal


class App:
    """The ASGI application: what does not come through the door reaches nothing behind it."""

    def __init__(
        self,
        path: str,
        door: Door,
        *,
        closing: Callable[[], bool] = lambda: False,
        read_only: bool = False,
        policy: str | None = None,
    ) -> None:
        """Serve the log at `path`; `closing` says when streams are to end. Raises LogError.

        `policy` settles rival claims where a question names none.
        """
        self.desk = Desk(path, read_only=read_only, policy=policy)
        self.door = door
        self.events = Events(self.desk, closing)
        self.inner = _inner(self.desk, self.events, Pictures(path))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run from start to stop."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await send_refusal(send, refusal, scope)
            return
        if b"transfer-encoding" in headers and not await _passed_over(receive):
            return
        if is_page(scope):
            scope = {**scope, "query_string": _said_only(scope["query_string"])}
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET", "head": True}, _without_body(send)
        key = key_of(scope)
        question = self.desk.known.get(key)
        if question is not None:
            await answer(self.desk, key, question, scope, send)
            return
        await self.inner(scope, receive, _with_headers(send))

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Refusal | None:
        """Say why a request is not answered; of what is said twice the last stands in `headers`."""
        said = scope["headers"]
        if len(said) > len(headers) and [name for name, _ in said].count(b"host") > 1:
            return TWO_HOSTS
        return self.door.refuse(scope["method"], headers) or _climbs(scope["path"])


def _climbs(path: str) -> Refusal | None:
    """Refuse a path that leads up, wherever to: none of ours does."""
    if "/." not in path and "\\." not in path:
        return None
    steps = re.split(r"[/\\]", path)
    return Refusal(404, "not found") if not {".", ".."}.isdisjoint(steps) else None


async def _passed_over(receive: Receive) -> bool:
    """Wait for a body whose length is not said; False where it does not come whole.

    Nothing asks by it, but who sends too much is told so by the guard, and not answered before.
    """
    while (message := await receive())["type"] == "http.request":
        if not message["more_body"]:
            return True
    return False


def _said_only(query: bytes) -> bytes:
    """Leave out what a form sends of a field that nobody filled in."""
    return b"&".join(one for one in query.split(b"&") if not 0 < one.find(b"=") == len(one) - 1)


def _without_body(send: Send) -> Send:
    """Send the head of an answer and nothing of its body."""

    async def only_the_head(message: Any) -> None:  # noqa: ANN401 - ASGI
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return only_the_head


def _with_headers(send: Send) -> Send:
    """Send what every answer forbids a browser, where the answer does not say it itself."""

    async def with_headers(message: Any) -> None:  # noqa: ANN401 - ASGI
        if message["type"] == "http.response.start":
            said = {name for name, _ in message["headers"]}
            more = [pair for pair in HEADERS if pair[0] not in said]
            message = {**message, "headers": [*message["headers"], *more]}
        await send(message)

    return with_headers


def _inner(desk: Desk, events: Events, pictures: Pictures) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with desk:
            try:
                yield
            finally:
                pictures.stop()

    # No page of FastAPI's own: they load scripts from elsewhere.
    app = FastAPI(
        title="Situation tracker",
        version=__version__,
        summary="What is so, as of any time, as known at any other, and why.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # served below, packed and with a tag
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.include_router(routes(desk, events))
    drawn = Route("/part/picture", asked_by.NothingAsked, None, pictures.give, lane="apart")
    for route in (*PAGES, drawn):
        app.get(route.path, include_in_schema=False, response_model=None)(endpoint_of(desk, route))
    app.get("/static/{name}", include_in_schema=False)(_static())

    @cache
    def description() -> Fixed:
        return Fixed(escaped(to_json(app.openapi())), b"application/json")

    @cache
    def described_to_people() -> Fixed:
        return Fixed(described(app.openapi()), b"text/html; charset=utf-8")

    @app.get("/api/openapi.json", include_in_schema=False)
    async def openapi() -> Response:
        return description()

    @app.get("/api", include_in_schema=False)
    async def api() -> Response:
        return described_to_people()

    @app.exception_handler(RequestValidationError)
    async def cannot_be_asked_so(_: Request, error: RequestValidationError) -> Response:
        return _Refused(Refusal(422, "; ".join(map(_said, error.errors()))))

    @app.exception_handler(TrackerError)
    async def not_answered(_: Request, error: TrackerError) -> Response:
        return _Refused(refused(error))

    @app.exception_handler(HTTPException)
    async def not_there(_: Request, error: HTTPException) -> Response:
        return _Refused(Refusal(error.status_code, str(error.detail).lower()))

    return app


PAGES = (
    Route("/", asked_by.FrontAsked, None, pages.front),
    Route("/state", asked_by.StateAsked, None, pages.state),
    Route("/audit", asked_by.AuditAsked, None, pages.audit, lane="slow"),
    Route("/diff", asked_by.DiffAsked, None, pages.diff, lane="slow"),
    Route("/disputes", asked_by.DisputesAsked, None, pages.disputes, lane="slow"),
    Route("/gaps", asked_by.GapsAsked, None, pages.gaps, lane="slow"),
    Route("/log", asked_by.LogAsked, None, event_pages.log, lane="slow"),
    Route("/search", asked_by.SearchAsked, None, event_pages.search, lane="slow"),
    Route("/event/{name}", asked_by.NothingAsked, None, event_pages.event),
    Route("/report/{name}", asked_by.NothingAsked, None, event_pages.report),
)


def _static() -> Callable[[str], Awaitable[Response]]:
    """Serve the few files there are, from memory, by their names alone."""
    kinds = {"css": b"text/css; charset=utf-8", "js": b"text/javascript; charset=utf-8"}
    kept = {name: Fixed(resource(name).encode(), kinds[name.rpartition(".")[2]]) for name in STATIC}

    async def static(name: str) -> Response:
        if name not in kept:
            raise HTTPException(404)
        return kept[name]

    return static


class Fixed(Response):
    """What stays the same as long as the server runs: made once, sent as every answer is."""

    def __init__(self, body: bytes, media: bytes) -> None:
        """Pack it, and tag it."""
        super().__init__()
        self._made = made(Told(body, 0, media=media))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Send it, or only that it is still the same."""
        del receive
        await send_made(send, self._made, dict(scope["headers"]))


def _said(error: Any) -> str:  # noqa: ANN401 - pydantic's own
    """Say what is wrong with a parameter, by its name."""
    name = str(error["loc"][-1]) if error["loc"] else "request"
    if error["type"] == "extra_forbidden":
        return f"{name[:60]}: there is no such parameter here"
    return f"{name[:60]}: {error['msg'].removeprefix('Value error, ')}"


class _Refused(Response):
    """Why there is no answer, as an answer of the framework's."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(status_code=refusal.status)
        self._refusal = refusal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        del receive
        await send_refusal(send, self._refusal, scope)
