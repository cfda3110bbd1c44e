"""Accuracy curves and the confusion matrix of a network side by side, a row a case."""

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from densevsconv.report.figures import confusion, curves, style
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.results.study import Study

ROW_MM = 52.0  # two figures of two rows each, with their captions, on a page
ACCURACIES = (0.02, 1 - 2e-4)
"""Shown: what lies outside would take the room of the rest."""

NAME_MM = 9.0
"""Of a class: a longer name would take the room of the matrix."""


def data(
    study: Study, dataset: str, cases: list[str]
) -> list[tuple[curves.Curves, confusion.Matrix]]:
    found = (part(study, dataset, cases) for part in (curves.data, confusion.data))
    return list(zip(*found, strict=True))


def draw(shown: list[tuple[curves.Curves, confusion.Matrix]]) -> Figure:
    figure = new_figure(PAGE_MM, 8 + ROW_MM * len(shown), gap=0.06)
    rows = figure.subplots(len(shown), 2, squeeze=False, width_ratios=[3, 2])
    for (left, right), (history, matrix) in zip(rows, shown, strict=True):
        means = curves.draw_curves(left, history, "accuracy", clip=ACCURACIES)
        style.accuracy_axis(left, float(means.min().min()), float(means.max().max()), "y")
        left.set(xlabel="epoch", ylabel="accuracy (%)")
        left.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        style.case_title(left, history.case, history.family, characters=60)
        confusion.draw_matrix(right, matrix, name_mm=NAME_MM)
        right.set(xlabel=confusion.RATES_LABEL, ylabel="true class")
    families = (history.family for history, _ in shown)
    style.family_legend(figure, families, lines=True, loc="outside upper center")
    return figure
