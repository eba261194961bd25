"""When: the time a source states, in its own words and as EDTF; and the names of instants.

Code that needs only instants imports tracker.instants, which costs no pydantic.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from tracker import edtf as _edtf
from tracker.edtf import EdtfError, Span
from tracker.instants import (
    FUTURE_OPEN,
    PAST_OPEN,
    AsOf,
    Bounds,
    Instant,
    InstantError,
    check_zone,
    format_instant,
    format_open,
    last_instant,
    parse_moment,
    to_datetime,
)

__all__ = [
    "FUTURE_OPEN",
    "PAST_OPEN",
    "AsOf",
    "Bounds",
    "EdtfError",
    "Instant",
    "InstantError",
    "Span",
    "StoredWhen",
    "When",
    "check_zone",
    "format_instant",
    "format_open",
    "last_instant",
    "parse_moment",
    "to_datetime",
]

_A_YEAR_AT_MOST = 10**6  # a YAML integer beyond this is no year, and is refused as an integer


class When(BaseModel):
    """A stated time: its EDTF value, and the words and the anchor it was read from.

    edtf: a value of the subset in tracker.edtf.  phrase: the source's words.  anchor: what a
    relative phrase counts from.  zone: whose days its dates are, a zoneinfo key or an offset.
    local: True where its times name no zone and are read in `zone`.

    A bare string, or a year as an integer, stands for `{"edtf": ...}`.  The validation context
    may hold `zone`, used where the data names none, and `tz` (a name or None): where it is named,
    a time without zone is read there, and `zone` and `local` record that.  Data that names its
    own `zone` or `local` is taken as it is.  Construction raises pydantic's ValidationError, with
    EdtfError's text, for a value that cannot be read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    edtf: str
    phrase: str | None = None
    anchor: str | None = None
    zone: str = "UTC"
    local: bool = False

    @classmethod
    def of(
        cls, edtf: str, phrase: str | None = None, anchor: str | None = None, zone: str = "UTC"
    ) -> Self:
        """Make one from its parts; ValidationError as for any construction."""
        return cls(edtf=edtf, phrase=phrase, anchor=anchor, zone=zone)

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: object, info: ValidationInfo) -> object:
        """Turn a bare value into a mapping, a year into text; add the context's zone."""
        if isinstance(data, str | int) and not isinstance(data, bool):
            data = {"edtf": data}
        if not isinstance(data, Mapping):
            return data
        fields = {**data, "edtf": _year_as_text(data["edtf"])} if "edtf" in data else {**data}
        if "zone" in fields or "local" in fields or not isinstance(info.context, Mapping):
            return fields
        tz = info.context.get("tz")
        if tz is not None and _edtf.has_local_time(str(fields.get("edtf"))):
            return fields | {"zone": tz, "local": True}
        return fields | {"zone": info.context["zone"]} if "zone" in info.context else fields

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        _ = self.span
        return self

    @cached_property
    def span(self) -> Span:
        """All that the value says, as instants."""
        return _edtf.parse_edtf(self.edtf, self.zone, local_times=self.local)

    @property
    def start(self) -> Bounds:
        """Where it began, or where the one moment lies."""
        return self.span.start

    @property
    def end(self) -> Bounds | None:
        """Where it ended; None for one moment and for a span not known to have ended."""
        return self.span.end

    @property
    def speaks_from(self) -> Instant:
        """The first instant about which it claims anything."""
        return self.span.speaks_from

    @property
    def inside(self) -> str:
        """Write a span as the one moment somewhere in it: `[2013-01-10..2013-01-12]`."""
        if self.end is None:
            return self.edtf
        if set(self.edtf) & set("~?%X"):  # no range has such ends
            return _edtf.somewhere_in(Bounds(self.start.earliest, self.end.latest))
        first, _, last = self.edtf.partition("/")
        return f"[{first.removesuffix('..')}..{last}]"

    def describe(self) -> str:
        """Say it in words: `about 14 Jan 2013`."""
        return _edtf.describe(self.edtf)


_REMEMBERED: dict[tuple[tuple[str, Any], ...], When] = {}
_MOST_REMEMBERED = 50_000


def _remembered(
    data: object, read: ValidatorFunctionWrapHandler, info: ValidationInfo[Any]
) -> When:
    """Read a time that is stored in full, once: a log tells of few days in many facts."""
    if info.context is not None or type(data) is not dict:
        return read(data)  # type: ignore[no-any-return] # the model's own reading
    try:
        key = tuple(data.items())
        known = _REMEMBERED.get(key)
    except TypeError:  # something that no time holds: the model says what
        return read(data)  # type: ignore[no-any-return]
    if known is None:
        if len(_REMEMBERED) >= _MOST_REMEMBERED:
            _REMEMBERED.clear()
        known = _REMEMBERED[key] = read(data)
    return known


StoredWhen = Annotated[When, WrapValidator(_remembered)]
"""A time as facts hold it: the same stored value is read only once."""


def _year_as_text(edtf: object) -> object:
    """Give YAML's integer 2013 as "2013"; anything else as it is."""
    if isinstance(edtf, int) and not isinstance(edtf, bool) and abs(edtf) < _A_YEAR_AT_MOST:
        return str(edtf)
    return edtf
