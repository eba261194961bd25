"""What the log holds of a table of intervals: when each began, and when it ended.

Whatever says what another said, and was put in its place, is one beginning or end with it: it was
told, was over, and was told again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from pydantic_core import from_json

from projections.store import Row, Store
from tracker.datasets.versions import moment_at
from tracker.facts import TOPICS, Body, Fact
from tracker.facts.envelope import NAMESPACE, canonical
from tracker.facts.record import FactCorrected
from tracker.instants import Instant
from tracker.reports import identified
from tracker.times import When

ASIDE = ("id", "gist", "locator", "note", "when", "since")
"""Fields of a fact that do not tell one cell's beginnings, or ends, from another's."""
ONCE_MORE = "as before its source restated it"
"""The note of what is told again, and the reason for it."""


class Act(NamedTuple):
    """Where something was told in the log, or was over: a position, and the import it is of."""

    position: int
    of: tuple[int, str]


class Telling(NamedTuple):
    """One fact that says so: from when it was known, from where until where it stood in the log.

    `out` is as of when it is over, `by_desk` whether somebody took it back.
    """

    fact: str
    known: Instant
    told: Act
    over: Act | None = None
    out: Instant | None = None
    by_desk: bool = False


class Edge(NamedTuple):
    """A beginning or an end in the log: when it was published, what first said so, its report.

    `tellings` are all facts that say so, in their order: the last one counts.
    """

    known: Instant
    fact: str
    report: str
    tellings: tuple[Telling, ...]

    @property
    def last(self) -> Telling:
        """The fact that says so by now."""
        return self.tellings[-1]

    @property
    def position(self) -> int:
        """Where it was told last."""
        return self.last.told.position

    @property
    def over(self) -> bool:
        """Whether it is told no more."""
        return self.last.over is not None

    @property
    def restated(self) -> bool:
        """Whether its source says so no more; what somebody took back is not told again."""
        return self.over and not self.last.by_desk


def side_of(kind: str, body: dict[str, Any]) -> str:
    """Name what a fact tells the beginnings, or the ends, of."""
    plain = {name: item for name, item in body.items() if name not in ASIDE}
    return f"{kind}{canonical(plain).decode()}"


_SQL = """SELECT f.kind, f.data, r.published AS known, f.published, f.position, f.id, f.report,
    f.recorded_at, coalesce(f.batch, r.batch) AS batch,
    (SELECT c.restores FROM retractions c WHERE c.replaced_by = f.id) AS restores,
    (SELECT json_group_array(json_array(t.position, t.recorded_at, coalesce(t.batch, r.batch),
        t.published, t.by_source, t.restores))
        FROM retractions t WHERE t.fact = f.id) AS ends
    FROM reports r JOIN fact_rows f ON f.report = r.id
    WHERE r.source = ? AND json_extract(r.data, '$.dataset') = ? ORDER BY f.position"""


@dataclass(frozen=True, slots=True)
class Edges:
    """The beginnings and ends of intervals that the log holds of one dataset."""

    store: Callable[[], Store]
    source: str
    dataset: str

    def by_side(self) -> dict[str, list[Edge]]:
        """Give them by what they begin, or end."""
        sides: dict[str, str] = {}
        found: dict[str, Edge] = {}
        for row in self.store().rows(_SQL, (self.source, self.dataset)):
            fact = row["restores"] or row["id"]
            edge = found.get(fact)
            if edge is None:
                sides[fact] = side_of(row["kind"], from_json(row["data"]))
                edge = Edge(row["known"], fact, row["report"], ())
            found[fact] = edge._replace(tellings=(*edge.tellings, _telling(row, fact)))
        by_side: dict[str, list[Edge]] = {}
        for fact, edge in found.items():
            by_side.setdefault(sides[fact], []).append(edge)
        return by_side

    def published(self, report: str) -> When:
        """Give when a report was published."""
        (row,) = self.store().rows("SELECT data FROM reports WHERE id = ?", (report,))
        return When.model_validate(from_json(row["data"])["published"])

    def again(self, edge: Edge) -> list[tuple[str, Body]]:
        """Give what tells it once more, each with its id: what stands in its place, and the fact.

        It says it in the words of the log, known from when that was over.
        """
        (row,) = self.store().rows("SELECT kind, data FROM fact_rows WHERE id = ?", (edge.fact,))
        body, times = from_json(row["data"]), len(edge.tellings)
        more = ONCE_MORE if times == 1 else f"{ONCE_MORE} ({times})"
        body["note"] = "; ".join(filter(None, [body.get("note"), more]))
        told = TOPICS[row["kind"]].model_validate(body)
        if not isinstance(told, Fact):
            raise TypeError(row["kind"])
        fact = identified(told, UUID(edge.report), of_table=True)
        out = moment_at(edge.known if edge.last.out is None else edge.last.out)
        instead = FactCorrected(
            fact=edge.last.fact,
            replaced_by=fact.id,
            restores=edge.fact,
            published=When.model_validate_json(out.json),
            reason=ONCE_MORE,
        )
        name = str(uuid5(NAMESPACE, f"corrected:{edge.last.fact}:{fact.id}"))
        return [(name, instead), (fact.id, fact)]


def _telling(row: Row, said: str) -> Telling:
    told = Act(row["position"], (row["recorded_at"], row["batch"] or ""))
    ends: Iterable[list[Any]] = from_json(row["ends"])
    over = sorted(ends, key=lambda end: end[0])
    if not over:
        return Telling(row["id"], row["published"], told)
    position, at, batch, *_ = over[0]
    return Telling(
        row["id"],
        row["published"],
        told,
        Act(position, (at, batch or "")),
        min(published for *_, published, _, _ in over),
        any(not by_source and restores != said for *_, by_source, restores in over),
    )


def stood_so(begin: Edge, end: Edge, between: Iterable[Edge]) -> int:
    """Give where in the log it was told last that what began so ended so; 0 for nowhere.

    That is where it was so after some import, and nothing had ended before: `between` are the ends
    that would have. It was also where the end was told and over at once, as another row went on.
    """
    before = tuple(between)
    if not before and not any(one.over or len(one.tellings) > 1 for one in (begin, end)):
        return max(begin.position, end.position)
    acts = [
        (act, edge.fact, act is one.told)
        for edge in (begin, end, *before)
        for one in edge.tellings
        for act in (one.told, one.over)
        if act is not None
    ]
    its, others = {begin.fact, end.fact}, {edge.fact for edge in before}
    stands: set[str] = set()
    last = found = 0
    for _, of_import in groupby(sorted(acts), lambda act: act[0].of):
        here: set[str] = set()
        for act, fact, is_told in of_import:
            (stands.add if is_told else stands.discard)(fact)
            if is_told and fact in its:
                last = act.position
                here.add(fact)
        if its <= stands | here and not stands & others:
            found = last
    return found
