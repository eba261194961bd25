"""What every policy shares: which claims are visible at (t, k), and in which order.

A policy walks through the certain claims in the order of their evidence and lets each bear on
what it has reached (`advance`). Instants are microseconds UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from projections.claims import Claim, Since, Value
from projections.state import MOST_EVIDENCE, Projection
from tracker.instants import FUTURE_OPEN, LONGEST_DAY, Instant
from tracker.kin import Kin

Order = tuple[bool, Instant, Instant, int, Instant, str, int]
OF_REPORT = 5
"""Where in it a claim's report and place stand: of one instant, which comes first is chance."""
Succession = tuple[Instant, Instant, str, int]
DROPPED = "dropped"
"""The effect of an entry that its list has dropped: the list says nothing from there on."""


class At(NamedTuple):
    """Where a walk is asked: at which valid time, of which projection, among which kin.

    Of a run the newest `keep` claims are kept.
    """

    t: Instant
    projection: Projection
    kin: Kin
    keep: int = MOST_EVIDENCE


class View(NamedTuple):
    """What one origin says: its claims about one moment, the value they make, their evidence.

    [lo, hi] is the evidence interval; `sighted` where any of them is an observation, `direct`
    where they speak about the very instant asked about. `before` is what was reached before it
    came, and before whatever came at the same instant; None where that was in dispute. The value is
    carried by the claims from `carried` on (those before it led there), and backed unless they
    only fit it, or their origin says something else as well. `rating` is the best that the origin
    has said this with.
    """

    claims: tuple[Claim, ...]
    value: Value
    before: Outcome | None
    lo: Instant
    hi: Instant
    sighted: bool
    direct: bool = False
    carried: int = 0
    backs: bool = True
    rating: str | None = None

    @property
    def said(self) -> str:
        """The value as a text, to compare by."""
        return repr(self.value)

    def saying(self, value: Value) -> View:
        """Give the view as one of another value."""
        return self._replace(value=value)

    def after(self, before: Outcome | None) -> View:
        """Give the view as it is after what was reached before it."""
        return self._replace(before=before)

    @property
    def origin(self) -> str:
        """Who says so."""
        return self.claims[-1].origin

    @property
    def facts(self) -> frozenset[str]:
        """The ids of its facts."""
        return frozenset(claim.fact for claim in self.claims)


class Rival(NamedTuple):
    """A value that contemporaries hold, and whose views say so, oldest first."""

    value: Value
    views: tuple[View, ...]

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that say so."""
        return tuple([claim for view in self.views for claim in view.claims])

    @property
    def carrying(self) -> tuple[Claim, ...]:
        """Those that carry the value, without what led there."""
        return tuple([claim for view in self.views for claim in view.claims[view.carried :]])


class Outcome(NamedTuple):
    """What the walk has reached: a value, since when, the claims that carry it, oldest first.

    `backers` holds the newest agreeing view of each origin. Where contemporaries differ, `rivals`
    holds every value (the first is the one chosen, unless `disputed`) and `settled` what was
    reached before the newest of them.
    """

    value: Value
    since: Since
    run: tuple[Claim, ...]
    rule: str
    backers: tuple[View, ...] = ()
    rivals: tuple[Rival, ...] = ()
    disputed: bool = False
    settled: Outcome | None = None

    @property
    def dissent(self) -> tuple[Claim, ...]:
        """The claims of contemporaries that lost."""
        return () if self.disputed else tuple(c for rival in self.rivals[1:] for c in rival.claims)


def is_visible(claim: Claim, t: Instant, k: Instant) -> bool:
    """Whether a claim was known at k, and may have begun and not ended at t."""
    return (
        claim.mode != "mention"
        and claim.published <= k
        and (claim.retracted is None or k < claim.retracted)
        and claim.start.earliest <= t
        and (claim.end is None or t < claim.end.latest - 1)
    )


def is_direct(claim: Claim, t: Instant) -> bool:
    """Whether a claim speaks about t itself: a list that stands, an observation made later."""
    return claim.standing or (claim.observed is not None and t < claim.observed)


def order(claim: Claim, t: Instant, point: Instant | None = None) -> Order:
    """Sort key: the evidence time at t, then the ties."""
    direct = is_direct(claim, t)
    return (
        direct,
        0 if direct else claim.point if point is None else point,
        claim.published,
        claim.stage,
        claim.start.earliest,
        claim.report,
        claim.version,
    )


def of_one_rank(claim: Claim, other: Claim, t: Instant) -> bool:
    """Whether nothing but their reports, and places in those, puts two claims in an order."""
    return order(claim, t)[:OF_REPORT] == order(other, t)[:OF_REPORT]


def interval(claim: Claim, t: Instant) -> tuple[Instant, Instant]:
    """Give the first and the last instant of a claim's evidence at t."""
    if is_direct(claim, t):
        return t, t
    return claim.start.earliest if claim.observed is None else claim.observed, _last_of(claim)


def _last_of(claim: Claim) -> Instant:
    """Give the last instant of a claim's evidence, where it does not speak about t itself.

    An observation of some day of a month was made on one of its days, nobody knows which.
    """
    if claim.observed is None:
        return claim.certain_from
    vague = claim.observed == claim.start.earliest and claim.certain_from < FUTURE_OPEN
    return max(claim.observed, claim.start.latest - LONGEST_DAY) if vague else claim.observed


def succession(claim: Claim) -> Succession:
    """Sort key of what one list says in turn: what it said last counts, however far it goes back.

    "Held since March", listed in May, takes the place of whatever was listed in April. An entry
    that was put right since stands where it stood: its list said nothing new.
    """
    out = claim.published if claim.listed is None else claim.listed
    return out, claim.certain_from, claim.report, claim.version


def listed_last(certain: Iterable[Claim]) -> dict[str, Claim]:
    """Give, by origin, what each list said last among its certain entries."""
    current: dict[str, Claim] = {}
    for claim in certain:
        if claim.standing:
            known = current.get(claim.origin)
            if known is None or succession(known) < succession(claim):
                current[claim.origin] = claim
    return current


def still_listed(claim: Claim, current: Mapping[str, Claim]) -> bool:
    """Whether a list may yet mean an entry: it has said nothing since that is so for certain."""
    last = current.get(claim.origin) if claim.standing else None
    return last is None or succession(last) < succession(claim)


def rulings(visible: Iterable[Claim]) -> list[Claim]:
    """Give the rulings among visible claims, the latest published first."""
    found = [claim for claim in visible if claim.mode == "ruling"]
    return sorted(found, key=lambda one: (one.published, one.report, one.version), reverse=True)


def points(claim: Claim) -> Iterator[Instant]:
    """Yield the valid instants at which a claim's part can change."""
    yield claim.start.earliest
    yield claim.certain_from
    if claim.observed is not None:
        yield claim.observed
    if claim.end:
        yield claim.end.earliest
        yield claim.end.latest - 1


def windows(claim: Claim, kin: Kin) -> tuple[Instant, Instant]:
    """Give the first instants that a claim's evidence lies before, and lies a window before.

    What speaks about such an instant directly is later than the claim, or no contemporary.
    """
    last = _last_of(claim)
    return last + 1, kin.day_after(last)


def is_unsettled(claim: Claim, t: Instant) -> bool:
    """Whether a visible claim may not have begun yet at t, or may have ended."""
    return claim.certain_from > t or (claim.end is not None and claim.end.earliest <= t)


def sharper(first: Since, other: Since) -> Since:
    """Give the narrower of two starts that can be one moment, else the first."""
    overlap = other.earliest < first.latest and first.earliest < other.latest
    narrower = other.latest - other.earliest < first.latest - first.earliest
    return other if overlap and narrower else first


def begins_anew(since: Since, claim: Claim, at: At) -> bool:
    """Whether a claim names what it made an end of, a day or more after a state's `since`.

    What it tells of was not so just before: it goes on with nothing, though it says the same. What
    is told of one day and of the next may be one moment.
    """
    a_day_on = at.kin.day_after(since.latest) <= claim.since.earliest
    return a_day_on and at.projection.overturns(claim)


def ground(outcome: Outcome | None, claim: Claim, at: At) -> Outcome | None:
    """Give what a claim goes on from: nothing where it begins anew, or shows that to be over."""
    if outcome is None or begins_anew(outcome.since, claim, at):
        return None
    return None if belied(outcome.value, outcome.run, claim, at) else outcome


def belied(value: Value, told_by: Iterable[Claim], claim: Claim, at: At) -> bool:
    """Whether what claims told cannot be so any more, with what another tells of a day or more on.

    Told of one day, or of two next to each other, the two are a sequence.
    """
    if not at.projection.belies(claim, value, at.kin):
        return False
    told = list(told_by)
    if any(is_direct(one, at.t) for one in told):
        return False
    return at.kin.day_after(max(_last_of(one) for one in told)) <= claim.start.earliest


def since_with(since: Since, claim: Claim, at: At) -> Since:
    """Give since when a state is so that a claim tells of too: when it began anew, or sharper."""
    return claim.since if begins_anew(since, claim, at) else sharper(since, claim.since)


def kept(run: Sequence[Claim], at: At) -> tuple[Claim, ...]:
    """Keep the newest claims of a run."""
    return tuple(run[-at.keep :])


def before_all(
    last: View | None,
    claim: Claim,
    direct: bool,  # noqa: FBT001 - a view's own
    outcome: Outcome | None,
) -> Outcome | None:
    """Give what was reached before a claim, and before whatever came at the same instant."""
    return last.before if last and of_one_instant(last, claim, direct) else bare(outcome)


def of_one_instant(last: View, claim: Claim, direct: bool) -> bool:  # noqa: FBT001 - a view's own
    """Whether a claim is evidence of the instant of a view: which comes first is chance then."""
    return last.direct == direct and (direct or last.claims[0].point == claim.point)


def bare(outcome: Outcome | None) -> Outcome | None:
    """Give an undisputed outcome without what it was chosen among; None for a disputed one."""
    if outcome is None or outcome.disputed:
        return None
    return outcome._replace(rivals=(), settled=None) if outcome.rivals else outcome


def is_entrys_own(claim: Claim) -> bool:
    """Whether a claim is what moved an entry of a list, and bears on that alone (lists.py)."""
    return claim.moves and claim.standing


def bear(outcome: Outcome | None, claim: Claim, at: At, rule: str) -> Outcome | None:
    """Let a claim bear on what was reached, as one story: it agrees, adds, or begins anew.

    Gives the same outcome where it bears on nothing.
    """
    on = ground(outcome, claim, at)
    step = at.projection.step(on.value if on else None, claim, at.kin)
    if step is None:
        return outcome
    lo, hi = claim.start.earliest, claim.certain_from
    view = View((claim,), step.value, None, lo, hi, claim.observed is not None)
    if outcome is None or step.relation == "replaces":
        value = at.projection.explain(step.value, outcome.value if outcome else None, ())
        return Outcome(value, claim.since, (claim,), rule, (view._replace(value=value),))
    before = outcome.run
    if is_entrys_own(claim):  # as an entry's own what moved what others say before it
        before = tuple([one for one in before if one.fact != claim.fact])
    run = kept((*before, claim), at)
    if step.relation == "adds":
        return Outcome(step.value, claim.since, run, rule, (view,))
    backers = outcome.backers
    if step.backs:
        backers = (*(one for one in backers if one.origin != claim.origin), view)[-MOST_EVIDENCE:]
    since = sharper(outcome.since, claim.since)
    return outcome._replace(value=step.value, since=since, run=run, backers=backers)
