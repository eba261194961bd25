"""Beliefs worked out at the moment of asking: for the recorded clock, audits and replays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from projections.beliefs import rectangles
from projections.catalogue import PROJECTIONS
from projections.claims import Claim
from projections.follower import registry_of
from projections.names import DEFAULT_POLICY
from projections.policies import POLICIES
from projections.state import Role
from projections.store import Row, Store, belief_row
from tracker.instants import Instant


class Live:
    """Resolves claims under the default policy with the registry of a read model."""

    def __init__(self, store: Store) -> None:
        """Read the registry once."""
        self.registry = registry_of(store)
        self.policy = POLICIES[DEFAULT_POLICY]

    def cells(self, claims: Iterable[Claim], t: Instant, k: Instant) -> Iterator[Row]:
        """Yield {projection, key, state} of every cell that these claims say anything about."""
        cell = lambda claim: (claim.projection, claim.key)  # noqa: E731 - a sort key
        for (name, key), group in groupby(sorted(claims, key=cell), key=cell):
            projection = PROJECTIONS[name]
            found = self.policy.resolve(group, t, k, projection, self.registry)
            if found is not None:
                state = {**projection.row(key), **found.as_json()}
                yield {"projection": name, "key": key, "state": state}

    def rectangles(self, claims: Iterable[Claim], name: str, key: str) -> list[Row]:
        """Give the rectangles of one cell as the read model stores them."""
        projection = PROJECTIONS[name]
        found = rectangles(claims, self.policy, projection, self.registry)
        return [belief_row(name, key, projection.row(key), belief) for belief in found]

    def roles(self, claims: Iterable[Claim], t: Instant, k: Instant, name: str) -> list[Role]:
        """Say what part every claim of a cell has in the answer."""
        return self.policy.roles(claims, t, k, PROJECTIONS[name], self.registry)

    def rule(self) -> str:
        """Name the rule that decides, in a line."""
        return f"{self.policy.RULE} ({self.policy.NAME})"
