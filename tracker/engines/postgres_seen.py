"""A log on a server as `doctor` and `verify` see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

import psycopg
from psycopg.types.string import ByteaBinaryLoader

from tracker.engines.address import Address
from tracker.engines.base import Check, Counts, DamagedError, worded
from tracker.engines.server import Link, plain_error
from tracker.engines.tables import FUNCTIONS, PATH, TRIGGERS, quoted

SPAN = 50_000
"""Positions looked through at once, so that no one statement takes long."""


class ServerHealth(NamedTuple):
    """A server's settings as they read back, and a log's counts."""

    server_version: str
    synchronous_commit: str
    fsync: str
    full_page_writes: str
    standby: bool
    standbys: str
    belts: tuple[str, ...]
    counts: Counts

    def checks(self) -> Iterator[Check]:
        """Judge the settings."""
        yield Check("ok", "PostgreSQL version", self.server_version)
        kept = self.synchronous_commit != "off"
        with_whom = f", confirmed by {self.standbys}" if self.standbys else ", by this server alone"
        yield Check(worded(kept), "synchronous_commit", self.synchronous_commit + with_whom)
        for what, found in (("fsync", self.fsync), ("full_page_writes", self.full_page_writes)):
            hint = "" if found == "on" else ": a power cut may lose acknowledged events"
            yield Check(worded(found == "on"), what, found + hint)
        belts = "; ".join(self.belts) or "all there, and no others"
        yield Check(worded(not self.belts), "triggers of the log", belts)
        if self.standby:
            yield Check("warning", "standby", "this server only follows: nothing can be recorded")


class ServerSource:
    """A log on a server as `verify` reads it: through a connection that decodes no text."""

    def __init__(self, link: Link, address: Address) -> None:
        """Take a connection, which its owner closes."""
        self._link = link
        self._address = address
        self._count = 0
        for kind in ("text", "name"):
            link.adapters.register_loader(kind, ByteaBinaryLoader)

    def begin(self) -> None:
        """Begin to read what is there at one moment."""
        with self._damage():
            self._link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def version(self) -> int:
        """Give the version of the log's tables."""
        return int((self.one("SELECT version FROM log_format") or (0,))[0])

    def replica(self) -> bool:
        """Give no: a replica is a file."""
        return False

    def lacking(self) -> list[str]:
        """Say what of the triggers is gone, or is not the tracker's."""
        with self._damage():
            return list(belts(self._link, self._address.schema))

    def one(self, sql: str) -> tuple[Any, ...] | None:
        """Give the first row of an answer. Raises DamagedError."""
        with self._damage():
            found: tuple[Any, ...] | None = self._link.execute(sql.encode(), binary=True).fetchone()
        return found

    def pages(self, sql: str, size: int) -> Iterator[list[tuple[Any, ...]]]:
        """Read an answer in pages of so many rows. Raises DamagedError."""
        self._count += 1
        with self._damage():
            rows = self._link.cursor(f"pages_{self._count}", binary=True)
            rows.execute(sql.encode())
        try:
            while True:
                with self._damage():
                    page = rows.fetchmany(size)
                if not page:
                    return
                yield page
        finally:
            with suppress(psycopg.Error):
                rows.close()

    def streams(self) -> Iterator[tuple[Any, int, int, int]]:
        """Give each stream whose versions are not dense; a part of them at a time."""
        total = (self.one("SELECT seq FROM log_head") or (0,))[0]
        heads = [f"{at:02x}" for at in range(256)] if total > SPAN else ["0"]
        for low, high in zip(heads, [*heads[1:], "~"], strict=True):
            with self._damage():
                yield from self._link.execute(_GAPS.encode(), (low, high), binary=True).fetchall()

    def damage(self) -> list[str]:
        """Give nothing: the server's check of its own files is its administrator's."""
        return []

    @contextmanager
    def _damage(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if (error.sqlstate or "")[:2] == "XX":
                said = f"the server cannot read all of it: {error.diag.message_primary}"
                raise DamagedError(said) from error
            raise plain_error(error, self._address.shown) from error


_GAPS = (
    "SELECT originator_id, count(*), min(originator_version), max(originator_version)"
    " FROM stored_events WHERE originator_id >= %s AND originator_id < %s GROUP BY originator_id"
    " HAVING min(originator_version) <> 1 OR max(originator_version) <> count(*)"
)


def belts(link: Link, schema: str) -> Iterator[str]:
    """Say which triggers of a log are gone or put out of action, and what stands there besides."""
    rows = link.execute(
        "SELECT t.tgname::text, t.tgenabled::text, c.relname::text FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal"
        " AND c.relnamespace = to_regnamespace(%s)",
        (quoted(schema),),
    ).fetchall()
    found = {_str(name): (_str(enabled), _str(table)) for name, enabled, table in rows}
    for name in sorted(TRIGGERS.keys() - found.keys()):
        yield f"the trigger {name} is gone: something else has written to this log"
    for name, (enabled, table) in sorted(found.items()):
        if name not in TRIGGERS:
            yield f"the trigger {name} on {table} is none of the tracker's"
        elif enabled not in {"O", "A"}:
            yield f"the trigger {name} is switched off"
    rows = link.execute(
        "SELECT p.proname::text, p.prosrc, p.proconfig::text FROM pg_proc p"
        " WHERE p.pronamespace = to_regnamespace(%s)",
        (quoted(schema),),
    ).fetchall()
    made = {_str(name): (_str(source), _str(settings)) for name, source, settings in rows}
    for sql in FUNCTIONS:
        name, source = sql.split()[4].removesuffix("()"), sql.split("$$")[1]
        if made.get(name, ("", ""))[0] != source or PATH not in made[name][1]:
            yield (
                f"the function {name} is not the one that this tracker makes: whoever owns it "
                "makes it anew with `tracker init`, or with `tracker grant`"
            )


def _str(value: Any) -> str:  # noqa: ANN401 - text, or its bytes where none is decoded
    return value.decode() if isinstance(value, bytes) else str(value)
