"""A vault on a server: the keys of logs that many machines share, in a schema of their own.

Not in the log's own database, unless its backups are as short-lived as an erasure has to be: what
is destroyed here is still in every backup, and in the write-ahead log of before.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress

import psycopg

from tracker.engines.address import read_address
from tracker.engines.server import Link, One, confirm, plain_error
from tracker.engines.tables import quoted
from tracker.errors import AwayError, LogError
from tracker.vault import KEY_BYTES, Subject, Vault

ELSEWHERE = (
    "If they lie elsewhere, let TRACKER_VAULT name that; if they are lost for good, `tracker init "
    "--new-keys` begins others"
)
MANY = 2_000  # events looked up at once
_TABLES = (
    """CREATE TABLE IF NOT EXISTS vaults (log text PRIMARY KEY, id text NOT NULL,
        secret bytea NOT NULL, settled bigint NOT NULL, mark text NOT NULL)""",
    # `key` is NULL once it was destroyed: so it is known, and none is ever made again.
    """CREATE TABLE IF NOT EXISTS keys (log text REFERENCES vaults, event text COLLATE "C",
        field text, key bytea, PRIMARY KEY (log, event, field))""",
)
_GIVE = """INSERT INTO keys SELECT %s, event, field, key
    FROM unnest(%s::text[], %s::text[], %s::bytea[]) AS fresh(event, field, key)
    ON CONFLICT DO NOTHING"""
_OWNER = """SELECT pg_get_userbyid(c.relowner)::text FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relname = 'keys'"""
_DESTROY = """INSERT INTO keys SELECT %s, event, field, NULL
    FROM unnest(%s::text[], %s::text[]) AS gone(event, field) ORDER BY event, field
    ON CONFLICT (log, event, field) DO UPDATE SET key = NULL"""


class ServerVault(Vault):
    """The keys of one log, on a server; made when the first key is."""

    local = False

    def __init__(self, url: str, log_id: str) -> None:
        """Connect to nothing yet. Raises LogError for what is no address."""
        self._address = read_address(url)
        super().__init__(self._address.shown, log_id)
        self._one = One(self._address)
        self._ready = False

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        self._one.close()

    @property
    def found(self) -> bool:
        """Whether the keys of this log can be read; else `lacking` says why not."""
        if not self._ready:
            self.lacking = self._seek()
            self._ready = self.lacking is None
        return self._ready

    def _seek(self) -> str | None:
        try:
            with self._link() as link:
                schema = f"{quoted(self._address.schema)}.vaults"
                ((there,),) = link.execute("SELECT to_regclass(%s)", (schema,)).fetchall()
                sql = "SELECT id, secret, settled, mark FROM vaults WHERE log = %s"
                row = there and link.execute(sql, (self._log_id,), binary=True).fetchone()
        except _DeniedError as error:
            self.remedy = f"Nothing is recorded without them: {error.remedy}"
            return f"{error.said}: sealed text cannot be read ({error.remedy})"
        except AwayError as error:
            self.remedy = "Nothing is recorded until it answers: try again then"
            return f"{error}: sealed text cannot be read"
        except LogError as error:
            self.remedy = "Nothing is recorded until they can be read"
            return f"{error}: sealed text cannot be read"
        self.remedy = ELSEWHERE
        if not row:
            return f"the keys in {self.path} are missing: sealed text cannot be read"
        self.id, self.secret, self.settled, self.mark = row
        self._written = self.settled
        return None

    def make(self) -> None:
        """Make the tables, and this log's place in them. Raises LogError."""
        if self.found:
            return
        schema = self._address.schema
        with self._link() as link, link.transaction():
            link.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"tracker {schema}",))
            ((there,),) = link.execute(
                "SELECT to_regclass(%s)", (f"{quoted(schema)}.vaults",)
            ).fetchall()
            if there is None:
                link.execute(f"CREATE SCHEMA IF NOT EXISTS {quoted(schema)}".encode())
                for statement in _TABLES:
                    link.execute(statement.encode())
            link.execute(
                "INSERT INTO vaults VALUES (%s, %s, %s, 0, '') ON CONFLICT DO NOTHING",
                (self._log_id, secrets.token_hex(16), secrets.token_bytes(KEY_BYTES)),
            )
        if not self.found:
            raise LogError(self.lacking or "")

    def give(self, subjects: Collection[Subject]) -> dict[Subject, bytes | None]:
        """Give the keys of these, made where there are none, and kept by the server on return.

        None for one that was destroyed. Two that ask at once are given the same. Raises LogError.
        """
        self.make()
        timeline = self._timeline()
        wanted = sorted(set(subjects))
        for start in range(0, len(wanted), MANY):
            some = wanted[start : start + MANY]
            events, fields = map(list, zip(*some, strict=True))
            fresh = [secrets.token_bytes(KEY_BYTES) for _ in some]
            with self._link() as link:
                link.execute(_GIVE, (self._log_id, events, fields, fresh))
        given = self.keys(dict.fromkeys(event for event, _ in wanted))
        self._confirm(timeline)
        return given

    def _timeline(self) -> str:
        with self._link() as link:
            return link.timeline

    def _confirm(self, timeline: str) -> None:
        """See to it that what was done on a timeline is kept by all who have to keep it."""
        with self._link() as link:
            if link.timeline != timeline:
                raise LogError(f"{self.path} was taken over by another server: try again")
            confirm(link)

    def keys(self, events: Iterable[str]) -> dict[Subject, bytes | None]:
        """Give what keys there are of these events' fields: None for one that was destroyed."""
        if not self.found:
            return {}
        names, held = list(events), {}
        sql = "SELECT event, field, key FROM keys WHERE log = %s AND event = ANY(%s)"
        for start in range(0, len(names), MANY):
            asked = (self._log_id, names[start : start + MANY])
            with self._link() as link:
                rows = link.execute(sql, asked, binary=True).fetchall()
            for event, field, key in rows:
                held[event, field] = None if (event, field) in self._destroyed else key
        return held

    def _destroy(self, erased: Collection[Subject], position: int, mark: str) -> None:
        """Write down that keys are destroyed, and up to where; all or nothing."""
        timeline = self._timeline()
        with self._link() as link, link.transaction():
            if erased:
                events, fields = map(list, zip(*erased, strict=True))
                link.execute(_DESTROY, (self._log_id, events, fields))
            link.execute(
                "UPDATE vaults SET settled = %s, mark = %s WHERE log = %s",
                (position, mark, self._log_id),
            )
        self._confirm(timeline)

    def _sweep(self) -> None:
        """Sweep the table's pages, in which what was there still lies."""
        with suppress(LogError), self._link() as link:
            link.execute("VACUUM keys")

    def damage(self) -> str | None:
        """Give nothing: the server's check of its own files is its administrator's."""
        return None

    def counts(self) -> tuple[int, int]:
        """Count (keys, those destroyed)."""
        if not self.found:
            return 0, 0
        sql = "SELECT count(key), count(*) - count(key) FROM keys WHERE log = %s"
        with self._link() as link:
            ((held, destroyed),) = link.execute(sql, (self._log_id,)).fetchall()
        return held, destroyed

    @contextmanager
    def _link(self) -> Iterator[Link]:
        try:
            with self._one.connection() as link:
                try:
                    yield link
                except psycopg.errors.InsufficientPrivilege as error:
                    raise self._denied(link, error) from error
        except psycopg.Error as error:
            raise plain_error(error, self.path) from error

    def _denied(self, link: Link, error: psycopg.Error) -> LogError:
        """Say who gives rights on keys, and how: `tracker grant` does so for logs alone."""
        schema, user = self._address.schema, quoted(link.info.user)
        said = f"{self.path}: {error.diag.message_primary}"
        owner = link.execute(_OWNER, (schema,)).fetchone()
        if owner is None:
            return _DeniedError(
                said, "there are no keys there yet: let who may make them record first"
            )
        named = quoted(schema)
        return _DeniedError(
            said,
            f"rights on keys are given in SQL, by {owner[0]}: GRANT USAGE ON SCHEMA {named} TO "
            f"{user}; GRANT SELECT, INSERT, UPDATE ON {named}.vaults, {named}.keys TO {user}",
        )


class _DeniedError(LogError):
    """A user has no right to keys: what the server said, and who can change that."""

    def __init__(self, said: str, remedy: str) -> None:
        """Keep both."""
        super().__init__(f"{said}: {remedy}")
        self.said, self.remedy = said, remedy
