"""Data frames of rows, for pandas and polars, which are imported when one is asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tracker.errors import TrackerError
from tracker.tabular import Kind, tabulated

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_OF_PANDAS: Mapping[Kind, str] = {
    "text": "string",
    "json": "string",
    "whole": "Int64",
    "number": "Float64",
    "flag": "boolean",
    "time": "datetime64[us, UTC]",
    "list": "object",
}


def to_pandas(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> pd.DataFrame:
    """Give a DataFrame: a column each of tracker.tabular, with types that know of no value.

    `columns` are there whatever the rows have (tabular.columns_of). Times are datetime64[us, UTC];
    lists of ids are tuples. Raises TrackerError without pandas.
    """
    pandas = _imported("pandas")
    table = tabulated(rows, columns)
    made: pd.DataFrame = pandas.DataFrame(
        {
            name: pandas.Series(table.column(name), dtype=_OF_PANDAS[kind])
            for name, kind in table.columns
        }
    )
    return made


def to_polars(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> pl.DataFrame:
    """Give a DataFrame: a column each of tracker.tabular.

    `columns` are there whatever the rows have (tabular.columns_of). Times are Datetime("us",
    "UTC"), lists of ids List(String). Raises TrackerError without polars.
    """
    polars = _imported("polars")
    types = {
        "text": polars.String,
        "json": polars.String,
        "whole": polars.Int64,
        "number": polars.Float64,
        "flag": polars.Boolean,
        "time": polars.Datetime("us", "UTC"),
        "list": polars.List(polars.String),
    }
    table = tabulated(rows, columns)
    made: pl.DataFrame = polars.DataFrame(
        [
            polars.Series(name, table.column(name), dtype=types[kind], strict=False)
            for name, kind in table.columns
        ]
    )
    return made


def _imported(name: str) -> Any:  # noqa: ANN401 - a module that may not be there
    try:
        return import_module(name)
    except ImportError as error:
        msg = f"{name} is not installed: pip install 'situation-tracker[{name}]'"
        raise TrackerError(msg) from error
