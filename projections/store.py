"""The read model: an SQLite file beside the log, disposable, and the queries answers are made of.

Its tables are made by sqlite-utils, which is imported only then; questions go straight to
SQLite, so that asking costs no more than asking. Instants are integers, microseconds UTC; open
ends are -(2**62) and 2**62.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from projections.claims import Claim
from tracker.errors import TrackerError
from tracker.instants import FUTURE_OPEN, Instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.beliefs import Belief

MEMORY = ":memory:"
VERSION = 5
"""Of the tables and of the rules that fill them: another version is rebuilt."""
LOCK_SECONDS = 30
REGISTERS = ("places", "actors", "sources", "schemes")
_FILLED = ("reports", "facts", "retractions", "chronologies", "claims", "beliefs")

Row = dict[str, Any]


class StoreError(TrackerError):
    """The read model cannot be read or written; it can always be rebuilt from the log."""


class Store:
    """One read model. A context manager; not shared between threads."""

    def __init__(self, path: str | Path) -> None:
        """Open, and make the tables where there are none of this version."""
        self.path = str(path)
        try:
            self.connection = sqlite3.connect(self.path, timeout=LOCK_SECONDS, isolation_level=None)
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        try:
            self.connection.row_factory = sqlite3.Row
            self.connection.execute("PRAGMA trusted_schema=OFF")
            if self._version() != VERSION:
                self.clear(only_if_old=True)
        except (sqlite3.Error, StoreError) as error:
            self.close()
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> StoreError:
        return StoreError(
            f"the read model {self.path} cannot be used ({error}): run `tracker rebuild`"
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        self.connection.close()

    def clear(self, *, only_if_old: bool = False) -> None:
        """Drop whatever is there and make empty tables."""
        from projections.schema import make_tables

        with self.transaction():
            if only_if_old and self._version() == VERSION:
                return  # another process made them while this one waited for the lock
            make_tables(self.connection)
            self.connection.execute(f"PRAGMA user_version={VERSION}")

    def _version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take the write lock at once; all or nothing. Raises StoreError where it cannot write."""
        try:
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.rollback()
                raise
            self.connection.commit()
        except sqlite3.Error as error:
            msg = f"the read model {self.path} cannot be written ({error})"
            raise StoreError(msg) from error

    # -- what it holds -------------------------------------------------------------------------

    def meta(self, name: str, default: str = "") -> str:
        """Read one setting of the model: position, mark (of the event at it), title, zone."""
        found = self.connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return found[0] if found else default

    @property
    def position(self) -> int:
        """The log position that the model has followed to."""
        return int(self.meta("position", "0"))

    def rows(self, sql: str, parameters: Sequence[object] | dict[str, object] = ()) -> list[Row]:
        """Ask a question of the model's tables."""
        return [dict(row) for row in self.connection.execute(sql, parameters)]

    def names(self, register: str) -> dict[str, Row]:
        """Give a register (places, actors, sources, schemes) by id, as registered."""
        if register not in REGISTERS:
            msg = f"no register {register}"
            raise ValueError(msg)
        found = self.connection.execute(f"SELECT id, data FROM {register}")  # noqa: S608 - checked
        return {row[0]: json.loads(row[1]) for row in found}

    def kin(self) -> Kin:
        """Give who stands with whom, and how far a source is trusted, as registered now."""
        return Kin(self.names("actors"), self.names("sources"))

    def display_names(self) -> dict[str, str]:
        """Give the name of every registered place, actor, source and scheme by id."""
        union = " UNION ALL ".join(f"SELECT id, name FROM {register}" for register in REGISTERS)  # noqa: S608 - our own names
        return {row[0]: row[1] for row in self.connection.execute(union)}

    def beliefs_at(
        self, t: Instant, k: Instant, projection: str | None = None, key: str | None = None
    ) -> list[Row]:
        """Give the rectangles that hold (t, k): projection, key, state (JSON)."""
        sql = (
            "SELECT projection, key, state FROM beliefs"
            " WHERE valid_from <= :t AND :t < valid_to AND known_from <= :k AND :k < known_to"
        )
        latest = FUTURE_OPEN - 1  # the ends are exclusive, also the open ones
        return self._of_cell(sql, projection, key, t=min(t, latest), k=min(k, latest))

    def states_before(self, projection: str, key: str, t: Instant, k: Instant) -> Iterator[Row]:
        """Yield the states of a cell at valid times before t, as known at k, the latest first."""
        found = self.connection.execute(
            "SELECT state FROM beliefs WHERE projection = ? AND key = ? AND valid_from < ?"
            " AND known_from <= ? AND ? < known_to ORDER BY valid_from DESC",
            (projection, key, t, k, min(k, FUTURE_OPEN - 1)),
        )
        return (json.loads(row[0]) for row in found)

    def beliefs(self, projection: str | None = None, key: str | None = None) -> list[Row]:
        """Give every rectangle of a cell, by known and then by valid time."""
        return self._of_cell("SELECT * FROM beliefs WHERE 1", projection, key)

    def claims(
        self,
        projection: str | None = None,
        key: str | None = None,
        *,
        position: int | None = None,
        recorded_at: Instant | None = None,
        known: Instant | None = None,
    ) -> list[Claim]:
        """Give the claims of a cell, in the log's order, as it held them by the recorded clock.

        They were recorded by then, and are `retracted` if a retraction recorded by then says so.
        With `known`, only those published by then.
        """
        clock = {
            "position": FUTURE_OPEN if position is None else position,
            "recorded_at": FUTURE_OPEN if recorded_at is None else recorded_at,
        }
        sql = (
            "SELECT projection, key, data, position FROM claims"
            " WHERE position <= :position AND published <= :known"
        )
        until = FUTURE_OPEN if known is None else known
        rows = self._of_cell(sql, projection, key, position=clock["position"], known=until)
        found = [
            Claim.from_json(row["data"]) for row in sorted(rows, key=lambda row: row["position"])
        ]
        retracted = self._retracted(projection, key, clock)
        return [
            self._followed(
                claim.retracted_at(retracted[claim.fact]) if claim.fact in retracted else claim
            )
            for claim in found
            if claim.recorded_at <= clock["recorded_at"]
        ]

    def _followed(self, claim: Claim) -> Claim:
        """Let a ruling follow what replaced the facts that it follows."""
        if claim.mode != "ruling":
            return claim
        follows = list(claim.value["follows"])
        for fact in follows:  # grows while it is walked: a correction may be corrected
            sql = "SELECT replaced_by FROM retractions WHERE fact = ? AND replaced_by IS NOT NULL"
            follows += [row["replaced_by"] for row in self.rows(sql, (fact,))]
        return claim.following(follows)

    def _retracted(
        self, projection: str | None, key: str | None, clock: dict[str, int]
    ) -> dict[str, Instant]:
        """Give, by fact, when the first of its retractions was out; of one cell's facts only."""
        sql = (
            "SELECT fact, min(published) AS published FROM retractions"
            " WHERE position <= :position AND recorded_at <= :recorded_at"
        )
        if key is not None:
            sql += " AND fact IN (SELECT fact FROM claims WHERE key = :key"
            sql += " AND projection = :projection)" if projection is not None else ")"
        values: dict[str, object] = {**clock, "projection": projection, "key": key}
        return {row["fact"]: row["published"] for row in self.rows(f"{sql} GROUP BY fact", values)}

    def corrections(
        self,
        projection: str,
        key: str,
        position: int | None = None,
        recorded_at: Instant | None = None,
    ) -> list[Row]:
        """Give the corrections of a cell's facts: fact, replaced_by, their positions, why, when."""
        return self.rows(
            "SELECT t.fact, t.replaced_by, t.published_edtf, t.reason, a.position AS wrong,"
            " b.position AS right FROM retractions t JOIN facts a ON a.id = t.fact"
            " JOIN facts b ON b.id = t.replaced_by"
            " WHERE t.position <= :position AND t.recorded_at <= :recorded_at"
            " AND EXISTS (SELECT 1 FROM claims WHERE projection = :projection AND key = :key"
            " AND fact IN (t.fact, t.replaced_by)) ORDER BY t.position",
            {
                "projection": projection,
                "key": key,
                "position": FUTURE_OPEN if position is None else position,
                "recorded_at": FUTURE_OPEN if recorded_at is None else recorded_at,
            },
        )

    def _of_cell(
        self, sql: str, projection: str | None, key: str | None, **values: object
    ) -> list[Row]:
        if projection is not None:
            sql += " AND projection = :projection"
        if key is not None:
            sql += " AND key = :key"
        order = " ORDER BY projection, key"
        if "beliefs WHERE 1" in sql:
            order += ", known_from, valid_from"
        return self.rows(sql + order, {**values, "projection": projection, "key": key})

    # -- filling it ----------------------------------------------------------------------------

    def set_meta(self, **values: str) -> None:
        """Set settings of the model."""
        self.connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Insert or replace rows that all have the same columns."""
        rows = list(rows)
        if not rows:
            return
        columns = list(rows[0])
        marks = ", ".join(f":{column}" for column in columns)
        self.connection.executemany(
            f"INSERT OR REPLACE INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608 - our own names
            rows,
        )

    def put_claims(self, claims: Iterable[Claim]) -> None:
        """Insert or replace claims."""
        self.put(
            "claims",
            (
                {
                    "projection": claim.projection,
                    "key": claim.key,
                    "fact": claim.fact,
                    "source": claim.source,
                    "origin": claim.origin,
                    "position": claim.position,
                    "published": claim.published,
                    "data": claim.to_json(),
                }
                for claim in claims
            ),
        )

    def put_beliefs(self, projection: str, key: str, parts: Row, beliefs: Iterable[Belief]) -> None:
        """Replace the rectangles of one cell."""
        self.connection.execute(
            "DELETE FROM beliefs WHERE projection = ? AND key = ?", (projection, key)
        )
        self.put("beliefs", (belief_row(projection, key, parts, belief) for belief in beliefs))

    def dump(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Yield every row of every table in one fixed order, to compare two models by."""
        for table in ("meta", *REGISTERS, *_FILLED):
            rows = sorted(tuple(row) for row in self.connection.execute(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
            yield from ((table, row) for row in rows)


def belief_row(projection: str, key: str, parts: Row, belief: Belief) -> Row:
    """Give the row that a rectangle is stored as; equal beliefs give equal bytes."""
    return {
        "projection": projection,
        "key": key,
        "valid_from": belief.valid_from,
        "valid_to": belief.valid_to,
        "known_from": belief.known_from,
        "known_to": belief.known_to,
        "state": _text({**parts, **belief.state.as_json()}),
    }


def replace_file(fresh: Path, path: Path) -> None:
    """Put a rebuilt model in the place of the old one, at once.

    The old one is opened first, so that a journal left by a killed process is played back into
    the file that it belongs to, never into the new one.
    """
    if path.exists():
        try:
            old = sqlite3.connect(path, timeout=LOCK_SECONDS, isolation_level=None)
            try:
                old.execute("BEGIN EXCLUSIVE")
                old.rollback()
            finally:
                old.close()
        except sqlite3.DatabaseError:
            pass  # too damaged to open: it is being replaced
        Path(f"{path}-journal").unlink(missing_ok=True)
    fresh.replace(path)


def _text(value: Row) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
