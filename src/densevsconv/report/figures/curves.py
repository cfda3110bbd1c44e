"""What the figures of curves by epoch share: training dashed, validation solid, never test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas as pd

DASHES = {"train": (0, (2, 1.2)), "validation": "solid"}
"""By part of the data, as :func:`densevsconv.report.figures.style.family_legend` explains them."""


def common_epochs(history: pd.DataFrame) -> pd.DataFrame:
    """Return the epochs of which at least half of the seeds have any.

    Early stopping ends seeds at different epochs; a mean over the survivors would jump.
    """
    running = history.groupby("epoch")["repetition"].nunique()
    kept = running.index[running >= running.max() / 2]
    return history[history["epoch"].isin(kept)]


def draw_curves(
    axis: matplotlib.axes.Axes,
    history: pd.DataFrame,
    quantity: str,
    family: str,
    *,
    clip: tuple[float, float],
) -> pd.DataFrame:
    """Draw "accuracy" or "loss" by epoch, its mean over seeds and the band of 95% of the seeds.

    Values are cut off at the ends of ``clip``. Returns the means: a row an epoch, a column a part.
    """
    import seaborn as sns

    from densevsconv.report.figures import style

    columns = [f"{part}_{quantity}" for part in DASHES]
    shown = history[["epoch", *columns]].copy()
    shown[columns] = shown[columns].clip(*clip)
    for column, dash in zip(columns, DASHES.values(), strict=True):
        sns.lineplot(
            shown, x="epoch", y=column, ax=axis, color=style.FAMILY_COLOURS[family], linestyle=dash,
            errorbar=("pi", 95), err_kws={"alpha": 0.18, "linewidth": 0},
        )  # fmt: skip
    axis.set_xlim(left=0)
    axis.grid(axis="y")
    style.trim(axis)
    means: pd.DataFrame = shown.groupby("epoch")[columns].mean()
    return means


def label_axes(
    figure: matplotlib.figure.Figure, axes: list[Any], label: str, families: list[str]
) -> None:
    """Name the axes of panels of curves once for all, and explain the lines."""
    from matplotlib.ticker import MaxNLocator

    from densevsconv.report.figures import style

    for axis in axes:
        axis.set(xlabel="", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    figure.supxlabel("epoch", fontsize=7.5)
    figure.supylabel(label, fontsize=7.5)
    style.family_legend(figure, families, lines=True, loc="outside upper center")
