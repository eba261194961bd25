"""Settings: what a `tracker.toml` says for every command that is run in its folder, or below it.

Where it is looked for is said by global_options.find_settings: this is loaded only where there is
one. What is typed counts for more, and so does the environment.

A folder may come from anyone, so that file can do little: it names no program, no server and no
key, and of logs only those in its own folder. One that belongs to someone else, or that everybody
may write to, is not read, unless TRACKER_CONFIG names it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tracker.cli.global_options import FORMATS, POLICY_NAMES
from tracker.errors import InputError, LogError, Problem

MOST_BYTES = 65_536
COLORS = ("auto", "always", "never")
_ELSEWHERE = {
    "keys": "TRACKER_KEYS",
    "vault": "TRACKER_VAULT",
    "token": "TRACKER_TOKEN",
}
"""What only the environment may say: where secrets lie."""


@dataclass(frozen=True)
class Settings:
    """What a file says: `values` by key, from `path`; or why it was not read (`ignored`)."""

    path: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    ignored: str | None = None
    problem: InputError | None = None

    def described(self) -> tuple[str, str]:
        """Say for `doctor` what was read: a verdict, and what was found."""
        if self.ignored:
            return "warning", self.ignored
        return "ok", f"{self.path}: {', '.join(self.values) or 'empty'}"


@dataclass(frozen=True)
class _Key:
    """One key: what it says, and how that is checked (a ValueError tells what is wrong)."""

    what: str
    check: Callable[[Any, Path], Any]


def read_settings(name: str, *, chosen: bool) -> Settings:
    """Read a file. What is wrong with it is kept, to be raised where it matters.

    `chosen`: the user named it, so it may be anyone's.
    """
    path = Path(name)
    try:
        if not chosen and (reason := _not_ours(path)):
            return Settings(path, ignored=f"{path} was not read: {reason}")
        return Settings(path, _checked(path))
    except InputError as error:
        return Settings(path, problem=error)
    except OSError as error:
        return Settings(path, problem=_wrong(path, 0, 0, "", error.strerror or str(error)))


def _not_ours(path: Path) -> str | None:
    """Say why a file that was found is not to be trusted, if it is not."""
    for found in (path.lstat(), path.stat()):
        if found.st_uid not in {os.getuid(), 0}:
            return "it belongs to someone else (TRACKER_CONFIG can name it)"
        if stat.S_ISREG(found.st_mode) and found.st_mode & stat.S_IWOTH:
            return "everybody may write to it: chmod o-w"
    return None


def _checked(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        if not stat.S_ISREG(path.stat().st_mode):  # before it is opened: a pipe would wait
            raise _wrong(path, 0, 0, "", "this is no plain file: put one here, or take it away")
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise _wrong(path, 0, 0, "", f"too large: at most {MOST_BYTES:,} bytes")
        text = data.decode()
        found = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise _wrong(path, 0, 0, "", "this is not UTF-8 text: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        at = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
        line, column = (int(at[1]), int(at[2])) if at else (0, 0)
        said = str(error).replace(at[0], "") if at else str(error)
        raise _wrong(path, line, column, "", f"this is not TOML: {said}") from error
    problems, values = [], {}
    for key, value in found.items():
        try:
            values[key] = _value(key, value, path)
        except ValueError as error:
            problems.append(Problem(str(path), *_where(text, key), key, str(error)))
    if problems:
        raise InputError(problems)
    return values


def _wrong(path: Path, line: int, column: int, key: str, message: str) -> InputError:
    return InputError([Problem(str(path), line, column, key, message)])


def _where(text: str, key: str) -> tuple[int, int]:
    """Give the line and column of a key, which a TOML reader does not tell; (0, 0) if unclear."""
    head = re.compile(rf"""\s*(?:\[+\s*)?["']?({re.escape(key)})["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines(), 1):
        if found := head.match(line):
            return number, found.start(1) + 1
    return 0, 0


def _value(key: str, value: Any, path: Path) -> Any:  # noqa: ANN401 - whatever TOML holds
    if key in _ELSEWHERE:
        message = f"only {_ELSEWHERE[key]} in the environment says that, never a file in a folder"
        raise ValueError(message)
    if key not in KEYS:
        from difflib import get_close_matches

        near = get_close_matches(key, KEYS, n=1, cutoff=0.5)
        hint = f": did you mean {near[0]}?" if near else f" (one of {', '.join(KEYS)})"
        raise ValueError(f"unknown setting '{key}'{hint}")
    return KEYS[key].check(value, path)


# -- the keys --------------------------------------------------------------------------------------


def _text(value: Any, _path: Path) -> str:  # noqa: ANN401
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("a text in quotes is needed here")
    return value


def _truth(value: Any, _path: Path) -> bool:  # noqa: ANN401
    if not isinstance(value, bool):
        raise ValueError("true or false is needed here")  # noqa: TRY004 - told with the others
    return value


def _one_of(names: tuple[str, ...]) -> Callable[[Any, Path], str]:
    def check(value: Any, _path: Path) -> str:  # noqa: ANN401
        if value not in names:
            from difflib import get_close_matches

            near = get_close_matches(str(value), names, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"one of {', '.join(names)}"
            raise ValueError(f"'{value}' is none of them: {hint}")
        return str(value)

    return check


def _log(value: Any, path: Path) -> str:  # noqa: ANN401
    """Take a log in the file's own folder: whoever wrote the file may not lead elsewhere."""
    name = Path(_text(value, path))
    if "://" in str(value) or name.is_absolute() or ".." in name.parts:
        message = "a file in this folder or below it is needed here; TRACKER_LOG names any other"
        raise ValueError(message)
    folder = Path(os.path.abspath(path)).parent  # noqa: PTH100 - `..` is taken away too
    if not os.path.lexists(folder / name):
        from tracker.apart import refuse_slip

        try:
            refuse_slip(str(value))
        except LogError as error:
            raise ValueError(str(error)) from None
    said = f"./{name}" if str(value).startswith("./") else str(name)
    return said if folder == Path.cwd() else str(folder / name)


def _zone(value: Any, path: Path) -> str:  # noqa: ANN401
    from tracker.instants import check_zone

    return check_zone(_text(value, path))


def _duration(value: Any, path: Path) -> str:  # noqa: ANN401
    from tracker.instants import duration

    said = str(value) if isinstance(value, int) and value is not True else _text(value, path)
    duration(said)
    return said


def _policy(value: Any, path: Path) -> str:  # noqa: ANN401
    return _one_of(POLICY_NAMES)(value, path)


KEYS = {
    "log": _Key("the log: a file in this folder or below it", _log),
    "policy": _Key("the rule that settles rival claims", _policy),
    "tz": _Key("zone of times written without one", _zone),
    "stale_after": _Key("how old evidence gets before it is marked", _duration),
    "user": _Key("who records", _text),
    "format": _Key("table, json, csv or nl", _one_of(FORMATS)),
    "color": _Key("auto, always or never", _one_of(COLORS)),
    "pager": _Key("whether long answers on a terminal go through a pager", _truth),
    "read_only": _Key("write nothing to the log", _truth),
}
