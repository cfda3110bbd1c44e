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

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from densevsconv.claims import one_image
from densevsconv.claims.record import Record, quoted
from densevsconv.claims.results import Results
from densevsconv.claims.schema import EasiestClass, HardestClass
from densevsconv.statistics.comparison import compare


def judge_hardest(test: HardestClass, results: Results, confidence: float) -> Iterator[Record]:
    """Yield a record a case: the gap of the lowest recall."""
    for case in test.cases:
        yield _record("hardest_class", case, test.classes, results, confidence)


def judge_easiest(test: EasiestClass, results: Results, confidence: float) -> Iterator[Record]:
    """Yield a record a case: the gap of the highest recall."""
    for case in test.cases:
        yield _record("easiest_class", case, test.classes, results, confidence)


def _record(
    kind: str, case: str, classes: list[str], results: Results, confidence: float
) -> Record:
    names = results.class_names(case)
    # how badly a class is recognised, or how well: what is claimed to be greatest
    scores = results.recalls(case) * (-1 if kind == "hardest_class" else 1)
    present = [k for k in range(len(names)) if not np.isnan(scores[:, k]).any()]
    named = [k for k in present if names[k] in classes]
    others = [k for k in present if names[k] not in classes]
    estimate, low, high = _gap(scores, results.images_of_classes(case), named, others, confidence)
    means = scores.mean(axis=0)
    word = "lowest" if kind == "hardest_class" else "highest"
    return Record(
        kind=kind,
        cases=[case],
        statement=f"the class of {word} recall of {quoted([case])} is {quoted(classes, 'or')}",
        quantity="gap of recall",
        estimate=estimate,
        low=low,
        high=high,
        above=0.0,
        seeds=len(scores),
        method="paired t of classes",
        classes=classes,
        found_class=names[max(present, key=lambda k: means[k])],
    )


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

    def ends(choices: int) -> Callable[[int, int], tuple[float, float]]:
        level = 1 - (1 - confidence) / choices

        def of_pair(s: int, r: int) -> tuple[float, float]:
            found = compare(scores[:, s].tolist(), scores[:, r].tolist(), level, paired=True)
            assert found.difference_low is not None
            assert found.difference_high is not None
            low, high = found.difference_low, found.difference_high
            if one_image.no_spread(low, high):
                half = one_image.half_width(len(scores), min(images[s], images[r]), level)
                return low - half, high + half
            return low, high

        return of_pair

    chosen_named, chosen_other = ends(len(named)), ends(len(others))
    low = max(min(chosen_named(s, r)[0] for r in others) for s in named)
    high = min(max(chosen_other(s, r)[1] for s in named) for r in others)
    return estimate, low, high
