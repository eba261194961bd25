"""Markup: text that cannot become markup, elements with quoted attributes, links that are safe."""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

from tracker.cli.output import safe

EMPTY = frozenset({"input", "path", "rect", "use"})
"""Elements of drawings that are written short; those of HTML are not."""
LINKED = frozenset({"http", "https"})


class Markup(str):
    """Text that is markup already: everything else is escaped where it is put in."""

    __slots__ = ()


def text(value: object) -> Markup:
    """Give a value as markup: escaped, unless it is markup.

    What is live in a terminal, or turns the direction of writing, becomes visible here too.
    """
    return value if isinstance(value, Markup) else Markup(escape(safe(str(value))))


def element(name: str, *inside: object, **attributes: object) -> Markup:
    """Make an element: `class_` is class, `data_key` is data-key; None leaves an attribute out."""
    said = "".join(
        f' {key.strip("_").replace("_", "-")}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not inside and name in EMPTY:
        return Markup(f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{joined(*inside)}</{name}>")


def joined(*parts: object) -> Markup:
    """Join parts, each escaped unless it is markup."""
    return Markup("".join(map(text, parts)))


def link(url: str | None, said: str) -> Markup:
    """Link to where a report stands; only http and https become links, anything else is text."""
    if url and safe_url(url):
        return element("a", said, href=url, rel="noreferrer noopener")
    return text(said)


def safe_url(url: str) -> bool:
    """Whether an address is one that a page may link to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in LINKED and bool(parts.netloc)
