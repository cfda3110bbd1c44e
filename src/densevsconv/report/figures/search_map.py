"""Validation accuracy of the search, by the settings that were searched."""

from textwrap import fill
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.report.wording import setting
from densevsconv.results.plan import CasePlan
from densevsconv.results.study import Study
from densevsconv.results.trials import Selection

COLUMNS = 4
MOST_CELLS = 4
"""Across, of a map in one of so many columns: an accuracy must fit into a cell."""
PREFERRED = ("learning_rate", "l2")
"""The settings put on the axes where a case searches more than two."""
DIVERGED = "\u00d7"
LETTERS = 14
"""Of a line of a setting in words."""
SPAN = 0.05
"""Accuracies this far below the best share the palest colour: the differences are at the top."""
LEAST_SPAN = 0.006
"""Of the accuracies on the axis of a line."""
LABELS = {"learning_rate": "learning rate", "batch_size": "batch size"}
RING: dict[str, Any] = {
    "s": 60, "facecolors": "none", "edgecolors": "black", "linewidths": 1.2, "zorder": 3,
}  # fmt: skip


class Panel(NamedTuple):
    """The search of a case.

    ``points`` has a row a point: its settings, ``accuracy`` (mean over the seeds that finished).
    A setting with any value that is no number (a mapping, a word, nothing) is in words. ``keys``
    are the settings on the axes; ``chosen`` the settings of the chosen point, as in ``points``.
    """

    case: str
    family: str
    kind: Literal["map", "dots", "line"]
    keys: list[str]
    points: pd.DataFrame
    chosen: dict[str, Any]


def data(study: Study, dataset: str, cases: list[str]) -> list[Panel]:
    return [_panel(case, study.case(case), study.selection(case)) for case in cases]


def _panel(case: str, plan: CasePlan, selection: Selection) -> Panel:
    """Return a search: a full grid of two settings is a map, random draws of two are dots."""
    tried = [candidate.settings for candidate in selection.candidates]
    numbers = (int, float)
    worded = {key for each in tried for key, value in each.items() if type(value) not in numbers}

    def words(settings: dict[str, Any]) -> dict[str, Any]:
        return {k: setting(value) if k in worded else value for k, value in settings.items()}

    accuracy = [candidate.validation_accuracy_mean for candidate in selection.candidates]
    points = pd.DataFrame(map(words, tried)).assign(accuracy=np.array(accuracy, float))
    keys = sorted(plan.searched_keys, key=lambda k: [*PREFERRED, k].index(k))[:2]
    kind: Literal["map", "dots", "line"] = "line"
    if len(keys) == 2:
        if points[keys[0]].nunique() * points[keys[1]].nunique() <= len(points):
            kind = "map"
        elif not worded & set(keys):
            kind = "dots"
    return Panel(case, plan.family, kind, keys, points, words(selection.settings))


def draw(shown: list[Panel]) -> Figure:
    """Return one panel a searched case, mean over seeds; a frame or ring marks the chosen point.

    Where more settings were searched than an axis has, a cell shows its best value.
    """
    norm = Normalize(-SPAN, 0)  # of its own panel: the best of another would leave one colour
    colours = sns.color_palette("crest", as_cmap=True)  # even steps of lightness
    widths = [panel.points[panel.keys[0]].nunique() for panel in shown if panel.kind == "map"]
    columns = COLUMNS if max(widths, default=0) <= MOST_CELLS else COLUMNS // 2
    figure, axes = panels(len(shown), columns, 41, gap=0.05)
    for axis, panel in zip(axes, shown, strict=True):
        _DRAW[panel.kind](axis, panel, colours, norm)
        style.case_title(axis, panel.case, panel.family)
    if any(panel.kind != "line" for panel in shown):
        bar = figure.colorbar(
            ScalarMappable(norm, colours), ax=axes, extend="min", aspect=28, pad=0.015,
            shrink=min(1.0, 1.6 / (1 + len(axes) // columns)),
        )  # fmt: skip
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        bar.set_label("points below the best")
        bar.outline.set_linewidth(0.4)
    return figure


def _draw_map(axis: Axes, panel: Panel, colours: Any, norm: Normalize) -> None:
    (across, down), points = panel.keys, panel.points
    grid = points.pivot_table("accuracy", index=down, columns=across, aggfunc="max", dropna=False)
    # numbers by size, words in the order of the search
    grid = grid.reindex(index=_levels(points[down])[::-1], columns=_levels(points[across]))
    best = float(points["accuracy"].max())
    sns.heatmap(
        grid - best, ax=axis, norm=norm, vmin=norm.vmin, vmax=norm.vmax, cmap=colours, cbar=False,
        linewidths=0.4, linecolor="white",
    )  # fmt: skip
    for (row, column), value in np.ndenumerate(grid.to_numpy(float)):
        found = np.isfinite(value)
        axis.text(
            column + 0.5, row + 0.5, f"{100 * value:.1f}" if found else DIVERGED,
            ha="center", va="center", fontsize=7, in_layout=False,
            color=_text_on(colours(norm(value - best))) if found else style.FAINT,
        )  # fmt: skip
    axis.set_xticklabels([_write(value) for value in grid.columns], rotation=0)
    axis.set_yticklabels([_write(value) for value in grid.index], rotation=0)
    axis.tick_params(length=0)
    if across in panel.chosen and down in panel.chosen:
        column = list(grid.columns).index(panel.chosen[across])
        row = list(grid.index).index(panel.chosen[down])
        axis.add_patch(Rectangle((column, row), 1, 1, fill=False, edgecolor="black", linewidth=1.4))
    axis.set(xlabel=LABELS.get(across, across), ylabel=LABELS.get(down, down))


def _draw_dots(axis: Axes, panel: Panel, colours: Any, norm: Normalize) -> None:
    (across, down), points = panel.keys, panel.points
    finished = points.dropna(subset="accuracy").sort_values("accuracy")
    diverged = points[points["accuracy"].isna()]
    axis.scatter(
        finished[across], finished[down], c=finished["accuracy"] - finished["accuracy"].max(),
        norm=norm, s=26,
        cmap=colours, edgecolors="white", linewidths=0.4, zorder=2,
    )  # fmt: skip
    axis.scatter(diverged[across], diverged[down], marker="x", s=16, color=style.FAINT)
    if across in panel.chosen and down in panel.chosen:
        axis.scatter(panel.chosen[across], panel.chosen[down], **RING)
    for key, scale in ((across, axis.set_xscale), (down, axis.set_yscale)):
        if (points[key] > 0).all() and points[key].max() > 5 * points[key].min():
            scale("log")
            own = axis.xaxis if key == across else axis.yaxis
            own.set_major_formatter(lambda value, _: _write(value))
    axis.grid()
    axis.set(xlabel=LABELS.get(across, across), ylabel=LABELS.get(down, down))


def _draw_line(axis: Axes, panel: Panel, colours: Any, norm: Normalize) -> None:
    key, points = panel.keys[0], panel.points
    best = points.groupby(key)["accuracy"].max().reindex(_levels(points[key]))
    labels = [_write(value) for value in best.index]
    axis.plot(labels, best.to_numpy(), **style.mark(panel.family, 4))
    place = list(best.index).index(panel.chosen[key]) if key in panel.chosen else 0
    if key in panel.chosen and np.isfinite(best.iloc[place]):
        axis.scatter(place, best.iloc[place], **RING)
    axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.1f}")
    axis.margins(0.12)
    low, high = axis.get_ylim()
    if high - low < LEAST_SPAN:  # ticks would differ by less than they are written with
        middle = (low + high) / 2
        axis.set_ylim(middle - LEAST_SPAN / 2, middle + LEAST_SPAN / 2)
    axis.grid(axis="y")
    axis.set(xlabel=LABELS.get(key, key), ylabel="validation accuracy (%)")


_DRAW = {"map": _draw_map, "dots": _draw_dots, "line": _draw_line}


def _levels(values: pd.Series) -> list[Any]:
    """Return the values of a setting: numbers by size, words in the order of the search."""
    found = values.dropna().unique()
    return sorted(found) if pd.api.types.is_numeric_dtype(values) else list(found)


def _write(value: Any) -> str:
    """Return a setting as short as possible: 3e-4, 0.01, adam."""
    if not isinstance(value, int | float):
        return fill(str(value), LETTERS)
    short = f"{value:.0e}".replace("e-0", "e-")
    if 0 < abs(value) < 0.01 and float(short) == value:  # 0.0003 is wider than a cell
        return short
    return f"{value:g}"


def _text_on(colour: Any) -> str:
    red, green, blue = colour[:3]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else style.INK
