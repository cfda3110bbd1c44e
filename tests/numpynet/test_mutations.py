"""Break one backward formula at a time: the gradient check has to notice each."""

import numpy as np
import pytest

import numpynet as nn
import numpynet.convolution as convolution
from numpynet.activations import ACTIVATIONS, BUILT_IN
from numpynet.layers import (
    LAYERS,
    Activation,
    BatchNorm,
    Dropout,
    LocalResponseNorm,
    containers,
    pool,
)
from numpynet.layers.base import ActivatedLayer, WeightedLayer
from numpynet.losses import SoftmaxCrossEntropy
from tests.support.layer_cases import CASES, made


def assert_noticed(monkeypatch, target, name, mutate, layer, shape):
    assert nn.check_layer(layer, shape, samples=2).passed()
    monkeypatch.setattr(target, name, mutate(getattr(target, name)))
    broken = nn.check_layer(layer, shape, samples=2)
    assert broken.worst > 1e-3, f"not noticed\n{broken}"


def negated(function):
    return lambda *args: -function(*args)


def gradients(change):
    """Every gradient that the function leaves behind, changed afterwards."""

    def mutate(function):
        def mutated(layer, error):
            function(layer, error)
            for value in layer.gradients.values():
                value[...] = change(value)

        return mutated

    return mutate


def taking(**attributes):
    """The layer's attributes replaced: a term left out of the formula."""

    def mutate(function):
        def mutated(layer, error):
            for name, change in attributes.items():
                setattr(layer, name, change(getattr(layer, name)))
            return function(layer, error)

        return mutated

    return mutate


def assigned(function):
    def mutated(target, pixels, values):
        target[pixels] = values

    return mutated


def unpadded(function):
    """Errors shifted by one pixel: the padding p instead of (w - 1) - p."""

    def mutated(*args):
        start, end = function(*args)
        return (start - 1, end + 1) if start else (start + 1, end - 1)

    return mutated


def one_way(function):
    """The errors of the first of several ways only."""
    return lambda layer, error, ways, parts, needed: function(
        layer, error, ways[:1], parts[:1], needed
    )


def error_as_it_is(function):
    return lambda layer, error: error


MUTATIONS = {
    "kernel not rotated": (convolution, "rotate_180", lambda f: lambda k: k, "conv same"),
    "kernel half rotated": (convolution, "rotate_180", lambda f: lambda k: k[::-1], "conv same"),
    "errors not padded to place": (convolution, "error_padding", unpadded, "conv same"),
    "gradients averaged": (
        WeightedLayer, "fill_gradients", gradients(lambda value: value / 7), "dense"
    ),
    **{
        f"overlaps assigned, {case}": (convolution, "accumulate", assigned, case)
        for case in ("conv strided", "max pool overlapping", "average pool overlapping",
                     "separable", "local")
    },
    "every tie counts": (
        pool, "first_maxima", lambda f: lambda v, m, free, out: np.not_equal(v, m, out=out),
        "max pool",
    ),
    "mean and variance taken as constant": (
        BatchNorm, "input_error", taking(_training=lambda _: False), "batch norm of images"
    ),
    "neighbours left out": (
        LocalResponseNorm, "input_error", taking(_band=lambda band: np.eye(len(band))),
        "local response norm",
    ),
    "damping taken as constant": (
        LocalResponseNorm, "input_error", taking(alpha=lambda _: 0.0), "local response norm"
    ),
    "dropout without its mask": (Dropout, "input_error", error_as_it_is, "dropout"),
    "shortcut left out": (containers, "_sum_of_errors", one_way, "residual"),
    "residual's slope left out": (
        ActivatedLayer, "activation_error", error_as_it_is, "residual projected"
    ),
    "second branch left out": (containers, "_sum_of_errors", one_way, "branches"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation_is_caught(name, monkeypatch):
    *mutation, case = MUTATIONS[name]
    assert_noticed(monkeypatch, *mutation, made(case), CASES[case][0])


@pytest.mark.parametrize("method", ["fill_gradients", "input_error"])
@pytest.mark.parametrize("kind", LAYERS)
def test_a_wrong_sign_of_any_layer_is_caught(kind, method, monkeypatch):
    case = next(name for name in CASES if made(name).kind == kind)
    if not any(method in vars(each) for each in LAYERS[kind].__mro__[:-2]):
        pytest.skip("has none of its own")
    mutate = negated if method == "input_error" else gradients(np.negative)
    assert_noticed(monkeypatch, LAYERS[kind], method, mutate, made(case), CASES[case][0])


@pytest.mark.parametrize("name", BUILT_IN[1:])
def test_a_slope_left_out_is_caught(name, monkeypatch):
    mutation = (ACTIVATIONS[name], "backward", lambda f: lambda self, error, *more: error)
    assert_noticed(monkeypatch, *mutation, Activation(name), (3, 3, 4))


def no_one_hot(function):
    def mutated(self, outputs, targets):
        value, error = function(self, outputs, targets)
        error[np.arange(5), targets] += 0.2
        return value, error

    return mutated


def test_broken_loss_is_caught(monkeypatch):
    network = nn.Network([nn.Dense(3, activation="softmax")], (4,), generator=0)
    x, y = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 1, 2, 2, 1])
    assert nn.check_gradients(network, x, y).passed()
    broken = no_one_hot(SoftmaxCrossEntropy.value_and_error)
    monkeypatch.setattr(SoftmaxCrossEntropy, "value_and_error", broken)
    assert nn.check_gradients(network, x, y).worst > 1e-3
