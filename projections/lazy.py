"""Lazy rows: answers of tens of thousands of rows and more, made when they are looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import RLock
from typing import Any, overload

from projections.moments import Begun
from tracker.garbage import uncollected

Row = dict[str, Any]


class Rows(Sequence[Row]):
    """Rows like those of a tuple, which they equal; what was made once stays the same object.

    One is made alone where it is looked at by its number; all that are left where they are gone
    through. They are of the moment at which they were asked for, whatever the model holds by then.
    Threads may look at the same ones.
    """

    __slots__ = ("_all", "_found", "_left", "_lock", "_made", "_make")

    def __init__(
        self, found: Sequence[Begun], make: Callable[[Sequence[Begun]], list[Row]]
    ) -> None:
        """Make nothing yet; `make` gives the rows of some of what was `found`, in its order."""
        self._found, self._make = found, make
        self._made: list[Row | None] = [None] * len(found)
        self._left = len(found)
        self._lock = RLock()
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
            with self._lock:
                self._all = self._all or tuple(self._some(range(len(self))))
        return self._all

    def _some(self, wanted: Sequence[int]) -> list[Row]:
        made = self._made
        if self._left:
            with self._lock, uncollected():
                new = [at for at in wanted if made[at] is None]
                rows = self._make([self._found[at] for at in new])
                for at, row in zip(new, rows, strict=True):
                    made[at] = row
                self._left -= len(new)
        return [one for one in map(made.__getitem__, wanted) if one is not None]


class Again(Sequence[Row]):
    """Rows that are worked out anew whenever they are gone through: more than fit in memory.

    They are the same each time for as long as the model that they are asked of is held still. Each
    step takes the lock of the model.
    """

    __slots__ = ("_ask", "_count", "_lock")

    def __init__(self, ask: Callable[[], Iterator[Row]], lock: RLock) -> None:
        """Ask nothing yet."""
        self._ask, self._lock = ask, lock
        self._count: int | None = None

    def __iter__(self) -> Iterator[Row]:
        """Go through all of them, of which few are in memory at once."""
        rows = self._ask()
        while True:
            with self._lock:
                row = next(rows, None)
            if row is None:
                return
            yield row

    def __bool__(self) -> bool:
        """Whether there is any: no more than the first is made for it."""
        return next(iter(self), None) is not None

    def __len__(self) -> int:
        """Count the rows, which are gone through for it once."""
        if self._count is None:
            self._count = sum(1 for _ in self)
        return self._count

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice) -> Row | tuple[Row, ...]:
        """Give one row, or those of a slice, out of all of them in memory."""
        return tuple(self)[at]

    def __reduce__(self) -> tuple[type[tuple[Row, ...]], tuple[list[Row]]]:
        """Go elsewhere as a tuple."""
        return tuple, (list(self),)


def _same(one: Row, other: object) -> bool:
    return one == other
