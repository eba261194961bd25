"""Where the records of a JSON document are, if it is no array of them itself."""

from __future__ import annotations

from pathlib import Path

from tracker.datasets.json_text import JsonReader
from tracker.datasets.tables import is_map, likely_format
from tracker.datasets.text import Text


def likely_records(path: Path, encoding: str) -> str | None:
    """Give the keys, joined by dots, to the one array of objects; None where none are needed.

    Raises InputError where there is none, or several: then the keys are named.
    """
    if likely_format(path) != "json":
        return None
    text = Text(path, encoding)
    try:
        if not text.head.lstrip().startswith("{") or is_map(text.head):
            return None
        reader = JsonReader(text)
        found = [".".join(keys) for keys in reader.arrays()]
        if len(found) == 1:
            return found[0]
        if found:
            said = (
                f"several keys hold arrays of objects ({', '.join(found[:10])}): save the one that "
                "is meant as a file of its own"
            )
        else:
            said = (
                "an object, where an array of records is needed, and none of its keys holds one "
                f"({', '.join(reader.keys[:10]) or 'it has none'}); if this file has an object a "
                "line, name it .jsonl"
            )
        raise text.refuse(said, 1, 1)
    finally:
        text.close()
