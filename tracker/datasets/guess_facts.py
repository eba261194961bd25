"""The facts that a guessed mapping tells of a row, as lines of YAML."""

from __future__ import annotations

import re

from tracker.datasets.guess_counts import CountLines
from tracker.datasets.guess_lines import quoted
from tracker.datasets.profile import Profile, distinct
from tracker.datasets.roles import ENTERING, LEAVING
from tracker.datasets.signs import CONTESTED, HOLDING, VIOLENCE, matching
from tracker.datasets.values import folded

_MIXED = re.compile(r"mixed|split|divided|partly|partial")
_UNKNOWN = re.compile(r"[-?.]*|n/?a|none|unknown|unclear|no data|no control")
_TRUE = ("true", "1", "yes", "t", "y")
NO_FACT = (
    "# No fact is written: neither names nor cells say what the rows tell, and a wrong fact is",
    "# worse than none. The kinds are those of `tracker schema sheet`: CiviliansDisplaced,",
    "# EquipmentLost, ControlReported, TroopsDeployed, AttackOccurred and others. A fact looks so:",
    "#   - kind: ...",
    "#     if: {column: ..., equals: ...}",
    "#     place: $place",
    "#     when: {column: ..., formats: [iso]}",
    "#     gist: ...",
    "facts: []  # check: what the rows tell; an import is refused until it is said here",
)


class FactLines(CountLines):
    """Writes facts; `actors` and `scheme` say what they need registered."""

    def lines(self) -> list[str]:
        """Write the block of facts, or of an interval's two."""
        return self._intervals() if self.shape == "intervals" else self._facts()

    def _facts(self) -> list[str]:
        if (holder := self.roles.get("holder")) and self.roles.places:
            told = self._control(holder) + self._drops()
        else:
            told = self._counts() or self._happening()
        return ["facts:", *told] if told else [*NO_FACT]

    def _control(self, holder: Profile) -> list[str]:
        has = self.roles.get
        name = quoted(holder.name)
        tests = [f"{{column: {name}, filled: true}}"]
        if change := has("change"):
            inside = [quoted(value) for value in change.values if folded(value) in ENTERING]
            tests.append(f"{{column: {quoted(change.name)}, in: [{', '.join(inside)}]}}")
        lines = ["  - kind: ControlReported", f"    if: [{', '.join(tests)}]", "    place: $place"]
        lines += ["    set:", f"      column: {name}", "      values:  # check: who holds it"]
        held = {value: self._held(value) for value in distinct(holder.values)}
        if not any(held.values()):
            return []
        for value, fields in held.items():
            count = f"{holder.counts[value]:,} rows"
            lines.append(
                f"        {quoted(value)}: {fields}  # {count}"
                if fields
                else f"        # {quoted(value)}: not said what it means, {count}"
            )
        lines.append("      otherwise: quarantine")
        when = "published" if self.shape == "snapshots" or not has("when") else self._when()
        if (since := has("since")) is not None:
            lines.append(f"    since: {self.time(since, ', late: drop, unreadable: drop')}")
        said = self._named(holder, "someone")
        in_hands = all("by:" in fields for fields in held.values())
        gist = f"{self._where} is held by {said}." if in_hands else f"{self._where}: {said}."
        return lines + self._common(when, "ongoing", gist)

    def _held(self, value: str) -> str:
        plain = folded(value)
        if CONTESTED.search(plain):
            return "{state: contested}"
        if _MIXED.search(plain):
            return "{state: mixed}"
        if _UNKNOWN.fullmatch(plain) or HOLDING.fullmatch(plain):
            return ""
        return f"{{state: held, by: [{quoted(self._actor(value))}]}}"

    def _drops(self) -> list[str]:
        change = self.roles.get("change")
        leaving = [value for value in change.values if folded(value) in LEAVING] if change else []
        if not change or not leaving:
            return []
        inside = ", ".join(map(quoted, leaving))
        test = f"{{column: {quoted(change.name)}, in: [{inside}]}}"
        return ["drop:", f"  - {{if: {test}, projection: control, place: $place}}"]

    def _happening(self) -> list[str]:
        if self.signs.units and self.placed:
            unit = self.roles.of["unit"]
            lines = ["  - kind: ForcesPositioned", f"    by: {self._party(unit)}"]
            gist = f"{self._named(unit, 'A unit')} is at {self._where}."
            return [*lines, "    place: $place", *self._common(self._when(), "ongoing", gist)]
        return self._attack() if self.signs.attacks else []

    def _attack(self) -> list[str]:
        has = self.roles.get
        lines = ["  - kind: AttackOccurred  # check: what the rows tell"]
        if found := has("category"):
            shown = ", ".join(quoted(value) for value in found.values[:12])
            lines.append(f"    # {quoted(found.name)} holds: {shown}")
            if violent := matching(found, VIOLENCE):
                inside = ", ".join(map(quoted, violent))
                lines.append(f"    if: {{column: {quoted(found.name)}, in: [{inside}]}}  # check")
        parts = [(part, column) for part in ("by", "against") if (column := has(part))]
        lines += [f"    {part}: {self._party(column)}" for part, column in parts]
        if self.placed:
            lines.append("    place: $place")
        gist = f"An attack at {self._where}." if self.placed else "An attack."
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
