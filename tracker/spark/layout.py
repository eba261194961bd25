"""The Parquet read model: its tables, their columns, and what type each of these has.

The tables are those of the read model in SQLite, row for row, and hold the same; `beliefs` has
columns beside its state for what most questions are about. Instants are timestamps, UTC, to the
microsecond. An end that is open is the first or the last instant that can be written, not a null,
so that `valid_from <= t AND t < valid_to` forgets nothing that still is so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant, parse_moment

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = "situation-tracker parquet/1"
MANIFEST = "manifest.json"

TEXT, WHOLE, INSTANT, TEXTS = "text", "whole number", "instant", "texts"
Columns = dict[str, str]

EVENTS: Final[Columns] = {
    "position": WHOLE,
    "stream": TEXT,
    "version": WHOLE,
    "topic": TEXT,
    "state": "bytes",
}
"""The log's own rows, with what is sealed in them opened."""

_REGISTER: Columns = {"id": TEXT, "name": TEXT, "data": TEXT}
REGISTERS: Final[dict[str, Columns]] = dict.fromkeys(
    ("places", "actors", "sources", "schemes"), _REGISTER
)

OF_EVENTS: Final[dict[str, Columns]] = {
    "reports": {
        "id": TEXT,
        "position": WHOLE,
        "source": TEXT,
        "published": INSTANT,
        "published_edtf": TEXT,
        "document": TEXT,
        "batch": TEXT,
        "data": TEXT,
    },
    "facts": {
        "position": WHOLE,
        "id": TEXT,
        "report": TEXT,
        "kind": TEXT,
        "place": TEXT,
        "actors": TEXT,
        "status": TEXT,
        "voice": TEXT,
        "speaker": TEXT,
        "gist": TEXT,
        "edtf": TEXT,
        "record": TEXT,
        "begins": INSTANT,
        "published": INSTANT,
        "recorded_at": INSTANT,
        "recorded_by": TEXT,
        "batch": TEXT,
        "data": TEXT,
    },
    "retractions": {
        "id": TEXT,
        "fact": TEXT,
        "kind": TEXT,
        "replaced_by": TEXT,
        "restores": TEXT,
        "by_source": WHOLE,
        "published": INSTANT,
        "published_edtf": TEXT,
        "position": WHOLE,
        "recorded_at": INSTANT,
        "recorded_by": TEXT,
        "batch": TEXT,
        "reason": TEXT,
    },
    "custody": {
        "id": TEXT,
        "kind": TEXT,
        "event": TEXT,
        "fields": TEXT,
        "authority": TEXT,
        "published_edtf": TEXT,
        "reason": TEXT,
        "position": WHOLE,
    },
    "acts": {"position": WHOLE, "id": TEXT, "kind": TEXT},
    "chronologies": {"projection": TEXT, "fact": TEXT},
    "claims": {
        "projection": TEXT,
        "key": TEXT,
        "fact": TEXT,
        "position": WHOLE,
        "published": INSTANT,
        "data": TEXT,
    },
}
"""What taking events in makes: each row follows from one report's events and the registry."""

RECTANGLE: Final[Columns] = {
    "projection": TEXT,
    "key": TEXT,
    "valid_from": INSTANT,
    "valid_to": INSTANT,
    "known_from": INSTANT,
    "known_to": INSTANT,
    "state": TEXT,
}
"""What the read model in SQLite holds of a belief; `state` is JSON, the fields of a row."""
_SAID: Columns = {
    "status": TEXT,
    "holders": TEXTS,
    "level": TEXT,
    "low": WHOLE,
    "best": WHOLE,
    "high": WHOLE,
    "support": TEXT,
    "certainty": TEXT,
    "since": TEXT,
    "last_evidence": INSTANT,
    "evidence": TEXTS,
}
BELIEFS: Final[Columns] = {**RECTANGLE, **_SAID}

TABLES: Final[dict[str, Columns]] = {**REGISTERS, **OF_EVENTS, "beliefs": BELIEFS}

TURN = "turn"
"""Beside each claim until cells are worked out: where it came among those of its event."""
STAGED: Final[dict[str, Columns]] = {
    **OF_EVENTS,
    "claims": {**OF_EVENTS["claims"], TURN: WHOLE},
}

FIRST: Instant = parse_moment("0001-01-01").earliest
LAST: Instant = parse_moment("9999-12-31T23:59:59.999998Z").latest
"""What open ends are written as: the first and the last instants there are."""
_OPEN: dict[Instant | None, Instant | None] = {FIRST: PAST_OPEN, LAST: FUTURE_OPEN}

_SQL_TYPES = {
    TEXT: "STRING",
    WHOLE: "BIGINT",
    INSTANT: "BIGINT",  # microseconds, until a table is written for good
    TEXTS: "ARRAY<STRING>",
    "bytes": "BINARY",
}


def columns_in_sql(columns: Columns) -> str:
    """Declare columns for Spark, instants as whole microseconds."""
    return ", ".join(f"`{name}` {_SQL_TYPES[kind]}" for name, kind in columns.items())


def staged_in_sql(*only: str) -> str:
    """Declare what tasks hand over: which table a row is of, and a structure for each.

    With `only`, what lies in the files of those tables.
    """
    tables = (f"`{name}` STRUCT<{_fields(STAGED[name])}>" for name in only or STAGED)
    return ", ".join(tables if only else ("`table` STRING", *tables))


def _fields(columns: Columns) -> str:
    return ", ".join(f"`{name}`: {_SQL_TYPES[kind]}" for name, kind in columns.items())


def as_written(columns: Columns) -> list[str]:
    """Give the SQL of each column as it is written for good: microseconds become timestamps."""
    return [_written(name) if kind == INSTANT else f"`{name}`" for name, kind in columns.items()]


def _written(name: str) -> str:
    within = f"CASE WHEN `{name}` < {FIRST} THEN {FIRST} WHEN `{name}` > {LAST} THEN {LAST}"
    return f"timestamp_micros({within} ELSE `{name}` END) AS `{name}`"  # least() skips nulls


def arrow_schema(columns: Columns) -> pa.Schema:
    """Give columns as Arrow has them, instants as whole microseconds."""
    import pyarrow as pa

    types = {
        TEXT: pa.string(),
        WHOLE: pa.int64(),
        INSTANT: pa.int64(),
        TEXTS: pa.list_(pa.string()),
        "bytes": pa.binary(),
    }
    return pa.schema([(name, types[kind]) for name, kind in columns.items()])


def batch(columns: Columns, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Make a batch of rows, their values in the order of the columns."""
    import pyarrow as pa

    schema = arrow_schema(columns)
    across: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(columns)
    arrays = [pa.array(one, of.type) for one, of in zip(across, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def staged_batch(table: str, rows: Sequence[Sequence[Any]]) -> pa.RecordBatch:
    """Make a batch of rows of one table, as tasks hand them over."""
    import pyarrow as pa

    arrays, names = [pa.array([table] * len(rows), pa.string())], ["table"]
    for name, columns in STAGED.items():
        kind = pa.struct(list(arrow_schema(columns)))
        own = batch(columns, rows).to_struct_array() if name == table else None
        arrays.append(pa.nulls(len(rows), kind) if own is None else own.cast(kind))
        names.append(name)
    return pa.RecordBatch.from_arrays(arrays, names=names)


def said(state: str) -> tuple[Any, ...]:
    """Give what the columns of a belief beside its state say, from that state."""
    found = json.loads(state)
    since, last = found["since"], found["last_evidence"]
    found["since"] = since["edtf"] if since else None
    found["last_evidence"] = parse_moment(last).earliest if last else None
    return tuple(found.get(name) for name in _SAID)


def to_open(instant: Instant | None) -> Instant | None:
    """Give an instant that was written as the read model has it: the first and the last are open.

    Nothing else is lost: no report tells of the last microsecond of the year 9999.
    """
    return _OPEN.get(instant, instant)
