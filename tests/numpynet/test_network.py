"""Training, penalties, losses, files, and what bad use is answered with."""

import keras
import numpy as np
import pytest

import numpynet as nn
from numpynet import errors
from numpynet.layers import Activation, BatchNorm, Residual
from numpynet.layers.base import Mode
from numpynet.optimizers import OPTIMIZERS, Adam, Momentum, Sgd, make_optimizer

SOFTMAX = nn.Dense(3, activation="softmax")


def blobs(samples=200, seed=0):
    """Separable clusters of six features in three classes."""
    source = np.random.default_rng(seed)
    y = source.integers(0, 3, samples)
    centres = np.random.default_rng(99).normal(0, 3, (3, 6))
    return centres[y] + source.normal(size=(samples, 6)), y


def dense(**settings):
    layers = [nn.Dense(8, activation="tanh"), nn.Dense(3, activation="softmax")]
    return nn.Network(layers, (6,), **{"generator": 0, "dtype": "float64"} | settings)


def small_images():
    """A network of many kinds, nested; a batch for it."""
    body = [nn.Conv2D(2, (3, 3), padding="same", activation="sigmoid"), BatchNorm()]
    layers = [
        Residual(body, activation="leaky_relu"),
        nn.MaxPool2D(),
        nn.Flatten(),
        nn.Dropout(0.3),
        nn.Dense(4, activation="softmax", trainable=False),
    ]
    for layer in (body[0], layers[4]):
        layer.l2 = 0.1
    source = np.random.default_rng(2)
    net = nn.Network(layers, (4, 4, 2), generator=5, weight_decay=0.2)
    return net, source.normal(size=(5, 4, 4, 2)), source.integers(0, 4, 5)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_learns(optimizer):
    x, y = blobs()
    net = dense(dtype="float32")
    history = nn.fit(
        net, x, y, epochs=15, batch_size=9, optimizer=optimizer, learning_rate=0.02, generator=1
    )
    assert len(history) == 15
    assert history[-1]["loss"] < history[0]["loss"]
    unseen, labels = blobs(60, seed=5)
    assert np.mean(net.predict(unseen) == labels) > 0.9


def test_same_seeds_same_bits_and_no_global_state():
    before = np.random.get_state()[1].copy()
    (net, x, y), (again, _, _) = small_images(), small_images()
    for each in (net, again):
        nn.fit(each, x, y, epochs=3, batch_size=2, generator=4)
    for one, other in ((net.parameters(), again.parameters()), (net.state(), again.state())):
        assert all(np.array_equal(one[name], other[name]) for name in one)
    assert np.array_equal(before, np.random.get_state()[1])


def test_loss_and_penalties_of_a_nested_network():
    net, x, y = small_images()
    before, state = net.parameters(), net.state()
    for targets in (y, np.random.default_rng(0).dirichlet(np.ones(4), 5)):
        checked = nn.check_gradients(net, x, targets)
        assert len(checked.errors) == 7
        assert checked.passed(), f"\n{checked}"
    for kept, now in ((before, net.parameters()), (state, net.state())):
        assert all(np.array_equal(kept[name], now[name]) for name in kept)


def test_frozen_layers_compute_gradients_and_stay():
    net, x, y = small_images()
    _, gradients, _ = net.loss_and_gradients(x, y, Mode(True, np.random.default_rng(0)))
    assert np.abs(gradients["4_dense/kernel"]).max() > 0
    before = net.parameters()
    nn.fit(net, x, y, epochs=2, batch_size=4, generator=0, optimizer="adam")
    changed = {name for name, value in net.parameters().items() if (value != before[name]).any()}
    assert changed == {name for name in before if "dense" not in name}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizer_is_keras_s(name):
    """Three steps of every rule; Keras rounds rates and powers to float32 on its way."""
    theirs = {
        "momentum": lambda: keras.optimizers.SGD(0.01, momentum=0.9),
        "nesterov": lambda: keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        "rmsprop": lambda: keras.optimizers.RMSprop(0.01),
        "sgd": lambda: keras.optimizers.SGD(0.01),
        "adam": lambda: keras.optimizers.Adam(0.01),
        "adamw": lambda: keras.optimizers.AdamW(0.01, weight_decay=0.004),
    }[name]()
    source = np.random.default_rng(0)
    w = source.normal(size=5)
    variable = keras.Variable(w, dtype="float64")
    ours = make_optimizer(name, learning_rate=0.01)
    for gradient in source.normal(size=(3, 5)):
        theirs.apply([keras.ops.convert_to_tensor(gradient)], [variable])
        ours.update(w, gradient)
    eps = np.finfo(np.float32).eps  # a step is about 0.01, off by a few of its roundings
    np.testing.assert_allclose(w, variable.numpy(), atol=3 * 0.1 * 10 * eps)


# Bad use ----------------------------------------------------------------------------------------

X, Y = np.zeros((5, 6)), np.array([0, 1, 2, 0, 1])
WITH_NAN = np.where(np.arange(30).reshape(5, 6) == 7, np.nan, 0.0)


def net(*layers, shape=(4, 4, 1)):
    return nn.Network([*layers], shape)


def fit(**settings):
    defaults = {"epochs": 1, "batch_size": 2, "generator": 0}
    return nn.fit(dense(), X, Y, **defaults | settings)


CASES = {
    "wrong input shape": (
        lambda: dense().predict(np.zeros((5, 4))), errors.ShapeError, r"samples >= 1, 6\).*\(5, 4\)"
    ),
    "one sample without its axis": (
        lambda: dense().predict(np.zeros(6)), errors.ShapeError, r"got shape \(6,\)"
    ),
    "NaN": (lambda: dense().predict(WITH_NAN), errors.DataError, "got 1 NaN or infinite of 30"),
    "text": (lambda: dense().predict(np.full((5, 6), "a")), errors.DataError, "real numbers"),
    "labels out of range": (
        lambda: dense().check_targets([1, 2, 3, 1, 1], 5), errors.DataError, r"0\.\.2.*1\.\.3"
    ),
    "labels not whole": (lambda: dense().check_targets(X[:, 0], 5), errors.DataError, "whole"),
    "too few labels": (lambda: dense().check_targets([1], 5), errors.ShapeError, r"labels \(5,\)"),
    "softmax missing": (
        lambda: net(nn.Dense(3), shape=(4,)), errors.ConfigurationError,
        r"needs a softmax.*Dense\(3, activation='softmax'\), got 'dense 3'",
    ),
    "softmax over images": (
        lambda: net(Activation("softmax")), errors.ShapeError, r"one vector.*\(4, 4, 1\)"
    ),
    "bad momentum": (lambda: Momentum(0.1, 1.5), errors.ConfigurationError, "momentum.*1.5"),
    "negative rate": (lambda: Sgd(-1.0), errors.ConfigurationError, "got -1.0"),
    "bad dtype": (lambda: dense(dtype="float16"), errors.ConfigurationError, "float16"),
    "no layers": (lambda: net(), errors.ConfigurationError, "at least one layer"),
    "no weights": (
        lambda: dense(generator=None).predict(X), errors.ConfigurationError, "no weights yet"
    ),
    "unknown optimizer": (lambda: fit(optimizer="sdg"), errors.ConfigurationError, "sgd.*'sdg'"),
    "dropout without generator": (
        lambda: nn.Network([nn.Dropout(0.5), SOFTMAX], (6,), generator=0).forward(X, Mode(True)),
        errors.ConfigurationError, "generator",
    ),
    "parameters by wrong names": (
        lambda: dense().set_parameters({"b": 0}), errors.ConfigurationError, r"unknown \['b'\]"
    ),
    "parameters of wrong shape": (
        lambda: dense().set_parameters(dict.fromkeys(dense().parameters(), X)), errors.ShapeError,
        r"expected shape \(6, 8\), got \(5, 6\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    act, error, message = CASES[name]
    with pytest.raises(error, match=message):
        act()


def test_divergence_and_a_used_optimizer_are_reported():
    diverging = nn.Network([nn.Dense(3, activation="softmax")], (4,), generator=0)
    x = np.random.default_rng(0).normal(size=(20, 4)) * 1e30
    with pytest.raises(errors.DataError, match="diverged"), np.errstate(all="ignore"):
        nn.fit(diverging, x, [0, 1] * 10, epochs=9, batch_size=5, generator=0)
    rule = Adam()
    fit(optimizer=rule)
    with pytest.raises(errors.ConfigurationError, match="another network"):
        dense(dtype="float32").step(X.astype("float32"), Y, rule)
