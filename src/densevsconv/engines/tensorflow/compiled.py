"""A whole epoch in one compiled call.

The functions here are traced once for an architecture, an optimiser and a batch size. Images,
batch order, learning rates, l2, momentum, seeds and weights are inputs: a grid over them never
retraces (wall 3 of the design).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from densevsconv.engines.tensorflow.optimizers import OPTIMIZERS, Hyper

Tensors = list[tf.Tensor]


class State(NamedTuple):
    """Everything that training changes. Tensors, not variables: an old state stays as it was."""

    weights: Tensors
    moving: Tensors  # moving statistics and the counters of dropout
    slots: list[Tensors]
    step: tf.Tensor  # steps done, int32


class Images(NamedTuple):
    """Images as stored, with what scales them: ``(image - offset) * scale`` per channel."""

    pixels: tf.Tensor  # uint8 (N, H, W, C)
    labels: tf.Tensor  # int32 (N,)
    offset: tf.Tensor  # float32 (C,)
    scale: tf.Tensor  # float32 (C,)


def _correct(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) == labels, tf.float32)


def epoch_function(
    model: keras.Sequential, optimizer: str, *, xla: bool
) -> Callable[..., tuple[State, tf.Tensor, tf.Tensor]]:
    """Return the compiled function that trains on the batches of an epoch.

    It maps (state, images, order, rates, steps, hyper, l2) to (state, mean cross-entropy, accuracy)
    where ``order`` is int32 (batches, batch size), ``rates`` float32 (batches,), and ``steps``,
    the number of batches to train on, may be less than there are: measuring a few steps, or
    compiling without training (0 steps), takes no second trace.
    """
    _, update = OPTIMIZERS[optimizer]
    # the penalty is on kernels alone: a bias does not make a function less smooth
    decayed = [variable.name.endswith("kernel") for variable in model.trainable_variables]

    def step(
        index: tf.Tensor,
        state: State,
        images: Images,
        order: tf.Tensor,
        hyper: Hyper,
        l2: tf.Tensor,
    ) -> tuple[State, tf.Tensor, tf.Tensor]:
        batch = order[index]
        pixels = tf.cast(tf.gather(images.pixels, batch), tf.float32)
        labels = tf.gather(images.labels, batch)
        with tf.GradientTape() as tape:
            tape.watch(state.weights)
            logits, moving = model.stateless_call(
                state.weights, state.moving, (pixels - images.offset) * images.scale, training=True
            )
            loss = tf.reduce_mean(
                tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
            )
        gradients = tape.gradient(loss, state.weights)
        done = state.step + 1
        weights, slots = [], []
        for w, g, slot, decay in zip(state.weights, gradients, state.slots, decayed, strict=True):
            w, slot = update(w, g + 2 * l2 * w if decay else g, slot, hyper, tf.cast(done, w.dtype))
            weights.append(w)
            slots.append(slot)
        accuracy = tf.reduce_mean(_correct(labels, logits))
        return State(weights, list(moving), slots, done), loss, accuracy

    @tf.function(jit_compile=xla, autograph=False)
    def epoch(
        state: State,
        images: Images,
        order: tf.Tensor,
        rates: tf.Tensor,
        steps: tf.Tensor,
        hyper: Hyper,
        l2: tf.Tensor,
    ) -> tuple[State, tf.Tensor, tf.Tensor]:
        def body(index: tf.Tensor, carried: Any) -> Any:
            state, loss, accuracy = carried
            now = hyper._replace(learning_rate=rates[index])
            state, batch_loss, batch_accuracy = step(index, state, images, order, now, l2)
            return index + 1, (state, loss + batch_loss, accuracy + batch_accuracy)

        zero = tf.constant(0.0)
        _, (state, loss, accuracy) = tf.while_loop(
            lambda index, carried: index < steps, body, (tf.constant(0), (state, zero, zero))
        )
        count = tf.cast(tf.maximum(steps, 1), tf.float32)
        return state, loss / count, accuracy / count

    return epoch


def predict_function(model: keras.Sequential, *, xla: bool) -> Callable[..., tf.Tensor]:
    """Return the compiled function from (weights, moving, pixels, offset, scale) to logits."""

    @tf.function(jit_compile=xla, autograph=False)
    def predict(
        weights: Tensors, moving: Tensors, pixels: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor
    ) -> tf.Tensor:
        images = (tf.cast(pixels, tf.float32) - offset) * scale
        logits, _ = model.stateless_call(weights, moving, images, training=False)
        return logits

    return predict
