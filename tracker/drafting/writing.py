"""Writing: a draft as the YAML of a fact sheet, to be read, mended and recorded by a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.drafting.proposing import Proposal, Sentence
from tracker.harmless import dump, safe
from tracker.sheets import GATE, MISSING

SHOWN = 300
"""Characters of a sentence that are shown in a comment."""
_PLAIN = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*|[A-Z][A-Za-z]+|\d{4}(?:-\d\d){1,2}")
"""Text that needs no quotes: a word, an id, a date. A year alone would be a number."""
_UNWRITTEN = re.compile("[\ud800-\udfff\ufffe\uffff]")
_SAID_OTHERWISE = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_INLINE = ("when", "quantity", "at")
_HEAD = f"""\
# Drafted by rules, which read no meaning, from {{name}}
# A proposal: compare each fact with its sentence, mend what is wrong, fill in each "{MISSING}" and
# strike what is no fact. Then code the sentences at the end, or set them aside with a reason. It
# can be recorded once the next line is gone.
{GATE}: not read by anyone yet
"""
_FOREIGN = "# Hardly any word of it is English, and the rules read nothing else.\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted sheet: its `report` block, what is proposed by sentence, what no rule spoke of.

    `english` is false where the article is in another language, which the rules do not read.
    """

    report: Mapping[str, Any]
    proposals: tuple[Proposal, ...]
    unread: tuple[Sentence, ...]
    english: bool = True

    @property
    def lacking(self) -> int:
        """How many of the facts lack something that they need."""
        return sum(f'"{MISSING}"' in json.dumps(dict(one.fields)) for one in self.proposals)

    def as_json(self) -> dict[str, Any]:
        """Give {report, facts, unread}: facts as sheets have them, then {sentence, span, text}."""
        unread = [
            {"sentence": one.number, "span": [one.start, one.stop], "text": one.text}
            for one in self.unread
        ]
        facts = [dict(one.fields) for one in self.proposals]
        return {"report": dict(self.report), "facts": facts, "unread": unread}

    def as_yaml(self) -> str:
        """Give the text of the sheet."""
        name = _printable(safe(self.report["document"]["name"]))
        foreign = "" if self.english else _FOREIGN
        lines = [foreign + _HEAD.format(name=name), "report:", *_block(self.report, "  "), ""]
        lines.append("facts:" if self.proposals else "facts: []")
        number = None
        for one in self.proposals:
            if one.sentence.number != number:
                number = one.sentence.number
                lines += ["", f"  # {_shown(one.sentence)}"]
            lines += _fact(one)
        if self.unread:
            lines += [
                "",
                "# Neither coded nor set aside yet: take off the # of those without a fact.",
            ]
            lines.append("# not_coded:")
            for unread in self.unread:
                lines += [f'#   - {{sentence: {unread.number}, why: "{MISSING}"}}',
                          f"#     # {_shown(unread)}"]  # fmt: skip
        return "\n".join(lines) + "\n"


def _shown(one: Sentence) -> str:
    text = " ".join(one.text.split())
    cut = text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
    return _printable(f"{one.number}: {safe(cut)}")


def _printable(text: str) -> str:
    """Escape what may not stand in YAML, not even in a comment."""
    return _UNWRITTEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _fact(one: Proposal) -> Iterator[str]:
    dash = "- "
    for line in _block(one.fields, "    "):
        yield line[:2] + dash + line[4:] if dash else line
        dash = ""


def _block(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, Mapping) and name not in _INLINE:
            yield f"{indent}{name}:"
            yield from _block(value, f"{indent}  ")
        else:
            yield f"{indent}{name}: {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {_value(one)}' for name, one in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if (
        isinstance(value, str)
        and _PLAIN.fullmatch(value)
        and value.casefold() not in _SAID_OTHERWISE
    ):
        return value
    return _printable(dump(value, None))
