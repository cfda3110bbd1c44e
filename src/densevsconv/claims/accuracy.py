"""Accuracy: the test accuracy of each of some cases lies on one side of a bound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field, model_validator

from densevsconv.claims.kind import CaseName, Kind, Share, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.runs import accuracy_or_runs

TEST_ACCURACY = Words("test accuracy", "percent", "%")


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
    needs_training: ClassVar[bool] = False
    """That a network does not train can be what is claimed."""

    @model_validator(mode="after")
    def _one_bound(self) -> Accuracy:
        if (self.at_least is None) == (self.at_most is None):
            found = "neither at_least nor at_most" if self.at_least is None else "both"
            raise ValueError(f"found {found}; allowed: at_least or at_most, one of them")
        return self

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        bound = self.at_most if self.at_least is None else self.at_least
        assert bound is not None
        side = "below" if self.at_least is None else "above"
        for case in self.cases:
            right = study.right(case)
            found, (low, high), method = accuracy_or_runs(right, confidence)
            yield self.record(
                study,
                [case],
                statement=f"the test accuracy of {quoted([case])} is {side} the bound",
                estimate=found.mean,
                low=low,
                high=high,
                above=self.at_least,
                below=self.at_most,
                p_value=found.p_value(bound),
                seeds=len(right),
                method=method,
            )
