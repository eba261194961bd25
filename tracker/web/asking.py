"""Questions as the API asks them: what was asked over HTTP -> an answer and how long it is true."""

from __future__ import annotations

import math
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode

from tracker._version import __version__
from tracker.errors import NotFoundError, TrackerError
from tracker.instants import AsOf, duration
from tracker.outcomes import Answer, Row, log_json
from tracker.situation import Situation
from tracker.web.desk import SECOND, Told, present
from tracker.web.parameters import (
    FARTHEST,
    AuditAsked,
    Clocked,
    DiffAsked,
    DisputesAsked,
    GapsAsked,
    HistoryAsked,
    LogAsked,
    NothingAsked,
    Page,
    SearchAsked,
    StateAsked,
    Weighed,
    WhatifAsked,
)

if TYPE_CHECKING:
    from tracker import Weighing


class Address(NamedTuple):
    """The address of a question as it was written, and the name in its path, if it has one.

    With the policy of the server where the question names none; None for the usual one.
    """

    path: bytes
    query: bytes
    name: str = ""
    policy: str | None = None


def about(situation: Situation, _asked: NothingAsked, _at: Address) -> Told:
    """Which situation is served, and where its log stands."""
    with situation.still() as store:
        position, title, zone = store.head
    body = {"title": title, "zone": zone, "log": _log(situation, position), "version": __version__}
    return Told(body, position)


def state(situation: Situation, asked: StateAsked, at: Address) -> Told:
    """What is so, as of one time, as known at another."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    stale = stale_of(asked.stale_after)
    cell = (asked.projection, asked.key)
    found = situation.state(clocks, *cell, weighing=weighing, stale_after=stale)
    return _told(found, asked, at, clocks)


def history(situation: Situation, asked: HistoryAsked, at: Address) -> Told:
    """How the belief about one key ran, in valid and in known time."""
    clocks, weighing = known_clocks_of(situation, asked), weighing_of(situation, asked, at)
    found = situation.history(asked.key, asked.projection, clocks, weighing=weighing)
    return _told(found, asked, at, None)


def audit(situation: Situation, asked: AuditAsked, at: Address) -> Told:
    """Why a cell is as it is, back to the sentence."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    found = situation.audit(clocks, asked.projection, asked.key, weighing=weighing)
    return _told(found, asked, at, clocks)


def diff(situation: Situation, asked: DiffAsked, at: Address) -> Told:
    """What changed on the ground, and what was learned; asked by `from`, or by `known_from`."""
    moments = (asked.start, asked.stop, asked.known_from, asked.known_to)
    before, after = situation.two_moments(*moments, recorded_at=asked.recorded_at, tz=asked.tz)
    weighing = weighing_of(situation, asked, at)
    found = situation.diff(before, after, asked.projection, asked.key, weighing=weighing)
    return _told(found, asked, at, max(before, after, key=lambda clocks: clocks.as_of))


def disputes(situation: Situation, asked: DisputesAsked, at: Address) -> Told:
    """Where sources disagree, who says what, and since when."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    cell = (asked.projection, asked.key)
    found = situation.disputes(clocks, *cell, weighing=weighing, closed=asked.all)
    return _told(found, asked, at, clocks)


def gaps(situation: Situation, asked: GapsAsked, at: Address) -> Told:
    """What is old, unsure, contradicted, unexplained, or was not read."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    stale = stale_of(asked.stale_after)
    found = situation.gaps(clocks, weighing=weighing, stale_after=stale)
    return _told(found, asked, at, clocks)


def whatif(situation: Situation, asked: WhatifAsked, at: Address) -> Told:
    """Which answers hang on a source or on the policy; asked by `without`, `only` or `policy`."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    if weighing.stored:
        raise TrackerError("what if what? Say without, only or policy")
    found = situation.whatif(clocks, weighing, asked.projection, asked.key)
    return _told(found, asked, at, clocks)


def search(situation: Situation, asked: SearchAsked, at: Address) -> Told:
    """Places, actors, sources, schemes and facts that hold the words, or words that begin so."""
    found = situation.search(asked.q, limit=asked.limit + 1, offset=asked.offset)
    body = found.as_json()
    body["query"]["limit"] = asked.limit
    body["rows"] = body["rows"][: asked.limit]
    more = len(found.each) > asked.limit
    headers = (_next(at, offset=asked.offset + asked.limit),) if more else ()
    return Told(body, found.position, headers=headers)


def log(situation: Situation, asked: LogAsked, at: Address) -> Told:
    """The events of the log, in their order."""
    position = situation.position
    rows = situation.log_rows(asked.after, position)
    kept = (row for row in rows if asked.kind is None or row["kind"] == asked.kind)
    found = list(islice(kept, asked.limit))
    last = found[-1]["position"] if found else position
    more = len(found) == asked.limit and last < position
    body: Row = {"log": _log(situation, position), "rows": found}
    return Told(body, position, headers=(_next(at, after=last),) if more else ())


def event(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """One event whole: by its position, or by the beginning of its id."""
    with situation.still() as store:
        return Told(situation.show(event_name(at.name)), store.position)


def report(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """A report and its events, by the beginning of its id."""
    found = situation.report(at.name)
    return Told(found.as_json(), found.position)


def event_name(text: str) -> str:
    """Read how an address names an event: figures alone are a position. Raises NotFoundError."""
    position = text.removeprefix("#")
    if not (position.isascii() and position.isdigit()):
        return text
    if int(position) > FARTHEST:
        raise NotFoundError(f"no event {text}: no log is that long")
    return f"#{int(position)}"


def _log(situation: Situation, position: int) -> Row:
    return log_json(position, situation.head(position), situation.replica())


def clocks_of(situation: Situation, asked: Clocked) -> AsOf:
    """Read the clocks that were asked by. Raises TrackerError."""
    return situation.clocks(asked.as_of, asked.known_at, asked.recorded_at, asked.tz)


def known_clocks_of(situation: Situation, asked: HistoryAsked | Clocked) -> AsOf | None:
    """Read the clocks that bound a history, which is of all valid time. Raises TrackerError."""
    if not (asked.known_at or asked.recorded_at):
        return None
    return situation.clocks(None, asked.known_at, asked.recorded_at, asked.tz)


def weighing_of(situation: Situation, asked: Weighed, at: Address) -> Weighing:
    """Read how to weigh: by the policy that is asked, else the server's. Raises NotFoundError."""
    return situation.weighing(asked.policy or at.policy, asked.only, asked.without)


def stale_of(text: str | None) -> int | None:
    """Read a length of time as microseconds."""
    return None if text is None else duration(text)


def _told(found: Answer, page: Page, at: Address, clocks: AsOf | None) -> Told:
    """Give a page of an answer; one that is about now, or later, is so for a second."""
    body, total = found.as_json(), len(found.each)
    upto = page.offset + page.limit
    body["rows"] = body["rows"][page.offset : upto]
    count = (b"x-total-count", b"%d" % total)
    headers = (count, _next(at, offset=upto)) if upto < total else (count,)
    return Told(body, found.position, until_of(clocks), headers)


def until_of(clocks: AsOf | None) -> float:
    """Tell until when an answer of these clocks is true of the same log: of now, for a second."""
    second = present()
    return math.inf if clocks is None or clocks.as_of < second else second + SECOND


def _next(at: Address, **change: int) -> tuple[bytes, bytes]:
    """Give the header that names the next page."""
    asked = parse_qsl(at.query.decode("latin-1"), keep_blank_values=True)
    kept = [(name, value) for name, value in asked if name not in change]
    there = urlencode([*kept, *((name, str(value)) for name, value in change.items())])
    return b"link", f'<{at.path.decode("latin-1")}?{there}>; rel="next"'.encode()
