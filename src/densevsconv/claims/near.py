"""Near: the test accuracy that a publication reports is one that a run of a case may have.

A publication's number is that of one run. So it is held against the prediction interval of one run
of ours, and not against the interval of their mean, which is narrower the more seeds there are. A
published network did train: starts of ours that did not are left out.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from densevsconv.claims.accuracy import TEST_ACCURACY
from densevsconv.claims.kind import FAILS, HOLDS, UNTOLD, CaseName, Kind, Share, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.one_run import prediction


class Near(Kind):
    """The test accuracy that a publication reports is one that a run of a case may have."""

    case: CaseName = Field(description="The case that stands for the published network.")
    value: Share = Field(description="The published test accuracy, between 0 and 1.")
    other_images: int | None = Field(
        default=None,
        ge=2,
        description="How many test images the publication has, where it drew them anew: their "
        "chance counts too. Null: the same images as here.",
    )
    key: ClassVar[str] = "near"
    words: ClassVar[Words] = TEST_ACCURACY

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        trained = np.array(study.evaluation(self.case).trained)
        right = study.right(self.case)[trained]
        accuracies = right.mean(axis=1)
        one = prediction(right, confidence, other_images=self.other_images)
        told = {True: HOLDS, False: FAILS, None: UNTOLD}[one.holds(self.value)]
        yield self.record(
            study,
            [self.case],
            statement=f"the published test accuracy is one that a run of {quoted([self.case])} may "
            "have",
            estimate=float(accuracies.mean()) if len(right) else None,
            low=one.low,
            high=one.high,
            told=told,
            published=self.value,
            runs_below=int((accuracies < self.value).sum()),
            seeds=len(right),
            left_out=len(trained) - len(right),
            method="prediction of one run",
        )
