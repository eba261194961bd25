"""Sealing and opening: the text of events encrypted on its way into the log, and back.

AES-256 in Galois/Counter mode (NIST SP 800-38D), a key a text, a random nonce of 96 bits. A text
is bound to its log, stream, version and field, so that none can be put in the place of another,
and filled up to a multiple of 64 bytes, so that its length says little.
"""

from __future__ import annotations

import hmac
from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from hashlib import sha256
from os import urandom
from typing import TYPE_CHECKING

from tracker.facts.sealed import (
    ALIAS,
    UNREADABLE,
    WITHHELD,
    Parts,
    is_sealed,
    with_sealed,
    without_texts,
)
from tracker.vault import Subject, Vault

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from tracker.facts.codec import StoredRow
    from tracker.log import Encoded

NONCE = 12  # bytes
_FILLED = 64
_END, _FILL = b"\x80", b"\x00"
_ALIAS_DIGITS = 12


Texts = dict[str, dict[str, str]]
"""The texts of one event: field -> {text, key (in hex)}."""


class ErasedError(Exception):
    """A text was to be sealed whose key has been destroyed: its event was erased."""

    def __init__(self, event_id: str) -> None:
        """Name the event."""
        super().__init__(event_id)
        self.event_id = event_id


class Sealer:
    """Seals and opens the text of one log's events, with the keys of its vault."""

    def __init__(self, vault: Vault, log_id: str) -> None:
        """Open nothing yet."""
        self.vault = vault
        self._log_id = log_id
        self.unread = 0
        """Texts that could not be opened so far, and that nobody erased."""

    # -- sealing -------------------------------------------------------------------------------

    def seal(self, events: Sequence[Encoded]) -> list[bytes]:
        """Give the bytes of each event with its text sealed; keys are safe on the disk on return.

        Raises ErasedError where one was erased before, and LogError where keys cannot be kept.
        """
        cut = [without_texts(event.topic, event.state) for event in events]
        wanted = [
            (event.event_id, field)
            for event, (_, texts) in zip(events, cut, strict=True)
            for field in texts
        ]
        if not wanted:
            return [event.state for event in events]
        keys = self.vault.give(wanted)
        return [
            with_sealed(envelope, self._closed(event, texts, keys)) if texts else event.state
            for event, (envelope, texts) in zip(events, cut, strict=True)
        ]

    def _closed(
        self, event: Encoded, texts: Mapping[str, str], keys: Mapping[Subject, bytes | None]
    ) -> dict[str, str]:
        cipher, bound, sealed = self._cipher, self._bound(event.stream.hex, event.version), {}
        for field, text in texts.items():
            key = keys[event.event_id, field]
            if key is None:
                raise ErasedError(event.event_id)
            nonce = urandom(NONCE)
            box = nonce + cipher(key).encrypt(nonce, _filled(text), bound + _named(field))
            sealed[field] = b2a_base64(box, newline=False).decode()
        if "speaker" in texts:
            sealed["alias"] = self.alias(texts["speaker"])
        return sealed

    def alias(self, speaker: str) -> str:
        """Give the pseudonym of a speaker, which nobody can work out without this vault."""
        named = speaker.removeprefix(ALIAS)
        if (
            named != speaker
            and len(named) == _ALIAS_DIGITS
            and set(named) <= set("0123456789abcdef")
        ):
            return speaker  # of a fact that replaces an erased one
        digest = hmac.new(self.vault.secret, speaker.encode(), sha256).hexdigest()
        return f"{ALIAS}{digest[:_ALIAS_DIGITS]}"

    # -- opening -------------------------------------------------------------------------------

    def open(self, rows: Sequence[StoredRow]) -> list[StoredRow]:
        """Give stored rows as they would lie there unsealed; the keys of all are asked for at once.

        Where a text was erased, or its key is not at hand, something stands in its place (see
        facts.sealed). What is laid out as no tracker does is left as it is.
        """
        found = {at: parts for at, row in enumerate(rows) if (parts := parts_of(row[4]))}
        if not found:
            return list(rows)
        keys = self.vault.keys([parts.event_id for parts in found.values()])
        opened = list(rows)
        for at, parts in found.items():
            position, stream, version, topic, _ = rows[at]
            state = self._opened(parts, stream, version, keys)
            opened[at] = (position, stream, version, topic, state)
        return opened

    def _opened(
        self, parts: Parts, stream: str, version: int, keys: Mapping[Subject, bytes | None]
    ) -> bytes:
        texts, marks, bound = {}, {}, self._bound(stream, version)
        for field in parts.fields:
            subject = (parts.event_id, field)
            key = keys.get(subject)
            if subject in keys and key is None:
                marks[field] = WITHHELD
                continue
            text = self._read(key, parts.sealed[field], bound + _named(field)) if key else None
            if text is None:
                marks[field] = UNREADABLE
                self.unread += 1
            else:
                texts[field] = text
        return parts.opened(texts, marks)

    def texts(self, rows: Sequence[StoredRow]) -> dict[int, Texts]:
        """Give the texts of events that are at hand, each with its key, by position.

        What is erased, or cannot be read, is left out.
        """
        found = {row: parts for row in rows if (parts := parts_of(row[4]))}
        keys = self.vault.keys([parts.event_id for parts in found.values()])
        given: dict[int, Texts] = {}
        for (position, stream, version, _, _), parts in found.items():
            bound = self._bound(stream, version)
            for field in parts.fields:
                key = keys.get((parts.event_id, field))
                text = self._read(key, parts.sealed[field], bound + _named(field)) if key else None
                if key and text is not None:
                    entry = {"text": text, "key": key.hex()}
                    given.setdefault(position, {})[field] = entry
        return given

    def wrong(self, row: StoredRow, given: Texts) -> list[str]:
        """Name the fields of an event whose text is not what a given key opens.

        What is given comes from strangers: what is not sealed is named too, and what is not just a
        text and its key.
        """
        _, stream, version, _, state = row
        parts, bound = parts_of(state), self._bound(stream, version)
        return [
            field
            for field, one in given.items()
            if parts is None or not self._opens(parts, field, one, bound)
        ]

    def _opens(self, parts: Parts, field: str, one: Mapping[str, str], bound: bytes) -> bool:
        try:
            key, text = bytes.fromhex(one["key"]), one["text"]
            if field not in parts.fields or set(one) != {"key", "text"}:
                return False
            return text is not None and text == self._read(
                key, parts.sealed[field], bound + _named(field)
            )
        except (KeyError, TypeError, ValueError):
            return False

    def _read(self, key: bytes, box: object, bound: bytes) -> str | None:
        """Open one text; None where the key does not fit, or something was changed."""
        try:
            held = a2b_base64(str(box))
            data = self._cipher(key).decrypt(held[:NONCE], held[NONCE:], bound)
            return data.rstrip(_FILL).removesuffix(_END).decode()
        except (self._misfit, ValueError):
            return None

    def _bound(self, stream: str, version: int) -> bytes:
        """Give what a text is bound to beside its field."""
        return self._named_log + _named(stream) + _named(str(version))

    @cached_property
    def _named_log(self) -> bytes:
        return _named(self._log_id)

    @cached_property
    def _cipher(self) -> type[AESGCM]:
        """The cipher, loaded when the first text is sealed or opened: a question needs none."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return AESGCM

    @cached_property
    def _misfit(self) -> type[Exception]:
        from cryptography.exceptions import InvalidTag

        return InvalidTag


def parts_of(state: object) -> Parts | None:
    """Cut an event's bytes where they hold sealed text; None where they do not."""
    if not isinstance(state, bytes) or not is_sealed(state):
        return None
    try:
        return Parts.of(state)
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _named(part: str) -> bytes:
    """Put a part of what a text is bound to after its length, so that none runs into another."""
    data = part.encode()
    return len(data).to_bytes(4) + data


def _filled(text: str) -> bytes:
    data = text.encode() + _END
    return data + _FILL * (-len(data) % _FILLED)
