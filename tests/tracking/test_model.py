from pathlib import Path

import numpy as np
import pytest

from densevsconv.images.prepared import Scaling
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import parse_architecture
from densevsconv.store.plugins import load_plugins

LAYERS = [
    {"conv": {"filters": 3, "kernel": 3, "activation": "leaky_relu"}},
    "batch_norm",
    {"separable_conv": {"filters": 4, "kernel": 3, "activation": "swish"}},
    {"residual": {"body": [{"dropout": {"rate": 0.5}}, "local_response_norm"]}},
    {"branches": {"paths": [[], [{"locally_connected": {"filters": 2, "kernel": 1}}]]}},
    {"max_pool": {"size": 2}},
    {"activation": {"name": "elu"}},
    "flatten",
    {"dense": {"units": "classes", "activation": "softmax"}},
]
INFO = {"shape": [8, 8, 2], "max_value": 255, "channel_mean": [7.3, 90.1], "channel_std": [3.1, 8]}


@pytest.mark.parametrize("setting", ["unit", "standard", "none", 3.0])
def test_saved_and_loaded_it_maps_pixels_to_the_networks_probabilities(
    tmp_path: Path, setting: str | float
) -> None:
    import keras

    from densevsconv.tracking.model import pixels_to_probabilities
    from densevsconv.training.engines.tensorflow.build import keras_model, set_weights

    architecture = parse_architecture(
        {"title": "All kinds", "layers": LAYERS}, name="all_kinds", file="test"
    )
    bound = architecture.bind((8, 8, 2), 5)
    weights = initial_weights(bound, seed=1)
    scaling = Scaling.for_training(setting, INFO)
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 2), dtype=np.uint8)
    network = keras_model(bound)
    set_weights(network, weights)
    expected = network.predict(scaling.apply(images), verbose=0)

    pixels_to_probabilities(bound, weights, scaling).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")  # safe mode: no code is loaded
    np.testing.assert_allclose(loaded.predict(images, verbose=0), expected, atol=1e-7)
    assert np.ptp(expected) > 0.01


def test_what_only_numpynet_trains_predicts_the_same(tmp_path: Path) -> None:
    """A wrong slope has no part in a prediction, so that Keras's tanh stands for it."""
    import keras

    from densevsconv.tracking.model import pixels_to_probabilities
    from densevsconv.training.engines.numpy.build import network

    load_plugins()
    layers = ["flatten", {"dense": {"units": 6, "activation": "committed_tanh"}}, LAYERS[-1]]
    architecture = parse_architecture({"title": "As coded", "layers": layers}, name="c", file="t")
    bound = architecture.bind((8, 8, 2), 5)
    weights = initial_weights(bound, seed=1)
    scaling = Scaling.for_training("unit", INFO)
    images = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 2), dtype=np.uint8)
    made = network(bound)
    made.set_parameters(weights)
    pixels_to_probabilities(bound, weights, scaling).save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    expected = made.predict_proba(scaling.apply(images))
    np.testing.assert_allclose(loaded.predict(images, verbose=0), expected, atol=1e-5)
