"""A table of the report: rows of marked text, set by the paper's and the page's templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import Literal


@dataclass
class Column:
    """A column's title and how it is set: "left", "right", or "grow" for running text."""

    title: str
    align: Literal["left", "right", "grow"] = "right"


@dataclass
class Table:
    """One table.

    Attributes
    ----------
    name
        Of the caption (``table_<name>.rst``).
    dataset
        Whose cases it shows; None for a table of the whole study.
    width
        "column" or "page".
    columns
        Titles; a marked text each.
    rows
        A marked text a cell; ``families`` says which family a row belongs to ("" for none).
    long
        It may be broken over pages and columns.
    part
        Rows on one page, of a table as wide as the page; None: as many as usual.
    """

    name: str
    dataset: str | None
    width: Literal["column", "page"]
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    families: list[str] = field(default_factory=list)
    long: bool = False
    part: int | None = None

    def add_group(self, title: str, family: str) -> None:
        """Add a heading over the rows that follow."""
        self.add([title], family)

    def add(self, cells: list[str], family: str = "") -> None:
        """Add one row."""
        self.rows.append(cells)
        self.families.append(family)

    def pages(self, size: int) -> list[list[tuple[list[str], str]]]:
        """Return rows and families in parts of about ``size`` rows.

        No part ends with a heading, and one that begins inside a group begins with its heading.
        """
        least = ceil(len(self.rows) / size)
        size = ceil(len(self.rows) / least)  # as many parts, of equal size
        # a heading that moves on moves rows on: rather a row or two more than a last part of one
        while len(parts := self._cut(size)) > least:
            size += 1
        return parts

    def _cut(self, size: int) -> list[list[tuple[list[str], str]]]:
        """Return rows and families in parts of at most ``size`` rows and a repeated heading."""
        parts: list[list[tuple[list[str], str]]] = [[]]
        heading, count = None, 0
        for row, family in zip(self.rows, self.families, strict=True):
            is_heading = len(row) == 1 < len(self.columns)
            if count >= size - is_heading:
                parts.append([] if is_heading or heading is None else [heading])
                count = 0
            if is_heading:
                heading = (row, family)
            parts[-1].append((row, family))
            count += 1
        return parts

    @property
    def identifier(self) -> str:
        """What texts refer to."""
        return f"{self.name}-{self.dataset}" if self.dataset else self.name


CASE = Column("case", "left")
"""The first column of tables with a row a case."""
