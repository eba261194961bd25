"""Search: places, actors, sources and what facts say, by words or their beginnings (SQLite FTS5).

The index is made when somebody first searches, in the read model, and is brought up by what has
come since: whoever never searches pays nothing, least of all a rebuild.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from unicodedata import category, combining, normalize

from projections.schema import SEARCH_TABLES, SEARCHED
from projections.store import Row, Store
from tracker.errors import TrackerError
from tracker.instants import format_instant

MOST_WORDS = 16
LONGEST = 200
"""Characters of what is searched for; more is no search."""
MADE = 2
"""Of how the index is made: one that was made otherwise is made anew."""
_LETTERS = frozenset({0, 8, 9})
"""Combining classes of marks that make another letter: vowels, the voicing of kana, viramas."""
_REGISTERS = {"places": "place", "actors": "actor", "sources": "source", "schemes": "scheme"}
# A name counts for more than a word in an alias.
_FOUND = (
    "SELECT 0 AS part, bm25(searched_names, 4.0, 1.0) AS rank, rowid AS number, sort, id"
    " FROM searched_names WHERE searched_names MATCH :words"
    " UNION ALL SELECT 1, rank, rowid, 'fact', NULL FROM searched_facts"
    " WHERE searched_facts MATCH :words ORDER BY part, rank, number LIMIT :limit OFFSET :offset"
)


def folded(text: str) -> str:
    """Give what a text is found by: without case, and without the marks that stand on its letters.

    Of every script: accents, the dots of Cyrillic, hamzas and what vowels Arabic and Hebrew leave
    out. Other vowels that are written as marks are letters of their words, and so are the signs
    that join letters or voice them (_LETTERS).
    """
    if text.isascii():
        return text.lower()
    apart = normalize("NFKD", normalize("NFKD", text).casefold())
    return normalize("NFC", apart.translate(_MARKS))


class _Marks(dict[int, int | None]):
    """Characters by number: None for the marks that are left out, each looked up once."""

    def __missing__(self, number: int) -> int | None:
        one = chr(number)
        left_out = category(one) == "Mn" and combining(one) not in _LETTERS
        found = self[number] = None if left_out else number
        return found


_MARKS = _Marks()


def is_ready(store: Store) -> bool:
    """Whether the index holds all that the model does."""
    done = _done(store)
    return done is not None and done == _reached(store)


def bring_up(store: Store) -> None:
    """Make the index where there is none of now, and add what has come since it was last asked."""
    with store.transaction():
        done = _done(store)
        if done is None:
            done = (0, 0)
            for name in SEARCHED:
                store.connection.execute(f"DROP TABLE IF EXISTS {name}")
            for sql in SEARCH_TABLES:
                store.connection.execute(sql)
        facts, names = done
        position, registered = _reached(store)
        store.connection.create_function("folded", 1, folded, deterministic=True)
        store.connection.execute(
            "INSERT INTO searched_facts (rowid, gist) SELECT position, folded(gist) FROM fact_rows"
            " WHERE position > ?",
            (facts,),
        )
        if registered != names:
            store.connection.execute("DELETE FROM searched_names")
            store.connection.executemany(
                "INSERT INTO searched_names (name, others, sort, id)"
                " VALUES (folded(?), folded(?), ?, ?)",
                _named(store),
            )
        store.connection.execute("DELETE FROM searched")
        reached = (position, registered, MADE)
        store.connection.execute("INSERT INTO searched VALUES (?, ?, ?)", reached)


def _done(store: Store) -> tuple[int, int] | None:
    """Give up to where the index reaches; None where nobody has searched yet, as it is done now."""
    try:
        found = store.rows("SELECT facts, names FROM searched WHERE made = ?", (MADE,))
    except sqlite3.OperationalError:
        return None
    return (found[0]["facts"], found[0]["names"]) if found else None


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

    Letters count without their marks (`folded`). A row is {found: place | actor | source | scheme |
    fact, id, name, position, kind, place, published, source, report, retracted}; what comes after
    `name` is null but for facts, whose `name` is their gist. Raises TrackerError for no words. The
    index is to be ready.
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
    told = folded(text.replace("\0", " "))
    words = [word for word in told.split() if any(map(str.isalnum, word))]
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
