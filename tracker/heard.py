"""What a follower last heard of its source: noted beside the replica, for whoever asks that."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from tracker.folders import named_beside
from tracker.instants import Instant, to_datetime
from tracker.putting import whole
from tracker.reading import SHEET, read_upto


@dataclass(frozen=True, slots=True)
class Heard:
    """What a follower last heard of its source: where it stood, when, and why not since then."""

    position: int = 0
    at: Instant | None = None
    away: str | None = None

    def behind(self, position: int) -> int | None:
        """Count the events that a replica at `position` lacked by then; None where nobody knows.

        So it is where nothing was heard, or only before what the replica holds by now was copied:
        the note did not come along with the file, or is an older one.
        """
        known = self.at is not None and self.position >= position
        return self.position - position if known else None


def heard_path(log: str) -> Path:
    """Say where a follower notes what it heard: situation.db has situation.heard.json beside it."""
    path = Path(log)
    return named_beside(path, "heard.json")


def read_heard(log: str) -> Heard:
    """Read what a follower last heard; nothing where that cannot be read."""
    with suppress(OSError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
        told = json.loads(read_upto(heard_path(log), SHEET))
        at, away = told["at"], told["away"]
        at = None if at is None else int(at)
        if at is not None:
            to_datetime(at)  # which refuses what is no time
        return Heard(int(told["position"]), at, None if away is None else str(away))
    return Heard()


def write_heard(log: str, heard: Heard) -> None:
    """Note what was heard, for whoever asks the replica: apart from it, so that it need not change.

    What a power cut loses of it is heard again.
    """
    with whole(heard_path(log), lasting=False) as part:
        part.write_text(json.dumps(asdict(heard)), encoding="utf-8")
