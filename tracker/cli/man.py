"""`tracker man`: manual pages, made of what `--help` says."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from tracker.cli.completing import verbs
from tracker.cli.global_options import SETTINGS, common_options

ENVIRONMENT = {
    "TRACKER_LOG": "The log, as --log names it.",
    "TRACKER_READ_ONLY": "1: write nothing to the log.",
    "TRACKER_POLICY": "The rule that settles rival claims, as --policy names it.",
    "TRACKER_FORMAT": "table, json, csv or nl.",
    "TRACKER_TZ": "Zone of times written without one.",
    "TRACKER_USER": "Who records.",
    "TRACKER_KEYS": "The folder of the keys that sign checkpoints.",
    "TRACKER_VAULT": "Where the keys of sealed text lie.",
    "TRACKER_TOKEN": "The token that `tracker serve` asks for.",
    "TRACKER_CONFIG": f"The settings file, instead of the nearest {SETTINGS}; empty: none.",
    "TRACKER_PAGER, PAGER": "What shows long answers on a terminal; empty or cat: nothing.",
    "NO_COLOR": "Not empty: no colours. So does CLICOLOR=0.",
    "FORCE_COLOR, CLICOLOR_FORCE": "Not empty and not 0: colours, also into a pipe.",
}
FILES = {
    "situation.db": "The log, where no other is named.",
    "situation.state.db": "The read model beside it; may be deleted.",
    "situation.keys.db": "The keys of sealed text; back it up with the log.",
    SETTINGS: "Settings for commands run in its folder or below it.",
}
EXITS = {
    "0": "Fine; also where there is no evidence.",
    "1": "The answer is bad: an expectation fails, a model differs, a log was tampered with.",
    "2": "Bad usage or input, or what was asked cannot be decided.",
}


@click.command()
@click.argument("verb", nargs=-1, shell_complete=verbs)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False),
    help="Write a page for every verb there.",
)
@common_options
def man(verb: tuple[str, ...], folder: str | None) -> None:
    """Print the manual page of a verb, or of the tracker; `man -l -` reads it.

    With --to, all of them are written into a folder, such as man1 under a folder of $MANPATH.

    \b
    Examples:
      tracker man state
      tracker man cite verify
      tracker man --to man1
    """
    root = click.get_current_context().find_root()
    pages = dict(_pages(root.command, ("tracker",)))
    if folder is not None:
        _write(pages, folder)
        return
    name = "-".join(("tracker", *verb))
    if name not in pages:
        from difflib import get_close_matches

        said = "-".join(verb)  # all pages begin alike, which makes none of them near
        named = {page.partition("-")[2]: page for page in pages}
        near = get_close_matches(said, named, n=1, cutoff=0.5)
        hint = f": did you mean '{named[near[0]].replace('-', ' ')}'?" if near else ""
        raise click.UsageError(f"no verb '{' '.join(verb)}'{hint}")
    click.echo(page(pages[name], name), nl=False)


def _pages(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Context]]:
    """Yield the name of every page and the command that it is of, in a context of its own."""
    yield (
        "-".join(words),
        click.Context(command, info_name=" ".join(words), help_option_names=["-h", "--help"]),
    )
    if isinstance(command, click.Group):
        for name, verb in command.commands.items():
            yield from _pages(verb, (*words, name))


def _write(pages: dict[str, click.Context], folder: str) -> None:
    from pathlib import Path

    from tracker.cli.output import note

    there = Path(folder)
    there.mkdir(parents=True, exist_ok=True)
    for name, ctx in pages.items():
        (there / f"{name}.1").write_text(page(ctx, name), encoding="utf-8")
    note(f"{folder}: {len(pages)} pages")


def page(ctx: click.Context, name: str) -> str:
    """Write the page of a command: roff, with the macros of man(7)."""
    return "\n".join([*_parts(ctx, name), ""])


def _parts(ctx: click.Context, name: str) -> Iterator[str]:
    from tracker import __version__

    command = ctx.command
    whole = name == "tracker"
    title = f'"{_text(name.upper())}" "1" ""'
    yield f'.TH {title} "situation\\-tracker {__version__}" "Situation tracker"'
    yield from (".SH NAME", f"{_text(name)} \\- {_text(command.get_short_help_str(limit=200))}")
    usage = " ".join(command.collect_usage_pieces(ctx))
    yield from (".SH SYNOPSIS", f".B {_text(ctx.info_name or '')}", _text(usage))
    description, examples = _told(inspect.cleandoc(command.help or ""))
    yield from (".SH DESCRIPTION", *description)
    if isinstance(command, click.Group):
        yield ".SH COMMANDS"
        for verb in command.commands:
            yield from _entry(f"{name}-{verb}(1)", command.commands[verb].get_short_help_str(200))
    yield ".SH OPTIONS"
    for param in command.get_params(ctx):
        record = param.get_help_record(ctx) if isinstance(param, click.Option) else None
        if record:
            yield from _entry(*record)
    if examples:
        yield from (".SH EXAMPLES", *examples)
    listed = {"ENVIRONMENT": ENVIRONMENT, "FILES": FILES, "EXIT STATUS": EXITS} if whole else {}
    for title, entries in listed.items():
        yield f".SH {title}"
        for one, said in entries.items():
            yield from _entry(one, said)
    if not whole:
        above = ", ".join(dict.fromkeys(("tracker(1)", f"{name.rpartition('-')[0]}(1)")))
        yield from (".SH SEE ALSO", f"{_text(above)}: clocks, environment, files, exit status.")


def _told(text: str) -> tuple[list[str], list[str]]:
    """Give the paragraphs of a help text, and those that show examples."""
    described: list[str] = []
    examples: list[str] = []
    for part in text.split("\n\n"):
        lines = part.split("\n")
        kept = lines[0] == "\b"
        if kept and lines[1].startswith("Example"):
            examples += [
                ".nf",
                *map(_line, inspect.cleandoc("\n".join(lines[2:])).split("\n")),
                ".fi",
            ]
        elif kept:
            described += [".PP", ".nf", *map(_line, lines[1:]), ".fi"]
        else:
            described += [".PP", _line(" ".join(lines))]
    return described[1:], examples  # the heading begins the first paragraph


def _entry(name: str, said: str) -> list[str]:
    return [".TP", f".B {_text(name)}", _line(said)]


def _line(text: str) -> str:
    """Write a line of text, which no letter at its beginning makes a request."""
    said = _text(text)
    return f"\\&{said}" if said.startswith(".") else said


def _text(text: str) -> str:
    """Write a text in which nothing is roff's: what is typed stays what can be copied."""
    return text.translate(_LETTERS)


_LETTERS = str.maketrans(
    {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "~": "\\(ti", "^": "\\(ha"}
)
