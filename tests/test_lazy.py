"""Rows that are made when they are looked at are those of a tuple, and of the moment of asking."""

from __future__ import annotations

import json
import pickle
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.lazy import Rows
from projections.moments import Begun

Lookups = st.lists(
    st.one_of(
        st.integers(-4, 3),
        st.builds(slice, st.integers(-5, 5), st.integers(-5, 5), st.sampled_from((None, 1, 2, -1))),
    ),
    max_size=6,
)


def rows_of(keys: str) -> tuple[Rows, list[str]]:
    """Give rows of these keys, a letter each, and a list of the keys as they are made."""
    made: list[str] = []

    def make(some: Sequence[Begun]) -> list[dict[str, object]]:
        made.extend(key for _, key, _ in some)
        return [{"key": key, **json.loads(state)} for _, key, state in some]

    return Rows([("control", key, f'{{"of":"{key}"}}') for key in keys], make), made


@given(Lookups)
def test_they_are_those_of_a_tuple_however_they_are_looked_at(lookups: list[int | slice]) -> None:
    rows, made = rows_of("abcd")
    plain = tuple({"key": key, "of": key} for key in "abcd")
    for one in lookups:
        assert rows[one] == plain[one]
    assert len(made) == len(set(made))
    assert rows == plain
    assert list(rows) == list(plain)
    assert sorted(made) == list("abcd")


def test_what_was_made_once_stays_the_same_object() -> None:
    rows, made = rows_of("ab")
    first = rows[0]
    assert made == ["a"]
    assert rows[-2] is first is next(iter(rows))
    assert made == ["a", "b"]


def test_a_count_makes_nothing() -> None:
    rows, made = rows_of("abc")
    assert (len(rows), bool(rows)) == (3, True)
    assert made == []


def test_beside_a_tuple_they_behave_like_one() -> None:
    rows, _ = rows_of("ab")
    same, other = rows_of("ab")[0], rows_of("ba")[0]
    assert (rows == same, rows == other, rows == rows_of("a")[0]) == (True, False, False)
    assert rows != [*rows]
    assert repr(rows) == repr(tuple(rows))
    assert pickle.loads(pickle.dumps(rows)) == tuple(rows)  # noqa: S301 - our own bytes
    with pytest.raises(IndexError):
        rows[2]
    with pytest.raises(TypeError):
        hash(rows)
