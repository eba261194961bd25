"""How many, of a row: whole numbers of columns -> a Quantity as a fact's body holds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pydantic import ValidationError

from tracker.datasets.blocks import Column, HowMany
from tracker.datasets.looking import Looked
from tracker.datasets.numbers import whole
from tracker.datasets.values import Bad, Memo, Read, Row, folded
from tracker.facts.envelope import canonical
from tracker.quantities import Quantity

_PARTS = ("low", "best", "high")


def comparator_of(low: int | None, best: int | None, high: int | None) -> str:
    """Say how numbers without a word are hedged: by which of them there are."""
    if low is not None and high is not None:
        return "exact" if low == high else "between"
    if best is not None:
        return "exact" if low is None and high is None else "about"
    return "at least" if low is not None else "at most"


def quantity_getter(
    spec: HowMany, reader: Callable[[Sequence[str], str], Read], name: str, absent: str
) -> Looked:
    """Make the getter; a row whose numbers are all empty says nothing of how many.

    Of a running total it then says nothing at all: that is a bad number.
    """
    reads: list[tuple[Read | None, str]] = []
    fixed: list[int | None] = []
    for part in _PARTS:
        said = getattr(spec, part)
        is_column = isinstance(said, Column)
        reads.append(
            (
                reader(said.column, part) if is_column else None,
                said.column[0] if is_column else part,
            )
        )
        fixed.append(None if is_column else said)
    unit_of = _unit(spec, reader)

    def make(key: tuple[str, ...]) -> str:
        *texts, unit = key
        numbers = [
            fixed[at] if read is None else whole(text, column)
            for at, ((read, column), text) in enumerate(zip(reads, texts, strict=True))
        ]
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


def _no_total(reads: Sequence[tuple[Read | None, str]]) -> Bad:
    column = next((column for read, column in reads if read is not None), "")
    reason = "no number, and without one a running total says nothing: where an empty cell means "
    test = f"if: {{column: {column}, filled: true}}"
    return Bad("number", column, f"{reason}that nothing is told, say `{test}` of the fact")


def _unit(spec: HowMany, reader: Callable[[Sequence[str], str], Read]) -> Read:
    unit = spec.unit
    if isinstance(unit, str):
        return lambda _row: unit
    read = reader(unit.column, "unit")
    table = {folded(value): str(said) for value, said in (unit.values or {}).items()}
    default = str(unit.default) if unit.default is not None else "people"

    def get(row: Row) -> str:
        text = folded(read(row))
        return table.get(text, text if unit.values is None and text else default)

    return get
