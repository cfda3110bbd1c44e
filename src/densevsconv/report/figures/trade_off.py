"""Accuracy against what it costs: training time, multiply-accumulates, parameters."""

from string import ascii_uppercase

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from densevsconv.report.figures import style
from densevsconv.report.figures.accuracy import Accuracy, accuracy
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.results.study import Study

PLACES = [
    (radius * np.cos(angle), radius * np.sin(angle))
    for radius in (7, 12, 17, 23)
    for angle in np.radians([0, 180, 45, 135, -45, -135, 90, -90])
]
"""Where a letter may stand, in points from its mark, the best first."""
APART = 9.0
"""Points between a letter and other letters and marks."""
COSTS = {
    "train_seconds_median": "training time (s)",
    "macs": "multiply-accumulates per image",
    "parameters": "parameters",
}
KEY_MM, LETTER_MM = 11.0, 1.45
"""Of an entry of the legend: its mark, letter and gaps, and a letter of its case."""


Costed = tuple[str, Accuracy, dict[str, float]]
"""The letter that a case is called by, its accuracy, and its costs by the keys of `COSTS`."""


def data(study: Study, dataset: str, cases: list[str]) -> list[Costed]:
    found = []
    trained = [case for case in cases if not study.summary(case).not_tested] or cases
    for letter, case in zip(ascii_uppercase, trained, strict=False):
        costs = {cost: getattr(study.summary(case), cost) for cost in COSTS}
        found.append((letter, accuracy(study, case), costs))
    return found


def draw(shown: list[Costed]) -> Figure:
    width_mm = KEY_MM + LETTER_MM * max(len(found.case) for _, found, _ in shown)
    columns = max(1, min(4, int(PAGE_MM // width_mm)))
    figure = new_figure(PAGE_MM, 58 + 4 * -(-len(shown) // columns))
    axes = figure.subplots(1, len(COSTS), sharey=True)
    for axis, (cost, label) in zip(axes, COSTS.items(), strict=True):
        for _, found, costs in shown:
            mark = style.mark(found.family, 5)
            axis.errorbar(costs[cost], found.mean, yerr=found.error, **mark, elinewidth=1.0)
        style.log_axis(axis, [costs[cost] for _, _, costs in shown])
        axis.margins(x=0.12)
        axis.set_xlabel(label)
        axis.grid()
    low, high = min(found.low for _, found, _ in shown), max(found.high for _, found, _ in shown)
    style.accuracy_axis(axes[0], low, high, "y")
    axes[0].set_ylabel("test accuracy (%)")
    handles = [
        Line2D([], [], linestyle="none", label=f"{letter}  {found.case}",
               **style.mark(found.family))
        for letter, found, _ in shown
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="outside lower center", ncols=columns, handletextpad=0.2,
        columnspacing=1.6,
    )  # fmt: skip
    figure.draw_without_rendering()  # places are known once the layout is done
    for axis, cost in zip(axes, COSTS, strict=True):
        _write_letters(axis, shown, cost)
    return figure


def _write_letters(axis: Axes, shown: list[Costed], cost: str) -> None:
    places = [(costs[cost], found.mean) for _, found, costs in shown]
    marks = axis.transData.transform(places) * (72 / axis.figure.dpi)  # in points
    taken = list(marks)
    for (letter, found, _), place, mark in zip(shown, places, marks, strict=True):
        others = [each for each in taken if each is not mark]
        room = [min((np.hypot(*(mark + at - x)) for x in others), default=99.0) for at in PLACES]
        free = [at for at, distance in zip(PLACES, room, strict=True) if distance > APART]
        offset = free[0] if free else PLACES[int(np.argmax(room))]
        taken.append(mark + offset)
        axis.annotate(
            letter, place, xytext=offset, textcoords="offset points", ha="center", va="center",
            color=style.FAMILY_COLOURS[found.family], fontsize=7.5, fontweight="bold",
            arrowprops={"arrowstyle": "-", "color": style.FAINT, "linewidth": 0.4, "shrinkA": 0},
        )  # fmt: skip
