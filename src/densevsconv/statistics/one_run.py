"""What one run may show: the range of another run, and how often one network's beats another's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from densevsconv.statistics.crossed import FEWEST_SEEDS, Spread, of_seeds

MEANINGFUL = 0.75
"""The P(A > B) above which a lead means something, with Bouthillier and others (2021)."""

TINY = 1e-9


@dataclass(frozen=True)
class Range:
    """The ends of a prediction interval; None where there are fewer than five seeds."""

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool | None:
        """Return whether a published number is what one run may give."""
        if self.low is None or self.high is None:
            return None
        return self.low <= value <= self.high


def prediction(right: np.ndarray, confidence: float, *, other_images: int | None = None) -> Range:
    """Return where the accuracy of one more seed lies; ``right`` is bool (seeds, images).

    On the same images: ``mean +- t s sqrt(1 + 1/n)`` with n - 1 degrees of freedom, the textbook's
    prediction interval of one more normal observation (Hahn and Meeker 1991, "Statistical
    intervals", section 4.7). With ``other_images`` the run is tested on as many images of its own,
    as a publication that drew another test part: the variance due to its images and to ours is
    added. At least an image wide either way.

    It asks whether a single published number is consistent with the network here. An interval of
    the mean is far narrower, and does not.
    """
    seeds, images = right.shape
    if seeds < FEWEST_SEEDS:
        return Range()
    mean, by_seed = float(right.mean()), float(right.mean(axis=1).var(ddof=1))
    spread = Spread((((1 + 1 / seeds) * by_seed, seeds - 1),))
    if other_images is not None:
        of_images = float(right.mean(axis=0).var(ddof=1)) / images
        of_others = mean * (1 - mean) / other_images
        # 1 / n of the seeds' own variance is in our mean, the whole of it in the run
        own = ((part * (1 + seeds), degrees) for part, degrees in of_seeds(right))
        spread = Spread(((of_images + of_others, images - 1), *own))
    half = 0.0
    if spread.variance > 0:
        quantile = float(special.stdtrit(spread.degrees(), (1 + confidence) / 2))
        half = quantile * math.sqrt(spread.variance)
    half = max(half, 1 / images)
    return Range(max(mean - half, 0.0), min(mean + half, 1.0))


@dataclass(frozen=True)
class Ahead:
    """P(A > B) with the ends of its interval."""

    probability: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """Return what Bouthillier and others (2021, section 4) make of it."""
        if self.low <= 0.5:
            return "not significant"
        return "significant, not meaningful" if self.high <= MEANINGFUL else "meaningful"


def probability_ahead(a: Sequence[float], b: Sequence[float], confidence: float) -> Ahead:
    """Return the probability that a run of a scores above one of b; a tie counts half.

    Bouthillier and others (2021, "Accounting for variance in machine learning benchmarks"): a lead
    is significant where the interval lies above 0.5, and meaningful where it reaches above 0.75.
    ``a`` and ``b`` have a score a run, of independent runs: every run of a is set beside every run
    of b (Mann and Whitney). The interval is Newcombe's fifth (2006, "Confidence intervals for an
    effect size measure based on the Mann-Whitney statistic, part 2"): unlike a bootstrap of five
    runs it has a width where every run of a is ahead. Runs that share their test images say which
    network is ahead on those.
    """
    beside = np.subtract.outer(np.asarray(a, dtype=float), np.asarray(b, dtype=float))
    found = float((np.sign(beside) + 1).mean() / 2)
    z, others = float(special.ndtri((1 + confidence) / 2)), (len(a) + len(b)) / 2 - 1

    def beyond(theta: float) -> float:
        shape = 1 + others * ((1 - theta) / (2 - theta) + theta / (1 + theta))
        return (found - theta) ** 2 - z**2 * theta * (1 - theta) * shape / beside.size

    root = optimize.brentq
    # 0 and 1 themselves are roots where all runs of one are behind
    return Ahead(
        found,
        float(root(beyond, 0.0, min(found, 1 - TINY))) if found > 0 else 0.0,
        float(root(beyond, max(found, TINY), 1.0)) if found < 1 else 1.0,
    )
