"""The probabilities that a network gives to the first test images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.report.figures.test_images import IMAGES

if TYPE_CHECKING:
    import matplotlib.figure
    import numpy as np

    from densevsconv.report.results import Results

COLUMNS = 3


def mean_probabilities(results: Results, case: str, images: int) -> np.ndarray:
    """Return the probabilities of the first images, mean over seeds: (images, classes)."""
    from densevsconv.store.tables import probability_columns

    table = results.predictions(case)
    table = table[table["index"] < images]
    names = probability_columns(table.columns)
    found: np.ndarray = table.groupby("index")[names].mean().sort_index().to_numpy()
    return found


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a panel an image and case: a bar a class, the true class in the family's colour."""
    from densevsconv.report.figures import style

    info = results.data_info(dataset)
    images, labels = results.test_images(dataset)[:IMAGES], results.test_labels(dataset)
    figure, axes = style.panels(
        len(cases) * len(images), COLUMNS, PAGE_MM, 34, sharex=True, sharey=True
    )
    panels = iter(axes)
    for case in cases:
        for number, probabilities in enumerate(mean_probabilities(results, case, len(images))):
            axis, label = next(panels), labels[number]
            colours = ["#9e9e9e"] * len(probabilities)
            colours[label] = style.FAMILY_COLOURS[results.family(case)]
            axis.bar(range(len(probabilities)), probabilities, color=colours)
            title = f"image {number + 1}: {info['class_names'][label]}"
            axis.set_title(title if len(cases) == 1 else f"{case}\n{title}", fontsize=7)
            axis.set_xticks(range(len(probabilities)), info["class_names"])
            axis.set_ylim(0, 1)
            axis.set_yticks([0, 0.5, 1], ["0", "50", "100"])
            axis.grid(axis="y")
            style.trim(axis)
    figure.supxlabel("class", fontsize=7.5)
    figure.supylabel("predicted probability (%)", fontsize=7.5)
    return figure


FIGURE = Figure(
    name="predictions",
    section="publication",
    width="page",
    alt="Bars: the probability of every class for each of the first test images.",
    draw=draw,
    requested=True,
)
