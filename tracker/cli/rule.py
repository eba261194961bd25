"""`tracker rule`: an analyst's dated judgement on one cell: which facts it is to follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import words
from tracker.cli.amended import amendment_options, refuse_far_positions, tell
from tracker.cli.common import open_situation, recorder
from tracker.cli.completing import believed, facts, keys
from tracker.cli.output import note, safe
from tracker.instants import read_instant

if TYPE_CHECKING:
    from tracker.instants import Instant
    from tracker.situation import Situation


@click.command()
@click.argument("projection", shell_complete=believed)
@click.argument("key", shell_complete=keys)
@click.option(
    "--follow",
    metavar="ID|#POSITION",
    multiple=True,
    required=True,
    callback=refuse_far_positions,
    shell_complete=facts,
    help="A fact to follow; repeatable.",
)
@click.option(
    "--when", metavar="EDTF", required=True, help="From when on it holds; A/B for a span."
)
@amendment_options
def rule(
    projection: str,
    key: str,
    follow: tuple[str, ...],
    when: str,
    *,
    reason: str,
    published: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Rule on a cell: which facts it is to follow where reports differ.

    The analyst is who --by names. `tracker retract ID` takes a ruling back.

    \b
    Example:
      tracker rule control diabaly --follow '#58' --when 2013-01-14 --reason 'seen by our own'
    """
    situation = open_situation()
    outcome = situation.rule(
        projection,
        key,
        follow,
        when=when,
        reason=reason,
        by=recorder(by),
        published=published,
        tz=tz,
    )
    tell(outcome, "ruled", "it does not count")
    _doubt(situation, projection, key, follow, when=when, tz=tz)


def _doubt(
    situation: Situation,
    projection: str,
    key: str,
    follow: tuple[str, ...],
    *,
    when: str,
    tz: str | None,
) -> None:
    """Say so where a ruling decides nothing on the first day of its span: from when on, or why."""
    from tracker.errors import TrackerError

    first = when.split("/", maxsplit=1)[0]
    try:
        clocks = situation.clocks(first, tz=tz)
    except TrackerError:
        return  # a time that is no single moment: there is no day to ask about
    if situation.is_ruled(projection, key, clocks):
        return
    if later := _decides_from(situation, projection, key, follow, clocks.as_of):
        note(safe(f"it decides nothing as of {first}, but from {later} on"))
    else:
        gone = [found for name in follow if (found := _taken_back(situation, name))]
        why = "; ".join(gone) or (
            "nothing is in dispute there, or what it follows is superseded, or it follows more"
            " than one of the values"
        )
        note(safe(f"it decides nothing as of {first}: {why}"))


def _decides_from(
    situation: Situation, projection: str, key: str, follow: tuple[str, ...], after: Instant
) -> str | None:
    """Say from when on a ruling decides, where it does so at any later time."""
    followed = {situation.event(name).id for name in follow}
    answer = situation.history(key, projection)
    begins = [
        row["valid_from"]
        for row in answer.dicts
        if row["known_to"] is None and row["rule"] == "ruling" and row["valid_from"]
        if read_instant(row["valid_from"]) > after and followed.intersection(row["evidence"])
    ]
    return words.moment(min(begins, key=read_instant), answer.read_in) if begins else None


def _taken_back(situation: Situation, name: str) -> str:
    """Say by what a fact was retracted, if so: a ruling can follow it only as known before."""
    shown = situation.show(name)
    acts = shown.get("amended") or []
    if not acts or acts[-1]["kind"] != "retracted":
        return ""
    last = acts[-1]
    return (
        f"#{shown['position']}, which it is to follow, was retracted by #{last['position']}"
        f" (`tracker correct --again` puts it back)"
    )
