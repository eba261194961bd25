"""scripts/reference: tracker/guides/reference.md, written from the code.

Everything in it is read from what runs: verbs and options from click, files from their JSON
Schemas, rows and the Python API from their classes and docstrings, policies from their modules.
Only the environment's variables have their words here; all that the code names must have some.
With `--check` nothing is written: what differs is printed, and the exit code is 1.
"""

from __future__ import annotations

import difflib
import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any

import click
from _reference_schemas import cell, prose, shape, table

import tracker
from projections.names import ALL, BELIEVED, DEFAULT_POLICY
from projections.policies import POLICIES
from tracker.apart import file_schema
from tracker.cli import VERBS
from tracker.cli.common import BAD_ANSWER, BAD_INPUT, NOBODY_READS
from tracker.cli.global_options import common_options
from tracker.facts import FACT_KINDS, RECORD_KINDS, Fact
from tracker.registry import REGISTRY_KINDS

ROOT = Path(__file__).resolve().parents[1]
PATH = ROOT / "tracker" / "guides" / "reference.md"
HEAD = """\
# Reference

Written from the code by `scripts/reference`; a test holds the two together. README has the ideas,
`tracker guide` the how-to documents, `tracker VERB --help` each verb with an example.
"""
FILES = {
    "situation": "A situation file: who and what sheets may speak of.",
    "expect": "An expectation file: questions, and what the record must answer.",
    "mapping": "The mapping of a data set: which column says what.",
    "citation": "A citation, as `--cite FILE` writes it.",
}
ENVIRONMENT = {
    "CLICOLOR": "`0`: no colours",
    "CLICOLOR_FORCE": "colours, also where nobody looks",
    "COLUMNS": "how wide tables are where the terminal does not say",
    "FORCE_COLOR": "colours, also where nobody looks",
    "HOSTNAME": "who records, where there is no login name at all",
    "NO_COLOR": "no colours, whatever it is set to",
    "PAGER": "the program that shows long answers on a terminal",
    "TERM": "`dumb`: no colours",
    "TRACKER_CONFIG": "the settings, in the place of the nearest tracker.toml; empty, none",
    "TRACKER_FORMAT": "table, json, csv or nl, as `--json` and the like",
    "TRACKER_KEYS": "the folder of the signing key and of what is remembered of each log",
    "TRACKER_LOG": "the log, as `--log` names it",
    "TRACKER_PAGER": "the pager of this program alone; empty or `cat`, none",
    "TRACKER_POLICY": "the policy, as `--policy` names it",
    "TRACKER_READ_ONLY": "`1`: nothing is written to a log",
    "TRACKER_TOKEN": "what programs must show to `tracker serve`",
    "TRACKER_TZ": "the zone of times written without one, as `--tz` names it",
    "TRACKER_USER": "who records, as `--by` names it",
    "TRACKER_VAULT": "the keys of sealed text: a file, or the address of a server",
    "XDG_CACHE_HOME": "where read models lie that cannot lie beside their log",
    "XDG_CONFIG_HOME": "where keys lie, unless TRACKER_KEYS or TRACKER_VAULT say otherwise",
    "XDG_STATE_HOME": "where watches keep their places, if they cannot beside the log",
}
ELSEWHERE = {"COLUMNS", "PAGER"}  # read by the libraries that print
NAMED = re.compile(
    r"\b(TRACKER_[A-Z_]+|XDG_[A-Z]+_HOME|NO_COLOR|FORCE_COLOR|CLICOLOR(?:_FORCE)?|TERM|HOSTNAME)\b"
)


def main() -> int:
    """Write the reference, or compare it."""
    text = "\n".join(reference())
    if "--check" not in sys.argv[1:]:
        PATH.write_text(text, encoding="utf-8")
        return 0
    there = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    different = difflib.unified_diff(there.splitlines(), text.splitlines(), "there", "code", "", "")
    said = "\n".join(different)
    if said:
        print(f"{said}\nscripts/reference writes it anew")
    return 1 if said else 0


def reference() -> Iterator[str]:
    """Yield the lines of the reference."""
    yield HEAD
    for part in (verbs, facts, files, questions, python, surroundings):
        yield from part()


# -- verbs ----------------------------------------------------------------------------------------


def verbs() -> Iterator[str]:
    """Say every verb: what it does, its arguments and options."""

    @click.command()
    @common_options
    def bare() -> None: ...

    common = {option.name for option in bare.params}
    yield "## Verbs\n"
    yield "Options that every verb takes, before its name or after:\n"
    yield from options(bare.params)
    for verb in VERBS:
        yield from one_verb(verb, f"tracker {verb.name}", common)
        if isinstance(verb, click.Group):
            for part in verb.commands.values():
                yield from one_verb(part, f"tracker {verb.name} {part.name}", common)


def one_verb(verb: click.Command, name: str, common: set[str | None]) -> Iterator[str]:
    """Say one verb, or one part of it."""
    own = [one for one in verb.params if one.name not in common]
    arguments = [one for one in own if isinstance(one, click.Argument)]
    context = click.Context(verb, info_name=name)
    words = " ".join(one.make_metavar(context) for one in arguments)
    yield f"### {name}\n"
    yield f"`{name}{f' {words}' if words else ''} [OPTIONS]`\n"
    yield prose(re.split(r"\n\s*\x08", inspect.cleandoc(verb.help or ""))[0])
    yield from options([one for one in own if isinstance(one, click.Option)])


def options(found: list[click.Parameter]) -> Iterator[str]:
    """Say options, a row each."""
    shown = [one for one in found if isinstance(one, click.Option) and not one.hidden]
    if not shown:
        return
    yield "| option | says |\n|---|---|"
    for one in shown:
        context = click.Context(click.Command("x"))
        takes = "" if one.is_flag or one.count else f" {one.make_metavar(context)}"
        names = ", ".join([*one.opts, *one.secondary_opts])
        needed = " Needed." if one.required else ""
        yield f"| `{cell(names + takes)}` | {cell(one.help or '')}{needed} |"
    yield ""


# -- facts and files ------------------------------------------------------------------------------


def facts() -> Iterator[str]:
    """Say the fields of every fact, and every kind by its family."""
    schema = file_schema("sheet")
    shapes = schema["$defs"]
    kinds = {kind.TOPIC: kind for kind in FACT_KINDS}
    common = [name for name in shapes[FACT_KINDS[0].TOPIC]["properties"] if name in shared()]
    yield "## Fact sheets\n"
    yield "`tracker schema sheet` prints this as a JSON Schema. The block `report`:\n"
    yield prose(schema["properties"]["report"]["description"])
    yield from table(schema["properties"]["report"], shapes)
    yield "Beside it, of the sheet:\n"
    yield from table(schema, shapes, leave={"report"})
    yield "Every fact of the list `facts` has\n"
    every = [shapes[topic] for topic in kinds]
    always = set.intersection(*(set(one["required"]) for one in every))
    yield from table({**every[0], "required": always}, shapes, only={*common, "at"})
    for name in ("When", "Quantity", "Locator", "Rating", "Document"):
        yield f"### {name}\n"
        yield from shape(shapes[name], shapes)
    families: dict[str, list[str]] = {}
    for topic, kind in kinds.items():
        families.setdefault(kind.FAMILY, []).append(topic)
    for family, topics in families.items():
        yield f"### Kinds of the family {family}\n"
        for topic in topics:
            yield f"**{topic}.** {prose(shapes[topic].get('description', ''))}"
            yield from table(shapes[topic], shapes, leave={*common, "at"} - changed(kinds[topic]))
    yield "### Records and registrations\n"
    yield "Events that are no facts; verbs make them, nobody writes them.\n"
    yield "| kind | is |\n|---|---|"
    for record in (*RECORD_KINDS, *REGISTRY_KINDS):
        first = inspect.cleandoc(record.__doc__ or "").split("\n\n")[0]
        yield f"| `{record.TOPIC}` | {cell(first)} |"
    yield ""


def shared() -> set[str]:
    """Name the fields that every fact has."""
    return {"kind", *Fact.model_fields} - {"id", "locator"}


def changed(kind: type[Fact]) -> set[str]:
    """Name the common fields that a kind, or its family, asks more of."""
    bases = [base for base in kind.__mro__ if issubclass(base, Fact) and base is not Fact]
    return {name for base in bases for name in inspect.get_annotations(base)}


def files() -> Iterator[str]:
    """Say the other files that people write."""
    for what, means in FILES.items():
        schema = file_schema(what)
        yield f"## The file `{what}`\n"
        yield f"{means} `tracker schema {what}` prints this as a JSON Schema.\n"
        yield from shape(schema, schema.get("$defs", {}))
        for name, one in schema.get("$defs", {}).items():
            if name in {"Rating", "When"}:
                continue  # as in sheets
            yield f"#### {name}\n"
            yield from shape(one, schema["$defs"])


# -- questions ------------------------------------------------------------------------------------


def questions() -> Iterator[str]:
    """Say the projections and the policies."""
    yield "## Projections and policies\n"
    yield "| projection | holds |\n|---|---|"
    for name in ALL:
        what = (import_module(f"projections.{name}").__doc__ or "").strip().partition("\n")[0]
        kept = "" if name in BELIEVED else " (a chronology)"
        yield f"| `{name}` | {cell(what.partition(': ')[2])}{kept} |"
    yield "\n| policy | is |\n|---|---|"
    for name in POLICIES:
        module = import_module(f"projections.policies.{_file_of(name)}")
        first = (module.__doc__ or "").strip().split("\n\n")[0]
        star = " The default." if name == DEFAULT_POLICY else ""
        yield f"| `{name}` | {cell(first)}{star} |"
    yield ""


def _file_of(policy: str) -> str:
    return policy.partition("/")[0].replace("-", "_")


# -- python ---------------------------------------------------------------------------------------


def python() -> Iterator[str]:
    """Say every public name of the package, with its docstring."""
    yield "## From Python\n"
    yield "All names are imported from `tracker`.\n"
    for name in sorted(tracker.__all__, key=lambda one: (one != "Situation", one.lower())):
        thing = getattr(tracker, name)
        if inspect.isclass(thing):
            yield from one_class(name, thing)
        elif inspect.isfunction(thing):
            yield f"### {name}\n\n```text\n{name}{signature(thing)}\n```\n"
            yield prose(inspect.getdoc(thing) or "")
        elif isinstance(thing, UnionType):
            either = " | ".join(one.__name__ for one in thing.__args__)
            yield f"### {name}\n\nOne of `{either}`.\n"


def one_class(name: str, thing: type) -> Iterator[str]:
    """Say a class: its docstring, fields, methods."""
    bases = [base.__name__ for base in thing.__bases__ if base.__module__.startswith("tracker")]
    shown = [base for base in bases if base in tracker.__all__]
    yield f"### {name}{f' ({shown[0]})' if shown else ''}\n"
    yield prose(inspect.getdoc(thing) or "")
    inherited = {
        one.name for base in thing.__mro__[1:] if is_dataclass(base) for one in fields(base)
    }
    if is_dataclass(thing):
        rows = [one for one in fields(thing) if one.name not in inherited]
        if rows:
            yield "| attribute | type |\n|---|---|"
            yield from (f"| `{one.name}` | `{cell(str(one.type))}` |" for one in rows)
            yield ""
    if name == "Situation" or not issubclass(thing, Exception):
        yield from methods(thing)


def methods(thing: type) -> Iterator[str]:
    """Say the public methods and properties that a class has of its own, or of its parts."""
    for name in sorted(dir(thing)):
        one = inspect.getattr_static(thing, name)
        if name.startswith("_") or not (isinstance(one, property) or inspect.isfunction(one)):
            continue
        if isinstance(one, property):
            yield f"`.{name}`: {prose(inspect.getdoc(one) or '')}"
        else:
            yield f"```text\n.{name}{signature(one)}\n```\n"
            yield prose(inspect.getdoc(one) or "")


def signature(function: Any) -> str:  # noqa: ANN401 - whatever can be called
    """Write a signature as its author did: annotations without quotation marks."""
    found, words, star = inspect.signature(inspect.unwrap(function)), [], False
    for one in found.parameters.values():
        if one.name == "self":
            continue
        if one.kind is one.KEYWORD_ONLY and not star:
            words.append("*")
            star = True
        mark = {one.VAR_POSITIONAL: "*", one.VAR_KEYWORD: "**"}.get(one.kind, "")
        star = star or one.kind is one.VAR_POSITIONAL
        hint = "" if one.annotation is one.empty else f": {_hint(one.annotation)}"
        value = "" if one.default is one.empty else f" = {_value(one.default)}"
        words.append(f"{mark}{one.name}{hint}{value}")
    back = "" if found.return_annotation is found.empty else f" -> {_hint(found.return_annotation)}"
    line = f"({', '.join(words)}){back}"
    if len(line) <= 88:  # noqa: PLR2004 - columns, a name before it
        return line
    return "(\n" + "".join(f"    {word},\n" for word in words) + f"){back}"


def _hint(annotation: Any) -> str:  # noqa: ANN401 - whatever stands there
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "Any")


def _value(value: Any) -> str:  # noqa: ANN401 - whatever stands there
    said = repr(value)
    return "..." if " at 0x" in said or len(said) > 30 else said  # noqa: PLR2004 - columns


# -- surroundings ---------------------------------------------------------------------------------


def surroundings() -> Iterator[str]:
    """Say the environment's variables and the exit codes."""
    named = {
        name
        for package in ("tracker", "projections")
        for path in (ROOT / package).rglob("*.py")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    } | ELSEWHERE
    if odd := named ^ ENVIRONMENT.keys():
        raise SystemExit(f"scripts/_reference.py, ENVIRONMENT: give words to, or take out, {odd}")
    yield "## Environment\n"
    yield "| variable | says |\n|---|---|"
    yield from (f"| `{name}` | {means} |" for name, means in ENVIRONMENT.items())
    yield "\n## Exit codes\n"
    yield "| code | means |\n|---|---|"
    yield "| 0 | fine; also where there is no evidence |"
    yield f"| {BAD_ANSWER} | the answer is bad: something does not hold, or is not as expected |"
    yield f"| {BAD_INPUT} | bad usage or input, or what cannot be decided; nothing was done |"
    yield f"| {NOBODY_READS} | who read the output has closed it, as `head` does |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
