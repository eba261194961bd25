"""Every projection there is. To add one: write its module, and add it here."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from projections import alerts, control, forces, humanitarian, incidents, losses, posture
from projections.chronology import Chronology
from projections.claims import Claim
from projections.state import Projection

if TYPE_CHECKING:
    from projections.told import Told

PROJECTIONS: dict[str, Projection] = {
    module.NAME: Projection(
        name=module.NAME,
        empty=module.EMPTY,
        claims=module.claims,
        step=module.step,
        row=module.row,
        same=module.same,
        backs=module.backs,
        merge=module.merge,
        goes_on=module.goes_on,
        carry=module.carry,
        follows=module.follows,
        gone=module.gone,
        explain=module.explain,
        disputed=module.disputed,
        together=module.together,
        stake=module.stake,
        upholds=module.upholds,
        overturns=module.overturns,
        belies=module.belies,
    )
    for module in (control, forces, alerts, losses)
}
CHRONOLOGIES: dict[str, Chronology] = {
    module.CHRONOLOGY.name: module.CHRONOLOGY for module in (incidents, humanitarian, posture)
}


def claims_of(told: Told) -> Iterator[Claim]:
    """Yield every claim a fact makes: the projection of its family draws them, if there is one."""
    projection = PROJECTIONS.get(told.fact.FAMILY)
    return projection.claims(told) if projection else iter(())


def chronologies_of(told: Told) -> tuple[str, ...]:
    """Name the chronologies a fact stands in."""
    fact = told.fact
    return _chronologies(fact.FAMILY, fact.actual)


@cache
def _chronologies(family: str, actual: bool) -> tuple[str, ...]:  # noqa: FBT001 - half of a key
    return tuple(n for n, one in CHRONOLOGIES.items() if one.takes(family, actual=actual))
