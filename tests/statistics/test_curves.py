"""Where curves cross, rise and reach a level, with intervals that count seeds and test images."""

from math import inf, isfinite

import numpy as np
import pytest

from densevsconv.statistics.crossed import combination
from densevsconv.statistics.curves import crossing, draws, exponent, reached, slopes, within

SEEDS, IMAGES = 5, 400
X = np.array([6.0, 8.0, 14.0, 28.0])


def answers(random: np.random.Generator, accuracies: np.ndarray, spread: float) -> list[np.ndarray]:
    """Return right answers of networks on the same images, with seeds of their own."""
    difficulty = random.standard_normal(IMAGES)
    return [
        difficulty + 0.5 * random.standard_normal((SEEDS, IMAGES))
        < np.sqrt(1.25) * _normal(accuracy) + spread * random.standard_normal((SEEDS, 1))
        for accuracy in accuracies
    ]


def _normal(share: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(share))


@pytest.mark.parametrize(
    ("curve", "level", "expected"),
    [
        ([0.1, 0.3, 0.5, 0.7], 0.4, 11.0),
        ([0.1, 0.3, 0.5, 0.7], 0.1, 6.0),
        ([0.1, 0.3, 0.5, 0.7], 0.7, 28.0),
        ([0.1, 0.3, 0.5, 0.7], 0.05, -inf),
        ([0.1, 0.3, 0.5, 0.7], 0.8, inf),
        ([0.1, 0.5, 0.3, 0.7], 0.4, 11.0),  # put in order
        ([0.2, 0.2, 0.2, 0.2], 0.2, 6.0),
    ],
)
def test_a_level_is_reached_between_two_points(
    curve: list[float], level: float, expected: float
) -> None:
    assert reached(X, np.array([curve]), level)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        ([-0.3, -0.1, 0.1, 0.3], 11.0),
        ([0.3, 0.2, 0.1, -0.1], 21.0),
        ([0.1, 0.2, 0.3, 0.4], -inf),
        ([-0.4, -0.3, -0.2, -0.1], inf),
    ],
)
def test_a_lead_changes_sign_where_it_is_nothing(lead: list[float], expected: float) -> None:
    found = crossing(X, np.array(lead), np.array([lead, lead]), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((expected, expected, expected))
    assert found.inside == isfinite(expected)


def test_an_exponent_is_that_of_the_errors() -> None:
    images = np.array([100.0, 300.0, 1000.0, 3000.0])
    accuracy = 1 - 2 * images**-0.4
    found, explained = exponent(images, accuracy, accuracy[None].repeat(3, 0), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0.4, 0.4, 0.4))
    assert explained == pytest.approx(1)
    assert slopes(X, np.array([2 * X + 1, -X])).tolist() == pytest.approx([2, -1])


def test_an_interval_may_end_outside_of_what_was_measured() -> None:
    drawn = np.array([-inf] * 10 + [1.0] * 80 + [inf] * 10)
    assert within(1.0, drawn, 0.95) == within(1.0, drawn[::-1], 0.95)
    found = within(1.0, drawn, 0.95)
    assert (found.low, found.high, found.inside) == (-inf, inf, 0.8)
    assert within(1.0, drawn, 0.7).low == 1.0


def test_draws_vary_as_the_difference_does() -> None:
    """By the formula of crossed, whose images are shared; apart, both networks' images add up."""
    random = np.random.default_rng(1)
    right = answers(random, np.array([0.9, 0.85]), spread=0.05)
    formula = combination(right, [1, -1], 0.95).standard_error
    together, apart = (draws(right, images, seed=0) for images in ("aa", "ab"))
    assert together is not None
    assert apart is not None
    # quartiles, since Student's t has far ends; of 2,000 draws they are known to 4%
    low, high = np.quantile(together[:, 0] - together[:, 1], [0.25, 0.75])
    assert 0.85 < (high - low) / (2 * 0.6745 * formula) < 1.25
    assert np.std(apart @ [1, -1]) > 1.2 * np.std(together @ [1, -1])
    np.testing.assert_array_equal(together, draws(right, "aa", seed=0))
    assert draws([right[0][:4], right[1]], "aa", seed=0) is None


def test_the_interval_of_a_crossing_covers_it() -> None:
    """Two true curves that cross at 11; of 100 studies at least 87 of 100 must say so.

    A method that covers 95% falls below that with a probability of 0.0005 (binomial).
    """
    a, b = np.array([0.80, 0.86, 0.92, 0.96]), np.array([0.86, 0.88, 0.90, 0.92])
    covered = 0
    for study in range(100):
        random = np.random.default_rng(study)
        right = answers(random, np.concatenate([a, b]), spread=0.1)
        means = np.array([each.mean() for each in right])
        drawn = draws(right, "x" * 8, seed=study, count=300)
        assert drawn is not None
        found = crossing(X, means[:4] - means[4:], drawn[:, :4] - drawn[:, 4:], 0.95)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 11 <= found.high
    assert covered >= 87
