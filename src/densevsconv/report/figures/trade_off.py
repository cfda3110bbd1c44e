"""Accuracy against what it costs: training time, multiply-accumulates, parameters."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

PLACES = [(7, 0), (-7, 0), (6, 6), (-6, 6), (6, -6), (-6, -6), (12, 0), (-12, 0), (0, 11), (0, -11)]
"""Where a letter may stand, in points from its mark, the best first."""
COSTS = {
    "train_seconds_median": "training time (s)",
    "macs": "multiply-accumulates per image",
    "parameters": "parameters",
}

KEY_MM, LETTER_MM = 11.0, 1.45
"""Of an entry of the legend: its mark, letter and gaps, and a letter of its case."""


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return three panels sharing the accuracy axis; letters name the cases."""
    from matplotlib.lines import Line2D

    from densevsconv.report.figures import style

    summary = results.summary.loc[cases]
    tests = results.data_info(dataset)["counts"]["test"]
    means, lows, highs = (
        style.clipped(summary[f"test_accuracy_{part}"].fillna(summary["test_accuracy_mean"]), tests)
        for part in ("mean", "low", "high")
    )
    letters = dict(zip(cases, ascii_uppercase, strict=False))
    columns = max(1, min(4, int(PAGE_MM // (KEY_MM + LETTER_MM * max(map(len, cases))))))
    figure = style.new_figure(PAGE_MM, 58 + 4 * -(-len(cases) // columns))
    axes = figure.subplots(1, len(COSTS), sharey=True)
    for axis, (column, label) in zip(axes, COSTS.items(), strict=True):
        for case, mean, low, high in zip(cases, means, lows, highs, strict=True):
            family = results.family(case)
            axis.errorbar(
                summary.loc[case, column], mean, yerr=[[mean - low], [high - mean]],
                color=style.FAMILY_COLOURS[family], marker=style.FAMILY_MARKERS[family],
                markersize=5, elinewidth=1.0,
            )  # fmt: skip
        style.log_axis(axis, summary[column])
        axis.margins(x=0.12)
        axis.set_xlabel(label)
        axis.grid()
        style.trim(axis)
    style.accuracy_axis(axes[0], lows.min(), highs.max(), "y")
    axes[0].set_ylabel("test accuracy (%)")
    handles = [
        Line2D(
            [], [], linestyle="none", marker=style.FAMILY_MARKERS[results.family(case)],
            color=style.FAMILY_COLOURS[results.family(case)], markersize=4.5,
            label=f"{letters[case]}  {case}",
        )
        for case in cases
    ]  # fmt: skip
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=columns,
        handletextpad=0.2,
        columnspacing=1.6,
    )
    figure.draw_without_rendering()  # places are known once the layout is done
    for axis, column in zip(axes, COSTS, strict=True):
        colours = [style.FAMILY_COLOURS[results.family(case)] for case in cases]
        _write_letters(axis, list(letters.values()), summary[column], means, colours)
    return figure


def _write_letters(
    axis: matplotlib.axes.Axes, letters: list[str], x: Any, y: Any, colours: list[str]
) -> None:
    """Write a letter beside each mark, on the first side where it covers nothing."""
    import numpy as np

    points_a_pixel = 72 / axis.figure.dpi
    marks = axis.transData.transform(np.column_stack([x, y])) * points_a_pixel
    taken = [tuple(mark) for mark in marks]
    places = list(zip(x, y, strict=True))
    for letter, place, mark, colour in zip(letters, places, marks, colours, strict=True):
        free = [
            offset
            for offset in PLACES
            if all(np.hypot(*(mark + offset - other)) > 6 for other in taken)
        ]
        offset = free[0] if free else PLACES[0]
        taken.append(tuple(mark + offset))
        axis.annotate(
            letter, place, xytext=offset,
            textcoords="offset points", ha="center", va="center", color=colour,
            fontsize=7.5, fontweight="bold",
        )  # fmt: skip


FIGURE = Figure(
    name="trade_off",
    section="cost",
    width="page",
    alt="Test accuracy against training time, multiply-accumulates and parameters of every case.",
    draw=draw,
    cases_per_page=len(ascii_uppercase),
)
