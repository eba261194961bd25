"""Support: who backs a state, who gains from it, and how those who say so are rated."""

from __future__ import annotations

from functools import cache

from projections.claims import Claim
from projections.policies.walk import At, Outcome, Rival
from projections.state import Contender
from tracker.kin import Kin

RELIABILITY = "ABCFDE"
"""From the best: what cannot be judged (F, or no rating) stands between C and D."""
CREDIBILITY = "123645"
UNRATED = "F6"


def rating_of(claim: Claim, kin: Kin) -> str | None:
    """Give a claim's rating: the fact's own, else its origin's, else its source's."""
    if claim.rating:
        return claim.rating
    return kin.rating_through(claim.origin, claim.source)


@cache
def rank(rating: str | None) -> tuple[int, int]:
    """Order ratings, the best first: reliability, and only then credibility."""
    code = rating or UNRATED
    return RELIABILITY.index(code[0]), CREDIBILITY.index(code[1])


def better(one: str | None, other: str | None) -> str | None:
    """Give the better of two ratings."""
    return min(one, other, key=rank)


def best_rating(rival: Rival) -> str | None:
    """Give the rating of the best rated view that says a value."""
    return min((view.rating for view in rival.views), key=rank)


def support(outcome: Outcome, at: At) -> str:
    """Judge what backs an outcome: confirmed, reported, claimed; or disputed.

    Two or more independent origins confirm, and so does one that admits what is against its own
    side. Those who gain from it count as one; alone they only claim it.
    """
    if outcome.disputed:
        return "disputed"
    stake, kin = at.projection.stake, at.kin
    gaining, others = False, 0
    for view in outcome.backers:
        gains = stake(view.claims[-1], kin)
        if gains is None:
            others += 1
        elif gains:
            gaining = True
        else:
            return "confirmed"
    if others + gaining > 1:
        return "confirmed"
    return "claimed" if gaining else "reported"


def contenders(outcome: Outcome) -> tuple[Contender, ...]:
    """List the values of a dispute, each with what says so."""
    return tuple(
        Contender(
            value=rival.value,
            since=rival.claims[0].since,
            evidence=tuple(claim.fact for claim in reversed(rival.claims)),
            origins=tuple(view.claims[-1].origin_as_told for view in rival.views),
            ratings=tuple(view.rating for view in rival.views),
        )
        for rival in outcome.rivals
    )
