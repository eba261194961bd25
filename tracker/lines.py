"""Lines: the canonical form of an answer, which a citation digests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from projections.names import CHRONICLED
from tracker.facts.envelope import canonical
from tracker.outcomes import Answer

SHORT = 16
"""Hexadecimal digits that tell a row from what else it may be; the whole digest has them all."""
ERASABLE = frozenset({"gist", "note", "quote", "speaker", "origins", "withheld"})
"""Fields whose text may be erased from a log, by authority; they never enter a digest.

The origins of a value are among them, for an origin may be a speaker; so is what was `withheld`.
"""


class Line(NamedTuple):
    """One thing that an answer says: a name for it, its value, and its canonical bytes."""

    name: str
    value: Any
    data: bytes

    @property
    def digest(self) -> str:
        """The first digits of its sha256."""
        return sha256(self.data).hexdigest()[:SHORT]


def canonical_lines(answer: Answer) -> list[Line]:
    """Give what an answer says in canonical form: a line for each row, then what stands beside.

    A line is {"part": value} as canonical JSON (sorted keys, no space, UTF-8): `rows` of every
    answer, `evidence`, `later`, `later_rows` and `rule` of an audit, `events` of a diff; the parts
    beside the rows in the order of their names, lists of rows a line for each. Titles, names of
    ids and notes are no part of it. Texts that may be erased are left out (ERASABLE, and the
    `name` of a chronology's entry, which is its gist): the fact's id, which stands in the row, is
    made from them, and the ledger's head holds them.
    """
    parts: list[tuple[str, str, object]] = [("rows", _name(row), row) for row in answer.dicts]
    for part, value in sorted(answer.more.items()):
        if isinstance(value, list):
            parts += [(part, f"{part} {_name(row)}", row) for row in value]
        else:
            parts.append((part, part, value))
    seen: Counter[str] = Counter()
    lines = []
    for part, name, value in parts:
        seen[name] += 1
        several = f" ({seen[name]})" if seen[name] > 1 else ""
        lines.append(Line(name + several, value, canonical({part: lasting(value)})))
    return lines


def digest(lines: Sequence[Line]) -> str:
    """Give the sha256 of canonical lines, each ended by a line feed."""
    whole = sha256()
    for line in lines:
        whole.update(line.data + b"\n")
    return whole.hexdigest()


def lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Leave out what may be erased later on."""
    if isinstance(value, dict):
        entry = value.get("projection") in CHRONICLED
        return {
            name: lasting(item)
            for name, item in value.items()
            if name not in ERASABLE and not (entry and name == "name")
        }
    if isinstance(value, list | tuple):
        return [lasting(item) for item in value]
    return value


def _name(row: Mapping[str, Any]) -> str:
    """Name a row by what it is about; rows of one name are counted."""
    if "role" in row:
        return f"#{row['position']} {row['kind']}"
    parts = [row[field] for field in ("gap", "cause") if field in row]
    parts.append("/".join(str(row[field]) for field in ("projection", "key") if row.get(field)))
    if "valid_from" in row:
        parts += [f"{row['valid_from']}..", f"known {row['known_from']}.."]
    if "opened" in row:
        parts.append(f"since {row['opened']['valid']}")
    return " ".join(parts)
