"""Calls with what they do not take, such as a word where a number is needed: told in words.

Looked at only where something came of it, or where what is given stays in the log: a question
that is asked well pays nothing for it.
"""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from inspect import Parameter, signature
from os import PathLike
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

LONGEST = 60
"""Characters shown of what was given."""
FARTHEST = 2**63
"""Numbers that neither a log nor a file can hold are none."""
_WHOLE = (str, bytes, PathLike, Mapping)
_WORDS = {
    str: "text",
    bytes: "bytes",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    type(None): "None",
}


def misused(call: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> str | None:
    """Say which argument of a call is not what it takes; None where all may be.

    Of a method the first of `args` is the object itself. What does not fit the signature at all is
    Python's to tell.
    """
    try:
        given = signature(call).bind(*args, **kwargs)
    except TypeError:
        return None
    hints = _hints(call)
    called = call.__qualname__.removesuffix(".__init__").rpartition(".")[2]
    for name, value in given.arguments.items():
        if name == "self":
            continue
        several = signature(call).parameters[name].kind is Parameter.VAR_KEYWORD
        fields = _fields(hints.get(name)) if several else {name: hints.get(name, Any)}
        for field, hint in fields.items():
            one = value.get(field) if several else value
            if not (several and one is None) and not _fits(one, hint):
                return f"{called}: {field} takes {_said(hint)}, not {_shown(one)}"
    return None


class _Names(dict[str, Any]):
    """Names of annotations: what is imported for the type checker alone is a class of that name."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__()
        self._known = known

    def __missing__(self, name: str) -> Any:  # noqa: ANN401 - whatever it stands for
        if name in self._known or hasattr(builtins, name):
            raise KeyError(name)
        kept = {"__class_getitem__": classmethod(lambda cls, _: cls)}
        self[name] = type(name, (_Elsewhere,), kept)
        return self[name]


class _Elsewhere:
    """Stands for a class by its name."""


def _hints(call: Any) -> dict[str, Any]:  # noqa: ANN401 - a function, or a class
    known = vars(sys.modules[call.__module__])
    return get_type_hints(call, known, _Names(known))


def _fields(unpacked: Any) -> dict[str, Any]:  # noqa: ANN401 - Unpack of a TypedDict
    (fields,) = get_args(unpacked) or (None,)
    return _hints(fields) if fields else {}


def _fits(value: Any, hint: Any) -> bool:  # noqa: ANN401 - anything, held to any annotation
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return any(_fits(value, one) for one in inner)
    if origin is Annotated:
        return _fits(value, inner[0])
    if origin is Literal:
        return value in inner
    if origin is tuple and Ellipsis not in inner:
        pairs = zip(value, inner, strict=False) if isinstance(value, tuple) else ()
        return bool(pairs) and len(value) == len(inner) and all(_fits(*pair) for pair in pairs)
    if origin is Mapping and isinstance(value, Mapping):
        named, held = inner
        return all(_fits(name, named) and _fits(one, held) for name, one in value.items())
    if origin in {Sequence, tuple, list}:  # whatever gives one after the other will do, but a text
        several = isinstance(value, Iterable) and not isinstance(value, _WHOLE)
        items = value if isinstance(value, list | tuple) else ()
        return several and all(_fits(item, inner[0]) for item in items)
    if origin is Callable or hint is Callable:
        return callable(value)
    return _is(value, origin or hint)


def _is(value: Any, kind: Any) -> bool:  # noqa: ANN401
    if kind is None:
        return value is None
    if not isinstance(kind, type) or kind is object:
        return True  # Any, a type variable
    if issubclass(kind, _Elsewhere):
        return any(one.__name__ == kind.__name__ for one in type(value).__mro__)
    if kind is float:
        return isinstance(value, int | float)
    if not isinstance(value, kind):
        return False
    if isinstance(value, int):
        return abs(value) < FARTHEST
    if isinstance(value, str):
        return not any("\ud800" <= one <= "\udfff" for one in value)
    whole = is_dataclass(value) and kind.__module__.partition(".")[0] in {"tracker", "projections"}
    return not whole or all(
        _fits(getattr(value, field, None), hint) for field, hint in _own_fields(kind)
    )


def _own_fields(kind: type[Any]) -> Iterator[tuple[str, Any]]:
    hints = _hints(kind)
    return ((name, hints[name]) for name in getattr(kind, "__dataclass_fields__", ()))


def _said(hint: Any) -> str:  # noqa: ANN401
    """Say in words what an annotation asks for."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, types.UnionType}:
        return " or ".join(dict.fromkeys(_said(one) for one in inner if one is not type(None)))
    if origin is Literal:
        return " or ".join(map(repr, inner))
    if origin is Callable:
        return "something to call"
    if origin in {Sequence, list, tuple} and (origin is not tuple or Ellipsis in inner):
        return f"a list of {_said(inner[0])}"
    if origin is tuple:
        return f"({', '.join(map(_said, inner))})"
    return _WORDS.get(hint, getattr(origin or hint, "__name__", str(hint)))


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}... ({type(value).__name__})"
