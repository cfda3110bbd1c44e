"""The mean test accuracy of a case over seeds, with the interval that verdicts come from."""

from __future__ import annotations

from dataclasses import dataclass

from densevsconv.claims import one_image
from densevsconv.claims.results import Results
from densevsconv.statistics.intervals import mean_interval


@dataclass(frozen=True)
class MeanAccuracy:
    """A mean over ``values``, one a seed; the ends are None with a single seed."""

    values: list[float]
    mean: float
    low: float | None
    high: float | None
    method: str


def mean_accuracy(case: str, results: Results, confidence: float) -> MeanAccuracy:
    """Return the interval of evaluate/<case>.json, widened where all seeds are equal."""
    values = results.accuracies(case)
    interval = mean_interval(values, confidence, lower=0, upper=1)
    mean, low, high = (interval[key] for key in ("mean", "low", "high"))
    if not one_image.no_spread(low, high):
        return MeanAccuracy(values, mean, low, high, "t over seeds")
    half = one_image.half_width(len(values), results.images(case), confidence)
    low, high = max(mean - half, 0.0), min(mean + half, 1.0)
    return MeanAccuracy(values, mean, low, high, "t over seeds" + one_image.NOTE)
