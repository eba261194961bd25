"""The read model's tables, made with sqlite-utils. Open the file with any SQLite tool to browse."""

from __future__ import annotations

import sqlite3
from typing import Any

_TABLES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "meta": ({"name": str, "value": str}, ("name",)),
    "places": ({"id": str, "name": str, "data": str}, ("id",)),
    "actors": ({"id": str, "name": str, "data": str}, ("id",)),
    "sources": ({"id": str, "name": str, "data": str}, ("id",)),
    "schemes": ({"id": str, "name": str, "data": str}, ("id",)),
    "reports": (
        {
            "id": str,
            "position": int,
            "source": str,
            "published": int,
            "published_edtf": str,
            "document": str,
            "batch": str,
            "data": str,
        },
        ("id",),
    ),
    "facts": (
        {
            "id": str,
            "position": int,
            "report": str,
            "kind": str,
            "family": str,
            "place": str,
            "actors": str,
            "status": str,
            "voice": str,
            "speaker": str,
            "gist": str,
            "edtf": str,
            "begins": int,
            "published": int,
            "recorded_at": int,
            "recorded_by": str,
            "data": str,
        },
        ("id",),
    ),
    "retractions": (
        {
            "id": str,
            "fact": str,
            "kind": str,
            "replaced_by": str,
            "published": int,
            "published_edtf": str,
            "position": int,
            "recorded_at": int,
            "recorded_by": str,
            "reason": str,
        },
        ("id",),
    ),
    "chronologies": ({"projection": str, "fact": str}, ("projection", "fact")),
    "claims": (
        {
            "projection": str,
            "key": str,
            "fact": str,
            "source": str,
            "origin": str,
            "position": int,
            "published": int,
            "data": str,
        },
        ("projection", "key", "fact"),
    ),
    "beliefs": (
        {
            "projection": str,
            "key": str,
            "valid_from": int,
            "valid_to": int,
            "known_from": int,
            "known_to": int,
            "state": str,
        },
        ("projection", "key", "known_from", "valid_from"),
    ),
}
_INDEXES = (
    ("facts", ("position",)),
    ("facts", ("report",)),
    ("reports", ("batch",)),
    ("retractions", ("fact",)),
    ("retractions", ("replaced_by",)),
    ("claims", ("fact",)),
    ("claims", ("source",)),
    ("claims", ("origin",)),
)


def make_tables(connection: sqlite3.Connection) -> None:
    """Make every table anew, inside the caller's transaction."""
    from sqlite_utils import Database

    database = Database(connection)
    for name, (columns, key) in _TABLES.items():
        connection.execute(f"DROP TABLE IF EXISTS {name}")
        database.table(name).create(columns, pk=key)
    for table, indexed in _INDEXES:
        database.table(table).create_index(indexed)
