"""Near: the test accuracy of a case is that of a publication, give or take.

The interval must lie inside the published value plus and minus the distance. That is an
equivalence test by an interval (Schuirmann 1987, "A comparison of the two one-sided tests
procedure"), with an interval that is wider than such a test needs: 95% where 90% would do.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field

from densevsconv.claims.accuracy import TEST_ACCURACY, mean_accuracy
from densevsconv.claims.kind import CaseName, Kind, Share, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study


class Near(Kind):
    """The test accuracy of a case is that of a publication, give or take."""

    case: CaseName = Field(description="The case that stands for the published network.")
    value: Share = Field(description="The published test accuracy, between 0 and 1.")
    within: float = Field(gt=0, le=1, description="Largest distance from it that counts as near.")
    key: ClassVar[str] = "near"
    words: ClassVar[Words] = TEST_ACCURACY

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        yield self.record(
            study,
            [self.case],
            statement=f"the test accuracy of {quoted([self.case])} is near the published one",
            above=self.value - self.within,
            below=self.value + self.within,
            published=self.value,
            **mean_accuracy(self.case, study, confidence),
        )
