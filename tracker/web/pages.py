"""The served pages of what is so: one for each question, each at an address to hand on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import groupby

from tracker.cli import words
from tracker.cli.diff import CAUSES
from tracker.cli.gaps import TITLES
from tracker.cli.history import HEADERS, lines, unlisted
from tracker.cli.namesakes import told_apart
from tracker.cli.state import COLUMNS
from tracker.outcomes import Answer
from tracker.situation import Situation
from tracker.web import page as parts
from tracker.web.asking import (
    Address,
    clocks_of,
    known_clocks_of,
    stale_of,
    until_of,
    weighing_of,
)
from tracker.web.desk import Told
from tracker.web.frontpage import served, table
from tracker.web.looks import hatching
from tracker.web.markup import Markup, element, joined
from tracker.web.parameters import (
    AuditAsked,
    DiffAsked,
    DisputesAsked,
    FrontAsked,
    GapsAsked,
    Page,
    StateAsked,
)
from tracker.web.ways import (
    CHRONICLED,
    HTML,
    Row,
    audit_address,
    event_link,
    form,
    pages_of,
    same_clocks,
    shown_of,
    source_link,
    voice,
    whole_page,
    why,
)


def front(situation: Situation, _asked: FrontAsked, at: Address) -> Told:
    """The first page: the state now in tables; the script fetches the map and moves the clocks."""
    clocks, weighing = situation.clocks(), situation.weighing(at.policy)
    with situation.still():
        answers = [
            situation.state(clocks, name, weighing=weighing)
            for name in COLUMNS
            if name not in CHRONICLED
        ]
    rows = [row for answer in answers for row in answer.dicts]
    everything = answers[0].query | {"projection": None, "key": None}
    found = replace(answers[0], query=everything, each=tuple(rows), notes=())
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
                    element("p", id="map-coming"),  # the script says what becomes of it
                    element(
                        "noscript",
                        element("p", "The map is drawn by scripts; the tables say what it shows."),
                    ),
                    id="map",
                    aria_labelledby="map-title",
                ),
                parts.panel(),
                class_="side-by-side",
            ),
            parts.tables(found, why=partial(why, at=at), apart=CHRONICLED),
            parts.timelines(),
            id="main",
        ),
        parts.footer(),
        element("script", type="application/json", id="data", data_now=clocks.as_of),
    )
    page = served(found.title, body, here="/", position=found.position,
                  replica=found.replica, live=True)  # fmt: skip
    return Told(page, found.position, until_of(clocks), media=HTML)


def state(situation: Situation, asked: StateAsked, at: Address) -> Told:
    """What is so, in tables."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    cell = (asked.projection, asked.key)
    stale = stale_of(asked.stale_after)
    found = situation.state(clocks, *cell, weighing=weighing, stale_after=stale)
    here = _here(found, asked)
    tables = [
        table(
            parts.TITLES[name],
            [*COLUMNS[name][0], "why"],
            [[*COLUMNS[name][1](dict(row), here), why(row, at)] for row in rows],
        )
        for name, rows in groupby(here.each, key=lambda row: row["projection"])
    ]
    body = [*tables, pages_of(at, asked.offset, asked.limit, len(found.each))]
    title = "State" if asked.projection is None else parts.TITLES[asked.projection]
    nothing = [] if found.each else [element("p", "No evidence.")]
    return whole_page(title, found, [form("/state", at), *body, *nothing],
                 "/state", until_of(clocks))  # fmt: skip


def audit(situation: Situation, asked: AuditAsked, at: Address) -> Told:
    """Why a cell is as it is: each fact with its part, back to the sentence."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    with situation.still():
        found = situation.audit(clocks, asked.projection, asked.key, weighing=weighing)
        ran = None
        if asked.projection not in CHRONICLED:
            known = known_clocks_of(situation, asked)
            of = (asked.key, asked.projection, known)
            ran = situation.history(*of, weighing=weighing, tz=asked.tz)
    row = found.each[0] if found.dicts else None
    verdict: str = words.value(asked.projection, row, found.names)
    if row and row.get("since"):
        verdict += f" ({words.support(row)}) {words.begun(row, found.read_in)}"
    may = words.possibly(row or {}, found.names, found.read_in)
    verdict += f"; {may}" if may else ""
    trail = [
        [line["role"], event_link(line["position"], line["kind"]),
         source_link(line, found.names, found.read_in), voice(line, found.names),
         line["gist"], words.locator(line["locator"]), line["why"]]
        for line in found.more["evidence"]
    ]  # fmt: skip
    name = row["name"] if row else found.names.get(asked.key, asked.key)
    later = found.more["later"]
    body = [
        form("/audit", at),
        element("p", verdict, id="verdict"),
        element("p", f"Rule: {found.more['rule']}."),
        element("p", f"Facts that are not known yet: {later}.") if later else "",
        table("Evidence", ["part", "event", "source", "voice", "what it says", "where", "why"],
              trail),
        _history(ran) if ran else "",
    ]  # fmt: skip
    what = (words.counted(row) if row else "") or asked.projection
    return whole_page(f"{name}, {what}", found, body, "", until_of(clocks))


def _history(ran: Answer) -> Markup:
    found, within = lines(ran)
    asks = f"tracker history {ran.query['key']} --instants"
    more = f"{unlisted(within)}: `{asks}` shows them." if within else ""
    return joined(table("History", HEADERS, [line[1:] for line in found]),
                  element("p", more) if more else "")  # fmt: skip


def diff(situation: Situation, asked: DiffAsked, at: Address) -> Told:
    """What changed between two moments."""
    asks = form("/diff", at)
    if asked.start is None and asked.known_from is None:
        with situation.still() as store:
            position, title, _ = store.head
        said = element("main", element("h1", "Changes"), asks,
                       element("p", "Say from when, or known from when."))  # fmt: skip
        page = served(f"Changes: {title}", said, here="/diff", position=position,
                      replica=situation.replica())  # fmt: skip
        return Told(page, position, media=HTML)
    moments = (asked.start, asked.stop, asked.known_from, asked.known_to)
    before, after = situation.two_moments(*moments, recorded_at=asked.recorded_at, tz=asked.tz)
    weighing = weighing_of(situation, asked, at)
    found = situation.diff(before, after, asked.projection, asked.key, weighing=weighing)
    rows = [
        [_cell(row, found.query, at), *(_side(row, side, found) for side in ("before", "after")),
         CAUSES[row["cause"]],
         joined(*(event_link(one["position"], one["kind"], " ") for one in
                  map(found.more["events"].get, row["events"]) if one))]
        for row in _here(found, asked).each
    ]  # fmt: skip
    headers = ["what", "before", "after", "cause", "events"]
    tables = [table("Changes", headers, rows)] if rows or not found.each else []
    body = [asks, *tables, pages_of(at, asked.offset, asked.limit, len(found.each))]
    until = until_of(max(before, after, key=lambda clocks: clocks.as_of))
    return whole_page("Changes", found, body, "/diff", until)


def _here(found: Answer, asked: Page) -> Answer:
    """Give an answer with the rows of this page alone, those of one name told apart."""
    return told_apart(replace(found, each=shown_of(found.each, asked)))


def _cell(row: Row, query: Row, at: Address) -> Markup:
    """Name what changed, with the way to why it is as it became."""
    if row["projection"] in CHRONICLED:
        return element("a", words.cell(row), href=f"/event/{row['key']}")
    there = {"projection": row["projection"], "key": row["key"], "as_of": query["as_of"]}
    known = {"known_at": query["known_at"]} if query["known_at"] else {}
    return element("a", words.cell(row), href=same_clocks("/audit", at, {**there, **known}))


def _side(row: Row, side: str, found: Answer) -> str:
    state = row[side]
    if row["projection"] in CHRONICLED:
        return state["kind"] if state else ""
    said = words.value(row["projection"], state, found.names)
    support = words.support(state) if state else ""
    may = words.possibly(state, found.names, found.read_in) if state else ""
    return "; ".join(filter(None, [f"{said} ({support})" if support else said, may]))


def disputes(situation: Situation, asked: DisputesAsked, at: Address) -> Told:
    """Where sources disagree, each a link to why."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    cell = (asked.projection, asked.key)
    found = situation.disputes(clocks, *cell, weighing=weighing, closed=asked.all)
    rows = [
        [element("a", words.cell(row), href=audit_address(row, at)),
         words.rivals(row["projection"], row, found.names),
         words.value(row["projection"], row["last_undisputed"], found.names)
         if row["last_undisputed"] else "none",
         _moment(row["opened"], found.read_in), _moment(row["closed"], found.read_in) or "open"]
        for row in _here(found, asked).each
    ]  # fmt: skip
    headers = ["what", "who says what", "last undisputed", "opened", "closed"]
    tables = [table("Disputes", headers, rows)] if rows or not found.each else []
    body = [form("/disputes", at), *tables,
            pages_of(at, asked.offset, asked.limit, len(found.each))]  # fmt: skip
    return whole_page("Disputes", found, body, "/disputes", until_of(clocks))


def _moment(opened: Row, zone: str) -> str:
    said = [words.clock(opened["valid"], zone)] if opened["valid"] else []
    if opened["known"]:
        said.append(f"known {words.clock(opened['known'], zone)}")
    return ", ".join(said)


def gaps(situation: Situation, asked: GapsAsked, at: Address) -> Told:
    """What is missing."""
    clocks, weighing = clocks_of(situation, asked), weighing_of(situation, asked, at)
    found = situation.gaps(clocks, weighing=weighing, stale_after=stale_of(asked.stale_after))
    order = list(TITLES)
    rows = sorted(found.dicts, key=lambda row: order.index(row["gap"]))
    here = _here(replace(found, each=rows), asked)
    tables = [
        table(TITLES[kind].capitalize(), ["what", "missing"],
              [[words.cell(row), row["what"]] for row in some])
        for kind, some in groupby(here.each, key=lambda row: row["gap"])
    ]  # fmt: skip
    body = [form("/gaps", at), *tables, pages_of(at, asked.offset, asked.limit, len(rows))]
    return whole_page("Gaps", found, body, "/gaps", until_of(clocks))
