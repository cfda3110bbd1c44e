"""A table of the report: a template in Markdown, set by the templates of paper and page.

The template's first line has the columns' titles and the second how they are set: ``:--`` left,
``--:`` right, ``---`` running text. Every other line is a row; one with a single cell is a heading
over the rows that follow. ``{{ family(...) }}`` in a row's first cell shows as a mark.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from densevsconv.report.parts import Part, Text
from densevsconv.report.prose import render_rows

ROWS_A_TABLE = 24
"""A table over the whole page cannot be split by the typesetter; longer ones are continued."""
COLUMNS_IN_A_COLUMN, LETTERS_IN_A_COLUMN = 6, 12
"""Columns, and letters of a case's id, for which a column of the paper has room."""

_ALIGN = {":--": "left", "--:": "right", "---": "grow"}


@dataclass(frozen=True)
class Kind:
    """How a table is set; ``name`` is that of its template and caption (``table_<name>.rst``).

    ``width`` is "page", "column", or "fitting": a column where there is room. A ``long`` one may be
    broken over pages and columns; one as wide as the page has ``part`` rows on each.
    """

    name: str
    width: str = "page"
    long: bool = False
    part: int = ROWS_A_TABLE


@dataclass(frozen=True)
class Row:
    """The cells of a row, and its family ("" for none); a single cell is a heading."""

    cells: list[Text]
    family: str = ""

    @property
    def is_heading(self) -> bool:
        return len(self.cells) == 1


@dataclass(frozen=True)
class Table:
    """A table of a study, or of one data set of it; ``columns`` are titles and how they are set."""

    kind: Kind
    dataset: str | None
    columns: list[tuple[Text, str]]
    rows: list[Row]

    @property
    def width(self) -> str:
        if self.kind.width != "fitting":
            return self.kind.width
        names = [piece.value for row in self.rows for piece in row.cells[0]]
        room = len(self.columns) <= COLUMNS_IN_A_COLUMN
        return "column" if room and max(map(len, names)) <= LETTERS_IN_A_COLUMN else "page"

    def pages(self) -> list[list[Row]]:
        """Return the rows in parts of about equal size.

        No part ends with a heading, and one that begins inside a group begins with its heading.
        """
        if self.width == "column":
            return [self.rows]
        least = ceil(len(self.rows) / self.kind.part)
        size = ceil(len(self.rows) / least)
        # a heading that moves on moves rows on: rather a row or two more than a last part of one
        while len(parts := self._cut(size)) > least:
            size += 1
        return parts

    def _cut(self, size: int) -> list[list[Row]]:
        """Return the rows in parts of at most ``size`` and a repeated heading."""
        parts: list[list[Row]] = [[]]
        heading, rows = None, 0
        for row in self.rows:
            if rows >= size - row.is_heading:
                parts.append([] if row.is_heading or heading is None else [heading])
                rows = 0
            if row.is_heading:
                heading = row
            parts[-1].append(row)
            rows += 1
        return parts


def build(kind: Kind, dataset: str | None, context: dict[str, Any]) -> Table:
    """Return a table as its template makes it; without rows where there is nothing to show."""
    titles, marks, *lines = render_rows(f"tables/{kind.name}", dataset=dataset, **context)
    columns = [(title, _ALIGN[mark[0]]) for title, mark in zip(titles, marks, strict=True)]
    rows = [_row(cells) for cells in lines]
    for row in rows:
        if len(row.cells) not in (1, len(columns)):
            raise ValueError(f"{kind.name}: found {len(row.cells)} cells; allowed: {len(columns)}")
    return Table(kind, dataset, columns, rows)


def _row(cells: list[Text]) -> Row:
    families = [piece for piece in cells[0] if isinstance(piece, Part) and piece.kind == "family"]
    first = Text(*(piece for piece in cells[0] if piece not in families))
    return Row([first, *cells[1:]], families[0].value if families else "")
