"""Test accuracy of every network on every form of the same images."""

from textwrap import fill
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import isotonic_regression

from densevsconv.report.figures import style
from densevsconv.report.figures.accuracy import Accuracy, accuracy
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.report.wording import change
from densevsconv.results.plan import DatasetPlan
from densevsconv.results.study import Study

LETTERS_A_LINE = 16
MOST_LETTERS = 60
"""Forms with a longer label than this are called as in the study."""
LABEL_GAP = 0.07
"""Between the names of two lines, as a share of the axis."""


class Forms(NamedTuple):
    """The labels of the forms, the reference first, and a line a network, by its case there.

    A line has the accuracies by the place of the form among the labels, where there is one.
    """

    labels: list[str]
    lines: dict[str, dict[int, Accuracy]]


def data(study: Study, dataset: str, cases: list[str]) -> Forms:
    forms = [dataset, *study.plan.forms[dataset]]
    on_form = [study.plan.same_networks(form, dataset) for form in forms]
    lines = {
        case: {n: accuracy(study, same[case]) for n, same in enumerate(on_form) if case in same}
        for case in cases
    }
    return Forms(form_labels({form: study.plan.datasets[form] for form in forms}), lines)


def form_labels(forms: dict[str, DatasetPlan]) -> list[str]:
    """Return what makes each form of the images: its changes, and its size where sizes differ."""
    sizes_differ = len({plan.split.training_images for plan in forms.values()}) > 1
    labels = []
    for form, plan in forms.items():
        words = [change(step) for step in plan.transform] or ["as it is"]
        if sizes_differ and plan.split.training_images is not None:
            words.append(f"{plan.split.training_images:,} training images")
        label = ", ".join(words)
        labels.append(fill(label if len(label) <= MOST_LETTERS else form, LETTERS_A_LINE))
    return labels


def draw(shown: Forms) -> Figure:
    """Return a line a network over the forms of the images, the reference on the left."""
    count = len(shown.lines)
    tall = max(label.count("\n") + 1 for label in shown.labels)
    figure = new_figure(PAGE_MM, 56 + 3.2 * tall + 3 * max(count - 6, 0))
    axis = figure.subplots()
    ends = {}
    for number, (case, line) in enumerate(shown.lines.items()):
        beside = 0.16 * ((number + 0.5) / count - 0.5)  # intervals next to each other
        places, means = [place + beside for place in line], [each.mean for each in line.values()]
        error = np.hstack([each.error for each in line.values()])
        axis.errorbar(
            places, means, yerr=error, **style.mark(line[0].family), capsize=2, elinewidth=1.0,
            capthick=1.0, linewidth=1.1,
        )  # fmt: skip
        ends[case] = (places[-1], means[-1])
    everything = [each for line in shown.lines.values() for each in line.values()]
    lows, highs = [each.low for each in everything], [each.high for each in everything]
    style.accuracy_axis(axis, min(lows), max(highs), "y")
    axis.set_xticks(range(len(shown.labels)), shown.labels)
    axis.set(xlim=(-0.25, len(shown.labels) - 0.75), ylabel="test accuracy (%)")
    axis.grid(axis="y")
    # every case's id at the right, as near to the end of its line as others leave room
    to_axes = axis.transData + axis.transAxes.inverted()
    heights = {case: float(to_axes.transform(end)[1]) for case, end in ends.items()}
    order = sorted(heights, key=heights.__getitem__)
    for case, place in zip(order, spread(sorted(heights.values()), LABEL_GAP), strict=True):
        axis.annotate(
            case, xy=ends[case], xytext=(1.02, place), textcoords="axes fraction", va="center",
            color=style.FAMILY_COLOURS[shown.lines[case][0].family], fontsize=7,
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": style.FAINT, "linewidth": 0.4,
                        "shrinkA": 1, "shrinkB": 4},
        )  # fmt: skip
    style.family_legend(figure, (each.family for each in everything))
    return figure


def spread(places: list[float], gap: float) -> list[float]:
    """Return ascending places moved apart to at least ``gap``, each group around its middle.

    >>> spread([0.5, 0.5, 0.9], 0.1)
    [0.45, 0.55, 0.9]
    """
    offsets = gap * np.arange(len(places))
    moved = isotonic_regression(np.array(places) - offsets).x + offsets
    return [round(float(place), 6) for place in moved]
