"""Test accuracy of every case, its interval and its seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from densevsconv.report.figures.base import PAGE_MM, Figure

if TYPE_CHECKING:
    import matplotlib.figure

    from densevsconv.report.results import Results


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return a dot plot: a line a case, best on top; mean, interval, and every seed in grey."""
    import numpy as np

    from densevsconv.report.figures import style

    evaluations = {case: results.evaluation(case)["accuracy"] for case in cases}
    order = sorted(cases, key=lambda case: evaluations[case]["mean"])
    tests = results.data_info(dataset)["counts"]["test"]
    figure = style.new_figure(PAGE_MM, 14 + 4.8 * len(cases))
    axis = figure.subplots()
    everything = []
    for height, case in enumerate(order):
        accuracy, family = evaluations[case], results.family(case)
        seeds = style.clipped([v for v in accuracy["per_seed"] if v is not None], tests)
        mean, low, high = style.clipped(
            [accuracy[key] if accuracy[key] is not None else accuracy["mean"]
             for key in ("mean", "low", "high")],
            tests,
        )  # fmt: skip
        spread = np.linspace(-0.16, 0.16, len(seeds)) if len(seeds) > 1 else np.zeros(1)
        axis.scatter(seeds, height + spread, s=5, color="#b5b5b5", linewidths=0, zorder=1)
        axis.errorbar(
            mean, height, xerr=[[mean - low], [high - mean]],
            color=style.FAMILY_COLOURS[family], marker=style.FAMILY_MARKERS[family],
            markersize=4.5, capsize=2.5, elinewidth=1.2, capthick=1.2, zorder=2,
        )  # fmt: skip
        everything += [*seeds, low, high]
    style.accuracy_axis(axis, min(everything), max(everything), "x")
    axis.set_yticks(range(len(order)), order)
    axis.set_ylim(-0.6, len(order) - 0.4)
    axis.set_xlabel("test accuracy (%)")
    axis.grid(axis="x")
    axis.tick_params(axis="y", length=0)
    style.trim(axis)
    axis.spines["left"].set_visible(False)
    style.family_legend(figure, [results.family(case) for case in cases])
    return figure


FIGURE = Figure(
    name="accuracy",
    section="results",
    width="page",
    alt="Dots with intervals: test accuracy of every case, the best on top.",
    draw=draw,
    cases_per_page=36,
)
