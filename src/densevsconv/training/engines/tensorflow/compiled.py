"""Whole epochs in one compiled call.

The functions here are traced once for an architecture and a ``Training.structure``. Images, batch
order, learning rates, l2, momentum, seeds and weights are inputs: a grid over them never
retraces (wall 3 of the design).
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from densevsconv.training.engines.optimizers import OPTIMIZERS, Hyper
from densevsconv.training.engines.tensorflow.augment import batch_function
from densevsconv.training.pixels import Batch, Images
from densevsconv.training.settings import Training

Tensors = list[tf.Tensor]


class State(NamedTuple):
    """Everything that training changes. Tensors, not variables: an old state stays as it was."""

    weights: Tensors
    moving: Tensors  # moving statistics and the counters of dropout
    slots: list[Tensors]
    step: tf.Tensor  # steps done, int32


def _correct(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.argmax(logits, axis=1, output_type=tf.int32) == labels, tf.float32)


def _losses(batch: Batch, logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the cross-entropy of each image, and the labels that accuracy is counted against."""

    def cross_entropy(labels: tf.Tensor) -> tf.Tensor:
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)

    if batch.weight is None:
        return cross_entropy(batch.labels), batch.labels
    own, other = cross_entropy(batch.labels), cross_entropy(batch.other_labels)
    heavier = tf.where(batch.weight >= 0.5, batch.labels, batch.other_labels)
    return batch.weight * own + (1 - batch.weight) * other, heavier


def epochs_function(
    model: keras.Model, training: Training, *, max_value: float, xla: bool
) -> Callable[..., tuple[State, tf.Tensor]]:
    """Return the compiled function that trains for a few epochs.

    It maps (state, images, validation, orders, changes, rates, epochs, steps, validating, hyper)
    to (state, curves), where

    - ``orders`` is int32 (most epochs, batches, batch size), ``changes`` what is drawn for these
      images, float32 (most epochs, batches, batch size, numbers), and ``rates`` float32 (most
      epochs, batches);
    - ``epochs`` and ``steps`` say how many of those to train on: a last call with fewer epochs,
      measuring a few steps, or compiling without training take no second trace;
    - ``curves`` is float32 (most epochs, 4): mean cross-entropy and accuracy of the training
      batches, then of the ``validation`` images, which are 0 unless ``validating``.

    Of ``training`` its structure counts. ``max_value`` is the largest value a pixel can have.
    """
    update = partial(OPTIMIZERS[training.optimizer][1], tf.math)
    kinds = training.augmentation.kinds if training.augmentation else ()
    read = batch_function(kinds, model.input_shape[-1], max_value)
    # the penalty is on kernels alone, unless asked: a bias does not make a function less smooth
    decayed = [
        training.l2_biases or variable.name.endswith("kernel")
        for variable in model.trainable_variables
    ]

    def step(state: State, batch: Batch, hyper: Hyper) -> tuple[State, tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(state.weights)
            logits, moving = model.stateless_call(
                state.weights, state.moving, batch.inputs, training=True
            )
            losses, labels = _losses(batch, logits)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, state.weights)
        done = state.step + 1
        weights, slots = [], []
        for w, g, slot, decay in zip(state.weights, gradients, state.slots, decayed, strict=True):
            w, slot = update(
                w, g + 2 * hyper.l2 * w if decay else g, slot, hyper, tf.cast(done, w.dtype)
            )
            weights.append(w)
            slots.append(slot)
        accuracy = tf.reduce_mean(_correct(labels, logits))
        return State(weights, list(moving), slots, done), loss, accuracy

    def validate(state: State, images: Images) -> tuple[tf.Tensor, tf.Tensor]:
        pixels = images.scaled(tf.cast(images.pixels, tf.float32))
        logits, _ = model.stateless_call(state.weights, state.moving, pixels, training=False)
        loss = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=images.labels, logits=logits)
        return tf.reduce_mean(loss), tf.reduce_mean(_correct(images.labels, logits))

    @tf.function(jit_compile=xla, autograph=False)
    def epochs(
        state: State,
        images: Images,
        validation: Images,
        orders: tf.Tensor,
        changes: tf.Tensor,
        rates: tf.Tensor,
        epochs: tf.Tensor,
        steps: tf.Tensor,
        validating: tf.Tensor,
        hyper: Hyper,
    ) -> tuple[State, tf.Tensor]:
        zero = tf.constant(0.0)
        count = tf.cast(tf.maximum(steps, 1), tf.float32)

        def one_epoch(epoch: tf.Tensor, carried: Any) -> Any:
            def one_step(index: tf.Tensor, carried: Any) -> Any:
                state, loss, accuracy = carried
                now = hyper._replace(learning_rate=rates[epoch, index])
                batch = read(images, orders[epoch, index], changes[epoch, index])
                state, batch_loss, batch_accuracy = step(state, batch, now)
                return index + 1, (state, loss + batch_loss, accuracy + batch_accuracy)

            state, curves = carried
            _, (state, loss, accuracy) = tf.while_loop(
                lambda index, carried: index < steps,
                one_step,
                (tf.constant(0), (state, zero, zero)),
            )
            validated = tf.cond(
                validating, lambda: validate(state, validation), lambda: (zero, zero)
            )
            values = tf.stack([loss / count, accuracy / count, *validated])
            curves = tf.tensor_scatter_nd_update(curves, [[epoch]], [values])
            return epoch + 1, (state, curves)

        curves = tf.zeros((orders.shape[0], 4))
        _, (state, curves) = tf.while_loop(
            lambda epoch, carried: epoch < epochs, one_epoch, (tf.constant(0), (state, curves))
        )
        return state, curves

    return epochs


def predict_function(model: keras.Model, *, xla: bool) -> Callable[..., tf.Tensor]:
    """Return the compiled function from (weights, moving, pixels, offset, scale) to logits."""

    @tf.function(jit_compile=xla, autograph=False)
    def predict(
        weights: Tensors, moving: Tensors, pixels: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor
    ) -> tf.Tensor:
        images = (tf.cast(pixels, tf.float32) - offset) * scale
        logits, _ = model.stateless_call(weights, moving, images, training=False)
        return logits

    return predict
