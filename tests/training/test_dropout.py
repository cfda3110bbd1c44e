"""Dropout's random bits."""

import numpy as np
import pytest

from densevsconv.training.dropout import keep_mask, layer_seed


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.5])
def test_the_share_kept_is_right_everywhere(rate: float) -> None:
    masks = np.stack([keep_mask(layer_seed(7, 2), step, (32, 64), rate) for step in range(200)])
    # standard error of a mean over 200 masks of one element: sqrt(.25/200) = 0.035
    assert np.abs(masks.mean(axis=0) - (1 - rate)).max() < 6 * 0.035
    assert masks.mean() == pytest.approx(1 - rate, abs=0.005)


def test_steps_layers_and_seeds_are_unrelated() -> None:
    def mask(seed: int, layer: int, step: int) -> np.ndarray:
        return keep_mask(layer_seed(seed, layer), step, (64, 64), 0.5).ravel()

    reference = mask(1, 0, 0)
    for other in (mask(1, 0, 1), mask(1, 1, 0), mask(2, 0, 0), mask(1 << 32, 0, 0)):
        assert abs(np.corrcoef(reference, other)[0, 1]) < 0.08
    neighbours = np.corrcoef(reference[:-1], reference[1:])[0, 1]
    assert abs(neighbours) < 0.08


def test_rate_zero_keeps_everything() -> None:
    assert keep_mask(1, 0, (10, 10), 0.0).all()
