"""How a field of a fact is got from a row: always the same, looked up by a cell, or worked out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tracker.datasets.values import Memo, Moment, Row

Get = Callable[[Row, Moment], str]
"""(row, its publication) -> a fragment."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A fragment that `pick` of a row alone decides: looked up in `memo`."""

    pick: Callable[[Row], Any]
    memo: Memo


How = str | Looked | Get
"""How a field is got: one fragment for all rows, one looked up, or one worked out."""


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is got; `enumerated`: of few values, each judged with the others' together.

    Of another, `absent` is the fragment that it has where the row says nothing of it, None where
    every row does.
    """

    how: How
    enumerated: bool = False
    absent: str | None = None
