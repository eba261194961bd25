"""For scripts/reference: JSON Schemas of files in words, as tables of fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tracker.facts import FACT_KINDS

KINDS = {kind.TOPIC for kind in FACT_KINDS}
SIMPLE = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "`true`, `false`",
    "['string', 'integer']": "text, or a year",
}
Shape = Mapping[str, Any]


def shape(one: Shape, shapes: Shape) -> Iterator[str]:
    """Say an object of a schema: what it is, and its fields; or what may stand in its place."""
    for part in one.get("anyOf", [one]):
        if told := part.get("description"):
            yield prose(told)
        if "properties" in part:
            yield from table(part, shapes)
    short = [of_type(part, shapes) for part in one.get("anyOf", []) if "properties" not in part]
    if short:
        yield f"Or, for short: {' or '.join(short)}.\n"


def table(
    one: Shape,
    shapes: Shape,
    *,
    only: set[str] | None = None,
    leave: set[str] | None = None,
) -> Iterator[str]:
    """Say the fields of an object of a schema, a row each."""
    found = {
        name: value
        for name, value in one["properties"].items()
        if (only is None or name in only) and name not in (leave or set())
    }
    if not found:
        return
    yield "| field | holds | |\n|---|---|---|"
    for name, value in found.items():
        needed = "needed" if name in one.get("required", ()) else default(value)
        yield f"| `{name}` | {cell(of_type(value, shapes))} | {needed} |"
    yield ""


def default(value: Shape) -> str:
    """Say what a field is where it is left out, if that is anything."""
    given = value.get("default")
    return f"`{_plain(given)}`" if isinstance(given, str | int) and given != "" else ""


def _plain(value: object) -> str:
    """Write a value as YAML does."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def of_type(value: Shape, shapes: Shape) -> str:
    """Say what a field may hold."""
    if "$ref" in value:
        name = str(value["$ref"]).rpartition("/")[2]
        return name if name in shapes else "a value"
    if "const" in value:
        return "a kind, below" if value["const"] in KINDS else f"`{_plain(value['const'])}`"
    if "enum" in value:
        many = set(value["enum"]) >= KINDS
        return "a kind of fact" if many else ", ".join(f"`{one}`" for one in value["enum"])
    if several := value.get("anyOf") or value.get("oneOf"):
        parts = [of_type(one, shapes) for one in several if one.get("type") != "null"]
        return "facts" if set(parts) >= KINDS else " or ".join(parts)
    return _by_type(value, shapes)


def _by_type(value: Shape, shapes: Shape) -> str:
    kind = value.get("type")
    if kind == "array":
        return _list(value, shapes)
    if kind == "object":
        return _object(value, shapes)
    return str(value.get("description") or SIMPLE.get(str(kind), "a value"))


def _list(value: Shape, shapes: Shape) -> str:
    if "prefixItems" in value:
        return "a pair"
    return f"a list of {of_type(value.get('items', {}), shapes)}"


def _object(value: Shape, shapes: Shape) -> str:
    inner = value.get("additionalProperties")
    if isinstance(inner, Mapping) and inner:
        return f"by id: {of_type(inner, shapes)}"
    named = ", ".join(f"`{one}`" for one in value.get("properties", ()))
    return f"{{{named}}}" if named else "fields"


def prose(text: str) -> str:
    """Give a text as paragraphs of Markdown, and an empty line after them."""
    return f"{text.strip()}\n"


def cell(text: str) -> str:
    """Make a text fit for a cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")
