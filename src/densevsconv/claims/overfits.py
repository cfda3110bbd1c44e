"""Overfits: the validation loss rises after its lowest value, in some cases and not in others.

Of each seed: (loss of the last epoch - lowest loss) / lowest loss, which is 0 where the last epoch
is the best. Seeds that did not train are left out: the loss of one that diverged explodes for
another reason, and a network that is no better than naming the commonest class has nothing to
overfit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import Field, model_validator

from densevsconv.claims.kind import CaseName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.crossed import FEWEST_SEEDS
from densevsconv.statistics.intervals import mean_interval


class Overfits(Kind):
    """Some cases overfit and others do not: the validation loss rises after its lowest value."""

    cases: list[CaseName] = Field(default_factory=list, description="Cases that overfit.")
    others: list[CaseName] = Field(default_factory=list, description="Cases that do not.")
    margin: float = Field(
        ge=0,
        description="How far the last epoch's validation loss may be above the lowest, relative "
        "to the lowest (0.05: by 5%), without counting as overfitting.",
    )
    key: ClassVar[str] = "overfits"
    words: ClassVar[Words] = Words("relative rise of the validation loss", "percent", "%")

    @model_validator(mode="after")
    def _some_case(self) -> Overfits:
        if not self.cases and not self.others:
            raise ValueError("found neither cases nor others; allowed: at least one case")
        return self

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        for case in self.cases + self.others:
            overfits = case in self.cases
            values = _relative_rises(study, case)
            interval = mean_interval(values, confidence, lower=0)
            few = len(values) < FEWEST_SEEDS
            verb = "rises" if overfits else "does not rise"
            yield self.record(
                study,
                [case],
                statement=f"the validation loss of {quoted([case])} {verb} after its lowest value "
                "by more than the margin",
                estimate=interval["mean"],
                low=None if few else interval["low"],
                high=None if few else interval["high"],
                above=self.margin if overfits else None,
                below=None if overfits else self.margin,
                seeds=len(values),
                left_out=len(study.runs(case)) - len(values),
                method="t over seeds",
            )


def _relative_rises(study: Study[Any], case: str) -> list[float]:
    """Return how far the last loss lies above the lowest, of each seed that counts."""
    history = study.history(case).sort_values("epoch")
    rises = []
    for run, trained in zip(study.runs(case), study.evaluation(case).trained, strict=True):
        losses = history.loc[history["repetition"] == run.repetition, "validation_loss"].to_numpy()
        # nothing is relative to a lowest loss of 0
        if trained and len(losses) > 0 and losses.min() > 0:
            rises.append(float(losses[-1] / losses.min() - 1))
    return rises
