"""Curves of accuracy: where two cross, how fast one rises, where it reaches a level.

What follows from several accuracies at once has no formula for its interval. :func:`draws` makes
tables as they might have come out on other seeds and test images; whatever is asked of a table is
asked of each of them, and the interval lies between quantiles of the answers. A curve is noisy and
what is drawn through it must not turn: it is put in order first (Chernozhukov, Fernandez-Val and
Galichon 2009, "Improving point and interval estimators of monotone functions by rearrangement"),
and straight between its points.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from densevsconv.statistics.crossed import FEWEST_SEEDS, of_seeds
from densevsconv.store.seeds import derive_seed, generator

DRAWS = 2000


@dataclass(frozen=True)
class Found:
    """A number and its interval; infinite where it lies outside of the range that was measured."""

    value: float
    low: float | None = None
    high: float | None = None
    inside: float | None = None
    """The share of the draws in which it lies within the range."""


def draws(
    rights: Sequence[np.ndarray], images: Sequence[Hashable], *, seed: int, count: int = DRAWS
) -> np.ndarray | None:
    """Return mean accuracies as they might have come out, float64 (count, tables).

    Each of ``rights`` is bool (seeds, images); tables of the same entry in ``images`` are of the
    same test images, which are drawn with replacement for all of them alike. The part of the
    variance that is due to the seeds (see :mod:`crossed`) is Student's t, since so few of them,
    drawn with replacement, would vary too little. None: a table has too few seeds for it.
    """
    if min(len(right) for right in rights) < FEWEST_SEEDS:
        return None
    random = generator(derive_seed(seed, "curves", 0))
    found = np.empty((count, len(rights)))
    for which in dict.fromkeys(images):
        columns = [column for column, each in enumerate(images) if each == which]
        by_image = np.stack([rights[column].mean(axis=0) for column in columns], axis=1)
        number = len(by_image)
        for draw in range(count):
            times = np.bincount(random.integers(0, number, number), minlength=number)
            found[draw, columns] = times @ by_image / number
    for column, right in enumerate(rights):
        spread = math.sqrt(max(0.0, sum(part for part, _ in of_seeds(right))))
        found[:, column] += spread * random.standard_t(len(right) - 1, count)
    return found


def reached(x: np.ndarray, y: np.ndarray, level: np.ndarray | float) -> np.ndarray:
    """Return where rising curves reach a level: ``y`` (draws, points) over ``x`` (points,).

    -inf: they begin above it; inf: they do not get there.
    """
    curves = np.sort(y, axis=1)
    levels = np.broadcast_to(np.asarray(level, dtype=float), len(curves))
    below = (curves < levels[:, None]).sum(axis=1)
    right = np.clip(below, 1, len(x) - 1)
    rows = np.arange(len(curves))
    low, high = curves[rows, right - 1], curves[rows, right]
    rise = np.where(high > low, high - low, 1.0)
    share = np.clip((levels - low) / rise, 0, 1)
    place = x[right - 1] + share * (x[right] - x[right - 1])
    place = np.where((below == 0) & (curves[:, 0] > levels), -np.inf, place)
    return np.where(below == len(x), np.inf, place)


def crossing(x: np.ndarray, lead: np.ndarray, drawn: np.ndarray | None, confidence: float) -> Found:
    """Return where the lead of one network over another, (points,), changes its sign.

    ``drawn`` are leads as :func:`draws` has accuracies, (draws, points). Whether the lead is taken
    to rise or to fall is what it does from the first point to the last. In the result -inf and inf
    are of ``x``: the sign is that of the last point, or of the first, throughout.
    """
    sign = 1.0 if lead[-1] >= lead[0] else -1.0
    at = float(reached(x, sign * lead[None], 0.0)[0])
    return within(at, None if drawn is None else reached(x, sign * drawn, 0.0), confidence)


def within(value: float, drawn: np.ndarray | None, confidence: float) -> Found:
    """Return a number with the interval that holds the middle of what was drawn."""
    if drawn is None:
        return Found(value)
    tail = (1 - confidence) / 2
    # no interpolation: between a number and infinity there is nothing
    low, high = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return Found(value, float(low), float(high), float(np.isfinite(drawn).mean()))


def slopes(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the least-squares slope of each row of ``y``, (rows, points), over ``x``."""
    centred = x - x.mean()
    found: np.ndarray = y @ centred / (centred @ centred)
    return found


def exponent(
    images: np.ndarray, accuracy: np.ndarray, drawn: np.ndarray | None, confidence: float
) -> tuple[Found, float]:
    """Return b of ``error = a * images^-b``, and how much of the errors' variance it explains.

    A straight line through the logarithms (Hestness et al. 2017, "Deep learning scaling is
    predictable, empirically"): of the range measured, not of what lies beyond, where errors level
    off.
    """
    x = np.log(images)

    def errors(of: np.ndarray) -> np.ndarray:
        return np.log(np.maximum(1 - of, 1e-6))

    y = errors(accuracy)
    slope = float(slopes(x, y[None])[0])
    left = y - y.mean() - slope * (x - x.mean())
    explained = 1 - float((left**2).sum()) / max(float(((y - y.mean()) ** 2).sum()), 1e-12)
    others = None if drawn is None else -slopes(x, errors(drawn))
    return within(-slope, others, confidence), explained
