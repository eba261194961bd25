"""Beliefs: the claims of one key -> rectangles of constant state in the valid x known plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from projections.claims import Claim, Kin
from projections.state import Policy, Projection, State
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant


@dataclass(frozen=True, slots=True)
class Belief:
    """One rectangle: `state` over valid [valid_from, valid_to), known [known_from, known_to).

    Microseconds UTC; the ends of both clocks may be open. No rectangle where there is no evidence.
    """

    valid_from: Instant
    valid_to: Instant
    known_from: Instant
    known_to: Instant
    state: State


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of valid time up to the next segment's start, and since when it is known so."""

    valid_from: Instant
    state: State | None
    known_from: Instant


def rectangles(
    claims: Iterable[Claim], policy: Policy, projection: Projection, kin: Kin
) -> list[Belief]:
    """Resolve every claim of one key into rectangles, in order of known, then of valid time.

    Known time is walked forward. What is published (or retracted) at one instant can change the
    beliefs only from the first valid instant it speaks about; what it leaves as it was stays in
    the rectangle that is open already.
    """
    claims = [claim for claim in claims if claim.mode != "mention"]
    changes = _changes(claims)
    closed: list[Belief] = []
    line = [_Segment(PAST_OPEN, None, PAST_OPEN)]
    for known in sorted(changes):
        first = min(claim.start.earliest for claim in changes[known])
        visible = [claim for claim in claims if claim.published <= known]
        line = _advance(
            line, _resolve(visible, first, known, policy, projection, kin), known, closed
        )
    _close(line, FUTURE_OPEN, closed)
    return sorted(closed, key=lambda b: (b.known_from, b.valid_from, b.known_to))


def _changes(claims: Sequence[Claim]) -> dict[Instant, list[Claim]]:
    """Group claims by the known instants at which they appear or are retracted."""
    changes: dict[Instant, list[Claim]] = {}
    for claim in claims:
        changes.setdefault(claim.published, []).append(claim)
        if claim.retracted is not None and claim.retracted > claim.published:
            changes.setdefault(claim.retracted, []).append(claim)
    return changes


def _resolve(
    visible: Sequence[Claim],
    first: Instant,
    known: Instant,
    policy: Policy,
    projection: Projection,
    kin: Kin,
) -> list[tuple[Instant, State | None]]:
    """Resolve from an instant on: (valid_from, state) where the state changes."""
    instants = {first}
    for claim in visible:
        instants.update(point for point in policy.points(claim) if point > first)
    found: list[tuple[Instant, State | None]] = []
    for instant in sorted(instants):
        state = policy.resolve(visible, instant, known, projection, kin)
        if not found or found[-1][1] != state:
            found.append((instant, state))
    return found


def _advance(
    line: list[_Segment],
    fresh: list[tuple[Instant, State | None]],
    known: Instant,
    closed: list[Belief],
) -> list[_Segment]:
    """Lay what is known now over what was: equal stretches go on, the others close and open."""
    first = fresh[0][0]
    cuts = sorted({s.valid_from for s in line} | {at for at, _ in fresh})
    after: list[_Segment] = []
    old, new = -1, -1
    for index, at in enumerate(cuts):
        while old + 1 < len(line) and line[old + 1].valid_from <= at:
            old += 1
        while new + 1 < len(fresh) and fresh[new + 1][0] <= at:
            new += 1
        before = line[old]
        state = before.state if at < first else fresh[new][1]
        if state == before.state:
            after.append(_Segment(at, state, before.known_from))
            continue
        upto = cuts[index + 1] if index + 1 < len(cuts) else FUTURE_OPEN
        over = closed[-1] if closed else None
        _close([_Segment(at, before.state, before.known_from)], known, closed, upto)
        if over and over is not closed[-1]:
            closed[-2:] = _merged(over, closed[-1])
        after.append(_Segment(at, state, known))
    return _joined(after)


def _merged(one: Belief, other: Belief) -> list[Belief]:
    """Join two rectangles that lie side by side and say the same: cuts of one that closed."""
    beside = one.valid_to == other.valid_from
    alike = (one.known_from, one.known_to, one.state) == (
        other.known_from,
        other.known_to,
        other.state,
    )
    return [replace(one, valid_to=other.valid_to)] if beside and alike else [one, other]


def _joined(line: list[_Segment]) -> list[_Segment]:
    joined: list[_Segment] = []
    for segment in line:
        same = joined and (joined[-1].state, joined[-1].known_from) == (
            segment.state,
            segment.known_from,
        )
        if not same:
            joined.append(segment)
    return joined


def _close(
    line: list[_Segment], known: Instant, closed: list[Belief], upto: Instant = FUTURE_OPEN
) -> None:
    """End segments at a known instant: each becomes a rectangle, if it says anything."""
    for index, segment in enumerate(line):
        valid_to = line[index + 1].valid_from if index + 1 < len(line) else upto
        if segment.state is not None and segment.known_from < known:
            closed.append(
                Belief(segment.valid_from, valid_to, segment.known_from, known, segment.state)
            )
