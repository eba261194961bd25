"""Policy `latest/1`: the newest evidence holds, whoever published it.

Rules, for a cell at valid time t and known time k:
1. Visible are the claims published by k, not retracted by k, begun and not ended by t. What was
   planned, possible or denied is no claim about what is.
2. Evidence time: of a transition its start; of an observation the moment it was observed, but t
   itself where t lies before that ("held since March" speaks directly about any day between).
   A start known only by its bounds counts at its first instant; a withdrawal or a recapture at
   its last, since it comes after the hold that it ends.
3. All origins are one. Claims are taken in the order of their evidence times; ties go to the
   later published, then to what comes later in the sequence entry, hold, withdrawal, recapture,
   then to the later start, then to the later place in the same report.
4. Each claim in that order makes its step: it agrees with the state so far, adds to it, or
   replaces it. Holders of one side are one hold, whose row lists their union. A state is so
   since the start of the claim that began it, or since the narrowest start told of it that can
   be the same moment ("14 January" where another says "a week ago").
5. A claim is certain once all of its start has passed, possible before. The state is that of the
   certain claims; what possible ones (or ends that may have come) would make of it is `possibly`.
Support is always `reported`: this policy weighs no origins against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from projections.claims import Claim, Kin, Since, Value
from projections.state import (
    MOST_EVIDENCE,
    Alternative,
    Projection,
    Role,
    State,
    Timeline,
    newest,
    public,
)
from tracker.edtf import describe
from tracker.instants import Instant, format_instant

NAME = "latest/1"
RULE = "newest evidence, whoever published it"

Order = tuple[bool, Instant, Instant, int, Instant, str, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """The fold so far: a value, since when, and the claims that carry it, oldest first."""

    value: Value
    since: Since
    run: tuple[Claim, ...]


def resolve(
    claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin
) -> State | None:
    """Give the belief at (t, k); None where nothing visible says anything."""
    visible = [claim for claim in claims if _visible(claim, t, k)]
    certain = [claim for claim in visible if claim.certain_from <= t]
    unsettled = [claim for claim in visible if is_unsettled(claim, t)]

    def without(claim: Claim) -> Cell | None:
        return fold([one for one in certain if one is not claim], t, projection, kin)

    cell = fold(certain, t, projection, kin)
    return state_of(cell, possibilities(unsettled, cell, t, projection, kin, without), projection)


def timeline(projection: Projection, kin: Kin) -> Timeline:
    """Begin to work a key out step by step."""
    from projections.policies.latest_timeline import LatestTimeline

    return LatestTimeline(projection, kin)


def state_of(
    cell: Cell | None, possibly: tuple[Alternative, ...], projection: Projection
) -> State | None:
    """Make the state of a fold and what may hold instead; None where both say nothing."""
    if cell is None and not possibly:
        return None
    run = cell.run[-MOST_EVIDENCE:] if cell else ()
    return State(
        value=cell.value if cell else projection.empty,
        support="reported",
        certainty="possible" if possibly else "certain",
        since=cell.since if cell else None,
        possibly=possibly,
        evidence=tuple(claim.fact for claim in reversed(run)),
        dissent=(),
        last_evidence=newest(run),
    )


def roles(
    claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin
) -> list[Role]:
    """Say of every claim of a cell what part it has in the answer at (t, k), and why."""
    claims = list(claims)
    certain = [claim for claim in claims if _visible(claim, t, k) and claim.certain_from <= t]
    cell = fold(certain, t, projection, kin, keep=len(claims))
    run = cell.run if cell else ()
    told = {claim.fact for claim in run}
    found = []
    for claim in claims:
        if claim.fact in told:
            decides = claim is run[-1]
            why = "newest evidence" if decides else "tells of the same state"
            found.append(Role(claim, "decides" if decides else "supports", why))
        else:
            found.append(Role(claim, *_why_not(claim, t, k)))
    return found


def points(claim: Claim) -> Iterator[Instant]:
    """Yield the valid instants at which a claim's part can change."""
    yield claim.start.earliest
    yield claim.certain_from
    if claim.observed is not None:
        yield claim.observed
    if claim.end:
        yield claim.end.earliest
        yield claim.end.latest - 1


def _visible(claim: Claim, t: Instant, k: Instant) -> bool:
    return (
        claim.mode != "mention"
        and claim.published <= k
        and (claim.retracted is None or k < claim.retracted)
        and claim.start.earliest <= t
        and (claim.end is None or t < claim.end.latest - 1)
    )


def order(claim: Claim, t: Instant, point: Instant | None = None) -> Order:
    """Sort key: the evidence time at t, then the ties. An observation still to come counts as t."""
    speaks_directly = claim.observed is not None and t < claim.observed
    return (
        speaks_directly,
        0 if speaks_directly else claim.point if point is None else point,
        claim.published,
        claim.stage,
        claim.start.earliest,
        claim.report,
        claim.version,
    )


def fold(
    certain: Iterable[Claim],
    t: Instant,
    projection: Projection,
    kin: Kin,
    cell: Cell | None = None,
    *,
    keep: int = MOST_EVIDENCE,
) -> Cell | None:
    """Take claims in the order of their evidence at t, on top of a cell already reached."""
    for claim in sorted(certain, key=lambda one: order(one, t)):
        cell = advance(cell, claim, projection, kin, keep)
    return cell


def advance(
    cell: Cell | None, claim: Claim, projection: Projection, kin: Kin, keep: int = MOST_EVIDENCE
) -> Cell | None:
    """Take one claim more; of the run the newest `keep` claims are kept."""
    step = projection.step(cell.value if cell else None, claim, kin)
    if step is None:
        return cell
    if cell is None or step.relation == "replaces":
        return Cell(step.value, claim.since, (claim,))
    run = (*cell.run[1 - keep :], claim) if len(cell.run) >= keep else (*cell.run, claim)
    if step.relation == "adds":
        return Cell(step.value, claim.since, run)
    return Cell(step.value, _sharper(cell.since, claim.since), run)


def _sharper(first: Since, other: Since) -> Since:
    """Give the narrower of two starts that can be one moment, else the first."""
    overlap = other.earliest < first.latest and first.earliest < other.latest
    narrower = other.latest - other.earliest < first.latest - first.earliest
    return other if overlap and narrower else first


def is_unsettled(claim: Claim, t: Instant) -> bool:
    """Whether a visible claim may not have begun yet at t, or may have ended."""
    return claim.certain_from > t or (claim.end is not None and claim.end.earliest <= t)


def possibilities(
    unsettled: Iterable[Claim],
    cell: Cell | None,
    t: Instant,
    projection: Projection,
    kin: Kin,
    without: Callable[[Claim], Cell | None],
) -> tuple[Alternative, ...]:
    """Find what may hold instead: begun perhaps, or ended perhaps (`without` that claim)."""
    found: list[tuple[Value, Since, tuple[str, ...]]] = []
    last = order(cell.run[-1], t) if cell else None
    shown = public(cell.value) if cell else None
    for claim in sorted(unsettled, key=lambda one: order(one, t)):
        if claim.certain_from > t:
            # It may begin just now, that is after whatever has certainly begun: no ties with that.
            if last is None or order(claim, t, t + 1) > last:
                step = projection.step(cell.value if cell else None, claim, kin)
                if step and public(step.value) != shown:
                    found.append((step.value, claim.since, (claim.fact,)))
        elif claim.end:
            other = without(claim)
            value = other.value if other else projection.empty
            if public(value) != shown:
                since = Since("", claim.end.earliest, claim.end.latest)
                found.append((value, since, (claim.fact,)))
    merged: dict[str, Alternative] = {}
    for value, since, evidence in found:
        name = repr(public(value))
        known = merged.setdefault(name, Alternative(value, since, ()))
        merged[name] = Alternative(known.value, known.since, known.evidence + evidence)
    return tuple(merged.values())


def _why_not(claim: Claim, t: Instant, k: Instant) -> tuple[str, str]:
    if claim.mode == "mention":
        if claim.status == "denied":
            return "dissents", "denies it: makes no belief of its own"
        return "not-yet", f"{claim.status}: makes no belief about what is"
    if claim.published > k:
        return "not-yet", f"not known: published {_day(claim.published)}"
    if claim.retracted is not None and claim.retracted <= k:
        return "retracted", f"retracted {_day(claim.retracted)}"
    if claim.start.earliest > t:
        return "not-yet", "begins later"
    if claim.end and claim.end.latest - 1 <= t:
        return "superseded", f"ended by {_day(claim.end.latest - 1)}"
    if claim.certain_from > t:
        return "not-yet", "may have happened by then, or later"
    return "superseded", "newer evidence overtakes it"


def _day(instant: Instant) -> str:
    return describe(format_instant(instant)[:10])
