"""An oracle: who held a place, or how high a level was, at (t, k), told by a plain walk over facts.

It knows nothing of claims, rectangles or policies. For each question it takes the facts of one
cell, leaves out what is not known or does not speak about that time, sorts what is left, and walks
through it. The rules are those that the docstrings of projections state; see `timing` and `walk`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

from tracker.edtf import somewhere_in
from tracker.facts.alerts import LevelFact, ThreatLevelReported
from tracker.facts.base import Fact
from tracker.facts.control import (
    ControlFact,
    ControlReported,
    ForcesWithdrew,
    TownBesieged,
    TownEntered,
    TownOccupied,
    TownRecaptured,
)
from tracker.facts.forces import (
    ForceFact,
    ForcesAdvanced,
    TroopsMobilised,
    TroopsPledged,
    TroopsWithdrawn,
)
from tracker.facts.losses import CasualtiesReported
from tracker.instants import DAY, FUTURE_OPEN, LONGEST_DAY, PAST_OPEN, Bounds, Instant
from tracker.quantities import Quantity
from tracker.registry import Registry
from tracker.times import When

MOST = 16  # fact ids that a row lists


@dataclass(frozen=True)
class Telling:
    """A fact, and of its report: when it was published, its stream, the fact's place in it."""

    fact: Fact
    published: When
    stream: str
    place: int
    retracted: Instant | None = None
    source: str = ""
    standing: bool = False
    dropped: bool = False
    corrected: Instant | None = None
    restated: Instant | None = None

    @property
    def listed(self) -> Instant:
        """When the list said it: an entry that a desk puts right stands where it stood."""
        return max(self.published.start.latest - 1, self.restated or PAST_OPEN)

    @property
    def out(self) -> Instant:
        """A report is out by the end of its day or second; a correction in it by its own."""
        told = self.published.start.latest - 1
        return told if self.corrected is None else max(told, self.corrected)


@dataclass(frozen=True)
class Finding:
    """What the oracle finds at one (t, k). `possibly` holds (value, fact ids) without order."""

    value: dict[str, Any]
    since: str | None
    certainty: str
    possibly: list[tuple[dict[str, Any], list[str]]]
    evidence: list[str]


Cell = tuple[str, str]
"""A projection and a key."""


def cells(tellings: Iterable[Telling], world: Registry) -> dict[Cell, list[Timed]]:
    """Sort what was told by the cells that it is evidence about."""
    found: dict[Cell, list[Timed]] = {}
    for one in tellings:
        cell = cell_of(one.fact)
        if cell is not None:
            found.setdefault(cell, []).append(timing(one, world))
        left = left_of(one.fact)
        if left is not None:
            found.setdefault(left, []).append(leaving(one))
    return found


def left_of(fact: Fact) -> Cell | None:
    """Name the cell that those who were withdrawn are missing from."""
    number: Quantity | None = getattr(fact, "quantity", None)
    if not isinstance(fact, ForceFact) or fact.status == "denied" or number is None:
        return None
    if phase_of(fact) != "withdrawn" or number.semantics != "change":
        return None
    who = "+".join(sorted(fact.by))
    return "forces", f"{who}/{fact.place}/{fact.category}/deployed"


def leaving(one: Telling) -> Timed:
    """Give those who left as a change, when they left, of those who stay."""
    return replace(_changed(one), less=True)


def ask(
    told: Sequence[Timed], projection: str, t: Instant, k: Instant, world: Registry
) -> Finding | None:
    """Say what is believed of a cell, of which this was told, at valid time t and known time k."""
    heard = sorted((one for one in told if one.speaks(t, k)), key=lambda one: one.rank(t))
    sure = [one for one in heard if one.begun <= t]
    story = walk(sure, projection, world)
    newest = story.lines[-1].rank(t) if story.lines else None
    possibly: list[tuple[dict[str, Any], list[str]]] = []
    for one in heard:
        if one.begun > t:  # it may have happened just now
            if newest and one.as_if_at(t).rank(t)[:-2] < newest[:-2]:
                continue
            told_too = bear(story, one, projection, world)
            value = public(told_too[0] if told_too else story.shown)
        elif one.going is not None and one.going <= t:  # it may have ended by now
            others = [other for other in sure if other is not one]
            value = public(walk(others, projection, world).shown)
        else:
            continue
        if not story.lines or uncalled(value) != uncalled(public(story.shown)):
            _add(possibly, value, one.telling.fact.id)
    if not story.lines and not possibly:
        return None
    return Finding(
        value=public(story.shown),
        since=story.since[0] if story.since else None,
        certainty="possible" if possibly else "certain",
        possibly=possibly,
        evidence=[one.telling.fact.id for one in reversed(story.lines)][:MOST],
    )


def public(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a walk only remembers."""
    return {name: item for name, item in value.items() if not name.startswith("_")}


def _add(
    possibly: list[tuple[dict[str, Any], list[str]]], value: dict[str, Any], name: str
) -> None:
    for known, names in possibly:
        if uncalled(known) == uncalled(value):
            names.append(name)
            return
    possibly.append((value, [name]))


def uncalled(value: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a level is called: that says nothing else of it."""
    return {name: item for name, item in value.items() if name != "alias"}


def cell_of(fact: Fact) -> Cell | None:
    """Name the cell a fact is evidence about; None where it makes no belief."""
    actual = fact.status in {"occurred", "ongoing"}
    if isinstance(fact, ForceFact):
        leaving = isinstance(fact, TroopsWithdrawn)
        if fact.status == "denied" or (leaving and not actual):
            return None
        who = "+".join(sorted(fact.by))
        return "forces", f"{who}/{fact.place}/{fact.category}/{phase_of(fact)}"
    if not actual:
        return None
    if isinstance(fact, ControlFact):
        return "control", fact.place
    if isinstance(fact, LevelFact):
        return "alerts", f"{fact.scheme}/{fact.scope}"
    if isinstance(fact, CasualtiesReported):
        return "losses", f"{fact.side}/{fact.category}/{fact.fate}"
    return None


def phase_of(fact: ForceFact) -> str:
    """Plans are pledges, whatever their kind."""
    if fact.status in {"planned", "possible"} or isinstance(fact, TroopsPledged):
        return "pledged"
    if isinstance(fact, TroopsMobilised):
        return "mobilised"
    if isinstance(fact, TroopsWithdrawn):
        return "withdrawn"
    return "advancing" if isinstance(fact, ForcesAdvanced) else "deployed"


# -- when a fact speaks --------------------------------------------------------------------------


@dataclass(frozen=True)
class Timed:
    """A telling in time: it begins between `begins` and `begun`, was seen, ends `going` to `gone`.

    `at` is the moment it is ordered by; `since` what a row would say: EDTF, earliest, latest.
    """

    telling: Telling
    since: tuple[str, Instant, Instant]
    begins: Instant
    begun: Instant
    capped: Instant
    seen: Instant | None
    going: Instant | None
    gone: Instant | None
    at: Instant
    supposed: bool = False
    less: bool = False
    inside: bool = False  # told of the entry of its own list, and of nothing else

    def speaks(self, t: Instant, k: Instant) -> bool:
        """Whether it was known at k, and not taken back, and may have begun and not ended at t."""
        told = self.telling
        known = told.out <= k and (told.retracted is None or k < told.retracted)
        return known and self.begins <= t and (self.gone is None or t < self.gone)

    def rank(self, t: Instant) -> tuple[Any, ...]:
        """Order it among others that speak about t; an observation yet to be made speaks of t."""
        direct = self.seen is not None and t < self.seen
        return (
            direct,
            t if direct else self.at,
            self.supposed and not direct,
            self.telling.out,
            self.turn,
            self.begins,
            self.telling.stream,
            self.telling.place,
        )

    @property
    def turn(self) -> tuple[float, ...]:
        """Order it within one moment: totals, arrivals by their span, leavings, words."""
        fact = self.telling.fact
        if not isinstance(fact, ForceFact | CasualtiesReported):
            return (stage_of(fact),)
        said = fact.quantity
        if said is None:
            return 3, -1
        if said.semantics == "change":
            return 1 + self.less, width(said.model_dump()), HEDGES.index(said.comparator)
        if counts(said.model_dump()):
            return 0, said.semantics != "cumulative"
        return 3, WORDS.index(said.comparator)

    def as_if_at(self, t: Instant) -> Timed:
        """Suppose that it happened at t, after all that is sure to have happened by then."""
        return replace(self, at=t, supposed=True)


def timing(one: Telling, world: Registry) -> Timed:
    """Place a telling on the time line."""
    return _seen(one) if observes(one.fact, world) else _changed(one)


def lasts(fact: Fact) -> bool:
    """Whether what it tells does not cease with the span that it is told with."""
    if isinstance(fact, ForceFact):
        phase, number = phase_of(fact), fact.quantity
        changes = number is not None and number.semantics == "change"
        return phase == "withdrawn" or (changes and phase != "pledged")
    return isinstance(fact, ForcesWithdrew | TownRecaptured | CasualtiesReported)


def _over_by(one: Telling, *, found: bool) -> Timed | None:
    """Place what came about, or was `found`, somewhere in a span, and is so from then on."""
    when = one.fact.when
    if when.end is None or not lasts(one.fact):
        return None
    first, last = when.edtf.split("/")
    open_start = first in {"", ".."}
    first_of = when.start.earliest
    begins = when.end.earliest if open_start else first_of
    latest = _no_later_than_told(when.end.latest, begins, one)
    edtf = f"[{'' if open_start else first}..{last}]"
    if any(mark in edtf for mark in "~?%X"):
        edtf = somewhere_in(Bounds(first_of, when.end.latest))
    begun = _certainly(latest)
    seen = max(begins, min(when.end.earliest, one.published.speaks_from)) if found else None
    closing = isinstance(one.fact, ForcesWithdrew | TownRecaptured)
    return Timed(
        one,
        (edtf, first_of, _no_later_than_told(when.end.latest, first_of, one)),
        begins=begins,
        begun=begun,
        capped=latest,
        seen=seen,
        going=None,
        gone=None,
        at=seen if seen is not None else begun if closing else begins,
    )


def _changed(one: Telling) -> Timed:
    return _over_by(one, found=False) or _changed_at(one)


def _changed_at(one: Telling) -> Timed:
    when = one.fact.when
    latest = _no_later_than_told(when.start.latest, when.speaks_from, one)
    begun = _certainly(latest)
    closing = isinstance(one.fact, ForcesWithdrew | TownRecaptured)
    return Timed(
        one,
        _first_half(when, one),
        begins=when.speaks_from,
        begun=begun,
        capped=latest,
        seen=None,
        going=when.end.earliest if when.end else None,
        gone=_surely_gone(when),
        at=begun if closing else when.speaks_from,
    )


def _seen(one: Telling) -> Timed:
    return _over_by(one, found=True) or _seen_at(one)


def _seen_at(one: Telling) -> Timed:
    fact = one.fact
    plan = isinstance(fact, ForceFact) and phase_of(fact) == "pledged"
    when = one.published if plan else fact.when
    since = getattr(fact, "since", None)
    begun = since or when
    if "/" in begun.edtf and begun.end is None:  # it still goes on as the report tells it
        seen = one.published.speaks_from
    elif when.end is not None:  # nobody sees the end of a span before it is told
        seen = min(when.end.earliest, one.published.speaks_from)
    else:
        seen = when.speaks_from
    seen = max(seen, begun.speaks_from)
    over = begun if "/" in begun.edtf else when
    latest = _no_later_than_told(begun.start.latest, begun.speaks_from, one)
    return Timed(
        one,
        _first_half(begun, one) if since or "/" in begun.edtf else _by(begun, one),
        begins=begun.speaks_from,
        begun=_certainly(latest),
        capped=latest,
        seen=seen,
        going=over.end.earliest if over.end else None,
        gone=_surely_gone(over),
        at=seen,
    )


def _surely_gone(when: When) -> Instant | None:
    """Say when a span is surely over: with its last moment, but on a date not before the next."""
    if when.end is None:
        return None
    last = when.edtf.rpartition("/")[2]
    return when.end.latest - ("T" in last)


def observes(fact: Fact, world: Registry) -> bool:
    """Whether it tells how things were found, not what changed."""
    if isinstance(fact, ControlFact):
        return isinstance(fact, ControlReported)
    if isinstance(fact, ForceFact):
        if phase_of(fact) == "pledged" or fact.status == "ongoing":
            return True
    elif isinstance(fact, LevelFact):
        if isinstance(fact, ThreatLevelReported):
            return True
        authority = world.schemes[fact.scheme].authority
        return not any(authority in world.kin.lineage(who) for who in fact.by)
    number: Quantity | None = getattr(fact, "quantity", None)
    return number is not None and number.semantics != "change"


def stage_of(fact: Fact) -> int:
    """Within one moment: the entry or the fight, the hold, the siege, its end, the recapture."""
    match fact:
        case TownEntered():
            return 0
        case ControlReported():
            return 0 if fact.state == "contested" else 1
        case TownOccupied():
            return 1
        case TownBesieged():
            return 2
        case ForcesWithdrew():
            return 3
        case TownRecaptured():
            return 4
        case _:
            return 0


def _no_later_than_told(latest: Instant, earliest: Instant, one: Telling) -> Instant:
    told = one.published.start.latest
    return told if earliest < told < latest else latest


def _certainly(latest: Instant) -> Instant:
    """Give the last instant of a start; what may begin at any time has at none certainly begun."""
    return latest if latest == FUTURE_OPEN else latest - 1


def _first_half(when: When, one: Telling) -> tuple[str, Instant, Instant]:
    whole = when.end is None or when.edtf.startswith(("/", "../"))
    edtf = when.edtf if whole else when.edtf.partition("/")[0]
    begun = when.start
    return edtf, begun.earliest, _no_later_than_told(begun.latest, begun.earliest, one)


def _by(when: When, one: Telling) -> tuple[str, Instant, Instant]:
    if any(mark in when.edtf for mark in "[/~?%X"):
        return _first_half(when, one)
    return f"[..{when.edtf}]", PAST_OPEN, _no_later_than_told(when.start.latest, PAST_OPEN, one)


# -- what the facts make of it -------------------------------------------------------------------


@dataclass
class Story:
    """The walk so far: what holds, since when, and the tellings that carry it, oldest first."""

    shown: dict[str, Any]
    since: tuple[str, Instant, Instant] | None = None
    lines: list[Timed] = field(default_factory=list)
    counted: list[Timed] = field(default_factory=list)


NOTHING: dict[str, dict[str, Any]] = {
    "control": {"status": "unknown", "holders": []},
    "forces": {"low": None, "best": None, "high": None, "comparator": None},
    "losses": {"low": None, "best": None, "high": None, "comparator": None, "cumulative": False},
    "alerts": {"level": None, "rank": None, "alias": None, "modifiers": [], "authority": None},
}


def walk(sure: Sequence[Timed], projection: str, world: Registry) -> Story:
    """Let each telling in turn bear on the story: go on with it, add to it, or begin another."""
    story = Story(NOTHING[projection])
    for one in sure:
        found = bear(story, one, projection, world)
        if found is None:
            continue
        shown, how, counted = found
        if how in {"same", "in", "part"} and story.lines:
            assert story.since
            story.since = narrower(story.since, one.since)
            story.lines = [*story.lines, one]
        else:
            story.since = one.since
            story.lines = [*story.lines, one] if how == "more" else [one]
        story.shown, story.counted = shown, counted
    return story


Outcome = tuple[dict[str, Any], str, list[Timed]]


def bear(story: Story, one: Timed, projection: str, world: Registry) -> Outcome | None:
    """Give what a telling makes of the story and how: same, more or new; None for no bearing."""
    fact = one.telling.fact
    if story.since and is_over(story.shown, story.since, story.lines, one, world):
        story = Story(NOTHING[projection])
    if isinstance(fact, ControlFact):
        place = control(story, fact, world)
        if place is None and isinstance(fact, ForcesWithdrew) and owns_up(one, story.shown, world):
            place = story.shown, "same"
        return (*place, []) if place else None
    if isinstance(fact, LevelFact):
        shown = alert(fact, world)
        return shown, "same" if story.lines and story.shown == shown else "new", []
    return number(story, one, projection, world)


def owns_up(one: Timed, shown: dict[str, Any], world: Registry) -> bool:
    """Whether a side says that it left a place, of which none of its own is a holder."""
    fact, kin = one.telling.fact, world.kin
    speaker = getattr(fact, "speaker", None) if fact.voice == "attributed" else None
    who = fact.origin or speaker or one.telling.source
    ours = [kin.leaning(who, actor) for actor in getattr(fact, "by", ())]
    theirs = [kin.leaning(who, actor) for actor in shown["holders"]]
    return shown["status"] == "held" and True in ours and True not in theirs


def is_over(
    shown: dict[str, Any],
    since: tuple[str, Instant, Instant],
    lines: Sequence[Timed],
    one: Timed,
    world: Registry,
) -> bool:
    """Whether what lines told was no more when this happened, whatever else that says."""
    return overthrows(one, since, world) or is_outside(one, shown, lines, world)


def is_outside(one: Timed, shown: dict[str, Any], lines: Sequence[Timed], world: Registry) -> bool:
    """Whether holders besiege or storm their own place, a day or more after all that they hold it.

    Nobody who is inside does.
    """
    fact, holders = one.telling.fact, set(shown.get("holders", ()))
    if not holders or shown["status"] not in {"held", "besieged"}:
        return False
    if isinstance(fact, TownBesieged):
        away = all(any(world.kin.same_side(a, b) for b in fact.by) for a in holders)
    else:
        away = isinstance(fact, TownEntered) and fact.opposed == "yes" and holders <= {*fact.by}
    return away and all(one.begins >= told_until(line) + DAY for line in lines)


def told_until(line: Timed) -> Instant:
    """Give the last instant of which a line may tell; a list tells of every one."""
    if line.telling.standing or line.inside:
        return FUTURE_OPEN
    if line.seen is None:
        return line.begun
    days_after = line.capped - line.seen - LONGEST_DAY
    loose = line.seen == line.begins and days_after > 0 and line.capped != FUTURE_OPEN
    return line.seen + days_after if loose else line.seen


def overthrows(one: Timed, since: tuple[str, Instant, Instant], world: Registry) -> bool:
    """Whether it was otherwise just before this, which happened a day or more after `since`."""
    return one.since[1] >= since[2] + DAY and makes_an_end(one, world)


def makes_an_end(one: Timed, world: Registry) -> bool:
    """Whether it tells that something else was so before."""
    fact = one.telling.fact
    if isinstance(fact, LevelFact):
        left = left_level(fact, world)
        shown = alert(fact, world)
        return not observes(fact, world) and left not in {None, level_of(shown)}
    return isinstance(fact, TownRecaptured)


def level_of(shown: dict[str, Any]) -> tuple[str, ...]:
    """Give a level and what modifies it."""
    return (shown["level"], *shown["modifiers"])


def left_level(fact: LevelFact, world: Registry) -> tuple[str, ...] | None:
    """Give the level that a change names as the one before it."""
    before: str | None = getattr(fact, "from_level", None)
    if before is None:
        return None
    return level_of(alert(fact.model_copy(update={"level": before}), world))


def narrower(
    one: tuple[str, Instant, Instant], other: tuple[str, Instant, Instant]
) -> tuple[str, Instant, Instant]:
    can_be_one = max(one[1], other[1]) < min(one[2], other[2])
    return other if can_be_one and other[2] - other[1] < one[2] - one[1] else one


def control(  # noqa: C901, PLR0911 - each kind in turn
    story: Story, fact: ControlFact, world: Registry
) -> tuple[dict[str, Any], str] | None:
    """Say who holds the place once this is told too."""
    status, holders, who = story.shown["status"], set(story.shown["holders"]), set(fact.by)
    friends = any(world.kin.same_side(one, other) for one in holders for other in who)
    match fact:
        case TownOccupied() | TownRecaptured() | ControlReported(state="held"):
            around = story.shown.get("besiegers", ())
            breaks_in = any(world.kin.same_side(one, other) for one in around for other in who)
            # Whoever is seen inside, where nobody said who was besieged, is besieged there.
            inside = friends or (isinstance(fact, ControlReported) and not holders)
            beside = {a: {b for b in who if world.kin.same_side(a, b)} for a in holders}
            alike = all(beside.values()) and set().union(*beside.values()) == who
            if status == "held" and alike:
                return story.shown | {"holders": sorted(holders | who)}, "same"
            if status == "besieged" and inside and not breaks_in:
                found = {a for a, b in beside.items() if b}
                return story.shown | {"holders": sorted(found | who)}, "same"
            return place("held", who), "new"
        case ForcesWithdrew():
            return withdrawal(story, status, holders, who, world)
        case TownBesieged():
            if friends:
                return None
            around = set(story.shown.get("besiegers", ()))
            beside = {a: {b for b in who if world.kin.same_side(a, b)} for a in around}
            alike = all(beside.values()) and set().union(*beside.values()) == who
            shown = place("besieged", holders) | {"besiegers": sorted(around | who)}
            return shown, "new" if not around else "same" if alike else "more"
        case ControlReported():
            shown = place(fact.state, who or holders)
        case TownEntered():
            known = who <= holders
            if known and status == "contested" and fact.opposed != "no":
                return story.shown, "same"
            if known and status == "held" and fact.opposed != "yes":
                return story.shown, "same"
            if friends:
                return among_friends(story, status, fact, world)
            unopposed = fact.opposed == "no" or (status == "vacated" and fact.opposed == "unknown")
            return (place("held", who) if unopposed else place("contested", holders | who)), "new"
        case _:
            raise AssertionError(fact)
    return shown, "same" if shown == story.shown else "new"


def among_friends(
    story: Story, status: str, fact: TownEntered, world: Registry
) -> tuple[dict[str, Any], str] | None:
    """Whoever comes to friends is there with them; whoever is met in a place of theirs is not."""
    side, who = world.kin.same_side, set(fact.by)
    there = set(story.shown["holders"])
    everyone = story.shown | {"holders": sorted(there | who)}
    if status == "held":
        return (everyone, "same") if fact.opposed == "no" else None
    outside = story.shown.get("besiegers", ())
    if any(side(one, other) for one in outside for other in who):
        return None  # friends of both sides
    rivals = any(not any(side(one, other) for other in who) for one in there)
    if status == "contested" and fact.opposed == "no" and not rivals:
        return place("held", there | who), "new"  # nobody is left to fight
    return everyone, "same"


def withdrawal(  # noqa: C901, PLR0911 - each case in turn
    story: Story, status: str, holders: set[str], who: set[str], world: Registry
) -> tuple[dict[str, Any], str] | None:
    """Those who left, and their parts, hold it no more; enemies who stay go on as they were."""
    if status == "unknown":
        away = story.shown.get("_away", ())
        if away and all(any(world.kin.same_side(a, b) for a in away) for b in who):
            return story.shown, "same"
        return place("vacated", set()) | {"_left": sorted(who)}, "new"
    if status == "vacated":  # told again of the same, it goes on
        left = story.shown["_left"]
        again = any(who & set(world.kin.lineage(one)) for one in left)
        return story.shown | {"_left": sorted({*left, *who})}, "same" if again else "part"
    staying = {one for one in holders if not who & set(world.kin.lineage(one))}
    if status == "besieged" and (staying or not holders):
        before = set(story.shown["besiegers"])
        around = {one for one in before if not who & set(world.kin.lineage(one))}
        inside = story.shown.get("_left", ())
        if not around and not staying and inside:
            return place("vacated", set()) | {"_left": sorted({*inside, *who})}, "new"
        if not around and not staying:
            return place("unknown", set()) | {"_away": sorted(who)}, "new"
        if not around:
            return place("held", staying), "new"
        if (staying, around) == (holders, before):
            return None if staying else (story.shown | {"_left": sorted(who)}, "part")
        return story.shown | {"holders": sorted(staying), "besiegers": sorted(around)}, "same"
    if staying == holders:
        return None
    if not staying:
        return place("vacated", set()) | {"_left": sorted(who)}, "new"
    rivals = any(not world.kin.same_side(one, other) for one in staying for other in staying)
    if status in {"held", "besieged"} or rivals:
        return story.shown | {"holders": sorted(staying)}, "same"
    return place("held", staying), "new"


def place(status: str, holders: set[str]) -> dict[str, Any]:
    """Give the fields of a row of control."""
    return {"status": status, "holders": sorted(holders)}


def alert(fact: LevelFact, world: Registry) -> dict[str, Any]:
    """Give the fields of a level: an alias stands for a level and its modifiers."""
    scheme = world.schemes[fact.scheme]
    alias = next((one for one in scheme.aliases if one.name == fact.level), None)
    level, modifiers = (alias.level, list(alias.modifiers)) if alias else (fact.level, [])
    return {
        "level": level,
        "rank": 1 + scheme.levels.index(level) + (0.5 if modifiers else 0),
        "alias": alias.name if alias else None,
        "modifiers": modifiers,
        "authority": scheme.authority,
    }


SIZE = ("low", "best", "high")
WORDS = ("a few", "several", "some", "many", "dozens", "hundreds", "thousands")
HEDGES = (
    *("exact", "between", "about", "more than", "at least", "fewer than", "at most"),
    *WORDS[::-1],
)


def number(  # noqa: C901, PLR0911, PLR0912, PLR0915 - each case in turn
    story: Story, one: Timed, projection: str, world: Registry
) -> Outcome | None:
    """A total sets the number; a change moves it once; presence leaves a number standing."""
    said: Quantity | None = getattr(one.telling.fact, "quantity", None)
    stated: dict[str, Any] = {name: getattr(said, name, None) for name in (*SIZE, "comparator")}
    cumulative = said is not None and said.semantics == "cumulative"
    added = {"cumulative": cumulative} if projection == "losses" else {}
    if mentions(one.telling.fact):
        if not story.lines:
            return NOTHING[projection] | stated | added, "new", []
        if figure_of(story.shown) == 0:
            return NOTHING[projection] | stated | added, "new", []
        if counts(story.shown):
            return story.shown, "same", story.counted
        hedge = stated["comparator"] or story.shown["comparator"]
        return story.shown | {"comparator": hedge}, "same", story.counted
    assert said
    shown = NOTHING[projection] | stated | added
    if said.semantics != "change":
        same = all(story.shown[name] == stated[name] for name in stated)
        if story.lines and same and not story.counted:
            return story.shown, "same", []
        return shown | {"_seen": one.seen}, "new", []
    if one.less:
        stated = _less(stated)
        if not story.lines or not counts(story.shown):
            return None
    if not story.lines:
        return shown, "new", [one]
    if any(one_event(one, other, world) for other in story.counted):
        then = [other for other in story.counted if together(one, other)]
        whole = all(one_event(one, other, world) for other in then)
        return story.shown, "same" if whole else "part", story.counted
    before = story.shown
    total = before.get("_seen")
    if total is not None and one.begins <= total and one.capped <= total + LONGEST_DAY:
        return before, "in", story.counted  # it is in the total that was seen since
    if counts(before):
        moved: dict[str, Any] = {name: _plus(before[name], stated[name]) for name in SIZE}
        hedges = {before["comparator"], stated["comparator"]} - {"exact"} or {"exact"}
        for strict, loose in (("more than", "at least"), ("fewer than", "at most")):
            hedges = {strict} if hedges == {strict, loose} else hedges
        moved["comparator"] = max(hedges)
        if hedges == {"about"}:  # as vague as the two of them
            spans = span(before), span(stated)
            for n, name in enumerate(("low", "high")):
                moved[name] = max(0, sum(int(one[n]) for one in spans))
        if len(hedges) > 1 or not counts(moved):  # one is bounded where the other is not
            moved = _spanned(before, stated, less=one.less)
        elif one.less and hedges == {"more than"} and before["low"] < -stated["low"]:
            moved["comparator"] = "at least"  # none may be left, and none is not more than none
        elif one.less and hedges == {"fewer than"} and before["high"] <= -stated["high"]:
            moved["comparator"] = "at most"
    else:  # some were there: at least those who came
        least = finite(span(stated)[0])
        words = [w for w in WORDS if w in {before["comparator"], stated["comparator"]}] or ["some"]
        moved = {"low": least, "best": None, "high": None}
        moved["comparator"] = words[-1] if least is None else "at least"
    going_on = [other for other in story.counted if pledges(one) or one.begins < other.capped]
    if total is not None:
        moved["_first"] = before.get("_first") or before
        moved["_since"] = [*before.get("_since", ()), one]
        if reach(before)[1] + bounds(one)[1] < 0:  # so many cannot have left: count from none
            figures = [figure_of(each) for each in (before, stated)]
            lacking = -sum(figure for figure in figures if figure is not None)
            moved |= {"_first": None, "_since": [], "_short": before.get("_short", 0) + lacking}
    return before | moved, "more", [*(going_on or story.counted[-1:]), one]


def agreed(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two numbers overlap, and did so before whatever has been added to both of them."""
    if all(one[name] == other[name] for name in (*SIZE, "comparator")):
        return True
    (low, high), (least, most) = reach(one), reach(other)
    if least > high or low > most:
        return False
    if not one.get("_since") or not other.get("_since"):
        return True
    mine = [change for change in one["_since"] if change not in other["_since"]]
    theirs = [change for change in other["_since"] if change not in one["_since"]]
    lows = beyond([bounds(each)[0] for each in mine], [bounds(each)[0] for each in theirs])
    highs = beyond([bounds(each)[1] for each in mine], [bounds(each)[1] for each in theirs])
    (low, high), (least, most) = reach(one["_first"]), reach(other["_first"])
    return low + min(lows, highs) <= most and least <= high + max(lows, highs)


def beyond(some: list[float], others: list[float]) -> float:
    """Say by how much some ends add up to more than others; where one is open, without end."""
    opens = [abs(end) == inf for end in some].count(True)
    opens -= [abs(end) == inf for end in others].count(True)
    if opens:
        upward = inf in {*some, *others}
        return inf if (opens > 0) == upward else -inf
    return sum(end for end in some if abs(end) < inf) - sum(end for end in others if abs(end) < inf)


def bounds(one: Timed) -> tuple[float, float]:
    """Say how far a change may move a number: those who come make it no less, nor the others."""
    low, high = span(number_of(one))
    return (low, min(high, 0)) if one.less else (max(low, 0), high)


def together(one: Timed, other: Timed) -> bool:
    """Whether two changes may be of one moment."""
    return other.begins < one.capped and one.begins < other.capped


def one_event(one: Timed, other: Timed, world: Registry) -> bool:
    """Whether a change is another told again: as large, of that time, and not in another place."""
    return (
        figure_of(number_of(other)) == figure_of(number_of(one))
        and (together(one, other) or (pledges(one) and due(one) == due(other)))
        and not elsewhere(one.telling.fact.place, other.telling.fact.place, world)
    )


def pledges(one: Timed) -> bool:
    """Whether it is told of what is still to come."""
    fact = one.telling.fact
    return isinstance(fact, ForceFact) and phase_of(fact) == "pledged"


def due(one: Timed) -> str:
    """Say when that is to come."""
    return one.telling.fact.when.edtf


def elsewhere(one: str | None, other: str | None, world: Registry) -> bool:
    """Whether two facts name places of which neither is the other or lies in it."""
    if one is None or other is None:
        return False
    for inner, outer in ((one, other), (other, one)):
        at: str | None = inner
        while at is not None:
            if at == outer:
                return False
            at = world.places[at].within
    return True


def mentions(fact: Fact) -> bool:
    """Whether it tells that some are there, or were lost, and gives no number."""
    said: Quantity | None = getattr(fact, "quantity", None)
    return said is None or (said.semantics != "change" and not counts(said.model_dump()))


def counts(shown: dict[str, Any]) -> bool:
    return any(shown[name] is not None for name in SIZE)


def figure_of(shown: dict[str, Any]) -> int | None:
    """Give what a number is counted by: the best guess, else the end that is stated."""
    return next((shown[name] for name in ("best", "low", "high") if shown[name] is not None), None)


def number_of(one: Timed) -> dict[str, Any]:
    said: Quantity | None = getattr(one.telling.fact, "quantity", None)
    stated = {name: getattr(said, name) for name in (*SIZE, "comparator")}
    return _less(stated) if one.less else stated


def reach(value: dict[str, Any]) -> tuple[float, float]:
    """Give the least and the most that a number may stand for."""
    low, best, high, hedge = (value[name] for name in (*SIZE, "comparator"))
    if hedge is None:
        return 0, inf
    if hedge == "about" and best is not None:  # a unit of its last digit each way, at most a fifth
        digits = str(best)
        unit = 10 ** (len(digits) - len(digits.rstrip("0"))) if best else 1
        unit = min(unit, best // 5)
        if low is None:  # else the source, or a sum, says how far
            low = best - unit
        return low, best + unit if high is None else high
    least = next((one for one in (low, best) if one is not None), 0)
    upward = hedge in {"at least", "more than"} or best is None
    most = high if high is not None else inf if upward else best
    if hedge in {"at most", "fewer than"} and low is None:
        least = 0
    return least + (hedge == "more than"), most - (hedge == "fewer than")


def span(value: dict[str, Any]) -> tuple[float, float]:
    """Give the ends of a number, or of a change that may be of those who left; inf: no end."""
    low, best, high, hedge = (value[name] for name in (*SIZE, "comparator"))
    if hedge == "about":
        if best >= 0:
            return reach(value)
        turned = reach(_less(value))
        return -turned[1], -turned[0]
    if low is None:
        low = -inf if best is None or hedge in {"at most", "fewer than"} else best
    if high is None:
        high = inf if best is None or hedge in {"at least", "more than"} else best
    return low, high


def finite(end: float) -> int | None:
    return None if end in {inf, -inf} else int(end)


def width(value: dict[str, Any]) -> float:
    least, most = reach(value)
    return most - least


def _less(stated: dict[str, Any]) -> dict[str, Any]:
    """Give a change of those who left as a change of those who stay."""
    turned = {"at least": "at most", "at most": "at least"}
    turned |= {"more than": "fewer than", "fewer than": "more than"}
    low, best, high = (None if stated[name] is None else -stated[name] for name in SIZE)
    hedge = stated["comparator"]
    return {"low": high, "best": best, "high": low, "comparator": turned.get(hedge, hedge)}


def _spanned(before: dict[str, Any], more: dict[str, Any], *, less: bool) -> dict[str, Any]:
    """Give the span that a number and a change of it lie in, told by the ends of both."""
    ends = zip(span(before), span(more), strict=True)
    least, most = ([finite(end) for end in both] for both in ends)
    if not counts(more):  # by a word: it goes up, or down, nobody knows how far
        unknown: list[int | None] = [None]
        least, most = (unknown, most[:1]) if less else (least[:1], unknown)
    elif not less:
        least = [0 if end is None else end for end in least]
    low, high = (
        None if None in both else max(0, sum(end for end in both if end is not None))
        for both in (least, most)
    )
    words = {0: None, 1: "at least", 2: "at most", 3: "between"}
    hedge = words[(low is not None) + 2 * (high is not None)]
    return {"low": low, "best": None, "high": high, "comparator": hedge}


def _plus(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else max(0, one + other)
