"""How many images of every class each part of the data holds."""

from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import COLUMN_MM, new_figure
from densevsconv.results.study import Study

PARTS = {"train": "#4d4d4d", "validation": "#9e9e9e", "test": "#d9d9d9"}
"""Greys: the parts of the data belong to neither family of networks."""
MOST_NAMES = 24
"""With more classes than this there is no room for their names, and the bars become lines."""
NAME_MM = 25.0
EDGE: dict[str, Any] = {"edgecolor": style.INK, "linewidth": 0.3}


def data(study: Study, dataset: str, cases: list[str]) -> pd.DataFrame:
    info = study.data_info(dataset)
    return pd.DataFrame(info.class_counts.model_dump(), index=info.class_names)[list(PARTS)]


def draw(counts: pd.DataFrame) -> Figure:
    figure = new_figure(COLUMN_MM, 42)
    axis = figure.subplots()
    (_draw_bars if len(counts) <= MOST_NAMES else _draw_steps)(axis, counts)
    handles = [Patch(facecolor=colour, **EDGE) for colour in PARTS.values()]
    figure.legend(handles, list(PARTS), loc="outside upper center", ncols=len(PARTS))
    axis.set_ylabel("images")
    axis.set_ylim(bottom=0)
    return figure


def _draw_bars(axis: Axes, counts: pd.DataFrame) -> None:
    names = [style.shortened(name, NAME_MM) for name in counts.index]
    rows = counts.reset_index(drop=True).melt(
        var_name="part", value_name="images", ignore_index=False
    )
    sns.barplot(
        rows.reset_index(names="class"), x="class", y="images", hue="part", palette=PARTS, ax=axis,
        width=0.82, saturation=1, legend=False, **EDGE,
    )  # fmt: skip
    axis.set_xticks(range(len(names)), names)
    axis.set_xlabel("class")
    if style.width_mm(*names) > 6:
        crowded = len(names) > 12
        axis.tick_params(axis="x", rotation=90 if crowded else 45)
        if not crowded:  # the end of a name under its bars
            for tick in axis.get_xticklabels():
                tick.set(ha="right", rotation_mode="anchor")


def _draw_steps(axis: Axes, counts: pd.DataFrame) -> None:
    """Draw an outline a part over the classes, by their number."""
    edges = np.arange(len(counts) + 1) - 0.5
    for part in sorted(PARTS, key=lambda part: -counts[part].sum()):  # the smallest in front
        axis.stairs(counts[part], edges, fill=True, facecolor=PARTS[part], **EDGE)
    axis.set_xlim(edges[0], edges[-1])
    axis.set_xlabel("class, by the number of its label")
