"""`tracker completion`: what makes a shell complete verbs, options, places, actors and sources."""

from __future__ import annotations

import click

from tracker.cli.global_options import OneOf, common_options

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=OneOf(SHELLS))
@common_options
def completion(shell: str) -> None:
    """Print what makes a shell complete what you type: verbs, options, keys and sources.

    Keys, sources and the like come from the read model of the log that is named, as the last
    question left it; a log on a server offers none. Put the script where your shell looks for it,
    and begin a new shell.

    \b
    Where it goes:
      bash  ~/.local/share/bash-completion/completions/tracker
      zsh   the file _tracker in a folder of $fpath, named before compinit
      fish  ~/.config/fish/completions/tracker.fish

    \b
    Examples:
      tracker completion bash
      tracker completion zsh
    """
    from click.shell_completion import get_completion_class

    of_shell = get_completion_class(shell)
    if of_shell is None:
        raise click.UsageError(f"this version of click knows no completion for {shell}")
    root = click.get_current_context().find_root().command
    made = of_shell(root, {}, "tracker", "_TRACKER_COMPLETE")
    click.echo(made.source_template % made.source_vars())
