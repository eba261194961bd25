"""`tracker guide`: the how-to documents that come with the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tracker.cli import completing
from tracker.cli.global_options import common_options
from tracker.cli.output import emit, say, table
from tracker.errors import NotFoundError

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("name", required=False, shell_complete=completing.guides)
@common_options
def guide(name: str | None) -> None:
    """List the guides, or print one.

    They are the Markdown files of tracker/guides. A long one goes through your pager on a terminal.

    \b
    Examples:
      tracker guide
      tracker guide python
    """
    there = guides()
    if name is None:
        rows = [{"name": one, "title": _title(path)} for one, path in there.items()]
        if not emit({"rows": rows}, rows):
            click.echo(table(["GUIDE", "TITLE"], [list(row.values()) for row in rows]))
        return
    path = there.get(name.lower().removesuffix(".md"))
    if path is None:
        raise NotFoundError(f"there is no guide '{name}'{_near(name, list(there))}")
    text = path.read_text(encoding="utf-8")
    whole = {"name": path.stem, "title": _title(path), "text": text}
    if not emit(whole, [whole]):
        say(text)


def guides() -> dict[str, Path]:
    """Give the files of the guides by their names, in order."""
    from pathlib import Path

    folder = Path(__file__).parent.parent / "guides"
    return {path.stem: path for path in sorted(folder.glob("*.md"))}


def _title(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("# ").strip()


def _near(name: str, guides: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, guides, n=1, cutoff=0.5)
    return f": did you mean {near[0]}?" if near else f": there are {', '.join(guides)}"
