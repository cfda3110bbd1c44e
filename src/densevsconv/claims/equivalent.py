"""Equivalent: two cases have the same test accuracy, up to a margin.

That no difference is seen does not show that there is none. Two one-sided tests do (Schuirmann
1987, "A comparison of the two one-sided tests procedure and the power approach"): at 5% the claim
holds where the 90% interval of the difference lies within the margin, and fails where it lies
outside.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from densevsconv.claims.difference import POINTS, images_pair
from densevsconv.claims.kind import CaseName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.runs import difference_or_runs


class Equivalent(Kind):
    """Two cases have the same test accuracy, up to a margin."""

    a: CaseName = Field(description="A case.")
    b: CaseName = Field(description="Another one.")
    within: float = Field(gt=0, le=1, description="The largest difference that counts as none.")
    key: ClassVar[str] = "equivalent"
    words: ClassVar[Words] = POINTS

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        a, b = study.right(self.a), study.right(self.b)
        one_sided = max(2 * confidence - 1, 0.0)
        paired = images_pair(study, self.a, self.b)
        found, (low, high), method = difference_or_runs(a, b, one_sided, paired=paired)
        yield self.record(
            study,
            [self.a, self.b],
            statement=f"{quoted([self.a, self.b])} have the same test accuracy up to the margin",
            estimate=found.mean,
            low=low,
            high=high,
            above=-self.within,
            below=self.within,
            p_value=found.equivalence_p_value(self.within),
            seeds=min(len(a), len(b)),
            method=f"two one-sided tests, {method}",
        )
