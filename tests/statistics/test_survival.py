import numpy as np
import pytest

from densevsconv.statistics.survival import median_time

NEVER = np.inf


@pytest.mark.parametrize(
    ("times", "median"),
    [
        ([1, 2, 6], 2),
        ([1, 2, 6, 7], 4),  # the plain median where all get there
        ([5, 5, 5], 5),
        ([1, 2, NEVER], 2),
        ([1, 2, NEVER, NEVER], 2),  # half survive from 2 on, and no event ends that
        ([1, NEVER, NEVER], None),
        ([NEVER, NEVER], None),
    ],
)
def test_a_run_that_never_gets_there_counts_as_late(times: list[float], median: float) -> None:
    seen = [time != NEVER for time in times]
    assert median_time([min(time, 9) for time in times], seen) == median


def test_the_example_of_a_trial_with_dropouts() -> None:
    # 6-MP arm of Freireich and others 1963, in every text on survival: median 23 weeks
    reached = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    seen = [True] * len(reached) + [False] * len(censored)
    assert median_time(reached + censored, seen) == 23
