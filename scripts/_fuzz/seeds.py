"""Inputs to begin from, written by hand: small, and of every form that the parsers know."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from tracker.yamltree import load

ROOT = Path(__file__).resolve().parents[2]
MALI = ROOT / "seeds" / "mali-2013"

SITUATION = (MALI / "situation.yaml").read_bytes()

_EVERYTHING = b"""\
# what the Mali sheets have none of
report:
  source: voa
  published: {edtf: "2013-01-17T18:00:00Z", phrase: this evening}
  title: A made-up report
  url: https://example.org/1
facts:
  - kind: CasualtiesReported
    place: diabaly
    side: mali
    category: people
    fate: killed
    when: "[2013-01-14..2013-01-16]"
    quantity: {low: 3, best: 5, high: 9, comparator: about, semantics: change}
    status: occurred
    voice: attributed
    speaker: a doctor
    rating: B2
    gist: "Some were killed; \xe2\x80\x9cfive\xe2\x80\x9d, says a doctor."
  - {kind: ControlReported, place: diabaly, state: contested, by: [france, islamist-fighters],
     when: 2013-01-16/2013-01-17, since: 2013-01-14~, status: ongoing, voice: hearsay,
     gist: Fought for}
  - kind: AlertAdvised
    when: 2013-01
    status: planned
    voice: reporter
    gist: |
      Two lines
      of it.
not_coded:
  - {sentence: 1, why: background}
"""
_LIST = b"""\
report:
  source: voa
  published: 2013-01-17
  standing: true
  document: {name: list.txt, sha256: "%s"}
snapshot: {version: '2', entries: 2, dropped: [control/diabaly]}
facts: []
""" % (b"0" * 64)


def sheets() -> list[bytes]:
    """Give fact sheets: one of everything, a list, and one for each kind of the Mali sheets.

    Small, for it takes some milliseconds to read a fact.
    """
    found: dict[str, bytes] = {}
    for path in sorted(MALI.glob("*-2013-*.yaml")):
        tree = load(path.read_bytes(), path.name).value
        for fact in tree["facts"]:
            small = {"report": tree["report"], "facts": [fact]}
            found.setdefault(fact["kind"], json.dumps(small, indent=1).encode())
    return [*found.values(), _EVERYTHING, _LIST]


def situations() -> list[bytes]:
    """Give situation files: a small one, and that of Mali."""
    small = b"""\
title: A river war
zone: Africa/Bamako
places:
  mill: {name: Mill, lat: 14.5, lon: -6.0, coordinates: a map, type: town, within: land}
  land: {name: Land, type: country, aliases: [The Land]}
actors:
  army: {name: Army, side: republic, allies: [guard]}
  guard: {name: Guard, parent: army}
sources:
  wire: {name: Wire, type: agency, rating: B2, interest: republic}
alert_schemes:
  lantern: {name: Lantern, authority: army, scope: land, levels: [white, red], modifiers: [doubled],
            aliases: [{name: bright red, level: red, modifiers: [doubled]}]}
"""
    return [small, SITUATION]


def expectations() -> list[bytes]:
    """Give files of expectations."""
    entries = load((MALI / "expect.yaml").read_bytes(), "expect.yaml").value
    (name,) = entries
    return [json.dumps({name: entries[name][at : at + 3]}).encode() for at in range(0, 30, 3)]


DIARY = b"""\
id,day,printed,town,lat,lon,who,low,best,high,notes
1,2013-01-10,2013-01-11,Mill,10.0,20.0,Rebels,1,2,3,a raid at dawn
2,2013-01-10,2013-01-11,Ford,10.5,20.5,Bandits,,4,,
3,2013-01-12,2013-01-13,New Bridge,11.0,21.0,River Men,5,7,9,"so ""many"" men"
4,2013-01-12,2013-01-13,Mill,10.0,20.0,Rebels,,,,at night
"""
DIARY_MAPPING = b"""\
dataset: diary
title: A diary
shape: events
source: voa
published: {column: printed}
key: [id]
place: {name: {column: town}, lat: {column: lat}, lon: {column: lon}, coordinates: the diary}
facts:
  - kind: AttackOccurred
    place: $place
    by: {actor: {column: who}, type: group}
    when: {column: day}
    status: occurred
    voice: reporter
    gist: "{who} at {town}: {notes}"
  - kind: CasualtiesReported
    if: {column: best, filled: true}
    place: $place
    side: mali
    category: people
    fate: killed
    when: {column: day, formats: ["%d %B %Y", iso, edtf]}
    quantity: {low: {column: low}, best: {column: best}, high: {column: high}, semantics: change}
    status: occurred
    voice: reporter
    gist: Killed at {town}
"""
_LISTING = b"""\
dataset: list
title: Versions of a list
shape: snapshots
source: voa
published: {column: printed, formats: [edtf]}
version: {column: printed}
place: {name: {column: town}, lat: {column: lat}, lon: {column: lon}, coordinates: the list}
facts:
  - kind: ControlReported
    set: {column: who, values: {Rebels: {state: held, by: [islamist-fighters]},
          Bandits: {state: contested}, River Men: {state: mixed}}}
    place: $place
    since: {column: day, formats: [iso], late: drop, unreadable: drop}
    gist: "{town}: {who}"
"""
_SPANS = b"""\
dataset: spans
title: Alerts by their days
shape: intervals
source: voa
read: {encoding: utf-8}
register:
  schemes:
    bells: {name: Bells, authority: mali, scope: mali, levels: [calm, alarm]}
interval:
  start: {column: day}
  end: {column: printed}
place: {name: {column: town}, lat: {column: lat}, lon: {column: lon}, coordinates: the list}
begin: {kind: ThreatLevelReported, scheme: bells, scope: $place, level: alarm, since: published,
        status: occurred, voice: reporter, gist: "{town}: alarm"}
end: {kind: ThreatLevelReported, scheme: bells, scope: $place, level: calm, since: published,
      status: occurred, voice: reporter, gist: "{town}: calm"}
"""
_OTHER = b"""\
dataset: other
title: Of everything else
shape: events
optional: [source, lat, lon]
source: others
register:
  sources:
    others: {name: Table of others, type: dataset}
zone: Africa/Bamako
where:
  - {column: who, filled: true}
  - {column: who, not_in: [unknown, "?"]}
published: {column: printed, formats: [iso, "%d %B %Y", "%d/%m/%Y"]}
place: {name: {column: [town, who]}, lat: {column: lat}, lon: {column: lon}, coordinates: c,
        type: town}
facts:
  - kind: ControlReported
    if: [{column: who, equals: Rebels}, {column: best, filled: true}]
    place: $place
    by: {actor: {column: who}, type: group}
    state: held
    status: ongoing
    voice: reporter
    origin: {column: source}
    gist: "{who}"
bad: {date: quarantine, coordinate: quarantine, place: quarantine}
"""


def mappings() -> list[bytes]:
    """Give mappings of every shape, for the columns of DIARY."""
    return [DIARY_MAPPING, _LISTING, _SPANS, _OTHER]


SUFFIXES = ("csv", "tsv", "json", "geojson", "jsonl", "csv.gz", "txt", "ndjson")
_JSON = b'[{"id": 1, "day": "2013-01-10", "printed": "2013-01-11", "town": "Mill", "lat": 10.0,\
 "lon": 20, "who": "Rebels", "low": null, "best": 2, "high": 3e0, "notes": "a \\u00e9 raid"}]'
_SHAPES = b"""{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": "1", "town": "Mill", "day": "2013-01-10",
 "printed": "2013-01-11", "who": "Rebels", "notes": "", "low": 1, "best": 2, "high": 3},
 "geometry": {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}},
{"type": "Feature", "properties": {"id": 2, "town": "Ford", "day": "2013-01-10",
 "printed": "2013-01-11"}, "geometry": {"type": "Point", "coordinates": [-6.0, 14.5]}}]}"""


def tables() -> list[bytes]:
    """Give tables; the first byte is the number of the suffix."""
    forms = {
        "csv": DIARY,
        "tsv": DIARY.replace(b",", b"\t"),
        "json": _JSON,
        "geojson": _SHAPES,
        "jsonl": _JSON[1:-1] + b"\n" + _JSON[1:-1].replace(b"1", b"2", 1) + b"\n",
        "csv.gz": gzip.compress(DIARY, mtime=0),
        "txt": DIARY.replace(b",", b";"),
        "ndjson": _JSON[1:-1],
    }
    odd = [
        b"\xef\xbb\xbf" + DIARY.replace(b"\n", b"\r\n"),
        DIARY.replace(b"Mill", '"M\nü"'.encode()),
    ]
    made = [bytes([SUFFIXES.index(suffix)]) + data for suffix, data in forms.items()]
    return [*made, *(b"\0" + data for data in odd)]


def dates() -> list[bytes]:
    """Give dates of every form that there is."""
    return [date.encode() for date in _DATES.split()]


_DATES = """
2013 2013-01 2013-01-14 2013-01-14~ 201X 2013-XX-XX 2013-01-14T06:00:00Z 2013-01-14T06:00:30+01:00
2012/2013-01 2013-01-14/.. ../2013 2013/ /2013 [2013-01-17..2013-01-21] [..2013-01-21] [2013..]
2013-01-14?/2013-01-16%
"""
