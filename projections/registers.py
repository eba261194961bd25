"""Registers: what is registered, by id, read out of the model as it is asked for.

One question of one place needs one entry; a question of all places needs all. Entries are kept
until the model changes. An answer takes its registers with it, so they outlast the store that gave
them, and are read by any thread.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from threading import RLock
from typing import Any

from projections.moments import decoded

Entry = dict[str, Any]
SEVERAL = 64
"""Entries that are looked up one by one; after them the whole register is read."""


class Handle:
    """A connection, and the lock that whoever asks it takes; closed when its last user is gone.

    SQLite may crash where one thread closes what another one reads.
    """

    __slots__ = ("__weakref__", "connection", "lock")

    def __init__(self, connection: sqlite3.Connection, lock: RLock | None = None) -> None:
        """Keep both; without a lock, one that nobody else has."""
        self.connection = connection
        self.lock = RLock() if lock is None else lock

    def stay(self) -> None:
        """Go on reading what its file holds now: it has been replaced by another of its name.

        In a transaction that nobody ends: one begun later might take the journal of that other file
        for its own, and play it back.
        """
        with suppress(sqlite3.Error), self.lock:
            self.connection.execute("BEGIN")
            self.connection.execute("SELECT 1 FROM meta").fetchone()

    def __del__(self) -> None:
        """Close: a connection stands in a circle of its own, which is found late or never."""
        self.connection.close()


class Register(Mapping[str, Entry]):
    """One register of a model: its entries as registered, by id."""

    def __init__(self, handle: Handle, register: str) -> None:
        """Read nothing yet."""
        self._handle, self._register = handle, register
        self._known: dict[str, Entry | None] = {}
        self._whole: dict[str, Entry] | None = None

    def __getitem__(self, name: str) -> Entry:
        """Give an entry; KeyError where there is none."""
        found = self._find(name)
        if found is None:
            raise KeyError(name)
        return found

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - as a mapping's
        """Give an entry, or the default."""
        if self._whole is not None:
            return self._whole.get(name, default)
        found = self._find(name)
        return default if found is None else found

    def __contains__(self, name: object) -> bool:
        """Whether something is registered so."""
        return isinstance(name, str) and self._find(name) is not None

    def __iter__(self) -> Iterator[str]:
        """Yield every id."""
        return iter(self.whole())

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.whole())

    def __reduce__(self) -> tuple[type[dict[str, Entry]], tuple[dict[str, Entry]]]:
        """Go elsewhere as a dictionary."""
        return dict, (dict(self.whole()),)

    def whole(self) -> dict[str, Entry]:
        """Give all of it."""
        if self._whole is None:
            with self._handle.lock:
                rows = self._ask("SELECT id, data").fetchall()
            entries = decoded([row[1] for row in rows])
            self._whole = {row[0]: entry for row, entry in zip(rows, entries, strict=True)}
        return self._whole

    def _find(self, name: str) -> Entry | None:
        if self._whole is not None:
            return self._whole.get(name)
        if name not in self._known:
            if len(self._known) > SEVERAL:
                return self.whole().get(name)
            with self._handle.lock:
                row = self._ask("SELECT data", "WHERE id = ?", name).fetchone()
            self._known[name] = json.loads(row[0]) if row else None
        return self._known[name]

    def _ask(self, what: str, where: str = "", *values: str) -> sqlite3.Cursor:
        sql = f"{what} FROM {self._register} {where}"
        return self._handle.connection.execute(sql, values)


class Names(Mapping[str, str]):
    """The display name of whatever is registered, by id."""

    def __init__(self, registers: Sequence[Register]) -> None:
        """Look into these registers, the last first."""
        self._registers = tuple(reversed(registers))

    def __getitem__(self, name: str) -> str:
        """Give the name of an id; KeyError where it is not registered."""
        for register in self._registers:
            found = register.get(name)
            if found is not None:
                return str(found["name"])
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        """Yield every registered id once."""
        return iter({name: None for register in self._registers for name in register})

    def __len__(self) -> int:
        """Count the registered ids."""
        return sum(1 for _ in self)

    def __reduce__(self) -> tuple[type[dict[str, str]], tuple[dict[str, str]]]:
        """Go elsewhere as a dictionary."""
        return dict, (dict(self),)
