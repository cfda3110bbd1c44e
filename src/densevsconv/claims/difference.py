"""Difference: one case's test accuracy is above another's by more than a margin."""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from densevsconv.claims.kind import CaseName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics import one_image
from densevsconv.statistics.comparison import compare


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
    words: ClassVar[Words] = Words("difference of test accuracy", "points", " points")

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        """Yield the record of a minus b: the interval of comparisons.csv.

        Where the difference is the same in every seed the interval is widened, see one_image.
        """
        of_a, of_b = study.evaluation(self.a), study.evaluation(self.b)
        a, b = of_a.accuracies, of_b.accuracies
        paired = study.share_seeds(self.a, self.b)
        found = compare(a, b, confidence, paired=paired)
        low, high, method = found.difference_low, found.difference_high, found.test
        if one_image.no_spread(low, high):
            images = min(of_a.images, of_b.images)
            half = one_image.half_width(min(len(a), len(b)), images, confidence)
            low, high = found.difference_mean - half, found.difference_mean + half
            method += one_image.NOTE
        # the p value against a margin is that of the difference left when it is taken off
        shifted = compare([value - self.at_least for value in a], b, confidence, paired=paired)
        yield self.record(
            study,
            [self.a, self.b],
            statement=self._statement(),
            estimate=found.difference_mean,
            low=low,
            high=high,
            above=self.at_least,
            p_value=found.p_value if self.at_least == 0 else shifted.p_value,
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
