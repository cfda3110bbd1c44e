"""How many images of every class each part of the data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import COLUMN_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

PARTS = {"train": "#4d4d4d", "validation": "#9e9e9e", "test": "#d9d9d9"}
"""Greys: the parts of the data belong to neither family of networks."""


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return grouped bars: one group a class, one bar each for training, validation and test."""
    import pandas as pd
    import seaborn as sns
    from matplotlib.patches import Patch

    from densevsconv.report.figures import style

    info = results.data_info(dataset)
    rows = [
        {"class": name, "part": part, "images": count}
        for part in PARTS
        for name, count in zip(info["class_names"], info["class_counts"][part], strict=True)
    ]
    figure = style.new_figure(COLUMN_MM, 42)
    axis = figure.subplots()
    sns.barplot(
        pd.DataFrame(rows), x="class", y="images", hue="part", palette=PARTS, ax=axis,
        width=0.82, saturation=1, edgecolor=style.INK, linewidth=0.3, legend=False,
    )  # fmt: skip
    handles = [
        Patch(facecolor=colour, edgecolor=style.INK, linewidth=0.3) for colour in PARTS.values()
    ]
    figure.legend(handles, list(PARTS), loc="outside upper center", ncols=len(PARTS))
    axis.set_ylabel("images")
    if max(len(name) for name in info["class_names"]) > 3:
        axis.tick_params(axis="x", rotation=45)
    style.trim(axis)
    return figure


FIGURE = Figure(
    name="class_counts",
    section="data",
    width="column",
    alt="Bars: number of training, validation and test images of every class.",
    draw=draw,
)
