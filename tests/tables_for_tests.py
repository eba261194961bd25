"""Small tables written by hand, and mappings for them; imported into the synthetic situation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from projections.store import Row
from tracker.outcomes import Imported
from tracker.situation import Situation

Mapping = dict[str, Any]

DIARY = """\
id,day,printed,town,lat,lon,who,low,best,high,notes
1,2013-01-10,2013-01-11,Mill,10.0,20.0,Rebels,1,2,3,a raid at dawn
2,2013-01-10,2013-01-11,Ford,10.5,20.5,Bandits,,4,,
3,2013-01-12,2013-01-13,New Bridge,11.0,21.0,River Men,5,7,9,"so ""many"" men"
4,2013-01-12,2013-01-13,Mill,10.0,20.0,Rebels,,,,at night
"""


def diary(**changes: object) -> Mapping:
    """Give the mapping of DIARY: attacks and their dead, day by day."""
    return {
        "dataset": "diary",
        "title": "A diary of the river war",
        "shape": "events",
        "source": "gazette",
        "published": {"column": "printed"},
        "place": {
            "name": {"column": "town"},
            "lat": {"column": "lat"},
            "lon": {"column": "lon"},
            "coordinates": "the diary",
        },
        "facts": [
            {
                "kind": "AttackOccurred",
                "place": "$place",
                "by": {"actor": {"column": "who"}},
                "when": {"column": "day"},
                "gist": "{who} at {town}: {notes}",
            },
            {
                "kind": "CasualtiesReported",
                "if": {"column": "best", "filled": True},
                "place": "$place",
                "side": "army",
                "category": "people",
                "fate": "killed",
                "by": {"actor": {"column": "who"}},
                "when": {"column": "day"},
                "quantity": {
                    "low": {"column": "low"},
                    "best": {"column": "best"},
                    "high": {"column": "high"},
                    "semantics": "change",
                },
                "gist": "Soldiers killed at {town}",
            },
        ],
        **changes,
    }


LIST = """\
version,at,town,holder,since,lat,lon
1,2013-01-01T06:00:00Z,Mill,Army,,10.0,20.0
1,2013-01-01T06:00:00Z,Ford,Rebels,30 December 2012,10.5,20.5
2,2013-01-02T06:00:00Z,Mill,Army,,10.0,20.0
2,2013-01-02T06:00:00Z,Ford,Army,1 January 2013,10.5,20.5
3,2013-01-03T06:00:00Z,Mill,Army,,10.0,20.0
"""


def listing(**changes: object) -> Mapping:
    """Give the mapping of LIST: versions of who holds which town."""
    return {
        "dataset": "who-holds",
        "title": "Who holds the towns",
        "shape": "snapshots",
        "source": "gazette",
        "published": {"column": "at"},
        "version": {"column": "version"},
        "place": {
            "name": {"column": "town"},
            "lat": {"column": "lat"},
            "lon": {"column": "lon"},
            "coordinates": "the list",
        },
        "facts": [
            {
                "kind": "ControlReported",
                "set": {
                    "column": "holder",
                    "values": {
                        "Army": {"state": "held", "by": ["army"]},
                        "Rebels": {"state": "held", "by": ["rebels"]},
                        "Contested": {"state": "contested"},
                    },
                },
                "place": "$place",
                "since": {
                    "column": "since",
                    "formats": ["%d %B %Y", "%d %b %Y"],
                    "late": "drop",
                    "unreadable": "drop",
                },
                "gist": "{town}: {holder}",
            }
        ],
        **changes,
    }


SIRENS = """\
area,on,off,guessed
Valley,2013-01-01 10:00:00+00:00,2013-01-01 10:30:00+00:00,False
Valley,2013-01-01 10:20:00+00:00,2013-01-01 10:50:00+00:00,False
Valley,2013-01-02 10:00:00+00:00,2013-01-02 10:30:00+00:00,True
"""


def sirens(**changes: object) -> Mapping:
    """Give the mapping of SIRENS: when an alert was in force."""
    common = {"scheme": "lantern", "scope": "$place", "by": ["office"]}
    return {
        "dataset": "sirens",
        "title": "Sirens",
        "shape": "intervals",
        "source": "radio",
        "place": {"name": {"column": "area"}, "type": "region"},
        "interval": {
            "start": {"column": "on"},
            "end": {"column": "off"},
            "assumed": {"column": "guessed", "equals": "True"},
        },
        "begin": {"kind": "ThreatLevelRaised", "level": "red", "gist": "Alarm", **common},
        "end": {"kind": "ThreatLevelLowered", "level": "white", "gist": "All clear", **common},
        **changes,
    }


TOLL = """\
told,day,what,number
2013-01-02T08:00:00Z,2013-01-01,tank,10
2013-01-03T08:00:00Z,2013-01-01,tank,10
2013-01-03T08:00:00Z,2013-01-02,tank,12
2013-01-04T08:00:00Z,2013-01-01,tank,110
2013-01-05T08:00:00Z,2013-01-01,tank,10
"""


def toll(**changes: object) -> Mapping:
    """Give the mapping of TOLL: counts that are restated."""
    return {
        "dataset": "toll",
        "title": "The toll",
        "shape": "events",
        "source": "gazette",
        "published": {"column": "told"},
        "key": ["what", "day"],
        "facts": [
            {
                "kind": "EquipmentLost",
                "side": "rebels",
                "category": {"column": "what"},
                "when": {"column": "day"},
                "quantity": {
                    "best": {"column": "number"},
                    "unit": "items",
                    "semantics": "cumulative",
                },
                "gist": "{what} lost by {day}: {number}",
            }
        ],
        **changes,
    }


CLASHES = """\
id,told,day,town,what,dead,hurt
1,2013-02-01,2013-01-10,Mill,battle,3,5
2,2013-02-01,2013-01-11,Ford,attack,2,
"""


def clashes(**changes: object) -> dict[str, object]:
    """Give the mapping of CLASHES: an event, who died and who was hurt in it, restated later."""
    common = {"place": "$place", "when": {"column": "day"}}

    def harmed(column: str, fate: str) -> dict[str, object]:
        count = {"best": {"column": column}, "semantics": "change"}
        test = {"column": column, "at_least": 1}
        people = {"side": "army", "category": "people", "fate": fate, "quantity": count}
        return {"kind": "CasualtiesReported", "if": test, "gist": fate, **people, **common}

    def event(kind: str, what: str) -> dict[str, object]:
        return {"kind": kind, "if": {"column": "what", "equals": what}, "gist": what, **common}

    return {
        "dataset": "clashes",
        "title": "Clashes",
        "shape": "events",
        "source": "gazette",
        "published": {"column": "told"},
        "key": "id",
        "place": {"name": {"column": "town"}},
        "facts": [
            event("FightingReported", "battle"),
            event("AttackOccurred", "attack"),
            harmed("dead", "killed"),
            harmed("hurt", "wounded"),
        ],
        **changes,
    }


def later(*rows: str) -> str:
    """Write rows of CLASHES as a release of March tells them."""
    return CLASHES.splitlines()[0] + "\n" + "".join(f"{row}\n" for row in rows)


def load(
    situation: Situation,
    folder: Path,
    mapping: Mapping,
    *tables: str,
    name: str = "table.csv",
    **how: Any,  # noqa: ANN401 - options of import_table
) -> Imported:
    """Write the tables into the folder and import them."""
    paths = []
    for number, text in enumerate(tables):
        path = folder / (name if not number else f"{number}-{name}")
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    data = json.dumps(mapping).encode()
    return situation.import_table((data, "mapping.yaml"), paths, by="tests", **how)


def facts_in(situation: Situation) -> list[Row]:
    """Give the body of every fact in the log, its kind beside it, in order."""
    return [
        {"kind": event.fact.kind, **event.fact.model_dump(mode="json", exclude_none=True)}
        for event in situation.log.read()
        if event.fact
    ]


def told(situation: Situation) -> set[tuple[str, str, bytes]]:
    """Give (kind, id, body) of everything in the log, however it was ordered and batched.

    Of reports their batch and document are left out: those tell which file came first.
    """
    from tracker.facts.envelope import body_dict, canonical

    found = set()
    for event in situation.log.read():
        body = body_dict(event.body)
        for name in ("batch", "document"):
            body.pop(name, None)
        body.get("locator", {}).pop("document", None)
        body.get("locator", {}).pop("row", None)
        body_id = event.id if event.body.TOPIC[-10:] != "Registered" else ""
        found.add((event.body.TOPIC, body_id, canonical(body)))
    return found
