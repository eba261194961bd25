"""Lists: what was so over all of time, and every fact with where it stands; a part of `Situation`.

What exports are made of, where a question about one moment is not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from projections.lazy import Again
from projections.store import Row
from projections.weighing import USUAL, Weighing
from tracker.asking import of_one_position
from tracker.clocks import Asked, Clocks
from tracker.errors import TrackerError
from tracker.instants import (
    FUTURE_OPEN,
    PAST_OPEN,
    AsOf,
    Instant,
    InstantError,
    format_open,
    parse_moment,
)
from tracker.outcomes import Answer, Overview
from tracker.questions import Questions

if TYPE_CHECKING:
    from tracker.results import Fact, Span

EVER = (PAST_OPEN, FUTURE_OPEN)


class Listing(Questions):
    """The questions whose answers hold all of valid time."""

    def period(
        self, start: str | None, stop: str | None, tz: str | None = None
    ) -> tuple[Instant, Instant]:
        """Read a period, whole days of bare dates: [from, to). Raises TrackerError."""
        zone = tz or self.store.meta("zone", "UTC")
        ends = list(EVER)
        for at, (name, text) in enumerate((("from", start), ("to", stop))):
            if text is not None:
                try:
                    ends[at] = parse_moment(text, zone, assume_zone=tz is not None)[at]
                except InstantError as error:
                    raise TrackerError(f"{name}: {error}") from error
        if ends[1] <= ends[0]:
            raise TrackerError("the period ends before it begins: write the earlier time as from")
        return ends[0], ends[1]

    def spans(
        self,
        as_of: Asked = None,
        projection: str | None = None,
        key: str | None = None,
        *,
        weighing: Weighing = USUAL,
        period: tuple[Instant, Instant] = EVER,
        kept: bool = True,
        **others: Unpack[Clocks],
    ) -> Answer[Span]:
        """Answer what was so over all of valid time, as known at the clocks (projections.spans).

        A row for each stretch [valid_from, valid_to) in which a cell was one thing, and for each
        fact of a chronology; only what touches the period [from, to). Of the clocks the as-of does
        not count. Not `kept`, the rows are worked out anew whenever they are gone through
        (projections.lazy.Again): more than fit in memory, for who holds the situation `still`
        meanwhile. Raises NotFoundError for a projection that does not exist.
        """
        from projections.spans import spans

        clocks = self.clocks(as_of, **others)
        asked = projection, key
        return self._listed("spans", spans, clocks, asked, weighing, period, kept=kept)

    def evidence(
        self,
        as_of: Asked = None,
        projection: str | None = None,
        key: str | None = None,
        *,
        weighing: Weighing = USUAL,
        period: tuple[Instant, Instant] = EVER,
        kept: bool = True,
        **others: Unpack[Clocks],
    ) -> Answer[Fact]:
        """Answer which facts are known at the clocks, and where each stands (projections.spans).

        In the log's order; with a projection or a key, those that speak of it. The as-of does not
        count; `period` and `kept` as of `spans`.
        """
        from projections.spans import evidence

        clocks = self.clocks(as_of, **others)
        asked = projection, key
        return self._listed("facts", evidence, clocks, asked, weighing, period, kept=kept)

    def replay(
        self, as_of: Asked = None, weighing: Weighing = USUAL, **others: Unpack[Clocks]
    ) -> Iterator[tuple[Row, list[Row]]]:
        """Run the log again: each event with the changes that it caused."""
        raise NotImplementedError

    def replayed(
        self, as_of: Asked = None, weighing: Weighing = USUAL, **others: Unpack[Clocks]
    ) -> Answer[Any]:
        """Answer the same whole: rows as of `log_rows`, each with the `changes` that it caused."""
        clocks = self.clocks(as_of, **others)
        rows = [{**row, "changes": changes} for row, changes in self.replay(clocks, weighing)]
        return self._answer("replay", clocks, weighing, rows)

    @of_one_position
    def overview(
        self, as_of: Asked = None, *, weighing: Weighing = USUAL, **others: Unpack[Clocks]
    ) -> Overview:
        """Give all that a picture shows, at the clocks and at every other valid and known time."""
        from projections import overview

        clocks = self.clocks(as_of, **others)
        state = self.state(clocks, weighing=weighing)
        store = self.store
        kin = store.kin()
        sides = {actor: kin.side(actor) for actor in store.names("actors")}
        return Overview(
            state.verb,
            state.query,
            state.position,
            state.head,
            state.title,
            state.zone,
            state.dicts,
            dict(state.names),
            state.notes,
            replica=state.replica,
            as_of=clocks.as_of,
            known_at=clocks.known_at,
            cells=tuple(overview.cells(store, clocks, weighing)),
            facts=overview.facts(store, clocks, weighing),
            chronicles=overview.chronicles(store),
            places=store.names("places").whole(),
            schemes=store.names("schemes").whole(),
            sides={actor: side for actor, side in sides.items() if side},
            rules=overview.rules(store, clocks, weighing),
        )

    def registered(self) -> dict[str, dict[str, Row]]:
        """Give the places, actors, sources and schemes by id, as registered."""
        from projections.spans import registers

        return registers(self.store)

    def _listed(
        self,
        verb: str,
        of: Callable[..., Iterator[Row]],
        clocks: AsOf,
        asked: tuple[str | None, str | None],
        weighing: Weighing,
        period: tuple[Instant, Instant],
        *,
        kept: bool,
    ) -> Answer[Any]:
        """Answer about no one moment of valid time, but about a period of it."""
        projection, key = asked
        with self.still() as store:
            first, *cells = self._keys(projection, key)
            asks = partial(of, store, clocks, projection=projection, key=first, cells=cells)
            again = Again(partial(asks, weighing=weighing, period=period), store.lock)
            rows = again[:] if kept else again
            key, notes = self._asked(key)
            notes += self._unknown(rows, projection, key)
            asked_of = {"projection": projection, "key": key}
            answer = self._answer(verb, clocks, weighing, rows, notes, **asked_of)
        ends = {"as_of": None, "from": format_open(period[0]), "to": format_open(period[1])}
        return replace(answer, query={**answer.query, **ends})
