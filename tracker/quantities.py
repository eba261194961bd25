"""Quantity: a number as a report gives it, with its hedge; never averaged, never sharpened."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

LARGEST = 10**15
"""No count of people, weapons or money in a report is larger; a larger one is a slip."""

Comparator = Literal[
    "exact",
    "about",
    "at least",
    "at most",
    "more than",
    "fewer than",
    "between",
    "a few",
    "some",
    "several",
    "many",
    "dozens",
    "hundreds",
    "thousands",
]
Semantics = Literal["total", "change", "cumulative"]
Count = Annotated[StrictInt, Field(ge=0, le=LARGEST)]

WORDS_ONLY = frozenset({"a few", "some", "several", "many", "dozens", "hundreds", "thousands"})
_NEEDS: dict[str, tuple[str, ...]] = {
    "exact": ("best",),
    "about": ("best",),
    "at least": ("low",),
    "more than": ("low",),
    "at most": ("high",),
    "fewer than": ("high",),
    "between": ("low", "high"),
}


def _number_beside(word: str, number: int) -> str:
    """Say what to do where a word that has no number stands beside one, which is not to be lost."""
    said = f"'{word}' is a word without a number"
    if word == "some":
        return f'{said}: "some {number}" is about {number}, write comparator: about'
    return (
        f"{said}: for the {number} write how the source hedges it (about, at least, at most, "
        f"more than, fewer than, between); only where it gives none, drop low, best and high"
    )


class Quantity(BaseModel):
    """How many, as stated: `low` <= `best` <= `high`, whole numbers in `unit`.

    Comparator says how the source hedged. "exact" fills low and high from best; "about 500" has
    best 500 and no bounds; "at least 500" has low 500 only; "many" has no number at all.
    Semantics: a `total` at a moment, a `change` since before, or `cumulative` since a beginning.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: Count | None = None
    best: Count | None = None
    high: Count | None = None
    comparator: Comparator = "exact"
    unit: Annotated[str, Field(min_length=1, max_length=60)] = "people"
    semantics: Semantics = "total"
    phrase: Annotated[str, Field(max_length=60)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _exact_is_its_own_bounds(cls, data: object) -> object:
        if isinstance(data, dict) and data.get("comparator", "exact") == "exact":
            best = data.get("best")
            return {**data, **{end: best for end in ("low", "high") if data.get(end) is None}}
        return data

    @model_validator(mode="after")
    def _numbers_fit_the_hedge(self) -> Self:
        if self.comparator in WORDS_ONLY:
            if self.numbers:
                raise ValueError(_number_beside(self.comparator, self.numbers[-1]))
            return self
        missing = [name for name in _NEEDS[self.comparator] if getattr(self, name) is None]
        if missing:
            msg = f"'{self.comparator}' needs {' and '.join(missing)}"
            raise ValueError(msg)
        if list(self.numbers) != sorted(self.numbers):
            msg = "low <= best <= high must hold"
            raise ValueError(msg)
        if self.comparator == "exact" and len(set(self.numbers)) > 1:
            msg = "an exact number has no range: say 'between', or 'about'"
            raise ValueError(msg)
        return self

    @property
    def numbers(self) -> tuple[int, ...]:
        """The stated numbers among low, best, high, in that order."""
        return tuple(n for n in (self.low, self.best, self.high) if n is not None)
