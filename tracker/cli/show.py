"""`tracker show`: one event whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from tracker.cli import words
from tracker.cli.common import open_situation, refuse_far_position
from tracker.cli.completing import facts
from tracker.cli.global_options import common_options
from tracker.cli.output import dump, emit, say, table

Row = Mapping[str, Any]


@click.command()
@click.argument("event", metavar="ID|#POSITION", callback=refuse_far_position, shell_complete=facts)
@common_options
def show(event: str) -> None:
    """Show one event whole.

    Name it by its #POSITION, or by the beginning of its id.

    \b
    Example:
      tracker show '#60'
    """
    situation = open_situation()
    row, zone = situation.show(event), situation.zone
    login = situation.login(row["position"])
    if login is not None:
        row = {**row, "login": login}
    if emit(row, [row]):
        return
    head = [
        ("event", f"#{row['position']} {row['kind']}"),
        ("id", row["id"]),
        ("stream", f"{row['stream']}, version {row['version']}"),
        ("recorded", f"{row['recorded_at']} by {row['recorded_by']}"),
    ]
    if login is not None:
        head.append(("recorded as", f"{login}, by the server's word"))
    if row["source"]:
        published = words.stated(row["published"], zone)
        head.append(("report", f"{row['source']}, published {published}"))
    if "reason" in row["body"]:
        head.append(("about", f"{row['subject']}, {row['what']}"))
    if row["batch"]:
        head.append(("batch", row["batch"]))
    if row["replaces"]:
        head.append(("replaces", _replaces(row["replaces"], zone)))
    head += [(one["kind"], _amended(one, zone)) for one in row["amended"]]
    head += [_custody(one) for one in row["custody"]]
    cells = head + [
        (name, field_text(name, value, zone))
        for name, value in row["body"].items()
        if name not in {"id", "batch"}
    ]
    told = [table(["FIELD", "VALUE"], cells)]
    if row["changes"]:
        changes = [
            (one["field"], _said(one["before"]), _said(one["after"])) for one in row["changes"]
        ]
        told.append(table(["FIELD", "BEFORE", "AFTER"], changes))
    say("\n\n".join(told))


def _replaces(one: Row, zone: str) -> str:
    published = words.stated(one["published"], zone)
    return f"#{one['position']}, corrected by #{one['correction']}, published {published}"


def _amended(one: Row, zone: str) -> str:
    place = f" -> #{one['replaced_at']}" if one["replaced_at"] else ""
    published = words.stated(one["published"], zone)
    return f"by #{one['position']}{place}, published {published}: {one['reason']}"


def _custody(one: Row) -> tuple[str, str]:
    said = f"by {one['authority']}, #{one['position']}, {words.when(one['published'])}"
    if one["kind"] == "TextErased":
        return ("withheld", f"{one['fields']}: {said}: {one['reason']}")
    if one["kind"] == "EventWithheld":
        return ("left out of a bundle", f"{said}: {one['reason']}")
    lifted = f"; lifted by #{one['lifted']}" if one["lifted"] else ""
    return ("legal hold", f"{said}: {one['reason']}{lifted}")


def _said(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else dump(value, indent=None)


def field_text(name: str, value: object, zone: str) -> str:
    """Say a field of an event: times and places in a document in words."""
    if name == "locator" and isinstance(value, dict):
        return words.locator(value)
    if name in {"when", "since", "published"} and isinstance(value, dict):
        said = words.dated(value, zone)
        phrase = f" (“{value['phrase']}”)" if value.get("phrase") else ""
        anchor = f", anchored to {value['anchor']}" if value.get("anchor") else ""
        return f"{value['edtf']}: {said}{phrase}{anchor}"
    return value if isinstance(value, str) else dump(value, indent=None)
