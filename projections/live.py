"""Beliefs worked out at the moment of asking: other policies, filters, the recorded clock, audits.

Nothing here loads what validates: kin is built of the read model's rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.filling import state_head, state_text
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.state import Role, State, Timeline, stretches
from projections.store import Row, Store
from tracker.errors import NotFoundError
from tracker.instants import PAST_OPEN, Instant

if TYPE_CHECKING:
    from projections.cells import Heard

CLOCKS = ("valid_from", "valid_to", "known_from", "known_to")


class Live:
    """Resolves claims under a policy, with the kin of a read model."""

    def __init__(self, store: Store, policy: str = DEFAULT_POLICY) -> None:
        """Read the registers once. Raises NotFoundError for a policy that there is not."""
        if policy not in POLICIES:
            msg = f"no policy '{policy}' (one of {', '.join(POLICIES)})"
            raise NotFoundError(msg)
        self.kin = store.kin()
        self.policy = POLICIES[policy]

    def cells(
        self, heard: Iterable[Heard], t: Instant, k: Instant
    ) -> Iterator[tuple[str, str, Row]]:
        """Yield (projection, key, state) of every cell of which its claims say anything."""
        for name, key, group in heard:
            projection = PROJECTIONS[name]
            found = self.policy.resolve(group, t, k, projection, self.kin)
            if found is not None:
                yield name, key, {**projection.row(key), **found.as_json()}

    def states_before(
        self, claims: Iterable[Claim], name: str, t: Instant, k: Instant
    ) -> Iterator[Row]:
        """Yield the states of one cell at valid times before t, as known at k, latest first."""
        timeline, first = self._timeline(claims, name, k)
        for at in reversed(timeline.points(first, t)):
            found = timeline.at(at)
            if found is not None:
                yield found.as_json()

    def line(
        self, claims: Iterable[Claim], name: str, first: Instant, last: Instant, k: Instant
    ) -> Iterator[tuple[Instant, State]]:
        """Yield (from, state) of one cell over [first, last] of valid time, as known at k."""
        return stretches(self._timeline(claims, name, k)[0], first, last)

    def _timeline(self, claims: Iterable[Claim], name: str, k: Instant) -> tuple[Timeline, Instant]:
        """Give what is known of one cell at k, and where it begins."""
        visible = [
            one
            for one in claims
            if one.published <= k
            and (one.retracted is None or k < one.retracted)
            and self.policy.hears(one, self.kin)
        ]
        timeline = self.policy.timeline(PROJECTIONS[name], self.kin)
        return timeline, timeline.change(visible)[0] if visible else PAST_OPEN

    def rectangles(self, claims: Iterable[Claim], name: str, key: str) -> list[Row]:
        """Give the rectangles of one cell as the read model stores them."""
        projection = PROJECTIONS[name]
        found = rectangles(claims, self.policy, projection, self.kin)
        head = state_head(projection.row(key))
        return [
            {
                "projection": name,
                "key": key,
                **{clock: getattr(belief, clock) for clock in CLOCKS},
                "state": state_text(head, belief.state),
            }
            for belief in found
        ]

    def roles(
        self,
        claims: Iterable[Claim],
        t: Instant,
        k: Instant,
        name: str,
        left_out: Sequence[Claim] = (),
    ) -> list[Role]:
        """Say what part every claim of a cell has in the answer; those `left_out` have none."""
        return self.policy.roles(claims, t, k, PROJECTIONS[name], self.kin, left_out)

    def rule(self, decided: str | None = None) -> str:
        """Name in a line the rule that decided a row (its `rule`), or what the policy goes by."""
        reason = WHICH.get(decided or "")
        if reason is None or not self.policy.weighs:
            return f"{self.policy.rule} ({self.policy.name})"
        said, number = reason
        return f"{decided}: {said} ({self.policy.name}, {number})"


WHICH = {
    "newest evidence": ("it supersedes what is older; who says the same supports it", "rule 4"),
    "agreement": ("the newest views say the same", "rules 4 and 6"),
    "sequence": ("what comes after what it ends, overturns or led to", "rule 5"),
    "ruling": ("an analyst judged between values that differ", "rule 6"),
    "rating": ("the best rated of values that differ", "rule 6"),
    "majority": ("what most origins say of values that differ", "rule 6"),
    "authority": ("who sets the level, of values that differ", "rule 8"),
    "disputed": ("the newest views differ and nothing decides between them", "rule 6"),
}
"""Of each name that a row may give under `rule`: what it means, and where it stands among the
rules in policies/origin_weighted.py."""
