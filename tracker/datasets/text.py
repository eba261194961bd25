"""The text of a file in chunks, unpacked and decoded, in bounded memory.

Bounds hold for a file that one was sent as much as for one's own: a gzip bomb or a line without an
end is refused at the first limit that it passes, and never held whole.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from tracker.errors import InputError, Problem

CHUNK = 256 * 1024  # bytes read at a time
LONGEST_LINE = 16 * 1024 * 1024  # characters

_GZIP = b"\x1f\x8b"
_OTHERS = {  # first bytes -> what such a file is, and what to do
    b"PK\x03\x04": "a zip archive (an Excel workbook is one): unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV",
    b"PAR1": "a Parquet file: save it as CSV",
    b"BZh": "compressed with bzip2: unpack it, or pack it with gzip",
    b"\xfd7zXZ": "compressed with xz: unpack it, or pack it with gzip",
    b"\x28\xb5\x2f\xfd": "compressed with zstd: unpack it, or pack it with gzip",
}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


_OF_NO_FILE = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
"""Codecs of names in addresses and of literals in programs; no table is written in them."""


def text_encoding(name: str) -> str:
    """Give the name of an encoding back that files are written in. Raises ValueError."""
    try:
        known = codecs.lookup(name).name.replace("_", "-") not in _OF_NO_FILE
        codecs.getincrementaldecoder(name)()
        b"a".decode(name, "replace")  # hex, zip and the like are no text encodings
    except (LookupError, ValueError):  # a NUL in its name
        known = False
    if not known:
        raise ValueError(f"no text encoding is named {name!r}: try utf-8")
    return name


def file_sha256(path: Path) -> str:
    """Give the sha256 of a file as it lies, in hex. Raises InputError if it cannot be read."""
    from hashlib import file_digest

    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError([Problem(str(path), 0, 0, "", f"cannot be read: {error.strerror or error}")])


class Text:
    """A file's text. `file` is its name for messages, `size` its bytes as it lies.

    `head` is the text's first chunk, to look at before reading. Read `chunks` or `lines`, once.
    """

    def __init__(self, path: Path, encoding: str) -> None:
        """Open the file, unpack it if it is gzip, and look at its beginning."""
        self.file = str(path)
        self.encoding = "utf-8-sig" if _is_utf8(encoding) else encoding
        try:
            text_encoding(encoding)
        except ValueError as error:
            raise self.refuse(str(error)) from error
        self._decoder = codecs.getincrementaldecoder(self.encoding)()
        self._seen = (0, 0)  # lines that ended in the chunks so far, characters after the last
        try:
            self._raw: BinaryIO = path.open("rb")
        except OSError as error:
            raise _unreadable(path, error) from error
        try:
            self.size = os.fstat(self._raw.fileno()).st_size
            self._bytes: BinaryIO = self._unpacked(path)
            self._chunks = self._decoded()
            self.head = next(self._chunks, "")
        except OSError as error:
            self._raw.close()
            raise _unreadable(path, error) from error
        except InputError:
            self._raw.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def position(self) -> int:
        """Count the bytes of the file, as it lies, that were read so far."""
        return self.size if self._raw.closed else self._raw.tell()

    def refuse(self, message: str, line: int = 0, column: int = 0, path: str = "") -> InputError:
        """Make the error that refuses the file for what is wrong at a place of it."""
        return InputError([Problem(self.file, line, column, path, message)])

    def chunks(self) -> Iterator[str]:
        """Yield the text, a chunk at a time."""
        return chain((self.head,) if self.head else (), self._chunks)

    def lines(self) -> Iterator[str]:
        r"""Yield the lines with their ends; a line ends at \n and nowhere else."""
        return chain.from_iterable(self._blocks())

    def _blocks(self) -> Iterator[Iterable[str]]:
        """Yield texts of whole lines, each as an iterable of its lines, made in C."""
        tail = ""
        number = 1
        for chunk in self.chunks():
            cut = chunk.rfind("\n") + 1
            if cut:
                block = tail + chunk[:cut]
                lines = block.splitlines(keepends=True)
                number += (count := block.count("\n"))
                # splitlines is quicker, and breaks lines at more than that where there is more
                yield lines if len(lines) == count else io.StringIO(block, newline="\n")
                tail = chunk[cut:]
            else:
                tail += chunk
            if len(tail) > LONGEST_LINE:
                limit = LONGEST_LINE // 1024 // 1024
                raise self.refuse(f"a line of more than {limit} MiB: is this a table?", number)
        if tail:
            yield (tail,)

    def _unpacked(self, path: Path) -> BinaryIO:
        start = self._raw.read(8)
        self._raw.seek(0)
        if not start:
            raise self.refuse("the file is empty")
        if start.startswith(_GZIP):
            return gzip.GzipFile(fileobj=self._raw, mode="rb")  # type: ignore[return-value]
        if path.suffix.lower() == ".gz":
            raise self.refuse("named .gz, and not compressed with gzip: name it as what it is")
        for mark, message in _OTHERS.items():
            if start.startswith(mark):
                raise self.refuse(message)
        return self._raw

    def _decoded(self) -> Iterator[str]:
        data = b" "
        while data:
            try:
                data = self._bytes.read(CHUNK)
                text = self._decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                raise self._misread(error) from error
            except EOFError as error:
                raise self._broken("is cut off: fetch it again") from error
            except (gzip.BadGzipFile, zlib.error) as error:
                raise self._broken(f"is damaged ({error}): fetch it again") from error
            if "\0" in text:
                message = "a NUL character: not text, or text in another encoding"
                raise self.refuse(message, *self._place(text[: text.index("\0")]))
            if text:
                yield text
                lines = text.count("\n")
                rest = len(text) - text.rfind("\n") - 1 if lines else self._seen[1] + len(text)
                self._seen = (self._seen[0] + lines, rest)

    def _place(self, before: str) -> tuple[int, int]:
        """Give line and column, from 1, of what comes after so much of the chunk being decoded."""
        lines, rest = self._seen
        if newlines := before.count("\n"):
            return lines + newlines + 1, len(before) - before.rfind("\n")
        return lines + 1, rest + len(before) + 1

    def _misread(self, error: UnicodeDecodeError) -> InputError:
        if self._seen == (0, 0) and (named := _MARKS.get(error.object[:2])):
            return self.refuse(f"this is {named}: write `read: {{encoding: {named}}}`", 1, 1)
        before = error.object[: error.start].decode(self.encoding, "replace")
        name = "utf-8" if self.encoding == "utf-8-sig" else self.encoding
        other = "Latin-1 or Windows-1252, perhaps: " if name == "utf-8" else ""
        message = f"not {name} ({other}write `read: {{encoding: ...}}`, or save it as UTF-8)"
        return self.refuse(message, *self._place(before))

    def _broken(self, how: str) -> InputError:
        return self.refuse(f"the compressed file {how}", self._seen[0] + 1)


def _is_utf8(encoding: str) -> bool:
    return encoding.lower().replace("_", "-") in {"utf-8", "utf8", "utf-8-sig"}
