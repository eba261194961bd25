"""Settling: how the story of a cell goes on once one of its rivals wins, or begins anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from projections.claims import Claim
from projections.policies.moves import backers_among
from projections.policies.walk import (
    At,
    Outcome,
    Rival,
    View,
    begins_anew,
    interval,
    kept,
    order,
    since_with,
)
from tracker.instants import Instant

SEQUENCE = "sequence"
"""The rule of a row that what came after something else decided."""


def settle(
    outcome: Outcome | None, rivals: Sequence[Rival], views: Sequence[View], rule: str, at: At
) -> Outcome:
    """Let the first of the rivals win: the story goes on, or begins anew."""
    winner, several = rivals[0], len(rivals) > 1
    story = _story(outcome, winner, views, at)
    value, since = winner.value, None
    run: tuple[Claim, ...] = ()
    carrying = winner.carrying
    if overturned((outcome, story), carrying, at):
        outcome = story = None
    if story and at.projection.goes_on(story.value, value, at.kin):
        value, since = at.projection.carry(story.value, value), story.since
        lost = {one.fact for rival in rivals[1:] for one in rival.claims}
        run = tuple(one for one in story.run if one.fact not in lost)
    # Whoever says something else now is no backer for what it once said.
    told = _told(story, outcome) | {view.origin: view for view in views}
    backers = backers_among(told.values(), winner.value, at)
    if not run:
        fresh = {one.fact for one in carrying}
        known = (one for view in backers for one in view.claims[view.carried :])
        run = in_order((one for one in known if one.fact not in fresh), at)
    held = {one.fact for one in run}
    come = in_order((one for one in carrying if one.fact not in held), at)
    for one in come:
        since = since_with(since, one, at) if since else one.since
    return Outcome(
        value=value,
        since=since or carrying[-1].since,
        run=kept(_merged(run, come, at.t), at),
        rule=rule,
        backers=backers,
        rivals=tuple(rivals) if several else (),
        settled=views[-1].before if several else None,
    )


def settled_by(claim: Claim, dispute: Outcome, found: Outcome, at: At) -> Outcome:
    """Make a move that settles a dispute part of what tells of it; what nobody said begins then.

    Who admits by it what holds now backs that.
    """
    goes_on = at.projection.goes_on
    said = any(goes_on(rival.value, found.value, at.kin) for rival in dispute.rivals)
    since = found.since if said else claim.since
    step = at.projection.step(found.value, claim, at.kin)
    backers = found.backers
    if step and step.backs and step.relation == "agrees" and step.value == found.value:
        lo, hi = interval(claim, at.t)
        view = View((claim,), step.value, None, lo, hi, sighted=claim.observed is not None)
        told = {one.origin: one for one in backers} | {view.origin: view}
        backers = backers_among(told.values(), found.value, at)
    run = kept((*found.run, claim), at)
    return found._replace(since=since, run=run, rule=SEQUENCE, backers=backers)


def _story(outcome: Outcome | None, winner: Rival, views: Sequence[View], at: At) -> Outcome | None:
    """Give what the winner may go on from: what was reached last, or before its newest rivals."""
    if outcome is None or outcome.disputed:
        return outcome.settled if outcome else None
    goes_on = at.projection.goes_on(outcome.value, winner.value, at.kin)
    return outcome if goes_on else views[-1].before


def overturned(before: Iterable[Outcome | None], claims: Sequence[Claim], at: At) -> bool:
    """Whether claims that have come since begin anew.

    Whoever said the same before them told of another time: it goes on no more, and backs nothing.
    """
    return any(
        begins_anew(one.since, claim, at) and all(known.fact != claim.fact for known in one.run)
        for one in before
        if one is not None
        for claim in claims
    )


def _told(story: Outcome | None, outcome: Outcome | None) -> dict[str, View]:
    """Give what each origin said last, of those that backed the story or were rivals."""
    told = {view.origin: view for view in (story.backers if story else ())}
    return told | {
        v.origin: v for rival in (outcome.rivals if outcome else ()) for v in rival.views
    }


def in_order(claims: Iterable[Claim], at: At) -> tuple[Claim, ...]:
    """Give the newest of some claims in the order of their evidence."""
    return kept(sorted(claims, key=lambda one: order(one, at.t)), at)


def _merged(run: tuple[Claim, ...], fresh: tuple[Claim, ...], t: Instant) -> tuple[Claim, ...]:
    if not run or not fresh or order(run[-1], t) < order(fresh[0], t):
        return (*run, *fresh)
    return tuple(sorted((*run, *fresh), key=lambda one: order(one, t)))
