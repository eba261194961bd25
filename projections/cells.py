"""Cells: what a question finds in them, read from the stored beliefs or worked out when asked."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from projections.claims import Claim
from projections.store import Row, Store
from projections.weighing import Weighing
from tracker.instants import AsOf, Instant

if TYPE_CHECKING:
    from projections.live import Live


class Cells:
    """The cells of a read model as one question sees them: its clocks, and how it weighs."""

    def __init__(self, store: Store, clocks: AsOf | None, weighing: Weighing | None = None) -> None:
        """Keep the question; without clocks it is about all that was ever recorded."""
        self.store = store
        self.clocks = clocks
        self.weighing = weighing or Weighing()
        recorded = clocks is not None and (clocks.recorded_at, clocks.position) != (None, None)
        self.stored = self.weighing.stored and not recorded

    @cached_property
    def live(self) -> Live:
        """What works beliefs out; loaded only where the stored ones do not answer."""
        from projections.live import Live

        return Live(self.store, self.weighing.policy)

    def at(
        self,
        clocks: AsOf,
        projection: str | None = None,
        key: str | None = None,
        only: Collection[tuple[str, str]] | None = None,
    ) -> Iterator[Row]:
        """Yield {projection, key, state (a mapping)} of every cell with evidence at (t, k).

        With `only`, of those cells (projection, key) alone.
        """
        t, k = clocks.as_of, clocks.known
        if self.stored:
            if key is None:
                found = self.store.states_at(t, k, projection, only)
            else:
                texts = self.store.beliefs_at(t, k, projection, key)
                found = [(name, one, json.loads(state)) for name, one, state in texts]
            for name, one, state in found:
                if only is not None and (name, one) not in only:
                    continue
                cell = {"projection": name, "key": one, "state": {**state}}
                yield self._with_last_undisputed(cell, t, k)
            return
        for cell in self.live.cells(self.heard(projection, key, k), t, k):
            if only is not None and (cell["projection"], cell["key"]) not in only:
                continue
            yield self._with_last_undisputed(cell, t, k)

    def _with_last_undisputed(self, cell: Row, t: Instant, k: Instant) -> Row:
        """Add what a disputed cell last was before, as known at k; null for any other."""
        state = cell["state"]
        disputed = state["support"] == "disputed"
        cell_of = (cell["projection"], cell["key"])
        state["last_undisputed"] = self.last_undisputed(*cell_of, t, k) if disputed else None
        return cell

    def last_undisputed(self, projection: str, key: str, t: Instant, k: Instant) -> Row | None:
        """Give what a cell last was before t, as known at k, when nobody disputed it."""
        if self.stored:
            found = self.store.settled_before(projection, key, t, k)
            return value_of(found) if found else None
        before = self.live.states_before(self.heard(projection, key), projection, t, k)
        settled = (one for one in before if one["support"] != "disputed" and one["since"])
        return next(map(value_of, settled), None)

    def rectangles(self, projection: str, key: str) -> list[Row]:
        """Give the rectangles of one cell, as the read model stores them."""
        if self.stored:
            return self.store.beliefs(projection, key)
        return self.live.rectangles(self.heard(projection, key), projection, key)

    def claims(
        self, projection: str | None = None, key: str | None = None, known: Instant | None = None
    ) -> list[Claim]:
        """Give the claims that the log held by the recorded clock, heard or not."""
        position = self.clocks.position if self.clocks else None
        recorded = self.clocks.recorded_at if self.clocks else None
        return self.store.claims(
            projection, key, position=position, recorded_at=recorded, known=known
        )

    def heard(
        self, projection: str | None = None, key: str | None = None, known: Instant | None = None
    ) -> list[Claim]:
        """Give those of the claims that the question listens to; published by `known`, if given."""
        return [claim for claim in self.claims(projection, key, known) if self.hears(claim)]

    def hears(self, claim: Claim) -> bool:
        """Whether the question listens to a claim; an analyst's rulings always count."""
        return claim.mode == "ruling" or self.weighing.takes(claim.source, claim.origin)


_BESIDE = frozenset(
    {"support", "certainty", "possibly", "dissent", "values", "rule", "last_evidence"}
    | {"actor", "actors", "place", "category", "phase", "scheme", "scope", "side", "fate"}
)


def value_of(state: Row) -> Row:
    """Keep of a state what it says, since when, and its evidence; the parts of its key go too."""
    return {name: item for name, item in state.items() if name not in _BESIDE}
