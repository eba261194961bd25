"""`tracker prove`: that an event is in the log that was signed for, in a file of its own."""

from __future__ import annotations

import click

from tracker.cli.common import open_situation, read_file, read_keys
from tracker.cli.completing import facts, paths
from tracker.cli.files import NewFile, force_option, refuse_taken, write_over
from tracker.cli.global_options import common_options, options
from tracker.cli.output import dump, safe


@click.command()
@click.argument("name", metavar="[ID|#POSITION]", required=False, shell_complete=facts)
@click.option(
    "--consistency",
    nargs=2,
    metavar="OLD NEW",
    help="Instead, that one checkpoint file extends another.",
)
@click.option(
    "--check",
    "checked",
    metavar="FILE",
    shell_complete=paths,
    help="Instead, check such a file; needs no log.",
)
@click.option(
    "--key",
    "key_file",
    metavar="FILE",
    shell_complete=paths,
    help="With --check: the public key that counts.",
)
@click.option("--sealed", is_flag=True, help="Without the keys of sealed text, and without it.")
@click.option("-o", "--out", metavar="FILE", type=NewFile(), help="Write the proof here.")
@force_option
@common_options
def prove(
    name: str | None,
    consistency: tuple[str, str] | None,
    checked: str | None,
    key_file: str | None,
    out: str | None,
    *,
    sealed: bool,
    force: bool,
) -> None:
    """Prove that an event is in the log, to someone who has neither the log nor trust in you.

    The proof holds the event's exact bytes, its texts, a signed checkpoint and what joins them.
    Anyone checks it with --check. The verify_bundle.py that goes with every bundle checks it too,
    but for its texts; what --consistency proves is checked with --check alone. Exit 2 where the
    file proves nothing.

    \b
    Example:
      tracker prove '#58' -o proof.json
    """
    if sum(map(bool, (name, consistency, checked))) != 1:
        raise click.UsageError("name an event, or --consistency OLD NEW, or --check FILE")
    if checked:
        from tracker.apart import check_proof

        keys = read_keys(key_file) if key_file else []
        click.echo(safe(check_proof(read_file(checked)[0], keys, checked)))
        return
    refuse_taken(out, force=force)
    situation = open_situation()
    if consistency:
        old, new = (read_file(path)[0] for path in consistency)
        proof = situation.prove_consistency(old, new)
    else:
        proof = situation.prove(name or "", sealed=sealed)
    if out is None:
        click.echo(dump(proof))
        return
    write_over(out, dump(proof) + "\n", force=force)
    if not options().quiet:
        click.echo(safe(f"{out}: a proof; `tracker prove --check` checks it"))
