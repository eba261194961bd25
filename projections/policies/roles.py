"""Roles: what part each claim of a cell has in an answer, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from projections.claims import Claim
from projections.policies.contest import RULING, Walk
from projections.policies.lists import speaking
from projections.policies.rivals import follower_of
from projections.policies.support import best_rating, rank
from projections.policies.walk import (
    DROPPED,
    At,
    Outcome,
    View,
    is_visible,
    of_one_rank,
    order,
    rulings,
)
from projections.state import Role
from tracker.edtf import describe
from tracker.instants import Instant, format_instant

if TYPE_CHECKING:
    from projections.policies.policy import Policy

Part = tuple[str, str]
"""A role (decides, supports, dissents, superseded, not-yet, retracted), and why."""
LEFT_OUT = "left out of this question"


class Roles:
    """The answer at one valid and one known time, told claim by claim."""

    def __init__(
        self,
        policy: Policy,
        claims: Iterable[Claim],
        at: At,
        k: Instant,
        left_out: Iterable[Claim] = (),
    ) -> None:
        """Walk to the answer once, and keep why each claim was left behind.

        `left_out` are those that the question leaves out: they have no part in it.
        """
        self._policy, self._at, self._k = policy, at, k
        self._left: dict[str, str] = {}
        self._ended: dict[str, list[int]] = {}
        self._carried: set[str] = set()
        told = list(claims)
        self._places = {one.fact: one.position for one in told}
        self._left_out = {one.fact: one for one in left_out}
        self._told = {one.fact: one for one in told} | self._left_out
        visible = [one for one in told if is_visible(one, at.t, k) and policy.hears(one, at.kin)]
        certain = [one for one in visible if one.certain_from <= at.t and one.mode != "ruling"]
        walk: Any = None
        for claim in sorted(speaking(certain, at), key=lambda one: order(one, at.t)):
            after = policy.advance(walk, claim, at)
            self._note(walk, after, claim)
            walk = after
        self._rulings = rulings(visible)
        self._reached = policy.read(walk, self._rulings, at)
        self._parts = self._of_views(walk) | _of_outcome(self._reached)

    def of(self, claims: Iterable[Claim]) -> list[Role]:
        """Give the role of every claim."""
        return [Role(one, *self._part(one)) for one in claims]

    def _part(self, claim: Claim) -> Part:
        return self._parts.get(claim.fact) or self._why_not(claim)

    def _note(self, before: Any, after: Any, claim: Claim) -> None:  # noqa: ANN401 - a policy's walk
        """Compare the walk before and after a claim: what it left behind.

        Mostly it left nothing behind: a run goes on, and of a long one only what is new is looked
        at.
        """
        run, views = _held(before)
        runs, viewed = _held(after)
        goes_on = runs[: len(run)] == run
        self._carried |= viewed.keys()
        self._carried.update(one.fact for one in (runs[len(run) :] if goes_on else runs))
        was = views if goes_on else {one.fact: "" for one in run} | views
        gone = was.keys() - viewed.keys()
        gone -= {one.fact for one in runs} if gone else set()
        for fact, origin in was.items():
            if fact not in gone:
                continue
            if claim.moves:
                self._ended.setdefault(claim.fact, []).append(self._places[fact])
                there = claim.effect != "besiege"  # who besieges a place had lost it before
                over = f"the withdrawal #{claim.position} ends it"
                self._left[fact] = over if there else f"#{claim.position} shows it was over"
            elif origin == claim.origin:
                self._left[fact] = self._of_one_origin(self._told[fact], claim)
            elif self._at.projection.overturns(claim):
                self._left[fact] = f"#{claim.position} comes after it in sequence"
            else:
                self._left[fact] = f"newer evidence (#{claim.position})"

    def _of_one_origin(self, claim: Claim, newer: Claim) -> str:
        """Say why an origin's newer word counts; of one moment that of its report further on."""
        if of_one_rank(claim, newer, self._at.t):
            return f"its report says otherwise further on (#{newer.position})"
        return f"its origin tells of a later moment (#{newer.position})"

    def _of_views(self, walk: Any) -> dict[str, Part]:  # noqa: ANN401 - a policy's walk
        """Say why live views have no part in the choice."""
        found: dict[str, Part] = {}
        rivals = self._reached.rivals if self._reached else ()
        bare = "fits more than one of the values: decides for none"
        if len(rivals) <= 1:
            bare = "others have moved what it tells: what holds is what is left of it"
        for view in walk.views if isinstance(walk, Walk) else ():
            after = follower_of(view, walk.views, self._at)
            if after:
                why = f"#{after.claims[-1].position} comes after it in sequence"
                found |= dict.fromkeys(view.facts, ("superseded", why))
            else:
                found |= dict.fromkeys(view.facts, ("supports", bare))
        return found

    def _why_not(self, claim: Claim) -> Part:
        return self._not_heard(claim) or self._not_now(claim) or self._overtaken(claim)

    def _not_heard(self, claim: Claim) -> Part | None:
        """Say why a claim was not listened to."""
        if claim.fact in self._left_out:
            return "superseded", LEFT_OUT
        if claim.published > self._k:
            return "not-yet", "not known yet"
        if claim.retracted is not None and claim.retracted <= self._k:
            return "retracted", f"retracted {_day(claim.retracted)}"
        if claim.mode == "mention":
            if claim.status == "denied":
                return self._denied(claim)
            return "not-yet", f"{claim.status}: makes no belief about what is"
        if not self._policy.hears(claim, self._at.kin):
            return "superseded", f"{self._policy.name} does not hear who tells it"
        return None

    def _denied(self, claim: Claim) -> Part:
        """Say whether what is denied would be what is so, or would have changed it."""
        at, reached = self._at, self._reached
        if claim.since.earliest > at.t:
            return "not-yet", "denies what is dated later"
        if reached and at.projection.upholds(reached.value, claim, at.kin):
            return "supports", "denies what would have changed it: makes no belief of its own"
        return "dissents", "denies it: makes no belief of its own"

    def _not_now(self, claim: Claim) -> Part | None:
        """Say why a claim does not speak about this time."""
        t = self._at.t
        if claim.start.earliest > t:
            return "not-yet", "begins later"
        if claim.end and claim.end.latest - 1 <= t:
            return "superseded", f"ended by {_day(claim.end.latest - 1)}"
        if claim.certain_from > t and claim.mode != "ruling":
            return "not-yet", "may have happened by then, or later"
        return None

    def _overtaken(self, claim: Claim) -> Part:
        """Say what stands in a claim's way."""
        if claim.mode == "ruling":
            return self._of_ruling(claim)
        if claim.effect == DROPPED:
            return "superseded", "its list says nothing from here on"
        if claim.standing:
            since = "its list says otherwise since, or dropped it"
            return "superseded", self._left.get(claim.fact, since)
        told = claim.fact in self._carried and not claim.moves
        bare = "newer evidence" if told else "bears on nothing that holds now"
        if ended := self._ended.get(claim.fact):
            bare = f"ends what {', '.join(f'#{one}' for one in sorted(ended))} told"
        return "superseded", self._left.get(claim.fact, bare)

    def _of_ruling(self, ruling: Claim) -> Part:
        """Say whether a ruling in force decides, and what keeps it from that."""
        if not self._policy.weighs:
            return "superseded", f"{self._policy.name} hears no rulings"
        match self._followed(ruling):
            case [0] if self._reached and self._reached.rule == RULING:
                return "decides", "an analyst's ruling"
            case []:
                return "superseded", self._why_no_say(ruling)
            case [_]:
                newer = next(one for one in self._rulings if len(self._followed(one)) == 1)
                return "superseded", f"ruled on since (#{newer.position})"
            case _:
                return "superseded", "a ruling that follows more than one of the values"

    def _followed(self, ruling: Claim) -> list[int]:
        """Give the places, among the values that differ, of those that a ruling follows."""
        follows, rivals = (
            set(ruling.value["follows"]),
            self._reached.rivals if self._reached else (),
        )
        return [
            place
            for place, rival in enumerate(rivals)
            if not follows.isdisjoint(one.fact for one in rival.claims)
        ]

    def _why_no_say(self, ruling: Claim) -> str:
        """Say why nothing that a ruling follows is among values that differ."""
        followed = [self._told[one] for one in ruling.value["follows"] if one in self._told]
        stand = [one for one in followed if one.retracted is None or one.retracted > self._k]
        if not stand:
            places = ", ".join(f"#{one.position}" for one in followed)
            return f"what it follows ({places}) stands no more"
        parts = [(one.position, *self._part(one)) for one in stand]
        undisputed = not (self._reached and self._reached.rivals)
        if undisputed and any(role in {"decides", "supports"} for _, role, _ in parts):
            return "a ruling on what is not in dispute here"
        return "; ".join(f"#{place}, which it follows: {why}" for place, _, why in parts)


def _held(walk: Any) -> tuple[Sequence[Claim], dict[str, str]]:  # noqa: ANN401 - a policy's walk
    """Give what a walk holds on to: its run, and the facts of its views, each with its origin."""
    views = walk.views if isinstance(walk, Walk) else ()
    outcome = walk.outcome if isinstance(walk, Walk) else walk
    run = outcome.run if isinstance(outcome, Outcome) else ()
    return run, {one.fact: one.origin for view in views for one in view.claims}


def _of_outcome(reached: Outcome | None) -> dict[str, Part]:
    """Give the part of every fact that was chosen, or lost a choice."""
    if reached is None:
        return {}
    if reached.disputed:
        moved = {one.fact: ("supports", "moves what they say") for one in reached.run if one.moves}
        return moved | {
            claim.fact: ("dissents", _rival(number, len(reached.rivals), view))
            for number, rival in enumerate(reached.rivals, start=1)
            for view in rival.views
            for claim in view.claims
        }
    found: dict[str, Part] = {}
    for view in reached.backers:
        led, say = view.claims[: view.carried], view.claims[view.carried :]
        found |= {one.fact: ("superseded", "its report says otherwise beside it") for one in led}
        found |= {one.fact: ("supports", "says the same") for one in say}
    for claim in reached.run:
        found.setdefault(claim.fact, ("supports", "tells of the same state"))
    found[reached.run[-1].fact] = ("decides", _why_chosen(reached))
    best = best_rating(reached.rivals[0]) if reached.rivals else None
    for rival in reached.rivals[1:]:
        for view in rival.views:
            why = f"lost by {reached.rule}"
            if reached.rule == "rating":
                why += f": {view.rating or 'unrated'} against {best or 'unrated'}"
            found |= dict.fromkeys(view.facts, ("dissents", why))
    return found


def _why_chosen(reached: Outcome) -> str:
    """Name the rule; and whose rating it was, where the newest to say so is not rated best."""
    said = reached.rivals[0].views if reached.rivals else reached.backers
    if reached.rule != "rating" or not said:
        return reached.rule
    best = min(said, key=lambda view: rank(view.rating))
    if reached.run[-1].fact in best.facts or best.rating is None:
        return reached.rule
    return f"rating: {best.rating} of #{best.claims[-1].position}, which says the same"


def _rival(number: int, count: int, view: View) -> str:
    rated = f", rated {view.rating}" if view.rating else ""
    return f"disputed: value {number} of {count}{rated}"


def _day(instant: Instant) -> str:
    return describe(format_instant(instant)[:10])
