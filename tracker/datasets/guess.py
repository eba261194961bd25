"""A table's header and first rows -> the text of a mapping to begin with.

It is a proposal: what was guessed carries a comment that says what to check. It can be read as a
mapping as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from tracker.datasets.blocks import columns_in
from tracker.datasets.fitting import fitting
from tracker.datasets.guess_facts import FactLines
from tracker.datasets.guess_lines import quoted, shown, visible
from tracker.datasets.ids import slug
from tracker.datasets.profile import LOOKED_AT, Profile, profiles
from tracker.datasets.roles import Roles, is_country, is_region, misfits_of, roles_of, why_no_count
from tracker.datasets.signs import ALERT, Signs
from tracker.datasets.tables import Table
from tracker.yamltree import load

_SUFFIX = re.compile(
    r"(\.(csv|tsv|tab|txt|json|jsonl|ndjson|jsonlines|geojson))?(\.gz)?$", re.IGNORECASE
)
_FAR_FEWER = 4  # times as many positions as names: the names are not those of the positions


def guess_mapping(table: Table, file_name: str, readings: str = "") -> str:
    """Write a starting mapping (YAML) for a table, whose first rows are used up by looking at them.

    `file_name` names the data set; `readings` says how a cell reads under other encodings, where
    that of the table is a guess (encodings.readings). Raises InputError where the rows cannot be
    read.
    """
    columns = profiles(table)
    return _Guess(table, file_name, columns, roles_of(columns), readings).text()


class _Guess:
    def __init__(
        self,
        table: Table,
        file_name: str,
        columns: Sequence[Profile],
        roles: Roles,
        readings: str,
    ) -> None:
        self.table, self.columns, self.roles, self.readings = table, columns, roles, readings
        stem = _SUFFIX.sub("", re.split(r"[/\\]", file_name)[-1])
        self.file = file_name
        self.dataset = slug(stem)
        self.title = " ".join(re.sub(r"[_\W]+", " ", stem).split()) or self.dataset
        lat = roles.get("lat") if roles.get("lon") else None
        # A country of a thousand positions is not where they are.
        area = next(iter(roles.places), None)
        if area and lat and is_region(area) and _FAR_FEWER * len(area.counts) < len(lat.counts):
            roles.places = []
        self.placed = bool(roles.places or lat)
        self.signs = Signs(stem, columns, roles)
        if "holder" not in roles.of and (status := self.signs.status()):
            roles.play("holder", status)
        self.shape = self._shape()
        self.facts = FactLines(roles, self.shape, self.signs, placed=self.placed)

    def text(self) -> str:
        body = self._body()  # first, for it finds what has to be registered
        return "\n".join([*self._head(), *self._registers(), *body]) + "\n"

    # -- the shape -------------------------------------------------------------------------------

    def _shape(self) -> str:
        has = self.roles.get
        counted = ("low", "best", "high", "wounded", "displaced", "troops")
        counts = any(has(part) for part in counted)
        if has("version") and self._runs(has("version")) and (has("holder") or self.roles.places):
            return "snapshots"
        if has("start") and has("end") and not counts and self.roles.places:
            told = has("holder") or has("assumed") or self.signs.speak_of(ALERT)
            return "intervals" if told else "events"
        return "events"

    def _runs(self, column: Profile | None) -> bool:
        """Whether equal cells of a column all stand together, and some of them repeat."""
        cells = column.cells if column else []
        changes = sum(1 for at, cell in enumerate(cells) if not at or cells[at - 1] != cell)
        return bool(column) and changes == len(set(cells)) < len(cells)

    # -- what stands above the facts -------------------------------------------------------------

    def _head(self) -> list[str]:
        rows = len(self.columns[0].cells)
        seen = f"first {rows:,} rows" if rows == LOOKED_AT else f"{rows:,} rows"
        why = {
            "snapshots": "each version repeats the whole list",
            "intervals": "each row has a start and an end",
            "events": "each row stands for itself",
        }
        shipped = fitting(self.columns)
        better = [
            f"# Such tables have a mapping already: `tracker import {shipped} FILE`. It knows more",
            "# of them than can be guessed; try that first. If it refuses the table, it says why.",
        ]
        return [
            *(better if shipped else []),
            f"# A mapping to begin with, guessed from the header and the {seen} of",
            f"# {quoted(self.file)}. Go through every line that says `check`, then try",
            "# `tracker import MAPPING FILE --dry-run`.",
            f"dataset: {quoted(self.dataset)}",
            f"title: {quoted(self.title)}  # check: a title that people know it by",
            "about: licence and caveats  # check: write where it comes from, under which licence",
            f"shape: {self.shape}  # check: {why[self.shape]}",
            f"source: {quoted(self.dataset)}  # check: the id of who publishes it",
            *self._read(),
        ]

    def _read(self) -> list[str]:
        reading = self.table.reading
        suffixes = self.file.lower().removesuffix(".gz")
        said = {}
        if not suffixes.endswith(f".{reading.format}"):
            said["format"] = reading.format
        if reading.encoding.lower().replace("_", "-") not in {"utf-8", "utf8"}:
            said["encoding"] = reading.encoding
        if reading.delimiter and reading.delimiter != {"tsv": "\t"}.get(reading.format or "", ","):
            said["delimiter"] = reading.delimiter
        if reading.records:
            said["records"] = reading.records
        if self.roles.comma:
            said["decimal"] = ","
        inside = ", ".join(f"{key}: {json.dumps(value)}" for key, value in said.items())
        check = f"  # check: the encoding is guessed: {self.readings}" if self.readings else ""
        return [f"read: {{{inside}}}{visible(check)}"] if inside else []

    def _registers(self) -> list[str]:
        lines = ["register:  # what the situation does not have yet; what it has is left as it is"]
        name = quoted(self.title)
        lines += ["  sources:", f"    {quoted(self.dataset)}: {{name: {name}, type: dataset}}"]
        if self.facts.actors:
            lines += ["  actors:  # check: names, types, and the ids used below"]
            lines += [
                f"    {quoted(key)}: {{name: {quoted(name)}, type: {kind}}}"
                for key, (name, kind) in self.facts.actors.items()
            ]
        if self.facts.scheme:
            levels = 'levels: ["none", alert]'
            lines += [
                "  places:",
                "    whole-area: {name: The whole area, type: area}  # check: where the alerts are",
                "  schemes:",
                "    alerts:  # check: who sets the alert, and its levels from mild to grave",
                f"      {{name: Alerts, authority: alert-authority, scope: whole-area, {levels}}}",
            ]
        return lines

    # -- the body --------------------------------------------------------------------------------

    def _body(self) -> list[str]:
        quarantine = ", ".join(
            f"{kind}: quarantine" for kind in ("row", "date", "number", "coordinate", "place")
        )
        body = [*self._times(), *self._place(), *self.facts.lines()]
        return [
            *body,
            "# What is wrong with a row refuses the file, unless such rows are put aside:",
            *(self._aside(body) or [f"# bad: {{{quarantine}, value: quarantine}}"]),
            *self._unused(body),
        ]

    def _aside(self, body: Sequence[str]) -> list[str]:
        """Put aside the rows of cells that do not fit a column which is used all the same."""
        used = self._used(body)
        kinds: dict[str, list[str]] = {}
        for column in self.columns:
            if column.name in used and (misfits := misfits_of(column)):
                kind = "number" if column in self._counted() else "coordinate"
                kinds.setdefault(kind, []).append(f"{quoted(column.name)} {shown(misfits)}")
        if not kinds:
            return []
        bad = ", ".join(f"{kind}: quarantine" for kind in kinds)
        cells = "; ".join(cell for of in kinds.values() for cell in of)
        return [visible(f"bad: {{{bad}}}  # check: cells that do not fit: {cells}")]

    def _counted(self) -> list[Profile]:
        places = (self.roles.get("lat"), self.roles.get("lon"))
        return [column for column in self.columns if column not in places]

    def _used(self, body: Sequence[str]) -> set[str]:
        return {*_named_in(load("\n".join(body).encode(), self.file).value)}

    def _times(self) -> list[str]:
        has = self.roles.get
        lines = []
        parts = ("published", "since", "when", "start", "end")
        times = [found.time for part in parts if (found := has(part)) and found.time]
        if not all(time.clock and time.zoned for time in times) or not times:
            bare = any(time.clock and not time.zoned for time in times)
            what = "times are written without a zone" if bare else "whose days the dates are"
            lines.append(f"zone: UTC  # check: {what}")
        if self.shape == "snapshots" and (version := has("version")):
            lines.append(f"version: {{column: {quoted(version.name)}}}")
        if self.shape == "intervals":
            return lines
        published = has("published") or (has("when") if self._standing else None)
        if published:
            lines.append(f"published: {self.facts.time(published)}")
        else:
            lines += [
                "# No column says when a row was published: give it on the command line, as in",
                "# --published 2024-06-01, or write it here. An event's own date is not it.",
                "# published: {value: 2024-06-01}",
            ]
        if self._standing:
            lines.append("standing: true  # check: rows change the entries of a list that is kept")
        if self.shape == "events" and not self._standing:
            lines += self._key()
        return lines

    @property
    def _standing(self) -> bool:
        has = self.roles.get
        listed = has("holder") and not has("published") and self.signs.repeats
        return self.shape == "events" and bool(has("change") or listed)

    def _key(self) -> list[str]:
        has = self.roles.get
        if found := has("id"):
            return [f"key: [{quoted(found.name)}]"]
        if not has("published"):
            return []
        parts = [has("when"), has("category"), *self.roles.places[:1]]
        names = [quoted(column.name) for column in parts if column]
        if not names:
            return []
        why = "a later row with the same key corrects the earlier one"
        return [f"key: [{', '.join(names)}]  # check: {why}"]

    def _place(self) -> list[str]:
        has = self.roles.get
        lat, lon = has("lat"), has("lon")
        if not self.placed:
            return []
        lines = ["place:"]
        kind = "town"
        if self.roles.places:
            names = [quoted(column.name) for column in self.roles.places]
            exact = self.roles.places[0]
            kind = "region" if is_region(exact) else "town"
            kind = "country" if is_country(exact, self.columns) else kind
            if exact.filled < len(exact.cells) and len(names) > 1:  # the first that is filled
                lines.append(f"  name: {{column: [{', '.join(names)}]}}  # check: the first filled")
            else:
                lines.append(f"  name: {{column: {names[0]}}}")
                if len(names) > 1:
                    lines.append(f"  within: {{column: {names[1]}}}  # check: the area around it")
        elif lat and lon:
            text = f"{{{lat.name}}} {{{lon.name}}}"
            lines.append(f"  name: {quoted(text)}  # check: no column names the place")
            kind = "site"
        if lat and lon:
            lines.append(f"  lat: {{column: {quoted(lat.name)}}}")
            lines.append(f"  lon: {{column: {quoted(lon.name)}}}")
            lines.append("  coordinates: the table's own  # check: where they come from")
        lines.append(f"  type: {kind}  # check: town, region, country, site or area")
        return lines

    def _unused(self, body: Sequence[str]) -> list[str]:
        used = self._used(body)
        why: dict[str, list[str]] = {}
        for column in self.columns:
            if column.name not in used:
                why.setdefault(_why_unused(column), []).append(quoted(column.name))
        other = why.pop("", [])
        lines = [visible(f"# Not used, {reason}: {', '.join(of)}") for reason, of in why.items()]
        return [*lines, f"# Not used: {', '.join(other)}"] if other else lines


def _why_unused(column: Profile) -> str:
    """Say why a column plays no part that its name speaks of; nothing of another."""
    if column.undated:
        return "though it looks like a date, of no form that is known"
    if column.objects:
        return (
            "for it holds objects or lists: name what is in them, in JSON with dots (place.name), "
            "and in a CSV in columns of their own"
        )
    if why := why_no_count(column):
        return f"for it is {why}"
    if misfits := misfits_of(column):
        return f"for too many of its cells are no numbers, or impossible ones ({shown(misfits)})"
    return ""


def _named_in(part: object) -> Iterator[str]:
    """Yield the columns that a part of a mapping names: as such, as its key, or in a text."""
    if isinstance(part, dict):
        for name, inside in part.items():
            if name in {"column", "key"}:
                yield from [inside] if isinstance(inside, str) else map(str, inside)
            else:
                yield from _named_in(inside)
    elif isinstance(part, list):
        for inside in part:
            yield from _named_in(inside)
    elif isinstance(part, str):
        yield from columns_in(part)
