"""What tables say, by brute force: csv, dicts and plain loops, knowing nothing of the tracker.

Instants are seconds since 1970 UTC: "at second s" means through the end of that second.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

Rows = list[dict[str, str]]
Said = tuple[str, str] | None
"""(status, side): held by a side, or contested by both; None where nothing is said."""

RUSSIA, UKRAINE, BOTH = "russia", "ukraine", "both"
NEAR_KM = 10

LISTED: dict[str, Said] = {
    "ukraine": ("held", UKRAINE),
    "russia": ("held", RUSSIA),
    "donetsk pr": ("held", RUSSIA),
    "dpr": ("held", RUSSIA),
    "luhansk pr": ("held", RUSSIA),
    "contested": ("contested", BOTH),
    "contested ukraine": ("contested", BOTH),
    "unknown": None,
    "not known": None,
}
"""What the control list means by what stands under `held_by`; anything else cannot be read."""


def rows_of(path: Path) -> Rows:
    """Read a table whole."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode()
    return list(csv.DictReader(StringIO(text, newline="")))


def fold(text: str) -> str:
    """Trim, one space for white space of any kind, no case."""
    return " ".join(text.split()).casefold()


def second(text: str) -> int:
    """Read a time with its zone as seconds since 1970."""
    return int(datetime.fromisoformat(text).timestamp())


def last_second(day: date) -> int:
    """Give the last second of a day in UTC."""
    return int(datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC).timestamp())


def apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two points in km."""
    (a, b), (c, d) = [(radians(lat), radians(lon)) for lat, lon in (one, other)]
    return 2 * 6371 * asin(sqrt(sin((c - a) / 2) ** 2 + cos(a) * cos(c) * sin((d - b) / 2) ** 2))


# -- the control list ------------------------------------------------------------------------------


def versions_of(rows: Rows) -> list[tuple[int, Rows]]:
    """Give (second of publication, rows) of each version, in order of publication."""
    by_version: dict[str, Rows] = defaultdict(list)
    for row in rows:
        by_version[row["version"]].append(row)
    return sorted(
        ((second(one[0]["commit_time"]), one) for one in by_version.values()), key=lambda v: v[0]
    )


def several_holders(versions: Sequence[tuple[int, Rows]]) -> set[str]:
    """Name (folded) what has two rows with different holders in one version."""
    found = set()
    for _, rows in versions:
        held: dict[str, str] = {}
        for row in rows:
            name, holder = fold(row["name"]), fold(row["held_by"])
            if held.setdefault(name, holder) != holder:
                found.add(name)
    return found


def point_of(row: Mapping[str, str]) -> tuple[float, float] | None:
    """Give a row's point; None where a degree is missing or no number."""
    try:
        return float(row["lat"]), float(row["lon"])
    except ValueError:
        return None


Spots = Mapping[str, Sequence[tuple[str, tuple[float, float] | None]]]
"""The places of each folded name: (id, point)."""


def spot_of(row: Mapping[str, str], spots: Spots) -> str | None:
    """Say which place a row names: the only one of its name, else the nearest within 10 km."""
    places = spots.get(fold(row["name"]), ())
    if len(places) == 1:
        return places[0][0]
    point = point_of(row)
    if point is None:
        return None
    near = [(apart(point, spot), name) for name, spot in places if spot is not None]
    best = min(near, default=(NEAR_KM + 1.0, ""))
    return best[1] if best[0] <= NEAR_KM else None


def listed(
    versions: Sequence[tuple[int, Rows]], spots: Spots
) -> Iterator[tuple[int, dict[str, Said]]]:
    """Yield what the list says of every place at each version: (second, {place: said}).

    What a version does not list, or says it does not know, it says nothing of. Where what it says
    cannot be read (a holder that is none, two holders for one place, a name of several places
    without coordinates), what it said before stands.
    """
    before: dict[str, Said] = {}
    for published, rows in versions:
        said: dict[str, set[Said]] = defaultdict(set)
        unread: set[str] = set()
        for row in rows:
            holder, name = fold(row["held_by"]), fold(row["name"])
            if holder in LISTED and LISTED[holder] is None:
                continue  # the list says that it does not know
            spot = spot_of(row, spots)
            if spot is None:
                unread.update(place for place, _ in spots.get(name, ()))
            elif holder not in LISTED:
                unread.add(spot)
            else:
                said[spot].add(LISTED[holder])
        now: dict[str, Said] = {}
        for spot, found in said.items():
            now[spot] = next(iter(found)) if len(found) == 1 else before.get(spot)
        for spot in unread:
            if spot not in now and before.get(spot) is not None:
                now[spot] = before[spot]
        before = {spot: found for spot, found in now.items() if found is not None}
        yield published, dict(before)


# -- the daily control layers ----------------------------------------------------------------------

LAYERS = {
    "RussianAssessedCoTinUkraine": RUSSIA,
    "RussianClaimedCoTinUkraine": RUSSIA,
    "UkrainianClaimedCounterOffensives": UKRAINE,
}
"""The layers that say who holds a place. Advances and partisans say nothing of that."""


def layered(rows: Rows, spots: Spots) -> Iterator[tuple[date, dict[str, set[str]]]]:
    """Yield, for every day of the table, who holds each place by the layers: {place: sides}.

    A place is in a layer from the end of the day on which it enters to the end of the day on which
    it leaves. Names of several places are left out: nothing tells which one is meant.
    """
    moves: dict[date, list[tuple[str, str, bool]]] = defaultdict(list)
    for row in rows:
        places = spots.get(fold(row["place"]), ())
        if row["layer"] in LAYERS and len(places) == 1:
            day = datetime.strptime(row["day"], "%Y%m%d").date()  # noqa: DTZ007 - a day
            moves[day].append((places[0][0], row["layer"], row["change"] == "enter"))
    held: dict[str, set[str]] = defaultdict(set)
    for day in days(min(moves), max(moves)):
        for place, layer, enters in moves.get(day, ()):
            (held[place].add if enters else held[place].discard)(layer)
        yield day, {place: {LAYERS[one] for one in found} for place, found in held.items() if found}


def days(first: date, last: date) -> list[date]:
    """List the days from first to last."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def disputed_days(control: Rows, layers: Rows, spots: Spots) -> set[tuple[str, date]]:
    """Name every (place, day) on which the two tables disagree at the end of that day.

    What counts is what each list last said by then: the control list's newest version, and each
    layer's own state. All are lists that stand, so all speak of that very moment. Two that name
    the same side agree (Donetsk PR, Luhansk PR and DPR are Russia's side). Contested against held
    is no dispute: a hold follows the fight for it, and both sides of the fight are named. So it is
    disputed exactly where one list has Russia's side hold the place, and another Ukraine's.
    """
    versions = list(listed(versions_of(control), spots))
    found, newest = set(), 0
    for day, sides in layered(layers, spots):
        while newest < len(versions) and versions[newest][0] <= last_second(day):
            newest += 1
        now = versions[newest - 1][1] if newest else {}
        for place, holders in sides.items():
            said = now.get(place)
            if len(holders | ({said[1]} if said and said[0] == "held" else set())) > 1:
                found.add((place, day))
    return found


# -- alerts ----------------------------------------------------------------------------------------

Alert = tuple[int, int, bool]
"""(start, end, whether the end is sure), in seconds."""


def alerts_of(rows: Rows) -> dict[str, list[Alert]]:
    """Give the alerts of each region (folded name), the finest region that a row names."""
    found: dict[str, list[Alert]] = defaultdict(list)
    for row in rows:
        region = row.get("region") or row.get("hromada") or row.get("raion") or row["oblast"]
        sure = row.get("naive") != "True"
        found[fold(region)].append((second(row["started_at"]), second(row["finished_at"]), sure))
    return found


def alert_at(alerts: Iterable[Alert], at: int) -> tuple[str, bool]:
    """Say the level at a second, by looking at every alert; and whether that is certain.

    One whose end was noted was on until then; an assumed end may have been at any moment since the
    beginning.
    """
    inside = [one for one in alerts if one[0] <= at < one[1]]
    if not inside:
        return "all-clear", True
    return "alert", any(sure for _, _, sure in inside)


def minutes_of(alerts: Iterable[Alert]) -> set[int]:
    """Give the minutes (since 1970) at whose beginning an alert was on."""
    found: set[int] = set()
    for start, end, _ in alerts:
        found.update(range(-(-start // 60), -(-end // 60)))
    return found


def disagreement(
    one: Mapping[str, Sequence[Alert]], other: Mapping[str, Sequence[Alert]], since: int
) -> dict[str, int]:
    """Count, for each region of both tables, the minutes from `since` on at which they differ."""
    found = {}
    for region in set(one) & set(other):
        apart_ = minutes_of(one[region]) ^ minutes_of(other[region])
        found[region] = sum(minute * 60 >= since for minute in apart_)
    return found


# -- loss counts -----------------------------------------------------------------------------------


def published_counts(rows: Rows) -> dict[str, list[tuple[date, int, int]]]:
    """Give, by metric, (date, second of publication, value), in the table's order."""
    found: dict[str, list[tuple[date, int, int]]] = defaultdict(list)
    for row in rows:
        day = date.fromisoformat(row["date"])
        found[row["metric"]].append((day, second(row["published"]), int(row["value"])))
    return found


def count_at(counts: Iterable[tuple[date, int, int]], day: date, known: int) -> int | None:
    """Give the count up to a day as published by a second: of the newest date the newest value."""
    best: tuple[date, int] | None = None
    value = None
    for when, published, count in counts:
        if when <= day and published <= known and (best is None or (when, published) >= best):
            best, value = (when, published), count
    return value
