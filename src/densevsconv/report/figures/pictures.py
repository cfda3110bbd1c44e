"""Images with their classes on top: samples of the training images, their means, test images."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.report.figures.canvas import COLUMN_MM, new_figure, picture_at, text_at
from densevsconv.report.figures.style import shortened, width_mm
from densevsconv.results.study import Study

PICTURES = 4
"""Samples of a class."""
TEST_IMAGES = 6
"""The figures of single images show these: the first ones, so that none is hand-picked."""
TEST_COLUMNS = 3
PICTURE_MM, LABEL_MM = 8.5, 4.5
CLASSES_A_LINE = 10
MANY = 40
"""With more classes than this every class has one picture and, where names are long, its number."""


class Pictures(NamedTuple):
    """Labels and, under each, some images (H, W, C) of at most ``max_value``."""

    labels: Sequence[str]
    images: Sequence[Sequence[np.ndarray]]
    max_value: float


def samples(study: Study, dataset: str, cases: list[str]) -> Pictures:
    """Return the first training images of every class, so that none is hand-picked."""
    info, part = study.data_info(dataset), study.training_part(dataset)
    rows = [np.flatnonzero(part["train_labels"] == label) for label in range(info.classes)]
    images = [list(part["train_images"][own[:PICTURES]]) for own in rows]
    return Pictures(info.class_names, images, info.max_value)


def mean_images(study: Study, dataset: str, cases: list[str]) -> Pictures:
    info = study.data_info(dataset)
    means = [[mean] for mean in study.mean_images(dataset)]
    return Pictures(info.class_names, means, info.max_value)


def test_images(study: Study, dataset: str, cases: list[str]) -> Pictures:
    info, part = study.data_info(dataset), study.test_part(dataset)
    labels = [info.class_names[label] for label in part["labels"][:TEST_IMAGES]]
    images = [[image] for image in part["images"][:TEST_IMAGES]]
    return Pictures(labels, images, info.max_value)


def draw_test_images(shown: Pictures) -> Figure:
    picture_mm = COLUMN_MM / TEST_COLUMNS
    return _grid(shown, TEST_COLUMNS, most=1, across=1, picture_mm=picture_mm, inset=0.05)


def sheet(shown: Pictures) -> Figure:
    """Return a figure of any height, with the name and some pictures of every class."""
    return _grid(shown, columns=2, most=PICTURES, across=PICTURES, picture_mm=PICTURE_MM)


def draw(shown: Pictures) -> Figure:
    """Return a figure as wide as a column: the classes in lines, each with its label on top.

    All pictures of a class are shown, or one where there are more than :data:`MANY` classes; labels
    are numbers where there is no room for so many names.
    """
    names, images, max_value = shown
    most = max(map(len, images)) if len(names) <= MANY else 1
    columns = _columns(names)
    if len(names) > MANY and width_mm(*names) > COLUMN_MM / columns:
        names = [str(label) for label in range(len(names))]
    cell_mm = COLUMN_MM / columns
    # side by side where a long name makes room, with no gaps in the last row
    across = max(n for n in (1, 2, 4) if n == 1 or (n * PICTURE_MM <= cell_mm and n <= most))
    picture_mm = min(cell_mm / across, 2 * PICTURE_MM)
    return _grid(Pictures(names, images, max_value), columns, most, across, picture_mm)


def _columns(names: Sequence[str]) -> int:
    """Return how many classes stand beside each other, the lines about equally full."""
    most = min(len(names), CLASSES_A_LINE)
    if len(names) <= MANY:
        name_mm = min(width_mm(*names) + 1, COLUMN_MM / 2)
        most = max(1, min(most, int(COLUMN_MM / max(name_mm, PICTURE_MM))))
    lines = -(-len(names) // most)
    return -(-len(names) // lines)


def _grid(
    shown: Pictures, columns: int, most: int, across: int, picture_mm: float, inset: float = 0.02
) -> Figure:
    """Draw cells row by row: the label, and under it at most ``most`` pictures in rows."""
    cell_mm = COLUMN_MM / columns
    line_mm = LABEL_MM + -(-most // across) * picture_mm
    height_mm = -(-len(shown.labels) // columns) * line_mm
    figure = new_figure(COLUMN_MM, height_mm, layout=None)
    for cell, (label, images) in enumerate(zip(shown.labels, shown.images, strict=True)):
        line, column = divmod(cell, columns)
        top_mm, middle_mm = height_mm - line * line_mm - LABEL_MM, (column + 0.5) * cell_mm
        text = shortened(label, cell_mm)
        text_at(figure, middle_mm, top_mm + 1, text, ha="center")
        left_mm = middle_mm - across * picture_mm / 2
        for place, image in enumerate(images[:most]):
            row, beside = divmod(place, across)
            corner = left_mm + beside * picture_mm, top_mm - (row + 1) * picture_mm
            picture_at(figure, *corner, picture_mm, image, shown.max_value, inset)
    return figure
