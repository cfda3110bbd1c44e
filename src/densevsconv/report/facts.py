"""Every number a report prints, with the result file it was read from.

A number enters a report only through :meth:`Facts.number`, which reads it from the named file
and place: what is printed cannot differ from what the file holds. Nothing is computed here beyond
the format (:mod:`densevsconv.report.formats`).
"""

from __future__ import annotations

from typing import Any

from densevsconv.report import rich
from densevsconv.report.formats import format_value
from densevsconv.report.pointers import ResultFiles


class Facts:
    """The numbers of one report, by key.

    Parameters
    ----------
    files
        The study's result files.
    """

    def __init__(self, files: ResultFiles) -> None:
        self.files = files
        self._facts: dict[str, dict[str, Any]] = {}

    def value(self, source: str, pointer: str) -> Any:
        """Return a value to decide by; what is printed goes through :meth:`number`."""
        return self.files.value(source, pointer)

    def number(self, source: str, pointer: str, form: str = "text") -> str:
        """Read a value, keep it as a fact and return its mark for a text.

        Parameters
        ----------
        source
            File, relative to the study's results.
        pointer
            Place in the file (:mod:`densevsconv.report.pointers`).
        form
            Name of a format.
        """
        key = f"{source}:{pointer}:{form}"
        if key not in self._facts:
            value = self.files.value(source, pointer)
            self._facts[key] = {
                "value": value,
                "text": format_value(value, form),
                "source": source,
                "pointer": pointer,
                "format": form,
            }
        return rich.mark("number", key)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Return all facts (value, text, source, pointer, format) by key."""
        return dict(self._facts)
