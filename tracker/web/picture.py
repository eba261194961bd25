"""The picture of the first page: the map, and the data that the script moves the clocks over.

Both take long for a large situation, so the page asks for them when it stands, and they are kept.
"""

from __future__ import annotations

from dataclasses import replace

from tracker.situation import Situation
from tracker.web import page as parts
from tracker.web.asking import Address
from tracker.web.desk import SECOND, Told, present
from tracker.web.encoding import Encoder
from tracker.web.parameters import NothingAsked

MINUTE = 60 * SECOND
"""The picture's own "now": it shows all times, and only begins at this one."""


def picture(situation: Situation, _asked: NothingAsked, _at: Address) -> Told:
    """Give the map as markup and the data of tracker.web.encoding: {map, data}."""
    minute = present() // MINUTE * MINUTE
    clocks = replace(situation.clocks(), as_of=minute)
    overview = situation.overview(clocks)
    encoder = Encoder(overview)
    body = {"data": encoder.data(), "map": str(parts.map_section(overview, encoder))}
    return Told(body, overview.position, minute + MINUTE)
