"""A bundle's manifest: the files that went in, signed for, so that what was taken out since shows.

Each event of a bundle is proved by itself; that a text, a timestamp or an event of a selection was
there, nothing else tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from hashlib import sha256
from typing import IO, Protocol, cast

from tracker.notes import NoteError, Verifier, open_note

MANIFEST = "manifest.txt"
FORM = "situation-tracker bundle/1"
"""The first line of a manifest: no checkpoint begins so, which one key signs as well."""

_PART = 2**20  # bytes of a file that are in memory at once

Read = Callable[[], AbstractContextManager[IO[bytes]]]
Sign = Callable[[str], str]
"""Signs a text that ends its last line: gives the note (notes.sign_note)."""


class Out(Protocol):
    """Where a bundle's files go."""

    def file(self, name: str) -> IO[bytes]:
        """Open a new file of the bundle."""


class Listing:
    """Writes files, and lists what was written."""

    def __init__(self, out: Out) -> None:
        """Begin with none."""
        self._out = out
        self._digests: dict[str, str] = {}

    @contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        """Open a new file; what is written to it is listed once it is closed."""
        with self._out.file(name) as file:
            hashed = _Hashed(file)
            yield cast("IO[bytes]", hashed)
        self._digests[name] = hashed.digest.hexdigest()

    def finish(self, origin: str, sign: Sign) -> None:
        """Write the manifest: its form, of which log, and each file's sha256, in hex, and name."""
        lines = [FORM, origin, *(f"{self._digests[name]} {name}" for name in sorted(self._digests))]
        with self._out.file(MANIFEST) as file:
            file.write(sign("".join(f"{line}\n" for line in lines)).encode())


class _Hashed:
    """A file that is written to, and its digest."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)

    def writelines(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            self.write(line)


def differences(
    note: bytes, origin: str, keys: Iterable[Verifier], there: Mapping[str, Read]
) -> tuple[list[str], list[str]]:
    """Give (what is not as it went in, what came since), by a manifest that one of `keys` signed.

    `there` opens each file that there is now, by name.
    """
    try:
        lines = open_note(note, keys).splitlines()
    except NoteError as error:
        return [f"{MANIFEST}: {error}"], []
    if lines[:2] != [FORM, origin]:
        return [f"{MANIFEST}: it is of another log, or no manifest"], []
    listed = {name: digest for digest, _, name in (line.partition(" ") for line in lines[2:])}
    wrong = [f"{name} went in, and is not there" for name in sorted(listed.keys() - there.keys())]
    for name in sorted(listed.keys() & there.keys()):
        found = sha256()
        with there[name]() as file:
            for part in iter(partial(file.read, _PART), b""):
                found.update(part)
        if found.hexdigest() != listed[name]:
            wrong.append(f"{name} is not as it went in")
    came = sorted(there.keys() - listed.keys() - {MANIFEST})
    return wrong, [f"{name} came since: nobody signed for it" for name in came]
