"""Rows: what people read a cell or a fact by: names, coordinates, ages, what is still to come."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from functools import lru_cache

from projections.cells import Cells, value_of
from projections.claims import Claim
from projections.lazy import Rows
from projections.moments import Begun, rows_begun
from projections.pledges import Forces, Pledges, Stored, around_in
from projections.store import Row, Store
from projections.withheld import erased_of, said_withheld, withheld
from tracker.dated import Dated
from tracker.days import clock_shown
from tracker.garbage import uncollected
from tracker.instants import DAY, PAST_OPEN, AsOf, format_instant, read_instant
from tracker.kin import Kin

_NOWHERE: Row = {}
_DISPUTED = '"support":"disputed"'
"""Stands so in the text of every disputed state, and hardly ever in another."""


@lru_cache(1 << 12)
def _shown(instant: str, zone: str) -> int:
    """Read what clocks showed then: most evidence is as old as that of other cells."""
    return clock_shown(read_instant(instant), zone)


class Decorator:
    """Adds to a cell what people read it by; gives a row."""

    def __init__(self, cells: Cells, clocks: AsOf, stale_after: int | None = None) -> None:
        """Keep the question; rows say whether they are older than `stale_after` (µs).

        Days are those of the situation's zone, also where its clocks make one of 23 hours, and so
        is a `stale_after` of whole days.
        """
        self.cells = cells
        self.clocks = clocks
        self.stale_after = stale_after
        self.zone = cells.store.head[2]
        self.now = clock_shown(clocks.as_of, self.zone)
        names = cells.store.names
        self.places: Mapping[str, Row] = names("places")
        self.actors: Mapping[str, Row] = names("actors")
        self.schemes: Mapping[str, Row] = names("schemes")
        self.forces: Forces | None = None
        """Who is somewhere, where another tells it than these cells at these clocks."""

    def rows(
        self,
        projection: str | None = None,
        key: str | None = None,
    ) -> list[Row]:
        """Give the rows of one cell, of one projection, or of all."""
        if key is None:
            self.look_all_up()
        with nullcontext() if key else uncollected():
            rows = self.cells.at(self.clocks, projection, key)
            self.finish(rows)
        return rows

    def look_all_up(self) -> None:
        """Look up at once whatever is registered: most of it will be asked for."""
        self.places, self.actors, self.schemes = (
            self.cells.store.names(register).whole() for register in ("places", "actors", "schemes")
        )

    def later(self, projection: str) -> Rows:
        """Give the rows of a projection to be made when they are looked at, by key.

        All that they are made of is read now: the model may move on. Not of forces, which are
        counted against each other.
        """
        t, k, store = self.clocks.as_of, self.clocks.known, self.cells.store
        found = store.beliefs_at(t, k, projection)
        self.look_all_up()
        disputed = [one[:2] for one in found if _DISPUTED in one[2]]
        before = store.all_settled_before(disputed, t, k) if disputed else {}

        def make(some: Sequence[Begun]) -> list[Row]:
            rows = rows_begun(some)
            for row in rows:
                self.finish_alone(row)
                last = before.get((row["projection"], row["key"])) if before else None
                if last is not None and row["support"] == "disputed":
                    row["last_undisputed"] = value_of(json.loads(last))
            return rows

        return Rows(found, make)

    def finish(self, rows: Collection[Row]) -> None:
        """Finish rows that Cells began; those who have come for a pledge are looked up."""
        for row in rows:
            self.finish_alone(row)
        self._recall(rows)
        pledges = [row for row in rows if row.get("phase") == "pledged"]
        if pledges:
            forces = self.forces or Stored(self.cells, self.clocks)
            counted = Pledges(forces, self.clocks.as_of, around_in(self.cells.store))
            for row in pledges:
                counted.finish(row)

    def finish_alone(self, row: Row) -> None:
        """Name a row that Cells began, place it, and say how old it is: nothing is looked up.

        What hangs on other rows, or on what was before, is left null.
        """
        if row["projection"] == "control":
            place = self.places.get(row["key"], _NOWHERE)
            row["name"] = str(place.get("name", row["key"]))
            row["last_undisputed"] = None
            row["place"] = {"lat": place.get("lat"), "lon": place.get("lon")}
        else:
            row["name"] = self.name(row["projection"], row["key"], row)
            row["last_undisputed"] = None
        last = row["last_evidence"]
        age = None if last is None else self.now - _shown(last, self.zone)
        row["age_days"] = None if age is None else max(0, age // DAY)
        if self.stale_after is not None:
            if last is not None and self.stale_after % DAY:
                age = self.clocks.as_of - read_instant(last)
            row["stale"] = age is not None and age > self.stale_after

    def _recall(self, rows: Iterable[Row]) -> None:
        """Say of disputed rows what they last were before."""
        found = [row for row in rows if row["support"] == "disputed"]
        disputed = {(row["projection"], row["key"]): row for row in found}
        if disputed:
            for cell, before in self.cells.settled(self.clocks, disputed).items():
                disputed[cell]["last_undisputed"] = before

    def name(self, projection: str, key: str, found: Row) -> str:
        """Name a cell in words."""
        match projection:
            case "control":
                return name_of(self.places, key)
            case "forces":
                actors = " + ".join(name_of(self.actors, actor) for actor in found["actors"])
                return f"{actors} in {name_of(self.places, found['place'])}"
            case "alerts":
                scope = found["scope"]
                who = name_of(self.places, scope)
                if scope not in self.places:
                    who = " + ".join(name_of(self.actors, one) for one in scope.split("+"))
                return f"{name_of(self.schemes, found['scheme'])}, {who}"
            case _:
                return " + ".join(name_of(self.actors, one) for one in found["side"].split("+"))


def name_of(names: Mapping[str, Row], name: str) -> str:
    """Give the registered name of an id."""
    return str(names.get(name, {}).get("name", name))


# -- facts ---------------------------------------------------------------------------------------


ENTRY = (
    "f.id, f.gist, f.kind, f.status, f.voice, f.speaker, f.place, f.actors, f.edtf, f.published,"
    " f.begins, r.source"
)
"""The columns that the row of a chronology's entry is made of."""


def fact_row(projection: str, row: Row) -> Row:
    """Give the row of a chronology's entry, from the fact and its report's source."""
    return {
        "projection": projection,
        "key": row["id"],
        "name": row["gist"],
        "kind": row["kind"],
        "status": row["status"],
        "voice": row["voice"],
        "speaker": row["speaker"],
        "place": row["place"],
        "actors": [actor for actor in row["actors"].split("+") if actor],
        "when": Dated(row["edtf"], row["begins"], None),
        "source": row["source"],
        "published": format_instant(row["published"]),
        "evidence": [row["id"]],
        "last_evidence": None if row["begins"] == PAST_OPEN else format_instant(row["begins"]),
    }


def origin_in(row: Row, kin: Kin) -> str:
    """Say where a stored fact first came from."""
    origin = json.loads(row["data"]).get("origin")
    return kin.origin(row["source"], row["voice"], row["speaker"], origin)


def evidence_row(store: Store, claim: Claim | str, role: str, why: str) -> Row:
    """Give one line of an audit: the fact (or the ruling), where it stands, and its part.

    Its reason names what was erased of it. What was erased of another in whose place it stands is
    under `withheld` alone: whether it says that anew can no longer be told once it is erased too,
    and a citation holds the reason.
    """
    fact = claim if isinstance(claim, str) else claim.fact
    sql = (
        "SELECT f.*, r.source, r.published AS out, r.published_edtf, r.data AS header"
        " FROM fact_rows f JOIN reports r ON r.id = f.report"
        " WHERE f.id = ?"
    )
    found, erased = store.rows(sql, (fact,)), erased_of(store, fact)
    why = "; ".join([why, *map(said_withheld, erased)])
    if not found and isinstance(claim, Claim):
        return {**ruling_row(claim, role, why), "withheld": erased}
    line = {**evidence_of(found[0]), "role": role, "why": why}
    return {**line, "withheld": withheld(store, fact)}


def evidence_of(row: Row, data: Row | None = None) -> Row:
    """Give a stored fact as evidence, from its row with its report's source, date and header.

    `data` is the row's, where it was decoded already.
    """
    data = data or json.loads(row["data"])
    return {
        "fact": row["id"],
        "kind": row["kind"],
        "position": row["position"],
        "source": row["source"],
        "published": Dated(row["published_edtf"], None, row["out"]),
        "voice": row["voice"],
        "speaker": row["speaker"],
        "status": row["status"],
        "when": data["when"],
        "gist": row["gist"],
        "locator": located(data.get("locator", {}), row["header"]),
        "rating": data.get("rating"),
        "report": row["report"],
    }


def located(locator: Row, header: str) -> Row:
    """Name the file that a row of a table stands in: the report's, where the fact names none."""
    if locator.get("row") is None or "document" in locator:
        return locator
    document = json.loads(header).get("document")
    return {"document": document, **locator} if document else locator


def ruling_row(claim: Claim, role: str, why: str) -> Row:
    """Give the line of what no fact says: an analyst's ruling, or an entry that a list dropped.

    What a list dropped is so since the version that names it no more was published.
    """
    return {
        "fact": claim.fact,
        "kind": claim.kind,
        "position": claim.position,
        "source": claim.source,
        "published": claim.value.get("published", claim.since.edtf),
        "voice": "analyst" if claim.mode == "ruling" else "reporter",
        "speaker": claim.value.get("analyst"),
        "status": claim.status,
        "when": {"edtf": claim.since.edtf},
        "gist": claim.value.get("reason", "the list names it no more"),
        "locator": {},
        "rating": None,
        "report": claim.report,
        "role": role,
        "why": why,
        "withheld": [],
    }
