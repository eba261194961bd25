"""A generated situation as a table with its mapping, and the two ways of it into a log."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from _bench.generator import HOLDERS, SOURCES, Report, Told, coordinates, generate, place_name
from tracker import Situation

if TYPE_CHECKING:
    from tracker.facts import Fact
    from tracker.times import When

WRITER = "bench"
LIST = "gathered"
"""The id of the source that publishes the table; who told a row is its origin."""
COLUMNS = (
    "published",
    "source",
    "kind",
    "day",
    "since",
    "place",
    "lat",
    "lon",
    "holder",
    "against",
)
BATCH = 2000
"""Events a transaction, as `tracker import` appends them."""

SITUATION = "\n".join(
    [
        "title: A made-up situation",
        "sources:",
        f"  {LIST}: {{name: Gathered, type: dataset}}",
        *(f"  {name}: {{name: The {name}, type: other}}" for name in SOURCES),
        "actors:",
        *(f"  {name}: {{name: The {name}, side: {side}}}" for name, side in HOLDERS.items()),
    ]
)
_ACTORS = ", ".join(f"{name}: [{name}]" for name in HOLDERS)
_FACT = """\
  - kind: {kind}
    if: {{column: kind, equals: {kind}}}
    place: $place
    by: {{column: holder, values: {{{actors}}}}}
    when: {{column: day, formats: [edtf]}}
    status: {status}
    voice: reporter
    origin: {{column: source}}
    gist: "{{kind}}: {{place}}, {{holder}}"
"""
_AGAINST = f"    against: {{column: against, values: {{{_ACTORS}}}, default: []}}\n"
_MORE = {
    "ControlReported": "    since: {column: since, formats: [edtf]}\n",
    "TownOccupied": _AGAINST,
    "TownRecaptured": _AGAINST,
}


def status(kind: str) -> str:
    """Give the status of facts of a kind: what is seen goes on, what happens has happened."""
    return "ongoing" if kind == "ControlReported" else "occurred"


_KINDS = ("ControlReported", "TownOccupied", "TownEntered", "TownRecaptured", "ForcesWithdrew")
MAPPING = f"""\
dataset: bench
title: A made-up situation
shape: events
source: {LIST}
published: {{column: published, formats: [edtf]}}
place:
  name: {{column: place}}
  lat: {{column: lat}}
  lon: {{column: lon}}
  coordinates: made up
facts:
""" + "".join(
    _FACT.format(kind=kind, status=status(kind), actors=_ACTORS) + _MORE.get(kind, "")
    for kind in _KINDS
)


class Entered(NamedTuple):
    """What went into a log, and the seconds that it took."""

    how: str
    facts: int
    events: int
    seconds: float


def write_table(path: Path, reports: Iterable[Report]) -> int:
    """Write a situation as CSV, one row a fact; give the number of rows."""
    rows = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(COLUMNS)
        for report in reports:
            table.writerows(map(_row, _each(report.published), _each(report.source), report.facts))
            rows += len(report.facts)
    return rows


def _each(value: str) -> Iterator[str]:
    while True:
        yield value


def _row(published: str, source: str, told: Told) -> Sequence[object]:
    kind, place, holder, against, day, since = told
    place_is_at = coordinates(place)
    return (
        published, source, kind, day, since, place_name(place), *place_is_at, holder, against,
    )  # fmt: skip


def can_import() -> bool:
    """Whether this version of the tracker reads tables."""
    return hasattr(Situation, "import_table")


def begin(log: Path) -> Situation:
    """Make a new log with sources and actors registered; what lay there is removed."""
    os.environ.setdefault("TRACKER_KEYS", str(log.parent / "keys"))  # not the user's own
    for old in log.parent.glob(f"{log.stem}.*"):
        old.unlink()
    return begin_at(str(log))


def begin_at(log: str) -> Situation:
    """Make a new log, also on a server, with sources and actors registered."""
    situation = Situation(log, create=True)
    situation.register(SITUATION.encode(), "situation.yaml", by=WRITER)
    return situation


def enter(log: Path, *, seed: int, facts: int, places: int) -> Entered:
    """Put a generated situation into a new log: as a table where that is possible."""
    with begin(log) as situation:
        before = situation.position
        if can_import():
            table = log.with_suffix(".csv")
            rows = write_table(table, generate(seed, facts, places))
            begun = time.perf_counter()
            situation.import_table((MAPPING.encode(), "bench.yaml"), [table], by=WRITER)
            seconds, how = time.perf_counter() - begun, "import"
        else:
            begun = time.perf_counter()
            rows = one_by_one(situation, generate(seed, facts, places), places)
            seconds, how = time.perf_counter() - begun, "one by one"
        return Entered(how, rows, situation.position - before, seconds)


def put(log: str, table: Path) -> Entered:
    """Import a table that was generated before into a new log, also on a server."""
    os.environ.setdefault("TRACKER_KEYS", str(table.parent / "keys"))
    with begin_at(log) as situation, table.open(encoding="utf-8") as lines:
        rows, before = sum(1 for _ in lines) - 1, situation.position
        begun = time.perf_counter()
        situation.import_table((MAPPING.encode(), "bench.yaml"), [table], by=WRITER)
        seconds = time.perf_counter() - begun
        return Entered("import", rows, situation.position - before, seconds)


def one_by_one(situation: Situation, reports: Iterable[Report], places: int) -> int:
    """Record a situation without a table: a decision a report; give the number of facts.

    All places are registered first. Decisions are appended as they would be by an import, some
    thousands of events a transaction, so that it is the making of the facts that takes longer.
    """
    from tracker.registry import Place, PlaceRegistered
    from tracker.reports import SITUATION_STREAM, make_report, record, register

    made = []
    for number in range(places):
        name, (lat, lon) = place_name(number), coordinates(number)
        place = Place(id=_id(name), name=name, lat=lat, lon=lon, coordinates="made up")
        made.append(PlaceRegistered(place=place))
    past = len(situation.log.stream(SITUATION_STREAM))
    now, rows = situation.clock(), 0
    pending = list(register(past, situation.registry(), made, at=now, by=WRITER).events)
    when: dict[str, When] = {}
    for source, published, told in reports:
        facts = [_fact(one, source, when) for one in told]
        header = {"source": LIST, "published": _when(published, when), "title": "bench"}
        pending += record([], make_report(header, facts), at=now, by=WRITER).events
        rows += len(told)
        while len(pending) >= BATCH:
            situation.log.append(pending[:BATCH])
            del pending[:BATCH]
    situation.log.append(pending)
    return rows


def _id(name: str) -> str:
    return name.lower().replace(" ", "-")


def _when(edtf: str, when: dict[str, When]) -> When:
    from tracker.times import When

    if edtf not in when:
        when[edtf] = When(edtf=edtf)
    return when[edtf]


def _fact(told: Told, source: str, when: dict[str, When]) -> Fact:
    from tracker.facts import TOPICS

    name = place_name(told.place)
    body = {
        "place": _id(name),
        "by": (told.holder,),
        "when": _when(told.day, when),
        "status": status(told.kind),
        "voice": "reporter",
        "origin": source,
        "gist": f"{told.kind}: {name}, {told.holder}",
    }
    if told.against:
        body["against"] = (told.against,)
    if told.since:
        body["since"] = _when(told.since, when)
    return cast("Fact", TOPICS[told.kind].model_validate(body))
