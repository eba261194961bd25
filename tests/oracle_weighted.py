"""A second oracle: what is believed where origins are weighed against each other.

It works on facts alone. For each question it starts from nothing: it takes the facts of one cell
that are heard at (t, k), sorts them, and walks through them with a list of what each origin says
now. When a fact speaks, and what one fact makes of a value, is oracle.py's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import oracle
from oracle import Story, Timed

from tracker.facts.alerts import LevelFact, ThreatLevelReported
from tracker.facts.control import (
    ControlFact,
    ControlReported,
    ForcesWithdrew,
    TownBesieged,
    TownEntered,
    TownOccupied,
    TownRecaptured,
)
from tracker.facts.losses import CasualtiesReported
from tracker.instants import DAY, FUTURE_OPEN, Instant
from tracker.quantities import Quantity
from tracker.registry import Registry

Value = dict[str, Any]
Since = tuple[str, Instant, Instant]
LETTERS = "ABCFDE"  # the best first; F, or no letter, cannot be judged
DIGITS = "123645"
WINDOW = DAY
LONGEST_DAY = DAY + DAY // 24


@dataclass(frozen=True)
class Ruling:
    """An analyst's: which facts to follow over [start, end), and when that was known."""

    start: Instant
    end: Instant | None
    published: Instant
    follows: tuple[str, ...]
    retracted: Instant | None = None
    order: tuple[str, int] = ("", 0)

    def in_force(self, t: Instant, k: Instant) -> bool:
        """Whether it was made by k, and not taken back, and is about t."""
        known = self.published <= k and (self.retracted is None or k < self.retracted)
        return known and self.start <= t and (self.end is None or t < self.end)


@dataclass(frozen=True)
class Finding:
    """What the oracle finds. `disputed` holds (value, fact ids), `last` (value, since, ids).

    `quiet`: no values were rivals on the way there. Where some were, since when the winner counts,
    and who of those who lost before backs it, are matters of book-keeping that the decision table
    settles case by case; the oracle keeps to what is so, and to who is against it.
    `moved`: a withdrawal or a siege has moved what several said; then which of the older facts are
    still listed as evidence, and whose start counts, are such matters too.
    """

    value: Value
    support: str
    certainty: str
    since: str | None
    possibly: list[tuple[Value, set[str]]]
    evidence: set[str]
    dissent: set[str]
    disputed: list[tuple[Value, set[str]]]
    last: tuple[Value, str, set[str]] | None
    gap: int | None
    quiet: bool = True
    moved: bool = False


@dataclass(eq=False)
class View:
    """What one origin says, told in one report of one moment; `counted` are changes added since.

    `prior`: what held before it, and before all of its instant. `gap`: by how much its number is
    more than what held before it and its contemporaries, less the changes `known` to be in it.
    """

    origin: str
    at: int
    lines: list[Timed]
    value: Value
    counted: list[Timed]
    low: Instant
    high: Instant
    seen: bool
    ended: Timed | None = None
    told: list[Timed] = field(default_factory=list)
    rated: list[Timed] = field(default_factory=list)
    fits: bool = False
    joined: bool = False
    own: bool = True
    gap: int | None = None
    known: int = 0
    prior: Outcome | None = None
    instant: tuple[bool, Instant] = (False, 0)
    earlier: Outcome | None = None
    silent: bool = False

    @property
    def last(self) -> Timed:
        """The line that the view ends with."""
        return self.lines[-1]

    @property
    def ids(self) -> set[str]:
        """The facts that it is made of."""
        return {one.telling.fact.id for one in (*self.told, *self.lines)}


@dataclass
class Outcome:
    """What holds undisputed: since when, by which lines; `begun` and `told` are steps of a walk.

    `before`: who was behind what held before it.
    """

    value: Value
    counted: list[Timed]
    since: Since
    run: list[Timed]
    begun: int
    movers: dict[str, tuple[int, Timed, Value]] = field(default_factory=dict)
    gap: int | None = None
    total: bool = False
    before: frozenset[str] = frozenset()


def copied(outcome: Outcome | None) -> Outcome | None:
    """Copy an outcome, which grows as the walk goes on."""
    if outcome is None:
        return None
    run, counted, movers = [*outcome.run], [*outcome.counted], dict(outcome.movers)
    return replace(outcome, run=run, counted=counted, movers=movers)


@dataclass
class Group:
    """A value, and the views that agree on it."""

    value: Value
    views: list[View]
    gap: int | None = None

    @property
    def ids(self) -> set[str]:
        """The facts of its views."""
        return {name for view in self.views for name in view.ids}


@dataclass
class Walk:
    """Everything that a walk has reached."""

    live: list[View] = field(default_factory=list)
    newest: dict[str, View] = field(default_factory=dict)
    outcome: Outcome | None = None
    groups: list[Group] = field(default_factory=list)
    disputed: bool = False
    opened: Since | None = None
    lost: set[str] = field(default_factory=set)
    withdrawals: list[Timed] = field(default_factory=list)
    quiet: bool = True
    moved: bool = False
    earlier: Outcome | None = None

    def come_to(self, instant: tuple[bool, Instant]) -> bool:
        """Say whether somebody told of this instant; note what held before all who do."""
        there = bool(self.live) and self.live[-1].instant == instant
        held = None if self.disputed else copied(self.outcome)
        self.earlier = self.live[-1].earlier if there else held
        return there


@dataclass(frozen=True)
class Question:
    """One cell at one (t, k), under one policy."""

    projection: str
    t: Instant
    k: Instant
    world: Registry
    policy: str
    rulings: Sequence[Ruling] = ()


def ask(  # noqa: PLR0917 - as the other oracle's, and the policy
    told: Sequence[Timed],
    projection: str,
    t: Instant,
    k: Instant,
    world: Registry,
    policy: str,
    rulings: Sequence[Ruling] = (),
) -> Finding | None:
    """Say what is believed of a cell, of which this was told, at valid time t and known time k."""
    asked = Question(
        projection, t, k, world, policy, [one for one in rulings if one.in_force(t, k)]
    )
    heard = [one for one in told if one.speaks(t, k)]
    if policy == "official-only/1":
        heard = [one for one in heard if world.kin.official(origin_of(one))]
    heard.sort(key=lambda one: rank(one, t))
    sure = [one for one in heard if one.begun <= t]
    heard = [one for one in heard if still_meant(one, sure)]
    done = walk(sure, asked)
    possibly = may_be(heard, sure, done, asked)
    if done.outcome is None and not possibly:
        return None
    return finding(done, possibly, asked)


def finding(done: Walk, possibly: list[tuple[Value, set[str]]], asked: Question) -> Finding:
    """Put what a walk has reached into the form of an answer."""
    shown = shown_by(done, asked)
    outcome = done.outcome
    if outcome is None:
        since, evidence = None, list[Timed]()
    elif done.disputed:
        assert done.opened
        since = done.opened[0]
        evidence = sorted(
            (one for group in done.groups for view in group.views for one in view.lines),
            key=lambda one: rank(one, asked.t),
        )
    else:
        since, evidence = outcome.since[0], list(outcome.run)
        for lines in backers(done, asked).values():
            evidence += [one for one in lines if not any(one is other for other in evidence)]
        evidence.sort(key=lambda one: rank(one, asked.t))
    return Finding(
        value=shown,
        support=support(done, asked) if outcome else "reported",
        certainty="possible" if possibly else "certain",
        since=since,
        possibly=possibly,
        evidence=names(evidence[-oracle.MOST :]),
        dissent=set() if done.disputed else done.lost,
        disputed=[(bare(one.value), one.ids) for one in done.groups] if done.disputed else [],
        last=(bare(outcome.value), outcome.since[0], names(outcome.run[-oracle.MOST :]))
        if outcome and done.disputed
        else None,
        gap=left_open(outcome) if outcome and not done.disputed else None,
        quiet=done.quiet,
        moved=done.moved,
    )


def left_open(outcome: Outcome) -> int | None:
    """Say what a total differs by from what was before, and how many more left than were there."""
    return (outcome.gap or 0) + outcome.value.get("_short", 0) or None


def names(lines: Sequence[Timed]) -> set[str]:
    return {one.telling.fact.id for one in lines}


def bare(value: Value) -> Value:
    """Leave out what a walk only remembers."""
    return oracle.public(value)


def shown_by(done: Walk, asked: Question) -> Value:
    """Give the value that a row shows: none where it is disputed, but the span of numbers."""
    if done.outcome is None:
        return oracle.NOTHING[asked.projection]
    if not done.disputed:
        return done.outcome.value
    empty = oracle.NOTHING[asked.projection]
    if asked.projection in {"control", "alerts"}:
        return empty
    low = min(oracle.reach(one.value)[0] for one in done.groups)
    high = max(oracle.reach(one.value)[1] for one in done.groups)
    if high == inf:
        return empty | {"low": int(low), "high": None, "comparator": "at least"}
    return empty | {"low": int(low), "high": int(high), "comparator": "between"}


# -- one fact in time ----------------------------------------------------------------------------


def origin_of(one: Timed) -> str:
    """Name who it comes from first: the speaker, through whatever paper."""
    fact = one.telling.fact
    if fact.origin:
        return spelt(fact.origin)
    if fact.voice == "attributed" and fact.speaker:
        return spelt(fact.speaker)
    return one.telling.source


def spelt(words: str) -> str:
    """Write a name in one way: without capitals, wide or composed letters, and spare spaces."""
    plain = unicodedata.normalize("NFKD", words).upper().lower()
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKD", plain)).strip()


def moves(one: Timed) -> bool:
    """Whether it only moves what others say: a withdrawal, a change, being there uncounted."""
    fact = one.telling.fact
    if isinstance(fact, ControlFact):
        return isinstance(fact, ForcesWithdrew | TownBesieged)
    if isinstance(fact, LevelFact):
        return False
    number: Quantity | None = getattr(fact, "quantity", None)
    return oracle.mentions(fact) or (number is not None and number.semantics == "change")


def standing(one: Timed) -> bool:
    return one.telling.standing and not moves(one) and one.going is None


def of_list(one: Timed) -> bool:
    """Whether it moves what its own list has told."""
    return one.telling.standing and moves(one) and one.going is None


def bears_on(move: Timed, entry: Timed) -> bool:
    """Whether a list told a move once it had told an entry, and of what came after it."""
    alike = origin_of(move) == origin_of(entry) and of_list(move) and standing(entry)
    return alike and said_before(entry, move)


def said_before(one: Timed, move: Timed) -> bool:
    """Whether a list told something, an entry or what moved one, before it told a move."""
    return one.telling.listed <= move.telling.listed and passed(one) < passed(move)


def older_if_begun(one: Timed, newest: Timed, t: Instant) -> bool:
    """Whether what begins just after t would stand before another: as a list has told them."""
    if standing(one) and standing(newest):
        told = [(line.telling.listed, line.turn, line.begins) for line in (one, newest)]
        return told[0] < told[1]
    ranked = rank(one, t)
    supposed: tuple[Any, ...] = (ranked[0], 0 if ranked[0] else t + 1, *ranked[2:])
    return supposed[:-2] < rank(newest, t)[:-2]


def bears_on_all(move: Timed, lines: Sequence[Timed], t: Instant) -> bool:
    """Whether what is told of t itself is what the list of a move has told before."""
    told = [one for one in lines if direct(one, t)]
    own = all((standing(one) or one.inside) and origin_of(one) == origin_of(move) for one in told)
    return of_list(move) and own and any(said_before(one, move) for one in told)


def passed(one: Timed) -> tuple[Any, ...]:
    told = one.telling
    return one.at, told.out, one.turn, one.begins, told.stream, told.place


def direct(one: Timed, t: Instant) -> bool:
    """Whether it speaks of t itself."""
    return one.inside or standing(one) or (one.seen is not None and t < one.seen)


def rank(one: Timed, t: Instant) -> tuple[Any, ...]:
    """Give the order of a walk."""
    told = one.telling
    return (
        direct(one, t),
        0 if direct(one, t) else one.at,
        told.out,
        one.inside,
        one.turn,
        one.begins,
        told.stream,
        told.place,
    )


def interval(one: Timed, t: Instant) -> tuple[Instant, Instant]:
    """Give the evidence interval."""
    if direct(one, t):
        return t, t
    if one.seen is None:
        return one.begins, one.begun
    days_after = one.capped - one.seen - LONGEST_DAY
    loose = one.seen == one.begins and days_after > 0 and one.capped != FUTURE_OPEN
    return one.seen, one.seen + days_after if loose else one.seen


def seen(one: Timed) -> bool:
    return one.seen is not None or standing(one)


def current(sure: Sequence[Timed], asked: Question) -> list[Timed]:
    """Of each origin's list let only the newest entry speak, and not where that is a drop.

    What moved it since comes after it; where that left nobody, the entry is what was found so right
    before, and it stays that whatever its list says later.
    """
    found: list[Timed] = []
    for one in sure:
        if not standing(one):
            found.append(one)
            continue
        later = [two for two in sure if standing(two) and origin_of(two) == origin_of(one)]
        later = [two for two in later if _newer(two) > _newer(one)]
        mine = [] if one.telling.dropped else [two for two in sure if bears_on(two, one)]
        end = left_by(one, mine, asked)
        if end and all(max(end.begun, one.begun) <= two.begun for two in later):
            telling = replace(one.telling, standing=False)
            found.append(replace(one, telling=telling, seen=end.begun - 1, at=end.begun - 1))
        elif not later and not one.telling.dropped:
            found.append(one)
            out = [max(one.telling.out, two.telling.out) for two in mine]
            mine = [
                replace(two, inside=True, telling=replace(two.telling, corrected=when))
                for two, when in zip(mine, out, strict=True)
            ]
            found += mine
    return sorted(found, key=lambda one: rank(one, asked.t))


def left_by(entry: Timed, mine: Sequence[Timed], asked: Question) -> Timed | None:
    """Give what first told that nobody of an entry is left."""
    if asked.projection != "control":
        return None
    now = step(None, [], entry, asked)
    for one in sorted(mine, key=lambda one: (one.begun, passed(one))):
        after = step(now[0], [], one, asked) if now else None
        if after and after[0]["status"] in {"vacated", "unknown"}:
            return one
        now = after or now
    return None


def _newer(one: Timed) -> tuple[Any, ...]:
    """Say what one list said last, however far back it reaches: when it was out comes first."""
    return one.telling.listed, one.begun, one.telling.stream, one.telling.place


def still_meant(one: Timed, sure: Sequence[Timed]) -> bool:
    """Whether the list has said nothing since of which it is certain that it is so."""
    return not standing(one) or not any(
        standing(other) and origin_of(other) == origin_of(one) and _newer(other) > _newer(one)
        for other in sure
    )


# -- the walk ------------------------------------------------------------------------------------


def walk(sure: Sequence[Timed], asked: Question) -> Walk:
    """Let each line that is certain at t bear on what the walk has reached."""
    done = Walk()
    for number, one in enumerate(current(sure, asked)):
        before = done.disputed
        if one.inside:
            move_entry(done, number, one, asked)
            if done.disputed and not before:
                done.opened = one.since
            continue
        if moves(one):
            if not move(done, number, one, asked):
                continue
        elif not view(done, number, one, asked):
            continue
        settle(done, number, asked)
        if done.disputed and not before:
            done.opened = one.since
    if asked.rulings and len(done.groups) > 1:  # what still differs is the analyst's to decide
        settle(done, len(sure), asked, ruled=True)
    return done


Stepped = tuple[Value, str, list[Timed]]


def step(value: Value | None, counted: list[Timed], one: Timed, asked: Question) -> Stepped | None:
    """Give what a line makes of a value, and how; and the changes counted in it since a total."""
    story = Story(oracle.NOTHING[asked.projection])
    if value is not None:
        story = Story(value, one.since, [one], list(counted))
    return oracle.bear(story, one, asked.projection, asked.world)


def view(done: Walk, number: int, one: Timed, asked: Question) -> bool:
    """Let an origin say something else, or more."""
    origin = origin_of(one)
    low, high = interval(one, asked.t)
    words = [other for other in done.live if other.origin == origin]
    mine = next((other for other in words if of_one_word(other, one, low, high, asked)), None)
    joined = mine is not None
    instant = (direct(one, asked.t), 0 if direct(one, asked.t) else one.at)
    if joined:
        assert mine
        instant, done.earlier = mine.instant, mine.earlier
        found = step(mine.value, mine.counted, one, asked)
    else:
        found = step(*borne_on(done, instant, one, asked), one, asked)
    if found is None:
        return False
    value, how, counted = found
    made = View(origin, number, [one], value, counted, low, high, seen(one))
    made.instant, made.earlier = instant, done.earlier
    if joined:
        assert mine
        made.lines = [one] if how == "new" else [*mine.lines, one]
        made.told = [*mine.told, *mine.lines]
        made.low, made.high = min(mine.low, low), max(mine.high, high)
        made.seen = mine.seen or seen(one)
    made.joined = joined
    said_so = [w for w in words if not superseded(w, made) and same(w.value, value, asked)]
    made.rated = [one, *(line for word in said_so for line in word.rated)]  # no worse for that
    made.fits = fits_only(one, value, how) and not (joined and mine and not mine.fits)
    for gone in done.withdrawals:
        after = oracle.stage_of(gone.telling.fact) > oracle.stage_of(one.telling.fact)
        if origin_of(gone) != origin and after and together(gone, made, asked.t):
            withdraw(made, gone, asked)
    done.newest[origin] = made
    if made.ended:  # whoever says so now, others say that it is over
        return False
    put(done, made, words, mine, asked)
    return True


def put(done: Walk, made: View, words: list[View], mine: View | None, asked: Question) -> None:
    """Put a view in the place of what its origin has said, but for what is as new."""
    stay = [word for word in words if word is not mine and as_new(word, made, asked)]
    out = [word for word in words if word not in stay]
    if not made.joined:
        mine = out[0] if len(out) == 1 else None
    done.live = [one for one in done.live if one not in out and not superseded(one, made)]
    if not all(same(word.value, made.value, asked) for word in stay):
        for either in (made, *stay):
            either.own = False  # whoever says two things is behind neither
    leave_open(done, made, mine, asked)
    done.live.append(made)


def of_one_word(other: View, one: Timed, low: Instant, high: Instant, asked: Question) -> bool:
    """Say whether a line goes on with what its report has said of the moment."""
    if other.last.telling.stream != one.telling.stream:
        return False
    alike = direct(other.last, asked.t) == direct(one, asked.t)
    return alike and other.low <= high and low <= other.high


def as_new(one: View, other: View, asked: Question) -> bool:
    """Whether two reports of an origin tell of one moment, and are as new."""
    first, second = rank(one.last, asked.t), rank(other.last, asked.t)
    return one.last.telling.stream != other.last.telling.stream and first[:6] == second[:6]


def borne_on(
    done: Walk, instant: tuple[bool, Instant], one: Timed, asked: Question
) -> tuple[Value | None, list[Timed]]:
    """Give what a line bears on: nothing that others say of the same instant, or that it ended."""
    if done.come_to(instant):
        first = done.earlier
    elif done.disputed:
        return shown_by(done, asked), []
    else:
        first = done.outcome
    return gone_on_from(first, one, asked)


def gone_on_from(
    outcome: Outcome | None, one: Timed, asked: Question
) -> tuple[Value | None, list[Timed]]:
    """Give what a line goes on from: nothing where that was no more when it happened."""
    if outcome is None:
        return None, []
    if oracle.is_over(outcome.value, outcome.since, outcome.run, one, asked.world):
        return None, []
    return outcome.value, outcome.counted


def leave_open(done: Walk, made: View, mine: View | None, asked: Question) -> None:
    """Say what a number leaves open, beside what held before anybody spoke of these days."""
    if asked.projection in {"control", "alerts"}:
        return
    made.prior = mine.prior if mine and made.joined else done.earlier
    moment = (direct(made.last, asked.t), made.high)
    if mine and not made.joined and moment == (direct(mine.last, asked.t), mine.high):
        made.gap = gap(mine.value, made.value, 0, asked)  # it says of that moment something else
        return
    first = done.live[0].prior if done.live else made.prior
    told_by = [mine] if mine and made.joined else done.live
    made.known = next((one.known for one in told_by if one.known), 0)
    if first and first.total:
        made.gap = gap(first.value, made.value, made.known, asked)


def fits_only(one: Timed, value: Value, how: str) -> bool:
    """Whether a line fits what holds without telling of it: going in, or being there besieged."""
    fact = one.telling.fact
    if isinstance(fact, TownEntered):
        told = {"held": ("no",), "contested": ("yes", "unknown")}  # of what holds by itself
        return how == "same" and fact.opposed not in told.get(value["status"], ())
    hold = is_hold(one) or isinstance(fact, TownRecaptured)
    return hold and how == "same" and value["status"] == "besieged"


def superseded(one: View, other: View) -> bool:
    if one.seen or other.seen:
        return one.high + WINDOW <= other.low
    return one.high < other.low


def together(gone: Timed, made: View, t: Instant) -> bool:
    _, high = interval(gone, t)
    return high >= made.low


def is_hold(one: Timed) -> bool:
    """Whether it tells that somebody holds the place, or took it."""
    fact = one.telling.fact
    held = isinstance(fact, ControlReported) and fact.state == "held"
    return held or isinstance(fact, TownOccupied)


def withdraw(made: View, gone: Timed, asked: Question) -> None:
    if oracle.is_outside(gone, made.value, [*made.told, *made.lines], asked.world):
        made.ended, made.silent = gone, True
        return
    found = step(made.value, made.counted, gone, asked)
    if found is not None:
        made.value, how, made.counted = found
        made.own = made.own and (how in {"same", "in", "part"} or origin_of(gone) == made.origin)
        if how == "in":
            explain(made, gone)
        if made.value.get("status") in {"vacated", "unknown"}:
            made.ended = gone
        elif isinstance(gone.telling.fact, ForcesWithdrew):
            who, kin = {*gone.telling.fact.by}, asked.world.kin
            told = [one.telling.fact for one in (*made.told, *made.lines)]
            named = {actor for fact in told for actor in fact.by}
            if named and all(who & set(kin.lineage(actor)) for actor in named):
                made.ended, made.silent = gone, True  # the rest of it is by what others say


def move(done: Walk, number: int, one: Timed, asked: Question) -> bool:
    """Let a withdrawal or a change bear on what everyone says, and on what holds."""
    backing = [line for lines in backers(done, asked).values() for line in lines]
    move_words(done, one, asked)
    move_what_holds(done, number, one, asked, backing)
    return True


def move_what_holds(
    done: Walk, number: int, one: Timed, asked: Question, backing: list[Timed]
) -> None:
    """Let a move bear on what holds, which `backing` has told."""
    before = done.outcome
    found = step(*gone_on_from(before, one, asked), one, asked)
    if found is None:
        return
    value, how, counted = found
    told = {origin_of(one): (number, one, value)}
    if before is None or how == "new":
        done.outcome = Outcome(value, counted, one.since, [one], number, told)
    elif how == "more":
        backing = [line for line in backing if not any(line is other for other in before.run)]
        run = [*backing, *before.run, one]
        done.outcome = Outcome(
            value, counted, one.since, run, number, told, before.gap, before.total
        )
    else:
        before.value, before.counted = value, counted
        before.since = oracle.narrower(before.since, one.since)
        before.run.append(one)
        if how == "in":
            explain(before, one)
        elif how == "same" and (tells_again(one, value) or owns_up(one, value, asked)):
            before.movers |= told


def move_entry(done: Walk, number: int, one: Timed, asked: Question) -> None:
    """Let a move bear on what its own list says, and on nothing else."""
    own = (word for word in done.live if word.origin == origin_of(one))
    mine = next((word for word in own if any(map(standing, word.lines))), None)
    found = step(mine.value, mine.counted, one, asked) if mine else None
    if mine is None or found is None:
        return
    said = [(word.value, word.counted) for word in done.live]
    said += [(done.outcome.value, done.outcome.counted)] if done.outcome else []
    backing = [line for lines in backers(done, asked).values() for line in lines]
    done.moved = True
    mine.value, how, mine.counted = found
    mine.lines = [one, *mine.lines]
    alone = len(done.live) == 1 and len(done.groups) == 1
    if alone:
        move_what_holds(done, number, one, asked, backing)
    settle(done, number, asked)
    holds = done.outcome
    if alone or holds is None or done.disputed or how not in {"new", "more"}:
        return
    known = [replace(holds, value=value, counted=counted) for value, counted in said]
    if not any(goes_on(other, holds.value, holds.counted, asked) for other in known):
        holds.since = one.since


def move_words(done: Walk, one: Timed, asked: Question) -> None:
    """Let it bear on what each origin has said."""
    left = isinstance(one.telling.fact, ForcesWithdrew)
    if left:
        done.withdrawals.append(one)
    done.moved = done.moved or bool(done.newest)
    if isinstance(one.telling.fact, TownBesieged):  # what is over is not besieged
        done.live = [mine for mine in done.live if not mine.ended]
    for mine in (*done.live, *(v for v in done.newest.values() if v not in done.live)):
        if not mine.ended:
            withdraw(mine, one, asked)
    done.live = [mine for mine in done.live if not mine.silent]
    movers = done.outcome.movers if done.outcome and left else {}
    for origin, (at, line, said) in movers.items():
        found = step(said, [], one, asked)
        if found is not None:
            movers[origin] = (at, line, found[0])


def explain(total: Outcome | View, one: Timed) -> None:
    """Take a change that is in a total already from what that leaves unexplained."""
    figure = oracle.figure_of(oracle.number_of(one))
    if isinstance(total, View):
        total.known += figure or 0
    if total.gap is not None and figure is not None:
        total.gap = total.gap - figure or None


def owns_up(one: Timed, value: Value, asked: Question) -> bool:
    """Whether a side admits by having left what holds now."""
    left = isinstance(one.telling.fact, ForcesWithdrew)
    return left and oracle.owns_up(one, value, asked.world)


def tells_again(one: Timed, value: Value) -> bool:
    """Whether it says by itself what holds already."""
    fact = one.telling.fact
    if isinstance(fact, ControlFact):
        return value["status"] in {"vacated", "unknown"} or isinstance(fact, TownBesieged)
    return not oracle.mentions(fact) or not oracle.counts(value)


def settle(done: Walk, number: int, asked: Question, *, ruled: bool = False) -> None:
    """Choose among what the origins say now, and go on with what held or begin anew."""
    groups = sequence(done.live, asked)
    done.groups, done.disputed, done.lost = groups, False, set()
    still = still_said(done.live, asked)
    done.live = [  # what was overturned once stays so
        one for one in done.live if one in still or not made_an_end_of(one, done.live, asked)
    ]
    done.quiet = done.quiet and len(groups) <= 1
    if not groups:
        return
    chosen = picked(groups, asked, ruled=ruled)
    if chosen is None:
        done.disputed = True
        return
    lost = [mine for one in groups if one is not chosen for mine in one.views if not mine.ended]
    done.lost = {name for mine in lost for name in mine.ids}
    winners = [one for one in chosen.views if not one.ended]
    lines = sorted(
        (one for mine in winners for one in mine.lines), key=lambda one: rank(one, asked.t)
    )
    if not winners:
        lines = [mine.ended for mine in chosen.views if mine.ended][-1:]
    counted = chosen.views[-1].counted
    if afresh(done, chosen, lines, asked):
        done.outcome = begin_afresh(chosen, lines, number, asked)
        return
    outcome, earlier = done.outcome, done.earlier
    if outcome and earlier and nearer(earlier, outcome, chosen.value, counted, asked):
        outcome = done.outcome = copied(earlier)  # what stood between came with it
    if outcome and goes_on(outcome, chosen.value, counted, asked):
        outcome.value, outcome.counted = chosen.value, counted
        outcome.gap = outcome.gap if chosen.gap is None else chosen.gap
        fresh = {id(one) for mine in winners if mine.at >= outcome.begun for one in mine.lines}
        for one in lines:
            if id(one) in fresh and not any(one is other for other in outcome.run):
                outcome.since = oracle.narrower(outcome.since, one.since)
                outcome.run.append(one)
        return
    begun = min((mine.at for mine in winners), default=number)
    done.outcome = begin_anew(done, chosen, lines, begun, asked)


def begin_anew(
    done: Walk, chosen: Group, lines: list[Timed], begun: int, asked: Question
) -> Outcome:
    """Let another state begin: stated anew, or differing by so much from the one before."""
    outcome = done.outcome
    since = since_of(lines, asked)
    last = chosen.views[-1]
    made = Outcome(chosen.value, last.counted, since, lines, begun, total=True)
    made.before = frozenset(backers(done, asked))
    if outcome and same(outcome.value, chosen.value, asked):  # stated anew, not contradicted
        made.begun = min(begun, outcome.begun)
        made.movers = outcome.movers if outcome.total else {}  # changes alone back no total
    made.gap = chosen.gap
    return made


def afresh(done: Walk, chosen: Group, lines: list[Timed], asked: Question) -> bool:
    """Whether a line that is new tells that what holds was not so before."""
    outcome = done.outcome
    if outcome is None:
        return False
    told = {id(one) for one in outcome.run}
    lasting = goes_on(outcome, chosen.value, chosen.views[-1].counted, asked)
    reached = [outcome] if lasting or done.earlier is None else [outcome, done.earlier]
    return any(
        id(one) not in told and oracle.overthrows(one, other.since, asked.world)
        for one in lines
        for other in reached
    )


def begin_afresh(chosen: Group, lines: list[Timed], number: int, asked: Question) -> Outcome:
    """Let a state begin that was not so before, as is told: only who tells of it now backs it."""
    made = Outcome(
        chosen.value, chosen.views[-1].counted, since_of(lines, asked), lines, number, total=True
    )
    made.before = frozenset(mine.origin for mine in chosen.views)
    return made


def since_of(lines: Sequence[Timed], asked: Question) -> Since:
    """Give since when it is so by these lines: the narrowest start of the last that made it so."""
    since = lines[0].since
    for one in lines:
        anew = oracle.overthrows(one, since, asked.world)
        since = one.since if anew else oracle.narrower(since, one.since)
    return since


def nearer(one: Outcome, other: Outcome, now: Value, counted: list[Timed], asked: Question) -> bool:
    """Whether what holds now goes on from one outcome, or says the same, and not from another."""
    if goes_on(other, now, counted, asked):
        return False
    if goes_on(one, now, counted, asked):
        return True
    return same(one.value, now, asked) and not same(other.value, now, asked)


def gap(before: Value, now: Value, known: int, asked: Question) -> int | None:
    """Give what a level differs by from the one before it, unexplained by what is `known`."""
    if None in (before["comparator"], now["comparator"]) or overlap(before, now):
        return None
    then, figure = oracle.figure_of(before), oracle.figure_of(now)
    if then is None or figure is None:
        return None
    found = figure - then
    if asked.projection == "losses":
        counts = before["cumulative"] and now["cumulative"]
        return found if counts and found < 0 else None
    return found - known or None


def sequence(live: Sequence[View], asked: Question) -> list[Group]:
    """Sort what the origins say into values, without what others say came after it."""
    groups: list[Group] = []
    order = lambda one: (one.last.turn, rank(one.last, asked.t))  # noqa: E731
    for mine in sorted(still_said([*live], asked), key=order):
        agreeing = [
            one for one in groups if all(same(v.value, mine.value, asked) for v in one.views)
        ]
        if agreeing:
            join(agreeing[0], mine)
        else:
            groups.append(Group(mine.value, [mine], mine.gap))
    if asked.projection != "control":
        return groups
    somebody = [one for one in groups if one.value["status"] not in {"vacated", "unknown"}]
    return somebody or [one for one in groups if one.value["status"] == "vacated"] or groups


def made_an_end_of(one: View, live: list[View], asked: Question) -> bool:
    """Say whether somebody tells of something that came after it and was not so before."""
    return any(
        oracle.makes_an_end(other.last, asked.world) and follows(other, one, asked)
        for other in live
        if other is not one
    )


def still_said(live: list[View], asked: Question) -> list[View]:
    """Leave out views that others overturn; where all do so in a circle, none."""
    if asked.projection not in {"control", "alerts"}:
        return live
    left = [
        one
        for one in live
        if not any(
            follows(other, one, asked) and not same(one.value, other.value, asked)
            for other in live
            if other is not one
        )
    ]
    return left or live


def join(group: Group, mine: View) -> None:
    value, other = mine.value, group.value
    if "holders" in value:
        value = other | value | {"holders": sorted({*other["holders"], *value["holders"]})}
        if "besiegers" in value:
            both = {*other.get("besiegers", []), *mine.value.get("besiegers", [])}
            value |= {"status": "besieged", "besiegers": sorted(both)}
    left = mine.gap
    if "comparator" in value and all(
        value[one] == other[one] for one in (*oracle.SIZE, "comparator")
    ):
        left = group.gap if left is None else left
        value = value | {"_short": min(one.get("_short", 0) for one in (value, other))}
    elif "comparator" in value and oracle.width(other) < oracle.width(value):
        value, left = other, group.gap  # the more definite
    elif "comparator" in value and oracle.width(other) == inf == oracle.width(value):
        more = at_least(other) > at_least(value)
        value, left = (other, group.gap) if more else (value, left)
    group.views.append(mine)
    group.value, group.gap = value, left


def at_least(value: Value) -> tuple[float, int]:
    """Say how much a number without an upper end tells of, by its word where it has no other."""
    words, hedge = oracle.WORDS, value["comparator"]
    return oracle.reach(value)[0], words.index(hedge) if hedge in words else -1


def follows(mine: View, one: View, asked: Question) -> bool:
    """Whether a view comes by nature after another that it does not agree with."""
    fact, other = mine.last.telling.fact, one.last.telling.fact
    if mine.ended or mine.high < one.low:
        return False
    if isinstance(fact, LevelFact):
        return oracle.left_level(fact, asked.world) == oracle.level_of(one.value)
    if isinstance(fact, TownRecaptured):
        return not isinstance(other, TownRecaptured)
    if is_hold(mine.last) and mine.value["status"] in {"held", "besieged"}:
        fight = isinstance(other, ControlReported) and other.state == "contested"
        led = fight or isinstance(other, TownEntered | TownBesieged)
        return led and one.low <= mine.high and friends(fact.by, other.by, asked)
    return (
        (mine.value["status"], one.value["status"]) == ("contested", "held")
        and one.high < mine.low
        and friends(one.value["holders"], mine.value["holders"], asked)
    )


# -- who agrees, and who wins --------------------------------------------------------------------


def same(one: Value, other: Value, asked: Question) -> bool:
    """Whether two values say the same."""
    if asked.projection == "alerts":
        return all(one[name] == other[name] for name in ("level", "rank", "modifiers"))
    if asked.projection == "control":
        if {one["status"], other["status"]} == {"held", "besieged"}:
            siege, hold = (one, other) if one["status"] == "besieged" else (other, one)
            inside = not siege["holders"] or friends(siege["holders"], hold["holders"], asked)
            return inside and not friends(siege["besiegers"], hold["holders"], asked)
        return one["status"] == other["status"] and all(
            sides(one.get(name, []), other.get(name, []), asked)
            for name in ("holders", "besiegers")
        )
    return oracle.agreed(one, other)


def friends(some: Sequence[str], others: Sequence[str], asked: Question) -> bool:
    return any(asked.world.kin.same_side(one, other) for one in some for other in others)


def sides(some: Sequence[str], others: Sequence[str], asked: Question) -> bool:
    kin = asked.world.kin
    return all(any(kin.same_side(a, b) for b in others) for a in some) and all(
        any(kin.same_side(a, b) for a in some) for b in others
    )


def overlap(one: Value, other: Value) -> bool:
    (low, high), (least, most) = oracle.reach(one), oracle.reach(other)
    return least <= high and low <= most


def goes_on(before: Outcome, now: Value, counted: list[Timed], asked: Question) -> bool:
    """Whether what holds is still what held: a number as it was stated."""
    if asked.projection == "control":
        return before.value["status"] == now["status"] and same(before.value, now, asked)
    if asked.projection == "alerts":
        return same(before.value, now, asked)
    stated = all(before.value[name] == now[name] for name in (*oracle.SIZE, "comparator"))
    return stated and bool(before.counted) == bool(counted)


def backs(one: Value, other: Value, asked: Question) -> bool:
    """Whether it says as much: no word without a number backs a number."""
    if asked.projection in {"forces", "losses"}:
        alike = oracle.counts(one) == oracle.counts(other) and of_one_size(one, other)
        return alike and same(one, other, asked)
    if asked.projection == "control" and one["status"] != other["status"]:
        return False
    return same(one, other, asked)


def of_one_size(one: Value, other: Value) -> bool:
    """Whether neither is a bound, or they are less than twice as much as each other."""
    if all(
        each["comparator"].split()[-1] not in {"least", "than", "most"}
        for each in (one, other)
        if each["comparator"]
    ):
        return True
    mine, its = oracle.figure_of(one) or 0, oracle.figure_of(other) or 0
    return mine == its or (mine < 2 * its and its < 2 * mine)


def picked(groups: list[Group], asked: Question, *, ruled: bool) -> Group | None:
    """Give the only value, or the one that a ruling follows, or the one that the policy chooses."""
    if len(groups) == 1:
        return groups[0]
    return (ruling(groups, asked) if ruled else None) or choose(groups, asked)


def ruling(groups: list[Group], asked: Question) -> Group | None:
    """Choose what an analyst's newest ruling follows; None where none follows any."""
    for told in sorted(asked.rulings, key=lambda one: (one.published, one.order), reverse=True):
        for one in groups:
            if one.ids & set(told.follows):
                return one
    return None


def choose(groups: list[Group], asked: Question) -> Group | None:
    """Choose among values that differ; None where they are disputed."""
    if asked.policy == "majority-by-origin/1":
        votes = [len({mine.origin for mine in one.views}) for one in groups]
        first = [one for one, own in zip(groups, votes, strict=True) if own == max(votes)]
        return first[0] if len(first) == 1 else None
    if asked.projection == "alerts":
        told = [one for one in groups if any(by_authority(v, asked) for v in one.views)]
        groups = told or groups
    best = min(rating(one, asked) for one in groups)
    first = [one for one in groups if rating(one, asked) == best]
    return first[0] if len(first) == 1 else None


def by_authority(mine: View, asked: Question) -> bool:
    for one in mine.lines:
        fact = one.telling.fact
        assert isinstance(fact, LevelFact)
        authority = asked.world.schemes[fact.scheme].authority
        acts = not isinstance(fact, ThreatLevelReported)
        who = [origin_of(one), *(fact.by if acts else ())]
        if any(authority in asked.world.kin.lineage(name) for name in who):
            return True
    return False


def rating(group: Group, asked: Question) -> tuple[int, int]:
    """Rank a value by the best rated of what says so; lower is better."""
    ranks = []
    for mine in group.views:
        for one in mine.rated:
            own = one.telling.fact.rating
            code = str(own) if own else None
            origin, kin = origin_of(one), asked.world.kin
            paper = one.telling.source
            if origin != paper and kin.party(origin):  # a party does not borrow its paper's name
                paper = origin
            code = code or kin.rating(origin, paper) or "F6"
            ranks.append((LETTERS.index(code[0]), DIGITS.index(code[1])))
    return min(ranks)


def support(done: Walk, asked: Question) -> str:
    """Count who is behind what holds, and whom it serves."""
    if done.disputed:
        return "disputed"
    neutral, gaining = 0, False
    for origin, lines in backers(done, asked).items():
        gains = leaning(origin, lines[-1], asked)
        if gains is False:
            return "confirmed"
        gaining = gaining or gains is True
        neutral += gains is None
    if neutral + gaining > 1:
        return "confirmed"
    return "claimed" if gaining else "reported"


def backers(done: Walk, asked: Question) -> dict[str, list[Timed]]:
    """Give the origins whose own newest word is what holds, and that word."""
    outcome = done.outcome
    found: dict[str, list[Timed]] = {}
    if outcome is None:
        return found
    for origin, mine in done.newest.items():
        spoken = mine.at >= outcome.begun or mine in done.live or origin in outcome.before
        told = spoken and mine.own and not mine.ended and not mine.fits
        if told and backs(mine.value, outcome.value, asked):
            found[origin] = mine.lines
    for origin, (number, one, value) in outcome.movers.items():
        newer = done.newest.get(origin)
        if (newer is None or newer.at < number) and backs(value, outcome.value, asked):
            found[origin] = [one]
    return found


def leaning(origin: str, one: Timed, asked: Question) -> bool | None:
    """Whether what it tells serves (True) or hurts (False) its origin's own side."""
    fact = one.telling.fact
    kin = asked.world.kin
    if isinstance(fact, CasualtiesReported):
        whom: tuple[str, ...] = (fact.side,)
        turned = True
    elif isinstance(fact, ControlFact):
        if isinstance(fact, ControlReported) and fact.state != "held":
            return None
        whom, turned = fact.by, isinstance(fact, ForcesWithdrew)
    else:
        return None
    found = {kin.leaning(origin, who) for who in whom}
    if True in found:  # its own side is among them
        return not turned
    fought = isinstance(fact, TownBesieged) or (
        isinstance(fact, TownEntered) and fact.opposed == "yes"
    )
    return turned if False in found and not fought else None


# -- what may be ---------------------------------------------------------------------------------


def may_be(  # noqa: C901, PLR0912 - each case in turn
    heard: Sequence[Timed], sure: Sequence[Timed], done: Walk, asked: Question
) -> list[tuple[Value, set[str]]]:
    """List what may hold instead: begun perhaps just now, or ended perhaps."""
    t = asked.t
    found: list[tuple[Value, set[str]]] = []
    shown = bare(shown_by(done, asked))
    outcome = done.outcome
    lines = outcome.run if outcome else []
    if done.disputed:
        lines = [one for group in done.groups for view in group.views for one in view.lines]
    newest = max(lines, key=lambda one: rank(one, t), default=None)
    for one in heard:
        if done.disputed and moves(one):
            continue
        if one.begun > t:
            if newest and older_if_begun(one, newest, t) and not bears_on_all(one, lines, t):
                continue
            if one.telling.dropped:
                continue
            if done.disputed:
                told_too = step(shown_by(done, asked), [], one, asked)
            else:
                told_too = step(*gone_on_from(outcome, one, asked), one, asked)
            if told_too is None:
                continue
            value = told_too[0]
        elif one.going is not None and one.going <= t:
            others = [other for other in sure if other is not one]
            value = shown_by(walk(others, asked), asked)
        else:
            continue
        value = bare(value)
        if outcome is None or oracle.uncalled(value) != oracle.uncalled(shown):
            for known, ids in found:
                if oracle.uncalled(known) == oracle.uncalled(value):
                    ids.add(one.telling.fact.id)
                    break
            else:
                found.append((value, {one.telling.fact.id}))
    return found


__all__ = ["FUTURE_OPEN", "Finding", "Ruling", "ask"]
