"""Questions: what one can ask a situation. Each method reads the read model and answers.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, Unpack

from projections import answers
from projections.lazy import Again, Rows
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing, weighing_of
from tracker.clocks import Asked, Clocks, Moment, check_whole, read_clocks
from tracker.errors import NotFoundError, Problem, TrackerError
from tracker.instants import (
    AsOf,
    Instant,
    format_instant,
)
from tracker.outcomes import Answer

if TYPE_CHECKING:
    from tracker.results import Change, Dispute, Found, Gap, State, Stretch

WITHOUT_KEYS = (
    "who speaks in sealed text is not known here, nor for whom: what is confirmed, claimed or "
    "disputed may be otherwise where its keys are"
)
_COUNTED = (None, "forces", "losses")
"""Projections asked for, among whose rows there may be numbers that changes are added to."""
P = ParamSpec("P")
R = TypeVar("R")
Asker = TypeVar("Asker", bound="Questions")


def of_one_position(
    question: Callable[Concatenate[Asker, P], R],
) -> Callable[Concatenate[Asker, P], R]:
    """Have a question answered whole of one position of the log, whatever is recorded meanwhile."""

    @wraps(question)
    def asked(self: Asker, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.still():
            return question(self, *args, **kwargs)

    return asked


class Questions:
    """What can be asked, given a read model that is up to the log, and a clock.

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

    @of_one_position
    def state(
        self,
        as_of: Asked = None,
        projection: str | None = None,
        key: str | None = None,
        *,
        weighing: Weighing = USUAL,
        stale_after: int | None = None,
        **others: Unpack[Clocks],
    ) -> Answer[State]:
        """Answer what is so as of a moment; a cell without evidence has no row.

        `projection` is control, forces, alerts, losses, incidents, humanitarian or posture, None
        for all; `key` one cell of it, or a place or an actor by id or name: all of its cells.
        `stale_after` is in microseconds: rows say whether their evidence is older. Raises
        NotFoundError for an unknown projection, and TrackerError for a clock that cannot be read.
        """
        clocks = self.clocks(as_of, **others)
        check_whole("stale_after", stale_after)  # rows may be made later, when they are looked at

        def ask(key: str | None) -> Sequence[Row]:
            found = answers.state(
                self.store, clocks, projection, key, weighing=weighing, stale_after=stale_after
            )
            if key is not None or projection in _COUNTED:
                notes.extend(self._doubts(clocks, weighing, found, key))
            return found

        notes: list[str] = []
        rows = ask(key)
        if key is not None and not rows:
            asked, key = key, self._key(key)
            if (keys := self.keys_meant(projection, key)) != (asked,):
                rows = of_each(keys, ask)
                notes = list(dict.fromkeys(notes))
        if clocks.as_of > self.clock():
            notes.append("as of a time still to come: this is the last state known")
        notes += self._unknown(rows, projection, key)
        query = {"projection": projection, "key": key, "stale_after": stale_after}
        return self._answer("state", clocks, weighing, rows, notes, **query)

    def _doubts(
        self, clocks: AsOf, weighing: Weighing, rows: Sequence[Row], key: str | None
    ) -> list[str]:
        """Warn of numbers that do not fit, or count twice, and of what somebody denies."""
        numbers = any(row["projection"] in {"forces", "losses"} for row in rows)
        if not numbers and (key is None or not rows or not self.store.denied_of(key)):
            return []
        from projections.cells import Cells
        from projections.gaps import doubts

        return doubts(Cells(self.store, clocks, weighing), clocks, rows, key)

    @of_one_position
    def history(
        self,
        key: str,
        projection: str | None = None,
        as_of: Asked = None,
        *,
        weighing: Weighing = USUAL,
        **others: Unpack[Clocks],
    ) -> Answer[Stretch]:
        """Answer how the belief about one key ran, in valid and in known time.

        With clocks, as it was known and recorded by then; valid time is no bound. Raises
        NotFoundError, with the nearest, where no projection has the key.
        """
        clocks = None if as_of is None and not others else self.clocks(as_of, **others)
        key = self._key(key)
        rows = answers.history(self.store, clocks, key, projection, weighing=weighing)
        answer = self._answer("history", clocks, weighing, rows, projection=projection, key=key)
        return replace(answer, query={**answer.query, "as_of": None})  # a history has no as-of

    def is_ruled(self, projection: str, key: str, as_of: Asked) -> bool:
        """Whether an analyst's ruling decides a cell as of then."""
        rows = answers.state(self.store, self.clocks(as_of), projection, key)
        return bool(rows and rows[0]["rule"] == "ruling")

    @of_one_position
    def audit(
        self,
        as_of: Asked,
        projection: str,
        key: str,
        *,
        weighing: Weighing = USUAL,
        **others: Unpack[Clocks],
    ) -> Answer[State]:
        """Answer why: the cell's row, and every fact with its role, back to the sentence.

        `Answer.evidence()` gives those. The answer's JSON also holds `evidence`, `rule`, `later`
        and `later_rows` (projections.answers.audit). Raises NotFoundError for an unknown key.
        """
        clocks = self.clocks(as_of, **others)
        key = self._key(key)
        found = answers.audit(self.store, clocks, projection, key, weighing=weighing)
        rows = found.pop("rows")
        notes = self._doubts(clocks, weighing, rows, key)
        asked = {"projection": projection, "key": key}
        answer = self._answer("audit", clocks, weighing, rows, notes, **asked)
        return replace(answer, more=found)

    @of_one_position
    def diff(
        self,
        before: Asked,
        after: Asked = None,
        projection: str | None = None,
        key: str | None = None,
        *,
        weighing: Weighing = USUAL,
        **others: Unpack[Clocks],
    ) -> Answer[Change]:
        """Answer what changed on the ground, and what was learned (projections.changes.diff).

        Two AsOf say what was known at each moment; other clocks, beside plain moments, hold for
        both. The JSON also holds `events`: {position, kind} of each that a row names. Raises
        TrackerError where a clock runs backwards.
        """
        from projections.changes import diff, events_of

        before, after = self.clocks(before, **others), self.clocks(after, **others)
        key = key and self._key(key)
        rows = of_each(
            self.keys_meant(projection, key),
            lambda one: diff(self.store, before, after, weighing, projection, one),
        )
        notes = self._unknown(rows, projection, key)
        asked = {"projection": projection, "key": key}
        answer = self._answer("diff", after, weighing, rows, notes, **asked)
        since = {"from": format_instant(before.as_of), "known_from": _open(before.known_at)}
        events = events_of(self.store, (one for row in rows for one in row["events"]))
        return replace(answer, query={**answer.query, **since}, more={"events": events})

    @of_one_position
    def whatif(
        self,
        as_of: Asked,
        weighing: Weighing,
        projection: str | None = None,
        key: str | None = None,
        **others: Unpack[Clocks],
    ) -> Answer[Change]:
        """Answer which cells would be otherwise, weighed so (projections.changes.whatif)."""
        from projections.changes import whatif

        clocks = self.clocks(as_of, **others)
        key = key and self._key(key)
        rows = of_each(
            self.keys_meant(projection, key),
            lambda one: whatif(self.store, clocks, weighing, projection, one),
        )
        notes = self._unknown(rows, projection, key)
        asked = {"projection": projection, "key": key}
        return self._answer("whatif", clocks, weighing, rows, notes, **asked)

    @of_one_position
    def disputes(
        self,
        as_of: Asked = None,
        projection: str | None = None,
        key: str | None = None,
        *,
        weighing: Weighing = USUAL,
        closed: bool = False,
        **others: Unpack[Clocks],
    ) -> Answer[Dispute]:
        """Answer where sources disagree, since when; `closed` ones too, if asked.

        See projections.disputes.
        """
        from projections.disputes import disputes

        clocks = self.clocks(as_of, **others)
        key = key and self._key(key)
        keys = self.keys_meant(projection, key)
        one = key if len(keys) == 1 else None  # of several: to look through all once is enough
        rows = disputes(self.store, clocks, weighing, projection, one, closed=closed)
        rows = [row for row in rows if keys == (one,) or row["key"] in keys]
        notes = self._unknown(rows, projection, key)
        asked = {"projection": projection, "key": key, "closed": closed}
        return self._answer("disputes", clocks, weighing, rows, notes, **asked)

    @of_one_position
    def gaps(
        self,
        as_of: Asked = None,
        *,
        weighing: Weighing = USUAL,
        stale_after: int | None = None,
        documents: str | Path | None = None,
        **others: Unpack[Clocks],
    ) -> Answer[Gap]:
        """Answer what is old, unsure, unexplained or not read (projections.gaps).

        With a folder of `documents`, also quotes and sentences as they stand there.
        """
        from projections.gaps import STALE_AFTER, gaps

        clocks = self.clocks(as_of, **others)
        after = STALE_AFTER if stale_after is None else stale_after
        rows = gaps(self.store, clocks, weighing, after, uncoded=documents is None)
        if documents is not None:
            from tracker.coverage import document_gaps

            rows += document_gaps(self.store, clocks, Path(documents))
        looked = documents is not None
        return self._answer("gaps", clocks, weighing, rows, stale_after=after, documents=looked)

    def search(self, text: str, *, limit: int = 100, offset: int = 0) -> Answer[Found]:
        """Answer which places, actors, sources and facts hold the words (projections.search).

        The first search makes the index. Raises TrackerError for no words.
        """
        from projections.search import bring_up, is_ready, search

        while True:
            with self.still() as store:
                if is_ready(store):
                    rows = search(store, text, limit, offset)
                    asked = {"words": text, "limit": limit, "offset": offset}
                    return replace(self._answer("search", None, USUAL, rows), query=asked)
            self._index(bring_up)

    @of_one_position
    def check(self, data: bytes, file: str) -> tuple[int, list[Problem]]:
        """Ask what an expect.yaml asks; give how many were asked, and those that do not hold.

        Raises InputError for what cannot be asked: a key that names nothing guards nothing.
        """
        from tracker.expectations import differences, keys_found, read_expectations

        expected = keys_found(self.store, read_expectations(data, file))
        failed = []
        for key, one in expected:
            ask = one.expectation.ask
            clocks = self.clocks(ask.as_of, ask.known_at, ask.recorded_at)
            rows = answers.state(self.store, clocks, ask.projection, key)
            wrong = differences(one.expectation.expect, rows[0] if rows else None)
            failed += [one.problem(wrong)] if wrong else []
        return len(expected), failed

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
            "known_at": _open(clocks.known_at if clocks else None),
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
        )

    def keys_meant(self, projection: str | None, key: str | None) -> tuple[str | None, ...]:
        """Give the keys that a question about one is about (projections.answers.keys_meant)."""
        return answers.keys_meant(self.store, projection, key)

    def _key(self, key: str) -> str:
        """Give the key that a name of a place or an actor stands for; any other as it is."""
        return answers.key_named(self.store, key)

    def _unknown(self, rows: Sequence[Row], projection: str | None, key: str | None) -> list[str]:
        """Note a key that names nothing, with the nearest that does."""
        if key is None or rows or answers.has_key(self.store, projection, key):
            return []
        return [f"nothing here is called '{key}'{self._near(key)}"]

    def _near(self, key: str) -> str:
        try:
            answers.projections_with(self.store, key)
        except NotFoundError as error:
            return str(error).partition("'" + key + "'")[2]
        return ""


def of_each(
    keys: Sequence[str | None], ask: Callable[[str | None], Sequence[Row]]
) -> Sequence[Row]:
    """Ask about each of some keys; what is answered of one alone is left as it is."""
    return ask(keys[0]) if len(keys) == 1 else [row for key in keys for row in ask(key)]


def _open(instant: Instant | None) -> str | None:
    return None if instant is None else format_instant(instant)


def _recorded(clocks: AsOf | None) -> str | None:
    if clocks is None:
        return None
    return f"#{clocks.position}" if clocks.position is not None else _open(clocks.recorded_at)
