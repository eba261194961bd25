"""What others hand on, examined: proofs and bundles that may have been made to deceive.

A bundle's own verifier (`verify_bundle`) needs nothing but Python; what it cannot look into with
that alone is looked into here.
"""

from __future__ import annotations

import json
import re
import struct
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from uuid import UUID

from tracker.bundling import CONSISTENCY, PROOF, TEXTS
from tracker.errors import TrackerError
from tracker.facts.envelope import canonical
from tracker.keys import ORIGIN
from tracker.ledger import leaf_hashes, verify_consistency, verify_inclusion
from tracker.manifest import MANIFEST, differences
from tracker.notes import (
    Checkpoint,
    NoteError,
    Verifier,
    open_note,
    read_checkpoint,
    read_note,
    read_verifier,
)
from tracker.outcomes import Row
from tracker.reading import OTHER
from tracker.reports import fact_id
from tracker.sealing import Sealer, Texts, parts_of
from tracker.timestamping import Stamp, look_at
from tracker.vault import MEMORY, Vault
from tracker.verdicts import Examined
from tracker.verify_bundle import LARGEST, LONGEST, check, read

if TYPE_CHECKING:
    from tracker.facts.codec import StoredRow

_TOO_LONG = 64 * 2**20  # bytes of a proof file
MOST_FILES = 50_000
"""Of a bundle: seven, and the timestamps of its checkpoints; one an hour makes them in five years.

With the bounds of its own verifier (bytes of a line, of all), it keeps a stranger's zip from
filling memory; a bundle of a million events with long texts stays far below each.
"""
_OF_PROOF = {"format", "event", "checkpoint", "public_key"}
_OF_EVENT = {"position", "stream", "version", "topic", "state", "inclusion"}


def check_proof(data: bytes, public_keys: Sequence[str] = (), name: str = "") -> str:
    """Check a file that `prove` or `prove_consistency` made; say in a sentence what it proves.

    Without a public key, the one in the file is taken, and so said. Raises NoteError where it
    proves nothing, TrackerError where it is no such file, with its `name`.
    """
    try:
        if len(data) > _TOO_LONG:
            raise NoteError("this is no proof: it is too long for one")
        proof = json.loads(data, object_pairs_hook=_once)
        own = read_verifier(proof["public_key"])
        keys = [read_verifier(text) for text in public_keys] or [own]
        said = _CHECKS[proof["format"]](proof, keys)
    except (ValueError, KeyError, TypeError, AttributeError, struct.error, RecursionError) as error:
        raise TrackerError(
            f"{name}: ".removeprefix(": ")
            + "this is no proof that `tracker prove` wrote, or a damaged one"
        ) from error
    if public_keys:
        return said
    return f"{said}; by the key in the file itself, so compare that: {own}"


def _once(pairs: list[tuple[str, Any]]) -> Row:
    """Give an object; where a name stands twice in it, people may read one value and we another."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _check_event(proof: Row, keys: Sequence[Verifier]) -> str:
    event = proof["event"]
    checkpoint = _signed(proof["checkpoint"], keys)
    if more := (set(proof) - _OF_PROOF) | (set(event) - _OF_EVENT - {"texts"}):
        raise NoteError(f"PROVES NOTHING: nobody signed for its {', '.join(sorted(more))}")
    position, topic, state = event["position"], event["topic"].encode(), event["state"].encode()
    entry = (position, bytes.fromhex(event["stream"]), event["version"], topic, state)
    path = [bytes.fromhex(one) for one in event["inclusion"]]
    (leaf,) = leaf_hashes([entry])
    if not verify_inclusion(leaf, position - 1, checkpoint.size, path, checkpoint.root):
        raise NoteError("PROVES NOTHING: the event is not one that was signed for")
    texts = event.get("texts", {})
    if wrong := _wrong_texts(_sealer(checkpoint.origin), event, texts):
        raise NoteError(f"PROVES NOTHING: {'; '.join(wrong)}")
    said = f"event #{position} is one of the {checkpoint.size} signed for in {checkpoint.origin}"
    parts = parts_of(event["state"].encode())
    left = [field for field in parts.fields if field not in texts] if parts else []
    return f"{said}; not in the proof (erased, or left out): {', '.join(left)}" if left else said


def _check_consistency(proof: Row, keys: Sequence[Verifier]) -> str:
    old, new = _signed(proof["old"], keys), _signed(proof["new"], keys)
    path = [bytes.fromhex(one) for one in proof["consistency"]]
    joined = verify_consistency(old.size, new.size, old.root, new.root, path)
    if not joined or old.origin != new.origin:
        raise NoteError("PROVES NOTHING: the newer checkpoint does not extend the older")
    return f"the checkpoint of #{new.size} extends that of #{old.size} in {new.origin}"


_CHECKS = {PROOF: _check_event, CONSISTENCY: _check_consistency}


def _signed(note: str, keys: Sequence[Verifier]) -> Checkpoint:
    return read_checkpoint(open_note(note, keys))


# -- bundles --------------------------------------------------------------------------------------


def check_bundle(path: str, public_key: str, kept: Sequence[str], authority: bytes) -> Examined:
    """Check a bundle as its own verifier does, and its texts and timestamps.

    Raises TrackerError where it cannot be read, and for an authority's certificates that are none.
    """
    if Path(path).exists() and not (Path(path).is_dir() or Path(path).is_file()):
        raise TrackerError(f"{path} is neither a folder nor a plain file: no bundle is so")
    try:
        count, told = check(path, public_key, *kept)
        inside = check_texts(path)
        inside.wrong += _two_pasts([*read(path)[1], *kept])
        stamps = list(_stamps(path))
        changed, came = _since_made(path, public_key)
    except Exception as error:  # a stranger's files can be wrong in any way
        raise TrackerError(f"{path} cannot be read as a bundle: {_why(error)}") from error
    looked = look_at(stamps, authority)
    why = f": {_WHY_NOT[inside.selection]}{_WHO_TELLS}"
    doubts = [line + why for line in told if line.startswith(CANNOT_TELL)]
    wrong = [line for line in told if not line.startswith(CANNOT_TELL)]
    return Examined(
        count,
        selection=inside.selection,
        wrong=(*wrong, *_twice(_names(path)), *inside.wrong, *looked.wrong, *changed),
        doubts=(*doubts, *looked.doubts),
        notes=(*inside.notes, *looked.notes, *came),
    )


def _since_made(path: str, public_key: str) -> tuple[list[str], list[str]]:
    """Compare a bundle with its manifest: (what is not as it went in, what came since)."""
    names = _names(path)
    if path.endswith(".json"):
        return [], []  # a proof is whole by itself
    if MANIFEST not in names:
        return [f"{MANIFEST} is not there: nobody signs for what went in"], []
    own, notes, _ = read(path)
    origin = read_checkpoint(read_note(notes[-1])).origin
    with _files(path) as opened:
        there = {name: partial(opened, name) for name in names}
        manifest = _held(opened, MANIFEST)
        return differences(manifest, origin, [read_verifier(public_key or own)], there)


CANNOT_TELL = "CANNOT TELL"
"""How the bundle's own verifier begins what is not wrong, and cannot be called fine."""
_WHY_NOT = {
    False: "it is newer than this bundle, which is older or was cut off; all else was checked",
    True: "a selection proves of each event that it was signed for, and nothing of the rest",
}
_WHO_TELLS = "; a newer, whole bundle tells, or a proof by `tracker prove --consistency`"


def _why(error: Exception) -> str:
    """Say in words why something cannot be read."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, UnicodeError):
        return "it is not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"a line of it is no JSON ({error})"
    if isinstance(error, ValueError) and "int_max_str_digits" in str(error):
        return "a number in it has thousands of digits: no bundle holds one"
    if isinstance(error, TrackerError | OSError | ValueError | zipfile.BadZipFile):
        return str(error)
    return "it is none (a proof is checked by `tracker prove --check`)"


def _two_pasts(notes: list[str]) -> list[str]:
    """Say up to where two checkpoints were signed for different events: nobody can mean both."""
    roots: dict[int, bytes] = {}
    wrong = []
    for note in notes:
        with suppress(NoteError):  # who signed them has been looked at
            one = read_checkpoint(read_note(note))
            if roots.setdefault(one.size, one.root) != one.root:
                wrong.append(f"of the events up to #{one.size} two checkpoints tell differently")
    return wrong


def _twice(names: list[str]) -> list[str]:
    """Say which files a zip holds twice: other programs may show another one than is checked."""
    return [f"{name} stands there twice" for name, times in Counter(names).items() if times > 1]


@dataclass(slots=True)
class _Inside:
    """What a bundle's events are, and the texts beside them."""

    selection: bool = False
    sealed: int = 0
    opened: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def notes(self) -> list[str]:
        left = self.sealed - self.opened
        if not left:
            return []
        return [f"not in it (erased, or left out): {left:,} of {self.sealed:,} sealed texts"]


def check_texts(path: str) -> _Inside:
    """Check that the texts beside a bundle's events are what is sealed in them; say what is not.

    With its key a text must open from the event's own bytes, and with all of its texts a fact must
    give the id it goes by: a cipher text can be made that two keys open, an id cannot.
    """
    _, notes, lines = read(path)
    sealer = _sealer(read_checkpoint(read_note(notes[-1])).origin)
    found = _Inside()
    given: dict[int, Texts] = {}
    for one in map(_read_once, _lines(path, TEXTS)):
        if one["position"] in given:
            found.wrong.append(f"event #{one['position']}: its texts stand there twice")
        given[one["position"]] = one["texts"]
        found.wrong += _unsigned(one, {"position", "texts"})
    proof = path.endswith(".json")
    for event in map(_read_once, lines):
        found.selection |= "inclusion" in event
        if not proof:  # its own verifier, which looks into no text, has told of all else
            found.wrong += _unsigned(event, {*event} - {"texts"})
        if "state" in event:
            texts = given.pop(event["position"], None) or event.get("texts", {})
            found.wrong += _wrong_texts(sealer, event, texts)
            parts = parts_of(event["state"].encode())
            found.sealed += len(parts.fields) if parts else 0
            found.opened += len(texts)
    found.wrong += [f"event #{position}: a text of what is not there" for position in given]
    return found


def _sealer(origin: str) -> Sealer:
    """Give what opens the texts of a log with keys that are given; it has none of its own."""
    log_id = origin.removeprefix(ORIGIN)
    return Sealer(Vault(MEMORY, log_id), log_id)


def _wrong_texts(sealer: Sealer, event: Row, texts: Texts) -> list[str]:
    """Say which texts beside an event are not those that are sealed in it."""
    position = event["position"]
    row = (position, event["stream"], event["version"], event["topic"], event["state"].encode())
    wrong = sealer.wrong(row, texts)
    if not wrong and not _is_its_id(row, texts):
        wrong = ["text, of which its id was made,"]
    return [f"event #{position}: its {field} is not what is sealed" for field in wrong]


def _unsigned(one: Row, known: set[str]) -> list[str]:
    """Say what else stands in a line of a bundle, where someone may take it for signed."""
    more = ", ".join(sorted(set(one) - known))
    return [f"event #{one['position']}: nobody signed for its {more}"] if more else []


def _read_once(line: bytes | str) -> Row:
    read: Row = json.loads(line, object_pairs_hook=_once)
    return read


def _is_its_id(row: StoredRow, texts: Texts) -> bool:
    """Whether a fact's id is the one its text gives; where a text is lacking nobody can tell."""
    _, stream, _, topic, state = row
    parts = parts_of(state)
    if parts is None or set(parts.fields) - set(texts):
        return True
    opened = parts.opened({field: one["text"] for field, one in texts.items()}, {})
    body = json.loads(opened)["body"]
    own = body.pop("id", None)
    if own is None:
        return True  # no fact
    said = [fact_id(UUID(stream), topic, canonical(body))]
    body["locator"] = {k: v for k, v in body["locator"].items() if k not in {"document", "row"}}
    said.append(fact_id(UUID(stream), topic, canonical(body)))  # of a table's row
    return own in said


def _stamps(path: str) -> Iterator[Stamp]:
    """Give the timestamps of a bundle, each with the checkpoint that its name says."""
    _, notes, _ = read(path)
    names = _names(path)
    with _files(path) as opened:
        for name in names:
            if found := _STAMP.fullmatch(name):
                number = int(found[1])
                note = notes[number - 1].encode() if 0 < number <= len(notes) else None
                yield Stamp(name, f"checkpoint {number}", note, _held(opened, name, OTHER))


_STAMP = re.compile(r"timestamp-([0-9]{1,9})(?:-[0-9]{1,9})?\.tsr", re.ASCII)


def _lines(path: str, name: str) -> Iterator[bytes]:
    """Read the lines of a file of a bundle that may be lacking. Raises TrackerError for long ones.

    A folder's and a zip's are read as its own verifier reads those of its events.
    """
    if name not in _names(path):
        return
    with _files(path) as opened, opened(name) as file:
        while line := file.readline(LONGEST + 1):
            if len(line) > LONGEST or file.tell() > LARGEST:
                raise TrackerError(f"{name}, or a line of it, is longer than in a bundle: refused")
            yield line


def _names(path: str) -> list[str]:
    """Name the files of a bundle; a proof has none. Raises TrackerError for too many, too long."""
    if path.endswith(".json"):
        return []
    if Path(path).is_dir():
        names, size = sorted(one.name for one in Path(path).iterdir()), 0
    else:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            size = sum(one.file_size for one in packed.infolist())
    if len(names) > MOST_FILES or size > LARGEST:
        raise TrackerError(
            f"it holds over {MOST_FILES:,} files, or over {LARGEST:,} bytes once unpacked: "
            "no bundle does, so nothing of it was looked at"
        )
    return names


Open = Callable[[str], AbstractContextManager[IO[bytes]]]


def _held(opened: Open, name: str, most: int = LONGEST) -> bytes:
    with opened(name) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise TrackerError(f"{name} has over {most:,} bytes: no bundle's is so long")
    return data


@contextmanager
def _files(path: str) -> Iterator[Open]:
    """Give what opens the files of a bundle by name: of a zip, its list is read once."""
    if Path(path).is_dir():
        yield lambda name: (Path(path) / name).open("rb")
    else:
        with zipfile.ZipFile(path) as packed:
            yield packed.open
