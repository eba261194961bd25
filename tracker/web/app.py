"""The served app: the door, then what is known by heart, then the routes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from tracker._version import __version__
from tracker.errors import TrackerError
from tracker.web.answering import Receive, Scope, Send, refused, send_refusal
from tracker.web.api import answer, key_of, routes
from tracker.web.desk import Desk
from tracker.web.events import Events
from tracker.web.safety import HEADERS, Door, Refusal


class App:
    """The ASGI application: what does not come through the door reaches nothing behind it."""

    def __init__(
        self, path: str, door: Door, *, closing: Callable[[], bool] = lambda: False
    ) -> None:
        """Serve the log at `path`; `closing` says when streams are to end. Raises LogError."""
        self.desk = Desk(path)
        self.door = door
        self.events = Events(self.desk, closing)
        self.inner = _inner(self.desk, self.events)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or run from start to stop."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        refusal = self.door.refuse(scope["method"], dict(scope["headers"]))
        if refusal is not None:
            await send_refusal(send, refusal)
            return
        if scope["method"] == "HEAD":
            scope, send = {**scope, "method": "GET", "head": True}, _without_body(send)
        key = key_of(scope)
        question = self.desk.known.get(key)
        if question is not None:
            await answer(self.desk, key, question, scope, send)
            return
        await self.inner(scope, receive, _with_headers(send))


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


def _inner(desk: Desk, events: Events) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with desk:
            yield

    # No page of FastAPI's own: they load scripts from elsewhere.
    app = FastAPI(
        title="Situation tracker",
        version=__version__,
        summary="What is so, as of any time, as known at any other, and why.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        lifespan=lifespan,
        separate_input_output_schemas=False,
    )
    app.include_router(routes(desk, events))

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


def _said(error: Any) -> str:  # noqa: ANN401 - pydantic's own
    """Say what is wrong with a parameter, by its name."""
    name = str(error["loc"][-1]) if error["loc"] else "request"
    if error["type"] == "extra_forbidden":
        return f"{name[:60]}: there is no such parameter here"
    return f"{name[:60]}: {error['msg']}"


class _Refused(Response):
    """Why there is no answer, as an answer of the framework's."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(status_code=refusal.status)
        self._refusal = refusal

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        del scope, receive
        await send_refusal(send, self._refusal)
