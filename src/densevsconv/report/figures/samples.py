"""Some training images of every class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

PICTURES = 4


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a grid of classes with :data:`PICTURES` images each, the label on top.

    The images are the first ones of their class in the training part, so none is hand-picked.
    """
    import numpy as np

    from densevsconv.report.figures.class_grid import draw_classes

    info = results.data_info(dataset)
    images, labels = results.training_images(dataset)
    pictures = [
        list(images[np.flatnonzero(labels == label)[:PICTURES]])
        for label in range(len(info["class_names"]))
    ]
    return draw_classes(info["class_names"], pictures, info["max_value"])


FIGURE = Figure(
    name="samples",
    section="data",
    width="column",
    alt="A grid of training images by class, with the class on top.",
    draw=draw,
)
