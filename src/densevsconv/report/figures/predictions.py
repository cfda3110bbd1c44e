"""The probabilities that a network gives to the first test images."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.report.figures.pictures import TEST_IMAGES
from densevsconv.results.study import Study

COLUMNS = 3
PANEL_MM, NAME_MM = 45.0, 15.0
"""Width of a panel, and of a class's name below it."""


class Panel(NamedTuple):
    """An image and a case: the probability of every class, mean over seeds."""

    case: str
    family: str
    image: int
    label: int
    names: list[str]
    probabilities: np.ndarray


def data(study: Study, dataset: str, cases: list[str]) -> list[Panel]:
    names = study.data_info(dataset).class_names
    found = []
    for case in cases:
        labels, probabilities = study.probabilities(case)
        means = probabilities[:, :TEST_IMAGES].mean(axis=0)
        for image, (label, each) in enumerate(zip(labels, means, strict=False)):
            found.append(Panel(case, study.case(case).family, image, int(label), names, each))
    return found


def draw(shown: list[Panel]) -> Figure:
    """Return a panel an image and case: a bar a class, the true class in the family's colour."""
    figure, axes = panels(len(shown), COLUMNS, 34, sharex=True, sharey=True)
    several = len({panel.case for panel in shown}) > 1
    for axis, panel in zip(axes, shown, strict=True):
        classes = range(len(panel.probabilities))
        colours = ["#9e9e9e"] * len(classes)
        colours[panel.label] = style.FAMILY_COLOURS[panel.family]
        axis.bar(classes, panel.probabilities, color=colours)
        names = [style.shortened(name, NAME_MM) for name in panel.names]
        title = f"image {panel.image + 1}: {names[panel.label]}"
        axis.set_title(f"{panel.case}\n{title}" if several else title, fontsize=7)
        upright = style.width_mm(*names) > PANEL_MM / len(names)
        axis.set_xticks(classes, names, rotation=90 if upright else 0)
        axis.set_ylim(0, 1)
        style.percent_axes(axis, "y")
        axis.grid(axis="y")
    style.name_axes(figure, "class", "predicted probability (%)")
    return figure
