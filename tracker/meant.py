"""What was meant by a value that is refused: a name that has an id, or what a draft left open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from tracker.called import Ids, called, either, tellers
from tracker.errors import Problem
from tracker.facts import Fact
from tracker.registry import Actor, AlertScheme, Place, Registry
from tracker.sources import NO_ID, Source
from tracker.yamltree import Tree

OPEN = "?"
"""What a draft has where something is needed that no rule found."""
FILL_IN = f"'{OPEN}' stands for what a draft did not find: fill it in"
NEAR = 0.75
"""How like a registered name a value has to be, of 1, for its id to be offered."""
_STEP = re.compile(r"([^.\[\]]+)|\[([0-9]+)\]")


def meant(problems: Iterable[Problem], tree: Tree, registry: Registry) -> list[Problem]:
    """Say more of problems where the value that stands there tells more."""
    return [_told(one, _value(tree, one.path), registry) for one in problems]


def _told(problem: Problem, value: object, registry: Registry) -> Problem:
    if value == OPEN:
        return replace(problem, message=FILL_IN)
    if problem.message != NO_ID or not isinstance(value, str):
        return problem
    named = _names(problem.path, registry)
    near = get_close_matches(value.casefold(), named, n=1, cutoff=NEAR)
    hint = f": did you mean {either(named[near[0]])}?" if near else ""
    return replace(problem, message=problem.message + hint)


def _value(tree: Tree, path: str) -> Any:  # noqa: ANN401 - any YAML value
    """Give the value at a path as problems write it; None where there is none."""
    found: Any = tree.value
    for name, index in _STEP.findall(path):
        if index:  # of what is missing from a list there is a problem too
            there = isinstance(found, list) and int(index) < len(found)
            found = found[int(index)] if there else None
        else:
            found = found.get(name) if isinstance(found, dict) else None
    return found


def _names(path: str, registry: Registry) -> Mapping[str, Ids]:
    """Give the ids that may stand at a path, by the names that they go by."""
    field = next((name for name, _ in reversed(_STEP.findall(path)) if name), "")
    if field in {"source", "scheme"}:
        owners: Mapping[str, Source | AlertScheme] = (
            registry.sources if field == "source" else registry.schemes
        )
        found = tellers((), owners.values(), str.casefold)
        return {**found, **{one: (one,) for one in owners}}
    entries: Mapping[str, Place | Actor] = {**registry.places, **registry.actors}
    if field in Fact.PLACE_FIELDS:
        entries = registry.places
    elif field in Fact.ACTOR_FIELDS:
        entries = registry.actors
    return {**called(entries.values(), str.casefold), **{one: (one,) for one in entries}}
