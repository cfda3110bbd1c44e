"""Do the predicted probabilities mean what they say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMNS = 5
FEWEST = 10
"""Bins with fewer predictions are left out: a share of so few is noise."""


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one panel a case: share of correct predictions by predicted probability.

    The area of a mark is proportional to the number of predictions in its bin.
    """
    import numpy as np

    from densevsconv.report.figures import style

    figure, axes = style.panels(len(cases), COLUMNS, PAGE_MM, 42, 8, sharex=True, sharey=True)
    for axis, case in zip(axes, cases, strict=True):
        family = results.family(case)
        bins = [b for b in results.evaluation(case)["calibration"]["bins"]]
        bins = [b for b in bins if b["count"] >= FEWEST]
        counts = np.array([b["count"] for b in bins], float)
        confidence = [b["confidence"] for b in bins]
        accuracy = [b["accuracy"] for b in bins]
        axis.plot([0, 1], [0, 1], color=style.FAINT, linewidth=0.7, linestyle=(0, (4, 2)))
        axis.plot(confidence, accuracy, color=style.FAMILY_COLOURS[family], linewidth=0.8)
        axis.scatter(
            confidence, accuracy, s=4 + 60 * counts / max(counts.sum(), 1),
            color=style.FAMILY_COLOURS[family], marker=style.FAMILY_MARKERS[family], zorder=3,
            clip_on=False,
        )  # fmt: skip
        style.case_title(axis, case, results.family(case))
        axis.set_box_aspect(1)
        axis.set_xlim(-0.04, 1.04)
        axis.set_ylim(-0.04, 1.04)
        axis.set_xticks([0, 0.5, 1], ["0", "50", "100"])
        axis.set_yticks([0, 0.5, 1], ["0", "50", "100"])
        style.trim(axis)
    figure.supxlabel("predicted probability (%)", fontsize=7.5)
    figure.supylabel("correct (%)", fontsize=7.5)
    families = [results.family(case) for case in cases]
    style.family_legend(figure, families, loc="outside upper center")
    return figure


FIGURE = Figure(
    name="calibration",
    section="results",
    width="page",
    alt="Reliability curves: share of correct predictions by predicted probability, for each case.",
    draw=draw,
    cases_per_page=16,
)
