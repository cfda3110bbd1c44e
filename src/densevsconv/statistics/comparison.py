"""The difference of two cases' test accuracies, with its interval and p value."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy


@dataclass(frozen=True)
class Comparison:
    """Mean of a minus mean of b, its interval, the two-sided p value and the test's name.

    None where there is nothing to estimate the spread from: the interval of a single seed, the
    p value of differences that are all equal.
    """

    difference_mean: float
    difference_low: float | None
    difference_high: float | None
    p_value: float | None
    test: str


def compare(
    a: Sequence[float], b: Sequence[float], confidence: float, *, paired: bool
) -> Comparison:
    """Compare one number a seed of two cases.

    Cases that used the same seeds, in the same order, are ``paired``: they share the order of the
    images, so the spread that comes from it cancels in the differences (paired t-test). Else
    Welch's t-test, which does not assume equal variances (Welch 1947). The p value is that of one
    pair, not corrected for the number of pairs.
    """
    name = "paired t" if paired else "Welch t"
    x, y = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    mean = math.fsum(a) / len(a) - math.fsum(b) / len(b)
    if min(len(x), len(y)) < 2:
        return Comparison(mean, None, None, None, name)
    spread = np.ptp(x - y) if paired else max(np.ptp(x), np.ptp(y))
    # rounding alone makes differences of equal accuracies differ by about 1e-16
    if spread < 1e-12:
        return Comparison(mean, mean, mean, None, name)
    result = scipy.stats.ttest_rel(x, y) if paired else scipy.stats.ttest_ind(x, y, equal_var=False)
    interval = result.confidence_interval(confidence_level=confidence)
    return Comparison(mean, float(interval.low), float(interval.high), float(result.pvalue), name)
