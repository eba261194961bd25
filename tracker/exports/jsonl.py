"""JSON Lines: a row a line, as `--json` gives them.

What it is of stands in a file beside it (`NAME.jsonl.about.json`): a first line that is no row
would be a row to every reader.
"""

from __future__ import annotations

from pathlib import Path

from tracker.exports.question import Format, Question, Told, about
from tracker.harmless import dump


def write(question: Question, path: Path) -> Told:
    """Write one JSON object a line, in UTF-8."""
    answer = question.answer()
    with path.open("w", encoding="utf-8") as file:
        count = 0
        for row in answer.each:
            count += 1
            file.write(f"{dump(row, indent=None)}\n")
    return Told(count, about(answer, count))


FORMAT = Format(
    "jsonl",
    "a JSON object a row; what it is of in NAME.jsonl.about.json beside it",
    write,
    rows=("state", "spans", "facts"),
    aside=True,
)
