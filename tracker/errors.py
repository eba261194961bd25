"""The one base error, and Problem: what is wrong with an input, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 20
"""Problems printed before the rest is only counted: more than a screen helps no one."""


class TrackerError(Exception):
    """Base of every error a user can meet: its text names what is wrong and what to do."""


class NotFoundError(TrackerError):
    """Something asked for by name or id is not there."""


class LogError(TrackerError):
    """The log cannot be opened, read or written as asked."""


class NoLogError(LogError):
    """There is no log of that name, nor half of one; `near` is a name that may have been meant."""

    def __init__(self, message: str, near: str = "") -> None:
        """Keep what to do about it, for who named the log with --log."""
        super().__init__(message)
        self.near = near


KEEP = "keep it, use a copy"
"""What to do with a log that is damaged, once it is known to be."""


class DamagedLogError(LogError):
    """The log cannot be read whole; `found` says so without sending anyone to `doctor`."""

    def __init__(self, found: str, remedy: str) -> None:
        """Say what is damaged, and what to do."""
        super().__init__(f"{found}: {remedy}")
        self.found = f"{found}: {KEEP}"


class ReplacedError(LogError):
    """The log that was opened lies no longer where it lay: it was taken away, or replaced."""


class AwayError(LogError):
    """The server that keeps the log gives no answer, or cannot be reached: try again later."""


class StoreError(TrackerError):
    """The read model cannot be read or written; it can always be rebuilt from the log."""


_FULL = 13  # sqlite3.SQLITE_FULL: not everything that fails needs that module


def is_full(error: BaseException) -> bool:
    """Whether an error of SQLite, or what it came from, is that the disk has no room left."""
    if getattr(error, "sqlite_errorcode", None) == _FULL:
        return True
    return error.__cause__ is not None and is_full(error.__cause__)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input file.

    `line` and `column` count from 1 (0: the file as a whole); without a `file` it was said at the
    command; `path` is the place inside the
    document, such as `facts[3].when.edtf`; a `warning` does not stop the file
    being accepted, though one to `confirm` asks first where there is someone to ask.
    """

    file: str
    line: int
    column: int
    path: str
    message: str
    warning: bool = False
    confirm: bool = False

    def __str__(self) -> str:
        """Give `file:line:col: path: message`, the form editors and grep understand."""
        where = f"{self.file}:{self.line}:{self.column}: " if self.file else ""
        path = f"{self.path}: " if self.path else ""
        return f"{where}{'warning: ' if self.warning else ''}{path}{self.message}"


class InputError(TrackerError):
    """An input was refused whole; `problems` holds every reason found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems and print them one a line, at most SHOWN of them."""
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"... and {len(self.problems) - SHOWN} more problems")
        super().__init__("\n".join(lines))
