"""Accuracy curves and the confusion matrix of a network side by side, a row a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.report.figures.confusion import draw_matrix, shown_names
from densevsconv.report.figures.confusion_rates import LABEL, per_cent
from densevsconv.report.figures.curves import common_epochs, draw_curves

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

ROW_MM = 52.0  # two figures of two rows each, with their captions, on a page
LOWEST, HIGHEST = 0.02, 1 - 2e-4


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a row a case: accuracy by epoch, and the row-normalised confusion matrix."""
    from matplotlib.ticker import MaxNLocator

    from densevsconv.report.figures import style

    figure = style.new_figure(PAGE_MM, 8 + ROW_MM * len(cases), gap=0.06)
    rows = figure.subplots(len(cases), 2, squeeze=False, width_ratios=[3, 2])
    names = shown_names(results, dataset)
    for (curves, matrix), case in zip(rows, cases, strict=True):
        family = results.family(case)
        history = common_epochs(results.history(case))
        means = draw_curves(curves, history, "accuracy", family, clip=(LOWEST, HIGHEST))
        low, high = float(means.min().min()), float(means.max().max())
        style.accuracy_axis(curves, low, high, "y")
        curves.set(xlabel="epoch", ylabel="accuracy (%)")
        curves.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        style.case_title(curves, case, family, characters=60)
        draw_matrix(matrix, results, case, "normalised", per_cent, names)
        matrix.set(xlabel=f"predicted class{LABEL}", ylabel="true class")
    families = [results.family(case) for case in cases]
    style.family_legend(figure, families, lines=True, loc="outside upper center")
    return figure


FIGURE = Figure(
    name="curves_and_confusion",
    section="publication",
    width="page",
    alt="Curves of training and validation accuracy beside the confusion matrix of each case.",
    draw=draw,
    requested=True,
)
