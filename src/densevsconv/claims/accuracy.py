"""Accuracy: the test accuracy of each of some cases lies on one side of a bound."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import stats

from densevsconv.claims.mean_accuracy import mean_accuracy
from densevsconv.claims.record import TOUCHING, Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import Accuracy


def judge(test: Accuracy, results: Results, confidence: float) -> Iterator[Record]:
    """Yield a record a case: the mean over seeds against the bound."""
    bound = test.at_most if test.at_least is None else test.at_least
    side = "below" if test.at_least is None else "above"
    for case in test.cases:
        found = mean_accuracy(case, results, confidence)
        yield Record(
            kind="accuracy",
            cases=[case],
            statement=f"the test accuracy of {quoted([case])} is {side} the bound",
            quantity="test accuracy",
            estimate=found.mean,
            low=found.low,
            high=found.high,
            above=test.at_least,
            below=test.at_most,
            p_value=_p_value(found.values, bound),
            seeds=len(found.values),
            method=found.method,
        )


def _p_value(values: list[float], bound: float | None) -> float | None:
    """Return the two-sided p value of the mean against the bound; None without a spread."""
    if bound is None or len(values) < 2 or np.ptp(values) < TOUCHING:
        return None
    return float(stats.ttest_1samp(values, bound).pvalue)
