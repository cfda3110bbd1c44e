"""A table of the report: a template in Markdown, set by the templates of paper and page.

The template's first line has the columns' titles and the second how they are set: ``:--`` left,
``--:`` right, ``---`` running text. Every other line is a row; one with a single cell is a heading
over the rows that follow. ``{{ family(...) }}`` in a row's first cell shows as a mark.
"""

from dataclasses import dataclass
from typing import Any

from densevsconv.report.parts import Part, Text
from densevsconv.report.prose import render_rows

_ALIGN = {":--": "left", "--:": "right", "---": "grow"}


@dataclass(frozen=True)
class Kind:
    """How a table is set; ``name`` is that of its template and caption (``table_<name>.rst``).

    ``width`` is "page" or "column". One that is ``front`` is of the whole study and shows the cases
    in front; another shows every case of its data set.
    """

    name: str
    width: str = "page"
    front: bool = False


@dataclass(frozen=True)
class Row:
    """The cells of a row, its family and case ("" for none); a single cell is a heading."""

    cells: list[Text]
    family: str = ""
    case: str = ""


@dataclass(frozen=True)
class Table:
    """A table of a study, or of one data set of it; ``columns`` are titles and how they are set."""

    kind: Kind
    dataset: str | None
    columns: list[tuple[Text, str]]
    rows: list[Row]

    @property
    def id(self) -> str:
        return "-".join(filter(None, (self.kind.name, self.dataset)))


def build(kind: Kind, dataset: str | None, context: dict[str, Any]) -> Table:
    """Return a table as its template makes it; without rows where there is nothing to show."""
    study = context["study"]
    shown: dict[str, list[str]] = {}
    if kind.front:
        shown = study.in_front()
    elif dataset:
        shown = {dataset: study.cases(dataset)}
    own = {"dataset": dataset, "shown": shown, "by_title": kind.front}
    titles, marks, *lines = render_rows(f"tables/{kind.name}", **own, **context)
    columns = [(title, _ALIGN[mark[0]]) for title, mark in zip(titles, marks, strict=True)]
    rows = [_row(cells) for cells in lines]
    for row in rows:
        if len(row.cells) not in (1, len(columns)):
            raise ValueError(f"{kind.name}: found {len(row.cells)} cells; allowed: {len(columns)}")
    return Table(kind, dataset, columns, rows)


def _row(cells: list[Text]) -> Row:
    about = {
        piece.kind: piece.value
        for piece in cells[0]
        if isinstance(piece, Part) and piece.kind in ("family", "row")
    }
    first = (p for p in cells[0] if not (isinstance(p, Part) and p.kind in about))
    return Row([Text(*first), *cells[1:]], about.get("family", ""), about.get("row", ""))
