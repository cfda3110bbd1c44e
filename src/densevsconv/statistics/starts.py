"""Starts that trained and starts that did not are told apart: their mean is of nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy


@dataclass(frozen=True)
class Starts:
    """Which starts trained, in their order, and the range of the accuracies of those.

    ``share_low`` and ``share_high`` are the ends of the interval of the share of starts that train.
    """

    trained: list[bool]
    bound: float
    share_low: float
    share_high: float
    low: float | None
    high: float | None

    @property
    def count(self) -> int:
        return sum(self.trained)


def starts(right: np.ndarray, labels: np.ndarray, confidence: float) -> Starts:
    """Tell starts that trained from others.

    ``right`` is bool (seeds, images), ``labels`` (images,).

    A start trained where its accuracy is above ``bound``, the larger of two:

    - what a network that names one class for all images may reach: the share of the commonest
      class, plus what chance in that many images adds (binomial, at the confidence for all starts
      together);
    - halfway from there to the best start of the same network. A start that tells two of ten
      classes apart is above chance, and yet not one of a network that reaches 87% elsewhere.

    The interval of the share of starts is Clopper and Pearson's (1934).
    """
    seeds, images = right.shape
    accuracies = right.mean(axis=1)
    commonest = float(np.bincount(labels).max() / images)
    level = 1 - (1 - confidence) / seeds
    chance = float(scipy.stats.binom.ppf(level, images, commonest)) / images
    bound = max(chance, (commonest + float(accuracies.max())) / 2)
    trained = accuracies > bound
    share = scipy.stats.binomtest(int(trained.sum()), seeds).proportion_ci(confidence)
    reached: Sequence[float] = accuracies[trained].tolist()
    return Starts(
        trained.tolist(),
        bound,
        float(share.low),
        float(share.high),
        min(reached, default=None),
        max(reached, default=None),
    )
