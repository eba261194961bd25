"""What may hold beside what a policy reached: begun perhaps, or ended perhaps.

Instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from projections.claims import Claim, Since, Value
from projections.policies.lists import is_listed, moves_on
from projections.policies.walk import (
    DROPPED,
    OF_REPORT,
    At,
    Outcome,
    ground,
    is_direct,
    order,
    succession,
)
from projections.state import MOST_EVIDENCE, Alternative
from tracker.edtf import somewhere_in
from tracker.instants import Instant

MOST_APART = 16
"""Changes that may have begun and are told one by one, each as if it alone had: our choice."""


def possibilities(
    unsettled: Iterable[Claim],
    outcome: Outcome | None,
    at: At,
    without: Callable[[Claim], Outcome | None],
) -> tuple[Alternative, ...]:
    """Find what may hold instead: begun perhaps, or ended perhaps (`without` that claim)."""
    t, now = at.t, outcome.value if outcome else None
    found: list[Alternative] = []
    unsettled = list(unsettled)
    if len(unsettled) > 1:
        unsettled.sort(key=lambda one: order(one, t))
    if outcome and len(unsettled) > MOST_APART:
        found, unsettled = _together(unsettled, outcome, at)
    for claim in unsettled:
        if outcome and outcome.disputed and claim.moves:
            continue  # what would be left of each value is for the dispute's end to tell
        if claim.certain_from > t:
            begun = may_begin(claim, outcome, at)
            found += [begun] if begun else []
        elif claim.end:
            other = without(claim)
            value = other.value if other else at.projection.empty
            if _otherwise(value, now):
                since = Since(somewhere_in(claim.end), *claim.end)
                found.append(Alternative(value, since, (claim.fact,)))
    if len(found) < 2:  # noqa: PLR2004 - nothing to merge
        return tuple(found)
    merged: dict[str, Alternative] = {}
    for one in found:
        name = repr(_said(one.value))
        known = merged.get(name)
        merged[name] = known._replace(evidence=known.evidence + one.evidence) if known else one
    return tuple(merged.values())


def _together(
    unsettled: list[Claim], outcome: Outcome, at: At
) -> tuple[list[Alternative], list[Claim]]:
    """Tell many changes that may have begun as one: how far any of them may have moved a number.

    Gives that, and the claims of which it tells nothing.
    """
    begun = [one for one in unsettled if one.moves and one.certain_from > at.t]
    if outcome.disputed or len(begun) <= MOST_APART:
        return [], unsettled
    reached = at.projection.together(outcome.value, begun)
    if reached is None or len(reached[1]) <= MOST_APART:
        return [], unsettled
    value, counted = reached
    told = {one.fact for one in counted}
    left = [one for one in unsettled if one.fact not in told]
    if not _otherwise(value, outcome.value):
        return [], left
    newest = tuple(one.fact for one in reversed(counted[-MOST_EVIDENCE:]))
    return [Alternative(value, counted[-1].since, newest)], left


def may_begin(claim: Claim, outcome: Outcome | None, at: At) -> Alternative | None:
    """Say what holds instead if a claim that may begin at t has begun; None where the same does.

    It may begin just now, that is after whatever has certainly begun: no ties with that.
    """
    if claim.effect == DROPPED:
        return None
    if outcome is None:
        step = at.projection.step(None, claim, at.kin)
        return Alternative(step.value, claim.since, (claim.fact,)) if step else None
    if not _moves_all(claim, outcome.run, at.t) and not _comes_after(claim, outcome.run[-1], at.t):
        return None
    on = ground(outcome, claim, at)
    step = at.projection.step(on.value if on else None, claim, at.kin)
    if step is None or not _otherwise(step.value, outcome.value):
        return None
    return Alternative(step.value, claim.since, (claim.fact,))


def _moves_all(claim: Claim, run: Iterable[Claim], t: Instant) -> bool:
    """Whether a list says a claim of an entry of its, and nothing else speaks of t itself."""
    told = [one for one in run if is_direct(one, t)] if is_listed(claim) else []
    own = all(one.standing and one.origin == claim.origin for one in told)
    return own and any(moves_on(one, claim) for one in told)


def _comes_after(claim: Claim, last: Claim, t: Instant) -> bool:
    """Whether a claim that begins just after t stands behind another in the order of evidence."""
    if not is_direct(claim, t) and not is_direct(last, t) and last.point != t + 1:
        return last.point <= t
    if claim.standing and last.standing:  # of two entries of one time, what was listed last
        return _listed(claim) >= _listed(last)
    return order(claim, t, t + 1)[:OF_REPORT] >= order(last, t)[:OF_REPORT]


def _listed(claim: Claim) -> tuple[Instant, int, Instant]:
    """Give when a list said it, and what puts it among what was said then."""
    return succession(claim)[0], claim.stage, claim.start.earliest


_COMPARED = frozenset({"unexplained", "restated", "alias"})
"""How a value differs from the one before, and what a level is called: no part of what it says."""


def _otherwise(value: Value, now: Value | None) -> bool:
    """Whether a value says anything else than what holds now."""
    if now is None:
        return True
    for name, item in value.items():
        if (name not in now or now[name] != item) and _is_said(name):
            return True
    return any(_is_said(name) for name in now if name not in value)


def _is_said(name: str) -> bool:
    return name[0] != "_" and name not in _COMPARED


def _said(value: Value) -> dict[str, Any]:
    """Give what a value says, without how it differs from the one before."""
    return {name: item for name, item in value.items() if _is_said(name)}
