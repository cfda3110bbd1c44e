"""The same network on two engines: difference in accuracy, and ratio of the training times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from densevsconv.report.figures.base import PAGE_MM, Figure
from densevsconv.training.engines.titles import engine_title

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure
    import pandas as pd

    from densevsconv.report.results import Results


def network(row: Any) -> str:
    """Return what to call the network of a row of engines.csv: its case without the engine.

    Cases that do not end in their engine's name have only the architecture in common.
    """
    names = {row[f"case_{side}"].removesuffix(f"-{row[f'engine_{side}']}") for side in "ab"}
    return str(names.pop() if len(names) == 1 else row["architecture"])


def has_twin(case: str, plan: dict[str, Any]) -> bool:
    """Tell whether another engine trains the same architecture on the same data."""
    plans = plan["cases"]
    own = plans[case]
    return any(
        other["engine"] != own["engine"]
        and other["dataset"] == own["dataset"]
        and other["architecture"] == own["architecture"]
        for other in plans.values()
    )


def draw(results: Results, dataset: str, cases: list[str]) -> matplotlib.figure.Figure:
    """Return two panels with a line a network: accuracy of a minus b, and time of a over b."""
    from densevsconv.report.figures import style

    table = results.engines
    table = table[(table["dataset"] == dataset) & table["case_a"].isin(cases)]
    # as the report's cases from above to below
    table = table.sort_values("case_a", key=lambda names: names.map(cases.index), kind="stable")
    table = table.iloc[::-1].reset_index(drop=True)
    figure = style.new_figure(PAGE_MM, 18 + 6.5 * max(len(table), 1), gap=0.06)
    if table.empty:
        # the plan promised the file; searches chose different settings, and no report shows it
        figure.text(0.5, 0.5, "no network was trained alike by two engines", ha="center")
        return figure
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    families = [results.family(case) for case in table["case_a"]]
    pairs = sorted(set(zip(table["engine_a"], table["engine_b"], strict=True)))
    first, second = map(engine_title, pairs[0]) if len(pairs) == 1 else ("first", "second engine")
    _differences(left, table, families)
    left.set_yticks(range(len(table)), _labels(table, several=len(pairs) > 1))
    left.set_xlabel(f"test accuracy, {first} minus {second}\n(percentage points)")
    _ratios(right, table, families)
    right.set_xlabel(f"training time, {first} over {second}\n(logarithmic)")
    for axis in (left, right):
        axis.set_ylim(-0.6, len(table) - 0.4)
        axis.tick_params(axis="y", length=0)
        axis.grid(axis="x")
        style.trim(axis)
        axis.spines["left"].set_visible(False)
    style.family_legend(figure, families)
    return figure


def _labels(table: pd.DataFrame, *, several: bool) -> list[str]:
    labels = []
    for _, row in table.iterrows():
        engines = f" ({engine_title(row['engine_a'])}, {engine_title(row['engine_b'])})"
        labels.append(network(row) + (engines if several else ""))
    return labels


def _differences(axis: matplotlib.axes.Axes, table: pd.DataFrame, families: list[str]) -> None:
    """Draw differences in points with their intervals; without one (a single seed) a dot alone."""
    from densevsconv.report.figures import style

    axis.axvline(0, color=style.INK, linewidth=0.7)
    for height, family in enumerate(families):
        mean, low, high = (
            100 * table[f"difference_{part}"].fillna(table["difference_mean"])[height]
            for part in ("mean", "low", "high")
        )
        axis.errorbar(
            mean, height, xerr=[[max(mean - low, 0)], [max(high - mean, 0)]],
            color=style.FAMILY_COLOURS[family], marker=style.FAMILY_MARKERS[family],
            markersize=4.5, capsize=2.5, elinewidth=1.2, capthick=1.2,
        )  # fmt: skip
    # as far to the left as to the right: zero in the middle, and never a range of rounding noise
    ends = 100 * table[["difference_mean", "difference_low", "difference_high"]].abs()
    reach = max(1.1 * float(ends.max().max()), 0.1)
    axis.set_xlim(-reach, reach)
    axis.xaxis.set_major_formatter(
        lambda value, _: f"{value:+g}".replace("-", "\u2212") if value else "0"
    )


def _ratios(axis: matplotlib.axes.Axes, table: pd.DataFrame, families: list[str]) -> None:
    """Draw time ratios as dots on a line from equality, on a logarithmic axis."""
    from densevsconv.report.figures import style

    for height, (ratio, family) in enumerate(zip(table["time_ratio"], families, strict=True)):
        colour, marker = style.FAMILY_COLOURS[family], style.FAMILY_MARKERS[family]
        axis.plot([1, ratio], [height, height], color=colour, linewidth=1.2)
        axis.plot(ratio, height, color=colour, marker=marker, markersize=4.5)
    shown = [*table["time_ratio"], 1.0]
    style.log_axis(axis, [0.85 * min(shown), 1.18 * max(shown)])
    axis.axvline(1, color=style.INK, linewidth=0.7)


FIGURE = Figure(
    name="engines",
    section="engines",
    width="page",
    alt="Dots with intervals: accuracy difference and time ratio of each network on two engines.",
    draw=draw,
    wanted=has_twin,
)
