"""Time ratio: one case takes so many times as long to train as another, give or take a factor.

Ratios are compared on the scale of logarithms, where "ten times" and "a tenth" are equally far from
"the same". The interval is Welch's, of the mean logarithms of the timed trainings: it covers how
timings vary from repeat to repeat on this machine, and no other machine. The quartiles in
``time/<case>.json`` would not do: of three repeats they lie between two of them, whatever the
confidence.
"""

from collections.abc import Iterator, Mapping
from math import exp, log
from typing import Any, ClassVar

from pydantic import Field

from densevsconv.claims.kind import CaseName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.schema.messages import shown
from densevsconv.statistics.intervals import welch_interval


class TimeRatio(Kind):
    """One case takes so many times as long to train as another, give or take a factor."""

    a: CaseName = Field(description="The case said to take longer (or shorter, `value` below 1).")
    b: CaseName = Field(description="The case it is compared with, of the same data set.")
    value: float = Field(gt=0, description="Training time of a over that of b, as published.")
    factor: float = Field(
        gt=1, description="How far off it may be: from value / factor to value * factor."
    )
    key: ClassVar[str] = "time_ratio"
    needs_training: ClassVar[bool] = False
    words: ClassVar[Words] = Words("ratio of training times", "significant", " times")

    def problems(self, datasets: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        of_a, of_b = datasets[self.a], datasets[self.b]
        if of_a != of_b:
            yield (
                "b",
                f"found {shown(self.b)} of data set {of_b}, while {self.a} is of {of_a}; allowed: "
                f"a case of {of_a}, since times on other images compare the images too",
            )

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        a, b = ([log(s) for s in study.timing(case).train_seconds.all] for case in (self.a, self.b))
        mean, low, high = welch_interval(a, b, confidence)
        yield self.record(
            study,
            [self.a, self.b],
            statement=f"the training time of {quoted([self.a])} is to that of {quoted([self.b])} "
            "as published",
            estimate=exp(mean),
            low=None if low is None else exp(low),
            high=None if high is None else exp(high),
            above=self.value / self.factor,
            below=self.value * self.factor,
            published=self.value,
            seeds=min(len(a), len(b)),
            method="Welch t of log seconds",
        )
