"""Twins: a report of the log that a sheet may tell again, as another report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from projections.store import Row, Store
from tracker.errors import Problem
from tracker.facts.record import known_from

if TYPE_CHECKING:
    from tracker.reports import Report
    from tracker.sheets import Sheet

MOST = 100_000
"""Reports of a log; among more no twin is looked for."""


def warned(store: Store, sheet: Sheet, file: str) -> Sheet:
    """Give a sheet with a warning where it may tell a report of the log once more."""
    twin = twin_of(store, sheet.report)
    if twin is None:
        return sheet
    warning = Problem(file, 1, 1, "report", twin, warning=True)
    return replace(sheet, warnings=(*sheet.warnings, warning))


def twin_of(store: Store, report: Report) -> str | None:
    """Say which report of the log this one may be, told once more; None where none may be.

    A report is known by its source, its publication and its document; without a document by its
    url, and without both by all that it says. So one that is recorded again for another source, or
    with another date, or (where it was only heard) with a fact mended, is another report, and what
    it says counts twice. None where this very report is in the log.
    """
    count = store.rows("SELECT count(*) AS n FROM reports")[0]["n"]
    if count > MOST or store.rows("SELECT 1 FROM reports WHERE id = ?", (report.stream.hex,)):
        return None
    for row in _alike(store, report):
        return (
            f"#{row['position']} ({row['source']}, {row['published_edtf']}) {row['why']}: this is "
            "another report, and counts beside it; if they are one, take that one back first "
            f"(`tracker retract --report '#{row['position']}'`)"
        )
    return None


def _alike(store: Store, report: Report) -> Iterator[Row]:
    """Yield the reports of which something is in force and that may be this one, with `why`."""
    header = report.registered
    reports = "SELECT id, position, source, published_edtf, data FROM reports WHERE"
    if header.document is not None:
        sha = header.document.sha256
        for row in store.rows(f"{reports} instr(data, ?)", (sha,)):
            data = from_json(row["data"])
            if _read_from(data) == sha and _in_force(store, row):
                yield row | {"why": "was read from the same document"}
    elif header.url is None:
        ours = {fact.gist for fact in report.facts}
        told = (header.source, known_from(header.published))
        for row in store.rows(f"{reports} source = ? AND published = ?", told):
            data = from_json(row["data"])
            heard = not (data.get("url") or data.get("document") or data.get("dataset"))
            if heard and ours & _in_force(store, row):
                yield row | {"why": "says some of this, and has no document or url to be known by"}


def _read_from(data: dict[str, Any]) -> str | None:
    """Give the sha256 of the document that a report was read from; None for a table's."""
    return None if data.get("dataset") else (data.get("document") or {}).get("sha256")


def _in_force(store: Store, row: Row) -> set[str]:
    """Give the gists of a report's facts that were not taken back."""
    sql = "SELECT gist FROM fact_rows WHERE report = ? AND id NOT IN (SELECT fact FROM retractions)"
    return {one["gist"] for one in store.rows(sql, (row["id"],))}
