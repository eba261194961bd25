"""Running commands in process, on the Mali situation or on small files that a test writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result
from server_for_tests import behind

from tracker.cli import tracker
from tracker.log import Log

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds" / "mali-2013"
SHEETS = tuple(
    str(SEEDS / name)
    for name in ("guardian-2013-01-14.yaml", "voa-2013-01-17.yaml", "guardian-2013-01-21.yaml")
)


def run(*words: object, stdin: str | bytes | None = None, color: bool = False) -> Result:
    """Run `tracker` with these words; an exception that it lets through fails the test."""
    args = [str(word) for word in words]
    return CliRunner().invoke(tracker, args, input=stdin, color=color, catch_exceptions=False)


def said(*words: object) -> str:
    """Run a command that must succeed; give what it printed."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.stdout


def unfolded(text: str) -> str:
    """Give a text on one line, as it was before it was folded into a column."""
    return " ".join(text.split())


def answer(*words: object) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """Run a command that must succeed with --json; give what it answered."""
    return json.loads(said(*words, "--json"))


@cache
def _mali(reports: int) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        log = Path(folder) / "situation.db"
        said("--log", log, "init", SEEDS / "situation.yaml")
        if reports:
            said("--log", log, "record", *SHEETS[:reports])
        said("--log", log, "state")
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def mali(folder: Path, *, reports: int = len(SHEETS)) -> Path:
    """Put a log of the Mali situation, with its read model, into a folder; give its path.

    With the first so many of its reports recorded.
    """
    for name, data in _mali(reports).items():
        path = folder / name
        path.touch(0o600 if name.endswith(".keys.db") else 0o644)
        path.write_bytes(data)
    return folder / "situation.db"


def sql(path: Path | str, *statements: str) -> None:
    """Change a database behind the tracker's back."""
    with behind(path) as connection:
        for statement in statements:
            connection.execute(statement)


def held(log: Path | str) -> list[tuple[Any, ...]]:
    """Give every row that a log holds, and its counter, read behind the tracker's back."""
    with behind(log) as connection:
        rows = connection.execute(
            "SELECT seq, originator_id, originator_version, topic, state, event_id"
            " FROM stored_events ORDER BY seq"
        ).fetchall()
        return [*rows, *connection.execute("SELECT * FROM log_head").fetchall()]


def bodies(log: Path) -> list[dict[str, Any]]:
    """Give what the log's bytes say, what is sealed in them opened: the body of every event."""
    with Log(str(log)) as opened:
        return [json.loads(row[4])["body"] for row in opened.rows()]


def place_of(text: str, part: str) -> str:
    """Give `line:column` of the first place where a text has this part, counted from 1."""
    before = text[: text.index(part)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def lines(texts: Iterable[str]) -> str:
    """Join lines, with an end to each."""
    return "".join(f"{text}\n" for text in texts)
