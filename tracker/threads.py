"""One at a time: an object that several threads use takes one call after the other.

What a call cannot be made with, or not any more, is told in words here too: every call passes.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from threading import RLock
from typing import Any, NoReturn, ParamSpec, Protocol, TypeVar

from tracker.errors import LogError, TrackerError

C = TypeVar("C", bound=type[Any])
P = ParamSpec("P")
R = TypeVar("R")
SOON = 0.0005
"""Seconds for which a thread keeps Python's lock while another one waits for it."""
CLOSED = "this situation is closed: open it again"


class Locked(Protocol):
    """Has the lock that its calls take, and may be closed."""

    lock: RLock
    _closed: bool


def one_at_a_time(*but: str) -> Callable[[C], C]:
    """Make every public method and property of a class take the object's `lock`, `but` these not.

    Of a generator each step takes it, so that a thread which reads a long log holds up no other.
    """

    def made(owner: C) -> C:
        for name in dir(owner):
            part = inspect.getattr_static(owner, name)
            if name.startswith("_"):
                continue
            if isinstance(part, property) and part.fget:
                setattr(owner, name, property(_guarded(part.fget), doc=part.__doc__))
            elif inspect.isfunction(part):
                guard = _stepwise if inspect.isgeneratorfunction(part) else _guarded
                setattr(owner, name, guard(part, locked=name not in but))
        return owner

    return made


def told_in_words(call: Callable[P, R]) -> Callable[P, R]:
    """Have a call that was made wrongly told in words: of a function, or to make an object."""

    @wraps(call)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except TrackerError:
            raise
        except Exception as error:  # noqa: BLE001 - told, or raised again
            _tell(call, args, kwargs, error)

    return told


def _guarded(call: Callable[..., Any], *, locked: bool = True) -> Callable[..., Any]:
    lasting = "by" in inspect.signature(call).parameters  # what is recorded stays: looked at first

    @wraps(call)
    def guarded(self: Locked, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - of any call
        with self.lock if locked else nullcontext():
            if self._closed and call.__name__ != "close":
                raise LogError(CLOSED)
            try:
                if lasting:
                    _refuse(call, (self, *args), kwargs)
                return call(self, *args, **kwargs)
            except TrackerError:
                raise
            except Exception as error:  # noqa: BLE001 - told, or raised again
                _tell(call, (self, *args), kwargs, error)

    return guarded


def _stepwise(
    call: Callable[..., Iterator[Any]], *, locked: bool = True
) -> Callable[..., Iterator[Any]]:
    @wraps(call)
    def guarded(self: Locked, /, *args: Any, **kwargs: Any) -> Iterator[Any]:  # noqa: ANN401
        steps = call(self, *args, **kwargs)
        nothing = object()
        while True:
            with self.lock if locked else nullcontext():
                if self._closed:
                    raise LogError(CLOSED)
                try:
                    step = next(steps, nothing)
                except TrackerError:
                    raise
                except Exception as error:  # noqa: BLE001 - told, or raised again
                    _tell(call, (self, *args), kwargs, error)
            if step is nothing:
                return
            yield step

    return guarded


def _refuse(call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Raise a TrackerError where an argument is not what a call takes."""
    from tracker.misuse import misused

    if why := misused(call, args, kwargs):
        raise TrackerError(why)


def _tell(
    call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], error: Exception
) -> NoReturn:
    """Raise what came of a call in words where it was made wrongly; else as it is."""
    try:
        _refuse(call, args, kwargs)
    except TrackerError as told:
        raise told from error
    raise error


@contextmanager
def handed_over_soon() -> Iterator[None]:
    """Have threads hand Python's lock over sooner than they do otherwise.

    One that writes to a log wants it often and briefly, while another computes: with Python's own 5
    ms an import was measured to take a twelfth longer.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(SOON, before))
    try:
        yield
    finally:
        sys.setswitchinterval(before)
