"""The facts of a guessed mapping that say how many: the dead, the displaced, what was lost."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tracker.datasets.guess_lines import Lines, quoted, visible
from tracker.datasets.ids import slug
from tracker.datasets.profile import Profile, distinct
from tracker.datasets.roles import is_area_word
from tracker.datasets.signs import DISPLACED, LOSS

_DEAD = re.compile(r"death|fatal|kill|dead")
_PRESENT = re.compile(r"idp|refugee|present")
"""Counts people where they came to, not where they left."""
_PEOPLE = {"personnel": "killed", "killed": "killed", "wounded": "wounded", "pow": "captured"}
_FATES = {"missing": "missing", "captured": "captured", "prisoners": "captured", "mia": "missing"}
_RUNNING = frozenset({"total", "totals", "toll", "cumulative", "cum", "sum", "overall"})
_NO_BRACES = str.maketrans("{}", "()")


class CountLines(Lines):
    """Writes the facts that count."""

    def _counts(self) -> list[str]:
        """Write all that count; none where nothing does, or nothing says what is counted."""
        if totals := self.signs.totals():
            return self._totals(totals)
        counted = self._count(("wounded",), "CasualtiesReported", "wounded")
        dead = [column for part in ("low", "best", "high") if (column := self.roles.get(part))]
        if self.signs.attacks or any(_DEAD.search(column.words) for column in dead):
            counted = self._count(("low", "best", "high"), "CasualtiesReported", "killed") + counted
        if self.placed:
            counted += self._displaced()
            counted += self._count(("troops",), "TroopsDeployed")
        if not counted and self.roles.get("value") and self.signs.speak_of(LOSS):
            return self._losses()
        return counted

    def _count(self, parts: Sequence[str], kind: str, fate: str = "") -> list[str]:
        found = {part: column for part in parts if (column := self.roles.get(part))}
        if not found:
            return []
        one = len(found) == 1
        numbers = ", ".join(
            f"{'best' if one else part}: {{column: {quoted(column.name)}}}"
            for part, column in found.items()
        )
        first = next(iter(found.values()))
        said = f"  # check: guessed from the name of {quoted(first.name)}" if one else ""
        running = _RUNNING & {word for column in found.values() for word in column.words.split("_")}
        semantics = "  # check: change or, of a running total, cumulative" if running else ""
        lines = [
            f"  - kind: {kind}{visible(said)}",
            *(self._if_filled(first) if one else ()),
            f"    quantity: {{{numbers}, unit: people, semantics: change}}{semantics}",
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
        number = self._named(found.get("best") or first, "some")
        gist = f"{number} people {fate or 'deployed'} at {self._where}."
        return lines + self._common(self._when(), "occurred", gist)

    def _if_filled(self, column: Profile) -> list[str]:
        empty = column.filled < len(column.cells)
        return [f"    if: {{column: {quoted(column.name)}, filled: true}}"] if empty else []

    def _displaced(self) -> list[str]:
        """Write who left a place; those counted where they came to need a column of it."""
        column, origin = self.roles.get("displaced"), self.signs.origin
        if column is None or (column.words == "figure" and not self.signs.speak_of(DISPLACED)):
            return []
        present = bool(_PRESENT.search(column.words))
        if present and origin is None:
            return []
        tests = []
        if found := self.signs.by_conflict:
            why = ", ".join(map(quoted, found[1]))
            tests.append(f"{{column: {quoted(found[0].name)}, in: [{why}]}}")
        if column.filled < len(column.cells):
            tests.append(f"{{column: {quoted(column.name)}, filled: true}}")
        lines = ["  - kind: CiviliansDisplaced"]
        lines += [f"    if: [{', '.join(tests)}]  # check: which rows"] if tests else []
        semantics = "total" if present else "change"
        lines.append(
            f"    quantity: {{best: {{column: {quoted(column.name)}}}, unit: people, "
            f"semantics: {semantics}}}  # check: total, change or cumulative"
        )
        number = self._named(column, "some")
        if present and origin:
            kind = "region" if is_area_word(origin.words) else "town"
            left = f"{{name: {{column: {quoted(origin.name)}}}, type: {kind}}}"
            lines += [f"    place: {left}  # check: where they left", "    to_place: $place"]
            gist = f"{number} people displaced from {self._named(origin)} are at {self._where}."
        else:
            lines.append("    place: $place  # check: where they left")
            gist = f"{number} people displaced at {self._where}."
        return lines + self._common(self._when(), "occurred", gist)

    def _losses(self) -> list[str]:
        value, category = self.roles.of["value"], self.roles.get("category")
        number, name = self._named(value, "some"), self._named(category, "equipment")
        lines = ["  - kind: EquipmentLost", *self._if_filled(value)]
        lines.append(f"    side: {self._side(self.roles.get('against'))}  # check: who lost it")
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

    def _totals(self, columns: Sequence[Profile]) -> list[str]:
        """Write a fact a column: the running totals of one side's losses."""
        side = self._actor("The losing side")
        lines = []
        for column in columns:
            name, number = quoted(column.name), self._named(column, "some")
            fate = {**_PEOPLE, **_FATES}.get(column.words)
            unit, category = ("people", "personnel") if fate else ("pieces", slug(column.name))
            kind = "CasualtiesReported" if fate else "EquipmentLost"
            lines += [
                f"  - kind: {kind}",
                f"    if: {{column: {name}, filled: true}}",
                f"    side: {side}  # check: who lost it",
                f"    category: {quoted(category)}",
                *([f"    fate: {fate}  # check: killed, wounded, missing"] if fate else []),
                f"    quantity: {{best: {{column: {name}}}, unit: {unit}, semantics: cumulative}}",
            ]
            what = f"Personnel {fate}" if fate else f"{column.name} lost".translate(_NO_BRACES)
            lines += self._common(self._when(), "occurred", f"{what} so far: {number}.")
        return lines
