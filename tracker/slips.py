"""Slips: what no fact of a sheet can mean, though each of its fields can."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.errors import Problem
from tracker.facts import Fact
from tracker.times import When
from tracker.yamltree import Path, Tree

LAST_SENTENCE = 999_999
"""The largest number of a sentence that a sheet may tell: longer books are not written.

A bound of ours. Ten times as many as a sheet of a mebibyte has room to name; logs may hold greater
ones, from before there was a bound, and are read all the same.
"""


def beyond(sentence: int | None) -> str:
    """Say what is wrong with the number of a sentence that no document has; nothing of others."""
    if sentence is None or sentence <= LAST_SENTENCE:
        return ""
    return (
        f"no document has a sentence {sentence:,}: count from 0, at most {LAST_SENTENCE:,}, "
        "and write the number of this one"
    )


def slips(tree: Tree, path: Path, fact: Fact) -> Iterator[Problem]:
    """Find what no fact can mean, though each field can; older events may hold it all the same."""
    if message := beyond(fact.locator.sentence):
        yield tree.problem((*path, "at", "sentence"), message)
    for field in fact.ACTOR_FIELDS:
        named = getattr(fact, field, None)
        twice = [one for one in named if named.count(one) > 1] if isinstance(named, tuple) else []
        if twice:
            yield tree.problem((*path, field), f"'{twice[0]}' is named twice: name it once")
    since: When | None = getattr(fact, "since", None)
    last = fact.when.end or fact.when.start
    if since is not None and since.speaks_from >= last.latest:
        message = (
            f"{since.describe()} is after {fact.when.describe()}, when it was found so: check both"
        )
        yield tree.problem((*path, "since"), message)
