"""What the two figures of confusion matrices share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMNS = 3
CASES_A_PAGE = 9
MOST_NAMED = 24
"""With more classes than this there is no room for their names."""
MOST_LETTERS = 12
MOST_ANNOTATED = 12
"""With more classes than this the cells are too small to write in."""


def draw_matrices(
    results: Results,
    dataset: str,
    cases: list[str],
    key: str,
    write: Callable[[float], str],
    label: str,
) -> matplotlib.figure.Figure:
    """Return one matrix a case: true classes in rows, predicted classes in columns.

    ``key`` names the matrix in evaluate/<case>.json, ``write`` gives a cell's text. Colours show
    the share of the true class; they stop at a tenth off the diagonal, where the errors are.
    """
    from densevsconv.report.figures import style

    names = shown_names(results, dataset)
    figure, axes = style.panels(len(cases), COLUMNS, PAGE_MM, 57, 5)
    for axis, case in zip(axes, cases, strict=True):
        draw_matrix(axis, results, case, key, write, names)
        style.case_title(axis, case, results.family(case), characters=32)
    figure.supxlabel(f"predicted class{label}", fontsize=7.5)
    figure.supylabel("true class", fontsize=7.5)
    return figure


def shown_names(results: Results, dataset: str) -> list[str]:
    """Return the names of the classes, none too long for a tick."""
    from densevsconv.report.figures import style

    names = results.data_info(dataset)["class_names"]
    return [style.shortened(name, MOST_LETTERS) for name in names]


def draw_matrix(
    axis: Any,
    results: Results,
    case: str,
    key: str,
    write: Callable[[float], str],
    names: list[str],
) -> None:
    """Draw the matrix of a case: true classes in rows from above, predicted ones in columns."""
    import numpy as np
    import seaborn as sns
    from matplotlib.colors import PowerNorm

    confusion = results.evaluation(case)["confusion"]
    shares = np.array(confusion["normalised"])
    texts = np.array([[write(value) if value else "" for value in row] for row in confusion[key]])
    annotated = len(names) <= MOST_ANNOTATED
    sns.heatmap(
        shares, ax=axis, cmap=sns.color_palette("light:#4a4a4a", as_cmap=True),
        norm=PowerNorm(0.4, 0, 1), cbar=False, square=True,
        annot=texts if annotated else False, fmt="", annot_kws={"fontsize": 7},
        linewidths=0.3, linecolor="white", xticklabels=names, yticklabels=names,
    )  # fmt: skip
    for text in list(axis.texts):
        # measuring hundreds of texts is what takes the time of a layout; these fit their cells
        text.set_in_layout(False)
        if not text.get_text():
            text.remove()
    axis.tick_params(length=0)
    _ticks(axis, names)


def _ticks(axis: Any, names: list[str]) -> None:
    if len(names) > MOST_NAMED:
        places = range(0, len(names), 10)  # no room for every name: the numbers of the labels
        for own in (axis.xaxis, axis.yaxis):
            own.set_ticks([place + 0.5 for place in places], [str(place) for place in places])
    long = len(names) <= MOST_NAMED and max(len(name) for name in names) > 2
    axis.tick_params(axis="x", rotation=90 if long else 0)
    axis.tick_params(axis="y", rotation=0)
