"""Hardest and easiest class: which class has the lowest or the highest recall.

The gap is, for the easiest class, the highest mean recall of the named classes minus the highest of
the others; for the hardest, the lowest of the others minus the lowest of the named. The claim is
that it is above 0.

Classes of one network are compared in pairs, seed by seed. For the claim to hold one named class
must lie beyond every other class, and for it to fail one other class beyond every named one. Taking
the one of k that does so from the same numbers is paid for by intervals at the level
1 - (1 - confidence) / k (Bonferroni), so that the gap's interval has at least the confidence.
A pair whose difference is the same in every seed has an interval widened to one image of the class
with fewer, see one_image.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from densevsconv.claims.kind import CaseName, ClassName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics import one_image
from densevsconv.statistics.comparison import compare


class _ExtremeClass(Kind):
    cases: list[CaseName] = Field(min_length=1, description="The claim is about each of them.")
    classes: list[ClassName] = Field(
        min_length=1, description="Names of classes; with several, it is one of them."
    )
    words: ClassVar[Words] = Words("gap of recall", "points", " points")
    extreme: ClassVar[str]
    sign: ClassVar[int]

    def judge(self, study: Study[Any], confidence: float) -> Iterator[ClaimTestRecord]:
        for case in self.cases:
            names = study.data_info(study.case(case).dataset).class_names
            images = [scores.support for scores in study.evaluation(case).per_class]
            # how badly a class is recognised, or how well: what is claimed to be greatest
            scores = self.sign * _recalls(study, case)
            present = [k for k, count in enumerate(images) if count]
            named = [k for k in present if names[k] in self.classes]
            others = [k for k in present if names[k] not in self.classes]
            estimate, low, high = _gap(scores, images, named, others, confidence)
            means = scores.mean(axis=0)
            yield self.record(
                study,
                [case],
                statement=f"the class of {self.extreme} recall of {quoted([case])} is "
                f"{quoted(self.classes, 'or')}",
                estimate=estimate,
                low=low,
                high=high,
                above=0.0,
                seeds=len(scores),
                method="paired t of classes",
                classes=self.classes,
                found_class=names[max(present, key=lambda k: means[k])],
            )


class HardestClass(_ExtremeClass):
    """The class that a case recognises worst (lowest recall) is one of those named."""

    key: ClassVar[str] = "hardest_class"
    extreme: ClassVar[str] = "lowest"
    sign: ClassVar[int] = -1


class EasiestClass(_ExtremeClass):
    """The class that a case recognises best (highest recall) is one of those named."""

    key: ClassVar[str] = "easiest_class"
    extreme: ClassVar[str] = "highest"
    sign: ClassVar[int] = 1


def _recalls(study: Study[Any], case: str) -> np.ndarray:
    """Return the recall of each class on the test images: shape (seeds, classes)."""
    per_class = study.evaluation(case).per_class
    by_class = np.array([scores.recall.per_seed for scores in per_class], dtype=np.float64)
    return np.ascontiguousarray(by_class.T)  # the order of sums decides the last digit


def _gap(
    scores: np.ndarray, images: list[int], named: list[int], others: list[int], confidence: float
) -> tuple[float | None, float | None, float | None]:
    """Return the estimate and the ends of (greatest named score) - (greatest other score).

    ``scores`` has shape (seeds, classes), ``images`` are the test images of each class. With s the
    named and r the other classes, the gap is max_s min_r (s - r) = min_r max_s (s - r); each end
    takes that of its intervals.
    """
    if not named or not others:  # no test images of them
        return None, None, None
    means = scores.mean(axis=0)
    estimate = float(means[named].max() - means[others].max())
    if len(scores) < 2:
        return estimate, None, None

    def ends(s: int, r: int, choices: int) -> tuple[float, float]:
        level = 1 - (1 - confidence) / choices
        found = compare(scores[:, s].tolist(), scores[:, r].tolist(), level, paired=True)
        assert found.difference_low is not None
        assert found.difference_high is not None
        low, high = found.difference_low, found.difference_high
        if one_image.no_spread(low, high):
            half = one_image.half_width(len(scores), min(images[s], images[r]), level)
            return low - half, high + half
        return low, high

    low = max(min(ends(s, r, len(named))[0] for r in others) for s in named)
    high = min(max(ends(s, r, len(others))[1] for s in named) for r in others)
    return estimate, low, high
