"""The facts that a guessed mapping tells of a row, as lines of YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tracker.datasets.ids import slug
from tracker.datasets.profile import Profile, distinct
from tracker.datasets.roles import ENTERING, LEAVING, Roles
from tracker.datasets.values import folded

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([- ][A-Za-z0-9_]+)*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_LIVE = re.compile(
    "[\x7f-\x9f\u00a0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ufffe\uffff]"
)
_CONTESTED = re.compile(r"contest|disput|fight|gr[ae]y zone|clash")
_MIXED = re.compile(r"mixed|split|divided|partly|partial")
_UNKNOWN = re.compile(r"[-?.]*|n/?a|none|unknown|unclear|no data|no control")
_TRUE = ("true", "1", "yes", "t", "y")


def quoted(text: str) -> str:
    """Write a text as YAML: plain where it can only be text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return _LIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def _visible(comment: str) -> str:
    """Keep a comment on its line, and nothing live in it."""
    return _LIVE.sub("?", " ".join(comment.split("\n")))


class FactLines:
    """Writes facts; `actors` (id -> name, type) and `scheme` say what they need registered."""

    def __init__(self, roles: Roles, shape: str, *, placed: bool) -> None:
        """Take the parts of the columns, and whether rows name a place."""
        self.roles, self.shape, self.placed = roles, shape, placed
        self.actors: dict[str, tuple[str, str]] = {}
        self.scheme = False

    def lines(self) -> list[str]:
        """Write the block of facts, or of an interval's two."""
        return self._intervals() if self.shape == "intervals" else self._facts()

    def time(self, column: Profile, more: str = "") -> str:
        """Write where a time is, with what there is to check about it."""
        name, time = quoted(column.name), column.time
        if time is None:
            check = "  # check: empty in the first rows, so its format is not known"
            return f"{{column: {name}, formats: [iso, edtf]{more}}}{check}"
        formats = ", ".join(f'"{form}"' if "%" in form else form for form in time.formats)
        checks = []
        if time.either:
            checks.append("day and month could be the other way round")
        if time.misfits:
            shown = ", ".join(json.dumps(value)[:40] for value in time.misfits[:3])
            checks.append(f"not all cells are times ({shown})")
        check = f"  # check: {'; '.join(checks)}" if checks else ""
        return f"{{column: {name}, formats: [{formats}]{more}}}{_visible(check)}"

    def _facts(self) -> list[str]:
        has = self.roles.get
        lines = ["facts:"]
        if (holder := has("holder")) and self.roles.places:
            return lines + self._control(holder) + self._drops()
        counted = [
            *self._count(("low", "best", "high"), "CasualtiesReported", "killed"),
            *self._count(("wounded",), "CasualtiesReported", "wounded"),
        ]
        if self.placed:
            counted += self._count(("displaced",), "CiviliansDisplaced")
            counted += self._count(("troops",), "TroopsDeployed")
        if not counted and has("value"):
            counted = self._losses()
        return lines + (counted or self._happening())

    def _common(self, when: str, status: str, gist: str) -> list[str]:
        origin = self.roles.get("origin")
        lines = [f"    when: {when}", f"    status: {status}", "    voice: reporter"]
        if origin and len(origin.counts) > 1:
            lines.append(
                f"    origin: {{column: {quoted(origin.name)}}}  # check: who told it first"
            )
        lines.append(f"    gist: {quoted(gist)}  # check: in words of your own")
        return lines

    def _when(self) -> str:
        found = self.roles.get("when") or self.roles.get("start")
        return self.time(found) if found else "published"

    def _named(self, column: Profile | None, otherwise: str = "") -> str:
        return f"{{{column.name}}}" if column and not set(column.name) & set("{}") else otherwise

    @property
    def _where(self) -> str:
        places = self.roles.places
        full = [column for column in places if column.filled == len(column.cells)]
        return self._named(next(iter([*full, *places]), None), "a place")

    def _control(self, holder: Profile) -> list[str]:
        has = self.roles.get
        name = quoted(holder.name)
        tests = [f"{{column: {name}, filled: true}}"]
        if change := has("change"):
            inside = [quoted(value) for value in change.values if folded(value) in ENTERING]
            tests.append(f"{{column: {quoted(change.name)}, in: [{', '.join(inside)}]}}")
        lines = ["  - kind: ControlReported", f"    if: [{', '.join(tests)}]", "    place: $place"]
        lines += ["    set:", f"      column: {name}", "      values:  # check: who holds it"]
        for value in distinct(holder.values):
            fields = self._held(value)
            count = f"{holder.counts[value]:,} rows"
            lines.append(
                f"        {quoted(value)}: {fields}  # {count}"
                if fields
                else f"        # {quoted(value)}: not said what it means, {count}"
            )
        lines.append("      otherwise: quarantine")
        when = "published" if has("published") or self.shape == "snapshots" else self._when()
        if (since := has("since")) is not None:
            lines.append(f"    since: {self.time(since, ', late: drop, unreadable: drop')}")
        held = self._named(holder, "someone")
        return lines + self._common(when, "ongoing", f"{self._where} is held by {held}.")

    def _held(self, value: str) -> str:
        plain = folded(value)
        if _CONTESTED.search(plain):
            return "{state: contested}"
        if _MIXED.search(plain):
            return "{state: mixed}"
        if _UNKNOWN.fullmatch(plain):
            return ""
        return f"{{state: held, by: [{quoted(self._actor(value))}]}}"

    def _actor(self, name: str, kind: str = "group") -> str:
        key = slug(name)
        self.actors.setdefault(key, (name, kind))
        return key

    def _drops(self) -> list[str]:
        change = self.roles.get("change")
        leaving = [value for value in change.values if folded(value) in LEAVING] if change else []
        if not change or not leaving:
            return []
        inside = ", ".join(map(quoted, leaving))
        test = f"{{column: {quoted(change.name)}, in: [{inside}]}}"
        return ["drop:", f"  - {{if: {test}, projection: control, place: $place}}"]

    def _count(self, parts: Sequence[str], kind: str, fate: str = "") -> list[str]:
        found = {part: column for part in parts if (column := self.roles.get(part))}
        if not found:
            return []
        one = len(found) == 1
        numbers = ", ".join(
            f"{'best' if one else part}: {{column: {quoted(column.name)}}}"
            for part, column in found.items()
        )
        lines = [
            f"  - kind: {kind}",
            f"    quantity: {{{numbers}, unit: people, semantics: change}}",
        ]
        by, against = self.roles.get("by"), self.roles.get("against")
        if fate:
            lines += [f"    fate: {fate}", "    category: people  # check: who they are"]
            lines.append(f"    side: {self._side(against)}  # check: who suffered it")
        if by:
            lines.append(f"    by: {self._party(by)}  # check: who did it")
        elif kind == "TroopsDeployed":
            lines.append(f"    by: [{self._actor('The forces')}]  # check: whose troops")
        if self.placed:
            lines.append("    place: $place")
        number = self._named(found.get("best") or next(iter(found.values())), "some")
        deed = fate or {"TroopsDeployed": "deployed"}.get(kind, "displaced")
        gist = f"{number} people {deed} at {self._where}."
        return lines + self._common(self._when(), "occurred", gist)

    def _party(self, column: Profile) -> str:
        return f"{{actor: {{column: {quoted(column.name)}}}, type: group}}"

    def _side(self, column: Profile | None) -> str:
        return self._party(column) if column else quoted(self._actor("People", "population"))

    def _losses(self) -> list[str]:
        value, category = self.roles.of["value"], self.roles.get("category")
        number, name = self._named(value, "some"), self._named(category, "equipment")
        lines = ["  - kind: EquipmentLost", f"    side: {self._side(self.roles.get('against'))}"]
        lines[-1] += "  # check: who lost it"
        if category:
            entries = [f"      {quoted(v)}: {quoted(slug(v))}" for v in distinct(category.values)]
            lines += [
                "    category:  # check: names of your own; people are another kind of fact",
                f"      column: {quoted(category.name)}",
                "      values:",
                *(f"  {entry}" for entry in entries),
                "      otherwise: quarantine",
            ]
        else:
            lines.append("    category: equipment  # check: of what")
        total = f"{{best: {{column: {quoted(value.name)}}}, unit: pieces, semantics: cumulative}}"
        lines.append(f"    quantity: {total}  # check: total, change or cumulative")
        if self.placed:
            lines.append("    place: $place")
        return lines + self._common(self._when(), "occurred", f"{number} of {name} lost so far.")

    def _happening(self) -> list[str]:
        has = self.roles.get
        place = self.placed
        if (unit := has("unit")) and place:
            lines = ["  - kind: ForcesPositioned", f"    by: {self._party(unit)}"]
            gist = f"{self._named(unit, 'A unit')} is at {self._where}."
            return [*lines, "    place: $place", *self._common(self._when(), "ongoing", gist)]
        lines = ["  - kind: AttackOccurred  # check: what the rows tell"]
        if found := has("category"):
            shown = ", ".join(quoted(value) for value in found.values[:12])
            lines.append(f"    # {quoted(found.name)} holds: {shown}")
        for part in ("by", "against"):
            if column := has(part):
                lines.append(f"    {part}: {self._party(column)}")
        if place:
            lines.append("    place: $place")
        gist = f"An attack at {self._where}." if place else "An attack."
        return lines + self._common(self._when(), "occurred", gist)

    # -- intervals -------------------------------------------------------------------------------

    def _intervals(self) -> list[str]:
        has = self.roles.get
        start, end = self.time(self.roles.of["start"]), self.time(self.roles.of["end"])
        lines = ["interval:", f"  start: {start}", f"  end: {end}"]
        if assumed := has("assumed"):
            true = [value for value in assumed.values if folded(value) in _TRUE]
            if true:
                test = f"{{column: {quoted(assumed.name)}, equals: {quoted(true[0])}}}"
                lines.append(f"  assumed: {test}  # check: the end was not observed")
        if holder := has("holder"):
            by = self._party(holder)
            for name, kind, said in (
                ("begin", "TownOccupied", "took"),
                ("end", "ForcesWithdrew", "left"),
            ):
                lines += [f"{name}:", f"  kind: {kind}", "  place: $place", f"  by: {by}"]
                lines += self._marked(f"{self._named(holder, 'Someone')} {said} {self._where}.")
            return lines
        self.scheme = True
        self._actor("Alert authority", "organisation")
        for name, kind, level, said in (
            ("begin", "ThreatLevelRaised", "alert", "An alert began"),
            ("end", "ThreatLevelLowered", '"none"', "The alert ended"),
        ):
            lines += [f"{name}:", f"  kind: {kind}  # check: of which scheme, to which level"]
            lines += ["  scheme: alerts", "  scope: $place", f"  level: {level}"]
            lines += ["  by: [alert-authority]", *self._marked(f"{said}: {self._where}.")]
        lines += [
            "# What was so of every place before its first row, if that is known:",
            "# baseline: {when: 2022-01-01T00:00:00Z, kind: ThreatLevelReported, ...}",
        ]
        return lines

    def _marked(self, gist: str) -> list[str]:
        lines = ["  status: occurred", "  voice: reporter"]
        return [*lines, f"  gist: {quoted(gist)}  # check: in words of your own"]
