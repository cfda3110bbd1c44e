"""Images on the device, and how a batch of them is read."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Images(NamedTuple):
    """Images as stored, with what scales them: ``(image - offset) * scale`` per channel."""

    pixels: tf.Tensor  # uint8 (N, H, W, C)
    labels: tf.Tensor  # int32 (N,)
    offset: tf.Tensor  # float32 (C,)
    scale: tf.Tensor  # float32 (C,)


class Batch(NamedTuple):
    """What a training step sees. Without mixup there are no other labels."""

    inputs: tf.Tensor  # float32 (batch, H, W, C), scaled
    labels: tf.Tensor  # int32 (batch,)
    other_labels: tf.Tensor | None = None  # int32 (batch,)
    weight: tf.Tensor | None = None  # float32 (batch,): of `labels`; the others have the rest


def read(images: Images, batch: tf.Tensor) -> Batch:
    """Return the images of the indices ``batch`` as they are."""
    pixels = tf.cast(tf.gather(images.pixels, batch), tf.float32)
    return Batch((pixels - images.offset) * images.scale, tf.gather(images.labels, batch))
