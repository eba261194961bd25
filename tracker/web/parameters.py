"""What can be asked over HTTP: the options of the command line, under the same names.

A parameter that a question does not know is refused, so that a slip is not answered as if it were
not there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tracker.errors import TrackerError
from tracker.instants import check_zone

MOST_ROWS = 10_000
USUAL_ROWS = 1_000
FARTHEST = 10**15
"""Positions, and rows to skip; no log comes near it, and SQLite takes it."""

Projection = Literal[
    "control", "forces", "alerts", "losses", "incidents", "humanitarian", "posture"
]
Policy = Literal[
    "origin-weighted", "origin-weighted/1", "latest", "latest/1",
    "majority-by-origin", "majority-by-origin/1", "official-only", "official-only/1",
]  # fmt: skip
USUAL_POLICY = ("origin-weighted", "origin-weighted/1")
"""The names of the one whose answers the read model holds ready."""
# No control character: SQLite would end a text at a NUL, and nothing is called so.
Text = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00-\x1f\x7f]+$")]
Time = Annotated[Text, Field(max_length=60, examples=["2013-01-21", "2013-01-21T12:00Z"])]
Stale = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,6}[dh]?$", description="Mark what rests on older evidence: 7d, 36h."),
]
Zone = Annotated[Text, AfterValidator(check_zone)]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="At most so many rows.")]
Offset = Annotated[int, Field(ge=0, le=FARTHEST, description="Rows to skip, for the next page.")]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    weighs: ClassVar[bool] = False
    """Whether the answer hangs on how rival claims are weighed."""


def refuse_repeated(asked: type[BaseModel], names: Iterable[str]) -> None:
    """Refuse what is asked twice and has one answer. Raises TrackerError.

    `names` are those of an address, in its order.
    """
    lists = {name for name, one in asked.model_fields.items() if get_origin(one.annotation) is list}
    seen: set[str] = set()
    for name in names:
        if name in seen and name not in lists:
            raise TrackerError(f"{name}: it is asked more than once; say it once")
        seen.add(name)


class Page(_Asked):
    """Which part of a long list."""

    limit: Limit = USUAL_ROWS
    offset: Offset = 0


class Weighed(Page):
    """How rival claims are weighed, by whom, and what the log held."""

    weighs = True

    policy: Policy | None = Field(None, description="The rule that settles rival claims.")
    only: list[Text] = Field([], max_length=50, description="Hear these sources alone.")
    without: list[Text] = Field([], max_length=50, description="Leave these sources out.")
    recorded_at: Time | None = Field(
        None, description="What the log held by then: a time, or #POSITION (# is written %23)."
    )
    tz: Zone | None = Field(None, description="Zone of times written without one.")

    @property
    def weighed_anew(self) -> bool:
        """Whether the answer has to be worked out: the read model holds that of the default."""
        return bool(self.policy or self.only or self.without or self.recorded_at)


class Clocked(Weighed):
    """The clocks."""

    as_of: Time | None = Field(
        None, description="When it was so in the world; a bare date means through its end. Now."
    )
    known_at: Time | None = Field(None, description="What had been reported by then.")


class Cell(Clocked):
    """One cell, one projection, or all."""

    projection: Projection | None = None
    key: Text | None = Field(
        None, description="The key of a row; or a place or an actor, for all of its cells."
    )


class StateAsked(Cell):
    """What is so."""

    stale_after: Stale | None = None


class DisputesAsked(Cell):
    """Where sources disagree."""

    all: bool = Field(default=False, description="Also disputes that are settled.")


class AuditAsked(Clocked):
    """Why a cell is as it is."""

    projection: Projection
    key: Text


class HistoryAsked(Weighed):
    """How the belief about one key ran."""

    key: Text
    projection: Projection | None = None
    known_at: Time | None = None


class WhatifAsked(Cell):
    """Which answers would be otherwise."""


class GapsAsked(Clocked):
    """What is missing."""

    stale_after: Stale | None = None


class DiffAsked(Weighed):
    """What changed between two moments: `from`, or `known_from`, is needed."""

    projection: Projection | None = None
    key: Text | None = None
    start: Time | None = Field(None, alias="from", description="As of when, before.")
    stop: Time | None = Field(None, alias="to", description="As of when, after. Now.")
    known_from: Time | None = Field(None, description="What had been reported by then, before.")
    known_to: Time | None = Field(None, description="What had been reported by then, after.")


class LogAsked(_Asked):
    """The events in their order; the next page begins after the last position."""

    after: int = Field(0, ge=0, le=FARTHEST, description="Only after this position.")
    limit: Limit = USUAL_ROWS
    kind: Text | None = Field(None, description="Only events of this kind.")


class SearchAsked(Page):
    """Words, or their beginnings."""

    q: Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
    limit: Limit = 100


class EventsAsked(_Asked):
    """From where on new events are told."""

    after: int | None = Field(
        None, ge=0, le=FARTHEST, description="Only after this position; from now on, without it."
    )


class NothingAsked(_Asked):
    """No parameters."""


class FrontAsked(NothingAsked):
    """The first page: what is so now."""

    weighs = True
