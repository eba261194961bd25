"""Who held what, and since when, as lines between an actor and a place: what graphs are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from tracker.cli import words
from tracker.exports.question import Row
from tracker.hedges import hedged
from tracker.outcomes import Answer

_KINDS = {"held": "controls", "besieged": "controls", "contested": "contests"}


@dataclass(slots=True)
class Line:
    """One actor and one place over a stretch of time [start, stop), as rows write instants.

    `kind`: controls, contests, partly-controls (of a mixed place), besieges, said-to-control (one
    side of a dispute), or located-at (of a force that is deployed). `row` is the first span that
    it was made of, `since` the start as told (EDTF), `evidence` that of all its spans.
    """

    actor: str
    kind: str
    place: str
    start: str | None
    stop: str | None
    row: Row
    said: str
    since: str | None
    evidence: dict[str, None] = field(default_factory=dict)

    @property
    def name(self) -> tuple[object, ...]:
        """What lines that are one have in common: who, what, of which cell, how well backed."""
        number = hedged(self.row) if self.kind == "located-at" else None
        return self.actor, self.kind, self.row["key"], self.row["support"], number


def lines(answer: Answer) -> Iterator[Line]:
    """Give the lines of spans of control or of forces, those that join joined."""
    return _joined(_each(answer))


def _each(answer: Answer) -> Iterator[Line]:
    for row in answer.each:
        said = f"{row['name']}: {words.belief(row['projection'], row, answer.names, answer.zone)}"
        place = row["key"] if row["projection"] == "control" else row["place"]
        for actor, kind, value in _claims(row):
            since = (value.get("since") or row["since"] or {}).get("edtf")
            evidence = dict.fromkeys(value["evidence"])
            ends = row["valid_from"], row["valid_to"]
            yield Line(actor, kind, place, *ends, row, said, since, evidence)


def _claims(row: Row) -> Iterator[tuple[str, str, Row]]:
    """Yield (actor, kind of line, what says so) of a span."""
    if row["projection"] == "forces":
        if row["phase"] == "deployed" and row["since"]:
            yield from ((actor, "located-at", row) for actor in row["actors"])
        return
    if row["support"] == "disputed":
        rivals = [(one, value) for value in row["values"] for one in value.get("holders") or ()]
        told = dict(reversed(rivals))  # who is in several values is told once, by the first
        yield from ((one, "said-to-control", told[one]) for one in sorted(told))
        return
    kind = _KINDS.get(row["status"], "partly-controls")
    yield from ((one, kind, row) for one in row["holders"])
    yield from ((one, "besieges", row) for one in row.get("besiegers") or ())


def _joined(found: Iterable[Line]) -> Iterator[Line]:
    """Join lines of one name where one ends as the next begins; in the order of their starts.

    Those of one cell come together, so that no more of them are held.
    """
    for _, of_cell in groupby(found, key=lambda line: line.row["key"]):
        yield from _joined_in(of_cell)


def _joined_in(found: Iterable[Line]) -> list[Line]:
    growing: dict[tuple[object, ...], Line] = {}
    whole: list[Line] = []
    for line in found:
        before = growing.get(line.name)
        if before is not None and before.stop is not None and before.stop == line.start:
            before.stop = line.stop
            before.evidence |= line.evidence
            continue
        growing[line.name] = line
        whole.append(line)
    return whole
