"""The picture of the first page: the map, and the data that the script moves the clocks over.

Both take long for a large situation, so the page asks for them when it stands, and they are kept
until something is recorded, or the day is over. Of a log that takes seconds to draw, a process of
its own draws it, so that nobody's answer waits for that; and what it drew is handed out a while
longer, so that it has most of the time to itself however many look on, but not once any text of it
was erased. The page says of which position it is.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from dataclasses import replace
from threading import Lock
from typing import IO, Any

from pydantic_core import to_json

from tracker.errors import TrackerError
from tracker.harmless import escaped
from tracker.instants import to_datetime
from tracker.situation import Situation
from tracker.web import page as parts
from tracker.web.asking import Address
from tracker.web.axis import end_of
from tracker.web.desk import BusyError, Told, present
from tracker.web.encoding import Encoder
from tracker.web.parameters import NothingAsked

LARGE = 4_000
"""Events from which a log is drawn in a process of its own: about a second's work."""
TRIES = 3
"""Times that a picture is drawn again because text was erased meanwhile."""
LASTS = 5.0
"""Times as long as it took to draw that a picture of a large log is handed out: a share of 1/6."""


def picture(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """Give the map as markup and the data of tracker.web.encoding: {map, data}.

    It shows all times, and its axis reaches to the end of this day in the situation's zone; so it
    is the same all day. The page that asks for it begins at its own now. Raises TrackerError for
    too large a log.
    """
    clocks, weighing = situation.clocks(), situation.weighing(at.policy)
    with situation.still() as store:
        position, _, zone = store.head
        if position > (most := parts.MOST_EVENTS):
            raise TrackerError(f"a log of more than {most:,} events is not drawn whole")
        tomorrow = end_of(to_datetime(clocks.as_of, zone).date(), zone)
        overview = situation.overview(replace(clocks, as_of=tomorrow - 1), weighing=weighing)
    encoder = Encoder(overview)
    body = {"data": encoder.data(), "map": str(parts.map_section(overview, encoder))}
    return Told(body, overview.position, tomorrow)


class Pictures:
    """The pictures of one log: small ones drawn here, large ones by a process that waits for us."""

    def __init__(self, path: str) -> None:
        """Draw the log at `path`; the process is started when it is needed."""
        self._path = path
        self._process: subprocess.Popen[bytes] | None = None
        self._for: Situation | None = None
        self._stopped = False
        self._lock = Lock()

    def give(self, situation: Situation, asked: NothingAsked, at: Address) -> Told:
        """Give the picture. Raises TrackerError, and BusyError where the process came to an end.

        One that holds what was erased while it was drawn is given to nobody.
        """
        with situation.still() as store:
            position = store.position
        if not LARGE < position <= parts.MOST_EVENTS:
            return picture(situation, asked, at)
        process = self._started(situation, at.policy)
        try:
            for _ in range(TRIES):
                told = _drawn(process)
                if not situation.log.erasures(told.position):
                    return told
        except (OSError, ValueError) as error:  # ValueError: half a line, as its end left it
            _end(process)
            raise BusyError("the map cannot be drawn just now: ask again in a moment") from error
        raise BusyError("text was erased while the map was drawn: ask again in a moment")

    def _started(self, situation: Situation, policy: str | None) -> subprocess.Popen[bytes]:
        """Give the process; another one where it ended, or where `situation` was opened anew.

        For then its log, or its read model, is not what lies there any more.
        """
        with self._lock:
            if self._stopped:
                raise BusyError("the server is being stopped")
            ended = self._process is not None and self._process.poll() is not None
            if self._process is not None and (ended or self._for is not situation):
                _end(self._process)
                self._process = None
            self._for = situation
            if self._process is None:
                # -P: not what the working folder may hold under our name.
                command = [sys.executable, "-P", "-m", "tracker.web.picture", self._path]
                command += [policy] if policy else []
                self._process = subprocess.Popen(  # noqa: S603 - ourselves
                    command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            return self._process

    def stop(self) -> None:
        """End the process, whatever it is at; a picture that is being drawn is not given."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                _end(self._process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.communicate()  # closes the pipes, and waits


def _drawn(process: subprocess.Popen[bytes]) -> Told:
    """Have one picture drawn: a line asks for it, a line of JSON and then its bytes answer."""
    asked, answered = process.stdin, process.stdout
    if asked is None or answered is None:
        raise OSError("the process has no pipes")
    asked.write(b"\n")
    asked.flush()
    head = json.loads(answered.readline())
    if "error" in head:
        raise TrackerError(head["error"])
    body = answered.read(head["size"])
    if len(body) < head["size"]:
        raise OSError("the process has ended")
    return Told(body, head["position"], head["until"], lasts=LASTS)


def draw(path: str, policy: str | None, asked: IO[bytes], answered: IO[bytes]) -> None:
    """Draw a picture of the log at `path` for every line that is asked, until there are no more."""
    here = Address(b"", b"", policy=policy)
    with Situation(path, clock=present) as situation:
        while asked.readline():
            head: dict[str, Any]
            try:
                _ = situation.store
                told = picture(situation, NothingAsked(), here)
            except TrackerError as error:
                head, body = {"error": str(error)}, b""
            else:
                body = escaped(to_json(told.body))
                head = {"position": told.position, "until": told.until, "size": len(body)}
            answered.write(to_json(head) + b"\n" + body)
            answered.flush()
            gc.collect()


if __name__ == "__main__":
    os.nice(5)  # after whoever answers
    gc.disable()  # it would look at millions of rows again and again while they are made
    log, *policy = sys.argv[1:]
    draw(log, policy[0] if policy else None, sys.stdin.buffer, sys.stdout.buffer)
