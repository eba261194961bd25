"""Claims that no fact makes: an analyst's ruling on a cell, and what a maintained list drops.

Each is known by the id of its event, as a fact's claim is by the fact's.
"""

from __future__ import annotations

from collections.abc import Iterator

from projections.claims import Claim, Since
from projections.told import PutRight, through
from tracker.facts.envelope import Event
from tracker.facts.record import RulingMade, SnapshotTaken, known_from
from tracker.instants import Bounds
from tracker.kin import one_origin


def ruling(event: Event, body: RulingMade) -> Claim:
    """Give the claim of a ruling: which facts one cell is to follow, from `when` on."""
    when = body.when
    value = {
        "follows": list(body.follows),
        "analyst": body.analyst,
        "reason": body.reason,
        "published": body.published.edtf,
    }
    return Claim(
        projection=body.projection,
        key=body.key,
        fact=event.id,
        kind=body.TOPIC,
        position=event.position,
        version=event.version,
        report=event.stream.hex,
        source="analyst",
        origin=body.analyst,
        status="occurred",
        mode="ruling",
        effect="ruling",
        actors=(),
        value=value,
        since=Since(when.edtf, *when.start),
        start=Bounds(when.speaks_from, when.start.latest),
        end=when.end and through(when.end),
        observed=None,
        published=known_from(body.published),
        recorded_at=event.recorded_at,
    )


def drops(event: Event, body: SnapshotTaken, right: PutRight | None = None) -> Iterator[Claim]:
    """Yield a claim for each cell that a list no longer says anything of.

    `right`: for what was put back, when that was known; its list had said so in its version.
    """
    published = body.published
    known = known_from(published)
    for cell in body.dropped:
        projection, _, key = cell.partition("/")
        yield Claim(
            projection=projection,
            key=key,
            fact=event.id,
            kind=body.TOPIC,
            position=event.position,
            version=event.version,
            report=event.stream.hex,
            source=body.source,
            origin=one_origin(body.origin or body.source),
            status="occurred",
            mode="observation",
            effect="dropped",
            actors=(),
            value={},
            since=Since(published.edtf, *published.start),
            start=published.start,
            end=None,
            observed=published.start.earliest,
            published=known if right is None else max(known, right.known),
            recorded_at=event.recorded_at,
            standing=True,
            listed=None if right is None else max(known, right.said or known),
        )
