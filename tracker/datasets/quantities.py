"""How many, of a row: whole numbers of columns -> a Quantity as a fact's body holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from pydantic import ValidationError

from tracker.datasets.blocks import Column, HowMany
from tracker.datasets.context import Context, key_of, unlisted
from tracker.datasets.looking import Looked
from tracker.datasets.numbers import whole, with_point
from tracker.datasets.values import Bad, Memo, Read, Row, folded
from tracker.facts.envelope import canonical
from tracker.quantities import Quantity
from tracker.yamltree import Path

_PARTS = ("low", "best", "high")


def comparator_of(low: int | None, best: int | None, high: int | None) -> str:
    """Say how numbers without a word are hedged: by which of them there are."""
    if low is not None and high is not None:
        return "exact" if low == high else "between"
    if best is not None:
        return "exact" if low is None and high is None else "about"
    return "at least" if low is not None else "at most"


def quantity_getter(spec: HowMany, context: Context, path: Path, absent: str) -> Looked:
    """Make the getter; a row whose numbers are all empty says nothing of how many.

    Of a running total it then says nothing at all: that is a bad number.
    """
    name = str(path[-1])
    reads: list[tuple[Read | None, str]] = []
    number_of: list[Callable[[str], int | None]] = []
    for part in _PARTS:
        said = getattr(spec, part)
        if isinstance(said, Column):
            reads.append((context.read(said.column, (*path, part)), said.column[0]))
            number_of.append(_number_reader(said, comma=context.comma))
        else:
            reads.append((None, part))
            number_of.append(partial(_fixed, said))
    unit_of = _unit(spec, context, path)

    def make(key: tuple[str, ...]) -> str:
        *texts, unit = key
        numbers = [read(text) for read, text in zip(number_of, texts, strict=True)]
        if all(number is None for number in numbers):
            if spec.semantics == "cumulative":
                raise _no_total(reads)
            return absent
        low, best, high = numbers
        said = {
            "low": low,
            "best": best,
            "high": high,
            "comparator": spec.comparator or comparator_of(low, best, high),
            "unit": unit,
            "semantics": spec.semantics,
        }
        if said["comparator"] == "exact" and best is None:
            said["best"] = low
        try:
            made = Quantity.model_validate(said)
        except ValidationError as error:
            found = error.errors(include_url=False)[0]
            reason = str(found.get("ctx", {}).get("error", found["msg"]))
            column = next((column for read, column in reads if read is not None), name)
            values = ", ".join(
                f"{part} {n}" for part, n in zip(_PARTS, numbers, strict=True) if n is not None
            )
            raise Bad("number", column, f"{reason} ({values})") from error
        return f'"{name}":{canonical(made.model_dump(mode="json", exclude_none=True)).decode()},'

    numbers_of = [read for read, _ in reads if read is not None]
    if len(numbers_of) == len(_PARTS) and isinstance(spec.unit, str):
        low_of, best_of, high_of = numbers_of
        unit = spec.unit
        return Looked(lambda row: (low_of(row), best_of(row), high_of(row), unit), Memo(make))
    several = [read for read, _ in reads]

    def pick(row: Row) -> tuple[str, ...]:
        return (*["" if read is None else read(row) for read in several], unit_of(row))

    return Looked(pick, Memo(make))


def _fixed(number: int | None, _text: str) -> int | None:
    return number


def _number_reader(said: Column, *, comma: bool) -> Callable[[str], int | None]:
    """Make what reads a cell: what the mapping puts in its place, else the number in it."""
    column, values, otherwise = said.column[0], said.values or {}, said.otherwise
    table = {key_of(value, fold=said.fold): _whole_said(one) for value, one in values.items()}
    default = _whole_said(said.default)

    def read(text: str) -> int | None:
        key = key_of(text, fold=said.fold, named=table)
        if key in table:
            return table[key]
        if not text.strip():
            return default
        if table and otherwise is not None and otherwise != "keep":
            raise unlisted(text, column, otherwise)
        return whole(with_point(text) if comma else text, column)

    return read


def _whole_said(value: object) -> int | None:
    return None if value is None else int(str(value))


def _no_total(reads: Sequence[tuple[Read | None, str]]) -> Bad:
    column = next((column for read, column in reads if read is not None), "")
    reason = "no number, and without one a running total says nothing: where an empty cell means "
    test = f"if: {{column: {column}, filled: true}}"
    return Bad("number", column, f"{reason}that nothing is told, say `{test}` of the fact")


def _unit(spec: HowMany, context: Context, path: Path) -> Read:
    unit = spec.unit
    if isinstance(unit, str):
        return lambda _row: unit
    read = context.read(unit.column, (*path, "unit"))
    table = {folded(value): str(said) for value, said in (unit.values or {}).items()}
    default = str(unit.default) if unit.default is not None else "people"

    def get(row: Row) -> str:
        text = folded(read(row))
        return table.get(text, text if unit.values is None and text else default)

    return get
