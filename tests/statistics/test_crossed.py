"""The crossed interval: by simulation, and against what is known of a table's variance."""

import json

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_paired

from benchmarks.statistics import ROOT, intervals, nulls, power, repeat, splits, written
from densevsconv.statistics.crossed import Estimate, accuracy, combination, difference, over_splits
from densevsconv.statistics.variance import REST, crossed_variance

DRAWS = 200
FAR = 4 * (0.05 * 0.95 / DRAWS) ** 0.5
"""Four standard deviations of a share of 5% or 95% in as many draws."""


def table(seeds: int, images: int, accuracy: float = 0.9, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    difficulty = random.standard_normal(images) + random.standard_normal((seeds, 1)) / 4
    return difficulty < np.quantile(difficulty, accuracy)


@pytest.mark.parametrize("seeds", [5, 10])
def test_intervals_cover_and_those_of_seeds_alone_do_not(seeds: int) -> None:
    found = repeat(intervals, DRAWS, seeds, 359, (0.97, 0.95), 0.1)
    alone = {name for name in found if "alone" in name or "bootstrap" in name}
    assert {name: share for name, share in found.items() if name not in alone} == pytest.approx(
        dict.fromkeys(found.keys() - alone, 0.95), abs=FAR
    )
    assert max(found["accuracy, seeds alone"], found["difference, seeds alone"]) < 0.95 - FAR


def test_true_nulls_are_rejected_as_seldom_as_said_and_effects_the_more_the_larger() -> None:
    found = repeat(nulls, DRAWS, 10, 359, 0.1)
    without = found.pop("difference, five without")
    assert max(found.values()) < 0.05 + FAR < without
    shares = [
        repeat(power, 100, 5, 359, effect, 0.1)[f"{effect:.4f}"] for effect in (0, 0.01, 0.02)
    ]
    assert shares == sorted(shares)
    assert shares[0] < 0.15 < 0.6 < shares[2]


def test_the_tables_are_those_of_what_was_simulated() -> None:
    folder = ROOT / "benchmarks" / "results"
    report = json.loads((folder / "statistics.json").read_text(encoding="utf-8"))
    assert (folder / "statistics.md").read_text(encoding="utf-8") == written(report)


def test_splits_of_the_same_images_are_not_independent() -> None:
    far = FAR * (DRAWS / 1600) ** 0.5
    found = repeat(splits, 1600, 5, 0.1, 0.97)
    assert found["accuracy, five splits"] > 0.95 - far
    assert found["accuracy, five splits as if independent"] < 0.95 - far


def test_the_variance_is_that_of_the_two_way_table() -> None:
    a, b = table(6, 80), table(8, 80, 0.7, seed=1)
    of_a, of_b = (crossed_variance(x.astype(float), ["seed", "image"]) for x in (a, b))
    expected = of_a["seed"] / 6 + of_a["image"] / 80 + of_a[REST] / 480
    assert accuracy(a, 0.95).standard_error == pytest.approx(expected**0.5)
    # on the same images: of each its seeds, and of both what they differ by
    expected = of_a["seed"] / 6 + of_b["seed"] / 8 + (a.mean(0) - b.mean(0)).var(ddof=1) / 80
    assert difference(a, b, 0.95).standard_error == pytest.approx(expected**0.5)
    assert min(of_a["seed"], of_b["seed"]) > 0


def test_an_accuracy_of_few_seeds_has_their_degrees_of_freedom() -> None:
    """Far from 0 and 1, of many images, the exact interval is about that of t."""
    right = np.arange(4000) < 1900 + 40 * np.arange(5)[:, None]
    found = accuracy(right, 0.95)
    assert found.degrees < 20
    half = stats.t.ppf(0.975, found.degrees) * found.standard_error
    assert found.high - found.low == pytest.approx(2 * half, rel=0.02)


def test_equal_networks_differ_by_the_images_alone() -> None:
    """Without a spread of seeds the t interval is that of paired differences over images."""
    a, b = np.tile(table(1, 200), (5, 1)), np.tile(table(1, 200, 0.7, seed=1), (5, 1))
    found = difference(a, b, 0.9)
    expected = stats.ttest_rel(a[0].astype(float), b[0].astype(float))
    interval = expected.confidence_interval(0.9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
    assert found.p_value() == pytest.approx(expected.pvalue)


def test_other_images_are_welchs() -> None:
    a, b = np.tile(table(1, 200), (5, 1)), np.tile(table(1, 90, 0.7, seed=1), (5, 1))
    expected = stats.ttest_ind(a[0].astype(float), b[0].astype(float), equal_var=False)
    found = difference(a, b, 0.9, paired=False)
    assert found.mean / found.standard_error == pytest.approx(expected.statistic)
    # by Welch's other approximation of the degrees of freedom
    assert found.degrees == pytest.approx(expected.df, rel=0.01)


def test_a_lead_is_the_difference_of_two_differences() -> None:
    a, b, c, d = (table(5, 50, 0.9 - k / 10, seed=k) for k in range(4))
    found = combination([a, b, c, d], [1, -1, -1, 1], 0.95)
    assert found.mean == pytest.approx(difference(a, b, 0.95).mean - difference(c, d, 0.95).mean)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_bounds_are_respected_and_no_interval_has_no_width(share: float) -> None:
    right = np.full((5, 359), bool(share))
    one, two = accuracy(right, 0.95), difference(right, right, 0.95)
    exact = stats.binomtest(int(share * 359), 359).proportion_ci(0.95)
    # with t of all cells for z
    assert (one.low, one.high) == pytest.approx((exact.low, exact.high), abs=2e-4)
    assert 2 / 359 < two.high < 5 / 359
    assert two.low == -two.high
    few = difference(table(5, 4), ~table(5, 4), 0.99)
    assert -1 <= few.low <= few.high <= 1


def test_fewer_than_five_seeds_have_no_interval() -> None:
    right = table(4, 50)
    for found in (accuracy(right, 0.95), difference(table(5, 50), right, 0.95)):
        assert (found.low, found.high, found.p_value(), found.equivalence_p_value(1)) == (None,) * 4
    assert over_splits([0.5] * 4, 90, 10, 0.95) == Estimate(0.5)


def test_equivalence_is_that_of_statsmodels() -> None:
    x, y = np.random.default_rng(0).standard_normal((2, 12))
    d = x - y
    found = Estimate(float(d.mean()), float(d.std(ddof=1) / 12**0.5), 11)
    for margin in (0.2, 1.0, 2.0):
        expected = ttost_paired(x, y, -margin, margin)[0]
        assert found.equivalence_p_value(margin) == pytest.approx(expected)
