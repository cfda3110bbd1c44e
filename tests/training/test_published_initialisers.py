"""The published code's starting weights, against numpynet's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import committed_std, draw, initial_weights, is_initializer
from densevsconv.networks.load import load_architecture
from densevsconv.store.seeds import generator
from densevsconv.training.settings import Training
from numpynet.initializers import CommittedScheme, Fans

ARCHITECTURES = Path(__file__).parents[2] / "config" / "architectures"


@pytest.fixture(scope="module")
def bound() -> BoundArchitecture:
    return load_architecture(ARCHITECTURES, "convNet1_3").bind((8, 8, 1), 10)


@pytest.mark.parametrize(("name", "scale"), [("committed_xavier", 1.0), ("committed_he", 2.0)])
def test_the_draw_is_numpynets(name: str, scale: float, bound: BoundArchitecture) -> None:
    for layer in bound.layers:
        if "kernel" not in layer.weights:
            continue
        shape = layer.weights["kernel"]
        fans = Fans(0, 0, int(np.prod(layer.input_shape)), layer.kind == "conv")
        expected = CommittedScheme(scale)(generator(1), shape, fans)
        std = committed_std(name, layer)
        np.testing.assert_array_equal(draw(shape, {"normal": {"std": std}}, generator(1)), expected)


def test_weights_have_that_spread(bound: BoundArchitecture) -> None:
    training = Training(initializer="committed_he")
    weights = initial_weights(bound, 1, training.initializer)
    # 64 pixels into the convolution; 3 filters of 8x8 into the first dense layer, 20 into the next
    for name, std in {"0_conv": 2 / 64, "2_dense": 192 / 2, "3_dense": 20 / 2}.items():
        kernel = weights[f"{name}/kernel"]
        assert kernel.std() == pytest.approx(std, rel=5 * (0.5 / kernel.size) ** 0.5)
        assert not weights[f"{name}/bias"].any()


def test_the_names_are_known_and_others_are_not() -> None:
    assert is_initializer("committed_xavier")
    assert not is_initializer("committed")
