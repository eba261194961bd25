"""`tracker cite`: answers that were cited, asked again and compared."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import BAD_ANSWER, BAD_INPUT, open_situation
from tracker.cli.completing import paths
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, safe, table
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.outcomes import Reproduction
    from tracker.situation import Situation

Row = dict[str, Any]

SHOWN = 20  # rows told of one citation; --json has them all
EXITS = {"reproduced": 0, "not reproduced": BAD_ANSWER, "undecided": BAD_INPUT}


@click.group()
def cite() -> None:
    """Ask a cited answer again, or show what it cites.

    Any question saves a citation of its answer with --cite FILE.

    \b
    Example:
      tracker state control --as-of 2013-01-21 --cite control.cite.json
      tracker cite verify control.cite.json
    """


@cite.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, shell_complete=paths)
@common_options
def verify(files: tuple[str, ...]) -> None:
    """Ask a cited question again, of the events that it was asked of.

    Those first events of the log are read into a model of their own, which takes as long as a
    rebuild; then the rows are compared with those cited, and with what the whole log answers now.
    Exit 0 where all are reproduced, also where later evidence answers differently; 1 where one is
    not; 2 where that cannot be decided: another log, one that ends before, a damaged file.

    \b
    Example:
      tracker cite verify control.cite.json
    """
    situation = open_situation()
    rows, lines = [], []
    for file in files:
        found = _reproduced(situation, file)
        rows.append({"file": file, **found.as_json()})
        lines += _told(file, found, situation)
    if not emit({"log": {"position": situation.position}, "rows": rows}, rows):
        click.echo("\n".join(lines))
    verdicts = {row["verdict"] for row in rows}
    for verdict in ("not reproduced", "undecided"):
        if verdict in verdicts:
            click.get_current_context().exit(EXITS[verdict])


@cite.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, shell_complete=paths)
@common_options
def show(files: tuple[str, ...]) -> None:
    """Show what a citation cites: the question in full, the log, the digest. Needs no log.

    \b
    Example:
      tracker cite show control.cite.json
    """
    rows = [{"file": file, **_read(file).as_json()} for file in files]
    if emit({"rows": rows}, rows):
        return
    for row in rows:
        row["query"] = {"verb": row["query"].pop("verb"), **row["query"]}
        cells = [[name, _said(value)] for name, value in _flat(row)]
        click.echo(table(["FIELD", "VALUE"], cells))


def _read(file: str) -> Any:  # noqa: ANN401 - a citation
    from tracker.apart import read_citation
    from tracker.cli.common import read_file

    return read_citation(*read_file(file, "sheet"))


def _reproduced(situation: Situation, file: str) -> Reproduction:
    from tracker.outcomes import Reproduction

    try:
        citation = _read(file)
    except TrackerError as error:
        return Reproduction("undecided", str(error))
    except OSError as error:
        return Reproduction("undecided", f"{file}: {error.strerror}")
    with click.progressbar(
        length=citation.log.position,
        label=f"asking again of {citation.log.position:,} events",
        file=sys.stderr,
        hidden=options().quiet or not sys.stderr.isatty(),
    ) as bar:
        return situation.reproduce(citation, _moving(bar))


def _moving(bar: Any) -> Callable[[int, int], None]:  # noqa: ANN401 - click's own
    return lambda at, _of: bar.update(at - bar.pos)


def _told(file: str, found: Reproduction, situation: Situation) -> list[str]:
    """Say what became of one citation, and what later evidence makes of it."""
    lines = [safe(f"{file}: {found.verdict}: {found.why}")]
    lines += [safe(f"  differs: {name}") for name in found.differing[:SHOWN]]
    lines += _more(len(found.differing))
    lines += [
        safe(
            f"  withheld since, by #{row['position']} of {row['authority']}: "
            f"{', '.join(row['fields'])} of #{row['of']}"
        )
        for row in found.withheld
    ]
    if found.changes is None:
        return lines
    if not found.since:
        return [*lines, "  nothing was recorded since"]
    kinds = {row["change"] for row in found.changes}
    now = "is the same now"
    if kinds:
        now = "differs now" if kinds != {"evidence"} else "says the same now, on other evidence"
    lines.append(
        f"  {found.since:,} event{'s' if found.since > 1 else ''} recorded since: the answer {now}"
    )
    names, zone = situation.names(), situation.zone
    lines += [safe(f"  {row['row']}: {_change(row, names, zone)}") for row in found.changes[:SHOWN]]
    return lines + _more(len(found.changes))


def _more(count: int) -> list[str]:
    return [f"  and {count - SHOWN:,} more (--json has them all)"] if count > SHOWN else []


def _change(row: Row, names: Any, zone: str) -> str:  # noqa: ANN401 - a mapping of names
    """Say how a row has changed, and where it tells a belief, which."""
    then, now = (_belief(row[side], names, zone) for side in ("then", "now"))
    match row["change"]:
        case "evidence":
            return "the same, on other evidence"
        case "changed" if then and now and then != now:
            return f"{then}, now {now}"
        case "new" if now:
            return f"new: {now}"
    return str(row["change"])


def _belief(value: Any, names: Any, zone: str) -> str | None:  # noqa: ANN401 - any JSON value
    believed = isinstance(value, dict) and "support" in value
    return words.belief(value["projection"], value, names, zone) if believed else None


def _flat(row: Row, above: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in row.items():
        if name == "each":
            continue
        if isinstance(value, dict):
            found += _flat(value, f"{above}{name}.")
        else:
            found.append((f"{above}{name}", value))
    return found


def _said(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return "none" if value is None else str(value)
