"""Text with marked parts: numbers, names, code, references. One text for the paper and the page.

A text is an ordinary string in which each marked part stands between three private Unicode
characters, so that it is put together with f-strings. :func:`segments` takes it apart for the
templates, which escape every part.
"""

from __future__ import annotations

import re

_START, _MIDDLE, _END = "\ue000", "\ue001", "\ue002"
_PART = re.compile(f"{_START}([a-z]+){_MIDDLE}([^{_END}]*){_END}")
_PRIVATE = re.compile(f"[{_START}{_MIDDLE}{_END}]")

KINDS = ("number", "name", "case", "code", "emph", "figure", "table", "cite")


def mark(kind: str, payload: str) -> str:
    """Return a marked part; ``kind`` is one of :data:`KINDS`."""
    return f"{_START}{kind}{_MIDDLE}{_PRIVATE.sub('', payload)}{_END}"


def name(text: str) -> str:
    """Mark what somebody called something (a title, a citation): its digits are no results."""
    return mark("name", text)


def case(identifier: str) -> str:
    """Mark a case's id."""
    return mark("case", identifier)


def code(text: str) -> str:
    """Mark a file name, command or key."""
    return mark("code", text)


def emph(text: str) -> str:
    """Mark stressed words."""
    return mark("emph", text)


def figure(identifier: str) -> str:
    """Refer to a figure."""
    return mark("figure", identifier)


def table(identifier: str) -> str:
    """Refer to a table."""
    return mark("table", identifier)


def cite(key: str) -> str:
    """Refer to an entry of the list of references."""
    return mark("cite", key)


def segments(text: str) -> list[dict[str, str]]:
    """Return the parts of a text, in order: ``{"kind": "text" or one of KINDS, "value": ...}``."""
    parts: list[dict[str, str]] = []
    position = 0
    for match in _PART.finditer(text):
        if match.start() > position:
            parts.append(_plain(text[position : match.start()]))
        parts.append({"kind": match[1], "value": match[2]})
        position = match.end()
    if position < len(text):
        parts.append(_plain(text[position:]))
    return parts


def _plain(text: str) -> dict[str, str]:
    return {"kind": "text", "value": text.replace("'", "\u2019")}
