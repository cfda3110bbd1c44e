"""Do the predicted probabilities mean what they say?"""

import numpy as np
from matplotlib.figure import Figure

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.results.evaluation import Bin
from densevsconv.results.study import Study

COLUMNS = 5
FEWEST = 10
"""Bins with fewer predictions are left out: a share of so few is noise."""


def data(study: Study, dataset: str, cases: list[str]) -> list[tuple[str, str, list[Bin]]]:
    """Return case, family and bins."""
    bins = {case: study.evaluation(case).calibration.bins for case in cases}
    return [
        (case, study.case(case).family, [each for each in bins[case] if each.count >= FEWEST])
        for case in cases
    ]


def draw(shown: list[tuple[str, str, list[Bin]]]) -> Figure:
    """Return one panel a case: share of correct predictions by predicted probability.

    The area of a mark is proportional to the number of predictions in its bin.
    """
    figure, axes = panels(len(shown), COLUMNS, 42, 8, sharex=True, sharey=True)
    for axis, (case, family, bins) in zip(axes, shown, strict=True):
        confidence, correct, counts = (
            np.array([getattr(each, name) for each in bins], float)
            for name in ("confidence", "accuracy", "count")
        )
        colour, marker = style.FAMILY_COLOURS[family], style.FAMILY_MARKERS[family]
        axis.plot([0, 1], [0, 1], color=style.FAINT, linewidth=0.7, linestyle=(0, (4, 2)))
        axis.plot(confidence, correct, color=colour, linewidth=0.8)
        sizes = 4 + 60 * counts / max(counts.sum(), 1)
        axis.scatter(
            confidence, correct, s=sizes, color=colour, marker=marker, zorder=3, clip_on=False
        )
        style.case_title(axis, case, family)
        axis.set_box_aspect(1)
        axis.set(xlim=(-0.04, 1.04), ylim=(-0.04, 1.04))
        style.percent_axes(axis, "x", "y")
    style.name_axes(figure, "predicted probability (%)", "correct (%)")
    style.family_legend(figure, (family for _, family, _ in shown), loc="outside upper center")
    return figure
