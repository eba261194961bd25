"""Policy: a named, versioned rule; its walk made into states, roles and timelines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from projections.claims import Claim
from projections.policies.lists import speaking
from projections.policies.perhaps import possibilities
from projections.policies.support import contenders, support
from projections.policies.timeline import Timeline
from projections.policies.walk import (
    At,
    Outcome,
    is_unsettled,
    is_visible,
    listed_last,
    order,
    rulings,
    still_listed,
)
from projections.state import MOST_EVIDENCE, Alternative, Projection, Role, State, newest
from tracker.instants import Instant
from tracker.kin import Kin


def _everyone(_claim: Claim, _kin: Kin) -> bool:
    return True


@dataclass(frozen=True)
class Policy:
    """A policy: `advance` lets one claim more bear on its walk, `read` gives what that reached.

    `admits` leaves out claims that the policy does not listen to. `weighs`: whether it judges who
    backs a state, and hears rulings (else support is always `reported`).
    """

    name: str
    rule: str
    advance: Callable[[Any, Claim, At], Any]
    read: Callable[[Any, Iterable[Claim], At], Outcome | None]
    admits: Callable[[Claim, Kin], bool] = _everyone
    weighs: bool = True

    def hears(self, claim: Claim, kin: Kin) -> bool:
        """Whether the policy listens to a claim; what only mentions something is none."""
        if claim.mode == "ruling":
            return True
        return claim.mode != "mention" and self.admits(claim, kin)

    def resolve(
        self, claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin
    ) -> State | None:
        """Give the belief at (t, k); None where nothing visible says anything."""
        at = At(t, projection, kin)
        visible = [one for one in claims if is_visible(one, t, k) and self.hears(one, kin)]
        certain = [one for one in visible if one.certain_from <= t and one.mode != "ruling"]
        current = listed_last(certain)
        unsettled = [
            one
            for one in visible
            if is_unsettled(one, t) and one.mode != "ruling" and still_listed(one, current)
        ]
        ruled = rulings(visible)

        def outcome(claims: Sequence[Claim]) -> Outcome | None:
            return self.read(self.fold(speaking(claims, at), at), ruled, at)

        def without(claim: Claim) -> Outcome | None:
            return outcome([one for one in certain if one is not claim])

        reached = outcome(certain)
        return self.state_of(reached, possibilities(unsettled, reached, at, without), at)

    def timeline(self, projection: Projection, kin: Kin) -> Timeline:
        """Begin to work a key out step by step."""
        return Timeline(self, projection, kin)

    def roles(
        self,
        claims: Iterable[Claim],
        t: Instant,
        k: Instant,
        projection: Projection,
        kin: Kin,
        left_out: Sequence[Claim] = (),
    ) -> list[Role]:
        """Say of every claim of a cell what part it has in the answer at (t, k), and why.

        `left_out` are those that the question leaves out: they come last, and have none.
        """
        from projections.policies.roles import Roles

        claims = list(claims)
        at = At(t, projection, kin, max(1, len(claims)))
        return Roles(self, claims, at, k, left_out).of([*claims, *left_out])

    def fold(self, certain: Iterable[Claim], at: At, walk: object = None) -> Any:  # noqa: ANN401 - each policy's own walk
        """Take claims in the order of their evidence, on top of a walk already gone."""
        for claim in sorted(certain, key=lambda one: order(one, at.t)):
            walk = self.advance(walk, claim, at)
        return walk

    def state_of(
        self, outcome: Outcome | None, possibly: tuple[Alternative, ...], at: At
    ) -> State | None:
        """Make the state of what was reached and of what may hold; None where both say nothing."""
        if outcome is None:
            if not possibly:
                return None
            empty = at.projection.empty
            return State(empty, "reported", "possible", None, possibly, (), (), None)
        value, since, run, rule, _, rivals, disputed, _ = outcome
        return State(
            value,
            support(outcome, at) if self.weighs else "reported",
            "possible" if possibly else "certain",
            since,
            possibly,
            tuple([claim.fact for claim in run[: -MOST_EVIDENCE - 1 : -1]]),
            tuple(dict.fromkeys([claim.fact for claim in outcome.dissent])) if rivals else (),
            newest(run),
            rule,
            contenders(outcome) if disputed else (),
        )
