"""Every layer, every option and whole networks against finite differences, below 1e-6."""

import numpy as np
import pytest

import numpynet as nn
from numpynet import convolution
from numpynet.activations import ACTIVATIONS, CommittedTanh
from numpynet.arrays import Workspace
from numpynet.windows import Geometry
from tests.support.architectures import architectures

LAYERS = {
    "dense": (nn.Dense(4), (7,)),
    "dense without bias": (nn.Dense(4, use_bias=False), (7,)),
    "conv valid": (nn.Conv2D(3, 3), (7, 6, 2)),
    "conv same": (nn.Conv2D(3, 3, padding="same"), (7, 6, 2)),
    "conv same, even kernel": (nn.Conv2D(3, (4, 2), padding="same"), (7, 6, 2)),
    "conv full": (nn.Conv2D(3, (3, 2), padding="full"), (5, 6, 2)),
    "conv explicit": (nn.Conv2D(3, 3, padding=((1, 0), (2, 3))), (5, 6, 2)),
    "conv padded beyond the kernel": (nn.Conv2D(2, 2, padding=((3, 2), (0, 4))), (4, 4, 2)),
    "conv 1x1": (nn.Conv2D(3, 1), (4, 5, 2)),
    "conv 1x1 strided": (nn.Conv2D(3, 1, strides=2), (5, 5, 2)),
    "conv one channel": (nn.Conv2D(3, 3, padding="same"), (6, 7, 1)),
    "conv strided": (nn.Conv2D(3, 3, strides=2), (8, 7, 2)),
    "conv strided unevenly, same": (nn.Conv2D(3, 3, strides=(3, 2), padding="same"), (8, 7, 2)),
    "conv stride beyond the kernel": (nn.Conv2D(3, 2, strides=3), (8, 8, 2)),
    "conv dilated": (nn.Conv2D(3, 3, dilation=2), (8, 7, 2)),
    "conv dilated, same": (nn.Conv2D(3, (3, 2), dilation=(2, 3), padding="same"), (8, 7, 2)),
    "conv dilated, strided, full": (
        nn.Conv2D(2, 3, strides=(2, 3), dilation=2, padding="full"),
        (8, 9, 2),
    ),
    "conv without bias": (nn.Conv2D(3, 3, use_bias=False), (5, 5, 2)),
    "separable": (nn.SeparableConv2D(3, 3), (6, 5, 4)),
    "separable strided, same": (nn.SeparableConv2D(3, 3, strides=2, padding="same"), (7, 6, 2)),
    "separable dilated": (nn.SeparableConv2D(3, 2, dilation=2, padding="full"), (6, 5, 2)),
    "max pool": (nn.MaxPool2D(2), (6, 6, 2)),
    "max pool, rest dropped": (nn.MaxPool2D(2), (7, 5, 2)),
    "max pool, gaps": (nn.MaxPool2D(2, 3), (8, 8, 2)),
    "max pool overlapping": (nn.MaxPool2D(3, 1), (6, 6, 2)),
    "max pool overlapping, same": (nn.MaxPool2D((3, 4), (2, 1), padding="same"), (7, 6, 2)),
    "max pool, study's padding": (nn.MaxPool2D((3, 2), (2, 3), padding="complete"), (8, 8, 2)),
    "max pool larger than image": (nn.MaxPool2D(5, padding="complete"), (3, 4, 2)),
    "max pool explicit": (nn.MaxPool2D(3, 2, padding=((1, 1), (2, 0))), (6, 6, 2)),
    "average pool": (nn.AveragePool2D(2), (6, 5, 2)),
    "average pool overlapping, same": (nn.AveragePool2D(3, 2, padding="same"), (8, 7, 2)),
    "average pool, study's padding": (nn.AveragePool2D(3, 2, padding="complete"), (8, 8, 2)),
    "global average pool": (nn.GlobalAveragePool2D(), (5, 4, 3)),
    "flatten": (nn.Flatten(), (3, 4, 2)),
    "batch norm on images": (nn.BatchNorm(), (4, 3, 3)),
    "batch norm on features": (nn.BatchNorm(), (6,)),
    "local response norm": (nn.LocalResponseNorm(alpha=0.3), (3, 3, 7)),
    "local response norm, wide": (nn.LocalResponseNorm(5, 1.0, 1.0, 0.5), (2, 2, 4)),
    "dropout": (nn.Dropout(0.4), (5, 4, 2)),
}


@pytest.mark.parametrize("training", [True, False], ids=["training", "predicting"])
@pytest.mark.parametrize("name", LAYERS)
def test_layer(name, training):
    layer, shape = LAYERS[name]
    checked = nn.check_layer(layer, shape, training=training, samples=4)
    assert checked.errors, "nothing was checked"
    assert checked.passed(1e-6), f"\n{checked}"


@pytest.mark.parametrize("name", sorted({*ACTIVATIONS} - {"committed_tanh"}))
def test_activation(name):
    for layer, shape in (
        (nn.Dense(5, activation=name), (4,)),
        (nn.Conv2D(3, 2, activation=name), (4, 4, 2)),
        (nn.Activation(name), (3, 3, 4)),
    ):
        assert nn.check_layer(layer, shape).passed(1e-6), name


def test_the_committed_slope_of_tanh_is_wrong_and_never_near_zero():
    layer = nn.Dense(5, activation="committed_tanh")
    assert not nn.check_layer(layer, (4,)).passed(0.1)
    x = np.random.default_rng(0).normal(size=(3, 3, 4))
    networks = [
        nn.Network([nn.Activation(name)], x.shape[1:], loss=nn.MeanSquaredError(), dtype="float64")
        for name in ("tanh", "committed_tanh")
    ]
    right, committed = (network.predict_outputs(x) for network in networks)
    np.testing.assert_array_equal(committed, right)
    a = 30.0 * np.ones((1, 2))
    error = CommittedTanh().backward(np.ones_like(a), np.tanh(a), Workspace(np.float64))
    np.testing.assert_allclose(error, 1.0 - np.tanh(1.0) ** 2)


@pytest.mark.parametrize("function", [nn.LeakyRelu(0.01), nn.Elu(0.5)])
def test_activation_constants(function):
    assert nn.check_layer(nn.Dense(5, activation=function), (4,)).passed(1e-6)


def small(name):
    """The architecture with at most 6 filters and 12 units, on small images: quick to check."""
    layers, shape = architectures()[name]
    if name == "every kind":
        return layers, shape
    for layer in layers:
        if isinstance(layer, nn.Conv2D):
            layer.filters = min(layer.filters, 6)
        if isinstance(layer, nn.Dense):
            layer.units = min(layer.units, 12)
    return layers, (min(shape[0], 16), min(shape[1], 16), shape[2])


@pytest.mark.parametrize("name", architectures())
def test_whole_network(name):
    layers, shape = small(name)
    network = nn.Network(layers, shape, generator=3)
    source = np.random.default_rng(1)
    x, y = source.random((3, *shape)), source.integers(0, 10, 3)
    checked = nn.check_gradients(network, x, y, entries=5, directions=2)
    assert checked.passed(1e-6), f"\n{checked}"


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("loss", [nn.SoftmaxCrossEntropy, nn.MeanSquaredError])
def test_losses_and_penalties(loss, reduction):
    layers = [
        nn.Conv2D(2, 2, activation="sigmoid", l2=0.1, l1=0.02),
        nn.BatchNorm(),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Dense(4, activation="softmax", l2=0.3, trainable=False),
    ]
    network = nn.Network(
        layers, (4, 4, 1), generator=5, loss=loss(reduction=reduction), weight_decay=0.2
    )
    source = np.random.default_rng(2)
    x = source.normal(size=(5, 4, 4, 1))
    for y in (source.integers(0, 4, 5), source.dirichlet(np.ones(4), 5)):
        checked = nn.check_gradients(network, x, y)
        assert checked.passed(1e-6), f"\n{checked}"


def test_ties_send_the_error_once():
    """A constant image makes every pooling window a tie that no parameter change can break."""
    layers = [nn.Conv2D(2, 2), nn.MaxPool2D(3, 1)]
    x = np.full((2, 6, 6, 2), 0.7)
    checked = nn.check_layer(layers, (6, 6, 2), x=x, check_input=False)
    assert checked.passed(1e-6), f"\n{checked}"


@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (2, 3)])
@pytest.mark.parametrize("pads", [((0, 0), (0, 0)), ((1, 2), (0, 3)), ((4, 4), (5, 3))])
def test_both_forms_of_the_input_error_agree(strides, pads):
    source = np.random.default_rng(0)
    for window, dilation in (((3, 2), (1, 1)), ((2, 3), (2, 1)), ((1, 1), (1, 1))):
        geometry = Geometry((7, 6), window, strides, dilation, pads)
        error = source.normal(size=(2, *geometry.output, 4))
        kernel = source.normal(size=(*window, 3, 4))
        one = convolution.input_error_by_rotation(error, kernel, geometry, Workspace("f8"))
        two = convolution.input_error_by_transpose(error, kernel, geometry, Workspace("f8"))
        np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-12)


def test_the_network_is_not_changed_by_a_check():
    network = nn.Network(
        [nn.BatchNorm(), nn.Dense(3, activation="softmax")], (4,), generator=1, dtype="float32"
    )
    before, state = network.parameters(), network.state()
    nn.check_gradients(network, np.ones((2, 4)) * [[1], [2]], [0, 2])
    for name, value in network.parameters().items():
        np.testing.assert_array_equal(value, before[name])
    for name, value in network.state().items():
        np.testing.assert_array_equal(value, state[name])
