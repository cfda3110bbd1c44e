"""The answer as a figure: convolutional minus dense of each pair in front, with its interval."""

from textwrap import wrap
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from densevsconv.report import front
from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import PAGE_MM, axes_at, new_figure
from densevsconv.report.wording import format_value
from densevsconv.results.study import Study

LINE_MM, TWO_LINES_MM, HEAD_MM, FOOT_MM = 4.4, 7.2, 1.5, 14.0
LABEL_MM, VALUE_MM, LETTERS = 68.0, 36.0, 46
COLOURS = {"a": style.FAMILY_COLOURS["convolutional"], "b": style.FAMILY_COLOURS["dense"]}


class Lead(NamedTuple):
    """How far convolution is ahead, in percentage points; ``mean`` is None where not tested."""

    label: str
    why: str
    mean: float | None
    low: float | None
    high: float | None
    ahead: str
    published: float | None


def data(study: Study[Any], dataset: str, cases: list[str]) -> list[tuple[str, list[Lead]]]:
    """Return the leads of every data set under its title."""
    found = []
    for each in front.datasets(study):
        leads = [_lead(study, pair) for pair in front.pairs(study, each)]
        if leads:
            found.append((study.plan.datasets[each].title, leads))
    return found


def _lead(study: Study[Any], pair: front.Pair) -> Lead:
    row = study.comparison(pair.convolutional, pair.dense)
    tested = row.ahead != "not tested"
    ends = (row.difference_mean, row.difference_low, row.difference_high)
    mean, low, high = (100 * end if tested and end is not None else None for end in ends)
    parts = [study.case(case).title.partition(", ") for case in pair[:2]]
    if parts[0][1:] == parts[1][1:]:  # what is of both is said once
        parts[0] = (parts[0][0], "", "")
    label = " \u2212 ".join("".join(part) for part in parts)
    published = None if pair.published is None else 100 * pair.published
    return Lead(label, pair.why, mean, low, high, row.ahead, published)


def draw(shown: list[tuple[str, list[Lead]]]) -> Figure:
    """Return a line a pair: its names, a dot with its interval, and the numbers."""
    titled = len(shown) > 1
    lines: list[str | Lead] = []
    for title, leads in shown:
        lines += [title, *leads] if titled else leads
    names = [wrap(line if isinstance(line, str) else line.label, LETTERS) for line in lines]
    line_mm = LINE_MM if max(map(len, names)) < 2 else TWO_LINES_MM
    height_mm = HEAD_MM + line_mm * len(lines) + FOOT_MM
    figure = new_figure(PAGE_MM, height_mm, layout=None)
    axis = axes_at(
        figure, LABEL_MM, FOOT_MM, PAGE_MM - LABEL_MM - VALUE_MM, line_mm * len(lines)
    )  # fmt: skip
    axis.axvline(0, color=style.INK, linewidth=0.7)
    beside = blended_transform_factory(axis.transAxes, axis.transData)
    for place, (line, label) in enumerate(zip(lines, names, strict=True)):
        words: dict[str, Any] = {"transform": beside, "va": "center", "clip_on": False}
        if isinstance(line, str):
            axis.text(-0.02, place, "\n".join(label[:2]), ha="right", weight="bold", **words)
            continue
        axis.text(-0.02, place, "\n".join(label[:2]), ha="right", **words)
        if line.mean is None:
            axis.text(1.02, place, "did not train: not tested", color=style.FAINT, **words)
            continue
        low, high = (line.mean if end is None else end for end in (line.low, line.high))
        colour = COLOURS.get(line.ahead, style.FAINT)
        matched = line.why.startswith(front.EQUAL)
        axis.errorbar(
            line.mean, place, xerr=[[line.mean - low], [high - line.mean]], color=colour,
            marker="D" if matched else "o", markersize=4.5, elinewidth=1.4, capsize=2.5,
            markerfacecolor="white" if line.ahead == "neither" else colour,
        )  # fmt: skip
        if line.published is not None:
            axis.plot([line.published] * 2, [place - 0.42, place + 0.42], **style.PUBLISHED)
        numbers = [format_value(end / 100, "points") for end in (line.mean, low, high)]
        axis.text(1.02, place, "{} ({} to {})".format(*numbers), **words)
    axis.set(ylim=(len(lines) - 0.5, -0.5), yticks=[])
    axis.set_xlabel(
        "\u2190 dense ahead      test accuracy, convolutional minus dense (points)"
        "      convolution ahead \u2192"
    )
    axis.xaxis.set_major_formatter(style.signed)
    axis.spines["left"].set_visible(False)
    axis.grid(axis="x")
    axis.margins(x=0.06)
    _legend(figure, [line for line in lines if isinstance(line, Lead)])
    return figure


def _legend(figure: Figure, leads: list[Lead]) -> None:
    point: dict[str, Any] = {"linestyle": "none", "markersize": 4.5}
    marks = [
        ("a", Line2D([], [], marker="o", color=COLOURS["a"], label="convolution ahead", **point)),
        ("b", Line2D([], [], marker="o", color=COLOURS["b"], label="dense ahead", **point)),
        ("neither", Line2D([], [], marker="o", color=style.FAINT, markerfacecolor="white",
                           label="no difference can be told", **point)),
    ]  # fmt: skip
    handles = [mark for ahead, mark in marks if any(lead.ahead == ahead for lead in leads)]
    if any(lead.why.startswith(front.EQUAL) for lead in leads):
        handles.append(Line2D([], [], marker="D", color=style.INK, label="equal in size", **point))
    if any(lead.published is not None and lead.mean is not None for lead in leads):
        handles.append(Line2D([], [], label="published", **style.PUBLISHED))
    figure.legend(handles=handles, loc="lower center", ncols=len(handles), handlelength=1.2)
