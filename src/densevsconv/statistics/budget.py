"""How good the best of n trials is: the expected score of a search against its budget."""

from collections.abc import Sequence

import numpy as np


def expected_best(scores: Sequence[float], budgets: Sequence[int]) -> list[float]:
    """Return the expected highest of ``n`` random trials, for each n of ``budgets``.

    Dodge, Gururangan, Card, Schwartz and Smith (2019, "Show your work", equation 1): the n are
    drawn with replacement from the ``scores`` of a search, one a trial, of trials drawn at random
    or of a grid in random order. Validation scores, never test scores. It says nothing of budgets
    beyond the number of scores, and near it is too low (Tang and others 2020, "Showing your work
    doesn't always work").
    """
    ordered, count = np.sort(np.asarray(scores, dtype=float)), len(scores)
    if beyond := [n for n in budgets if not 1 <= n <= count]:
        raise ValueError(f"budgets: found {beyond[0]}; allowed: 1 to the {count} scores there are")
    below = np.arange(count + 1) / count
    return [float(np.diff(below**n) @ ordered) for n in budgets]
