"""Accuracy curves and the confusion matrix of a network side by side, a row a case."""

from typing import NamedTuple

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from densevsconv.report.figures import confusion, curves, style
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.results.study import Study

ROW_MM = 52.0  # two figures of two rows each, with their captions, on a page
NAME_MM = 9.0
"""Of a class: a longer name would take the room of the matrix."""


class Row(NamedTuple):
    """The curves and the matrix of a case, and the accuracy that was published of its network."""

    history: curves.Curves
    matrix: confusion.Matrix
    published: float | None


def data(study: Study, dataset: str, cases: list[str]) -> list[Row]:
    told = {
        plan.network: plan.published.accuracy
        for plan in map(study.case, study.cases(dataset))
        if plan.published
    }
    published = [told.get(study.case(case).network) for case in cases]
    found = (part(study, dataset, cases) for part in (curves.data, confusion.data))
    return [Row(*row) for row in zip(*found, published, strict=True)]


def draw(shown: list[Row]) -> Figure:
    """Return a row a case; the axis of accuracies is linear, a dashed line what was published."""
    figure = new_figure(PAGE_MM, 8 + ROW_MM * len(shown), gap=0.06)
    rows = figure.subplots(len(shown), 2, squeeze=False, width_ratios=[3, 2])
    for (left, right), (history, matrix, published) in zip(rows, shown, strict=True):
        curves.draw_curves(left, history, "accuracy", clip=(0, 1))
        if published is not None:
            left.axhline(published, **style.PUBLISHED)
        left.set(xlabel="epoch", ylabel="accuracy (%)")
        left.yaxis.set_major_formatter(PercentFormatter(1, symbol=""))
        left.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        style.case_title(left, history.case, history.family, characters=60)
        confusion.draw_matrix(right, matrix, name_mm=NAME_MM)
        right.set(xlabel=confusion.RATES_LABEL, ylabel="true class")
    families = (history.family for history, _, _ in shown)
    style.family_legend(figure, families, lines=True, loc="outside upper center")
    return figure
