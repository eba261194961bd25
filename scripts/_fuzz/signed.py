"""What is handed on signed: notes, public keys, bundles. Nothing changed may pass for the signed.

The key and the log's id are fixed, so that a seed makes the same inputs everywhere.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from _fuzz import seeds
from _fuzz.mutating import GENERAL
from tracker.errors import TrackerError
from tracker.examining import check_proof
from tracker.keys import KEY, ORIGIN
from tracker.ledger import leaf_hashes
from tracker.notes import (
    Checkpoint,
    NoteError,
    Verifier,
    open_note,
    read_checkpoint,
    read_note,
    read_verifier,
    sign_note,
)
from tracker.situation import Situation
from tracker.verify_bundle import check

Told = Sequence[str]
ACCEPTED = "accepted"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ID = "00000000-0000-4000-8000-000000000000"
NAME = ORIGIN + ID
NOTE = sign_note(str(Checkpoint(NAME, 7, bytes(32))), NAME, PRIVATE)
VERIFIER = Verifier(NAME, PRIVATE.public_key().public_bytes_raw())


def notes() -> list[bytes]:
    """Give signed notes and a public key."""
    other = sign_note("of something\nelse\n", "someone", PRIVATE)
    both = NOTE + other.rpartition("\n\n")[2]
    return [NOTE.encode(), both.encode(), str(VERIFIER).encode()]


@contextmanager
def note() -> Iterator[Callable[[bytes], Told]]:
    """Notes: what opens with the key says what was signed with it. And public keys."""
    signed = {NOTE.rpartition("\n\n")[0] + "\n"}

    def feed(data: bytes) -> Told:
        told = []
        try:
            text = data.decode(errors="replace")
            if str(read_verifier(text)) != text.strip():
                raise AssertionError("a public key is written in two ways")
            told.append(ACCEPTED)
        except NoteError as error:
            told.append(str(error))
        try:
            read_checkpoint(read_note(data))
            if open_note(data, [VERIFIER]) not in signed:
                raise AssertionError("a note that nobody signed was opened")
        except NoteError as error:
            return [*told, str(error).partition("(")[0]]
        return [ACCEPTED, *told]

    yield feed


# -- bundles -------------------------------------------------------------------------------------


@cache
def _made() -> tuple[bytes, bytes, str, frozenset[tuple[int, str]]]:
    """Make a bundle, a proof, the public key, and all leaves by position."""
    with TemporaryDirectory() as folder:
        keys = Path(folder) / "keys"
        keys.mkdir()
        pem = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (keys / KEY).write_bytes(pem)
        path, zipped = Path(folder) / "log" / "situation.db", Path(folder) / "bundle.zip"
        path.parent.mkdir()
        with (
            mock.patch.dict(os.environ, {"TRACKER_KEYS": str(keys)}),
            mock.patch("tracker.leaves.uuid4", return_value=ID),
            Situation(str(path), create=True, clock=lambda: 0) as situation,
        ):
            situation.register(seeds.situations()[0], "situation.yaml", by="fuzz")
            situation.checkpoint()
            situation.bundle(zipped)
            proof = json.dumps(situation.prove("#3")).encode()
            leaves = situation.log.leaves(situation.position)
            key = situation.public_key()
        numbered = frozenset((at, leaf.hex()) for at, leaf in enumerate(leaves, 1))
        return _stored(zipped.read_bytes()), proof, key, numbered


def _stored(data: bytes) -> bytes:
    """Pack a zip anew without compression, so that a change of a byte is a change of a word."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        members = {name: packed.read(name) for name in packed.namelist() if name.endswith(_TEXT)}
    return _zip(members)


_TEXT = ("jsonl", "key.txt")


def _zip(members: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, data in members.items():
            packed.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def bundles() -> list[bytes]:
    """Give a bundle, as a zip."""
    return [_made()[0]]


def change_member(moments: Random, data: bytes, corpus: Sequence[bytes]) -> bytes:
    """Change what a member of a zip holds, or its name."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        return data
    if not members:
        return data
    name = moments.choice([*members])
    if moments.random() < 0.1:  # noqa: PLR2004 - seldom
        members[moments.choice(("../x", "a/b", "/x", "x\\y", "key.txt "))] = members.pop(name)
        return _zip(members)
    members[name] = moments.choice(GENERAL)(moments, members[name], corpus[:1])
    return _zip(members)


@contextmanager
def bundle() -> Iterator[Callable[[bytes], Told]]:
    """Bundles: what the bundle's own verifier finds nothing wrong with is the log's, to the bit."""
    _, _, key, leaves = _made()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "bundle.zip"

        def feed(data: bytes) -> Told:
            path.write_bytes(data)
            try:
                _, wrong = check(str(path), key)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001 - "cannot be read", and exit 2: its promise
                return [f"{type(error).__name__}: {error}"]
            if wrong:
                return [line[:60] for line in wrong]
            with zipfile.ZipFile(path) as packed:
                rows = [json.loads(line) for line in packed.open("events.jsonl")]
            if {(row["position"], _leaf(row)) for row in rows} != leaves:
                raise AssertionError("a bundle of other events is said to be fine")
            return [ACCEPTED]

        yield feed


def _leaf(row: dict[str, Any]) -> str:
    if "leaf" in row:
        return str(row["leaf"])
    topic, state = row["topic"].encode(), row["state"].encode()
    entry = (row["position"], bytes.fromhex(row["stream"]), row["version"], topic, state)
    return leaf_hashes([entry])[0].hex()


def proofs() -> list[bytes]:
    """Give a proof of an event."""
    return [_made()[1]]


@contextmanager
def proof() -> Iterator[Callable[[bytes], Told]]:
    """Proofs: what proves something proves the event that was signed for."""
    _, _, key, leaves = _made()

    def feed(data: bytes) -> Told:
        try:
            said = check_proof(data, [key])
        except TrackerError as error:
            return [str(error)]
        event = json.loads(data)["event"]
        if (event["position"], _leaf(event)) not in leaves:
            raise AssertionError("an event that is not the log's is said to be proved")
        return [ACCEPTED, said]

    yield feed
