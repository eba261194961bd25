"""A situation of every kind of event, and the rebuild on Spark with its tasks run one by one here.

No Spark and no Java: rows are dealt out as a cluster would deal them, and files written as it does.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from zlib import crc32

import contradictions_for_tests as war
import duckdb
import pyarrow as pa
from pyarrow import compute, dataset, parquet
from sheets_for_tests import NOW
from tables_for_tests import LIST, SIRENS, TOLL, listing, load, sirens, toll

from projections.store import Row
from tracker.facts.record import FactCorrected
from tracker.instants import AsOf, format_instant
from tracker.kin import Kin
from tracker.situation import Situation
from tracker.spark import export, layout, rebuilding, tasks

REPORTS = (
    war.report("courier", 3, war.took("rebels", 2), war.troops(war.number(400), 3)),
    war.report("mission", 4, war.found("army", 4), war.pledged(war.number(900), 4)),
    war.report("radio", 4, war.found("rebels", 4, since=1), war.killed("rebels", war.number(5), 3)),
    war.report("wire", 5, war.entered("legion", 5), war.raised("amber", 5)),
    war.report(
        "courier",
        6,
        war.carried_from("wire", war.entered("legion", 5)),
        war.troops(war.more_by(200), 6),
    ),
    war.report("chronicle", 7, war.left("rebels", "[2013-01-05..2013-01-08]")),
    war.report("ministry", 8, war.retook("army", 8), war.troops(war.number(700), 8)),
    war.report("rebel-radio", 8, war.found("rebels", 8), war.besieged("clans", 8)),
    war.report("post", 9, war.said_by("minister", war.stands_at("red", 9))),
    war.listing(9, war.found("clans", 9)),
    war.report("herald", 12, war.rated("A1", war.killed("rebels", war.in_all(40), 11))),
)


def troubled(folder: Path) -> Situation:
    """Open a war told by rivals, with tables, corrections of corrections, rulings, erasures."""
    situation = Situation(str(folder / "war.db"), create=True, clock=lambda: NOW)
    situation.register(war.SITUATION, "situation.yaml", by="tests")
    situation.record([one.raw() for one in REPORTS[:6]], by="tests")
    load(situation, folder, toll(), TOLL)
    load(situation, folder, listing(source="post"), LIST)
    load(situation, folder, sirens(), SIRENS)
    later = b"title: The river war\nactors: {clans: {name: Clans, allies: [army]}}\n"
    situation.register(later, "later.yaml", by="tests")
    situation.record([one.raw() for one in REPORTS[6:]], by="tests")
    _amend(situation)
    return situation


def _amend(situation: Situation) -> None:
    claims = situation.store.claims("control", "mill")
    # Better rated than the radio is the mission, which says otherwise: only a ruling decides so.
    first = next(claim.fact for claim in claims if claim.source == "radio")
    second, third, fourth = [claim.fact for claim in claims if claim.source != "radio"][:3]
    situation.rule("control", "mill", [first], when="2013-01-04", reason="seen there", by="ana")
    for note in ("seen again", "seen a third time"):  # the ruling follows what replaces its fact
        situation.correct(first, {"note": note}, reason="a slip", by="ana")
        first = [event.body.replaced_by for event in situation.log.read()
                 if isinstance(event.body, FactCorrected)][-1]  # fmt: skip
    situation.correct(second, {"place": "ford"}, reason="elsewhere", by="ana")
    situation.retract([third], reason="recorded twice", by="ana", published="2013-02-03")
    ruling = situation.rule("control", "mill", [fourth], when="2013-01-09", reason="so", by="ana")
    assert ruling
    last = [event for event in situation.log.read() if event.body.TOPIC == "RulingMade"][-1]
    situation.retract([last.id], reason="a slip", by="ana")
    situation.hold([fourth], authority="the court", reason="a case", by="ana")
    said = next(event.id for event in situation.log.read() if event.fact and event.fact.gist)
    situation.redact(
        situation.to_erase([said], fields=["gist"]),
        authority="the editor",
        reason="a name",
        by="ana",
    )


# -- as a cluster would ---------------------------------------------------------------------------


def rebuilt_here(situation: Situation, to: Path, parts: int = 3) -> Path:
    """Make a Parquet read model by the tasks alone, dealt out among so many partitions."""
    to.mkdir()
    log = situation.log
    found = export.export(log, to / "events", log.position, lambda _: None)
    meta, kin = export.registered(found, to)
    staged = _taken(to / "events", found, parts)
    for name, columns in layout.OF_EVENTS.items():
        _write(to / name, staged[name].select(list(columns)), columns)
    _write(to / "beliefs", _believed(staged, kin, parts), layout.BELIEFS)
    rebuilding.write_manifest(to, log, log.position, meta)
    return to


def _taken(events: Path, found: export.Exported, parts: int) -> dict[str, pa.Table]:
    rows = dataset.dataset(events).to_table()
    rows = rows.filter(~compute.field("topic").isin(export.REGISTERING))
    dealt = pa.array([crc32(one.as_py().encode()) % parts for one in rows["stream"]])
    batches: dict[str, list[pa.Table]] = defaultdict(list)
    for part in range(parts):
        mine = rows.filter(compute.equal(dealt, part)).sort_by("position")
        for batch in tasks.take(mine.to_batches(max_chunksize=7), found.registrations):
            name = batch["table"][0].as_py()
            batches[name].append(pa.Table.from_struct_array(batch[name]))
    return {
        name: pa.concat_tables(batches[name])
        if batches[name]
        else layout.arrow_schema(columns).empty_table()
        for name, columns in layout.STAGED.items()
    }


def _believed(staged: dict[str, pa.Table], kin: Kin, parts: int) -> pa.Table:
    gone = staged["retractions"].group_by("fact").aggregate([("published", "min")])
    gone = gone.rename_columns(["fact", "retracted"])
    replacing = defaultdict(list)
    for row in staged["retractions"].to_pylist():
        if row["replaced_by"]:
            replacing[row["fact"]].append(row["replaced_by"])
    claims = staged["claims"].join(gone, "fact")
    claims = claims.sort_by(
        [(name, "ascending") for name in ("projection", "key", "position", "turn")]
    )
    dealt = pa.array([crc32(one.as_py().encode()) % parts for one in claims["key"]])
    batches: list[pa.RecordBatch] = []
    for part in range(parts):
        mine = claims.filter(compute.equal(dealt, part)).select(list(tasks.CLAIM))
        batches += tasks.believe(mine.to_batches(max_chunksize=7), kin, replacing)
    return pa.Table.from_batches(batches, schema=layout.arrow_schema(layout.BELIEFS))


def _write(folder: Path, rows: pa.Table, columns: layout.Columns) -> None:
    """Write a table as Spark does: by the very SQL that it is given, which DuckDB understands."""
    folder.mkdir()
    written = ", ".join(layout.as_written(columns)).replace("`", '"')
    written = written.replace("timestamp_micros(", "make_timestamptz(")
    with duckdb.connect() as c:
        table = c.from_arrow(rows).project(written).to_arrow_table()
    parquet.write_table(table, folder / "0.parquet")


# -- asked ----------------------------------------------------------------------------------------

AS_OF = """
SELECT projection, key, state FROM beliefs
WHERE valid_from <= '{as_of}' AND '{as_of}' < valid_to
  AND known_from <= '{known_at}' AND '{known_at}' < known_to
"""
ALL_REPORTS = "9999-12-31 00:00:00+00"


def as_of(clocks: AsOf) -> str:
    """Write the question of a state as SQL, for DuckDB and for Spark."""
    known = ALL_REPORTS if clocks.known_at is None else format_instant(clocks.known_at)
    return AS_OF.format(as_of=format_instant(clocks.as_of), known_at=known)


def told(situation: Situation, clocks: AsOf) -> dict[tuple[str, str], Row]:
    """Give what `tracker state` says of each cell, without what it adds to a state for reading."""
    rows = situation.state(clocks).dicts
    return {(row["projection"], row["key"]): row for row in rows if "support" in row}
