"""The first test images, each with its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import COLUMN_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

IMAGES = 6
"""The figures of single images show these: the first ones, so that none is hand-picked."""
COLUMNS = 3
PICTURE_MM, LABEL_MM = COLUMN_MM / COLUMNS, 4.5


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return rows of images with their classes on top."""
    from densevsconv.report.figures import style

    info, images = results.data_info(dataset), results.test_images(dataset)[:IMAGES]
    labels = results.test_labels(dataset)
    line_mm = PICTURE_MM + LABEL_MM
    height_mm = -(-len(images) // COLUMNS) * line_mm
    figure = style.new_figure(COLUMN_MM, height_mm, layout=None)
    for number, image in enumerate(images):
        line, column = divmod(number, COLUMNS)
        top_mm = height_mm - line * line_mm - LABEL_MM
        figure.text(
            (column + 0.5) * PICTURE_MM / COLUMN_MM, (top_mm + 1) / height_mm,
            info["class_names"][labels[number]], ha="center", fontsize=7.5,
        )  # fmt: skip
        left_mm, side_mm = (column + 0.05) * PICTURE_MM, 0.9 * PICTURE_MM
        axis = style.axes_at(figure, left_mm, top_mm - side_mm, side_mm, side_mm)
        style.show_image(axis, image, info["max_value"])
    return figure


FIGURE = Figure(
    name="test_images",
    section="publication",
    width="column",
    alt="The first test images, with the class on top.",
    draw=draw,
    requested=True,
)
