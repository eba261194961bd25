"""The frame of every served page: style and scripts from this server, the way to other pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tracker.cli import words
from tracker.web.markup import Markup, element, joined

WAYS = (
    ("/", "Situation"),
    ("/state", "State"),
    ("/diff", "Changes"),
    ("/disputes", "Disputes"),
    ("/gaps", "Gaps"),
    ("/log", "Log"),
    ("/api", "API"),
)
STATIC = ("report.css", "served.css", "painter.js", "report.js", "served.js")
"""The files that are served as they are, and no others."""


def served(
    title: str,
    body: Markup,
    *,
    here: str,
    position: int | None,
    replica: Mapping[str, Any] | None = None,
    live: bool = False,
) -> bytes:
    """Put a body into a document of the served app; `live` has the script that follows the log.

    Of a `replica` (Situation.replica) it says whose, and how far behind it is.
    """
    script = Markup('<script src="/static/served.js" defer></script>')
    head = joined(
        Markup('<meta charset="utf-8">'),
        Markup('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        Markup('<link rel="icon" href="data:,">'),
        *(Markup(f'<link rel="stylesheet" href="/static/{name}">') for name in STATIC[:2]),
        element("title", title),
        script,
    )
    top = element(
        "nav",
        element("ul", *(_way(path, said, here) for path, said in WAYS)),
        element(
            "form",
            element("label", "Search", for_="q"),
            Markup('<input type="search" id="q" name="q" required maxlength="200">'),
            element("button", "Find"),
            action="/search",
            role="search",
        ),
        element(
            "p",
            "" if position is None else f"log #{position}",
            id="log-position",
            role="status",
            data_position=position,
        ),
        "" if replica is None else element("p", words.replica(replica), id="replica"),
        aria_label="Pages",
    )
    whole = element("body", top, body, class_="served", data_page="live" if live else "plain")
    return f'<!doctype html>\n<html lang="en">\n<head>{head}</head>\n{whole}\n</html>\n'.encode()


def _way(path: str, said: str, here: str) -> Markup:
    current = "page" if path == here else None
    return element("li", element("a", said, href=path, aria_current=current))


def table(caption: str, headers: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Make a table that scrolls by itself where it is too wide; texts are escaped.

    On a narrow screen each row is a card, each cell a line of it that begins with its header
    (served.css): what a fact says must not lie off the screen.
    """
    heads = [one.capitalize() for one in headers]
    lines = [
        element("tr", *(element("td", cell, role="cell", data_label=head)
                        for head, cell in zip(heads, row, strict=True)), role="row")
        for row in rows
    ]  # fmt: skip
    if not lines:
        return element("p", f"{caption}: none.")
    named = caption.lower().replace(" ", "-")
    return element(
        "div",
        element(
            "table",
            element("caption", caption, id=f"caption-{named}"),
            element("thead", element("tr", *(element("th", head, scope="col") for head in heads))),
            element("tbody", *lines, role="rowgroup"),
            role="table",
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_labelledby=f"caption-{named}",
    )  # fmt: skip


def trouble(title: str, said: str, asked: Markup | str = "") -> bytes:
    """Make the page that says why there is none, above what was `asked`."""
    body = element(
        "main",
        element("h1", title),
        element("p", said, class_="note"),
        asked,
        element("p", element("a", "The situation", href="/")),
    )
    return served(title, body, here="", position=None)
