"""An answer in a notebook: what was asked, a map or a chart, and a table.

All of it is markup with its looks written into it: a notebook keeps no style sheet, and runs no
script of ours. Text from reports is escaped as on every page (tracker.web.markup).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from tracker.cli import words
from tracker.cli.state import COLUMNS
from tracker.outcomes import Answer
from tracker.tabular import Table, tabulated
from tracker.web.basemap import Points
from tracker.web.frame import WIDTH, Frame, frame_of
from tracker.web.looks import Look, Parties, path_of
from tracker.web.mapsvg import ground, path_data
from tracker.web.markup import Markup, element, joined
from tracker.web.plane import COLOURS, UNKNOWN, plane_svg

Row = dict[str, Any]
T = TypeVar("T")
SHOWN = 60
"""Rows of a table that are shown; it says how many there are."""
NAMED = 25
"""Places up to which their names are written on the map."""
BARS = 20
"""Numbers that a chart has room for."""
LABEL = 40
"""Letters of a bar's label."""
MARK = 1.6
"""Map units a pixel: a map of 960 units is shown some 600 pixels wide."""
INK, FAINT, LAND, LINE, WATER = "#1b1b1f", "#6a6a72", "#ececf0", "#b9b9c2", "#dfe8f2"
_CELL = "padding:.2em .7em;text-align:left;vertical-align:top"


def shown(answer: Answer) -> str:
    """Show an answer: markup that stands by itself in a page."""
    return element(
        "div",
        element("p", _heading(answer), style=f"color:{FAINT};margin:.3em 0"),
        *(element("p", note, style="margin:.3em 0") for note in answer.notes),
        *_pictures(answer),
        *_tables(answer),
        style="max-width:60em",
    )


def _heading(answer: Answer) -> str:
    if "as_of" in answer.query:
        return words.heading(answer, answer.verb)
    asked = ", ".join(f"{name} {value}" for name, value in answer.query.items())
    return f"{answer.title} · {answer.verb}: {asked} · log #{answer.position}"


def _pictures(answer: Answer) -> list[Markup]:
    if answer.verb == "history":
        names = dict.fromkeys(row["projection"] for row in answer.dicts)
        return [Markup(plane_svg(answer, name)) for name in names]
    if answer.verb not in ("state", "audit"):
        return []
    control = [row for row in answer.dicts if row["projection"] == "control"]
    numbers = [row for row in answer.dicts if isinstance(row.get("best"), int | float)]
    return [one for one in (_map(control, answer), _bars(numbers, answer)) if one]


# -- the map -------------------------------------------------------------------------------------


def _map(rows: Sequence[Row], answer: Answer) -> Markup | None:
    """Draw who holds the places that have coordinates."""
    placed = [row for row in rows if row["place"]["lat"] is not None]
    frame = frame_of((row["place"]["lon"], row["place"]["lat"]) for row in placed)
    if frame is None:
        return None
    parties = Parties(placed, {}, answer.names)
    return element(
        "svg",
        element("title", f"{answer.title}: control"),
        *_ground(frame),
        *(_spot(row, frame, parties, answer, named=len(placed) <= NAMED) for row in placed),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:.0f} {frame.height:.0f}",
        width=600,
        role="img",
        style=f"background:{WATER};max-width:100%;height:auto",
        font_family="system-ui,sans-serif",
    )


def _ground(frame: Frame) -> list[Markup]:
    land = ground(frame)

    def layer(lines: list[Points], *, closed: bool = False, **looks: object) -> Markup | None:
        said = path_data(lines, closed=closed)
        return element("path", d=said, **looks) if said else None

    layers = [
        layer(land.land, closed=True, fill=LAND),
        layer(land.lakes, closed=True, fill=WATER),
        layer(land.rivers, fill="none", stroke="#c3d3e4"),
        layer(land.regions, fill="none", stroke=LINE, stroke_dasharray="2 4"),
        layer(land.borders, fill="none", stroke=FAINT),
    ]
    return [one for one in layers if one]


def _spot(row: Row, frame: Frame, parties: Parties, answer: Answer, *, named: bool) -> Markup:
    x, y = frame.point(row["place"]["lon"], row["place"]["lat"])
    look = parties.look(row)
    rank = parties.rank.get(parties.party(row["holders"]))
    colour = UNKNOWN if rank is None else COLOURS[rank % len(COLOURS)]
    said = words.value("control", row, answer.names)
    return element(
        "g",
        element("title", f"{row['name']}: {said} ({words.support(row)})"),
        *_mark(look, x, y, colour),
        element("text", row["name"], x=f"{x + 14:.1f}", y=f"{y + 6:.1f}", font_size=17, fill=INK)
        if named
        else "",
    )


def _mark(look: Look, x: float, y: float, colour: str) -> list[Markup]:
    """Draw a mark: dashed where sources disagree, hollow where only the party itself says so."""
    doubtful = {"disputed", "claimed"} & {*look.classes.split()}
    looks: dict[str, dict[str, object]] = {
        "shape": {"fill": "#fff" if doubtful else colour, "stroke": colour if doubtful else INK}
        | ({"stroke_dasharray": "4 3", "stroke_width": 3} if doubtful else {}),
        "ring": {"fill": "none", "stroke": colour, "stroke_width": 2},
        "bar": {"fill": "none", "stroke": INK, "stroke_width": 2},
    }
    return [
        element("path", d=path_of(outline, x, y, MARK), **looks[name])
        for name, outline in look.parts()
    ]


# -- the chart -----------------------------------------------------------------------------------


def _bars(rows: Sequence[Row], answer: Answer) -> Markup | None:
    """Draw numbers as bars, the largest first; a line from low to high where they differ."""
    largest = sorted(rows, key=lambda row: -row["best"])[:BARS]
    if len(largest) < 2 or largest[0]["best"] <= 0:  # noqa: PLR2004 - one bar compares nothing
        return None
    scale = 340 / max(max(row["best"], row["high"] or 0) for row in largest)
    return element(
        "svg",
        element("title", f"{answer.title}: numbers"),
        *(_bar(row, n, scale, answer) for n, row in enumerate(largest)),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 760 {24 * len(largest) + 8}",
        width=760,
        role="img",
        style="max-width:100%;height:auto",
        font_family="system-ui,sans-serif",
        font_size=13,
    )


def _bar(row: Row, number: int, scale: float, answer: Answer) -> Markup:
    middle = 24 * number + 16
    low, best, high = (row[name] or 0 for name in ("low", "best", "high"))
    phase = row.get("phase", row.get("fate"))
    return element(
        "g",
        element("text", f"{row['name']}, {row['category']} {phase}"[:LABEL], x=270, y=middle + 4,
                text_anchor="end", fill=INK),
        element("rect", x=280, y=middle - 7, width=f"{max(best, 0) * scale:.1f}", height=14,
                fill=COLOURS[0 if row["projection"] == "forces" else 1]),
        element("path", d=f"M{280 + low * scale:.1f} {middle}H{280 + high * scale:.1f}",
                stroke=INK, fill="none") if low < high else "",
        element("text", words.value(row["projection"], row, answer.names),
                x=f"{288 + max(best, high, 0) * scale:.1f}", y=middle + 4, fill=INK),
    )  # fmt: skip


# -- tables --------------------------------------------------------------------------------------


def _tables(answer: Answer) -> list[Markup]:
    if not answer.dicts:
        return [element("p", "no evidence" if answer.verb == "state" else "nothing")]
    if answer.verb in ("state", "audit"):
        made = []
        for name, rows in groupby(answer.dicts, key=lambda row: row["projection"]):
            headers, cells = COLUMNS[name]
            made.append(_table(headers, list(rows), partial(_said_by, cells, answer)))
        return made + _evidence(answer)
    if answer.verb in ("diff", "whatif"):
        headers = ["WHAT", "BEFORE", "AFTER", "CAUSE"]
        return [_table(headers, answer.dicts, lambda row: _change(row, answer))]
    if answer.verb == "disputes":
        return [_table(["WHAT", "WHO SAYS WHAT"], answer.dicts, lambda row: [
            words.cell(row), words.rivals(row["projection"], row, answer.names)])]  # fmt: skip
    if answer.verb == "history":
        headers = ["KNOWN FROM", "VALID FROM", "VALID TO", "STATE", "SUPPORT"]
        return [_table(headers, answer.dicts, lambda row: _stretch(row, answer))]
    return [_flat(tabulated(answer.dicts))]


def _said_by(cells: Callable[[Row, Answer], list[str]], answer: Answer, row: Row) -> list[str]:
    return cells(row, answer)


def _evidence(answer: Answer) -> list[Markup]:
    lines = answer.more.get("evidence")
    if not lines:
        return []
    return [_table(["PART", "EVENT", "SOURCE", "WHAT IT SAYS", "WHERE", "WHY"], lines, lambda one: [
        one["role"], f"#{one['position']} {one['kind']}",
        answer.names.get(one["source"], one["source"]), one["gist"],
        words.locator(one["locator"]), one["why"]])]  # fmt: skip


def _change(row: Row, answer: Answer) -> list[object]:
    def side(state: Row | None) -> str:
        if state is None:
            return "no evidence"
        return str(state["kind"] if "kind" in state else words.value(row["projection"], state,
                                                                      answer.names))  # fmt: skip

    return [words.cell(row), side(row["before"]), side(row["after"]), row.get("cause") or ""]


def _stretch(row: Row, answer: Answer) -> list[object]:
    ends = (
        words.clock(row[end], answer.read_in) for end in ("known_from", "valid_from", "valid_to")
    )
    value = words.value(row["projection"], row, answer.names)
    return [*ends, value, words.support(row)]


def _flat(found: Table) -> Markup:
    """Show columns as they are, but those of JSON."""
    kept = [n for n, column in enumerate(found.columns) if column.kind != "json"]
    headers = [found.columns[n].name.replace("_", " ").upper() for n in kept]

    def said(value: object) -> object:
        if isinstance(value, tuple):
            return ", ".join(value)
        return "" if value is None else value

    return _table(headers, found.rows, lambda row: [said(row[n]) for n in kept])


def _table(
    headers: Sequence[str], rows: Sequence[T], cells: Callable[[T], Sequence[object]]
) -> Markup:
    """Make a table of the first rows; it says how many there are."""
    beyond = len(rows) - SHOWN
    return joined(
        element(
            "table",
            element("thead", element("tr", *(element("th", one, style=_CELL) for one in headers))),
            element(
                "tbody",
                *(
                    element("tr", *(element("td", one, style=_CELL) for one in cells(row)))
                    for row in rows[:SHOWN]
                ),
            ),
        ),
        element("p", f"... and {beyond:,} more", style=f"color:{FAINT}") if beyond > 0 else "",
    )
