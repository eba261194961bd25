"""Signed notes and checkpoints, in the formats that transparency logs share.

The specifications are C2SP's signed-note (a text, a blank line, signature lines; Ed25519 is
signature type 1) and tlog-checkpoint (origin, size and root as the first lines of such a text).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tracker.errors import TrackerError
from tracker.ledger import HASH

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ED25519 = b"\x01"
"""The signature type, from the table of the signed-note specification."""
LONGEST = 1 << 16  # characters of a note; ours have three lines and a signature
_SIGNED = "\u2014 "
_NAME = re.compile(r"[^\s+]+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
_KEY_BYTES, _ID_BYTES = 32, 4


class NoteError(TrackerError):
    """A note that is not one, or is not signed as it must be."""


class UnknownSignerError(NoteError):
    """A note that is signed by nobody whose key is known."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name: whose signatures count."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The first four bytes of the SHA-256 of name, newline, type and key."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[
            :_ID_BYTES
        ]

    def __str__(self) -> str:
        """Write it as people hand it on: name+id+key."""
        key = base64.b64encode(ED25519 + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


def read_verifier(text: str) -> Verifier:
    """Read a public key as `str(Verifier)` writes it. Raises NoteError."""
    name, _, rest = text.strip().partition("+")
    key_id, _, key = rest.partition("+")
    decoded = _decoded(key)
    if decoded is None or decoded[:1] != ED25519 or len(decoded) != 1 + _KEY_BYTES:
        raise NoteError("this is no public key: it reads name+id+key, on one line")
    found = Verifier(name, decoded[1:])
    if not _NAME.fullmatch(name) or found.key_id.hex() != key_id:
        raise NoteError("this public key is damaged: its id does not belong to it")
    return found


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head at a size: what is signed."""

    origin: str
    size: int
    root: bytes

    def __str__(self) -> str:
        """Write the three lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint's text; further lines are allowed and left alone. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not _SIZE.fullmatch(lines[1]):  # noqa: PLR2004 - three lines and their end
        raise NoteError("this is no checkpoint: origin, size and root, a line each")
    root = _decoded(lines[2])
    if root is None or len(root) != HASH:
        raise NoteError("this is no checkpoint: its third line is no root")
    return Checkpoint(lines[0], int(lines[1]), root)


def sign_note(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """Sign a text that ends its last line."""
    public = key.public_key().public_bytes_raw()
    signature = Verifier(name, public).key_id + key.sign(text.encode())
    return f"{text}\n{_SIGNED}{name} {base64.b64encode(signature).decode()}\n"


def read_note(data: str | bytes) -> str:
    """Give a note's text, whoever signed it. Raises NoteError."""
    return _split(data)[0]


def open_note(data: str | bytes, verifiers: Iterable[Verifier]) -> str:
    """Give a note's text, if someone known signed it and no known signature is wrong.

    A signature that a known key made, and that stands under another name or id, is wrong too: a
    stranger's it would be passed over. Raises UnknownSignerError where none is of a known key,
    else NoteError.
    """
    text, signatures = _split(data)
    known = {(one.name, one.key_id): one for one in verifiers}
    good = False
    for name, signature in signatures:
        by = known.get((name, signature[:_ID_BYTES]))
        if by is not None and not _is_of(signature, text, by):
            raise NoteError(f"the signature of {name} is not of this text")
        if by is None and any(_is_of(signature, text, one) for one in known.values()):
            raise NoteError(f"the signature of {name} stands under a name or id not its own")
        good = good or by is not None
    if not good:
        names = ", ".join(name for name, _ in signatures)
        raise UnknownSignerError(f"signed by nobody whose key is known here ({names})")
    return text


def _is_of(signature: bytes, text: str, by: Verifier) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(by.public).verify(signature[_ID_BYTES:], text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _split(data: str | bytes) -> tuple[str, list[tuple[str, bytes]]]:
    if len(data) > LONGEST:
        raise NoteError("this is no signed note: it is too long for one")
    try:
        note = data.decode() if isinstance(data, bytes) else data
        note.encode()
    except UnicodeError as error:
        raise NoteError("this is no signed note: it is not UTF-8") from error
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise NoteError("this is no signed note: a text, a blank line, signatures")
    signatures = []
    for line in lines[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_SIGNED).partition(" ")
        signature = _decoded(encoded)
        if not line.startswith(_SIGNED) or not _NAME.fullmatch(name) or not signature:
            raise NoteError("this is no signed note: a signature line is damaged")
        signatures.append((name, signature))
    return text + "\n", signatures


def _decoded(text: str) -> bytes | None:
    """Decode base64 that is written in the one way that there is."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode() == text else None
