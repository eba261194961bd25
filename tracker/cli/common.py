"""What the verbs share: options, and how to open a situation."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker.cli.completing import paths, tellers, zones
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker import Weighing
    from tracker.cli.settings import Settings
    from tracker.instants import AsOf
    from tracker.outcomes import Answer
    from tracker.situation import Situation

F = TypeVar("F", bound=Callable[..., Any])

BAD_ANSWER = 1  # the answer is bad: an expectation fails, a model differs
BAD_INPUT = 2  # bad usage or input
FARTHEST = 10**15  # positions; no log comes near it, and SQLite takes it
LONGEST_POSITION = len(f"#{FARTHEST}")
SETTINGS = "tracker.toml"
FORMATS = ("table", "json", "csv", "nl")
POLICIES = ("origin-weighted", "latest", "majority-by-origin", "official-only")
POLICY_NAMES = tuple(name for policy in POLICIES for name in (policy, f"{policy}/1"))


class OneOf(click.Choice[str]):
    """A choice that, where there is none of that name, suggests the nearest."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Say which there are, and which may have been meant."""
        from difflib import get_close_matches

        names = [str(one) for one in self.choices]
        near = get_close_matches(str(value), names, n=1, cutoff=0.5)
        said = super().get_invalid_choice_message(value, ctx)
        return f"{said} Did you mean '{near[0]}'?" if near else said


@dataclass
class Options:
    """The global options, wherever on the line they stood: the last one said counts."""

    log: str = "situation.db"
    format: str = "table"
    color: bool = True
    quiet: bool = False
    policy: str | None = None
    read_only: bool = False
    pager: bool = True
    user: str | None = None
    typed: set[str] = field(default_factory=set)
    settings: Settings | None = None
    problem: TrackerError | None = None
    """What is wrong with the settings: raised by the first who asks for them, not by --help."""


OF_VERBS = {"tz": "tz", "stale_after": "stale_after", "user": "by"}
"""Settings that are options of some verbs: the setting, and the option's parameter."""


def begin(ctx: click.Context) -> None:
    """Begin with what tracker.toml and the environment say; whatever is typed counts for more."""
    options = ctx.obj = Options()
    found: Mapping[str, Any] = {}
    if path := find_settings():
        from tracker.cli.settings import read_settings

        options.settings = read_settings(path, chosen=bool(os.environ.get("TRACKER_CONFIG")))
        options.problem, found = options.settings.problem, options.settings.values
    for name in ("log", "format", "policy", "read_only", "pager", "user"):
        if name in found:
            setattr(options, name, found[name])
    options.user = os.environ.get("TRACKER_USER") or options.user
    if form := os.environ.get("TRACKER_FORMAT"):
        options.format = form
        if form not in FORMATS:
            said = f"TRACKER_FORMAT says '{form}': one of {', '.join(FORMATS)} is needed"
            options.problem = options.problem or TrackerError(said)
    if (colored := _colored(found.get("color"))) is not None:
        ctx.color = colored
    of_verbs = {OF_VERBS[name]: item for name, item in found.items() if name in OF_VERBS}
    if of_verbs and isinstance(ctx.command, click.Group):
        ctx.default_map = _for_each(ctx.command, of_verbs)


def find_settings() -> str | None:
    """Find the nearest tracker.toml, in the current folder or above it, up to the user's home.

    Outside of that, in the current folder alone. TRACKER_CONFIG names another file; empty, none.
    Told as seen from here: `../tracker.toml`.
    """
    named = os.environ.get("TRACKER_CONFIG")
    if named is not None:
        return named or None
    try:
        folder = os.getcwd()  # noqa: PTH109 - pathlib is not loaded for every --help
    except OSError:
        return None  # a folder that is gone has no file
    home = os.path.expanduser("~")  # noqa: PTH111 - the same
    path = SETTINGS
    while True:
        if os.path.lexists(path):
            return path
        path = f"../{path}"
        if folder == home or not folder.startswith(home.rstrip("/") + "/"):
            return None
        folder = os.path.dirname(folder)  # noqa: PTH120 - the same


def _for_each(group: click.Group, values: dict[str, Any]) -> dict[str, Any]:
    """Give every verb of a group, and of the groups in it, the same defaults."""
    return values | {
        name: _for_each(verb, values) if isinstance(verb, click.Group) else values
        for name, verb in group.commands.items()
    }


def _colored(setting: str | None) -> bool | None:
    """Say whether there are to be colours; None where that hangs on the terminal.

    As no-color.org, force-color.org and bixense.com/clicolors have it.
    """
    said = os.environ.get
    if said("NO_COLOR") or said("TERM") == "dumb":
        return False
    if any(said(name) not in {None, "", "0"} for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    if said("CLICOLOR") == "0":
        return False
    return {"always": True, "never": False}.get(setting or "auto")


def _note(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def keep(ctx: click.Context, param: click.Parameter, value: Any) -> None:  # noqa: ANN401
        options = ctx.ensure_object(Options)
        source = ctx.get_parameter_source(param.name or "")
        if value is None or source is click.core.ParameterSource.DEFAULT:
            return
        if source is click.core.ParameterSource.COMMANDLINE:
            options.typed.add(name)
        elif name in options.typed:
            return  # typed before the verb: the verb finds the environment, which counts for less
        setattr(options, name, value)
        if name == "color":
            ctx.color = value

    return keep


def common_options(command: F) -> F:
    """Add the global options; they may stand before the verb or after it."""
    made: list[Callable[[F], F]] = [
        click.option(
            "--log",
            "log_path",
            metavar="PATH|URL",
            envvar="TRACKER_LOG",
            expose_value=False,
            callback=_note("log"),
            shell_complete=paths,
            help="The log: a file, or postgresql://... (or $TRACKER_LOG; ./situation.db).",
        ),
        click.option(
            "--read-only",
            "read_only",
            is_flag=True,
            envvar="TRACKER_READ_ONLY",
            expose_value=False,
            callback=_note("read_only"),
            help="Write nothing to the log (or $TRACKER_READ_ONLY=1).",
        ),
        click.option(
            "--policy",
            type=OneOf(POLICY_NAMES),
            metavar="NAME",
            envvar="TRACKER_POLICY",
            expose_value=False,
            callback=_note("policy"),
            help=f"The rule that settles rival claims (or $TRACKER_POLICY): {', '.join(POLICIES)}.",
        ),
        *(
            click.option(
                f"--{name}",
                f"as_{name}",
                flag_value=name,
                expose_value=False,
                callback=_note("format"),
                help=text,
            )
            for name, text in (
                ("json", "One JSON object."),
                ("csv", "Rows as CSV."),
                ("nl", "Rows as JSON, one a line."),
                ("table", "A table for reading (default)."),
            )
        ),
        click.option(
            "--no-color",
            "color",
            flag_value=False,
            type=bool,
            default=None,
            envvar=None,
            expose_value=False,
            callback=_note("color"),
            help="No colours (or $NO_COLOR).",
        ),
        click.option(
            "--no-pager",
            "pager",
            flag_value=False,
            type=bool,
            default=None,
            expose_value=False,
            callback=_note("pager"),
            help="Print long answers at once, also on a terminal.",
        ),
        click.option(
            "-q",
            "--quiet",
            "quiet",
            is_flag=True,
            expose_value=False,
            callback=_note("quiet"),
            help="Only what was asked for: no notes, no progress.",
        ),
    ]
    for option in reversed(made):
        command = option(command)
    return command


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
    type=click.Path(dir_okay=False),
    help="Save a citation of the answer there: `tracker cite verify` asks again and compares.",
)


def save_citation(situation: Situation, answer: Answer, path: str | None) -> None:
    """Write a citation of an answer to a new file, if one is named."""
    from tracker.cli.output import note

    if path is None:
        return
    who = recorder(options().user)
    data = situation.cite(answer, by=who).as_bytes()
    try:
        file = open(path, "xb")  # noqa: PTH123, SIM115 - "x": what was cited before is kept
    except FileExistsError as error:
        raise TrackerError(f"{path} is there already: cite to another file") from error
    try:
        with file:
            file.write(data)
    except OSError:
        os.unlink(path)  # noqa: PTH108 - half a citation is none
        raise
    note(f"cited in {path}")


by_option = click.option(
    "--by",
    metavar="NAME",
    envvar="TRACKER_USER",
    help="Who records (or $TRACKER_USER; the login name).",
)
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask about look-alike names.")


def options() -> Options:
    """Give the global options of the running command. Raises what is wrong with the settings."""
    found = click.get_current_context().ensure_object(Options)
    if found.problem:
        raise found.problem
    return found


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

    useless = situation.store.path != situation.store_path
    if useless:
        note(
            f"the read model {situation.store_path} cannot be opened: answering from the log "
            "alone, which takes longer; `tracker rebuild` makes it anew"
        )
    return useless


def tell_of_keys(situation: Situation) -> None:
    """Say so where sealed text could not be read, in what was asked or in the read model."""
    from tracker.cli.output import note

    if lacking := situation.lacking_keys():
        note(lacking)


def tell_of_replica(situation: Situation) -> None:
    """Say so where a replica was asked: whose, and how far behind it is."""
    from tracker.cli.output import note
    from tracker.cli.words import replica

    if found := situation.replica():
        note(replica(found))


def recorder(by: str | None) -> str:
    """Name who records; what is not UTF-8 in a login name is shown as question marks."""
    import getpass

    try:
        name = by or getpass.getuser()
    except (OSError, KeyError):  # no login name, as in some containers
        name = os.environ.get("HOSTNAME", "unknown")
    return name.encode(errors="replace").decode()


def read_file(path: str) -> tuple[bytes, str]:
    """Read a file's raw bytes, `-` for standard input; with the name to tell problems by."""
    from pathlib import Path

    if path == "-":
        return sys.stdin.buffer.read(), "<stdin>"
    return Path(path).read_bytes(), path


def warn(problems: Any) -> None:  # noqa: ANN401 - a sequence of Problem
    """Print warnings to standard error."""
    from tracker.cli.output import safe

    for problem in problems:
        click.echo(safe(str(problem)), err=True)
