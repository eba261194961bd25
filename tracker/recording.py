"""Recording: what a situation is told, by its file and by fact sheets, read, decided and appended.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tracker.deciding import Deciding
from tracker.errors import InputError, Problem, TrackerError
from tracker.instants import Instant
from tracker.outcomes import Recorded
from tracker.reading import SHEET, read_upto

if TYPE_CHECKING:
    from tracker.drafting.writing import Draft
    from tracker.reports import Decision
    from tracker.sheets import Sheet

Given = str | os.PathLike[str] | tuple[bytes, str]
Sheets = str | os.PathLike[str] | Sequence[Given]
"""Fact sheets: a path, or several; or raw bytes with a name for each."""


def now() -> Instant:
    """Read the clock: microseconds UTC."""
    return time.time_ns() // 1000


class Recording(Deciding):
    """What is added to a log, given that, its read model and a clock."""

    def register(
        self,
        data: bytes | str | os.PathLike[str],
        file: str = "",
        *,
        by: str,
        agree: Callable[[Sequence[Problem]], bool] = lambda _: True,
    ) -> Recorded:
        """Register what a situation.yaml names; what is registered so already adds nothing.

        `data` is its path; or its raw bytes, and `file` then the name to tell problems by.
        `agree` is asked about look-alike names. Raises InputError with every problem, and
        TrackerError where `agree` says no.
        """
        from tracker import reports
        from tracker.situation_file import read_situation

        if not isinstance(data, bytes):
            data, file = _read(data)
        accepted = read_situation(data, file, self.registry())
        asking = [warning for warning in accepted.warnings if warning.confirm]
        if asking and not agree(asking):
            raise TrackerError("nothing was registered")

        def decide() -> Decision:
            past = len(self.log.stream(reports.SITUATION_STREAM))
            return reports.register(past, self.registry(), accepted.events, at=self.clock(), by=by)

        decision = self._append(decide)
        position = self.log.position
        return Recorded(file, len(decision.events), decision.already, position, accepted.warnings)

    def read_sheets(
        self,
        sheets: Sheets,
        *,
        tz: str | None = None,
        batch: str | None = None,
    ) -> list[tuple[str, Sheet]]:
        """Read fact sheets; raises InputError with all problems."""
        from tracker import arguments
        from tracker.sheets import read_sheet
        from tracker.twins import warned

        registry = self.registry()
        named = None if batch is None else arguments.batch(batch)
        read: list[tuple[str, Sheet]] = []
        problems: list[Problem] = []
        for data, file in map(_read, [sheets] if isinstance(sheets, str | os.PathLike) else sheets):
            try:
                sheet = read_sheet(data, file, registry, tz=tz, batch=named, now=now())
                unknown = self.model.far_behind()  # then it would be made anew for this alone
                read.append((file, sheet if unknown else warned(self.store, sheet, file)))
            except InputError as error:
                problems += error.problems
        if problems:
            raise InputError(problems)
        return read

    def draft(
        self, data: bytes, name: str, *, published: str | date, source: str | None = None
    ) -> Draft:
        """Propose a fact sheet from an article's raw bytes (drafting.drafts.draft).

        `published` is a text, a date, or a datetime with its zone, which counts to the second.
        """
        from tracker.drafting.drafts import draft

        if isinstance(published, datetime):
            published = published.isoformat(timespec="seconds")
        elif not isinstance(published, str):
            published = published.isoformat()
        return draft(data, name, self.registry(), published=published, source=source)

    def examine(
        self, sheets: Sheets, *, tz: str | None = None
    ) -> list[tuple[str, int, tuple[Problem, ...]]]:
        """Validate only: (file, number of facts, warnings) each; InputError as `record`."""
        read = self.read_sheets(sheets, tz=tz)
        return [(file, len(sheet.report.facts), sheet.warnings) for file, sheet in read]

    def record(
        self,
        sheets: Sheets,
        *,
        by: str,
        tz: str | None = None,
        batch: str | None = None,
    ) -> list[Recorded]:
        """Record fact sheets: all of a file or none of it, and nothing if any file has a problem.

        `sheets` is a path, or several; or (raw bytes, the name to tell problems by) each.
        `batch` names them together, so that `retract` can take all of them back. Re-recording
        adds nothing, and leaves a report in the batch that it was first recorded with. Raises
        InputError, LogError, or TrackerError where a sheet no longer tells what is in the log.
        """
        from tracker import reports

        outcomes = []
        for file, sheet in self.read_sheets(sheets, tz=tz, batch=batch):
            report = sheet.report

            def decide(report: reports.Report = report) -> Decision:
                past = self.log.stream(report.stream)
                return reports.record(past, report, at=self.clock(), by=by)

            try:
                decision = self._append(decide)
            except reports.ChangedReportError as error:
                raise InputError([Problem(file, 0, 0, "", str(error))]) from error
            added = len(decision.events)
            outcomes.append(
                Recorded(
                    file,
                    added,
                    decision.already,
                    self.log.position,
                    sheet.warnings,
                    report.stream.hex,
                )
            )
        return outcomes


def _read(given: Given) -> tuple[bytes, str]:
    """Read a file that is given by its path. Raises TrackerError."""
    if isinstance(given, tuple):
        return given
    path = Path(given)
    try:
        return read_upto(path, SHEET), str(path)
    except OSError as error:
        raise TrackerError(f"{path}: {error.strerror}") from error
