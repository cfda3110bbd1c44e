"""Time to a target accuracy, from the curves of the refits and the timed seconds of an epoch."""

import pyarrow as pa
import pytest

from densevsconv.statistics.target import epochs_to_target, seconds_to_target


def history(**curves: list[float]) -> pa.Table:
    """Return the rows of seeds: ``s0=[validation accuracy an epoch]``."""
    rows = [
        {"repetition": int(name[1:]), "epoch": epoch, "validation_accuracy": value}
        for name, values in curves.items()
        for epoch, value in enumerate(values, 1)
    ]
    return pa.Table.from_pylist(rows)


def test_the_first_epoch_counts_though_a_later_one_falls_back() -> None:
    curves = history(s0=[0.5, 0.9, 0.7, 0.95], s1=[0.9, 0.1, 0.1, 0.1])
    assert epochs_to_target(curves, 0.9) == [2, 1]
    assert epochs_to_target(curves, 0.95) == [4]


def test_a_seed_that_never_gets_there_or_has_no_epoch_is_left_out() -> None:
    curves = history(s0=[0.5, 0.6], s1=[], s2=[0.7])
    assert epochs_to_target(curves, 0.6) == [2, 1]
    assert epochs_to_target(curves, 0.8) == []


def test_the_median_of_those_that_get_there() -> None:
    assert seconds_to_target([2, 10, 3], 0.5) == {
        "seconds_to_target_median": pytest.approx(1.5), "target_seeds": 3,
    }  # fmt: skip
    assert seconds_to_target([], 0.5) == {"seconds_to_target_median": None, "target_seeds": 0}
