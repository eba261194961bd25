"""What the served pages share: the frame of an answer, forms to ask again, ways elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from tracker.cli import words
from tracker.cli.diff import heading as changed
from tracker.outcomes import Answer
from tracker.web import page as parts
from tracker.web.asking import Address
from tracker.web.desk import Told
from tracker.web.frontpage import served
from tracker.web.markup import Markup, element, joined
from tracker.web.parameters import Page

Row = Mapping[str, Any]
T = TypeVar("T")
HTML = b"text/html; charset=utf-8"
CHRONICLED = {"incidents", "humanitarian", "posture"}


def whole_page(title: str, found: Answer, body: Sequence[object], here: str, until: float) -> Told:
    """Put the parts of an answer under its title, its clocks and its notes."""
    what = title.lower() if here else title
    notes = [element("p", text, class_="note") for text in found.notes]
    heading = changed(found) if "from" in found.query else words.heading(found, what)
    said = element("p", heading, id="heading")
    page = element("main", element("h1", title), said, *notes, *body)
    whole = served(f"{title}: {found.title}", page, here=here, position=found.position,
                   replica=found.replica)  # fmt: skip
    return Told(whole, found.position, until, media=HTML)


HOW = ("as_of", "known_at", "recorded_at", "tz", "policy", "only", "without")
"""What a question says beside what it is about: its clocks, and how it weighs."""


def asked_of(at: Address) -> list[tuple[str, str]]:
    """Read what an address asks, in its order: some may be asked several times."""
    return parse_qsl(at.query.decode("latin-1"), keep_blank_values=True)


def same_clocks(path: str, at: Address, more: Mapping[str, str]) -> str:
    """Give an address that asks something else at the same clocks, weighed the same way."""
    kept = [(name, one) for name, one in asked_of(at) if name in HOW and name not in more]
    return f"{path}?{urlencode([*kept, *more.items()])}"


FIELDS = {
    "/state": ("as_of", "known_at", "projection", "key", "without"),
    "/audit": ("as_of", "known_at"),
    "/diff": ("from", "to", "known_from", "known_to", "projection", "key"),
    "/disputes": ("as_of", "known_at", "projection", "key"),
    "/gaps": ("as_of", "known_at", "stale_after"),
    "/log": ("after", "kind"),
}
"""What the form of each page shows."""


def form_anew(path: str, at: Address) -> Markup:
    """Make the form of a question that cannot be answered: all of it is shown, to be put right."""
    known = [one for one in asked_of(at) if one[0] in {*FIELDS[path], *HOW}]
    more = dict.fromkeys(name for name, _ in known if name not in FIELDS[path])
    return form(path, Address(at.path, urlencode(known).encode()), more)


def form(path: str, at: Address, more: Iterable[str] = ()) -> Markup:
    """Make the form that asks the same question otherwise; what it does not show stays asked.

    It shows the fields of its page, and `more`.
    """
    asked, names = asked_of(at), (*FIELDS[path], *more)
    said = {"as_of": "As of", "known_at": "Known at", "from": "From", "to": "To"}
    fields = [
        element(
            "label",
            said.get(name, name.replace("_", " ").capitalize()),
            " ",
            element("input", name_=name, value=value, maxlength="300",
                    list="projections" if name == "projection" else None),
        )
        for name in names
        for value in [one for other, one in asked if other == name] or [""]
    ]  # fmt: skip
    kept = [
        element("input", type="hidden", name_=name, value=value)
        for name, value in asked
        if name not in names and name not in {"offset", "after"}
    ]
    known = element("datalist", *(element("option", value=name) for name in parts.TITLES),
                    id="projections") if "projection" in names else ""  # fmt: skip
    return element("form", *fields, *kept, known, element("button", "Ask"),
                   action=path, class_="asking")  # fmt: skip


def why(row: Row, at: Address) -> Markup:
    """Link a row to why it is so."""
    if row["projection"] in CHRONICLED:
        return element("a", "event", href=f"/event/{row['key']}",
                       aria_label=f"event: {row['name']}")  # fmt: skip
    return element("a", "why", href=audit_address(row, at), aria_label=f"why: {words.cell(row)}")


def audit_address(row: Row, at: Address) -> str:
    """Give the address of the audit of a row, at the same clocks."""
    return same_clocks("/audit", at, {"projection": row["projection"], "key": row["key"]})


def event_link(position: int, kind: str, after: str = "") -> Markup:
    """Link to an event by its position and kind."""
    return joined(element("a", f"#{position} {kind}", href=f"/event/{position}"), after)


def source_link(line: Row, names: Mapping[str, str], zone: str) -> object:
    """Name a source and its publication, linked to the report."""
    said = f"{names.get(line['source'], line['source'])}, {words.stated(line['published'], zone)}"
    return element("a", said, href=f"/report/{quote(line['report'])}") if line["report"] else said


def voice(line: Row, names: Mapping[str, str]) -> str:
    """Say who told a fact."""
    return names.get(line["speaker"], line["speaker"]) or line["voice"]


def shown_of(rows: Sequence[T], asked: Page) -> Sequence[T]:
    """Give the rows that a page shows of all there are."""
    return rows[asked.offset : asked.offset + asked.limit]


def pages_of(at: Address, offset: int, limit: int, total: int) -> object:
    """Say which rows of how many are shown, and link to the next; or to the first, past the end."""
    if total and offset >= total:
        return past_the_end(at, f"There are {total} in all: this page is past the last of them.")
    if offset + limit >= total:
        return element("p", f"{total} in all.") if offset else ""
    return joined(element("p", f"{offset + 1} to {offset + limit} of {total}."),
                  next_page(at, "offset", offset + limit))  # fmt: skip


def next_page(at: Address, name: str, value: int) -> Markup:
    """Link to the same question from another row on."""
    return element("p", element("a", "Next page", href=_there(at, name, value), rel="next"))


def past_the_end(at: Address, said: str) -> Markup:
    """Say that a page has no rows though there are some, and link to the first."""
    first = element("a", "First page", href=_there(at, "offset", None))
    return joined(element("p", said), element("p", first))


def _there(at: Address, name: str, value: int | None) -> str:
    """Give the address of the same question from another row on; from the first, for None."""
    path = at.path.decode("latin-1")
    kept = [(other, one) for other, one in asked_of(at) if other != name]
    more = [] if value is None else [(name, str(value))]
    there = urlencode([*kept, *more])
    return f"{path}?{there}" if there else path
