"""The served pages: one for each question, each at an address that can be handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, islice
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from tracker.cli import words
from tracker.cli.diff import CAUSES
from tracker.cli.diff import heading as changed
from tracker.cli.gaps import TITLES
from tracker.cli.show import field_text
from tracker.cli.state import COLUMNS
from tracker.errors import TrackerError
from tracker.outcomes import Answer
from tracker.situation import Situation
from tracker.web import page as parts
from tracker.web.asking import (
    Address,
    clocks_of,
    event_name,
    stale_of,
    until_of,
    weighing_of,
)
from tracker.web.desk import Told
from tracker.web.frontpage import served, table
from tracker.web.looks import hatching
from tracker.web.markup import Markup, element, joined, link
from tracker.web.parameters import (
    AuditAsked,
    DiffAsked,
    DisputesAsked,
    GapsAsked,
    LogAsked,
    NothingAsked,
    SearchAsked,
    StateAsked,
)

Row = Mapping[str, Any]
HTML = b"text/html; charset=utf-8"
CHRONICLED = {"incidents", "humanitarian", "posture"}
FIRST = 100
"""Rows of a chronology on the first page; its own page has the rest."""


# -- the picture ---------------------------------------------------------------------------------


def front(situation: Situation, _asked: NothingAsked, _at: Address) -> Told:
    """The first page: the state now in tables; the script fetches the map and moves the clocks."""
    clocks = situation.clocks()
    with situation.still():
        answers = [situation.state(clocks, name) for name in COLUMNS if name not in CHRONICLED]
    rows = [row for answer in answers for row in answer.rows]
    everything = answers[0].query | {"projection": None, "key": None}
    found = replace(answers[0], query=everything, rows=tuple(rows), notes=())
    body = joined(
        element("svg", hatching(), class_="unseen", aria_hidden="true", width="0", height="0"),
        parts.header(found),
        element(
            "main",
            parts.buttons(),
            parts.clocks(),
            element(
                "div",
                element(
                    "section",
                    element("h2", "Map", id="map-title"),
                    element("p", "The map is being drawn ...", id="map-coming"),
                    id="map",
                    aria_labelledby="map-title",
                ),
                parts.panel(),
                class_="side-by-side",
            ),
            parts.tables(found),
            parts.timelines(),
            id="main",
        ),
        parts.footer(),
        Markup('<script type="application/json" id="data"></script>'),
    )
    page = served(found.title, body, here="/", position=found.position,
                  replica=found.replica, live=True)  # fmt: skip
    return Told(page, found.position, until_of(clocks), media=HTML)


# -- tables --------------------------------------------------------------------------------------


def state(situation: Situation, asked: StateAsked, at: Address) -> Told:
    """What is so, in tables."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked)
    cell = (asked.projection, asked.key)
    stale = stale_of(asked.stale_after)
    found = situation.state(clocks, *cell, weighing=weighing, stale_after=stale)
    shown = found.rows[asked.offset : asked.offset + asked.limit]
    tables = [
        table(
            parts.TITLES[name],
            [*COLUMNS[name][0], "why"],
            [[*COLUMNS[name][1](dict(row), found), _why(row, at)] for row in rows],
        )
        for name, rows in groupby(shown, key=lambda row: row["projection"])
    ]
    body = [*tables, _pages(at, asked.offset, asked.limit, len(found.rows))]
    title = "State" if asked.projection is None else parts.TITLES[asked.projection]
    forms = _form("/state", at, ("as_of", "known_at", "projection", "key", "without"))
    return _page(title, found, [forms, *(body if shown else [element("p", "No evidence.")])],
                 "/state", until_of(clocks))  # fmt: skip


def audit(situation: Situation, asked: AuditAsked, at: Address) -> Told:
    """Why a cell is as it is: each fact with its part, back to the sentence."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked)
    with situation.still():
        found = situation.audit(clocks, asked.projection, asked.key, weighing=weighing)
        ran = None
        if asked.projection not in CHRONICLED:
            ran = situation.history(asked.key, asked.projection, weighing=weighing)
    row = found.rows[0] if found.rows else None
    verdict: str = words.value(asked.projection, row, found.names)
    if row and row.get("since"):
        verdict += f" ({words.support(row)}) {words.begun(row)}"
    may = words.possibly(row or {}, found.names)
    verdict += f"; {may}" if may else ""
    trail = [
        [line["role"], _event(line["position"], line["kind"]), _source(line, found.names),
         _voice(line, found.names), line["gist"], words.locator(line["locator"]), line["why"]]
        for line in found.more["evidence"]
    ]  # fmt: skip
    name = row["name"] if row else found.names.get(asked.key, asked.key)
    later = found.more["later"]
    body = [
        _form("/audit", at, ("as_of", "known_at"), hidden=("projection", "key")),
        element("p", verdict, id="verdict"),
        element("p", f"Rule: {found.more['rule']}."),
        element("p", f"Facts that are not known yet: {later}.") if later else "",
        table("Evidence", ["part", "event", "source", "voice", "what it says", "where", "why"],
              trail),
        _history(ran) if ran else "",
    ]  # fmt: skip
    return _page(f"{name}, {asked.projection}", found, body, "", until_of(clocks))


def _history(ran: Answer) -> Markup:
    rows = [
        [words.days(row["known_from"], row["known_to"], ran.zone),
         words.days(row["valid_from"], row["valid_to"], ran.zone),
         words.value(row["projection"], row, ran.names), words.support(row), words.since(row)]
        for row in ran.rows
    ]  # fmt: skip
    lasting = [row for row in rows if row[0] is not None and row[1] is not None]
    return table("History", ["known at", "as of", "state", "support", "since"], lasting)


def diff(situation: Situation, asked: DiffAsked, at: Address) -> Told:
    """What changed between two moments."""
    form = _form("/diff", at, ("from", "to", "known_from", "known_to", "projection", "key"))
    if asked.start is None and asked.known_from is None:
        with situation.still() as store:
            position, title, _ = store.head
        body = element("main", element("h1", "Changes"), form,
                       element("p", "Say from when, or known from when."))  # fmt: skip
        page = served(f"Changes: {title}", body, here="/diff", position=position,
                      replica=situation.replica())  # fmt: skip
        return Told(page, position, media=HTML)
    moments = (asked.start, asked.stop, asked.known_from, asked.known_to)
    before, after = situation.two_moments(*moments, recorded_at=asked.recorded_at, tz=asked.tz)
    weighing = weighing_of(situation, asked)
    found = situation.diff(before, after, asked.projection, asked.key, weighing=weighing)
    shown = found.rows[asked.offset : asked.offset + asked.limit]
    rows = [
        [_cell(row, found.query), *(_side(row, side, found) for side in ("before", "after")),
         CAUSES[row["cause"]],
         joined(*(_event(one["position"], one["kind"], " ") for one in
                  map(found.more["events"].get, row["events"]) if one))]
        for row in shown
    ]  # fmt: skip
    shown_rows = [form, table("Changes", ["what", "before", "after", "cause", "events"], rows),
            _pages(at, asked.offset, asked.limit, len(found.rows))]  # fmt: skip
    until = until_of(max(before, after, key=lambda clocks: clocks.as_of))
    return _page("Changes", found, shown_rows, "/diff", until)


def _cell(row: Row, query: Row) -> Markup:
    """Name what changed, with the way to why it is as it became."""
    if row["projection"] in CHRONICLED:
        return element("a", words.cell(row), href=f"/event/{row['key']}")
    there = {"projection": row["projection"], "key": row["key"], "as_of": query["as_of"]}
    known = {"known_at": query["known_at"]} if query["known_at"] else {}
    return element("a", words.cell(row), href=f"/audit?{urlencode({**there, **known})}")


def _side(row: Row, side: str, found: Answer) -> str:
    state = row[side]
    if row["projection"] in CHRONICLED:
        return state["kind"] if state else ""
    said = words.value(row["projection"], state, found.names)
    support = words.support(state) if state else ""
    may = words.possibly(state, found.names) if state else ""
    return "; ".join(filter(None, [f"{said} ({support})" if support else said, may]))


def disputes(situation: Situation, asked: DisputesAsked, at: Address) -> Told:
    """Where sources disagree, each a link to why."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked)
    cell = (asked.projection, asked.key)
    found = situation.disputes(clocks, *cell, weighing=weighing, closed=asked.all)
    rows = [
        [element("a", words.cell(row), href=_to_audit(row, at)),
         words.rivals(row["projection"], row, found.names),
         words.value(row["projection"], row["last_undisputed"], found.names)
         if row["last_undisputed"] else "none",
         _moment(row["opened"], found.zone), _moment(row["closed"], found.zone) or "open"]
        for row in found.rows[asked.offset : asked.offset + asked.limit]
    ]  # fmt: skip
    headers = ["what", "who says what", "last undisputed", "opened", "closed"]
    body = [_form("/disputes", at, ("as_of", "known_at", "projection", "key")),
            table("Disputes", headers, rows)]  # fmt: skip
    return _page("Disputes", found, body, "/disputes", until_of(clocks))


def _moment(opened: Row, zone: str) -> str:
    said = [words.clock(opened["valid"], zone)] if opened["valid"] else []
    if opened["known"]:
        said.append(f"known {words.clock(opened['known'], zone)}")
    return ", ".join(said)


def gaps(situation: Situation, asked: GapsAsked, at: Address) -> Told:
    """What is missing."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked)
    found = situation.gaps(clocks, weighing=weighing, stale_after=stale_of(asked.stale_after))
    order = list(TITLES)
    rows = sorted(found.rows, key=lambda row: order.index(row["gap"]))
    tables = [
        table(TITLES[kind].capitalize(), ["what", "missing"],
              [[words.cell(row), row["what"]] for row in some])
        for kind, some in groupby(rows[asked.offset : asked.offset + asked.limit],
                                  key=lambda row: row["gap"])
    ]  # fmt: skip
    forms = _form("/gaps", at, ("as_of", "known_at", "stale_after"))
    return _page("Gaps", found, [forms, *tables], "/gaps", until_of(clocks))


# -- events --------------------------------------------------------------------------------------


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
        _form("/log", at, ("after", "kind")),
        _events(found),
        _next(at, "after", found[-1]["position"])
        if len(found) == asked.limit and found[-1]["position"] < position else "",
    )  # fmt: skip
    replica = situation.replica()
    page = served(f"Log: {title}", body, here="/log", position=position, replica=replica)
    return Told(page, position, media=HTML)


def _events(rows: Sequence[Row]) -> Markup:
    cells = [
        [_event(row["position"], row["kind"]), row["subject"] or "", words.when(row["when"]),
         row["what"], element("a", row["report"][:8], href=f"/report/{row['report']}")
         if row["report"] else ""]
        for row in rows
    ]  # fmt: skip
    return table("Events", ["event", "about", "when", "what", "report"], cells)


def event(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """One event whole: every field, what amended it, its report."""
    with situation.still() as store:
        row = situation.show(event_name(at.name))
        names = situation.names()
        position, title, _ = store.head
    head = [
        ("Recorded", f"{row['recorded_at']} by {row['recorded_by']}"),
        ("Id", row["id"]),
        ("Report", _source(row, names) if row["source"] else ""),
        *((one["kind"].capitalize(), joined(
            f"{words.when(one['published'])}, {one['reason']} ",
            _event(one["position"], "by"))) for one in row["amended"]),
    ]  # fmt: skip
    fields = [
        (name.replace("_", " ").capitalize(), _field(name, value, names))
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


def _field(name: str, value: object, names: Mapping[str, str]) -> object:
    """Say a field of an event: ids by their names, times and places in a document in words."""
    if value is None or value == []:
        return ""
    if name == "url":
        return link(str(value), str(value))
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return words.names_of(value, names)
    return field_text(name, names.get(value, value) if isinstance(value, str) else value)


def report(situation: Situation, _asked: NothingAsked, at: Address) -> Told:
    """A report and what it says, in its order."""
    found = situation.report(at.name)
    head = found.more["report"]
    said = f"{found.names.get(head['source'], head['source'])}, {words.when(head['published'])}"
    document = f", {head['document']}" if head["document"] else ""
    body = [element("p", f"{head['facts']} facts{document}"), _events(found.rows)]
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
         words.clock(row["published"], found.zone) if row["published"] else ""]
        for row in found.rows[: asked.limit]
    ]  # fmt: skip
    more = _next(at, "offset", asked.offset + asked.limit) if len(found.rows) > asked.limit else ""
    body = element(
        "main",
        element("h1", f"Search: {asked.q}"),
        table("Found", ["what", "name", "place", "source", "published"], rows),
        more,
    )
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
            return element("a", row["name"], href=_with("/state", at, there))
        case "source":
            return element("a", row["name"], href=_with("/state", at, {"only": row["id"]}))
        case _:
            return row["name"]


# -- what they share -----------------------------------------------------------------------------


def _page(title: str, found: Answer, body: Sequence[object], here: str, until: float) -> Told:
    what = title.lower() if here else title
    notes = [element("p", text, class_="note") for text in found.notes]
    heading = changed(found) if "from" in found.query else words.heading(found, what)
    said = element("p", heading, id="heading")
    page = element("main", element("h1", title), said, *notes, *body)
    whole = served(f"{title}: {found.title}", page, here=here, position=found.position,
                   replica=found.replica)  # fmt: skip
    return Told(whole, found.position, until, media=HTML)


def _asked(at: Address) -> dict[str, str]:
    return dict(parse_qsl(at.query.decode("latin-1"), keep_blank_values=True))


def _with(path: str, at: Address, more: Mapping[str, str]) -> str:
    """Give an address that asks something else at the same clocks."""
    kept = {name: one for name, one in _asked(at).items() if name in {"as_of", "known_at"}}
    return f"{path}?{urlencode({**kept, **more})}"


def _form(path: str, at: Address, names: Sequence[str], hidden: Sequence[str] = ()) -> Markup:
    """Make the form that asks the same question otherwise."""
    asked = _asked(at)
    said = {"as_of": "As of", "known_at": "Known at", "from": "From", "to": "To"}
    fields = [
        element(
            "label",
            said.get(name, name.replace("_", " ").capitalize()),
            " ",
            element("input", name_=name, value=asked.get(name, ""), maxlength="300",
                    list="projections" if name == "projection" else None),
        )
        for name in names
    ]  # fmt: skip
    kept = [
        element("input", type="hidden", name_=name, value=asked.get(name, "")) for name in hidden
    ]
    known = element("datalist", *(element("option", value=name) for name in parts.TITLES),
                    id="projections") if "projection" in names else ""  # fmt: skip
    return element("form", *fields, *kept, known, element("button", "Ask"),
                   action=path, class_="asking")  # fmt: skip


def _why(row: Row, at: Address) -> Markup:
    if row["projection"] in CHRONICLED:
        return element("a", "event", href=f"/event/{row['key']}",
                       aria_label=f"event: {row['name']}")  # fmt: skip
    return element("a", "why", href=_to_audit(row, at), aria_label=f"why: {words.cell(row)}")


def _to_audit(row: Row, at: Address) -> str:
    return _with("/audit", at, {"projection": row["projection"], "key": row["key"]})


def _event(position: int, kind: str, after: str = "") -> Markup:
    return joined(element("a", f"#{position} {kind}", href=f"/event/{position}"), after)


def _source(line: Row, names: Mapping[str, str]) -> object:
    said = f"{names.get(line['source'], line['source'])}, {words.when(line['published'])}"
    return element("a", said, href=f"/report/{quote(line['report'])}") if line["report"] else said


def _voice(line: Row, names: Mapping[str, str]) -> str:
    return names.get(line["speaker"], line["speaker"]) or line["voice"]


def _pages(at: Address, offset: int, limit: int, total: int) -> object:
    if offset + limit >= total:
        return element("p", f"{total} in all.") if offset else ""
    return joined(element("p", f"{offset + 1} to {offset + limit} of {total}."),
                  _next(at, "offset", offset + limit))  # fmt: skip


def _next(at: Address, name: str, value: int) -> Markup:
    path = at.path.decode("latin-1")
    there = urlencode({**_asked(at), name: str(value)})
    return element("p", element("a", "Next page", href=f"{path}?{there}", rel="next"))
