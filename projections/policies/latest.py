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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from projections.claims import Claim, Kin, Since, Value
from projections.state import MOST_EVIDENCE, Alternative, Projection, Role, State, newest
from tracker.edtf import describe
from tracker.instants import Instant, format_instant

NAME = "latest/1"
RULE = "newest evidence, whoever published it"

Order = tuple[bool, Instant, Instant, int, Instant, str, int]


@dataclass(frozen=True, slots=True)
class _Cell:
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
    cell = _fold(certain, t, projection, kin)
    possibly = tuple(_alternatives(visible, certain, cell, t, projection, kin))
    if cell is None and not possibly:
        return None
    run = cell.run if cell else ()
    return State(
        value=cell.value if cell else projection.empty,
        support="reported",
        certainty="possible" if possibly else "certain",
        since=cell.since if cell else None,
        possibly=possibly,
        evidence=tuple(claim.fact for claim in reversed(run[-MOST_EVIDENCE:])),
        evidence_count=len(run),
        dissent=(),
        last_evidence=newest(run),
    )


def roles(
    claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin
) -> list[Role]:
    """Say of every claim of a cell what part it has in the answer at (t, k), and why."""
    claims = list(claims)
    certain = [claim for claim in claims if _visible(claim, t, k) and claim.certain_from <= t]
    cell = _fold(certain, t, projection, kin)
    run = cell.run if cell else ()
    found = []
    for claim in claims:
        if claim in run:
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


def _order(claim: Claim, t: Instant, point: Instant | None = None) -> Order:
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


def _fold(certain: Sequence[Claim], t: Instant, projection: Projection, kin: Kin) -> _Cell | None:
    cell: _Cell | None = None
    for claim in sorted(certain, key=lambda one: _order(one, t)):
        step = projection.step(cell.value if cell else None, claim, kin)
        if step is None:
            continue
        if cell is None or step.relation == "replaces":
            cell = _Cell(step.value, claim.since, (claim,))
        elif step.relation == "adds":
            cell = _Cell(step.value, claim.since, (*cell.run, claim))
        else:
            cell = _Cell(step.value, _sharper(cell.since, claim.since), (*cell.run, claim))
    return cell


def _sharper(first: Since, other: Since) -> Since:
    """Give the narrower of two starts that can be one moment, else the first."""
    overlap = other.earliest < first.latest and first.earliest < other.latest
    narrower = other.latest - other.earliest < first.latest - first.earliest
    return other if overlap and narrower else first


def _alternatives(
    visible: Sequence[Claim],
    certain: Sequence[Claim],
    cell: _Cell | None,
    t: Instant,
    projection: Projection,
    kin: Kin,
) -> list[Alternative]:
    """Find what may hold instead: begun perhaps, or ended perhaps."""
    found: list[tuple[Value, Since, tuple[str, ...]]] = []
    last = _order(cell.run[-1], t) if cell else None
    for claim in sorted(visible, key=lambda one: _order(one, t)):
        begun_perhaps = claim.certain_from > t
        # It may begin just now, that is after whatever has certainly begun: no ties with that.
        if begun_perhaps and (last is None or _order(claim, t, t + 1) > last):
            step = projection.step(cell.value if cell else None, claim, kin)
            if step and (cell is None or step.value != cell.value):
                found.append((step.value, claim.since, (claim.fact,)))
        elif not begun_perhaps and claim.end and claim.end.earliest <= t:
            without = _fold([one for one in certain if one is not claim], t, projection, kin)
            value = without.value if without else projection.empty
            if cell is None or value != cell.value:
                since = Since("", claim.end.earliest, claim.end.latest)
                found.append((value, since, (claim.fact,)))
    merged: dict[str, Alternative] = {}
    for value, since, evidence in found:
        known = merged.setdefault(repr(value), Alternative(value, since, ()))
        merged[repr(value)] = Alternative(known.value, known.since, known.evidence + evidence)
    return list(merged.values())


def _why_not(claim: Claim, t: Instant, k: Instant) -> tuple[str, str]:
    if claim.mode == "mention":
        if claim.status == "denied":
            return "dissents", "denies it: makes no belief of its own"
        return "not-yet", f"{claim.status}: makes no belief about what is"
    if claim.published > k:
        return "not-yet", f"not known: published by {_day(claim.published)}"
    if claim.retracted is not None and claim.retracted <= k:
        return "retracted", f"retracted by {_day(claim.retracted)}"
    if claim.start.earliest > t:
        return "not-yet", "begins later"
    if claim.end and claim.end.latest - 1 <= t:
        return "superseded", f"ended by {_day(claim.end.latest - 1)}"
    if claim.certain_from > t:
        return "not-yet", "may have happened by then, or later"
    return "superseded", "newer evidence overtakes it"


def _day(instant: Instant) -> str:
    return describe(format_instant(instant)[:10])
