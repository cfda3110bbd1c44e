"""Some training images of every class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import COLUMN_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

ROWS = 4
CLASSES_A_LINE = 10
LABEL_MM = 4.5


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a grid: one column a class, :data:`ROWS` images each, the label on top.

    The images are the first ones of their class in the training part, so none is hand-picked.
    """
    import numpy as np

    from densevsconv.report.figures import style

    info, images = results.data_info(dataset), results.images(dataset)
    names = info["class_names"]
    columns = min(len(names), CLASSES_A_LINE)
    lines = -(-len(names) // columns)
    cell_mm = COLUMN_MM / columns
    line_mm = LABEL_MM + ROWS * cell_mm
    figure = style.new_figure(COLUMN_MM, lines * line_mm, layout=None)
    for label, name in enumerate(names):
        line, column = divmod(label, columns)
        top_mm = (lines - line) * line_mm - LABEL_MM
        figure.text(
            (column + 0.5) * cell_mm / COLUMN_MM, (top_mm + 1) / (lines * line_mm), name,
            ha="center", fontsize=8,
        )  # fmt: skip
        for place, row in enumerate(np.flatnonzero(images["train_labels"] == label)[:ROWS]):
            axis = style.axes_at(
                figure,
                (column + 0.02) * cell_mm,
                top_mm - (place + 0.98) * cell_mm,
                0.96 * cell_mm,
                0.96 * cell_mm,
            )
            style.show_image(axis, images["train_images"][row], info["max_value"])
    return figure


FIGURE = Figure(
    name="samples",
    section="data",
    width="column",
    alt="A grid of training images, one column for each class, with the class on top.",
    draw=draw,
)
