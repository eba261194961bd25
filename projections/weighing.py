"""Weighing: how a question wants rival claims weighed, and which sources it leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from projections.names import DEFAULT_POLICY, POLICY_NAMES
from projections.store import Store
from tracker.called import either
from tracker.errors import NotFoundError
from tracker.kin import one_origin


@dataclass(frozen=True, slots=True)
class Weighing:
    """A policy by its canonical name, and sources (or origins) to hear alone or to leave out."""

    policy: str = DEFAULT_POLICY
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    @property
    def stored(self) -> bool:
        """Whether the read model holds the answer: the default policy over all sources."""
        return self is USUAL or self == USUAL

    def takes(self, source: str, origin: str) -> bool:
        """Whether what `source` published, of this origin, is heard."""
        told_by = {source, one_origin(origin)}
        return (
            not self.only or not told_by.isdisjoint(_origins(self.only))
        ) and told_by.isdisjoint(_origins(self.without))

    def as_json(self) -> dict[str, Any]:
        """Give what answers name: {"policy", "only", "without"}."""
        return {"policy": self.policy, "only": list(self.only), "without": list(self.without)}


@lru_cache(maxsize=64)  # every claim of an answer is held against the same few
def _origins(named: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(one_origin, named))


USUAL = Weighing()
"""The default policy over all sources."""


def weighing_of(
    store: Store,
    policy: str | None = None,
    only: Iterable[str] = (),
    without: Iterable[str] = (),
) -> Weighing:
    """Make a weighing of what people type: a policy, and sources or origins by id, name or alias.

    Raises NotFoundError for a policy, a source or an origin that there is not, with the nearest.
    """
    name = DEFAULT_POLICY if policy is None else POLICY_NAMES.get(policy, policy)
    if name not in {DEFAULT_POLICY, *POLICY_NAMES.values()}:
        msg = f"no policy '{policy}'{_near(name, POLICY_NAMES)} (one of {', '.join(POLICY_NAMES)})"
        raise NotFoundError(msg)
    only, without = tuple(only), tuple(without)
    if not only and not without:
        return Weighing(name)
    known = _tellers(store)

    def known_as(text: str) -> str:
        if text in known.values():
            return text
        found = known.get(one_origin(text)) or _by_alias(store, text)
        if found is None:
            near = _near(one_origin(text), {**known, **{one: one for one in known.values()}})
            msg = f"no source or origin '{text}'{near}"
            raise NotFoundError(msg)
        return found

    def ids(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(known_as, texts)))

    return Weighing(name, ids(only), ids(without))


def _tellers(store: Store) -> dict[str, str]:
    """Give everyone who may have told something: name or id, however spelt -> id."""
    found: dict[str, str] = {}
    for register in ("actors", "sources"):
        for name, entry in store.names(register).items():
            found |= {one_origin(str(entry["name"])): name, name: name}
    sql = (
        "SELECT speaker AS one FROM fact_rows"
        " UNION SELECT json_extract(data, '$.origin') FROM fact_rows"
        " UNION SELECT source FROM reports"
    )
    for row in store.rows(sql):
        if row["one"]:
            found.setdefault(one_origin(str(row["one"])), str(row["one"]))
    return found


def _by_alias(store: Store, text: str) -> str | None:
    """Give the id of the actor that goes by an alias; raises NotFoundError where several do."""
    named, actors = one_origin(text), store.names("actors").whole().items()
    ids = [
        name
        for name, entry in actors
        if any(one_origin(str(alias)) == named for alias in entry.get("aliases", ()))
    ]
    if len(ids) > 1:
        raise NotFoundError(f"'{text}' may be {either(ids)}: say which, by its id")
    return ids[0] if ids else None


def _near(text: str, names: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(text, names, n=3, cutoff=0.5)
    return f": did you mean {', '.join(dict.fromkeys(names[one] for one in near))}?" if near else ""
