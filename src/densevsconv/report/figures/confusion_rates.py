"""Confusion matrices as shares of the true class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import Figure
from densevsconv.report.figures.confusion import CASES_A_PAGE, draw_matrices

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results


LABEL = " (% of the true class)"


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return the row-normalised matrices in per cent."""
    return draw_matrices(results, dataset, cases, "normalised", per_cent, LABEL)


def per_cent(share: float) -> str:
    """Return a share in per cent, as short as a cell wants it."""
    per_cent = 100 * share
    if per_cent < 0.95:
        return f"{per_cent:.1f}".lstrip("0")
    return f"{per_cent:.0f}"


FIGURE = Figure(
    name="confusion_rates",
    section="confusion",
    width="page",
    alt="Row-normalised matrices, true classes in rows and predicted classes in columns.",
    draw=draw,
    cases_per_page=CASES_A_PAGE,
)
