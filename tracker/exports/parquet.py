"""Parquet: a table with typed columns, for DuckDB, pandas, polars and Spark.

Times are timestamps in UTC to the microsecond, lists are lists of strings. What it is of stands in
the schema's metadata under `tracker`, as JSON.
"""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.errors import TrackerError
from tracker.exports.question import Format, Question, Told, about
from tracker.tabular import Column, Value, flattened, surveyed

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 65_536


def write(question: Question, path: Path) -> Told:
    """Write the rows in groups of ROWS_AT_ONCE. Raises TrackerError without pyarrow."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise TrackerError(
            "parquet needs pyarrow: pip install 'situation-tracker[parquet]'"
        ) from error
    answer = question.answer()
    survey = surveyed(answer.each, answer.columns)
    columns = survey.columns()
    told = about(answer, survey.count)
    schema = _schema(columns, json.dumps(told, ensure_ascii=False))
    rows = flattened(answer.each, columns)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(rows, ROWS_AT_ONCE)):
            writer.write_table(_part(some, schema))
    return Told(survey.count, told)


def _schema(columns: tuple[Column, ...], told: str) -> pa.Schema:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "json": pa.string(),
        "whole": pa.int64(),
        "number": pa.float64(),
        "flag": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
        "list": pa.list_(pa.string()),
    }
    fields = [pa.field(column.name, types[column.kind]) for column in columns]
    return pa.schema(fields, metadata={"tracker": told})


def _part(rows: list[tuple[Value, ...]], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    cells = zip(*rows, strict=True)
    arrays = [
        pa.array([_plain(value) for value in column], field.type)
        for column, field in zip(cells, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _plain(value: Value) -> str | int | float | bool | datetime | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


FORMAT = Format(
    "parquet",
    "a table with typed columns, for DuckDB, pandas and polars (needs the extra [parquet])",
    write,
    rows=("state", "spans", "facts"),
    text=False,
)
