"""Bad use is answered with what was expected and what came."""

import numpy as np
import pytest

import numpynet as nn

SOFTMAX = nn.Dense(3, activation="softmax")


def network(**settings):
    return nn.Network([nn.Dense(3, activation="softmax")], (4,), generator=0, **settings)


X, Y = np.zeros((5, 4)), [0, 1, 2, 0, 1]
WITH_NAN = np.where(np.arange(20).reshape(5, 4) == 7, np.nan, 0.0)


def fit(net=None, **settings):
    return (net or network()).fit(
        X, Y, **({"epochs": 1, "batch_size": 2, "generator": 0} | settings)
    )


CASES = {
    "wrong input shape": (
        lambda: network().predict(np.zeros((5, 6))), nn.ShapeError, r"samples >= 1, 4\).*\(5, 6\)",
    ),
    "one sample without its axis": (
        lambda: network().predict(np.zeros(4)), nn.ShapeError, r"got shape \(4,\)",
    ),
    "no samples": (lambda: network().predict(np.zeros((0, 4))), nn.ShapeError, r"\(0, 4\)"),
    "NaN input": (
        lambda: network().fit(WITH_NAN, Y, epochs=1, batch_size=2, generator=0),
        nn.DataError, "finite, got 1 NaN or infinite of 20",
    ),
    "text input": (lambda: network().predict(np.full((5, 4), "a")), nn.DataError, "real numbers"),
    "labels out of range": (
        lambda: network().evaluate(X, [1, 2, 3, 1, 1]), nn.DataError, r"0\.\.2.*got 1\.\.3",
    ),
    "labels not whole": (
        lambda: network().evaluate(X, np.full(5, 0.5)), nn.DataError, "whole numbers",
    ),
    "too few labels": (lambda: network().evaluate(X, [1]), nn.ShapeError, r"labels \(5,\)"),
    "softmax missing": (
        lambda: nn.Network([nn.Dense(3)], (4,)), nn.ConfigurationError,
        r"needs a softmax.*Dense\(3, activation='softmax'\).*0_dense with activation 'linear'",
    ),
    "softmax over images": (
        lambda: nn.Network([nn.Conv2D(3, 1, activation="softmax")], (4, 4, 1)), nn.ShapeError,
        r"one vector of classes.*\(4, 4, 3\)",
    ),
    "kernel larger than the image": (
        lambda: nn.Network([nn.Conv2D(2, 5, dilation=2), SOFTMAX], (8, 8, 1)), nn.ShapeError,
        "0_conv.*9 pixels high.*only 8",
    ),
    "pool larger than the image": (
        lambda: nn.Network([nn.MaxPool2D((2, 5)), SOFTMAX], (4, 4, 1)), nn.ShapeError,
        "5 pixels wide.*only 4",
    ),
    "conv on a vector": (
        lambda: nn.Network([nn.Conv2D(2, 3), SOFTMAX], (4,)), nn.ShapeError, r"images.*\(4,\)",
    ),
    "dense on an image": (
        lambda: nn.Network([SOFTMAX], (4, 4, 1)), nn.ShapeError, r"Flatten\(\)",
    ),
    "unknown padding": (
        lambda: nn.Network([nn.Conv2D(2, 3, padding="some"), SOFTMAX], (4, 4, 1)),
        nn.ConfigurationError, "valid, same, full.*'some'",
    ),
    "unknown activation": (
        lambda: nn.Dense(3, activation="sigmod"), nn.ConfigurationError, "sigmoid.*'sigmod'",
    ),
    "unknown initializer": (
        lambda: nn.Dense(3, initializer="x"), nn.ConfigurationError, "xavier.*'x'",
    ),
    "no units": (lambda: nn.Dense(0), nn.ConfigurationError, ">= 1, got 0"),
    "bad stride": (lambda: nn.Conv2D(2, 3, strides=0), nn.ConfigurationError, "strides.*got 0"),
    "bad rate": (lambda: nn.Dropout(1.0), nn.ConfigurationError, r"\[0, 1\), got 1.0"),
    "bad momentum": (lambda: nn.Momentum(0.1, 1.5), nn.ConfigurationError, "momentum.*1.5"),
    "negative learning rate": (lambda: nn.Sgd(-1.0), nn.ConfigurationError, "got -1.0"),
    "bad dtype": (lambda: network(dtype="float16"), nn.ConfigurationError, "float16"),
    "unknown loss": (lambda: network(loss="hinge"), nn.ConfigurationError, "'hinge'"),
    "no layers": (lambda: nn.Network([], (4,)), nn.ConfigurationError, "at least one layer"),
    "no weights": (
        lambda: nn.Network([SOFTMAX], (4,)).predict(X), nn.ConfigurationError, "no weights yet",
    ),
    "unknown optimizer": (lambda: fit(optimizer="sdg"), nn.ConfigurationError, "sgd.*'sdg'"),
    "no generator": (lambda: fit(generator=None), nn.ConfigurationError, "generator"),
    "no epochs": (lambda: fit(epochs=0), nn.ConfigurationError, "epochs.*got 0"),
    "order out of range": (lambda: fit(order=[[0, 5]]), nn.DataError, r"0\.\.4, got 0\.\.5"),
    "order of the wrong shape": (
        lambda: fit(order=[0, 1]), nn.ConfigurationError, r"steps, batch.*\(2,\)",
    ),
    "too few learning rates": (
        lambda: fit(learning_rate=[0.1, 0.1]), nn.ConfigurationError, "2 values.*step 3",
    ),
    "early stopping without validation": (
        lambda: fit(early_stopping=nn.EarlyStopping()), nn.ConfigurationError, "validation=",
    ),
    "dropout without generator": (
        lambda: nn.Network([nn.Dropout(0.5), SOFTMAX], (4,), generator=0).loss_and_gradients(X, Y),
        nn.ConfigurationError, "generator",
    ),
    "parameters by wrong names": (
        lambda: network().set_parameters({"0_dense/kernel": np.zeros((4, 3)), "bias": 0}),
        nn.ConfigurationError, r"missing \['0_dense/bias'\], unknown \['bias'\]",
    ),
    "parameters of wrong shape": (
        lambda: network().set_parameters(
            {"0_dense/kernel": np.zeros((4, 2)), "0_dense/bias": np.zeros(3)}
        ),
        nn.ShapeError, r"expected shape \(4, 3\), got \(4, 2\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_message(name):
    act, error, message = CASES[name]
    with pytest.raises(error, match=message) as raised:
        act()
    assert isinstance(raised.value, nn.NumpynetError)
    assert isinstance(raised.value, ValueError)


def test_divergence_is_reported():
    net = nn.Network([nn.Dense(3)], (4,), generator=0, loss="mean_squared_error")
    x = np.random.default_rng(0).normal(size=(20, 4)) * 100
    with pytest.raises(nn.DataError, match="diverged"), np.errstate(all="ignore"):
        net.fit(x, np.zeros((20, 3)), epochs=90, batch_size=5, generator=0, learning_rate=9.0)


def test_an_optimizer_trains_one_network():
    rule = nn.Adam()
    fit(optimizer=rule)
    other = nn.Network([nn.Dense(7, activation="softmax")], (4,), generator=0)
    with pytest.raises(nn.ConfigurationError, match="another network"):
        other.fit(X, Y, epochs=1, batch_size=2, generator=0, optimizer=rule)
