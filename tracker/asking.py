"""Asking: how a question is put, by its clocks and weighing, and what form its answer has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from projections import answers
from projections.lazy import Again, Rows
from projections.store import Row, Store
from projections.weighing import Weighing, weighing_of
from tracker.clocks import Asked, Moment, read_clocks
from tracker.errors import NotFoundError, TrackerError
from tracker.instants import AsOf, Instant, format_instant
from tracker.outcomes import Answer

WITHOUT_KEYS = (
    "who speaks in sealed text is not known here, nor for whom: what is confirmed, claimed or "
    "disputed may be otherwise where its keys are"
)
P = ParamSpec("P")
R = TypeVar("R")
Asker = TypeVar("Asker", bound="Asking")


def of_one_position(
    question: Callable[Concatenate[Asker, P], R],
) -> Callable[Concatenate[Asker, P], R]:
    """Have a question answered whole of one position of the log, whatever is recorded meanwhile."""

    @wraps(question)
    def asked(self: Asker, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.still():
            return question(self, *args, **kwargs)

    return asked


class Asking:
    """What every question needs: a read model that is up to the log, a clock, and an answer's form.

    Every answer is of one position of the log, the one that it names.
    """

    clock: Callable[[], Instant]

    @property
    def store(self) -> Store:
        """The read model, followed up to the log."""
        raise NotImplementedError

    def head(self, position: int) -> str | None:
        """The ledger's root at a position."""
        raise NotImplementedError

    @property
    def zone(self) -> str:
        """The zone that the situation's days are days of, such as "Africa/Bamako"."""
        return self.store.meta("zone", "UTC")

    def replica(self) -> Row | None:
        """What the log is a replica of, and how far behind it; None for one of none."""
        return None

    def _index(self, make: Callable[[Store], None]) -> None:
        """Have something added to the read model that it can do without."""
        make(self.store)

    def still(self) -> AbstractContextManager[Store]:
        """Hold the read model at one position of the log, for several questions."""
        raise NotImplementedError

    def clocks(
        self,
        as_of: Asked = None,
        known_at: Moment = None,
        recorded_at: Moment = None,
        tz: str | None = None,
    ) -> AsOf:
        """Read the three clocks as people write them; a bare date means through its end.

        `recorded_at` is a time or `#position`. Raises TrackerError, naming the clock.
        """
        if isinstance(as_of, AsOf) and known_at is None and recorded_at is None:
            return as_of
        return read_clocks(
            as_of,
            known_at,
            recorded_at,
            zone=tz or self.store.meta("zone", "UTC"),
            assume=tz is not None,
            now=self.clock(),
        )

    def two_moments(
        self,
        start: str | None,
        stop: str | None,
        known_from: str | None,
        known_to: str | None,
        *,
        recorded_at: str | None = None,
        tz: str | None = None,
    ) -> tuple[AsOf, AsOf]:
        """Read what a diff is asked by: the clocks before, and after. Raises TrackerError.

        Without `start` both are about `stop`; `known_to` alone holds that clock still.
        """
        if start is None and known_from is None:
            raise TrackerError("a diff needs from, or known_from")
        after = self.clocks(stop, known_to, recorded_at, tz)
        before = self.clocks(start or stop, known_from or known_to, recorded_at, tz)
        return (before if start else replace(before, as_of=after.as_of)), after

    def weighing(
        self, policy: str | None = None, only: Sequence[str] = (), without: Sequence[str] = ()
    ) -> Weighing:
        """Say how to weigh: a policy, and sources or origins (ids or names) to hear or to leave.

        One may be named alone. Raises NotFoundError for what there is not, with the nearest.
        """
        only, without = ((one,) if isinstance(one, str) else one for one in (only, without))
        return weighing_of(self.store, policy, only, without)

    def _answer(
        self,
        verb: str,
        clocks: AsOf | None,
        weighing: Weighing,
        rows: Sequence[Row],
        notes: Sequence[str] = (),
        **query: object,
    ) -> Answer[Any]:
        asked = {
            **query,
            "as_of": format_instant(clocks.as_of) if clocks else None,
            "known_at": written(clocks.known_at if clocks else None),
            "recorded_at": _recorded(clocks),
            **weighing.as_json(),
        }
        store = self.store
        position, title, zone = store.head
        if clocks and clocks.position is not None and clocks.position > position:
            notes = (*notes, f"#{clocks.position} is still to come: the log ends at #{position}")
        notes = (*notes, WITHOUT_KEYS) if store.unread else notes
        names = store.display_names()
        head = self.head(position)
        return Answer(
            verb,
            asked,
            position,
            head,
            title,
            zone,
            rows if isinstance(rows, Rows | Again) else tuple(rows),
            names,
            tuple(notes),
            replica=self.replica(),
            tz=clocks.zone if clocks else None,
        )

    def keys_meant(self, projection: str | None, key: str | None) -> tuple[str | None, ...]:
        """Give the keys that a question about one is about (projections.answers.keys_meant)."""
        return self._keys(projection, key)

    def _keys(self, projection: str | None, key: str | None) -> tuple[str | None, ...]:
        # What questions call: where a key is no text, they are named, not `keys_meant`.
        return answers.keys_meant(self.store, projection, key)

    def _key(self, key: str) -> str:
        """Give the key that a name of a place or an actor stands for; any other as it is.

        Raises NotFoundError for a name that several have.
        """
        return answers.key_named(self.store, key)

    def _asked(self, key: str | None) -> tuple[str | None, list[str]]:
        """Give a key as the answer names it, and a note where all of its name are told of."""
        if key is None:
            return None, []
        keys = answers.keys_named(self.store, key)
        if len(keys) == 1:
            return keys[0], []
        return key, [f"{answers.shared(key, keys)}: this tells of each of them"]

    def _unknown(self, rows: Sequence[Row], projection: str | None, key: str | None) -> list[str]:
        """Note a key that names nothing, with the nearest that does."""
        if key is None or rows or answers.has_key(self.store, projection, key):
            return []
        if len(answers.keys_named(self.store, key)) > 1:
            return []
        return [f"nothing here is called '{key}'{self._near(key)}"]

    def _near(self, key: str) -> str:
        try:
            answers.projections_with(self.store, key)
        except NotFoundError as error:
            return str(error).partition("'" + key + "'")[2]
        return ""


def written(instant: Instant | None) -> str | None:
    """Write an instant of a clock; None where that is not bounded."""
    return None if instant is None else format_instant(instant)


def _recorded(clocks: AsOf | None) -> str | None:
    if clocks is None:
        return None
    return f"#{clocks.position}" if clocks.position is not None else written(clocks.recorded_at)
