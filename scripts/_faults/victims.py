"""Processes that are made to be killed, and the ways in which they die."""

from __future__ import annotations

import ctypes
import itertools
import os
import select
import signal
import sqlite3
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from random import Random

STEP = 25  # instructions of SQLite's machine between two looks at whether to die


def adopt() -> None:
    """Become the parent of what victims leave behind, so that it can be waited for (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


_PR_SET_CHILD_SUBREAPER = 36  # of prctl(2)


class VictimError(Exception):
    """A victim ended by itself, which is a fault of its own: what it said stands above."""


def fork(work: Callable[[], None]) -> int:
    """Do the work in a process of its own; give its id. It exits with 0, or 1 after an error."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        work()
        code = 0
    except BaseException:  # noqa: BLE001 - the child ends here, whatever it met
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def killed_after(work: Callable[[], None], seconds: float) -> None:
    """Start a victim, kill it with SIGKILL after that long, and wait until it is gone."""
    begun, told = os.pipe()

    def announced() -> None:
        os.write(told, b".")
        work()

    child = fork(announced)
    os.read(begun, 1)
    never, kept_open = os.pipe()
    select.select([never], [], [], seconds)
    os.kill(child, signal.SIGKILL)
    _gone(child)
    for end in (begun, told, never, kept_open):
        os.close(end)


def killed_at_step(work: Callable[[], None], steps: int) -> None:
    """Start a victim that kills itself after so many steps of SQLite's machine, inside a call."""

    def mined() -> None:
        left = itertools.count(steps, -1)
        connect = sqlite3.connect

        def connect_to_die(*args: object, **kwargs: object) -> sqlite3.Connection:
            connection = connect(*args, **kwargs)  # type: ignore[call-overload]
            connection.set_progress_handler(
                lambda: 0 if next(left) else os.kill(os.getpid(), signal.SIGKILL), STEP
            )
            return connection

        sqlite3.connect = connect_to_die  # type: ignore[assignment]
        work()

    _gone(fork(mined))


def killed(work: Callable[[], None], moments: Random, *, inside: bool, most: float) -> None:
    """Kill a victim at a random moment: by the clock, or inside SQLite (`most` seconds of work)."""
    if inside:
        killed_at_step(work, int(moments.uniform(1, most * 1_200)))
    else:
        killed_after(work, moments.uniform(0, most))


def _gone(child: int) -> None:
    """Wait until a victim is gone, and what it had started, which then falls to us (adopt)."""
    _, status = os.waitpid(child, 0)
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise VictimError(f"a victim ended with status {status} before it could be killed")
