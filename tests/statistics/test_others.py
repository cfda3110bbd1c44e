"""Each statistic against a worked example of its source, or an independent implementation."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.contingency_tables import mcnemar as mcnemar_of_statsmodels
from statsmodels.stats.multitest import multipletests

from benchmarks.statistics import ahead, nulls_of_pairs, repeat
from densevsconv.statistics.budget import expected_best
from densevsconv.statistics.hypotheses import Discordant, five_by_two, holm, mcnemar, paired_test
from densevsconv.statistics.one_run import prediction, probability_ahead
from densevsconv.statistics.profiles import performance_profile, score_profile
from densevsconv.statistics.starts import starts
from densevsconv.statistics.variance import REST, crossed_variance, nested_variance


def test_mcnemar() -> None:
    # Fagerland 2013, table 1: 21 children, 1 and 7 discordant, exact 0.070 and mid-p 0.039
    a = np.array([True] * 1 + [False] * 7 + [True] * 13)
    b = np.array([False] * 1 + [True] * 7 + [True] * 13)
    found = mcnemar(a, b)
    exact = mcnemar_of_statsmodels([[13, 1], [7, 0]], exact=True).pvalue
    assert found == Discordant(1, 7, pytest.approx(exact - stats.binom.pmf(1, 8, 0.5)))
    assert found.p_value == pytest.approx(0.039, abs=5e-4)
    assert mcnemar(b, a).p_value == found.p_value
    assert mcnemar(a, a) == Discordant(0, 0, 1.0)


def test_pairs_are_tested_by_what_their_differences_are_like() -> None:
    # Student 1908: hours of sleep gained by ten patients with two drugs, t = 4.06
    a = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
    b = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
    name, p_value = paired_test(a, b)
    # the differences have one far out, 4.6
    assert stats.shapiro(np.subtract(b, a)).pvalue < 0.05
    assert (name, p_value) == ("Wilcoxon", pytest.approx(stats.wilcoxon(a, b).pvalue))
    but_one = [values[:8] + values[9:] for values in (a, b)]
    name, p_value = paired_test(*but_one)
    assert (name, p_value) == ("paired t", pytest.approx(stats.ttest_rel(*but_one).pvalue))
    # 0.08: not far enough from normal
    assert paired_test([0, 1, 2, 3, 4, 5, 6, 14], [3] * 8)[0] == "paired t"
    assert paired_test(a, a) == ("paired t", None)
    assert paired_test([0, 0, 0, 0, 9], [0] * 5) == ("Wilcoxon", None)


def test_five_by_two() -> None:
    differences = np.array([[0.02, 0.04], [0.01, 0.03], [0.03, 0.03], [0.0, 0.02], [0.02, 0.0]])
    # by hand: squares sum to 0.0056, each of four variances is 0.0002: F = 0.0056 / 0.0016
    assert five_by_two(differences) == pytest.approx(stats.f.sf(3.5, 10, 5))
    assert five_by_two(np.zeros((5, 2))) is None
    with pytest.raises(ValueError, match=r"found shape \(2, 5\)"):
        five_by_two(differences.T)


def test_tests_of_pairs_reject_what_is_true_no_more_often_than_said() -> None:
    assert max(repeat(nulls_of_pairs, 150, 10).values()) < 0.05 + 4 * (0.05 * 0.95 / 150) ** 0.5


def test_holm() -> None:
    p_values = [0.03, 0.01, 0.04, 0.013, 0.9]
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(expected)
    assert holm([]) == []


@pytest.mark.parametrize("lead", [0.0, 1.0, 2.0])
def test_the_interval_of_the_probability_to_be_ahead_covers(lead: float) -> None:
    share = repeat(ahead, 400, 5, lead)["P(A > B)"]
    assert share == pytest.approx(0.95, abs=4 * (0.05 * 0.95 / 400) ** 0.5)


@pytest.mark.parametrize(
    ("a", "b", "probability", "verdict"),
    [
        ([5, 6, 7, 8, 9], [0, 1, 2, 3, 4], 1, "meaningful"),
        ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], 0, "not significant"),
        ([1, 2, 3], [1, 2, 3], 0.5, "not significant"),
        ([*range(3, 103)], [*range(80)], 0.7321, "significant, not meaningful"),
    ],
)
def test_probability_ahead(a: list, b: list, probability: float, verdict: str) -> None:
    found = probability_ahead(a, b, 0.95)
    auc = stats.mannwhitneyu(a, b).statistic / len(a) / len(b)
    assert found.probability == pytest.approx(auc)
    assert found.verdict == verdict
    assert 0 <= found.low <= found.probability <= found.high <= 1
    assert found.high - found.low > 0.05


def test_ahead_is_significant_where_mann_and_whitneys_test_is() -> None:
    a, b = np.random.default_rng(0).standard_normal((2, 40))
    for shifted in a - a.mean() + b.mean() + np.linspace(0, 1, 60)[:, None]:
        test = stats.mannwhitneyu(shifted, b, use_continuity=False, method="asymptotic")
        found = probability_ahead(shifted.tolist(), b.tolist(), 0.95)
        assert (found.low > 0.5) == (test.pvalue < 0.05)


def test_prediction_of_one_run() -> None:
    # Hahn and Meeker 1991, section 4.7: 5 readings, mean 50.10, s 1.31: 46.1 to 54.1
    x = np.array([51.4, 49.5, 48.7, 49.3, 51.6])
    right = np.arange(1000) < x[:, None] * 10
    found = prediction(right, 0.95)
    assert (found.low * 100, found.high * 100) == pytest.approx((46.1, 54.1), abs=0.06)
    assert (found.holds(0.47), found.holds(0.45)) == (True, False)
    wider = prediction(right, 0.95, other_images=100)
    assert wider.low < found.low < found.high < wider.high
    assert prediction(right[:4], 0.95).holds(0.5) is None


def test_crossed_variance() -> None:
    values = np.random.default_rng(0).random((3, 4, 2))
    names = ["split", "start", "order"]
    rows = [{**dict(zip(names, i, strict=True)), "y": values[i]} for i in np.ndindex(3, 4, 2)]
    fit = ols("y ~ C(split) + C(start) + C(order)", pd.DataFrame(rows)).fit()
    squares = sm.stats.anova_lm(fit)["sum_sq"] / sm.stats.anova_lm(fit)["df"]
    rest = squares["Residual"]
    expected = {
        name: max((squares[f"C({name})"] - rest) * levels / 24, 0)
        for name, levels in zip(names, values.shape, strict=True)
    }
    assert crossed_variance(values, names) == pytest.approx(expected | {REST: rest})


def test_variances_of_known_sources_are_found() -> None:
    random = np.random.default_rng(0)
    nested = random.standard_normal((400, 1)) + 3 * random.standard_normal((400, 3))
    found = nested_variance(nested, ["split", "seed"])
    assert list(found) == ["split", "seed"]
    # the means of 400 splits have the variance 4, known to sqrt(2 / 399) of it: 0.28
    assert found == pytest.approx({"split": 1, "seed": 9}, abs=4 * 0.28)
    crossed = 2 * random.standard_normal((400, 1)) + random.standard_normal((400, 30))
    assert crossed_variance(crossed, ["split", "order"]) == pytest.approx(
        {"split": 4, "order": 0, REST: 1}, rel=0.3, abs=0.05
    )


def test_expected_best_is_the_mean_over_all_draws() -> None:
    scores = [0.3, 0.9, 0.5, 0.5]
    for n in (1, 2, 4):
        expected = np.mean([max(drawn) for drawn in product(scores, repeat=n)])
        assert expected_best(scores, [n]) == [pytest.approx(expected)]
    with pytest.raises(ValueError, match="found 5; allowed: 1 to the 4 scores"):
        expected_best(scores, [5])


def test_profiles() -> None:
    seconds = np.array([[1.0, 2.0, 3.0, np.inf], [2.0, 1.0, 3.0, 5.0]])
    found = performance_profile(seconds, np.array([1.0, 2.0, 100.0]))
    assert found.tolist() == [[0.5, 0.75, 0.75], [0.75, 1.0, 1.0]]
    scores = np.array([[0.2, 0.9], [0.6, 0.9]])
    assert score_profile(scores, np.array([0.1, 0.5, 0.95])).tolist() == [1.0, 0.75, 0.0]


@pytest.mark.parametrize(
    ("accuracies", "trained"),
    [
        # 2 of 5 starts stay near one class for all, though above it
        ([0.8659, 0.8223, 0.1634, 0.8706, 0.1384], [True, True, False, True, False]),
        ([0.98, 0.97, 0.975, 0.98, 0.981], [True] * 5),
        # none does, at the share of the commonest class and below
        ([0.1135, 0.098, 0.1, 0.116, 0.101], [False] * 5),
    ],
)
def test_starts_that_trained(accuracies: list[float], trained: list[bool]) -> None:
    images = 10_000
    right = np.arange(images) < np.array(accuracies)[:, None] * images
    labels = np.r_[np.ones(1135, dtype=int), np.arange(8865) % 9 + 2]
    found = starts(right, labels, 0.95)
    assert found.trained == trained
    reached = [value for value, is_one in zip(accuracies, trained, strict=True) if is_one]
    assert (found.low, found.high) == (min(reached, default=None), max(reached, default=None))
    share = stats.binomtest(sum(trained), 5).proportion_ci(0.95)
    assert (found.count, found.share_low, found.share_high) == (len(reached), share.low, share.high)
