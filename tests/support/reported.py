"""What a report says, as plain text: for tests of its words and tables."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from densevsconv.report.contents import drawings
from densevsconv.report.document import build_document, context
from densevsconv.report.parts import Printed, Text, segments
from densevsconv.report.prose import render
from densevsconv.report.study import Reported
from densevsconv.report.table import Kind, Table, build
from densevsconv.results.plan import ReportPlan
from densevsconv.results.record import Record
from densevsconv.results.study import Study
from densevsconv.results.tables import ahead
from densevsconv.store.layout import Layout
from tests.support.synthetic import ROOT

CAPTIONS = ROOT / "workflow" / "report"


def reported(layout: Layout) -> Reported:
    """Read a study's files afresh."""
    return Reported(Study(ReportPlan.read(layout.plan("report")), layout))


def _context(study: Reported) -> dict[str, Any]:
    return context(study, drawings(study.results.plan))


def said(study: Reported, template: str, dataset: str | None = None, **more: Any) -> list[str]:
    """Return the paragraphs of a section, of one data set."""
    return [plain(text) for text in render(template, dataset=dataset, **_context(study), **more)]


def shown(study: Reported, table: str, dataset: str | None = None) -> Table:
    """Return a table."""
    return build(Kind(table), dataset, _context(study))


def cells(study: Reported, table: str, dataset: str | None = None) -> list[list[str]]:
    """Return the rows of a table, headings (one cell) included."""
    return [[plain(cell) for cell in row.cells] for row in shown(study, table, dataset).rows]


def by_title(study: Reported, table: str, dataset: str, case: str) -> dict[str, str]:
    """Return a case's row of a table by the titles of its columns."""
    made = shown(study, table, dataset)
    titles = [plain(title).replace("\n", " ") for title, _ in made.columns]
    (row,) = (row for row in cells(study, table, dataset) if row[0] == case)
    return dict(zip(titles, row, strict=True))


def plain(text: Text) -> str:
    """Return a text as it is printed, with straight apostrophes."""
    facts = {piece.key: piece.fact["text"] for piece in text if isinstance(piece, Printed)}
    words = (facts.get(each["value"], each["value"]) for each in segments(text))
    return "".join(words).replace("\u2019", "'")


def document(layout: Layout) -> dict[str, Any]:
    """Return the document of a study's report."""
    return build_document(reported(replace(layout, captions=CAPTIONS)))


def section(made: dict[str, Any], title: str) -> dict[str, Any]:
    """Return a section of a document."""
    (found,) = [each for each in made["sections"] if each["title"] == title]
    return found


def changed(path: Path, **changes: Any) -> None:
    """Overwrite keys of a JSON file; ``a__b`` is b in a."""
    content = json.loads(path.read_text())
    for key, value in changes.items():
        *above, last = key.split("__")
        inside = content
        for each in above:
            inside = inside[each]
        inside[last] = value
    path.write_text(json.dumps(content))


def edited(kind: type[Record], path: Path, change: Callable[[Any], dict[str, Any] | None]) -> None:
    """Change rows of a table: what ``change(row)`` returns is overwritten, None drops the row."""
    rows = []
    for row in kind.read_table(path):
        if (changes := change(row)) is not None:
            rows.append(row.model_copy(update=changes))
    kind.write_table(path, rows)


def interval(mean: float, low: float | None, high: float | None) -> dict[str, float | None]:
    """Return the columns of a difference."""
    ends = {"difference_mean": mean, "difference_low": low, "difference_high": high}
    return ends | {"ahead": ahead(low, high), "not_tested": None}
