"""Policy `latest/1`: the newest evidence holds, whoever published it.

Rules, for a cell at valid time t and known time k:
1. Visible are the claims published by k, not retracted by k, begun and not ended by t. What was
   planned, possible or denied is no claim about what is. Of one maintained list only the newest
   entry speaks, as the list has moved it since; it stands no more once that leaves nobody there.
2. Evidence time: of a transition its start; of an observation the moment it was observed, but t
   itself where t lies before that ("held since March" speaks directly about any day between); of
   an entry of a maintained list t. A start known only by its bounds counts at its first instant;
   a withdrawal or a recapture at its last, since it comes after the hold that it ends.
3. All origins are one. Claims are taken in the order of their evidence times; ties go to the
   later published, then to what comes later in the sequence entry, hold, withdrawal, recapture,
   then to the later start, then to the later place in the same report.
4. Each claim in that order makes its step: it agrees with the state so far, adds to it, or
   replaces it. Holders of one side are one hold, whose row lists their union. A state is so
   since the start of the claim that began it, or since the narrowest start told of it that can
   be the same moment ("14 January" where another says "a week ago"). A recapture, and a level
   moved from another, begin anew what was so before, unless they may be what began it.
5. A claim is certain once all of its start has passed, possible before. The state is that of the
   certain claims; what possible ones (or ends that may have come) would make of it is `possibly`.
Support is always `reported`: this policy weighs no origins against each other, and hears no
rulings.
"""

from __future__ import annotations

from collections.abc import Iterable

from projections.claims import Claim
from projections.policies.policy import Policy
from projections.policies.walk import At, Outcome, bear, is_entrys_own


def advance(outcome: Outcome | None, claim: Claim, at: At) -> Outcome | None:
    """Let one claim more bear on what was reached; what moved an entry where that was last."""
    if is_entrys_own(claim):
        last = outcome.run[-1] if outcome else None
        if last is None or not last.standing or last.origin != claim.origin:
            return outcome
    return bear(outcome, claim, at, "newest evidence")


def read(outcome: Outcome | None, _rulings: Iterable[Claim], _at: At) -> Outcome | None:
    """Give what was reached."""
    return outcome


POLICY = Policy("latest/1", "newest evidence, whoever published it", advance, read, weighs=False)
