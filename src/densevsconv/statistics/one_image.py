"""What equal seeds can tell: an interval of width 0 is widened to what one image would make it.

Where all seeds have the same count right, or two cases differ by the same count in every seed, no
spread is seen and Student's t has the width 0, whatever the number of seeds: two seeds would decide
any claim. But a count shows no spread smaller than one image. So the half-width is then that of
seeds of which one has one image more or fewer, which is t / (n N) for n seeds and N test images,
and at least the one image, 1 / N, that many seeds would otherwise fall below.
"""

import scipy

TOUCHING = 1e-12
"""Numbers this close are equal: rounding alone moves means of accuracies by 1e-16."""

NOTE = ", seeds equal: widened to one image"
"""What a record's method then ends with."""


def no_spread(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and high - low < TOUCHING


def half_width(seeds: int, images: int, confidence: float) -> float:
    """Return the half-width of an interval without a spread, as a share of the images.

    ``seeds`` is their number n, at least 2, ``images`` the test images N that the share is of: a
    class's own for its recall. Of two cases it is the smaller number of each.
    """
    # n values of which one is 1 / N off have the standard deviation 1 / (N sqrt(n))
    quantile = float(scipy.stats.t.ppf((1 + confidence) / 2, seeds - 1))
    return max(quantile / seeds, 1.0) / images
