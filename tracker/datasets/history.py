"""What the log holds of a table with a key: the versions of its records."""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import normalize
from uuid import UUID

from pydantic_core import from_json

from projections.store import Row, Store
from tracker.datasets.values import composed
from tracker.datasets.versions import BESIDE, ENDING, Version, numbered, said_by
from tracker.facts.envelope import canonical
from tracker.facts.record import FactCorrected, FactRetracted
from tracker.instants import FUTURE_OPEN
from tracker.log import Log
from tracker.undoing import Chains, Instead

_AT_ONCE = 500


def versions_in(
    store: Store, source: str, dataset: str, records: Sequence[str], most: int = 1
) -> dict[str, list[Version]]:
    """Give the versions of records that the log holds, in the order in which they were known.

    What an analyst corrected or retracted is still what the source says; what a batch said that was
    taken back, and had taken the place of something, is `undone`, and so is what it had ended. What
    was put back then is the version that it repeats. At `most` so many facts of one say the same.
    """
    found: dict[str, list[Version]] = {}
    beside = ["", *(f"{BESIDE}{numbered(number)}" for number in range(2, most + 1))]
    for start in range(0, len(records), _AT_ONCE):
        names = {one for record in records[start : start + _AT_ONCE] for one in _spelt(record)}
        page = [f"{one}{more}" for one in sorted(names) for more in beside]
        marks = ",".join("?" * len(page))
        sql = (
            "SELECT f.record, f.published, f.id, f.kind, f.data, r.data AS report,"  # noqa: S608
            " coalesce(f.batch, r.batch) AS batch,"
            " (SELECT json_group_array(json_array(t.published, coalesce(t.batch, r.batch)))"
            " FROM retractions t WHERE t.fact = f.id AND t.by_source) AS ends"
            " FROM fact_rows f JOIN reports r ON r.id = f.report WHERE r.source = ?"
            f" AND json_extract(r.data, '$.dataset') = ? AND f.record IN ({marks})"
            " ORDER BY f.published, f.position"
        )
        rows = store.rows(sql, (source, dataset, *page))
        chains = _chains(store, [row["id"] for row in rows])
        again = {chains.says(row["id"]): row for row in rows}  # the last that says so
        for row in rows:
            record, _, number = row["record"].partition(BESIDE)
            versions = found.setdefault(composed(record), [])
            last = again[chains.says(row["id"])]
            published = canonical(from_json(row["report"])["published"]).decode()
            own, ends = _ends(row), _ends(last)
            undone = chains.was_undone(row["id"])
            if own and (undone or last is not row):
                known, batch = own[0]
                over = Version(known, row["id"], ENDING, published, undone=True, batch=batch)
                versions.append(over)
            if chains.says(row["id"]) != row["id"]:
                continue
            said = said_by(row["kind"], from_json(row["data"]), number)
            versions.append(
                Version(
                    row["published"],
                    last["id"],
                    said,
                    published,
                    ends[0][0] if ends else FUTURE_OPEN,
                    undone=undone,
                    batch=row["batch"],
                    came=chains.came(row["id"]),
                    ends=ends,
                )
            )
    return found


def batches_in(store: Store, report: str) -> set[str]:
    """Name the batches that began a report, or told a fact in it; `report` is its id."""
    sql = (
        "SELECT batch FROM reports WHERE id = :report"
        " UNION SELECT batch FROM fact_rows WHERE report = :report"
    )
    rows = store.rows(sql, {"report": UUID(report).hex})
    return {row["batch"] for row in rows if row["batch"] is not None}


def _spelt(record: str) -> tuple[str, ...]:
    """Give a key as it may stand in a log: one of before has accents as its table put them."""
    return (record,) if record.isascii() else (record, normalize("NFD", record))


def _ends(row: Row) -> tuple[tuple[int, str | None], ...]:
    """Give when a source restated a fact, and in which batch, the earliest first."""
    said = from_json(row["ends"])
    return tuple(sorted((moment, batch) for moment, batch in said)) if said else ()


def taken_back(log: Log) -> set[str]:
    """Name the facts that somebody took back: not the source, and not put back since."""
    over: set[str] = set()
    says: dict[str, str] = {}  # what repeats the words of which other
    for event in log.of_topics([FactRetracted.TOPIC, FactCorrected.TOPIC]):
        body = event.body
        if isinstance(body, FactRetracted) and not body.by_source:
            over |= {body.fact, says.get(body.fact, body.fact)}
        elif isinstance(body, FactCorrected) and body.restores:
            says[body.replaced_by] = body.restores
            over.discard(body.restores)
    return over


def _chains(store: Store, facts: Sequence[str]) -> Chains:
    """Read what took the place of what among facts."""
    corrections: list[Instead] = []
    for start in range(0, len(facts), _AT_ONCE):
        page = facts[start : start + _AT_ONCE]
        marks = ",".join("?" * len(page))
        sql = (
            "SELECT fact, replaced_by, restores FROM retractions"  # noqa: S608 - only marks
            f" WHERE replaced_by IS NOT NULL AND fact IN ({marks}) ORDER BY position"
        )
        corrections += [Instead(*row.values()) for row in store.rows(sql, page)]
    return Chains(corrections)
