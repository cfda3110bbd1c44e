"""How long a program takes for an epoch, for a choice between programs."""

import time
from collections.abc import Callable

MEASURED_SECONDS = 0.05


def seconds_an_epoch(run: Callable[[int], object], steps: int) -> float:
    """Return the seconds of an epoch of so many steps; ``run`` trains for some of them.

    The fewest steps that take :data:`MEASURED_SECONDS` are timed, at most an epoch's. The least of
    three is the right statistic for a choice (noise only adds time); it is never reported as a
    training time.
    """

    def seconds(some: int) -> float:
        clock = time.perf_counter()
        run(some)
        return time.perf_counter() - clock

    some = 1
    while (least := min(seconds(some), seconds(some))) < MEASURED_SECONDS and some < steps:
        some = min(4 * some, steps)
    return min(least, seconds(some)) * steps / some
