"""Beliefs: the claims of one key -> rectangles of constant state in the valid x known plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projections.claims import Claim
from projections.front import Belief, Front
from projections.state import Policy, Projection
from tracker.garbage import uncollected
from tracker.instants import FUTURE_OPEN, Instant
from tracker.kin import Kin


def rectangles(
    claims: Iterable[Claim], policy: Policy, projection: Projection, kin: Kin
) -> list[Belief]:
    """Resolve every claim of one key into rectangles, in order of known, then of valid time."""
    worked = Worked(policy, projection, kin)
    worked.take(claims)
    return worked.front.rectangles()


class Worked:
    """One key worked out from the claims known so far, to be gone on from.

    Known time is walked forward. What is published (or retracted) at one instant bears on one
    stretch of valid time, which the policy's timeline names; only there are states asked for
    anew, and what they leave as it was stays in the rectangle that is open already.
    """

    def __init__(self, policy: Policy, projection: Projection, kin: Kin) -> None:
        """Begin without claims."""
        self.front = Front()
        self._policy = policy
        self._kin = kin
        self._timeline = policy.timeline(projection, kin)

    def goes_on(self, claims: Iterable[Claim]) -> bool:
        """Whether more claims come after all that is known, or with the last of it."""
        known = self.front.known
        return all(one.published >= known and one.retracted is None for one in claims)

    def take(self, claims: Iterable[Claim]) -> None:
        """Take in claims; where some were taken in before, only such as `goes_on` says."""
        changes = _changes([one for one in claims if self._policy.hears(one, self._kin)])
        timeline, front = self._timeline, self.front
        with uncollected():
            instants = sorted(changes)
            for known in instants:
                if known == instants[-1] and known != front.known:
                    front.remember()
                added, removed = changes[known]
                if len(added) == 1 and not removed:
                    last = timeline.append(added[0])
                    if last is not None:
                        front.lay(last, FUTURE_OPEN, known)
                        continue
                first, upto = timeline.change(added, removed)
                fresh = [(at, timeline.at(at)) for at in timeline.points(first, upto)]
                front.lay(fresh, upto, known)


def _changes(claims: Sequence[Claim]) -> dict[Instant, tuple[list[Claim], list[Claim]]]:
    """Group claims by the known instants at which they appear, or are retracted."""
    changes: dict[Instant, tuple[list[Claim], list[Claim]]] = {}
    for claim in claims:
        if claim.retracted is not None and claim.retracted <= claim.published:
            continue
        changes.setdefault(claim.published, ([], []))[0].append(claim)
        if claim.retracted is not None:
            changes.setdefault(claim.retracted, ([], []))[1].append(claim)
    return changes
