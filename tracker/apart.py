"""Apart: what is done without a situation: files checked, seeds found, a log copied."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tracker.errors import NotFoundError, TrackerError
from tracker.outcomes import Row
from tracker.threads import told_in_words
from tracker.verdicts import Examined

if TYPE_CHECKING:
    from tracker.citations import Citation


def shown_name(log: str) -> str:
    """Give a log's name as it may be shown: an address on a server without its password."""
    from tracker.engines.address import hidden

    return hidden(log)


def refuse_slip(log: str) -> None:
    """Refuse a log's name that was to be an address. Raises LogError, which shows no password."""
    from tracker.engines.address import is_url

    is_url(log)


@told_in_words
def follow(
    path: str,
    source: str | None,
    *,
    once: bool = True,
    poll: float = 1.0,
    tell: Callable[[str], None] = lambda _: None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[int, int]:
    """Copy a log into a replica at `path`: the events copied, and the replica's position then.

    `source` is a path or postgresql://..., None for the one it was copied from before. `once`
    copies what is there; else it goes on, asking every `poll` seconds. What is copied is checked
    against the ledger as it comes. `tell` is told in words of what goes wrong meanwhile, `progress`
    how far it is: (position, the source's). Raises TrackerError (following.follow).
    """
    from random import random

    from tracker.following import follow
    from tracker.situation import now
    from tracker.waiting import Waiting

    waiting = Waiting(time.sleep, now, random, lambda: False, poll)
    return follow(path, source, waiting, once=once, tell=tell, progress=progress)


def read_kind(file: IO[bytes], name: str, kind: str = "") -> bytes:
    """Read an opened file, and no more of it than shows that it is too long (reading)."""
    from tracker.reading import read_kind as read

    return read(file, name, kind)


def check_situation(data: bytes, file: str, log: str) -> None:
    """Refuse a situation.yaml before a new log is made for it. Raises InputError.

    Where there is a log already, it may lean on what is registered there: `register` checks that.
    """
    from tracker.engines import log_is_there
    from tracker.situation_file import read_situation

    if not log_is_there(log):
        read_situation(data, file)


def refuse_read_only(log: str) -> None:
    """Refuse to make a log where nothing is to be written. Raises TrackerError."""
    from tracker.engines import log_is_there

    if not log_is_there(log):
        raise TrackerError(
            f"no log at {shown_name(log)}, and --read-only makes none: leave it out (or "
            "$TRACKER_READ_ONLY) to make one"
        )


def seeds(name: str) -> Path:
    """Find a situation that comes with the package: in the wheel, or in a checkout beside it."""
    here = Path(__file__).parent
    for folder in (here / "_seeds" / name, here.parent / "seeds" / name):
        if folder.is_dir():
            return folder
    raise NotFoundError(f"the situation '{name}' did not come with this installation")


def check_proof(data: bytes, public_keys: Sequence[str] = (), name: str = "") -> str:
    """Check a proof that `prove` or `prove_consistency` made; say what it proves (examining)."""
    from tracker.examining import check_proof as check

    return check(data, public_keys, name)


def check_keys(text: str) -> list[str]:
    """Give the public keys of a file, one a line. Raises TrackerError where one is none."""
    from tracker.notes import read_verifier

    keys = [line for line in text.splitlines() if line.strip()]
    for key in keys or [""]:
        read_verifier(key)
    return keys


def check_authority(data: bytes) -> None:
    """Refuse what holds no certificates (PEM). Raises TrackerError."""
    from tracker.timestamping import check_certificates

    check_certificates(data)


def refuse_taken(path: str) -> None:
    """Refuse a place where no bundle can go. Raises TrackerError (bundling)."""
    from tracker.bundling import refuse_taken as refuse

    refuse(Path(path))


def check_bundle(
    path: str, public_key: str = "", kept: Sequence[str] = (), authority: bytes = b""
) -> Examined:
    """Check a bundle (examining): what is not as it was signed, and what cannot be told.

    `kept` are the texts of older checkpoints, `authority` the certificates (PEM) of who signed its
    timestamps. Raises TrackerError where it cannot be read.
    """
    from tracker.examining import check_bundle as check

    return check(path, public_key, kept, authority)


def guess_mapping(path: Path) -> str:
    """Write a starting mapping for a table. Raises InputError."""
    from tracker.datasets.encodings import likely_encoding, readings
    from tracker.datasets.guess import guess_mapping as guess
    from tracker.datasets.records import likely_records
    from tracker.datasets.tables import Reading, open_table

    encoding = likely_encoding(path)
    records = likely_records(path, encoding)
    aside = frozenset({"row", "coordinate"})  # what is wrong with a row, importing it says
    with open_table(path, Reading(encoding=encoding, records=records, aside=aside)) as table:
        return guess(table, path.name, readings(path))


def read_citation(data: bytes, file: str) -> Citation:
    """Read a citation that `Situation.cite` made. Raises InputError."""
    from tracker.citations import read_citation as read

    return read(data, file)


def file_schema(what: str) -> Row:
    """Give the JSON Schema of a file: sheet, situation, expect, mapping, citation.

    Of `datasette` the metadata that explain the read model to it.
    """
    if what == "sheet":
        from tracker.sheets import sheet_schema

        return sheet_schema()
    if what == "situation":
        from tracker.situation_file import situation_schema

        return situation_schema()
    if what == "mapping":
        from tracker.datasets.mapping import mapping_schema

        return mapping_schema()
    if what == "datasette":
        from projections.browsing import datasette_metadata

        return datasette_metadata()
    if what == "citation":
        from tracker.citations import citation_schema

        return citation_schema()
    from tracker.expectations import expectations_schema

    return expectations_schema()
