"""Cautions: what a sheet that is accepted may mean otherwise than it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256

from tracker.edtf import describe
from tracker.errors import Problem
from tracker.facts import Fact, ReportRegistered
from tracker.facts.alerts import LevelFact, ThreatLevelLowered, ThreatLevelRaised
from tracker.facts.control import ControlReported, TownOccupied, TownRecaptured
from tracker.facts.forces import TroopsWithdrawn
from tracker.facts.losses import CasualtiesReported, LossFact
from tracker.instants import DAY, Instant
from tracker.registry import Registry
from tracker.reports import Report
from tracker.times import When
from tracker.yamltree import Path, Tree

_DAY_AT_LEAST: Instant = DAY - 2 * (DAY // 24)
"""No day is shorter, whatever its clocks do."""
FAR = 10
"""Sentences from one that a sheet speaks of to the last: beyond them its number may be a slip."""


def cautions(
    tree: Tree, report: Report, registry: Registry, now: Instant | None = None
) -> Iterator[Problem]:
    """Warn of what may be meant otherwise than it is written; `now` is when it is read."""
    if now is not None and (message := to_come(report.registered.published, now)):
        yield tree.problem(("report", "published"), message, warning=True)
    yield from _later_events(tree, report)
    yield from _unread(tree, report)
    for index, fact in enumerate(report.facts):
        for path, message in _of_fact(fact, report.registered, registry):
            if message:
                yield tree.problem(("facts", index, *path), message, warning=True)
    for index in _one_for_all(report.facts):
        yield tree.problem(("facts", index, "quantity"), _ANOTHER_TOTAL, warning=True)


def of_one(
    fact: Fact, beside: Sequence[Fact], report: ReportRegistered, registry: Registry
) -> Iterator[tuple[Path, str]]:
    """Yield (its field, what one is warned of there) of a fact as a sheet of its report has it.

    `beside` are the other facts of the report.
    """
    if message := _later_event(fact, report):
        yield ("when",), message
    yield from (found for found in _of_fact(fact, report, registry) if found[1])
    total = _total_of(fact)
    if total is not None and any(
        _total_of(one) == total and _elsewhere(one, fact) for one in beside
    ):
        yield ("quantity",), _ANOTHER_TOTAL


def _of_fact(
    fact: Fact, report: ReportRegistered, registry: Registry
) -> Iterator[tuple[Path, str]]:
    """Yield (its field, what one is warned of there, or nothing) of a fact alone."""
    yield ("at", "sha256"), _of_other_words(fact)
    for field, message in _of_fields(fact, report, registry):
        yield (field,), message


def _of_fields(
    fact: Fact, report: ReportRegistered, registry: Registry
) -> Iterator[tuple[str, str]]:
    if isinstance(fact, TroopsWithdrawn):
        yield "quantity", _left_in_all(fact)
    if isinstance(fact, TownOccupied):
        yield "against", _of_one_side(fact, registry)
    yield "when", _over(fact, report)
    if isinstance(fact, LevelFact):
        yield "from_level", _wrong_way(fact, registry)
        yield "by", _not_theirs(fact, registry)
        yield "scheme", _out_of_force(fact, registry)


def _of_other_words(fact: Fact) -> str:
    """Say where the hash of a quotation is not that of the words beside it."""
    at = fact.locator
    if not at.quote or not at.sha256 or sha256(at.quote.encode()).hexdigest() == at.sha256:
        return ""
    return "it is not that of `quote`, but of other words, or other white space"


def _left_in_all(fact: TroopsWithdrawn) -> str:
    """Say where a number of those who left is told as a total, which takes nobody away."""
    told = fact.quantity
    if told is None or told.semantics != "total" or not told.numbers or not fact.actual:
        return ""
    return (
        "a total of those who left takes nobody from those who are there: where so many left, "
        "write `semantics: change`"
    )


def _over(fact: Fact, report: ReportRegistered) -> str:
    """Say where a place is told to be somebody's over days gone by, and so no longer.

    Most who write so of a capture mean that it was on one of these days. Versions of a list mean
    what they say.
    """
    taken = isinstance(fact, TownOccupied | TownRecaptured)
    found = isinstance(fact, ControlReported) and fact.state == "held"
    if not (taken or found) or not fact.actual or report.standing:
        return ""
    if isinstance(fact, ControlReported) and fact.since and "/" in fact.since.edtf:
        return ""  # that span is the one that ends, or does not
    end = fact.when.end
    if end is None or end.latest > report.published.start.latest:
        return ""
    if end.latest - end.earliest < _DAY_AT_LEAST:  # over at a time of day: that is no unsure day
        return ""
    first, _, last = fact.when.edtf.partition("/")
    goes_on = "" if fact.when.span.start_open else f"; if it goes on, '{first}/..'"
    return (
        f"told to be over after {describe(last)}: from then on what was told before holds again. "
        f"If it was on one of these days, write '{fact.when.inside}'{goes_on}"
    )


def _of_one_side(fact: TownOccupied, registry: Registry) -> str:
    """Say where a place is told to be taken from those who are on the side of who took it."""
    for one in fact.by:
        for other in fact.against:
            if registry.kin.same_side(one, other):
                who = " and ".join(sorted(registry.actors[name].name for name in (one, other)))
                return (
                    f"{who} are of one side in situation.yaml, and hold together what either has "
                    "taken: where they fight each other, give them sides of their own"
                )
    return ""


def to_come(published: When, now: Instant) -> str:
    """Say of what is published more than a day from now that it may be a slip; else nothing."""
    if published.start.earliest <= now + DAY:
        return ""
    return f"published {published.describe()}, which is still to come: check the year"


def _later_events(tree: Tree, report: Report) -> list[Problem]:
    """Warn of what a report says has happened, but dates after its own publication."""
    return [
        tree.problem(("facts", index, "when"), message, warning=True)
        for index, fact in enumerate(report.facts)
        if (message := _later_event(fact, report.registered))
    ]


def _later_event(fact: Fact, report: ReportRegistered) -> str:
    published = report.published
    if not fact.actual or fact.when.start.earliest < published.start.latest:
        return ""
    return (
        f"dated {fact.when.describe()}, after the report was published ({published.describe()}): "
        "check it, or use status planned"
    )


def _unread(tree: Tree, report: Report) -> Iterator[Problem]:
    """Warn of sentences that a sheet passes over, as far as it tells which there are."""
    numbers = {fact.locator.sentence for fact in report.facts} - {None}
    numbers |= {entry.sentence for entry in report.registered.not_coded}
    known = sorted(one for one in numbers if one is not None)
    if report.registered.document is None:
        return
    from projections.gaps import in_short, passed_over, several

    if not (missing := passed_over(known)):
        return
    alone = known[-1] - max(known[:-1], default=0) > FAR
    far = f", or {known[-1]} is a slip" if alone else ""
    plural = "s" if several(missing) else ""
    message = f"sentence{plural} {in_short(missing)} neither coded nor listed here{far}"
    yield tree.problem(("not_coded",), message, warning=True)


_ANOTHER_TOTAL = (
    "another total of the same losses, in another place: only one of them counts, for all; of "
    "losses that add up write `semantics: change`"
)


def _one_for_all(facts: Sequence[Fact]) -> Iterator[int]:
    """Yield which tell, after another, losses of one time in another place: one total counts."""
    told: dict[tuple[str, ...], list[Fact]] = {}
    for index, fact in enumerate(facts):
        total = _total_of(fact)
        if total is None:
            continue
        same = told.setdefault(total, [])
        if any(_elsewhere(one, fact) for one in same):
            yield index
        same.append(fact)


def _total_of(fact: Fact) -> tuple[str, ...] | None:
    """Name the losses of which a fact tells the total in a place; None where it tells none."""
    if not isinstance(fact, LossFact) or not fact.actual or fact.place is None:
        return None
    if fact.quantity is None or fact.quantity.semantics != "total":
        return None
    return fact.TOPIC, fact.side, fact.category, _fate(fact)


def _elsewhere(one: Fact, other: Fact) -> bool:
    """Whether two facts may speak of one time, in two places."""
    return one.place != other.place and _together(one.when, other.when)


def _fate(fact: LossFact) -> str:
    return fact.fate if isinstance(fact, CasualtiesReported) else ""


def _together(one: When, other: When) -> bool:
    return one.start.earliest < other.start.latest and other.start.earliest < one.start.latest


def _not_theirs(fact: LevelFact, registry: Registry) -> str:
    """Say where somebody changes a level who may not: only the authority of its scheme does."""
    scheme = registry.schemes.get(fact.scheme)
    if scheme is None or scheme.authority is None or not fact.actual:
        return ""
    changes = isinstance(fact, ThreatLevelRaised | ThreatLevelLowered)
    if not changes or any(scheme.authority in registry.kin.lineage(one) for one in fact.by):
        return ""
    authority = registry.actors[scheme.authority].name
    return f"only {authority} changes this level: taken as a report of it, by whoever says so"


def _out_of_force(fact: LevelFact, registry: Registry) -> str:
    """Say where a level is told of a time at which its scheme was surely not in force."""
    scheme = registry.schemes.get(fact.scheme)
    if scheme is None or scheme.valid is None or not fact.actual:
        return ""
    valid, told = scheme.valid, fact.when.start
    over = valid.end is not None and told.earliest >= valid.end.latest
    if not over and told.latest > valid.start.earliest:
        return ""
    when = fact.when.describe()
    return f"{scheme.name} is valid {valid.describe()}, not {when}: check the date, or the scheme"


def _wrong_way(fact: LevelFact, registry: Registry) -> str:
    """Say where a level is raised to a lower one, lowered to a higher one, or not moved at all."""
    scheme = registry.schemes.get(fact.scheme)
    if scheme is None or not isinstance(fact, ThreatLevelRaised | ThreatLevelLowered):
        return ""
    before = scheme.rank(fact.from_level) if fact.from_level else None
    after = scheme.rank(fact.level)
    if before is None or after is None:
        return ""
    raised = isinstance(fact, ThreatLevelRaised)
    if (after > before) if raised else (after < before):
        return ""
    if after == before:
        how, kind = "is no other level than", "ThreatLevelReported"
    elif after < before:
        how, kind = "is lower than", "ThreatLevelLowered"
    else:
        how, kind = "is higher than", "ThreatLevelRaised"
    return f"{fact.level} {how} {fact.from_level}: check both levels, or write {kind}"
