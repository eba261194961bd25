"""The folder of keys: the key that signs checkpoints, and what it remembers of each log.

It lies outside the logs' folders, so that who can write a log cannot sign for it, and so that a
copy of a log carries no key. What it remembers of a log is a witness: a log that no longer extends
it was tampered with.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracker.errors import TrackerError
from tracker.folders import OURS_ALONE, config_folder
from tracker.notes import Verifier
from tracker.outcomes import Row
from tracker.putting import whole
from tracker.reading import OTHER, read_upto

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY = "signing-key.pem"
ORIGIN = "situation-tracker/"
"""What a log's id stands after, in the first line of a checkpoint and as the key's name."""


class KeysError(TrackerError):
    """The key cannot be read, made, or used from where it is."""


class Remembered(NamedTuple):
    """What is remembered of a log: the newest checkpoint, and how many it had by then.

    And the sha256, in hex, of each timestamp that it held.
    """

    note: str
    number: int
    timestamps: tuple[str, ...] = ()


def origin_of(log_id: str) -> str:
    """Give the name under which a log is signed for."""
    return ORIGIN + log_id


def default_folder() -> Path:
    """Say where keys lie: $TRACKER_KEYS, or a folder under the user's configuration."""
    named = os.environ.get("TRACKER_KEYS")
    if named:
        return Path(named).absolute()
    return config_folder()


class Keys:
    """A folder of keys, made when it is first needed."""

    def __init__(self, folder: Path, log: str, *, local: bool = True) -> None:
        """Take the folder for a log's path. Raises KeysError where the log lies in it.

        A log that is not `local` lies on a server, and `log` is what its place there is called.
        """
        self.folder = folder
        self._log = str(Path(log).absolute().resolve()) if local else log
        if local and folder.resolve() == Path(self._log).parent:
            raise KeysError(
                f"{folder} is the log's own folder, and who can write the log must not find the "
                "key: name another by $TRACKER_KEYS"
            )

    def exists(self) -> bool:
        """Whether there is a key."""
        return (self.folder / KEY).is_file()

    def signer(self) -> Ed25519PrivateKey:
        """Give the key, made now if there is none. Raises KeysError."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        if not self.exists():
            made = Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            with self._writing():
                try:
                    handle = os.open(self.folder / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                except FileExistsError:
                    pass  # another process made it meanwhile
                else:
                    with os.fdopen(handle, "wb") as file:
                        file.write(made)
                        file.flush()
                        os.fsync(file.fileno())
        return self._read()

    def _read(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        path = self.folder / KEY
        try:
            key = load_pem_private_key(read_upto(path, OTHER), None)
        except OSError as error:
            raise KeysError(f"the key {path} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError) as error:
            raise KeysError(f"{path} is no signing key, or a damaged one") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise KeysError(f"{path} is a key of another kind: an Ed25519 key signs checkpoints")
        return key

    def verifier(self, origin: str) -> Verifier | None:
        """Give the public key under a log's name; None where there is no key. Raises KeysError."""
        if not self.exists():
            return None
        return Verifier(origin, self._read().public_key().public_bytes_raw())

    # -- what is remembered --------------------------------------------------------------------

    def recall(self, log_id: str) -> Remembered | None:
        """Give what is remembered of a log. Raises KeysError where that is damaged."""
        path = self._of_log(log_id)
        try:
            held = json.loads(read_upto(path, OTHER))
            stamps = tuple(map(str, held.get("timestamps", ())))
            return Remembered(str(held["checkpoint"]), int(held["number"]), stamps)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise KeysError(f"{path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeysError(f"{path} is damaged: what was known of this log is lost") from error

    def recall_place(self) -> str | None:
        """Give the id of the log that was last signed or verified at this path."""
        try:
            return read_upto(self._of_place(), OTHER).split(b"\n")[0].decode()
        except (OSError, UnicodeError):
            return None

    def remember(self, log_id: str, newest: Remembered) -> None:
        """Remember a log's newest checkpoint, unless a newer one is known, and its timestamps.

        Raises KeysError.
        """
        with self._writing():
            held = self.recall(log_id) or Remembered("", 0)
            last = max(held, newest, key=lambda one: one.number)
            stamps = tuple(sorted({*held.timestamps, *newest.timestamps}))
            if last.number > held.number or stamps != held.timestamps:
                told: Row = {"checkpoint": last.note, "number": last.number, "timestamps": stamps}
                _replace(self._of_log(log_id), json.dumps(told, indent=1))
            self._place(log_id)

    def made(self, log_id: str) -> None:
        """Take note that a log was made anew where one that is known had been."""
        if self._of_place().exists():
            with self._writing():
                self._place(log_id)

    def _place(self, log_id: str) -> None:
        if self.recall_place() != log_id:
            _replace(self._of_place(), f"{log_id}\n{self._log}\n")

    def _of_log(self, log_id: str) -> Path:
        return self.folder / "logs" / f"{hashlib.sha256(log_id.encode()).hexdigest()[:32]}.json"

    def _of_place(self) -> Path:
        return self.folder / "places" / hashlib.sha256(_any(self._log)).hexdigest()[:32]

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Make the folder, and let nobody else write in it meanwhile. Raises KeysError."""
        try:
            for folder in (self.folder, self.folder / "logs", self.folder / "places"):
                folder.mkdir(mode=OURS_ALONE, parents=True, exist_ok=True)
            with (self.folder / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise KeysError(
                f"the folder of keys {self.folder} cannot be written to ({error.strerror}): "
                "name another by $TRACKER_KEYS"
            ) from error


def _any(text: str) -> bytes:
    """Give the bytes of a text that holds a path: that may be no UTF-8."""
    return text.encode(errors="surrogateescape")


def _replace(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_bytes(_any(text))
