"""Aside: the files to which rows go that were quarantined, each to be mended and imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tracker.datasets.staging import Judge
from tracker.datasets.tables import is_quarantine
from tracker.errors import Problem, TrackerError
from tracker.putting import whole


@dataclass(frozen=True, slots=True)
class _Written:
    """A file of quarantined rows: its text, and whether it is there already, just so."""

    path: Path
    text: bytes
    there: bool
    passed: Path | None


class Aside:
    """Says where the quarantined rows of each table go, and writes them there.

    A file that holds anything else than what it would get keeps it, for somebody may have mended
    its rows: the rows go beside it then, under the next number. Only what is whole at the beginning
    of the new text is replaced by it, as when more rows of a growing table are wrong.
    """

    def __init__(self, tables: Sequence[Path], asked: Path | None, log: Path | None) -> None:
        """Look at the file that was `asked` for, of an import that reads `tables` into a `log`.

        Raises TrackerError where it is something else than a file for quarantined rows.
        """
        self._tables = tables
        self._asked = asked
        self._log = log
        self._planned: list[_Written] = []
        if asked is not None:
            self._check(asked)

    def plan(self, judges: Sequence[tuple[Path, Judge]]) -> None:
        """Choose a file for each table that has quarantined rows; nothing is written.

        Raises TrackerError where one would take the place of what is no such file.
        """
        bad = [(path, judge) for path, judge in judges if judge.quarantined]
        for path, judge in bad:
            if self._asked is None:
                first = path.with_name(f"{path.name}.quarantine.csv")
            else:
                number = f".{judge.file + 1}" if len(bad) > 1 else ""
                first = self._asked.with_name(f"{self._asked.stem}{number}{self._asked.suffix}")
                self._check(first)
            self._planned.append(self._chosen(first, judge.text().encode()))

    def write(self) -> tuple[str, ...]:
        """Write them, each whole or not at all; give the names of all that hold the rows."""
        for one in self._planned:
            if not one.there:
                _put(one.path, one.text)
        return tuple(str(one.path) for one in self._planned)

    def passed_over(self) -> Iterator[Problem]:
        """Warn of files that kept what they held."""
        for one in self._planned:
            if one.passed is not None:
                message = f"left as it is, for it holds something else: the rows are in {one.path}"
                yield Problem(str(one.passed), 0, 0, "", message, warning=True)

    def _check(self, path: Path) -> None:
        other = "write the quarantine to another file"
        if path.exists() and any(path.samefile(one) for one in self._tables if one.exists()):
            raise TrackerError(f"{path} is read itself: {other}")
        if path.exists() and not (path.is_file() and is_quarantine(path)):
            raise TrackerError(f"{path} is there already and holds no quarantined rows: {other}")
        if self._is_of_log(path):
            raise TrackerError(f"{path} is a name for a file of the log: {other}")
        if not path.parent.is_dir():
            raise TrackerError(f"{path.parent} is no folder: make it first")

    def _is_of_log(self, path: Path) -> bool:
        """Whether it is named as what lies beside a log, such as a read model yet to be made."""
        log = self._log
        if log is None or path.suffix == ".csv" or log.resolve().parent != path.resolve().parent:
            return False
        return path.name.startswith(f"{log.stem if log.suffix == '.db' else log.name}.")

    def _chosen(self, first: Path, text: bytes) -> _Written:
        """Give the first file, as they are numbered, that is free or holds nothing but these."""
        planned = {one.path: one.text for one in self._planned}
        path, number = first, 1
        while True:
            held = planned[path] if path in planned else _bytes_of(path)
            passed = first if number > 1 else None
            if held == text:
                return _Written(path, text, there=True, passed=passed)
            read = path not in planned and any(
                path.samefile(one) for one in self._tables if path.exists()
            )
            if held is None or (path not in planned and not read and _grows(path, held, text)):
                return _Written(path, text, there=False, passed=passed)
            number += 1
            path = first.with_name(f"{first.stem}.{number}{first.suffix}")


def _grows(path: Path, held: bytes, text: bytes) -> bool:
    return text.startswith(held) and is_quarantine(path)


def _bytes_of(path: Path) -> bytes | None:
    """Give what a file holds, None where there is none; nothing of what is no plain file."""
    if not path.is_file():
        return b"" if path.exists() or path.is_symlink() else None
    try:
        return path.read_bytes()
    except OSError:
        return b""  # it is there, and not ours to replace


def _put(path: Path, text: bytes) -> None:
    try:
        with whole(path) as part:
            part.write_bytes(text)
    except OSError as error:
        raise TrackerError(f"{path}: {error.strerror}") from error
