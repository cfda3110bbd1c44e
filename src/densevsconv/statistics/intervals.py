"""Intervals: Student's t of a mean over seeds, Wilson's of a share of a finite test set."""

import math
from collections.abc import Sequence
from typing import Any

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
