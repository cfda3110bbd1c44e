"""Cross-entropy by epoch of the refitted networks."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.report.figures.curves import common_epochs, draw_curves, label_axes

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMNS = 3


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one panel a case: mean over seeds and the band that holds 95% of the seeds."""
    from densevsconv.report.figures import style

    figure, axes = style.panels(len(cases), COLUMNS, PAGE_MM, 52, 8, sharey=True)
    for axis, case in zip(axes, cases, strict=True):
        history = common_epochs(results.history(case))
        draw_curves(axis, history, "loss", results.family(case), clip=(0, inf))
        style.case_title(axis, case, results.family(case), characters=32)
    axes[0].set_ylim(bottom=0)
    label_axes(figure, axes, "cross-entropy (nats)", [results.family(case) for case in cases])
    return figure


FIGURE = Figure(
    name="loss_curves",
    section="publication",
    width="page",
    alt="Curves: training and validation loss by epoch, one panel for each case.",
    draw=draw,
    requested=True,
)
