"""Batches and learning rates, decided before training."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from densevsconv.training.batches import batch_orders, steps_per_epoch
from densevsconv.training.settings import Schedule, Training


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


def rates(**schedule: object) -> np.ndarray:
    training = Training(learning_rate=0.1, epochs=10, schedule=Schedule(**schedule))  # type: ignore[arg-type]
    return training.learning_rates(5)


def test_constant() -> None:
    assert rates().shape == (10, 5)
    assert np.all(rates() == np.float32(0.1))


def test_step_falls_at_its_epochs() -> None:
    got = rates(name="step", step_epochs=4, factor=0.5)
    assert np.allclose(got[:, 0], 0.1 * 0.5 ** np.array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2]))


def test_exponential_meets_the_steps() -> None:
    got = rates(name="exponential", step_epochs=4, factor=0.5)
    assert np.allclose(got[[0, 4, 8], 0], [0.1, 0.05, 0.025])
    assert np.all(np.diff(got.ravel()) < 0)


def test_cosine_goes_from_full_to_almost_nothing() -> None:
    got = rates(name="cosine").ravel()
    assert got[0] == pytest.approx(0.1)
    assert got[25] == pytest.approx(0.05)
    assert got[-1] < 0.001
    assert np.all(np.diff(got) < 0)


def test_warm_up_rises_to_the_full_rate() -> None:
    got = rates(warmup_epochs=2).ravel()
    assert np.allclose(got[:10], 0.1 * np.arange(1, 11) / 10)
    assert np.allclose(got[10:], 0.1)
