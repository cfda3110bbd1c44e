"""Where variance comes from: split, start, batch order, dropout, augmentation, selection."""

from collections.abc import Sequence

import numpy as np

REST = "rest"
"""What no source explains alone: its interactions and whatever else is drawn anew."""


def crossed_variance(values: np.ndarray, sources: Sequence[str]) -> dict[str, float]:
    """Return the variance due to each source, where each level meets each level of the others.

    ``values`` has an axis a source, in their order, with at least two levels each: ``values[i, j]``
    is the accuracy with start i and batch order j. Estimates of random effects from mean squares
    (Searle, Casella and McCulloch 1992, "Variance components", chapter 4); one that comes out below
    0 is 0. Variances add up: the square root of one is what that source alone does to a run.
    """
    left, mean = values - values.mean(), values.mean()
    degrees, squares = values.size - 1, {}
    for axis, source in enumerate(sources):
        others = tuple(other for other in range(values.ndim) if other != axis)
        effect = values.mean(axis=others, keepdims=True) - mean
        left = left - effect
        levels = values.shape[axis]
        degrees -= levels - 1
        squares[source] = (float((effect**2).sum()) / (levels - 1), values.size / levels)
    rest = float((left**2).sum()) / degrees
    # the variance of the levels' means, each of `count` values with the rest's variance
    found = {s: max(square - rest / count, 0.0) for s, (square, count) in squares.items()}
    return found | {REST: rest}


def nested_variance(values: np.ndarray, sources: Sequence[str]) -> dict[str, float]:
    """Return the variance due to each source, where each is drawn anew within those before it.

    ``values`` has an axis a source, the outermost first: ``values[i, j]`` is the accuracy of seed j
    of split i, which no other split has. As in :func:`crossed_variance`; the last has no rest.
    """
    found: dict[str, float] = {}
    inner = 0.0
    for axis in reversed(range(values.ndim)):
        means = values.mean(axis=tuple(range(axis + 1, values.ndim)))
        own = float(means.var(axis=-1, ddof=1).mean())
        found[sources[axis]] = max(own - inner, 0.0)
        inner = own / means.shape[-1]
    return {source: found[source] for source in sources}
