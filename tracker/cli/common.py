"""What some verbs share: options, and how to open a situation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tracker.cli.completing import tellers, zones
from tracker.cli.files import NewFile, write_new
from tracker.cli.global_options import F, options
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker import Weighing
    from tracker.instants import AsOf
    from tracker.outcomes import Answer
    from tracker.situation import Situation

BAD_ANSWER = 1  # the answer is bad: an expectation fails, a model differs
BAD_INPUT = 2  # bad usage or input
NOBODY_READS = 141  # as a shell has it where SIGPIPE ends a program: `tracker log | head`
FARTHEST = 10**15  # positions; no log comes near it, and SQLite takes it
LONGEST_POSITION = len(f"#{FARTHEST}")


def _zone(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    from tracker.instants import InstantError, check_zone

    try:
        return value if value is None else check_zone(value)
    except InstantError as error:
        raise click.BadParameter(str(error), ctx, param) from error


def zone_option(text: str) -> Callable[[F], F]:
    """Make the option that names the zone of times written without one."""
    return click.option(
        "--tz",
        metavar="ZONE",
        envvar="TRACKER_TZ",
        callback=_zone,
        shell_complete=zones,
        help=f"{text.removesuffix('.')} (or $TRACKER_TZ).",
    )


def refuse_far_position(
    ctx: click.Context, param: click.Parameter, value: str | None
) -> str | None:
    """Refuse a #POSITION that no log can hold, before SQLite does."""
    if value is not None and value.startswith("#") and len(value) > LONGEST_POSITION:
        raise click.BadParameter(f"no log is that long: {value[:40]}", ctx, param)
    return value


recorded_option = click.option(
    "--recorded-at",
    metavar="TIME",
    callback=refuse_far_position,
    help="What our log held by then: a time, or #POSITION.",
)


def clock_options(command: F) -> F:
    """Add the three clocks and the zone of times written without one."""
    command = zone_option("Zone of times written without one, such as Africa/Bamako.")(command)
    command = recorded_option(command)
    for names, text in (
        (("--known-at", "known_at"), "What had been reported by then."),
        (("--as-of", "as_of"), "When it was so in the world (default: now)."),
    ):
        command = click.option(*names, metavar="TIME", help=text)(command)
    return command


def weighing_options(command: F) -> F:
    """Add which sources to hear alone, and which to leave out."""
    for name, text in (
        ("--without", "Leave out this source or origin (an id or a name); repeatable."),
        ("--only", "Hear this source or origin alone; repeatable."),
    ):
        command = click.option(
            name, metavar="SOURCE", multiple=True, shell_complete=tellers, help=text
        )(command)
    return command


def _duration(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    """Read 7d, 36h or 10 (days) as microseconds."""
    from tracker.instants import InstantError, duration

    try:
        return None if value is None else duration(value)
    except InstantError as error:
        raise click.BadParameter(str(error), ctx, param) from error


stale_option = click.option(
    "--stale-after",
    metavar="TIME",
    callback=_duration,
    help="Mark what rests on older evidence: 7d, 36h, or a number of days.",
)


cite_option = click.option(
    "--cite",
    metavar="FILE",
    type=NewFile(),
    help="Save a citation of the answer there: `tracker cite verify` asks again and compares.",
)


def save_citation(situation: Situation, answer: Answer, path: str | None) -> None:
    """Write a citation of an answer to a new file, if one is named."""
    from tracker.cli.output import note

    if path is None:
        return
    who = recorder(options().user)
    write_new(path, situation.cite(answer, by=who).as_bytes())
    note(f"cited in {path}")


by_option = click.option(
    "--by",
    metavar="NAME",
    envvar="TRACKER_USER",
    help="Who records (or $TRACKER_USER; the login name).",
)
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask about look-alike names.")


def open_situation(*, create: bool = False) -> Situation:
    """Open the situation the options name; closed when the command ends."""
    from tracker.situation import Situation

    ctx = click.get_current_context()
    if (settings := options().settings) and settings.ignored:
        warn_of(settings.ignored)
    situation = Situation(options().log, create=create, read_only=options().read_only)
    ctx.call_on_close(situation.close)
    ctx.call_on_close(lambda: tell_of_keys(situation))
    ctx.call_on_close(lambda: tell_of_replica(situation))
    situation.warn = warn_of
    situation.model.progress = bar("Working it out")
    return situation


def warn_of(text: str) -> None:
    """Say a warning, whatever else is printed."""
    from tracker.cli.output import safe

    click.echo(safe(f"warning: {text}"), err=True)


def bar(label: str) -> Callable[[int, int], None]:
    """Show how far something long is, to (done, of); nothing where nobody looks, or wants it."""
    if options().quiet or not sys.stderr.isatty():
        return lambda _done, _total: None
    ctx = click.get_current_context()
    bars: list[Any] = []

    def progress(position: int, total: int) -> None:
        if not bars:
            made = click.progressbar(length=total, label=label, file=sys.stderr)
            bars.append(ctx.with_resource(made))
        bars[0].update(position - bars[0].pos)

    return progress


def read_clocks(
    situation: Situation,
    as_of: str | None = None,
    known_at: str | None = None,
    recorded_at: str | None = None,
    tz: str | None = None,
) -> AsOf:
    """Read the clock options."""
    tell_of_no_model(situation)
    return situation.clocks(as_of, known_at, recorded_at, tz)


def read_weighing(
    situation: Situation, only: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> Weighing:
    """Read how to weigh: the policy, and whom to hear."""
    return situation.weighing(options().policy, only, without)


def tell_of_no_model(situation: Situation) -> bool:
    """Say so where the read model's file is of no use, and answers come from the log alone."""
    from tracker.cli.output import note

    # Before all is worked out from the log; what is full by then, or not to be written, after that.
    useless = not situation.model.opens or situation.store.path != situation.store_path
    if useless:
        note(
            f"the read model {situation.store_path} cannot be opened: answering from the log "
            f"alone, which takes longer; {_remedy(Path(situation.store_path).parent)}"
        )
    return useless


def _remedy(folder: Path) -> str:
    """Say what helps where a read model in a folder is of no use."""
    from shutil import disk_usage

    if not os.access(folder, os.W_OK):
        return f"make {folder} writable, and it is made anew"
    if not disk_usage(folder).free:
        return f"make room on the disk of {folder}, and it is made anew"
    return "`tracker rebuild` makes it anew"


def tell_of_keys(situation: Situation) -> None:
    """Say so where sealed text could not be read, in what was asked or in the read model."""
    from tracker.cli.output import note

    if lacking := situation.lacking_keys():
        note(lacking)


def tell_of_replica(situation: Situation) -> None:
    """Say so where a replica was asked: whose, and how far behind it is."""
    from tracker.cli.output import note
    from tracker.cli.words import replica
    from tracker.errors import DamagedLogError

    with suppress(DamagedLogError):  # which was told already
        if found := situation.replica():
            note(replica(found))


def warn_of_name(option: str, name: str) -> None:
    """Warn of a name given at the command that may read otherwise than it is stored."""
    from tracker.harmless import REORDERS, has_bidi_controls

    if has_bidi_controls(name):
        from tracker.cli.output import note

        note(f"warning: {option} {REORDERS}")


def _batch(_context: click.Context, _param: click.Parameter, name: str | None) -> str | None:
    warn_of_name("--batch", name or "")
    return name


batch_option = click.option(
    "--batch",
    metavar="NAME",
    callback=_batch,
    help="Name what is recorded, to retract it together.",
)


def recorder(by: str | None) -> str:
    """Name who records; what is not UTF-8 in a login name is shown as question marks."""
    import getpass

    try:
        name = by or getpass.getuser()
    except (OSError, KeyError):  # no login name, as in some containers
        name = os.environ.get("HOSTNAME", "unknown")
    name = name.encode(errors="replace").decode()
    warn_of_name("--by", name)
    return name


def read_file(path: str, kind: str = "") -> tuple[bytes, str]:
    """Read a file's raw bytes, `-` for standard input; with the name to tell problems by.

    `kind` is sheet, article or nothing: of what is too long no more is read than shows it.
    """
    from tracker.apart import read_kind

    if path == "-":
        return read_kind(sys.stdin.buffer, "<stdin>", kind), "<stdin>"
    with open(path, "rb") as file:  # noqa: PTH123 - pathlib is not loaded for this alone
        return read_kind(file, path, kind), path


@contextmanager
def naming(path: str) -> Iterator[None]:
    """Have what is wrong with a file told with its name."""
    try:
        yield
    except TrackerError as error:
        raise TrackerError(f"{path}: {error}") from error


def read_keys(path: str) -> list[str]:
    """Read the public keys of a file, one a line."""
    from tracker.apart import check_keys

    with naming(path):
        return check_keys(read_file(path)[0].decode(errors="replace"))


def read_authorities(paths: Sequence[str]) -> bytes:
    """Read the certificates of timestamp authorities, from their files."""
    from tracker.apart import check_authority

    found = []
    for path in paths:
        with naming(path):
            found.append(read_file(path)[0])
            check_authority(found[-1])
    return b"\n".join(found)


def warn(problems: Any) -> None:  # noqa: ANN401 - a sequence of Problem
    """Print warnings to standard error."""
    from tracker.cli.output import safe

    for problem in problems:
        click.echo(safe(str(problem)), err=True)
