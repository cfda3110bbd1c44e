"""Confusion matrices: true classes in rows, predicted classes in columns."""

from typing import NamedTuple

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm
from matplotlib.figure import Figure

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.results.study import Study

COLUMNS = 3
MOST_NAMED = 24
"""With more classes than this there is no room for their names."""
NAME_MM = 18.0
MOST_ANNOTATED = 12
"""With more classes than this the cells are too small to write in."""
RATES_LABEL = "predicted class (% of the true class)"


class Matrix(NamedTuple):
    """The confusions of a case over all seeds, as shares (true classes, predicted classes)."""

    case: str
    family: str
    names: list[str]
    shares: np.ndarray


def data(study: Study, dataset: str, cases: list[str]) -> list[Matrix]:
    names = study.data_info(dataset).class_names
    found = []
    for case in cases:
        shares = np.array(study.evaluation(case).confusion.normalised)
        found.append(Matrix(case, study.case(case).family, names, shares))
    return found


def draw(shown: list[Matrix]) -> Figure:
    figure, axes = panels(len(shown), COLUMNS, 57, 5)
    for axis, matrix in zip(axes, shown, strict=True):
        draw_matrix(axis, matrix)
        style.case_title(axis, matrix.case, matrix.family, characters=32)
    style.name_axes(figure, RATES_LABEL, "true class")
    return figure


def draw_matrix(axis: Axes, matrix: Matrix, *, name_mm: float = NAME_MM) -> None:
    """Draw a matrix: true classes in rows from above, predicted ones in columns.

    Colours show the share of the true class, dark soon, since the errors are small. What is written
    are the same shares in per cent, and nothing in cells of zero.
    Names of classes have ``name_mm`` to themselves.
    """
    texts = np.array([[per_cent(share) if share else "" for share in row] for row in matrix.shares])
    names = [style.shortened(name, name_mm) for name in matrix.names]
    sns.heatmap(
        matrix.shares, ax=axis, cmap=sns.color_palette("light:#4a4a4a", as_cmap=True),
        norm=PowerNorm(0.4, 0, 1), cbar=False, square=True,
        annot=texts if len(names) <= MOST_ANNOTATED else False, fmt="", annot_kws={"fontsize": 7},
        linewidths=0.3, linecolor="white", xticklabels=names, yticklabels=names,
    )  # fmt: skip
    for text in list(axis.texts):
        # measuring hundreds of texts is what takes the time of a layout; these fit their cells
        text.set_in_layout(False)
        if not text.get_text():
            text.remove()
    axis.tick_params(length=0)
    if len(names) > MOST_NAMED:
        places = range(0, len(names), 10)  # no room for every name: the numbers of the labels
        for own in (axis.xaxis, axis.yaxis):
            own.set_ticks([place + 0.5 for place in places], [str(place) for place in places])
    long = len(names) <= MOST_NAMED and style.width_mm(*names) > 4
    axis.tick_params(axis="x", rotation=90 if long else 0)
    axis.tick_params(axis="y", rotation=0)


def per_cent(share: float) -> str:
    """Return a share in per cent, as short as a cell wants it."""
    value = 100 * share
    return f"{value:.1f}".lstrip("0") if value < 0.95 else f"{value:.0f}"
