"""How many images of every class each part of the data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import COLUMN_MM, Figure

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

    from densevsconv.report.results import Results

PARTS = {"train": "#4d4d4d", "validation": "#9e9e9e", "test": "#d9d9d9"}
"""Greys: the parts of the data belong to neither family of networks."""


MOST_NAMES = 24
"""With more classes than this there is no room for their names, and the bars become lines."""
MOST_LETTERS = 16


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return grouped bars: one group a class, one bar each for training, validation and test."""
    from matplotlib.patches import Patch

    from densevsconv.report.figures import style

    info = results.data_info(dataset)
    figure = style.new_figure(COLUMN_MM, 42)
    axis = figure.subplots()
    if len(info["class_names"]) <= MOST_NAMES:
        _draw_bars(axis, info)
    else:
        _draw_steps(axis, info)
    handles = [
        Patch(facecolor=colour, edgecolor=style.INK, linewidth=0.3) for colour in PARTS.values()
    ]
    figure.legend(handles, list(PARTS), loc="outside upper center", ncols=len(PARTS))
    axis.set_ylabel("images")
    axis.set_ylim(bottom=0)
    style.trim(axis)
    return figure


def _draw_bars(axis: matplotlib.axes.Axes, info: dict[str, Any]) -> None:
    """Draw a group of bars for each class, named on the axis."""
    import pandas as pd
    import seaborn as sns

    from densevsconv.report.figures import style

    names = [style.shortened(name, MOST_LETTERS) for name in info["class_names"]]
    rows = [
        {"class": place, "part": part, "images": count}
        for part in PARTS
        for place, count in enumerate(info["class_counts"][part])
    ]
    sns.barplot(
        pd.DataFrame(rows), x="class", y="images", hue="part", palette=PARTS, ax=axis,
        width=0.82, saturation=1, edgecolor=style.INK, linewidth=0.3, legend=False,
    )  # fmt: skip
    axis.set_xticks(range(len(names)), names)
    axis.set_xlabel("class")
    longest = max(map(len, names))
    if longest > 3:
        crowded = len(names) > 12
        axis.tick_params(axis="x", rotation=90 if crowded else 45)
        if not crowded:  # the end of a name under its bars
            for tick in axis.get_xticklabels():
                tick.set_horizontalalignment("right")
                tick.set_rotation_mode("anchor")


def _draw_steps(axis: matplotlib.axes.Axes, info: dict[str, Any]) -> None:
    """Draw an outline a part over the classes, by their number."""
    import numpy as np

    from densevsconv.report.figures import style

    edges = np.arange(len(info["class_names"]) + 1) - 0.5
    counts = info["class_counts"]
    for part in sorted(PARTS, key=lambda part: -sum(counts[part])):  # the smallest in front
        axis.stairs(
            counts[part], edges, fill=True, facecolor=PARTS[part], edgecolor=style.INK,
            linewidth=0.3,
        )  # fmt: skip
    axis.set_xlim(edges[0], edges[-1])
    axis.set_xlabel("class, by the number of its label")


FIGURE = Figure(
    name="class_counts",
    section="data",
    width="column",
    alt="Bars: number of training, validation and test images of every class.",
    draw=draw,
)
