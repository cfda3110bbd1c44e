"""Break one backward formula at a time: the gradient check has to notice each."""

from __future__ import annotations

import numpy as np
import pytest

import numpynet as nn
import numpynet.activations as activations
import numpynet.convolution as convolution
import numpynet.losses as losses
from numpynet.layers import (
    batch_norm,
    containers,
    dense,
    elementwise,
    local_response_norm,
    locally_connected,
    pool,
    separable_conv,
)
from numpynet.layers.base import ActivatedLayer
from tests.support.layer_cases import CASES, made


def negated(function):
    return lambda *args: -function(*args)


def into_out(change):
    """A gradient written to its last argument, changed afterwards."""

    def mutate(function):
        def mutated(*args):
            function(*args)
            args[-1][...] = change(args[-1])

        return mutated

    return mutate


def assigned(function):
    def mutated(target, pixels, values):
        target[pixels] = values

    return mutated


def without(position, neutral):
    """The function with one argument replaced: a term left out of the formula."""

    def mutate(function):
        def mutated(*args):
            changed = list(args)
            changed[position] = neutral(args[position])
            return function(*changed)

        return mutated

    return mutate


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


def slope_left_out(function):
    return lambda self, error, saved, workspace: error


flip, mean = into_out(lambda out: -out), into_out(lambda out: out / 7)
MUTATIONS = {
    "kernel not rotated": (convolution, "rotate_180", lambda f: lambda k: k, "conv same"),
    "kernel half rotated": (convolution, "rotate_180", lambda f: lambda k: k[::-1], "conv same"),
    "errors not padded to place": (convolution, "error_padding", unpadded, "conv same"),
    "sign of the kernel gradient": (convolution, "kernel_gradient", flip, "conv"),
    "sign of the bias gradient": (convolution, "bias_gradient", flip, "conv"),
    "bias gradient averaged": (convolution, "bias_gradient", mean, "conv"),
    "sign of the input error": (convolution, "input_error_by_rotation", negated, "conv"),
    "sign of the strided one": (convolution, "input_error_by_transpose", negated, "conv strided"),
    "overlaps assigned, conv": (convolution, "accumulate", assigned, "conv strided"),
    "overlaps assigned, max pool": (convolution, "accumulate", assigned, "max pool overlapping"),
    "overlaps assigned, average pool": (
        convolution, "accumulate", assigned, "average pool overlapping"
    ),
    "overlaps assigned, separable": (convolution, "accumulate", assigned, "separable"),
    "overlaps assigned, local": (convolution, "accumulate", assigned, "local"),
    "depthwise gradient": (separable_conv, "depthwise_gradient", negated, "separable"),
    "local kernels": (locally_connected, "kernel_gradients", negated, "local"),
    "transposed: kernel": (convolution, "kernel_gradient", flip, "transposed"),
    "every tie counts": (
        pool, "first_maxima", lambda f: lambda v, m, free, out: np.not_equal(v, m, out=out),
        "max pool",
    ),
    "dense: kernel": (dense, "kernel_gradient", flip, "dense"),
    "dense: bias averaged": (dense, "bias_gradient", mean, "dense"),
    "dense: input": (dense, "input_error", negated, "dense"),
    "sigmoid's slope left out": (activations.Sigmoid, "backward", slope_left_out, "conv 1x1"),
    "tanh's slope left out": (activations.Tanh, "backward", slope_left_out, "dense"),
    "elu's slope left out": (activations.Elu, "backward", slope_left_out, "conv same"),
    "leaky relu's": (activations.LeakyRelu, "backward", slope_left_out, "activation"),
    "swish's slope left out": (activations.Swish, "backward", slope_left_out, "separable"),
    "variance taken as constant": (
        batch_norm, "input_error", without(2, np.zeros_like), "batch norm of images"
    ),
    "batch norm: sign": (batch_norm, "input_error", negated, "batch norm of images"),
    "neighbours left out": (
        local_response_norm, "input_error", without(3, lambda band: np.eye(len(band))),
        "local response norm",
    ),
    "scale taken as constant": (
        local_response_norm, "input_error", without(4, lambda alpha: 0.0), "local response norm"
    ),
    "dropout without its mask": (
        elementwise.Dropout, "backward", lambda f: lambda self, e, needed=True: e, "dropout"
    ),
    "shortcut left out": (containers, "_sum_of_errors", one_way, "residual"),
    "residual's slope left out": (
        ActivatedLayer, "activation_error", lambda f: lambda self, e: e, "residual projected"
    ),
    "second branch left out": (containers, "_sum_of_errors", one_way, "branches"),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation_is_caught(name, monkeypatch):
    module, function, mutate, case = MUTATIONS[name]
    assert nn.check_layer(made(case), CASES[case][0], samples=2).passed()
    monkeypatch.setattr(module, function, mutate(getattr(module, function)))
    broken = nn.check_layer(made(case), CASES[case][0], samples=2)
    assert broken.worst > 1e-3, f"not noticed\n{broken}"


@pytest.mark.parametrize("change", ["sign", "no one-hot"])
def test_broken_loss_is_caught(change, monkeypatch):
    network = nn.Network([nn.Dense(3, activation="softmax")], (4,), generator=0)
    x, y = np.random.default_rng(0).normal(size=(5, 4)), [0, 1, 2, 2, 1]
    assert nn.check_gradients(network, x, y).passed()
    original = losses.SoftmaxCrossEntropy.value_and_error

    def broken(self, outputs, targets):
        value, error = original(self, outputs, targets)
        if change == "sign":
            return value, -error
        error[np.arange(5), targets] += 0.2
        return value, error

    monkeypatch.setattr(losses.SoftmaxCrossEntropy, "value_and_error", broken)
    assert nn.check_gradients(network, x, y).worst > 1e-3
