"""Footnotes of a report: a number for each fact that is cited, and where to find each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from tracker.cli import words
from tracker.exports.question import Row
from tracker.harmless import code, markdown

MOST_CITED = 6
"""Facts cited for one statement; `tracker audit` lists all."""


class Footnotes:
    """Numbers facts in the order in which they are first cited."""

    def __init__(
        self,
        facts: Sequence[Row],
        events: Mapping[str, Row],
        names: Mapping[str, str],
        zone: str,
    ) -> None:
        """Keep what can be cited: facts by id, and the other events {position, kind} by id."""
        self.facts = {row["fact"]: row for row in facts}
        self.events = events
        self.names = names
        self.zone = zone
        self.numbers: dict[str, int] = {}

    def __call__(self, ids: Iterable[str]) -> str:
        """Cite facts and other events by their ids: " [1][2]"; nothing where there is none."""
        known = [one for one in dict.fromkeys(ids) if one in self.facts or one in self.events]
        marks = [
            f"[{self.numbers.setdefault(one, len(self.numbers) + 1)}]" for one in known[:MOST_CITED]
        ]
        more = len(known) - MOST_CITED
        return f" {''.join(marks)}{f' and {more} more' if more > 0 else ''}" if marks else ""

    def teller(self, fact: str) -> str:
        """Say on whose word a fact is: the outlet, and whom it quotes."""
        row = self.facts.get(fact)
        return "" if row is None else f"{self._source(row)}, {self._voice(row)}"

    def _source(self, row: Row) -> str:
        return self.names.get(row["source"], str(row["source"]))

    def _voice(self, row: Row) -> str:
        if row["voice"] == "reporter":
            return "its own words"
        speaker = self.names.get(row["speaker"], row["speaker"]) if row["speaker"] else None
        return f"quoting {speaker}" if speaker else str(row["voice"])

    def sources(self) -> Iterator[str]:
        """Yield the section that lists what was cited, by report."""
        yield "## Sources"
        yield ""
        if not self.numbers:
            yield "Nothing is cited."
            yield ""
        by_report: dict[str, list[str]] = {}
        for one in self.numbers:
            report = self.facts[one]["report"] if one in self.facts else ""
            by_report.setdefault(report, []).append(one)
        for report, cited in by_report.items():
            yield self._report(self.facts[cited[0]]) if report else "**The record itself**"
            yield ""
            for one in cited:
                yield f"- [{self.numbers[one]}] {markdown(self._where(one))}"
            yield ""

    def _report(self, row: Row) -> str:
        """Name a report: source, title, date, document with its hash, address."""
        published = words.stated(row["published_edtf"], self.zone)
        named = words.cited(self._source(row), row.get("title"), published)
        said = f"**{markdown(named)}**"
        document = row["locator"].get("document")
        if document:
            said += f", document {code(document['name'])}, sha256 `{document['sha256']}`"
        if row.get("url"):
            said += f", {markdown(row['url'])}"
        return f"{said}, report `{row['report']}`"

    def _where(self, one: str) -> str:
        """Say where a fact stands, and what it is."""
        if one not in self.facts:
            event = self.events[one]
            return f"#{event['position']} {event['kind']}"
        row = self.facts[one]
        where = row["locator"]
        parts = []
        if where.get("sentence") is not None:
            parts.append(f"sentence {where['sentence']}")
        if where.get("span"):
            parts.append(f"characters {where['span'][0]}-{where['span'][1]}")
        if where.get("row") is not None:
            parts.append(f"row {where['row']}")
        if not parts:
            parts.append("place in the document not noted")
        rating = f", rated {row['rating']}" if row["rating"] else ""
        return (
            f"{', '.join(parts)}; {self._voice(row)}{rating}; #{row['position']} {row['kind']}:"
            f" {row['gist']}"
        )
