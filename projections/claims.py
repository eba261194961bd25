"""Claim: a fact seen as evidence about one key of one projection. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from tracker.instants import FUTURE_OPEN, LONGEST_DAY, Bounds, Instant, format_open

Mode = Literal["transition", "observation", "mention", "ruling"]
Value = Mapping[str, Any]
"""What a cell is said to be: JSON values under the names of the projection's rows."""


def remembered(write: Callable[[Value], str]) -> Callable[[Value], str]:
    """Have what is written of a value written once, for beliefs share values; some thousands."""
    texts: dict[str, str] = {}

    def written(value: Value) -> str:
        name = repr(value)
        text = texts.get(name)
        if text is None:
            if len(texts) >= _MOST_TEXTS:
                texts.clear()
            text = texts[name] = write(value)
        return text

    return written


_MOST_TEXTS = 20_000


def public(value: Value) -> dict[str, Any]:
    """Leave out what a step only remembers for itself (names with a leading underscore)."""
    return {name: item for name, item in value.items() if not name.startswith("_")}


class Since(NamedTuple):
    """When a state began: EDTF as stated, and its bounds (microseconds UTC, half-open)."""

    edtf: str
    earliest: Instant
    latest: Instant

    def as_json(self) -> dict[str, str | None]:
        """Give {"edtf", "earliest", "latest"}; null for an open end."""
        return {
            "edtf": self.edtf,
            "earliest": format_open(self.earliest),
            "latest": format_open(self.latest),
        }


class Claim(NamedTuple):
    """One fact's evidence about one cell.

    A transition changed something at its start; an observation found it so at `observed`, and
    from `start` on; a mention (planned, possible, denied) makes no belief and is kept for audits.
    `start` is what the claim speaks about: possible from start.earliest, certain once all of
    start has passed; `end` bounds the moment it ceased to be so. `effect`, `actors` and `value`
    are the projection's own. `closing` marks what comes after the state that it ends (a
    withdrawal, a recapture); `stage` orders what one moment holds. `moves` marks what only moves
    the state that others tell of (a withdrawal, a change of a number). `standing`: an entry of a
    maintained list, which says so until the list changes it or drops it (effect "dropped").
    `listed`: when its list was out, where the entry was put right since, and of all that moves what
    its list told. `authority`: told by
    whoever sets what it tells of. `rating` is the fact's own. `origin` is what all spellings of an
    origin share; `told_by`, the words of this one where they are others. A ruling is an
    analyst's: its value holds `follows` (fact ids), `analyst`, `reason`; it is in force over
    [start, end). Instants: microseconds UTC.
    """

    projection: str
    key: str
    fact: str
    kind: str
    position: int
    version: int
    report: str
    source: str
    origin: str
    status: str
    mode: Mode
    effect: str
    actors: tuple[str, ...]
    value: Value
    since: Since
    start: Bounds
    end: Bounds | None
    observed: Instant | None
    published: Instant
    recorded_at: Instant
    closing: bool = False
    stage: int = 0
    moves: bool = False
    standing: bool = False
    authority: bool = False
    rating: str | None = None
    retracted: Instant | None = None
    listed: Instant | None = None
    told_by: str | None = None

    @property
    def origin_as_told(self) -> str:
        """The origin in the words in which it is told."""
        return self.told_by or self.origin

    @property
    def certain_from(self) -> Instant:
        """The first instant at which it has certainly begun: start.latest is exclusive.

        FUTURE_OPEN, so at no instant, for what may begin at any time after its report.
        """
        latest = self.start.latest
        return latest if latest == FUTURE_OPEN else latest - 1

    @property
    def as_new_as(self) -> Instant:
        """The latest that what it tells can be of: of "in 2012" the year's end, found or done.

        What was found on a day is of that day's first instant, what happened on it of its last.
        """
        seen, (earliest, latest) = self.observed, self.start
        if seen is None:
            return self.certain_from
        vague = seen == earliest and latest - earliest > LONGEST_DAY and latest != FUTURE_OPEN
        return latest - 1 if vague else seen

    @property
    def point(self) -> Instant:
        """The instant that orders it among the others (see policies.latest)."""
        if self.observed is not None:
            return self.observed
        return self.certain_from if self.closing else self.start.earliest

    @classmethod
    def from_json(cls, text: str) -> Claim:
        """Read one back from the array of its fields that the read model holds."""
        return cls.from_fields(_decode(text)[0])

    @classmethod
    def from_fields(cls, data: list[Any]) -> Claim:
        """Make one of that array decoded, which is used up."""
        data[_ACTORS] = tuple(data[_ACTORS])
        data[_SINCE] = Since(*data[_SINCE])
        data[_START] = Bounds(*data[_START])
        if data[_END]:
            data[_END] = Bounds(*data[_END])
        return cls._make(data)

    def as_json(self) -> str:
        """Write it as the array of its fields that the read model holds."""
        return _encode(self)

    def moving(self) -> Claim:
        """Give the claim as one that only moves what others tell of: no entry of its list."""
        out = self.published if self.listed is None else self.listed
        listed = out if self.standing else None
        return self._replace(moves=True, standing=False, listed=listed)

    def with_authority(self) -> Claim:
        """Give the claim as told by whoever sets what it tells of."""
        return self._replace(authority=True)

    def following(self, facts: Sequence[str]) -> Claim:
        """Give a ruling as one that follows these facts."""
        return self._replace(value={**self.value, "follows": list(facts)})

    def retracted_at(self, published: Instant) -> Claim:
        """Give the claim as it is once a retraction published at that instant counts."""
        first = published if self.retracted is None else min(self.retracted, published)
        return self._replace(retracted=first)


def turns_in(fields: Sequence[Any], after: Instant, upto: Instant) -> bool:
    """Whether a claim, as the array of its fields, begins, is seen or ends in such a stretch.

    It begins perhaps, and surely: at each of those. `after` is exclusive.
    """
    start, observed, end = fields[_START], fields[_OBSERVED], fields[_END]
    surely = start[1] if start[1] == FUTURE_OPEN else start[1] - 1
    return (
        after < start[0] <= upto
        or after < surely <= upto
        or (observed is not None and after < observed <= upto)
        or (bool(end) and (after < end[0] <= upto or after < end[1] - 1 <= upto))
    )


def amended(
    claims: Sequence[Claim],
    retracted: Mapping[str, Instant],
    replacing: Callable[[str], Iterable[str]],
) -> list[Claim]:
    """Give claims as retractions have them; let rulings follow what replaced what they follow.

    `retracted` gives, by fact, when the first of its retractions was out; `replacing`, what
    corrections have put in the place of a fact.
    """
    if retracted:
        claims = [
            claim.retracted_at(retracted[claim.fact]) if claim.fact in retracted else claim
            for claim in claims
        ]
    return [_followed(claim, replacing) if claim.mode == "ruling" else claim for claim in claims]


def _followed(claim: Claim, replacing: Callable[[str], Iterable[str]]) -> Claim:
    follows = list(claim.value["follows"])
    for fact in follows:  # grows while it is walked: a correction may be corrected
        follows += replacing(fact)
    return claim.following(follows)


_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode
_ACTORS, _SINCE, _START, _END, _OBSERVED = map(
    Claim._fields.index, ("actors", "since", "start", "end", "observed")
)

Relation = Literal["agrees", "adds", "replaces"]


class Step(NamedTuple):
    """What one more claim makes of a cell's value, and how it bears on what was there before.

    agrees: the same state goes on (its value may widen, as a hold by allies does); adds: a change
    counted on top; replaces: another state begins. `backs` tells whether an agreeing claim says
    that very value itself, as a mention of troops without their number does not.
    """

    value: Value
    relation: Relation
    backs: bool = True
