"""Break one backward formula at a time: the gradient check has to notice each."""

import numpy as np
import pytest

import numpynet as nn
from numpynet import activations, convolution, losses
from numpynet.layers import batch_norm, dense, local_response_norm, pool, separable_conv

CONV = [nn.Conv2D(2, 3, padding="same", activation="tanh"), nn.Conv2D(3, (3, 2))]
STRIDED = [nn.Conv2D(2, 3, padding="same"), nn.Conv2D(3, 3, strides=2, padding="same")]
POOLED = [nn.Conv2D(2, 3), nn.MaxPool2D(3, 1)]
AVERAGED = [nn.Conv2D(2, 3), nn.AveragePool2D(3, 1, padding="same")]
DENSE = [nn.Flatten(), nn.Dense(5, activation="sigmoid"), nn.Dense(4, activation="swish")]
NORMED = [nn.Conv2D(3, 3), nn.BatchNorm(), nn.Activation("elu")]
LOCAL = [nn.Conv2D(4, 3), nn.LocalResponseNorm(1, 1.0, 0.5, 0.75)]
SEPARABLE = [nn.Conv2D(3, 2), nn.SeparableConv2D(2, 3, padding="same")]


def negated(function):
    return lambda *args: -function(*args)


def into_out(change):
    """A gradient written to its last argument, changed afterwards."""

    def mutate(function):
        def mutated(*args):
            result = function(*args)
            change(args[-1])
            return result

        return mutated

    return mutate


def flip(out):
    out *= -1.0


def as_mean(out):
    out /= 7.0


def assign(function):
    def mutated(target, pixels, values):
        target[pixels] = values

    return mutated


def every_tie(function):
    return lambda values, maxima, free, out: np.equal(values, maxima, out=out)


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

    def mutated(window, dilation, before, size, errors):
        start, end = function(window, dilation, before, size, errors)
        return (start - 1, end + 1) if start else (start + 1, end - 1)

    return mutated


MUTATIONS = {
    "conv: kernel not rotated": (convolution, "rotate_180", lambda f: lambda k: k, CONV),
    "conv: kernel rotated in one axis": (
        convolution, "rotate_180", lambda f: lambda k: k[::-1], CONV,
    ),
    "conv: errors not padded to place": (convolution, "error_padding", unpadded, CONV),
    "conv: sign of the kernel gradient": (convolution, "kernel_gradient", into_out(flip), CONV),
    "conv: sign of the bias gradient": (convolution, "bias_gradient", into_out(flip), CONV),
    "conv: bias gradient averaged": (convolution, "bias_gradient", into_out(as_mean), CONV),
    "conv: sign of the input error": (
        convolution, "input_error_by_rotation", negated, CONV,
    ),
    "conv, strided: overlaps assigned": (convolution, "accumulate", assign, STRIDED),
    "conv, strided: sign of the input error": (
        convolution, "input_error_by_transpose", negated, STRIDED,
    ),
    "max pool: overlaps assigned": (convolution, "accumulate", assign, POOLED),
    "average pool: overlaps assigned": (convolution, "accumulate", assign, AVERAGED),
    "separable: sign of the depthwise gradient": (
        separable_conv, "depthwise_gradient", negated, SEPARABLE,
    ),
    "separable: overlaps assigned": (convolution, "accumulate", assign, SEPARABLE),
    "dense: sign of the kernel gradient": (dense, "kernel_gradient", into_out(flip), DENSE),
    "dense: bias gradient averaged": (dense, "bias_gradient", into_out(as_mean), DENSE),
    "dense: sign of the input error": (dense, "input_error", negated, DENSE),
    "sigmoid: derivative left out": (
        activations.Sigmoid, "backward", lambda f: lambda self, error, saved, work: error, DENSE,
    ),
    "swish: derivative of the sigmoid": (
        activations.Swish, "backward",
        lambda f: lambda self, e, z, w: activations.Sigmoid().backward(e, w.like("gate", z), w),
        DENSE,
    ),
    "tanh: derivative left out": (
        activations.Tanh, "backward", lambda f: lambda self, error, saved, work: error, CONV,
    ),
    "elu: derivative left out": (
        activations.Elu, "backward", lambda f: lambda self, error, saved, work: error, NORMED,
    ),
    "batch norm: variance taken as constant": (
        batch_norm, "input_error", without(2, np.zeros_like), NORMED,
    ),
    "batch norm: sign": (batch_norm, "input_error", negated, NORMED),
    "local response norm: neighbours left out": (
        local_response_norm, "input_error", without(3, lambda band: np.eye(len(band))), LOCAL,
    ),
    "local response norm: scale taken as constant": (
        local_response_norm, "input_error", without(4, lambda alpha: 0.0), LOCAL,
    ),
}  # fmt: skip


def check(layers):
    return nn.check_layer(layers, (7, 6, 2), samples=2)


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation_is_caught(name, monkeypatch):
    module, function, mutate, layers = MUTATIONS[name]
    assert check(layers).passed()
    monkeypatch.setattr(module, function, mutate(getattr(module, function)))
    broken = check(layers)
    assert broken.worst > 1e-3, f"not noticed\n{broken}"


def test_ties_shared_by_all_are_caught(monkeypatch):
    layers = [nn.Conv2D(2, 2), nn.MaxPool2D(3, 1)]
    x = np.full((2, 6, 6, 2), 0.7)
    assert nn.check_layer(layers, (6, 6, 2), x=x, check_input=False).passed()
    monkeypatch.setattr(pool, "first_maxima", every_tie(pool.first_maxima))
    assert nn.check_layer(layers, (6, 6, 2), x=x, check_input=False).worst > 1e-3


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


def test_dropout_without_its_mask_is_caught(monkeypatch):
    layers = [nn.Flatten(), nn.Dense(6), nn.Dropout(0.5)]
    assert check(layers).passed()
    monkeypatch.setattr(nn.Dropout, "backward", lambda self, error, needed=True: error)
    assert check(layers).worst > 1e-3
