"""Accuracy and loss by epoch of the refitted networks: training and validation, never test."""

from collections.abc import Iterable
from math import inf
from typing import Literal, NamedTuple

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import panels
from densevsconv.results.study import Study

ACCURACIES = (1e-4, 1 - 2e-4)
"""What a logit axis can show of an accuracy of 0 and of 1."""


class Curves(NamedTuple):
    """The history of a case: repetition, epoch and the four curves, a row a seed and epoch."""

    case: str
    family: str
    history: pd.DataFrame


def data(study: Study, dataset: str, cases: list[str]) -> list[Curves]:
    """Return the epochs of every case that at least half of its seeds have.

    Early stopping ends seeds at different epochs; a mean over the survivors would jump.
    """
    return [
        Curves(case, study.case(case).family, common_epochs(study.history(case))) for case in cases
    ]


def common_epochs(history: pd.DataFrame) -> pd.DataFrame:
    running = history.groupby("epoch")["repetition"].transform("nunique")
    return history[running >= running.max() / 2]


def draw_accuracy(shown: list[Curves]) -> Figure:
    """Return one panel a case: mean over seeds and the band that holds 95% of the seeds."""
    figure, axes = panels(len(shown), 5, 37, 8, sharey=True)
    lowest, highest = 1.0, 0.0
    for axis, curves in zip(axes, shown, strict=True):
        means = draw_curves(axis, curves, "accuracy", clip=ACCURACIES)
        # the first epochs of a bad start would squeeze everything else into the top of the panel
        late = means.iloc[len(means) // 5 :]
        lowest = min(lowest, float(late.min().min()))
        highest = max(highest, float(means.max().max()))
        style.case_title(axis, curves.case, curves.family)
    style.accuracy_axis(axes[0], lowest, min(highest, 0.998), "y")
    _label(figure, axes, "accuracy (%)", (each.family for each in shown))
    return figure


def draw_loss(shown: list[Curves]) -> Figure:
    figure, axes = panels(len(shown), 3, 52, 8, sharey=True)
    for axis, curves in zip(axes, shown, strict=True):
        draw_curves(axis, curves, "loss", clip=(0, inf))
        style.case_title(axis, curves.case, curves.family, characters=32)
    axes[0].set_ylim(bottom=0)
    _label(figure, axes, "cross-entropy (nats)", (each.family for each in shown))
    return figure


def draw_curves(
    axis: Axes,
    curves: Curves,
    quantity: Literal["accuracy", "loss"],
    *,
    clip: tuple[float, float],
) -> pd.DataFrame:
    """Draw a quantity by epoch, its mean over seeds and the band of 95% of the seeds.

    Values are cut off at the ends of ``clip``. Returns the means: a row an epoch, a column a part.
    """
    columns = {f"train_{quantity}": "training", f"validation_{quantity}": "validation"}
    shown = curves.history[["epoch", *columns]].copy()
    shown[list(columns)] = shown[list(columns)].clip(*clip)
    for column, part in columns.items():
        sns.lineplot(
            shown, x="epoch", y=column, ax=axis, color=style.FAMILY_COLOURS[curves.family],
            linestyle=style.DASHES[part], errorbar=("pi", 95),
            err_kws={"alpha": 0.18, "linewidth": 0},
        )  # fmt: skip
    axis.set_xlim(left=0)
    axis.grid(axis="y")
    means: pd.DataFrame = shown.groupby("epoch")[list(columns)].mean()
    return means


def _label(figure: Figure, axes: list[Axes], label: str, families: Iterable[str]) -> None:
    for axis in axes:
        axis.set(xlabel="", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    style.name_axes(figure, "epoch", label)
    style.family_legend(figure, families, lines=True, loc="outside upper center")
