"""Difference: one case's test accuracy is above another's by more than a margin."""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from densevsconv.claims.kind import CaseName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.runs import difference_or_runs

POINTS = Words("difference of test accuracy", "points", " points")


def images_pair(study: Study[Any], a: str, b: str) -> bool:
    """Return whether two cases are tested on the same images: those of one data set."""
    return bool(study.plan.cases[a].dataset == study.plan.cases[b].dataset)


class Difference(Kind):
    """One case's test accuracy is above another's by more than a margin."""

    a: CaseName = Field(description="The case said to be ahead.")
    b: CaseName = Field(
        description="The case it is compared with; on another data set each is tested on its own "
        "images."
    )
    at_least: float = Field(
        default=0.0,
        ge=-1,
        le=1,
        description="What the test accuracy of a minus that of b must be above; below 0: a is no "
        "further behind than this.",
    )
    key: ClassVar[str] = "difference"
    words: ClassVar[Words] = POINTS

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        """Yield the record of a minus b: the interval of comparisons.csv."""
        a, b = study.right(self.a), study.right(self.b)
        paired = images_pair(study, self.a, self.b)
        found, (low, high), method = difference_or_runs(a, b, confidence, paired=paired)
        yield self.record(
            study,
            [self.a, self.b],
            statement=self._statement(),
            estimate=found.mean,
            low=low,
            high=high,
            above=self.at_least,
            p_value=found.p_value(self.at_least),
            seeds=min(len(a), len(b)),
            method=method,
        )

    def _statement(self) -> str:
        a, b = quoted([self.a]), quoted([self.b])
        if self.at_least > 0:
            return f"the test accuracy of {a} is above that of {b} by more than the margin"
        if self.at_least < 0:
            return f"the test accuracy of {a} is not below that of {b} by the margin"
        return f"the test accuracy of {a} is above that of {b}"
