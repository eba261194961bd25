"""Policy `official-only/1`: only what offices say.

As origin-weighted/1, over the claims of official origins alone: registered sources of type
official; actors of type state or organisation, and whoever has such an actor among its parents.
"""

from __future__ import annotations

from projections.claims import Claim
from projections.policies.contest import Contest
from projections.policies.origin_weighted import choose
from projections.policies.policy import Policy
from tracker.kin import Kin


def admits(claim: Claim, kin: Kin) -> bool:
    """Whether a claim first came from an office."""
    return kin.official(claim.origin)


_CONTEST = Contest(choose)
POLICY = Policy(
    "official-only/1",
    "as origin-weighted/1, over what offices say alone",
    _CONTEST.advance,
    _CONTEST.read,
    admits,
)
