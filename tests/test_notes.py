"""Signed notes and checkpoints: as the specifications have them, and refused if anything is off."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tracker.notes import (
    Checkpoint,
    NoteError,
    UnknownSignerError,
    Verifier,
    open_note,
    read_checkpoint,
    read_note,
    read_verifier,
    sign_note,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "situation-tracker/of-tests"
OURS = Verifier(NAME, KEY.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint(NAME, 190, bytes(range(32)))
ROOT = base64.b64encode(bytes(32)).decode()
NOTE = sign_note(str(CHECKPOINT), NAME, KEY)
SHARED = NOTE.encode().rindex(b" ") + 1 + 8 * len(OURS.key_id) // 6
"""The letter of the signature line that ends the id and begins the signature."""
# A public key as the reference implementation's documentation has it (package note of Go's sumdb).
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_a_public_key_of_the_reference_implementation_is_read() -> None:
    """Its id is a hash over name, type and key: read means that ours is worked out the same way."""
    verifier = read_verifier(GO_KEY)
    assert (verifier.name, str(verifier)) == ("PeterNeumann", GO_KEY)


def test_a_signature_of_another_text_is_refused() -> None:
    with pytest.raises(NoteError, match="not of this text"):
        open_note(NOTE.replace("190", "191"), [OURS])


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    origin, size, root, blank, signature, end = NOTE.split("\n")
    assert (origin, size, blank, end) == (NAME, "190", "", "")
    assert base64.b64decode(root) == bytes(range(32))
    assert signature.startswith(f"\u2014 {NAME} ")
    assert base64.b64decode(signature.split(" ")[2])[:4] == OURS.key_id
    assert read_checkpoint(open_note(NOTE, [OURS])) == CHECKPOINT


def test_signatures_of_others_are_left_alone() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    both = NOTE + sign_note(str(CHECKPOINT), "witness", other).rpartition("\n\n")[2]
    assert open_note(both, [OURS]) == str(CHECKPOINT)
    with pytest.raises(UnknownSignerError, match="nobody whose key is known"):
        open_note(both, [])


def test_a_known_signature_under_another_name_or_id_is_no_strangers() -> None:
    with pytest.raises(NoteError, match="stands under a name or id not its own"):
        open_note(NOTE, [Verifier("witness", OURS.public)])


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_no_bit_of_a_note_can_change(at: int, bit: int) -> None:
    data = bytearray(NOTE.encode())
    data[at] ^= 1 << bit
    with pytest.raises(NoteError) as refused:
        open_note(bytes(data), [OURS])
    # A stranger's would be passed over. One letter holds bits both of the id and of the signature:
    # turned, it is a stranger's, for both are damaged.
    assert not isinstance(refused.value, UnknownSignerError) or at == SHARED


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_anything_is_read_or_refused_in_plain_words(data: str | bytes) -> None:
    for read in (read_note, lambda one: open_note(one, [OURS])):
        with suppress(NoteError):
            read(data)
    if isinstance(data, str):
        for take in (read_checkpoint, read_verifier):
            with pytest.raises(NoteError):
                take(data)


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n1\nAA==\n",
        f"a\n01\n{ROOT}\n",
        f"a\n-1\n{ROOT}\n",
        f"\n1\n{ROOT}\n",
        f"a\n1\n{ROOT}",
        f"a\n\u0663\n{ROOT}\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError, match="no checkpoint"):
        read_checkpoint(text)


def test_further_lines_of_a_checkpoint_are_allowed() -> None:
    assert read_checkpoint(f"{CHECKPOINT}an extension\n") == CHECKPOINT


@pytest.mark.parametrize(
    "text",
    ["", "a+b+c", str(OURS).replace("+", "+0", 1), str(OURS).replace("of", "for"), f"{OURS}A"],
)
def test_what_is_no_public_key(text: str) -> None:
    with pytest.raises(NoteError):
        read_verifier(text)
