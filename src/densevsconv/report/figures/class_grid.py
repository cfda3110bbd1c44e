"""A grid of pictures by class: the place of every label and picture, in millimetres."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import COLUMN_MM

if TYPE_CHECKING:
    import matplotlib.figure

PICTURE_MM, LABEL_MM = 8.5, 4.5
CLASSES_A_LINE = 10
CHARACTER_MM = 1.55
"""Width of a letter of a label."""
MANY = 40
"""With more classes than this every class has one picture and, where names are long, its number."""


def draw_classes(
    names: Sequence[str], pictures: Sequence[Sequence[Any]], max_value: float
) -> matplotlib.figure.Figure:
    """Return a figure as wide as a column: the classes in lines, each with its label on top.

    Parameters
    ----------
    names
        Of the classes; where there are many and no room for their names, labels are numbers.
    pictures
        Of each class, (height, width, channels) each. All are shown, or one a class where there
        are more than :data:`MANY` classes.
    max_value
        The largest value a pixel can have.
    """
    from densevsconv.report.figures import style

    most = max(map(len, pictures)) if len(names) <= MANY else 1
    columns = _columns(names)
    if len(names) > MANY and max(map(len, names)) * CHARACTER_MM > COLUMN_MM / columns:
        names = [str(label) for label in range(len(names))]
    lines = -(-len(names) // columns)
    cell_mm = COLUMN_MM / columns
    # side by side where a long name makes room, with no gaps in the last row
    across = max(n for n in (1, 2, 4) if n == 1 or (n * PICTURE_MM <= cell_mm and n <= most))
    picture_mm = min(cell_mm / across, 2 * PICTURE_MM)
    line_mm = LABEL_MM + -(-most // across) * picture_mm
    figure = style.new_figure(COLUMN_MM, lines * line_mm, layout=None)
    for label, (name, shown) in enumerate(zip(names, pictures, strict=True)):
        line, column = divmod(label, columns)
        top_mm = (lines - line) * line_mm - LABEL_MM
        figure.text(
            (column + 0.5) * cell_mm / COLUMN_MM, (top_mm + 1) / (lines * line_mm),
            style.shortened(name, int(cell_mm / CHARACTER_MM)), ha="center", fontsize=7.5,
        )  # fmt: skip
        left_mm = (column + 0.5) * cell_mm - across * picture_mm / 2
        for place, picture in enumerate(shown[:most]):
            row, beside = divmod(place, across)
            axis = style.axes_at(
                figure,
                left_mm + (beside + 0.02) * picture_mm,
                top_mm - (row + 0.98) * picture_mm,
                0.96 * picture_mm,
                0.96 * picture_mm,
            )
            style.show_image(axis, picture, max_value)
    return figure


def _columns(names: Sequence[str]) -> int:
    """Return how many classes stand beside each other, the lines about equally full."""
    most = min(len(names), CLASSES_A_LINE)
    if len(names) <= MANY:
        longest = max(map(len, names)) * CHARACTER_MM + 1
        most = max(1, min(most, int(COLUMN_MM / max(longest, PICTURE_MM))))
    lines = -(-len(names) // most)
    return -(-len(names) // lines)
