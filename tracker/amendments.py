"""Pure decisions that change the record by adding to it: corrections, retractions, rulings.

Nothing recorded is touched. Each decision is given the events that are there, and gives those to
append; what has been done already adds nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid5

from tracker.errors import NotFoundError, TrackerError
from tracker.facts import Body, Fact, ReportRegistered
from tracker.facts.envelope import NAMESPACE, Event
from tracker.facts.record import (
    FactCorrected,
    FactRetracted,
    Published,
    RulingMade,
    SnapshotTaken,
    known_from,
)
from tracker.instants import Instant
from tracker.reports import Decision, derived_id, identified
from tracker.times import When
from tracker.undoing import Chains, corrections_in, part_of

Cell = tuple[str, str]

RETRACTABLE = (Fact, RulingMade, SnapshotTaken)
"""What can be taken back: a retraction names the id of its event."""


class AmendmentError(TrackerError):
    """A correction, retraction or ruling that the record does not bear."""


def correct(
    past: Sequence[Event],
    fact_id: str,
    replacement: Fact,
    *,
    published: Published,
    reason: str,
    at: int,
    by: str,
) -> Decision:
    """Decide on FactCorrected, and on the fact that takes the place of the one with `fact_id`.

    `past` is the whole stream of its report. The new fact speaks of the same moment; it is known
    from the correction's publication. Raises NotFoundError, or AmendmentError where nothing is
    changed, where another correction came first, where the fact is retracted, or where it is
    published too early.
    """
    wrong = _fact_in(past, fact_id)
    fresh = identified(replacement, wrong.stream, of_table=_of_table(past))
    if fresh.id == fact_id:
        raise AmendmentError(f"nothing is changed: that is what {name_of(wrong)} says")
    by_id = {event.id: event for event in past}
    corrections = [event.body for event in past if isinstance(event.body, FactCorrected)]
    done = [body.replaced_by for body in corrections if body.fact == fact_id]
    if fresh.id in done:
        return Decision((), already=2)
    if done:
        other = name_of(by_id[done[0]])
        raise AmendmentError(f"{name_of(wrong)} is corrected already: correct {other}")
    if gone := _retraction_of(past, fact_id):
        raise AmendmentError(
            f"{name_of(wrong)} is retracted (#{gone.position}): "
            f"`tracker correct '#{wrong.position}' --again` puts it back as it was, "
            "and what stands then can be corrected"
        )
    if fresh.id in by_id:
        raise AmendmentError(
            f"the report says that already, as {name_of(by_id[fresh.id])}: "
            f"retract {name_of(wrong)}, or tell the two apart by a note"
        )
    _refuse_too_early(wrong, _published(past)[fact_id], published, "correction")
    bodies = _instead(fact_id, (fresh.id, fresh), published, reason)
    return Decision(numbered(wrong.stream, len(past), bodies, at=at, by=by), already=0)


def put_back(
    past: Sequence[Event], fact_id: str, *, published: Published, reason: str, at: int, by: str
) -> Decision:
    """Decide on putting back a fact that was retracted: a new one says what it said.

    So for a version of a list: what it dropped is dropped again. `past` is the whole stream of its
    report. The retraction stays in the log; the new fact is known from `published` on. What was put
    back already, and stands, adds nothing. Raises NotFoundError, or AmendmentError where the fact
    is not retracted, where it was replaced, or where this is published before the retraction.
    """
    wrong = _fact_in(past, fact_id, SnapshotTaken)
    by_id = {event.id: event for event in past}
    for event in past:
        body = event.body
        if isinstance(body, FactCorrected) and body.fact == fact_id:
            other = by_id[body.replaced_by]
            if body.restores and _stands(past, other.id):
                return Decision((), already=2)
            raise AmendmentError(f"{name_of(wrong)} is corrected already, by {name_of(other)}")
    gone = _retraction_of(past, fact_id)
    if gone is None or not isinstance(gone.body, FactRetracted):
        raise AmendmentError(f"{name_of(wrong)} is not retracted: there is nothing to put back")
    _refuse_too_early(gone, gone.body.published, published, "correction")
    before = by_id[Chains(corrections_in(past)).says(fact_id)]
    fresh = _again(before, past, f"as before #{gone.position} took it back")
    bodies = _instead(fact_id, fresh, published, reason, restores=before.id)
    *first, last = numbered(wrong.stream, len(past), bodies, at=at, by=by)
    return Decision((*first, replace(last, batch=wrong.batch)), already=0)


def retract(
    pasts: Mapping[UUID, Sequence[Event]],
    wanted: Collection[str],
    *,
    published: Published,
    reason: str,
    at: int,
    by: str,
    batch: str | None = None,
) -> Decision:
    """Decide on one FactRetracted for each of the events `wanted` that is not retracted yet.

    One that is, as of later than `published`, is retracted again: the earliest counts.

    `pasts` holds the whole stream of each. A fact, a ruling or a snapshot can be taken back, and
    a fact that was replaced as well. What those of a `batch` had replaced, and what it had
    retracted, is put back (tracker.undoing). Raises NotFoundError, or AmendmentError where it is
    published before what it takes back.
    """
    asked = frozenset(wanted)
    found: set[str] = set()
    events: list[Event] = []
    already = 0
    for stream, past in pasts.items():
        held = {event.id for event in past}
        its = {event.id for event in of_batch(past, batch)} & asked if batch else set[str]()
        alone = held & asked - its
        _refuse_replaced(past, alone)
        part = part_of(past, [event.id for event in past if event.id in its], batch or "")
        gone = _retracted(past)
        earlier = {one for one in alone & gone.keys() if known_from(published) < gone[one]}
        found |= {one.id for one in past if one.id in asked and isinstance(one.body, RETRACTABLE)}
        already += len(part.undone) + len((alone & gone.keys()) - earlier)
        over = part.over | (alone - gone.keys()) | earlier
        out, batches = _published(past), dict[str, str | None]()
        _refuse_covered(past, part.covered)
        bodies: list[tuple[str, Body]] = []
        touched = over | part.put_back.keys()
        for event in past:
            if event.id in touched:
                _refuse_too_early(event, out[event.id], published, "retraction")
            if event.id in over:
                body = FactRetracted(fact=event.id, published=published, reason=reason)
                again = f":again:{known_from(published)}" if event.id in earlier else ""
                named = str(uuid5(NAMESPACE, f"retracted:{event.id}{again}"))
                if named in held:  # and put back since: what says so now is taken back instead
                    already += 1
                    continue
                bodies.append((named, body))
            elif before := part.put_back.get(event.id):
                fresh = _again(before, past, f"as before batch {batch}")
                batches[fresh[0]] = before.batch
                bodies += _instead(event.id, fresh, published, reason, restores=before.id)
        made = numbered(stream, len(past), bodies, at=at, by=by)
        events += [replace(event, batch=batches.get(event.id)) for event in made]
    if missing := [one for one in wanted if one not in found]:
        raise NotFoundError(f"nothing that could be retracted has the id {missing[0]}")
    return Decision(tuple(events), already=already)


Named = tuple[str, Body]
"""A body, and the id of its event."""


def _instead(
    wrong: str, fresh: Named, published: Published, reason: str, restores: str | None = None
) -> list[Named]:
    """Give what puts a fact in the place of another: the correction, and the fact."""
    name, _ = fresh
    body = FactCorrected(
        fact=wrong, replaced_by=name, restores=restores, published=published, reason=reason
    )
    return [(str(uuid5(NAMESPACE, f"corrected:{wrong}:{name}")), body), fresh]


def _again(before: Event, past: Sequence[Event], why: str) -> Named:
    """Say once more what a fact said, and why in its note; or what a version of a list dropped."""
    if isinstance(before.body, SnapshotTaken):
        return str(uuid5(NAMESPACE, f"again:{before.id}:{why}")), before.body
    if before.fact is None:
        raise AmendmentError(f"{name_of(before)} is no fact, and cannot be put back")
    note = "; ".join(filter(None, [before.fact.note, why]))
    again = before.fact.model_copy(update={"note": note})
    fresh = identified(again, before.stream, of_table=_of_table(past))
    return fresh.id, fresh


def _retracted(past: Iterable[Event]) -> dict[str, Instant]:
    """Give, by id, from when on whatever is retracted is so: the earliest retraction counts."""
    found: dict[str, Instant] = {}
    for event in past:
        if isinstance(event.body, FactRetracted):
            known = known_from(event.body.published)
            found[event.body.fact] = min(known, found.get(event.body.fact, known))
    return found


def _refuse_covered(past: Sequence[Event], covered: Mapping[str, Event]) -> None:
    """Refuse to take back what somebody else has corrected since: that would stand."""
    for event in past:
        if other := covered.get(event.id):
            raise AmendmentError(
                f"{name_of(event)} is corrected already: take back {name_of(other)}"
            )


def _refuse_replaced(past: Sequence[Event], wanted: Collection[str]) -> None:
    """Refuse to take back a corrected fact alone: what replaced it would stand."""
    by_id = {event.id: event for event in past}
    for event in past:
        body = event.body
        if not isinstance(body, FactCorrected) or body.fact not in wanted:
            continue
        if body.replaced_by not in wanted:
            wrong, other = name_of(by_id[body.fact]), name_of(by_id[body.replaced_by])
            raise AmendmentError(f"{wrong} is corrected already: take back {other}")


def retractable(past: Iterable[Event]) -> list[str]:
    """Name all that a report says: its facts, replaced ones too, and its snapshots."""
    return [event.id for event in past if isinstance(event.body, Fact | SnapshotTaken)]


def of_batch(past: Iterable[Event], batch: str) -> list[Event]:
    """Give those events of a report that were recorded with a batch: most with its first."""
    events = list(past)
    first = events[0].body if events else None
    begun = first.batch if isinstance(first, ReportRegistered) else None
    return [event for event in events if (event.batch or begun) == batch]


def rule(
    past: Sequence[Event],
    ruling: RulingMade,
    cells: Mapping[str, Collection[Cell]],
    *,
    at: int,
    by: str,
) -> Decision:
    """Decide on a ruling about one cell, in a stream of the cell's own (see ruling_stream).

    `cells` names, for each fact that it follows, the cells which that fact speaks of. A ruling
    that says what the newest standing one says adds nothing. Raises AmendmentError where a fact
    does not speak of the cell.
    """
    cell = (ruling.projection, ruling.key)
    for fact in ruling.follows:
        if cell not in cells[fact]:
            others = ", ".join(" ".join(one) for one in sorted(cells[fact])) or "no cell"
            raise AmendmentError(
                f"fact {fact[:8]} says nothing of {' '.join(cell)}: it speaks of {others}"
            )
    stream = ruling_stream(*cell)
    event_id = derived_id(stream, ruling)
    gone = {event.body.fact for event in past if isinstance(event.body, FactRetracted)}
    made = [event for event in past if isinstance(event.body, RulingMade)]
    if event_id in gone:
        raise AmendmentError(
            "this very ruling was made and retracted: give another reason, or another time"
        )
    standing = [event for event in made if event.id not in gone]
    if event_id in {event.id for event in standing} or (
        standing and _says_the_same(standing[-1].body, ruling)
    ):
        return Decision((), already=1)
    return Decision(numbered(stream, len(past), [(event_id, ruling)], at=at, by=by), already=0)


def ruling_stream(projection: str, key: str) -> UUID:
    """Give the id of the stream that keeps the rulings on one cell."""
    return uuid5(NAMESPACE, f"ruling:{projection}:{key}")


def _says_the_same(one: Body, other: RulingMade) -> bool:
    return isinstance(one, RulingMade) and one == other.model_copy(
        update={"published": one.published}
    )


def _retraction_of(past: Sequence[Event], fact_id: str) -> Event | None:
    """Give the event that took a fact back, the last where there are several."""
    for event in reversed(past):
        if isinstance(event.body, FactRetracted) and event.body.fact == fact_id:
            return event
    return None


def standing(past: Sequence[Event], *, without: str) -> list[Fact]:
    """Give the facts of a report that were neither corrected nor retracted, but for one."""
    bodies = (event.body for event in past)
    gone = {one.fact for one in bodies if isinstance(one, FactCorrected | FactRetracted)}
    gone |= {without}
    return [one.fact for one in past if one.fact and one.id not in gone]


def _stands(past: Sequence[Event], fact_id: str) -> bool:
    """Whether a fact was neither corrected nor retracted."""
    return not any(
        isinstance(event.body, FactCorrected | FactRetracted) and event.body.fact == fact_id
        for event in past
    )


def _fact_in(past: Sequence[Event], fact_id: str, *others: type[Body]) -> Event:
    for event in past:
        if event.id == fact_id and (event.fact is not None or isinstance(event.body, others)):
            return event
    raise NotFoundError(f"no fact has the id {fact_id}")


def _of_table(past: Sequence[Event]) -> bool:
    """Whether a report is what a table tells: where a row stands is no part of its facts' ids."""
    header = past[0].body if past else None
    return isinstance(header, ReportRegistered) and header.dataset is not None


def name_of(event: Event) -> str:
    """Name an event as people do: its position and its kind."""
    return f"#{event.position} {event.body.TOPIC}"


def _published(past: Sequence[Event]) -> dict[str, When]:
    """Give, by id, when each was published: a replacement with its correction, a fact by report."""
    out: dict[str, When] = {}
    report: When | None = None
    for event in past:
        match event.body:
            case ReportRegistered() as body:
                report = body.published
            case FactCorrected() as body:
                out[body.replaced_by] = body.published
            case RulingMade() | SnapshotTaken() as body:
                out.setdefault(event.id, body.published)
            case Fact() if report is not None:
                out.setdefault(event.id, report)
            case _:
                pass
    return out


def _refuse_too_early(event: Event, out: When, published: When, what: str) -> None:
    """Refuse what is published before the thing that it speaks of was."""
    if known_from(published) < out.start.earliest:
        raise AmendmentError(
            f"a {what} cannot be published ({published.describe()}) before what it speaks of: "
            f"{name_of(event)} was published {out.describe()}"
        )


def numbered(
    stream: UUID, past: int, bodies: Iterable[tuple[str, Body]], *, at: int, by: str
) -> tuple[Event, ...]:
    """Give bodies, each with its event's id, as the next events of a stream of `past` events."""
    return tuple(
        Event(stream, version, event_id, body, recorded_at=at, recorded_by=by)
        for version, (event_id, body) in enumerate(bodies, start=past + 1)
    )
