"""One style for all figures: colours that colour-blind readers tell apart, type of at least 7
points, axes of accuracies and of costs.

Dense and convolutional each have one colour and one marker, everywhere.
"""

from bisect import bisect
from collections.abc import Iterable, Sequence
from typing import Any, Literal

import matplotlib
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.ticker import EngFormatter, FixedLocator, FuncFormatter, MaxNLocator, NullLocator
from scipy.special import expit, logit

from densevsconv.report.figures.fonts import Fonts, fonts_for

FAMILY_COLOURS = {"dense": "#0072B2", "convolutional": "#D55E00"}
"""Blue and vermilion of Okabe and Ito's palette (2008)."""
FAMILY_MARKERS = {"dense": "o", "convolutional": "s"}
INK = "#222222"
FAINT = "#8a8a8a"
DASHES: dict[str, Any] = {"training": (0, (2, 1.2)), "validation": "solid"}
"""Lines of curves, by part of the data."""
PUBLISHED: dict[str, Any] = {"color": INK, "linestyle": (0, (2, 1)), "linewidth": 1.2}

_ACCURACY_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
_POINTS = 7.5
_DEFAULTS: dict[tuple[str, ...], Any] = {
    ("text.parse_math",): False,  # a dollar in a name is a dollar
    ("font.size", "axes.labelsize"): _POINTS,
    ("axes.titlesize", "figure.titlesize"): 8,
    ("xtick.labelsize", "ytick.labelsize", "legend.fontsize"): 7,
    ("axes.edgecolor", "text.color", "axes.labelcolor", "xtick.color", "ytick.color"): INK,
    ("axes.linewidth", "xtick.major.width", "ytick.major.width"): 0.6,
    ("axes.spines.top", "axes.spines.right", "legend.frameon"): False,
    ("xtick.major.size", "ytick.major.size", "axes.labelpad"): 2.5,
    ("xtick.major.pad", "ytick.major.pad"): 2,
    ("axes.titlepad",): 4,
    ("lines.linewidth",): 1.1,
    ("grid.linewidth",): 0.4,
    ("grid.color",): "#dddddd",
    ("svg.fonttype",): "path",  # looks the same wherever the file is opened
    ("svg.hashsalt",): "densevsconv",  # the same bytes from the same results
    ("figure.dpi",): 100,
}


def apply(names: Iterable[str] = ()) -> Fonts:
    """Set seaborn's and matplotlib's defaults, with fonts for names; no screen is needed."""
    matplotlib.use("Agg")
    fonts = fonts_for(names)
    for file in fonts.files:
        fontManager.addfont(file)
    families = [FontProperties(fname=file).get_name() for file in fonts.files]
    defaults = {key: value for keys, value in _DEFAULTS.items() for key in keys}
    sns.set_theme(context="paper", style="ticks", rc=defaults | {"font.family": families})
    return fonts


def log_axis(axis: Axes, values: Iterable[float]) -> None:
    axis.set_xscale("log")
    low, high = min(values), max(values)
    # even steps, where so few round numbers lie between
    ticks = list(MaxNLocator(4).tick_values(low, high))
    for mantissas in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        found = [m * 10.0**power for power in range(-9, 13) for m in mantissas]
        found = [tick for tick in found if 0.8 * low <= tick <= 1.25 * high]
        if len(found) >= 3:
            ticks = found
            break
    axis.xaxis.set_major_locator(FixedLocator(ticks))
    axis.xaxis.set_minor_locator(NullLocator())
    plain = FuncFormatter(lambda value, _: f"{value:.3g}")
    axis.xaxis.set_major_formatter(EngFormatter(sep="") if low >= 1 else plain)


def accuracy_axis(axis: Axes, low: float, high: float, which: Literal["x", "y"]) -> None:
    """Make the x or y axis one of accuracies in per cent, from about ``low`` to about ``high``.

    The scale is the logit, which gives the step from 98% to 99% the room that halving an error
    deserves; readable where cases differ by fifty points and by half a point at once.
    """
    # of a case all of whose seeds diverged there is none
    low, high = (end if np.isfinite(end) else 0.5 for end in (low, high))
    high = max(min(high, 0.9995), 0.02)
    low = min(max(low, 0.02), high)
    steps = logit([low, high])
    margin = max(0.06 * (steps[1] - steps[0]), 0.12)
    first, last = expit(steps + np.array([-margin, margin]))
    ticks = [tick for tick in _ACCURACY_TICKS if first <= tick <= last]
    for thousandths in (50, 20, 10, 5, 2, 1):
        if len(ticks) < 3:  # a narrow range: even steps, as wide as give three ticks
            even = [place / 1000 for place in range(0, 1000, thousandths)]
            ticks = [tick for tick in even if first <= tick <= last]
    own = axis.xaxis if which == "x" else axis.yaxis
    axis.set(**{f"{which}scale": "logit", f"{which}lim": (first, last)})
    own.set_minor_locator(NullLocator())
    ticks = _apart(ticks, first, last)
    own.set_ticks(ticks, [f"{100 * tick:g}" for tick in ticks])


def _apart(ticks: list[float], first: float, last: float) -> list[float]:
    """Return the ticks that are far enough apart to be read, the highest first of all."""
    least = (logit(last) - logit(first)) / 9
    kept: list[float] = []
    for tick in sorted(ticks, reverse=True):
        if tick > 0 and (not kept or logit(kept[-1]) - logit(tick) >= least):
            kept.append(tick)
    return kept[::-1]


def signed(value: float, _: Any = None) -> str:
    return f"{value:+g}".replace("-", "\u2212") if value else "0"


def case_title(axis: Axes, case: str, family: str, characters: int = 17) -> None:
    axis.set_title(
        in_lines(case, characters), color=FAMILY_COLOURS[family], fontweight="bold", fontsize=7
    )


def in_lines(case: str, characters: int) -> str:
    """Return an id of more than ``characters`` in two lines, broken before ``_`` or ``-``."""
    places = [place for place, character in enumerate(case) if character in "_-" and place]
    if len(case) <= characters or not places:
        return case
    # the last part says most often what tells ids apart: keep the first line as long as fits
    end = max([place for place in places if place <= characters], default=places[0])
    return f"{case[:end]}\n{case[end:]}"


def width_mm(*texts: str) -> float:
    """Return the printed width of the widest text, in the size of labels."""
    measure, font = text_to_path.get_text_width_height_descent, FontProperties(size=_POINTS)
    return 25.4 / 72 * max(measure(text, font, False)[0] for text in texts)


def shortened(text: str, room_mm: float) -> str:
    """Return as much of a text as there is room for, an ellipsis for what is cut off."""
    if width_mm(text) <= room_mm:
        return text
    ends = range(1, len(text))
    fitting = bisect(ends, room_mm, key=lambda end: width_mm(text[:end] + "\u2026"))
    return text[: max(fitting, 1)] + "\u2026"


def mark(family: str, size: float = 4.5) -> dict[str, Any]:
    colour, marker = FAMILY_COLOURS[family], FAMILY_MARKERS[family]
    return {"color": colour, "marker": marker, "markersize": size}


def family_legend(
    figure: Figure, families: Iterable[str], *, lines: bool = False, **place: Any
) -> None:
    handles = []
    shown = set(families)
    for family, colour in FAMILY_COLOURS.items():
        if family not in shown:
            continue
        if lines:
            handles += [
                Line2D([], [], color=colour, linestyle=dash, label=f"{family}, {part}")
                for part, dash in DASHES.items()
            ]
        else:
            handles.append(Line2D([], [], linestyle="none", label=family, **mark(family, 4)))
    place = {"loc": "outside lower center", "ncols": 4, **place}
    figure.legend(handles=handles, handletextpad=0.5, columnspacing=1.4, **place)


def name_axes(figure: Figure, across: str, down: str) -> None:
    figure.supxlabel(across, fontsize=_POINTS)
    figure.supylabel(down, fontsize=_POINTS)


def percent_axes(axis: Axes, *which: str) -> None:
    for each in which:
        axis.set(**{f"{each}ticks": [0, 0.5, 1], f"{each}ticklabels": ["0", "50", "100"]})


def list_axis(axis: Axes, labels: Sequence[str]) -> None:
    axis.set(yticks=range(len(labels)), yticklabels=labels, ylim=(-0.6, len(labels) - 0.4))
    axis.tick_params(axis="y", length=0)
    axis.grid(axis="x")
    axis.spines["left"].set_visible(False)
