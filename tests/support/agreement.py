"""One pass through a network by either engine in float64, and how far rounding may part them.

A float64 sum of n terms is the exact sum of terms that are each off by some eps, with random signs
by about sqrt(n) eps (Higham 2002, section 4.2). What such changes of all weights and inputs do to a
result is the condition of the problem, measured where it is posed: the largest effect of a few
random ones, times ten, is what another order of summing may do. Nothing here is of one machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from math import prod

import keras
import numpy as np
import tensorflow as tf

from densevsconv.networks.bound import BoundArchitecture
from densevsconv.networks.initialise import initial_weights
from densevsconv.training.dropout import layer_seed
from densevsconv.training.engines.numpy.build import network
from densevsconv.training.engines.numpy.trainer import DropoutBits
from densevsconv.training.engines.tensorflow.build import keras_model, named_variables, set_weights
from densevsconv.training.engines.tensorflow.dropout import HashedDropout
from numpynet.layers.base import Mode

Arrays = dict[str, np.ndarray]
DROPOUT_SEED, SAMPLES = 7, 4
INPUT, GRADIENT = "input", "gradient of "


def start(bound: BoundArchitecture, seed: int = 1) -> Arrays:
    """Return starting weights, moved so that none is special, and images as :data:`INPUT`."""
    source = np.random.default_rng(seed)
    weights = {
        name: value.astype(np.float64) + source.normal(0, 0.05, value.shape)
        for name, value in initial_weights(bound, seed).items()
    }
    return weights | {INPUT: source.random((SAMPLES, *bound.image_shape))}


def labels(bound: BoundArchitecture) -> np.ndarray:
    return np.random.default_rng(0).integers(0, bound.classes, SAMPLES)


def _seeds(bound: BoundArchitecture) -> dict[str, int]:
    return {
        layer.name: layer_seed(DROPOUT_SEED, layer.index, layer.within)
        for layer in bound.walk()
        if layer.kind == "dropout"
    }


def numpynet_pass(bound: BoundArchitecture, given: Arrays, dtype: str = "float64") -> Arrays:
    """Return probabilities (predicting), loss, logits and gradients (training)."""

    def bits() -> DropoutBits:
        made = DropoutBits(list(_seeds(bound).values()))
        made.start_step()
        return made

    net = network(bound, None, dtype)
    moving = net.state()
    net.set_parameters({name: given[name] for name in net.parameters()})
    net.set_state({name: given[name] for name in moving})
    x = given[INPUT].astype(dtype)
    found = {
        "probabilities": net.predict_proba(x),
        "logits": net.forward(x, Mode(True, bits())).copy(),
    }
    loss, gradients, _ = net.loss_and_gradients(x, labels(bound), Mode(True, bits()))
    found["loss"] = np.array([loss])
    return found | {GRADIENT + name: value for name, value in gradients.items()}


def keras_pass(bound: BoundArchitecture, given: Arrays) -> Arrays:
    """Return the same, by Keras."""
    with _float64():
        predicting, training = keras_model(bound), keras_model(bound, logits=True)
    for model in (predicting, training):
        set_weights(model, {name: value for name, value in given.items() if name != INPUT})
        for layer in model.layers:
            if isinstance(layer, HashedDropout):
                layer.state.assign([_seeds(bound)[layer.name.replace(".", "/")], 0])
            if getattr(layer, "activation", None) is keras.activations.leaky_relu:
                layer.activation = lambda z: tf.where(z > 0, z, 0.2 * z)  # its slope is float32
    x = tf.constant(given[INPUT])
    found = {"probabilities": predicting(x).numpy()}
    trained = {k: v for k, v in named_variables(training).items() if v.trainable}
    with tf.GradientTape() as tape:
        logits = training(x, training=True)
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels(bound), logits))
    gradients = tape.gradient(loss, {k: v.value for k, v in trained.items()})
    found |= {"logits": logits.numpy(), "loss": np.array([float(loss)])}
    return found | {GRADIENT + name: value.numpy() for name, value in gradients.items()}


def allowed(bound: BoundArchitecture, given: Arrays, dtype: str = "float64") -> dict[str, float]:
    """Return how far rounding in ``dtype`` may take each array of a pass from the exact one."""
    exact = numpynet_pass(bound, given)
    longest = max(prod(value.shape[:-1]) for value in given.values())
    size = float(np.finfo(dtype).eps) * longest**0.5
    moves = dict.fromkeys(exact, 0.0)
    for direction in range(3):
        source = np.random.default_rng(direction)
        moved = {
            name: value + size * source.choice([-1, 1], value.shape) * (np.abs(value) + 0.1)
            for name, value in given.items()
        }
        for name, value in numpynet_pass(bound, moved).items():
            moves[name] = max(moves[name], float(np.abs(value - exact[name]).max()))
    # a gradient may be a difference of equal terms, as that of a bias before a batch_norm is
    floor = size * max(float(np.abs(value).max()) for value in exact.values())
    return {name: 10 * move + floor for name, move in moves.items()}


@contextmanager
def _float64() -> Iterator[None]:
    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    try:
        yield
    finally:
        keras.config.set_floatx(floatx)
        keras.config.set_dtype_policy(policy)
