"""State: the belief about one cell at one valid and one known time, and how it was reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from projections.claims import Claim, Kin, Since, Step, Value
from projections.told import Told
from tracker.instants import Instant, format_instant

MOST_EVIDENCE = 16
"""Fact ids kept in a state, newest first; an audit lists them all."""


@dataclass(frozen=True, slots=True)
class Projection:
    """What a projection is made of: see control.py for the shape of each function."""

    name: str
    empty: Value
    claims: Callable[[Told], Iterator[Claim]]
    step: Callable[[Value | None, Claim, Kin], Step | None]
    row: Callable[[str], dict[str, Any]]


class Policy(Protocol):
    """What a policy module offers; see policies/latest.py."""

    NAME: str
    RULE: str

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

    def points(self, first: Instant, upto: Instant, /) -> list[Instant]:
        """Give `first`, and every later instant before `upto` at which a state may change."""

    def at(self, t: Instant, /) -> State | None:
        """Give the state at a valid time, as the policy's resolve would."""


@dataclass(frozen=True, slots=True)
class Alternative:
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


@dataclass(frozen=True, slots=True)
class State:
    """A belief. `evidence` runs from the newest fact, which decides, back to the oldest."""

    value: Value
    support: str
    certainty: str
    since: Since | None
    possibly: tuple[Alternative, ...]
    evidence: tuple[str, ...]
    dissent: tuple[str, ...]
    last_evidence: Instant | None

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
            "last_evidence": _when(self.last_evidence),
        }


@dataclass(frozen=True, slots=True)
class Role:
    """What part one claim has in an answer, and why."""

    claim: Claim
    role: str
    why: str


def public(value: Value) -> dict[str, Any]:
    """Leave out what a step only remembers for itself (names with a leading underscore)."""
    return {name: item for name, item in value.items() if not name.startswith("_")}


def _when(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def newest(claims: Sequence[Claim]) -> Instant | None:
    """Give the time of the newest of these claims' evidence."""
    return max((_evidence_time(claim) for claim in claims), default=None)


def _evidence_time(claim: Claim) -> Instant:
    return claim.certain_from if claim.observed is None else claim.observed
