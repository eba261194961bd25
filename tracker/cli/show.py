"""`tracker show`: one event whole."""

from __future__ import annotations

import click

from tracker.cli import words
from tracker.cli.common import common_options, open_situation, refuse_far_position
from tracker.cli.output import dump, emit, table


@click.command()
@click.argument("event", metavar="ID|#POSITION", callback=refuse_far_position)
@common_options
def show(event: str) -> None:
    """Show one event whole.

    Name it by its #POSITION, or by the beginning of its id.

    \b
    Example:
      tracker show '#60'
    """
    row = open_situation().show(event)
    if emit(row, [row]):
        return
    head = [
        ("event", f"#{row['position']} {row['kind']}"),
        ("id", row["id"]),
        ("stream", f"{row['stream']}, version {row['version']}"),
        ("recorded", f"{row['recorded_at']} by {row['recorded_by']}"),
    ]
    if row["source"]:
        head.append(("report", f"{row['source']}, published {words.when(row['published'])}"))
    cells = head + [
        (name, _text(name, value)) for name, value in row["body"].items() if name != "id"
    ]
    click.echo(table(["FIELD", "VALUE"], cells))


def _text(name: str, value: object) -> str:
    if name == "locator" and isinstance(value, dict):
        return words.locator(value)
    if name in {"when", "since", "published"} and isinstance(value, dict):
        said = words.when(value["edtf"])
        phrase = f" (“{value['phrase']}”)" if value.get("phrase") else ""
        anchor = f", anchored to {value['anchor']}" if value.get("anchor") else ""
        return f"{value['edtf']}: {said}{phrase}{anchor}"
    return value if isinstance(value, str) else dump(value, indent=None)
