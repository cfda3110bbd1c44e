"""Intervals: Student's t of a mean, Welch's of a difference, Wilson's of a share of images."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy


def mean_interval(
    values: Sequence[float],
    confidence: float,
    *,
    lower: float = -math.inf,
    upper: float = math.inf,
) -> dict[str, Any]:
    """Return ``{"mean", "low", "high", "std"}`` of one number a seed.

    The interval is Student's t over seeds, ``mean +- t * std / sqrt(n)`` with n - 1 degrees of
    freedom (Student 1908, "The probable error of a mean"). It says how far the mean over other
    seeds may lie, on the same test images; it does not cover the choice of the images.

    ``lower`` and ``upper`` are limits of what is measured (0 and 1 for an accuracy): the interval
    is cut there, which costs no coverage, since the mean itself cannot lie outside. ``std`` has
    n - 1 in the denominator. With one value ``low``, ``high`` and ``std`` are None, with none
    ``mean`` is None as well. Equal values give an interval of width 0.
    """
    count = len(values)
    if count == 0:
        return {"mean": None, "low": None, "high": None, "std": None}
    mean = math.fsum(values) / count
    if count == 1:
        return {"mean": mean, "low": None, "high": None, "std": None}
    std = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    half = float(scipy.stats.t.ppf((1 + confidence) / 2, count - 1)) * std / math.sqrt(count)
    return {
        "mean": mean,
        "low": max(mean - half, lower),
        "high": min(mean + half, upper),
        "std": std,
    }


def welch_interval(
    a: Sequence[float], b: Sequence[float], confidence: float
) -> tuple[float, float | None, float | None]:
    """Return mean of a minus mean of b, and the ends of its interval; None of a single number.

    Welch's t (1947), which does not assume equal variances, of independent numbers. Where all of a
    are equal, and all of b, it has the width 0.
    """
    mean = math.fsum(a) / len(a) - math.fsum(b) / len(b)
    if min(len(a), len(b)) < 2:
        return mean, None, None
    # rounding alone makes equal numbers differ by about 1e-16
    if max(np.ptp(a), np.ptp(b)) < 1e-12:
        return mean, mean, mean
    ends = scipy.stats.ttest_ind(a, b, equal_var=False).confidence_interval(confidence)
    return mean, float(ends.low), float(ends.high)


def wilson_interval(share: float, count: int, confidence: float) -> dict[str, float]:
    """Return ``{"low", "high"}``: where a share observed on ``count`` images may truly lie.

    Wilson's score interval (1927, "Probable inference, the law of succession, and statistical
    inference"), which stays inside 0 to 1 and holds near its ends. It covers the choice of the
    images, which an interval over seeds does not.
    """
    z = float(scipy.stats.norm.ppf((1 + confidence) / 2))
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    spread = math.sqrt(share * (1 - share) / count + (z / (2 * count)) ** 2)
    half = z * spread / (1 + z**2 / count)
    return {"low": max(middle - half, 0.0), "high": min(middle + half, 1.0)}
