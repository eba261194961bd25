"""strace: finding it, running a workload under it, and reading what it wrote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SCRIPTS = Path(__file__).resolve().parents[1]

WRITING = (
    "write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,"
    "fsync,fdatasync,sync_file_range,rename,renameat,renameat2,link,linkat,unlink,unlinkat,openat"
)
"""Every call by which a process of ours could change a file; what is not understood is an error."""


class Call(NamedTuple):
    """A system call that succeeded: its name, the files it names, and what it was given.

    `path` and `target` are file names inside the folder that was watched, "" for the folder.
    """

    name: str
    path: str
    target: str = ""
    data: bytes = b""
    offset: int = 0
    flags: str = ""


class TraceError(Exception):
    """A trace that cannot be read for certain."""


def lacking() -> str:
    """Say why nothing can be traced here; "" where it can."""
    if shutil.which("strace") is None:
        return "needs strace (Debian: strace)"
    tried = subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return "" if tried.returncode == 0 else "strace may not trace here"


def strace(options: Sequence[str], *workload: object) -> subprocess.CompletedProcess[str]:
    """Run a workload (see workload.py) under strace."""
    program = [sys.executable, "-m", "_faults.workload", *map(str, workload)]
    paths = os.pathsep.join((str(SCRIPTS.parent), str(SCRIPTS)))
    return subprocess.run(
        ["strace", "--seccomp-bpf", "-f", *options, *program],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )


def traced(folder: Path, trace: Path, *workload: object) -> list[Call]:
    """Run a workload and give every call with which it changed a file of the folder."""
    options = ("-y", "-xx", "-s", "100000000", "-o", str(trace), "-e", f"trace={WRITING}")
    done = strace(options, *workload)
    if done.returncode:
        raise TraceError(done.stderr)
    with trace.open("rb") as lines:
        return list(_calls(lines, str(folder)))


_STRING = rb'"((?:\\x[0-9a-f]{2})*)"'
_CALL = re.compile(rb"(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)(.*)\n", re.DOTALL)
_FILE = re.compile(rb"<((?:\\x[0-9a-f]{2})*)>(\(deleted\))?")


def _text(escaped: bytes) -> bytes:
    return bytes.fromhex(escaped.replace(rb"\x", b"").decode())


def _calls(lines: Iterator[bytes], folder: str) -> Iterator[Call]:
    prefix = b"".join(b"\\x%02x" % byte for byte in folder.encode())
    for line in lines:
        if prefix not in line:
            continue
        parts = _CALL.fullmatch(line)
        if not parts:
            raise TraceError(f"not understood: {line[:200]!r}")
        name, rest, result, opened = parts.groups()
        if int(result) < 0:
            continue
        call = _call(name.decode(), rest, opened, folder.encode())
        if call:
            yield call


def _call(name: str, rest: bytes, opened: bytes, folder: bytes) -> Call | None:
    """Read one call; None where it changes no file of the folder."""
    inside = lambda path: path[len(folder) :].lstrip(b"/").decode()  # noqa: E731 - a word here
    strings = [_text(found) for found in re.findall(_STRING, rest)]
    if name == "openat":
        if b"O_CREAT" not in rest and b"O_TRUNC" not in rest:
            return None
        path = _text(_first(_FILE, opened)[1])
        return Call(name, inside(path), flags=rest.rpartition(b", O_")[2].decode())
    if name in {"rename", "unlink"}:
        return Call(name, *map(inside, strings))
    descriptor = _first(_FILE, rest)
    path = _text(descriptor[1])
    if descriptor[2] or not path.startswith(folder):
        return None  # of a file that has no name any more, or of another
    if name in {"fsync", "fdatasync"}:
        return Call(name, inside(path))
    if name == "ftruncate":
        return Call(name, inside(path), offset=int(rest.rpartition(b", ")[2]))
    if name == "write":
        return Call(name, inside(path), data=strings[0])
    if name == "pwrite64":
        return Call(name, inside(path), data=strings[0], offset=int(rest.rpartition(b", ")[2]))
    raise TraceError(f"a call that is not understood: {name}({rest[:200]!r})")


def _first(pattern: re.Pattern[bytes], text: bytes) -> re.Match[bytes]:
    found = pattern.search(text)
    if not found:
        raise TraceError(f"names no file: {text[:200]!r}")
    return found
