"""What a shell offers as one types: functions for `shell_complete`, of arguments and options.

Whatever is wrong, there is nothing to offer: a shell waits for words, and can use no message.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from tracker.cli.global_options import Options

BELIEVED = ("control", "forces", "alerts", "losses")
CHRONICLED = ("incidents", "humanitarian", "posture")
PROJECTIONS = (*BELIEVED, *CHRONICLED)
LONGEST = 60  # letters of what stands beside an offer


def projections(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the names of the projections."""
    return _begun_so(PROJECTIONS, begun)


def believed(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the names of those projections that hold beliefs."""
    return _begun_so(BELIEVED, begun)


def keys(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer keys, of the projection that was typed before, if one was."""
    projection = ctx.params.get("projection")
    if projection in CHRONICLED:
        return _offered(ctx, "place", begun)
    return _offered(ctx, "key", begun, projection if projection in BELIEVED else None)


def whole_keys(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer keys that are named with their projection: control/diabaly."""
    projection, slash, key = begun.partition("/")
    if not slash:
        return _begun_so([f"{name}/" for name in BELIEVED], begun)
    found = _offered(ctx, "key", key, projection) if projection in BELIEVED else []
    for one in found:
        one.value = f"{projection}/{one.value}"
    return found


def formats(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the formats of exports."""
    from tracker.exports import FORMATS

    return _begun_so(FORMATS, begun)


def guides(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the guides."""
    from tracker.cli.guide import guides

    return _begun_so(guides(), begun)


def verbs(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer verbs, and those of a verb that was typed before and has any."""
    found: click.Command | None = ctx.find_root().command
    for word in ctx.params.get("verb") or ():
        found = found.commands.get(word) if isinstance(found, click.Group) else None
    return _begun_so(found.commands, begun) if isinstance(found, click.Group) else []


def tellers(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer sources, and actors, who may be origins."""
    return [*_offered(ctx, "source", begun), *_offered(ctx, "actor", begun)]


def facts(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the ids of facts, once one has been begun."""
    return _offered(ctx, "fact", begun) if begun else []


def reports(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the ids of reports."""
    return _offered(ctx, "report", begun)


def batches(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the names of batches."""
    return _offered(ctx, "batch", begun)


def kinds(ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the kinds of the newest facts."""
    return _offered(ctx, "kind", begun)


def zones(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer time zones."""
    from zoneinfo import available_timezones

    return _begun_so(sorted(available_timezones()), begun)


def mappings(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer the mappings that come with the tracker, and files."""
    from importlib.resources import files

    there = files("tracker").joinpath("datasets", "mappings").iterdir()
    names = sorted(one.name.removesuffix(".yaml") for one in there if one.name.endswith(".yaml"))
    return [*_begun_so(names, begun), _file(begun)]


def paths(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Offer files."""
    return [_file(begun)]


def _file(begun: str) -> CompletionItem:
    from click.shell_completion import CompletionItem

    return CompletionItem(begun, type="file")


def _begun_so(names: Iterable[str], begun: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(begun)]


def _offered(
    ctx: click.Context, what: str, begun: str, projection: str | None = None
) -> list[CompletionItem]:
    """Offer what the read model of the log that is named knows."""
    from click.shell_completion import CompletionItem

    from tracker.cli.output import safe
    from tracker.offers import offers

    options: Options | None = ctx.find_root().obj
    if options is None:
        return []
    found = offers(options.log, what, begun, projection)
    return [
        CompletionItem(one, help=safe(called)[:LONGEST] or None) for one, called in found.items()
    ]
