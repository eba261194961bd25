"""Contest: what contemporaries say, an origin a view, and how one value is chosen among theirs.

Shared by the policies that weigh origins against each other; each brings its own `choose`. The
walk takes certain claims in the order of their evidence (policies.walk.order):

- A claim becomes its origin's view, in the place of the one before; what the same report says of
  the same moment joins it (words.py). What only moves a state (a withdrawal, a siege, a change of a
  number) is no view: it moves what the others say.
- A view supersedes what is older than it: of two transitions the one that was over when the other
  began; where an observation or a standing list is among the two, what lies 24 h or more before.
  What is left are contemporaries.
- Contemporaries that agree are one value. A recapture drops the hold and the fight before it for
  good, a hold the entry or fight that led to it, a withdrawal the hold that it ends. Numbers that
  differed before the same change differ after it.
- What names the state that it made an end of (a recapture, a level moved from another) begins
  anew: whoever said the same before told of another time.
- Values that still differ are the policy's to choose from; else they are disputed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from projections.claims import Claim
from projections.policies.moves import all_moved, backers_among, carrying, left, still_backing
from projections.policies.rivals import not_overturned, rivals_among
from projections.policies.settling import SEQUENCE, in_order, overturned, settle, settled_by
from projections.policies.support import rating_of
from projections.policies.walk import (
    At,
    Outcome,
    Rival,
    View,
    bear,
    before_all,
    ground,
    interval,
    is_direct,
    is_entrys_own,
    sharper,
)
from projections.policies.words import supersedes, told_with

NEWEST = "newest evidence"
AGREEMENT = "agreement"
RULING = "ruling"
DISPUTED = "disputed"

Choice = tuple[Rival, str] | None
"""The value chosen, and the name of the rule that chose it; None: disputed."""
Choose = Callable[[Sequence[Rival]], Choice]


class Walk(NamedTuple):
    """The walk so far: the live views in the order of their coming, and what was reached.

    `leavings` are the withdrawals that what comes next may still be a contemporary of.
    """

    views: tuple[View, ...]
    leavings: tuple[View, ...]
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Contest:
    """How one policy walks, and what it chooses by among values that differ."""

    choose: Choose

    def advance(self, walk: Walk | None, claim: Claim, at: At) -> Walk | None:
        """Let one claim more bear on the walk; the same walk where it bears on nothing."""
        walk = walk or Walk((), (), None)
        if is_entrys_own(claim):
            return self._move_entry(walk, claim, at) if walk.outcome else None
        found = self._move(walk, claim, at) if claim.moves else self._hear(walk, claim, at)
        return found if found.outcome else None

    def read(self, walk: Walk | None, rulings: Iterable[Claim], at: At) -> Outcome | None:
        """Give what was reached, once an analyst's rulings (latest first) count too."""
        outcome = walk.outcome if walk else None
        if walk is None or outcome is None or not outcome.rivals:
            return outcome
        for ruling in rulings:
            follows = set(ruling.value["follows"])
            followed = [
                rival
                for rival in outcome.rivals
                if not follows.isdisjoint(one.fact for one in rival.claims)
            ]
            if len(followed) != 1:
                continue  # whoever follows two values has not judged between them
            if followed[0] is outcome.rivals[0] and not outcome.disputed:
                return outcome._replace(rule=RULING)
            others = [one for one in outcome.rivals if one is not followed[0]]
            return settle(outcome.settled, [followed[0], *others], walk.views, RULING, at)
        return outcome

    # -- views ---------------------------------------------------------------------------------

    def _hear(self, walk: Walk, claim: Claim, at: At) -> Walk:
        """Make a claim its origin's view, and leave behind what it supersedes."""
        if _outdoes_all(claim, walk, at):
            return _alone(walk, claim, at)
        told = told_with(claim, walk.views, walk.outcome, at)
        if told is None:
            return walk
        view, joins, own, stays = told
        others = [one for one in stays if not supersedes(view, one, at.kin)]
        leavings = tuple(one for one in walk.leavings if not supersedes(view, one, at.kin))
        if not joins:
            before_it = _before(walk, view)
            view = view if before_it is view.before else view.after(before_it)
        turned = left(view, leavings, at)
        if turned is None:
            return Walk(walk.views, leavings, _unbacked(walk.outcome, claim.origin))
        restated = not joins and own and (own.direct, own.hi) == (view.direct, view.hi)
        reached = own if restated else others[0].before if others else view.before
        beside = [joins] if joins else [] if restated else others
        before = reached.value if reached else None
        value = at.projection.explain(turned.value, before, [one.value for one in beside])
        views = (*others, turned if value is turned.value else turned.saying(value))
        found, stay = self._weigh(walk.outcome, views, claim, at)
        return Walk(stay, leavings, found)

    def _move(self, walk: Walk, claim: Claim, at: At) -> Walk:
        """Let a claim move what the views say."""
        views = all_moved(walk.views, claim, at)
        leavings = walk.leavings
        if claim.closing:
            lo, hi = interval(claim, at.t)
            leavings = (*leavings, View((claim,), {}, None, lo, hi, sighted=False))
        outcome = walk.outcome
        if outcome is None or not outcome.rivals or (views and not outcome.disputed):
            moved, views = self._move_outcome(walk, views, claim, at)
            return Walk(views, leavings, moved)
        if views == walk.views:
            return walk._replace(leavings=leavings)
        if views:
            found, views = self._weigh(outcome, views, claim, at)
            outcome = found if found.disputed else settled_by(claim, outcome, found, at)
        else:
            last = outcome._replace(value=outcome.rivals[0].value, rivals=(), disputed=False)
            outcome = bear(last, claim, at, NEWEST)
        return Walk(views, leavings, outcome)

    def _move_outcome(
        self, walk: Walk, views: tuple[View, ...], claim: Claim, at: At
    ) -> tuple[Outcome | None, tuple[View, ...]]:
        """Let a claim move what was reached undisputed, and choose anew where several are heard.

        So whoever leaves ends nothing that others say, and whoever said something else before it
        may agree by now.
        """
        outcome = walk.outcome
        moved = bear(outcome, claim, at, NEWEST)
        if outcome is None or moved is None:
            return moved, views
        if moved.backers == outcome.backers:
            moved = moved._replace(backers=still_backing(moved, claim, at))
        if not views or len(walk.views) == 1:
            return moved, views
        anew, stay = self._weigh(moved, views, claim, at)
        return _weighed_again(moved, anew, at), stay

    def _move_entry(self, walk: Walk, claim: Claim, at: At) -> Walk:
        """Let what a list has said since move its own entry, and nothing that others say."""
        outcome, views = walk.outcome, walk.views
        found = (n for n, view in enumerate(views) if _is_entry_of(view, claim))
        place = next(found, None)
        step = None if place is None else at.projection.step(views[place].value, claim, at.kin)
        if outcome is None or place is None or step is None:
            return walk
        moved = carrying(views[place], claim, step)
        said, views = views, (*views[:place], moved, *views[place + 1 :])
        if len(views) == 1 and not outcome.rivals:
            return Walk(views, walk.leavings, bear(outcome, claim, at, NEWEST))
        anew, stay = self._weigh(outcome, views, claim, at)
        known = (outcome.value, *(view.value for view in said))
        goes_on = any(at.projection.goes_on(value, anew.value, at.kin) for value in known)
        if step.relation != "agrees" and not anew.disputed and not goes_on:
            anew = anew._replace(since=claim.since)
        return Walk(stay, walk.leavings, anew)

    # -- the choice ----------------------------------------------------------------------------

    def _weigh(
        self, outcome: Outcome | None, views: Sequence[View], claim: Claim, at: At
    ) -> tuple[Outcome, tuple[View, ...]]:
        """Choose among what the views say, once a claim has come; give those that stay, too.

        What was overturned stays so, whatever becomes of what overturned it.
        """
        rivals, left_in = rivals_among(views, at)
        stay = tuple(views)
        if len(left_in) < len(views):
            stay = not_overturned(views, left_in, at)
        if len(rivals) == 1:
            alone = len(rivals[0].views) == 1
            rule = SEQUENCE if len(left_in) < len(views) else NEWEST if alone else AGREEMENT
            return settle(outcome, rivals, views, rule, at), stay
        choice = self.choose(rivals)
        if choice is not None:
            chosen, rule = choice
            others = [rival for rival in rivals if rival is not chosen]
            return settle(outcome, [chosen, *others], views, rule, at), stay
        opened = outcome is not None and outcome.disputed
        carried = Rival({}, tuple(left_in)).carrying
        found = Outcome(
            value=at.projection.disputed([rival.value for rival in rivals]),
            since=outcome.since if outcome and opened else claim.since,
            run=in_order(_each_once(carried, _moving(outcome, claim)), at),
            rule=DISPUTED,
            rivals=tuple(rivals),
            disputed=True,
            settled=views[-1].before,
        )
        return found, stay


def _weighed_again(moved: Outcome, anew: Outcome, at: At) -> Outcome:
    """Give what is chosen anew among moved views; what was chosen before has moved with them."""
    if anew.disputed or not at.projection.goes_on(moved.value, anew.value, at.kin):
        return anew
    alone = SEQUENCE if moved.rivals else moved.rule  # what came after them settled it
    return moved._replace(
        value=at.projection.carry(moved.value, anew.value),
        rule=anew.rule if anew.rivals else alone,
        backers=anew.backers,
        rivals=anew.rivals,
        settled=anew.settled,
    )


def _alone(walk: Walk, claim: Claim, at: At) -> Walk:
    """Let a claim bear on the walk that supersedes all that was said: what most claims do.

    As `_hear` would, with nothing to weigh: a test holds the two to one answer.
    """
    outcome, projection, kin = walk.outcome, at.projection, at.kin
    grounds = ground(outcome, claim, at)
    step = projection.step(grounds.value if grounds else None, claim, kin)
    if step is None:
        return walk
    lo, hi = interval(claim, at.t)
    sighted = claim.observed is not None or claim.standing
    direct, rating = is_direct(claim, at.t), rating_of(claim, kin)
    last = walk.views[-1] if walk.views else None
    before = before_all(last, claim, direct, outcome)
    value = projection.explain(step.value, before.value if before else None, ())
    told_by, of = (claim,), (lo, hi, sighted, direct, 0, step.backs, rating)
    bare = view = View(told_by, value, None, *of)
    if before is not None:
        view = View(told_by, value, before, *of)
    story = outcome.settled if outcome and outcome.disputed else outcome
    on = story is not None and projection.goes_on(story.value, value, kin)
    if overturned((outcome, story), told_by, at):
        outcome = story = None
    told = {one.claims[-1].origin: one for one in story.backers} if story else {}
    if outcome and outcome.rivals:
        told |= {one.origin: one for rival in outcome.rivals for one in rival.views}
    told[claim.origin] = bare
    backers = backers_among(told.values(), value, at)
    if story and on:
        value = projection.carry(story.value, value)
        since, run = sharper(story.since, claim.since), (*story.run, claim)
    else:
        since, run = claim.since, told_by
        if len(backers) > 1:
            known = (one for other in backers for one in other.claims[other.carried :])
            run = (*in_order((one for one in known if one.fact != claim.fact), at), claim)
    return Walk((view,), (), Outcome(value, since, run[-at.keep :], NEWEST, backers))


def _before(walk: Walk, view: View) -> Outcome | None:
    """Give what was reached before a view, and before those that came at the same instant."""
    last = walk.views[-1] if walk.views else None
    return before_all(last, view.claims[0], view.direct, walk.outcome)


def _moving(outcome: Outcome | None, claim: Claim) -> list[Claim]:
    """Give the moves that bear on a dispute: those that did before, and this one if it is one.

    Not what moved an entry of a list: its list's view carries that.
    """
    before = outcome.run if outcome and outcome.disputed else ()
    return [one for one in (*before, claim) if one.moves and not one.standing]


def _each_once(carried: Sequence[Claim], moving: Iterable[Claim]) -> list[Claim]:
    """Give what carries values and what moves them: a list's move of its entry does both."""
    facts = {one.fact for one in carried}
    return [*(one for one in moving if one.fact not in facts), *carried]


def _is_entry_of(view: View, move: Claim) -> bool:
    """Whether a view is what a list's entry says, of the list that says a move."""
    own = view.origin == move.origin and view.direct
    return own and any(one.standing for one in view.claims)


def _outdoes_all(claim: Claim, walk: Walk, at: At) -> bool:
    """Whether a claim, as a view of its own, would supersede all that is said."""
    sighted = claim.standing or claim.observed is not None
    lo, _ = interval(claim, at.t)
    for older in (*walk.views, *walk.leavings) if walk.leavings else walk.views:
        near = sighted or older.sighted
        if (at.kin.day_after(older.hi) if near else older.hi + 1) > lo:
            return False
    return True


def _unbacked(outcome: Outcome | None, origin: str) -> Outcome | None:
    """Take an origin out of the backers: it says something else now, though others overturn it."""
    if outcome is None:
        return None
    return outcome._replace(backers=tuple(v for v in outcome.backers if v.origin != origin))
