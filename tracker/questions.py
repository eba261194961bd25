"""Questions: what one can ask a situation. Each method reads the read model and answers.

Apart from the situation only for its length: `Situation` is the door.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from projections import answers
from projections.store import Row
from projections.validity import out_of_force
from projections.weighing import USUAL, Weighing
from tracker.asking import Asking, of_one_position, written
from tracker.clocks import Asked, Clocks, check_whole
from tracker.errors import Problem
from tracker.instants import (
    AsOf,
    format_instant,
)
from tracker.outcomes import Answer

if TYPE_CHECKING:
    from tracker.results import Change, Dispute, Found, Gap, State, Stretch

_COUNTED = (None, "forces", "losses")
"""Projections asked for, among whose rows there may be numbers that changes are added to."""


class Questions(Asking):
    """What can be asked of a situation."""

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
        for all; `key` one cell of it, or a place or an actor by id or name: all of its cells, and
        those of all that have a name, which a note says.
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
            if (keys := self._keys(projection, key)) != (key,):
                rows = of_each(keys, ask)
                notes = list(dict.fromkeys(notes))
            key, named = self._asked(key)
            notes = named + notes
        notes += self._not_in_force(clocks, rows, projection)
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

    def _not_in_force(
        self, clocks: AsOf, rows: Sequence[Row], projection: str | None
    ) -> Iterator[str]:
        """Warn of levels whose scheme is not in force (projections.validity)."""
        if projection in {None, "alerts"}:
            for row, said in out_of_force(self.store.names("schemes"), rows, clocks.as_of):
                yield f"{row['name']}: {said}"

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
        bounded = as_of is not None or any(name != "tz" for name in others)
        clocks = self.clocks(as_of, **others) if bounded else None
        key = self._key(key)
        rows = answers.history(self.store, clocks, key, projection, weighing=weighing)
        answer = self._answer("history", clocks, weighing, rows, projection=projection, key=key)
        query = {**answer.query, "as_of": None}  # a history has no as-of
        return replace(answer, query=query, tz=answer.tz or others.get("tz"))

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
        notes += self._not_in_force(clocks, rows, projection)
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
        from projections.changes import diff
        from projections.held import events_of

        before, after = self.clocks(before, **others), self.clocks(after, **others)
        rows = of_each(
            self._keys(projection, key),
            lambda one: diff(self.store, before, after, weighing, projection, one),
        )
        key, notes = self._asked(key)
        notes += self._unknown(rows, projection, key)
        asked = {"projection": projection, "key": key}
        answer = self._answer("diff", after, weighing, rows, notes, **asked)
        since = {"from": format_instant(before.as_of), "known_from": written(before.known_at)}
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
        rows = of_each(
            self._keys(projection, key),
            lambda one: whatif(self.store, clocks, weighing, projection, one),
        )
        key, notes = self._asked(key)
        notes += self._unknown(rows, projection, key)
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
        keys = self._keys(projection, key)
        one = keys[0] if len(keys) == 1 else None  # of several: to look through all once is enough
        rows = disputes(self.store, clocks, weighing, projection, one, closed=closed)
        rows = [row for row in rows if keys == (one,) or row["key"] in keys]
        key, notes = self._asked(key)
        notes += self._unknown(rows, projection, key)
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


def of_each(
    keys: Sequence[str | None], ask: Callable[[str | None], Sequence[Row]]
) -> Sequence[Row]:
    """Ask about each of some keys; what is answered of one alone is left as it is."""
    return ask(keys[0]) if len(keys) == 1 else [row for key in keys for row in ask(key)]
