"""Helping: the processes that a long rebuild is shared among, and what they are told.

A helper writes a file of its own, which the process that asked takes into the model. Started as
`python -m projections.helping TASK ...`; it ends when it is done, or when its asker is gone.
"""

from __future__ import annotations

import fcntl
import marshal
import os
import subprocess
import sys
import termios
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

_LENGTH = 8
_PIPE = 2**20
"""Bytes that wait in a pipe while both sides are at work: what Linux lets anyone ask for."""


def processors() -> int:
    """Count the processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Helper:
    """A process that works into `part`, a file of its own. A context manager: none is left over."""

    def __init__(self, task: str, part: Path, *arguments: object) -> None:
        """Start it; `arguments` are what the task is told."""
        self.part = part
        told = [task, str(part), *map(str, arguments)]
        self._process = subprocess.Popen(  # noqa: S603 - our own module, by this same Python
            [sys.executable, "-P", "-m", "projections.helping", *told],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

        if self._process.stdin and hasattr(fcntl, "F_SETPIPE_SZ"):
            with suppress(OSError):  # more than this system grants: rows are sent in pieces
                fcntl.fcntl(self._process.stdin, fcntl.F_SETPIPE_SZ, _PIPE)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it if it still runs, and leave no file behind."""
        if self._process.poll() is None:
            self._process.kill()
        for pipe in (self._process.stdin, self._process.stderr):
            if pipe:
                with suppress(BrokenPipeError):  # it is gone, and said so already
                    pipe.close()
        self._process.wait()
        for name in (self.part, Path(f"{self.part}-journal")):
            name.unlink(missing_ok=True)

    @property
    def waiting(self) -> bool:
        """Whether it has read all that it was sent; it may still be at work on that."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return False
        unread = array("i", [0])
        with suppress(OSError):  # a system that cannot tell: as if it had
            fcntl.ioctl(pipe, termios.FIONREAD, unread)
        return unread[0] == 0

    def send(self, work: list[StoredRow] | list[int]) -> None:
        """Hand it rows of the log, or cells. Raises TrackerError where it has stopped."""
        data = marshal.dumps(work)
        pipe = self._process.stdin
        try:
            if pipe:
                pipe.write(len(data).to_bytes(_LENGTH))
                pipe.write(data)
                pipe.flush()
        except BrokenPipeError:
            self.finish()

    def finish(self) -> None:
        """Wait until it is done. Raises TrackerError with what it said if it failed."""
        if self._process.stdin and not self._process.stdin.closed:
            with suppress(BrokenPipeError):  # it has stopped: the reason follows
                self._process.stdin.close()
        said = self._process.stderr.read() if self._process.stderr else b""
        if self._process.wait():
            lines = said.decode(errors="replace").strip().splitlines()
            raise TrackerError(lines[-1] if lines else "a helping process was killed: try again")


def received(pipe: IO[bytes]) -> Iterator[list[Any]]:
    """Yield what an asker sends, until it closes the pipe."""
    while head := pipe.read(_LENGTH):
        yield marshal.loads(pipe.read(int.from_bytes(head)))  # noqa: S302 - from our own asker


def _run(task: str, part: str, told: Iterable[Any]) -> None:
    if task == "take":
        from projections.taking import take_into

        take_into(part, received(sys.stdin.buffer))
    else:
        from projections.believing import believe_into

        (model,) = told
        believe_into(part, model, received(sys.stdin.buffer))


if __name__ == "__main__":
    try:
        _run(sys.argv[1], sys.argv[2], sys.argv[3:])
    except TrackerError as error:
        sys.exit(str(error))
