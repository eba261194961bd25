"""`tracker watch`: state changes as they come, printed or sent to a webhook."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from tracker.cli import words
from tracker.cli.common import (
    BAD_ANSWER,
    open_situation,
    read_clocks,
    read_weighing,
    tell_of_no_model,
    weighing_options,
    zone_option,
)
from tracker.cli.completing import keys, projections
from tracker.cli.diff import CHRONICLED
from tracker.cli.global_options import common_options, options
from tracker.cli.output import as_csv, dump, emit, note, safe, table
from tracker.garbage import seldom_collected

if TYPE_CHECKING:
    from tracker.situation import Situation

Row = dict[str, Any]


@click.command()
@click.option(
    "--projection",
    metavar="NAME",
    shell_complete=projections,
    help="Only changes of this projection.",
)
@click.option("--key", metavar="KEY", shell_complete=keys, help="Only changes of this one cell.")
@click.option("--when", metavar="CONDITION", help="Only changes of which this holds; see above.")
@click.option(
    "--after",
    type=click.IntRange(0, 10**15),
    metavar="POSITION",
    help="Begin after this event (default: where the watch has come to, else now; 0 with --once).",
)
@click.option("--as-of", metavar="TIME", help="When in the world (default: as each is recorded).")
@zone_option("Zone of a time written without one.")
@weighing_options
@click.option("--name", metavar="NAME", help="Keep the place under this name, and go on from it.")
@click.option("--webhook", metavar="URL", help="Send each change there as well, signed.")
@click.option(
    "--secret-file",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False),
    help="The secret to sign with; a file that only you may read.",
)
@click.option(
    "--tries",
    type=click.IntRange(1, 100),
    default=8,
    show_default=True,
    help="How often to send a change before it becomes a dead letter.",
)
@click.option("--once", is_flag=True, help="Stop at the end of the log.")
@click.option("--dead-letters", is_flag=True, help="List what could not be delivered (--name).")
@click.option("--send-again", is_flag=True, help="Send the dead letters again (--webhook, --name).")
@common_options
def watch(
    *,
    projection: str | None,
    key: str | None,
    when: str | None,
    after: int | None,
    as_of: str | None,
    tz: str | None,
    only: tuple[str, ...],
    without: tuple[str, ...],
    name: str | None,
    webhook: str | None,
    secret_file: str | None,
    tries: int,
    once: bool,
    dead_letters: bool,
    send_again: bool,
) -> None:
    """Tell what changes as it is recorded, until Ctrl-C: before, after, and the event that did it.

    A CONDITION compares a field of the state after the change (or before.FIELD) with a value:
    holder=army, level>=orange, number>1000; a word is true of a state (disputed, contested,
    confirmed ...) or of the change: changed (more than who backs it), appeared, gone. They are
    joined by and, or, not and brackets.

    A watch with a --name goes on where it was, and leaves nothing out. A change is sent to a
    --webhook until it is taken, and the next ones wait; after --tries it becomes a dead letter.

    \b
    Examples:
      tracker watch --after 0 --once --projection control --when 'changed and not gone'
      tracker watch --after 0 --once --projection alerts --when 'level>=orange' --json
    """
    _check(webhook, secret_file, send_again, named=name is not None, dead_letters=dead_letters)
    situation = open_situation()
    tell_of_no_model(situation)
    with situation.delivery(name) as delivery:
        if dead_letters:
            _list(delivery.dead_letters())
            return
        if webhook and secret_file:
            delivery.send_to(webhook, secret_file, tries, note)
        if send_again:
            _tell_of_sending(*delivery.send_again())
            return
        begin = delivery.begin(anew=after is not None)
        at = None if as_of is None else read_clocks(situation, as_of, tz=tz).as_of
        weighing = read_weighing(situation, only, without)
        watched = situation.watched(projection, key, when, at, weighing)
        for text in situation.unknown_names(watched):
            note(text)
        end = situation.last_kept()
        delivery.start(_place(after, begin, end, once))
        _tell(situation, delivery, watched, end if once else None)
        if once and delivery.given_up and not delivery.taken:
            click.get_current_context().exit(BAD_ANSWER)  # nothing came through


def _tell(situation: Situation, delivery: Any, watched: Any, end: int | None) -> None:  # noqa: ANN401 - as the situation gives them
    """Tell of all changes after the place, up to an end or until Ctrl-C."""
    shown: dict[str, str] = {}

    def find(place: int) -> Iterator[Any]:
        for stretch in situation.watch(place, watched, end=end, sleep=time.sleep):
            shown.update(situation.names() if stretch.changes else {})
            yield stretch

    show = partial(_print, names=shown, zone=situation.zone, begun=[])
    try:
        with seldom_collected():
            if end is None:
                delivery.follow(find, show, note)
            else:
                for stretch in find(delivery.place):
                    delivery.tell(stretch, show)
    except KeyboardInterrupt:
        note("stopped")


def _check(
    webhook: str | None,
    secret_file: str | None,
    send_again: bool,
    *,
    named: bool,
    dead_letters: bool,
) -> None:
    if not named and (webhook or dead_letters or send_again):
        raise click.UsageError("say which watch with --name")
    if bool(webhook) != bool(secret_file):
        raise click.UsageError("a --webhook and the --secret-file to sign with go together")
    if send_again and not webhook:
        raise click.UsageError("say with --webhook where to send them again")


def _place(after: int | None, begin: int | None, end: int, once: bool) -> int:
    """Say after which event to begin: as asked, or where the watch has come to, or now."""
    if after is None:
        return begin if begin is not None else 0 if once else end
    if after > end:
        raise click.BadParameter(f"the log ends at #{end}", param_hint="--after")
    if begin is not None:
        note(f"this watch had come to #{begin}; it begins after #{after}, as asked")
    return after


def _list(rows: list[Row]) -> None:
    if emit({"dead_letters": rows}, rows):
        return
    if not rows:
        click.echo("no dead letters")
        return
    cells = [[one["id"], f"#{one['position']}", one["at"], one["why"]] for one in rows]
    click.echo(table(["ID", "EVENT", "GIVEN UP", "WHY"], cells))


def _tell_of_sending(taken: int, of: int) -> None:
    row = {"sent": taken, "left": of - taken}
    if not emit(row, [row]):
        click.echo(f"{taken} of {of} dead letters delivered")
    if taken < of:
        click.get_current_context().exit(BAD_ANSWER)


def _print(change: Row, names: Mapping[str, str], zone: str, begun: list[bool]) -> None:
    if options().format in {"json", "nl"}:
        click.echo(dump(change, indent=None))
        sys.stdout.flush()
        return
    if options().format == "csv":
        click.echo(as_csv([change], headed=not begun), nl=False)
        begun.append(True)
        sys.stdout.flush()
        return
    event = change["event"]
    wrong = f" for #{change['corrects']}" if change["corrects"] is not None else ""
    said = f"#{change['position']} {event['kind']}{wrong}  {words.cell(change)}"
    click.echo(safe(f"{said}: {_said(change, names, zone)}"))
    sys.stdout.flush()


def _said(change: Row, names: Mapping[str, str], zone: str) -> str:
    name = change["projection"]
    if name in CHRONICLED:
        kind = (change["after"] or change["before"])["kind"]
        return f"{kind}{'' if change['after'] else ', taken back'}"
    sides = [words.belief(name, change[side], names, zone) for side in ("before", "after")]
    if change["erased"]:
        sides[0] = "what rested on the erased speaker"
    elif sides[0] == sides[1]:  # what differs is since when
        sides = [
            f"{said}, {words.begun(change[side], zone)}"
            for said, side in zip(sides, ("before", "after"), strict=True)
        ]
    return " -> ".join(sides)
