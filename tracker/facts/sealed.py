"""Sealed text: which fields of an event are stored encrypted, and how they leave its bytes.

Text that may have to be erased is never stored in the clear, since the log keeps its bytes for
ever. A sealed event's body lacks those fields; beside it stands `"sealed"`: the ciphertext of each,
in base64, and `alias`, the pseudonym that its speaker goes by once the name is gone. Nothing here
knows of keys, and an event that is not sealed costs one look at its last bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Self

from pydantic_core import from_json

from tracker.facts import FACT_KINDS
from tracker.facts.envelope import canonical
from tracker.facts.record import RulingMade

FACT_TEXTS = ("gist", "note", "quote", "speaker")
TEXTS: dict[str, tuple[str, ...]] = {
    **{kind.TOPIC: FACT_TEXTS for kind in FACT_KINDS},
    RulingMade.TOPIC: ("reason",),
}
"""The fields that are sealed, by the topic of their event; `quote` is that of the locator."""

WITHHELD = "[withheld]"
"""What an erased text reads as, where one must stand; a note and a quote are left out."""
UNREADABLE = "[sealed: no key]"
"""The same, of a text that nobody erased and whose key is not at hand."""
ALIAS = "withheld-"
"""How the pseudonym of an erased speaker begins; twelve hexadecimal digits follow."""

_BODY, _AFTER_BODY, _AFTER_ID = b'"body":', b',"id":"', b'","'
_SEALED = b',"sealed":'
AFTER_SEALED = b'},"v":'
"""What only a sealed event's bytes hold near their end: no text holds a bare quote."""
TAIL = 16  # bytes: `,"v":`, a number and a brace

Sealed = Mapping[str, str]
"""Field -> its ciphertext in base64; and `alias`, where the speaker is among them."""


def is_sealed(state: object) -> bool:
    """Whether an event's bytes hold sealed text: only then does a brace stand before their `v`."""
    return isinstance(state, bytes) and AFTER_SEALED in state[-TAIL:]


def without_texts(topic: str, state: bytes) -> tuple[dict[str, Any], dict[str, str]]:
    """Take the texts that are sealed out of an event's bytes: (its envelope without them, them)."""
    envelope = from_json(state)
    texts = {}
    for field in TEXTS.get(topic, ()):
        body = envelope["body"]
        text = (
            body.get("locator", {}).pop(field, None) if field == "quote" else body.pop(field, None)
        )
        if text is not None:
            texts[field] = text
    return envelope, texts


def with_sealed(envelope: Mapping[str, Any], sealed: Sealed) -> bytes:
    """Give an event's bytes with its sealed texts beside the body."""
    return canonical({**envelope, "sealed": dict(sealed)})


class Parts(NamedTuple):
    """A sealed event's bytes, cut where the body and the sealed texts stand."""

    before: bytes
    body: bytes
    event_id: str
    after: bytes
    sealed: Sealed
    tail: bytes

    @classmethod
    def of(cls, state: bytes) -> Self:
        """Cut them. Raises ValueError where they are laid out as no tracker does."""
        body, sealed = state.find(_BODY) + len(_BODY), state.rfind(_SEALED)
        end = state.rfind(_AFTER_BODY, 0, sealed)
        stop = state.find(_AFTER_ID, end + len(_AFTER_BODY))
        close = state.rfind(AFTER_SEALED) + 1
        if not len(_BODY) <= body < end < stop < sealed < close:
            raise ValueError("not laid out as a sealed event")
        held = from_json(state[sealed + len(_SEALED) : close])
        if not isinstance(held, dict):
            raise ValueError("not laid out as a sealed event")  # noqa: TRY004 - a bad value
        event_id = state[end + len(_AFTER_BODY) : stop].decode()
        return cls(state[:body], state[body:end], event_id, state[end:sealed], held, state[close:])

    @property
    def fields(self) -> list[str]:
        """The fields that are sealed."""
        return [field for field in self.sealed if field != "alias"]

    def opened(self, texts: Mapping[str, str], marks: Mapping[str, str]) -> bytes:
        """Give the bytes as they would lie there had nothing been sealed.

        `texts` are those that could be opened; `marks` says what stands for each of the others.
        """
        body = from_json(self.body)
        for field in self.fields:
            text = texts.get(field)
            if text is None:
                text = _stand_in(field, marks[field], self.sealed)
            if text is not None:
                (body["locator"] if field == "quote" else body)[field] = text
        return b"%s%s%s%s" % (self.before, canonical(body), self.after, self.tail)


def _stand_in(field: str, mark: str, sealed: Sealed) -> str | None:
    """Give what stands for a text that cannot be read; None where nothing has to."""
    if field == "speaker":
        return sealed.get("alias", mark)
    return mark if field in {"gist", "reason"} else None
