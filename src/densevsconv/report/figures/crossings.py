"""The answer of a study with series: how far convolution is ahead along each of them."""

from itertools import groupby
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.results.follow import SIZES
from densevsconv.results.series import LeadRow
from densevsconv.results.study import Study

COLUMNS, LETTERS = 4, 30
DASHES: tuple[Any, ...] = ("solid", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))
Panel = tuple[str, str, dict[str, list[LeadRow]]]
"""A series, its images, and the leads of each pair by what it is called."""


def data(study: Study[Any], dataset: str, cases: list[str]) -> list[Panel]:
    """Return the series with several places, and in each the leads of convolution over dense."""
    rows = [
        row
        for row in study.once(study.at.leads, LeadRow.read_table)
        if [study.case(case).family for case in (row.case_a, row.case_b)]
        == ["convolutional", "dense"]
    ]
    found = []
    for (series, images), own in groupby(rows, lambda row: (row.series, row.images)):
        lines: dict[str, list[LeadRow]] = {}
        for row in sorted(own, key=lambda row: row.value):
            lines.setdefault(f"{row.network_a} \u2212 {row.network_b}", []).append(row)
        if max(map(len, lines.values())) > 1:
            found.append((series, images, lines))
    return found


def draw(shown: list[Panel]) -> Figure:
    """Return a panel a series: the lead of each pair with its band, and zero."""
    figure, axes = panels(max(len(shown), 1), COLUMNS, 36, 12, sharey=True)
    pairs = list(dict.fromkeys(pair for _, _, lines in shown for pair in lines))
    several = len({images for _, images, _ in shown}) > len({series for series, _, _ in shown})
    for axis, (series, images, lines) in zip(axes, shown, strict=False):
        axis.axhline(0, color=style.INK, linewidth=0.7)
        for pair, rows in lines.items():
            places = [row.value for row in rows]
            ends = [
                (row.lead, row.lead) if row.low is None else (row.low, row.high) for row in rows
            ]
            low, high = zip(*ends, strict=True)
            dash, colour = DASHES[pairs.index(pair) % len(DASHES)], _colour(pairs.index(pair))
            axis.plot(places, [100 * row.lead for row in rows], color=colour, linestyle=dash,
                      marker="o", markersize=2.5)  # fmt: skip
            axis.fill_between(places, [100 * x for x in low], [100 * x for x in high],
                              color=colour, alpha=0.15, linewidth=0)  # fmt: skip
        name = series.replace("_", " ")
        axis.set_title(style.in_lines(images, LETTERS) if several else name, fontsize=7)
        axis.set_xlabel(name if several else "")
        if series == SIZES:
            style.log_axis(axis, [row.value for rows in lines.values() for row in rows])
        else:
            axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.yaxis.set_major_formatter(style.signed)
        axis.grid(axis="y")
    figure.supylabel("convolution ahead by (points)", fontsize=7.5)
    handles = [
        Line2D([], [], color=_colour(k), linestyle=DASHES[k % len(DASHES)], label=pair)
        for k, pair in enumerate(pairs)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return figure


def _colour(place: int) -> str:
    return (style.FAMILY_COLOURS["convolutional"], style.INK, "#7a5195", "#2f6f4f")[place % 4]
