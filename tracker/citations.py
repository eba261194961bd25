"""Citations: a question in full, where in the log it was asked, and a digest of what was answered.

The canonical form of an answer, which digests are taken of, is `tracker.lines` and nothing else.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt, model_validator

from projections.names import POLICY_NAMES
from projections.weighing import Weighing
from tracker.errors import InputError, Problem
from tracker.facts.envelope import canonical
from tracker.instants import AsOf, Instant, InstantError, format_instant, parse_moment
from tracker.lines import SHORT, canonical_lines, digest
from tracker.outcomes import Answer, Row
from tracker.questions import Questions
from tracker.reading import SHEET
from tracker.sources import FROZEN, Sha256, Text
from tracker.validation import did_you_mean, validate
from tracker.yamltree import Tree

FORMAT = 1
"""Of the file, and of the canonical form of answers: both change together."""
MOST_NAMED = 1_000
"""Rows that a citation digests one by one, to say which differs; of more, only all of them."""
MOST_BYTES = SHEET
"""Bytes of a citation's file."""
Digits = Annotated[str, Field(pattern=rf"^[0-9a-f]{{{SHORT}}}$")]


# -- the question --------------------------------------------------------------------------------


def _instant(text: str) -> Instant:
    return parse_moment(text).earliest


def _moment(text: str) -> str:
    try:
        exact = format_instant(_instant(text)) == text
    except InstantError as error:
        raise ValueError(str(error)) from error
    if not exact:
        msg = f"a time to the instant in UTC is needed here, as tracker writes it, not {text!r}"
        raise ValueError(msg)
    return text


def _recorded(text: str) -> str:
    return text if re.fullmatch(r"#[0-9]{1,15}", text) else _moment(text)


def _policy(name: str) -> str:
    if name not in POLICY_NAMES.values():
        hint = did_you_mean(name, POLICY_NAMES.values())
        msg = f"no policy '{name}' in this version of tracker{hint}"
        raise ValueError(msg)
    return name


Moment = Annotated[str, AfterValidator(_moment)]
Micros = Annotated[StrictInt, Field(ge=0)]


class _Query(BaseModel):
    """What every question has: the other two clocks, and how it is weighed. Nothing is optional."""

    model_config = FROZEN

    known_at: Moment | None
    recorded_at: Annotated[str, AfterValidator(_recorded)] | None
    policy: Annotated[str, AfterValidator(_policy)]
    only: tuple[Text, ...]
    without: tuple[Text, ...]

    @property
    def weighing(self) -> Weighing:
        return Weighing(self.policy, self.only, self.without)

    def clocks(self, as_of: str | None, known_at: str | None) -> AsOf:
        recorded = self.recorded_at
        at = int(recorded[1:]) if recorded and recorded.startswith("#") else None
        return AsOf(
            0 if as_of is None else _instant(as_of),
            None if known_at is None else _instant(known_at),
            None if recorded is None or at is not None else _instant(recorded),
            at,
        )


class _AsOfQuery(_Query):
    as_of: Moment

    @property
    def asked(self) -> AsOf:
        return self.clocks(self.as_of, self.known_at)


class _CellsQuery(_AsOfQuery):
    projection: Text | None
    key: Text | None


class StateQuery(_CellsQuery):
    """The question of `state`; `stale_after` in microseconds."""

    verb: Literal["state"]
    stale_after: Micros | None

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        return situation.state(
            self.asked,
            self.projection,
            self.key,
            weighing=self.weighing,
            stale_after=self.stale_after,
        )


class HistoryQuery(_Query):
    """The question of `history`, which has no as-of."""

    verb: Literal["history"]
    as_of: None
    projection: Text | None
    key: Text

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        unbound = self.known_at is None and self.recorded_at is None
        clocks = None if unbound else self.clocks(None, self.known_at)
        return situation.history(self.key, self.projection, clocks, weighing=self.weighing)


class AuditQuery(_AsOfQuery):
    """The question of `audit`."""

    verb: Literal["audit"]
    projection: Text
    key: Text

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        return situation.audit(self.asked, self.projection, self.key, weighing=self.weighing)


class DiffQuery(_CellsQuery):
    """The question of `diff`: `from` and `known_from`, then `as_of` and `known_at`."""

    verb: Literal["diff"]
    start: Annotated[Moment, Field(alias="from")]
    known_from: Moment | None

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        before = self.clocks(self.start, self.known_from)
        return situation.diff(before, self.asked, self.projection, self.key, weighing=self.weighing)


class DisputesQuery(_CellsQuery):
    """The question of `disputes`."""

    verb: Literal["disputes"]
    closed: StrictBool

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        return situation.disputes(
            self.asked, self.projection, self.key, weighing=self.weighing, closed=self.closed
        )


class GapsQuery(_AsOfQuery):
    """The question of `gaps`, of the log alone; `stale_after` in microseconds."""

    verb: Literal["gaps"]
    stale_after: Micros
    documents: Literal[False]

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        return situation.gaps(self.asked, weighing=self.weighing, stale_after=self.stale_after)


class WhatifQuery(_CellsQuery):
    """The question of `whatif`."""

    verb: Literal["whatif"]

    def ask(self, situation: Questions) -> Answer:
        """Ask it."""
        return situation.whatif(self.asked, self.weighing, self.projection, self.key)


Query = Annotated[
    StateQuery | HistoryQuery | AuditQuery | DiffQuery | DisputesQuery | GapsQuery | WhatifQuery,
    Field(discriminator="verb"),
]


# -- the file ------------------------------------------------------------------------------------


class CitedLog(BaseModel):
    """Which log, and how far it went: its first `position` events; `head` is their ledger's."""

    model_config = FROZEN

    id: Text
    position: Annotated[StrictInt, Field(ge=1)]
    head: Sha256


class CitedAnswer(BaseModel):
    """What was answered: how many canonical lines, their sha256, and digits of each by its name.

    `each` is null where there were too many to name: the count says which.
    """

    model_config = FROZEN

    count: Annotated[StrictInt, Field(ge=0)]
    sha256: Sha256
    each: dict[str, Digits] | None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        named = None if self.each is None else len(self.each)
        if named != (self.count if self.count <= MOST_NAMED else None):
            msg = f"damaged: it counts {self.count:,} rows and names {named or 0:,}"
            raise ValueError(msg)
        return self


class Citation(BaseModel):
    """An answer, so that anyone with the log can ask again and compare."""

    model_config = FROZEN

    citation: Literal[1]
    tracker: Text
    cited_at: Moment
    cited_by: Text
    log: CitedLog
    query: Query
    answer: CitedAnswer

    def as_json(self) -> Row:
        """Give it as the JSON object that its file holds."""
        return self.model_dump(mode="json", by_alias=True)

    def as_bytes(self) -> bytes:
        """Give its file: canonical JSON and a line feed."""
        return canonical(self.as_json()) + b"\n"


def cited(answer: Answer) -> CitedAnswer:
    """Digest an answer."""
    lines = canonical_lines(answer)
    each = {line.name: line.digest for line in lines} if len(lines) <= MOST_NAMED else None
    return CitedAnswer(count=len(lines), sha256=digest(lines), each=each)


def read_citation(data: bytes, file: str) -> Citation:
    """Read a citation's raw bytes. Raises InputError with every problem found."""

    def refuse(message: str, line: int = 0, column: int = 0) -> InputError:
        return InputError([Problem(file, line, column, "", message)])

    if len(data) > MOST_BYTES:
        raise refuse(f"a citation is a small file, at most {MOST_BYTES:,} bytes")
    try:
        value = json.loads(data.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse(f"damaged: {error.msg}", error.lineno, error.colno) from error
    except RecursionError as error:
        raise refuse("damaged: lists or mappings stand too deep in each other") from error
    except ValueError as error:
        long = "int_max_str_digits" in str(error)
        what = "a number of thousands of digits, which no citation holds" if long else str(error)
        raise refuse(f"damaged: {what}") from error
    if not isinstance(value, dict) or "citation" not in value:
        raise refuse("no citation: `tracker state --cite FILE` writes one")
    if value["citation"] != FORMAT:
        raise refuse(
            f"a citation of version {value['citation']!r:.20}: this tracker reads {FORMAT}"
        )
    found, problems = validate(Tree(file, value), (), value, Citation)
    if found is None:
        raise InputError(problems)
    if canonical(found.as_json()) != canonical(value):
        raise refuse("damaged: a value is not as tracker writes it")  # such as 1.0 for 1
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        msg = "a name stands twice in one object"
        raise ValueError(msg)
    return found


def _no_constant(text: str) -> None:
    msg = f"{text} is no JSON"
    raise ValueError(msg)


def citation_schema() -> Row:
    """Give the JSON Schema of a citation's file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Citation.model_json_schema(by_alias=True),
    }
