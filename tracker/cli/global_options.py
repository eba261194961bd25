"""The global options: of every verb, as typed, from the environment and from tracker.toml."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tracker.cli.completing import paths
from tracker.errors import TrackerError

if TYPE_CHECKING:
    from tracker.cli.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

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
    for name in (one for one in os.environ if one.startswith("TRACKER_")):
        if wrong := not_utf8(name, os.environ[name]):
            options.problem = options.problem or TrackerError(wrong)
    if (colored := _colored(found.get("color"))) is not None:
        ctx.color = colored
    of_verbs = {OF_VERBS[name]: item for name, item in found.items() if name in OF_VERBS}
    if of_verbs and isinstance(ctx.command, click.Group):
        ctx.default_map = _for_each(ctx.command, of_verbs)


def not_utf8(name: str, said: str) -> str | None:
    """Say so if this is not UTF-8: Python reads such bytes as halves of characters, to be escaped.

    They could neither be stored nor printed as they are.
    """
    try:
        said.encode()
    except UnicodeEncodeError:
        shown = os.fsencode(said).decode(errors="backslashreplace")
        return (
            f"{name}, '{shown}', is not UTF-8: write it in UTF-8; a file of such a name has to be "
            "renamed first"
        )
    return None


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


def options() -> Options:
    """Give the global options of the running command. Raises what is wrong with the settings."""
    found = click.get_current_context().ensure_object(Options)
    if found.problem:
        raise found.problem
    return found
