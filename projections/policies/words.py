"""Words: the view that a claim gives its origin, and whose place it takes.

What the same report says of the same moment is one view, of which what stands further on counts. Of
two reports that are as new as each other (of one moment, and published at one) none counts for
more: where they agree they are one view; else both stay, and their origin, torn, backs neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from projections.claims import Claim, Value
from projections.policies.support import better, rating_of
from projections.policies.walk import (
    At,
    Outcome,
    View,
    ground,
    interval,
    is_direct,
    kept,
    of_one_instant,
    of_one_rank,
)
from tracker.instants import Instant
from tracker.kin import Kin

MOST_TORN = 20
"""Things that one origin is kept to say of one moment at once: who says more has no say, and each
is weighed against each of the others. Of more the last few stay, which is chance."""


class Told(NamedTuple):
    """What a claim makes of what is said: its origin's view, and the views that stay beside it.

    `joins` is the view that it goes on with, `instead_of` the one whose place it takes: that, or
    what else its origin said last, where that was one thing.
    """

    view: View
    joins: View | None
    instead_of: View | None
    stays: Sequence[View]


def told_with(claim: Claim, views: Sequence[View], outcome: Outcome | None, at: At) -> Told | None:
    """Make the view that a claim gives its origin; None where it bears on nothing."""
    mine = [one for one in views if one.origin == claim.origin]
    joins = next((one for one in mine if _joins(claim, one, at.t)), None)
    view = _view(views, outcome, joins, claim, at)
    if view is None:
        return None
    if not mine:
        return Told(view, None, None, views)
    view = view._replace(rating=_best_rating(view, mine, at))
    as_new = [one for one in mine if one is not joins and _as_new(view, one, at.t)]
    gone = _without(mine, as_new)
    own = joins or (gone[0] if len(gone) == 1 else None)
    gone, as_new = [*gone, *as_new[: 1 - MOST_TORN]], as_new[1 - MOST_TORN :]
    alike = [one for one in as_new if at.projection.same(one.value, view.value, at.kin)]
    if len(alike) == 1:
        view = _together(alike[0], view, at)
        gone, as_new = [*gone, *alike], _without(as_new, alike)
    stays = _without(views, gone)
    if as_new:
        view = view._replace(backs=False)
        stays = [one._replace(backs=False) if one.origin == claim.origin else one for one in stays]
    return Told(view, joins, own, stays)


def supersedes(newer: View, older: View, kin: Kin) -> bool:
    """Whether what a view tells of was over when another began; a day before, where one is seen."""
    if newer.sighted or older.sighted:
        return kin.day_after(older.hi) <= newer.lo
    return older.hi < newer.lo


def _view(
    views: Sequence[View], outcome: Outcome | None, own: View | None, claim: Claim, at: At
) -> View | None:
    """Make the view of a claim, or that which it joins; None where it bears on nothing."""
    lo, hi = interval(claim, at.t)
    sighted = claim.observed is not None or claim.standing
    direct = is_direct(claim, at.t)
    step = at.projection.step(
        own.value if own else _on_what(views, outcome, claim, at), claim, at.kin
    )
    if step is None:
        return None
    rating = rating_of(claim, at.kin)
    view = View((claim,), step.value, None, lo, hi, sighted, direct, 0, step.backs, rating)
    if own is None:
        return view
    return view._replace(
        claims=(*own.claims, claim),
        before=own.before,
        lo=min(lo, own.lo),
        hi=max(hi, own.hi),
        sighted=sighted or own.sighted,
        carried=len(own.claims) if step.relation == "replaces" else own.carried,
        backs=step.backs or own.backs,
    )


def _best_rating(view: View, mine: Iterable[View], at: At) -> str | None:
    """Give the best that an origin has said with what a view of its says; `mine` are its others."""
    best = view.rating
    for one in mine:
        if not supersedes(view, one, at.kin) and at.projection.same(one.value, view.value, at.kin):
            best = better(one.rating, best)
    return best


def _on_what(views: Sequence[View], outcome: Outcome | None, claim: Claim, at: At) -> Value | None:
    """Give the value that a claim bears on: not what others say of the same instant.

    Which of those comes first in the order is chance.
    """
    last = views[-1] if views else None
    if last and of_one_instant(last, claim, is_direct(claim, at.t)):
        outcome = last.before
    on = ground(outcome, claim, at)
    return on.value if on else None


def _without(views: Iterable[View], gone: Sequence[View]) -> list[View]:
    return [one for one in views if all(one is not other for other in gone)]


def _together(one: View, other: View, at: At) -> View:
    """Make one view of what two reports of one origin say of one moment, where they agree."""
    led = (*one.claims[: one.carried], *other.claims[: other.carried])
    say = kept((*one.claims[one.carried :], *other.claims[other.carried :]), at)
    return other._replace(
        claims=(*led, *say),
        value=at.projection.merge(one.value, other.value),
        carried=len(led),
        backs=one.backs or other.backs,
    )


def _joins(claim: Claim, own: View, t: Instant) -> bool:
    """Whether a claim belongs to a view of its origin: of the same report, of the same moment."""
    if own.claims[-1].report != claim.report or own.direct != is_direct(claim, t):
        return False
    lo, hi = interval(claim, t)
    return lo <= own.hi and own.lo <= hi


def _as_new(view: View, other: View, t: Instant) -> bool:
    """Whether a view tells of the moment of another, of another report, and is no newer."""
    claim, told = view.claims[-1], other.claims[-1]
    return claim.report != told.report and of_one_rank(claim, told, t)
