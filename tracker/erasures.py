"""Pure decisions about what may be read: erasing text, and the legal holds that forbid it.

An erasure, a hold and the lifting of one are events of the stream of what they speak of, so that
of a hold and an erasure that meet, whoever comes second sees the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from tracker.amendments import name_of, numbered
from tracker.errors import NotFoundError, TrackerError
from tracker.facts import Body, Fact, ReportRegistered
from tracker.facts.envelope import NAMESPACE, Event
from tracker.facts.record import (
    EventWithheld,
    HoldLifted,
    HoldPlaced,
    Published,
    RulingMade,
    TextErased,
)
from tracker.reports import Decision
from tracker.undoing import Chains, corrections_in

SOME = 5


class ErasureError(TrackerError):
    """An erasure or a hold that the record does not bear."""


@dataclass(frozen=True, slots=True)
class Warrant:
    """On whose authority something is done, when that was published, and why."""

    authority: str
    published: Published
    reason: str


Pasts = Mapping[UUID, Sequence[Event]]
"""Whole streams, by their ids."""


def erase(
    pasts: Pasts, wanted: Mapping[str, Iterable[str]], warrant: Warrant, *, at: int, by: str
) -> Decision:
    """Decide on one TextErased for each event that has fields left to erase.

    `wanted` maps the ids of events to fields of theirs. Raises ErasureError, which names it, where
    a hold stands on any of them.
    """
    events: list[Event] = []
    held: list[str] = []
    for stream, past in pasts.items():
        done = erased_in(past)
        holds = standing(past)
        bodies: list[tuple[str, Body]] = []
        for event in past:
            left = sorted(set(wanted.get(event.id, ())) - done.get(event.id, set()))
            if not left:
                continue
            held += [
                f"{name_of(event)}: hold #{hold.position} of {body.authority} ({body.reason})"
                for hold, body in holds
                if body.event in {event.id, past[0].id}
            ]
            body = TextErased(event=event.id, fields=tuple(left), **_as(warrant))
            bodies.append((_id("erased", event.id, *left), body))
        events += numbered(stream, len(past), bodies, at=at, by=by)
    if held:
        more = f" and {len(held) - SOME} more" if len(held) > SOME else ""
        raise ErasureError(
            f"under legal hold, nothing was erased: {'; '.join(held[:SOME])}{more}. "
            "`tracker hold --lift` lifts a hold"
        )
    return Decision(tuple(events), already=len(wanted) - len(events))


def refuse_grown(pasts: Pasts, listed: Mapping[str, Iterable[str]]) -> None:
    """Refuse to erase what was listed where its chains of corrections hold more such text by now.

    `listed` maps the ids of events to the fields of theirs that are to be erased. Raises
    ErasureError, which names what came since: nobody was shown it, and it would stay to be read.
    """
    for past in pasts.values():
        chains = Chains(corrections_in(past))
        asked: dict[str, set[str]] = {}
        for one in listed.keys() & {event.id for event in past}:
            asked.setdefault(chains.end(one), set()).update(listed[one])
        for event in past:
            more = texts_in(event.body) & asked.get(chains.end(event.id), set())
            if event.id not in listed and more:
                raise ErasureError(
                    f"corrections lead to {name_of(event)} as well by now, which was not listed: "
                    "nothing was erased; run this again"
                )


def hold(pasts: Pasts, wanted: Iterable[str], warrant: Warrant, *, at: int, by: str) -> Decision:
    """Decide on one HoldPlaced for each event; a hold that stands so already adds nothing.

    Raises ErasureError for an event that is no fact, no ruling and no report.
    """
    asked = set(wanted)
    events: list[Event] = []
    for stream, past in pasts.items():
        standing_so = {
            body.event
            for _, body in standing(past)
            if (body.authority, body.reason) == (warrant.authority, warrant.reason)
        }
        bodies: list[tuple[str, Body]] = []
        for event in past:
            if event.id not in asked:
                continue
            if not isinstance(event.body, Fact | RulingMade | ReportRegistered):
                raise ErasureError(f"{name_of(event)} holds no text that could be erased")
            if event.id not in standing_so:
                before = sum(_holds(one.body, event.id) for one in past)
                body = HoldPlaced(event=event.id, **_as(warrant))
                bodies.append((_id("hold", event.id, str(before)), body))
        events += numbered(stream, len(past), bodies, at=at, by=by)
    return Decision(tuple(events), already=len(asked) - len(events))


def lift(pasts: Pasts, wanted: Iterable[str], warrant: Warrant, *, at: int, by: str) -> Decision:
    """Decide on one HoldLifted for each hold named, and for each that stands on an event named.

    Lifting what was lifted adds nothing. Raises NotFoundError where no hold was ever there.
    """
    asked = set(wanted)
    events: list[Event] = []
    met: set[str] = set()
    for stream, past in pasts.items():
        stands = {hold.id for hold, _ in standing(past)}
        bodies: list[tuple[str, Body]] = []
        for event in past:
            body = event.body
            if isinstance(body, HoldPlaced) and asked & {event.id, body.event}:
                met |= asked & {event.id, body.event}
                if event.id in stands:
                    lifted = HoldLifted(hold=event.id, **_as(warrant))
                    bodies.append((_id("lifted", event.id), lifted))
        events += numbered(stream, len(past), bodies, at=at, by=by)
    if unmet := asked - met:
        names = {event.id: name_of(event) for past in pasts.values() for event in past}
        raise NotFoundError(f"no hold was placed on {names[min(unmet)]}")
    return Decision(tuple(events), already=0 if events else len(met))


def withhold(
    pasts: Pasts, wanted: Mapping[str, str], warrant: Warrant, *, at: int, by: str
) -> Decision:
    """Decide on one EventWithheld for each event that none says of yet that it is left out.

    `wanted` maps their ids to the hashes of their leaves. Raises ErasureError for what says of
    another event that it is left out: without it nobody could tell why.
    """
    events: list[Event] = []
    for stream, past in pasts.items():
        done = {event.body.event for event in past if isinstance(event.body, EventWithheld)}
        bodies: list[tuple[str, Body]] = []
        for event in past:
            if event.id not in wanted:
                continue
            if isinstance(event.body, EventWithheld):
                raise ErasureError(f"{name_of(event)} says why another is left out: it stays in")
            if event.id not in done:
                leaf, place = wanted[event.id], event.position
                body = EventWithheld(event=event.id, position=place, leaf=leaf, **_as(warrant))
                bodies.append((_id("withheld", event.id), body))
        events += numbered(stream, len(past), bodies, at=at, by=by)
    return Decision(tuple(events), already=len(wanted) - len(events))


def standing(past: Iterable[Event]) -> list[tuple[Event, HoldPlaced]]:
    """Give the holds of a stream that were not lifted."""
    placed: dict[str, tuple[Event, HoldPlaced]] = {}
    for event in past:
        match event.body:
            case HoldPlaced() as body:
                placed[event.id] = (event, body)
            case HoldLifted() as body:
                placed.pop(body.hold, None)
            case _:
                pass
    return list(placed.values())


def erased_in(past: Iterable[Event]) -> dict[str, set[str]]:
    """Give the fields that were erased in a stream, by event."""
    done: dict[str, set[str]] = {}
    for event in past:
        if isinstance(event.body, TextErased):
            done.setdefault(event.body.event, set()).update(event.body.fields)
    return done


def texts_in(body: Body) -> set[str]:
    """Name the fields of an event that hold text which can be sealed."""
    if isinstance(body, RulingMade):
        return {"reason"}
    if not isinstance(body, Fact):
        return set()
    texts = {"gist": body.gist, "note": body.note, "speaker": body.speaker}
    texts["quote"] = body.locator.quote
    return {field for field, text in texts.items() if text is not None}


def _holds(body: Body, event_id: str) -> bool:
    return isinstance(body, HoldPlaced) and body.event == event_id


def _as(warrant: Warrant) -> dict[str, Any]:
    return {
        "authority": warrant.authority,
        "published": warrant.published,
        "reason": warrant.reason,
    }


def _id(*parts: str) -> str:
    return str(uuid5(NAMESPACE, ":".join(parts)))
