"""What a text is made of: words, numbers with their places, names, references.

One kind of text for sentences, cells of tables and captions; paper and page set its segments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from densevsconv.report.wording import MISSING, format_value
from densevsconv.results.traced import Place, Traced, traced

_MARKUP = re.compile(r"`+([^`]+)`+|\*([^*]+)\*")
_TYPOGRAPHY = {"'": "\u2019", "&nbsp;": "\u00a0", "<br>": "\n"}


@dataclass(frozen=True)
class Part:
    """A part of a text that is not plain words.

    ``kind`` is "name" (what somebody called something: its digits are no results), "case" (an id),
    "emph", "family" (of a row, shown as a mark), "row" (the case that it is about), or a reference:
    "figure", "table", "cite".
    """

    kind: str
    value: str


@dataclass(frozen=True)
class Printed:
    """A number as it is printed, by the name of its format."""

    number: Traced
    form: str

    @property
    def key(self) -> str:
        return f"{self.number.source}:{self.number.pointer}:{self.form}"

    @property
    def fact(self) -> dict[str, Any]:
        number = self.number
        return {
            "value": number.value,
            "text": format_value(number.value, self.form),
            "source": number.source,
            "pointer": number.pointer,
            "format": self.form,
        }


class Text(tuple[Any, ...]):
    """Words (str), parts and printed numbers, in order.

    Words may hold ``*stressed*`` ones and ```code```, ``&nbsp;`` and ``<br>``.
    """

    def __new__(cls, *pieces: Any) -> Text:
        """Return the pieces as one text; texts among them are taken apart."""
        flat: list[Any] = []
        for piece in pieces:
            flat.extend(piece if isinstance(piece, Text) else [piece] if piece != "" else [])
        return super().__new__(cls, flat)


name, case, emph = (partial(Part, kind) for kind in ("name", "case", "emph"))


def printed(value: Traced | Place, form: str) -> Printed:
    if isinstance(value, Place):
        value = traced(value)
    if not isinstance(value, Traced):
        raise TypeError(f"{value!r}: no number of a result file")
    return Printed(value, form)


def span(values: Sequence[Traced], form: str) -> Text:
    """Return the least and the largest of some numbers, "a to b"; one number where they agree."""
    ordered = sorted(values, key=lambda each: (each.value, each.pointer))
    least, most = printed(ordered[0], form), printed(ordered[-1], form)
    return Text(most) if least.number.value == most.number.value else Text(least, " to ", most)


def joined(texts: Iterable[Any], between: str, last: str | None = None) -> Text:
    """Return texts with the same words between all of them, and perhaps others before the last."""
    pieces = [piece for text in texts for piece in (between, text)][1:]
    if last is not None and len(pieces) > 1:
        pieces[-2] = last
    return Text(*pieces)


def listed(items: Iterable[Any]) -> Text:
    """Return names or ids as a list in words; a str is the id of a case."""
    return joined([case(item) if isinstance(item, str) else item for item in items], ", ", " and ")


def interval(low: Traced, high: Traced, form: str) -> Text:
    """Return "low to high", or a dash where there is no interval."""
    if low.value is None or high.value is None:
        return Text(MISSING)
    return Text(printed(low, form), " to ", printed(high, form))


def tidy(pieces: Iterable[Any]) -> Text:
    made: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str):
            piece = re.sub(r"[ \n]+", " ", piece)
            if not made or (isinstance(made[-1], str) and made[-1].endswith(" ")):
                piece = piece.lstrip(" ")
        if piece != "":
            made.append(piece)
    if made and isinstance(made[-1], str):
        made[-1] = made[-1].rstrip(" ")
    return Text(*made)


def segments(text: Text) -> list[dict[str, str]]:
    """Return a text for the templates of paper and page: kind and value of every part, in order.

    Plain words are of the kind "text"; a "number" has its key in the list of facts as its value.
    """
    found: list[tuple[str, str]] = []
    for piece in text:
        if isinstance(piece, Printed):
            found.append(("number", piece.key))
        elif isinstance(piece, Part):
            found.append((piece.kind, piece.value))
        else:
            found += _marked(piece)
    return [{"kind": kind, "value": value} for kind, value in found]


def _marked(words: str) -> list[tuple[str, str]]:
    found = []
    # words, code, stressed, words, code, stressed, ..., words; of a pair one is None
    for place, piece in enumerate(_MARKUP.split(words)):
        kind = ("text", "code", "emph")[place % 3]
        if piece and kind == "text":
            for plain, typographic in _TYPOGRAPHY.items():
                piece = piece.replace(plain, typographic)
        if piece:
            found.append((kind, piece))
    return found
