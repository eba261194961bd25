"""Ids: of a table's places and actors, made of their names, and of its facts, of what they say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha1, sha256
from typing import TYPE_CHECKING

from tracker.datasets.values import folded
from tracker.facts.envelope import NAMESPACE

if TYPE_CHECKING:
    from hashlib import _Hash as Digest

LONGEST = 60  # characters of an id that come from a name


def slug(name: str) -> str:
    """Make an id of a name: ASCII, lower case, hyphens; of a name in other letters, a digest."""
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    ascii_only = plain.encode("ascii", "ignore").decode().lower()
    made = re.sub(r"[^a-z0-9]+", "-", ascii_only.replace("'", "")).strip("-")
    letters = sum(letter.isalnum() for letter in plain)
    if letters and 2 * sum(letter.isalnum() for letter in ascii_only) < letters:
        return f"{made}-{digest(name)}".strip("-")  # mostly other letters: what is left says little
    if not made:
        return f"x-{digest(name)}"
    return made if len(made) <= LONGEST else f"{made[:LONGEST].strip('-')}-{digest(name)}"


def digest(name: str) -> str:
    """Give 6 hexadecimal digits of a name's sha256."""
    return sha256(folded(name).encode()).hexdigest()[:6]


def fresh_id(name: str, taken: Mapping[str, object]) -> str:
    """Make an id of a name that nothing else has."""
    made = slug(name)
    return made if made not in taken else f"{made}-{digest(name)}"


def fact_digest(stream: str, kind: str) -> Digest:
    """Begin the digest of a fact's id with what all facts of a kind in a stream share."""
    shared = b'%s["%s","%s",' % (NAMESPACE.bytes, stream.encode(), kind.encode())
    return sha1(shared)  # noqa: S324 - what a UUID of version 5 is made with


def finished_id(begun: Digest, content: bytes) -> str:
    """Give the id of a fact: what reports.fact_id gives, at a third of its cost."""
    whole = begun.copy()
    whole.update(content)
    whole.update(b"]")
    digest = whole.hexdigest()
    variant = "89ab"[int(digest[16], 16) & 3]  # RFC 9562: the two bits that name the layout
    return f"{digest[:8]}-{digest[8:12]}-5{digest[13:16]}-{variant}{digest[17:20]}-{digest[20:32]}"
