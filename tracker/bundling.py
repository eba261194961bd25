"""Proofs and bundles: all of a log or parts of it, for someone who does not trust who brings them.

A proof is one JSON file, a bundle a folder or a zip of plain files; both hold the exact bytes of
events, the signed checkpoints that commit to them, and what joins the two. `verify_bundle`, which
goes with every bundle, checks both with nothing but Python; `examining` looks closer.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING

from tracker.errors import TrackerError
from tracker.ledger import Tree
from tracker.manifest import Listing, Out, Sign
from tracker.notes import read_checkpoint, read_note
from tracker.outcomes import Row

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow
    from tracker.leaves import Stored
    from tracker.log import Log

PROOF = "situation-tracker proof/1"
CONSISTENCY = "situation-tracker consistency/1"
CHECKER = "verify_bundle.py"
TEXTS = "texts.jsonl"
_PAGE = 500  # events whose texts are looked up at once


def tree_of(log: Log, size: int, root: bytes) -> Tree:
    """Give the ledger's tree up to a checkpoint. Raises TrackerError where it is another."""
    leaves = log.leaves(size)
    tree = Tree(leaves)
    if len(leaves) != size or tree.root(0, size) != root:
        raise TrackerError("the ledger is not the one that was signed: see `tracker verify`")
    return tree


def event_row(row: tuple[int, str, int, str, bytes]) -> Row:
    """Write an event as bundles have it; its exact bytes are the UTF-8 of `state`."""
    position, stream, version, topic, state = row
    try:
        text = state.decode()
    except (UnicodeDecodeError, AttributeError) as error:
        raise TrackerError(f"event #{position} is damaged: see `tracker verify`") from error
    return {
        "position": position,
        "stream": stream,
        "version": version,
        "topic": topic,
        "state": text,
    }


def prove(log: Log, position: int, note: str, public_key: str, *, sealed: bool = False) -> Row:
    """Prove an event to a checkpoint that covers it: {format, event, checkpoint, public_key}.

    The event's `inclusion` is the path of RFC 9162, in hex; its `texts` are those that are not
    erased, with their keys, unless `sealed`. Raises TrackerError where the ledger
    does not bear it out.
    """
    checkpoint = read_checkpoint(read_note(note))
    (row,) = log.raw_rows(position - 1, position)
    path = tree_of(log, checkpoint.size, checkpoint.root).inclusion(position - 1)
    event = {**event_row(row), "inclusion": [one.hex() for one in path]}
    for given in () if sealed else texts_of(log, [row]):
        event["texts"] = given["texts"]
    return {"format": PROOF, "event": event, "checkpoint": note, "public_key": public_key}


def prove_consistency(log: Log, old: str, new: str, public_key: str) -> Row:
    """Prove that one checkpoint extends another: {format, old, new, consistency, public_key}."""
    was, now = (read_checkpoint(read_note(note)) for note in (old, new))
    if was.size > now.size:
        raise TrackerError(f"the older checkpoint comes first: #{was.size} is after #{now.size}")
    tree = tree_of(log, now.size, now.root)
    if was.size == 0 or tree.root(0, was.size) != was.root:
        raise TrackerError("the newer checkpoint does not extend the older one")
    path = [one.hex() for one in tree.consistency(was.size)]
    return {
        "format": CONSISTENCY,
        "old": old,
        "new": new,
        "consistency": path,
        "public_key": public_key,
    }


# -- bundles --------------------------------------------------------------------------------------


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path

    def file(self, name: str) -> IO[bytes]:
        return (self._path / name).open("xb")


class _Zip:
    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed

    def file(self, name: str) -> IO[bytes]:
        made = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))  # the same log, the same bytes
        made.compress_type = zipfile.ZIP_DEFLATED
        return self._packed.open(made, "w", force_zip64=True)


@contextmanager
def _writing(path: Path) -> Iterator[Out]:
    """Give what to fill; it takes the path's name once it is filled, and is gone otherwise."""
    refuse_taken(path)
    named, path = path, path.resolve()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{path.name[:100]}.", dir=path.parent) as folder:
            fresh = Path(folder) / "bundle"
            if path.suffix == ".zip":
                with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as packed:
                    yield _Zip(packed)
            else:
                fresh.mkdir()
                yield _Folder(fresh)
            fresh.replace(path)
    except OSError as error:  # the name it has meanwhile says nothing to anyone
        raise TrackerError(f"{named} was not written: {error.strerror or error}") from error


def refuse_taken(path: Path) -> None:
    """Refuse a place where no bundle can go. Raises TrackerError."""
    if path.suffix == ".zip" and path.exists():
        raise TrackerError(f"{path} is there already: name another file")
    if path.exists() and not path.is_dir():
        raise TrackerError(f"{path} is no folder: name a new folder, or a file .zip")
    if path.is_dir() and any(path.iterdir()):
        raise TrackerError(f"{path} is not empty: name a new folder, or a file .zip")


def bundle(  # noqa: PLR0913 - by keyword: an option each
    log: Log,
    path: Path,
    *,
    title: str,
    public_key: str,
    checkpoints: Sequence[Stored],
    timestamps: Sequence[tuple[int, bytes]] = (),
    only: Collection[int] | None = None,
    withhold: Collection[int] = (),
    sealed: bool = False,
    sign: Sign,
) -> int:
    """Write a bundle into a new folder, or a file that ends in .zip; give the number of events.

    All events to the last of `checkpoints`, or `only` those at some positions, each with its proof.
    Of those to `withhold`, the leaf alone goes in; the log itself must say which these are
    (EventWithheld), or whoever checks the bundle is told that they are unexplained. Texts go in
    with their keys, unless `sealed`. What went in is listed, and `sign` signs for that (manifest).
    """
    newest = checkpoints[-1]
    head = read_checkpoint(read_note(newest.note))
    tree = tree_of(log, head.size, head.root)
    leaves = log.leaves(head.size) if withhold else []
    count = 0
    with _writing(path) as place:
        out = Listing(place)
        with out.file("events.jsonl") as file:
            for row in _rows(log, head.size, only):
                event = event_row(row)
                if row[0] in withhold:
                    event = {"position": row[0], "leaf": leaves[row[0] - 1].hex()}
                if only is not None:
                    event["inclusion"] = [one.hex() for one in tree.inclusion(row[0] - 1)]
                file.write(json.dumps(event).encode() + b"\n")
                count += 1
        if not sealed:
            shown = (row for row in _rows(log, head.size, only) if row[0] not in withhold)
            with out.file(TEXTS) as file:
                file.writelines(json.dumps(one).encode() + b"\n" for one in texts_of(log, shown))
        with out.file("checkpoints.jsonl") as file:
            file.writelines(json.dumps(one.note).encode() + b"\n" for one in checkpoints)
        told: dict[int, int] = {}
        for number, token in timestamps:
            told[number] = told.get(number, 0) + 1
            another = f"-{told[number]}" if told[number] > 1 else ""
            with out.file(f"timestamp-{number}{another}.tsr") as file:
                file.write(token)
        checker = Path(__file__).with_name(CHECKER).read_bytes()
        whole = _ALL if only is None else _SOME
        readme = _README.format(
            title=title,
            origin=head.origin,
            count=count,
            whole=whole.format(size=head.size),
            stamps=len(timestamps),
        )
        for name, data in (
            ("key.txt", f"{public_key}\n".encode()),
            (CHECKER, checker),
            ("README.txt", readme.encode()),
        ):
            with out.file(name) as file:
                file.write(data)
        out.finish(head.origin, sign)
    return count


def _rows(
    log: Log, size: int, only: Collection[int] | None
) -> Iterator[tuple[int, str, int, str, bytes]]:
    if only is None:
        yield from log.raw_rows(0, size)
        return
    for position in sorted(only):
        yield from log.raw_rows(position - 1, position)


def texts_of(log: Log, rows: Iterable[StoredRow]) -> Iterator[Row]:
    """Give the texts of sealed events that can be read: {position, texts: {field: {text, key}}}."""
    stream = iter(rows)
    if not log.has_sealed():
        return
    log.settle()
    while page := list(islice(stream, _PAGE)):
        for position, texts in sorted(log.sealer.texts(page).items()):
            yield {"position": position, "texts": texts}


_ALL = "They are all events of the log, from the first to #{size}, in their order."
_SOME = (
    "They are a selection. Each is proved to be one of the first {size} events of the log, at the\n"
    "position it names. What else the log holds, a selection does not tell; that these are all\n"
    "that went in, the manifest does."
)
_README = """\
{title}: {count} events of a situation tracker's log
{origin}

{whole}

To check them you need Python 3.9 or newer, and neither the tracker nor a network:

    python3 verify_bundle.py . KEY.txt

KEY.txt is the public key of whoever keeps the log, as you have it from them by another way than
this bundle. Without it, the key in key.txt is taken, and then all that is shown is that the bundle
agrees with itself: anyone could have made it, with a key of their own. If you have kept a
checkpoint of this log from earlier, name it after the key: the bundle must extend it.

verify_bundle.py came with the bundle, so read it first, or take it from somewhere you trust: it is
short for that reason. It ends with 0 where all events are as they were signed for, with 1 where
they are not, where something is withheld and not explained, or where it cannot tell whether the
bundle extends what you have kept, and with 2 where it cannot be read. It opens no text and no
timestamp, which takes more than Python, and leaves the manifest alone: `tracker bundle --check`
looks at all three.

events.jsonl       one event a line: its position in the log, its stream (a report) and version
                   there, its topic, and its exact bytes: the UTF-8 of `state`, which is JSON too
texts.jsonl        what is sealed in events (gist, note, quote, speaker), each with its key; where
                   this file is lacking, the bundle was made without. Sealed is AES-256-GCM: of
                   `sealed`, in base64, the first 12 bytes are the nonce; bound to it are the
                   log's id (the name above, after the slash), the stream in hex, the version and
                   the field, each as UTF-8 after its length in 4 bytes; the text ends with a byte
                   80 and zeros. `tracker bundle --check` opens each and compares. What was erased
                   has no key any more: an event TextErased says by whose authority, and why
checkpoints.jsonl  signed notes, oldest first: each commits to all events up to its size
key.txt            the public key: name+id+key (C2SP signed-note, Ed25519)
timestamp-N.tsr    an authority's word on when checkpoint N was there (RFC 3161), and
                   timestamp-N-2.tsr another one's. `tracker bundle --check` looks whether each is
                   of its checkpoint, and with --timestamp-authority who signed it; so does
                   `openssl ts -verify`. As this bundle was made, {stamps} went in
manifest.txt       a signed note: all files that went in but this one, each with its sha256, so
                   that it shows when a text, a timestamp or an event was taken out since.
                   `tracker bundle --check` compares; so does `sha256sum *`, by eye

What no bundle can show: that nothing was left out when the reports were read, that what they say is
true, and, to someone who has never seen a later checkpoint, that this one is the newest.
"""
