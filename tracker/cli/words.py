"""Rows in words: states, numbers, times, as a person reads them.

Every verb's module imports this one, so what reads times is imported only where one is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

from tracker.hedges import hedged

if TYPE_CHECKING:
    from datetime import date

    from tracker.outcomes import Answer

MOST_EVIDENCE = 16
"""Fact ids that a row lists at most."""

Row = Mapping[str, Any]
Names = Mapping[str, str]

_RECKONED = re.compile(r"\[[^.]*T[^.]*Z\.\.[^.]*T[^.]*Z\]")
"""A moment whose bounds nobody wrote in days: they were reckoned, to the second of UTC."""
_SUPPORT_TONES = {"confirmed": "good", "claimed": "doubt", "disputed": "bad"}
_STATUS_TONES = {"contested": "doubt", "besieged": "doubt", "mixed": "doubt", "unknown": "faint"}


class Toned(str):  # noqa: SLOT000 - it has one, beside the text
    """A text with a tone (output.TONES), which a terminal may colour: the words say the same."""

    tone: str

    def __new__(cls, text: str, tone: str) -> Self:
        """Give a text its tone; an empty one is as plain text."""
        made = super().__new__(cls, text)
        made.tone = tone
        return made


def moment(text: str | None, zone: str = "UTC") -> str:
    """Say an instant, by the days of a zone: a midnight as its day, the last one as its end.

    Any other by its clocks, with their offset; where that has seconds, as of old, in UTC.
    """
    from datetime import time, timedelta

    from tracker.instants import read_instant, to_datetime

    if text is None:
        return ".."
    instant = read_instant(text)
    at = to_datetime(instant, zone)
    if at.time() == time.min:
        return _day(at)
    if at.time() == time.max:
        return f"end of {_day(at)}"
    off = at.utcoffset() or timedelta()
    whole = off % timedelta(minutes=1) == timedelta()
    at, named = (at, at.isoformat()[-6:]) if off and whole else (to_datetime(instant), "Z")
    if at.time() == time(at.hour, at.minute, 59, 999_999):
        return f"end of {_day(at)} {at:%H:%M}{named}"
    return f"{_day(at)} {at:%H:%M:%S}{named}"


def _day(day: date) -> str:
    return when(f"{day:%Y-%m-%d}".zfill(10))


def days(start: str | None, stop: str | None, zone: str) -> str | None:
    """Say a stretch [start, stop) by the days at whose end it is so; None where there is none.

    That is how a bare date asks: what is so as of 14 January is so at the end of the 14th.
    """
    first, end = _date(start, zone), _date(stop, zone)
    last = None if end is None else _before(end)
    if end is not None and last is None:
        return None
    if first is None or last is None:
        return f"from {_day(first)}" if first else f"until {_day(last)}" if last else "always"
    if first > last:
        return None
    return when(f"[{first}..{last}]") if first < last else _day(first)


def _date(text: str | None, zone: str) -> date | None:
    from tracker.instants import read_instant, to_datetime

    return None if text is None else to_datetime(read_instant(text), zone).date()


def _before(day: date) -> date | None:
    """Give the day before; None before the first of the calendar."""
    from datetime import timedelta

    return None if day == day.min else day - timedelta(days=1)


def clock(text: str | None, zone: str = "UTC") -> str:
    """Say a clock of a question: the end of a day, or of a minute, by its name alone."""
    return moment(text, zone).removeprefix("end of ")


def begun(row: Row, zone: str) -> str:
    """Say since when, to follow a state: "since 14 Jan 2013", "by 21 Jan 2013"."""
    said = since(row, zone)
    return said if said.startswith(("by ", "since ", "from ")) or not said else f"since {said}"


@lru_cache(maxsize=4096)
def when(edtf: str | None) -> str:
    """Say an EDTF value; rows share few."""
    from tracker.edtf import EdtfError, describe

    if not edtf:
        return ""
    try:
        return describe(edtf)
    except EdtfError:
        return edtf


def stated(edtf: str | None, zone: str) -> str:
    """Say an EDTF value that has its bounds (dated.Dated): with its offset, if of another zone.

    One without is said as it is.
    """
    from tracker.dated import Dated, offset

    said = when(edtf)
    return f"{said} {offset(edtf, edtf.ends, zone)}".rstrip() if isinstance(edtf, Dated) else said


def dated(when: Row, zone: str) -> str:
    """Say when a fact was, from its `when`: with its offset, if it is of another zone."""
    from tracker.dated import Dated
    from tracker.edtf import parse_edtf

    if "zone" not in when:
        return stated(when["edtf"], zone)
    span = parse_edtf(when["edtf"], when["zone"], local_times=bool(when.get("local")))
    return stated(Dated(when["edtf"], *span.start), zone)


def between(since: Row, zone: str) -> str:
    """Say the bounds of a moment: in days of the zone, where they are its midnights.

    What a statement's end is reckoned from its zone, and written in UTC (edtf.somewhere_in).
    """
    if zone == "UTC" or not _RECKONED.fullmatch(since["edtf"]):
        return _since(since, zone)
    from datetime import time

    from tracker.instants import read_instant, to_datetime

    # what holds through a day ends at its midnight at the latest, and so before the next instant
    first, last = (read_instant(since[end]) for end in ("earliest", "latest"))
    ends = [to_datetime(end, zone) for end in (first, last - 1 if last % 1_000_000 == 1 else last)]
    if any(end.time() != time.min for end in ends):
        return when(since["edtf"])
    begin, end = (one.date() for one in ends)
    return when(f"[{begin}..{max(begin, _before(end) or begin)}]")


def cited(source: str, title: str | None, published: str) -> str:
    """Name a report by its source, its title where it has one, and its date in words."""
    return ", ".join([source, *([f'"{title}"'] if title else []), published])


def since(row: Row, zone: str) -> str:
    """Say since when a row's state has been so."""
    return _since(row["since"], zone) if row.get("since") else ""


def _since(since: Row, zone: str) -> str:
    return _bounded(since["edtf"], since["earliest"], since["latest"], zone)


@lru_cache(maxsize=4096)
def _bounded(edtf: str, earliest: str | None, latest: str | None, zone: str) -> str:
    from tracker.dated import Dated
    from tracker.instants import read_instant

    ends = (None if end is None else read_instant(end) for end in (earliest, latest))
    return stated(Dated(edtf, *ends), zone)


def names_of(ids: Sequence[str], names: Names) -> str:
    """Name actors or places."""
    return ", ".join(names.get(one, one) for one in ids)


def value(projection: str, row: Row | None, names: Names) -> Toned:
    """Say what a cell is: held by whom, how many, which level."""
    return Toned(_value(projection, row, names), tone_of(row))


def tone_of(row: Row | None) -> str:
    """Give the tone of a state: disputed, fought for or only possible, unknown, or none."""
    if row is None:
        return "faint"
    if row.get("support") == "disputed":
        return "bad"
    possible = "doubt" if row.get("certainty") == "possible" else ""
    return _STATUS_TONES.get(row.get("status", ""), possible)


def _value(projection: str, row: Row | None, names: Names) -> str:
    if row is None:
        return "no evidence"
    if row.get("support") == "disputed":
        return disputed(projection, row, names)
    match projection:
        case "control":
            return _control(row, names)
        case "alerts":
            level = row.get("alias") or row.get("level") or row.get("notice")
            return str(level or "unknown")
        case "forces" | "losses":
            unknown = row.get("since") is None and "support" in row
            more = " more" if row.get("additional") else ""
            return "unknown" if unknown else hedged(row) + more + _beside(row)
        case _:
            return f"{row['kind']}: {row['name']}"


def cell(row: Row) -> str:
    """Name the cell that a row is about: its projection, its name, and what tells it apart."""
    projection, name = row["projection"], row["name"]
    if projection is None:
        return str(name)
    apart = counted(row)
    return f"{projection}: {name}{f', {apart}' if apart else ''}"


def counted(row: Row) -> str:
    """Say what a number counts, such as "troops deployed"; nothing where none is counted."""
    # actor/place/category/phase, side/category/fate: the name says the place and whose they are
    counts = row["projection"] in {"forces", "losses"}
    return " ".join(row["key"].split("/")[-2:]) if counts else ""


def disputed(projection: str, row: Row, names: Names) -> str:
    """Say the values that stand against each other, each with who says so and their ratings."""
    text = f"disputed: {rivals(projection, row, names)}"
    last = row.get("last_undisputed")
    return f"{text}; last undisputed {value(projection, last, names)}" if last else text


def rivals(projection: str, row: Row, names: Names) -> str:
    """Say who says what: "Rebels (Gazette B2) / Army (Radio C3)"."""
    return " / ".join(
        f"{value(projection, one, names)} ({tellers(one, names)})"
        for one in row.get("values") or ()
    )


def tellers(one: Row, names: Names) -> str:
    """Name who says a value of a dispute, each with its rating."""
    origins = one.get("origins") or []
    ratings = one.get("ratings") or [None] * len(origins)
    said = zip(origins, ratings, strict=False)
    return ", ".join(f"{names.get(who, who)}{f' {rated}' if rated else ''}" for who, rated in said)


def _beside(row: Row) -> str:
    """Say what a number alone does not: what is left of a pledge, what nothing accounts for."""
    parts = []
    if row.get("remainder") is not None and row.get("best") != 0:
        left = row["remainder"]
        parts.append(f"{left:,} still to come" if left > 0 else "all came")
    if row.get("unexplained"):
        parts.append(f"{row['unexplained']:+,} unexplained")
    if row.get("restated"):
        parts.append(f"restated {row['restated']:+,}")
    return "".join(f", {part}" for part in parts)


def support(row: Row) -> str:
    """Say how well a state is backed; nothing where nothing is certain."""
    said = str(row["support"]) if row["since"] else ""
    return Toned(said, _SUPPORT_TONES.get(said, ""))


def _control(row: Row, names: Names) -> str:
    holders = names_of(row["holders"], names)
    match row["status"]:
        case "held":
            return holders
        case "vacated" | "unknown":
            return str(row["status"])
        case "besieged":
            by = names_of(row.get("besiegers", []), names)
            return f"besieged by {by}, held by {holders or 'unknown'}"
        case status:
            return f"{status}: {holders or 'unknown'}"


def possibly(row: Row, names: Names, zone: str) -> str:
    """Say what may already hold instead; days are those of the zone."""
    parts = []
    for one in row.get("possibly", []):
        begun = between(one["since"], zone)
        said = value(row["projection"], one, names)
        parts.append(f"possibly {said}" + (f" ({begun})" if begun else ""))
    return "; ".join(parts)


def belief(projection: str, row: Row | None, names: Names, zone: str) -> str:
    """Say what a cell is, how well that is backed, and what may hold instead."""
    text: str = value(projection, row, names)
    if row is None:
        return text
    if row["since"] and row["support"] != "disputed":
        text += f" ({row['support']})"
    may = possibly(row, names, zone)
    return Toned(f"{text}; {may}" if may else text, tone_of(row))


def evidence(row: Row, names: Names, zone: str) -> str:
    """Say how much evidence there is, how old, and what may hold instead."""
    count, age = len(row.get("evidence", [])), row.get("age_days")
    text = facts(count)
    if count and age is not None:
        old = "same day" if age == 0 else f"{age:,} day{'s' if age > 1 else ''} old"
        text += f", {'newest ' if count > 1 else ''}{old}"
    if row.get("stale"):
        text += ", stale"
    may = possibly(row, names, zone)
    return f"{text}; {may}" if may else text


def facts(count: int) -> str:
    """Say how many facts a row lists."""
    more = " or more" if count >= MOST_EVIDENCE else ""
    return f"{count}{more} fact{'s' if count > 1 else ''}" if count else "nothing certain"


def locator(where: Row) -> str:
    """Say where a fact stands in its document, in short."""
    document = where.get("document")
    parts = [document["name"].split("_")[0].removesuffix(".txt")] if document else []
    if where.get("row") is not None:
        parts = [document["name"]] if document else []
        parts.append(f"row {where['row']}")
    if where.get("record") is not None:
        parts.append(f"({where['record']})")
    if where.get("sentence") is not None:
        parts.append(f"s.{where['sentence']}")
    if where.get("span"):
        parts.append(f"[{where['span'][0]}-{where['span'][1]}]")
    return " ".join(parts)


def heading(answer: Answer, what: str, known: str | None = None) -> str:
    """Say what was asked: the situation, the clocks, the policy, the log's position.

    `known` says what had been reported, where that is not one moment.
    """
    query = answer.query
    parts = [answer.title]
    as_of = query["as_of"]
    if as_of:
        day = clock(as_of, answer.read_in)
        whole_day = moment(as_of, answer.read_in).startswith("end of ") and ":" not in day
        end = f" (end of day, {answer.read_in})" if whole_day else ""
        parts.append(f"{what} as of {day}{end}")
    else:
        parts.append(what)
    at = query["known_at"]
    parts.append(known or (f"known at {clock(at, answer.read_in)}" if at else "all reports"))
    return " · ".join([*parts, weighed(answer), f"log #{answer.position}"])


def weighed(answer: Answer) -> str:
    """Say of what was recorded by when, by which policy and of whom it was asked."""
    query, parts = answer.query, []
    if query["recorded_at"]:
        at = query["recorded_at"]
        parts.append(f"recorded at {at if at.startswith('#') else clock(at, answer.read_in)}")
    parts.append(query["policy"])
    filters = [word for word in ("only", "without") if query[word]]
    parts += [f"{word} {names_of(query[word], answer.names)}" for word in filters]
    return " · ".join(parts)


def replica(found: Row) -> str:
    """Say of a replica whose it is, how far behind, and when its source was last heard."""
    behind, heard = found["behind"], found["heard"]
    events = f"{behind} event{'' if behind == 1 else 's'} behind" if behind else "up to it"
    far = f"{events} as last heard at {heard}"
    if behind is None:
        last = f"last heard at {heard}, before what is here" if heard else "nothing was heard"
        far = f"not known how far behind: {last}; `tracker follow` asks it"
    away = f"; away since: {found['away']}" if found["away"] else ""
    return f"replica of {found['source']}, {far}{away}"
