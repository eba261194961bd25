"""Typed rows: what an answer says, as frozen objects with a type for every attribute.

`Answer.rows()` gives them; tracker.typing_rows makes them from the rows as JSON has them. The
attributes have the same names, but that instants are datetimes in UTC, lists are tuples, and a
place's coordinates are `lat` and `lon`. None stands for what is not known, or was not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Row = Mapping[str, Any]
Number = int | float
Cause = Literal["ground", "knowledge"]


@dataclass(frozen=True, slots=True)
class Since:
    """Since when something is so: `edtf`, the text, and the bounds of that moment.

    It began at `earliest` or later, and before `latest`; None where the text sets no such bound.
    """

    edtf: str
    earliest: datetime | None = None
    latest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """A value that is not, or not surely, the state: one of a dispute's, or what came before it.

    `says` is what it says, such as {"status": "held", "holders": ["mali"]}; `since` when it would
    have begun; `evidence` the ids of the facts that say so, `origins` whose word they are, and
    `ratings` each origin's, as "B2", or None.
    """

    says: Mapping[str, Any]
    since: Since | None = None
    evidence: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    ratings: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """What is believed of one cell at one moment; each projection adds what its cells hold.

    `projection` and `key` name the cell, `name` says it in words. `support` is confirmed, reported,
    claimed or disputed; `since` when the state began, None where nothing is certain yet, and
    `support` backs nothing then; `certainty` is certain or possible, and then `possibly` holds what
    may have replaced it. `rule` decided; `evidence` and `dissent` are ids of
    facts, newest first. `values` are a dispute's, `last_undisputed` what was so before it.
    `last_evidence` is when the newest evidence speaks of, `age_days` how many whole days before the
    as-of that is, and `stale` whether it is older than was asked (None where that was not asked).
    """

    projection: str
    key: str
    name: str
    support: str
    certainty: str
    since: Since | None = None
    possibly: tuple[Value, ...] = ()
    evidence: tuple[str, ...] = ()
    dissent: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    rule: str | None = None
    last_evidence: datetime | None = None
    last_undisputed: Value | None = None
    age_days: int | None = None
    stale: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Control(Belief):
    """Who holds a place; its `key` is the place's id.

    `status` is held, contested, besieged, mixed, vacated or unknown; `holders` and `besiegers` are
    ids of actors; `lat` and `lon` the place's coordinates in degrees (WGS 84).
    """

    status: str
    holders: tuple[str, ...] = ()
    besiegers: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Force(Belief):
    """How many of a category an actor has in a place, in one phase.

    `actor` is its key's first part, the ids of `actors` with + between them; `place`, `category`
    and `phase` (pledged, mobilised, deployed, withdrawn, advancing) are the others. `low`, `best`
    and `high` count them, None where no number was given, and `comparator` is how the source put
    it: exact, about, at least ... Of a sum that is "about" `best`, `low` and `high` are how far it
    reaches. `unexplained` is by how much a total differs from the one before it and the changes
    since, or how many more left than were there. Of a pledge, `additional` is whether it is of so
    many more than were there, and `remainder` how many are still to come.
    """

    actor: str
    actors: tuple[str, ...] = ()
    place: str
    category: str
    phase: str
    low: Number | None = None
    best: Number | None = None
    high: Number | None = None
    comparator: str | None = None
    unexplained: Number | None = None
    additional: bool | None = None
    remainder: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Belief):
    """The level of an alert scheme in a scope.

    `scheme` and `scope` are ids, and make the key. `level` is the scheme's name of it, `rank` where
    it stands among the scheme's levels (0 is the first), `alias` what the source called it,
    `modifiers` what was added. `authority` is who sets it, an id or words; `notice` is what was
    advised where there is no level.
    """

    scheme: str
    scope: str
    level: str | None = None
    rank: Number | None = None
    alias: str | None = None
    modifiers: tuple[str, ...] = ()
    authority: str | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss(Belief):
    """What a side lost of a category.

    `side`, `category` and `fate` (killed, lost, captured ...) make the key. `low`, `best`, `high`
    and `comparator` as of a Force; `cumulative` says that it counts since the beginning, `restated`
    by how much it was taken back.
    """

    side: str
    category: str
    fate: str
    low: Number | None = None
    best: Number | None = None
    high: Number | None = None
    comparator: str | None = None
    cumulative: bool = False
    restated: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A fact in a chronology: `projection` is incidents, humanitarian or posture.

    `key` is the fact's id, and all its `evidence`; `name` the fact in the coder's words; `kind`
    such as FightingReported; `status` occurred, ongoing, planned, possible or denied; `voice`
    reporter, attributed or hearsay. `when` is an EDTF text, `last_evidence` where it begins;
    `published` when the report was out; `place`, `actors`, `source` and `speaker` are ids, or for a
    speaker words.
    """

    projection: str
    key: str
    name: str
    kind: str
    status: str
    voice: str
    speaker: str | None = None
    place: str | None = None
    actors: tuple[str, ...] = ()
    when: str
    source: str
    published: datetime
    evidence: tuple[str, ...] = ()
    last_evidence: datetime | None = None


State = Control | Force | Alert | Loss | Entry
"""A row of `state`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """One rectangle of the history of a cell, which `projection` and `key` name.

    The `belief` is so in the world from `valid_from` until `valid_to`, by what had been published
    from `known_from` until `known_to`. Ends are exclusive; None is open: before all evidence, or
    until further notice.
    """

    projection: str
    key: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    known_from: datetime | None = None
    known_to: datetime | None = None
    belief: Control | Force | Alert | Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of valid time in which a cell was one thing, or in which a fact lies.

    `projection` and `key` name the cell or the fact; `state` is what was so from `valid_from`
    until `valid_to`, as known at the clocks. Ends are exclusive; None is open. `lat` and `lon` are
    the coordinates of its place in degrees (WGS 84), None where none are known.
    """

    projection: str
    key: str
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    state: State
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A cell that differs between two moments: `before` and `after`, None for no evidence.

    `projection`, `key` and `name` are as of a Belief or an Entry. `cause` is ground (it happened)
    or knowledge (it was learned), None where it was not asked; `events` are the ids of the facts,
    retractions, corrections and rulings that did it.
    """

    projection: str
    key: str
    name: str
    before: State | None = None
    after: State | None = None
    cause: Cause | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A cell whose sources disagree: its `values`, and what was so before.

    `projection`, `key` and `name` are as of a Belief, `last_undisputed` and `evidence` as well. It
    opened in the world at `opened_valid` and was known at `opened_known`; `closed_valid` and
    `closed_known` are None while it is open.
    """

    projection: str
    key: str
    name: str
    values: tuple[Value, ...] = ()
    last_undisputed: Value | None = None
    opened_valid: datetime | None = None
    opened_known: datetime | None = None
    closed_valid: datetime | None = None
    closed_known: datetime | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something old, unsure, unexplained or not read; `what` says it in words.

    `gap` is its kind, such as stale, possible, pledge or sentence; `projection` is None where it is
    about a report, and `key` then the report's id; `name` says the cell in words; `evidence` are
    ids of facts.
    """

    gap: str
    projection: str | None = None
    key: str
    name: str
    what: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A fact's part in a belief: its `role`, and `why` it has that.

    Roles: decides, supports, dissents, superseded, not-yet, retracted. `fact` is its id, `kind`
    such as TownOccupied, `position` where it stands in the log, `gist` the fact in the coder's
    words. `source` and `report` are ids; `voice` is reporter, attributed or hearsay, `speaker` then
    who spoke; `status` occurred, ongoing, planned, possible or denied. `published` and `when` are
    EDTF texts; `locator` leads to the sentence: {document, sentence, span, sha256}, or a row of a
    table; `rating` is as "B2"; `withheld` tells of erasures: {fields, authority, position ...}.
    """

    fact: str
    kind: str
    position: int
    source: str
    published: str
    voice: str
    speaker: str | None = None
    status: str
    when: str
    gist: str
    locator: Mapping[str, Any]
    rating: str | None = None
    report: str
    role: str
    why: str
    withheld: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A fact as it was told, and where: a row of `Situation.evidence`.

    `fact`, `kind`, `position`, `source`, `voice`, `speaker`, `status`, `when`, `gist`, `locator`,
    `rating` and `report` as of an Evidence. `published` is when its report was out,
    `published_edtf` as the report has it; `recorded_at` when the log took it. It was known from
    `known_from` until `known_to`, when it was taken back, None where it was not. `place` is an id,
    `lat` and `lon` its coordinates in degrees, `url` and `title` the report's. `withheld` is what
    of it was erased, and `says` what a fact of its kind says beside, by the names that sheets have
    for it, a quantity by its parts: {"by": ["army"], "category": "troops", "best": 500, ...}.
    """

    fact: str
    kind: str
    position: int
    source: str
    published: datetime
    published_edtf: str
    voice: str
    speaker: str | None = None
    status: str
    when: str
    gist: str
    locator: Mapping[str, Any]
    rating: str | None = None
    report: str
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    url: str | None = None
    title: str | None = None
    recorded_at: datetime | None = None
    known_from: datetime | None = None
    known_to: datetime | None = None
    withheld: tuple[Mapping[str, Any], ...] = ()
    says: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One event of the log: its `position`, its `kind`, its `id`, and what it tells.

    `recorded_at` and `recorded_by` say when and by whom it was recorded; `report` and `fact` are
    ids where it is a report's; `subject` what it is about, `when` an EDTF text, `what` a line of
    words.
    """

    position: int
    recorded_at: datetime
    recorded_by: str
    report: str | None = None
    kind: str
    fact: str | None = None
    id: str
    subject: str | None = None
    when: str | None = None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: `found` is place, actor, source or fact; with its `id` and `name`.

    Of a fact also its `position` in the log, its `kind`, `place`, `source` and `report` (ids), when
    that was `published`, and whether it is `retracted`.
    """

    found: str
    id: str
    name: str
    position: int | None = None
    kind: str | None = None
    place: str | None = None
    published: datetime | None = None
    source: str | None = None
    report: str | None = None
    retracted: bool = False
