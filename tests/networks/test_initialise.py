"""Starting weights: the formulas, one stream a kernel, and reproducibility."""

from math import sqrt

import numpy as np
import pytest

from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import parse_architecture
from numpynet.errors import ConfigurationError
from numpynet.initializers import initializer

SOFTMAX = {"dense": {"units": "classes", "activation": "softmax"}}


def bind(layers, image_shape=(8, 8, 2), **keys):
    content = {"title": "Net", "layers": layers, **keys}
    return parse_architecture(content, name="net", file="net.yaml").bind(image_shape, 10)


def test_zeros_biases_and_batch_norm():
    net = bind(["flatten", {"dense": {"units": 5, "initializer": "zeros"}}, "batch_norm", SOFTMAX])
    weights = initial_weights(net, 7)
    assert list(weights) == list(net.weight_shapes)
    assert all(weights[name].shape == shape for name, shape in net.weight_shapes.items())
    assert all(value.dtype == np.float32 for value in weights.values())
    ones = {"2_batch_norm/gamma", "2_batch_norm/moving_variance"}
    for name, value in weights.items():
        if name == "3_dense/kernel":
            assert np.unique(value).size == value.size
        else:
            assert (value == (name in ones)).all(), name


def test_same_seed_same_bits_and_other_seed_or_kernel_other_bits():
    net = bind(["flatten", *[{"dense": {"units": 10}}] * 2, SOFTMAX])
    first, again, other = initial_weights(net, 7), initial_weights(net, 7), initial_weights(net, 8)
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
        if name.endswith("kernel"):
            assert (value != other[name]).all()
    assert (first["2_dense/kernel"] != first["3_dense/kernel"]).all()


def test_bits_are_pinned():
    """A change here changes every result of every study: let it be deliberate."""
    net = bind(["flatten", {"dense": {"units": 5, "initializer": "he_normal"}}, SOFTMAX])
    weights = initial_weights(net, 0)
    pinned = [-0.020331932231783867, -0.04816992208361626]
    assert weights["1_dense/kernel"][0, :2].tolist() == pinned


def test_inserted_layers_leave_the_other_kernels_as_they_were():
    conv, dense = {"conv": {"filters": 4, "kernel": 3, "padding": "same"}}, {"dense": {"units": 4}}
    before = initial_weights(bind([conv, "flatten", dense, SOFTMAX]), 3)
    inserted = [conv, conv, "batch_norm", "flatten", {"dropout": {"rate": 0.5}}, dense, SOFTMAX]
    after = initial_weights(bind(inserted), 3)
    for old, new in {"0_conv": "0_conv", "2_dense": "5_dense", "3_dense": "6_dense"}.items():
        np.testing.assert_array_equal(before[f"{old}/kernel"], after[f"{new}/kernel"])


def test_layers_within_others_draw_from_the_same_streams():
    conv = {"conv": {"filters": 2, "kernel": 3, "padding": "same"}}
    row = initial_weights(bind([conv, conv, "flatten", SOFTMAX]), 3)
    nested = initial_weights(bind([{"residual": {"body": [conv, conv]}}, "flatten", SOFTMAX]), 3)
    for index in (0, 1):
        first, second = row[f"{index}_conv/kernel"], nested[f"0_residual/body/{index}_conv/kernel"]
        np.testing.assert_array_equal(first, second)


def test_kernels_that_are_not_shared_start_with_the_spread_of_one():
    layers = [{"locally_connected": {"filters": 8, "kernel": 3, "initializer": "he_normal"}}]
    kernels = initial_weights(bind([*layers, "flatten", SOFTMAX], (12, 12, 4)), 3)
    values = kernels["0_locally_connected/kernel"]
    assert values.shape == (10, 10, 3, 3, 4, 8)
    assert abs(values.std() / sqrt(2 / 36) - 1) < 5 * sqrt(0.5 / values.size)


def test_override_replaces_every_kernel_initialiser():
    layers = [{"separable_conv": {"filters": 4, "kernel": 3}}, "flatten", SOFTMAX]
    weights = initial_weights(bind(layers), 3, "zeros")
    assert all(not value.any() for value in weights.values())
    assert len(weights) == 5


@pytest.mark.parametrize(
    "value",
    [
        "he",
        {"normal": {"std": -1.0}},
        {"normal": {"std": True}},
        {"normal": {"std": float("inf")}},
        {"normal": {"std": 1.0, "mean": 0.0}},
        {"normal": {"std": 1.0}, "zeros": {}},
        {"normal": None},
        3,
    ],
)
def test_what_is_no_initialiser(value):
    with pytest.raises(ConfigurationError, match="initializer must be one of glorot_uniform"):
        initializer(value)
