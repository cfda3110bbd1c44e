"""A batch of images as TensorFlow reads it; see :mod:`densevsconv.training.pixels`."""

from collections.abc import Callable, Sequence
from types import SimpleNamespace

import tensorflow as tf

from densevsconv.training import pixels
from densevsconv.training.pixels import Batch, Images

OPS = SimpleNamespace(
    arange=tf.range, asarray=tf.cast, clip=tf.clip_by_value, floor=tf.floor, reshape=tf.reshape,
    take=tf.gather, where=tf.where,
)  # fmt: skip
"""What it asks for, as NumPy calls it."""


def batch_function(
    kinds: Sequence[str], channels: int, max_value: float
) -> Callable[[Images, tf.Tensor, tf.Tensor], Batch]:
    read = pixels.batch_function(OPS, kinds, channels, max_value)
    # XLA in graph mode too: fused, these many small operations take a fifth of the time
    return tf.function(read, jit_compile=True, autograph=False) if kinds else read
