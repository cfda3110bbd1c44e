"""Hardest and easiest class: which class has the lowest or the highest recall.

The gap is, for the easiest class, the highest mean recall of the named classes minus the highest of
the others; for the hardest, the lowest of the others minus the lowest of the named. The claim is
that it is above 0.

Classes of one network are compared in pairs, over seeds and the images of both. For the claim to
hold one named class must lie beyond every other class, and for it to fail one other class beyond
every named one. Taking the one of k that does so from the same numbers is paid for by intervals at
the level 1 - (1 - confidence) / k (Bonferroni), so that the gap's interval has at least the
confidence.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from densevsconv.claims.kind import CaseName, ClassName, Kind, Words, quoted
from densevsconv.results.claims import ClaimTestRecord
from densevsconv.results.study import Study
from densevsconv.statistics.crossed import FEWEST_SEEDS, difference
from densevsconv.statistics.runs import CROSSED


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
            labels, right = study.labels(case), study.right(case)
            by_class = [right[:, labels == k] for k in range(len(names))]
            present = [k for k, answers in enumerate(by_class) if answers.shape[1] > 1]
            named = [k for k in present if names[k] in self.classes]
            others = [k for k in present if names[k] not in self.classes]
            # how badly a class is recognised, or how well: what is claimed to be greatest
            signed = by_class if self.sign > 0 else [~answers for answers in by_class]
            estimate, low, high = _gap(signed, named, others, confidence)
            yield self.record(
                study,
                [case],
                statement=f"the class of {self.extreme} recall of {quoted([case])} is "
                f"{quoted(self.classes, 'or')}",
                estimate=estimate,
                low=low,
                high=high,
                above=0.0,
                seeds=len(right),
                method=CROSSED,
                classes=self.classes,
                found_class=names[max(present, key=lambda k: signed[k].mean())],
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


def _gap(
    answers: list[np.ndarray], named: list[int], others: list[int], confidence: float
) -> tuple[float | None, float | None, float | None]:
    """Return the estimate and the ends of (greatest named score) - (greatest other score).

    ``answers`` has for each class what counts for it, bool (seeds, images of the class). With s the
    named and r the other classes, the gap is max_s min_r (s - r) = min_r max_s (s - r); each end
    takes that of its intervals.
    """
    if not named or not others:  # no test images of them
        return None, None, None

    of_named, of_others = (max(answers[k].mean() for k in some) for some in (named, others))
    estimate = float(of_named - of_others)
    if len(answers[0]) < FEWEST_SEEDS:
        return estimate, None, None

    def ends(s: int, r: int, choices: int) -> tuple[float, float]:
        level = 1 - (1 - confidence) / choices
        found = difference(answers[s], answers[r], level, paired=False)
        assert found.low is not None
        assert found.high is not None
        return found.low, found.high

    low = max(min(ends(s, r, len(named))[0] for r in others) for s in named)
    high = min(max(ends(s, r, len(others))[1] for s in named) for r in others)
    return estimate, low, high
