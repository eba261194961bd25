"""The plane of beliefs of one key as a drawing: valid time across, known time up.

A drawing of its own, for a document or a slide: it needs no style sheet and no script. What the
page draws of the same data moves with its clocks (report.js).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import atan2, degrees
from typing import Any

from tracker.cli import words
from tracker.instants import FUTURE_OPEN, PAST_OPEN, Instant, format_instant, read_instant
from tracker.outcomes import Answer
from tracker.web.axis import Axis, axis_of
from tracker.web.markup import Markup, element

Row = Mapping[str, Any]
WIDE, HIGH = 960, 640  # pixels
LEFT, TOP, RIGHT, BOTTOM = 96, 104, 24, 176  # room around the plane, for names and the legend
LETTER = 6.3  # pixels, the mean width of a letter at 11 pixels
COLOURS = ("#d55e00", "#56b4e9", "#009e73", "#cc79a7", "#e69f00", "#0072b2", "#f0e442")
"""Of the values in order of appearance (Okabe and Ito, 2008); beyond them they come again."""
UNKNOWN = "#bdbdc4"
ALONG = 0.03  # of the diagonal, where its name begins
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
EXPLAINED = (
    "A column is a day in the world, a row what was known by a day. Read a column upwards: what",
    "was thought of that day as reports came in. Where its colour changes, we learned otherwise.",
)
INK, FAINT, PAPER, EMPTY, FOCUS = "#1b1b1f", "#56565e", "#ffffff", "#f0f0f3", "#0b57d0"
FONT = "system-ui, 'DejaVu Sans', 'Noto Sans', Arial, sans-serif"
LEGEND_COLUMNS, LEGEND_ROWS, LEGEND_LINE = 2, 4, 20


@dataclass(frozen=True, slots=True)
class Style:
    """How one value is drawn: its letter, its colour, whether hatched (disputed)."""

    letter: str
    colour: str
    hatched: bool


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A belief: what it says, whether something else may hold already, and its four ends."""

    said: str
    doubtful: bool
    disputed: bool
    valid: tuple[Instant, Instant]
    known: tuple[Instant, Instant]


def plane_svg(answer: Answer, projection: str) -> str:
    """Draw the rectangles of a history (of one projection and key) as an SVG document."""
    rows = [row for row in answer.dicts if row["projection"] == projection]
    found = joined_up([_rectangle(row, answer) for row in rows])
    axis, first, last = _axis(found, answer.read_in)
    styles = _styles(found)
    drawing = _Drawing(axis, first, last, answer.read_in)
    key = answer.query["key"]
    title = f"{answer.names.get(key, key)}, {projection}: true when, known when"
    return element(
        "svg",
        element("title", title),
        _hatches(styles),
        element("rect", width=WIDE, height=HIGH, fill=PAPER),
        _text(24, 34, title, size=18, weight="bold"),
        *_explained(),
        *drawing.ground(found),
        *(part for one in found for part in drawing.belief(one, styles[one.said])),
        *drawing.diagonal(),
        *drawing.axes(found),
        *_legend(styles),
        _text(24, HIGH - 14, words.heading(answer, "history"), size=11, fill=FAINT),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDE} {HIGH}",
        width=WIDE,
        height=HIGH,
        role="img",
        font_family=FONT,
    )


def _explained() -> list[Markup]:
    return [_text(24, 54 + 16 * n, line, size=12, fill=FAINT) for n, line in enumerate(EXPLAINED)]


def _rectangle(row: Row, answer: Answer) -> Rectangle:
    return Rectangle(
        words.value(row["projection"], row, answer.names),
        bool(row["possibly"]),
        row["support"] == "disputed",
        (_open(row["valid_from"], PAST_OPEN), _open(row["valid_to"], FUTURE_OPEN)),
        (_open(row["known_from"], PAST_OPEN), _open(row["known_to"], FUTURE_OPEN)),
    )


def joined_up(found: Sequence[Rectangle]) -> list[Rectangle]:
    """Join rectangles that read alike: first those side by side, then those on top of each other.

    They are apart in the model where their evidence differs, which a drawing does not show.
    """
    across: list[Rectangle] = []
    for one in sorted(found, key=lambda one: (one.known, one.valid)):
        if across and _alike(across[-1], one) and across[-1].valid[1] == one.valid[0]:
            across[-1] = replace(across[-1], valid=(across[-1].valid[0], one.valid[1]))
        else:
            across.append(one)
    upwards: list[Rectangle] = []
    for one in sorted(across, key=lambda one: (one.valid, one.known)):
        below = upwards[-1] if upwards else None
        if (
            below
            and below.valid == one.valid
            and _reads(below) == _reads(one)
            and (below.known[1] == one.known[0])
        ):
            upwards[-1] = replace(below, known=(below.known[0], one.known[1]))
        else:
            upwards.append(one)
    return sorted(upwards, key=lambda one: (one.known, one.valid))


def _alike(one: Rectangle, other: Rectangle) -> bool:
    return one.known == other.known and _reads(one) == _reads(other)


def _reads(one: Rectangle) -> tuple[str, bool, bool]:
    return one.said, one.doubtful, one.disputed


def _open(text: str | None, otherwise: Instant) -> Instant:
    return otherwise if text is None else read_instant(text)


def _axis(found: Sequence[Rectangle], zone: str) -> tuple[Axis, int, int]:
    ends = [end for one in found for end in (*one.valid, *one.known)]
    closed = sorted(end for end in ends if PAST_OPEN < end < FUTURE_OPEN)
    here = closed[-1] if closed else 0
    axis = axis_of(closed, {one.known[0] for one in found}, here, zone)
    return axis, *axis.span(closed)


def _styles(found: Sequence[Rectangle]) -> dict[str, Style]:
    styles: dict[str, Style] = {}
    coloured = 0
    for one in found:
        if one.said in styles:
            continue
        colour = UNKNOWN
        if one.said != "unknown":
            colour = COLOURS[coloured % len(COLOURS)]
            coloured += 1
        styles[one.said] = Style(LETTERS[len(styles) % len(LETTERS)], colour, one.disputed)
    return styles


def _hatches(styles: Mapping[str, Style]) -> Markup:
    """Define a hatching for each value in dispute: lines over its colour."""
    return element(
        "defs",
        *(
            element(
                "pattern",
                element("rect", width=8, height=8, fill=style.colour),
                element("path", d="M-2 10L10 -2M-2 2L2 -2M6 10L10 6", stroke=INK, stroke_width=1.6),
                id=f"hatch-{style.letter}",
                width=8,
                height=8,
                patternUnits="userSpaceOnUse",
            )
            for style in styles.values()
            if style.hatched
        ),
    )


def _fill(style: Style) -> str:
    return f"url(#hatch-{style.letter})" if style.hatched else style.colour


class _Drawing:
    """The plane itself: both times on one stretch of the axis."""

    def __init__(self, axis: Axis, first: int, last: int, zone: str) -> None:
        self.axis, self.first, self.last, self.zone = axis, first, last, zone
        self.right, self.base = WIDE - RIGHT, HIGH - BOTTOM

    def x(self, at: Instant) -> float:
        return LEFT + self.axis.along(at, self.first, self.last) * (self.right - LEFT)

    def y(self, at: Instant) -> float:
        return self.base - self.axis.along(at, self.first, self.last) * (self.base - TOP)

    def ground(self, found: Sequence[Rectangle]) -> list[Markup]:
        """Draw what lies below the first report: nothing was known then."""
        high, wide = self.base - TOP, self.right - LEFT
        parts = [element("rect", x=LEFT, y=TOP, width=wide, height=high, fill=EMPTY)]
        lowest = min((one.known[0] for one in found), default=FUTURE_OPEN)
        if self.base - self.y(lowest) > LEGEND_LINE:
            said = "nothing known yet"
            parts.append(_text(self.right - 8, self.base - 8, said, anchor="end", fill=FAINT))
        return parts

    def belief(self, one: Rectangle, style: Style) -> list[Markup]:
        """Draw one rectangle, with what it says if there is room, else its letter."""
        x, y = self.x(one.valid[0]), self.y(one.known[1])
        wide, high = self.x(one.valid[1]) - x, self.y(one.known[0]) - y
        if wide < 0.3 or high < 0.3:  # noqa: PLR2004 - a hair that nobody sees
            return []
        said = one.said + (" ?" if one.doubtful else "")
        box = element(
            "rect",
            element("title", self._told(one, said)),
            x=_short(x),
            y=_short(y),
            width=_short(wide),
            height=_short(high),
            fill=_fill(style),
            fill_opacity=0.6 if one.doubtful else None,
            stroke=PAPER,
        )
        label = next((text for text in (said, style.letter) if len(text) * LETTER < wide - 6), "")
        if not label or high < LEGEND_LINE - 4:
            return [box]
        return [box, _text(x + 5, y + 14, label, halo=True)]

    def _told(self, one: Rectangle, said: str) -> str:
        valid, known = (
            words.days(_closed(start), _closed(stop), self.zone)
            or f"less than a day, {words.when(_day(start, self.zone))}"
            for start, stop in (one.valid, one.known)
        )
        return f"{said}; true: {valid}; known: {known}"

    def diagonal(self) -> list[Markup]:
        """Draw where the day asked about is the day of asking; its name stands along it."""
        wide, high = self.right - LEFT, self.base - TOP
        turn = -degrees(atan2(high, wide))
        x, y = LEFT + wide * ALONG, self.base - high * ALONG
        return [
            element(
                "path",
                d=f"M{LEFT} {self.base}L{self.right} {TOP}",
                stroke=FOCUS,
                stroke_width=1.5,
                stroke_dasharray="6 5",
                fill="none",
            ),
            element(
                "g",
                _text(0, -6, "today, as known today", fill=FOCUS, halo=True),
                transform=f"translate({_short(x)} {_short(y)}) rotate({turn:.1f})",
            ),
        ]

    def axes(self, found: Sequence[Rectangle]) -> list[Markup]:
        """Name both times, and the days at which something changes along each."""
        parts = [
            _text(self.right, self.base + 40, "true when →", anchor="end", weight="bold", size=13),
            _text(24, TOP - 10, "↑ known when", weight="bold", size=13),
        ]
        free = -1e9
        for at in sorted({one.valid[0] for one in found} - {PAST_OPEN}):
            x = self.x(at)
            parts.append(_tick(f"M{_short(x)} {self.base}v5"))
            said = words.when(_day(at, self.zone))
            if x > free and x + len(said) * LETTER / 2 < self.right:
                parts.append(_text(x, self.base + 20, said, anchor="middle", fill=FAINT))
                free = x + len(said) * LETTER + 10
        free = 1e9
        for at in sorted({one.known[0] for one in found} - {PAST_OPEN}):
            y = self.y(at)
            parts.append(_tick(f"M{LEFT} {_short(y)}h-5"))
            if y < free:
                said = words.when(_day(at, self.zone))
                parts.append(_text(LEFT - 8, y + 4, said, anchor="end", fill=FAINT))
                free = y - LEGEND_LINE + 4
        return parts


def _legend(styles: Mapping[str, Style]) -> list[Markup]:
    """Explain the colours by letter; what does not fit is counted."""
    top = HIGH - BOTTOM + 62
    parts: list[Markup] = []
    room = LEGEND_COLUMNS * LEGEND_ROWS - 1
    for n, (said, style) in enumerate(list(styles.items())[:room]):
        x = 24 + n // LEGEND_ROWS * (WIDE - 48) / LEGEND_COLUMNS
        y = top + n % LEGEND_ROWS * LEGEND_LINE
        parts.append(
            element("rect", x=x, y=y, width=22, height=15, fill=_fill(style), stroke=FAINT)
        )
        parts.append(_text(x + 30, y + 12, _cut(f"{style.letter}  {said}", 66)))
    x = 24 + (WIDE - 48) / LEGEND_COLUMNS
    more = len(styles) - room
    note = "paler, with ?: something else may hold already" + (f"; {more} more" * (more > 0))
    parts.append(_text(x, top + (LEGEND_ROWS - 1) * LEGEND_LINE + 12, note, fill=FAINT))
    return parts


def _cut(said: str, most: int) -> str:
    return said if len(said) <= most else f"{said[: most - 1].rstrip()}…"


def _tick(path: str) -> Markup:
    return element("path", d=path, stroke=FAINT, stroke_width=1)


def _text(
    x: float,
    y: float,
    said: str,
    *,
    size: int = 11,
    fill: str = INK,
    anchor: str | None = None,
    weight: str | None = None,
    halo: bool = False,
) -> Markup:
    more = {"paint_order": "stroke", "stroke": PAPER, "stroke_width": 3} if halo else {}
    return element(
        "text",
        said,
        x=_short(x),
        y=_short(y),
        font_size=size,
        fill=fill,
        text_anchor=anchor,
        font_weight=weight,
        **more,
    )


def _short(n: float) -> str:
    return f"{n:.1f}".removesuffix(".0")


def _closed(at: Instant) -> str | None:
    return None if at in (PAST_OPEN, FUTURE_OPEN) else format_instant(at)


def _day(at: Instant, zone: str = "UTC") -> str:
    from tracker.instants import to_datetime

    return f"{to_datetime(at, zone):%Y-%m-%d}".zfill(10)
