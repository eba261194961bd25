"""`tracker bundle`: the log, or one key's evidence, for someone who will check it."""

from __future__ import annotations

import click

from tracker.cli.amended import refuse_far_positions
from tracker.cli.common import (
    BAD_ANSWER,
    BAD_INPUT,
    by_option,
    open_situation,
    read_authorities,
    read_file,
    read_keys,
    recorder,
)
from tracker.cli.completing import facts, paths, whole_keys
from tracker.cli.global_options import common_options
from tracker.cli.output import emit, safe


@click.command()
@click.option("-o", "--out", metavar="DIR|FILE.zip", help="A new folder, or a new zip.")
@click.option(
    "--only",
    metavar="KEY",
    shell_complete=whole_keys,
    help="Only one key's evidence, such as control/diabaly.",
)
@click.option(
    "--check",
    "checked",
    metavar="PATH",
    shell_complete=paths,
    help="Instead, check a bundle; needs no log.",
)
@click.option(
    "--key",
    "key_file",
    metavar="FILE",
    shell_complete=paths,
    help="With --check: the public key that counts.",
)
@click.option(
    "--against",
    metavar="FILE",
    multiple=True,
    shell_complete=paths,
    help="With --check: a checkpoint kept from earlier.",
)
@click.option(
    "--timestamp-authority",
    "authority_files",
    metavar="FILE",
    multiple=True,
    shell_complete=paths,
    help="With --check: the certificates (PEM) that signatures of timestamps must lead to.",
)
@click.option(
    "--withhold",
    metavar="ID|#POSITION",
    multiple=True,
    callback=refuse_far_positions,
    shell_complete=facts,
    help="Leave this event out but for its leaf, and record why; repeatable.",
)
@click.option("--authority", metavar="WHO", help="With --withhold: who ordered it.")
@click.option("--reason", metavar="TEXT", help="With --withhold: why.")
@click.option("--sealed", is_flag=True, help="Without the keys of sealed text, and without it.")
@by_option
@common_options
def bundle(
    out: str | None,
    only: str | None,
    checked: str | None,
    key_file: str | None,
    against: tuple[str, ...],
    authority_files: tuple[str, ...],
    *,
    withhold: tuple[str, ...],
    authority: str | None,
    reason: str | None,
    sealed: bool,
    by: str | None,
) -> None:
    """Write events, checkpoints, the public key and a verifier that needs nothing but Python.

    A checkpoint is signed first. With --only, the events that one key's answers rest on, each
    proved by itself: no others leave the house. With --check, exit 1 where a bundle is not as it
    was signed, 2 where that cannot be decided. Texts go in with their keys, unless they are erased,
    or --sealed says otherwise.

    \b
    Examples:
      tracker bundle -o mali.zip
      tracker bundle --only control/diabaly -o diabaly
    """
    if bool(out) == bool(checked):
        raise click.UsageError("name where it goes with -o, or what to check with --check")
    if checked:
        _check(checked, key_file, against, authority_files)
        return
    from tracker.apart import refuse_taken

    refuse_taken(str(out))  # before anything is recorded
    situation = open_situation()
    situation.refuse_bundle(str(out))
    if withhold:
        if not authority or not reason:
            raise click.UsageError("--withhold needs --authority and --reason")
        situation.withhold(withhold, authority=authority, reason=reason, by=recorder(by))
    count = situation.bundle(str(out), only, withhold=withhold, sealed=sealed)
    row = {"bundle": out, "events": count, "only": only}
    if not emit(row, [row]):
        click.echo(safe(f"{out}: {count:,} event{'' if count == 1 else 's'}"))


def _check(
    path: str, key_file: str | None, against: tuple[str, ...], authority_files: tuple[str, ...]
) -> None:
    from tracker.apart import check_bundle

    key = "\n".join(read_keys(key_file)) if key_file else ""
    kept = [read_file(one)[0].decode(errors="replace") for one in against]
    authority = read_authorities(authority_files)
    found = check_bundle(path, key, kept, authority)
    if not emit(found.as_json(), found.as_json()["rows"]):
        said = {"fine": "fine", "tampered": "TAMPERED", "undecided": "cannot decide"}
        count = f"{found.events:,} event{'' if found.events == 1 else 's'}"
        part = "; a selection: what its maker left out cannot be told" if found.selection else ""
        click.echo(safe(f"{path}: {said[found.verdict]}, {count}{part}"))
        for line in (*found.wrong, *found.doubts, *found.notes):
            click.echo(safe(line), err=True)
        if not key:
            click.echo("by the key in the bundle itself: name the true one with --key", err=True)
    exit_code = {"fine": 0, "tampered": BAD_ANSWER, "undecided": BAD_INPUT}[found.verdict]
    click.get_current_context().exit(exit_code)
