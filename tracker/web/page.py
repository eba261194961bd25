"""The page: one file with everything in it, which asks nothing of any network.

What a browser without scripts shows is the state at the clocks that the page was made for. The
script moves both clocks; its style and it are let in by their hashes, and nothing else is.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Collection
from hashlib import sha256
from importlib.resources import files
from itertools import groupby
from typing import Any
from zlib import compress

from tracker.cli import words
from tracker.cli.state import COLUMNS
from tracker.outcomes import Answer, Overview
from tracker.web.encoding import Encoder
from tracker.web.looks import Look, hatching, legend
from tracker.web.mapsvg import drawn, frame_for, ground, spots
from tracker.web.markup import Markup, element, joined

Row = dict[str, Any]
TITLES = {
    "control": "Control",
    "forces": "Forces",
    "alerts": "Alerts",
    "losses": "Losses",
    "incidents": "Incidents",
    "humanitarian": "Humanitarian",
    "posture": "Posture",
}
SCRIPTS = ("painter.js", "report.js")
"""The scripts of the page, in the order in which they are read."""
PLAIN = 256_000
"""Characters of data that are put into the page as they are, to be read by anyone."""
MOST_EVENTS = 200_000
"""Of a log that is drawn whole: browsers hardly hold the picture of a larger one, nor do machines
make it easily (of a million facts 80 MB, in 8 minutes and 11 GB of memory)."""
SHOWN = 100
"""Rows of a table that are shown at first; the script shows the rest when asked."""


def report(overview: Overview) -> str:
    """Write the report of a situation: a whole HTML document."""
    encoder = Encoder(overview)
    data = encoder.data()
    style, script = resource("report.css"), "".join(map(resource, SCRIPTS))
    body = joined(
        element("svg", hatching(), class_="unseen", aria_hidden="true", width="0", height="0"),
        header(overview),
        element(
            "main",
            buttons(),
            clocks(),
            element("div", map_section(overview, encoder), panel(), class_="side-by-side"),
            tables(overview),
            timelines(),
            id="main",
        ),
        footer(),
        data_block(data),
        Markup(f"<script>{script}</script>"),
    )
    return document(overview.title, body, style=style, script=script)


def document(title: str, body: Markup, *, style: str, script: str) -> str:
    """Put a body into a document whose policy lets in this style and this script alone."""
    policy = (
        "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{digest(style)}'; script-src '{digest(script)}'"
    )
    head = joined(
        Markup('<meta charset="utf-8">'),
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{policy}">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<meta name="referrer" content="no-referrer">'),
        Markup('<link rel="icon" href="data:,">'),
        element("title", f"{title}: situation report"),
        Markup(f"<style>{style}</style>"),
    )
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n<body>{body}</body>\n</html>\n'


def digest(text: str) -> str:
    """Give the hash by which a policy lets in an inline style or script."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def resource(name: str) -> str:
    """Read the page's style or script."""
    return files("tracker.web").joinpath(name).read_text(encoding="utf-8")


def data_block(data: Row) -> Markup:
    """Put data into the page where no browser takes it for anything else; packed where large."""
    said = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if len(said) > PLAIN:
        packed = b64encode(compress(said.encode(), 9)).decode()
        return Markup(f'<script type="application/octet-stream" id="data">{packed}</script>')
    safe = said.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return Markup(f'<script type="application/json" id="data">{safe}</script>')


# -- parts ---------------------------------------------------------------------------------------


def header(overview: Answer) -> Markup:
    """Say what this is, and by which clocks it was made."""
    return element(
        "header",
        element("h1", overview.title),
        element("p", words.heading(overview, "state"), id="heading"),
        element("button", "Theme: system", id="theme", type="button", class_="scripted"),
        element(
            "noscript",
            element(
                "p", "Scripts are off: this is the state at the clocks above, and stands still."
            ),
        ),
    )


def buttons() -> Markup:
    """What steps and plays the clocks."""
    steps = (("earlier", "Previous change"), ("play", "Play"), ("later", "Next change"))
    return element(
        "div",
        *(element("button", said, id=name, type="button") for name, said in steps),
        element("label", Markup('<input type="checkbox" id="together"> '), "as it was known then"),
        class_="buttons scripted",
        role="group",
        aria_label="Step through time",
    )


def clocks() -> Markup:
    """The two clocks: sliders over one axis."""

    def slider(name: str, said: str) -> Markup:
        label = element("label", said, for_=name)
        output = element("output", "", id=f"{name}-said", for_=name)
        made = Markup(f'<input type="range" id="{name}" min="0" max="1" value="0" step="1">')
        return element("div", label, output, made, class_="clock")

    return element(
        "section",
        element("h2", "Clocks", id="clocks-title", class_="unseen"),
        slider("as-of", "As of"),
        slider("known-at", "Known at"),
        element("svg", id="ticks", aria_hidden="true", height=28),
        id="clocks",
        class_="scripted",
        aria_labelledby="clocks-title",
    )


def map_section(overview: Overview, encoder: Encoder) -> Markup:
    """The map, or a word on why there is none."""
    spoken_of = [
        cell["key"] if cell["projection"] == "control" else cell["states"][0]["place"]
        for cell in overview.cells
        if cell["projection"] in {"control", "forces"}
    ]
    frame = frame_for(overview.places, spoken_of)
    title = element("h2", "Map", id="map-title")
    if frame is None:
        none = element("p", "No place has coordinates, so there is no map.")
        return element("section", title, none, id="map", aria_labelledby="map-title")
    looks: dict[str, Look] = {
        row["key"]: encoder.parties.look(row)
        for row in overview.dicts
        if row["projection"] == "control"
    }
    told = {cell["key"] for cell in overview.cells if cell["projection"] == "control"}
    marks = spots(overview.places, frame, looks)
    off = sorted(
        overview.places.get(key, {}).get("name", key) for key in told - {spot.key for spot in marks}
    )
    return element(
        "section",
        title,
        element(
            "div",
            drawn(frame, ground(frame), marks, f"Map of {overview.title}: who holds what"),
            class_="map",
        ),
        element(
            "div",
            *(
                element("button", said, type="button", id=name)
                for name, said in (
                    ("zoom-in", "Zoom in"),
                    ("zoom-out", "Zoom out"),
                    ("zoom-fit", "Show all"),
                )
            ),
            class_="buttons zoom scripted",
            role="group",
            aria_label="Size of the map",
        ),
        element("p", f"Not on the map: {', '.join(off)}.") if off else "",
        legend(encoder.parties),
        element(
            "p",
            "Ground: Natural Earth, its borders as they are drawn there. What is said of an area "
            "is not said of its towns.",
            class_="small",
        ),
        id="map",
        aria_labelledby="map-title",
    )


def panel() -> Markup:
    """Where the evidence of whatever is chosen is shown."""
    return element(
        "section",
        element("h2", "Evidence", id="panel-title", tabindex="-1"),
        element(
            "div",
            element("p", "Choose a mark, a row or a band to see why we say so."),
            id="panel-body",
            tabindex="0",
            role="group",
            aria_label="Evidence trail",
        ),
        id="panel",
        class_="scripted",
        aria_labelledby="panel-title",
    )


def timelines() -> Markup:
    """Where the script draws what ran over time, all on the axis of the clocks."""
    return element(
        "section",
        element("h2", "Over time", id="time-title"),
        element("div", id="charts"),
        id="timelines",
        class_="scripted",
        aria_labelledby="time-title",
    )


def tables(
    overview: Answer, *, why: Callable[[Row], Markup] | None = None, apart: Collection[str] = ()
) -> Markup:
    """The state in tables, one a projection.

    Where there are pages beside this one, `why` links a row to why it is so, and the projections
    `apart` are not among the rows, but on a page of their own.
    """
    found = {
        name: list(rows)
        for name, rows in groupby(overview.dicts, key=lambda row: row["projection"])
    }
    return element(
        "section",
        element("h2", "State", id="state-title"),
        element("div", id="views", class_="buttons scripted", role="group",
                aria_label="Table shown"),
        element("label", "Rows with ", Markup('<input type="search" id="look-for">'),
                class_="scripted"),
        *(_table(name, found.get(name, []), overview, why, name in apart) for name in TITLES),
        id="state",
        aria_labelledby="state-title",
    )  # fmt: skip


def _table(
    name: str,
    rows: list[Row],
    overview: Answer,
    why: Callable[[Row], Markup] | None,
    apart: bool,  # noqa: FBT001 - whether the rows are elsewhere
) -> Markup:
    headers, cells = COLUMNS[name]
    headers = [*headers, "why"] if why else headers
    body = [
        element("tr", *(element("td", one) for one in (*cells(row, overview), *_because(row, why))))
        for row in rows[:SHOWN]
    ]
    rest = len(rows) - SHOWN
    more = f"and {rest} more"
    page = f"/state?projection={name}"
    none = element("a", f"{TITLES[name]} on its own page", href=page) if apart else "no evidence"
    return element(
        "section",
        element("h3", TITLES[name], id=f"title-{name}"),
        element(
            "div",
            element(
                "table",
                element("thead", element("tr", *(element("th", one.capitalize(), scope="col")
                                                 for one in headers))),
                element("tbody", *body),
            ),
            class_="scroll",
            tabindex="0",
            role="region",
            aria_labelledby=f"title-{name}",
        ) if rows else element("div", element("p", none), class_="scroll"),
        element("p", element("a", more, href=page) if why else more) if rest > 0 else "",
        id=f"table-{name}",
        class_="table",
    )  # fmt: skip


def _because(row: Row, why: Callable[[Row], Markup] | None) -> list[Markup]:
    return [why(row)] if why else []


def footer() -> Markup:
    """Say what the words mean."""
    said = (
        "confirmed: two or more independent origins, or one that admits it against its own side. "
        "reported: one origin. claimed: only a side that gains from it. disputed: the newest "
        "accounts differ, and nothing decides between them."
    )
    return element("footer", element("p", said))
