"""Files that a command writes: named by an option, and there whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tracker.errors import TrackerError


class NewFile(click.Path):
    """A file to write, refused before anything else is done where no file can be."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Give the path as it was typed."""
        said, path = str(value), Path(value)
        if not said:
            self.fail("a file's name is needed", param, ctx)
        if path.is_dir():
            self.fail(f"{said} is a folder: name a file in it", param, ctx)
        if not path.parent.exists():
            self.fail(f"{path.parent}: No such file or directory: make it first", param, ctx)
        if not path.parent.is_dir():
            self.fail(f"{path.parent} is no folder: name a file in one", param, ctx)
        return said


force_option = click.option("--force", is_flag=True, help="Write over a file that is there.")


def refuse_taken(path: str | None, *, force: bool | None = None) -> None:
    """Refuse, before anything is done for it, a file that is there; with None, there is no --force.

    A pipe or a device, such as /dev/stdout, is no file to be kept. A log or a key always is.
    """
    from tracker.exports.files import refuse_kept

    if path is None:
        return
    if not force and Path(path).is_file():
        way_out = "" if force is None else ", or add --force"
        raise TrackerError(f"{path} is there already: write to another file{way_out}")
    refuse_kept(Path(path))


def refuse_other(path: str, begins: str) -> None:
    """Refuse, before anything is done for it, a file that is there and begins otherwise.

    One like what is to be written may be an older one of it, and is written over.
    """
    from tracker.exports.files import refuse_kept

    refuse_kept(Path(path), begins)


def write_new(path: str, data: bytes) -> None:
    """Write a file whole or not at all, where there is none of that name."""
    try:
        file = open(path, "xb")  # noqa: PTH123, SIM115 - "x": what is there is kept
    except FileExistsError as error:
        raise TrackerError(f"{path} is there already: write to another file") from error
    try:
        with file:
            file.write(data)
    except OSError:
        os.unlink(path)  # noqa: PTH108 - half a file is none
        raise


def write_over(path: str, text: str, *, force: bool = True) -> None:
    """Write a file whole, or leave what was there as it was; a link stays one, and so a pipe.

    Without `force`, what is there by then is kept, and a TrackerError raised.
    """
    from tracker.exports.files import whole

    to = Path(path)
    try:
        if to.exists() and not to.is_file():  # such as /dev/stdout
            to.write_text(text, encoding="utf-8")
            return
        with whole(to.resolve(), force=force) as part:
            part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrackerError(f"{path} was not written: {error.strerror}") from error
