"""Policy `origin-weighted/1`, the default: newest evidence, weighed by who first said so.

Rules, for a cell at valid time t and known time k (instants to the microsecond, UTC):
1. Visible are the claims published by k, not retracted by k, begun and not ended by t. What was
   planned, possible or denied is no claim about what is. An entry of a maintained list stands
   until the list changes it or drops it; what the list says further on (who left, so many fewer)
   moves it, and where that leaves nobody there the entry was so until then.
2. Evidence time: of a transition its start; of an observation the moment it was observed, but t
   itself where t lies before that ("held since March" speaks directly about any day between);
   of a standing entry t.
3. Each origin has one view: what it says with the greatest evidence time (ties: later published,
   later in sequence, later start, later in the report), and with it what the same report says of
   the same moment. The origin of what is attributed is its speaker, through whatever outlet. Where
   two of its reports tell of one moment and none is newer, they are one view if they agree; else
   both stay, and it backs neither.
4. Newer evidence supersedes older. Contemporaries are views whose evidence overlaps, or, where an
   observation is involved, that lie less than 24 hours apart (23, where clocks are put forward in
   between in the situation's zone). What was found on some day of a month may have been on each.
   Exactly ordered transitions are a sequence.
5. In sequence: a withdrawal comes after the hold it ends and contradicts nothing else; a recapture
   after the hold it overturns; a hold after the entry or fight that led to it. What is overturned
   stays so, whatever becomes of what overturned it. Holders of one side are one hold, whose row
   lists their union; of several sides they are until others are told to hold it. A recapture, or a
   level moved from another, begins anew what was so before, and whoever said that before does not
   back it. Holders told to besiege their own place, or to fight their way in, a day or more after
   the last word of their hold, hold it no more.
6. Among values that still differ an analyst's ruling wins; then the authority of an alert scheme
   (rule 8); then the better reliability, then credibility (A to C before what cannot be judged,
   that before D and E); else they are disputed. Numbers whose ranges overlap do not differ.
   Support: two independent origins whose own views agree, or an admission against the speaker's
   own side, confirm; one reports; a party that gains from it only claims. A bound backs nothing
   that is twice as far off; nobody admits what somebody holds who is no party or state.
7. A level is the last total plus the later changes. What a new total differs by from the level
   before it is `unexplained`.
8. Only its authority changes the level of an alert scheme; others report it.
9. A claim is certain once all of its start has passed, possible before; what may already have
   replaced the state is listed under `possibly`.
Source: DESIGN, "How a belief is reached"; choices of our own stand in ARCHITECTURE.md.
"""

from __future__ import annotations

from collections.abc import Sequence

from projections.policies.contest import Choice, Contest
from projections.policies.policy import Policy
from projections.policies.support import best_rating, rank
from projections.policies.walk import Rival


def choose(rivals: Sequence[Rival]) -> Choice:
    """Choose by authority, then by the better rating; None where neither decides."""
    told = [rival for rival in rivals if any(claim.authority for claim in rival.carrying)]
    if len(told) == 1:
        return told[0], "authority"
    ranks = [rank(best_rating(rival)) for rival in told or rivals]
    best = min(ranks)
    return ((told or rivals)[ranks.index(best)], "rating") if ranks.count(best) == 1 else None


_CONTEST = Contest(choose)
POLICY = Policy(
    "origin-weighted/1",
    "newest evidence, one view an origin; ruling, authority, rating; else disputed",
    _CONTEST.advance,
    _CONTEST.read,
)
