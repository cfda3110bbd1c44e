"""Methods over many data sets: the share on which each does well, however well is meant."""

import numpy as np


def performance_profile(costs: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Return the share of data sets on which each method costs at most a factor of the best.

    Dolan and More (2002, "Benchmarking optimization software with performance profiles"). ``costs``
    is (methods, data sets), such as seconds or errors, above 0, infinite where a method failed;
    each factor is at least 1. Returns (methods, factors). Where there are more than two methods,
    take none away and compare the rest: the best, and with it the order, may change (Gould and
    Scott 2016, "A note on performance profiles").
    """
    ratios = costs / costs.min(axis=0)
    return np.asarray((ratios[:, :, None] <= factors).mean(axis=1))


def score_profile(scores: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """Return the share of runs that score above each level, as a mean over data sets.

    Agarwal, Schwarzer, Castro, Courville and Bellemare (2021, "Deep reinforcement learning at the
    edge of the statistical precipice", section 4.2: run-score distributions). ``scores`` is (runs,
    data sets), of one method. Returns (levels,).
    """
    return np.asarray((scores[:, :, None] > levels).mean(axis=(0, 1)))
