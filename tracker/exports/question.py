"""What an export is asked, what a format is, and what every export says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tracker import __version__
from tracker.errors import TrackerError
from tracker.instants import FUTURE_OPEN, PAST_OPEN, AsOf, Instant
from tracker.outcomes import log_json

if TYPE_CHECKING:
    from tracker import Weighing
    from tracker.outcomes import Answer
    from tracker.situation import Situation

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be written: which rows of which situation, by which clocks and policy.

    `rows` names a kind of rows (ROWS), or "" for the format's own choice. `period` bounds valid
    time, [from, to); the clocks' as-of counts only for rows of `state`, and `before`, the clocks
    at the period's beginning, only for a report.
    """

    situation: Situation
    clocks: AsOf
    weighing: Weighing
    projection: str | None = None
    key: str | None = None
    rows: str = ""
    period: tuple[Instant, Instant] = (PAST_OPEN, FUTURE_OPEN)
    before: AsOf | None = None

    def answer(self) -> Answer:
        """Ask the situation for the rows.

        Go through `Answer.each`: rows of all of time are worked out anew each time, for they may be
        more than fit in memory; `Answer.dicts` is all of them.
        """
        asked = (self.clocks, self.projection, self.key)
        if self.rows == "state":
            return self.situation.state(*asked, weighing=self.weighing)
        of = self.situation.spans if self.rows == "spans" else self.situation.evidence
        return of(*asked, weighing=self.weighing, period=self.period, kept=False)

    def of(self, projection: str, rows: str | None = None) -> Question:
        """Give the same question about one projection, or for another kind of rows too."""
        return replace(self, projection=projection, rows=self.rows if rows is None else rows)

    def recorded_at(self, position: int) -> str | None:
        """Say when the event at a position was recorded; None where there is none."""
        found = next(self.situation.log_rows(max(0, position - 1), position), None)
        return None if found is None else str(found["recorded_at"])


ROWS = {
    "state": "what is so as of one moment, as `tracker state` answers",
    "spans": "what was so over all of valid time: a row for each stretch, with its ends",
    "facts": "the facts themselves, each with its source and the place in its document",
}
"""The kinds of rows that can be asked for."""


class Told(NamedTuple):
    """What was written: how many rows, and what the export says of itself."""

    rows: int
    about: Row


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its name, what it is, which rows it holds (the first is its own choice).

    `write` answers a question into a file that is there and empty. `projections` are those it can
    hold, all where there are none; `unasked` is the one that is taken where none is asked for, ""
    for the format's own choice. `text`: whether it can go to standard output. `aside`: whether
    what it says of itself stands in a file beside it, for want of a place that no reader trips
    over. `compares`: whether it tells what changed in a period. `counted` names what is counted.
    """

    name: str
    what: str
    write: Callable[[Question, Path], Told]
    rows: tuple[str, ...] = ()
    projections: tuple[str, ...] = ()
    unasked: str = ""
    text: bool = True
    aside: bool = False
    compares: bool = False
    counted: str = "rows"

    def rows_of(self, question: Question) -> str:
        """Name the kind of rows that a question comes to; "" where the format has its own."""
        return question.rows or next(iter(self.rows), "")

    def fitting(self, question: Question) -> Question:
        """Give the question with the format's own choice of rows; TrackerError if none fits."""
        if question.rows and question.rows not in self.rows:
            has = f"holds {' or '.join(self.rows)}" if self.rows else "has rows of its own"
            raise TrackerError(f"{self.name} {has}, not {question.rows}")
        if self.projections and question.projection not in (None, *self.projections):
            raise TrackerError(
                f"{self.name} holds {', '.join(self.projections)}; not {question.projection}"
            )
        projection = question.projection or self.unasked or None
        return replace(question, rows=self.rows_of(question), projection=projection)


def about(answer: Answer, rows: int, *notes: str) -> Row:
    """Say what an export is of: the situation, the question with its clocks and policy, the log.

    {made_by, situation, zone, verb, query, log: {position, head, id}, rows, notes}: whoever asks
    the same of the log's first `position` events gets the same rows. Nothing in it tells when or
    where the file was written.
    """
    return {
        "made_by": f"situation-tracker {__version__}",
        "situation": answer.title,
        "zone": answer.zone,
        "verb": answer.verb,
        "query": answer.query,
        "log": log_json(answer.position, answer.head, answer.replica),
        "rows": rows,
        "notes": [*answer.notes, *notes],
    }
