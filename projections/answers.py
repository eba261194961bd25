"""Answers: state as of a time, history, audit; rows of plain JSON values, each with its evidence.

Only what a question needs is imported: a plain question reads stored beliefs and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from operator import itemgetter

from projections.cells import Cells
from projections.names import ALL, BELIEVED, CHRONICLED
from projections.rows import ENTRY, Decorator, evidence_row, fact_row, origin_in
from projections.saying import said
from projections.store import Row, Store
from projections.weighing import USUAL, Weighing
from projections.withheld import erased_of, said_withheld
from tracker.edtf import describe
from tracker.errors import NotFoundError
from tracker.instants import FUTURE_OPEN, AsOf, Instant, format_open

Rows = list[Row]
LISTED = "the keys stand in `tracker state --json`"
"""Where to look for a key when none is like what was asked."""
_LATER = ("control", "alerts", "losses")
"""Projections of whose rows each can be made alone."""


def state(
    store: Store,
    clocks: AsOf,
    projection: str | None = None,
    key: str | None = None,
    *,
    weighing: Weighing = USUAL,
    stale_after: int | None = None,
) -> Sequence[Row]:
    """Give the rows of one projection, or of all, as of the clocks.

    A cell without evidence has no row. Those of a whole projection may be made only when they are
    looked at (projections.lazy). `stale_after` (microseconds): rows of beliefs say under "stale"
    whether their newest evidence is older. Raises NotFoundError for a projection that does not
    exist.
    """
    wanted = wanted_names(projection, store)
    rows: Rows = []
    if projection is None or projection in BELIEVED:
        asked = Cells(store, clocks, weighing)
        decorator = Decorator(asked, clocks, stale_after)
        if key is None and projection in _LATER and asked.stored:
            return decorator.later(projection)
        rows = decorator.rows(projection, key)
        if key is None:
            rows.sort(key=itemgetter("key"))
        if projection is not None:
            return rows
        rows.sort(key=lambda row: wanted.index(row["projection"]))
    for name in wanted:
        if name in CHRONICLED:
            rows += chronology(store, clocks, name, key, weighing)
    return rows


def history(
    store: Store,
    clocks: AsOf | None,
    key: str,
    projection: str | None = None,
    *,
    weighing: Weighing = USUAL,
) -> Rows:
    """Give the rectangles of a key in valid and known time, oldest knowledge first.

    With clocks, only those that they fall in: `known_at` picks what was known then, `as_of` is
    no bound. Raises NotFoundError where no projection has the key.
    """
    names = projections_with(store, key, projection)
    known = clocks.known_at if clocks else None
    cells = Cells(store, clocks, weighing)
    rows: Rows = []
    for name in names:
        found = cells.rectangles(name, key)
        for belief in found if known is None else as_known(found, known):
            rows.append(
                {
                    "projection": name,
                    "key": key,
                    "valid_from": format_open(belief["valid_from"]),
                    "valid_to": format_open(belief["valid_to"]),
                    "known_from": format_open(belief["known_from"]),
                    "known_to": format_open(belief["known_to"]),
                    **json.loads(belief["state"]),
                }
            )
    return rows


def as_known(beliefs: Rows, known: Instant) -> Rows:
    """Keep what was known then, as it looked then: no cut, and no end, that came later."""
    line: Rows = []
    seen = (one for one in beliefs if one["known_from"] <= known < one["known_to"])
    for belief in sorted(seen, key=lambda one: one["valid_from"]):
        beside = line and line[-1]["valid_to"] == belief["valid_from"]
        if beside and line[-1]["state"] == belief["state"]:
            line[-1] = {
                **line[-1],
                "valid_to": belief["valid_to"],
                "known_from": max(line[-1]["known_from"], belief["known_from"]),
            }
        else:
            line.append({**belief, "known_to": FUTURE_OPEN})
    return line


def audit(
    store: Store, clocks: AsOf, projection: str, key: str, *, weighing: Weighing = USUAL
) -> Row:
    """Tell why a cell is as it is: {rows, evidence, later, later_rows, rule}.

    `rows` holds its row, or nothing without evidence; `evidence` every fact with its role in it;
    `later` counts facts published after `known_at`, `later_rows` is what they make of the cell
    where that differs.

    Roles: decides, supports, superseded, dissents, not-yet, retracted. Raises NotFoundError where
    the projection has never heard of the key.
    """
    if projection in CHRONICLED:
        return _audit_entry(store, clocks, projection, key, weighing)
    name = projections_with(store, key, projection)[0]
    rows = state(store, clocks, name, key, weighing=weighing)
    cells = Cells(store, clocks, weighing)
    claims = cells.claims(name, key)
    heard = [claim for claim in claims if cells.hears(claim)]
    left_out = [claim for claim in claims if not cells.hears(claim)]
    roles = [
        (role.role, role.why, role.claim)
        for role in cells.live.roles(heard, clocks.as_of, clocks.known, name, left_out)
    ]
    order = {role: index for index, role in enumerate(_ROLES)}
    roles.sort(key=lambda one: (order[one[0]], -one[2].published, one[2].position))
    later = [one for one in roles if one[0] == "not-yet" and one[2].published > clocks.known]
    now = state(store, AsOf(clocks.as_of), name, key, weighing=weighing)
    differs = [said(row) for row in rows] != [said(row) for row in now]
    return {
        "rows": rows,
        "evidence": _amended(
            store,
            store.amendments(name, key, clocks.position, clocks.recorded_at),
            [evidence_row(store, claim, role, why) for role, why, claim in roles],
            clocks.known,
        ),
        "later": len(later),
        "later_rows": now if later and differs else [],
        "rule": cells.live.rule(rows[0]["rule"] if rows else None),
    }


def _amended(store: Store, acts: Rows, lines: Rows, known: Instant) -> Rows:
    """Say of facts that were taken back or corrected all that was done, and what stands instead."""
    for act in acts:
        for line in lines:
            if line["fact"] == act["replaced_by"]:
                line["why"] += f"; {_replacing(act)}"
    for line in lines:
        done = [act for act in acts if act["fact"] == line["fact"] and act["published"] <= known]
        if done and line["role"] == "retracted":
            erased = map(said_withheld, erased_of(store, line["fact"]))
            line["why"] = "; ".join([*map(_act, done), *erased])
    return lines


def _act(act: Row) -> str:
    said = f"{describe(act['published_edtf'])}: {act['reason']}"
    if act["replaced_by"] is None:
        return f"retracted by #{act['position']}, {said}"
    if act["restores"] and act["gone"]:
        return f"put back as #{act['right']}, {said}"
    return f"corrected, #{act['right']} takes its place, {said}"


def _replacing(act: Row) -> str:
    said = f"{describe(act['published_edtf'])}: {act['reason']}"
    gone = f" that #{act['gone']} retracted" if act["gone"] else ""
    what = "put back" if act["restores"] and gone else "corrected"
    return f"in place of #{act['wrong']}{gone}, {what} {said}"


def _audit_entry(store: Store, clocks: AsOf, projection: str, key: str, weighing: Weighing) -> Row:
    rows = chronology(store, clocks, projection, key, weighing)
    if not rows:
        msg = f"no fact {key} in {projection} as of then: keys of a chronology are fact ids"
        raise NotFoundError(msg)
    evidence = [evidence_row(store, row["key"], "decides", "the fact itself") for row in rows]
    rule = "a chronology lists what was told"
    return {"rows": rows, "evidence": evidence, "later": 0, "later_rows": [], "rule": rule}


_ROLES = ("decides", "supports", "dissents", "not-yet", "superseded", "retracted")


def projections_with(store: Store, key: str, projection: str | None = None) -> list[str]:
    """Name the projections that hold a key; NotFoundError, with the nearest key, if none does."""
    names = [name for name in wanted_names(projection, store) if name in BELIEVED]
    marks = ", ".join("?" * len(names))
    found = store.rows(
        f"SELECT projection FROM cells WHERE key = ? AND projection IN ({marks})",
        (key, *names),
    )
    if found:
        return [row["projection"] for row in found]
    from difflib import get_close_matches

    from projections.asked import cells_of

    sql = f"SELECT DISTINCT key FROM cells WHERE projection IN ({marks})"
    known = [row["key"] for row in store.rows(sql, names)]
    near = [cell for name in names for cell in cells_of(store, name, key)]
    near = near[:3] or get_close_matches(key, known, n=3, cutoff=0.5)
    hint = f": did you mean {', '.join(near)}?" if near else f": {LISTED}"
    where = f" in {projection}" if projection else ""
    msg = f"no evidence was ever recorded for '{key}'{where}{hint}"
    raise NotFoundError(msg)


def has_key(store: Store, projection: str | None, key: str) -> bool:
    """Whether a key names something: a registered place, or a cell with any claim."""
    if key in store.names("places"):
        return True
    sql = "SELECT 1 FROM cells WHERE key = :key"
    sql += " AND projection = :projection" if projection else ""
    facts = "SELECT 1 FROM fact_rows WHERE id = :key"
    parameters: dict[str, object] = {"key": key, "projection": projection}
    return bool(store.rows(sql + " LIMIT 1", parameters) or store.rows(facts, parameters))


def keys_named(store: Store, key: str) -> tuple[str, ...]:
    """Give the ids of the places, else the actors, that go by a name; the key where none does.

    What is a key already stays one, and a name goes before another's alias.
    """
    if has_key(store, None, key) or key in store.names("actors"):
        return (key,)
    said = key.casefold()
    for register in ("places", "actors"):
        entries = store.names(register).whole().items()
        found = [name for name, one in entries if str(one["name"]).casefold() == said] or [
            name for name, one in entries if said in map(_casefolded, one.get("aliases", ()))
        ]
        if found:
            return tuple(sorted(found))
    return (key,)


def _casefolded(name: object) -> str:
    return str(name).casefold()


def key_named(store: Store, key: str) -> str:
    """Give the id of the one place, else actor, that goes by a name; the key where none does.

    Raises NotFoundError, with all ids, where several do.
    """
    keys = keys_named(store, key)
    if len(keys) > 1:
        raise NotFoundError(f"{shared(key, keys)}: ask about one of them by its id")
    return keys[0]


def shared(name: str, keys: Sequence[str]) -> str:
    """Say that a name is that of several, and of which."""
    return f"'{name}' is the name of {len(keys)} here, {', '.join(keys)}"


def keys_meant(store: Store, projection: str | None, key: str | None) -> tuple[str | None, ...]:
    """Give the keys that a question about a key or a name is about: of all that go by it.

    With each come all cells of a place or an actor, where a projection is asked whose keys such a
    name is only a part of.
    """
    if key is None:
        return (None,)
    keys = keys_named(store, key)
    if projection is None or "/" in key:
        return keys
    from projections.asked import cells_of

    cells = sorted(cell for one in keys for cell in cells_of(store, projection, one))
    return tuple(dict.fromkeys((*keys, *cells)))


def _key_alone(store: Store, said: str) -> str:
    """Give a key that stands in the place of a projection with its own before it; else nothing."""
    from projections.asked import cells_of

    keys = keys_named(store, said)
    held = store.rows(
        f"SELECT projection FROM cells WHERE key IN ({', '.join('?' * len(keys))})", keys
    )
    names = [row["projection"] for row in held]
    names += [name for name in BELIEVED if any(cells_of(store, name, key) for key in keys)]
    key = keys[0] if len(keys) == 1 else said
    return f"{min(names, key=BELIEVED.index)} {key}" if names else ""


def wanted_names(projection: str | None, store: Store | None = None) -> tuple[str, ...]:
    """Name the projections a question is about; NotFoundError for one that does not exist.

    With the read model, a key that was said in its place is told from a slip.
    """
    if projection is None:
        return ALL
    if projection not in ALL:
        from difflib import get_close_matches

        near = _key_alone(store, projection) if store else ""
        near = near or next(iter(get_close_matches(projection, ALL, n=1)), "")
        hint = f": did you mean {near}?" if near else ""
        msg = f"no projection '{projection}'{hint} (one of {', '.join(ALL)})"
        raise NotFoundError(msg)
    return (projection,)


# -- facts ---------------------------------------------------------------------------------------


def chronology(
    store: Store,
    clocks: AsOf,
    projection: str,
    key: str | None = None,
    weighing: Weighing = USUAL,
) -> Rows:
    """Give the facts of a chronology visible at the clocks, newest first.

    `key` narrows to a fact id, or to a place.
    """
    found = entries(store, clocks, projection, key, weighing)
    return [fact_row(projection, row) for row in found]


def entries(
    store: Store,
    clocks: AsOf,
    projection: str,
    key: str | None = None,
    weighing: Weighing = USUAL,
    facts: Sequence[str] | None = None,
) -> Iterator[Row]:
    """Yield the same as it is stored (rows.ENTRY, and `told`: its time as JSON), one by one.

    `facts` narrows to those of these ids.
    """
    filtered = bool(weighing.only or weighing.without)
    sql = (
        f"SELECT {ENTRY}, json_extract(f.data, '$.when') AS told{', f.data' if filtered else ''}"
        " FROM chronologies c JOIN fact_rows f ON f.id = c.fact"
        " JOIN reports r ON r.id = f.report WHERE c.projection = :projection"
        " AND f.begins <= :t AND f.published <= :k"
        " AND NOT EXISTS (SELECT 1 FROM retractions x WHERE x.fact = f.id AND x.published <= :k"
        " AND x.position <= :position AND x.recorded_at <= :recorded)"
        " AND f.position <= :position AND f.recorded_at <= :recorded"
    )
    if key is not None:
        sql += " AND (f.id = :key OR f.place = :key)"
    if facts is not None:
        sql += " AND c.fact IN (SELECT value FROM json_each(:facts))"
    kin = store.kin() if filtered else None
    for row in store.connection.execute(
        sql + " ORDER BY f.begins DESC, f.published DESC, f.id",
        {
            "projection": projection,
            "t": clocks.as_of,
            "k": clocks.known,
            "position": FUTURE_OPEN if clocks.position is None else clocks.position,
            "recorded": FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at,
            "key": key,
            "facts": facts and json.dumps(facts),
        },
    ):
        if kin is None or weighing.takes(row["source"], origin_in(row, kin)):
            yield dict(row)
