"""Trail: what was walked last, to be gone on from where the next walk takes another way.

From one valid time to the next few claims come in, or are certain by now; what comes before them
in the order of evidence is walked as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from projections.claims import Claim
from projections.policies.walk import At

Advance = Callable[[Any, Claim, At], Any]
"""Lets one claim more bear on what was reached."""


class Trail:
    """One walk from a beginning on, claim by claim, and what it had reached at each."""

    def __init__(self) -> None:
        """Begin with nothing walked."""
        self._begun: Any = None
        self._claims: list[Claim] = []
        self._reached: list[Any] = []

    def walk(self, begun: object, claims: list[Claim], advance: Advance, at: At) -> Any:  # noqa: ANN401 - each policy's own walk
        """Let claims, in the order of their evidence, bear on what was reached before them.

        Only of claims whose part does not depend on the valid time: none that speaks directly.
        """
        same = self._shared(claims) if begun is self._begun else 0
        reached = self._reached
        del reached[same:]
        walk = reached[-1] if reached else begun
        for claim in claims[same:]:
            walk = advance(walk, claim, at)
            reached.append(walk)
        self._begun, self._claims = begun, claims
        return walk

    def _shared(self, claims: list[Claim]) -> int:
        """Count the claims with which both this and the last walk begin: by halves, in C."""
        known = self._claims
        same, most = 0, min(len(claims), len(known))
        step = most
        while same < most:
            if claims[same : same + step] == known[same : same + step]:
                same += step
                step = most - same
            elif step == 1:
                break
            else:
                step //= 2
        return same
