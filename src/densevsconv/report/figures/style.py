"""One style for all figures: sizes in millimetres of print, colours that colour-blind readers tell
apart, type of at least 7 points.

Dense and convolutional each have one colour and one marker, everywhere.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    import matplotlib.axes
    import matplotlib.figure
    import numpy as np

FAMILY_COLOURS = {"dense": "#0072B2", "convolutional": "#D55E00"}
"""Blue and vermilion of Okabe and Ito's palette (2008)."""
FAMILY_MARKERS = {"dense": "o", "convolutional": "s"}
INK = "#222222"
FAINT = "#8a8a8a"
SEQUENTIAL = "crest"
"""Seaborn's palette of even lightness steps, for heat maps."""

_MILLIMETRES_PER_INCH = 25.4
_POINTS = {"small": 7, "normal": 7.5, "title": 8}
_ACCURACY_TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)


def apply() -> None:
    """Set seaborn's and matplotlib's defaults; no screen is needed."""
    import matplotlib

    matplotlib.use("Agg")
    import seaborn as sns

    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
            "font.size": _POINTS["normal"],
            "axes.titlesize": _POINTS["title"],
            "axes.labelsize": _POINTS["normal"],
            "xtick.labelsize": _POINTS["small"],
            "ytick.labelsize": _POINTS["small"],
            "legend.fontsize": _POINTS["small"],
            "figure.titlesize": _POINTS["title"],
            "axes.edgecolor": INK,
            "text.color": INK,
            "axes.labelcolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "axes.linewidth": 0.6,
            "xtick.major.width": 0.6,
            "ytick.major.width": 0.6,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "xtick.major.pad": 2,
            "ytick.major.pad": 2,
            "axes.titlepad": 4,
            "axes.labelpad": 2.5,
            "lines.linewidth": 1.1,
            "grid.linewidth": 0.4,
            "grid.color": "#dddddd",
            "legend.frameon": False,
            "svg.fonttype": "path",  # looks the same wherever the file is opened
            "svg.hashsalt": "densevsconv",  # the same bytes from the same results
            "figure.dpi": 100,
        },
    )


def new_figure(
    width_mm: float,
    height_mm: float,
    layout: Literal["constrained"] | None = "constrained",
    gap: float = 0.02,
) -> matplotlib.figure.Figure:
    """Return an empty figure of this printed size.

    Laid out by matplotlib's constrained layout, or by hand (``layout=None``, :func:`axes_at`);
    ``gap`` is the space between columns of panels, in parts of a panel.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    size = (width_mm / _MILLIMETRES_PER_INCH, height_mm / _MILLIMETRES_PER_INCH)
    if layout is None:
        return Figure(figsize=size)
    engine = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02, wspace=gap, hspace=0.02)
    return Figure(figsize=size, layout=engine)


def axes_at(
    figure: matplotlib.figure.Figure,
    left_mm: float,
    bottom_mm: float,
    width_mm: float,
    height_mm: float,
) -> matplotlib.axes.Axes:
    """Return new axes at a place given in millimetres from the lower left corner."""
    width, height = figure.get_size_inches() * _MILLIMETRES_PER_INCH
    return figure.add_axes(
        (left_mm / width, bottom_mm / height, width_mm / width, height_mm / height)
    )


def panels(
    count: int,
    columns: int,
    width_mm: float,
    row_mm: float,
    extra_mm: float = 0,
    *,
    gap: float = 0.02,
    **subplots: Any,
) -> tuple[matplotlib.figure.Figure, list[matplotlib.axes.Axes]]:
    """Return a figure of small multiples and its ``count`` axes, row by row.

    Fewer panels than ``columns`` make a narrower grid of as many columns, so that panels keep
    their size; empty places are left blank.
    """
    columns = max(1, min(columns, count))
    # three panels in a row of four leave a hole; spread over the fewest rows, evenly
    rows = ceil(count / columns)
    columns = ceil(count / rows)
    figure = new_figure(width_mm, rows * row_mm + extra_mm, gap=gap)
    grid = figure.subplots(rows, columns, squeeze=False, **subplots)
    axes = list(grid.flat)
    for unused in axes[count:]:
        unused.set_visible(False)
    if subplots.get("sharex"):
        # the panel above a blank place shows the axis that the blank one would have shown
        for index in range(max(count - columns, 0), count):
            axes[index].tick_params(labelbottom=True)
    return figure, axes[:count]


def log_axis(axis: matplotlib.axes.Axes, values: Any) -> None:
    """Make the x axis logarithmic, with round ticks that are neither crowded nor missing."""
    from matplotlib.ticker import (
        EngFormatter,
        FixedLocator,
        FuncFormatter,
        MaxNLocator,
        NullLocator,
    )

    axis.set_xscale("log")
    low, high = float(min(values)), float(max(values))
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


def case_title(axis: matplotlib.axes.Axes, case: str, family: str, characters: int = 17) -> None:
    """Write a case's id above its panel, in the colour of its family; long ids in two lines."""
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


def shortened(text: str, characters: int) -> str:
    """Return a text of at most so many characters; what is cut off leaves an ellipsis."""
    return text if len(text) <= characters else text[: max(characters - 1, 1)] + "\u2026"


def trim(axis: matplotlib.axes.Axes) -> None:
    """Take the upper and the right line of a frame away."""
    axis.spines[["top", "right"]].set_visible(False)


def accuracy_axis(axis: matplotlib.axes.Axes, low: float, high: float, which: str) -> None:
    """Make the x or y axis one of accuracies in per cent, from about ``low`` to about ``high``.

    The scale is the logit, which gives the step from 98% to 99% the room that halving an error
    deserves; readable where cases differ by fifty points and by half a point at once.
    """
    import numpy as np

    # of a case all of whose seeds diverged there is none
    low, high = (end if np.isfinite(end) else 0.5 for end in (low, high))
    high = max(min(high, 0.9995), 0.02)
    low = min(max(low, 0.02), high)
    steps = np.log([low / (1 - low), high / (1 - high)])
    margin = max(0.06 * (steps[1] - steps[0]), 0.12)
    first, last = 1 / (1 + np.exp(-(steps + np.array([-margin, margin]))))
    ticks = [tick for tick in _ACCURACY_TICKS if first <= tick <= last]
    for thousandths in (50, 20, 10, 5, 2, 1):
        if len(ticks) < 3:  # a narrow range: even steps, as wide as give three ticks
            even = [place / 1000 for place in range(0, 1000, thousandths)]
            ticks = [tick for tick in even if first <= tick <= last]
    ticks = _apart(ticks, first, last)
    own = axis.xaxis if which == "x" else axis.yaxis
    setter = axis.set_xscale if which == "x" else axis.set_yscale
    setter("logit")
    (axis.set_xlim if which == "x" else axis.set_ylim)(first, last)
    own.set_minor_locator(_null_locator())
    own.set_ticks(ticks, [f"{100 * tick:g}" for tick in ticks])


def _apart(ticks: list[float], first: float, last: float) -> list[float]:
    """Return the ticks that are far enough apart to be read, the highest first of all."""
    from math import log

    def place(value: float) -> float:
        return log(value / (1 - value))

    least = (place(last) - place(first)) / 9
    kept: list[float] = []
    for tick in sorted(ticks, reverse=True):
        if tick > 0 and (not kept or place(kept[-1]) - place(tick) >= least):
            kept.append(tick)
    return kept[::-1]


def _null_locator() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def clipped(values: Any, tests: int) -> np.ndarray:
    """Return accuracies moved off 1 by half an image, which a logit axis cannot show."""
    import numpy as np

    return np.clip(np.asarray(values, float), 0.5 / tests, 1 - 0.5 / tests)


def family_legend(
    figure: matplotlib.figure.Figure, families: list[str], *, lines: bool = False, **place: Any
) -> None:
    """Add the legend of the families shown (markers, or lines for training and validation)."""
    from matplotlib.lines import Line2D

    handles = []
    for family in [name for name in FAMILY_COLOURS if name in families]:
        colour = FAMILY_COLOURS[family]
        if lines:
            handles += [
                Line2D([], [], color=colour, linestyle=(0, (2, 1.2)), label=f"{family}, training"),
                Line2D([], [], color=colour, linestyle="solid", label=f"{family}, validation"),
            ]
        else:
            mark = Line2D([], [], color=colour, label=family, linestyle="none", markersize=4)
            mark.set_marker(FAMILY_MARKERS[family])
            handles.append(mark)
    place = {"loc": "outside lower center", "ncols": 4, **place}
    figure.legend(handles=handles, handletextpad=0.5, columnspacing=1.4, **place)


def save(figure: matplotlib.figure.Figure, svg: Path, png: Path) -> None:
    """Write a figure as SVG (its print size) and PNG (for screens), each atomically."""
    from densevsconv.store.files import atomic_path

    # one layout serves both files: it is what costs the time
    figure.draw_without_rendering()
    figure.set_layout_engine(None)
    with atomic_path(svg) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None}, facecolor="white")
    with atomic_path(png) as temporary:
        figure.savefig(
            temporary, format="png", dpi=220, metadata={"Software": None}, facecolor="white"
        )


def text_on(colour: Any) -> str:
    """Return black or white, whichever is read more easily on an RGB(A) colour."""
    red, green, blue = colour[:3]
    return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK


def show_image(axis: matplotlib.axes.Axes, image: Any, max_value: float) -> None:
    """Show one image (H, W, C), pixels left as squares: in colour where C is 3, else in greys."""
    picture = image if image.shape[-1] == 3 else image.mean(axis=-1)
    axis.imshow(
        picture / max_value, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="equal"
    )
    axis.set_xticks([])
    axis.set_yticks([])
    for spine in axis.spines.values():
        spine.set_linewidth(0.3)
