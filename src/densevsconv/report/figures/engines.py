"""The same network on two engines: difference in accuracy, and ratio of the training times."""

from typing import NamedTuple

from matplotlib.figure import Figure

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.results.study import Study
from densevsconv.training.engines.registry import engine_title


class Pair(NamedTuple):
    """A network on two engines.

    ``mean``, ``low`` and ``high`` are the difference of test accuracy in percentage points, first
    minus second, the ends the mean where there is no interval; ``ratio`` is that of training times.
    """

    network: str
    family: str
    engines: tuple[str, str]
    mean: float
    low: float
    high: float
    ratio: float


def data(study: Study, dataset: str, cases: list[str]) -> list[Pair]:
    """Return the networks from below to above; none where searches chose different settings."""
    rows = [row for row in study.engine_pairs if row.dataset == dataset and row.case_a in cases]
    pairs = []
    for row in sorted(rows, key=lambda row: cases.index(row.case_a))[::-1]:
        mean, low, high = row.difference_mean, row.difference_low, row.difference_high
        pairs.append(
            Pair(
                "_".join(filter(None, study.shared_name(row))),
                study.case(row.case_a).family,
                (engine_title(row.engine_a), engine_title(row.engine_b)),
                100 * mean,
                100 * (mean if low is None else low),
                100 * (mean if high is None else high),
                row.time_ratio,
            )
        )
    return pairs


def draw(shown: list[Pair]) -> Figure:
    """Return two panels with a line a network: accuracy of a minus b, and time of a over b."""
    figure = new_figure(PAGE_MM, 18 + 6.5 * max(len(shown), 1), gap=0.06)
    if not shown:
        # the plan promised the file; no report shows it
        figure.text(0.5, 0.5, "no network was trained alike by two engines", ha="center")
        return figure
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=[3, 2])
    left.axvline(0, color=style.INK, linewidth=0.7)
    for height, pair in enumerate(shown):
        mark = style.mark(pair.family)
        error = [[max(pair.mean - pair.low, 0)], [max(pair.high - pair.mean, 0)]]
        left.errorbar(
            pair.mean, height, xerr=error, **mark, capsize=2.5, elinewidth=1.2, capthick=1.2
        )
        right.plot([1, pair.ratio], [height, height], color=mark["color"], linewidth=1.2)
        right.plot(pair.ratio, height, **mark)
    # as far to the left as to the right: zero in the middle, and never a range of rounding noise
    ends = [abs(end) for pair in shown for end in (pair.mean, pair.low, pair.high)]
    reach = max(1.1 * max(ends), 0.1)
    left.set_xlim(-reach, reach)
    left.xaxis.set_major_formatter(style.signed)
    ratios = [1.0, *(pair.ratio for pair in shown)]
    style.log_axis(right, [0.85 * min(ratios), 1.18 * max(ratios)])
    right.axvline(1, color=style.INK, linewidth=0.7)
    (first, second), labels = shown[0].engines, [pair.network for pair in shown]
    if len({pair.engines for pair in shown}) > 1:
        first, second = "first", "second engine"
        labels = [f"{pair.network} ({', '.join(pair.engines)})" for pair in shown]
    left.set_xlabel(f"test accuracy, {first} minus {second}\n(percentage points)")
    right.set_xlabel(f"training time, {first} over {second}\n(logarithmic)")
    for axis in (left, right):
        style.list_axis(axis, labels)
    style.family_legend(figure, (pair.family for pair in shown))
    return figure
