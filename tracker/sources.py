"""Where a fact comes from: Source, Attribution, Rating, Locator, and the texts they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    model_serializer,
    model_validator,
)

from tracker.kin import origin_of

FROZEN = ConfigDict(frozen=True, extra="forbid")

Upcast = Callable[[dict[str, Any]], dict[str, Any]]
"""Brings a stored body from one version of its kind to the next."""

Status = Literal["occurred", "ongoing", "planned", "possible", "denied"]
Voice = Literal["reporter", "attributed", "hearsay"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_LONGEST_SLUG = 80


NO_ID = (
    "an id is lower-case ASCII letters, digits and single hyphens, at most "
    f"{_LONGEST_SLUG} characters, such as northern-mali"
)


@lru_cache(maxsize=65_536)  # a log names few places and actors in many facts
def _slug(value: str) -> str:
    if len(value) > _LONGEST_SLUG or not _SLUG.fullmatch(value):
        raise ValueError(NO_ID)
    return value


def _text(value: str) -> str:
    if not value.strip():
        msg = "empty text: write something or leave the field out"
        raise ValueError(msg)
    return value


Slug = Annotated[str, AfterValidator(_slug)]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_text)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Rating(BaseModel):
    """An Admiralty rating: how reliable the source (A-F), how credible the item (1-6).

    The letter and the digit stay apart: they answer different questions. Written `B2`.
    Source: NATO AJP-2.1, F and 6 meaning "cannot be judged".
    """

    model_config = FROZEN

    reliability: Literal["A", "B", "C", "D", "E", "F"]
    credibility: Annotated[StrictInt, Field(ge=1, le=6)]

    @model_validator(mode="before")
    @classmethod
    def _from_code(cls, data: object) -> object:
        if isinstance(data, str):
            match = re.fullmatch(r"([A-F])([1-6])", data)
            if not match:
                msg = "a rating is a letter A-F and a digit 1-6, such as B2"
                raise ValueError(msg)
            return {"reliability": match[1], "credibility": int(match[2])}
        return data

    @model_serializer
    def _to_code(self) -> str:
        return str(self)

    def __str__(self) -> str:
        """Give the code, such as B2."""
        return f"{self.reliability}{self.credibility}"


class Document(BaseModel):
    """The document a report was read from: file name and sha256 of its raw bytes."""

    model_config = FROZEN

    name: Text
    sha256: Sha256


class Locator(BaseModel):
    """Where in the document a fact stands.

    `sentence` counts from 0; `span` is [start, end) in characters of the UTF-8 text; `sha256` is
    that of the span's UTF-8 bytes. The quoted text itself is optional and usually left out. Of a
    table: `row` is the line on which the row begins, the header being line 1 (of JSON the item,
    from 1); `record` is the row's own key.
    """

    model_config = FROZEN

    document: Document | None = None
    sentence: Annotated[StrictInt, Field(ge=0)] | None = None
    span: tuple[Annotated[StrictInt, Field(ge=0)], Annotated[StrictInt, Field(ge=1)]] | None = None
    sha256: Sha256 | None = None
    quote: Text | None = None
    row: Annotated[StrictInt, Field(ge=1)] | None = None
    record: Text | None = None

    @model_validator(mode="after")
    def _span_runs_forward(self) -> Self:
        if self.span and self.span[0] >= self.span[1]:
            msg = "a span is [start, end) with start < end"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who vouches for a fact: the voice, the speaker where there is one, the stated origin."""

    voice: Voice
    speaker: str | None
    origin: str | None

    def origin_in(self, source: str) -> str:
        """Where the information first came from: a speaker speaks through whatever outlet."""
        return origin_of(source, self.voice, self.speaker, self.origin)


class Source(BaseModel):
    """Who publishes: an outlet, an office, a dataset. `interest` names the side that it favours."""

    model_config = FROZEN

    id: Slug
    name: Text
    type: Literal[
        "newspaper", "broadcaster", "agency", "official", "organisation", "dataset", "other"
    ]
    interest: Text | None = None
    rating: Rating | None = None
    note: Text | None = None
