"""Dropout inside the compiled loop; the random bits are those of the NumPy reference."""

from typing import Any

import keras
import tensorflow as tf

from densevsconv.training.dropout import (
    HASH_MULTIPLIERS,
    HASH_SHIFTS,
    STEP_MULTIPLIER,
    drop_threshold,
)

SEED_AND_STEP = "seed_and_step"


class HashedDropout(keras.layers.Layer):
    """Inverted dropout (Srivastava et al. 2014), see :mod:`densevsconv.training.dropout`.

    Its state, uint32 (seed, step), is an input of the compiled loop like any other.
    """

    def __init__(self, rate: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.state = self.add_weight(
            shape=(2,), dtype="uint32", initializer="zeros", trainable=False, name=SEED_AND_STEP
        )

    def call(self, inputs: tf.Tensor, training: bool = False) -> tf.Tensor:
        if not training or not self.rate:
            return inputs
        state = tf.convert_to_tensor(self.state.value)
        key = _hash(state[0] + state[1] * tf.constant(STEP_MULTIPLIER, tf.uint32))
        size = tf.size(inputs)
        bits = _hash(tf.bitwise.bitwise_xor(tf.cast(tf.range(size), tf.uint32), key))
        keep = tf.reshape(bits >= tf.constant(drop_threshold(self.rate), tf.uint32), inputs.shape)
        self.state.assign(state + tf.constant([0, 1], tf.uint32))
        return tf.where(keep, inputs * (1 / (1 - self.rate)), 0.0)


def _hash(x: tf.Tensor) -> tf.Tensor:
    for shift, multiplier in zip(HASH_SHIFTS, (*HASH_MULTIPLIERS, None), strict=True):
        shifted = tf.bitwise.right_shift(x, tf.constant(shift, tf.uint32))
        x = tf.bitwise.bitwise_xor(x, shifted)
        if multiplier is not None:
            x *= tf.constant(multiplier, tf.uint32)
    return x
