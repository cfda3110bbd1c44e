"""Time to a target accuracy, from the curves of the refits and the timed seconds of an epoch."""

import numpy as np

from densevsconv.statistics.target import epochs_to_target


def reached(target: float, **curves: list[float]) -> list[int]:
    """Return the epochs of seeds: ``s0=[validation accuracy an epoch]``."""
    rows = [
        (int(name[1:]), epoch, value)
        for name, values in curves.items()
        for epoch, value in enumerate(values, 1)
    ]
    return epochs_to_target(*map(np.array, zip(*rows, strict=True)), target)


def test_the_first_epoch_counts_though_a_later_one_falls_back() -> None:
    curves = {"s0": [0.5, 0.9, 0.7, 0.95], "s1": [0.9, 0.1, 0.1, 0.1]}
    assert reached(0.9, **curves) == [2, 1]
    assert reached(0.95, **curves) == [4]


def test_a_seed_that_never_gets_there_or_has_no_epoch_is_left_out() -> None:
    curves = {"s0": [0.5, 0.6], "s1": [], "s2": [0.7]}
    assert reached(0.6, **curves) == [2, 1]
    assert reached(0.8, **curves) == []
