"""Starting weights: the formulas, one stream a kernel, and reproducibility."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.schema import parse_architecture
from densevsconv.store.seeds import generator
from numpynet.errors import ConfigurationError
from numpynet.initializers import BUILT_IN, fans, initializer

SOFTMAX = {"dense": {"units": "classes", "activation": "softmax"}}


def bind(layers, image_shape=(8, 8, 2), **keys):
    content = {"title": "Net", "layers": layers, **keys}
    return parse_architecture(content, name="net", file="net.yaml").bind(image_shape, 10)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((300, 128), (300, 128)),
        ((3, 5, 16, 32), (3 * 5 * 16, 3 * 5 * 32)),
        ((3, 3, 64, 1), (3 * 3 * 64, 3 * 3)),  # depthwise, as Keras counts it
        ((1, 1, 16, 8), (16, 8)),
    ],
)
def test_fans(shape, expected):
    assert (fans(shape).fan_in, fans(shape).fan_out) == expected


# Published variances: Glorot 2/(in+out), He 2/in, LeCun 1/in.
VARIANCES = {
    "glorot": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "he": lambda fan_in, fan_out: 2 / fan_in,
    "lecun": lambda fan_in, fan_out: 1 / fan_in,
}


@pytest.mark.parametrize("shape", [(400, 500), (5, 5, 64, 128), (3, 3, 20_000, 1)])
@pytest.mark.parametrize(
    "name", [name for name in BUILT_IN if name.endswith(("normal", "uniform"))]
)
def test_mean_spread_and_cut_follow_the_formulas(name, shape):
    values = initializer(name)(generator(1), shape, fans(shape)).ravel()
    scheme, distribution = name.split("_")
    std = sqrt(VARIANCES[scheme](fans(shape).fan_in, fans(shape).fan_out))
    # mean and standard deviation of n draws, each within 5 of its standard errors
    assert abs(values.mean()) < 5 * std / sqrt(values.size)
    assert abs(values.std() / std - 1) < 5 * sqrt(0.5 / values.size)
    # a uniform distribution ends at sqrt(3) of its deviations, the cut normal at 2/0.8796
    end = std * (sqrt(3) if distribution == "uniform" else 2 / 0.87962566103423978)
    assert 0.98 * end < np.abs(values).max() <= end


def test_plain_normal_is_not_cut():
    values = initializer({"normal": {"std": 0.5}})(generator(2), (400, 500), fans((400, 500)))
    assert values.std() == pytest.approx(0.5, rel=0.01)
    assert np.abs(values).max() > 4 * 0.5


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


def test_same_seed_same_bits_and_other_seed_other_bits():
    net = bind(["flatten", {"dense": {"units": 5}}, SOFTMAX])
    first, again, other = initial_weights(net, 7), initial_weights(net, 7), initial_weights(net, 8)
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
        if name.endswith("kernel"):
            assert (value != other[name]).all()


def test_bits_are_pinned():
    """A change here changes every result of every study: let it be deliberate."""
    net = bind(["flatten", {"dense": {"units": 5, "initializer": "he_normal"}}, SOFTMAX])
    weights = initial_weights(net, 0)
    assert weights["1_dense/kernel"][0, :2].tolist() == PINNED


PINNED = [-0.020331932231783867, -0.04816992208361626]


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


def test_kernels_of_one_shape_differ():
    layers = ["flatten", *[{"dense": {"units": 10}}] * 2, SOFTMAX]
    weights = initial_weights(bind(layers), 3)
    assert (weights["2_dense/kernel"] != weights["3_dense/kernel"]).all()


def test_override_replaces_every_kernel_initialiser():
    layers = [{"separable_conv": {"filters": 4, "kernel": 3}}, "flatten", SOFTMAX]
    weights = initial_weights(bind(layers), 3, "zeros")
    assert all(not value.any() for value in weights.values())
    assert len(weights) == 5


@pytest.mark.parametrize(
    ("value", "understood"),
    [
        ("he_normal", True),
        ({"normal": {"std": 1}}, True),
        ("he", False),
        ({"normal": {"std": -1.0}}, False),
        ({"normal": {"std": True}}, False),
        ({"normal": {"std": float("inf")}}, False),
        ({"normal": {"std": 1.0, "mean": 0.0}}, False),
        ({"normal": {"std": 1.0}, "zeros": {}}, False),
        ({"normal": None}, False),
        (3, False),
    ],
)
def test_what_counts_as_an_initialiser(value, understood):
    if understood:
        assert callable(initializer(value))
        return
    with pytest.raises(ConfigurationError, match="initializer must be one of glorot_uniform"):
        initializer(value)
