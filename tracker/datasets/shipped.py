"""The mappings that come with the tracker, by their names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tracker.datasets.json_text import NAME_THE_KEY
from tracker.errors import InputError, NotFoundError

FOLDER = Path(__file__).parent / "mappings"


def shipped(name: str) -> tuple[bytes, str]:
    """Read a mapping that comes with the package, by its name. Raises NotFoundError."""
    path = FOLDER / f"{name}.yaml"
    if "/" in name or "\\" in name or not path.is_file():
        from tracker.validation import did_you_mean

        names = sorted(one.stem for one in FOLDER.glob("*.yaml"))
        said = f"no mapping file '{name}', and none of that name is shipped"
        listed = f" (those are {', '.join(names)})"
        raise NotFoundError(f"{said}{did_you_mean(name, names) or listed}")
    return path.read_bytes(), f"{name}.yaml"


@contextmanager
def to_be_copied(name: str | None) -> Iterator[None]:
    """Say where a shipped mapping is to be copied from, of what one would write into one's own.

    `name` is None where the mapping is one's own already.
    """
    try:
        yield
    except InputError as error:
        if name is None:
            raise
        copy = f"copy {FOLDER / name}.yaml as a mapping of your own and there {NAME_THE_KEY}"
        raise InputError(
            [
                replace(one, message=one.message.replace(NAME_THE_KEY, copy))
                for one in error.problems
            ]
        ) from error
