"""Confusion matrices in counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import Figure
from densevsconv.report.figures.confusion import CASES_A_PAGE, draw_matrices

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return the matrices of test predictions, summed over seeds."""
    return draw_matrices(results, dataset, cases, "counts", lambda count: f"{count:g}", "")


FIGURE = Figure(
    name="confusion_counts",
    section="confusion",
    width="page",
    alt="Matrices of counts, true classes in rows and predicted classes in columns, for each case.",
    draw=draw,
    cases_per_page=CASES_A_PAGE,
)
