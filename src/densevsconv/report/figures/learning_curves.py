"""Accuracy by epoch of the refitted networks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.report.figures.curves import common_epochs, draw_curves, label_axes

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMNS = 5
LOWEST, HIGHEST = 1e-4, 1 - 2e-4
"""What a logit axis can show of an accuracy of 0 and of 1."""


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one panel a case: mean over seeds and the band that holds 95% of the seeds."""
    from densevsconv.report.figures import style

    histories = {case: common_epochs(results.history(case)) for case in cases}
    figure, axes = style.panels(len(cases), COLUMNS, PAGE_MM, 37, 8, sharey=True)
    lowest, highest = 1.0, 0.0
    for axis, case in zip(axes, cases, strict=True):
        means = draw_curves(
            axis, histories[case], "accuracy", results.family(case), clip=(LOWEST, HIGHEST)
        )
        # the first epochs of a bad start would squeeze everything else into the top of the panel
        late = means.iloc[len(means) // 5 :]
        lowest = min(lowest, float(late.min().min()))
        highest = max(highest, float(means.max().max()))
        style.case_title(axis, case, results.family(case))
    style.accuracy_axis(axes[0], lowest, min(highest, 0.998), "y")
    label_axes(figure, axes, "accuracy (%)", [results.family(case) for case in cases])
    return figure


FIGURE = Figure(
    name="learning_curves",
    section="results",
    width="page",
    alt="Curves: training and validation accuracy by epoch, one panel for each case.",
    draw=draw,
    cases_per_page=16,
)
