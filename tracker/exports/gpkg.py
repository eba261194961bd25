"""GeoPackage 1.3 (OGC 12-128r17): a layer a projection, through time, for QGIS.

Written with sqlite3 alone. Times are DATETIME columns, which QGIS's Temporal Controller can use as
they are. What it is of stands in gpkg_metadata, in each layer's description, and, for who looks
with nothing but a table viewer, in the table `about`.
"""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing
from datetime import datetime
from pathlib import Path

from tracker.cli import words
from tracker.exports.located import PROJECTIONS, Layer, Point, layers
from tracker.exports.question import Format, Question, Told
from tracker.exports.values import in_text
from tracker.harmless import dump, safe
from tracker.tabular import Kind, Value

_APPLICATION = 0x47504B47  # "GPKG": requirement 2
_VERSION = 10300  # 1.3.0: the newest that QGIS 3.22 and GDAL 3.6 know by name
_WGS84 = 4326
_WKT = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,'
    'AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],'
    'AUTHORITY["EPSG","4326"]]'
)
_SYSTEMS = (  # requirement 11 asks for these three
    ("WGS 84 geodetic", _WGS84, "EPSG", _WGS84, _WKT),
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
)
_TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "json": "TEXT",
    "list": "TEXT",
    "whole": "INTEGER",
    "number": "DOUBLE",
    "flag": "BOOLEAN",
    "time": "DATETIME",
}
_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
  definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
  identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE,
  srs_id INTEGER REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL UNIQUE
    REFERENCES gpkg_contents (table_name),
  column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL,
  srs_id INTEGER NOT NULL REFERENCES gpkg_spatial_ref_sys (srs_id),
  z TINYINT NOT NULL, m TINYINT NOT NULL, PRIMARY KEY (table_name, column_name));
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL,
  definition TEXT NOT NULL, scope TEXT NOT NULL,
  UNIQUE (table_name, column_name, extension_name));
CREATE TABLE gpkg_metadata (id INTEGER PRIMARY KEY, md_scope TEXT NOT NULL,
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL, metadata TEXT NOT NULL);
CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT,
  column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL,
  md_file_id INTEGER NOT NULL REFERENCES gpkg_metadata (id),
  md_parent_id INTEGER REFERENCES gpkg_metadata (id));
CREATE TABLE about (fid INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT);
"""
_METADATA = "http://www.geopackage.org/spec130/#extension_metadata"


def write(question: Question, path: Path) -> Told:
    """Write the layers, and what GeoPackage wants to know of them."""
    found, told = layers(question)
    changed = _changed(question, found[0].answer.position)
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # half of it never gets the file's name
        database.execute(f"PRAGMA application_id = {_APPLICATION}")
        database.execute(f"PRAGMA user_version = {_VERSION}")
        database.execute("BEGIN")
        for sql in _TABLES.split(";"):
            database.execute(sql)
        database.executemany(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", _SYSTEMS
        )
        for layer in found:
            _add(database, layer, changed)
        _describe(database, told.about, changed)
        database.execute("COMMIT")
    return told


def _changed(question: Question, position: int) -> str:
    """Say when the log was last added to: the newest of what the file holds."""
    newest = question.recorded_at(position) or "1970-01-01T00:00:00Z"
    return stamp(datetime.fromisoformat(newest))


def stamp(moment: datetime) -> str:
    """Write a moment as GeoPackage has it (table 1): in UTC, to the millisecond."""
    text = moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
    return f"{text}Z"


def _add(database: sqlite3.Connection, layer: Layer, changed: str) -> None:
    """Make a layer's table, and fill it."""
    columns = ", ".join(f'"{column.name}" {_TYPES[column.kind]}' for column in layer.columns)
    database.execute(
        f'CREATE TABLE "{layer.name}" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,'
        f" geom POINT, {columns})"
    )
    said = safe(words.heading(layer.answer, layer.name))
    database.execute(
        "INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)",
        (layer.name, layer.name, said, changed, *(layer.box or (None,) * 4), _WGS84),
    )
    database.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POINT', ?, 0, 0)",
        (layer.name, _WGS84),
    )
    marks = ", ".join("?" * (len(layer.columns) + 2))
    database.executemany(
        f'INSERT INTO "{layer.name}" VALUES ({marks})',  # noqa: S608 - names of our own
        ((None, blob(point), *(map(_cell, values))) for point, values in layer.features()),
    )


def blob(point: Point) -> bytes | None:
    """Encode a point (GeoPackage 2.1.3): header without an envelope, little-endian, then WKB."""
    if point is None:
        return None
    header = struct.pack("<2sBBi", b"GP", 0, 1, _WGS84)
    return header + struct.pack("<BIdd", 1, 1, *point)


def _cell(value: Value) -> str | int | float | None:
    if isinstance(value, datetime):
        return stamp(value)
    found = in_text(value)
    return safe(found) if isinstance(found, str) else found


def _describe(database: sqlite3.Connection, told: dict[str, object], changed: str) -> None:
    """Say what the file is of: as metadata of the whole, and as a table."""
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', ?, 'read-write')",
        [(name, _METADATA) for name in ("gpkg_metadata", "gpkg_metadata_reference")],
    )
    database.execute(
        "INSERT INTO gpkg_metadata VALUES"
        " (1, 'dataset', 'https://www.rfc-editor.org/rfc/rfc8259', 'application/json', ?)",
        (dump(told),),
    )
    database.execute(
        "INSERT INTO gpkg_metadata_reference VALUES ('geopackage', NULL, NULL, NULL, ?, 1, NULL)",
        (changed,),
    )
    database.execute(
        "INSERT INTO gpkg_contents VALUES"
        " ('about', 'attributes', 'about', 'what this file is of', ?,"
        " NULL, NULL, NULL, NULL, NULL)",
        (changed,),
    )
    database.executemany(
        "INSERT INTO about (name, value) VALUES (?, ?)",
        [
            (name, value if isinstance(value, str) else dump(value, indent=None))
            for name, value in told.items()
        ],
    )


FORMAT = Format(
    "gpkg",
    "a GeoPackage: a layer a projection, times as DateTime, for QGIS",
    write,
    rows=("spans",),
    projections=PROJECTIONS,
    counted="features",
    text=False,
)
