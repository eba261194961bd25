"""The vault: the file that holds the keys of a log's sealed text, beside the log or elsewhere.

A key for each field of each event, so that any choice of them can be erased: its key is destroyed,
and what the log holds of it can never be read again. Knows nothing of events or ciphers.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tracker.engines.address import is_url, read_address
from tracker.errors import LogError
from tracker.folders import OURS_ALONE, config_folder, named_after, named_beside
from tracker.foreign import foreign, told_plainly
from tracker.logfile import LOCK_SECONDS, plain_error

MEMORY = ":memory:"
APPLICATION_ID = 0x5349544B  # "SITK"
SCHEMA_VERSION = 1
KEY_BYTES = 32
CACHE = -65_536  # SQLite's own unit: minus kilobytes; ids are random, so all of the file is read
EXTRA = 3  # what PRAGMA synchronous reads back as
PRIVATE = 0o600
NAMED = "TRACKER_VAULT"
VAULTS = "vaults"
"""The folder for the keys of logs on servers."""
_FEW = 500  # events looked up at once
SETTLED_OFTEN = 10_000
"""Positions; looking through so many again costs less than writing down that it was done."""

PUT_BACK = (
    "Put it back before recording; if it is lost for good, `tracker init --new-keys` begins another"
)
SHARED = "If those who record here share their keys, let TRACKER_VAULT name them. Was it yours?"
"""Told before PUT_BACK where the log is on a server, and nobody said where its keys are."""

SCHEMA = (
    # `key` is NULL once it was destroyed: so it is known, and none is ever made again.
    """CREATE TABLE keys (event TEXT NOT NULL, field TEXT NOT NULL, key BLOB,
        PRIMARY KEY (event, field)) WITHOUT ROWID""",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
)

Subject = tuple[str, str]
"""(event id, field): what has a key of its own."""


def vault_path(log: str, log_id: str, *, local: bool = True) -> str:
    """Say where the keys of a log lie: $TRACKER_VAULT, else beside it.

    That names a file, a folder, or a schema on a server, as a log's address does.

    A log that is not `local` has nothing beside it: there, a folder of the user's configuration.
    Raises LogError for what looks like an address and is none.
    """
    if log == MEMORY:
        return MEMORY
    chosen = os.environ.get(NAMED)
    named = named_after(log_id, ".keys.db")
    if chosen and _is_server(chosen):
        return chosen
    if chosen:
        return str(Path(chosen) / named) if Path(chosen).is_dir() else chosen
    if not local:
        return str(config_folder() / VAULTS / named)
    path = Path(log)
    return str(named_beside(path, "keys.db"))


def _is_server(chosen: str) -> bool:
    """Whether keys lie on a server. Raises LogError for what looks like an address and is none."""
    try:
        if not is_url(chosen):
            return False
        read_address(chosen)
    except LogError as error:
        raise LogError(f"{NAMED}: {error}") from None
    return True


def is_named() -> bool:
    """Whether somebody said where the keys of logs lie."""
    return bool(os.environ.get(NAMED))


def open_vault(path: str, log_id: str) -> Vault:
    """Give the vault at a path, or at an address on a server; opened when it is first needed."""
    if is_url(path):
        from tracker.engines.vault import ServerVault

        return ServerVault(path, log_id)
    return Vault(path, log_id)


class Vault:
    """The keys of one log, opened when first needed, made when the first key is."""

    local = True
    """Whether it is a file."""

    def __init__(self, path: str, log_id: str) -> None:
        """Open nothing yet."""
        self.path = path
        self._log_id = log_id
        self._connection: sqlite3.Connection | None = None
        self._written = 0
        self.settled = 0
        """The log's position up to which erasures were carried out; `mark` of the event there."""
        self.mark = ""
        self._destroyed: set[Subject] = set()
        self.lacking: str | None = None
        """Why no key can be had, in words; None where keys can be had, or nobody has asked yet."""
        self.remedy = PUT_BACK
        """What to do about that before anything is recorded."""

    def close(self) -> None:
        """Close the file; safe to call twice."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- opening -------------------------------------------------------------------------------

    @property
    def found(self) -> bool:
        """Whether the keys of this log can be read; else `lacking` says why not."""
        if self._connection is None:
            self.lacking = self._open()
        return self._connection is not None

    def make(self) -> None:
        """Make the file where there is none. Raises LogError where it cannot be used."""
        if self._connection is None and self.path != MEMORY:
            try:
                if (folder := Path(self.path).parent) == config_folder() / VAULTS:
                    folder.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
            except FileExistsError:
                pass  # another process is making it, or was killed at it
            except OSError as error:
                msg = f"the keys file {self.path} cannot be made: {error.strerror}"
                raise LogError(msg) from error
        if self._connection is None:
            self.lacking = self._open(make=True)
        if self.lacking:
            raise LogError(self.lacking)

    def _open(self, *, make: bool = False) -> str | None:
        """Open the file; say what is wrong with it, None where nothing is."""
        memory = self.path == MEMORY
        if not memory and not Path(self.path).exists():
            return f"the keys file {self.path} is missing: sealed text cannot be read"
        try:
            uri = MEMORY if memory else f"{Path(self.path).absolute().as_uri()}?mode=rw"
            connection = sqlite3.connect(
                uri, LOCK_SECONDS, isolation_level=None, uri=True, check_same_thread=False
            )
        except sqlite3.Error as error:
            return _unusable(self.path, error)
        try:
            with told_plainly():
                wrong = self._look(connection, make=make or memory)
        except sqlite3.Error as error:
            wrong = _unusable(self.path, error)
        if wrong is None:
            self._connection = connection
        else:
            connection.close()
        return wrong

    def _look(self, connection: sqlite3.Connection, *, make: bool) -> str | None:
        def one(sql: str) -> Any:  # noqa: ANN401 - a pragma's value
            return connection.execute(sql).fetchone()[0]

        # EXTRA: after a power cut the key must be there before the event that needs it, and in
        # this journal mode FULL may lose the last transaction.
        for pragma in ("trusted_schema=OFF", "secure_delete=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA synchronous=EXTRA")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.execute(f"PRAGMA cache_size={CACHE}")
        if make and not one("PRAGMA application_id"):
            self._fill(connection)
        if one("PRAGMA application_id") != APPLICATION_ID:
            return f"the keys file {self.path} is no keys file: sealed text cannot be read"
        if one("PRAGMA user_version") > SCHEMA_VERSION:
            return f"the keys file {self.path} was made by a newer tracker: update this one"
        if odd := ", ".join(foreign(connection, SCHEMA)):
            return f"the keys file {self.path} holds what no keys file holds ({odd}): refused"
        meta = dict(connection.execute("SELECT name, value FROM meta").fetchall())
        if meta.get("log") != self._log_id:
            return f"the keys file {self.path} is that of another log: sealed text cannot be read"
        if one("PRAGMA synchronous") != EXTRA or one("PRAGMA secure_delete") != 1:
            return f"the keys file {self.path}: SQLite did not take its settings; refusing to go on"
        self.settled = self._written = int(meta["settled"])
        self.mark = str(meta["mark"])
        self.id = str(meta["id"])
        self.secret = bytes(meta["secret"])
        return None

    def _fill(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("PRAGMA application_id").fetchone()[0]:
            for sql in SCHEMA:
                connection.execute(sql)
            first = {"log": self._log_id, "id": secrets.token_hex(16), "settled": 0, "mark": ""}
            meta = {**first, "secret": secrets.token_bytes(KEY_BYTES)}
            connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
        connection.execute("COMMIT")

    id = ""
    """Tells this file from one made in its place."""
    secret = b""
    """What pseudonyms are made with."""

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        if self._connection is None:
            raise LogError(self.lacking or f"the keys file {self.path} is not open")
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
        except sqlite3.Error as error:
            raise plain_error(error, self.path) from error

    # -- keys ----------------------------------------------------------------------------------

    def give(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        """Give the keys of these, made where there are none, and safe on the disk on return.

        None for one that was destroyed. Two that ask at once are given the same. Raises LogError.
        """
        self.make()
        fresh = [
            (event, field, secrets.token_bytes(KEY_BYTES)) for event, field in sorted(subjects)
        ]
        with self._transaction() as connection:
            connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", fresh)
        return self.keys(dict.fromkeys(event for event, _ in subjects))

    def keys(self, events: Iterable[str]) -> dict[Subject, bytes | None]:
        """Give what keys there are of these events' fields: None for one that was destroyed."""
        if not self.found or self._connection is None:
            return {}
        names, held = list(events), {}
        try:
            for start in range(0, len(names), _FEW):
                some = names[start : start + _FEW]
                marks = ", ".join("?" * len(some))
                sql = f"SELECT event, field, key FROM keys WHERE event IN ({marks})"  # noqa: S608 - only marks
                for event, field, key in self._connection.execute(sql, some):
                    held[event, field] = None if (event, field) in self._destroyed else key
        except sqlite3.Error as error:
            raise plain_error(error, self.path) from error
        return held

    def settle(self, erased: Collection[Subject], position: int, mark: str) -> None:
        """Destroy the keys of these, and note that erasures up to a position were carried out.

        Where it cannot be written they are taken for destroyed while it is open.
        """
        if not self.found:
            return
        self.settled, self.mark = position, mark
        if not erased and position - self._written < SETTLED_OFTEN:
            return
        try:
            self._destroy(erased, position, mark)
        except LogError:
            self._destroyed |= set(erased)
            return
        self._written = position
        self._destroyed -= set(erased)
        if erased:
            self._sweep()

    def _destroy(self, erased: Collection[Subject], position: int, mark: str) -> None:
        """Write down that keys are destroyed, and up to where; all or nothing."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO keys VALUES (?, ?, NULL)"
                " ON CONFLICT (event, field) DO UPDATE SET key = NULL",
                erased,
            )
            noted = {"settled": position, "mark": mark}
            connection.executemany("REPLACE INTO meta VALUES (?, ?)", noted.items())

    def _sweep(self) -> None:
        """See to it that no page has from before what is overwritten already."""
        if self._connection:
            with suppress(sqlite3.Error):
                self._connection.execute("VACUUM")

    @property
    def pending(self) -> bool:
        """Whether keys that were to be destroyed still lie in the file: it could not be written."""
        return bool(self._destroyed)

    def damage(self) -> str | None:
        """Say what SQLite's own check finds wrong; None for nothing."""
        if not self.found or self._connection is None:
            return None
        try:
            (said,) = self._connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.Error as error:
            return str(error)
        return None if said == "ok" else str(said)

    def counts(self) -> tuple[int, int]:
        """Count (keys, those destroyed)."""
        if not self.found or self._connection is None:
            return 0, 0
        row = self._connection.execute("SELECT count(key), count(*) - count(key) FROM keys")
        held, destroyed = row.fetchone()
        return held, destroyed


def _unusable(path: str, error: sqlite3.Error) -> str:
    if "unable to open" in str(error):
        return f"the keys file {path} cannot be opened by you: sealed text cannot be read"
    return f"the keys file {path} cannot be used ({error}): sealed text cannot be read"
