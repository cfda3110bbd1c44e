"""Starting weights: the formulas, one stream a kernel, and reproducibility."""

from math import sqrt

import numpy as np
import pytest

from densevsconv.networks.initialise import initial_weights
from numpynet.errors import ConfigurationError
from numpynet.initializers import initializer
from tests.support.networks import bound, weight_shapes

CONV = "conv: {filters: 4, kernel: 3, padding: same}"


def weights_of(layers, seed=3, shape=(8, 8, 2), **options):
    return initial_weights(bound(layers, shape), seed, **options)


def test_zeros_biases_and_batch_norm():
    layers = "flatten, dense: {units: 5, initializer: zeros}, batch_norm, SOFTMAX"
    weights = weights_of(layers)
    assert [*weights] == [*weight_shapes(bound(layers))]
    ones = {"2_batch_norm/gamma", "2_batch_norm/moving_variance"}
    for name, value in weights.items():
        assert value.dtype == np.float32
        if name == "3_dense/kernel":
            assert np.unique(value).size == value.size
        else:
            assert (value == (name in ones)).all(), name


def test_same_seed_same_bits_and_other_seed_or_kernel_other_bits():
    layers = "flatten, dense: {units: 10}, dense: {units: 10}, SOFTMAX"
    first, again, other = (weights_of(layers, seed) for seed in (7, 7, 8))
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
        if name.endswith("kernel"):
            assert (value != other[name]).all()
    assert (first["2_dense/kernel"] != first["3_dense/kernel"]).all()


def test_bits_are_pinned():
    """A change here changes every result of every study: let it be deliberate."""
    weights = weights_of("flatten, dense: {units: 5, initializer: he_normal}, SOFTMAX", 0)
    pinned = [-0.020331932231783867, -0.04816992208361626]
    assert weights["1_dense/kernel"][0, :2].tolist() == pinned


INSERTED = f"{CONV}, {CONV}, batch_norm, flatten, dropout: {{rate: 0.5}}, dense: {{units: 4}}"


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        (f"{CONV}, flatten, dense: {{units: 4}}", INSERTED,
         {"0_conv": "0_conv", "2_dense": "5_dense", "3_dense": "6_dense"}),
        (f"{CONV}, {CONV}, flatten", f"residual: {{body: [{CONV}, {CONV}]}}, flatten",
         {"0_conv": "0_residual/body/0_conv", "1_conv": "0_residual/body/1_conv"}),
    ],
)  # fmt: skip
def test_layers_put_in_or_around_leave_the_kernels_as_they_were(before, after, same):
    shape = (8, 8, 4)
    first, second = (weights_of(f"{layers}, SOFTMAX", 3, shape) for layers in (before, after))
    for old, new in same.items():
        np.testing.assert_array_equal(first[f"{old}/kernel"], second[f"{new}/kernel"])


def test_kernels_that_are_not_shared_start_with_the_spread_of_one():
    local = "locally_connected: {filters: 8, kernel: 3, initializer: he_normal}"
    weights = weights_of(f"{local}, flatten, SOFTMAX", 3, (12, 12, 4))
    values = weights["0_locally_connected/kernel"]
    assert values.shape == (10, 10, 3, 3, 4, 8)
    assert abs(values.std() / sqrt(2 / 36) - 1) < 5 * sqrt(0.5 / values.size)


def test_override_replaces_every_kernel_initialiser():
    layers = "separable_conv: {filters: 4, kernel: 3}, flatten, SOFTMAX"
    weights = weights_of(layers, initializer="zeros")
    assert len(weights) == 5
    assert not any(value.any() for value in weights.values())


@pytest.mark.parametrize(
    "value",
    [
        "he", 3, {"normal": None}, *({"normal": {"std": std}} for std in (-1.0, True, np.inf)),
        {"normal": {"std": 1.0, "mean": 0.0}}, {"normal": {"std": 1.0}, "zeros": {}},
    ],
)  # fmt: skip
def test_what_is_no_initialiser(value):
    with pytest.raises(ConfigurationError, match="initializer must be one of glorot_uniform"):
        initializer(value)
