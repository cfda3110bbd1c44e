"""Near: the test accuracy of a case is that of a publication, give or take.

The interval must lie inside the published value plus and minus the distance. That is an
equivalence test by an interval (Schuirmann 1987, "A comparison of the two one-sided tests
procedure"), with an interval that is wider than such a test needs: 95% where 90% would do.
"""

from __future__ import annotations

from collections.abc import Iterator

from densevsconv.claims.mean_accuracy import mean_accuracy
from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import Near


def judge(test: Near, results: Results, confidence: float) -> Iterator[Record]:
    """Yield the record of the case's mean over seeds."""
    found = mean_accuracy(test.case, results, confidence)
    yield Record(
        kind="near",
        cases=[test.case],
        statement=f"the test accuracy of {quoted([test.case])} is near the published one",
        quantity="test accuracy",
        estimate=found.mean,
        low=found.low,
        high=found.high,
        above=test.value - test.within,
        below=test.value + test.within,
        published=test.value,
        seeds=len(found.values),
        method=found.method,
    )
