"""Where each field of a fact comes from -> a function from a row to a fragment of canonical JSON.

A fragment is `"name":value,`, or nothing for a field that is absent; `when`, the last of every
fact, has no comma.
"""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

from pydantic import TypeAdapter, ValidationError

from tracker.datasets.blocks import (
    ByName,
    Chosen,
    Column,
    HowMany,
    Time,
    as_text,
    columns_in,
)
from tracker.datasets.context import (
    Context,
    key_of,
    teller_finder,
    template_reader,
    text_reader,
    unlisted,
)
from tracker.datasets.ids import slug
from tracker.datasets.looking import Field, How, Looked
from tracker.datasets.mapping import FactSpec, constant, listed, sort_of
from tracker.datasets.quantities import quantity_getter
from tracker.datasets.values import (
    Bad,
    Memo,
    Moment,
    Read,
    Row,
    Times,
    in_order,
    shown,
    squeezed,
)
from tracker.facts import Fact
from tracker.facts.envelope import canonical
from tracker.sources import Slug
from tracker.validation import reason_of
from tracker.yamltree import Path

LONGEST_TEXT = 2000
_BOTH = "\x00"
_LONG_AGO = -(2**63)


def field_getter(  # noqa: C901, PLR0911 - a case for each sort of block
    spec: FactSpec, name: str, context: Context, *, chosen: bool
) -> Field:
    """Say how one field is got."""
    kind = spec.kind
    default = default_fragment(kind, name)
    said = spec.fields.get(name)
    path = (*spec.path, name)
    if chosen and spec.chosen is not None:
        instead = fragment(name, listed(name, said)) if constant(said) else default
        how = _chosen(spec.chosen, (*spec.path, "set"), name, instead, context)
        return Field(how, enumerated=True)
    if said is None:
        if name == "when":
            return Field(_published)
        if name == "gist":
            return Field(fragment(name, f"{context.mapping.head.title}: {kind.TOPIC}"))
        common = {"status": "occurred", "voice": "reporter"}
        return Field(fragment(name, common[name]) if name in common else default)
    if isinstance(said, Time):
        return Field(_time(said, path, name, context), absent=None if name == "when" else "")
    if isinstance(said, HowMany):
        return Field(quantity_getter(said, context, path, default), absent=default)
    if isinstance(said, ByName):
        how = _by_name(said, path, name, context, default, many=name != "side")
        return Field(how, absent=default)
    if isinstance(said, Column):
        if said.values is not None:
            return Field(_valued(said, path, name, context, default), enumerated=True)
        return Field(_plain(said, kind, path, name, context, default), absent=default)
    if isinstance(said, str) and columns_in(said):
        return Field(_template(said, kind, path, name, context), absent=default)
    return Field(fragment(name, listed(name, said)))


def fragment(name: str, value: object) -> str:
    """Write a field and its value."""
    comma = "" if name == "when" else ","
    return f'"{name}":{canonical(value).decode()}{comma}'


def default_fragment(kind: type[Fact], name: str) -> str:
    """Write a field as a fact has it that says nothing of it."""
    info = kind.model_fields[name]
    if info.is_required() or info.default is None:
        return ""
    return fragment(name, info.default)


def _published(_row: Row, published: Moment) -> str:
    return f'"when":{published.json}'


def _time(spec: Time, path: Path, name: str, context: Context) -> How:
    comma = "" if name == "when" else ","
    times = context.times(spec, path)
    if spec.column is None:
        return _one_time(spec, path, name, context)
    read, moment_of = _moment_reader(spec, path, context, times)
    drop_late, drop_bad = spec.late == "drop", spec.unreadable == "drop"
    required = name == "when"

    def make(text: str) -> tuple[int, str] | None:
        if not required and not text.strip():
            return _LONG_AGO, ""
        try:
            moment = moment_of(text)
        except Bad:
            if drop_bad:
                return None
            raise
        return moment.earliest, f'"{name}":{moment.json}{comma}'

    known = Memo(make)

    def get(row: Row, published: Moment) -> str:
        found: tuple[int, str] | None = known[read(row)]
        if found is not None:
            earliest, made = found
            if earliest < published.latest:
                return made
            if not drop_late:
                context.late += 1
                return made
        context.mended += 1
        return f'"{name}":{published.json}{comma}' if required else ""

    return get


def _one_time(spec: Time, path: Path, name: str, context: Context) -> How:
    """Make what gives the same time for all rows, or that of their publication."""
    comma = "" if name == "when" else ","
    if spec.value is None:
        return lambda _row, published: f'"{name}":{published.json}{comma}'
    try:
        return f'"{name}":{context.times(spec, path).of(str(spec.value)).json}{comma}'
    except ValueError as error:
        raise context.wrong(path, f"no time: {reason_of(error)}") from error


def _moment_reader(
    spec: Time, path: Path, context: Context, times: Times
) -> tuple[Read, Callable[[str], Moment]]:
    """Make what reads the cell of a time, or both cells that bound one, and what that means."""
    if spec.column is None:
        raise TypeError(path)
    read, column = context.read(spec.column, (*path, "column")), spec.column[0]
    if spec.until is None:
        return read, lambda text: times.read(text, column)
    last = spec.until.column
    read_last = context.read(last, (*path, "until", "column"))

    def both(row: Row) -> str:
        earliest, latest = read(row), read_last(row)
        return f"{earliest}{_BOTH}{latest}" if latest.strip() else earliest

    def moment_of(text: str) -> Moment:
        earliest, _, latest = text.partition(_BOTH)
        begun = times.read(earliest, column)
        if not latest:
            return begun
        begun, done = in_order(begun, times.read(latest, last[0]))
        if done.edtf == begun.edtf:
            return begun
        if done.earliest < begun.earliest:
            reason = f"it ends ({done.edtf}) before it begins ({begun.edtf})"
            raise Bad("date", last[0], reason)
        joined = f"{begun.edtf}/{done.edtf}" if spec.span else f"[{begun.edtf}..{done.edtf}]"
        try:
            return times.of(joined)
        except ValueError as error:
            reason = f"no time lies from {shown(begun.edtf)} to {shown(done.edtf)}"
            raise Bad("date", last[0], reason) from error

    return both, moment_of


def _chosen(spec: Chosen, path: Path, name: str, default: str, context: Context) -> How:
    read = context.read(spec.column, (*path, "column"))
    table = {
        key_of(value, fold=spec.fold): fragment(name, fields[name]) if name in fields else default
        for value, fields in spec.values.items()
    }

    def make(text: str) -> str:
        found = table.get(key_of(text, fold=spec.fold, named=table))
        if found is not None:
            return found
        if isinstance(spec.otherwise, dict):
            return fragment(name, spec.otherwise[name]) if name in spec.otherwise else default
        raise unlisted(text, spec.column[0], spec.otherwise)

    return Looked(read, Memo(make))


def _valued(spec: Column, path: Path, name: str, context: Context, default: str) -> How:
    read = context.read(spec.column, (*path, "column"))
    table = {key_of(value, fold=spec.fold): said for value, said in (spec.values or {}).items()}
    teller = _teller(name, context)
    instead = default if spec.default is None else fragment(name, listed(name, spec.default))

    def make(text: str) -> str:
        key = key_of(text, fold=spec.fold, named=table)
        if key in table:
            said = table[key]
            return default if said is None else fragment(name, listed(name, said))
        if not text.strip():
            return instead
        if spec.otherwise == "keep":
            kept = squeezed(text)
            return fragment(name, teller(kept, spec.column[0]) if teller else kept)
        if spec.otherwise is None and spec.default is not None:
            return instead
        raise unlisted(text, spec.column[0], spec.otherwise)

    return Looked(read, Memo(make))


def _plain(
    spec: Column, kind: type[Fact], path: Path, name: str, context: Context, default: str
) -> How:
    read, column = context.read(spec.column, (*path, "column")), spec.column[0]
    judge = _judged(kind, name, context, column)
    instead = default if spec.default is None else fragment(name, spec.default)

    def make(text: str) -> str:
        plain = squeezed(text)
        return fragment(name, judge(plain)) if plain else instead

    return Looked(read, Memo(make))


def _judged(kind: type[Fact], name: str, context: Context, column: str) -> Callable[[str], object]:
    """Make what checks one value of a field on its own, and gives it as it is stored."""
    info = kind.model_fields[name]
    adapter: TypeAdapter[Any] = TypeAdapter(info.rebuild_annotation())
    is_id = Slug in (info.annotation, info.rebuild_annotation()) and name not in kind.ACTOR_FIELDS
    sort = sort_of(kind, name)
    teller = _teller(name, context)

    def judge(text: str) -> object:
        value: object = text
        if sort == "actor":
            found = context.cast.known(text, column)
            if found is None:
                raise Bad(
                    "other",
                    column,
                    f"unknown actor {shown(text)}: register it, or use {{actor: {{column: ...}}}}",
                )
            value = found if name == "side" else [found]
        elif sort == "place":
            if text not in context.registry.places:
                raise Bad("place", column, f"unknown place {shown(text)}")
        elif is_id and name != "scheme":
            value = slug(text)
        value = teller(text, column) if teller else value
        try:
            adapter.validate_python(tuple(value) if isinstance(value, list) else value)
        except ValidationError as error:
            slip = error.errors(include_url=False)[0]
            reason = str(slip.get("ctx", {}).get("error", slip["msg"]))
            raise Bad("other", column, f"{shown(text)}: {reason}") from error
        return value

    return judge


def _teller(name: str, context: Context) -> Callable[[str, str], str] | None:
    """Make what gives whom a field names that tells who said it; None for another field."""
    return teller_finder(context) if name in {"speaker", "origin"} else None


def _template(text: str, kind: type[Fact], path: Path, name: str, context: Context) -> How:
    build = template_reader(text, path, context)
    info = kind.model_fields[name]
    if (info.annotation is str and Slug != info.rebuild_annotation()) or name in {"gist", "note"}:
        head = f'"{name}":'

        def get(row: Row, _published: Moment) -> str:
            made = build(row)
            if not made:
                raise Bad("other", name, f"`{name}` would be empty")
            if len(made) > LONGEST_TEXT:
                made = made[: LONGEST_TEXT - 1] + "…"
            return f"{head}{encode_basestring(made)},"

        return get
    judge = _judged(kind, name, context, name)
    return Looked(build, Memo(lambda made: fragment(name, judge(made)) if made else ""))


def _by_name(
    spec: ByName, path: Path, name: str, context: Context, default: str, *, many: bool
) -> How:
    column = spec.actor
    read = context.read(column.column, (*path, "actor", "column"))
    table = {key_of(value, fold=column.fold): said for value, said in (column.values or {}).items()}
    parent_of = _parent(spec, path, context)

    def make(key: str | tuple[str, str]) -> str:
        text, above = (key, "") if isinstance(key, str) else key
        plain = squeezed(text) or as_text(column.default or "")
        if not plain:
            return default
        said = table.get(key_of(plain, fold=column.fold, named=table), plain)
        if said is None:
            return default
        if (
            column.values is not None
            and said is plain
            and column.otherwise in {"skip", "refuse", "quarantine"}
        ):
            raise unlisted(text, column.column[0], column.otherwise)
        names = said if isinstance(said, list) else [said]
        mapped, actors, where = said is not plain, context.registry.actors, column.column[0]
        found = [
            one
            if mapped and one in actors
            else context.cast.of(str(one), spec.type, where, above or None)
            for one in names
        ]
        return fragment(name, found if many else found[0])

    if parent_of is None:
        return Looked(read, Memo(make))
    return Looked(lambda row: (read(row), parent_of(row)), Memo(make))


def _parent(spec: ByName, path: Path, context: Context) -> Read | None:
    """Make what gives the id of the actor that another belongs to; empty for none."""
    said, cast = spec.parent, context.cast
    if said is None:
        return None
    if isinstance(said, str) and not columns_in(said):
        try:
            known = cast.known(said, "parent")
        except Bad as bad:
            several = f"{shown(said)} may be any of several actors: write the id of the one"
            raise context.wrong((*path, "parent"), several) from bad
        if known is None:
            raise context.wrong((*path, "parent"), f"unknown actor {shown(said)}")
        return lambda _row: known
    read = text_reader(said, (*path, "parent"), context)
    column = said.column[0] if isinstance(said, Column) else columns_in(said)[0]

    def find(text: str) -> str:
        found = cast.known(squeezed(text), column) if text.strip() else ""
        if found is None:
            raise Bad("other", column, f"unknown actor {shown(text)}: register it")
        return found

    ids = Memo(find)
    return lambda row: ids[read(row)]
