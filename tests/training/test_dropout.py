"""Dropout's random bits, which the TensorFlow layer makes as NumPy does."""

from math import prod

import numpy as np
import pytest
import tensorflow as tf

from densevsconv.training.dropout import drop_threshold, layer_seed, random_bits
from densevsconv.training.engines.tensorflow.dropout import HashedDropout


def kept(seed: int, layer: int, step: int, shape: tuple[int, ...], rate: float) -> np.ndarray:
    bits = random_bits(layer_seed(seed, layer), step, prod(shape))
    return (bits >= drop_threshold(rate)).reshape(shape)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.5])
def test_the_share_kept_is_right_everywhere(rate: float) -> None:
    masks = np.stack([kept(7, 2, step, (32, 64), rate) for step in range(200)])
    # standard error of a mean over 200 masks of one element: sqrt(.25/200) = 0.035
    assert np.abs(masks.mean(axis=0) - (1 - rate)).max() <= (rate > 0) * 6 * 0.035
    assert masks.mean() == pytest.approx(1 - rate, abs=0.005)


def test_steps_layers_and_seeds_are_unrelated() -> None:
    places = [(1, 0, 0), (1, 0, 1), (1, 1, 0), (2, 0, 0), (1 << 32, 0, 0)]
    first, *others = (kept(*place, (64 * 64,), 0.5) for place in places)
    assert np.abs([np.corrcoef(first, other)[0, 1] for other in others]).max() < 0.08
    assert abs(np.corrcoef(first[:-1], first[1:])[0, 1]) < 0.08


def test_the_tensorflow_layer_drops_the_same() -> None:
    layer = HashedDropout(0.3)
    layer.state.assign([layer_seed(9, 0), 4])
    ones = tf.ones((6, 5, 3))
    expected = kept(9, 0, 4, (6, 5, 3), 0.3) / 0.7
    np.testing.assert_allclose(layer(ones, training=True), expected, rtol=1e-6)
    assert layer.state.numpy().tolist()[1] == 5
    assert np.all(layer(ones, training=False) == 1)
