"""Lazy rows: an answer of tens of thousands of rows, of which each is made when it is looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from projections.moments import Begun
from tracker.garbage import uncollected

Row = dict[str, Any]


class Rows(Sequence[Row]):
    """Rows like those of a tuple, which they equal; what was made once stays the same object.

    One is made alone where it is looked at by its number; all that are left where they are gone
    through. They are of the moment at which they were asked for, whatever the model holds by then.
    """

    __slots__ = ("_all", "_found", "_left", "_made", "_make")

    def __init__(
        self, found: Sequence[Begun], make: Callable[[Sequence[Begun]], list[Row]]
    ) -> None:
        """Make nothing yet; `make` gives the rows of some of what was `found`, in its order."""
        self._found, self._make = found, make
        self._made: list[Row | None] = [None] * len(found)
        self._left = len(found)
        self._all: tuple[Row, ...] | None = None

    def __len__(self) -> int:
        """Count the rows; nothing is made for it."""
        return len(self._made)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice) -> Row | tuple[Row, ...]:
        """Give one row, or those of a slice."""
        if isinstance(at, slice):
            wanted = range(len(self))[at]
            return self._whole() if wanted == range(len(self)) else tuple(self._some(wanted))
        return self._some((range(len(self))[at],))[0]

    def __iter__(self) -> Iterator[Row]:
        """Go through all of them."""
        return iter(self._some(range(len(self))))

    def __eq__(self, other: object) -> bool:
        """Whether these are the rows of a tuple, or of others such as this."""
        if isinstance(other, Rows | tuple):
            return len(self) == len(other) and all(map(_same, self, other))
        return NotImplemented

    def __hash__(self) -> int:
        """Raise TypeError, as a tuple of dictionaries does."""
        return hash(tuple(self))

    def __repr__(self) -> str:
        """Show them as a tuple."""
        return repr(tuple(self))

    def __reduce__(self) -> tuple[type[tuple[Row, ...]], tuple[list[Row]]]:
        """Go elsewhere as a tuple."""
        return tuple, (list(self),)

    def _whole(self) -> tuple[Row, ...]:
        if self._all is None:
            self._all = tuple(self._some(range(len(self))))
        return self._all

    def _some(self, wanted: Sequence[int]) -> list[Row]:
        made = self._made
        if self._left:
            with uncollected():
                new = [at for at in wanted if made[at] is None]
                rows = self._make([self._found[at] for at in new])
                for at, row in zip(new, rows, strict=True):
                    made[at] = row
                self._left -= len(new)
        return [one for one in map(made.__getitem__, wanted) if one is not None]


def _same(one: Row, other: object) -> bool:
    return one == other
