"""A situation report of a period, in Markdown: what changed, what we learned, disputes, gaps.

Fit to be sent: it states its clocks, its policy and the log it was made from, and every statement
is cited down to the report and the sentence. Text from reports is escaped, so that it can make no
link, heading or HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from tracker.cli import words
from tracker.cli.diff import CHRONICLED
from tracker.cli.gaps import TITLES
from tracker.exports.footnotes import Footnotes
from tracker.exports.question import Format, Question, Row, Told, about
from tracker.harmless import markdown
from tracker.outcomes import Answer

MOST = 60
"""Entries of one list; what is beyond is counted, with the command that lists it."""
IN_BRIEF = 8
HEADINGS = {
    "control": "Who holds what",
    "forces": "Forces",
    "alerts": "Alerts and threats",
    "losses": "Losses",
    "incidents": "Incidents",
    "humanitarian": "People and services",
    "posture": "Statements, plans and measures",
}
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Report:
    """A report as it is written: what was asked, and the citations as they come."""

    def __init__(self, question: Question) -> None:
        """Ask for all that the report tells."""
        situation, clocks = question.situation, question.clocks
        asked = (question.projection, question.key)
        weighing = question.weighing
        before = question.before or clocks
        self.changes = situation.diff(before, clocks, *asked, weighing=weighing)
        self.state = situation.state(clocks, *asked, weighing=weighing)
        self.disputed: Sequence[Row] = ()
        self.chronicled = question.projection in CHRONICLED
        if not self.chronicled:
            self.disputed = situation.disputes(clocks, *asked, weighing=weighing).dicts
        gaps = situation.gaps(clocks, weighing=weighing).dicts
        keys = situation.keys_meant(question.projection, self.state.query["key"])
        self.gaps = [
            row
            for row in gaps
            if question.projection in (None, row["projection"])
            if keys == (None,) or row["key"] in keys
        ]
        evidence = situation.evidence(clocks, weighing=weighing)
        self.names = self.changes.names
        self.zone = self.changes.read_in
        self.start, self.stop = (self.changes.query[end] for end in ("from", "as_of"))
        self.cited = Footnotes(evidence.dicts, self.changes.more["events"], self.names, self.zone)
        happened: list[Row] = []
        learned: list[Row] = []
        for row in self.changes.dicts:
            (happened if self._is_of_the_period(row) else learned).append(row)
        self.happened, self.learned = happened, learned

    def _is_of_the_period(self, row: Row) -> bool:
        """Whether a change happened in the period; a fact did if it begins in it."""
        if row["projection"] not in CHRONICLED:
            return bool(row["cause"] == "ground")
        begins = (row["after"] or row["before"])["last_evidence"]
        return begins is not None and begins > self.start

    # -- the whole -----------------------------------------------------------------------------

    def lines(self) -> Iterator[str]:
        """Yield the lines of the report."""
        day = _saying(words.clock, self.zone)
        yield f"# {markdown(self.changes.title)}: situation report"
        yield ""
        yield f"**From {day(self.start)} to {day(self.stop)}**"
        yield ""
        yield from self._preamble()
        yield from self._brief()
        yield from self._changes(
            "What changed on the ground",
            self.happened,
            f"Between {day(self.start)} and {day(self.stop)}, {self._known(day)}.",
        )
        yield from self._changes(
            "What we learned",
            self.learned,
            f"Of the time up to {day(self.start)}: what this period's reports changed in what we"
            " knew of it.",
        )
        yield from self._standing()
        yield from self._disputes()
        yield from self._gaps()
        yield from self.cited.sources()

    def _known(self, day: Callable[[str | None], str]) -> str:
        """Say what counts as known of the whole period."""
        known = self.changes.query["known_at"]
        return f"as known by {day(known)}" if known else "as all reports recorded so far have it"

    def _preamble(self) -> Iterator[str]:
        query, at = self.changes.query, _saying(words.clock, self.zone)
        known = [at(query[end]) for end in ("known_from", "known_at")]
        upto = "recorded so far"
        if query["known_at"]:
            upto = f"published by {known[1]}, without what was told, corrected or retracted later"
        yield f"- Days are those of {markdown(self.zone)}; a date means the end of that day."
        yield f"- Reports: those {upto}; what is new was not yet published by {known[0]}."
        if query["recorded_at"]:
            yield f"- As the log stood at {markdown(query['recorded_at'])}."
        heard = "all sources"
        for word in ("only", "without"):
            if query[word]:
                heard = f"{word} {words.names_of(query[word], self.names)}"
        yield f"- Rival accounts are weighed by `{query['policy']}`, hearing {markdown(heard)}."
        log = self.changes
        head = f", head `{log.head}`" if log.head else ""
        yield f"- Log at #{log.position}{head}."
        yield "- Numbers in brackets cite sentences of reports, listed under Sources."
        yield "- *confirmed*: by two or more independent origins; *reported*: by one; *claimed*:"
        yield "  only by a side that gains from it; *disputed*: accounts differ, nothing decides."
        yield ""

    def _brief(self) -> Iterator[str]:
        yield from _heading("In brief")
        leading = [row for row in self.happened if row["projection"] in {"control", "alerts"}]
        leading += [row for row in self.happened if _is_counted(row)]
        for row in leading[:IN_BRIEF]:
            yield f"- {self._belief(row, 'after')}"
        if len(leading) > IN_BRIEF:
            yield f"- ... and {len(leading) - IN_BRIEF} more changes of this kind, below."
        counts = [
            (sum(row["projection"] == name for row in self.happened), heading.lower())
            for name, heading in HEADINGS.items()
        ]
        counts += [
            (len(self.learned), "learned of the time before"),
            (len(self.disputed), "open disputes"),
            (len(self.gaps), "gaps"),
        ]
        said = [f"{what} {count:,}" for count, what in counts if count]
        yield f"- In all: {'; '.join(said) or 'nothing'}."
        yield ""

    # -- changes -------------------------------------------------------------------------------

    def _changes(self, title: str, rows: list[Row], what: str) -> Iterator[str]:
        yield from _heading(title)
        yield what if rows else f"{what} Nothing."
        yield ""
        for name, heading in HEADINGS.items():
            found = [row for row in rows if row["projection"] == name]
            if not found:
                continue
            yield f"### {heading}"
            yield ""
            say = self._entry if name in CHRONICLED else self._change
            if name in CHRONICLED:
                found.sort(key=lambda row: (_told(row)["last_evidence"] or "", row["key"]))
            yield from _listed(map(say, found), len(found))
            yield ""

    def _change(self, row: Row) -> str:
        """Say how a belief changed, since when, and by what."""
        was = words.belief(row["projection"], row["before"], self.names, self.zone)
        evidence = row["events"] or (row["after"] or row["before"])["evidence"]
        then = "before" if row["cause"] == "ground" else "we had"
        return f"{self._belief(row, 'after')}; {then}: {markdown(was)}{self.cited(evidence)}"

    def _belief(self, row: Row, side: str) -> str:
        """Say what a cell is on one side of a change, and since when."""
        said = words.belief(row["projection"], row[side], self.names, self.zone)
        since = words.begun(row[side], self.zone) if row[side] else ""
        of = "" if row["cause"] == "ground" else f" on {words.clock(self.start, self.zone)}"
        begun = f", {since}" if since else ""
        return f"**{markdown(_cell(row))}**{of}: {markdown(said + begun)}"

    def _entry(self, row: Row) -> str:
        """Say what a fact tells: when, where, what, and on whose word."""
        fact = _told(row)
        when = words.stated(fact["when"], self.zone) or "undated"
        place = self.names.get(fact["place"], fact["place"]) if fact["place"] else None
        kind = _HUMP.sub(" ", fact["kind"]).lower()
        doubt = "" if fact["status"] in {"occurred", "ongoing"} else f", {fact['status']}"
        gone = " *Taken back since.*" if row["after"] is None else ""
        who = self.cited.teller(fact["key"])
        head = ", ".join(part for part in (when, place) if part)
        said = f"{fact['name'].rstrip('.')} ({kind}{doubt}; {who})."
        return f"**{markdown(head)}**: {markdown(said)}{gone}{self.cited([fact['key']])}"

    # -- the end of the period -----------------------------------------------------------------

    def _standing(self) -> Iterator[str]:
        """Say what every belief is at the period's end; chronologies hold none."""
        rows = [row for row in self.state.dicts if row["projection"] not in CHRONICLED]
        if not rows and self.chronicled:
            return
        yield from _heading(f"Where it stands on {words.clock(self.stop, self.zone)}")
        for note in self.state.notes:
            yield f"*{markdown(note)}*"
            yield ""
        if not rows:
            yield "No evidence."
            yield ""
        for name, heading in HEADINGS.items():
            found = [row for row in rows if row["projection"] == name]
            if found:
                yield f"### {heading}"
                yield ""
                yield from self._table(found)
                if len(found) > MOST:
                    yield f"{len(found) - MOST:,} more: `tracker state {name}`."
                    yield ""

    def _table(self, rows: Sequence[Row]) -> Iterator[str]:
        yield "| what | state | backed | since | evidence |"
        yield "|---|---|---|---|---|"
        for row in rows[:MOST]:
            cells = (
                _cell(row),
                words.value(row["projection"], row, self.names),
                words.support(row),
                words.since(row, self.zone),
                words.evidence(row, self.names, self.zone),
            )
            cited = self.cited(row["evidence"])
            yield f"| {' | '.join(map(markdown, cells))}{cited} |"
        yield ""

    def _disputes(self) -> Iterator[str]:
        yield from _heading("Disputes")
        if not self.disputed:
            yield "None: nowhere do accounts differ without something that decides between them."
        yield from _listed(map(self._dispute, self.disputed), len(self.disputed))
        yield ""

    def _dispute(self, row: Row) -> str:
        rivals = words.rivals(row["projection"], row, self.names)
        last = row["last_undisputed"]
        before = words.value(row["projection"], last, self.names) if last else "nothing"
        opened = words.clock(row["opened"]["valid"], self.zone)
        said = f"{rivals}; open since {opened}; last undisputed: {before}"
        return f"**{markdown(words.cell(row))}**: {markdown(said)}{self.cited(row['evidence'])}"

    def _gaps(self) -> Iterator[str]:
        yield from _heading("Gaps")
        if not self.gaps:
            yield "None."
            yield ""
        for kind, title in TITLES.items():
            found = [row for row in self.gaps if row["gap"] == kind]
            if found:
                yield f"### {title.capitalize()}"
                yield ""
                yield from _listed(map(self._gap, found), len(found))
                yield ""

    def _gap(self, row: Row) -> str:
        cited = self.cited(row["evidence"]) if row["projection"] else ""
        return f"**{markdown(words.cell(row))}**: {markdown(row['what'])}{cited}"


def _is_counted(row: Row) -> bool:
    """Whether a change is one of forces that are there, with a number."""
    after = row["after"] or {}
    deployed = row["projection"] == "forces" and after.get("phase") == "deployed"
    return deployed and bool(after.get("comparator"))


def _told(row: Row) -> Row:
    """Give the fact of a chronology's change."""
    fact: Row = row["after"] or row["before"]
    return fact


def _cell(row: Row) -> str:
    """Name a cell without its projection, which the heading says."""
    return words.cell(row).removeprefix(f"{row['projection']}: ")


def _saying(say: Callable[[str | None, str], str], zone: str) -> Callable[[str | None], str]:
    return lambda text: markdown(say(text, zone))


def _heading(text: str) -> list[str]:
    return [f"## {markdown(text)}", ""]


def _listed(items: Iterable[str], count: int) -> Iterator[str]:
    """Yield a list, as far as a reader will follow; say what is left out."""
    for at, item in enumerate(items):
        if at == MOST:
            yield f"- ... and {count - MOST:,} more: `tracker diff` and `tracker gaps` list all."
            return
        yield f"- {item}"


def write(question: Question, path: Path) -> Told:
    """Write the report."""
    report = Report(question)
    answer: Answer = report.changes
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in report.lines())
    return Told(len(answer.dicts), about(answer, len(answer.dicts)))


FORMAT = Format(
    "report",
    "a situation report of a period, in Markdown, every statement cited",
    write,
    compares=True,
    counted="changes",
)
