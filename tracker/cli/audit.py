"""`tracker audit`: why a cell is as it is, back to the sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    cite_option,
    clock_options,
    open_situation,
    read_clocks,
    read_weighing,
    save_citation,
    weighing_options,
)
from tracker.cli.completing import keys, projections
from tracker.cli.global_options import common_options
from tracker.cli.output import TONES, brief, emit, fitted, indented, note, say

if TYPE_CHECKING:
    from tracker.outcomes import Answer
    from tracker.situation import Situation

Row = dict[str, Any]

ROLE = 12  # columns for the part that a fact has; what it says is indented by them
MOST_LOSERS = 12  # superseded facts and facts to come with a line each; the rest is grouped
LOSERS = {"superseded", "not-yet"}
TONE_OF = {
    "decides": "strong",
    "supports": "good",
    "dissents": "doubt",
    "not-yet": "faint",
    "superseded": "faint",
    "retracted": "bad",
}
PLACE = re.compile(r" \(#\d+\)$")  # the position at the end of a reason


@click.command()
@click.argument("projection", shell_complete=projections)
@click.argument("key", shell_complete=keys)
@click.option(
    "--documents",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Print the quoted text from the documents in this folder, and verify its hashes.",
)
@click.option("--full", is_flag=True, help="Each fact in full, with its place in the document.")
@clock_options
@weighing_options
@cite_option
@common_options
def audit(
    *,
    projection: str,
    key: str,
    documents: str | None,
    full: bool,
    cite: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    **clocks: str | None,
) -> None:
    """Tell why a cell is as it is, back to the sentence.

    Every fact that decided, supported or lost is listed with its part, and the rule; --full (and
    --documents) tells each in full.

    \b
    Examples:
      tracker audit control diabaly --as-of 2013-01-21 --known-at 2013-01-17
      tracker audit alerts vigipirate/france --as-of 2013-01-14
    """
    situation = open_situation()
    weighing = read_weighing(situation, only, without)
    answer = situation.audit(read_clocks(situation, **clocks), projection, key, weighing=weighing)
    save_citation(situation, answer, cite)  # without quotes: they stand outside the log
    for text in answer.notes:
        note(text)
    trail = answer.more["evidence"]
    if documents:
        for line in trail:
            _quote(situation, line, documents)
    from dataclasses import fields

    from tracker.results import Evidence

    if emit(answer.as_json(), trail, [one.name for one in fields(Evidence)]):
        return
    for line in trail:
        line["why"] = _with_withheld(line)
    lines = [_entry(line, answer) for line in trail] if full or documents else _brief(answer)
    after = map(fitted, [*_later(answer), f"rule: {answer.more['rule']}"])
    say("\n".join([fitted(_verdict(answer)), *lines, *after]))


def _quote(situation: Situation, line: Row, documents: str) -> None:
    quote = situation.quote(line["locator"], documents)
    line["quote"] = quote.text
    line["verified"] = quote.verified
    line["quote_problem"] = quote.problem or None


def _with_withheld(line: Row) -> str:
    """Give a fact's reason, and what was erased of another in whose place it stands."""
    erased = (
        f"{one['fields']} withheld by {one['authority']}, #{one['position']}: {one['reason']}"
        for one in line["withheld"]
    )
    return "; ".join([line["why"], *(one for one in erased if one not in line["why"])])


def _verdict(answer: Answer) -> str:
    query, rows = answer.query, answer.dicts
    name = rows[0]["name"] if rows else answer.names.get(query["key"], query["key"])
    said: str = words.value(query["projection"], rows[0] if rows else None, answer.names)
    if rows and rows[0].get("since"):
        if rows[0]["support"] != "disputed":
            said += f" ({rows[0]['support']}) {words.begun(rows[0], answer.read_in)}"
        may = words.possibly(rows[0], answer.names, answer.read_in)
        said += f"; {may}" if may else ""
    known = query["known_at"]
    as_known = f" as known at {words.clock(known, answer.read_in)}" if known else ""
    as_of = words.clock(query["as_of"], answer.read_in)
    counted = words.counted(rows[0]) if rows else ""
    what = f"{counted}," if counted else query["projection"]
    return f"{name}, {what} as of {as_of}{as_known}: {said}"


def _brief(answer: Answer) -> list[str]:
    """Give a line for each fact, and one for those beyond MOST_LOSERS that lost alike."""
    alone: list[Row] = []
    grouped: dict[tuple[str, str], list[Row]] = {}
    losers = 0
    for line in answer.more["evidence"]:
        losers += line["role"] in LOSERS
        if line["role"] in LOSERS and losers > MOST_LOSERS:
            reason = PLACE.sub("", line["why"])
            grouped.setdefault((line["role"], reason), []).append(line)
        else:
            alone.append(line)
    for alike in [key for key, found in grouped.items() if len(found) == 1]:
        alone += grouped.pop(alike)
    said = brief([_cells(line, answer) for line in alone], ROLE)
    for (role, reason), found in grouped.items():
        whys = {line["why"] for line in found}
        why = whys.pop() if len(whys) == 1 else reason
        places = " ".join(f"#{line['position']}" for line in found)
        first, *rest = indented(f"{len(found)} facts: {places}: {why}", ROLE)
        said += [click.style(f"{role:{ROLE}}", **TONES[TONE_OF[role]]) + first[ROLE:], *rest]
    return said


def _cells(line: Row, answer: Answer) -> list[str]:
    names = answer.names
    voice = names.get(line["speaker"], line["speaker"]) or line["voice"]
    published = words.stated(line["published"], answer.read_in)
    return [
        words.Toned(line["role"], TONE_OF[line["role"]]),
        f"#{line['position']} {line['kind']}",
        f"{names.get(line['source'], line['source'])}, {published}",
        line["why"],
        f"· {voice}: {line['gist']}",
    ]


def _entry(line: Row, answer: Answer) -> str:
    """Say one fact's part: where it stands on the first line, what and why below, then its text."""
    published = words.stated(line["published"], answer.read_in)
    source = f"{answer.names.get(line['source'], line['source'])}, {published}"
    where = [f"#{line['position']} {line['kind']}", source, words.locator(line["locator"])]
    first, *more = indented(" · ".join(filter(None, where)), ROLE)
    voice = answer.names.get(line["speaker"], line["speaker"]) or line["voice"]
    when = words.dated(line["when"], answer.read_in)
    told = f"{voice}: {line['gist']} ({when}; {line['why']})"
    role = click.style(f"{line['role']:{ROLE}}", **TONES[TONE_OF[line["role"]]])
    lines = [role + first[ROLE:], *more, *indented(told, ROLE)]
    if "verified" in line:
        quoted = f"“{line['quote']}” " if line["quote"] else ""
        state = "verified" if line["verified"] else f"NOT VERIFIED: {line['quote_problem']}"
        lines += indented(f"{quoted}({state})", ROLE)
    return "\n".join(lines)


def _later(answer: Answer) -> list[str]:
    later, rows = answer.more["later"], answer.more["later_rows"]
    if not later:
        return []
    facts = f"{later} later fact{'s' if later > 1 else ''}"
    if not rows:
        return [f"not known: {facts}, which do{'' if later > 1 else 'es'} not change this answer"]
    said: str = words.value(answer.query["projection"], rows[0], answer.names)
    may = words.possibly(rows[0], answer.names, answer.read_in)
    said += f"; {may}" if may else ""
    return [
        f"not known: {facts} change{'' if later > 1 else 's'} this answer: all reports give {said}"
    ]
