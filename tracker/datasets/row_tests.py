"""Tests of rows: what a mapping asks of them, made once and asked of many."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracker.datasets.blocks import Scalar, Test, as_text
from tracker.datasets.numbers import meanings
from tracker.datasets.values import Bad, Memo, Read, Row, among, folded, reader, shown, squeezed


def passes(
    tests: Sequence[Test], header: Sequence[str], *, decimal: str | None = None
) -> Callable[[Row], bool] | None:
    """Make what says whether a row meets all the tests; None where there are none.

    `decimal` is what stands before decimals, None where the mapping does not say. What asks for a
    number comes last: a row that fails another test need not have one. It raises Bad for a cell
    that has none.
    """
    if not tests:
        return None
    made = [
        _remembering(reader(test.column, header), _one_test(test, decimal))
        for test in sorted(tests, key=_asks_a_number)
    ]
    if len(made) == 1:
        return made[0]
    return lambda row: all(test(row) for test in made)


def chooser(
    each: Sequence[Sequence[Test]], header: Sequence[str], *, decimal: str | None = None
) -> Callable[[Row], tuple[int, ...]] | None:
    """Make what says which of several a row meets, by number, where one column decides for all.

    None where it does not: then each has to be asked.
    """
    columns = {tests[0].column if len(tests) == 1 else None for tests in each}
    if len(each) < 2 or len(columns) > 1 or None in columns:  # noqa: PLR2004 - nothing to choose
        return None
    judges = [_one_test(tests[0], decimal) for tests in each]
    met = Memo(lambda text: tuple(at for at, judge in enumerate(judges) if judge(text)))
    read = reader(each[0][0].column, header)
    return lambda row: met[read(row)]


def _remembering(read: Read, judge: Callable[[str], bool]) -> Callable[[Row], bool]:
    known = Memo(judge)
    return lambda row: known[read(row)]


def _asks_a_number(test: Test) -> bool:
    return test.at_least is not None or test.at_most is not None


def _one_test(test: Test, decimal: str | None) -> Callable[[str], bool]:
    def all_of(values: Sequence[Scalar] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(folded(as_text(value)) for value in values)

    within, without = all_of(test.in_), all_of(test.not_in)
    equals = None if test.equals is None else folded(as_text(test.equals))
    pattern = None if test.matches is None else re.compile(test.matches)
    named = {*(within or ()), *(without or ()), equals}
    ranged = _asks_a_number(test)

    def judge(text: str) -> bool:
        plain = among(folded(text), named)
        if (within is not None and plain not in within) or (without and plain in without):
            return False
        if equals is not None and plain != equals:
            return False
        if pattern is not None and not pattern.fullmatch(squeezed(text)):
            return False
        if test.filled is not None and bool(plain) is not test.filled:
            return False
        return not ranged or _in_range(plain, test, decimal)

    return judge


def _in_range(text: str, test: Test, decimal: str | None) -> bool:
    """Whether a number lies within the bounds; not where the cell is empty.

    Raises Bad where that cannot be told: left out without a word, the row would be missing.
    """
    if not text:
        return False
    least, most, column = test.at_least, test.at_most, test.column[0]
    met = {
        (least is None or number >= least) and (most is None or number <= most)
        for number in meanings(text, column, decimal)
    }
    if len(met) > 1:
        said = 'say which in the mapping, `read: {decimal: "."}` or `read: {decimal: ","}`'
        reason = f"{shown(text)} has a point that may part thousands or decimals: {said}"
        raise Bad("number", column, reason)
    return met.pop()
