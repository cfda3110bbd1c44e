"""Every shipped architecture, as the study builds it: numpynet's gradients are Keras's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from densevsconv.errors import ArchitectureError
from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.networks.load import available_architectures, load_architecture
from densevsconv.training.dropout import layer_seed
from densevsconv.training.engines.numpy.build import network
from densevsconv.training.engines.numpy.trainer import DropoutBits
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables, set_weights
from densevsconv.training.engines.tensorflow.dropout import HashedDropout
from tests.numpynet.test_numpynet_keras import ACTIVATION, TOLERANCE, relative, relative_gradient

ARCHITECTURES = Path(__file__).parents[2] / "config" / "architectures"
MADE_FOR = {
    **dict.fromkeys(("convKeras4_20", "denseNet4_300", "doshi2020", "lenet5"), (28, 28, 1)),
    **dict.fromkeys(("convKeras12_32", "leNet2"), (32, 32, 3)),
    "lenet5_32": (32, 32, 1),
}
CLASSES, SAMPLES, DROPOUT_SEED = 10, 4, 7
# A draw may hold two values of one max pool so near each other that float32 rounds them into a
# different order in each engine (convKeras4_20 with seed 0: 6e-8 apart); this one holds none.
SEED = 1


class Batch(NamedTuple):
    """What both are given, float32."""

    weights: dict[str, np.ndarray]
    x: np.ndarray
    y: np.ndarray


class Pass(NamedTuple):
    """What both are compared by."""

    probabilities: np.ndarray  # predicting
    logits: np.ndarray  # training, with dropout
    loss: float
    gradients: dict[str, np.ndarray]


@contextmanager
def precision(dtype: str) -> Iterator[None]:
    """Make Keras layers compute in float32 or float64."""
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)


def bound_architecture(name: str) -> BoundArchitecture:
    """Return the architecture for the images it was made for, or for the smallest that fit."""
    architecture = load_architecture(ARCHITECTURES, name)
    if name in MADE_FOR:
        return architecture.bind(MADE_FOR[name], CLASSES)
    for shape in ((8, 8, 1), (28, 28, 1)):
        try:
            return architecture.bind(shape, CLASSES)
        except ArchitectureError:
            continue
    return architecture.bind((32, 32, 3), CLASSES)


def batch(bound: BoundArchitecture, initializer: Any = None) -> Batch:
    """Return the study's starting weights, moved so that no bias is zero, and random images."""
    source = np.random.default_rng(SEED)
    weights = {
        name: (value + source.normal(0, 0.05, value.shape)).astype("float32")
        for name, value in initial_weights(bound, SEED, initializer).items()
    }
    x = source.random((SAMPLES, *bound.image_shape)).astype("float32")
    return Batch(weights, x, source.integers(0, CLASSES, SAMPLES))


def dropout_seeds(bound: BoundArchitecture) -> dict[str, int]:
    return {
        layer.name: layer_seed(DROPOUT_SEED, layer.index)
        for layer in bound.layers
        if layer.kind == "dropout"
    }


def numpynet_pass(bound: BoundArchitecture, given: Batch, dtype: str) -> Pass:
    def bits() -> Any:
        made = DropoutBits(list(dropout_seeds(bound).values()))
        made.start_step()
        return made

    net = network(bound, dtype=dtype)
    moving = net.state()
    net.set_parameters({k: v for k, v in given.weights.items() if k not in moving})
    net.set_state({k: given.weights[k] for k in moving})
    x = given.x.astype(dtype)
    logits = net.forward(x, True, bits()).copy()
    loss, gradients = net.loss_and_gradients(x, given.y, generator=bits())
    return Pass(net.predict_proba(x), logits, loss, gradients)


def keras_pass(bound: BoundArchitecture, given: Batch, dtype: str) -> Pass:
    with precision(dtype):
        predicting, training = keras_model(bound), keras_model(bound, logits=True)
    for model in (predicting, training):
        set_weights(model, given.weights)
        for layer in model.layers:
            if isinstance(layer, HashedDropout):
                layer.state.assign([dropout_seeds(bound)[layer.name], 0])
            if getattr(layer, "activation", None) is keras.activations.leaky_relu:
                layer.activation = ACTIVATION["leaky_relu"]  # the same, but in float64 as well
    x = tf.constant(given.x.astype(dtype))
    probabilities = predicting(x).numpy()
    trained = {k: v for k, v in named_variables(training).items() if v.trainable}
    with tf.GradientTape() as tape:
        logits = training(x, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(given.y, logits))
    gradients = tape.gradient(loss, {k: v.value for k, v in trained.items()})
    return Pass(
        probabilities, logits.numpy(), float(loss), {k: gradients[k].numpy() for k in trained}
    )


BOTH = sorted({*available_architectures(ARCHITECTURES)} - {"denseNet4_300_committed"})
"""Without the one that has a wrong slope of tanh, which Keras has not."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", BOTH)
def test_outputs_and_every_gradient(name: str, dtype: str) -> None:
    bound = bound_architecture(name)
    # from its own start, Keras itself is further off than the bound: see test_saturated_start
    saturated = name == "denseNet4_300" and dtype == "float32"
    given = batch(bound, "glorot_uniform" if saturated else None)
    ours, theirs = numpynet_pass(bound, given, dtype), keras_pass(bound, given, dtype)
    tolerance = TOLERANCE[dtype]
    assert ours.logits.dtype == theirs.logits.dtype == np.dtype(dtype)
    assert relative(ours.probabilities, theirs.probabilities) < tolerance
    assert relative(ours.logits, theirs.logits) < tolerance
    assert ours.loss == pytest.approx(theirs.loss, rel=tolerance)
    trained = [key for key in bound.weight_shapes if "/moving_" not in key]
    assert list(ours.gradients) == list(theirs.gradients) == trained
    for key in trained:
        one, other = ours.gradients[key], theirs.gradients[key]
        assert one.dtype == other.dtype == np.dtype(dtype)
        assert relative_gradient(one, other) < tolerance, key


def test_saturated_start() -> None:
    """In float32 from denseNet4_300's own start, numpynet is as near the truth as Keras is.

    Kernels of standard deviation 1 on 784 inputs saturate the tanh, and ``1 - tanh(z)**2`` loses
    its digits. The truth is the float64 gradient, on which both agree (the test above).
    """
    bound = bound_architecture("denseNet4_300")
    given = batch(bound)
    exact = keras_pass(bound, given, "float64").gradients

    def error(found: Pass) -> float:
        return max(relative_gradient(found.gradients[key], exact[key]) for key in exact)

    keras_error = error(keras_pass(bound, given, "float32"))
    assert keras_error > TOLERANCE["float32"]  # else the test above needs no other start
    assert error(numpynet_pass(bound, given, "float32")) < 4 * keras_error
