"""Ids made of the names of a table's places and actors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from hashlib import sha256

from tracker.datasets.values import folded

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
