"""The mean image of every class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one picture a class, the label on top: pixel by pixel the mean of its images."""
    from densevsconv.report.figures.class_grid import draw_classes

    info = results.data_info(dataset)
    pictures = [[mean] for mean in results.mean_images(dataset)]
    return draw_classes(info["class_names"], pictures, info["max_value"])


FIGURE = Figure(
    name="mean_images",
    section="data",
    width="column",
    alt="The mean image of every class, with the class on top.",
    draw=draw,
)
