"""Gaps: where a picture is old, unsure, contradicted, unexplained, or was not read in full."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice

from projections.cells import Cells
from projections.claims import Claim
from projections.denying import denied
from projections.doubles import doubles, uncounted
from projections.enclosing import around, too_many, within
from projections.leaving import left
from projections.names import BELIEVED
from projections.rows import Decorator, name_of
from projections.store import Row, Store
from projections.validity import out_of_force
from projections.weighing import Weighing
from tracker.edtf import describe
from tracker.hedges import hedged
from tracker.instants import DAY, FUTURE_OPEN, AsOf, format_instant

STALE_AFTER = 14 * DAY
"""Age (microseconds) beyond which evidence is old, unless asked otherwise."""

SHOWN = 3
"""Pairs of what may be one event that are named; of more only how many."""
REPORTS_AT_ONCE = 200
"""Of which the facts are held in memory."""
Names = Callable[[str], str]
Runs = list[tuple[int, int]]
"""Runs of numbers, (first, last) each, that rise."""


def gaps(
    store: Store, clocks: AsOf, weighing: Weighing, stale_after: int, *, uncoded: bool = True
) -> list[Row]:
    """Give what is missing: {gap, projection, key, name, what, evidence}.

    `gap` is stale, possible, disputed, claimed, pledge, unexplained, containment, double,
    uncounted, left, denied or lapsed (of cells); locator or sentence (of reports, which have no
    projection; `key` is the report's id, or the source's where its reports name no document).
    `uncoded`: also sentences that a report leaves out below the highest number it mentions.
    """
    decorator = Decorator(Cells(store, clocks, weighing), clocks, stale_after)
    names = store.display_names()
    rows = decorator.rows()
    rows.sort(key=lambda row: (BELIEVED.index(row["projection"]), row["key"]))
    found = [one for row in rows for one in _of_cell(row, lambda name: names.get(name, name))]
    found += contained(rows, decorator.places)
    found += miscounted(decorator.cells, clocks, rows, names)
    found += denials(decorator.cells, clocks, rows, names)
    found += lapsed(decorator.schemes, rows, clocks)
    unread: list[Row] = []
    nowhere: dict[str, Row] = {}
    for report in read_by(store, clocks):
        _note_nowhere(report, nowhere)
        unread += left_out(report) if uncoded else ()
    return [*found, *_nowhere(nowhere), *unread]


def left_out(report: Row) -> Iterator[Row]:
    """Yield the gap of the sentences that a report leaves out, as far as its sheet can tell."""
    if missing := passed_over(mentioned(report)):
        yield sentence_gap(report, missing)


def _gap(kind: str, row: Row, what: str, evidence: Iterable[str] | None = None) -> Row:
    return {
        "gap": kind,
        "projection": row.get("projection"),
        "key": row["key"],
        "name": row["name"],
        "what": what,
        "evidence": list(row["evidence"] if evidence is None else evidence),
    }


# -- of beliefs ----------------------------------------------------------------------------------


def _of_cell(row: Row, names: Names) -> Iterator[Row]:
    if row["support"] == "disputed":
        rivals = " / ".join(in_words(one, names) for one in row.get("values") or ())
        yield _gap("disputed", row, rivals or "sources disagree")
    if row["certainty"] == "possible":
        may = "; ".join(f"possibly {in_words(one, names)}" for one in row["possibly"])
        cited = [fact for one in row["possibly"] for fact in one["evidence"]]
        certain = in_words(row, names) if row["since"] else "nothing certain"
        yield _gap("possible", row, f"{certain}; {may}", cited)
    if row["support"] == "claimed":
        yield _gap("claimed", row, "only who gains from it says so")
    if row.get("stale"):
        days = row["age_days"]
        yield _gap("stale", row, f"newest evidence {days:,} day{'s' if days != 1 else ''} old")
    if row.get("unexplained"):
        yield _gap("unexplained", row, f"{row['unexplained']:+,} that no known change accounts for")
    if row.get("phase") == "pledged" and row["since"]:
        more = " more" if row["additional"] else ""
        left, said = row["remainder"], f"pledged: {in_words(row, names)}{more}"
        if left is None:
            yield _gap("pledge", row, f"{said}; how many came is not known")
        elif left > 0:
            yield _gap("pledge", row, f"{said}; {left:,} still to come")


def in_words(value: Mapping[str, object], names: Names) -> str:
    """Say a value in a few words."""
    if "status" in value:
        holders = value["holders"]
        who = ", ".join(names(str(one)) for one in holders) if isinstance(holders, list) else ""
        status = str(value["status"])
        return who if status == "held" else f"{status} ({who})" if who else status
    if "level" in value:
        return str(value.get("alias") or value["level"] or value.get("notice") or "unknown")
    return hedged(value)


def miscounted(
    cells: Cells,
    clocks: AsOf,
    rows: Iterable[Row],
    names: Mapping[str, str],
    key: str | None = None,
) -> Iterator[Row]:
    """Yield a gap for each number that may count an event twice, or lack one (projections.doubles).

    Also for forces that are said to have left (projections.leaving). Of a dispute nothing is said.
    """
    places = cells.store.names("places").whole()
    rows = [row for row in rows if row["projection"] in {"forces", "losses"}]
    for projection in sorted({row["projection"] for row in rows}):
        of_key = {row["key"]: row for row in rows if row["projection"] == projection}
        for _, one, claims in cells.heard_by_cell(projection, key, clocks.known):
            row = of_key.get(one)
            if row is not None and row["support"] != "disputed":
                yield from _counted_twice(row, claims, clocks, names)
                yield from _not_counted(row, claims, clocks, names)
                if projection == "forces":
                    yield from _said_to_have_left(
                        row, left(cells, clocks, row, claims, places), names
                    )


def _counted_twice(
    row: Row, claims: Iterable[Claim], clocks: AsOf, names: Mapping[str, str]
) -> Iterator[Row]:
    pairs = doubles(claims, clocks)
    if pairs:
        said = (f"{_and(pair, names)} may be one event" for pair in pairs)
        evidence = dict.fromkeys(one.fact for pair in pairs for one in pair)
        yield _gap("double", row, f"{_some(said, len(pairs))}: both are counted", evidence)


def _not_counted(
    row: Row, claims: Iterable[Claim], clocks: AsOf, names: Mapping[str, str]
) -> Iterator[Row]:
    found = uncounted(claims, clocks)
    if found is not None:
        total, changes = found
        said = (f"{_change(one, names)}, {describe(one.since.edtf)}," for one in changes)
        who = names.get(total.source, total.source)
        seen = describe(format_instant(total.observed or total.point)[:10])
        number = in_words(total.value, lambda name: names.get(name, name))
        which = f"{number} ({who}, {seen})"
        what = f"{_some(said, len(changes))} may have come after the total of {which}: not counted"
        yield _gap("uncounted", row, what, [total.fact, *(one.fact for one in changes)])


def _said_to_have_left(row: Row, claims: list[Claim], names: Mapping[str, str]) -> Iterator[Row]:
    if claims:
        said = dict.fromkeys(
            f"{describe(one.since.edtf)} ({names.get(one.source, one.source)})" for one in claims
        )
        what = f"said to have left, {_some(said, len(said))}: what was told of them before stands"
        yield _gap("left", row, what, [*row["evidence"], *(one.fact for one in claims)])


def denials(
    cells: Cells, clocks: AsOf, rows: Iterable[Row], names: Mapping[str, str]
) -> Iterator[Row]:
    """Yield a gap for each place of whose holder somebody denies that it is so."""
    for row, claims in denied(cells, clocks, rows):
        said = dict.fromkeys(
            f"{names.get(one.origin, one.origin_as_told)}"
            f" ({describe(format_instant(one.published)[:10])})"
            for one in claims
        )
        what = f"denied by {_some(said, len(said))}"
        yield _gap("denied", row, what, [*row["evidence"], *(one.fact for one in claims)])


def lapsed(schemes: Mapping[str, Row], rows: Iterable[Row], clocks: AsOf) -> Iterator[Row]:
    """Yield a gap for each level of a scheme that is not in force (projections.validity)."""
    for row, what in out_of_force(schemes, rows, clocks.as_of):
        yield _gap("lapsed", row, what)


def _some(said: Iterable[str], count: int) -> str:
    """Name the first few."""
    more = f"; and {count - SHOWN} more" if count > SHOWN else ""
    return f"{'; '.join(islice(said, SHOWN))}{more}"


def _and(claims: Iterable[Claim], names: Mapping[str, str]) -> str:
    return " and ".join(_change(one, names) for one in claims)


def _change(claim: Claim, names: Mapping[str, str]) -> str:
    """Say by how many a claim changes a number, and who says so."""
    return f"{hedged(claim.value, signed=True)} ({names.get(claim.source, claim.source)})"


def contained(rows: Iterable[Row], places: Mapping[str, Row]) -> Iterator[Row]:
    """Yield a gap for each force that is surely more in a place than in one around it."""
    for row, wider in too_many(rows, places):
        evidence = [*row["evidence"], *wider["evidence"]]
        yield _gap("containment", row, _too_many(row, wider, places), evidence)


def _too_many(row: Row, wider: Row, places: Mapping[str, Row]) -> str:
    here, outside = (name_of(places, one["place"]) for one in (row, wider))
    who = row["name"].removesuffix(f" in {here}")
    return (
        f"{who}: {row['low']:,} {row['category']} {row['phase']} in {here}, but at most "
        f"{wider['high']:,} in {outside} around it"
    )


def doubts(cells: Cells, clocks: AsOf, rows: Iterable[Row], key: str | None) -> list[str]:
    """Say where forces among these rows are more in a place than in one around it.

    With a `key` the row is that of one cell: the places around it, and in it, are looked up, and
    whether one event may be counted twice in it.
    """
    forces = [row for row in rows if row["projection"] == "forces"]
    decorator = Decorator(cells, clocks)
    found = list(too_many(forces, decorator.places))
    for row in forces if key is not None else ():
        places, here = decorator.places, row["place"]
        for place in (*around(places, here), *within(places, here)):
            other = f"{row['actor']}/{place}/{row['category']}/{row['phase']}"
            found += too_many([row, *decorator.rows("forces", other)], decorator.places)
    said = [_too_many(row, wider, decorator.places) for row, wider in found]
    if key is not None:
        names = cells.store.display_names()
        more = [
            *miscounted(cells, clocks, rows, names, key),
            *denials(cells, clocks, rows, names),
        ]
        said += [f"{one['name']}: {one['what']}" for one in more]
    return said


# -- of reports ----------------------------------------------------------------------------------


def read_by(store: Store, clocks: AsOf) -> Iterator[Row]:
    """Yield the reports out by then and recorded by then, each with the locators of its facts.

    {key, name, source, source_name, data (as registered), facts: {id: {gist, locator}}}.
    """
    values: dict[str, object] = {
        "known": clocks.known,
        "position": FUTURE_OPEN if clocks.position is None else clocks.position,
        "recorded": FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at,
    }
    names = store.names("sources")
    reports = store.connection.execute(
        "SELECT id, source, published_edtf, data FROM reports"
        " WHERE published <= :known AND position <= :position ORDER BY position",
        values,
    )
    while some := reports.fetchmany(REPORTS_AT_ONCE):
        facts = _facts_of([row["id"] for row in some], store, values)
        for row in some:
            yield {
                "key": row["id"],
                "name": f"{name_of(names, row['source'])}, {row['published_edtf']}",
                "source": row["source"],
                "source_name": name_of(names, row["source"]),
                "data": json.loads(row["data"]),
                "facts": facts.get(row["id"], {}),
            }


def _facts_of(
    reports: list[str], store: Store, values: Mapping[str, object]
) -> dict[str, dict[str, Row]]:
    """Give what stands of these reports: {report: {fact: {gist, locator}}}, in the log's order."""
    facts: dict[str, dict[str, Row]] = {}
    sql = (
        "SELECT f.id, f.report, f.gist, json_extract(f.data, '$.locator') AS locator"
        " FROM json_each(:reports) j CROSS JOIN fact_rows f ON f.report = j.value"
        " WHERE f.position <= :position AND f.published <= :known AND f.recorded_at <= :recorded"
        " AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.fact = f.id AND x.published <= :known"
        " AND x.position <= :position AND x.recorded_at <= :recorded) ORDER BY f.position"
    )
    for row in store.rows(sql, {**values, "reports": json.dumps(reports)}):
        locator = json.loads(row["locator"]) if row["locator"] else {}
        one = {"gist": row["gist"], "locator": locator}
        facts.setdefault(row["report"], {})[row["id"]] = one
    return facts


_LOCATING = frozenset({"span", "sentence", "row"})


def _note_nowhere(report: Row, found: dict[str, Row]) -> None:
    """Note the facts of a report that say no place in a document, by report.

    By source where reports name no document, as imported tables do not.
    """
    facts = [
        fact
        for fact, one in report["facts"].items()
        if not _LOCATING & {name for name, item in one["locator"].items() if item is not None}
    ]
    if facts:
        named = bool(report["data"].get("document"))
        key, name = ("key", "name") if named else ("source", "source_name")
        group = found.setdefault(report[key], {"key": report[key], "name": report[name]})
        group.setdefault("evidence", []).extend(facts)


def _nowhere(found: Mapping[str, Row]) -> Iterator[Row]:
    for group in found.values():
        count = len(group["evidence"])
        what = f"{count:,} fact{'s do' if count > 1 else ' does'} not say where in a document"
        yield _gap("locator", group, what)


def mentioned(report: Row) -> set[int]:
    """Give the numbers of the sentences that a report codes, or sets aside with a reason."""
    found = {one["sentence"] for one in report["data"].get("not_coded") or ()}
    found |= {one["locator"].get("sentence") for one in report["facts"].values()}
    return {number for number in found if number is not None}


def sentence_gap(report: Row, runs: Runs, said: str = "neither coded nor set aside") -> Row:
    """Give the gap of sentences of which something is to be `said`: that nobody read them."""
    plural = "s" if several(runs) else ""
    return _gap("sentence", report, f"sentence{plural} {in_short(runs)} {said}", [])


def passed_over(numbers: Iterable[int]) -> Runs:
    """Give the runs of numbers, from 0 to the greatest, that are not told.

    By the numbers told, not by all that there may be: one of them may be a slip, and huge.
    """
    runs, due = [], 0
    for number in sorted(set(numbers)):
        if number > due:
            runs.append((due, number - 1))
        due = number + 1
    return runs


def runs_of(numbers: Iterable[int]) -> Runs:
    """Give numbers that rise as runs of those that follow each other."""
    runs: Runs = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def several(runs: Runs) -> bool:
    """Whether these are more numbers than one."""
    return len(runs) > 1 or any(first < last for first, last in runs)


def in_short(runs: Runs) -> str:
    """Say runs of numbers in short: `3, 5-7`."""
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)
