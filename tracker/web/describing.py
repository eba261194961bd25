"""The page that describes the API: made of its own description, here, and of nothing else's."""

from __future__ import annotations

from typing import Any

from tracker.web.frontpage import served, table
from tracker.web.markup import Markup, element, joined


def described(schema: dict[str, Any]) -> bytes:
    """Make the page of an OpenAPI description: each question, its parameters, its answer."""
    parts = [_question(path, ways["get"]) for path, ways in schema["paths"].items()]
    shapes = [_shape(name, one) for name, one in schema["components"]["schemas"].items()]
    body = element(
        "main",
        element("h1", "The API"),
        element("p", schema["info"]["summary"]),
        element("p", "For programs: ", element("a", "openapi.json", href="/api/openapi.json"), "."),
        *parts,
        element("h2", "Shapes"),
        *shapes,
    )
    return served("The API", body, here="/api", position=None)


def _question(path: str, said: dict[str, Any]) -> Markup:
    rows = [
        [
            element("code", one["name"]),
            one["in"],
            "needed" if one.get("required") else "",
            _kind(one["schema"]),
            one.get("description", one["schema"].get("description", "")),
        ]
        for one in said.get("parameters", [])
    ]
    good = said["responses"]["200"]["content"]
    answer = next(iter(good.values()))["schema"]
    headers = ["name", "in", "needed", "what", "meaning"]
    return joined(
        element("h2", element("code", f"GET {path}")),
        element("p", said.get("description", "")),
        table(f"Parameters of {path}", headers, rows) if rows else "",
        element("p", "Answer: ", _kind(answer), ". Or: ", ", ".join(
            f"{status} {one['description'].lower()}"
            for status, one in said["responses"].items() if status != "200"), "."),
    )  # fmt: skip


def _shape(name: str, shape: dict[str, Any]) -> Markup:
    needed = set(shape.get("required", ()))
    rows = [
        [element("code", field), "always" if field in needed else "where it applies", _kind(one)]
        for field, one in shape.get("properties", {}).items()
    ]
    return joined(
        element("h3", name, id=f"shape-{name}"),
        element("p", shape.get("description", "")),
        table(f"Fields of {name}", ["field", "there", "what"], rows) if rows else "",
    )


def _kind(schema: dict[str, Any]) -> object:
    """Say what a schema allows, in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return element("a", name, href=f"#shape-{name}")
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return _or([_kind(one) for one in schema[several]])
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return joined("list of ", _kind(schema.get("items", {})))
    kind = str(schema.get("type", "anything"))
    return "null" if kind == "null" else kind


def _or(some: list[object]) -> Markup:
    first, *rest = some
    return joined(first, *(joined(" or ", one) for one in rest))
