"""The served pages of what was recorded: the log, an event, a report, a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice

from tracker.cli import words
from tracker.cli.show import field_text
from tracker.errors import TrackerError
from tracker.situation import Situation
from tracker.web.asking import Address, event_name
from tracker.web.desk import Told
from tracker.web.frontpage import served, table
from tracker.web.markup import Markup, element, joined, link
from tracker.web.parameters import LogAsked, NothingAsked, SearchAsked
from tracker.web.ways import (
    HTML,
    Row,
    event_link,
    form,
    next_page,
    past_the_end,
    same_clocks,
    source_link,
)


def log(situation: Situation, asked: LogAsked, at: Address) -> Told:
    """The events in their order."""
    with situation.still() as store:
        position, title, _ = store.head
        rows = situation.log_rows(asked.after, position)
        kept = (row for row in rows if asked.kind is None or row["kind"] == asked.kind)
        found = list(islice(kept, asked.limit))
    body = element(
        "main",
        element("h1", "Log"),
        element("p", f"{title}, log #{position}"),
        form("/log", at),
        _events(found, situation.zone),
        next_page(at, "after", found[-1]["position"])
        if len(found) == asked.limit and found[-1]["position"] < position else "",
    )  # fmt: skip
    replica = situation.replica()
    page = served(f"Log: {title}", body, here="/log", position=position, replica=replica)
    return Told(page, position, media=HTML)


def _events(rows: Sequence[Row], zone: str) -> Markup:
    cells = [
        [event_link(row["position"], row["kind"]), row["subject"] or "",
         words.stated(row["when"], zone), row["what"],
         element("a", row["report"][:8], href=f"/report/{row['report']}") if row["report"] else ""]
        for row in rows
    ]  # fmt: skip
    return table("Events", ["event", "about", "when", "what", "report"], cells)


def event(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """One event whole: every field, what amended it, its report."""
    with situation.still() as store:
        row = situation.show(event_name(at.name))
        names = situation.names()
        position, title, zone = store.head
    head = [
        ("Recorded", f"{row['recorded_at']} by {row['recorded_by']}"),
        ("Id", row["id"]),
        ("Report", source_link(row, names, zone) if row["source"] else ""),
        *((one["kind"].capitalize(), joined(
            f"{words.stated(one['published'], zone)}, {one['reason']} ",
            event_link(one["position"], "by"))) for one in row["amended"]),
    ]  # fmt: skip
    fields = [
        (name.replace("_", " ").capitalize(), _field(name, value, names, zone))
        for name, value in row["body"].items()
        if name not in {"id", "gist", "batch"}
    ]
    body = element(
        "main",
        element("h1", f"#{row['position']} {row['kind']}"),
        element("p", row["what"]),
        table("Event", ["field", "value"], [pair for pair in [*head, *fields] if pair[1] != ""]),
    )
    name = f"#{row['position']} {row['kind']}: {title}"
    page = served(name, body, here="", position=position, replica=situation.replica())
    return Told(page, position, media=HTML)


def _field(name: str, value: object, names: Mapping[str, str], zone: str) -> object:
    """Say a field of an event: ids by their names, times and places in a document in words."""
    if value is None or value == []:
        return ""
    if name == "url":
        return link(str(value), str(value))
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return words.names_of(value, names)
    return field_text(name, names.get(value, value) if isinstance(value, str) else value, zone)


def report(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """A report and what it says, in its order."""
    found = situation.report(at.name)
    head = found.more["report"]
    published = words.stated(head["published"], found.read_in)
    said = f"{found.names.get(head['source'], head['source'])}, {published}"
    document = f", {head['document']}" if head["document"] else ""
    body = [element("p", f"{head['facts']} facts{document}"), _events(found.each, found.read_in)]
    page = element("main", element("h1", said), *body)
    title = f"{said}: {found.title}"
    position = found.position
    whole = served(title, page, here="", position=position, replica=found.replica)
    return Told(whole, position, media=HTML)


def search(situation: Situation, asked: SearchAsked, at: Address) -> Told:
    """What holds the words."""
    try:
        found = situation.search(asked.q, limit=asked.limit + 1, offset=asked.offset)
    except TrackerError as error:
        with situation.still() as store:
            position, title, _ = store.head
        body = element("main", element("h1", "Search"), element("p", str(error)))
        name = f"Search: {title}"
        page = served(name, body, here="", position=position, replica=situation.replica())
        return Told(page, position, media=HTML)
    rows = [
        [row["found"], _found(row, at), found.names.get(row["place"], row["place"] or ""),
         found.names.get(row["source"], row["source"] or ""),
         words.clock(row["published"], found.read_in) if row["published"] else ""]
        for row in found.each[: asked.limit]
    ]  # fmt: skip
    headers = ["what", "name", "place", "source", "published"]
    body = element(
        "main",
        element("h1", f"Search: {asked.q}"),
        past_the_end(at, "No more is found.") if asked.offset and not rows
        else table("Found", headers, rows),
        next_page(at, "offset", asked.offset + asked.limit)
        if len(found.each) > asked.limit else "",
    )  # fmt: skip
    name = f"{asked.q}: {found.title}"
    page = served(name, body, here="", position=found.position, replica=found.replica)
    return Told(page, found.position, media=HTML)


def _found(row: Row, at: Address) -> object:
    taken = " (taken back)" if row["retracted"] else ""
    match row["found"]:
        case "fact":
            return element("a", row["name"], taken, href=f"/event/{row['position']}")
        case "place":
            there = {"projection": "control", "key": row["id"]}
            return element("a", row["name"], href=same_clocks("/state", at, there))
        case "source":
            return element("a", row["name"], href=same_clocks("/state", at, {"only": row["id"]}))
        case _:
            return row["name"]
