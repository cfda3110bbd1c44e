"""The images before and after every step of their transformation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import COLUMN_MM, Figure
from densevsconv.statistics.forms import does_something

if TYPE_CHECKING:
    import matplotlib.figure
    import numpy as np

    from densevsconv.report.results import Results

PICTURE_MM, STEP_MM = 8.5, 4.0
LETTERS_ACROSS = 4
"""Longer class names than this stand upright over their column."""
MOST_LETTERS = 16


def labelled_steps(
    transform: list[dict[str, Any]], sheet: dict[str, np.ndarray]
) -> list[tuple[str, np.ndarray]]:
    """Return the label and the images (N, H, W, C) of every row, from above to below.

    ``sheet`` is the content of sheet.npz: ``step0`` are the images as they are, ``step<k>`` those
    after the first k changes of ``transform``.
    """
    from densevsconv.report.wording import change

    labels = ["as it is", *(change(step) for step in transform)]
    return [(label, sheet[f"step{number}"]) for number, label in enumerate(labels)]


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a row a step, its label above it, and a column a class."""
    plan = results.plan["datasets"][dataset]
    first, *others = labelled_steps(plan["transform"], results.contact_sheet(dataset))
    rows = [first, *((f"then {label}", images) for label, images in others)]
    return draw_rows(rows, plan["class_names"], plan["max_value"])


def draw_rows(
    rows: list[tuple[str, np.ndarray]], names: list[str], max_value: float
) -> matplotlib.figure.Figure:
    """Return a contact sheet: labelled rows of images (N, H, W, C), one column a class."""
    from densevsconv.report.figures import style

    names = [style.shortened(name, MOST_LETTERS) for name in names[: len(rows[0][1])]]
    longest = max(map(len, names))
    head_mm = 4.5 if longest <= LETTERS_ACROSS else 1.5 * longest + 1.5
    row_mm = STEP_MM + PICTURE_MM
    height_mm = head_mm + len(rows) * row_mm
    figure = style.new_figure(COLUMN_MM, height_mm, layout=None)
    for column, name in enumerate(names):
        figure.text(
            (column + 0.5) * PICTURE_MM / COLUMN_MM, 1 - (head_mm - 0.5) / height_mm, name,
            rotation=0 if longest <= LETTERS_ACROSS else 90, fontsize=7.5, ha="center", va="bottom",
        )  # fmt: skip
    for row, (label, images) in enumerate(rows):
        top_mm = height_mm - head_mm - row * row_mm
        figure.text(0.002, (top_mm - STEP_MM + 1) / height_mm, label, fontsize=7.5)
        for column, image in enumerate(images):
            axis = style.axes_at(
                figure,
                (column + 0.02) * PICTURE_MM,
                top_mm - row_mm + 0.02 * PICTURE_MM,
                0.96 * PICTURE_MM,
                0.96 * PICTURE_MM,
            )
            style.show_image(axis, image, max_value)
    return figure


def is_changed(case: str, plan: dict[str, Any]) -> bool:
    """Tell whether a case's images were changed before any network saw them."""
    return any(map(does_something, plan["datasets"][plan["cases"][case]["dataset"]]["transform"]))


FIGURE = Figure(
    name="transformations",
    section="data",
    width="column",
    alt="One image of each class before the changes and after every step, one row a step.",
    draw=draw,
    wanted=is_changed,
)
