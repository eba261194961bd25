"""From a parsed YAML tree to frozen models; from pydantic's errors to problems with a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from tracker.errors import Problem
from tracker.harmless import REORDERS, has_bidi_controls
from tracker.lookalikes import skeleton
from tracker.yamltree import Path, Tree

M = TypeVar("M", bound=BaseModel)

# What people meet most, said plainly; pydantic's own text serves for the rest.
_PLAIN = {
    "missing": "this field is needed",
    "string_type": "text is needed here: put it in quotes",
    "int_type": "a whole number is needed here",
    "float_type": "a number is needed here",
    "tuple_type": "a list is needed here: [one, two]",
    "dict_type": "a mapping is needed here",
    "model_type": "a mapping is needed here",
    "string_pattern_mismatch": "64 hexadecimal digits in lower case are needed here",  # Sha256
    "too_short": "at least {min_length} needed here",
    "string_too_long": "a text of at most {max_length} characters is needed here",
    "greater_than_equal": "{ge} or more is needed here",
    "less_than_equal": "{le} or less is needed here",
}


HINTED = 100
"""Unknown fields of one mapping for which the nearest known one is looked for: it takes long."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Give `: did you mean x?` for the nearest known word, else nothing."""
    by_look = {skeleton(name): name for name in known}
    near = get_close_matches(skeleton(word), by_look, n=1, cutoff=0.6)
    return f": did you mean {by_look[near[0]]}?" if near else ""


def validate(
    tree: Tree,
    path: Path,
    value: object,
    model: type[M],
    *,
    context: Mapping[str, Any] | None = None,
    renamed: Mapping[str, str] | None = None,
) -> tuple[M | None, list[Problem]]:
    """Make a model of the value at a path; give it, or the problems that keep it from being one.

    `renamed` maps a field of the model to the name that people write for it.
    """
    try:
        return model.model_validate(value, context=dict(context or {})), []
    except ValidationError as error:
        problems = []
        unknown = 0
        for found in _as_written(tree, path, error.errors(include_url=False)):
            unknown += found["type"] == "extra_forbidden"
            message = _message(found, model, hint=unknown <= HINTED)
            steps = (
                (renamed or {}).get(str(found["loc"][0]), found["loc"][0]) if found["loc"] else None
            )
            loc = () if steps is None else (steps, *found["loc"][1:])
            problems.append(tree.problem((*path, *loc), message))
        return None, problems


def _as_written(tree: Tree, path: Path, errors: list[Any]) -> list[Any]:
    """Leave out what only echoes another error.

    That is one of what a model filled in by itself, and that a list is too short whose items are
    there and wrong.
    """
    inside = {found["loc"][:-1] for found in errors if found["loc"]}
    errors = [
        found for found in errors if found["type"] != "too_short" or found["loc"] not in inside
    ]
    written = {
        (found["type"], found["loc"][:-1])
        for found in errors
        if (*path, *found["loc"]) in tree.marks
    }
    return [
        found
        for found in errors
        if (*path, *found["loc"]) in tree.marks
        or found["type"] == "missing"
        or (found["type"], found["loc"][:-1]) not in written
    ]


def unfit(annotation: Any, value: object) -> str | None:  # noqa: ANN401 - any annotation
    """Say why a value, as JSON has it, is none of a type; None where it is one."""
    try:
        TypeAdapter(annotation).validate_json(json.dumps(value))
    except ValidationError as error:
        return reason_of(error)
    return None


def reason_of(error: Exception) -> str:
    """Say what is wrong with a value, in a line; what pydantic adds to it is left out."""
    if isinstance(error, ValidationError):
        return _message(error.errors(include_url=False)[0], None)
    return str(error)


def _message(found: Mapping[str, Any], model: type[BaseModel] | None, *, hint: bool = True) -> str:
    kind, loc = found["type"], found["loc"]
    if kind == "extra_forbidden":
        owner = _model_at(model, loc[:-1])
        known = owner.model_fields if owner else ()
        near = did_you_mean(str(loc[-1]), known) if hint else ""
        return f"unknown field '{loc[-1]}'{near}"
    if kind == "literal_error":
        expected = str(found["ctx"]["expected"])
        choices = re.findall(r"'([^']*)'", expected)
        near = did_you_mean(str(found["input"]), choices) if isinstance(found["input"], str) else ""
        return f"not one of {expected}{near}"
    if kind == "value_error":
        return str(found["ctx"]["error"])
    if kind == "string_type" and isinstance(found["input"], list | dict):
        sort = "a list" if isinstance(found["input"], list) else "a mapping"
        return f"one text is needed here, not {sort}"
    plain = _PLAIN.get(kind, "").format_map(found.get("ctx", {}))
    return plain or str(found["msg"]).removeprefix("Value error, ")


def _model_at(model: type[BaseModel] | None, loc: tuple[Any, ...]) -> type[BaseModel] | None:
    at: type[BaseModel] | None = model
    for step in loc:
        if isinstance(step, int) or at is None:
            continue
        info = at.model_fields.get(step)
        at = _model_in(info.annotation) if info else None
    return at


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found:
            return found
    return None


def warn_of_bidi(tree: Tree) -> list[Problem]:
    """Warn of every text whose controls reorder what a reader sees; it is kept as it is."""
    found = []

    def look(value: object, path: Path) -> None:
        if isinstance(value, str) and has_bidi_controls(value):
            found.append(tree.problem(path, REORDERS, warning=True))
        elif isinstance(value, dict):
            for key, item in value.items():
                look(item, (*path, key))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                look(item, (*path, index))

    look(tree.value, ())
    return found
