"""Tests of two networks beside the interval of their difference, and Holm's correction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy

SMALLEST_WILCOXON = 6
"""With fewer pairs the signed-rank test has no p value below 0.05."""


@dataclass(frozen=True)
class Discordant:
    """The images that one of two networks alone gets right, and McNemar's p value."""

    only_a: int
    only_b: int
    p_value: float


def mcnemar(a: np.ndarray, b: np.ndarray) -> Discordant:
    """Compare two trained networks on the same images; ``a`` and ``b`` are bool (images,).

    McNemar's test (1947) with the mid-p value of the binomial (Fagerland, Lydersen and Laake 2013,
    "The McNemar test for binary matched-pairs data: mid-p and asymptotic are better than exact
    conditional"). It is about these two networks and new images, not about other seeds: a pair of
    seeds each, or what most of all seeds get right, of each network. P values of several pairs of
    seeds share their images, and no sum or vote of them is a test of the architectures: that is
    the crossed interval.
    """
    only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
    fewer, both = min(only_a, only_b), only_a + only_b
    binomial = scipy.stats.binom(both, 0.5)
    # from both sides, with half the probability of what was found
    p_value = 2 * binomial.cdf(fewer) - binomial.pmf(fewer)
    return Discordant(only_a, only_b, min(float(p_value), 1.0))


def paired_test(a: Sequence[float], b: Sequence[float]) -> tuple[str, float | None]:
    """Return the name and the p value of a test of pairs, one number each: data sets, or splits.

    The paired t-test where Shapiro and Wilk's test (1965) at 5% does not reject normal differences,
    else Wilcoxon's signed-rank test (1945). Choosing a test by the data is formally wrong and keeps
    the level in practice (Rochon, Gondan and Kieser 2012, "To test or not to test"); few pairs
    cannot show that they are not normal. None where the differences are equal, or too few.
    """
    differences = np.asarray(a, dtype=float) - np.asarray(b, dtype=float)
    if len(differences) < 3 or np.ptp(differences) < 1e-12:
        return "paired t", None
    if scipy.stats.shapiro(differences).pvalue >= 0.05:
        return "paired t", float(scipy.stats.ttest_1samp(differences, 0).pvalue)
    if np.count_nonzero(differences) < SMALLEST_WILCOXON:
        return "Wilcoxon", None
    return "Wilcoxon", float(scipy.stats.wilcoxon(differences).pvalue)


def five_by_two(differences: np.ndarray) -> float | None:
    """Return the p value of the 5x2cv F test; ``differences`` is (5, 2): repetition, half.

    Alpaydin (1999, "Combined 5 x 2 cv F test for comparing supervised classification learning
    algorithms"): five times the images are halved, each half tests what the other has trained.
    F with 10 and 5 degrees of freedom. None where both halves always agree.
    """
    if differences.shape != (5, 2):
        raise ValueError(f"differences: found shape {differences.shape}; allowed: (5, 2)")
    variances = 2 * differences.var(axis=1).sum()
    if variances == 0:
        return None
    return float(scipy.stats.f.sf((differences**2).sum() / (2 * variances), 10, 5))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p values of one family of comparisons, corrected for their number.

    Holm (1979, "A simple sequentially rejective multiple test procedure"): below 0.05 means that
    among all that are, with 95% there is none by chance; the comparisons may depend on each other.
    """
    values = np.asarray(p_values, dtype=float)
    order = np.argsort(values)
    corrected = np.empty_like(values)
    # statsmodels has it too, and collects all garbage in each call, which takes 0.2 s
    stepwise = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected[order] = np.minimum(stepwise, 1.0)
    return [float(value) for value in corrected]
