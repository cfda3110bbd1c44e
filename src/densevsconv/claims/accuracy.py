"""Accuracy: the test accuracy of each of some cases lies on one side of a bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
import scipy
from pydantic import Field, model_validator

from densevsconv.claims.kind import CaseName, Kind, Share, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics import one_image
from densevsconv.statistics.intervals import mean_interval

TEST_ACCURACY = Words("test accuracy", "percent", "%")


def mean_accuracy(case: str, study: Study[Any], confidence: float) -> dict[str, Any]:
    """Return the mean over seeds and its interval, as a record has them.

    It is that of evaluate/<case>.json, widened where all seeds are equal.
    """
    values, method = study.evaluation(case).accuracies, "t over seeds"
    interval = mean_interval(values, confidence, lower=0, upper=1)
    mean, low, high = (interval[key] for key in ("mean", "low", "high"))
    if one_image.no_spread(low, high):
        half = one_image.half_width(len(values), study.evaluation(case).images, confidence)
        low, high = max(mean - half, 0.0), min(mean + half, 1.0)
        method += one_image.NOTE
    return {"estimate": mean, "low": low, "high": high, "seeds": len(values), "method": method}


class Accuracy(Kind):
    """The test accuracy of each case lies on one side of a bound."""

    cases: list[CaseName] = Field(
        min_length=1, description="The claim is about each of them: all must be on that side."
    )
    at_least: Share | None = Field(default=None, description="Their accuracies are above this.")
    at_most: Share | None = Field(
        default=None, description="Their accuracies are below this. Give this or `at_least`."
    )
    key: ClassVar[str] = "accuracy"
    words: ClassVar[Words] = TEST_ACCURACY

    @model_validator(mode="after")
    def _one_bound(self) -> Accuracy:
        if (self.at_least is None) == (self.at_most is None):
            found = "neither at_least nor at_most" if self.at_least is None else "both"
            raise ValueError(f"found {found}; allowed: at_least or at_most, one of them")
        return self

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        bound = self.at_most if self.at_least is None else self.at_least
        side = "below" if self.at_least is None else "above"
        for case in self.cases:
            yield self.record(
                study,
                [case],
                statement=f"the test accuracy of {quoted([case])} is {side} the bound",
                above=self.at_least,
                below=self.at_most,
                p_value=_p_value(study.evaluation(case).accuracies, bound),
                **mean_accuracy(case, study, confidence),
            )


def _p_value(values: list[float], bound: float | None) -> float | None:
    """Return the two-sided p value of the mean against the bound; None without a spread."""
    if bound is None or len(values) < 2 or np.ptp(values) < one_image.TOUCHING:
        return None
    return float(scipy.stats.ttest_1samp(values, bound).pvalue)
