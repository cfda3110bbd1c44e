"""Figures in millimetres of print: an empty one, panels in a grid, things at a place; the files."""

from math import ceil
from pathlib import Path
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from densevsconv.store.files import atomic_path

COLUMN_MM, PAGE_MM = 85.0, 175.0
"""Width of a column of the paper, and of both columns and the space between them."""
_MILLIMETRES_PER_INCH = 25.4


def new_figure(
    width_mm: float,
    height_mm: float,
    layout: Literal["constrained"] | None = "constrained",
    gap: float = 0.02,
) -> Figure:
    """Return an empty figure of this printed size.

    Laid out by matplotlib's constrained layout, or by hand (``layout=None``, :func:`axes_at`);
    ``gap`` is the space between columns of panels, in parts of a panel.
    """
    size = (width_mm / _MILLIMETRES_PER_INCH, height_mm / _MILLIMETRES_PER_INCH)
    if layout is None:
        return Figure(figsize=size)
    engine = ConstrainedLayoutEngine(w_pad=0.02, h_pad=0.02, wspace=gap, hspace=0.02)
    return Figure(figsize=size, layout=engine)


def axes_at(
    figure: Figure, left_mm: float, bottom_mm: float, width_mm: float, height_mm: float
) -> Axes:
    return figure.add_axes(
        (*_share(figure, left_mm, bottom_mm), *_share(figure, width_mm, height_mm))
    )


def text_at(figure: Figure, left_mm: float, bottom_mm: float, text: str, **style: Any) -> None:
    figure.text(*_share(figure, left_mm, bottom_mm), text, **{"fontsize": 7.5, **style})


def _share(figure: Figure, across_mm: float, up_mm: float) -> tuple[float, float]:
    width, height = figure.get_size_inches() * _MILLIMETRES_PER_INCH
    return across_mm / width, up_mm / height


def picture_at(
    figure: Figure,
    left_mm: float,
    bottom_mm: float,
    side_mm: float,
    image: np.ndarray,
    max_value: float,
    inset: float = 0.02,
) -> None:
    """Show one image (H, W, C), pixels left as squares: in colour where C is 3, else in greys.

    It has a square of ``side_mm`` to itself; ``inset`` is left blank on each side, as a share.
    """
    edge, inner = inset * side_mm, (1 - 2 * inset) * side_mm
    axis = axes_at(figure, left_mm + edge, bottom_mm + edge, inner, inner)
    picture = image if image.shape[-1] == 3 else image.mean(axis=-1)
    axis.imshow(
        picture / max_value, cmap="gray", vmin=0, vmax=1, interpolation="nearest", aspect="equal"
    )
    axis.set(xticks=[], yticks=[])
    for spine in axis.spines.values():
        spine.set(visible=True, linewidth=0.3)


def panels(
    count: int,
    columns: int,
    row_mm: float,
    extra_mm: float = 0,
    *,
    gap: float = 0.02,
    **subplots: Any,
) -> tuple[Figure, list[Axes]]:
    """Return a figure of small multiples, as wide as the page, and its axes, row by row.

    Fewer panels than ``columns`` make a narrower grid of as many columns, so that panels keep
    their size; empty places are left blank.
    """
    columns = max(1, min(columns, count))
    # three panels in a row of four leave a hole; spread over the fewest rows, evenly
    rows = ceil(count / columns)
    columns = ceil(count / rows)
    figure = new_figure(PAGE_MM, rows * row_mm + extra_mm, gap=gap)
    grid = figure.subplots(rows, columns, squeeze=False, **subplots)
    axes = list(grid.flat)
    for unused in axes[count:]:
        unused.set_visible(False)
    if subplots.get("sharex"):
        # the panel above a blank place shows the axis that the blank one would have shown
        for index in range(max(count - columns, 0), count):
            axes[index].tick_params(labelbottom=True)
    return figure, axes[:count]


def save(figure: Figure, svg: Path, png: Path) -> None:
    """Write a figure as SVG (its print size) and PNG (for screens), each atomically."""
    # one layout serves both files: it is what costs the time
    figure.draw_without_rendering()
    figure.set_layout_engine(None)
    with atomic_path(svg) as temporary:
        figure.savefig(temporary, format="svg", metadata={"Date": None}, facecolor="white")
    with atomic_path(png) as temporary:
        figure.savefig(
            temporary, format="png", dpi=220, metadata={"Software": None}, facecolor="white"
        )
