"""Test accuracy of every case, its interval and its seeds."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from densevsconv.report.figures import style
from densevsconv.report.figures.canvas import PAGE_MM, new_figure
from densevsconv.results.study import Study


class Accuracy(NamedTuple):
    """The test accuracy of a case; the ends of its interval are the mean where there is none.

    All are moved off 0 and 1 by half a test image, which a logit axis cannot show.
    """

    case: str
    family: str
    mean: float
    low: float
    high: float
    seeds: list[float]
    tested: bool

    @property
    def error(self) -> list[list[float]]:
        return [[self.mean - self.low], [self.high - self.mean]]


def accuracy(study: Study, case: str) -> Accuracy:
    found, plan = study.evaluation(case), study.case(case)
    half = 0.5 / study.data_info(plan.dataset).counts.test
    mean, low, high = found.accuracy.mean, found.accuracy.low, found.accuracy.high
    ends = [mean, mean if low is None else low, mean if high is None else high]
    shown = np.clip(np.array([*ends, *found.accuracy.per_seed], float), half, 1 - half)
    mean, low, high, *seeds = shown.tolist()
    tested = not study.summary(case).not_tested
    return Accuracy(case, plan.family, mean, low, high, seeds, tested)


def data(study: Study, dataset: str, cases: list[str]) -> list[Accuracy]:
    return sorted((accuracy(study, case) for case in cases), key=lambda each: each.mean)


def draw(shown: list[Accuracy]) -> Figure:
    """Return a dot plot: a line a case, best on top; mean, interval, and every seed in grey.

    A case that did not train has its accuracy in words: it would take the room of the others.
    """
    figure = new_figure(PAGE_MM, 14 + 4.8 * len(shown))
    axis = figure.subplots()
    beside = blended_transform_factory(axis.transAxes, axis.transData)
    drawn = [case for case in shown if case.tested] or shown
    for height, case in enumerate(shown):
        if case not in drawn:
            words = f"did not train ({100 * case.mean:.1f})"
            axis.text(0.01, height, words, transform=beside, va="center", color=style.FAINT)
            continue
        count = len(case.seeds)
        spread = np.linspace(-0.16, 0.16, count) if count > 1 else np.zeros(1)
        axis.scatter(case.seeds, height + spread, s=5, color="#b5b5b5", linewidths=0, zorder=1)
        axis.errorbar(
            case.mean, height, xerr=case.error, **style.mark(case.family), capsize=2.5,
            elinewidth=1.2, capthick=1.2, zorder=2,
        )  # fmt: skip
    everything = [value for case in drawn for value in (case.low, case.high, *case.seeds)]
    style.accuracy_axis(axis, min(everything), max(everything), "x")
    style.list_axis(axis, [case.case for case in shown])
    axis.set_xlabel("test accuracy (%)")
    style.family_legend(figure, (case.family for case in shown))
    return figure
