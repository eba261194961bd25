"""The picture of the first page: the map, and the data that the script moves the clocks over.

Both take long for a large situation, so the page asks for them when it stands, and they are kept
until something is recorded, or the day is over.
"""

from __future__ import annotations

from dataclasses import replace

from tracker.errors import TrackerError
from tracker.instants import DAY
from tracker.situation import Situation
from tracker.web import page as parts
from tracker.web.asking import Address
from tracker.web.desk import Told, present
from tracker.web.encoding import Encoder
from tracker.web.parameters import NothingAsked

MOST_EVENTS = 200_000
"""Of a log that is drawn whole; a browser does not hold the picture of a larger one."""


def picture(situation: Situation, _asked: NothingAsked, _at: Address) -> Told:
    """Give the map as markup and the data of tracker.web.encoding: {map, data}.

    It shows all times, and stands at the end of this day. Raises TrackerError for too large a log.
    """
    tomorrow = (present() // DAY + 1) * DAY
    with situation.still() as store:
        if store.position > MOST_EVENTS:
            raise TrackerError(f"a log of more than {MOST_EVENTS:,} events is not drawn whole")
        overview = situation.overview(replace(situation.clocks(), as_of=tomorrow - 1))
    encoder = Encoder(overview)
    body = {"data": encoder.data(), "map": str(parts.map_section(overview, encoder))}
    return Told(body, overview.position, tomorrow)
