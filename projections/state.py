"""State: the belief about one cell at one valid and one known time, and how it was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from projections.claims import Claim, Since, Step, Value, public
from tracker.instants import Instant, format_instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.policies.walk import View
    from projections.told import Told

MOST_EVIDENCE = 16
"""Fact ids kept in a state, newest first; an audit lists them all."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What a projection is made of: its functions, as control.py, forces.py ... define them.

    step: what one more claim makes of a value. same: whether two values contradict each other no
    further than words. merge: one value of two that are the same. goes_on: whether the second is
    the state that the first was. carry: that second value, with what
    is still so of the first. follows: whether what a view says comes after another view by
    nature, whatever their times. gone: whether a value says that nothing is there any more.
    explain: a value beside what held before it and its contemporaries, and what these say.
    disputed: what is shown where values differ. together: what a value may be at most and at least
    once any of several claims that may have begun count too, and which of them do; None where
    claims are not added up. stake: whether who says a claim gains from it
    (True), admits it (False), or neither (None). upholds: whether who denies that something
    happened speaks for a value, which that would have changed. overturns: whether a claim names
    what it made an end of, so that what it tells of was not so before. belies: whether what a claim
    tells of cannot be while the value is so.
    """

    name: str
    empty: Value
    claims: Callable[[Told], Iterator[Claim]]
    step: Callable[[Value | None, Claim, Kin], Step | None]
    row: Callable[[str], dict[str, Any]]
    same: Callable[[Value, Value, Kin], bool]
    merge: Callable[[Value, Value], Value]
    backs: Callable[[Value, Value, Kin], bool]
    goes_on: Callable[[Value, Value, Kin], bool]
    carry: Callable[[Value, Value], Value]
    follows: Callable[[View, View, Kin], bool]
    gone: Callable[[Value], bool]
    explain: Callable[[Value, Value | None, Iterable[Value]], Value]
    disputed: Callable[[Sequence[Value]], Value]
    together: Callable[[Value, Sequence[Claim]], tuple[Value, list[Claim]] | None]
    stake: Callable[[Claim, Kin], bool | None]
    upholds: Callable[[Value, Claim, Kin], bool]
    overturns: Callable[[Claim], bool]
    belies: Callable[[Claim, Value, Kin], bool]


class Policy(Protocol):
    """What a policy offers; see policies/policy.py."""

    @property
    def name(self) -> str:
        """Its name and version, as answers give it."""

    @property
    def rule(self) -> str:
        """What it goes by, in a line."""

    @property
    def weighs(self) -> bool:
        """Whether it judges who backs a state."""

    def hears(self, claim: Claim, kin: Kin, /) -> bool:
        """Whether the policy listens to a claim."""

    def resolve(
        self, claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin, /
    ) -> State | None:
        """Give the belief at (t, k); None where nothing visible says anything."""

    def roles(
        self, claims: Iterable[Claim], t: Instant, k: Instant, projection: Projection, kin: Kin, /
    ) -> list[Role]:
        """Say of every claim of a cell what part it has in the answer at (t, k), and why."""

    def timeline(self, projection: Projection, kin: Kin, /) -> Timeline:
        """Begin to work out a key step by step, claim by claim."""


class Timeline(Protocol):
    """The claims of one key known so far, and the state they make at any valid time."""

    def change(
        self, added: Sequence[Claim], removed: Sequence[Claim] = (), /
    ) -> tuple[Instant, Instant]:
        """Take claims in or out; give the stretch [first, upto) of valid time they can bear on."""

    def append(self, claim: Claim, /) -> list[tuple[Instant, State | None]] | None:
        """Take in a claim that begins after all that is known; None where it is no such claim."""

    def points(self, first: Instant, upto: Instant, /) -> list[Instant]:
        """Give `first`, and every later instant before `upto` at which a state may change."""

    def at(self, t: Instant, /) -> State | None:
        """Give the state at a valid time, as the policy's resolve would."""

    def forget(self) -> None:
        """Let go of what was kept to be given again; it is made anew where it is asked for."""


def stretches(timeline: Timeline, first: Instant, last: Instant) -> Iterator[tuple[Instant, State]]:
    """Yield (from, state) of each stretch of [first, last] at which there is a state."""
    for at in timeline.points(first, last + 1):
        state = timeline.at(at)
        if state is not None:
            yield at, state


class Alternative(NamedTuple):
    """What may already have replaced a state: its value, when it may have begun, its evidence."""

    value: Value
    since: Since
    evidence: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the entry of a row's `possibly`."""
        return {
            **public(self.value),
            "since": self.since.as_json(),
            "evidence": list(self.evidence),
        }


class Contender(NamedTuple):
    """One value of a dispute: since when, the facts, who says so, and how they are rated."""

    value: Value
    since: Since
    evidence: tuple[str, ...]
    origins: tuple[str, ...]
    ratings: tuple[str | None, ...]

    def as_json(self) -> dict[str, Any]:
        """Give the entry of a row's `values`."""
        return {
            **public(self.value),
            "since": self.since.as_json(),
            "evidence": list(self.evidence),
            "origins": list(self.origins),
            "ratings": list(self.ratings),
        }


class State(NamedTuple):
    """A belief. `evidence` runs from the newest fact, which decides, back to the oldest.

    `rule` names what decided. A dispute has its `values`.
    """

    value: Value
    support: str
    certainty: str
    since: Since | None
    possibly: tuple[Alternative, ...]
    evidence: tuple[str, ...]
    dissent: tuple[str, ...]
    last_evidence: Instant | None
    rule: str | None = None
    values: tuple[Contender, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether it says something that nobody disputes."""
        return self.support != "disputed" and self.since is not None

    def as_json(self) -> dict[str, Any]:
        """Give the fields of a row, in their order."""
        return {
            **public(self.value),
            "support": self.support,
            "certainty": self.certainty,
            "since": self.since.as_json() if self.since else None,
            "possibly": [alternative.as_json() for alternative in self.possibly],
            "evidence": list(self.evidence),
            "dissent": list(self.dissent),
            "values": [contender.as_json() for contender in self.values],
            "rule": self.rule,
            "last_evidence": _when(self.last_evidence),
        }


class Role(NamedTuple):
    """What part one claim has in an answer, and why."""

    claim: Claim
    role: str
    why: str


def _when(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def newest(claims: Sequence[Claim]) -> Instant | None:
    """Give the time of the newest of these claims' evidence (Claim.as_new_as)."""
    return max([one.as_new_as for one in claims]) if claims else None


def perhaps(state: State, possibly: tuple[Alternative, ...]) -> State:
    """Give a state beside which something else may hold."""
    value, support, _, since, _, evidence, dissent, last, rule, values = state
    return State(value, support, "possible", since, possibly, evidence, dissent, last, rule, values)
