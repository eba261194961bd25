"""`tracker import`: tables of other people through a mapping, all of a file or none."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.common import batch_option, by_option, open_situation, recorder, warn, zone_option
from tracker.cli.completing import mappings, paths
from tracker.cli.global_options import common_options, options
from tracker.cli.output import emit, safe

if TYPE_CHECKING:
    from tracker.outcomes import Imported, ImportedFile, Progress

NAMED = 8  # names shown of a list; --json has them all
STEADY = 0.3  # seconds after which a rate means something
LABELS = {"read": "Reading", "append": "Recording"}


@click.command("import")
@click.argument("mapping", metavar="MAPPING", required=False, shell_complete=mappings)
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only read and count: record nothing.")
@click.option(
    "--guess", metavar="FILE", shell_complete=paths, help="Write a starting mapping for a table."
)
@batch_option
@click.option("--dataset", metavar="NAME", help="Another name than the mapping's `dataset`.")
@click.option(
    "--restate", is_flag=True, help="Versions of a list take the place of what is recorded of them."
)
@click.option("--published", metavar="TIME", help="When it was published, if no column says so.")
@click.option(
    "--quarantine", metavar="FILE", help="Where quarantined rows go (FILE.quarantine.csv)."
)
@zone_option("Zone of times written without one; it is recorded.")
@by_option
@common_options
def import_(
    mapping: str | None,
    files: tuple[str, ...],
    *,
    dry_run: bool,
    guess: str | None,
    batch: str | None,
    dataset: str | None,
    restate: bool,
    published: str | None,
    quarantine: str | None,
    tz: str | None,
    by: str | None,
) -> None:
    """Import tables through a mapping: CSV, TSV, JSON, JSON lines, GeoJSON; gzipped too.

    MAPPING is a file, or the name of a mapping that comes with the tracker. Nothing is recorded
    while a row is wrong, unless the mapping sends such rows to quarantine. Importing a table again
    adds nothing; an import that was stopped goes on where it was when it is run again. What was
    taken back stays so, unless `correct --again` puts a row's fact back, the whole table comes
    anew under another --dataset, or a version of a list comes with --restate.

    \b
    Examples:
      tracker import place-date-holder holders.csv --dry-run
      tracker import --guess holders.csv
    """
    if guess is not None:
        from tracker.apart import guess_mapping

        click.echo(guess_mapping(Path(guess)), nl=False)
        return
    if mapping is None or not files:
        message = (
            "name the mapping and the tables: tracker import MAPPING FILE... (or --guess FILE)"
        )
        raise click.UsageError(message)
    given = Path(mapping)
    said: Any = given if given.is_file() else mapping
    situation = open_situation()
    with _bar() as progress:
        outcome = situation.import_table(
            said,
            [Path(file) for file in files],
            by=recorder(by),
            batch=batch,
            dataset=dataset,
            published=published,
            tz=tz,
            dry_run=dry_run,
            restate=restate,
            quarantine=Path(quarantine) if quarantine else None,
            progress=progress,
        )
    warn(outcome.warnings)
    if not emit(outcome.as_json(), [one.as_json() for one in outcome.files]):
        _tell(outcome)


@contextmanager
def _bar() -> Iterator[Progress]:
    """Show how far it is on a terminal's standard error: rate and remaining time."""
    if options().quiet or not sys.stderr.isatty():
        yield lambda _what, _more, _total: None
        return
    import time

    bars: dict[str, Any] = {}
    begun: dict[str, float] = {}

    def progress(what: str, more: int, total: int) -> None:
        bar = bars.get(what)
        if bar is None:
            for other in bars.values():
                other.finish()
                other.render_finish()
            begun[what] = time.monotonic()
            bar = bars[what] = click.progressbar(
                length=max(total, 1),
                label=f"{LABELS[what]:9}",
                file=sys.stderr,
                show_eta=True,
                item_show_func=lambda rate: rate,
                update_min_steps=1,
            )
            bar.render_progress()
        passed = max(time.monotonic() - begun[what], 1e-6)
        rate = (bar.pos + more) / passed
        shown = f"{rate / 1e6:.1f} MB/s" if what == "read" else f"{rate:,.0f} facts/s"
        shown = shown if passed > STEADY else ""
        bar.update(more, shown)

    try:
        yield progress
    finally:
        for bar in list(bars.values())[-1:]:
            bar.render_finish()


def _tell(outcome: Imported) -> None:
    for one in outcome.files:
        for line in _file_lines(one, dry_run=outcome.dry_run):
            click.echo(safe(line) if not line.startswith(" ") else "  " + safe(line.strip()))
    _tell_more(outcome)
    for written in outcome.quarantine_files:
        click.echo(safe(f"quarantined rows and their reasons: {written}"))
    if outcome.dry_run:
        click.echo(f"{_number(outcome.events, 'event')} would be added; nothing recorded")
    elif not outcome.events:
        click.echo(f"already recorded, 0 events added, log at #{outcome.position}")
    else:
        reports = f" in {_number(outcome.reports, 'new report')}" if outcome.reports else ""
        added = f"{_number(outcome.events, 'event')} added{reports}"
        click.echo(f"{added}, log at #{outcome.position:,}")
        click.echo(safe(f"batch {outcome.batch}: `tracker retract --batch` takes it back"))


def _tell_more(outcome: Imported) -> None:
    """Print what was registered, corrected, repeated, dropped, and what is ambiguous."""
    would = "would be " if outcome.dry_run else ""
    for names, what in ((outcome.places, "place"), (outcome.actors, "actor")):
        if names:
            click.echo(safe(f"  {would}registered: {_number(len(names), what)} ({_some(names)})"))
    told = (
        (outcome.corrections, "correction by the source"),
        (outcome.unchanged, "unchanged repeat"),
        (outcome.dropped, "dropped entry"),
    )
    for count, what in told:
        if count and outcome.events:
            click.echo(f"  {_number(count, what)}")
    if outcome.ambiguous:
        click.echo(safe(f"  names of several places: {_some(outcome.ambiguous)}"))


def _file_lines(one: ImportedFile, *, dry_run: bool) -> list[str]:
    """Say what became of a file's rows, and which facts they told."""
    parts = [_number(one.rows, "row")]
    if one.left_out:
        parts.append(f"{one.left_out:,} left out")
    if one.joined:
        parts.append(f"{one.joined:,} joined with others")
    if one.quarantined:
        kinds = ", ".join(f"{kind} {count:,}" for kind, count in one.quarantined.items())
        parts.append(f"{sum(one.quarantined.values()):,} quarantined ({kinds})")
    if one.mended:
        parts.append(f"{_number(one.mended, 'value')} mended")
    lines = [f"{one.file}: {', '.join(parts)}"]
    new = "would be new" if dry_run else "new"
    lines += [f"  {kind:24} {count:>9,} {new}" for kind, count in one.facts.items()]
    if one.already:
        lines.append(f"  {_number(one.already, 'event')} already recorded")
    if one.taken_back:
        are = "is" if one.taken_back == 1 else "are"
        todo = "`tracker correct ID --again` puts one back"
        if one.taken_back == one.already:
            todo += ", --dataset NAME records all of the table anew"
        lines.append(f"  {one.taken_back:,} of those {are} taken back and not in force: {todo}")
    if one.repeated:
        lines.append(f"  {_number(one.repeated, 'row')} told again what another told")
    lines += [f"  {problem}" for problem in one.problems[:NAMED]]
    hidden = sum(one.quarantined.values()) - NAMED
    return [*lines, f"  ... and {hidden:,} more"] if hidden > 0 and one.problems else lines


def _number(count: int, what: str) -> str:
    plural = what if count == 1 else f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    if count != 1 and what == "correction by the source":
        plural = "corrections by the source"
    return f"{count:,} {plural}"


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
