"""Tests of rows: what a mapping asks of them, made once and asked of many."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tracker.datasets.blocks import Scalar, Test, as_text
from tracker.datasets.numbers import with_point
from tracker.datasets.values import Memo, Read, Row, among, folded, reader, squeezed


def passes(
    tests: Sequence[Test], header: Sequence[str], *, comma: bool = False
) -> Callable[[Row], bool] | None:
    """Make what says whether a row meets all the tests; None where there are none.

    `comma`: numbers have a decimal comma.
    """
    if not tests:
        return None
    made = [_remembering(reader(test.column, header), _one_test(test, comma)) for test in tests]
    if len(made) == 1:
        return made[0]
    return lambda row: all(test(row) for test in made)


def chooser(
    each: Sequence[Sequence[Test]], header: Sequence[str], *, comma: bool = False
) -> Callable[[Row], tuple[int, ...]] | None:
    """Make what says which of several a row meets, by number, where one column decides for all.

    None where it does not: then each has to be asked.
    """
    columns = {tests[0].column if len(tests) == 1 else None for tests in each}
    if len(each) < 2 or len(columns) > 1 or None in columns:  # noqa: PLR2004 - nothing to choose
        return None
    judges = [_one_test(tests[0], comma) for tests in each]
    met = Memo(lambda text: tuple(at for at, judge in enumerate(judges) if judge(text)))
    read = reader(each[0][0].column, header)
    return lambda row: met[read(row)]


def _remembering(read: Read, judge: Callable[[str], bool]) -> Callable[[Row], bool]:
    known = Memo(judge)
    return lambda row: known[read(row)]


def _one_test(test: Test, comma: bool) -> Callable[[str], bool]:  # noqa: FBT001 - as above
    def all_of(values: Sequence[Scalar] | None) -> frozenset[str] | None:
        return None if values is None else frozenset(folded(as_text(value)) for value in values)

    within, without = all_of(test.in_), all_of(test.not_in)
    equals = None if test.equals is None else folded(as_text(test.equals))
    pattern = None if test.matches is None else re.compile(test.matches)
    named = {*(within or ()), *(without or ()), equals}

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
        number = with_point(plain) if comma else plain
        return _in_range(number, test.at_least, test.at_most)

    return judge


def _in_range(text: str, least: float | None, most: float | None) -> bool:
    if least is None and most is None:
        return True
    try:
        number = float(text)
    except ValueError:
        return False
    return (least is None or number >= least) and (most is None or number <= most)
