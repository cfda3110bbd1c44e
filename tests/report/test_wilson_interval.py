"""The interval for the choice of the test images, against SciPy's."""

import pytest
from scipy.stats import binomtest

from densevsconv.statistics.intervals import wilson_interval


@pytest.mark.parametrize(("right", "count"), [(355, 360), (360, 360), (0, 10), (5, 9)])
def test_equals_scipys_wilson_interval(right: int, count: int) -> None:
    expected = binomtest(right, count).proportion_ci(confidence_level=0.95, method="wilson")
    found = wilson_interval(right / count, count, 0.95)
    assert found["low"] == pytest.approx(expected.low, abs=1e-12)
    assert found["high"] == pytest.approx(expected.high, abs=1e-12)
