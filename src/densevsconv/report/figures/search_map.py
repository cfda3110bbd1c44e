"""Validation accuracy of the search, by the settings that were searched."""

from __future__ import annotations

from textwrap import fill
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure, searched_keys

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas as pd

    from densevsconv.report.results import Results

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
LABELS = {"learning_rate": "learning rate", "l2": "l2", "batch_size": "batch size"}


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one panel a searched case, mean over seeds; a frame or ring marks the chosen point.

    A full grid of two settings is a heat map, random draws of two numbers are dots in the same
    colours, one setting is a line. Where more settings were searched, a cell shows its best value.
    """
    import matplotlib as mpl
    from matplotlib.colors import Normalize

    from densevsconv.report.figures import style

    tables = {case: _points(results, case) for case in cases}
    axes_keys = {case: _axes_keys(results, case) for case in cases}
    kinds = {case: _kind(tables[case], axes_keys[case]) for case in cases}
    best = max(float(table["accuracy"].max()) for table in tables.values())
    norm = Normalize(max(0.0, best - SPAN), best)
    maps = [case for case in cases if kinds[case] == "map"]
    widest = max((tables[case][axes_keys[case][0]].nunique() for case in maps), default=0)
    columns = COLUMNS if widest <= MOST_CELLS else COLUMNS // 2
    figure, axes = style.panels(len(cases), columns, PAGE_MM, 41, gap=0.05)
    for axis, case in zip(axes, cases, strict=True):
        table, keys = tables[case], axes_keys[case]
        words = [key for key in keys if not _numeric(table[key])]
        chosen = _worded(results.selection(case)["settings"], words)
        if kinds[case] == "map":
            _draw_map(axis, table, keys, chosen, norm)
        elif kinds[case] == "dots":
            _draw_dots(axis, table, keys, chosen, norm)
        else:
            _draw_line(axis, table, keys[0], chosen, results.family(case))
        style.case_title(axis, case, results.family(case))
    if set(kinds.values()) != {"line"}:
        import seaborn as sns

        colours = mpl.cm.ScalarMappable(norm, sns.color_palette(style.SEQUENTIAL, as_cmap=True))
        bar = figure.colorbar(
            colours, ax=axes, extend="min", shrink=min(1.0, 1.6 / (1 + len(axes) // columns)),
            aspect=28, pad=0.015,
        )  # fmt: skip
        bar.ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        bar.set_label("validation accuracy (%)")
        bar.outline.set_linewidth(0.4)
    return figure


def _axes_keys(results: Results, case: str) -> list[str]:
    keys = searched_keys(results.plan["cases"][case])
    preferred = [key for key in PREFERRED if key in keys]
    return (preferred + [key for key in keys if key not in preferred])[:2]


def _points(results: Results, case: str) -> pd.DataFrame:
    """Return one row a point: its settings, and the mean accuracy of its finished seeds.

    A setting with any value that is no number (a mapping, a word, nothing) is in words.
    """
    import pandas as pd

    candidates = results.selection(case)["candidates"]
    worded = {
        key
        for candidate in candidates
        for key, value in candidate["settings"].items()
        if not _is_number(value)
    }
    return pd.DataFrame(
        [
            {
                **_worded(candidate["settings"], worded),
                "accuracy": candidate["validation_accuracy_mean"],
                "diverged": bool(candidate["diverged"]),
            }
            for candidate in candidates
        ]
    ).astype({"accuracy": float})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _worded(settings: dict[str, Any], keys: Any) -> dict[str, Any]:
    from densevsconv.report.wording import setting

    return {key: setting(value) if key in keys else value for key, value in settings.items()}


def _kind(table: pd.DataFrame, keys: list[str]) -> str:
    if len(keys) < 2:
        return "line"
    levels = [table[key].nunique() for key in keys]
    if levels[0] * levels[1] <= len(table):
        return "map"
    return "dots" if all(_numeric(table[key]) for key in keys) else "line"


def _numeric(values: pd.Series) -> bool:
    import pandas as pd

    return bool(pd.api.types.is_numeric_dtype(values))


def _write(value: Any) -> str:
    """Return a setting as short as possible: 3e-4, 0.01, adam."""
    if not isinstance(value, int | float):
        return fill(str(value), LETTERS)
    short = f"{value:.0e}".replace("e-0", "e-")
    if 0 < abs(value) < 0.01 and float(short) == value:  # 0.0003 is wider than a cell
        return short
    return f"{value:g}"


def _draw_map(
    axis: matplotlib.axes.Axes, table: pd.DataFrame, keys: list[str], chosen: Any, norm: Any
) -> None:
    import numpy as np
    import seaborn as sns
    from matplotlib.patches import Rectangle

    from densevsconv.report.figures import style

    across, down = keys
    grid = table.pivot_table("accuracy", index=down, columns=across, aggfunc="max", dropna=False)
    # numbers by size, words in the order of the search
    grid = grid.reindex(index=_levels(table[down])[::-1], columns=_levels(table[across]))
    sns.heatmap(
        grid, ax=axis, norm=norm, cmap=style.SEQUENTIAL, cbar=False, annot=False,
        linewidths=0.4, linecolor="white",
    )  # fmt: skip
    palette = sns.color_palette(style.SEQUENTIAL, as_cmap=True)
    for (row, column), value in np.ndenumerate(grid.to_numpy(dtype=float)):
        ink = style.text_on(palette(norm(value))) if np.isfinite(value) else style.FAINT
        axis.text(
            column + 0.5, row + 0.5, f"{100 * value:.1f}" if np.isfinite(value) else DIVERGED,
            ha="center", va="center", fontsize=7, color=ink, in_layout=False,
        )  # fmt: skip
    axis.set_xticklabels([_write(value) for value in grid.columns], rotation=0)
    axis.set_yticklabels([_write(value) for value in grid.index], rotation=0)
    axis.tick_params(length=0)
    if across in chosen and down in chosen:
        place = (list(grid.columns).index(chosen[across]), list(grid.index).index(chosen[down]))
        axis.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor="black", linewidth=1.4))
    axis.set_xlabel(LABELS.get(across, across))
    axis.set_ylabel(LABELS.get(down, down))


def _levels(values: pd.Series) -> list[Any]:
    found = values.dropna().unique()
    return sorted(found) if _numeric(values) else list(found)


def _draw_dots(
    axis: matplotlib.axes.Axes, table: pd.DataFrame, keys: list[str], chosen: Any, norm: Any
) -> None:
    from densevsconv.report.figures import style

    across, down = keys
    finished = table[table["accuracy"].notna()].sort_values("accuracy")
    diverged = table[table["accuracy"].isna()]
    axis.scatter(
        finished[across], finished[down], c=finished["accuracy"], norm=norm, s=26,
        cmap=_palette(), edgecolors="white", linewidths=0.4, zorder=2,
    )  # fmt: skip
    axis.scatter(diverged[across], diverged[down], marker="x", s=16, color=style.FAINT)
    if across in chosen and down in chosen:
        axis.scatter(
            chosen[across], chosen[down], s=60, facecolors="none", edgecolors="black",
            linewidths=1.2, zorder=3,
        )  # fmt: skip
    for key, scale in ((across, axis.set_xscale), (down, axis.set_yscale)):
        if (table[key] > 0).all() and table[key].max() > 30 * table[key].min():
            scale("log")
    axis.grid()
    style.trim(axis)
    axis.set_xlabel(LABELS.get(across, across))
    axis.set_ylabel(LABELS.get(down, down))


def _palette() -> Any:
    import seaborn as sns

    from densevsconv.report.figures import style

    return sns.color_palette(style.SEQUENTIAL, as_cmap=True)


def _draw_line(
    axis: matplotlib.axes.Axes,
    table: pd.DataFrame,
    key: str,
    chosen: Any,
    family: str,
) -> None:
    from densevsconv.report.figures import style

    colour, marker = style.FAMILY_COLOURS[family], style.FAMILY_MARKERS[family]

    best = table.groupby(key, sort=_numeric(table[key]))["accuracy"].max()
    labels = [_write(value) for value in best.index]
    axis.plot(labels, best.to_numpy(), color=colour, marker=marker, markersize=4)
    if key in chosen:
        axis.scatter(
            labels.index(_write(chosen[key])), best[chosen[key]], s=60, facecolors="none",
            edgecolors="black", linewidths=1.2, zorder=3,
        )  # fmt: skip
    axis.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.1f}")
    axis.margins(0.12)
    low, high = axis.get_ylim()
    if high - low < LEAST_SPAN:  # ticks would differ by less than they are written with
        middle = (low + high) / 2
        axis.set_ylim(middle - LEAST_SPAN / 2, middle + LEAST_SPAN / 2)
    axis.grid(axis="y")
    style.trim(axis)
    axis.set_xlabel(LABELS.get(key, key))
    axis.set_ylabel("validation accuracy (%)")


FIGURE = Figure(
    name="search_map",
    section="search",
    width="page",
    alt="Validation accuracy by the searched settings of each case; the chosen point is framed.",
    draw=draw,
    wanted=lambda case, plan: bool(searched_keys(plan["cases"][case])),
    cases_per_page=12,
)
