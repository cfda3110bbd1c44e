"""The interval of an accuracy and of a difference, over seeds and test images alike.

Networks of n seeds are tested on the same N images: a table of n x N right and wrong answers, whose
mean varies by the seeds that were drawn, by the images that were drawn, and by what is particular
to a seed on an image. An interval over seeds alone leaves out the images, which are most of it on a
small test part; one over images alone leaves out the seeds.

The variance is that of the two-way table with random rows and columns, each component with its mean
square, whose degrees of freedom are Satterthwaite's (1946, "An approximate distribution of
estimates of variance components") or, of a difference, Welch's. Seeds and images drawn with
replacement, the crossed ("pigeonhole") bootstrap, are not used: that counts what is particular to a
seed on an image three times (Owen 2007, "The pigeonhole bootstrap"), while n seeds drawn from n
have (n - 1) / n of their variance. docs/statistics.md has the coverage of both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

FEWEST_SEEDS = 5
"""With fewer seeds their variance is not estimated: there are the runs, and no interval."""


@dataclass(frozen=True)
class Estimate:
    """An estimate, its standard error, degrees of freedom and the ends of its interval.

    All but the mean are None where a network has fewer than :data:`FEWEST_SEEDS` seeds.
    """

    mean: float
    standard_error: float | None = None
    degrees: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def ends(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)

    def p_value(self, null: float = 0.0) -> float | None:
        """Return the two-sided p value (t) against a true value of ``null``; None without a spread.

        Of an accuracy near 0 or 1 the interval decides, which is no t interval.
        """
        if not self.standard_error:
            return None
        distance = abs(self.mean - null) / self.standard_error
        return float(2 * special.stdtr(self.degrees, -distance))

    def equivalence_p_value(self, margin: float) -> float | None:
        """Return the p value against a true value of ``margin`` or more, or ``-margin`` or less.

        Two one-sided t tests (Schuirmann 1987, "A comparison of the two one-sided tests procedure
        and the power approach for assessing the equivalence of average bioavailability"). Below
        0.05 the two are equal up to the margin; "no difference" rests on this, never on a large
        :meth:`p_value`.
        """
        if not self.standard_error:
            return None
        nearest = (margin - abs(self.mean)) / self.standard_error
        return float(special.stdtr(self.degrees, -nearest))


@dataclass(frozen=True)
class Spread:
    """The variance of a mean: parts with their degrees of freedom, of which some are taken off."""

    parts: tuple[tuple[float, float], ...]

    @property
    def variance(self) -> float:
        return sum(part for part, _ in self.parts)

    def degrees(self, more: float = 0) -> float:
        """Return Satterthwaite's degrees of freedom, no fewer than the fewest of a part.

        With 2 ``more`` they are Welch's (1947, "The generalization of Student's problem when
        several different population variances are involved"), which few seeds suit better.
        """
        every = [degrees for _, degrees in self.parts]
        squares = sum(part**2 / (degrees + more) for part, degrees in self.parts)
        return max(self.variance**2 / squares - more, min(every)) if squares else max(every)


def of_seeds(right: np.ndarray) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the parts of the variance of the mean of (seeds, images) that are due to the seeds.

    What the rows vary by, less what they would by what is particular to a seed on an image, which
    the variance over images holds already. The sum may be below 0, where the seeds have no effect.
    """
    (seeds, images), mean = right.shape, right.mean()
    rows, columns = right.mean(axis=1) - mean, right.mean(axis=0) - mean
    # of zeros and ones the sum of squares about the mean follows from the mean
    left = right.size * mean * (1 - mean) - images * (rows**2).sum() - seeds * (columns**2).sum()
    own = float((rows**2).sum()) / (seeds - 1) / seeds
    cells = (seeds - 1) * (images - 1)
    return (own, seeds - 1), (-float(left) / cells / right.size, cells)


def accuracy(right: np.ndarray, confidence: float) -> Estimate:
    """Return the mean accuracy of ``right``, bool (seeds, images), for new seeds and new images.

    The interval is Clopper and Pearson's, of the number of independent images that would have the
    same variance, reduced for the degrees of freedom (Korn and Graubard 1998, "Confidence intervals
    for proportions with small expected number of positive counts estimated from survey data").
    It stays between 0 and 1, and has a width where every answer is right.
    """
    mean, (seeds, images) = float(right.mean()), right.shape
    if seeds < FEWEST_SEEDS:
        return Estimate(mean)
    of_images = float(right.mean(axis=0).var(ddof=1)) / images
    spread = Spread(((of_images, images - 1), *of_seeds(right)))
    # answers that vary by less than independent ones do so by chance
    variance, degrees = max(spread.variance, mean * (1 - mean) / right.size), spread.degrees()
    count = mean * (1 - mean) / variance if variance else images
    tail = (1 - confidence) / 2
    count *= (special.ndtri(tail) / special.stdtrit(degrees, tail)) ** 2
    hits, misses = mean * count, (1 - mean) * count
    low = float(special.betaincinv(hits, misses + 1, tail)) if hits else 0.0
    high = float(special.betaincinv(hits + 1, misses, 1 - tail)) if misses else 1.0
    return Estimate(mean, math.sqrt(variance), degrees, low, high)


def combination(
    rights: Sequence[np.ndarray], weights: Sequence[float], confidence: float
) -> Estimate:
    """Return the sum of ``weights`` times accuracies on the same images, such as +1 and -1.

    Each of ``rights`` is bool (seeds, images): image i is the same one in all, the numbers of seeds
    may differ, and the seeds of two networks are independent (that two shared theirs correlates
    them little, and not always above 0). The lead on changed images less that on the unchanged
    ones has four tables, and weights 1, -1, -1, 1.

    A t interval. The variance is at least that of two images that differ, one either way, which
    Bonett and Price add to the counts (2012, "Adjusted Wald confidence interval for a difference of
    binomial proportions based on paired data"): two networks that agree on every image of a small
    test part need not agree on every other.
    """
    pairs = list(zip(weights, rights, strict=True))
    by_image = sum(weight * right.mean(axis=0) for weight, right in pairs)
    return _estimate([(by_image, pairs)], weights, confidence)


def difference(a: np.ndarray, b: np.ndarray, confidence: float, *, paired: bool = True) -> Estimate:
    """Return the accuracy of ``a`` minus that of ``b``, each bool (seeds, images).

    ``paired``: image i is the same one in both. Else each has images of its own, as many as it
    likes, and the variances add up (as Welch's).
    """
    return change([b], [a], [1], confidence, paired=paired)


def change(
    old: Sequence[np.ndarray],
    new: Sequence[np.ndarray],
    weights: Sequence[float],
    confidence: float,
    *,
    paired: bool,
) -> Estimate:
    """Return what the sum of ``weights`` times ``new`` is above that of ``weights`` times ``old``.

    Such as what a lead, weights 1 and -1, became. ``paired``: see :func:`difference`.
    """
    opposite = [-weight for weight in weights]
    if paired:
        return combination([*new, *old], [*weights, *opposite], confidence)
    sets = [list(zip(weights, new, strict=True)), list(zip(opposite, old, strict=True))]
    alone = [(sum(weight * right.mean(axis=0) for weight, right in pairs), pairs) for pairs in sets]
    return _estimate(alone, [*weights, *opposite], confidence)


def _estimate(
    tables: Sequence[tuple[Any, Sequence[tuple[float, np.ndarray]]]],
    weights: Sequence[float],
    confidence: float,
) -> Estimate:
    """Return the sum over independent sets of images, each (values by image, weighted tables)."""
    mean = float(sum(by_image.mean() for by_image, _ in tables))
    parts: list[tuple[float, float]] = []
    least = 0.0
    for by_image, pairs in tables:
        images = len(by_image)
        parts.append((float(by_image.var(ddof=1)) / images, images - 1))
        least += 2 / images**2
        for weight, right in pairs:
            if len(right) < FEWEST_SEEDS:
                return Estimate(mean)
            parts += [(weight**2 * part, degrees) for part, degrees in of_seeds(right)]
    spread = Spread(tuple(parts))
    error, degrees = math.sqrt(max(spread.variance, least)), spread.degrees(2)
    half = float(special.stdtrit(degrees, (1 + confidence) / 2)) * error
    lowest, highest = (sum(f(0, weight) for weight in weights) for f in (min, max))
    return Estimate(mean, error, degrees, max(mean - half, lowest), min(mean + half, highest))


def between_intervals(old: Estimate, new: Estimate, confidence: float) -> Estimate:
    """Return new minus old from their intervals alone, as independent: no images are paired.

    The square-and-add interval (Zou and Donner 2008, "Construction of confidence limits about
    effect measures: a general approach"), whose standard error is that of its end nearer to 0.
    """
    mean = new.mean - old.mean
    if old.ends is None or new.ends is None:
        return Estimate(mean)
    (low, high), (lower, higher) = old.ends, new.ends
    down = math.hypot(new.mean - lower, high - old.mean)
    up = math.hypot(higher - new.mean, old.mean - low)
    error = (down if mean > 0 else up) / float(special.ndtri((1 + confidence) / 2))
    return Estimate(mean, error, math.inf, mean - down, mean + up)


def over_splits(
    values: Sequence[float], train: int, test: int, confidence: float, *, lower: float = -1.0
) -> Estimate:
    """Return the mean of one number a split: a mean over its seeds, or a difference of two.

    The corrected resampled t of Nadeau and Bengio (2003, "Inference for the generalization error"):
    splits of the same images share training and test images, so that the variance of their mean is
    not 1 / K of theirs but ``1 / K + test / train``. What varies with the split holds its seeds and
    its test images already. ``train`` and ``test`` are numbers of images of one split; ``lower``
    is 0 for an accuracy.
    """
    mean, count = math.fsum(values) / len(values), len(values)
    if count < FEWEST_SEEDS:
        return Estimate(mean)
    error = float(np.std(values, ddof=1)) * math.sqrt(1 / count + test / train)
    half = float(special.stdtrit(count - 1, (1 + confidence) / 2)) * error
    return Estimate(mean, error, count - 1, max(mean - half, lower), min(mean + half, 1.0))
