"""What fewer than five runs tell: where every one of them lies, as far as its images alone say.

No spread over seeds is estimated from so few (:mod:`crossed`). But where every run lies on one side
of a bound, each by an interval over its test images, it is not the choice of seeds that decides.
The ends here are the lowest and the highest of those intervals: a range and no confidence interval
of a mean. For one run there is none.
"""

from itertools import product

import numpy as np
import scipy

from densevsconv.statistics.crossed import FEWEST_SEEDS, Estimate, accuracy, difference
from densevsconv.statistics.intervals import wilson_interval

CROSSED, BY_RUN = "seeds and images", "every run by its images"
"""What an interval is over."""

Ends = tuple[float | None, float | None]


def accuracy_or_runs(right: np.ndarray, confidence: float) -> tuple[Estimate, Ends, str]:
    """Return the mean of ``right``, bool (seeds, images), the ends and what they are over."""
    found, (seeds, images) = accuracy(right, confidence), right.shape
    if seeds >= FEWEST_SEEDS:
        return found, (found.low, found.high), CROSSED
    ends = [wilson_interval(float(run.mean()), images, confidence) for run in right]
    return found, _around([(each["low"], each["high"]) for each in ends]), BY_RUN


def difference_or_runs(
    a: np.ndarray, b: np.ndarray, confidence: float, *, paired: bool = True
) -> tuple[Estimate, Ends, str]:
    """Return a minus b likewise, each bool (seeds, images): every run of a with every one of b."""
    found = difference(a, b, confidence, paired=paired)
    if min(len(a), len(b)) >= FEWEST_SEEDS:
        return found, (found.low, found.high), CROSSED
    if min(len(a), len(b)) < 2:
        return found, (None, None), BY_RUN
    return found, _around([_of_images(*pair, confidence, paired) for pair in product(a, b)]), BY_RUN


def _of_images(
    a: np.ndarray, b: np.ndarray, confidence: float, paired: bool
) -> tuple[float, float]:
    """Return the interval over images of one run's accuracy minus another's, as crossed has it."""
    mean, tables = float(a.mean() - b.mean()), [a * 1.0 - b] if paired else [a * 1.0, b * 1.0]
    images = min(len(table) for table in tables)
    variance = sum(max(float(t.var(ddof=1)) / len(t), 2 / len(t) ** 2) for t in tables)
    half = float(scipy.stats.t.ppf((1 + confidence) / 2, images - 1)) * variance**0.5
    return max(mean - half, -1.0), min(mean + half, 1.0)


def _around(ends: list[tuple[float, float]]) -> Ends:
    if len(ends) < 2:
        return None, None
    return min(low for low, _ in ends), max(high for _, high in ends)
