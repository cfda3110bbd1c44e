"""Difference: one case's test accuracy is above another's by more than a margin."""

from __future__ import annotations

from collections.abc import Iterator

from densevsconv.claims import one_image
from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import Difference
from densevsconv.statistics.comparison import compare


def judge(test: Difference, results: Results, confidence: float) -> Iterator[Record]:
    """Yield the record of a minus b: the interval of comparisons.csv.

    Where the difference is the same in every seed the interval is widened, see one_image.
    """
    a, b = results.accuracies(test.a), results.accuracies(test.b)
    paired = results.share_seeds(test.a, test.b)
    found = compare(a, b, confidence, paired=paired)
    low, high, method = found.difference_low, found.difference_high, found.test
    if one_image.no_spread(low, high):
        images = min(results.images(test.a), results.images(test.b))
        half = one_image.half_width(min(len(a), len(b)), images, confidence)
        low, high = found.difference_mean - half, found.difference_mean + half
        method += one_image.NOTE
    # the p value against a margin is that of the difference left when it is taken off
    shifted = compare([value - test.at_least for value in a], b, confidence, paired=paired)
    yield Record(
        kind="difference",
        cases=[test.a, test.b],
        statement=_statement(test),
        quantity="difference of test accuracy",
        estimate=found.difference_mean,
        low=low,
        high=high,
        above=test.at_least,
        p_value=found.p_value if test.at_least == 0 else shifted.p_value,
        seeds=min(len(a), len(b)),
        method=method,
    )


def _statement(test: Difference) -> str:
    a, b = quoted([test.a]), quoted([test.b])
    if test.at_least > 0:
        return f"the test accuracy of {a} is above that of {b} by more than the margin"
    if test.at_least < 0:
        return f"the test accuracy of {a} is not below that of {b} by the margin"
    return f"the test accuracy of {a} is above that of {b}"
