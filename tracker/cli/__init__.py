"""The command line: a module a verb, each thin. To add a verb: write its module, list it here."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import RawIOBase, TextIOWrapper
from typing import Any

import click

from tracker import __version__
from tracker.cli import (
    audit,
    bundle,
    check,
    checkpoint,
    cite,
    completion,
    correct,
    demo,
    diff,
    disputes,
    doctor,
    draft,
    export,
    follow,
    gaps,
    grant,
    guide,
    history,
    hold,
    import_,
    init,
    log,
    man,
    prove,
    rebuild,
    record,
    redact,
    replay,
    report,
    retract,
    rule,
    schema,
    search,
    serve,
    show,
    state,
    verify,
    watch,
    whatif,
)
from tracker.cli.common import BAD_INPUT, NOBODY_READS
from tracker.cli.global_options import begin, common_options, not_utf8
from tracker.errors import TrackerError, is_full

VERBS = (
    init.init,
    record.record,
    import_.import_,
    draft.draft,
    correct.correct,
    retract.retract,
    rule.rule,
    redact.redact,
    hold.hold,
    state.state,
    history.history,
    audit.audit,
    diff.diff,
    disputes.disputes,
    gaps.gaps,
    whatif.whatif,
    cite.cite,
    log.log,
    show.show,
    search.search,
    replay.replay,
    report.report,
    export.export,
    rebuild.rebuild,
    check.check,
    verify.verify,
    checkpoint.checkpoint,
    prove.prove,
    bundle.bundle,
    serve.serve,
    watch.watch,
    follow.follow,
    schema.schema,
    guide.guide,
    completion.completion,
    man.man,
    grant.grant,
    doctor.doctor,
    demo.demo,
)


STDERR = 2
"""The highest number of a standard stream."""


class Verbs(click.Group):
    """Lists verbs in the order in which one meets them, and turns our errors into plain text."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the verbs' names in the order of VERBS."""
        del ctx
        return list(self.commands)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Begin with the settings, before anything that is typed; all of that has to be text."""
        begin(ctx)
        for at, arg in enumerate(args if not ctx.resilient_parsing else (), 1):
            if wrong := not_utf8(f"argument {at}", arg):
                raise click.UsageError(wrong, ctx)
        with _in_words(ctx):  # --help and --version print here
            return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Suggest the nearest verb where there is none of that name."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            message = error.format_message()
            near = get_close_matches(args[0], self.commands, n=1, cutoff=0.5)
            if near and "Did you mean" not in message:  # click says so itself from 8.3 on
                message += f" Did you mean '{near[0]}'?"
            raise click.UsageError(message, ctx) from error

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own signature
        """Run a verb."""
        with _in_words(ctx):
            return super().invoke(ctx)


@contextmanager
def _in_words(ctx: click.Context) -> Iterator[None]:
    """Have what a user can meet end in a message and exit code 2, never in a traceback."""
    try:
        yield
    except BrokenPipeError:
        _let_go()
        ctx.exit(NOBODY_READS)
    except click.UsageError as error:
        from tracker.cli.output import safe

        said = error.format_message()
        shown = "\n".join(map(safe, said.split("\n")))
        if shown == said:
            raise
        raise click.UsageError(shown, error.ctx) from error
    except Exception as error:
        message = _message(error)
        if message is None:
            raise
        from tracker.cli.output import safe

        with suppress(OSError):  # where nobody can be told, the code still says it
            click.echo("\n".join(map(safe, message.split("\n"))), err=True)
        ctx.exit(BAD_INPUT)


def _message(error: Exception) -> str | None:
    """Say what a user can meet; None for what is a fault of ours."""
    import sqlite3

    if isinstance(error, TrackerError):
        return str(error)
    if isinstance(error, sqlite3.Error):
        remedy = "make room, try again" if is_full(error) else "run `tracker rebuild`"
        return f"the read model cannot be used ({error}): {remedy}"
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output'}: {error.strerror or error}"
    return None


def _let_go() -> None:
    """Have nothing more written to a pipe that nobody reads: not what is still held back either."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@common_options
@click.version_option(__version__, prog_name="tracker")
def tracker(**_: object) -> None:
    """Record what reports say, and ask what was so: as of any date, as known at any other.

    \b
    Example:
      tracker demo
    """


for _verb in VERBS:
    tracker.add_command(_verb)


class _Nowhere(RawIOBase):
    """Standard output that was closed: what is written there is refused, not lost."""

    def writable(self) -> bool:
        """Have a text stream made of it."""
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401 - bytes of any sort
        """Raise OSError."""
        del data
        raise OSError(errno.EBADF, "closed: what was to be said went nowhere", "standard output")


def _open_what_is_closed() -> None:
    """Have three standard streams, whatever the caller closed (as `<&-` does).

    Files opened later do not take their numbers then, so that no message lands in a log.
    """
    while (number := os.open(os.devnull, os.O_RDWR)) <= STDERR:
        pass
    os.close(number)
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - stays open
    if sys.stdout is None:
        sys.stdout = TextIOWrapper(_Nowhere(), encoding="utf-8", write_through=True)
    try:
        os.write(STDERR, b"")  # a shell script whose own was closed hands one on to read from
    except OSError:
        sys.stderr = None
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


def main() -> None:
    """Run the program (the console script)."""
    _open_what_is_closed()
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a letter shows its escape, and nothing fails half-way.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    tracker(prog_name="tracker")
