"""The lines of YAML that all facts of a guessed mapping share."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from tracker.datasets.ids import slug
from tracker.datasets.profile import Profile, unread_in
from tracker.datasets.roles import Roles
from tracker.datasets.signs import Signs

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*([- ][A-Za-z0-9_]+)*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off"})
_PARTS = frozenset({"year", "month"})
_LIVE = re.compile(
    "[\x7f-\x9f\u00a0\u061c\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff\ufffe\uffff]"
)


def quoted(text: str) -> str:
    """Write a text as YAML: plain where it can only be text, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return _LIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", escaped)


def visible(comment: str) -> str:
    """Keep a comment on its line, and nothing live in it."""
    return _LIVE.sub("?", " ".join(comment.split("\n")))


def shown(values: Sequence[str]) -> str:
    """Give the first of some cells, as they are written."""
    return ", ".join(json.dumps(value)[:40] for value in values[:3])


class Lines:
    """Writes what facts share; `actors` (id -> name, type) are those that they need registered."""

    def __init__(self, roles: Roles, shape: str, signs: Signs, *, placed: bool) -> None:
        """Take the columns' parts, what the table speaks of, and whether rows name a place."""
        self.roles, self.shape, self.signs, self.placed = roles, shape, signs, placed
        self.actors: dict[str, tuple[str, str]] = {}
        self.scheme = False

    def time(self, column: Profile, more: str = "") -> str:
        """Write where a time is, with what there is to check about it."""
        name, time = quoted(column.name), column.time
        if time is None and column.filled:
            unread = f"no form that is known reads these cells ({shown(unread_in(column))})"
            check = f"  # check: {unread}: name theirs, or write the dates as 2024-05-01"
            return f"{{column: {name}, formats: [iso]{more}}}{visible(check)}"
        if time is None:
            check = "  # check: empty in the first rows, so its format is not known"
            return f"{{column: {name}, formats: [iso, edtf]{more}}}{check}"
        formats = ", ".join(f'"{form}"' if "%" in form else form for form in time.formats)
        checks = []
        if time.either:
            checks.append("day and month could be the other way round")
        if column.words in _PARTS:
            checks.append("a part of a date: join year, month and day in one column, as 2024-05-01")
        if time.misfits:
            checks.append(f"not all cells are times ({shown(time.misfits)})")
        check = f"  # check: {'; '.join(checks)}" if checks else ""
        return f"{{column: {name}, formats: [{formats}]{more}}}{visible(check)}"

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

    def _actor(self, name: str, kind: str = "group") -> str:
        key = slug(name)
        self.actors.setdefault(key, (name, kind))
        return key

    def _party(self, column: Profile) -> str:
        return f"{{actor: {{column: {quoted(column.name)}}}, type: group}}"

    def _side(self, column: Profile | None) -> str:
        return self._party(column) if column else quoted(self._actor("People", "population"))
