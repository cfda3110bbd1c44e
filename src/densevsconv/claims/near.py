"""Near: the test accuracy of a case is that of a publication, give or take.

The interval must lie inside the published value plus and minus the distance. That is an
equivalence test by an interval (Schuirmann 1987, "A comparison of the two one-sided tests
procedure"), with an interval that is wider than such a test needs: 95% where 90% would do.
"""

from __future__ import annotations

from collections.abc import Iterator

from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.config.claims import Near
from densevsconv.statistics.intervals import mean_interval


def judge(test: Near, results: Results, confidence: float) -> Iterator[Record]:
    """Yield the record of the case's mean over seeds."""
    values = results.accuracies(test.case)
    interval = mean_interval(values, confidence, lower=0, upper=1)
    yield Record(
        kind="near",
        cases=[test.case],
        statement=f"the test accuracy of {quoted([test.case])} is near the published one",
        quantity="test accuracy",
        estimate=interval["mean"],
        low=interval["low"],
        high=interval["high"],
        above=test.value - test.within,
        below=test.value + test.within,
        published=test.value,
        seeds=len(values),
        method="t over seeds",
    )
