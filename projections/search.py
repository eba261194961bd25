"""Search: places, actors, sources and what facts say, by words or their beginnings (SQLite FTS5).

The index is made when somebody first searches, in the read model, and is brought up by what has
come since: whoever never searches pays nothing, least of all a rebuild.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from projections.schema import SEARCH_TABLES
from projections.store import Row, Store
from tracker.errors import TrackerError
from tracker.instants import format_instant

MOST_WORDS = 16
LONGEST = 200
"""Characters of what is searched for; more is no search."""
_REGISTERS = {"places": "place", "actors": "actor", "sources": "source", "schemes": "scheme"}
# A name counts for more than a word in an alias.
_FOUND = (
    "SELECT 0 AS part, bm25(searched_names, 4.0, 1.0) AS rank, rowid AS number, sort, id"
    " FROM searched_names WHERE searched_names MATCH :words"
    " UNION ALL SELECT 1, rank, rowid, 'fact', NULL FROM searched_facts"
    " WHERE searched_facts MATCH :words ORDER BY part, rank, number LIMIT :limit OFFSET :offset"
)


def is_ready(store: Store) -> bool:
    """Whether the index holds all that the model does."""
    try:
        found = store.rows("SELECT facts, names FROM searched")
    except sqlite3.OperationalError:  # nobody has searched yet
        return False
    return bool(found) and (found[0]["facts"], found[0]["names"]) == _reached(store)


def bring_up(store: Store) -> None:
    """Make the index where there is none, and add what has come since it was last asked."""
    with store.transaction():
        for sql in SEARCH_TABLES:
            store.connection.execute(sql)
        (done,) = store.rows("SELECT facts, names FROM searched") or [{"facts": 0, "names": 0}]
        position, registered = _reached(store)
        store.connection.execute(
            "INSERT INTO searched_facts (rowid, gist) SELECT position, gist FROM fact_rows"
            " WHERE position > ?",
            (done["facts"],),
        )
        if registered != done["names"]:
            store.connection.execute("DELETE FROM searched_names")
            store.connection.executemany(
                "INSERT INTO searched_names (name, others, sort, id) VALUES (?, ?, ?, ?)",
                _named(store),
            )
        store.connection.execute("DELETE FROM searched")
        store.connection.execute("INSERT INTO searched VALUES (?, ?)", (position, registered))


def _reached(store: Store) -> tuple[int, int]:
    """Give the log position of the model, and of the last registration in it."""
    return store.position, int(store.meta("registered", "0"))


def _named(store: Store) -> Iterator[tuple[str, str, str, str]]:
    for register, sort in _REGISTERS.items():
        for name, entry in store.names(register).items():
            others = [
                one["name"] if isinstance(one, dict) else one for one in entry.get("aliases") or ()
            ]
            yield str(entry["name"]), " ".join([name, *map(str, others)]), sort, name


def search(store: Store, text: str, limit: int, offset: int = 0) -> list[Row]:
    """Give what holds every word of a text, or words that begin so: names first, best first.

    Letters count without their accents. A row is {found: place | actor | source | scheme | fact,
    id, name, position, kind, place, published, source, report, retracted}; what comes after `name`
    is null but for facts, whose `name` is their gist. Raises TrackerError for no words. The index
    is to be ready.
    """
    asked = {"words": terms(text), "limit": limit, "offset": offset}
    return [
        _fact(store, one["number"]) if one["sort"] == "fact" else _name(store, one)
        for one in store.rows(_FOUND, asked)
    ]


def terms(text: str) -> str:
    """Write what people type as a query of FTS5: every word is quoted, and may go on.

    So no letter of it is syntax. Raises TrackerError where there is no word in it, or too many.
    """
    words = [word for word in text.replace("\0", " ").split() if any(map(str.isalnum, word))]
    if not words:
        raise TrackerError("say what to search for: a word, or the beginning of one")
    if len(words) > MOST_WORDS or len(text) > LONGEST:
        raise TrackerError(f"too long: search for at most {MOST_WORDS} words, {LONGEST} letters")
    return " ".join('"' + word.replace('"', '""') + '"*' for word in words)


def _name(store: Store, one: Row) -> Row:
    register = next(name for name, sort in _REGISTERS.items() if sort == one["sort"])
    blank = dict.fromkeys(("position", "kind", "place", "published", "source", "report"))
    name = str(store.names(register)[one["id"]]["name"])
    return {"found": one["sort"], "id": one["id"], "name": name, **blank, "retracted": False}


def _fact(store: Store, position: int) -> Row:
    (row,) = store.rows(
        "SELECT f.id, f.gist, f.kind, f.place, r.published, f.report, r.source,"
        " EXISTS (SELECT 1 FROM retractions x WHERE x.fact = f.id) AS retracted"
        " FROM fact_rows f JOIN reports r ON r.id = f.report WHERE f.position = ?",
        (position,),
    )
    return {
        "found": "fact",
        "id": row["id"],
        "name": row["gist"],
        "position": position,
        "kind": row["kind"],
        "place": row["place"],
        "published": format_instant(row["published"]),
        "source": row["source"],
        "report": row["report"],
        "retracted": bool(row["retracted"]),
    }
