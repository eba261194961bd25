"""One at a time: an object that several threads use takes one call after the other."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import wraps
from threading import RLock
from typing import Any, Protocol, TypeVar

C = TypeVar("C", bound=type[Any])


class Locked(Protocol):
    """Has the lock that its calls take."""

    lock: RLock


def one_at_a_time(*but: str) -> Callable[[C], C]:
    """Make every public method and property of a class take the object's `lock`, `but` these.

    Of a generator each step takes it, so that a thread which reads a long log holds up no other.
    """

    def made(owner: C) -> C:
        for name in dir(owner):
            part = inspect.getattr_static(owner, name)
            if name.startswith("_") or name in but:
                continue
            if isinstance(part, property) and part.fget:
                setattr(owner, name, property(_guarded(part.fget), doc=part.__doc__))
            elif inspect.isfunction(part):
                guard = _stepwise if inspect.isgeneratorfunction(part) else _guarded
                setattr(owner, name, guard(part))
        return owner

    return made


def _guarded(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def guarded(self: Locked, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - of any call
        with self.lock:
            return call(self, *args, **kwargs)

    return guarded


def _stepwise(call: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
    @wraps(call)
    def guarded(self: Locked, /, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
        steps = call(self, *args, **kwargs)
        nothing = object()
        while True:
            with self.lock:
                step = next(steps, nothing)
            if step is nothing:
                return
            yield step

    return guarded
