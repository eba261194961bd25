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
from threading import RLock
from typing import TYPE_CHECKING, Any, Self

from projections.held import FEW, Held
from projections.moments import LATEST, Begun, Key, Moments
from projections.registers import Handle, Names, Register
from tracker.dated import Dated
from tracker.errors import NotFoundError, StoreError, is_full
from tracker.foreign import told_plainly
from tracker.instants import FUTURE_OPEN, Instant
from tracker.kin import Kin

if TYPE_CHECKING:
    from projections.catching import Catching
    from projections.growing import Kept
    from projections.pledges import Promised
    from tracker.registry import Registry

MEMORY = ":memory:"
VERSION = 28
"""Of the tables and of the rules that fill them: another version is rebuilt."""
LOCK_SECONDS = 30
CACHE = -32_768  # SQLite's own unit: minus kilobytes
MAPPED = 2**31 - 2**16  # bytes of the file that are read without copying: as many as SQLite allows
REGISTERS = ("places", "actors", "sources", "schemes")
BELIEFS = (
    "SELECT c.projection, c.key, r.valid_from, r.valid_to, r.known_from, r.known_to,"
    " s.text AS state FROM rectangles r JOIN cells c ON c.id = r.cell"
    " JOIN states s ON s.id = r.state"
)
CLAIMS = (
    "SELECT c.projection, c.key, coalesce(f.id, a.id) AS fact, h.position, h.published, h.data"
    " FROM held h JOIN cells c ON c.id = h.cell LEFT JOIN fact_rows f ON f.position = h.position"
    " LEFT JOIN acts a ON a.position = h.position"
)
COMPARED = {
    **{name: f"SELECT * FROM {name}" for name in ("meta", *REGISTERS, "reports")},
    "facts": "SELECT * FROM fact_rows",
    **{
        name: f"SELECT * FROM {name}" for name in ("retractions", "custody", "acts", "chronologies")
    },
    "claims": CLAIMS,
    "beliefs": BELIEFS,
}
"""What two models are compared by, and how it is read."""
Row = dict[str, Any]

# From the moment back, for what holds it began not long before; one rectangle a cell does.
_AT_KEY = (
    "SELECT c.projection, c.key, s.text FROM cells c CROSS JOIN states s ON s.id ="
    " (SELECT r.state FROM rectangles r WHERE r.cell = c.id"
    " AND r.valid_from <= ?2 AND ?2 < r.valid_to AND r.known_from <= ?3 AND ?3 < r.known_to"
    " ORDER BY r.valid_from DESC LIMIT 1) WHERE c.key = ?1"
)

# The lowest bit of a state's number is set where it is settled.
_LAST_SETTLED = (
    "(SELECT r.state FROM rectangles r WHERE r.cell = {}"
    " AND r.valid_from < ?1 AND r.known_from <= ?2 AND ?3 < r.known_to"
    " AND r.state & 1 ORDER BY r.valid_from DESC LIMIT 1)"
)
_SETTLED = (
    f"SELECT s.text FROM cells c CROSS JOIN states s ON s.id = {_LAST_SETTLED.format('c.id')}"
    " WHERE c.key = ?4 AND c.projection = ?5"
)
_SETTLED_IN = (
    f"SELECT j.value, s.text FROM json_each(?4) j CROSS JOIN states s"
    f" ON s.id = {_LAST_SETTLED.format('j.value')}"
)


class Store(Held):
    """One read model. A context manager; threads that share it take turns (tracker.threads)."""

    def __init__(
        self, path: str | Path, *, frozen: bool = False, lock: RLock | None = None
    ) -> None:
        """Open, and make the tables where there are none of this version.

        `frozen` opens for reading alone, and takes no lock: for what nobody changes meanwhile.
        `lock` is taken by what answers read of it later, wherever they are.
        """
        self.path = str(path)
        self.registry: tuple[tuple[str, int], Registry] | None = None
        """The registry as it was last made, and what it was made of (projections.taking)."""
        self.kept: Kept | None = None
        """The cells that are gone on from, by whoever follows the log into this store."""
        self.catching: Catching | None = None  # by whoever goes through what the store holds
        self.promised: Promised | None = None  # the pledges that were looked up (pledges.promised)
        self._names: dict[str, Register] = {}
        self._head: tuple[int, str, str] | None = None
        self._unread: int | None = None
        self._display: Names | None = None
        name = f"{Path(path).absolute().as_uri()}?immutable=1" if frozen else self.path
        try:
            self.connection = sqlite3.connect(
                name,
                timeout=LOCK_SECONDS,
                isolation_level=None,
                uri=frozen,
                check_same_thread=False,
            )
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        self.handle = Handle(self.connection, lock)
        self.lock = self.handle.lock
        try:
            with told_plainly():
                self._begin(frozen=frozen)
        except (sqlite3.Error, StoreError) as error:
            self.close()
            raise self._unusable(error) from error

    def _begin(self, *, frozen: bool) -> None:
        self._plain = self.connection.cursor()  # made before: its rows are tuples
        self.connection.row_factory = sqlite3.Row
        mapped = 0 if frozen else MAPPED  # a helper reads all of it once
        for pragma in ("trusted_schema=OFF", f"cache_size={CACHE}", f"mmap_size={mapped}"):
            self.connection.execute(f"PRAGMA {pragma}")
        self.moments = Moments(self.connection)
        if self._version() != VERSION:
            from projections.schema import foreign_modules

            self._refuse(foreign_modules(self.connection))
            self.clear(only_if_old=True)
        elif not frozen:
            from projections.schema import foreign_parts

            self._refuse(foreign_parts(self.connection))

    def _refuse(self, odd: Iterable[str]) -> None:
        if names := ", ".join(odd):
            raise StoreError(f"it holds what no read model holds: {names}")

    def _unusable(self, error: Exception) -> StoreError:
        if is_full(error):
            return self._without_room()
        return StoreError(
            f"the read model {self.path} cannot be used ({error}): run `tracker rebuild`"
        )

    def _without_room(self) -> StoreError:
        return StoreError(
            f"the read model {self.path} cannot be written, the disk is full: make room, try again"
        )

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Close the connection, whoever still reads; safe to call twice."""
        self.connection.close()

    def clear(self, *, only_if_old: bool = False, indexed: bool = True) -> None:
        """Drop whatever is there and make empty tables."""
        from projections.schema import make_tables

        self.registry = self.kept = self.catching = self.promised = None
        with self.transaction():
            if only_if_old and self._version() == VERSION:
                return  # another process made them while this one waited for the lock
            make_tables(self.connection, indexed=indexed)
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
            if is_full(error):
                raise self._without_room() from error
            msg = f"the read model {self.path} cannot be written ({error})"
            raise StoreError(msg) from error

    def begin_reading(self) -> int:
        """See the model as it is now until `end_reading`, whatever others write; give `version`.

        The transaction begins with what is first read in it, which is that.
        """
        self._plain.execute("BEGIN")
        return self.version()

    def end_reading(self) -> None:
        """See what others have written again."""
        if self.connection.in_transaction:
            self._plain.execute("ROLLBACK")

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

    def names(self, register: str) -> Register:
        """Give a register (places, actors, sources, schemes) by id, as registered."""
        if register not in REGISTERS:
            raise ValueError(f"no register {register}")
        if register not in self._names:
            self._names[register] = Register(self.handle, register)
        return self._names[register]

    def kin(self) -> Kin:
        """Give who stands with whom, how far a source is trusted, whose days are days, by now."""
        zone = self.meta("zone", "UTC")
        return Kin(dict(self.names("actors")), dict(self.names("sources")), zone)

    def display_names(self) -> Names:
        """Give the name of every registered place, actor, source and scheme by id."""
        if self._display is None:
            self._display = Names([self.names(register) for register in REGISTERS])
        return self._display

    def beliefs_at(
        self,
        t: Instant,
        k: Instant,
        projection: str | None = None,
        key: str | None = None,
    ) -> list[Begun]:
        """Give what the rectangles that hold (t, k) say, by key."""
        if key is None:
            return self.moments.texts(t, k, projection)
        rows = self.tuples(_AT_KEY, (key, min(t, LATEST), min(k, LATEST)))
        return rows if projection is None else [row for row in rows if row[0] == projection]

    def tuples(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Ask the same, of many rows or often: a row is a tuple."""
        return self._plain.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Ask the same, and yield one tuple after the other: more of them than fit in memory."""
        cursor = self.connection.cursor()
        cursor.row_factory = None
        yield from cursor.execute(sql, values)

    def forget(self) -> None:
        """Forget what was kept of the model: it has changed."""
        self.moments = Moments(self.connection)
        self._names, self._head, self._display, self._unread = {}, None, None, None

    def version(self) -> int:
        """Give a number that changes whenever another process has written to the model."""
        return int(self._plain.execute("PRAGMA data_version").fetchone()[0])

    @property
    def head(self) -> tuple[int, str, str]:
        """The position, the title and the zone; read once."""
        if self._head is None:
            self._head = (self.position, self.meta("title", "untitled"), self.meta("zone", "UTC"))
        return self._head

    @property
    def unread(self) -> int:
        """How many texts could not be read when the model was filled; read once."""
        if self._unread is None:
            self._unread = int(self.meta("unread", "0"))
        return self._unread

    def settled_before(self, projection: str, key: str, t: Instant, k: Instant) -> Row | None:
        """Give the last state of a cell before t, as known at k, that nobody disputed."""
        asked = (t, k, min(k, LATEST), key, projection)
        found = self.connection.execute(_SETTLED, asked).fetchone()
        return json.loads(found[0]) if found else None

    def all_settled_before(self, cells: Iterable[Key], t: Instant, k: Instant) -> dict[Key, str]:
        """Give the same of many cells, as JSON; those that have none are left out."""
        numbers = self.moments.numbers(cells)
        asked = (t, k, min(k, LATEST), str(list(numbers)))
        return {numbers[one]: text for one, text in self.tuples(_SETTLED_IN, asked)}

    def beliefs(self, projection: str | None = None, key: str | None = None) -> list[Row]:
        """Give every rectangle of a cell, by known and then by valid time."""
        sql = f"SELECT * FROM ({BELIEFS}) WHERE 1"
        sql += " AND projection = :projection" if projection is not None else ""
        sql += " AND key = :key" if key is not None else ""
        order = " ORDER BY projection, key, known_from, valid_from"
        return self.rows(sql + order, {"projection": projection, "key": key})

    def report(self, name: str) -> Row:
        """Give the head of the one report whose id begins so, with the number of its facts.

        Raises NotFoundError where none, or more than one, does.
        """
        plain = name.lower().replace("-", "")
        found = self.rows(
            "SELECT r.id, r.position, r.source, r.published_edtf AS published, r.document, r.batch,"
            " r.published AS out, (SELECT count(*) FROM fact_rows f WHERE f.report = r.id) AS facts"
            " FROM reports r WHERE r.id >= :name AND r.id < :name || 'g' ORDER BY r.id LIMIT 2",
            {"name": plain},
        )
        if len(found) == 1 and plain:
            out, head = found[0].pop("out"), found[0]
            return {**head, "published": Dated(head["published"], None, out)}
        many = "several reports begin" if plain and found else "no report begins"
        raise NotFoundError(f"{many} with '{name}': `tracker log` lists their ids")

    def cells_of(self, fact: str) -> set[tuple[str, str]]:
        """Give (projection, key) of every cell that a fact says anything about."""
        found = self.connection.execute(
            "SELECT c.projection, c.key FROM fact_rows f JOIN held h ON h.position = f.position"
            " JOIN cells c ON c.id = h.cell WHERE f.id = ?",
            (fact,),
        )
        return {(row[0], row[1]) for row in found}

    def records(self, dataset: str, names: Sequence[str]) -> dict[str, list[tuple[Instant, str]]]:
        """Give what rows of a table with these keys have become: (published, fact), oldest first.

        A row told anew is a fact in the place of the one before: all of them are given.
        """
        found: dict[str, list[tuple[Instant, str]]] = {}
        for start in range(0, len(names), FEW):
            some = names[start : start + FEW]
            marks = ", ".join("?" * len(some))
            sql = (
                "SELECT f.record, f.published, f.id FROM fact_rows f"
                f" JOIN reports r ON r.id = f.report WHERE f.record IN ({marks})"
                " AND json_extract(r.data, '$.dataset') = ?"
                " ORDER BY f.published, f.position"
            )
            for record, published, fact in self.tuples(sql, (*some, dataset)):
                found.setdefault(record, []).append((published, fact))
        return found

    def amendments(
        self,
        projection: str,
        key: str,
        position: int | None = None,
        recorded_at: Instant | None = None,
    ) -> list[Row]:
        """Give the corrections and retractions of a cell's facts, and of what they replaced.

        Each {fact, replaced_by, restores, position, wrong, right, gone, published, published_edtf,
        reason}: `wrong` and `right` are the positions of the two facts, `gone` that of the last
        retraction of the wrong one that came before.
        """
        return self.rows(
            "SELECT t.fact, t.replaced_by, t.restores, t.position, a.position AS wrong,"
            " b.position AS right, t.published, t.published_edtf, t.reason,"
            " (SELECT max(x.position) FROM retractions x WHERE x.fact = t.fact"
            " AND x.replaced_by IS NULL AND x.position < t.position) AS gone"
            " FROM retractions t LEFT JOIN fact_rows a ON a.id = t.fact"
            " LEFT JOIN fact_rows b ON b.id = t.replaced_by"
            " WHERE t.position <= :position AND t.recorded_at <= :recorded_at"
            f" AND EXISTS (SELECT 1 FROM ({CLAIMS}) WHERE projection = :projection AND key = :key"
            " AND fact IN (t.fact, t.replaced_by)) ORDER BY t.position",
            {
                "projection": projection,
                "key": key,
                "position": FUTURE_OPEN if position is None else position,
                "recorded_at": FUTURE_OPEN if recorded_at is None else recorded_at,
            },
        )

    def dump(self) -> Iterator[tuple[str, tuple[object, ...]]]:
        """Yield every row of every table in one fixed order, to compare two models by."""
        for table, sql in COMPARED.items():
            found = self.connection.execute(sql)
            rows = sorted(map(tuple, found), key=repr)  # a damaged model may hold anything
            yield from ((table, row) for row in rows)
