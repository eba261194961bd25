"""Withheld: what was erased of a fact's text, on whose authority and why.

Also of a fact that says again what one said whose text was erased before: where that text would
stand, it reads as withheld there too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from projections.store import Row, Store

_ERASED = (
    "SELECT event, fields, authority, published_edtf AS published, reason, position FROM custody"
    " WHERE kind = 'TextErased'{} ORDER BY position"
)


def erased_of(store: Store, event: str) -> list[Row]:
    """Give what was erased of an event: {fields, authority, published, reason, position} each."""
    return _by_event(store.rows(_ERASED.format(" AND event = ?"), (event,))).get(event, [])


def withheld(store: Store, fact: str) -> list[Row]:
    """Give the same, and what was erased of those in whose place it stands and is not said anew."""
    return _and_before(store, fact, set())


def all_withheld(store: Store) -> dict[str, list[Row]]:
    """Give the same of every fact of which there is anything."""
    found = _by_event(store.rows(_ERASED.format("")))
    later = store.rows(
        "WITH RECURSIVE later (fact) AS (SELECT event FROM custody WHERE kind = 'TextErased'"
        " UNION SELECT r.replaced_by FROM later JOIN retractions r ON r.fact = later.fact"
        " WHERE r.replaced_by IS NOT NULL) SELECT fact FROM later"
    )
    found |= {row["fact"]: withheld(store, row["fact"]) for row in later}
    return {fact: rows for fact, rows in found.items() if rows}


def said_withheld(one: Row) -> str:
    """Say it in words."""
    return f"{one['fields']} withheld by {one['authority']}, #{one['position']}: {one['reason']}"


def _and_before(store: Store, fact: str, seen: set[str]) -> list[Row]:
    own = erased_of(store, fact)
    sql = "SELECT fact, restores FROM retractions WHERE replaced_by = ? ORDER BY position LIMIT 1"
    came = store.rows(sql, (fact,))
    if not came or fact in seen:  # a circle has no beginning
        return own
    before = _and_before(store, came[0]["restores"] or came[0]["fact"], seen | {fact})
    gone = {field for one in own for field in one["fields"].split(", ")}
    left = _unsaid(store, fact, again=bool(came[0]["restores"])) - gone if before else set[str]()
    kept = [
        {**one, "fields": ", ".join(field for field in one["fields"].split(", ") if field in left)}
        for one in before
    ]
    return sorted([*own, *filter(_has_fields, kept)], key=lambda one: int(one["position"]))


def _has_fields(one: Row) -> bool:
    return bool(one["fields"])


def _unsaid(store: Store, fact: str, *, again: bool) -> set[str]:
    """Name the texts that a fact does not say itself; one put back adds a word to the note."""
    from tracker.facts.sealed import ALIAS, WITHHELD

    found = store.rows("SELECT data FROM fact_rows WHERE id = ?", (fact,))
    if not found:
        return set()
    data = json.loads(found[0]["data"])
    said = {
        "gist": data.get("gist") != WITHHELD,
        "speaker": not (data.get("speaker") or ALIAS).startswith(ALIAS),
        "note": data.get("note") is not None and not again,
        "quote": data.get("locator", {}).get("quote") is not None,
    }
    return {field for field, so in said.items() if not so}


def _by_event(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.pop("event"), []).append(row)
    return found
