"""The JSON API: the questions of the command line, with the names of its options, and its shapes.

To put a question on the web: write it in asking.py, its parameters and its shape, and list it here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from tracker.situation import Situation
from tracker.web import asking, shapes
from tracker.web import parameters as asked_by
from tracker.web.answering import refused, send_made, send_refusal
from tracker.web.asking import Address
from tracker.web.desk import Desk, Lane, Question, Told
from tracker.web.events import Events

Responses = dict[int | str, dict[str, Any]]

WRONG: Responses = {
    status: {"model": shapes.Problem, "description": text}
    for status, text in {
        400: "It cannot be read, or names more than one host",
        401: "The token is missing or wrong",
        404: "Nothing is called so",
        413: "The request's body is too large",
        421: "This server is not asked by that name",
        422: "It cannot be asked so",
        503: "Ask again in a moment",
    }.items()
}
SAME: Responses = {304: {"description": "Still the same as what If-None-Match names"}}
STREAM: Responses = {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
Name = Annotated[
    str,
    Path(
        min_length=1,
        max_length=60,
        pattern=r"^[#0-9A-Fa-f-]+$",
        description="A position (of an event), or the beginning of an id.",
        examples=["60"],
    ),
]


class Route(NamedTuple):
    """A question at a path: its parameters, its shape, and what asks it of a situation."""

    path: str
    asked: type[BaseModel]
    shape: type | None
    ask: Callable[[Situation, Any, Address], Told]
    lane: Lane = "quick"


ROUTES = (
    Route("/about", asked_by.NothingAsked, shapes.About, asking.about),
    Route("/state", asked_by.StateAsked, shapes.StateAnswer, asking.state),
    Route("/history", asked_by.HistoryAsked, shapes.HistoryAnswer, asking.history, lane="slow"),
    Route("/audit", asked_by.AuditAsked, shapes.AuditAnswer, asking.audit),
    Route("/diff", asked_by.DiffAsked, shapes.DiffAnswer, asking.diff),
    Route("/disputes", asked_by.DisputesAsked, shapes.DisputesAnswer, asking.disputes, lane="slow"),
    Route("/gaps", asked_by.GapsAsked, shapes.GapsAnswer, asking.gaps, lane="slow"),
    Route("/whatif", asked_by.WhatifAsked, shapes.WhatifAnswer, asking.whatif, lane="slow"),
    Route("/search", asked_by.SearchAsked, shapes.SearchAnswer, asking.search, lane="slow"),
    Route("/log", asked_by.LogAsked, shapes.LogAnswer, asking.log, lane="slow"),
    Route("/event/{name}", asked_by.NothingAsked, shapes.EventAnswer, asking.event),
    Route("/report/{name}", asked_by.NothingAsked, shapes.ReportAnswer, asking.report),
)


class Asked(Response):
    """What an endpoint answers with: the question is put to the desk when it is sent."""

    def __init__(self, desk: Desk, request: Request, question: Question) -> None:
        """Remember what the address asks, so that it need not be read again."""
        super().__init__()
        self._desk, self._question = desk, question
        self._key = key_of(request.scope)
        desk.know(self._key, question)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
        """Ask, and send the answer, or why there is none."""
        del receive
        await answer(self._desk, self._key, self._question, scope, send)


def key_of(scope: Any) -> tuple[bytes, bytes]:  # noqa: ANN401 - ASGI
    """Give what tells questions apart: the address, as it was written."""
    return scope["raw_path"], scope["query_string"]


async def answer(
    desk: Desk,
    key: tuple[bytes, bytes],
    question: Question,
    scope: Any,  # noqa: ANN401 - ASGI
    send: Any,  # noqa: ANN401
) -> None:
    """Ask the desk, and send what it says."""
    try:
        found = await desk.ask(key, question)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told in plain words
        await send_refusal(send, refused(error), scope)
        return
    await send_made(send, found, dict(scope["headers"]))


def routes(desk: Desk, events: Events) -> APIRouter:
    """Make the routes of the API over a desk."""
    api = APIRouter(prefix="/api")
    for route in ROUTES:
        answers: Responses = {200: {"model": route.shape}, **SAME, **WRONG}
        api.get(route.path, response_class=Response, response_model=None, responses=answers)(
            endpoint_of(desk, route)
        )
    api.get(
        "/events",
        response_class=StreamingResponse,
        response_model=None,
        responses={**STREAM, **WRONG},
    )(_followed(events))
    return api


def endpoint_of(desk: Desk, route: Route) -> Callable[..., Any]:
    """Make the function that FastAPI calls for a route, with the parameters that it asks by."""
    endpoint = _named(desk, route) if "{name}" in route.path else _plain(desk, route)
    endpoint.__name__ = endpoint.__qualname__ = route.ask.__name__
    endpoint.__doc__ = route.ask.__doc__
    endpoint.__annotations__["asked"] = Annotated[route.asked, Query()]
    return endpoint


def _plain(desk: Desk, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, asked: Any) -> Response:  # noqa: ANN401 - set by routes
        _refuse_repeated(request, route.asked)
        at = Address(*key_of(request.scope), policy=desk.policy)
        return Asked(desk, request, _question(route, asked, at))

    return endpoint


def _named(desk: Desk, route: Route) -> Callable[..., Any]:
    async def endpoint(request: Request, name: Name, asked: Any) -> Response:  # noqa: ANN401
        _refuse_repeated(request, route.asked)
        at = Address(*key_of(request.scope), name, desk.policy)
        return Asked(desk, request, _question(route, asked, at))

    return endpoint


def _refuse_repeated(request: Request, asked: type[BaseModel]) -> None:
    asked_by.refuse_repeated(asked, (name for name, _ in request.query_params.multi_items()))


def _question(route: Route, asked: Any, at: Address) -> Question:  # noqa: ANN401 - each its own
    """Put a question together; whatever the read model does not hold ready may take long."""
    anew = (asked.weighs and at.policy is not None) or getattr(asked, "weighed_anew", False)
    lane = "slow" if anew and route.lane == "quick" else route.lane
    return Question(partial(_ask, route, asked, at), lane)


def _ask(route: Route, asked: Any, at: Address, situation: Situation) -> Told:  # noqa: ANN401
    return route.ask(situation, asked, at)


def _followed(events: Events) -> Callable[..., Any]:
    async def follow(
        request: Request,
        asked: Annotated[asked_by.EventsAsked, Query()],
        last_event_id: Annotated[str | None, Header(max_length=40)] = None,
    ) -> Response:
        """Events as they are recorded: server-sent, each with its position as its id."""
        _refuse_repeated(request, asked_by.EventsAsked)
        after = asked.after
        if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
            after = min(int(last_event_id), asked_by.FARTHEST)  # how far a browser had come
        headers = {"cache-control": "no-store"}
        if request.scope.get("head"):
            return Response(media_type="text/event-stream", headers=headers)
        if events.full:
            raise events.too_many()
        stream = events.follow(after)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    return follow
