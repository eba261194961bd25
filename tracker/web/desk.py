"""The desk: questions in, bytes out. What was answered is kept for as long as it stays true.

A situation is not shared between threads, so each of a few threads has its own, and every answer
is of one position of the log. Questions that are asked again while one of them waits get the same
answer: it is begun after all of them were asked, so none of them is told anything older.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import logging
import math
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from threading import Lock
from typing import Any, Literal, Self, get_args

from pydantic_core import to_json

from tracker.errors import AwayError, LogError, NoLogError, StoreError, TrackerError
from tracker.harmless import escaped
from tracker.situation import Situation, now
from tracker.web.parameters import USUAL_POLICY

LOGGER = logging.getLogger("tracker.web")
Lane = Literal["quick", "slow", "apart"]
LANES: tuple[Lane, ...] = get_args(Lane)
"""A thread each: what may take long holds up nothing but its like. Python runs one at a time, so
more threads would only make each answer later; what is `apart` waits for another process."""
MOST_WAITING = 500
"""Questions in the queue; whoever comes then is told to come again."""
MOST_KEPT = 128 << 20
"""Bytes of answers that are kept."""
MOST_KNOWN = 4_096
"""Questions that need not be read again to be asked again."""
AWAY = 1.0
"""Seconds in which a server that gave no answer is not asked again: whoever waits is told so at
once, instead of each waiting as long as the one before."""
WORTH_PACKING = 1_000
"""Bytes."""
PACKING = 1
"""Of gzip: twice as fast as its usual 6, for a fifth more bytes, and answers do not last long."""
SECOND = 1_000_000

Pair = tuple[bytes, bytes]
Version = tuple[int, int]
"""Which of the logs that lay at the path one after the other, and a number of its changes."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a question gives: JSON values (or a page), the log position, how long it stays true.

    `until` is the instant from which it has to be asked again even of the same log. For `lasts`
    times as long as it took to find, it is given though the log has grown since, but for erasures.
    """

    body: Any
    position: int
    until: float = math.inf
    headers: tuple[Pair, ...] = ()
    media: bytes = b"application/json"
    lasts: float = 0.0


@dataclass(frozen=True, slots=True)
class Made:
    """An answer as bytes: plain, and packed where that is worth it; its tag names the position."""

    body: bytes
    packed: bytes | None
    tag: bytes
    position: int
    until: float
    headers: tuple[Pair, ...]
    lasts: float

    @property
    def size(self) -> int:
        """Bytes that it takes to keep."""
        return len(self.body) + len(self.packed or b"")


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask of a situation, and beside what it may wait."""

    ask: Callable[[Situation], Told]
    lane: Lane = "quick"


class BusyError(TrackerError):
    """More questions wait than can be answered soon."""


@dataclass(slots=True)
class _Job:
    key: Hashable
    question: Question
    answer: asyncio.Future[Made]
    version: Version | None


@dataclass(frozen=True, slots=True)
class _Kept:
    """An answer, the version of the log it is of, and until when it is given of a later one."""

    version: Version
    made: Made
    stands: float

    def given(self, version: Version) -> bool:
        """Whether it still answers, of a log of that version."""
        return self.version == version and now() < self.made.until

    def lasts(self, version: Version) -> bool:
        """Whether it may be given though that log has grown, if nothing of it was erased."""
        same = self.version[0] == version[0]
        return same and time.monotonic() < self.stands and now() < self.made.until


def present() -> int:
    """Read the clock, to the second: "now" is then the same question for all who ask in it."""
    return now() // SECOND * SECOND


class Desk:
    """Takes questions on the event loop's thread and has them answered by others."""

    def __init__(self, path: str, *, read_only: bool = False, policy: str | None = None) -> None:
        """Open the log at `path` once to watch it, and once a thread. Raises LogError.

        `policy` settles rival claims where a question names none.
        """
        self.path = path
        self.policy = None if policy in USUAL_POLICY else policy
        self._open = partial(Situation, path, read_only=read_only)
        self._watched = self._open()
        self._logs = 1
        self._gone = False
        self.known: OrderedDict[Hashable, Question] = OrderedDict()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0
        self._waiting: dict[Hashable, _Job] = {}
        self._queues: dict[Lane, asyncio.Queue[_Job]] = {lane: asyncio.Queue() for lane in LANES}
        self._threads = {lane: ThreadPoolExecutor(1, f"desk-{lane}") for lane in LANES}
        self._situations: dict[Lane, Situation | None] = dict.fromkeys(LANES)
        self._tasks: list[asyncio.Task[None]] = []
        self._following = Lock()
        self._blind = False
        self._away: tuple[float, str] = (-math.inf, "")

    async def __aenter__(self) -> Self:
        """Begin to answer."""
        self._tasks = [asyncio.create_task(self._serve(at)) for at in LANES]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Answer nobody any more; close what was opened, where it was opened."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for at, thread in self._threads.items():
            thread.submit(self._close, at)
            thread.shutdown(wait=True)
        self._watched.close()

    @property
    def version(self) -> Version | None:
        """What changes whenever anyone has recorded; None where that cannot be told.

        Then nobody looks again before a thread has reached the log: a look holds up the loop.
        """
        if not self._watched.log.there() and not self._watch_anew():
            return None
        if self._blind:
            return None
        found = self._watched.version()
        self._blind = found is None
        return None if found is None else (self._logs, found)

    def _watch_anew(self) -> bool:
        """Watch the log that lies at the path by now, if there is one; nothing is kept of before.

        What was opened stays open, and would be answered for ever.
        """
        try:
            watched = self._open()
        except LogError:
            return False
        self._watched.close()
        self._watched = watched
        self._logs += 1
        self._kept.clear()
        self._size = 0
        return True

    def know(self, key: Hashable, question: Question) -> None:
        """Remember what a key asks."""
        self.known[key] = question
        self.known.move_to_end(key)
        if len(self.known) > MOST_KNOWN:
            self.known.popitem(last=False)

    async def ask(self, key: Hashable, question: Question) -> Made:
        """Have a question answered of the log as it is now, or later.

        Raises what the question does, and BusyError.
        """
        version = self.version
        kept = self._kept.get(key)
        if kept and version is not None:
            if kept.given(version):
                self._kept.move_to_end(key)
                return kept.made
            if kept.lasts(version) and not await self._erased_since(kept.made.position):
                return kept.made
        job = self._waiting.get(key)
        if job is None:
            if len(self._waiting) >= MOST_WAITING:
                raise BusyError("too many questions at once: ask again in a moment")
            answer: asyncio.Future[Made] = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_seen)
            job = self._waiting[key] = _Job(key, question, answer, version)
            self._queues[question.lane].put_nowait(job)
        job.version = version
        return await asyncio.shield(job.answer)

    async def _erased_since(self, position: int) -> bool:
        """Whether any text was erased by what came after a position. Raises as `ask`."""
        asked = Question(partial(_erasures, position))
        return bool((await self.ask(("erased since", position), asked)).body)

    async def _serve(self, at: Lane) -> None:
        """Answer one question of a lane after another with its own situation."""
        loop = asyncio.get_running_loop()
        while True:
            job = await self._queues[at].get()
            del self._waiting[job.key]  # whoever asks from now on waits for the next answer
            begun = time.monotonic()
            try:
                made = await loop.run_in_executor(self._threads[at], self._work, at, job.question)
            except asyncio.CancelledError:
                job.answer.cancel()
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, whoever asked is told
                job.answer.set_exception(error)
            else:
                done = time.monotonic()
                self._keep(job, made, done + made.lasts * (done - begun))
                job.answer.set_result(made)

    def _work(self, at: Lane, question: Question) -> Made:
        try:
            situation, told = self._asked(at, question)
        except LogError as error:
            self._close(at)  # opened anew for the next
            if isinstance(error, NoLogError) and not self._gone:
                self._gone = True
                LOGGER.warning("%s", error)
            if isinstance(error, AwayError) and time.monotonic() > self._away[0]:
                self._away = (time.monotonic() + AWAY, str(error))
                LOGGER.warning("%s", error)
            raise
        if situation.log.replica_of is not None:  # how far behind it is can change any time
            told = replace(told, until=min(told.until, present() + SECOND))
        return made(told)

    def _asked(self, at: Lane, question: Question) -> tuple[Situation, Told]:
        """Ask a lane's situation; once more where its read model turns out to be of no use.

        What is opened anew has the model that was put in its place, or answers from the log alone.
        """
        try:
            situation = self._reached(at)
            return situation, question.ask(situation)
        except (StoreError, sqlite3.Error) as error:
            LOGGER.warning("the read model cannot be used: %s", error)
            self._close(at)
        situation = self._reached(at)
        return situation, question.ask(situation)

    def _reached(self, at: Lane) -> Situation:
        """Give a lane's situation, up to the log. Raises LogError, at once where it was just away.

        By one at a time: they would only wait for each other's lock.
        """
        with self._following:
            until, why = self._away
            if time.monotonic() < until:
                raise AwayError(why)
            situation = self._situations[at]
            if situation is not None and not situation.log.there():
                self._close(at)
                situation = None
            if situation is None:
                situation = self._situations[at] = self._open(clock=present)
            self._gone = False
            _ = situation.store
            if (
                self._blind
            ):  # of a server this takes a connection, and the loop does not wait for it
                self._blind = not situation.log.local and self._watched.version() is None
        return situation

    def _close(self, at: Lane) -> None:
        situation = self._situations[at]
        self._situations[at] = None
        if situation is not None:
            situation.close()

    def _keep(self, job: _Job, answer: Made, stands: float) -> None:
        if job.version is None or answer.size > MOST_KEPT // 3:
            return
        old = self._kept.pop(job.key, None)
        self._size += answer.size - (old.made.size if old else 0)
        self._kept[job.key] = _Kept(job.version, answer, stands)
        while self._size > MOST_KEPT:
            _, gone = self._kept.popitem(last=False)
            self._size -= gone.made.size


def _erasures(position: int, situation: Situation) -> Told:
    """Tell with a byte whether text was erased after a position."""
    erased = situation.log.erasures(position)
    return Told(b"1" if erased else b"", situation.position)


def _seen(answer: asyncio.Future[Made]) -> None:
    """Look at an error that nobody waits for any more."""
    if not answer.cancelled():
        answer.exception()


def made(told: Told) -> Made:
    """Write an answer as bytes."""
    body = told.body if isinstance(told.body, bytes) else escaped(to_json(told.body))
    packed = gzip.compress(body, PACKING, mtime=0) if len(body) > WORTH_PACKING else None
    tag = f'W/"{told.position}-{hashlib.blake2b(body, digest_size=8).hexdigest()}"'
    headers = ((b"content-type", told.media), *told.headers)
    return Made(body, packed, tag.encode(), told.position, told.until, headers, told.lasts)
