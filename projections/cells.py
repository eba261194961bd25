"""Cells: what a question finds in them, read from the stored beliefs or worked out when asked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from projections.claims import Claim
from projections.moments import Key, decoded, rows_begun
from projections.names import BELIEVED
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from tracker.instants import AsOf, Instant

if TYPE_CHECKING:
    from projections.live import Live

Heard = tuple[str, str, list[Claim]]
"""A cell's projection and key, and the claims that a question listens to, in the log's order."""
AT_ONCE = 1_000
"""Cells of which the claims are held in memory."""


class Cells:
    """The cells of a read model as one question sees them: its clocks, and how it weighs."""

    def __init__(self, store: Store, clocks: AsOf | None, weighing: Weighing | None = None) -> None:
        """Keep the question; without clocks it is about all that was ever recorded."""
        self.store = store
        self.clocks = clocks
        self.weighing = weighing or USUAL
        ever = clocks is None or (clocks.recorded_at is None and clocks.position is None)
        self.stored = ever and self.weighing.stored

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
    ) -> list[Row]:
        """Give {projection, key, name (None), **state} of every cell with evidence at (t, k).

        The rows are the caller's to go on.
        """
        t, k = clocks.as_of, clocks.known
        if self.stored:
            return rows_begun(self.store.beliefs_at(t, k, projection, key))
        return [
            {"projection": name, "key": one, "name": None, **state}
            for name, one, state in self.live.cells(self.heard_by_cell(projection, key, k), t, k)
        ]

    def settled(self, clocks: AsOf, cells: Collection[Key]) -> Mapping[Key, Row | None]:
        """Give what each of these cells last was before, undisputed (last_undisputed)."""
        t, k = clocks.as_of, clocks.known
        if self.stored and len(cells) > 1:
            found = self.store.all_settled_before(cells, t, k)
            states = decoded(list(found.values()))
            return {cell: value_of(state) for cell, state in zip(found, states, strict=True)}
        return {cell: self.last_undisputed(*cell, t, k) for cell in cells}

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

    def heard_by_cell(
        self, projection: str | None = None, key: str | None = None, known: Instant | None = None
    ) -> Iterator[Heard]:
        """Yield the same cell by cell, in the order of their names; of few at a time."""
        if key is not None:  # found by its name: not all names are read
            for name in sorted(BELIEVED) if projection is None else [projection]:
                if claims := self.heard(name, key, known):
                    yield name, key, claims
            return
        named = self.store.moments.names
        cells = sorted(cell for cell in named if cell[0] and projection in {None, cell[0]})
        for start in range(0, len(cells), AT_ONCE):
            some = self.heard_in(cells[start : start + AT_ONCE], known=known)
            yield from ((*cell, claims) for cell, claims in some.items() if claims)

    def heard_in(
        self,
        cells: Iterable[Key],
        turning: tuple[Instant, Instant] | None = None,
        known: Instant | None = None,
    ) -> dict[Key, list[Claim]]:
        """Give the claims of several cells that the question listens to (Store.claims_in)."""
        position = self.clocks.position if self.clocks else None
        recorded = self.clocks.recorded_at if self.clocks else None
        found = self.store.claims_in(
            cells, turning, position=position, recorded_at=recorded, known=known
        )
        return {cell: list(filter(self.hears, claims)) for cell, claims in found.items()}

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
