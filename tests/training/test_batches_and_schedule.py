"""Batches and learning rates, decided before training."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from densevsconv.training.batches import batch_orders, steps_per_epoch
from densevsconv.training.settings import Training


@given(st.integers(1, 200), st.integers(1, 50), st.integers(0, 2**62))
def test_an_epoch_visits_no_image_twice_and_fills_every_batch(
    n: int, batch: int, seed: int
) -> None:
    if batch > n:
        return
    first, second = itertools.islice(batch_orders(seed, n, batch), 2)
    assert first.shape == second.shape == (steps_per_epoch(n, batch), batch)
    for order in (first, second):
        assert len(np.unique(order)) == order.size
        assert order.min() >= 0
        assert order.max() < n
    assert n - first.size < batch


def test_epochs_and_seeds_differ() -> None:
    one = list(itertools.islice(batch_orders(1, 100, 10), 2))
    assert not np.array_equal(one[0], one[1])
    assert np.array_equal(one[0], next(batch_orders(1, 100, 10)))
    assert not np.array_equal(one[0], next(batch_orders(2, 100, 10)))


STEPS = np.arange(50)
"""Five an epoch."""


@pytest.mark.parametrize(
    ("schedule", "factor"),
    [
        ({}, np.ones(50)),
        ({"name": "step", "step_epochs": 4, "factor": 0.5}, 0.5 ** (STEPS // 20)),
        ({"name": "exponential", "step_epochs": 4, "factor": 0.5}, 0.5 ** (STEPS / 20)),
        ({"name": "cosine"}, np.cos(np.pi * STEPS / 100) ** 2),
        ({"warmup_epochs": 2}, np.minimum(1, (STEPS + 1) / 10)),
    ],
)
def test_learning_rates(schedule: dict[str, object], factor: np.ndarray) -> None:
    training = Training.model_validate({"learning_rate": 0.1, "epochs": 10, "schedule": schedule})
    rates = training.learning_rates(5)
    assert (rates.shape, rates.dtype) == ((10, 5), np.float32)
    np.testing.assert_allclose(rates.ravel(), 0.1 * factor, rtol=1e-6)
