"""Accuracy by epoch of the refitted networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results

COLUMNS = 5
PARTS = {"train_accuracy": (0, (2, 1.2)), "validation_accuracy": "solid"}


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return one panel a case: mean over seeds and the band that holds 95% of the seeds.

    Early stopping ends seeds at different epochs; a curve stops where fewer than half of the
    seeds are still training, since a mean over the survivors would jump.
    """
    import seaborn as sns
    from matplotlib.ticker import MaxNLocator

    from densevsconv.report.figures import style

    histories = {case: _common_epochs(results.history(case)) for case in cases}
    figure, axes = style.panels(len(cases), COLUMNS, PAGE_MM, 37, 8, sharey=True)
    lowest, highest = 1.0, 0.0
    for axis, case in zip(axes, cases, strict=True):
        colour = style.FAMILY_COLOURS[results.family(case)]
        history = histories[case]
        for part, dash in PARTS.items():
            sns.lineplot(
                history, x="epoch", y=part, ax=axis, color=colour, linestyle=dash,
                errorbar=("pi", 95), err_kws={"alpha": 0.18, "linewidth": 0},
            )  # fmt: skip
        means = history.groupby("epoch")[list(PARTS)].mean()
        # the first epochs of a bad start would squeeze everything else into the top of the panel
        late = means.iloc[len(means) // 5 :]
        lowest = min(lowest, float(late.min().min()))
        highest = max(highest, float(means.max().max()))
        style.case_title(axis, case, results.family(case))
        axis.set_xlim(left=0)
        axis.grid(axis="y")
        style.trim(axis)
    style.accuracy_axis(axes[0], lowest, min(highest, 0.998), "y")
    for axis in axes:
        axis.set(xlabel="", ylabel="")
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    figure.supxlabel("epoch", fontsize=7.5)
    figure.supylabel("accuracy (%)", fontsize=7.5)
    families = sorted({results.family(case) for case in cases})
    style.family_legend(figure, families, lines=True, loc="outside upper center")
    return figure


def _common_epochs(history: Any) -> Any:
    running = history.groupby("epoch")["repetition"].nunique()
    kept = running.index[running >= running.max() / 2]
    clipped = history[history["epoch"].isin(kept)].copy()
    clipped[list(PARTS)] = clipped[list(PARTS)].clip(1e-4, 1 - 2e-4)
    return clipped


FIGURE = Figure(
    name="learning_curves",
    section="results",
    width="page",
    alt="Curves: training and validation accuracy by epoch, one panel for each case.",
    draw=draw,
    cases_per_page=16,
)
