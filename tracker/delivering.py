"""Delivering: what a watch finds, shown and sent in order; its place is written down afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import groupby
from random import random
from typing import Self

from tracker.errors import AwayError
from tracker.instants import Instant, format_instant
from tracker.outcomes import Row
from tracker.watches import DeadLetter, Place, WatchError, Watches, check_name
from tracker.watching import Stretch, message
from tracker.webhooks import Courier, Endpoint, read_secret


class KeysAwayError(AwayError):
    """Keys without which nobody can say what changed are not at hand: try again later."""


class Delivery:
    """What one watch tells: to whoever reads, and to a webhook if it has one. A context manager.

    The place is written down before anything is told, and of each event again once all its changes
    were sent (or buried as dead letters) and shown: so whatever is killed in between, nothing is
    left out.
    """

    def __init__(
        self,
        watches: Watches | None,
        name: str,
        courier: Courier | None = None,
        *,
        clock: Callable[[], Instant],
        mark: Callable[[int], str | None] = lambda _position: None,
        again: Callable[[int, str], list[Row]] = lambda _position, _asked: [],
    ) -> None:
        """Watch under a name, in its file; or under none, and remember nothing.

        `mark` tells the event at a position from any other (Log.mark); `again` works out once more
        what an event changed (Watching.again).
        """
        self.name = name
        self.place = 0
        """The position up to which all was told."""
        self.taken = self.given_up = 0
        """Messages so far that were delivered, and that became dead letters."""
        self._watches = watches
        self._courier = courier
        self._clock = clock
        self._event_at = mark
        self._again = again
        self._begun = False
        self._marked: Place | None = None
        self._ends: list[Callable[[], None]] = [watches.close] if watches else []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Hang up, and close the file."""
        while self._ends:
            self._ends.pop()()

    def send_to(self, url: str, secret_file: str, tries: int, tell: Callable[[str], None]) -> None:
        """Send to an address what is told from now on. Raises TrackerError (webhooks)."""
        endpoint = Endpoint(url, read_secret(secret_file), clock=time.time)
        self._ends.append(endpoint.close)
        self._courier = Courier(endpoint.post, time.sleep, random, tell, tries)

    def begin(self, *, anew: bool = False) -> int | None:
        """Take the name; give the place that it has come to, if any. Raises WatchError.

        Also where another event stands there now, unless it begins `anew` at a place of its own.
        """
        place = self._watches.take(check_name(self.name)) if self._watches else None
        self._begun = True
        if place is None:
            return None
        there = self._event_at(place.position) or ""
        if place.event not in {None, there} and not anew:
            raise self._put_back(place.position)
        return place.position

    def _put_back(self, position: int) -> WatchError:
        return WatchError(
            f"the watch '{self.name}' had come to #{position}, and the log has not that event "
            "there: it was put back from a copy; say with --after from where on it is to be told"
        )

    def start(self, position: int) -> None:
        """Write down after which event it is told from now on, before any of it is."""
        self._mark(position)

    def follow(
        self,
        find: Callable[[int], Iterable[Stretch]],
        show: Callable[[Row], None],
        note: Callable[[str], None],
    ) -> None:
        """Tell all that `find` finds after the place; where the log, or keys, go away, go on after.

        Each change between telling and waiting is noted, once. Raises WatchError where the log that
        came back has not what was told of.
        """
        from tracker.waiting import Waiting

        waiting = Waiting(time.sleep, self._clock, random, lambda: False)
        tries, keys = 0, False
        while True:
            try:
                if tries and not keys:
                    self._go_on()
                    tries = self._back(note)
                for found in find(self.place):
                    self.tell(found, show)
                    if tries:
                        tries = self._back(note)
            except AwayError as error:
                if not tries:
                    note(f"{error}; trying again until it is back")
                keys = isinstance(error, KeysAwayError)
                waiting.longer(tries)
                tries += 1
            else:
                return

    def _go_on(self) -> None:
        """See to it that the log still has what was told, and write down what could not be."""
        position, event = self._marked or Place(self.place, None)
        there = self._event_at(position) or ""  # asked in any case: it fails until the log is back
        if event not in {None, there}:
            raise self._put_back(position)
        self._mark(self.place)

    def _back(self, note: Callable[[str], None]) -> int:
        note(f"it is back: going on after #{self.place}")
        return 0

    def tell(self, found: Stretch, show: Callable[[Row], None]) -> None:
        """Send and show what was found, and write down how far it was looked.

        Raises KeysAwayError where it may be something else once the keys are back: what a name has
        passed over it never tells.
        """
        if found.lacking and self._watches:
            raise KeysAwayError(
                f"{found.lacking}; without the keys the watch '{self.name}' could pass over "
                "changes for good"
            )
        for position, changes in groupby(found.changes, lambda change: change["position"]):
            self._tell(list(changes), found.asked, show)
            self.place = position
            if self._courier:  # what is only shown is marked once a stretch: it costs nothing again
                self._mark(position)
        self._mark(found.upto)

    def _tell(self, changes: list[Row], asked: str, show: Callable[[Row], None]) -> None:
        sent = message(changes) if self._courier else ()
        for change, (name, body) in zip(changes, sent or _nothing(changes), strict=True):
            if self._courier:
                self._deliver(name, body, change["position"], asked)
            show(change)

    def _mark(self, position: int) -> None:
        self.place = position
        if self._watches:
            place = Place(position, self._event_at(position) or "")
            self._watches.mark(self.name, place)
            self._marked = place

    def _deliver(self, name: str, body: bytes, position: int, asked: str) -> bool:
        if not self._courier or not self._watches:
            return False
        why = self._courier.deliver(name, body)
        if why is None:
            self._watches.delivered(self.name, name)
            self.taken += 1
            return True
        self.given_up += 1
        self._courier.tell(f"{name} (#{position}) is given up: {why}; --dead-letters lists it")
        self._watches.bury(self.name, DeadLetter(name, position, asked, why, self._clock()))
        return False

    def dead_letters(self) -> list[Row]:
        """Say what was given up, in the order of the log: {id, position, why, at}.

        Raises WatchError where nobody has watched by this name.
        """
        return [
            {"id": one.id, "position": one.position, "why": one.why, "at": format_instant(one.at)}
            for one in self._letters()
        ]

    def _letters(self) -> list[DeadLetter]:
        if self._watches is None:
            return []
        self._watches.check_known(check_name(self.name))
        return self._watches.dead_letters(self.name)

    def send_again(self) -> tuple[int, int]:
        """Send the dead letters again; give how many were taken, and how many there were.

        Raises WatchError where nobody has watched by this name, or another process does now.
        """
        letters = self._letters()
        if not self._begun:
            self.begin()
        return sum(map(self._sent_again, letters)), len(letters)

    def _sent_again(self, letter: DeadLetter) -> bool:
        for name, body in message(self._again(letter.position, letter.asked)):
            if name == letter.id:
                return self._deliver(name, body, letter.position, letter.asked)
        if self._courier:
            self._courier.tell(f"{letter.id} (#{letter.position}) is no change any more: kept")
        return False


def _nothing(changes: Iterable[Row]) -> list[tuple[str, bytes]]:
    return [("", b"") for _ in changes]
