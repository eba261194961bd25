"""Verdicts: what became of signing for a log, of verifying it, and of examining a bundle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tracker.outcomes import Row


class Finding(NamedTuple):
    """Something that is not as it must be, in the event at a position or in the log as a whole."""

    position: int | None
    what: str

    def __str__(self) -> str:
        """Name the event first."""
        return self.what if self.position is None else f"#{self.position} {self.what}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: `verdict` is fine, tampered, or undecided.

    `covered` counts the events up to the newest checkpoint that holds and whose signer is known;
    `more` the findings beyond those that are named; `doubts` say why it cannot be decided;
    `newest` is that checkpoint's note and number, and the digests of the `timestamps` that there
    are; `withheld` what was erased: the event's `position`, its `fields`, the `authority`, the
    `reason`, and `erased`, by which event.
    """

    verdict: str
    log_id: str | None
    events: int
    covered: int
    checkpoints: int
    root: str
    findings: tuple[Finding, ...] = ()
    more: int = 0
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    newest: tuple[str, int, tuple[str, ...]] | None = None
    withheld: tuple[Row, ...] = ()
    timestamps: int = 0

    def as_json(self) -> Row:
        """Give all but the note; `uncovered` counts the events after the last checkpoint."""
        return {
            "verdict": self.verdict,
            "log": {"id": self.log_id, "position": self.events, "head": self.root},
            "covered": self.covered,
            "uncovered": self.events - self.covered,
            "checkpoints": self.checkpoints,
            "timestamps": self.timestamps,
            "findings": [{"position": one.position, "what": one.what} for one in self.findings],
            "more": self.more,
            "doubts": list(self.doubts),
            "notes": list(self.notes),
            "withheld": list(self.withheld),
        }


@dataclass(frozen=True, slots=True)
class Examined:
    """What became of checking a bundle of so many events.

    `wrong` is what is not as it was signed, `doubts` say why that cannot be decided, `notes` what
    was not looked at. Of a `selection` nobody can tell what is left out.
    """

    events: int
    selection: bool = False
    wrong: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The verdict: fine, tampered, or undecided."""
        return "tampered" if self.wrong else "undecided" if self.doubts else "fine"

    def as_json(self) -> Row:
        """Give {"verdict", "events", "selection", "rows": [{"problem"}], "doubts", "notes"}."""
        return {
            "verdict": self.verdict,
            "events": self.events,
            "selection": self.selection,
            "rows": [{"problem": line} for line in self.wrong],
            "doubts": list(self.doubts),
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that was made, or was there already for these very events."""

    note: str
    number: int
    size: int
    made: bool
