"""Rows as JSON has them, made into the frozen objects of tracker.results."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any, NoReturn

from tracker.errors import TrackerError
from tracker.results import (
    Alert,
    Belief,
    Change,
    Control,
    Dispute,
    Entry,
    Evidence,
    Fact,
    Force,
    Found,
    Gap,
    Logged,
    Loss,
    Row,
    Since,
    Span,
    Stretch,
    Value,
)
from tracker.tabular import moment

_BELIEFS: Mapping[str, type[Belief]] = {
    "control": Control,
    "forces": Force,
    "alerts": Alert,
    "losses": Loss,
}
_CHANGES: dict[type[Any], tuple[tuple[str, Callable[[Any], Any] | None], ...]] = {}
_ABOUT_A_VALUE = frozenset(("since", "evidence", "origins", "ratings"))


class Frozen(dict[str, Any]):
    """A part of a row as JSON has it, which nobody changes: it can be hashed, and go elsewhere."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        """Give the same for what is equal, lists and dictionaries within it too."""
        return hash(_hashable(self))

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        """Be copied and pickled as what it holds."""
        return Frozen, (dict(self),)

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        """Raise TypeError."""
        raise TypeError("a row of an answer is not changed: take a copy, dict(...)")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse


def _hashable(value: object) -> object:
    match value:
        case dict():
            return frozenset((name, _hashable(one)) for name, one in value.items())
        case list():
            return tuple(map(_hashable, value))
    return value


def typed(verb: str, rows: Sequence[Row], names: Mapping[str, str]) -> tuple[Any, ...]:
    """Make the rows of a question typed; `names` gives the registered name of an id.

    Raises TrackerError for a question whose rows have no type.
    """
    make = _MADE.get(verb)
    if make is None:
        raise TrackerError(f"rows of {verb} have no type: to_dicts() gives them as JSON has them")
    return tuple(make(row, names) for row in rows)


def state_of(row: Row | None) -> Any:  # noqa: ANN401 - a State, or None for None
    """Make a row of `state` typed."""
    return None if row is None else _filled(_BELIEFS.get(row["projection"], Entry), row)


def evidence_of(row: Row) -> Evidence:
    """Make a row of an audit's evidence typed."""
    made: Evidence = _filled(Evidence, {**row, "when": row["when"].get("edtf")})
    return made


def _filled(made: type[Any], row: Row) -> Any:  # noqa: ANN401 - one of `made`
    """Fill the fields that a row has; the others keep their defaults."""
    found = {
        name: change(row[name]) if change and row[name] is not None else row[name]
        for name, change in _changes(made)
        if name in row
    }
    if made is Control:
        found |= row.get("place") or {}
    return made(**found)


def _changes(made: type[Any]) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    """Say for each field of a class how the JSON value becomes the field's."""
    if made in _CHANGES:
        return _CHANGES[made]
    named: dict[str, Callable[[Any], Any]] = {
        "since": _since,
        "last_undisputed": _value,
        "possibly": _values,
        "values": _values,
        "locator": Frozen,
        "before": state_of,
        "after": state_of,
        "withheld": lambda rows: tuple(Frozen(row) for row in rows),
    }
    changes = []
    for field in fields(made):
        change = named.get(field.name)
        if change is None and str(field.type).startswith("datetime"):
            change = moment
        elif change is None and str(field.type).startswith("tuple"):
            change = tuple
        changes.append((field.name, change))
    return _CHANGES.setdefault(made, tuple(changes))


def _since(row: Row) -> Since:
    earliest, latest = row["earliest"], row["latest"]
    return Since(
        row["edtf"],
        None if earliest is None else moment(earliest),
        None if latest is None else moment(latest),
    )


def _value(row: Row) -> Value:
    says = {name: item for name, item in row.items() if name not in _ABOUT_A_VALUE}
    return Value(
        Frozen(says),
        _since(row["since"]) if row.get("since") else None,
        tuple(row.get("evidence", ())),
        tuple(row.get("origins", ())),
        tuple(row.get("ratings", ())),
    )


def _values(rows: Sequence[Row]) -> tuple[Value, ...]:
    return tuple(map(_value, rows))


def _stretch(row: Row, names: Mapping[str, str]) -> Stretch:
    belief = state_of({**row, "name": names.get(row["key"], row["key"])})
    made: Stretch = _filled(Stretch, {**row, "belief": belief})
    return made


def _span(row: Row, _: Mapping[str, str]) -> Span:
    where = row["place"] if isinstance(row.get("place"), dict) else row
    at = {"lat": where.get("lat"), "lon": where.get("lon")}
    made: Span = _filled(Span, {**row, **at, "state": state_of(row)})
    return made


def _fact(row: Row, _: Mapping[str, str]) -> Fact:
    own = {field.name for field in fields(Fact)}
    says = Frozen({name: item for name, item in row.items() if name not in own})
    made: Fact = _filled(Fact, {**row, "when": row["when"].get("edtf"), "says": says})
    return made


def _dispute(row: Row, _: Mapping[str, str]) -> Dispute:
    made: Dispute = _filled(
        Dispute,
        {
            **row,
            **{f"opened_{clock}": instant for clock, instant in row["opened"].items()},
            **{f"closed_{clock}": instant for clock, instant in row["closed"].items()},
        },
    )
    return made


def _plain(made: type[Any]) -> Callable[[Row, Mapping[str, str]], Any]:
    return lambda row, _names: _filled(made, row)


_MADE: Mapping[str, Callable[[Row, Mapping[str, str]], Any]] = {
    "state": lambda row, _names: state_of(row),
    "audit": lambda row, _names: state_of(row),
    "history": _stretch,
    "spans": _span,
    "facts": _fact,
    "diff": _plain(Change),
    "whatif": _plain(Change),
    "disputes": _dispute,
    "gaps": _plain(Gap),
    "search": _plain(Found),
    "report": _plain(Logged),
    "log": _plain(Logged),
}
"""By verb: what makes a row of its answer typed."""
