"""Answers: state as of a time, history, audit; rows of plain JSON values, each with its evidence.

Only what a question needs is imported: a plain question reads stored beliefs and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from projections.claims import Claim
from projections.names import ALL, BELIEVED, CHRONICLED
from projections.store import Row, Store
from tracker.errors import NotFoundError
from tracker.instants import (
    DAY,
    FUTURE_OPEN,
    PAST_OPEN,
    AsOf,
    Instant,
    format_instant,
    format_open,
    parse_moment,
)

if TYPE_CHECKING:
    from projections.live import Live

Rows = list[Row]


def state(
    store: Store, clocks: AsOf, projection: str | None = None, key: str | None = None
) -> Rows:
    """Give the rows of one projection, or of all, as of the clocks.

    A cell without evidence has no row. Raises NotFoundError for a projection that does not exist.
    """
    wanted = _wanted(projection)
    rows: Rows = []
    believed = [name for name in wanted if name in BELIEVED]
    if believed:
        decorate = _Decorator(store, clocks)
        only = believed[0] if projection else None
        rows += [decorate(cell) for cell in _cells(store, clocks, only, key)]
        rows.sort(key=lambda row: (wanted.index(row["projection"]), row["key"]))
    for name in wanted:
        if name in CHRONICLED:
            rows += _chronology(store, clocks, name, key)
    return rows


def history(store: Store, clocks: AsOf | None, key: str, projection: str | None = None) -> Rows:
    """Give the rectangles of a key in valid and known time, oldest knowledge first.

    With clocks, only those that they fall in: `known_at` picks what was known then, `as_of` is
    no bound. Raises NotFoundError where no projection has the key.
    """
    names = projections_with(store, key, projection)
    known = clocks.known_at if clocks else None
    rows: Rows = []
    for name in names:
        found = _rectangles(store, clocks, name, key)
        for belief in found if known is None else _known(found, known):
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


def _known(beliefs: Rows, known: Instant) -> Rows:
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


def audit(store: Store, clocks: AsOf, projection: str, key: str) -> Row:
    """Tell why a cell is as it is: {rows, evidence, later, later_rows, rule}.

    `rows` holds its row, or nothing without evidence; `evidence` every fact with its role in it;
    `later` counts facts published after `known_at`, `later_rows` is what they make of the cell
    where that differs.

    Roles: decides, supports, superseded, dissents, not-yet, retracted. Raises NotFoundError where
    the projection has never heard of the key.
    """
    if projection in CHRONICLED:
        rows = _chronology(store, clocks, projection, key)
        if not rows:
            msg = f"no fact {key} in {projection} as of then: keys of a chronology are fact ids"
            raise NotFoundError(msg)
        evidence = [_evidence(store, row["key"], "decides", "the fact itself") for row in rows]
        rule = "a chronology lists what was told"
        return {"rows": rows, "evidence": evidence, "later": 0, "later_rows": [], "rule": rule}
    name = projections_with(store, key, projection)[0]
    rows = state(store, clocks, name, key)
    live = _live(store)
    claims = _recorded(store.claims(name, key), clocks)
    roles = live.roles(claims, clocks.as_of, clocks.known, name)
    order = {role: index for index, role in enumerate(_ROLES)}
    roles.sort(key=lambda r: (order[r.role], -r.claim.published, r.claim.position))
    unlimited = AsOf(clocks.as_of)
    later = [r for r in roles if r.role == "not-yet" and r.claim.published > clocks.known]
    now = state(store, unlimited, name, key)
    return {
        "rows": rows,
        "evidence": [_evidence(store, r.claim.fact, r.role, r.why) for r in roles],
        "later": len(later),
        "later_rows": now if later and _differs(rows, now) else [],
        "rule": live.rule(),
    }


_ROLES = ("decides", "supports", "dissents", "not-yet", "superseded", "retracted")


def projections_with(store: Store, key: str, projection: str | None = None) -> list[str]:
    """Name the projections that hold a key; NotFoundError, with the nearest key, if none does."""
    names = [name for name in _wanted(projection) if name in BELIEVED]
    marks = ", ".join("?" * len(names))
    found = store.rows(
        f"SELECT DISTINCT projection FROM claims WHERE key = ? AND projection IN ({marks})",  # noqa: S608 - marks
        (key, *names),
    )
    if found:
        return [row["projection"] for row in found]
    from difflib import get_close_matches

    known = [row["key"] for row in store.rows("SELECT DISTINCT key FROM claims")]
    near = get_close_matches(key, known, n=3, cutoff=0.5)
    hint = f": did you mean {', '.join(near)}?" if near else ": `tracker state` lists the keys"
    where = f" in {projection}" if projection else ""
    msg = f"no evidence was ever recorded for '{key}'{where}{hint}"
    raise NotFoundError(msg)


def has_key(store: Store, projection: str | None, key: str) -> bool:
    """Whether a key names something: a registered place, or a cell with any claim."""
    if key in store.names("places"):
        return True
    sql = "SELECT 1 FROM claims WHERE key = :key"
    sql += " AND projection = :projection" if projection else ""
    facts = "SELECT 1 FROM facts WHERE id = :key"
    parameters: dict[str, object] = {"key": key, "projection": projection}
    return bool(store.rows(sql + " LIMIT 1", parameters) or store.rows(facts, parameters))


def _wanted(projection: str | None) -> tuple[str, ...]:
    if projection is None:
        return ALL
    if projection not in ALL:
        from difflib import get_close_matches

        near = get_close_matches(projection, ALL, n=1)
        hint = f": did you mean {near[0]}?" if near else ""
        msg = f"no projection '{projection}'{hint} (one of {', '.join(ALL)})"
        raise NotFoundError(msg)
    return (projection,)


# -- cells ---------------------------------------------------------------------------------------


def _cells(store: Store, clocks: AsOf, projection: str | None, key: str | None) -> Iterator[Row]:
    """Yield {projection, key, state (a mapping)} of every cell with evidence."""
    if clocks.recorded_at is None and clocks.position is None:
        for belief in store.beliefs_at(clocks.as_of, clocks.known, projection, key):
            yield {**belief, "state": json.loads(belief["state"])}
        return
    yield from _live(store).cells(
        _recorded(store.claims(projection, key), clocks), clocks.as_of, clocks.known
    )


def _rectangles(store: Store, clocks: AsOf | None, projection: str, key: str) -> Rows:
    if clocks is None or (clocks.recorded_at is None and clocks.position is None):
        return store.beliefs(projection, key)
    claims = _recorded(store.claims(projection, key), clocks)
    return _live(store).rectangles(claims, projection, key)


def _recorded(claims: Iterable[Claim], clocks: AsOf) -> list[Claim]:
    """Keep what the log held by the recorded clock."""
    position = FUTURE_OPEN if clocks.position is None else clocks.position
    recorded = FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at
    return [c for c in claims if c.position <= position and c.recorded_at <= recorded]


def _live(store: Store) -> Live:
    from projections.live import Live

    return Live(store)


def _differs(before: Rows, after: Rows) -> bool:
    ignored = {"evidence", "last_evidence", "age_days", "since"}

    def said(rows: Rows) -> list[Row]:
        return [{k: v for k, v in row.items() if k not in ignored} for row in rows]

    return said(before) != said(after)


class _Decorator:
    """Adds to a cell what people read it by: names, coordinates, the age of its evidence."""

    def __init__(self, store: Store, clocks: AsOf) -> None:
        self.clocks = clocks
        self.places = store.names("places")
        self.actors = store.names("actors")
        self.schemes = store.names("schemes")

    def __call__(self, cell: Row) -> Row:
        projection, key, found = cell["projection"], cell["key"], cell["state"]
        row = {"projection": projection, "key": key, "name": self._name(projection, key, found)}
        row |= found
        if projection == "control":
            place = self.places.get(key, {})
            row["place"] = {"lat": place.get("lat"), "lon": place.get("lon")}
        row["age_days"] = self._age(found["last_evidence"])
        return row

    def _name(self, projection: str, key: str, found: Row) -> str:
        match projection:
            case "control":
                return _name(self.places, key)
            case "forces":
                actors = " + ".join(_name(self.actors, actor) for actor in found["actors"])
                return f"{actors} in {_name(self.places, found['place'])}"
            case "alerts":
                scope = found["scope"]
                who = scope if scope in self.places else scope.split("+")[0]
                names = self.places if scope in self.places else self.actors
                return f"{_name(self.schemes, found['scheme'])}, {_name(names, who)}"
            case _:
                return " + ".join(_name(self.actors, one) for one in found["side"].split("+"))

    def _age(self, last: str | None) -> int | None:
        if last is None:
            return None
        return max(0, (self.clocks.as_of - parse_moment(last).earliest) // DAY)


def _name(names: Mapping[str, Row], name: str) -> str:
    return str(names.get(name, {}).get("name", name))


# -- facts ---------------------------------------------------------------------------------------


def _chronology(store: Store, clocks: AsOf, projection: str, key: str | None) -> Rows:
    """Give the facts of a chronology visible at the clocks, newest first.

    `key` narrows to a fact id, or to a place.
    """
    sql = (
        "SELECT f.*, r.source FROM chronologies c JOIN facts f ON f.id = c.fact"
        " JOIN reports r ON r.id = f.report WHERE c.projection = :projection"
        " AND f.begins <= :t AND f.published <= :k"
        " AND (f.retracted IS NULL OR f.retracted > :k)"
        " AND f.position <= :position AND f.recorded_at <= :recorded"
    )
    if key is not None:
        sql += " AND (f.id = :key OR f.place = :key)"
    found = store.rows(
        sql + " ORDER BY f.begins DESC, f.published DESC, f.id",
        {
            "projection": projection,
            "t": clocks.as_of,
            "k": clocks.known,
            "position": FUTURE_OPEN if clocks.position is None else clocks.position,
            "recorded": FUTURE_OPEN if clocks.recorded_at is None else clocks.recorded_at,
            "key": key,
        },
    )
    return [_fact_row(projection, row) for row in found]


def _fact_row(projection: str, row: Row) -> Row:
    fact = json.loads(row["data"])
    return {
        "projection": projection,
        "key": row["id"],
        "name": row["gist"],
        "kind": row["kind"],
        "status": row["status"],
        "voice": row["voice"],
        "speaker": row["speaker"],
        "place": row["place"],
        "actors": [actor for actor in row["actors"].split("+") if actor],
        "when": fact["when"]["edtf"],
        "source": row["source"],
        "published": format_instant(row["published"]),
        "evidence": [row["id"]],
        "last_evidence": None if row["begins"] == PAST_OPEN else format_instant(row["begins"]),
    }


def _evidence(store: Store, fact: str, role: str, why: str) -> Row:
    """Give one line of an audit: the fact, where it stands, and its part in the answer."""
    sql = (
        "SELECT f.*, r.source, r.published_edtf FROM facts f JOIN reports r ON r.id = f.report"
        " WHERE f.id = ?"
    )
    row = store.rows(sql, (fact,))[0]
    data = json.loads(row["data"])
    return {
        "fact": fact,
        "kind": row["kind"],
        "position": row["position"],
        "source": row["source"],
        "published": row["published_edtf"],
        "voice": row["voice"],
        "speaker": row["speaker"],
        "status": row["status"],
        "when": data["when"],
        "gist": row["gist"],
        "locator": data.get("locator", {}),
        "rating": data.get("rating"),
        "report": row["report"],
        "role": role,
        "why": why,
    }
