"""Moves: what a withdrawal, a siege or a change makes of what others have said.

Whoever's words are moved into another state has not told of that state: only its own origin can.
"""

from __future__ import annotations

from collections.abc import Iterable

from projections.claims import Claim, Step, Value
from projections.policies.walk import At, Outcome, View, belied
from projections.state import MOST_EVIDENCE


def all_moved(views: Iterable[View], claim: Claim, at: At) -> tuple[View, ...]:
    """Let a claim move what views say; who says that nobody is there any more says nothing.

    Nor does whoever told only of those who left, of a hold that was joint by what others said, nor
    whose words cannot be so any more.
    """
    found: list[View] = []
    for view in views:
        if belied(view.value, view.claims, claim, at):
            continue
        step = at.projection.step(view.value, claim, at.kin)
        if step is None:
            found.append(view)
        elif at.projection.gone(view.value) or not _ends(view, step, claim, at):
            found.append(_moved(view, step, claim))
    return tuple(found)


def _ends(view: View, step: Step, claim: Claim, at: At) -> bool:
    """Whether a move leaves nobody of whom a view tells: of those whom its origin has named."""
    if at.projection.gone(step.value):
        return True
    if not claim.closing:
        return False
    named = {actor for one in view.claims for actor in one.actors}
    gone = set(claim.actors)
    return bool(named) and not any(gone.isdisjoint(at.kin.lineage(one)) for one in named)


def _moved(view: View, step: Step, claim: Claim) -> View:
    """Give a view as a claim moves it: into another state only its own origin can have told it."""
    own = step.relation == "agrees" or view.origin == claim.origin
    return view._replace(value=step.value, backs=view.backs and own)


def carrying(view: View, claim: Claim, step: Step) -> View:
    """Give the view of a list as what the list has said since moves it: both carry the value."""
    led, said = view.claims[: view.carried], view.claims[view.carried :]
    return view._replace(value=step.value, claims=(*led, claim, *said))


def still_backing(outcome: Outcome, claim: Claim, at: At) -> tuple[View, ...]:
    """Let a claim move what the backers say too, and keep those who still say what holds."""
    return backers_among(all_moved(outcome.backers, claim, at), outcome.value, at)


def left(view: View, leavings: Iterable[View], at: At) -> View | None:
    """Let contemporary withdrawals, told by others, bear on a hold; None where none is left."""
    last = view.claims[-1]
    for leaving in leavings:
        claim = leaving.claims[0]
        if claim.origin == last.origin or claim.stage <= last.stage or leaving.hi < view.lo:
            continue
        step = at.projection.step(view.value, claim, at.kin)
        if step is not None:
            if _ends(view, step, claim, at):
                return None
            view = _moved(view, step, claim)
    return view


def backers_among(views: Iterable[View], value: Value, at: At) -> tuple[View, ...]:
    """Keep the views that say what the winner says, however old."""
    backs, kin = at.projection.backs, at.kin
    found = [
        one for one in views if one.backs and (one.value == value or backs(one.value, value, kin))
    ]
    # Without what was before them: else the whole past would hang on what is reached.
    return tuple([one.after(None) if one.before else one for one in found[-MOST_EVIDENCE:]])
