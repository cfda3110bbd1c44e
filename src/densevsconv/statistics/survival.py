"""Times until something happens, where it did not happen to all."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import CensoredData, ecdf


def median_time(times: Sequence[float], reached: Sequence[bool]) -> float | None:
    """Return the median time until the event; None where half of them did not reach it.

    ``times`` end at the event where it was ``reached``, and where watching ended otherwise: such a
    one is censored, it takes longer than that. By the estimate of Kaplan and Meier (1958,
    "Nonparametric estimation from incomplete observations") the median is where half survive; if
    exactly half do for a while, the middle of it, which is the plain median where all reached it.
    """
    seen = np.asarray(reached, dtype=bool)
    if not seen.any():
        return None
    every = np.asarray(times, dtype=float)
    survival = ecdf(CensoredData(uncensored=every[seen], right=every[~seen])).sf
    events = survival.quantiles[np.isin(survival.quantiles, every[seen])]
    left = survival.evaluate(events)
    below = np.flatnonzero(left <= 0.5 + 1e-9)
    if not below.size:
        return None
    first = int(below[0])
    if left[first] < 0.5 - 1e-9 or first + 1 == len(events):
        return float(events[first])
    return float(events[first : first + 2].mean())
