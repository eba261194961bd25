"""Policy `majority-by-origin/1`: what most origins say.

As origin-weighted/1 (one view an origin, newer evidence supersedes, sequence, rulings), but among
contemporaries that differ the value that most origins say wins, whatever their ratings. As many
on both sides: disputed.
"""

from __future__ import annotations

from collections.abc import Sequence

from projections.policies.contest import Choice, Contest
from projections.policies.policy import Policy
from projections.policies.walk import Rival


def choose(rivals: Sequence[Rival]) -> Choice:
    """Choose what most origins say; None for a tie."""
    votes = [len({view.origin for view in rival.views}) for rival in rivals]
    most = max(votes)
    return (rivals[votes.index(most)], "majority") if votes.count(most) == 1 else None


_CONTEST = Contest(choose)
POLICY = Policy(
    "majority-by-origin/1",
    "newest evidence, one view an origin; what most origins say; else disputed",
    _CONTEST.advance,
    _CONTEST.read,
)
